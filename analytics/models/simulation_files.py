"""Files with what simulations run on: lists of prompts, and markets."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models import Workspace
from catalog.models.tenancy import WorkspaceQuerySet

FILE_LEASE = timedelta(minutes=6)
FILE_ATTEMPTS = 4


class SimulationFile(models.Model):
    """A file: first read as a whole with a verdict on every row, then taken in when a person says
    so. `result` is what would be taken in (compressed JSON); it goes when the file is settled.
    """

    class Kind(models.TextChoices):
        PROMPTS = "prompts", "Prompts"
        MARKET = "market", "Market"

    class Status(models.TextChoices):
        CHECKING = "checking", "Being read"
        READY = "ready", "Read"
        DONE = "done", "Taken in"
        FAILED = "failed", "Refused"
        CANCELLED = "cancelled", "Dropped"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    byte_size = models.BigIntegerField()
    storage_name = models.CharField(max_length=255)
    status = models.CharField(max_length=10, choices=Status, default=Status.CHECKING)
    error = models.TextField(blank=True)
    row_count = models.PositiveIntegerField(default=0)
    good_count = models.PositiveIntegerField(default=0)
    bad_count = models.PositiveIntegerField(default=0)
    merged_count = models.PositiveIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    remarks = models.JSONField(default=list)
    findings = models.JSONField(default=dict)
    result = models.BinaryField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = WorkspaceQuerySet["SimulationFile"].as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "kind", "sha256"],
                condition=Q(status__in=["checking", "ready"]),
                name="simulation_file_once",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_busy(self) -> bool:
        return self.status == self.Status.CHECKING
