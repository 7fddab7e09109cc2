"""Paste a description or pick a track, and see which prompts it answers."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics import lookalike as lookalikes
from catalog.access import StudioRequest, workspace_view
from catalog.models import Track

LONGEST_TEXT = 4_000
MOST_CHOICES = 200


@require_GET
@workspace_view()
def lookalike(request: StudioRequest) -> HttpResponse:
    """Show the prompts that a pasted description or a track answers."""
    text = request.GET.get("text", "")[:LONGEST_TEXT]
    chosen = request.GET.get("track", "")
    tracks = Track.objects.visible_to(request.access).simulatable().order_by("title", "pk")
    context: dict[str, Any] = {
        "text": text,
        "chosen": chosen,
        "tracks": tracks.values_list("pk", "title")[:MOST_CHOICES],
        "market_tracks": lookalikes.MARKET_TRACKS,
        "prompt_count": lookalikes.PROMPTS,
        "seed": lookalikes.SEED,
    }
    if text.strip():
        context["found"] = lookalikes.answers_of_text(text)
    elif chosen.isdecimal():
        try:
            context["found"] = lookalikes.answers_of_track(
                access=request.access, track_id=int(chosen)
            )
        except Track.DoesNotExist:
            raise Http404 from None
    return render(request, "analytics/lookalike.html", context)
