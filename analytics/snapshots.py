"""How a run keeps the catalog as it was when it began."""

import json
import zlib
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from catalog.models import Workspace
from prompts.documents import documents_of
from prompts.domain.documents import TrackDocument


def snapshot_of(workspace: Workspace) -> list[TrackDocument]:
    """Give every track that allows simulation, without names.

    The bank's prompts name no title, artist or label, and the generated market has none: leaving
    ours out keeps a title like "Night Drive" from winning prompts about night drives.
    """
    return [nameless(document) for document in documents_of(workspace)]


def nameless(document: TrackDocument) -> TrackDocument:
    """Take the names off. Numbers of artists stay: fairness asks how many tracks an artist has."""
    return replace(document, title="", artists=(), label="")


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
