"""Bulk edits on their way from plan to change set, and the recipes they are saved as."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from catalog.models.changes import ChangeSet
from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet

if TYPE_CHECKING:
    from catalog.access import Access


class Recipe(models.Model):
    """A bulk edit saved with its filter, to be run again on demand or on each new upload.

    `query` is read by `catalog.domain.filters`, `operations` by `catalog.domain.bulk`.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="recipes")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    name = models.CharField(max_length=120)
    query = models.JSONField(default=dict)
    operations = models.JSONField(default=list)
    runs_on_upload = models.BooleanField(default=False)
    saved_at = models.DateTimeField(auto_now=True)

    objects = WorkspaceQuerySet["Recipe"].as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="recipe_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class BulkEditQuerySet(WorkspaceQuerySet["BulkEdit"]):
    """Bulk edits by whom they concern."""

    def visible_to(self, access: "Access") -> "BulkEditQuerySet":
        """Bulk edits of the workspace."""
        return self.filter(workspace_id=access.workspace_id)


class BulkEdit(models.Model):
    """One bulk edit. What it will write are the rows of `PlannedChange`, and nothing else.

    A worker that plans or applies holds a lease and counts its attempt before it starts.
    """

    class State(models.TextChoices):
        PLANNING = "planning", "Planning"
        READY = "ready", "Ready to apply"
        APPLYING = "applying", "Applying"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="bulk_edits")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    title = models.CharField(max_length=300)
    operations = models.JSONField(default=list)
    selection = models.JSONField(default=dict)
    recipe = models.ForeignKey(
        Recipe, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs"
    )
    applies_at_once = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNING)
    track_total = models.PositiveIntegerField(default=0)
    change_total = models.PositiveIntegerField(default=0)
    lost_total = models.PositiveIntegerField(default=0)
    problem_total = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    refused = models.JSONField(default=list)
    change_set = models.ForeignKey(
        ChangeSet, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    error = models.CharField(max_length=600, blank=True)
    cancel_requested = models.BooleanField(default=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)

    objects = BulkEditQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_running(self) -> bool:
        """Whether a worker has it, or should."""
        return self.state in (self.State.PLANNING, self.State.APPLYING)


class PlannedChange(models.Model):
    """One cell of a planned bulk edit, before and after; gone once the edit is applied."""

    bulk_edit = models.ForeignKey(BulkEdit, on_delete=models.CASCADE, related_name="planned")
    track_id = models.BigIntegerField()
    column = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    label = models.CharField(max_length=300)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.label}: {self.column}"
