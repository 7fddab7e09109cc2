"""Reports about several tracks: a release, an artist; and the whole workspace as files."""

import csv
from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from analytics import downloads, reports, selectors
from analytics.models import SimulationRun
from catalog.access import Access, StudioRequest, workspace_view
from catalog.models import Artist, Release, Track
from catalog.views.pages import page_of


@require_GET
@workspace_view()
def release_report(request: StudioRequest, release_id: int) -> HttpResponse:
    """Show where the tracks of a release surface."""
    release = Release.objects.visible_to(request.access).filter(pk=release_id).first()
    if release is None:
        raise Http404
    return _group(
        request,
        release.title,
        Track.objects.filter(release=release),
        reverse("analytics:release_pdf", args=[request.access.workspace.slug, release.pk]),
    )


@require_GET
@workspace_view()
def artist_report(request: StudioRequest, artist_id: int) -> HttpResponse:
    """Show where the tracks of an artist surface."""
    artist = Artist.objects.visible_to(request.access).filter(pk=artist_id).first()
    if artist is None:
        raise Http404
    return _group(
        request,
        artist.name,
        Track.objects.filter(credits__artist=artist).distinct(),
        reverse("analytics:artist_pdf", args=[request.access.workspace.slug, artist.pk]),
    )


def _group(
    request: StudioRequest, name: str, tracks: "QuerySet[Track]", pdf_url: str
) -> HttpResponse:
    run = selectors.latest_run(request.access)
    context: dict[str, object] = {"name": name, "run": run, "pdf_url": pdf_url}
    if run is not None:
        results = selectors.track_results(request.access, run).filter(track__in=tracks)
        context |= {
            "report": reports.group_report(request.access, run, tracks),
            "page": page_of(request, results),
            "honesty": reports.honesty(run),
            "is_stale": reports.is_stale(run, request.access),
        }
    return render(request, "analytics/group_report.html", context)


class _Line:
    """A file that gives back what is written to it, so that rows leave as they are made."""

    def write(self, text: str) -> str:
        return text


@require_GET
@workspace_view()
def workspace_csv(request: StudioRequest) -> StreamingHttpResponse:
    """Download the figures of all tracks and spaces as CSV, row by row."""
    run = _latest(request.access)
    response = StreamingHttpResponse(
        _rows(request.access, run), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="surfacing.csv"'
    return response


def _rows(access: Access, run: SimulationRun) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(downloads.CSV_HEADER)
    rows = selectors.for_download(selectors.space_results(access, run))
    rows = rows.order_by("track_id", "-surfaced", "pk")
    for row in downloads.csv_rows(rows.iterator(chunk_size=2_000)):
        yield writer.writerow([downloads.harmless(cell) for cell in row])


@require_GET
@workspace_view()
def workspace_json(request: StudioRequest) -> JsonResponse:
    """Download the figures of all tracks as JSON; spaces are in each track's own file."""
    run = _latest(request.access)
    results = selectors.for_download(selectors.track_results(request.access, run))
    tracks = [downloads.track_as_json(result, ()) for result in results]
    return JsonResponse({**downloads.run_as_json(run), "results": tracks})


def _latest(access: Access) -> SimulationRun:
    run = selectors.latest_run(access)
    if run is None:
        raise Http404
    return run
