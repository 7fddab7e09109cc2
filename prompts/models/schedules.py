"""How often a workspace has the studio learn from listening."""

from django.db import models

from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet


class TrainingSchedule(models.Model):
    """One row a workspace; without a row it is trained nightly."""

    class Every(models.TextChoices):
        NIGHTLY = "nightly", "Every night with new events"
        WEEKLY = "weekly", "Once a week, with new events"
        OFF = "off", "Only by hand"

    workspace = models.OneToOneField(Workspace, on_delete=models.CASCADE, related_name="+")
    every = models.CharField(max_length=10, choices=Every, default=Every.NIGHTLY)

    objects = WorkspaceQuerySet["TrainingSchedule"].as_manager()

    def __str__(self) -> str:
        return self.get_every_display()
