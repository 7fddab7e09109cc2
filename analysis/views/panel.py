"""What was heard in a track: the panel of the track page, which is a page by itself too."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from analysis.views.places import hearing_of, panel_context, place_of, with_events
from catalog.access import StudioRequest, workspace_view


@require_GET
@workspace_view()
@vary_on_headers("HX-Request")
def track_panel(request: StudioRequest, track_id: int) -> HttpResponse:
    """Show the waveform, the figures and the suggestions of a track."""
    hearing = hearing_of(request, track_id)
    if request.htmx:
        context = panel_context(request, hearing, place_of(request))
        return render(request, "analysis/parts/hearing.html", context)
    return render(request, "analysis/track_panel.html", panel_context(request, hearing, "panel"))


@require_GET
@workspace_view()
def run_status(request: StudioRequest, track_id: int) -> HttpResponse:
    """Say how far the analysis of a track is; once it has ended, give the whole panel instead."""
    hearing = hearing_of(request, track_id)
    if not request.htmx:
        return redirect("analysis:track_panel", request.access.workspace.slug, track_id)
    context = panel_context(request, hearing, place_of(request))
    if hearing.progress.is_busy:
        return render(request, "analysis/parts/progress.html", context)
    response = render(request, "analysis/parts/hearing.html", context)
    response["HX-Retarget"] = "#hearing"
    response["HX-Reswap"] = "outerHTML"
    count = len(hearing.questions.open)
    words = f"The analysis has ended: {count} suggestion{pluralize(count)}."
    return with_events(response, {"announce": words})
