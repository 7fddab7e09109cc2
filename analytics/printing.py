"""What is printed of several tracks: read in a fixed number of queries, whatever their number."""

from django.db.models import Count, Max, QuerySet

from analytics import reports, selectors
from analytics.models import SimulationRun
from analytics.pdf.groups import SPACES_SHOWN, TRACKS_SHOWN, GroupSheet
from analytics.reports import GroupSpace
from catalog.access import Access
from catalog.models import Track


def group_sheet(
    access: Access,
    run: SimulationRun,
    tracks: "QuerySet[Track]",
    *,
    kind: str,
    name: str,
    below: str = "",
) -> GroupSheet:
    """Gather the report of some tracks; those whose owners allow no export are counted only."""
    results = selectors.for_download(
        selectors.track_results(access, run).filter(track__in=tracks.order_by().values("pk"))
    )
    total = results.count()
    surfacing = results.filter(spaces_surfaced__gt=0)
    count = surfacing.count()
    spaces, held = _spaces(access, run, tracks)
    best = tuple(surfacing[: reports.CHART_ROWS])
    kept_back = selectors.track_results(access, run).filter(
        track__in=tracks.order_by().values("pk"), track__opt_out_export=True
    )
    return GroupSheet(
        kind=kind,
        name=name,
        below=below,
        run=run,
        is_stale=reports.is_stale(run, access),
        headline=reports.tracks_headline(count, total, held, run.bank.space_count),
        chart=reports.reach_chart(best),
        finding=reports.reach_finding(best),
        results=list(results[:TRACKS_SHOWN]),
        total=total,
        surfacing=count,
        spaces=spaces,
        spaces_held=held,
        left_out=kept_back.count(),
    )


def _spaces(
    access: Access, run: SimulationRun, tracks: "QuerySet[Track]"
) -> tuple[list[GroupSpace], int]:
    """Spaces that the tracks hold, most tracks first, with the best track of each."""
    rows = selectors.for_download(
        selectors.space_results(access, run).filter(
            track__in=tracks.order_by().values("pk"), surfaced__gt=0
        )
    )
    counts = {
        row["space_id"]: row["tracks"]
        for row in rows.order_by()
        .values("space_id")
        .annotate(tracks=Count("track_id"), most=Max("surfaced"))
        .order_by("-tracks", "-most", "space_id")
    }
    shown = list(counts)[:SPACES_SHOWN]
    best = {
        row.space_id: row
        for row in rows.filter(space_id__in=shown)
        .order_by("space_id", "-surfaced", "best_rank", "pk")
        .distinct("space_id")
    }
    found = [
        GroupSpace(
            name=best[number].space.name,
            slug=best[number].space.slug,
            tracks=counts[number],
            best=best[number].track.display_title,
            surfaced=best[number].surfaced,
            prompts=best[number].prompt_count,
        )
        for number in shown
    ]
    return found, len(counts)
