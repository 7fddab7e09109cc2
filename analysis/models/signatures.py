"""Sonic signatures, and pairs of tracks that may hold one recording."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from analysis.models.runs import AnalysisRun
from catalog.models import AudioFile, Track, Workspace
from catalog.models.tenancy import WorkspaceQuerySet

if TYPE_CHECKING:
    from catalog.access import Access


class Signature(models.Model):
    """What a recording is known by: its vector for likeness, its fingerprint for identity.

    `vector` holds float16 numbers (`analysis.domain.signature`), nothing where no music was heard;
    `codes` the fingerprint as 32-bit numbers, and `parts` the numbers it is found by.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    audio = models.OneToOneField(AudioFile, on_delete=models.CASCADE, related_name="signature")
    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="+")
    vector = models.BinaryField()
    codes = models.BinaryField()
    parts = ArrayField(models.IntegerField(), default=list, blank=True)
    kept_at = models.DateTimeField(auto_now=True)

    objects = WorkspaceQuerySet["Signature"].as_manager()

    class Meta:
        indexes = [GinIndex(fields=["parts"], name="signature_by_part")]

    def __str__(self) -> str:
        return f"signature of {self.audio}"


class DuplicateQuerySet(WorkspaceQuerySet["Duplicate"]):
    """Pairs by who may see and decide them."""

    def visible_to(self, access: "Access") -> "DuplicateQuerySet":
        """Pairs of which the person may see both tracks."""
        tracks = Track.objects.visible_to(access)
        return self.filter(workspace_id=access.workspace_id, one__in=tracks, other__in=tracks)

    def decidable_by(self, access: "Access") -> "DuplicateQuerySet":
        """Pairs of which the person may change both tracks."""
        tracks = Track.objects.editable_by(access)
        return self.filter(workspace_id=access.workspace_id, one__in=tracks, other__in=tracks)

    def current(self) -> "DuplicateQuerySet":
        """Pairs whose tracks still have the recordings that were compared."""
        return self.filter(one__audio=F("one_audio"), other__audio=F("other_audio"))

    def of_track(self, track_id: int) -> "DuplicateQuerySet":
        """Pairs that a track is in."""
        return self.filter(Q(one=track_id) | Q(other=track_id))


class Duplicate(models.Model):
    """Two tracks whose recordings share sound, and what a person said about them.

    `one` is the older track. The pair is kept after the decision, so that the same two recordings
    are never asked about again.
    """

    class Answer(models.TextChoices):
        OPEN = "open", "Not decided"
        SAME = "same", "The same recording"
        VERSION = "version", "Another version"
        OTHER = "other", "Not the same"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    one = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    one_audio = models.ForeignKey(AudioFile, on_delete=models.CASCADE, related_name="+")
    other_audio = models.ForeignKey(AudioFile, on_delete=models.CASCADE, related_name="+")
    offset_s = models.FloatField()
    overlap_s = models.FloatField()
    difference = models.FloatField()
    answer = models.CharField(max_length=8, choices=Answer, default=Answer.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField(auto_now_add=True)

    objects = DuplicateQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["one", "other", "one_audio", "other_audio"], name="duplicate_once"
            ),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="duplicate_in_order"),
            models.CheckConstraint(
                condition=Q(answer="open") | Q(decided_at__isnull=False), name="duplicate_decided"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one} / {self.other}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided yet."""
        return self.answer == self.Answer.OPEN

    @property
    def lead_s(self) -> float:
        """How much longer one of them goes before the sound they share, in seconds."""
        return abs(self.offset_s)
