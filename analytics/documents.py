"""The catalog as the prompt engine sees it, and how a run keeps that view."""

import json
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from catalog.models import Track, Workspace
from prompts.domain.documents import TrackDocument


def documents_of(workspace: Workspace) -> list[TrackDocument]:
    """Give every track that allows simulation, in the order of their keys (four queries)."""
    return [document_of(track) for track in readable(_simulatable(workspace))]


def readable(tracks: Any) -> Any:
    """Fetch what a document needs beside the tracks."""
    return tracks.select_related("release", "audio").prefetch_related(
        "assertions__term", "credits__artist", "descriptions"
    )


def _simulatable(workspace: Workspace) -> Any:
    return Track.objects.filter(workspace=workspace).simulatable().order_by("pk")


def document_of(track: Track) -> TrackDocument:
    """Read one track; only what people stand behind counts."""
    terms: dict[str, dict[str, float]] = {}
    for assertion in track.assertions.all():
        terms.setdefault(assertion.term.facet, {})[assertion.term.slug] = 1.0
    credits = list(track.credits.all())
    return TrackDocument(
        track_id=track.pk,
        title=track.display_title,
        artists=tuple(credit.artist.name for credit in credits),
        artist_ids=tuple(credit.artist_id for credit in credits),
        terms=terms,
        texts=tuple(entry.text for entry in track.descriptions.all() if entry.text.strip()),
        tempo_bpm=track.tempo_bpm,
        key=f"{track.key_tonic} {track.key_mode}" if track.key_tonic and track.key_mode else "",
        year=track.recording_year,
        language=track.lyrics_language,
        duration_s=track.audio.duration_s if track.audio else None,
    )


def packed(documents: Iterable[TrackDocument]) -> bytes:
    """Write documents as compressed JSON."""
    rows = [asdict(document) for document in documents]
    return zlib.compress(json.dumps(rows, ensure_ascii=False).encode(), level=6)


def unpacked(content: bytes | memoryview) -> list[TrackDocument]:
    """Read what `packed` wrote."""
    rows = json.loads(zlib.decompress(bytes(content)))
    return [_document(row) for row in rows]


_TUPLES = ("artists", "artist_ids", "texts", "signature")


def _document(row: dict[str, Any]) -> TrackDocument:
    values: dict[str, Any] = dict(row)
    for name in _TUPLES:
        values[name] = tuple(values[name])
    return TrackDocument(**values)


def track_ids(documents: Sequence[TrackDocument]) -> list[int]:
    """Keys of the tracks, in order."""
    return [document.track_id for document in documents]
