"""Links that show one report to people without an account, for a while."""

from django.conf import settings
from django.db import models

from analytics.models.runs import SimulationRun
from catalog.models import Track, Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class ReportShare(models.Model):
    """A link to the report of one track as one run found it; nothing else of the workspace.

    It is as good as the membership of who made it: when that ends, so does the link.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="report_shares")
    run = models.ForeignKey(SimulationRun, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=48, unique=True)
    expires_at = models.DateTimeField()
    with_pdf = models.BooleanField(default=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["ReportShare"].as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"report of {self.track}"
