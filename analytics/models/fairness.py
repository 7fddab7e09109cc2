"""The fairness ledger of a run, and the line that a person watches."""

from django.conf import settings
from django.db import models

from analytics.models.runs import SimulationRun
from catalog.models import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class Measure(models.TextChoices):
    """Figures that can be watched."""

    GINI = "gini", "Exposure Gini"
    COVERAGE = "coverage", "Coverage"
    TAIL_SHARE = "tail_share", "Long-tail share"
    DIFFERENCE = "difference", "List variety"
    CROWD_OUT = "crowd_out", "Crowding out"


ALARM_ABOVE = (Measure.GINI, Measure.CROWD_OUT)
"""Of these more is worse; of the others less is."""


class FairnessLedger(models.Model):
    """The figures of one run; every one is simulated and has [estimate, low, high].

    `groups` maps a way of grouping to rows of tracks, their share and their exposure; `boosts` maps
    who is boosted to what each strength does.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    run = models.OneToOneField(
        SimulationRun, on_delete=models.CASCADE, related_name="fairness_ledger"
    )
    prompt_count = models.PositiveIntegerField()
    track_count = models.PositiveIntegerField()
    figures = models.JSONField()
    tail_by = models.CharField(max_length=10)
    groups = models.JSONField()
    boosts = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["FairnessLedger"].as_manager()

    class Meta:
        ordering = ["-run_id"]

    def __str__(self) -> str:
        return f"fairness of {self.run}"


class FairnessWatch(models.Model):
    """What a workspace watches: a figure, the line it must not cross, and whether it is computed
    anew every week."""

    workspace = models.OneToOneField(
        Workspace, on_delete=models.CASCADE, related_name="fairness_watch"
    )
    measure = models.CharField(max_length=12, choices=Measure, default=Measure.GINI)
    line = models.FloatField()
    is_weekly = models.BooleanField(default=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    set_at = models.DateTimeField(auto_now=True)

    objects = WorkspaceQuerySet["FairnessWatch"].as_manager()

    def __str__(self) -> str:
        return f"{self.get_measure_display()} of {self.workspace}"

    def is_crossed(self, value: float) -> bool:
        """Whether a figure is on the wrong side of the line."""
        return value > self.line if self.measure in ALARM_ABOVE else value < self.line
