"""The weekly look at fairness: the newest simulation once more, with the catalog as it is now."""

from datetime import datetime

from analytics.models import Market, SimulationRun
from analytics.services.fairness import due_workspaces
from analytics.services.runs import DEFAULT_MARKET_TRACKS, SimulationRefused, start_run


def start_weekly_runs(*, now: datetime | None = None) -> list[SimulationRun]:
    """Start what is due, each with the sizes, market, prompts and seed of the run before.

    A workspace whose run cannot start (all tracks opted out meanwhile) is left for the next day.
    """
    started = []
    for last in due_workspaces(now=now):
        try:
            started.append(start_again(last))
        except SimulationRefused:
            continue
    return started


def start_again(last: SimulationRun) -> SimulationRun:
    """Start a run like another one.

    Raises
    ------
    SimulationRefused : see `start_run`
    """
    market = last.market
    is_generated = market.kind == Market.Kind.GENERATED
    return start_run(
        workspace=last.workspace,
        by=None,
        prompts=last.bank.grown_count,
        market_tracks=market.track_count if is_generated else DEFAULT_MARKET_TRACKS,
        seed=last.seed,
        examination=last.examination,
        market=market if market.kind == Market.Kind.IMPORTED else None,
        own_market=market.kind == Market.Kind.OWN,
        prompt_list=last.bank.prompt_list,
        approach=last.approach,
    )
