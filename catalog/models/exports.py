"""Tables on their way out."""

from django.conf import settings
from django.db import models

from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class TableExport(models.Model):
    """One table that somebody took out: which tracks and columns, and the file once it is made."""

    class Status(models.TextChoices):
        QUEUED = "queued", "Waiting"
        RUNNING = "running", "Writing"
        DONE = "done", "Ready"
        FAILED = "failed", "Failed"

    class Form(models.TextChoices):
        XLSX = "xlsx", "Excel (XLSX)"
        CSV = "csv", "CSV (UTF-8)"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="exports")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    form = models.CharField(max_length=4, choices=Form)
    columns = models.JSONField(default=list)
    track_ids = models.JSONField(default=list)
    status = models.CharField(max_length=8, choices=Status, default=Status.QUEUED)
    error = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    row_count = models.PositiveIntegerField(default=0)
    left_out_count = models.PositiveIntegerField(default=0)
    file_name = models.CharField(max_length=120, blank=True)
    data = models.BinaryField(null=True)

    objects = WorkspaceQuerySet["TableExport"].as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["workspace", "-id"], name="export_newest")]

    def __str__(self) -> str:
        return self.file_name or f"export {self.pk}"
