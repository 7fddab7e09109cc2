"""What was learned from listening events, with what it was worth before and after."""

from django.db import models

from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class LearnedModel(models.Model):
    """One training of one kind. The newest one that `is_used` answers; all are kept as history."""

    class Kind(models.TextChoices):
        COLLABORATIVE = "collaborative", "What goes together"
        BLEND = "blend", "Weights of the blend"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=15, choices=Kind)
    trained_at = models.DateTimeField(auto_now_add=True)
    event_count = models.PositiveIntegerField()
    newest_event = models.BigIntegerField(default=0)
    metric = models.CharField(max_length=120)
    held_back = models.PositiveIntegerField(default=0)
    before = models.FloatField(null=True)
    after = models.FloatField(null=True)
    is_used = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    payload = models.JSONField(default=dict)

    objects = WorkspaceQuerySet["LearnedModel"].as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["workspace", "kind", "-trained_at"], name="learned_model_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.trained_at:%Y-%m-%d}"
