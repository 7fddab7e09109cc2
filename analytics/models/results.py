"""What a run found: per track, per track and space, and per space. Every number is simulated."""

from typing import TYPE_CHECKING, TypeVar

from django.db import models

from analytics.models.banks import PromptSpace
from analytics.models.runs import SimulationRun
from catalog.models import Track, Workspace
from catalog.models.tenancy import WorkspaceQuerySet

if TYPE_CHECKING:
    from catalog.access import Access

RowT = TypeVar("RowT", bound=models.Model)


class TrackRowQuerySet(WorkspaceQuerySet[RowT]):
    """Rows about tracks; a track that opted out since the run is no longer shown."""

    def visible_to(self, access: "Access") -> "TrackRowQuerySet[RowT]":
        """Rows of tracks the person may see and whose owner allows simulation."""
        tracks = Track.objects.visible_to(access).simulatable()
        return self.filter(workspace_id=access.workspace_id, track__in=tracks)


class TrackResult(models.Model):
    """One track over all prompts, spaces weighed by their size.

    `reach`: share of prompts for which it surfaces. `saves`: simulated saves per 10,000 prompts.
    `reach_n` and `saves_n` are numbers of prompts. Low and high are 95 % intervals.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(SimulationRun, on_delete=models.CASCADE, related_name="track_results")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="surfacing_results")
    spaces_surfaced = models.PositiveIntegerField()
    reach = models.FloatField()
    reach_low = models.FloatField()
    reach_high = models.FloatField()
    saves = models.FloatField()
    saves_low = models.FloatField()
    saves_high = models.FloatField()
    prompt_count = models.PositiveIntegerField()
    rank_bands = models.JSONField(default=list)
    parameter_share = models.FloatField()
    funnel = models.JSONField(default=dict)
    sensitivity = models.JSONField(default=list)

    objects = TrackRowQuerySet["TrackResult"].as_manager()

    class Meta:
        ordering = ["-saves", "-reach", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "track"], name="track_result_unique"),
        ]
        indexes = [models.Index(fields=["run", "-saves"], name="track_result_best")]

    def __str__(self) -> str:
        return f"{self.track} in {self.run}"


class SpaceResult(models.Model):
    """One track in one prompt space, kept where it comes within the first 200 places."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(SimulationRun, on_delete=models.CASCADE, related_name="space_results")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(PromptSpace, on_delete=models.CASCADE, related_name="results")
    prompt_count = models.PositiveIntegerField()
    surfaced = models.PositiveIntegerField()
    near = models.PositiveIntegerField()
    rate_low = models.FloatField()
    rate_high = models.FloatField()
    best_rank = models.PositiveIntegerField()
    median_rank = models.FloatField(null=True)
    median_near_rank = models.FloatField(null=True)
    mean_rank = models.FloatField(null=True)
    exposure = models.FloatField(null=True)
    exposure_low = models.FloatField(null=True)
    exposure_high = models.FloatField(null=True)
    rank_bands = models.JSONField(default=list)
    relevance = models.FloatField()
    short_by = models.FloatField(null=True)
    conversion = models.FloatField(null=True)
    conversion_low = models.FloatField(null=True)
    conversion_high = models.FloatField(null=True)
    parameter_share = models.FloatField(null=True)
    funnel = models.JSONField(default=dict)
    missing = models.JSONField(default=list)
    example = models.TextField()

    objects = TrackRowQuerySet["SpaceResult"].as_manager()

    class Meta:
        ordering = ["-surfaced", "best_rank", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "track", "space"], name="space_result_unique"),
        ]
        indexes = [models.Index(fields=["run", "space"], name="space_result_by_space")]

    def __str__(self) -> str:
        return f"{self.track} in {self.space}"

    @property
    def rate(self) -> float:
        """Share of the space's prompts for which the track surfaces."""
        return self.surfaced / self.prompt_count


class SpaceStanding(models.Model):
    """How hard a space is, and what of its places the workspace holds."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(SimulationRun, on_delete=models.CASCADE, related_name="standings")
    space = models.ForeignKey(PromptSpace, on_delete=models.CASCADE, related_name="standings")
    last_place_relevance = models.FloatField()
    own_share = models.FloatField()
    tracks_surfaced = models.PositiveIntegerField()

    objects = WorkspaceQuerySet["SpaceStanding"].as_manager()

    class Meta:
        ordering = ["space__number"]
        constraints = [
            models.UniqueConstraint(fields=["run", "space"], name="space_standing_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.space} in {self.run}"
