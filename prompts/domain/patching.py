"""An index after some tracks changed, without reading the others again."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from prompts.domain.building import (
    Part,
    assembled,
    carrier_rows,
    count_rarity,
    encode_chunk,
    fact_table,
    signature_table,
    word_rows,
)
from prompts.domain.documents import TrackDocument
from prompts.domain.index import Facts, TrackIndex
from prompts.domain.lexical import BUCKETS
from prompts.domain.postings import Floats, merged

Row = TypeVar("Row")


def patch_index(
    index: TrackIndex, documents: Sequence[TrackDocument], gone: Iterable[int] = ()
) -> TrackIndex:
    """The index after some tracks changed, came or went; the others are not read again.

    Rarity is counted anew; the mean length that BM25 pulls towards is kept.
    """
    replaced = np.array([*(d.track_id for d in documents), *gone], dtype=np.int64)
    kept = np.flatnonzero(~np.isin(index.track_ids, replaced))
    new: list[Part] = []
    rows = np.zeros((0, index.columns.width), dtype=np.float32)
    if documents:
        part, rows = encode_chunk(list(documents), index.space, index.encoder)
        new.append(part)
    new_ids = np.array([i for part in new for i in part.track_ids], dtype=np.int64)
    ids = np.concatenate([index.track_ids[kept], new_ids])
    order = np.argsort(ids, kind="stable")
    place = np.empty(len(ids), dtype=np.int32)
    place[order] = np.arange(len(ids), dtype=np.int32)
    moved = np.full(len(index), -1, dtype=np.int32)
    moved[kept] = place[: len(kept)]
    added = place[len(kept) :]
    columns = index.columns.patched(kept, place[: len(kept)], added, rows)
    mean_length = index.statistics.mean_length
    words = merged(index.words, moved, word_rows(new, mean_length), added, BUCKETS)
    width = max((len(s) for part in new for s in part.signatures), default=0)
    if index.signatures is not None:
        width = index.signatures.shape[1]
    return assembled(
        space=index.space,
        encoder=index.encoder,
        statistics=count_rarity(columns, words, mean_length),
        track_ids=ids[order],
        columns=columns,
        carriers=merged(index.carriers, moved, (*carrier_rows(new), None), added, len(index.space)),
        words=words,
        facts=_merged_facts(index.facts, fact_table(new), kept, order),
        artist_names=_merged_rows(
            index.artist_names, [a for p in new for a in p.artists], kept, order
        ),
        title_keys=_merged_rows(index.title_keys, [t for p in new for t in p.titles], kept, order),
        label_names=_merged_rows(
            index.label_names, [name for p in new for name in p.labels], kept, order
        ),
        signatures=_merged_signatures(index, new, kept, order, width),
    )


def _merged_rows(
    before: Sequence[Row], new: Sequence[Row], kept: NDArray[np.intp], order: NDArray[np.intp]
) -> tuple[Row, ...]:
    together = [*(before[at] for at in kept), *new]
    return tuple(together[at] for at in order)


def _merged_facts(
    before: Facts, new: Facts, kept: NDArray[np.intp], order: NDArray[np.intp]
) -> Facts:
    def merged(name: str) -> NDArray[Any]:
        return np.concatenate([getattr(before, name)[kept], getattr(new, name)])[order]

    return Facts(**{entry.name: merged(entry.name) for entry in fields(Facts)})


def _merged_signatures(
    index: TrackIndex,
    new: Sequence[Part],
    kept: NDArray[np.intp],
    order: NDArray[np.intp],
    width: int,
) -> Floats | None:
    if not width:
        return None
    old = index.signatures
    rows = np.zeros((len(index), width), dtype=np.float32) if old is None else old
    fresh = signature_table([s for part in new for s in part.signatures], width)
    together: Floats = np.concatenate([rows[kept], fresh])[order]
    return together
