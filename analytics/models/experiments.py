"""The wording lab: wordings of a track compared in simulation, and by people who follow a link."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from analytics.models.runs import SimulationRun
from catalog.models import Track, Workspace
from catalog.models.tenancy import WorkspaceQuerySet

if TYPE_CHECKING:
    from catalog.access import Access


class ExperimentQuerySet(WorkspaceQuerySet["Experiment"]):
    """Experiments about tracks one may see."""

    def visible_to(self, access: "Access") -> "ExperimentQuerySet":
        """Experiments of the tracks a person may see."""
        tracks = Track.objects.visible_to(access)
        return self.filter(workspace_id=access.workspace_id, track__in=tracks)


class Experiment(models.Model):
    """Two to four wordings of one track. The first is the wording in use.

    `simulated` holds the verdict of `run`. Live: `worthwhile` is the difference in save rate that
    was registered before the start, `p_values` the smallest always-valid ones so far.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Not live"
        LIVE = "live", "Live"
        STOPPED = "stopped", "Stopped"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="experiments")
    name = models.CharField(max_length=120)
    status = models.CharField(max_length=8, choices=Status, default=Status.DRAFT)
    run = models.ForeignKey(
        SimulationRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    simulated = models.JSONField(default=dict)
    unavailable = models.TextField(blank=True)
    token = models.CharField(max_length=24, unique=True)
    worthwhile = models.FloatField(default=0.01)
    p_values = models.JSONField(default=list)
    started_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=200, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.name


class ExperimentArm(models.Model):
    """One wording: its text, where its link leads, how often it was shown and saved."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="arms")
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    target_url = models.URLField(max_length=500, blank=True)
    shown = models.PositiveIntegerField(default=0)
    saved = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["experiment", "number"], name="experiment_arm_unique"),
            models.CheckConstraint(
                condition=models.Q(saved__lte=models.F("shown")), name="experiment_arm_counts"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.experiment}, wording {self.letter}"

    @property
    def letter(self) -> str:
        """A, B, C or D."""
        return "ABCD"[self.number]
