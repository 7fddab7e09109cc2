"""What people did that is not a change of a catalog value: members, downloads, exports."""

from django.conf import settings
from django.db import models

from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class AuditEvent(models.Model):
    """One act, in words. Rows are only ever added."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    action = models.CharField(max_length=40)
    sentence = models.CharField(max_length=400)
    happened_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["AuditEvent"].as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["workspace", "-id"], name="audit_newest")]

    def __str__(self) -> str:
        return self.sentence
