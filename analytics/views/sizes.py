"""How often each prompt space is asked: stated, set by hand, scaled to a list, and its history."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from analytics.domain.prompt_space import OWN_SPACE, OWN_SPACE_NAME
from analytics.forms import ScaleForm
from analytics.models import PromptList, SizePrior
from analytics.prompt_spaces import known_spaces
from analytics.services import space_sizes
from analytics.services.space_sizes import SizesRefused
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.views.pages import page_of

HISTORY_SHOWN = 20
MOST_PER_10000 = 10_000.0


@require_GET
@workspace_view()
def sizes(request: StudioRequest) -> HttpResponse:
    """Show the sizes that the next simulation uses, beside the stated ones, and who set them."""
    return _page(request)


def _page(
    request: StudioRequest, *, scale: ScaleForm | None = None, error: str = ""
) -> HttpResponse:
    access = request.access
    prior = space_sizes.current_prior(access.workspace)
    now, stated = space_sizes.sizes_now(prior), space_sizes.stated_sizes()
    names = known_spaces() | {OWN_SPACE: OWN_SPACE_NAME}
    pinned = set(prior.pinned) if prior else set()
    only = request.GET.get("q", "").strip().casefold()
    rows = [
        {
            "slug": slug,
            "name": names.get(slug, slug),
            "size": size * 10_000,
            "stated": stated.get(slug, 0.0) * 10_000,
            "is_pinned": slug in pinned,
            "is_changed": abs(size - stated.get(slug, 0.0)) > space_sizes.LEAST_CHANGE,
        }
        for slug, size in sorted(now.items(), key=lambda row: (-row[1], row[0]))
        if only in names.get(slug, slug).casefold()
    ]
    history = (
        SizePrior.objects.visible_to(access)
        .select_related("created_by", "prompt_list", "restores")
        .defer("prompt_list__content", "sizes", "restores__sizes")[:HISTORY_SHOWN]
    )
    context = {
        "page": page_of(request, rows),
        "prior": prior,
        "based_on": prior.number if prior else 0,
        "is_stated": prior is None or not prior.sizes,
        "history": history,
        "names": names,
        "only": request.GET.get("q", ""),
        "has_lists": PromptList.objects.visible_to(access).exists(),
        "scale": scale or ScaleForm(access=access),
        "can_set": access.can(Permission.BULK),
        "error": error,
    }
    status = 422 if error or scale is not None else 200
    return render(request, "analytics/sizes.html", context, status=status)


def _based_on(request: HttpRequest) -> int:
    text = request.POST.get("based_on", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _change(request: StudioRequest, change: Callable[[], SizePrior], said: str) -> HttpResponse:
    try:
        change()
    except SizesRefused as refused:
        return _page(request, error=f"{refused} {refused.hint}".strip())
    messages.success(request, f"{said} The next simulation uses these sizes.")
    return redirect("analytics:sizes", request.access.workspace.slug)


@require_POST
@workspace_view(Permission.BULK)
def sizes_set(request: StudioRequest) -> HttpResponse:
    """Set sizes by hand; fields left as they were change nothing."""
    wanted: dict[str, float] = {}
    names = known_spaces() | {OWN_SPACE: OWN_SPACE_NAME}
    for slug, name in names.items():
        text = request.POST.get(f"size_{slug}", "").strip().replace(",", ".")
        if not text or text == request.POST.get(f"was_{slug}", "").strip():
            continue
        try:
            size = float(text)
        except ValueError:
            size = -1.0
        if not 0 <= size <= MOST_PER_10000:
            return _page(
                request,
                error=f"{name}: “{text[:30]}” is no number from 0 to 10,000.",
            )
        wanted[slug] = size
    workspace, by = request.access.workspace, request.access.user
    return _change(
        request,
        lambda: space_sizes.set_sizes(
            workspace=workspace, by=by, per_10000=wanted, based_on=_based_on(request)
        ),
        f"{len(wanted)} size{'' if len(wanted) == 1 else 's'} set; the others share the rest.",
    )


@require_POST
@workspace_view(Permission.BULK)
def sizes_scale(request: StudioRequest) -> HttpResponse:
    """Scale all sizes to the counts of a list."""
    form = ScaleForm(request.POST, access=request.access)
    if not form.is_valid():
        return _page(request, scale=form)
    workspace, by = request.access.workspace, request.access.user
    chosen = form.cleaned_data["prompt_list"]
    return _change(
        request,
        lambda: space_sizes.scale_to_list(
            workspace=workspace,
            by=by,
            prompt_list=chosen,
            prior_prompts=form.cleaned_data["prior_prompts"],
            based_on=_based_on(request),
        ),
        f"Scaled to {chosen.name}.",
    )


@require_POST
@workspace_view(Permission.BULK)
def sizes_undo(request: StudioRequest) -> HttpResponse:
    """Take the newest change back."""
    workspace, by = request.access.workspace, request.access.user
    return _change(
        request,
        lambda: space_sizes.undo_sizes(workspace=workspace, by=by, based_on=_based_on(request)),
        "Undone.",
    )


@require_POST
@workspace_view(Permission.BULK)
def sizes_reset(request: StudioRequest) -> HttpResponse:
    """Go back to the stated sizes."""
    workspace, by = request.access.workspace, request.access.user
    return _change(
        request,
        lambda: space_sizes.reset_sizes(workspace=workspace, by=by, based_on=_based_on(request)),
        "Back to the stated sizes.",
    )
