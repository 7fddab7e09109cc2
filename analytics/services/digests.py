"""The digest by e-mail: chosen by each member, sent once a period, stopped by a link."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Sum
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from analytics import reports, selectors
from analytics.domain.digest import Changes, compare, period_of
from analytics.models import DigestChoice, DigestMail, ObservedDay, SimulationRun
from analytics.models.digests import MOST_TRIES
from analytics.recommending import Action, recommend
from catalog.access import Access, access_for

State = DigestMail.State
Rhythm = DigestChoice.Rhythm

TRACKS_KEPT = 1_000
"""Of a larger catalog the tracks with the most simulated saves are compared."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What one mail says."""

    workspace: str
    rhythm: str
    run: SimulationRun | None
    honesty: str
    changes: Changes
    action: Action
    report_address: str


def choice_of(access: Access) -> DigestChoice:
    """What the person chose in this workspace; off until she did."""
    found, _ = DigestChoice.objects.get_or_create(
        workspace=access.workspace,
        person=access.user,
        defaults={"token": secrets.token_urlsafe(32)},
    )
    return found


@transaction.atomic
def choose(*, access: Access, rhythm: str, also_unchanged: bool, now: datetime) -> DigestChoice:
    """Set how often the person gets the digest; the first mail comes with the next period.

    The figures of today are kept, so that the first mail can say what changed.
    """
    choice = DigestChoice.objects.select_for_update().get(pk=choice_of(access).pk)
    was = choice.rhythm
    choice.rhythm, choice.also_unchanged = rhythm, also_unchanged
    choice.save(update_fields=["rhythm", "also_unchanged"])
    if rhythm not in (Rhythm.OFF, was):
        DigestMail.objects.get_or_create(
            choice=choice,
            period=period_of(rhythm, timezone.localdate(now)),
            defaults={"state": State.BASELINE, "facts": facts_of(access)},
        )
    return choice


def stop(token: str) -> None:
    """Switch the digest off by the link of a mail; says nothing about whether there was one."""
    DigestChoice.objects.filter(token=token).update(rhythm=Rhythm.OFF)


def facts_of(access: Access) -> dict[str, Any]:
    """The figures a digest compares: simulated by track, and real saves counted in all."""
    run = selectors.latest_run(access)
    saves = ObservedDay.objects.visible_to(access).aggregate(total=Sum("saves"))["total"] or 0
    if run is None:
        return {"run": None, "tracks": {}, "spaces": 0, "saves": saves}
    rows = selectors.track_results(access, run)[:TRACKS_KEPT]
    held = selectors.space_results(access, run).filter(surfaced__gt=0)
    return {
        "run": run.pk,
        "approach": run.approach,
        "tracks": {
            str(row.track_id): [row.track.display_title, row.reach, row.reach_low, row.reach_high]
            for row in rows
        },
        "spaces": held.order_by().values("space_id").distinct().count(),
        "saves": saves,
    }


def digest_of(access: Access, before: dict[str, Any], rhythm: str) -> tuple[Digest, dict[str, Any]]:
    """Put a digest together; give the facts it rests on beside it."""
    facts = facts_of(access)
    run = selectors.latest_run(access)
    digest = Digest(
        workspace=access.workspace.name,
        rhythm=rhythm,
        run=run,
        honesty=reports.honesty(run) if run else "",
        changes=compare(before, facts),
        action=recommend(access),
        report_address=reverse("analytics:report", args=[access.workspace.slug]),
    )
    return digest, facts


def last_facts(choice: DigestChoice) -> dict[str, Any]:
    """The facts of the newest mail that told some; those of an unchanged period are the same."""
    kept = choice.mails.filter(state__in=[State.SENT, State.HANDED, State.BASELINE])
    found = kept.order_by("-pk").values_list("facts", flat=True).first()
    return found or {}


def send_due(*, now: datetime) -> int:
    """Send every digest whose period has begun and that has not gone out; say how many went.

    May run as often as one likes and by several workers at once.
    """
    if not settings.PUBLIC_URL:
        return 0  # without an address no mail could carry the link that stops it
    today = timezone.localdate(now)
    wanted = DigestChoice.objects.exclude(rhythm=Rhythm.OFF).filter(person__is_active=True)
    return sum(
        _send_one(choice, period_of(choice.rhythm, today), now)
        for choice in wanted.select_related("person", "workspace").order_by("pk")
    )


def _send_one(choice: DigestChoice, period: str, now: datetime) -> bool:
    mail, _ = DigestMail.objects.get_or_create(choice=choice, period=period)
    if not DigestMail.objects.claim(mail_id=mail.pk, now=now):
        return False
    mail.refresh_from_db()
    held = DigestMail.objects.filter(pk=mail.pk, tries=mail.tries, state=State.PREPARING)
    access = access_for(choice.person, choice.workspace.slug)
    if access is None:
        DigestChoice.objects.filter(pk=choice.pk).delete()  # no longer a member
        return False
    digest, facts = digest_of(access, last_facts(choice), choice.rhythm)
    if digest.changes.is_nothing and not choice.also_unchanged:
        held.update(state=State.UNCHANGED, lease_until=None)
        return False
    message = written(digest, choice, mail)
    if not held.update(state=State.HANDED, facts=facts, lease_until=None):
        return False  # somebody else has it
    try:
        message.send()
    except OSError:
        # The server was not reached or refused it (smtplib's errors are of this kind).
        _try_again(mail)
        return False
    DigestMail.objects.filter(pk=mail.pk).update(state=State.SENT)
    return True


def _try_again(mail: DigestMail) -> None:
    last = mail.tries >= MOST_TRIES
    DigestMail.objects.filter(pk=mail.pk).update(
        state=State.FAILED if last else State.WAITING, facts={}
    )


def written(
    digest: Digest, choice: DigestChoice, mail: DigestMail | None
) -> EmailMultiAlternatives:
    """Write the mail in text and HTML, with the header that lets mail programs stop it."""
    root = settings.PUBLIC_URL.rstrip("/")
    stop_url = f"{root}{reverse('digest_stop', args=[choice.token])}"
    context = {"digest": digest, "root": root, "stop_url": stop_url, "changes": digest.changes}
    headers = {
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    if mail is not None:
        host = root.split("//")[-1].split("/")[0].split(":")[0] or "liner"
        # The same mail has the same name, so that mail programs show it once.
        headers["Message-ID"] = f"<surfacing-{choice.pk}-{mail.period}@{host}>"
    message = EmailMultiAlternatives(
        subject_of(digest),
        render_to_string("analytics/mail/digest.txt", context),
        settings.DEFAULT_FROM_EMAIL,
        [choice.person.email],
        headers=headers,
    )
    message.attach_alternative(render_to_string("analytics/mail/digest.html", context), "text/html")
    return message


def subject_of(digest: Digest) -> str:
    """Say the most important thing in the subject; names of one line."""
    name = _one_line([digest.workspace])
    changes = digest.changes
    if changes.is_nothing:
        return f"{name}: nothing changed in surfacing"
    if changes.up:
        return f"{name}: “{_one_line([changes.up[0].title])}” surfaces more (simulated)"
    if changes.down:
        return f"{name}: “{_one_line([changes.down[0].title])}” surfaces less (simulated)"
    if changes.saves_counted:
        return f"{name}: {changes.saves_counted:,} real saves came in"
    return f"{name}: what changed in surfacing"


def _one_line(words: Iterable[str]) -> str:
    return " ".join(" ".join(words).split())[:80]
