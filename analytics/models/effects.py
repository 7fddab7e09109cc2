"""What a planned change of many tracks would do to surfacing: worked out once, in a worker."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from analytics.models.runs import LEASE, MAX_ATTEMPTS, UNFINISHED, SimulationRun, Status
from catalog.models import Workspace
from catalog.models.tenancy import WorkspaceQuerySet

if TYPE_CHECKING:
    from catalog.access import Access


class EffectQuerySet(WorkspaceQuerySet["EditEffect"]):
    """Effects by state."""

    def visible_to(self, access: "Access") -> "EffectQuerySet":
        """Effects of the workspace; their pages ask for the right to change many tracks."""
        return self.filter(workspace_id=access.workspace_id)

    def claim(self, *, effect_id: int, now: datetime) -> "EditEffect | None":
        """Take one if nobody holds it, counting the attempt before any work starts."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        taken = self.filter(
            free, pk=effect_id, status__in=UNFINISHED, attempts__lt=MAX_ATTEMPTS
        ).update(status=Status.RUNNING, attempts=F("attempts") + 1, lease_until=now + LEASE)
        return self.select_related("run", "workspace").get(pk=effect_id) if taken else None


class EditEffect(models.Model):
    """The effect of one plan on one run. `stamp` names the plan and the catalog it was made for.

    `source_id` is the bulk edit or the import; 0 where the plan is to accept every suggestion.
    `result` is what `analytics.services.effects` writes.
    """

    class Kind(models.TextChoices):
        BULK = "bulk", "Bulk edit"
        IMPORT = "import", "Import"
        SUGGESTIONS = "suggestions", "All open suggestions"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(SimulationRun, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=11, choices=Kind)
    source_id = models.BigIntegerField(default=0)
    stamp = models.CharField(max_length=80)
    status = models.CharField(max_length=10, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    steps_done = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EffectQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "kind", "source_id", "stamp"], name="edit_effect_once"
            ),
        ]

    def __str__(self) -> str:
        return f"effect of {self.get_kind_display()} {self.source_id}"

    @property
    def is_unfinished(self) -> bool:
        """Whether a worker has it, or should."""
        return self.status in UNFINISHED
