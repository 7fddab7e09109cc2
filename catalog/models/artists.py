"""Who made the music."""

from django.db import models

from catalog.models.people import Workspace
from catalog.models.tenancy import VersionedRow, WorkspaceQuerySet


class Artist(VersionedRow):
    """A person or group as credited."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="artists")
    name = models.CharField(max_length=200)
    sort_name = models.CharField(max_length=200, blank=True)
    isni = models.CharField("ISNI", max_length=16, blank=True)
    ipi = models.CharField("IPI name number", max_length=11, blank=True)
    notes = models.TextField(blank=True)

    objects = WorkspaceQuerySet["Artist"].as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["workspace", "name"], name="artist_by_name")]

    def __str__(self) -> str:
        return self.name
