"""The digest of surfacing by e-mail: who wants it how often, and one row for each period's mail."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from catalog.models import Workspace
from catalog.models.tenancy import WorkspaceQuerySet

MOST_TRIES = 3
PREPARING = timedelta(minutes=10)
"""How long a worker may take to put a mail together before another one does."""


class DigestChoice(models.Model):
    """How often one member wants the digest of one workspace.

    `token` is in the link that stops the mails; whoever has it can do that and nothing else.
    """

    class Rhythm(models.TextChoices):
        OFF = "off", "Off"
        WEEKLY = "weekly", "Weekly"
        MONTHLY = "monthly", "Monthly"

    workspace = models.ForeignKey(Workspace, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digest_choices"
    )
    rhythm = models.CharField(max_length=7, choices=Rhythm, default=Rhythm.OFF)
    also_unchanged = models.BooleanField(default=False)
    token = models.CharField(max_length=48, unique=True)

    objects = WorkspaceQuerySet["DigestChoice"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "person"], name="digest_choice_once"),
        ]

    def __str__(self) -> str:
        return f"digest of {self.workspace} for {self.person}: {self.rhythm}"


class DigestMailQuerySet(models.QuerySet["DigestMail"]):
    """Mails by state."""

    def claim(self, *, mail_id: int, now: datetime) -> bool:
        """Take a mail to put together, counting the try before any work starts."""
        free = Q(state=DigestMail.State.WAITING) | Q(
            state=DigestMail.State.PREPARING, lease_until__lt=now
        )
        return bool(
            self.filter(free, pk=mail_id, tries__lt=MOST_TRIES).update(
                state=DigestMail.State.PREPARING, tries=F("tries") + 1, lease_until=now + PREPARING
            )
        )


class DigestMail(models.Model):
    """One member's mail for one period. The unique row is what keeps a second one from going out.

    A worker that dies while it prepares is followed by another; once a mail was handed over
    (`HANDED`), it is never sent again, for nobody can know whether it went out. `facts` are the
    figures it told, which the next one compares with; BASELINE only keeps them.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        PREPARING = "preparing", "Being put together"
        HANDED = "handed", "Handed to the mail server"
        SENT = "sent", "Sent"
        UNCHANGED = "unchanged", "Nothing had changed"
        FAILED = "failed", "Not sent"
        BASELINE = "baseline", "Figures when the digest was switched on"

    choice = models.ForeignKey(DigestChoice, on_delete=models.CASCADE, related_name="mails")
    period = models.CharField(max_length=8)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    facts = models.JSONField(default=dict)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = DigestMailQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["choice", "period"], name="digest_mail_once"),
        ]

    def __str__(self) -> str:
        return f"{self.choice}, {self.period}"
