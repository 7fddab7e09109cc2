"""Lists of real prompts, and how often each space is asked according to people."""

from django.conf import settings
from django.db import models

from catalog.models import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class PromptList(models.Model):
    """A list of prompts with their counts; never changed, so that runs that used it stay true.

    `content` holds [text, times asked, slug of the space] for every prompt, the most asked first,
    as compressed JSON. `space_counts` maps a slug to [prompts, times asked]; prompts near no space
    are under the slug of the group of own prompts. `version` is the fingerprint of the content.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="prompt_lists")
    name = models.CharField(max_length=120)
    version = models.CharField(max_length=12)
    source = models.CharField(max_length=255)
    prompt_count = models.PositiveIntegerField()
    asked_count = models.BigIntegerField()
    unread_count = models.PositiveIntegerField(default=0)
    space_counts = models.JSONField(default=dict)
    content = models.BinaryField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["PromptList"].as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "version"], name="prompt_list_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


class SizePrior(models.Model):
    """How often each space is asked, as somebody set it. Rows are never changed: an undo is a new
    row with the sizes of before. `sizes` is empty where the stated sizes hold.

    `pinned` names the spaces whose size was set by hand; `changes` lists [slug, before, after].
    """

    class Kind(models.TextChoices):
        EDITED = "edited", "Set by hand"
        SCALED = "scaled", "Scaled to a list"
        UNDONE = "undone", "Undone"
        STATED = "stated", "Back to the stated sizes"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="size_priors")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    sizes = models.JSONField(default=dict)
    pinned = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    change_count = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    prompt_list = models.ForeignKey(
        PromptList, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    restores = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["SizePrior"].as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["workspace", "number"], name="size_prior_number_once"),
        ]

    def __str__(self) -> str:
        return f"sizes {self.number}: {self.get_kind_display()}"
