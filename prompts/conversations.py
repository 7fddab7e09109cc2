"""Conversations: starting one, saying something about its list, taking chips off."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db import transaction

from catalog.access import Access
from catalog.errors import StudioError
from prompts.blocking import refuse_blocked
from prompts.domain.follow_up import Revision, Shown, replay
from prompts.domain.intent import Intent
from prompts.domain.limits import Limits
from prompts.domain.sequencing import ARCS
from prompts.index import workspace_index
from prompts.limits import changed_limits
from prompts.models import Conversation, Turn
from prompts.retrieval import Answer, Result, answer_intent

MOST_TURNS = 60
LONGEST_TURN = 2_000


class TurnRefused(StudioError):
    """The conversation cannot go on as asked; the message says why."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A conversation at one of its turns: what is understood, and the list."""

    conversation: Conversation
    turns: tuple[Turn, ...]
    turn: Turn
    revision: Revision
    answer: Answer

    @property
    def is_latest(self) -> bool:
        """Whether later turns changed the list again."""
        return self.turn.number == self.turns[-1].number


def start_conversation(
    *,
    access: Access,
    text: str,
    dropped: Iterable[str] = (),
    approach: str = "prompt",
    order: str = "",
    limits: Limits | None = None,
) -> Conversation:
    """Keep a prompt as the first turn of a conversation.

    Raises
    ------
    TurnRefused : there is no text, or it is too long to keep
    PromptBlocked : it holds a blocked term
    """
    text = _checked(text)
    if not text:
        raise TurnRefused("Say what you would like to hear first.")
    refuse_blocked(access.workspace, [text], what="This prompt")
    with transaction.atomic():
        conversation = Conversation.objects.create(
            workspace=access.workspace,
            started_by=access.user,
            title=text[:200],
            approach=approach,
            order=order if order in ARCS else "",
            limits=changed_limits(limits),
        )
        _say(conversation, access=access, text=text, dropped=sorted(dropped))
    return conversation


def say(*, access: Access, conversation_id: int, text: str) -> Conversation:
    """Add a follow-up; the list is made anew from all that was said.

    Raises
    ------
    Conversation.DoesNotExist : not there for this person
    TurnRefused : nothing was said, or too much
    PromptBlocked : it holds a blocked term
    """
    with transaction.atomic():
        conversation = _held(access, conversation_id)
        text = _checked(text)
        if not text:
            raise TurnRefused(
                "Say what shall change: “less vocals”, “faster”, “without the guitar”."
            )
        refuse_blocked(access.workspace, [text], what="This")
        _say(conversation, access=access, text=text, dropped=[])
    return conversation


def take_off(*, access: Access, conversation_id: int, chip: str) -> Conversation:
    """Take one chip off, as a turn of its own."""
    with transaction.atomic():
        conversation = _held(access, conversation_id)
        _say(conversation, access=access, text="", dropped=[chip])
    return conversation


def standing(*, access: Access, conversation_id: int, number: int | None = None) -> Standing:
    """The conversation at a turn (the latest if none is named), with its list.

    Raises
    ------
    Conversation.DoesNotExist : not there for this person, or no such turn
    """
    conversation = Conversation.objects.visible_to(access).get(pk=conversation_id)
    turns = tuple(conversation.turns.all())
    turn = next((t for t in turns if number is None or t.number == number), None)
    if number is None and turns:
        turn = turns[-1]
    if turn is None:
        raise Conversation.DoesNotExist
    revision = _revision(access, [t for t in turns if t.number <= turn.number])
    answer = _answer(conversation, access, revision)
    return Standing(conversation, turns, turn, revision, answer)


def intent_at(access: Access, turn: Turn) -> Intent:
    """What was understood when a turn had been said."""
    earlier = Turn.objects.filter(conversation=turn.conversation_id, number__lte=turn.number)
    return _revision(access, earlier).intent


def limits_from(kept: Mapping[str, Any]) -> Limits:
    """Limits as a conversation keeps them."""
    known = {field.name for field in fields(Limits)}
    return Limits(**{name: value for name, value in kept.items() if name in known})


def _checked(text: str) -> str:
    text = text.replace("\0", "").strip()
    if len(text) > LONGEST_TURN:
        raise TurnRefused(f"Say it in {LONGEST_TURN:,} characters or fewer.")
    return text


def _held(access: Access, conversation_id: int) -> Conversation:
    found = Conversation.objects.visible_to(access).select_for_update()
    conversation: Conversation = found.get(pk=conversation_id)
    if conversation.turns.count() >= MOST_TURNS:
        raise TurnRefused(f"A conversation has at most {MOST_TURNS} turns. Start a new one.")
    return conversation


def _say(conversation: Conversation, *, access: Access, text: str, dropped: list[str]) -> Turn:
    turns = list(conversation.turns.all())
    number = turns[-1].number + 1 if turns else 1
    turn = Turn(conversation=conversation, number=number, text=text, dropped=dropped)
    revision = _revision(access, [*turns, turn])
    answer = _answer(conversation, access, revision)
    turn.changes = [asdict(change) for change in revision.changes]
    turn.note = revision.note
    turn.shown = [_shown(result) for result in answer.results]
    turn.effects = [asdict(effect) for effect in answer.effects]
    turn.mean_jump = answer.mean_jump
    turn.latency_ms = answer.latency_ms
    turn.save()
    conversation.save(update_fields=["changed_at"])
    return turn


def _revision(access: Access, turns: Iterable[Turn]) -> Revision:
    parser = workspace_index(access.workspace).engine.parser
    return replay(
        (
            (
                turn.text,
                frozenset(turn.dropped),
                [Shown(t["title"], t["artist"], t["tempo_bpm"]) for t in turn.shown],
            )
            for turn in turns
        ),
        parser,
    )


def _answer(conversation: Conversation, access: Access, revision: Revision) -> Answer:
    return answer_intent(
        revision.intent,
        access=access,
        approach=conversation.approach,
        arc=conversation.order,
        limits=limits_from(conversation.limits),
    )


def _shown(result: Result) -> dict[str, Any]:
    document = result.document
    return {
        "track_id": result.track_id,
        "title": document.title,
        "artist": document.artists[0] if document.artists else "",
        "tempo_bpm": document.tempo_bpm,
    }
