"""Undoing as work: what is to go back, and what had to stay."""

from django.conf import settings
from django.db import models

from catalog.models.changes import ChangeSet
from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class UndoRun(models.Model):
    """One undo of a change set, whole or of the changes in `only`; large ones go to a worker.

    `left` names the values that were changed again since and stay: `[label, field]`.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Undoing"
        DONE = "done", "Undone"
        FAILED = "failed", "Failed"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    target = models.ForeignKey(ChangeSet, on_delete=models.CASCADE, related_name="undo_runs")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    only = models.JSONField(null=True, blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    result = models.OneToOneField(
        ChangeSet, null=True, blank=True, on_delete=models.SET_NULL, related_name="undo_run"
    )
    left = models.JSONField(default=list, blank=True)

    objects = WorkspaceQuerySet["UndoRun"].as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"undo of {self.target}"
