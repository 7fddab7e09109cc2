"""Reads that the analysis pages share."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet

from analysis.domain.stem_sum import StemSum
from analysis.domain.suggestions import NAMED
from analysis.likeness import duplicates
from analysis.measured import Facts, Progress, Recording, TempoCandidate, facts_of, model_name
from analysis.models import UNFINISHED, AnalysisRun, Duplicate, Status, StemCheck, Suggestion
from analysis.models.suggestions import STEM_ROLE
from analysis.rules import suggesting_rules
from analysis.services.deriving import newest_runs
from analysis.services.stem_sums import current_check
from catalog.access import Access, Permission
from catalog.models import Stem, Track, TrackCredit

State = Suggestion.Status


@dataclass(frozen=True)
class Lane:
    """One suggestion under the waveform: its seconds, or the whole recording where it has none."""

    facet: str
    term: str
    label: str
    state: str
    ranges: tuple[dict[str, float], ...]
    stem: str = ""


@dataclass(frozen=True)
class Asked:
    """A suggestion as its row shows it."""

    row: Suggestion
    ranges: tuple[dict[str, float], ...]
    is_likely: bool

    @property
    def state(self) -> str:
        """The state in the words of the term chip."""
        return CHIP_STATES[State(self.row.status)]

    @property
    def facet(self) -> str:
        """What it is about, in the word of the term chip."""
        return "stem" if self.row.facet == STEM_ROLE else self.row.facet

    @property
    def source(self) -> str:
        """Which model says so, in which version; empty where a name said it."""
        named = self.row.model == NAMED
        return "" if named else f"{model_name(self.row.model)} {self.row.model_version}".strip()

    @property
    def answer_label(self) -> str:
        """What the person put in its place; empty where it was taken as asked."""
        return str(self.row.answer.get("label", ""))


CHIP_STATES = {
    State.OPEN: "suggested",
    State.ACCEPTED: "accepted",
    State.REJECTED: "refused",
    State.SUPERSEDED: "refused",
}


@dataclass(frozen=True)
class Questions:
    """The suggestions of a track: open ones in the order they are asked, and decided ones."""

    open: tuple[Asked, ...]
    decided: tuple[Asked, ...]
    last_decision: Suggestion | None

    @property
    def likely_count(self) -> int:
        """How many “accept all likely” would take."""
        return sum(each.is_likely for each in self.open)

    @property
    def accepted_count(self) -> int:
        """How many were accepted."""
        return sum(each.row.status == State.ACCEPTED for each in self.decided)

    @property
    def refused_count(self) -> int:
        """How many were refused."""
        return sum(each.row.status == State.REJECTED for each in self.decided)

    @property
    def lanes(self) -> list[Lane]:
        """The lanes under the waveform: every suggestion, whatever came of it."""
        return [
            Lane(
                each.facet,
                each.row.term,
                each.row.label,
                each.state,
                each.ranges,
                str(each.row.stem) if each.row.stem and each.row.is_term else "",
            )
            for each in (*self.open, *self.decided)
        ]


def questions_of(track_id: int, access: Access) -> Questions:
    """Read the suggestions of a visible track."""
    rules = suggesting_rules()
    order = {facet: place for place, facet in enumerate(rules.facets)}
    rows = (
        Suggestion.objects.visible_to(access)
        .filter(track_id=track_id)
        .exclude(status=State.SUPERSEDED)
        .select_related("stem", "decided_by")
    )
    asked = [
        Asked(
            row=row,
            ranges=tuple({"start_s": start, "end_s": end} for start, end in row.ranges),
            is_likely=row.confidence >= rules.likely,
        )
        for row in rows
    ]
    decided = [each for each in asked if not each.row.is_open]
    decided.sort(key=lambda each: (each.row.decided_at, each.row.pk), reverse=True)
    mine = [each.row for each in decided if each.row.decided_by_id == access.user_id]
    return Questions(
        open=tuple(
            sorted(
                (each for each in asked if each.row.is_open),
                key=lambda each: (order.get(each.row.facet, 99), -each.row.confidence, each.row.pk),
            )
        ),
        decided=tuple(decided),
        last_decision=mine[0] if mine else None,
    )


@dataclass(frozen=True)
class Hearing:
    """Everything the panel of a track shows."""

    track: Track
    progress: Progress
    facts: Facts | None
    questions: Questions
    can_decide: bool
    stem_check: StemCheck | None = None
    stem_sum: StemSum | None = None
    duplicates: tuple[Duplicate, ...] = ()

    @property
    def other_tempos(self) -> list[TempoCandidate]:
        """Tempos that could be meant, but for the one that is on the track."""
        candidates = self.facts.tempo_candidates if self.facts else ()
        stands = self.track.tempo_bpm
        return [each for each in candidates if not stands or not _same_tempo(each.bpm, stands)][:3]

    @property
    def lead(self) -> Recording | None:
        """The recording that is drawn: the master, or else the first stem."""
        return self.progress.recordings[0] if self.progress.recordings else None


def _same_tempo(one: float, other: float) -> bool:
    """Whether two tempos differ by less than anybody hears."""
    return abs(one - other) <= 0.01 * other


def track_hearing(access: Access, track_id: int) -> Hearing | None:
    """Read a track for its panel; None where it is not there for this person."""
    credits = TrackCredit.objects.select_related("artist").order_by("position", "pk")
    track = (
        Track.objects.visible_to(access)
        .select_related("audio", "release")
        .prefetch_related(Prefetch("credits", queryset=credits))
        .filter(pk=track_id)
        .first()
    )
    if track is None:
        return None
    recordings = recordings_of(track)
    stems = [each.stem for each in recordings if each.stem is not None]
    check = current_check(track, stems) if stems else None
    return Hearing(
        track=track,
        progress=Progress(recordings),
        facts=facts_of(recordings),
        questions=questions_of(track.pk, access),
        can_decide=access.can(Permission.EDIT)
        or Track.objects.editable_by(access).filter(pk=track.pk).exists(),
        stem_check=check,
        stem_sum=StemSum.from_json(check.result) if check and check.result else None,
        duplicates=tuple(duplicates(access, track.pk).exclude(answer="other")),
    )


def recordings_of(track: Track) -> tuple[Recording, ...]:
    """Give the master and the stems of a track with their newest runs."""
    stems = list(Stem.objects.filter(track=track).select_related("audio"))
    audio_ids = {stem.audio_id for stem in stems} | ({track.audio_id} if track.audio_id else set())
    runs = newest_runs(audio_ids)
    found = []
    if track.audio is not None:
        found.append(Recording("the master", track.audio, runs.get(track.audio.pk)))
    found += [Recording(str(stem), stem.audio, runs.get(stem.audio_id), stem) for stem in stems]
    return tuple(found)


@dataclass(frozen=True)
class Waiting:
    """How many suggestions wait for the person, on how many tracks."""

    suggestions: int
    tracks: int


def open_suggestions(access: Access) -> "QuerySet[Suggestion]":
    """Suggestions this person may decide."""
    return Suggestion.objects.decidable_by(access).open()


def waiting_for(access: Access) -> Waiting:
    """Count what waits for the person; one query."""
    return Waiting(**open_suggestions(access).aggregate(**_COUNTS))


@dataclass(frozen=True)
class ReviewPlace:
    """A place in Review: its neighbours that have open suggestions, going round, and what waits."""

    waiting: Waiting
    before: int | None
    after: int | None
    onwards: int | None


def review_place(access: Access, track_id: int) -> ReviewPlace:
    """Look around from a track, in one query; `onwards` may be the track itself."""
    found = open_suggestions(access).aggregate(
        **_COUNTS,
        first=Min("track_id", filter=~Q(track_id=track_id)),
        last=Max("track_id", filter=~Q(track_id=track_id)),
        lower=Max("track_id", filter=Q(track_id__lt=track_id)),
        higher=Min("track_id", filter=Q(track_id__gt=track_id)),
        here=Min("track_id", filter=Q(track_id=track_id)),
    )
    after = found["higher"] or found["first"]
    return ReviewPlace(
        waiting=Waiting(found["suggestions"], found["tracks"]),
        before=found["lower"] or found["last"],
        after=after,
        onwards=found["here"] or after,
    )


@dataclass(frozen=True)
class HeardSoFar:
    """How far the analysis of some tracks is, and what it asks."""

    recordings: int
    unfinished: int
    failed: int
    suggestions: int

    @property
    def ended(self) -> int:
        """Recordings that nobody waits for any more."""
        return self.recordings - self.unfinished


def heard_so_far(access: Access, track_ids: Iterable[int]) -> HeardSoFar:
    """Sum up the runs and the open suggestions of some tracks; two queries."""
    ids = set(track_ids)
    tracks = Track.objects.visible_to(access).filter(pk__in=ids)
    runs = AnalysisRun.objects.visible_to(access).on_tracks(tracks)
    counts = runs.aggregate(
        recordings=Count("pk"),
        unfinished=Count("pk", filter=Q(status__in=UNFINISHED)),
        failed=Count("pk", filter=Q(status=Status.FAILED)),
    )
    waiting = open_suggestions(access).filter(track_id__in=ids).count()
    return HeardSoFar(**counts, suggestions=waiting)


_COUNTS = {"suggestions": Count("pk"), "tracks": Count("track_id", distinct=True)}
