"""What a save and a stream are taken to be worth: assumptions with their history."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from catalog.models import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class MoneyRate(models.Model):
    """Rates as somebody set them. Rows are only added; the newest is in force.

    Both rates empty means that money is not shown. `origin` says where the figures come from.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    currency = models.CharField(max_length=3)
    per_save = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    per_stream = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    origin = models.CharField(max_length=300)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    set_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["MoneyRate"].as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(per_save=None) | Q(per_save__gte=0))
                & (Q(per_stream=None) | Q(per_stream__gte=0)),
                name="money_rate_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} of {self.workspace}"

    @property
    def is_set(self) -> bool:
        """Whether there is a rate to count with."""
        return bool(self.per_save or self.per_stream)
