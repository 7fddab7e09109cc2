"""The fairness ledger of a run: kept by shards, summed up, watched week by week."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from analytics import arena as arenas
from analytics import stored
from analytics.domain.chances import relevance_of
from analytics.domain.exposure import tail_of, thin_of
from analytics.domain.fairness import Ledger, keep_ledger
from analytics.domain.intervals import Interval
from analytics.domain.lists import EMPTY, Floats, Listening, ShardLists, lists_of, merge_lists
from analytics.domain.simulation import MarketRanks, Outcome, full_relevance
from analytics.domain.traits import joined, traits_of
from analytics.models import FairnessLedger, FairnessWatch, SimulationRun
from analytics.models.fairness import Measure
from analytics.services.fitting import choice_of
from analytics.ways import scoring_of
from catalog.errors import StudioError
from catalog.models import Membership, User, Workspace
from catalog.roles import ROLE_REACH, Permission, Role
from catalog.services.notices import tell
from prompts.domain.documents import TrackDocument
from prompts.domain.index import TrackIndex

WEEK = timedelta(days=7)
SLACK = timedelta(hours=6)
"""The weekly look is due a little early, so that the hour does not creep on week by week."""


class WatchRefused(StudioError):
    """The watch cannot be set as asked."""


def _weights(run: SimulationRun) -> Floats:
    layout = arenas.layout_of(arenas.bank_of(run.bank))
    share = layout.sizes / np.maximum(layout.prompts_in, 1)
    return np.asarray(share[layout.space_of_prompt])


def shard_lists(
    run: SimulationRun,
    outcome: Outcome,
    ranks: MarketRanks,
    *,
    arena: arenas.Arena,
    own: TrackIndex,
    documents: Sequence[TrackDocument],
) -> ShardLists:
    """Say who stands in the lists of a shard, and what boosts would change."""
    traits = joined(arena.traits, traits_of(documents))
    weights = _weights(run)
    return lists_of(
        outcome,
        ranks,
        market=arena.market,
        own=own,
        targets=(tail_of(traits)[0], thin_of(traits)),
        listening=Listening(
            weights[outcome.first_prompt : outcome.first_prompt + outcome.prompts],
            choice_of(run),
            full_relevance(arenas.engine().blend),
            scoring_of(run).full_score(full_relevance(arenas.engine().blend)),
        ),
    )


def ledger_of(
    run: SimulationRun, outcome: Outcome, *, documents: Sequence[TrackDocument]
) -> FairnessLedger | None:
    """Sum up the lists of a run whose shards are done; nothing is stored yet.

    None where a shard was done before lists were kept: an upgrade while the run was under way.
    """
    contents = list(run.shards.order_by("first_prompt").values_list("lists", flat=True))
    kept = [stored.unpacked_lists(content) for content in contents if content is not None]
    if run.market_traits is None or len(kept) < len(contents):
        return None
    lists = merge_lists(kept)
    traits = joined(stored.unpacked_traits(run.market_traits), traits_of(documents))
    full = full_relevance(arenas.engine().blend)
    weights = _weights(run)
    listening = Listening(weights, choice_of(run), full, scoring_of(run).full_score(full))
    looked = listening.looked(relevance_of(outcome.list_fits, full))
    ledger = keep_ledger(
        lists,
        looked=np.where(lists.tracks != EMPTY, looked, 0.0),
        weights=weights,
        traits=traits,
        own_tracks=len(documents),
    )
    return _row(run, ledger)


def _row(run: SimulationRun, ledger: Ledger) -> FairnessLedger:
    return FairnessLedger(
        workspace_id=run.workspace_id,
        run=run,
        prompt_count=ledger.prompts,
        track_count=ledger.tracks,
        tail_by=ledger.tail_by,
        figures={measure.value: _three(getattr(ledger, measure.value)) for measure in Measure},
        groups={
            name: [{**asdict(group), "exposure": _three(group.exposure)} for group in groups]
            for name, groups in ledger.groups.items()
        },
        boosts={
            name: [
                {
                    "strength": point.strength,
                    "exposure": _three(point.exposure),
                    "lost": _three(point.lost),
                    "unsure": point.unsure,
                }
                for point in points
            ]
            for name, points in ledger.boosts.items()
        },
    )


def _three(interval: Interval) -> list[float]:
    return [interval.estimate, interval.low, interval.high]


def store_ledger(ledger: FairnessLedger | None) -> None:
    """Store the ledger of a run, if any, and tell people when the watched figure crosses its line.

    A run that stands beside the one shown (another approach or seed) rings no alarm. Belongs into
    the transaction that ends the run.
    """
    if ledger is None:
        return
    FairnessLedger.objects.filter(run=ledger.run).delete()
    shown = FairnessLedger.objects.filter(workspace_id=ledger.workspace_id, run__is_beside=False)
    before = shown.order_by("-run_id").first()
    ledger.save()
    if ledger.run.is_beside:
        return
    watch = (
        FairnessWatch.objects.filter(workspace_id=ledger.workspace_id)
        .select_related("workspace", "set_by")
        .first()
    )
    if watch is None or not watch.is_crossed(ledger.figures[watch.measure][0]):
        return
    if before is not None and watch.is_crossed(before.figures[watch.measure][0]):
        return  # said last time; one notice a crossing
    tell(
        workspace=watch.workspace,
        people=_managers(watch),
        sentence=(
            f"{watch.get_measure_display()} (simulated) is "
            f"{_spoken(ledger.figures[watch.measure][0])}, past your line of "
            f"{_spoken(watch.line)}."
        ),
        address=reverse("analytics:fairness", args=[watch.workspace.slug]),
    )


def _spoken(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _managers(watch: FairnessWatch) -> list[User]:
    """Who is told: everybody who may change the line, and who set it."""
    roles = [role for role in Role if ROLE_REACH[role] >= Permission.BULK]
    found = Membership.objects.filter(
        workspace=watch.workspace, role__in=roles, user__is_active=True
    ).select_related("user")
    people = [membership.user for membership in found]
    return [*people, watch.set_by] if watch.set_by else people


def set_watch(
    *, workspace: Workspace, by: User | None, measure: str, line: float, is_weekly: bool
) -> FairnessWatch:
    """Watch a figure.

    Raises
    ------
    WatchRefused : a figure or a line that cannot be
    """
    if measure not in Measure.values:
        raise WatchRefused("There is no such figure to watch.")
    lowest = -1.0 if measure == Measure.CROWD_OUT else 0.0
    if not lowest <= line <= 1:
        raise WatchRefused(f"The line lies between {lowest:g} and 1.")
    watch, _ = FairnessWatch.objects.update_or_create(
        workspace=workspace,
        defaults={"measure": measure, "line": line, "is_weekly": is_weekly, "set_by": by},
    )
    return watch


def drop_watch(*, workspace: Workspace) -> bool:
    """Stop watching; say whether something was watched."""
    return bool(FairnessWatch.objects.filter(workspace=workspace).delete()[0])


@transaction.atomic
def due_workspaces(*, now: datetime | None = None) -> list[SimulationRun]:
    """Give the run whose report is shown of each workspace whose weekly look is due.

    Due: a weekly watch, that run a week old, and none under way.
    """
    moment = now or timezone.now()
    due = []
    for watch in FairnessWatch.objects.filter(is_weekly=True).order_by("pk"):
        runs = SimulationRun.objects.filter(workspace_id=watch.workspace_id)
        newest = runs.finished().select_related("workspace", "bank__prompt_list", "market").first()
        if newest is None or newest.finished_at is None or runs.unfinished().exists():
            continue
        if newest.finished_at <= moment - WEEK + SLACK:
            due.append(newest)
    return due
