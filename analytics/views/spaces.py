"""Prompt spaces: the list by size and by our share, one space, and how all of it is counted."""

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from analytics import reference, reports, selectors
from analytics.approaches import GOES_BY
from analytics.domain.atlas import draw_atlas, openings
from analytics.domain.choice import WAYS_TO_LOOK
from analytics.domain.prompt_space import SIZE_FLATTENING, SIZE_ORIGIN, spaces_of
from analytics.domain.results import PARAMETER_DRAWS
from analytics.domain.simulation import DEPTH, FIRST_PLACES
from analytics.models import SpaceStanding
from analytics.services.runs import DEFAULT_MARKET_TRACKS, DEFAULT_PROMPTS
from catalog.access import StudioRequest, workspace_view
from catalog.views.pages import page_of
from prompts.approaches import APPROACHES
from prompts.engine import ENGINE_VERSION

SORTS = {
    "size": ("-space__size", "space__number"),
    "share": ("-own_share", "-space__size"),
    "ease": ("last_place_relevance", "-space__size"),
}
MOST_OPENINGS = 12
OPEN_BELOW = 0.75
"""Under-served: the last place of the lists lacks a quarter of what was asked for."""


@require_GET
@workspace_view()
def spaces(request: StudioRequest) -> HttpResponse:
    """List the prompt spaces by size, our share, or how open they are."""
    run = selectors.latest_run(request.access)
    chosen = request.GET.get("sort", "size")
    sort = chosen if chosen in SORTS else "size"
    only = request.GET.get("only", "")
    context: dict[str, object] = {"run": run, "sort": sort, "only": only}
    if run is None:
        context["known"] = spaces_of(reference.grammar())
    else:
        rows = selectors.standings(request.access, run).order_by(*SORTS[sort])
        context |= {
            "page": page_of(request, _only(rows, only)),
            "honesty": reports.honesty(run),
            "is_stale": reports.is_stale(run, request.access),
            "open_below": OPEN_BELOW,
        }
    return render(request, "analytics/spaces.html", context)


@require_GET
@workspace_view()
def atlas(request: StudioRequest) -> HttpResponse:
    """Map all spaces by competition, our fit and size, and name those that wait for us."""
    run = selectors.latest_run(request.access)
    context: dict[str, object] = {"run": run}
    if run is not None:
        points = selectors.space_points(request.access, run)
        waiting = openings(points, below=OPEN_BELOW)
        context |= {
            "atlas": draw_atlas(points),
            "waiting": waiting[:MOST_OPENINGS],
            "waiting_count": len(waiting),
            "held_count": sum(point.our_tracks > 0 for point in points),
            "space_count": len(points),
            "open_below": OPEN_BELOW,
            "honesty": reports.honesty(run),
            "is_stale": reports.is_stale(run, request.access),
        }
    return render(request, "analytics/atlas.html", context)


def _only(rows: QuerySet[SpaceStanding], only: str) -> QuerySet[SpaceStanding]:
    if only == "ours":
        return rows.filter(tracks_surfaced__gt=0)
    if only == "open":
        return rows.filter(last_place_relevance__lt=OPEN_BELOW)
    return rows


@require_GET
@workspace_view()
def space(request: StudioRequest, slug: str) -> HttpResponse:
    """Show one space: its prompts, how hard it is, and which of our tracks surface or come near."""
    run = selectors.latest_run(request.access)
    found = selectors.space(request.access, run, slug) if run else None
    if run is None or found is None:
        raise Http404
    labels = selectors.term_labels(request.access)
    rows = selectors.space_results(request.access, run).filter(space=found)
    context = {
        "run": run,
        "space": found,
        "standing": selectors.standings(request.access, run).filter(space=found).first(),
        "wants": [(facet, labels.get((facet, term), term)) for facet, term in found.wants],
        "surfaced": list(rows.filter(surfaced__gt=0)[:50]),
        "near": list(rows.filter(surfaced=0).order_by("short_by", "-near")[:20]),
        "honesty": reports.honesty(run),
    }
    return render(request, "analytics/space.html", context)


@require_GET
@workspace_view()
def method(request: StudioRequest) -> HttpResponse:
    """Define every number and say what the simulation cannot know."""
    context = {
        "run": selectors.latest_run(request.access),
        "listener": reference.choice_model(),
        "ways": [(way.value, said) for way, said in WAYS_TO_LOOK.items()],
        "grammar_version": reference.grammar_version(),
        "space_count": len(reference.grammar().spaces),
        "market": reference.market_model(),
        "market_version": reference.market_version(),
        "engine_version": ENGINE_VERSION,
        "places": FIRST_PLACES,
        "depth": DEPTH,
        "draws": PARAMETER_DRAWS,
        "flattening": SIZE_FLATTENING,
        "size_origin": SIZE_ORIGIN,
        "default_prompts": DEFAULT_PROMPTS,
        "default_market": DEFAULT_MARKET_TRACKS,
        "approaches": [(way, GOES_BY[way.name]) for way in APPROACHES.values()],
        "assumed": reference.assumptions(),
    }
    return render(request, "analytics/method.html", context)
