"""Learning how listeners behave from real counts, for the simulations that follow."""

import hashlib
from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
from django.db.models import Max, Min, QuerySet, Sum

from analytics.domain.choice import ChoiceModel, Examination
from analytics.domain.fitting import Calibration, Cells, calibration, fit, fitted_model
from analytics.models import ListenerFit, ObservedDay, SimulationRun, SpaceResult
from analytics.reference import choice_model
from catalog.models import Track, Workspace

HELD_OUT_OF = 5
"""One track and space in five is kept from the fit, to judge it."""

FEWEST_IMPRESSIONS = 1_000
"""Below this a fit would be noise; the page says how many there are."""


def usable_days(workspace: Workspace) -> QuerySet[ObservedDay]:
    """Counts to learn from: shown in a known space, of tracks whose owners allow training."""
    return ObservedDay.objects.filter(
        workspace=workspace,
        impressions__gt=0,
        plays__isnull=False,
        saves__isnull=False,
        track__in=Track.objects.filter(workspace=workspace).trainable(),
    ).exclude(space="")


def usable_impressions(workspace: Workspace) -> int:
    """How many impressions there are to learn from, wherever the tracks stand in simulations."""
    return usable_days(workspace).aggregate(shown=Sum("impressions"))["shown"] or 0


def fit_listener(*, workspace: Workspace) -> ListenerFit | None:
    """Fit the choice model to what was observed; None where there is too little to learn from.

    How well a track fits a space comes from the simulation that is shown, so there must be one.
    """
    run = (
        SimulationRun.objects.filter(workspace=workspace)
        .finished()
        .only("pk", "examination")
        .first()
    )
    days = usable_days(workspace)
    span = days.aggregate(first=Min("day"), last=Max("day"), shown=Sum("impressions"))
    if run is None or (span["shown"] or 0) < FEWEST_IMPRESSIONS:
        return None
    cells, held = _cells(days, run)
    if not len(cells) or not held.any() or held.all():
        return None
    assumed = choice_model().with_examination(Examination(run.examination))
    found = fit(cells.where(~held), model=assumed)
    learnt = fitted_model(assumed, found)
    unseen = cells.where(held)
    return ListenerFit.objects.create(
        workspace=workspace,
        choice_version=assumed.version,
        examination=run.examination,
        parameters={
            one.name: {"location": one.location, "error": one.error, "n": one.n}
            for one in found.parameters
        },
        before=_judged(unseen, assumed),
        after=_judged(unseen, learnt),
        impressions=int(cells.impressions.sum()),
        held_out_impressions=int(unseen.impressions.sum()),
        first_day=_day(span["first"]),
        last_day=_day(span["last"]),
    )


def is_first_to_learn(run: SimulationRun) -> bool:
    """Whether events waited for this run: there are enough, and nothing was learnt of its kind."""
    learnt = ListenerFit.objects.filter(
        workspace_id=run.workspace_id,
        choice_version=choice_model().version,
        examination=run.examination,
    )
    return usable_impressions(run.workspace) >= FEWEST_IMPRESSIONS and not learnt.exists()


def listener_of(
    workspace_id: int, *, examination: Examination
) -> tuple[ChoiceModel, ListenerFit | None]:
    """The listener of new simulations: fitted where that foretells better, else assumed.

    A fit of one way to look down a list says nothing about another: where all places are looked at
    alike, looking and playing cannot be told apart.
    """
    newest = (
        ListenerFit.objects.filter(
            workspace_id=workspace_id,
            choice_version=choice_model().version,
            examination=examination.value,
        )
        .order_by("-pk")
        .first()
    )
    if newest is None or not newest.is_better:
        return choice_model(), None
    return believed(newest), newest


def believed(found: ListenerFit) -> ChoiceModel:
    """The choice model with a fit's parameters in place of what was assumed."""
    return choice_model().with_beliefs(
        {name: (one["location"], one["error"]) for name, one in found.parameters.items()}
    )


def choice_of(run: SimulationRun) -> ChoiceModel:
    """The listener a run assumes: fitted to real events where they taught something."""
    listener = believed(run.listener_fit) if run.listener_fit else choice_model()
    return listener.with_examination(Examination(run.examination))


def _cells(days: QuerySet[ObservedDay], run: SimulationRun) -> tuple[Cells, Any]:
    """Counts by track, space and place with the relevance of a run; and which are held out."""
    relevance = {
        (track_id, slug): value
        for track_id, slug, value in SpaceResult.objects.filter(run=run).values_list(
            "track_id", "space__slug", "relevance"
        )
    }
    rows: list[dict[str, Any]] = [
        dict(row)
        for row in days.order_by()
        .values("track_id", "space", "place")
        .annotate(
            shown=Sum("impressions"),
            played=Sum("plays"),
            heard=Sum("completions"),
            saved=Sum("saves"),
        )
        if (row["track_id"], row["space"]) in relevance
    ]
    rows.sort(key=lambda row: (row["track_id"], row["space"], row["place"]))

    def column(name: str) -> Any:
        values = [np.nan if row[name] is None else row[name] for row in rows]
        return np.array(values, dtype=float)

    place = column("place")
    cells = Cells(
        place=np.where(place == 0, np.nan, place),
        relevance=np.array([relevance[row["track_id"], row["space"]] for row in rows]),
        impressions=column("shown"),
        plays=column("played"),
        completions=column("heard"),
        saves=np.minimum(column("saved"), column("shown")),
    )
    held = held_out({(row["track_id"], row["space"]) for row in rows})
    return cells, np.array([(row["track_id"], row["space"]) in held for row in rows], bool)


def held_out(pairs: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Choose tracks in spaces by name, so that a fit made again holds out the same events.

    About one in `HELD_OUT_OF`; of two pairs or more always one at least, and never all.
    """
    digests = {
        pair: hashlib.sha256(f"{pair[0]}/{pair[1]}".encode()).digest() for pair in sorted(pairs)
    }
    chosen = {pair for pair, digest in digests.items() if digest[0] % HELD_OUT_OF == 0}
    if len(pairs) > 1 and (not chosen or len(chosen) == len(pairs)):
        return {min(digests, key=lambda pair: digests[pair])}
    return chosen


def _judged(cells: Cells, model: ChoiceModel) -> dict[str, Any]:
    verdict: Calibration = calibration(cells, model=model)
    return asdict(verdict)


def _day(value: date | None) -> date:
    assert value is not None, "there are impressions, so there are days"
    return value
