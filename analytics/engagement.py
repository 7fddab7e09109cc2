"""How people listen: from the listening page where listeners are known, from sources where not.

Only events that the workspace still keeps are read (`retention_of`), also on the day before a purge
has run. Both kinds are observed; they are shown apart because a source counts in its own way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.utils import timezone

from analytics import observed
from analytics.domain import engagement as domain
from analytics.domain.charts import Chart, Estimate, bar_chart
from analytics.domain.engagement import Event, Metric, Outcome
from analytics.prompt_spaces import known_spaces, space_of
from catalog.access import Access
from catalog.models import Track, TrackCredit
from prompts.listening import retention_of
from prompts.models import EventClass, ListeningEvent, SurveyAnswer, Turn

OUTCOMES = {
    ListeningEvent.Kind.PLAYED.value: Outcome.PLAYED,
    ListeningEvent.Kind.SKIPPED.value: Outcome.SKIPPED,
    ListeningEvent.Kind.COMPLETED.value: Outcome.COMPLETED,
}
SPACES_SHOWN = 12
GOOD_FROM = 4
"""Answers "mostly" and "entirely" count as content."""


@dataclass(frozen=True, slots=True)
class Line:
    """A figure with the words that define it."""

    name: str
    definition: str
    metric: Metric
    unit: str = "hearings"


@dataclass(frozen=True, slots=True)
class EngagementReport:
    """What is known of how people listen, to the whole workspace or to one track."""

    lines: tuple[Line, ...]
    places: tuple[Line, ...]
    spaces: tuple[Line, ...]
    counted: tuple[Line, ...]
    counted_places: tuple[Line, ...]
    chart: Chart | None
    hearings: int
    listeners: int
    first_day: date | None
    kept_days: int

    @property
    def is_empty(self) -> bool:
        return not self.hearings and not self.counted


def report(
    access: Access,
    *,
    track: Track | None = None,
    today: date | None = None,
    only_exportable: bool = False,
) -> EngagementReport:
    """Assemble the figures (about seven queries).

    `only_exportable` leaves out tracks whose owners allow no export: for what leaves the studio.
    """
    day = today or timezone.localdate()
    kept = retention_of(access.workspace)
    tracks = Track.objects.visible_to(access)
    if only_exportable:
        tracks = tracks.exportable()
    events = _events(access, tracks, since=day - timedelta(days=kept[EventClass.LISTENING]))
    everything = domain.hearings_of(events)
    own = [one for one in everything if track is None or one.track == track.pk]
    places = tuple(
        Line(_band(band), "Hearings skipped, of those at these places of the list.", metric)
        for band, metric in domain.by_band(own).items()
    )
    names = known_spaces()
    spaces = tuple(
        Line(names.get(slug, slug), "Hearings skipped, of those of the space.", metric)
        for slug, metric in list(domain.by_space(own).items())[:SPACES_SHOWN]
    )
    days = observed.days(access).filter(track__in=tracks)
    counted, counted_places = _counted(days if track is None else days.filter(track=track))
    survey_since = day - timedelta(days=kept[EventClass.SURVEY])
    return EngagementReport(
        lines=(
            *_listening(own, everything, tracks, track, day),
            *(() if track else (_survey(access, survey_since),)),
        ),
        places=places,
        spaces=spaces,
        counted=counted,
        counted_places=counted_places,
        chart=_chart(places),
        hearings=len(own),
        listeners=len({one.listener for one in own}),
        first_day=min((one.day for one in own), default=None),
        kept_days=kept[EventClass.LISTENING],
    )


def _events(access: Access, tracks: QuerySet[Track], *, since: date) -> list[Event]:
    rows: list[dict[str, Any]] = [
        dict(row)
        for row in ListeningEvent.objects.visible_to(access)
        .filter(track__in=tracks, kind__in=list(OUTCOMES), day__gte=since)
        .order_by()
        .values(
            "listener_id",
            "track_id",
            "turn_id",
            "kind",
            "place",
            "listened_s",
            "day",
            conversation=F("turn__conversation_id"),
            duration_s=F("track__audio__duration_s"),
        )
    ]
    artists: dict[int, set[int]] = {}
    for track_id, artist_id in TrackCredit.objects.filter(
        track_id__in={row["track_id"] for row in rows}
    ).values_list("track_id", "artist_id"):
        artists.setdefault(track_id, set()).add(artist_id)
    spaces = _spaces({row["conversation"] for row in rows if row["conversation"]})
    return [
        Event(
            listener=row["listener_id"],
            track=row["track_id"],
            artists=frozenset(artists.get(row["track_id"], ())),
            list_id=row["turn_id"],
            space=spaces.get(row["conversation"], ""),
            place=row["place"],
            day=row["day"],
            outcome=OUTCOMES[row["kind"]],
            share=row["listened_s"] / row["duration_s"]
            if row["listened_s"] is not None and row["duration_s"]
            else None,
        )
        for row in rows
    ]


def _spaces(conversations: set[int]) -> dict[int, str]:
    """The space of each conversation, by the words it began with."""
    found: dict[int, str] = {}
    turns = Turn.objects.filter(conversation_id__in=conversations).order_by("number")
    for conversation_id, text in turns.values_list("conversation_id", "text"):
        if conversation_id not in found and text:
            found[conversation_id] = space_of(text)
    return found


def _listening(
    own: Sequence[domain.Hearing],
    everything: Sequence[domain.Hearing],
    tracks: QuerySet[Track],
    track: Track | None,
    today: date,
) -> tuple[Line, ...]:
    several = (
        TrackCredit.objects.filter(track__in=tracks)
        .order_by()
        .values_list("artist_id")
        .annotate(Count("track", distinct=True))
    )
    of_artist = dict(several) if everything else {}
    seven, month = domain.REPEAT_DAYS
    return (
        Line("Listen depth", "Mean share of the track that was heard.", domain.depth(own)),
        Line(
            "Heard out",
            "Hearings that reached nine tenths of the track, of all hearings.",
            domain.completion(own),
        ),
        Line(
            "Skipped",
            "Hearings skipped by the button, or left within 30 seconds or a quarter of the track.",
            domain.skips(own),
        ),
        *(
            Line(
                f"Came back within {days} days",
                "Listeners who heard the same track again on a later day, of those whose "
                f"{days} days are over. Skips are left out.",
                domain.repeats(own, within_days=days, today=today),
                "listeners with a track",
            )
            for days in (seven, month)
        ),
        Line(
            "Went on to other tracks",
            "Listeners who heard another track of the same artist on a later day within "
            f"{domain.ONWARD_DAYS} days, from the first they heard; artists with several tracks.",
            domain.onward(
                everything,
                tracks_of_artist=of_artist,
                today=today,
                from_track=track.pk if track else None,
            ),
            "listeners with an artist",
        ),
    )


def _survey(access: Access, since: date) -> Line:
    answers = SurveyAnswer.objects.visible_to(access).filter(day__gte=since)
    return Line(
        "Content with the list",
        "Answers “mostly” or “entirely” to “Is this what you asked for?”.",
        domain.share_of(
            [
                (listener, answer >= GOOD_FROM)
                for listener, answer in answers.values_list("listener_id", "answer")
            ]
        ),
        "answers",
    )


PAIRS = (
    ("completions", "plays", "Heard out", "Completions of plays, as sources count them."),
    ("skips", "plays", "Skipped", "Skips of plays, as sources count them."),
    ("replays", "plays", "Played again", "Repeat plays of plays, as sources count them."),
)


def _counted(rows: QuerySet[Any]) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Figures of imported counts; these name no listeners, so who came back is not known."""
    sums = {
        f"{part}_{whole}": (
            Sum(part, filter=Q(**{f"{whole}__isnull": False})),
            Sum(whole, filter=Q(**{f"{part}__isnull": False})),
        )
        for part, whole, _, _ in PAIRS
    }
    found = rows.order_by().aggregate(
        **{f"{name}_part": pair[0] for name, pair in sums.items()},
        **{f"{name}_whole": pair[1] for name, pair in sums.items()},
    )
    lines = tuple(
        Line(
            name,
            definition,
            domain.counted_share(
                found[f"{part}_{whole}_part"] or 0, found[f"{part}_{whole}_whole"]
            ),
            "plays",
        )
        for part, whole, name, definition in PAIRS
        if found[f"{part}_{whole}_whole"]
    )
    by_place: dict[tuple[int, int], list[int]] = {}
    placed = rows.filter(place__gt=0, skips__isnull=False, plays__isnull=False)
    for row in placed.order_by().values("place").annotate(s=Sum("skips"), p=Sum("plays")):
        band = next(b for b in domain.PLACE_BANDS if b[0] <= row["place"] <= b[1])
        sums_of = by_place.setdefault(band, [0, 0])
        sums_of[0] += row["s"]
        sums_of[1] += row["p"]
    places = tuple(
        Line(
            _band(band),
            "Skips of plays at these places, as sources count them.",
            domain.counted_share(*by_place[band]),
            "plays",
        )
        for band in sorted(by_place)
    )
    return lines, places


def _band(band: tuple[int, int]) -> str:
    first, last = band
    if first == last:
        return f"Place {first}"
    return f"Places {first} to {last}" if last < 1_000 else f"From place {first} on"


def _chart(places: Sequence[Line]) -> Chart | None:
    rows = [
        Estimate(
            label=line.name,
            detail=f"n = {line.metric.n:,}",
            estimate=line.metric.interval.estimate,
            low=line.metric.interval.low,
            high=line.metric.interval.high,
        )
        for line in places
        if line.metric.interval
    ]
    return bar_chart(rows, what="Share of hearings skipped, by place in the list") if rows else None
