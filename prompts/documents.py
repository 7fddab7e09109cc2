"""The catalog as the engine sees it: what people stand behind, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from catalog.models import Assertion, Description, Track, TrackCredit, Workspace
from prompts.domain.documents import TrackDocument

_TRACK_FIELDS = (
    "pk",
    "title",
    "version_title",
    "tempo_bpm",
    "key_tonic",
    "key_mode",
    "lyrics_language",
    "recording_year",
    "audio__duration_s",
    "release__label_name",
    "release__release_date",
    "release__original_date",
)


def askable_tracks(workspace: Workspace) -> QuerySet[Track]:
    """Tracks that prompts may find: all whose owner has not opted out of simulation.

    The prompt box stands for the systems listeners use, so it is a simulation too.
    """
    return Track.objects.filter(workspace=workspace).simulatable()


def documents_of(
    workspace: Workspace, track_ids: Iterable[int] | None = None
) -> list[TrackDocument]:
    """Documents of the workspace's tracks (or of some of them), by key, in four queries."""
    tracks = askable_tracks(workspace)
    if track_ids is not None:
        tracks = tracks.filter(pk__in=list(track_ids))
    rows = list(tracks.order_by("pk").values(*_TRACK_FIELDS))
    of_tracks = {"track__in": tracks}
    terms: dict[int, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for track_id, facet, slug in (
        Assertion.objects.filter(**of_tracks)
        .order_by()
        .values_list("track_id", "term__facet", "term__slug")
    ):
        terms[track_id][facet][slug] = 1.0
    artists: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for track_id, artist_id, name in (
        TrackCredit.objects.filter(**of_tracks)
        .order_by("position", "pk")
        .values_list("track_id", "artist_id", "artist__name")
    ):
        artists[track_id].append((artist_id, name))
    texts: dict[int, list[str]] = defaultdict(list)
    for track_id, text in (
        Description.objects.filter(**of_tracks)
        .exclude(text="")
        .order_by("language", "length")
        .values_list("track_id", "text")
    ):
        texts[track_id].append(text)
    return [
        _document(row, dict(terms[row["pk"]]), artists[row["pk"]], texts[row["pk"]]) for row in rows
    ]


def _document(
    row: dict[str, Any],
    terms: dict[str, dict[str, float]],
    artists: list[tuple[int, str]],
    texts: list[str],
) -> TrackDocument:
    title, version = row["title"], row["version_title"]
    released = row["release__original_date"] or row["release__release_date"]
    tonic, mode = row["key_tonic"], row["key_mode"]
    return TrackDocument(
        track_id=row["pk"],
        title=f"{title} ({version})" if version else title,
        artists=tuple(name for _, name in artists),
        artist_ids=tuple(artist_id for artist_id, _ in artists),
        terms=terms,
        texts=tuple(texts),
        tempo_bpm=row["tempo_bpm"],
        key=f"{tonic} {mode}" if tonic and mode else "",
        year=row["recording_year"] or (released.year if released else None),
        language=row["lyrics_language"],
        duration_s=row["audio__duration_s"],
        label=row["release__label_name"] or "",
    )
