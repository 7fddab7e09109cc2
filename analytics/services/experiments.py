"""The wording lab: comparing wordings in simulation, then by a link that splits its visitors."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from analytics import selectors
from analytics.domain.sequential import Arm, LiveVerdict, judge_live
from analytics.domain.wording import (
    FEWEST_VARIANTS,
    MOST_VARIANTS,
    compare_variants,
)
from analytics.models import Experiment, ExperimentArm
from analytics.services.what_if import Edit, WhatIfUnavailable, saves_by_prompt
from catalog.access import Access
from catalog.errors import StudioError
from catalog.models import Track

LONGEST_TEXT = 2_000
SMALLEST_WORTHWHILE = 0.0005
LARGEST_WORTHWHILE = 0.5


class ExperimentRefused(StudioError):
    """The experiment cannot be made or changed as asked."""


def make_experiment(*, access: Access, track: Track, name: str, texts: Sequence[str]) -> Experiment:
    """Set up an experiment and compare its wordings in the newest simulation.

    Raises
    ------
    ExperimentRefused : not two to four wordings, or two that are the same
    """
    cleaned = [" ".join(text.split()) for text in texts if text.strip()]
    if not FEWEST_VARIANTS <= len(cleaned) <= MOST_VARIANTS:
        raise ExperimentRefused(
            f"Give {FEWEST_VARIANTS} to {MOST_VARIANTS} wordings.",
            hint="The first is the one in use.",
        )
    if len({text.casefold() for text in cleaned}) < len(cleaned):
        raise ExperimentRefused("Two of the wordings are the same.")
    if any(len(text) > LONGEST_TEXT for text in cleaned):
        raise ExperimentRefused(f"A wording has up to {LONGEST_TEXT:,} characters.")
    with transaction.atomic():
        made = Experiment.objects.create(
            workspace=access.workspace,
            track=track,
            name=name.strip() or "Wordings",
            token=secrets.token_urlsafe(12),
            created_by=access.user,
        )
        ExperimentArm.objects.bulk_create(
            ExperimentArm(experiment=made, number=number, text=text)
            for number, text in enumerate(cleaned)
        )
    simulate_experiment(access=access, experiment=made)
    return made


def simulate_experiment(*, access: Access, experiment: Experiment) -> None:
    """Compare the wordings on the prompts of the newest simulation."""
    run = selectors.latest_run(access)
    arms = list(experiment.arms.all())
    experiment.run, experiment.simulated, experiment.unavailable = run, {}, ""
    if run is None:
        experiment.unavailable = "No simulation yet. Run one, then compare again."
    else:
        try:
            saves, shown = saves_by_prompt(
                run=run,
                track_id=experiment.track_id,
                edits=[Edit(texts=(arm.text,)) for arm in arms],
            )
        except WhatIfUnavailable as unavailable:
            experiment.unavailable = f"{unavailable} {unavailable.hint}".strip()
        else:
            names = [f"Wording {arm.letter}" for arm in arms]
            verdict = compare_variants(saves, shown=shown, names=names)
            experiment.simulated = {**asdict(verdict), "prompts": int(shown.sum())}
    experiment.save(update_fields=["run", "simulated", "unavailable"])


@transaction.atomic
def start_live(*, experiment: Experiment, targets: Sequence[str], worthwhile: float) -> None:
    """Open the link: from now on visitors are split between the wordings.

    `worthwhile` is registered here, before any visit, and cannot be changed later.

    Raises
    ------
    ExperimentRefused : started before, a target is missing, or a difference that cannot be
    """
    locked = Experiment.objects.select_for_update().get(pk=experiment.pk)
    arms = list(locked.arms.all())
    if locked.status != Experiment.Status.DRAFT:
        raise ExperimentRefused("This split was started before.")
    if len(targets) != len(arms) or not all(targets):
        raise ExperimentRefused("Every wording needs an address its visitors are sent to.")
    if not SMALLEST_WORTHWHILE <= worthwhile <= LARGEST_WORTHWHILE:
        raise ExperimentRefused("A difference worth finding is between 0.05 and 50 points.")
    for arm, target in zip(arms, targets, strict=True):
        arm.target_url = target
        arm.save(update_fields=["target_url"])
    locked.status = Experiment.Status.LIVE
    locked.started_at = timezone.now()
    locked.worthwhile = worthwhile
    locked.p_values = [1.0] * (len(arms) - 1)
    locked.save(update_fields=["status", "started_at", "worthwhile", "p_values"])


def visit(*, token: str, before: int | None) -> ExperimentArm | None:
    """Choose the wording a visitor sees; who came before keeps hers and is not counted again."""
    started = Experiment.objects.exclude(status=Experiment.Status.DRAFT)
    experiment = started.filter(token=token).first()
    if experiment is None:
        return None
    arms = list(experiment.arms.all())
    if before is not None and before < len(arms):
        return arms[before]
    chosen = secrets.choice(arms)
    if experiment.status == Experiment.Status.LIVE:
        ExperimentArm.objects.filter(pk=chosen.pk).update(shown=F("shown") + 1)
    return chosen


@transaction.atomic
def report_saves(*, experiment: Experiment, saved: Sequence[int]) -> LiveVerdict:
    """Write how often each wording was saved until now, and look at the split.

    A verdict stops the split and its reason is kept. Looking costs nothing: the test allows for it.

    Raises
    ------
    ExperimentRefused : not live, or more saves than visits
    """
    locked = Experiment.objects.select_for_update().get(pk=experiment.pk)
    if locked.status != Experiment.Status.LIVE:
        raise ExperimentRefused("Only a live split takes counts.")
    arms = list(locked.arms.select_for_update())
    if len(saved) != len(arms):
        raise ExperimentRefused("Give a count for every wording.")
    for arm, number in zip(arms, saved, strict=True):
        if not 0 <= number <= arm.shown:
            raise ExperimentRefused(
                f"Wording {arm.letter}: {number:,} saves of {arm.shown:,} visits cannot be."
            )
        arm.saved = number
        arm.save(update_fields=["saved"])
    verdict = live_verdict(locked, arms)
    locked.p_values = list(verdict.p_values)
    if verdict.winner is not None:
        _stop(locked, verdict.reason)
    locked.save(update_fields=["p_values", "status", "stopped_at", "stop_reason"])
    return verdict


@transaction.atomic
def stop_live(*, experiment: Experiment) -> None:
    """End a split by hand; that it had no verdict is kept as the reason."""
    locked = Experiment.objects.select_for_update().get(pk=experiment.pk)
    if locked.status == Experiment.Status.LIVE:
        _stop(locked, "Stopped by hand, without a winner.")
        locked.save(update_fields=["status", "stopped_at", "stop_reason"])


def live_verdict(experiment: Experiment, arms: Sequence[ExperimentArm]) -> LiveVerdict:
    """Judge a split as it stands."""
    return judge_live(
        [Arm(arm.shown, arm.saved) for arm in arms],
        worthwhile=experiment.worthwhile,
        lowest=experiment.p_values,
        names=[f"Wording {arm.letter}" for arm in arms],
    )


def _stop(experiment: Experiment, reason: str) -> None:
    experiment.status = Experiment.Status.STOPPED
    experiment.stopped_at = timezone.now()
    experiment.stop_reason = reason[:200]
