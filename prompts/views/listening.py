"""Listening to a list: play, thumbs, save, skip, and one question at the end."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from catalog.access import StudioRequest, workspace_view
from catalog.errors import StudioError
from prompts import conversations, listening
from prompts.listening import Heard
from prompts.models import Conversation, ListeningEvent, SurveyAnswer

ANSWERS = ((1, "Not at all"), (2, "Hardly"), (3, "Partly"), (4, "Mostly"), (5, "Entirely"))
BUTTONS = (
    ("liked", "Thumb up"),
    ("disliked", "Thumb down"),
    ("saved", "Save"),
    ("skipped", "Skip"),
)


@require_GET
@workspace_view()
def listen(request: StudioRequest, conversation_id: int) -> HttpResponse:
    """Show the list of a conversation to listen to, at its latest turn."""
    try:
        standing = conversations.standing(access=request.access, conversation_id=conversation_id)
    except Conversation.DoesNotExist:
        raise Http404 from None
    except StudioError as refusal:
        return render(request, "prompts/listen.html", {"refusal": refusal})
    done: dict[int, set[str]] = {}
    events = ListeningEvent.objects.visible_to(request.access).filter(
        turn=standing.turn, listener=request.user
    )
    for track_id, kind in events.values_list("track_id", "kind"):
        done.setdefault(track_id, set()).add(kind)
    answered = SurveyAnswer.objects.filter(turn=standing.turn, listener=request.user).first()
    context = {
        "standing": standing,
        "conversation": standing.conversation,
        "tracks": [
            (result, done.get(result.track_id, set())) for result in standing.answer.results
        ],
        "answers": ANSWERS,
        "answered": answered.answer if answered else None,
        "buttons": BUTTONS,
        "activities": ListeningEvent.Activity.choices,
        "devices": ListeningEvent.Device.choices,
    }
    return render(request, "prompts/listen.html", context)


@require_POST
@workspace_view()
def feedback(request: StudioRequest, conversation_id: int) -> HttpResponse:
    """Keep a thumb, a save or a skip; the same button pressed twice counts once."""
    turn = _latest_turn(request, conversation_id)
    kind, track = request.POST.get("kind", ""), request.POST.get("track", "")
    place = request.POST.get("place", "")
    try:
        if not track.isdecimal():
            raise listening.EventRefused("That track is not in this workspace.")
        listening.record_event(
            access=request.access,
            heard=Heard(
                track_id=int(track),
                kind=kind,
                key=f"{request.user.pk}-{turn}-{track}-{kind}",
                turn_id=turn,
                place=int(place) if place.isdecimal() and int(place) < 1_000 else None,
                activity=request.POST.get("activity", ""),
                device=request.POST.get("device", ""),
            ),
        )
    except StudioError as refusal:
        messages.error(request, str(refusal))
    if request.htmx:
        done = set(
            ListeningEvent.objects.visible_to(request.access)
            .filter(turn=turn, listener=request.user, track_id=track if track.isdecimal() else 0)
            .values_list("kind", flat=True)
        )
        context = {
            "buttons": BUTTONS, "done": done, "track_id": track, "place": place,
            "conversation": {"pk": conversation_id}, "title": request.POST.get("title", ""),
        }  # fmt: skip
        return render(request, "prompts/parts/feedback.html", context)
    return redirect("prompts:listen", request.access.workspace.slug, conversation_id)


@require_POST
@workspace_view()
def survey(request: StudioRequest, conversation_id: int) -> HttpResponse:
    """Keep the answer to the question after a list."""
    turn = _latest_turn(request, conversation_id)
    answer = request.POST.get("answer", "")
    try:
        listening.answer_survey(
            access=request.access, turn_id=turn, answer=int(answer) if answer.isdecimal() else 0
        )
        messages.success(request, "Thank you. The answer is kept with this list.")
    except StudioError as refusal:
        messages.error(request, str(refusal))
    return redirect("prompts:listen", request.access.workspace.slug, conversation_id)


def _latest_turn(request: StudioRequest, conversation_id: int) -> int:
    found = Conversation.objects.visible_to(request.access).filter(pk=conversation_id).first()
    turn = found.turns.last() if found else None
    if turn is None:
        raise Http404
    return int(turn.pk)
