"""Conversations: a prompt and the follow-ups that changed its list, turn by turn."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet
from catalog.roles import Role

if TYPE_CHECKING:
    from catalog.access import Access


class ConversationQuerySet(WorkspaceQuerySet["Conversation"]):
    """Conversations by who may read them."""

    def visible_to(self, access: "Access") -> "ConversationQuerySet":
        """Conversations of the workspace; for the role artist, their own."""
        rows = self.filter(workspace_id=access.workspace_id)
        return rows.filter(started_by_id=access.user_id) if access.role is Role.ARTIST else rows


class Conversation(models.Model):
    """What one person asked and then changed. Its address can be shared within the workspace."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="conversations")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    title = models.CharField(max_length=200)
    approach = models.CharField(max_length=20, default="prompt")
    order = models.CharField(max_length=20, blank=True, default="")
    limits = models.JSONField(default=dict)
    started_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        ordering = ["-changed_at", "-pk"]
        indexes = [
            models.Index(fields=["workspace", "-changed_at"], name="conversation_newest"),
        ]

    def __str__(self) -> str:
        return self.title


class Turn(models.Model):
    """One turn: what was said (or which chips were taken off), and the list it gave.

    The intent is not stored: it is read again from the turns, so that a better reading of words
    never needs rows to be moved. `shown` keeps what a follow-up may point at; `effects` is the log
    of what each limit moved and what that cost.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    dropped = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    note = models.TextField(blank=True)
    shown = models.JSONField(default=list)
    effects = models.JSONField(default=list)
    mean_jump = models.FloatField(default=0.0)
    latency_ms = models.FloatField(default=0.0)
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "number"], name="turn_once"),
        ]

    def __str__(self) -> str:
        return self.text or "Chips taken off"
