"""Campaigns: the list, planning and changing one, its links, and what came of it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics import campaigns, reports, selectors
from analytics.campaign_forms import CampaignForm, CampaignLinkForm, initial_of
from analytics.domain.controls import METHOD
from analytics.domain.lift import FEWEST_COUNTS, FEWEST_DAYS
from analytics.models import Campaign, CampaignLink, CampaignTrack
from analytics.services import campaigns as service
from analytics.services.campaigns import CampaignRefused
from analytics.track_lines import as_line
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.models import Track
from catalog.views.pages import page_of

DELETED_SHOWN = 10
CHANGES_SHOWN = 30
CONTROLS_SHOWN = 12


@require_GET
@workspace_view()
def campaign_list(request: StudioRequest) -> HttpResponse:
    """List the campaigns with where each stands."""
    today = timezone.localdate()
    everything = Campaign.objects.visible_to(request.access)
    page = page_of(request, everything.kept())
    context = {
        "page": page,
        "rows": [(one, one.state(today)) for one in page.object_list],
        "deleted": everything.exclude(deleted_at=None)[:DELETED_SHOWN],
        "can_edit": request.access.can(Permission.EDIT),
    }
    return render(request, "analytics/campaign_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(Permission.EDIT)
def campaign_new(request: StudioRequest) -> HttpResponse:
    """Plan a campaign; `?track=` puts a track in."""
    asked = request.GET.get("track", "")
    track = selectors.track(request.access, int(asked)) if asked.isdecimal() else None
    initial = {"tracks": as_line(track)} if track else {}
    form = CampaignForm(request.POST or None, access=request.access, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = service.plan_campaign(access=request.access, plan=form.plan())
        except CampaignRefused as refused:
            form.add_error(None, f"{refused} {refused.hint}".strip())
        else:
            return redirect("analytics:campaign", request.access.workspace.slug, made.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "analytics/campaign_form.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@workspace_view(Permission.EDIT)
def campaign_edit(request: StudioRequest, campaign_id: int) -> HttpResponse:
    """Change a campaign."""
    campaign = _campaign(request, campaign_id)
    form = CampaignForm(request.POST or None, access=request.access, initial=initial_of(campaign))
    if request.method == "POST" and form.is_valid():
        try:
            service.change_campaign(access=request.access, campaign=campaign, plan=form.plan())
        except CampaignRefused as refused:
            form.add_error(None, f"{refused} {refused.hint}".strip())
        else:
            messages.success(request, "Saved.")
            return redirect("analytics:campaign", request.access.workspace.slug, campaign.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "campaign": campaign}
    return render(request, "analytics/campaign_form.html", context, status=status)


@require_GET
@workspace_view()
def campaign(request: StudioRequest, campaign_id: int) -> HttpResponse:
    """Show a campaign: what is planned, its control group, and what came of it."""
    return _page(request, _campaign(request, campaign_id))


def _page(
    request: StudioRequest, campaign: Campaign, link_form: CampaignLinkForm | None = None
) -> HttpResponse:
    today = timezone.localdate()
    only_spaces = request.GET.get("count") == "spaces"
    state = campaign.state(today)
    report = (
        campaigns.report(request.access, campaign, only_spaces=only_spaces)
        if state != "planned"
        else None
    )
    links = list(campaign.links.prefetch_related("clicks"))
    context = {
        "campaign": campaign,
        "state": state,
        "report": report,
        "only_spaces": only_spaces,
        "space_names": campaigns.space_names(campaign),
        "has_spaces": bool(campaigns.campaign_spaces(campaign)),
        "tracks": _tracks(request, campaign, CampaignTrack.Part.CAMPAIGN),
        **_controls(request, campaign),
        "links": [
            (
                link,
                request.build_absolute_uri(f"/go/{link.token}/"),
                sum(day.visits for day in link.clicks.all()),
            )
            for link in links
        ],
        "visits": _visits(links, campaign),
        "changes": campaign.changes.select_related("actor")[:CHANGES_SHOWN],
        "can_edit": request.access.can(Permission.EDIT) and campaign.deleted_at is None,
        "link_form": link_form or CampaignLinkForm(),
        "honesty": reports.honesty(report.simulated.run_now) if report and report.simulated else "",
        "run": report.simulated.run_now if report and report.simulated else None,
        "fewest_counts": FEWEST_COUNTS,
        "fewest_days": FEWEST_DAYS,
        "method": campaign.control_method or METHOD,
    }
    return render(request, "analytics/campaign.html", context, status=422 if link_form else 200)


def _tracks(request: StudioRequest, campaign: Campaign, part: str) -> list[Track]:
    ids = campaign.parts.filter(part=part).values("track_id")
    return list(Track.objects.visible_to(request.access).filter(pk__in=ids))


def _controls(request: StudioRequest, campaign: Campaign) -> dict[str, object]:
    """The control group, settled or as it would be chosen today; hidden tracks only as a number."""
    if campaign.frozen_at:
        ids = list(
            campaign.parts.filter(part=CampaignTrack.Part.CONTROL).values_list(
                "track_id", "likeness"
            )
        )
    else:
        ids = [(match.track_id, match.likeness) for match in service.likely_controls(campaign)]
    shown = ids[:CONTROLS_SHOWN]
    known = Track.objects.visible_to(request.access).in_bulk([pk for pk, _ in shown])
    rows = [(known[pk], likeness) for pk, likeness in shown if pk in known]
    return {
        "controls": rows,
        "control_count": len(ids),
        "hidden_controls": len(ids) - len(rows),
    }


def _visits(links: "list[CampaignLink]", campaign: Campaign) -> dict[str, int]:
    """Visits of all links before, during and after."""
    found = {"before": 0, "during": 0, "after": 0}
    for link in links:
        for day in link.clicks.all():
            when = "before" if day.day < campaign.starts_on else "during"
            found["after" if day.day > campaign.ends_on else when] += day.visits
    return found


@require_POST
@workspace_view(Permission.EDIT)
def campaign_close(request: StudioRequest, campaign_id: int) -> HttpResponse:
    """End a running campaign today."""
    found = _campaign(request, campaign_id)
    try:
        service.close_campaign(access=request.access, campaign=found)
    except CampaignRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The campaign is over. What comes after is still compared.")
    return redirect("analytics:campaign", request.access.workspace.slug, found.pk)


@require_POST
@workspace_view(Permission.EDIT)
def campaign_delete(request: StudioRequest, campaign_id: int) -> HttpResponse:
    """Take a campaign off the list."""
    found = _campaign(request, campaign_id)
    service.delete_campaign(access=request.access, campaign=found)
    messages.success(request, f"{found.name} is deleted. It can be put back below.")
    return redirect("analytics:campaign_list", request.access.workspace.slug)


@require_POST
@workspace_view(Permission.EDIT)
def campaign_restore(request: StudioRequest, campaign_id: int) -> HttpResponse:
    """Put a deleted campaign back."""
    found = _campaign(request, campaign_id)
    service.restore_campaign(access=request.access, campaign=found)
    return redirect("analytics:campaign", request.access.workspace.slug, found.pk)


@require_POST
@workspace_view(Permission.EDIT)
def campaign_link_add(request: StudioRequest, campaign_id: int) -> HttpResponse:
    """Make a link that counts its visits."""
    found = _campaign(request, campaign_id)
    form = CampaignLinkForm(request.POST)
    if form.is_valid():
        try:
            service.add_link(access=request.access, campaign=found, **form.cleaned_data)
        except CampaignRefused as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("analytics:campaign", request.access.workspace.slug, found.pk)
    return _page(request, found, form)


@require_POST
@workspace_view(Permission.EDIT)
def campaign_link_remove(request: StudioRequest, campaign_id: int, link_id: int) -> HttpResponse:
    """Close a link."""
    found = _campaign(request, campaign_id)
    link = found.links.filter(pk=link_id).first()
    if link is None:
        raise Http404
    service.remove_link(access=request.access, link=link)
    messages.success(request, f"The link {link.label} leads nowhere now.")
    return redirect("analytics:campaign", request.access.workspace.slug, found.pk)


def _campaign(request: StudioRequest, campaign_id: int) -> Campaign:
    found = (
        Campaign.objects.visible_to(request.access)
        .select_related("release", "run_before__bank", "run_before__market")
        .filter(pk=campaign_id)
        .first()
    )
    if found is None:
        raise Http404
    return found
