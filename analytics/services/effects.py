"""The total effect of a planned change of many tracks, against the newest simulation.

Our tracks are placed anew among the kept scores of the market, once as they are and once as
planned. That is what a new run would do, so the figures are those of a new run.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
from celery import current_app
from django.db import transaction
from django.utils import timezone
from numpy.typing import NDArray

from analytics import arena as arenas
from analytics import selectors
from analytics.domain.effects import Totals, conversion_in, patched, saves_change, totals
from analytics.domain.results import PARAMETER_DRAWS
from analytics.domain.simulation import Outcome, full_relevance, merge, place_own
from analytics.domain.space_figures import DEFAULT_VARIATION
from analytics.models import EditEffect, SimulationRun
from analytics.models.runs import MAX_ATTEMPTS, UNFINISHED, Status
from analytics.services.fitting import choice_of
from analytics.services.plans import Plan, plan_of, stamp_of
from analytics.services.runs import SHARD_PROMPTS
from analytics.services.what_if import Stage, WhatIfUnavailable, stage_of
from analytics.snapshots import nameless
from catalog.access import Access
from catalog.models import Track
from prompts.documents import documents_of
from prompts.domain.documents import TrackDocument

SPACES_SHOWN = 15
TRACKS_SHOWN = 8
TASK = "analytics.tasks.work_out_effect"


class Dropped(Exception):
    """Another worker took the effect over, or its run is gone; this one's work is dropped."""


def effect_of(access: Access, kind: str, source_id: int) -> EditEffect | None:
    """Find the effect of a plan as it stands now on the newest run, if it was asked for."""
    run = selectors.latest_run(access)
    stamp = stamp_of(access, kind, source_id)
    if run is None or stamp is None:
        return None
    found = EditEffect.objects.visible_to(access).filter(
        run=run, kind=kind, source_id=source_id, stamp=stamp
    )
    return found.first()


def start_effect(*, access: Access, kind: str, source_id: int) -> EditEffect | None:
    """Have the effect of a plan worked out; None where there is no run or no plan.

    Asked for again, the one that is there is given; one that failed is tried again.
    """
    run = selectors.latest_run(access)
    stamp = stamp_of(access, kind, source_id)
    if run is None or stamp is None:
        return None
    found, is_new = EditEffect.objects.get_or_create(
        run=run,
        kind=kind,
        source_id=source_id,
        stamp=stamp,
        defaults={"workspace": access.workspace, "created_by": access.user},
    )
    if not is_new:
        EditEffect.objects.filter(pk=found.pk, status=Status.FAILED).update(
            status=Status.QUEUED, attempts=0, lease_until=None, error="", steps_done=0
        )
        found.refresh_from_db()
    if found.is_unfinished:
        transaction.on_commit(lambda: current_app.send_task(TASK, args=[found.pk]), robust=True)
    return found


def perform_effect(*, effect_id: int, now: datetime | None = None) -> None:
    """Work one out, if nobody else is at it. Harmless to call twice."""
    effect = EditEffect.objects.claim(effect_id=effect_id, now=now or timezone.now())
    if effect is None:
        return
    held = EditEffect.objects.filter(pk=effect.pk, attempts=effect.attempts, status=Status.RUNNING)

    def step(done: int, of: int) -> None:
        if not held.update(steps_done=done, steps=of):
            raise Dropped

    try:
        result = work_out(effect.run, plan_of(effect), step=step)
    except Dropped:
        return
    except WhatIfUnavailable as unavailable:
        held.update(
            status=Status.FAILED,
            error=f"{unavailable} {unavailable.hint}".strip(),
            lease_until=None,
        )
    else:
        held.update(status=Status.DONE, result=result, lease_until=None)


def requeue_stalled(*, now: datetime | None = None) -> int:
    """Wake workers for what a dead one dropped; give up on what was tried too often."""
    moment = now or timezone.now()
    lost = EditEffect.objects.filter(status__in=UNFINISHED, lease_until__lt=moment)
    lost.filter(attempts__gte=MAX_ATTEMPTS).update(
        status=Status.FAILED,
        lease_until=None,
        error=f"The studio stopped {MAX_ATTEMPTS} times in the middle. Nothing was changed.",
    )
    waiting = list(lost.filter(attempts__lt=MAX_ATTEMPTS).values_list("pk", flat=True))
    for effect_id in waiting:
        current_app.send_task(TASK, args=[effect_id])
    return len(waiting)


