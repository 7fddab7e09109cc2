"""The ledger: every value that ever changed, before and after."""

from django.conf import settings
from django.db import models

from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class ChangeSet(models.Model):
    """One thing somebody did. It can be undone, and the undo is a change set too."""

    class Source(models.TextChoices):
        TYPED = "typed", "Edit"
        BULK = "bulk", "Bulk edit"
        IMPORTED = "imported", "Import"
        UPLOAD = "upload", "Upload"
        SUGGESTION = "suggestion", "Review"
        UNDO = "undo", "Undo"
        SYSTEM = "system", "Set-up"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="change_sets")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    source = models.CharField(max_length=10, choices=Source, default=Source.TYPED)
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    undoes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="undone_by"
    )
    change_count = models.PositiveIntegerField(default=0)
    row_count = models.PositiveIntegerField(default=0)

    objects = WorkspaceQuerySet["ChangeSet"].as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["workspace", "-id"], name="change_set_newest")]

    def __str__(self) -> str:
        return self.reason


class Change(models.Model):
    """One value of one row, before and after, as JSON.

    `field` is `*` where the row came into being (`before` is null) or was removed (`after` is
    null); the other side then holds all its values. Many-to-many values are whole lists.
    `row_version` is the row's version once this change was made.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    change_set = models.ForeignKey(ChangeSet, on_delete=models.CASCADE, related_name="changes")
    model = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    field = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    label = models.CharField(max_length=300)
    row_version = models.PositiveIntegerField()

    objects = WorkspaceQuerySet["Change"].as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["workspace", "model", "object_id", "id"], name="change_of_row"),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.label}: {self.field}"


class ChangeComment(models.Model):
    """What somebody says about a change set, for whoever reads it later."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    change_set = models.ForeignKey(ChangeSet, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["ChangeComment"].as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:80]
