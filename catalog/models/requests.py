"""Changes that wait for a second person."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from catalog.models.bulk import BulkEdit
from catalog.models.changes import ChangeSet
from catalog.models.imports import TableImport
from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet
from catalog.roles import Permission

if TYPE_CHECKING:
    from catalog.access import Access


class ChangeRequestQuerySet(WorkspaceQuerySet["ChangeRequest"]):
    """Requests by whom they concern."""

    def visible_to(self, access: "Access") -> "ChangeRequestQuerySet":
        """All of the workspace for those who decide; others see what they asked for."""
        found = self.filter(workspace_id=access.workspace_id)
        return found if access.can(Permission.BULK) else found.filter(author=access.user)


class ChangeRequest(models.Model):
    """A change set that is not yet one: its changes, and what was decided about it.

    `changes` are lists `[model, object_id, field, before, after, label]`; a request to apply an
    import or a bulk edit names that instead, which holds its own preview.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Waits for approval"
        APPROVED = "approved", "Approved"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="requests")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    source = models.CharField(max_length=10, choices=ChangeSet.Source)
    reason = models.CharField(max_length=300)
    changes = models.JSONField(default=list)
    change_count = models.PositiveIntegerField(default=0)
    row_count = models.PositiveIntegerField(default=0)
    table = models.ForeignKey(
        TableImport, null=True, blank=True, on_delete=models.CASCADE, related_name="requests"
    )
    bulk = models.ForeignKey(
        BulkEdit, null=True, blank=True, on_delete=models.CASCADE, related_name="requests"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(max_length=2000, blank=True)
    change_set = models.ForeignKey(
        ChangeSet, null=True, blank=True, on_delete=models.SET_NULL, related_name="requests"
    )

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["workspace", "status", "-id"], name="request_newest")]

    def __str__(self) -> str:
        return self.reason