def work_out(
    run: SimulationRun, plan: Plan, *, step: Callable[[int, int], None] = lambda done, of: None
) -> dict[str, Any]:
    """Compare the tracks of a plan as they are with the tracks as planned.

    Raises
    ------
    WhatIfUnavailable : the run is too old to answer
    """
    stage = stage_of(run.pk)
    allowed = set(
        Track.objects.filter(workspace_id=run.workspace_id)
        .simulatable()
        .values_list("pk", flat=True)
    )
    others = [
        one for one in stage.documents if one.track_id in allowed and one.track_id not in plan.cells
    ]
    present = {
        document.track_id: nameless(document)
        for document in documents_of(run.workspace, list(plan.cells))
    }
    planned = _as_planned(plan, present)
    catalogs = [[*others, *present.values()], [*others, *planned.values()]]
    steps = len(catalogs) * -(-stage.outcome.prompts // SHARD_PROMPTS)
    outcomes = []
    for number, documents in enumerate(catalogs):
        done = number * steps // len(catalogs)
        outcomes.append(_placed(stage, documents, partial(_step, step, done, steps)))
    positions = [np.arange(len(others), len(documents), dtype=np.int32) for documents in catalogs]
    common = _listeners(run, stage)
    sums = [totals(*pair, **common) for pair in zip(outcomes, positions, strict=True)]
    touched = sorted(present.keys() | planned.keys())
    reach = [
        dict(zip(documents.keys(), one.reach.tolist(), strict=True))
        for documents, one in zip((present, planned), sums, strict=True)
    ]
    return {
        "tracks": len(touched),
        "new": sum(key < 0 for key in planned),
        "kept_out": len(plan.cells.keys() - allowed),
        "elsewhere": plan.elsewhere,
        "prompts": stage.outcome.prompts,
        "saves": [float(one.saves_by_prompt.sum(axis=1).mean()) for one in sums],
        "saves_change": saves_change(*sums).as_dict(),
        "places": [int(one.places.sum()) for one in sums],
        "spaces_held": [int((one.places > 0).sum()) for one in sums],
        **_spaces(run, stage, sums, outcomes, positions, common),
        **_tracks(run, reach, touched),
    }


def _step(step: Callable[[int, int], None], done: int, steps: int, more: int) -> None:
    step(done + more, steps)


def _as_planned(plan: Plan, present: dict[int, TrackDocument]) -> dict[int, TrackDocument]:
    """Describe the tracks as planned; new ones have negative keys."""
    new = {-number: cells for number, cells in enumerate(plan.new, 1)}
    blank = {key: TrackDocument(track_id=key, title="") for key in new}
    return {
        key: patched(document, cells)
        for key, document in {**present, **blank}.items()
        if not (cells := new.get(key) or plan.cells.get(key, {})).get("opt_out_simulation")
    }


def _placed(
    stage: Stage, documents: Sequence[TrackDocument], step: Callable[[int], None]
) -> Outcome:
    """Place our tracks among the market, some prompts at a time."""
    own = arenas.engine().build_index(documents, statistics=stage.index.statistics)
    parts = []
    for number, first in enumerate(range(0, stage.outcome.prompts, SHARD_PROMPTS), 1):
        stop = min(first + SHARD_PROMPTS, stage.outcome.prompts)
        known = stage.outcome.market_scores[first:stop], stage.outcome.market_fits[first:stop]
        parts.append(
            place_own(
                stage.queries.part(first, stop),
                own,
                *known,
                scorer=stage.scorer(own, slice(first, stop)),
                first_prompt=first,
            )
        )
        step(number)
    return merge(parts)


def _listeners(run: SimulationRun, stage: Stage) -> dict[str, Any]:
    """What turns places into saves: the same listeners before and after."""
    model = choice_of(run)
    return {
        "layout": stage.layout,
        "model": model,
        "draws": model.draw(PARAMETER_DRAWS, random=np.random.default_rng([run.seed, 3])),
        "full_relevance": full_relevance(arenas.engine().blend),
    }


def _spaces(
    run: SimulationRun,
    stage: Stage,
    sums: Sequence[Totals],
    outcomes: Sequence[Outcome],
    positions: Sequence[NDArray[np.int32]],
    common: dict[str, Any],
) -> dict[str, Any]:
    """Name the spaces that move most, with conversion before and after."""
    moved = sums[1].places - sums[0].places
    weight = np.abs(moved) * stage.layout.sizes / np.maximum(stage.layout.prompts_in, 1)
    order = [int(number) for number in np.argsort(-weight, kind="stable") if moved[number]]
    pooled = run.pooled_variation or DEFAULT_VARIATION

    def conversions(space: int) -> list[dict[str, float | int] | None]:
        found = [
            conversion_in(outcome, space, where, pooled_variation=pooled, **common)
            for outcome, where in zip(outcomes, positions, strict=True)
        ]
        return [one.as_dict() if one else None for one in found]

    return {
        "spaces_moved": len(order),
        "spaces": [
            {
                "slug": stage.names[number][0],
                "name": stage.names[number][1],
                "prompts": int(stage.layout.prompts_in[number]),
                "places": [int(one.places[number]) for one in sums],
                "tracks": [int(one.tracks[number]) for one in sums],
                "conversion": conversions(number),
            }
            for number in order[:SPACES_SHOWN]
        ],
    }


def _tracks(
    run: SimulationRun, reach: Sequence[dict[int, float]], touched: Sequence[int]
) -> dict[str, Any]:
    """Count tracks by whether they gain, and name those that gain and lose most."""
    before, after = reach
    change = {key: after.get(key, 0.0) - before.get(key, 0.0) for key in touched}
    ordered = sorted((key for key in touched if change[key]), key=lambda key: -change[key])
    up = [key for key in ordered if change[key] > 0]
    down = [key for key in reversed(ordered) if change[key] < 0]
    shown = [*up[:TRACKS_SHOWN], *down[:TRACKS_SHOWN]]
    titles = {
        track.pk: track.display_title
        for track in Track.objects.filter(workspace_id=run.workspace_id, pk__in=shown)
    }

    def lines(keys: Sequence[int]) -> list[dict[str, Any]]:
        return [
            {
                "id": key if key > 0 else None,
                "title": titles.get(key, "A new track"),
                "reach": [float(before.get(key, 0.0)), float(after.get(key, 0.0))],
            }
            for key in keys[:TRACKS_SHOWN]
        ]

    return {
        "up": len(up),
        "down": len(down),
        "same": len(touched) - len(ordered),
        "tracks_up": lines(up),
        "tracks_down": lines(down),
    }
