"""How a track sounds beside others, and pairs of tracks that share a recording."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from analysis import likeness
from analysis.models import Duplicate
from analysis.services.comparing import NotDecided, decide_duplicate
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.views.pages import page_of


@require_GET
@workspace_view()
@vary_on_headers("HX-Request")
def track_sound(request: StudioRequest, track_id: int) -> HttpResponse:
    """Show the sonic signature of a track and the tracks that sound most like it."""
    sound = likeness.track_sound(request.access, track_id)
    if sound is None:
        raise Http404
    template = "analysis/parts/sound.html" if request.htmx else "analysis/track_sound.html"
    return render(request, template, {"sound": sound, "track": sound.track})


@require_GET
@workspace_view()
def duplicate_list(request: StudioRequest) -> HttpResponse:
    """List pairs of tracks that share a recording, undecided ones first."""
    open_first = likeness.duplicates(request.access).order_by("decided_at", "-pk")
    return render(request, "analysis/duplicate_list.html", {"page": page_of(request, open_first)})


@require_GET
@workspace_view()
def duplicate_detail(request: StudioRequest, duplicate_id: int) -> HttpResponse:
    """Show two tracks side by side, and what can be said about them."""
    pair = get_object_or_404(likeness.duplicates(request.access), pk=duplicate_id)
    can_decide = Duplicate.objects.decidable_by(request.access).filter(pk=pair.pk).exists()
    context = {
        "pair": pair,
        "sides": (pair.one, pair.other),
        "differences": likeness.differences(pair),
        "can_decide": can_decide,
        "answers": [
            (Duplicate.Answer.SAME, "It is the same recording"),
            (Duplicate.Answer.VERSION, "It is another version"),
            (Duplicate.Answer.OTHER, "They are not the same"),
        ],
    }
    return render(request, "analysis/duplicate_detail.html", context)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def duplicate_decide(request: StudioRequest, duplicate_id: int) -> HttpResponse:
    """Remember what a person says about a pair."""
    pair = get_object_or_404(
        Duplicate.objects.decidable_by(request.access).current(), pk=duplicate_id
    )
    try:
        decided = decide_duplicate(
            duplicate=pair, answer=request.POST.get("answer", ""), access=request.access
        )
    except NotDecided as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, f"Remembered: {decided.get_answer_display().lower()}.")
    return redirect("analysis:duplicate_detail", request.access.workspace.slug, pair.pk)
