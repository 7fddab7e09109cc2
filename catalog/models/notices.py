"""What the studio tells a person: on its pages, and once a day by e-mail."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models

from catalog.models.people import Workspace
from catalog.models.tenancy import WorkspaceQuerySet

if TYPE_CHECKING:
    from catalog.access import Access


class NoticeQuerySet(WorkspaceQuerySet["Notice"]):
    """Notices by whom they are for."""

    def visible_to(self, access: "Access") -> Self:
        """Notices of the person in the workspace; nobody reads those of others."""
        return self.filter(workspace_id=access.workspace_id, person_id=access.user_id)

    def unread(self) -> Self:
        """Not looked at yet."""
        return self.filter(read_at=None)


class Notice(models.Model):
    """One sentence for one person, with the address of what it is about."""

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="notices")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices"
    )
    sentence = models.CharField(max_length=300)
    address = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["person", "workspace"], name="notice_of_person")]

    def __str__(self) -> str:
        return self.sentence
