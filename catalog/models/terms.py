"""Controlled vocabularies, and the terms people stand behind."""

from typing import TYPE_CHECKING

from django.db import models

from catalog.models.people import Workspace
from catalog.models.tenancy import VersionedRow, WorkspaceQuerySet
from catalog.models.tracks import Track

if TYPE_CHECKING:
    from catalog.access import Access


class Facet(models.TextChoices):
    """The seven kinds of term."""

    GENRE = "genre", "Genre"
    MOOD = "mood", "Mood"
    ACTIVITY = "activity", "Good for"
    THEME = "theme", "About"
    INSTRUMENT = "instrument", "Instrument"
    VOCALS = "vocals", "Vocals"
    PROPERTY = "property", "Property"


class Term(VersionedRow):
    """One entry of a workspace's vocabulary, copied from the studio's own when it was made."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="terms")
    facet = models.CharField(max_length=12, choices=Facet)
    slug = models.SlugField(max_length=60)
    label = models.CharField(max_length=80)
    synonyms = models.JSONField(default=list, blank=True)
    parents = models.JSONField(default=list, blank=True)
    avs_list = models.CharField("AVS list", max_length=40, blank=True)
    avs_code = models.CharField("AVS code", max_length=60, blank=True)
    never_automatic = models.BooleanField(default=False)
    valence = models.FloatField(null=True, blank=True)
    arousal = models.FloatField(null=True, blank=True)

    objects = WorkspaceQuerySet["Term"].as_manager()

    class Meta:
        ordering = ["facet", "label", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "facet", "slug"], name="term_unique"),
        ]

    def __str__(self) -> str:
        return self.label


class AssertionQuerySet(models.QuerySet["Assertion"]):
    """Assertions of the tracks one may see."""

    def visible_to(self, access: "Access") -> "AssertionQuerySet":
        """Assertions on tracks visible to the person."""
        return self.filter(track__in=Track.objects.visible_to(access))


class Assertion(models.Model):
    """A term that a person stands behind on a track. Written only through change sets."""

    class Source(models.TextChoices):
        TYPED = "typed", "typed in"
        IMPORTED = "imported", "imported"
        SUGGESTION = "suggestion", "accepted suggestion"
        RESTORED = "restored", "restored by an undo"

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="assertions")
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="assertions")
    source = models.CharField(max_length=10, choices=Source, default=Source.TYPED)
    change_set = models.ForeignKey(
        "catalog.ChangeSet", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = AssertionQuerySet.as_manager()

    class Meta:
        ordering = ["term__facet", "term__label"]
        constraints = [
            models.UniqueConstraint(fields=["track", "term"], name="assertion_unique"),
        ]
        indexes = [models.Index(fields=["term", "track"], name="assertion_by_term")]

    def __str__(self) -> str:
        return f"{self.term} on {self.track}"
