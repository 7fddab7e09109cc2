"""Telling people: notices in the app, and a digest by e-mail."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string

from catalog.access import Access
from catalog.models import Membership, Notice, User, Workspace
from catalog.roles import ROLE_REACH, Permission, Role

DIGEST_LINES = 30


def tell(
    *, workspace: Workspace, people: Iterable[User], sentence: str, address: str
) -> list[Notice]:
    """Leave a notice for each person once; those who are no members hear nothing."""
    wanted = {person.pk for person in people}
    members = Membership.objects.filter(workspace=workspace, user_id__in=wanted)
    return Notice.objects.bulk_create(
        Notice(workspace=workspace, person_id=person_id, sentence=sentence[:300], address=address)
        for person_id in members.values_list("user_id", flat=True)
    )


def reviewers_of(workspace: Workspace, *, but: User) -> list[User]:
    """Everybody who may approve texts, but one."""
    roles = [role for role in Role if ROLE_REACH[role] >= Permission.EDIT]
    found = Membership.objects.filter(
        workspace=workspace, role__in=roles, user__is_active=True
    ).exclude(user=but)
    return [membership.user for membership in found.select_related("user")]


def mark_read(*, access: Access, now: datetime) -> int:
    """Mark all notices of the person as read."""
    return Notice.objects.visible_to(access).unread().update(read_at=now)


def send_digests(*, now: datetime) -> int:
    """Send each person one mail with what they have not read and not been mailed yet."""
    waiting = (
        Notice.objects.unread()
        .filter(mailed_at=None, person__is_active=True)
        .select_related("person", "workspace")
        .order_by("person_id", "workspace__name", "pk")
    )
    sent = 0
    for person, notices in groupby(waiting, key=lambda notice: notice.person):
        mine = list(notices)
        # Claimed before it is sent: a second digest at the same time finds nothing.
        claimed = Notice.objects.filter(
            pk__in=[notice.pk for notice in mine], mailed_at=None
        ).update(mailed_at=now)
        if not claimed:
            continue
        text = render_to_string(
            "descriptions/digest.txt",
            {
                "person": person,
                "notices": mine[:DIGEST_LINES],
                "more": max(0, len(mine) - DIGEST_LINES),
                "root": settings.PUBLIC_URL.rstrip("/"),
            },
        )
        count = len(mine)
        subject = (
            "Liner: 1 thing waits for you" if count == 1 else f"Liner: {count} things wait for you"
        )
        send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [person.email])
        sent += 1
    return sent
