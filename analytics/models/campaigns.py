"""Campaigns: which tracks, prompts and links, when, and beside which control group."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from analytics.models.runs import SimulationRun
from catalog.models import Release, Track, Workspace
from catalog.models.tenancy import WorkspaceQuerySet

if TYPE_CHECKING:
    from catalog.access import Access


class CampaignQuerySet(WorkspaceQuerySet["Campaign"]):
    """Campaigns by whose they are and where they stand."""

    def visible_to(self, access: "Access") -> "CampaignQuerySet":
        """Campaigns all of whose tracks the person may see."""
        hidden = CampaignTrack.objects.filter(
            campaign__workspace=access.workspace_id, part=CampaignTrack.Part.CAMPAIGN
        ).exclude(track__in=Track.objects.visible_to(access))
        return self.filter(workspace_id=access.workspace_id).exclude(
            pk__in=hidden.values("campaign")
        )

    def kept(self) -> "CampaignQuerySet":
        """Those that were not deleted."""
        return self.filter(deleted_at=None)

    def to_freeze(self, today: date) -> "CampaignQuerySet":
        """Started, without a control group that is settled."""
        return self.kept().filter(frozen_at=None, starts_on__lte=today)


class Campaign(models.Model):
    """What was done for some tracks, from one day to another (both included).

    The control group and `run_before`, the simulation to compare later ones with, are settled once,
    when the campaign starts (`frozen_at`), from what was known before. `before_days` is how long
    the time before the start is that the campaign is compared with.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    before_days = models.PositiveSmallIntegerField(default=28)
    prompts = models.JSONField(default=list)
    spaces = models.JSONField(default=list)
    release = models.ForeignKey(
        Release, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    tracks = models.ManyToManyField(
        Track,
        through="CampaignTrack",
        through_fields=("campaign", "track"),
        related_name="campaigns",
    )
    control_method = models.TextField(blank=True)
    frozen_at = models.DateTimeField(null=True, blank=True)
    run_before = models.ForeignKey(
        SimulationRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="campaign_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def state(self, today: date) -> str:
        """Planned, running or over."""
        if today < self.starts_on:
            return "planned"
        return "over" if today > self.ends_on or self.closed_at else "running"

    @property
    def before_from(self) -> date:
        """First day of the time it is compared with."""
        return self.starts_on - timedelta(days=self.before_days)


class CampaignTrack(models.Model):
    """A track of a campaign or of its control group; a control says for which track it stands."""

    class Part(models.TextChoices):
        CAMPAIGN = "campaign", "In the campaign"
        CONTROL = "control", "Control group"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="parts")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="+")
    part = models.CharField(max_length=8, choices=Part)
    stands_for = models.ForeignKey(
        Track, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    likeness = models.FloatField(null=True)

    class Meta:
        ordering = ["part", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "track"], name="campaign_track_once"),
        ]

    def __str__(self) -> str:
        return f"{self.track} in {self.campaign}"


class CampaignLink(models.Model):
    """A public address that leads somewhere and counts its visits by day."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=120)
    token = models.CharField(max_length=24, unique=True)
    target_url = models.URLField(max_length=500)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.label


class CampaignClicks(models.Model):
    """Visits of a link on a day; the same browser counts once a day."""

    link = models.ForeignKey(CampaignLink, on_delete=models.CASCADE, related_name="clicks")
    day = models.DateField()
    visits = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(fields=["link", "day"], name="campaign_clicks_once"),
        ]

    def __str__(self) -> str:
        return f"{self.visits} on {self.day}"


class CampaignChange(models.Model):
    """What somebody did to a campaign, in words. Rows are only added."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="changes")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sentence = models.CharField(max_length=400)
    happened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.sentence
