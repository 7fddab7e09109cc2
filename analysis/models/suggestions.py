"""Open questions to a person, and how they were answered."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models import ChangeSet, Stem, Track, Workspace
from catalog.models.tenancy import WorkspaceQuerySet
from catalog.models.terms import Facet

if TYPE_CHECKING:
    from catalog.access import Access

TEMPO, KEY, STEM_ROLE = "tempo", "key", "stem_role"


class SuggestionQuerySet(WorkspaceQuerySet["Suggestion"]):
    """Suggestions by who may see and decide them."""

    def visible_to(self, access: "Access") -> "SuggestionQuerySet":
        """Suggestions on tracks visible to the person."""
        return self.filter(
            workspace_id=access.workspace_id, track__in=Track.objects.visible_to(access)
        )

    def decidable_by(self, access: "Access") -> "SuggestionQuerySet":
        """Suggestions on tracks that the person may change."""
        return self.filter(
            workspace_id=access.workspace_id, track__in=Track.objects.editable_by(access)
        )

    def open(self) -> "SuggestionQuerySet":
        """Waiting for an answer."""
        return self.filter(status=Suggestion.Status.OPEN)


class Suggestion(models.Model):
    """“Add *piano*? 0.82, heard 0:41-1:10 in the stem *Keys*.”

    `term` is the slug of a term, or empty for tempo and key, whose `value` is `{"bpm": 120.0}` or
    `{"tonic": "Eb", "mode": "minor"}`; for the role of a stem it is the stem's key, and `value`
    holds `{"role": "drums"}`. `answer` is what the person put in its place, if they did.
    `evidence_key` names what it rests on: the same key is never asked again once it was decided.
    """

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        REJECTED = "rejected", "Refused"
        SUPERSEDED = "superseded", "No longer asked"

    FACETS = [*Facet.choices, (TEMPO, "Tempo"), (KEY, "Key"), (STEM_ROLE, "Stem")]

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="suggestions")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="suggestions")
    facet = models.CharField(max_length=12, choices=FACETS)
    term = models.CharField(max_length=60, blank=True)
    value: Any = models.JSONField(default=dict, blank=True)
    label = models.CharField(max_length=120)
    confidence = models.FloatField()
    ranges = models.JSONField(default=list, blank=True)
    stem = models.ForeignKey(
        Stem, null=True, blank=True, on_delete=models.SET_NULL, related_name="suggestions"
    )
    reason = models.CharField(max_length=300)
    model = models.CharField(max_length=60, blank=True)
    model_version = models.CharField(max_length=60, blank=True)
    evidence_key = models.CharField(max_length=64)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    answer: Any = models.JSONField(default=dict, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    change_set = models.ForeignKey(
        ChangeSet, null=True, blank=True, on_delete=models.SET_NULL, related_name="suggestions"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        ordering = ["-confidence", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["track", "facet", "term"],
                condition=Q(status="open"),
                name="suggestion_open_once",
            ),
            models.UniqueConstraint(
                fields=["track", "evidence_key"], name="suggestion_evidence_once"
            ),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="suggestion_confidence"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["accepted", "rejected"]) | Q(decided_at__isnull=False),
                name="suggestion_decided",
            ),
            models.CheckConstraint(
                condition=Q(facet__in=[TEMPO, KEY], term="")
                | (~Q(facet__in=[TEMPO, KEY]) & ~Q(term="")),
                name="suggestion_term_or_value",
            ),
        ]
        indexes = [
            models.Index(
                fields=["workspace", "track"],
                name="suggestion_open",
                condition=Q(status="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facet}: {self.label}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.status == self.Status.OPEN

    @property
    def is_term(self) -> bool:
        """Whether it is about a term of the vocabulary."""
        return bool(self.term) and self.facet != STEM_ROLE
