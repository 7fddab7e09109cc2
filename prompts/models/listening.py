"""What listeners did with lists in this studio, how long that is kept, and what was purged."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from catalog.models import Track
from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet
from prompts.models.conversations import Turn

if TYPE_CHECKING:
    from catalog.access import Access


class EventClass(models.TextChoices):
    """Events that are kept equally long."""

    LISTENING = "listening", "Plays, skips and completed plays"
    FEEDBACK = "feedback", "Saves and thumbs"
    SURVEY = "survey", "Answers to the question after a list"


class ListeningEventQuerySet(WorkspaceQuerySet["ListeningEvent"]):
    """Events by the tracks they are about."""

    def visible_to(self, access: "Access") -> "ListeningEventQuerySet":
        """Events about tracks the person may see."""
        tracks = Track.objects.visible_to(access)
        return self.filter(workspace_id=access.workspace_id, track__in=tracks)


class ListeningEvent(models.Model):
    """One thing a listener did with a track of a list.

    `key` is chosen by the sender; the same key counts once, however often it arrives. When is kept
    as a day and a part of the day, never to the minute. Activity and device are what the listener
    chose to say; nothing is guessed from the browser.
    """

    class Kind(models.TextChoices):
        PLAYED = "played", "Played"
        COMPLETED = "completed", "Played to the end"
        SKIPPED = "skipped", "Skipped"
        SAVED = "saved", "Saved"
        LIKED = "liked", "Thumb up"
        DISLIKED = "disliked", "Thumb down"

    class DayPart(models.TextChoices):
        MORNING = "morning", "Morning"
        AFTERNOON = "afternoon", "Afternoon"
        EVENING = "evening", "Evening"
        NIGHT = "night", "Night"

    class Activity(models.TextChoices):
        WORK = "work", "Working or studying"
        REST = "rest", "Resting or falling asleep"
        MOVE = "move", "Exercising"
        TRAVEL = "travel", "On the way"
        COMPANY = "company", "With people"
        LISTEN = "listen", "Only listening"

    class Device(models.TextChoices):
        PHONE = "phone", "Phone or tablet"
        COMPUTER = "computer", "Computer"
        SPEAKER = "speaker", "Loudspeaker or television"
        CAR = "car", "Car"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    listener = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    turn = models.ForeignKey(Turn, null=True, on_delete=models.SET_NULL, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=64)
    place = models.PositiveSmallIntegerField(null=True)
    listened_s = models.FloatField(null=True)
    day = models.DateField()
    day_part = models.CharField(max_length=10, choices=DayPart)
    activity = models.CharField(max_length=10, choices=Activity, blank=True, default="")
    device = models.CharField(max_length=10, choices=Device, blank=True, default="")

    objects = ListeningEventQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="listening_event_once"),
        ]
        indexes = [
            models.Index(fields=["workspace", "kind", "day"], name="listening_event_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.track}"


class SurveyAnswer(models.Model):
    """Whether a list was what its listener had asked for, from 1 (not at all) to 5 (entirely)."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="answers")
    listener = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    answer = models.PositiveSmallIntegerField()
    day = models.DateField()

    objects = WorkspaceQuerySet["SurveyAnswer"].as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["turn", "listener"], name="survey_answer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.answer} of 5"


class Retention(models.Model):
    """How many days a workspace keeps the events of a class."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    event_class = models.CharField(max_length=10, choices=EventClass)
    days = models.PositiveIntegerField()

    objects = WorkspaceQuerySet["Retention"].as_manager()

    class Meta:
        ordering = ["event_class"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "event_class"], name="retention_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_event_class_display()}: {self.days} days"


class Purge(models.Model):
    """Proof of a purge: how many events of a class were removed, and from before which day."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    event_class = models.CharField(max_length=10, choices=EventClass)
    before = models.DateField()
    removed = models.PositiveIntegerField()
    purged_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["Purge"].as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.removed} removed from before {self.before}"
