"""What waits on Home, and the operations page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from analysis import model_cards as cards
from analysis import operations as figures
from analysis import selectors
from analysis.likeness import open_duplicates_count
from analysis.services.queueing import queue_outdated
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.upload_list import upload_list


@require_GET
@workspace_view()
def home_panel(request: StudioRequest) -> HttpResponse:
    """Say how many suggestions wait, and what is being analysed or failed."""
    context = {
        "waiting": selectors.waiting_for(request.access),
        "state": figures.state_of(request.access),
        "duplicates": open_duplicates_count(request.access),
        "can_operate": request.access.can(Permission.MANAGE),
    }
    template = "analysis/parts/home_panel.html" if request.htmx else "analysis/home_panel.html"
    return render(request, template, context)


@require_GET
@workspace_view(Permission.MANAGE)
def operations(request: StudioRequest) -> HttpResponse:
    """Show the queue by state and age, failures with their reasons, and the models present."""
    template = "analysis/parts/operations.html" if request.htmx else "analysis/operations.html"
    return render(request, template, {"report": figures.report(request.access)})


@require_POST
@workspace_view(Permission.MANAGE)
def analyse_again(request: StudioRequest) -> HttpResponse:
    """Have everything heard again that only an older engine heard."""
    count = queue_outdated(workspace=request.access.workspace)
    plural = "recording waits" if count == 1 else "recordings wait"
    messages.success(request, f"{count:,} {plural} to be analysed again.")
    return redirect("analysis:operations", request.access.workspace.slug)


@require_GET
@workspace_view()
def model_cards(request: StudioRequest) -> HttpResponse:
    """Show who listens, how well, and what the workspace's answers changed."""
    page = cards.model_cards(request.access)
    return render(request, "analysis/model_cards.html", {"page": page})


@require_GET
@workspace_view(Permission.EDIT_OWN)
def uploads_progress(request: StudioRequest) -> HttpResponse:
    """Say on the upload page how far the analysis of what was sent is, and what waits after it."""
    track_ids = upload_list(request.access).track_ids
    heard = selectors.heard_so_far(request.access, track_ids)
    return render(request, "analysis/parts/uploads_progress.html", {"heard": heard})
