"""A conversation about a list: what was said, what it changed, and the list now."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from catalog.access import StudioRequest, workspace_view
from catalog.errors import StudioError
from prompts import conversations
from prompts.models import Conversation
from prompts.views.box import ORDER_LABELS, emptied_by, limits_of
from prompts.views.chips import shown_chip


@require_GET
@workspace_view()
def conversation(request: StudioRequest, conversation_id: int) -> HttpResponse:
    """Show the conversation at its latest turn, or at the one named by `turn`."""
    asked = request.GET.get("turn", "")
    try:
        standing = conversations.standing(
            access=request.access,
            conversation_id=conversation_id,
            number=int(asked) if asked.isdecimal() else None,
        )
    except Conversation.DoesNotExist:
        raise Http404 from None
    except StudioError as refusal:
        return render(request, "prompts/conversation.html", {"refusal": refusal})
    answer = standing.answer
    context = {
        "standing": standing,
        "conversation": standing.conversation,
        "answer": answer,
        "results": answer.results,
        "chips": [shown_chip(fate) for fate in answer.fates],
        "arc_label": ORDER_LABELS[answer.arc].lower(),
        "emptied_by": emptied_by(answer),
    }
    return render(request, "prompts/conversation.html", context)


@require_POST
@workspace_view()
def start(request: StudioRequest) -> HttpResponse:
    """Keep the prompt of the box as a conversation, with its first follow-up if one was said."""
    data = request.POST
    try:
        started = conversations.start_conversation(
            access=request.access,
            text=data.get("q", ""),
            dropped=data.getlist("drop"),
            approach=data.get("approach", "prompt"),
            order=data.get("order", ""),
            limits=limits_of(data),
        )
        if data.get("say", "").strip():
            conversations.say(access=request.access, conversation_id=started.pk, text=data["say"])
    except StudioError as refusal:
        messages.error(request, str(refusal))
        return redirect("prompts:box", request.access.workspace.slug)
    return _to(request, started)


@require_POST
@workspace_view()
def say(request: StudioRequest, conversation_id: int) -> HttpResponse:
    """Add a follow-up."""
    try:
        changed = conversations.say(
            access=request.access,
            conversation_id=conversation_id,
            text=request.POST.get("say", ""),
        )
    except Conversation.DoesNotExist:
        raise Http404 from None
    except StudioError as refusal:
        messages.error(request, str(refusal))
        slug = request.access.workspace.slug
        return redirect("prompts:conversation", slug, conversation_id)
    return _to(request, changed)


@require_POST
@workspace_view()
def take_off(request: StudioRequest, conversation_id: int) -> HttpResponse:
    """Take a chip off, as a turn of its own."""
    try:
        changed = conversations.take_off(
            access=request.access,
            conversation_id=conversation_id,
            chip=request.POST.get("chip", ""),
        )
    except Conversation.DoesNotExist:
        raise Http404 from None
    except StudioError as refusal:
        messages.error(request, str(refusal))
        slug = request.access.workspace.slug
        return redirect("prompts:conversation", slug, conversation_id)
    return _to(request, changed)


def _to(request: StudioRequest, shown: Conversation) -> HttpResponse:
    return redirect("prompts:conversation", request.access.workspace.slug, shown.pk)
