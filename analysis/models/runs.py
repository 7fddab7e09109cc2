"""Analysis runs: the rows are the truth, messages only wake workers."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q

from catalog.models import AudioFile, Track, Workspace
from catalog.models.tenancy import WorkspaceQuerySet
from catalog.roles import Role

if TYPE_CHECKING:
    from catalog.access import Access

MAX_ATTEMPTS = 3


class Status(models.TextChoices):
    """Where a run is."""

    QUEUED = "queued", "Waiting"
    RUNNING = "running", "Analysing"
    DONE = "done", "Analysed"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Stopped"


UNFINISHED = (Status.QUEUED, Status.RUNNING)


class AnalysisRunQuerySet(WorkspaceQuerySet["AnalysisRun"]):
    """Runs by who may see them, and by state."""

    def visible_to(self, access: "Access") -> "AnalysisRunQuerySet":
        """Runs of the workspace; for the role artist, those on recordings of their own tracks."""
        rows = self.filter(workspace_id=access.workspace_id)
        if access.role is not Role.ARTIST:
            return rows
        return rows.on_tracks(Track.objects.visible_to(access))

    def editable_by(self, access: "Access") -> "AnalysisRunQuerySet":
        """Runs that this person may stop or start again."""
        rows = self.filter(workspace_id=access.workspace_id)
        return rows.on_tracks(Track.objects.editable_by(access))

    def on_tracks(self, tracks: "models.QuerySet[Track]") -> "AnalysisRunQuerySet":
        """Runs on the masters and stems of tracks."""
        return self.filter(
            Q(audio__in=tracks.values("audio_id")) | Q(audio__in=tracks.values("stems__audio_id"))
        )

    def by_older_engine(self, version: str) -> "AnalysisRunQuerySet":
        """Ended runs of recordings that the engine of this version has not heard, one for each."""
        heard = self.model.objects.filter(Q(extractor_version=version) | Q(status__in=UNFINISHED))
        newest = self.filter(status=Status.DONE).exclude(audio__in=heard.values("audio_id"))
        return newest.order_by("audio_id", "-pk").distinct("audio_id")

    def unfinished(self) -> "AnalysisRunQuerySet":
        """Waiting or running."""
        return self.filter(status__in=UNFINISHED)

    def claimable(self, now: datetime) -> "AnalysisRunQuerySet":
        """Nobody holds them, and they were not tried too often."""
        free = Q(status=Status.QUEUED) | Q(status=Status.RUNNING, lease_until__lt=now)
        return self.filter(free, attempts__lt=F("attempts_allowed"))

    def abandoned(self, now: datetime) -> "AnalysisRunQuerySet":
        """Started by a worker that has not been heard of since its lease ran out."""
        return self.filter(status=Status.RUNNING, lease_until__lt=now)

    def held(self, *, run_id: int, attempt: int) -> "AnalysisRunQuerySet":
        """Give the run, while the attempt that claimed it still holds it."""
        return self.filter(pk=run_id, status=Status.RUNNING, attempts=attempt)


class AnalysisRun(models.Model):
    """One recording through one version of the engine.

    `attempts` only ever grows, so it also tells which worker a run belongs to; starting again by
    hand raises `attempts_allowed`. `result` holds what is neither an observation nor the waveform.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="analysis_runs")
    audio = models.ForeignKey(AudioFile, on_delete=models.CASCADE, related_name="analysis_runs")
    extractor = models.CharField(max_length=40)
    extractor_version = models.CharField(max_length=40)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_allowed = models.PositiveSmallIntegerField(default=MAX_ATTEMPTS)
    lease_until = models.DateTimeField(null=True, blank=True)
    woken_at = models.DateTimeField(null=True, blank=True)
    stage = models.CharField(max_length=120, blank=True)
    progress = models.FloatField(default=0.0)
    warnings = models.JSONField(default=list, blank=True)
    error = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    result: Any = models.JSONField(default=dict, blank=True)
    seconds = models.FloatField(null=True, blank=True)
    peak_rss_mb = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = AnalysisRunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["audio", "extractor", "extractor_version"], name="analysis_run_once"
            ),
            models.CheckConstraint(
                condition=Q(progress__gte=0, progress__lte=1), name="analysis_run_progress"
            ),
            models.CheckConstraint(
                condition=Q(attempts__lte=F("attempts_allowed")), name="analysis_run_attempts"
            ),
            models.CheckConstraint(
                condition=~Q(status="running") | Q(lease_until__isnull=False),
                name="analysis_run_leased",
            ),
            models.CheckConstraint(
                condition=~Q(status="failed") | ~Q(error=""), name="analysis_run_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "status", "-id"], name="analysis_run_by_state"),
            models.Index(
                fields=["status", "lease_until"],
                name="analysis_run_open",
                condition=Q(status__in=["queued", "running"]),
            ),
        ]

    def __str__(self) -> str:
        return f"analysis of {self.audio}"

    @property
    def is_unfinished(self) -> bool:
        """Whether somebody still waits for it."""
        return self.status in UNFINISHED
