"""Steps of a release that a person ticks off."""

from django.conf import settings
from django.db import models

from catalog.models.people import Workspace
from catalog.models.releases import Release
from catalog.models.tenancy import WorkspaceQuerySet


class ReleaseStep(models.Model):
    """A step that is done; which steps there are stands in `data/release_rules.toml`."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=30)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    done_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["ReleaseStep"].as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["release", "key"], name="release_step_once"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.release}"
