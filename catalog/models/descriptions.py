"""Texts about a track. Earlier versions are in the change log."""

from typing import TYPE_CHECKING

from django.db import models

from catalog.models.people import Workspace
from catalog.models.tenancy import VersionedRow, WorkspaceQuerySet
from catalog.models.tracks import Track

if TYPE_CHECKING:
    from catalog.access import Access


class DescriptionQuerySet(WorkspaceQuerySet["Description"]):
    """Descriptions of the tracks one may see."""

    def visible_to(self, access: "Access") -> "DescriptionQuerySet":
        """Descriptions whose track is visible to the person."""
        return self.filter(
            workspace_id=access.workspace_id, track__in=Track.objects.visible_to(access)
        )


class Description(VersionedRow):
    """The text of a track in one language and one length."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        APPROVED = "approved", "Approved"

    class Length(models.IntegerChoices):
        SHORT = 120, "Short (120 characters)"
        MEDIUM = 500, "Medium (500 characters)"
        LONG = 1000, "Long (1,000 characters)"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="descriptions")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="descriptions")
    language = models.CharField(max_length=35, default="en")
    length = models.PositiveSmallIntegerField(choices=Length, default=Length.MEDIUM)
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)

    objects = DescriptionQuerySet.as_manager()

    class Meta:
        ordering = ["language", "length"]
        constraints = [
            models.UniqueConstraint(
                fields=["track", "language", "length"], name="description_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_length_display()} of {self.track}"
