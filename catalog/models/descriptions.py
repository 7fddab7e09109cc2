"""Texts about a track, and what people say to each other about them.

Texts and their states are versioned values: earlier ones are in the change log. Remarks, opinions
and overrides are records of who said what; they are never edited.
"""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models.people import Workspace
from catalog.models.tenancy import VersionedRow, WorkspaceQuerySet
from catalog.models.tracks import Track

if TYPE_CHECKING:
    from catalog.access import Access

RowT = TypeVar("RowT", bound=models.Model)


class DescriptionQuerySet(WorkspaceQuerySet["Description"]):
    """Descriptions of the tracks one may see."""

    def visible_to(self, access: "Access") -> "DescriptionQuerySet":
        """Descriptions whose track is visible to the person."""
        return self.filter(
            workspace_id=access.workspace_id, track__in=Track.objects.visible_to(access)
        )

    def editable_by(self, access: "Access") -> "DescriptionQuerySet":
        """Descriptions of the tracks this person may change."""
        return self.filter(
            workspace_id=access.workspace_id, track__in=Track.objects.editable_by(access)
        )


class Description(VersionedRow):
    """The text of a track in one language and one length, or its pitch.

    `picks` are the terms chosen for a pitch, by facet. `checked` is what the claim check said when
    the text was approved, so that a fact that changes underneath is noticed.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        APPROVED = "approved", "Approved"
        NEEDS_UPDATE = "needs_update", "Needs update"

    class Purpose(models.TextChoices):
        TEXT = "text", "Description"
        PITCH = "pitch", "Pitch"

    class Length(models.IntegerChoices):
        SHORT = 120, "Short (120 characters)"
        MEDIUM = 500, "Medium (500 characters)"
        LONG = 1000, "Long (1,000 characters)"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="descriptions")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="descriptions")
    purpose = models.CharField(max_length=6, choices=Purpose, default=Purpose.TEXT)
    language = models.CharField(max_length=35, default="en")
    length = models.PositiveSmallIntegerField(default=Length.MEDIUM)
    text = models.TextField(blank=True)
    picks: Any = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    checked: Any = models.JSONField(default=list, blank=True)

    objects = DescriptionQuerySet.as_manager()

    class Meta:
        ordering = ["purpose", "language", "length"]
        constraints = [
            models.UniqueConstraint(
                fields=["track", "purpose", "language", "length"], name="description_unique"
            ),
        ]
        indexes = [models.Index(fields=["workspace", "state"], name="description_by_state")]

    def __str__(self) -> str:
        return f"{self.name} of {self.track}"

    @property
    def name(self) -> str:
        """Say which text of the track it is."""
        if self.purpose == self.Purpose.PITCH:
            return f"Pitch ({self.language})"
        return f"Description, {self.length:,} characters ({self.language})"


class AboutDescriptionQuerySet(WorkspaceQuerySet[RowT]):
    """Records about the descriptions one may see."""

    def visible_to(self, access: "Access") -> Self:
        """Records whose description is visible to the person."""
        return self.filter(description__in=Description.objects.visible_to(access))


class Remark(models.Model):
    """A comment on a stretch of a text, or an edit that somebody proposes for it.

    `quote` is the stretch and `start` where it stood; the text moves on, so both find it again.
    """

    class Kind(models.TextChoices):
        COMMENT = "comment", "Comment"
        EDIT = "edit", "Suggested edit"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        DONE = "done", "Resolved"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    description = models.ForeignKey(Description, on_delete=models.CASCADE, related_name="remarks")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.COMMENT)
    start = models.PositiveIntegerField(default=0)
    quote = models.TextField(blank=True)
    body = models.TextField(blank=True)
    replacement = models.TextField(blank=True)
    status = models.CharField(max_length=8, choices=Status, default=Status.OPEN)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AboutDescriptionQuerySet["Remark"].as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} on “{self.quote}”"


class Opinion(models.Model):
    """What one reviewer thinks of one version of a text, given without seeing the others'."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    description = models.ForeignKey(Description, on_delete=models.CASCADE, related_name="opinions")
    row_version = models.PositiveIntegerField()
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    approves = models.BooleanField()
    note = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AboutDescriptionQuerySet["Opinion"].as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["description", "row_version", "reviewer"], name="opinion_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reviewer}: {'approve' if self.approves else 'do not approve'}"


class Override(models.Model):
    """A contradicted claim that somebody approved all the same, and why."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    description = models.ForeignKey(Description, on_delete=models.CASCADE, related_name="overrides")
    phrase = models.CharField(max_length=300)
    because = models.CharField(max_length=300)
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AboutDescriptionQuerySet["Override"].as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="override_has_reason"),
        ]

    def __str__(self) -> str:
        return f"“{self.phrase}”: {self.reason}"


class WordingRules(models.Model):
    """What a workspace does not want to read in its texts."""

    workspace = models.OneToOneField(
        Workspace, on_delete=models.CASCADE, related_name="wording_rules"
    )
    banned_terms: Any = models.JSONField(default=list, blank=True)

    objects = WorkspaceQuerySet["WordingRules"].as_manager()

    def __str__(self) -> str:
        return f"Wording of {self.workspace}"
