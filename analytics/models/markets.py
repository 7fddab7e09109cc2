"""What a track competes with."""

from django.db import models

from catalog.models import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class Market(models.Model):
    """A market, named by what it is drawn from: the figures' fingerprint, seed and size."""

    class Kind(models.TextChoices):
        GENERATED = "generated", "Generated"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="markets")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.GENERATED)
    name = models.CharField(max_length=120)
    version = models.CharField(max_length=24)
    seed = models.PositiveIntegerField()
    track_count = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["Market"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "kind", "version", "seed", "track_count"],
                name="market_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.track_count:,} tracks, version {self.version}, seed {self.seed}"
