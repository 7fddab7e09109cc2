"""Releases by how ready they are, and steps ticked off."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from catalog.access import Permission, StudioRequest, workspace_view
from catalog.errors import StudioError
from catalog.models import Release
from catalog.services.readiness import ReadyRelease, judge_releases, rules, tick_step
from catalog.views.pages import page_of

SHOWN = {"coming": "Coming out", "all": "All", "undated": "Without a date"}


@require_GET
@workspace_view()
def readiness_list(request: StudioRequest) -> HttpResponse:
    """List releases, the least ready first among those that come out soonest."""
    today = timezone.localdate()
    which = request.GET.get("which", "coming")
    releases = Release.objects.visible_to(request.access)
    if which == "undated":
        releases = releases.filter(release_date=None)
    elif which != "all":
        which = "coming"
        releases = releases.filter(release_date__gte=today)
    found = judge_releases(request.access, releases, today=today)
    order = request.GET.get("order", "score")
    found.sort(key=_by_date if order == "date" else _by_score)
    context = {
        "page": page_of(request, found),
        "which": which,
        "shown": SHOWN.items(),
        "order": order,
        "rules": rules(),
        "total_weight": sum(rule.weight for rule in rules().rules),
    }
    return render(request, "catalog/readiness_list.html", context)


@require_GET
@workspace_view()
def release_ready(request: StudioRequest, release_id: int) -> HttpResponse:
    """Show what one release lacks and what is due; a part of its page, and a page of its own."""
    releases = Release.objects.visible_to(request.access).filter(pk=release_id)
    found = judge_releases(request.access, releases, today=timezone.localdate())
    if not found:
        raise Http404
    part = "catalog/parts/release_ready.html"
    context = {
        "ready": found[0],
        "release": found[0].release,
        "can_edit": request.access.can(Permission.EDIT),
    }
    return render(request, part if request.htmx else "catalog/release_ready.html", context)


@require_POST
@workspace_view(Permission.EDIT)
def step_tick(request: StudioRequest, release_id: int) -> HttpResponse:
    """Tick a step of a release off, or take the tick back."""
    release = Release.objects.visible_to(request.access).filter(pk=release_id).first()
    if release is None:
        raise Http404
    try:
        tick_step(
            access=request.access,
            release=release,
            key=request.POST.get("key", ""),
            done=request.POST.get("done", "yes") == "yes",
        )
    except StudioError as refusal:
        messages.warning(request, str(refusal))
    return redirect("catalog:release_ready", request.access.workspace.slug, release.pk)


def _by_score(ready: ReadyRelease) -> tuple[float, str, int]:
    return (ready.readiness.score, str(ready.release.release_date or "9999"), ready.release.pk)


def _by_date(ready: ReadyRelease) -> tuple[str, float, int]:
    return (str(ready.release.release_date or "9999"), ready.readiness.score, ready.release.pk)
