"""What a run measured. Written once with the run's end, never edited."""

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import Q

from analysis.models.runs import AnalysisRun
from catalog.models import Workspace
from catalog.models.tenancy import WorkspaceQuerySet

if TYPE_CHECKING:
    from catalog.access import Access


RowT = TypeVar("RowT", bound=models.Model)


class FindingQuerySet(WorkspaceQuerySet[RowT]):
    """Findings of the runs one may see."""

    def visible_to(self, access: "Access") -> Self:
        """Findings of visible runs."""
        return self.filter(run__in=AnalysisRun.objects.visible_to(access))


class Observation(models.Model):
    """A number a model measured.

    `ranges` are pairs of seconds, the strongest first. `term` is empty where the observation is a
    figure and not a tag; then `number` holds it.
    """

    class Kind(models.TextChoices):
        TAG = "tag", "Tag"
        TEMPO = "tempo", "Tempo (BPM)"
        TEMPO_STRETCH = "tempo_stretch", "Tempo of some seconds (BPM)"
        BARS = "bars", "Beats to a bar"
        KEY = "key", "Key"
        NEXT_KEY = "next_key", "Next best key"
        TUNING = "tuning", "Pitch of A (Hz)"
        LOUDNESS = "loudness", "Integrated loudness (LUFS)"
        LOUDNESS_RANGE = "loudness_range", "Loudness range (LU)"
        TRUE_PEAK = "true_peak", "True peak (dBTP)"
        VOCALS = "vocals", "Vocals"
        VOCALS_SHARE = "vocals_share", "Share of time with a voice"
        BRIGHTNESS = "brightness", "Brightness (Hz)"
        VALENCE = "valence", "Valence, -1 to 1"
        AROUSAL = "arousal", "Arousal, -1 to 1"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(AnalysisRun, on_delete=models.CASCADE, related_name="observations")
    kind = models.CharField(max_length=16, choices=Kind)
    facet = models.CharField(max_length=12, blank=True)
    term = models.CharField(max_length=60, blank=True)
    number = models.FloatField(null=True, blank=True)
    confidence = models.FloatField(null=True, blank=True)
    model = models.CharField(max_length=60)
    model_version = models.CharField(max_length=60)
    ranges = models.JSONField(default=list, blank=True)

    objects = FindingQuerySet["Observation"].as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(confidence=None) | Q(confidence__gte=0, confidence__lte=1),
                name="observation_confidence",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "facet", "term"], name="observation_by_term"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.term or self.number}"


class Waveform(models.Model):
    """The outline of a recording: signed bytes, minimum and maximum in turn."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    run = models.OneToOneField(AnalysisRun, on_delete=models.CASCADE, related_name="waveform")
    peaks = models.BinaryField()

    objects = FindingQuerySet["Waveform"].as_manager()

    def __str__(self) -> str:
        return f"waveform of {self.run}"
