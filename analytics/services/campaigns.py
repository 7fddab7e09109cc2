"""Campaigns: planning, starting, changing and ending them; every act leaves a line of history."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone

from analytics.domain.controls import METHOD, Candidate, Match, choose_controls
from analytics.models import (
    Campaign,
    CampaignChange,
    CampaignClicks,
    CampaignLink,
    CampaignTrack,
    ObservedDay,
    SimulationRun,
)
from analytics.models.runs import Status
from catalog.access import Access
from catalog.errors import StudioError
from catalog.models import Assertion, Release, Track, User

Part = CampaignTrack.Part
MOST_LINKS = 40


class CampaignRefused(StudioError):
    """The campaign cannot be made or changed as asked."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a person decides about a campaign."""

    name: str
    starts_on: date
    ends_on: date
    tracks: Sequence[Track]
    note: str = ""
    before_days: int = 28
    prompts: Sequence[str] = ()
    spaces: Sequence[str] = ()
    release: Release | None = None


@transaction.atomic
def plan_campaign(*, access: Access, plan: Plan) -> Campaign:
    """Set a campaign up; one whose first day has come starts at once.

    Raises
    ------
    CampaignRefused : no track, or it ends before it starts
    """
    _check(plan)
    made = Campaign.objects.create(
        workspace=access.workspace, created_by=access.user, **_columns(plan)
    )
    _put_tracks(made, plan.tracks)
    _note(made, access.user, f"Planned with {_counted(len(plan.tracks), 'track')}.")
    start_campaign(campaign_id=made.pk, today=timezone.localdate())
    return made


@transaction.atomic
def change_campaign(*, access: Access, campaign: Campaign, plan: Plan) -> None:
    """Change a campaign; after the start its tracks, its first day and the time before stay.

    Raises
    ------
    CampaignRefused : as for planning, or what may no longer change would
    """
    _check(plan)
    locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
    before = {p.track_id for p in locked.parts.filter(part=Part.CAMPAIGN)}
    wanted = {track.pk for track in plan.tracks}
    frozen = (
        locked.starts_on != plan.starts_on
        or locked.before_days != plan.before_days
        or before != wanted
    )
    if locked.frozen_at and frozen:
        raise CampaignRefused(
            "The campaign has started: its tracks, its first day and the days before are settled.",
            hint="Changing them now would choose the comparison after seeing the result.",
        )
    columns = _columns(plan)
    changed = [name for name, value in columns.items() if getattr(locked, name) != value]
    for name in changed:
        setattr(locked, name, columns[name])
    if "ends_on" in changed:
        locked.closed_at = None  # another last day takes an end by hand back
    locked.save(update_fields=[*columns, "closed_at"])
    if before != wanted:
        _put_tracks(locked, plan.tracks)
        changed.append("tracks")
    if changed:
        words = ", ".join(name.replace("_", " ") for name in changed)
        _note(locked, access.user, f"Changed: {words}.")
    start_campaign(campaign_id=locked.pk, today=timezone.localdate())


def _check(plan: Plan) -> None:
    if not plan.tracks:
        raise CampaignRefused("A campaign is for one track at least.")
    if plan.ends_on < plan.starts_on:
        raise CampaignRefused("The last day is before the first.")


def _columns(plan: Plan) -> dict[str, object]:
    return {
        "name": plan.name.strip(),
        "note": plan.note.strip(),
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "before_days": plan.before_days,
        "prompts": list(plan.prompts),
        "spaces": list(plan.spaces),
        "release": plan.release,
    }


def _put_tracks(campaign: Campaign, tracks: Sequence[Track]) -> None:
    campaign.parts.filter(part=Part.CAMPAIGN).delete()
    CampaignTrack.objects.bulk_create(
        CampaignTrack(campaign=campaign, track=track, part=Part.CAMPAIGN) for track in tracks
    )


@transaction.atomic
def start_campaign(*, campaign_id: int, today: date) -> bool:
    """Settle the control group and the simulation before, once the first day has come."""
    locked = Campaign.objects.to_freeze(today).select_for_update().filter(pk=campaign_id).first()
    if locked is None:
        return False
    matches = likely_controls(locked)
    CampaignTrack.objects.bulk_create(
        CampaignTrack(
            campaign=locked,
            track_id=match.track_id,
            part=Part.CONTROL,
            stands_for_id=match.stands_for,
            likeness=match.likeness,
        )
        for match in matches
    )
    locked.run_before = (
        SimulationRun.objects.filter(
            workspace_id=locked.workspace_id,
            status=Status.DONE,
            is_beside=False,
            finished_at__date__lte=locked.starts_on,
        )
        .order_by("-pk")
        .first()
    )
    locked.control_method = METHOD
    locked.frozen_at = timezone.now()
    locked.save(update_fields=["run_before", "control_method", "frozen_at"])
    _note(locked, None, f"Started; control group of {_counted(len(matches), 'track')} settled.")
    return True


