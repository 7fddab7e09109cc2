"""Banks and markets ready to be asked. Kept in the process, for they take seconds to build."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from analytics import prompt_lists
from analytics.domain.market_draw import draw_market
from analytics.domain.prompt_space import PromptBank, build_bank, with_listed
from analytics.domain.results import BankLayout
from analytics.domain.traits import Traits, TraitsReader
from analytics.models import Market, MarketContent, SimulationRun
from analytics.models import PromptBank as BankRow
from analytics.reference import grammar, market_model
from analytics.snapshots import unpacked
from prompts.domain.documents import TrackDocument
from prompts.domain.index import TrackIndex
from prompts.domain.queries import QueryBlock
from prompts.engine import Engine, default_engine


@dataclass(frozen=True, slots=True)
class Arena:
    """A bank asked of a market: the prompts as the engine understood them, and the index."""

    bank: PromptBank
    market: TrackIndex
    queries: QueryBlock
    traits: Traits


@dataclass(frozen=True, slots=True)
class BankKey:
    """What decides a bank: prompts grown, their seed, a list of real prompts, sizes by people."""

    grown: int
    seed: int
    list_id: int | None = None
    listed: int = 0
    prior_id: int | None = None


@dataclass(frozen=True, slots=True)
class MarketKey:
    """What decides a market. One's own catalog is empty as a market: our tracks compete with each
    other already, and a copy of each would only stand in its way; `run_id` says whose catalog."""

    kind: str
    tracks: int
    seed: int
    market_id: int | None = None
    run_id: int | None = None


def engine() -> Engine:
    """The engine every simulation uses: the studio's own vocabulary."""
    return default_engine()


def bank(prompts: int, seed: int) -> PromptBank:
    """Grow a bank; the same numbers give the same prompts."""
    return _bank(BankKey(prompts, seed))


def bank_key(row: BankRow) -> BankKey:
    """What decides the bank of a row."""
    return BankKey(
        row.grown_count, row.seed, row.prompt_list_id, row.listed_count, row.size_prior_id
    )


def bank_of(row: BankRow) -> PromptBank:
    """Grow the bank of a row, with its listed prompts and its sizes."""
    return _bank(bank_key(row))


@lru_cache(maxsize=4)
def _bank(key: BankKey) -> PromptBank:
    grown = build_bank(grammar(), prompts=key.grown, seed=key.seed)
    if key.list_id is None and key.prior_id is None:
        return grown
    listed = prompt_lists.listed_prompts(key.list_id, key.listed, grown) if key.list_id else ()
    sizes = prompt_lists.chosen_sizes(key.prior_id) if key.prior_id else {}
    own_share = prompt_lists.own_share(key.list_id, grown) if key.list_id else None
    return with_listed(grown, listed, sizes=sizes, own_share=own_share)


def layout_of(prompt_bank: PromptBank) -> BankLayout:
    """Number the spaces and say which prompt belongs to which."""
    number = {space.slug: index for index, space in enumerate(prompt_bank.spaces)}
    return BankLayout(
        space_of_prompt=np.array(
            [number[prompt.space] for prompt in prompt_bank.prompts], dtype=np.int32
        ),
        sizes=np.array([space.size for space in prompt_bank.spaces]),
    )


def arena(*, prompts: int, bank_seed: int, tracks: int, market_seed: int) -> Arena:
    """Build bank, generated market and queries: 5 s for 20,000 tracks, 25 s for 100,000."""
    return _arena(
        BankKey(prompts, bank_seed), MarketKey(Market.Kind.GENERATED, tracks, market_seed)
    )


def arena_of(run: SimulationRun) -> Arena:
    """Build what a run asks; kept for the next shard of the same run."""
    market = run.market
    key = MarketKey(
        market.kind,
        market.track_count,
        market.seed,
        market.pk if market.kind == Market.Kind.IMPORTED else None,
        run.pk if market.kind == Market.Kind.OWN else None,
    )
    # Sizes do not change what is asked, only what it weighs.
    return _arena(replace(bank_key(run.bank), prior_id=None), key)


@lru_cache(maxsize=1)
def _arena(bank_key: BankKey, market_key: MarketKey) -> Arena:
    prompt_bank = _bank(bank_key)
    reader = TraitsReader()
    if market_key.kind == Market.Kind.OWN:
        assert market_key.run_id is not None
        content = SimulationRun.objects.values_list("documents", flat=True).get(
            pk=market_key.run_id
        )
        own = engine().build_index(unpacked(content))
        index = engine().build_index([], statistics=own.statistics)
    else:
        index = engine().build_index(reader.passing(_documents(market_key)))
    return Arena(prompt_bank, index, _queries(prompt_bank, index), reader.traits())


def _documents(key: MarketKey) -> Iterable[TrackDocument]:
    if key.market_id is None:
        return draw_market(market_model(), tracks=key.tracks, seed=key.seed).documents()
    content = MarketContent.objects.values_list("documents", flat=True).get(market_id=key.market_id)
    return unpacked(content)


def _queries(prompt_bank: PromptBank, index: TrackIndex) -> QueryBlock:
    return engine().encode([engine().parse(prompt.text) for prompt in prompt_bank.prompts], index)
