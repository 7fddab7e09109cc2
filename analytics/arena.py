"""Banks and markets ready to be asked. Kept in the process, for they take seconds to build."""

import io
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from analytics.domain.market_draw import draw_market
from analytics.domain.prompt_space import PromptBank, build_bank
from analytics.domain.results import BankLayout
from analytics.domain.simulation import Outcome
from analytics.reference import grammar, market_model
from prompts.domain.index import Statistics, TrackIndex
from prompts.domain.queries import QueryBlock
from prompts.engine import Engine, default_engine


@dataclass(frozen=True, slots=True)
class Arena:
    """A bank asked of a market: the prompts as the engine understood them, and the index."""

    bank: PromptBank
    market: TrackIndex
    queries: QueryBlock


def engine() -> Engine:
    """The engine every simulation uses: the studio's own vocabulary."""
    return default_engine()


@lru_cache(maxsize=4)
def bank(prompts: int, seed: int) -> PromptBank:
    """Grow a bank; the same numbers give the same prompts."""
    return build_bank(grammar(), prompts=prompts, seed=seed)


def layout_of(prompt_bank: PromptBank) -> BankLayout:
    """Number the spaces and say which prompt belongs to which."""
    number = {space.slug: index for index, space in enumerate(prompt_bank.spaces)}
    return BankLayout(
        space_of_prompt=np.array(
            [number[prompt.space] for prompt in prompt_bank.prompts], dtype=np.int32
        ),
        sizes=np.array([space.size for space in prompt_bank.spaces]),
    )


@lru_cache(maxsize=1)
def arena(*, prompts: int, bank_seed: int, tracks: int, market_seed: int) -> Arena:
    """Build bank, market and queries: about 5 s for 20,000 tracks, 25 s for 100,000."""
    prompt_bank = bank(prompts, bank_seed)
    market = draw_market(market_model(), tracks=tracks, seed=market_seed)
    index = engine().build_index(market.documents())
    return Arena(prompt_bank, index, _queries(prompt_bank, index))


def _queries(prompt_bank: PromptBank, index: TrackIndex) -> QueryBlock:
    return engine().encode([engine().parse(prompt.text) for prompt in prompt_bank.prompts], index)


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


def packed_outcome(outcome: Outcome) -> bytes:
    """Write what a shard gave."""
    room = io.BytesIO()
    arrays = {name: getattr(outcome, name) for name in _OUTCOME_ARRAYS}
    np.savez_compressed(room, first_prompt=outcome.first_prompt, **arrays)
    return room.getvalue()


def unpacked_outcome(content: bytes | memoryview) -> Outcome:
    """Read what `packed_outcome` wrote."""
    with np.load(io.BytesIO(bytes(content)), allow_pickle=False) as arrays:
        return Outcome(
            first_prompt=int(arrays["first_prompt"]),
            **{name: arrays[name] for name in _OUTCOME_ARRAYS},
        )