def start_due(today: date | None = None) -> int:
    """Start every campaign whose first day has come."""
    day = today or timezone.localdate()
    due = list(Campaign.objects.to_freeze(day).values_list("pk", flat=True))
    return sum(start_campaign(campaign_id=pk, today=day) for pk in due)


def likely_controls(campaign: Campaign) -> tuple[Match, ...]:
    """Choose the control group from what was known before the start."""
    own = set(campaign.parts.filter(part=Part.CAMPAIGN).values_list("track_id", flat=True))
    last = campaign.starts_on - timedelta(days=1)
    plays = dict(
        ObservedDay.objects.filter(
            workspace_id=campaign.workspace_id, day__range=(campaign.before_from, last)
        )
        .order_by()
        .values_list("track_id")
        .annotate(Sum("plays"))
    )
    played = {pk for pk, number in plays.items() if number}
    tags: dict[int, set[tuple[str, str]]] = {}
    for track_id, facet, slug in Assertion.objects.filter(
        track__workspace_id=campaign.workspace_id, track_id__in=own | played
    ).values_list("track_id", "term__facet", "term__slug"):
        tags.setdefault(track_id, set()).add((facet, slug))
    everyone = [
        Candidate(pk, frozenset(tags.get(pk, ())), (plays.get(pk) or 0) / campaign.before_days)
        for pk in sorted(own | played)
    ]
    return choose_controls([one for one in everyone if one.track_id in own], everyone)


@transaction.atomic
def close_campaign(*, access: Access, campaign: Campaign) -> None:
    """End a running campaign today."""
    locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
    today = timezone.localdate()
    if locked.state(today) != "running":
        raise CampaignRefused("Only a running campaign can be ended.")
    locked.ends_on = min(locked.ends_on, today)
    locked.closed_at = timezone.now()
    locked.save(update_fields=["ends_on", "closed_at"])
    _note(locked, access.user, "Ended by hand.")


@transaction.atomic
def delete_campaign(*, access: Access, campaign: Campaign) -> None:
    """Take a campaign off the list; it can be put back, and its links still lead on."""
    Campaign.objects.filter(pk=campaign.pk, deleted_at=None).update(deleted_at=timezone.now())
    _note(campaign, access.user, "Deleted.")


@transaction.atomic
def restore_campaign(*, access: Access, campaign: Campaign) -> None:
    """Put a deleted campaign back."""
    Campaign.objects.filter(pk=campaign.pk).update(deleted_at=None)
    _note(campaign, access.user, "Put back.")


# Links


@transaction.atomic
def add_link(*, access: Access, campaign: Campaign, label: str, target_url: str) -> CampaignLink:
    """Make a public link that counts its visits.

    Raises
    ------
    CampaignRefused : there are too many
    """
    if campaign.links.count() >= MOST_LINKS:
        raise CampaignRefused(f"A campaign has up to {MOST_LINKS} links.")
    made = CampaignLink.objects.create(
        campaign=campaign,
        label=label.strip(),
        token=secrets.token_urlsafe(12),
        target_url=target_url,
    )
    _note(campaign, access.user, f"Link “{made.label}” added, leading to {target_url[:200]}.")
    return made


@transaction.atomic
def remove_link(*, access: Access, link: CampaignLink) -> None:
    """Close a link; its visits go with it."""
    visits = link.clicks.aggregate(n=Sum("visits"))["n"] or 0
    _note(
        link.campaign, access.user, f"Link “{link.label}” removed, with {visits:,} counted visits."
    )
    link.delete()


def follow(*, token: str, counts: bool) -> str | None:
    """Say where a link leads, and count the visit unless the browser was counted today."""
    link = CampaignLink.objects.filter(token=token).select_related("campaign").first()
    if link is None:
        return None
    if counts and link.campaign.deleted_at is None:
        day, _ = CampaignClicks.objects.get_or_create(link=link, day=timezone.localdate())
        CampaignClicks.objects.filter(pk=day.pk).update(visits=F("visits") + 1)
    return link.target_url


def _note(campaign: Campaign, actor: User | None, sentence: str) -> None:
    CampaignChange.objects.create(campaign=campaign, actor=actor, sentence=sentence[:400])


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
