"""How people look at the grid."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet

if TYPE_CHECKING:
    from catalog.access import Access


class SavedViewQuerySet(WorkspaceQuerySet["SavedView"]):
    """Views one has made, and those that others share."""

    def visible_to(self, access: "Access") -> "SavedViewQuerySet":
        """One's own views and the shared ones of the workspace."""
        rows = self.filter(workspace_id=access.workspace_id)
        return rows.filter(Q(owner_id=access.user_id) | Q(is_shared=True))


class SavedView(models.Model):
    """A named way to look at the grid: which columns, how wide, which tracks, in which order.

    `settings` holds `query` (see `catalog.domain.filters`) and `columns`, a list of
    `[name, width in pixels, frozen]`.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="saved_views")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    is_shared = models.BooleanField(default=False)
    settings = models.JSONField(default=dict)
    saved_at = models.DateTimeField(auto_now=True)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "owner", "name"], name="saved_view_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
