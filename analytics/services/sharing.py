"""Sharing one report by a link that ends."""

import secrets
from datetime import timedelta

from django.utils import timezone

from analytics.models import ReportShare, SimulationRun
from catalog.access import Access, access_for
from catalog.models import Track

DAYS = (7, 30, 90)


def share_report(
    *, access: Access, track: Track, run: SimulationRun, days: int, with_pdf: bool = False
) -> ReportShare:
    """Make a link to a track's report as a run found it, on request also to print."""
    return ReportShare.objects.create(
        workspace=access.workspace,
        track=track,
        run=run,
        with_pdf=with_pdf,
        token=secrets.token_urlsafe(32),
        expires_at=timezone.now() + timedelta(days=days),
        created_by=access.user,
    )


def open_shares(access: Access, track: Track) -> "list[ReportShare]":
    """Links to a track's report that still work."""
    return list(
        ReportShare.objects.visible_to(access).filter(
            track=track, revoked_at=None, expires_at__gt=timezone.now()
        )
    )


def revoke_share(*, access: Access, track: Track, share_id: int) -> bool:
    """End a link now; say whether there was one."""
    return bool(
        ReportShare.objects.visible_to(access)
        .filter(pk=share_id, track=track, revoked_at=None)
        .update(revoked_at=timezone.now())
    )


def shared(token: str) -> tuple[ReportShare, Access] | None:
    """Find what a link shows, seen with the eyes of who made it; None once it has ended.

    A track whose owner allows no export is shown no longer, however old the link.
    """
    share = (
        ReportShare.objects.select_related("workspace", "track", "run__bank", "run__market")
        .select_related("created_by")
        .filter(token=token, revoked_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if share is None or share.track.opt_out_export:
        return None
    access = access_for(share.created_by, share.workspace.slug)
    return (share, access) if access else None
