"""What a planned change of many tracks would do to surfacing (fragments of the preview pages)."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from analytics import reports, selectors
from analytics.models import EditEffect
from analytics.services import effects, plans
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.models import BulkEdit, TableImport

Kind = EditEffect.Kind


@require_GET
@workspace_view(Permission.BULK)
def effect(request: StudioRequest, kind: str, source_id: int) -> HttpResponse:
    """Show the effect of a plan, how far it is, or the button that has it worked out."""
    _check(request, kind, source_id)
    return _page(request, kind, source_id)


@require_POST
@workspace_view(Permission.BULK)
def effect_start(request: StudioRequest, kind: str, source_id: int) -> HttpResponse:
    """Have the effect of a plan worked out."""
    _check(request, kind, source_id)
    effects.start_effect(access=request.access, kind=kind, source_id=source_id)
    return _page(request, kind, source_id)


def _page(request: StudioRequest, kind: str, source_id: int) -> HttpResponse:
    run = selectors.latest_run(request.access)
    context = {
        "kind": kind,
        "source_id": source_id,
        "run": run,
        "effect": effects.effect_of(request.access, kind, source_id),
        "has_plan": plans.stamp_of(request.access, kind, source_id) is not None,
        "honesty": reports.honesty(run) if run else "",
        "is_stale": reports.is_stale(run, request.access) if run else False,
        "what": {
            Kind.BULK: "this bulk edit",
            Kind.IMPORT: "this import",
            Kind.SUGGESTIONS: "accepting every open suggestion",
        }[Kind(kind)],
    }
    template = "analytics/parts/effect.html" if request.htmx else "analytics/effect.html"
    return render(request, template, context)


def _check(request: StudioRequest, kind: str, source_id: int) -> None:
    """Refuse a plan that is not there."""
    if kind == Kind.SUGGESTIONS:
        is_there = source_id == 0
    elif kind == Kind.BULK:
        is_there = BulkEdit.objects.visible_to(request.access).filter(pk=source_id).exists()
    elif kind == Kind.IMPORT:
        is_there = TableImport.objects.visible_to(request.access).filter(pk=source_id).exists()
    else:
        is_there = False
    if not is_there:
        raise Http404
