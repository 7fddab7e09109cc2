"""The same simulation by another approach or seed, and which run the reports show."""

from django.db import transaction
from django.utils import timezone

from analytics.models import Market, SimulationRun
from analytics.models.runs import Status
from analytics.services.runs import DEFAULT_MARKET_TRACKS, SimulationRefused, start_run
from catalog.models import User


def start_like(
    last: SimulationRun,
    *,
    approach: str | None = None,
    seed: int | None = None,
    seeds_left: int = 0,
    by: User | None = None,
) -> SimulationRun:
    """Start a run with the sizes, market, prompts and seed of another one.

    One of another approach or seed stands beside it: the reports go on showing what they show.

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
        seed=last.seed if seed is None else seed,
        examination=last.examination,
        market=market if market.kind == Market.Kind.IMPORTED else None,
        own_market=market.kind == Market.Kind.OWN,
        prompt_list=last.bank.prompt_list,
        approach=approach or last.approach,
        is_beside=approach not in (None, last.approach) or seed not in (None, last.seed),
        seeds_left=seeds_left,
    )


def show(run: SimulationRun) -> None:
    """Let all reports show this run until a newer one finishes."""
    SimulationRun.objects.filter(pk=run.pk).finished().update(shown_at=timezone.now())


MOST_SEEDS = 10


def repeat(shown: SimulationRun, *, seeds: int, used: set[int], by: User) -> SimulationRun:
    """Start the run again with the first of `seeds` new seeds; the others follow one by one.

    Raises
    ------
    SimulationRefused : too many at a time, or see `start_run`
    """
    if not 1 <= seeds <= MOST_SEEDS:
        raise SimulationRefused(f"Repeat it with 1 to {MOST_SEEDS} seeds at a time.")
    return start_like(shown, seed=_next(shown.seed, used), seeds_left=seeds - 1, by=by)


def start_next_seeds() -> list[SimulationRun]:
    """Start what is to be repeated and waits for the run before it; harmless to call twice.

    Where another run of the workspace is under way, the next call tries again.
    """
    started = []
    waiting = SimulationRun.objects.filter(status=Status.DONE, seeds_left__gt=0)
    for done in waiting.select_related("workspace", "bank__prompt_list", "market", "created_by"):
        others = SimulationRun.objects.filter(workspace_id=done.workspace_id)
        used = set(others.filter(approach=done.approach).values_list("seed", flat=True))
        try:
            with transaction.atomic():
                held = SimulationRun.objects.filter(pk=done.pk, seeds_left=done.seeds_left)
                if not held.update(seeds_left=0):
                    continue  # another worker was quicker
                started.append(
                    start_like(
                        done,
                        seed=_next(done.seed, used),
                        seeds_left=done.seeds_left - 1,
                        by=done.created_by,
                    )
                )
        except SimulationRefused:
            continue
    return started


def _next(seed: int, used: set[int]) -> int:
    """The first seed after this one that was not used."""
    following = seed + 1
    while following in used:
        following += 1
    return following
