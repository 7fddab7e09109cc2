"""Answers to suggestions: plain forms that go back to their page, and fragments for htmx."""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_http_methods, require_POST

from analysis.forms import AnswerForm, answer_form
from analysis.models import Suggestion
from analysis.services import deciding
from analysis.services.deciding import AlreadyDecided, Decision, NotAnAnswer
from analysis.views.places import (
    address_of,
    answer,
    place_of,
)
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.models import Track

HALF, DOUBLE = 0.5, 2.0


@require_POST
@workspace_view(Permission.EDIT_OWN)
def suggestion_accept(request: StudioRequest, suggestion_id: int) -> HttpResponse:
    """Accept one suggestion."""
    suggestion = _suggestion(request, suggestion_id)
    return _decided(
        request,
        suggestion,
        lambda: deciding.accept(suggestion=suggestion, access=request.access),
        f"Accepted {suggestion.label}.",
    )


@require_POST
@workspace_view(Permission.EDIT_OWN)
def suggestion_reject(request: StudioRequest, suggestion_id: int) -> HttpResponse:
    """Refuse one suggestion."""
    suggestion = _suggestion(request, suggestion_id)
    return _decided(
        request,
        suggestion,
        lambda: deciding.reject(suggestion=suggestion, access=request.access),
        f"Refused {suggestion.label}.",
    )


@require_POST
@workspace_view(Permission.EDIT_OWN)
def suggestion_undo(request: StudioRequest, suggestion_id: int) -> HttpResponse:
    """Take a decision back, with everything that was decided with it."""
    suggestion = _suggestion(request, suggestion_id)
    return _decided(
        request,
        suggestion,
        lambda: deciding.take_back(suggestion=suggestion, access=request.access),
        f"Taken back: {suggestion.label} is open again.",
    )


@require_POST
@workspace_view(Permission.EDIT_OWN)
def tempo_scale(request: StudioRequest, suggestion_id: int) -> HttpResponse:
    """Halve or double the suggested tempo."""
    suggestion = _suggestion(request, suggestion_id)
    factor = DOUBLE if request.POST.get("by") == "double" else HALF
    try:
        scaled = deciding.scale_suggested_tempo(
            suggestion=suggestion, factor=factor, access=request.access
        )
    except (AlreadyDecided, NotAnAnswer) as error:
        return answer(request, suggestion.track_id, str(error), kind="warning")
    return answer(request, suggestion.track_id, f"The question is now {scaled.label}.")


@require_POST
@workspace_view(Permission.EDIT_OWN)
def accept_likely(request: StudioRequest, track_id: int) -> HttpResponse:
    """Accept everything on the track that is likely."""
    track = _track(request, track_id)
    try:
        decision = deciding.accept_likely(track=track, access=request.access)
    except (AlreadyDecided, NotAnAnswer) as error:
        return answer(request, track.pk, str(error), kind="warning")
    count = len(decision.suggestions)
    return answer(request, track.pk, f"Accepted {count} suggestion{pluralize(count)}.")


@require_POST
@workspace_view(Permission.EDIT_OWN)
def tempo_set(request: StudioRequest, track_id: int) -> HttpResponse:
    """Put one of the tempos that were heard, or its half or double, on the track."""
    track = _track(request, track_id)
    try:
        deciding.set_tempo(
            track=track, bpm=float(request.POST.get("bpm", "")), access=request.access
        )
    except ValueError:
        return answer(request, track.pk, "A tempo is a number, such as 96.5.", kind="warning")
    except NotAnAnswer as error:
        return answer(request, track.pk, str(error), kind="warning")
    track.refresh_from_db(fields=["tempo_bpm"])
    return answer(request, track.pk, f"The tempo is now {track.tempo_bpm:g} BPM.")


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.EDIT_OWN)
def suggestion_edit(request: StudioRequest, suggestion_id: int) -> HttpResponse:
    """Answer with another value than the suggested one."""
    suggestion = _suggestion(request, suggestion_id)
    form = answer_form(suggestion, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            form.save(access=request.access)
        except AlreadyDecided as error:
            return answer(request, suggestion.track_id, str(error), kind="warning")
        except NotAnAnswer as error:
            form.add_error(None, f"{error} {error.hint}".strip())
        else:
            sentence = f"Accepted {form.answer_label} instead of {suggestion.label}."
            response = answer(request, suggestion.track_id, sentence)
            if request.htmx:
                response["HX-Retarget"] = "#suggestions"
                response["HX-Reswap"] = "outerHTML"
            return response
    return _edit_page(request, suggestion, form)


def _edit_page(request: StudioRequest, suggestion: Suggestion, form: AnswerForm) -> HttpResponse:
    back = place_of(request)
    context = {
        "suggestion": suggestion,
        "form": form,
        "back": back,
        "back_url": address_of(request, suggestion.track_id, back),
    }
    template = "parts/edit_form.html" if request.htmx else "suggestion_edit.html"
    status = 422 if form.is_bound else 200
    return render(request, f"analysis/{template}", context, status=status)


def _decided(
    request: StudioRequest,
    suggestion: Suggestion,
    decide: Callable[[], Decision],
    sentence: str,
) -> HttpResponse:
    try:
        decide()
    except (AlreadyDecided, NotAnAnswer) as error:
        words = f"{error} {error.hint}".strip()
        return answer(request, suggestion.track_id, words, kind="warning")
    return answer(request, suggestion.track_id, sentence)


def _suggestion(request: StudioRequest, suggestion_id: int) -> Suggestion:
    found = Suggestion.objects.decidable_by(request.access).select_related("track")
    return get_object_or_404(found, pk=suggestion_id)


def _track(request: StudioRequest, track_id: int) -> Track:
    return get_object_or_404(Track.objects.editable_by(request.access), pk=track_id)
