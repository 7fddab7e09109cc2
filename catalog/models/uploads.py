"""Files on their way in: the state of resumable uploads."""

import uuid

from django.conf import settings
from django.db import models

from catalog.models.files import AudioFile
from catalog.models.people import Workspace
from catalog.models.stems import Stem
from catalog.models.tenancy import WorkspaceQuerySet
from catalog.models.tracks import Track


class Upload(models.Model):
    """One file being sent. The row is the truth; bytes wait in a partial file until complete.

    `metadata` holds where the file goes: `group` (files of one track share it), `title`, `role` and
    `label` (set for a stem), `existing` (id of a track it joins), `by_hand` (a person placed it).
    A complete file is taken in by a worker that holds the lease; `attempts` counts its tries.
    """

    class Status(models.TextChoices):
        RECEIVING = "receiving", "Receiving"
        RECEIVED = "received", "Checking"
        DONE = "done", "Done"
        DUPLICATE = "duplicate", "Already here"
        FAILED = "failed", "Refused"
        CANCELLED = "cancelled", "Cancelled"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="uploads")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    batch = models.UUIDField(default=uuid.uuid4, db_index=True)
    file_name = models.CharField(max_length=255)
    relative_path = models.CharField(max_length=1000, blank=True)
    byte_size = models.BigIntegerField()
    offset = models.BigIntegerField(default=0)
    status = models.CharField(max_length=10, choices=Status, default=Status.RECEIVING)
    error = models.TextField(blank=True)
    warnings = models.JSONField(default=list, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    audio = models.ForeignKey(
        AudioFile, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    track = models.ForeignKey(
        Track, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    stem = models.ForeignKey(
        Stem, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    expires_at = models.DateTimeField()

    objects = WorkspaceQuerySet["Upload"].as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(offset__gte=0, offset__lte=models.F("byte_size")),
                name="upload_offset_in_file",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name
