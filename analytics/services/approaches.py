"""The same simulation by another approach, and which of them the reports show."""

from django.utils import timezone

from analytics.models import Market, SimulationRun
from analytics.services.runs import DEFAULT_MARKET_TRACKS, start_run
from catalog.models import User


def start_like(
    last: SimulationRun, *, approach: str | None = None, by: User | None = None
) -> SimulationRun:
    """Start a run with the sizes, market, prompts and seed of another one.

    One of another approach stands beside it: the reports go on showing what they show.

    Raises
    ------
    SimulationRefused : see `start_run`
    """
    market = last.market
    is_generated = market.kind == Market.Kind.GENERATED
    return start_run(
        workspace=last.workspace,
        by=by,
        prompts=last.bank.grown_count,
        market_tracks=market.track_count if is_generated else DEFAULT_MARKET_TRACKS,
        seed=last.seed,
        examination=last.examination,
        market=market if market.kind == Market.Kind.IMPORTED else None,
        own_market=market.kind == Market.Kind.OWN,
        prompt_list=last.bank.prompt_list,
        approach=approach or last.approach,
        is_beside=approach not in (None, last.approach),
    )


def show(run: SimulationRun) -> None:
    """Let all reports show this run until a newer one finishes."""
    SimulationRun.objects.filter(pk=run.pk).finished().update(shown_at=timezone.now())
