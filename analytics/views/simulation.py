"""Starting, watching and cancelling a simulation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from analytics import selectors
from analytics.forms import SimulationForm
from analytics.services.runs import SimulationRefused, cancel_run, start_run
from analytics.views.reports import simulation_context
from catalog.access import Permission, StudioRequest, workspace_view


@require_POST
@workspace_view(Permission.EDIT_OWN)
def simulation_start(request: StudioRequest) -> HttpResponse:
    """Start a simulation of the workspace's catalog."""
    form = SimulationForm(request.POST or None, access=request.access)
    # A button without fields starts with the usual sizes.
    values = {}
    if any(name in request.POST for name in form.fields):
        if not form.is_valid():
            context = {**simulation_context(request.access), "form": form}
            return render(request, "analytics/simulation_form.html", context, status=422)
        values = form.options()
    try:
        start_run(workspace=request.access.workspace, by=request.access.user, **values)
    except SimulationRefused as refused:
        messages.error(request, f"{refused} {refused.hint}".strip())
    else:
        messages.success(request, "Simulation started.")
    return redirect("analytics:report", request.access.workspace.slug)


@require_GET
@workspace_view()
def simulation_status(request: StudioRequest) -> HttpResponse:
    """Show how far the simulation is (a fragment that asks again until it is done)."""
    response = render(
        request,
        "analytics/parts/progress.html",
        {"progress": (now := selectors.progress(request.access)), "can_start": _may(request)},
    )
    if now is None and request.htmx:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@workspace_view(Permission.EDIT_OWN)
def simulation_cancel(request: StudioRequest) -> HttpResponse:
    """Stop the simulation under way; the last report stays."""
    now = selectors.progress(request.access)
    if now is not None and cancel_run(run=now.run):
        messages.success(request, "Simulation cancelled. The last report is still here.")
    else:
        messages.info(request, "There was no simulation to cancel.")
    return redirect("analytics:report", request.access.workspace.slug)


def _may(request: StudioRequest) -> bool:
    return request.access.can(Permission.EDIT_OWN)
