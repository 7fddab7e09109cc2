"""What every table of a workspace shares: the workspace, and a queryset that starts from it."""

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models

if TYPE_CHECKING:
    from catalog.access import Access

RowT = TypeVar("RowT", bound=models.Model)


class WorkspaceQuerySet(models.QuerySet[RowT]):
    """Rows of one workspace. Pages and APIs start here, never from `.all()`."""

    def visible_to(self, access: "Access") -> Self:
        """Rows of the workspace that the person is looking at."""
        return self.filter(workspace_id=access.workspace_id)


class VersionedRow(models.Model):
    """A row whose values change only through change sets; `row_version` counts those changes."""

    row_version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
