"""What a track competes with."""

from django.conf import settings
from django.db import models

from catalog.models import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class MarketQuerySet(WorkspaceQuerySet["Market"]):
    """Markets by kind."""

    def imported(self) -> "MarketQuerySet":
        """Those somebody brought in."""
        return self.filter(kind=Market.Kind.IMPORTED)


class Market(models.Model):
    """A market. A generated one is named by what it is drawn from: the figures' fingerprint, seed
    and size; an imported one and one's own catalog by the fingerprint of their tracks.

    `findings` says what of an imported file was understood.
    """

    class Kind(models.TextChoices):
        GENERATED = "generated", "Generated"
        IMPORTED = "imported", "Imported"
        OWN = "own", "Own catalog"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="markets")
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.GENERATED)
    name = models.CharField(max_length=120)
    version = models.CharField(max_length=24)
    seed = models.PositiveIntegerField()
    track_count = models.PositiveIntegerField()
    source = models.CharField(max_length=255, blank=True)
    findings = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MarketQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "kind", "version", "seed", "track_count"],
                name="market_unique",
            ),
        ]

    def __str__(self) -> str:
        seed = f", seed {self.seed}" if self.kind == self.Kind.GENERATED else ""
        return f"{self.name}, {self.track_count:,} tracks, version {self.version}{seed}"


class MarketContent(models.Model):
    """The tracks of an imported market as compressed JSON; apart, for lists need not read them."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    market = models.OneToOneField(Market, on_delete=models.CASCADE, related_name="content")
    documents = models.BinaryField()

    objects = WorkspaceQuerySet["MarketContent"].as_manager()

    def __str__(self) -> str:
        return f"tracks of {self.market}"
