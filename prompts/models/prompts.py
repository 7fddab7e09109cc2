"""Prompts people typed in a workspace, so that they can be asked again and compared."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import MD5

from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet
from catalog.roles import Role

if TYPE_CHECKING:
    from catalog.access import Access


class PromptQuerySet(WorkspaceQuerySet["Prompt"]):
    """Prompts by who may read them."""

    def visible_to(self, access: "Access") -> "PromptQuerySet":
        """Prompts of the workspace; for the role artist, their own."""
        rows = self.filter(workspace_id=access.workspace_id)
        return rows.filter(asked_by_id=access.user_id) if access.role is Role.ARTIST else rows


class Prompt(models.Model):
    """A prompt as one person last asked it, with what was understood and how long it took.

    `limits` are those that differ from the usual ones; `effects` is the log of what each limit
    moved and what that cost, in score points a track.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="prompts")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField()
    approach = models.CharField(max_length=20, default="prompt")
    intent = models.JSONField(default=dict)
    result_count = models.PositiveIntegerField(default=0)
    latency_ms = models.FloatField(default=0.0)
    limits = models.JSONField(default=dict)
    effects = models.JSONField(default=list)
    times_asked = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField(auto_now=True)

    objects = PromptQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["workspace", "-asked_at"], name="prompt_newest")]
        constraints = [
            models.UniqueConstraint(
                "workspace", "asked_by", "approach", MD5("text"), name="prompt_once_a_person"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def limits_cost(self) -> float:
        """What the limits cost the list together, in score points a track."""
        return float(sum(effect["cost"] for effect in self.effects))
