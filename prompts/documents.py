"""The catalog as the engine sees it: what people stand behind, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from catalog.models import Assertion, Description, Track, TrackCredit, Workspace
from catalog.models.tracks import TrackQuerySet
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
    "audio_id",
    "audio__duration_s",
    "release__label_name",
    "release__release_date",
    "release__original_date",
)
_ROW = (*_TRACK_FIELDS, "opt_out_simulation")

PART_TRACKS = 20_000
"""Tracks read at a time, about 50 MB of documents."""


@dataclass(frozen=True, slots=True)
class CatalogReading:
    """Tracks that prompts may find, and what the page needs beside: audio files, and who opted out.

    The prompt box stands for the systems listeners use, so it is a simulation too, and a track
    whose owner has opted out of simulations is not in it.
    """

    documents: list[TrackDocument]
    audio: dict[int, int]
    opted_out: frozenset[int]


def documents_of(
    workspace: Workspace, track_ids: Iterable[int] | None = None
) -> list[TrackDocument]:
    """Documents of the workspace's tracks (or of some of them), by key."""
    return read_catalog(workspace, track_ids).documents


def read_catalog(workspace: Workspace, track_ids: Iterable[int] | None = None) -> CatalogReading:
    """Read the workspace's tracks (or some of them) in four queries."""
    tracks = Track.objects.filter(workspace=workspace)
    if track_ids is not None:
        tracks = tracks.filter(pk__in=list(track_ids))
    return _read(tracks, list(tracks.order_by("pk").values(*_ROW)))


def catalog_parts(workspace: Workspace) -> Iterator[CatalogReading]:
    """Read the workspace's tracks some at a time by key, so that a million never lie in memory."""
    tracks = Track.objects.filter(workspace=workspace)
    last = 0
    while rows := list(tracks.filter(pk__gt=last).order_by("pk").values(*_ROW)[:PART_TRACKS]):
        first, last = rows[0]["pk"], rows[-1]["pk"]
        yield _read(tracks.filter(pk__gte=first, pk__lte=last), rows)
        if len(rows) < PART_TRACKS:
            return


def _read(tracks: TrackQuerySet, everything: list[dict[str, Any]]) -> CatalogReading:
    askable = tracks.simulatable()
    rows = [row for row in everything if not row["opt_out_simulation"]]
    of_tracks = {"track__in": askable}
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
        Description.objects.filter(**of_tracks, purpose=Description.Purpose.TEXT)
        .exclude(text="")
        .order_by("language", "length")
        .values_list("track_id", "text")
    ):
        texts[track_id].append(text)
    return CatalogReading(
        documents=[
            _document(row, dict(terms[row["pk"]]), artists[row["pk"]], texts[row["pk"]])
            for row in rows
        ],
        audio={row["pk"]: row["audio_id"] for row in rows if row["audio_id"]},
        opted_out=frozenset(row["pk"] for row in everything if row["opt_out_simulation"]),
    )


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
