"""From which confidence a workspace is asked about a term, as its answers taught."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from catalog.models import Workspace
from catalog.models.tenancy import WorkspaceQuerySet
from catalog.models.terms import Facet

if TYPE_CHECKING:
    from catalog.access import Access


class TermLimitQuerySet(WorkspaceQuerySet["TermLimit"]):
    """Limits by who may see them."""

    def visible_to(self, access: "Access") -> "TermLimitQuerySet":
        """Limits of the person's workspace."""
        return self.filter(workspace_id=access.workspace_id)


class TermLimit(models.Model):
    """A term's limit; `share` is the shrunk share of right questions (`domain.recalibration`)."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    facet = models.CharField(max_length=12, choices=Facet)
    term = models.CharField(max_length=60)
    default = models.FloatField()
    ask = models.FloatField()
    accepted = models.PositiveIntegerField()
    refused = models.PositiveIntegerField()
    share = models.FloatField()
    changed_at = models.DateTimeField(auto_now=True)

    objects = TermLimitQuerySet.as_manager()

    class Meta:
        ordering = ["facet", "term"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "facet", "term"], name="term_limit_once"),
            models.CheckConstraint(
                condition=Q(ask__gte=0, ask__lte=1, share__gte=0, share__lte=1),
                name="term_limit_shares",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facet} {self.term} from {self.ask:.2f}"

    @property
    def is_raised(self) -> bool:
        """Whether answers raised it above the default."""
        return self.ask > self.default
