"""What really happened: counts by day, and the files they came in with. Never simulated."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models import Track, Workspace
from catalog.models.tenancy import WorkspaceQuerySet

if TYPE_CHECKING:
    from catalog.access import Access

IMPORT_LEASE = timedelta(minutes=6)
IMPORT_ATTEMPTS = 5


class EventImport(models.Model):
    """A file of counts: first checked row by row, then, when a person says so, counted.

    `position` is the row a worker has come to; a killed one goes on from there. `problems` keeps
    the first rows that cannot be counted, `totals` what the good rows add up to, `findings` the
    days it covers, how its dates were read, and how many rows are left out for which reason.
    """

    class Status(models.TextChoices):
        CHECKING = "checking", "Checking"
        READY = "ready", "Checked"
        COUNTING = "counting", "Counting"
        DONE = "done", "Counted"
        FAILED = "failed", "Refused"
        CANCELLED = "cancelled", "Cancelled"

    BUSY = (Status.CHECKING, Status.COUNTING)

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    byte_size = models.BigIntegerField()
    storage_name = models.CharField(max_length=255)
    status = models.CharField(max_length=10, choices=Status, default=Status.CHECKING)
    error = models.TextField(blank=True)
    headings = models.JSONField(default=dict)
    row_count = models.PositiveIntegerField(default=0)
    good_count = models.PositiveIntegerField(default=0)
    bad_count = models.PositiveIntegerField(default=0)
    repeated_count = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    totals = models.JSONField(default=list)
    findings = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = WorkspaceQuerySet["EventImport"].as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "sha256"],
                condition=~Q(status__in=["failed", "cancelled"]),
                name="event_import_once",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_busy(self) -> bool:
        return self.status in self.BUSY


class ObservedDayQuerySet(WorkspaceQuerySet["ObservedDay"]):
    """Counts of tracks one may see."""

    def visible_to(self, access: "Access") -> "ObservedDayQuerySet":
        """Rows of the tracks a person may see."""
        tracks = Track.objects.visible_to(access)
        return self.filter(workspace_id=access.workspace_id, track__in=tracks)


class ObservedDay(models.Model):
    """What was counted for a track on a day: in a space or for a prompt, at a place, by a source.

    `prompt_key` is the SHA-256 of the prompt (a text may be too long for an index). A count is null
    where the source does not report it.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="observed_days")
    day = models.DateField()
    space = models.SlugField(max_length=60, blank=True)
    prompt = models.TextField(blank=True)
    prompt_key = models.CharField(max_length=64, blank=True)
    place = models.PositiveSmallIntegerField(default=0)
    source = models.CharField(max_length=60, blank=True)
    impressions = models.PositiveIntegerField(null=True)
    plays = models.PositiveIntegerField(null=True)
    completions = models.PositiveIntegerField(null=True)
    skips = models.PositiveIntegerField(null=True)
    saves = models.PositiveIntegerField(null=True)
    replays = models.PositiveIntegerField(null=True)
    follows = models.PositiveIntegerField(null=True)
    came_with = models.ForeignKey(
        EventImport, null=True, blank=True, on_delete=models.SET_NULL, related_name="days"
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = ObservedDayQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "track", "day", "space", "prompt_key", "place", "source"],
                name="observed_day_unique",
            ),
        ]
        indexes = [models.Index(fields=["workspace", "space"], name="observed_day_by_space")]

    def __str__(self) -> str:
        return f"{self.track} on {self.day}"


class ObservedEvent(models.Model):
    """A single event sent by the API, kept by its key so that sending it twice counts once."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=80)
    day = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["ObservedEvent"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="observed_event_once"),
        ]

    def __str__(self) -> str:
        return self.key


class ListenerFit(models.Model):
    """What real events taught about listeners, for the choice model of later simulations.

    `parameters`: name to location, standard error (on the parameter's scale) and trials.
    `before` and `after` judge the assumed and the fitted listener on events the fit did not see.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    choice_version = models.CharField(max_length=20)
    examination = models.CharField(max_length=12)
    parameters = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    impressions = models.PositiveBigIntegerField()
    held_out_impressions = models.PositiveBigIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["ListenerFit"].as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"listener of {self.workspace} from {self.impressions:,} impressions"

    @property
    def is_better(self) -> bool:
        """Whether it foretells unseen saves better than what was assumed."""
        return bool(self.parameters) and self.after["log_loss"] < self.before["log_loss"]
