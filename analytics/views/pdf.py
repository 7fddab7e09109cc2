"""Reports to print: of a track, a release, an artist, the workspace."""

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from analytics import observed, reports, selectors
from analytics.models import SimulationRun
from analytics.pdf.groups import group_pdf
from analytics.pdf.tracks import track_pdf
from analytics.printing import group_sheet
from catalog.access import StudioRequest, workspace_view
from catalog.models import Artist, Release, Track


@require_GET
@workspace_view()
def track_report_pdf(request: StudioRequest, track_id: int) -> HttpResponse:
    """Download a track's report, with what listeners really did where it is known."""
    run = _latest(request)
    track = selectors.track(request.access, track_id)
    if track is None or track.opt_out_export:
        raise Http404
    report = reports.track_report(request.access, run, track)
    if report is None:
        raise Http404
    seen = observed.report(request.access, track=track, run=run)
    return as_download(
        track_pdf(report, artists=artists_of(track), seen=seen), f"surfacing-track-{track.pk}"
    )


@require_GET
@workspace_view()
def release_report_pdf(request: StudioRequest, release_id: int) -> HttpResponse:
    """Download a release's report."""
    release = Release.objects.visible_to(request.access).filter(pk=release_id).first()
    if release is None:
        raise Http404
    by = ", ".join(artist.name for artist in release.artists.all())
    tracks = Track.objects.filter(release=release)
    return _group(request, tracks, "release", release.title, by, f"release-{release.pk}")


@require_GET
@workspace_view()
def artist_report_pdf(request: StudioRequest, artist_id: int) -> HttpResponse:
    """Download an artist's report."""
    artist = Artist.objects.visible_to(request.access).filter(pk=artist_id).first()
    if artist is None:
        raise Http404
    tracks = Track.objects.filter(credits__artist=artist).distinct()
    return _group(request, tracks, "artist", artist.name, "", f"artist-{artist.pk}")


@require_GET
@workspace_view()
def workspace_report_pdf(request: StudioRequest) -> HttpResponse:
    """Download the report of every track one may see."""
    tracks = Track.objects.visible_to(request.access)
    return _group(request, tracks, "workspace", request.access.workspace.name, "", "workspace")


def _group(
    request: StudioRequest, tracks: "QuerySet[Track]", kind: str, name: str, below: str, file: str
) -> HttpResponse:
    run = _latest(request)
    sheet = group_sheet(request.access, run, tracks, kind=kind, name=name, below=below)
    return as_download(group_pdf(sheet), f"surfacing-{file}")


def as_download(content: bytes, name: str) -> HttpResponse:
    """Hand a document out as a file."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def artists_of(track: Track) -> str:
    """Name the artists of a track in their order."""
    credits = track.credits.select_related("artist").order_by("position", "pk")
    return ", ".join(dict.fromkeys(credit.artist.name for credit in credits))


def _latest(request: StudioRequest) -> SimulationRun:
    run = selectors.latest_run(request.access)
    if run is None:
        raise Http404
    return run
