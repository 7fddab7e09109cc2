"""Taking in what listeners do, keeping it no longer than agreed, and counting it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, TextChoices
from django.utils import timezone

from catalog.access import Access
from catalog.errors import StudioError
from catalog.models import Track, Workspace
from prompts.models import EventClass, ListeningEvent, Purge, Retention, SurveyAnswer, Turn

SKIP_BEFORE_S = 30.0
SKIP_BEFORE_SHARE = 0.25
COMPLETED_FROM_SHARE = 0.9
"""A skip ends before 30 seconds or a quarter of the track; nine tenths are as good as the end."""

USUAL_DAYS = {EventClass.LISTENING: 180, EventClass.FEEDBACK: 730, EventClass.SURVEY: 365}
SHORTEST_DAYS, LONGEST_DAYS = 1, 3650

Kind = ListeningEvent.Kind
KINDS_OF = {
    EventClass.LISTENING: (Kind.PLAYED, Kind.COMPLETED, Kind.SKIPPED),
    EventClass.FEEDBACK: (Kind.SAVED, Kind.LIKED, Kind.DISLIKED),
}


class EventRefused(StudioError):
    """An event cannot be counted; the message says why."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a listener did, as the doors hand it on."""

    track_id: int
    kind: str
    key: str
    turn_id: int | None = None
    place: int | None = None
    listened_s: float | None = None
    duration_s: float | None = None
    day_part: str = ""
    activity: str = ""
    device: str = ""


def record_event(*, access: Access, heard: Heard) -> tuple[ListeningEvent, bool]:
    """Keep an event; says whether it is new. The same key counts once.

    A play says itself whether it was a skip or complete, by the seconds listened.

    Raises
    ------
    EventRefused : the track or the list is not there for this person, or the kind is not known
    """
    if heard.kind not in Kind.values:
        raise EventRefused(f"“{heard.kind}” is no event. There are: {', '.join(Kind.values)}.")
    if not 8 <= len(heard.key) <= 64:
        raise EventRefused("An event needs a key of 8 to 64 characters, the same when sent again.")
    tracks = Track.objects.visible_to(access).filter(pk=heard.track_id)
    if not tracks.exists():
        raise EventRefused("That track is not in this workspace.")
    turn = None
    if heard.turn_id is not None:
        turn = visible_turn(access, heard.turn_id)
        if turn is None:
            raise EventRefused("That list is not in this workspace.")
    now = timezone.localtime()
    parts = ListeningEvent.DayPart.values
    return ListeningEvent.objects.get_or_create(
        workspace=access.workspace,
        key=heard.key,
        defaults={
            "listener": access.user,
            "track_id": heard.track_id,
            "turn": turn,
            "kind": kind_of(heard),
            "place": heard.place,
            "listened_s": heard.listened_s,
            "day": now.date(),
            "day_part": heard.day_part if heard.day_part in parts else day_part(now),
            "activity": known_choice(heard.activity, ListeningEvent.Activity),
            "device": known_choice(heard.device, ListeningEvent.Device),
        },
    )


def kind_of(heard: Heard) -> str:
    """A play is a skip, a play or complete by how much of it was heard."""
    if heard.kind != Kind.PLAYED or heard.listened_s is None:
        return heard.kind
    share = heard.listened_s / heard.duration_s if heard.duration_s else None
    if share is not None and share >= COMPLETED_FROM_SHARE:
        return Kind.COMPLETED
    if heard.listened_s < SKIP_BEFORE_S or (share is not None and share < SKIP_BEFORE_SHARE):
        return Kind.SKIPPED
    return Kind.PLAYED


def known_choice(said: str, choices: type[TextChoices]) -> str:
    """What was said if it is one of the choices, else nothing."""
    return said if said in choices.values else ""


