"""How often each space is asked: setting sizes, scaling them to a list, undo and reset.

Every step is a row that stays, so that one can see who changed what and when, and every run says
which sizes it used.
"""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from analytics.domain.prompt_space import OWN_SPACE, spaces_of
from analytics.domain.space_sizes import BadSizes, scaled_to_counts, with_set_sizes
from analytics.models import PromptList, SizePrior
from analytics.reference import grammar
from catalog.errors import StudioError
from catalog.models import User, Workspace

DEFAULT_PRIOR_PROMPTS = 1_000
"""The stated sizes count like this many asked prompts when they are scaled to a list."""

CHANGES_KEPT = 60
LEAST_CHANGE = 5e-7


class SizesRefused(StudioError):
    """The sizes cannot be set as asked."""


def stated_sizes() -> dict[str, float]:
    """The sizes that the grammar states, by slug, adding up to 1."""
    return {space.slug: space.size for space in spaces_of(grammar())}


def current_prior(workspace: Workspace) -> SizePrior | None:
    """The newest sizes; None where nobody ever changed one."""
    return SizePrior.objects.filter(workspace=workspace).select_related("prompt_list").first()


def used_prior(workspace: Workspace) -> SizePrior | None:
    """What the next run uses: None where the stated sizes hold."""
    prior = current_prior(workspace)
    return prior if prior is not None and prior.sizes else None


def sizes_now(prior: SizePrior | None) -> dict[str, float]:
    """Sizes of all spaces as they are now. The group of own prompts is there once somebody set it;
    until then its size comes from the list in use."""
    stated = stated_sizes()
    if prior is None or not prior.sizes:
        return stated
    known = {slug: prior.sizes.get(slug, size) for slug, size in stated.items()}
    if OWN_SPACE in prior.sizes:
        known[OWN_SPACE] = prior.sizes[OWN_SPACE]
    return known


def set_sizes(
    *, workspace: Workspace, by: User | None, per_10000: Mapping[str, float], based_on: int
) -> SizePrior:
    """Set sizes by hand; spaces that nobody set share the rest.

    Raises
    ------
    SizesRefused : impossible sizes, nothing changed, or another person changed them meanwhile
    """
    prior = current_prior(workspace)
    before = sizes_now(prior)
    changes = {
        slug: size / 10_000
        for slug, size in per_10000.items()
        if abs(size / 10_000 - before.get(slug, 0.0)) > LEAST_CHANGE
    }
    if not changes:
        raise SizesRefused("No size was changed.")
    pinned = sorted({*(prior.pinned if prior else ()), *changes})
    with_own = before if OWN_SPACE not in changes else {**before, OWN_SPACE: 0.0}
    try:
        after = with_set_sizes(with_own, pinned, changes)
    except BadSizes as problem:
        raise SizesRefused(str(problem)) from problem
    return _keep(
        workspace=workspace,
        by=by,
        kind=SizePrior.Kind.EDITED,
        before=before,
        after=after,
        pinned=pinned,
        based_on=based_on,
        only=changes,
    )


def scale_to_list(
    *,
    workspace: Workspace,
    by: User | None,
    prompt_list: PromptList,
    prior_prompts: float,
    based_on: int,
) -> SizePrior:
    """Set all sizes by the counts of a list; sizes set by hand give way.

    Raises
    ------
    SizesRefused : no weight for the stated sizes, or another person changed the sizes meanwhile
    """
    counts = {slug: asked for slug, (_, asked) in prompt_list.space_counts.items()}
    try:
        after = scaled_to_counts(stated_sizes(), counts, prior_prompts=prior_prompts)
    except BadSizes as problem:
        raise SizesRefused(str(problem)) from problem
    return _keep(
        workspace=workspace,
        by=by,
        kind=SizePrior.Kind.SCALED,
        before=sizes_now(current_prior(workspace)),
        after=after,
        pinned=[],
        based_on=based_on,
        prompt_list=prompt_list,
        note=f"The stated sizes count like {prior_prompts:,.0f} prompts.",
    )


def undo_sizes(*, workspace: Workspace, by: User | None, based_on: int) -> SizePrior:
    """Bring back the sizes of before the newest change.

    Raises
    ------
    SizesRefused : nothing to undo, or another person changed the sizes meanwhile
    """
    newest = current_prior(workspace)
    if newest is None:
        raise SizesRefused("Nobody has changed a size yet.")
    # An undo goes on to what stood before the change it took back, not back and forth.
    undone = newest.restores or newest
    earlier = SizePrior.objects.filter(workspace=workspace, number__lt=undone.number).first()
    target = earlier.restores or earlier if earlier is not None else None
    if newest.kind == SizePrior.Kind.UNDONE and newest.restores is None and not newest.sizes:
        raise SizesRefused("There is nothing left to undo.")
    return _keep(
        workspace=workspace,
        by=by,
        kind=SizePrior.Kind.UNDONE,
        before=sizes_now(newest),
        after=dict(target.sizes) if target is not None else {},
        pinned=list(target.pinned) if target is not None else [],
        based_on=based_on,
        prompt_list=target.prompt_list if target is not None else None,
        restores=target,
    )


def reset_sizes(*, workspace: Workspace, by: User | None, based_on: int) -> SizePrior:
    """Go back to the stated sizes; can be undone.

    Raises
    ------
    SizesRefused : they hold already, or another person changed the sizes meanwhile
    """
    newest = current_prior(workspace)
    if newest is None or not newest.sizes:
        raise SizesRefused("The stated sizes hold already.")
    return _keep(
        workspace=workspace,
        by=by,
        kind=SizePrior.Kind.STATED,
        before=sizes_now(newest),
        after={},
        pinned=[],
        based_on=based_on,
    )


def _keep(
    *,
    workspace: Workspace,
    by: User | None,
    kind: str,
    before: Mapping[str, float],
    after: Mapping[str, float],
    pinned: list[str],
    based_on: int,
    only: Mapping[str, float] | None = None,
    prompt_list: PromptList | None = None,
    restores: SizePrior | None = None,
    note: str = "",
) -> SizePrior:
    shown = after or stated_sizes()
    moved = [
        (slug, before.get(slug, 0.0), shown.get(slug, 0.0))
        for slug in {**before, **shown}
        if abs(shown.get(slug, 0.0) - before.get(slug, 0.0)) > LEAST_CHANGE
        and (only is None or slug in only)
    ]
    moved.sort(key=lambda row: -abs(row[2] - row[1]))
    try:
        with transaction.atomic():
            # The number is the lock: two changes based on the same sizes cannot both be next.
            return SizePrior.objects.create(
                workspace=workspace,
                number=based_on + 1,
                kind=kind,
                sizes=dict(after),
                pinned=pinned,
                changes=[list(row) for row in moved[:CHANGES_KEPT]],
                change_count=len(moved),
                note=note,
                prompt_list=prompt_list,
                restores=restores,
                created_by=by,
            )
    except IntegrityError as error:
        raise SizesRefused(
            "Somebody changed the sizes while you had this page open. Nothing was saved.",
            hint="Look at the new sizes and try again.",
        ) from error
