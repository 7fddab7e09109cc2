"""Whether the stems of a track belong to its master; rows are the truth, messages wake workers."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

from catalog.models import Track, Workspace
from catalog.models.tenancy import WorkspaceQuerySet

if TYPE_CHECKING:
    from catalog.access import Access

MAX_ATTEMPTS = 2


class StemCheckQuerySet(WorkspaceQuerySet["StemCheck"]):
    """Checks by who may see them, and by state."""

    def visible_to(self, access: "Access") -> "StemCheckQuerySet":
        """Checks of visible tracks."""
        return self.filter(
            workspace_id=access.workspace_id, track__in=Track.objects.visible_to(access)
        )

    def claimable(self, now: datetime) -> "StemCheckQuerySet":
        """Waiting, or dropped by a worker, and not tried too often."""
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        return self.filter(free, is_done=False, attempts__lt=MAX_ATTEMPTS)


class StemCheck(models.Model):
    """The sum of a track's stems against its master.

    `recordings` names the files that were compared, so that others are compared anew; `result` is
    `analysis.domain.stem_sum.StemSum` as JSON; `error` says in words why there is none.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    track = models.OneToOneField(Track, on_delete=models.CASCADE, related_name="stem_check")
    recordings = models.CharField(max_length=64)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    woken_at = models.DateTimeField(null=True, blank=True)
    is_done = models.BooleanField(default=False)
    error = models.TextField(blank=True)
    result: Any = models.JSONField(default=dict, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)

    objects = StemCheckQuerySet.as_manager()

    def __str__(self) -> str:
        return f"stems of {self.track}"
