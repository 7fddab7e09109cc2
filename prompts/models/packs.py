"""Prompt packs, every version of each, and words no prompt may hold."""

from django.db import models

from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class PromptPack(models.Model):
    """One version of a pack. Versions are never changed; an edit is a new one."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="prompt_packs")
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    version = models.PositiveIntegerField()
    owner = models.CharField(max_length=120)
    sponsor = models.CharField(max_length=120, blank=True)
    templates = models.JSONField(default=list)
    signed_by = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["PromptPack"].as_manager()

    class Meta:
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "slug", "version", "signed_by"], name="prompt_pack_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


class BlockedTerm(models.Model):
    """A word or phrase that no prompt kept in the workspace may hold."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    term = models.CharField(max_length=80)

    objects = WorkspaceQuerySet["BlockedTerm"].as_manager()

    class Meta:
        ordering = ["term"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "term"], name="blocked_term_once"),
        ]

    def __str__(self) -> str:
        return self.term
