"""Where a form was sent from, and how to answer it: with a fragment, or by going back there."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from analysis import selectors
from analysis.selectors import Hearing
from catalog.access import StudioRequest

PLACES = ("track", "panel", "review")


def place_of(request: StudioRequest) -> str:
    """Name the page a form was sent from."""
    asked = request.POST.get("back") or request.GET.get("back") or "track"
    return asked if asked in PLACES else "track"


def hearing_of(request: StudioRequest, track_id: int) -> Hearing:
    """Find the track for its panel."""
    hearing = selectors.track_hearing(request.access, track_id)
    if hearing is None:
        raise Http404
    return hearing


def panel_context(request: StudioRequest, hearing: Hearing, back: str) -> dict[str, Any]:
    """Give what the templates of a track's panel take."""
    return {
        "hearing": hearing,
        "track": hearing.track,
        "questions": hearing.questions,
        "stems": stem_sources(request, hearing),
        "back": back,
    }


def stem_sources(request: StudioRequest, hearing: Hearing) -> list[dict[str, str]]:
    """Say to the player where each stem is."""
    slug = request.access.workspace.slug
    return [
        {
            "key": f"stem-{each.stem.pk}",
            "label": each.label,
            "src": reverse("catalog:audio", args=[slug, each.audio.pk]),
        }
        for each in hearing.progress.recordings
        if each.stem is not None
    ]


def answer(
    request: StudioRequest, track_id: int, sentence: str, *, kind: str = "done"
) -> HttpResponse:
    """Answer a decision: with the list as it is now, or by going back to where it was made."""
    back = place_of(request)
    if not request.htmx:
        level = messages.SUCCESS if kind == "done" else messages.WARNING
        messages.add_message(request, level, sentence)
        return redirect(address_of(request, track_id, back))
    hearing = hearing_of(request, track_id)
    context = panel_context(request, hearing, back) | {"answered": True}
    if back == "review":
        context["waiting"] = selectors.waiting_for(request.access)
    response = render(request, "analysis/parts/suggestions.html", context)
    events: dict[str, Any] = {"suggestions-decided": {"track": track_id}}
    if kind == "done":
        events["announce"] = f"{sentence} {len(hearing.questions.open)} left on this track."
    else:
        events["toast"] = {"text": sentence, "kind": kind}
    return with_events(response, events)


def address_of(request: StudioRequest, track_id: int, back: str) -> str:
    """Give the address of the page a form was sent from."""
    slug = request.access.workspace.slug
    if back == "review":
        return f"{reverse('analysis:review', args=[slug])}?track={track_id}"
    name = "analysis:track_panel" if back == "panel" else "catalog:track_detail"
    return reverse(name, args=[slug, track_id])


def with_events(response: HttpResponse, events: Mapping[str, Any]) -> HttpResponse:
    """Have htmx send events in the page."""
    response["HX-Trigger"] = json.dumps(events)
    return response
