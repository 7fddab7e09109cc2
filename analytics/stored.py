"""What runs keep as bytes: arrays written and read back, the same to the last bit."""

import io

import numpy as np
from scipy.sparse import csr_array

from analytics.domain.answering import Asked
from analytics.domain.lists import ShardLists
from analytics.domain.simulation import Outcome
from analytics.domain.traits import Traits
from prompts.domain.index import Statistics


def packed_statistics(statistics: Statistics) -> bytes:
    """Write the market's idea of rarity, so that counterfactuals need not draw the market."""
    room = io.BytesIO()
    np.savez_compressed(
        room,
        tracks=statistics.tracks,
        concept_rarity=statistics.concept_rarity,
        word_rarity=statistics.word_rarity,
        mean_length=statistics.mean_length,
    )
    return room.getvalue()


def unpacked_statistics(content: bytes | memoryview) -> Statistics:
    """Read what `packed_statistics` wrote."""
    with np.load(io.BytesIO(bytes(content)), allow_pickle=False) as arrays:
        return Statistics(
            tracks=int(arrays["tracks"]),
            concept_rarity=arrays["concept_rarity"],
            word_rarity=arrays["word_rarity"],
            mean_length=float(arrays["mean_length"]),
        )


_OUTCOME_ARRAYS = ("prompt", "track", "rank", "score", "list_scores", "market_scores")
_FITS = ("fit", "list_fits", "market_fits")


def packed_outcome(outcome: Outcome) -> bytes:
    """Write what a shard gave; fits only where they are not the scores."""
    room = io.BytesIO()
    is_one = np.array_equal(outcome.fit, outcome.score) and np.array_equal(
        outcome.list_fits, outcome.list_scores
    )
    names = _OUTCOME_ARRAYS if is_one else (*_OUTCOME_ARRAYS, *_FITS)
    arrays = {name: getattr(outcome, name) for name in names}
    np.savez_compressed(room, first_prompt=outcome.first_prompt, **arrays)
    return room.getvalue()


def unpacked_outcome(content: bytes | memoryview) -> Outcome:
    """Read what `packed_outcome` wrote."""
    with np.load(io.BytesIO(bytes(content)), allow_pickle=False) as arrays:
        found = {name: arrays[name] for name in arrays.files if name != "first_prompt"}
        if "fit" not in found:
            lists = found["list_scores"]
            found |= {"fit": found["score"], "list_fits": lists}
            found["market_fits"] = found["market_scores"][:, : lists.shape[1]]
        return Outcome(first_prompt=int(arrays["first_prompt"]), **found)


def packed_lists(lists: ShardLists) -> bytes:
    """Write who stands in the lists of a shard."""
    room = io.BytesIO()
    np.savez_compressed(
        room,
        first_prompt=lists.first_prompt,
        tracks=lists.tracks,
        difference=lists.difference,
        sums=lists.sums,
    )
    return room.getvalue()


def unpacked_lists(content: bytes | memoryview) -> ShardLists:
    """Read what `packed_lists` wrote."""
    with np.load(io.BytesIO(bytes(content)), allow_pickle=False) as arrays:
        return ShardLists(
            first_prompt=int(arrays["first_prompt"]),
            tracks=arrays["tracks"],
            difference=arrays["difference"],
            sums=arrays["sums"],
        )


_TRAITS = ("artist_tracks", "language", "tags", "popularity")


def packed_traits(traits: Traits) -> bytes:
    """Write the traits of a market's tracks: about 3 bytes a track."""
    room = io.BytesIO()
    np.savez_compressed(room, **{name: getattr(traits, name) for name in _TRAITS})
    return room.getvalue()


def unpacked_traits(content: bytes | memoryview) -> Traits:
    """Read what `packed_traits` wrote."""
    with np.load(io.BytesIO(bytes(content)), allow_pickle=False) as arrays:
        return Traits(**{name: arrays[name] for name in _TRAITS})


def packed_asked(asked: Asked) -> bytes:
    """Write what an approach knows of the askers of a shard; two bytes a number lose nothing."""
    room = io.BytesIO()
    leaning = asked.leaning.astype(np.float16)
    np.savez_compressed(room, liked=asked.liked, leaning=leaning, scale=asked.scale)
    return room.getvalue()


def unpacked_asked(content: bytes | memoryview) -> Asked:
    """Read what `packed_asked` wrote."""
    with np.load(io.BytesIO(bytes(content)), allow_pickle=False) as arrays:
        return Asked(arrays["liked"], arrays["leaning"].astype(np.float32), arrays["scale"])


def packed_table(table: csr_array) -> bytes:
    """Write a sparse table."""
    room = io.BytesIO()
    np.savez_compressed(
        room,
        data=table.data,
        indices=table.indices,
        indptr=table.indptr,
        shape=np.array(table.shape),
    )
    return room.getvalue()


def unpacked_table(content: bytes | memoryview) -> csr_array:
    """Read what `packed_table` wrote."""
    with np.load(io.BytesIO(bytes(content)), allow_pickle=False) as arrays:
        shape = tuple(int(size) for size in arrays["shape"])
        return csr_array((arrays["data"], arrays["indices"], arrays["indptr"]), shape=shape)