def day_part(moment: datetime) -> str:
    """The quarter of the day."""
    parts = ListeningEvent.DayPart
    return (parts.NIGHT, parts.MORNING, parts.AFTERNOON, parts.EVENING)[moment.hour // 6]


def visible_turn(access: Access, turn_id: int) -> Turn | None:
    """A turn of a conversation the person may read."""
    from prompts.models import Conversation

    found = Conversation.objects.visible_to(access)
    return Turn.objects.filter(pk=turn_id, conversation__in=found).first()


def answer_survey(*, access: Access, turn_id: int, answer: int) -> SurveyAnswer:
    """Keep the answer to the one question after a list; a second answer takes its place."""
    turn = visible_turn(access, turn_id)
    if turn is None:
        raise EventRefused("That list is not in this workspace.")
    if not 1 <= answer <= 5:
        raise EventRefused("Choose one of the five answers.")
    kept, _ = SurveyAnswer.objects.update_or_create(
        turn=turn,
        listener=access.user,
        defaults={
            "workspace": access.workspace, "answer": answer, "day": timezone.localdate()
        },
    )  # fmt: skip
    return kept


def retention_of(workspace: Workspace) -> dict[str, int]:
    """Days each class of events is kept."""
    rows = Retention.objects.filter(workspace=workspace).values_list("event_class", "days")
    return {**{str(name): days for name, days in USUAL_DAYS.items()}, **dict(rows)}


def keep_for(*, workspace: Workspace, days: Mapping[str, int]) -> None:
    """Set how long events are kept.

    Raises
    ------
    EventRefused : a number of days out of reach
    """
    for event_class, number in days.items():
        if not SHORTEST_DAYS <= number <= LONGEST_DAYS:
            raise EventRefused(f"Keep events for {SHORTEST_DAYS} to {LONGEST_DAYS:,} days.")
        Retention.objects.update_or_create(
            workspace=workspace, event_class=event_class, defaults={"days": number}
        )


def purge_old_events(today: date | None = None) -> int:
    """Remove what is older than its workspace keeps it; each purge leaves a row as proof."""
    today = today or timezone.localdate()
    removed = 0
    for workspace in Workspace.objects.all():
        for name, days in retention_of(workspace).items():
            removed += _purge(workspace, EventClass(name), today - timedelta(days=days))
    return removed


def _purge(workspace: Workspace, event_class: EventClass, before: date) -> int:
    with transaction.atomic():
        if event_class is EventClass.SURVEY:
            old = SurveyAnswer.objects.filter(workspace=workspace, day__lt=before)
            removed = old.delete()[0]
        else:
            kinds = KINDS_OF[event_class]
            events = ListeningEvent.objects.filter(workspace=workspace, kind__in=kinds)
            removed = events.filter(day__lt=before).delete()[0]
        if removed:
            Purge.objects.create(
                workspace=workspace, event_class=event_class, before=before, removed=removed
            )
    return removed


def newest_event(workspace: Workspace) -> int:
    """Key of the newest event, 0 if there is none."""
    newest: int | None = ListeningEvent.objects.filter(workspace=workspace).aggregate(
        newest=Max("pk")
    )["newest"]
    return newest or 0


def counts_by_context(access: Access) -> list[tuple[str, list[tuple[str, int]]]]:
    """Events by part of the day, activity and device, each with the words for it, most first."""
    contexts = (
        ("Part of the day", "day_part", ListeningEvent.DayPart),
        ("Doing", "activity", ListeningEvent.Activity),
        ("Listening on", "device", ListeningEvent.Device),
    )
    found: list[tuple[str, list[tuple[str, int]]]] = []
    for label, column, choices in contexts:
        words = {"": "Not said", **dict(choices.choices)}
        rows = (
            ListeningEvent.objects.visible_to(access)
            .order_by()
            .values_list(column)
            .annotate(count=Count("pk"))
            .order_by("-count", column)
        )
        found.append((label, [(str(words.get(value, value)), count) for value, count in rows]))
    return found


def counts_by_kind(access: Access) -> dict[str, int]:
    """Events of each kind about tracks the person may see."""
    rows = (
        ListeningEvent.objects.visible_to(access)
        .order_by()
        .values_list("kind")
        .annotate(Count("pk"))
    )
    return dict(rows)
