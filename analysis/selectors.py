"""Reads that the analysis pages share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Min, Prefetch, Q, QuerySet

from analysis.domain.bar_ruler import BarRuler, ruler
from analysis.domain.result import ENGINE, Bars
from analysis.domain.stem_sum import StemSum
from analysis.domain.streaming import Playback, playbacks
from analysis.domain.suggestions import NAMED
from analysis.likeness import duplicates
from analysis.models import UNFINISHED, AnalysisRun, Duplicate, Status, StemCheck, Suggestion
from analysis.models.suggestions import STEM_ROLE
from analysis.rules import loudness_targets, suggesting_rules
from analysis.services.deriving import newest_runs
from analysis.services.stem_sums import current_check
from catalog.access import Access, Permission
from catalog.domain.keys import Key
from catalog.models import AudioFile, Stem, Track, TrackCredit

State = Suggestion.Status


@dataclass(frozen=True)
class Recording:
    """The master or a stem, with its newest run."""

    label: str
    audio: AudioFile
    run: AnalysisRun | None
    stem: Stem | None = None


@dataclass(frozen=True)
class Progress:
    """How far the analysis of a track is, over all its recordings."""

    recordings: tuple[Recording, ...]

    @property
    def unfinished(self) -> list[Recording]:
        """Recordings that are waiting or being heard."""
        return [each for each in self.recordings if each.run and each.run.is_unfinished]

    @property
    def failed(self) -> list[Recording]:
        """Recordings whose analysis failed."""
        return [each for each in self.recordings if each.run and each.run.status == Status.FAILED]

    @property
    def stopped(self) -> list[Recording]:
        """Recordings whose analysis somebody stopped."""
        found = [each for each in self.recordings if each.run]
        return [each for each in found if each.run and each.run.status == Status.CANCELLED]

    @property
    def is_busy(self) -> bool:
        """Whether something is still to come."""
        return bool(self.unfinished)

    @property
    def share(self) -> float:
        """How much is done, from 0 to 1; every recording counts the same."""
        if not self.recordings:
            return 0.0
        done = sum(_share_of(each.run) for each in self.recordings)
        return round(done / len(self.recordings), 3)

    @property
    def sentence(self) -> str:
        """Say what happens now: “Drums (3 of 5): decoding”."""
        running = [each for each in self.unfinished if each.run and each.run.status != "queued"]
        total = len(self.recordings)
        count = f" ({total - len(self.unfinished) + 1} of {total})" if total > 1 else ""
        if not running:
            return f"Waiting for its turn{count}"
        stage = (running[0].run.stage if running[0].run else "") or "Starting"
        if total == 1:
            return stage
        label = running[0].label
        return f"{label[:1].upper()}{label[1:]}{count}: {stage[:1].lower()}{stage[1:]}"

    @property
    def warnings(self) -> list[tuple[str, str]]:
        """What people should know about their files, with the name of the recording."""
        return [
            (each.label, warning)
            for each in self.recordings
            if each.run and each.run.status == Status.DONE
            for warning in each.run.warnings
        ]


def _share_of(run: AnalysisRun | None) -> float:
    if run is None:
        return 0.0
    return run.progress if run.is_unfinished else 1.0


@dataclass(frozen=True)
class TempoCandidate:
    """A tempo that could be meant."""

    bpm: float
    confidence: float


@dataclass(frozen=True)
class TempoStretch:
    """Seconds in which the tempo stays the same."""

    start_s: float
    end_s: float
    bpm: float


@dataclass(frozen=True)
class RunnerUp:
    """The next best key, and how it is related to the best."""

    key: Key
    confidence: float
    relation: str


@dataclass(frozen=True)
class Facts:
    """What was measured in the recording that speaks for the track."""

    recording: str
    tempo_bpm: float | None
    tempo_candidates: tuple[TempoCandidate, ...]
    tempo_stretches: tuple[TempoStretch, ...]
    bars: BarRuler | None
    key: Key | None
    key_confidence: float | None
    key_runner_up: RunnerUp | None
    key_reason: str
    tuning_hz: float | None
    loudness_lufs: float | None
    loudness_range_lu: float | None
    true_peak_dbtp: float | None
    playback: tuple[Playback, ...]
    vocals_label: str
    vocals_probability: float | None
    vocals_share: float | None
    valence: float | None
    arousal: float | None
    models: tuple[tuple[str, str], ...]

    @property
    def tempo_changes(self) -> bool:
        """Whether the tempo is another one in some part."""
        return len(self.tempo_stretches) > 1

    @property
    def vocals_words(self) -> str:
        """Say whether somebody sings."""
        return VOCALS_WORDS.get(self.vocals_label, "Not clear")


def model_name(model: str) -> str:
    """Name a model as people read it; our own estimators carry the studio's name."""
    return "Liner" if model == ENGINE else model


VOCALS_WORDS = {"present": "Somebody sings", "none": "No voice", "ambiguous": "Not clear"}


def facts_of(recordings: Sequence[Recording]) -> Facts | None:
    """Read the figures of the master, or of the first stem where there is no master."""
    heard = [each for each in recordings if each.run and each.run.status == Status.DONE]
    if not heard:
        return None
    first = heard[0]
    result: dict[str, Any] = first.run.result if first.run else {}
    lufs, peak = result.get("loudness_lufs"), result.get("true_peak_dbtp")
    tonic, mode = result.get("key"), result.get("mode")
    return Facts(
        recording=first.label,
        tempo_bpm=result.get("tempo_bpm") if result.get("tempo_firm") else None,
        tempo_candidates=tuple(
            TempoCandidate(round(each["bpm"], 1), each["confidence"])
            for each in result.get("tempo_candidates", ())
        ),
        tempo_stretches=tuple(TempoStretch(**each) for each in result.get("tempo_stretches", ())),
        bars=_bars(result),
        key=Key(tonic, mode) if tonic and mode else None,
        key_confidence=result.get("key_confidence"),
        key_runner_up=_runner_up(result.get("key_runner_up")),
        key_reason=result.get("key_reason") or "",
        tuning_hz=result.get("tuning_hz"),
        loudness_lufs=lufs,
        loudness_range_lu=result.get("loudness_range_lu"),
        true_peak_dbtp=peak,
        playback=tuple(playbacks(lufs, peak, loudness_targets())) if lufs is not None else (),
        vocals_label=result.get("vocals_label") or "",
        vocals_probability=result.get("vocals_probability"),
        vocals_share=result.get("vocals_share"),
        valence=result.get("valence"),
        arousal=result.get("arousal"),
        models=tuple(
            sorted(
                (model_name(model), version) for model, version in result.get("models", {}).items()
            )
        ),
    )


def _bars(result: dict[str, Any]) -> BarRuler | None:
    found, duration_s = result.get("bars"), result.get("duration_s")
    return ruler(Bars(**found), duration_s) if found and duration_s else None


def _runner_up(found: dict[str, Any] | None) -> RunnerUp | None:
    if not found:
        return None
    key = Key(found["tonic"], found["mode"])
    return RunnerUp(key, found["confidence"], found["relation"])


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


def running_count(access: Access) -> int:
    """Count recordings that are waiting or being heard, of those the person may see."""
    return AnalysisRun.objects.visible_to(access).unfinished().count()


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
