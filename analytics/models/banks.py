"""Prompt banks and the spaces in them."""

from django.db import models

from analytics.models.prompt_lists import PromptList, SizePrior
from catalog.models import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class PromptBank(models.Model):
    """A bank of prompts, named by what it grows from: the grammar's fingerprint, seed and size,
    and, where somebody brought them, a list of real prompts and other sizes of the spaces.

    The prompts themselves are not rows; they grow again from these. `listed_count` of the
    `prompt_count` prompts come from the list.
    """

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="prompt_banks")
    grammar_version = models.CharField(max_length=12)
    seed = models.PositiveIntegerField()
    prompt_count = models.PositiveIntegerField()
    listed_count = models.PositiveIntegerField(default=0)
    prompt_list = models.ForeignKey(
        PromptList, null=True, blank=True, on_delete=models.RESTRICT, related_name="banks"
    )
    size_prior = models.ForeignKey(
        SizePrior, null=True, blank=True, on_delete=models.RESTRICT, related_name="banks"
    )
    space_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WorkspaceQuerySet["PromptBank"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "workspace",
                    "grammar_version",
                    "seed",
                    "prompt_count",
                    "prompt_list",
                    "size_prior",
                ],
                nulls_distinct=False,
                name="prompt_bank_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prompt_count:,} prompts, grammar {self.grammar_version}, seed {self.seed}"

    @property
    def grown_count(self) -> int:
        """Prompts that grew from the grammar."""
        return self.prompt_count - self.listed_count


class PromptSpace(models.Model):
    """A named cluster of prompts; `size` is the share of all prompts that belong to it."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="prompt_spaces")
    bank = models.ForeignKey(PromptBank, on_delete=models.CASCADE, related_name="spaces")
    number = models.PositiveIntegerField()
    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    wants = models.JSONField(default=list)
    size = models.FloatField()
    size_origin = models.CharField(max_length=200)
    prompt_count = models.PositiveIntegerField()
    examples = models.JSONField(default=list)

    objects = WorkspaceQuerySet["PromptSpace"].as_manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["bank", "slug"], name="prompt_space_unique"),
            models.UniqueConstraint(fields=["bank", "number"], name="prompt_space_number_unique"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def per_10000(self) -> float:
        """Size as prompts of 10,000."""
        return self.size * 10_000
