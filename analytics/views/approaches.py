"""The approaches side by side: run one, and choose which of them the reports show."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from analytics import selectors
from analytics.approaches import side_by_side
from analytics.models import SimulationRun
from analytics.services.approaches import show, start_like
from analytics.services.runs import SimulationRefused
from analytics.views.reports import simulation_context
from catalog.access import Permission, StudioRequest, workspace_view
from prompts.approaches import APPROACHES


@require_GET
@workspace_view()
def approaches(request: StudioRequest) -> HttpResponse:
    """Show what each approach found where all else was the same."""
    context = simulation_context(request.access)
    run = context["run"]
    if isinstance(run, SimulationRun):
        context["lines"] = side_by_side(request.access, run)
    return render(request, "analytics/approaches.html", context)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def approach_run(request: StudioRequest, name: str) -> HttpResponse:
    """Simulate again like the run that is shown, by another approach."""
    last = selectors.latest_run(request.access)
    if last is None or name not in APPROACHES:
        raise Http404
    try:
        start_like(last, approach=name, by=request.access.user)
    except SimulationRefused as refused:
        messages.error(request, f"{refused} {refused.hint}".strip())
    else:
        messages.success(request, f"Simulation by the approach {APPROACHES[name].label} started.")
    return redirect("analytics:approaches", request.access.workspace.slug)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def approach_show(request: StudioRequest, run_id: int) -> HttpResponse:
    """Let all reports show another finished run."""
    run = selectors.runs(request.access).finished().filter(pk=run_id).first()
    if run is None:
        raise Http404
    show(run)
    messages.success(request, f"The reports show the approach {run.approach_label} now.")
    return redirect("analytics:approaches", request.access.workspace.slug)
