"""Links to one report: making them, ending them, and the page behind one."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from analytics import reports, selectors
from analytics.models import ReportShare
from analytics.pdf.tracks import shared_track_pdf
from analytics.reports import TrackReport
from analytics.services import sharing
from analytics.views.pdf import artists_of, as_download
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.models import Track


@require_POST
@workspace_view(Permission.EDIT_OWN)
def share_make(request: StudioRequest, track_id: int) -> HttpResponse:
    """Make a link to a track's newest report."""
    track = _track(request, track_id)
    run = selectors.latest_run(request.access)
    days = request.POST.get("days", "")
    if track.opt_out_export:
        messages.error(request, "The owner of this track allows no export, so no link either.")
    elif run is None or selectors.track_result(request.access, run, track.pk) is None:
        messages.error(request, "There is no report to share yet. Run the simulation first.")
    elif not days.isdigit() or int(days) not in sharing.DAYS:
        messages.error(request, "Choose for how long the link works.")
    else:
        sharing.share_report(
            access=request.access,
            track=track,
            run=run,
            days=int(days),
            with_pdf=request.POST.get("with_pdf") == "on",
        )
        messages.success(request, "The link is made. It shows this report and nothing else.")
    return redirect("analytics:track_report", request.access.workspace.slug, track.pk)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def share_revoke(request: StudioRequest, track_id: int) -> HttpResponse:
    """End a link."""
    track = _track(request, track_id)
    share_id = request.POST.get("share", "")
    if share_id.isdigit() and sharing.revoke_share(
        access=request.access, track=track, share_id=int(share_id)
    ):
        messages.success(request, "The link no longer works.")
    return redirect("analytics:track_report", request.access.workspace.slug, track.pk)


@never_cache
@require_GET
def shared_report(request: HttpRequest, token: str) -> HttpResponse:
    """Show one report to whoever holds its link."""
    found = _found(token)
    if found is None:
        return _private(render(request, "analytics/shared_ended.html", status=404))
    share, report = found
    context = {
        "report": report,
        "track": share.track,
        "artists": artists_of(share.track),
        "share": share,
        "honesty": reports.honesty(share.run),
    }
    return _private(render(request, "analytics/shared.html", context))


@never_cache
@require_GET
def shared_report_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """Give one report to print to whoever holds its link, where the link allows it."""
    found = _found(token)
    if found is None or not found[0].with_pdf:
        return _private(render(request, "analytics/shared_ended.html", status=404))
    share, report = found
    content = shared_track_pdf(report, artists=artists_of(share.track))
    # The name of the file says nothing about the workspace, not even a number of the track.
    return _private(as_download(content, "surfacing-report"))


def _found(token: str) -> tuple[ReportShare, TrackReport] | None:
    found = sharing.shared(token)
    if found is None:
        return None
    share, access = found
    report = reports.track_report(access, share.run, share.track)
    return (share, report) if report else None


def _private(response: HttpResponse) -> HttpResponse:
    """Keep search engines off, and the link out of the referrer of any request."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _track(request: StudioRequest, track_id: int) -> Track:
    track = Track.objects.editable_by(request.access).filter(pk=track_id).first()
    if track is None:
        raise Http404
    return track
