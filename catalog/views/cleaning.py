"""Counting values, finding those that are meant to be one, merging them."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from catalog import selectors
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.domain.clustering import METHODS, Cluster
from catalog.errors import StudioError
from catalog.models import Change, ChangeRequest
from catalog.services import cleaning as services
from catalog.services.cleaning import FACETS, Facets, Merge
from catalog.views.pages import done, page_of

MOST_CLUSTERS = 60
PREVIEWED = 200


@require_GET
@workspace_view(Permission.BULK)
def clean(request: StudioRequest, facet: str = "artists") -> HttpResponse:
    """Show values with their counts, or clusters of values that are probably one."""
    found = _facet(facet)
    method = request.GET.get("method", "")
    text = request.GET.get("q", "").casefold().strip()
    context: dict[str, object] = {
        "facet": found,
        "facets": FACETS.values(),
        "methods": METHODS,
        "method": method,
        "q": request.GET.get("q", ""),
    }
    if method in {name for name, _, _ in METHODS}:
        clusters = services.clusters(request.access, found, method)
        context |= {
            "clusters": _numbered(clusters[:MOST_CLUSTERS]),
            "cluster_count": len(clusters),
            "words": next(words for name, _, words in METHODS if name == method),
        }
    else:
        values = services.counted(request.access, found)
        if text:
            values = [value for value in values if text in value.text.casefold()]
        context["page"] = page_of(request, values)
    return render(request, "catalog/clean.html", context)


@dataclass(frozen=True)
class NumberedCluster:
    """A cluster with its place on the page, which names its form fields."""

    number: int
    cluster: Cluster


def _numbered(clusters: list[Cluster]) -> list[NumberedCluster]:
    return [NumberedCluster(number, found) for number, found in enumerate(clusters)]


@require_POST
@workspace_view(Permission.BULK)
def merge(request: StudioRequest, facet: str) -> HttpResponse:
    """Preview merges, and write them when the preview is confirmed."""
    found = _facet(facet)
    merges = _merges(request)
    slug = request.access.workspace.slug
    if not merges:
        messages.warning(request, "Tick at least two values that are meant to be one.")
        return redirect("catalog:clean_facet", slug, found.name)
    try:
        if request.POST.get("mark"):
            result = services.apply_merges(request.access, found, merges, mark=request.POST["mark"])
            if isinstance(result, ChangeRequest):
                messages.info(request, "The merge waits for a second person.")
                return redirect("catalog:request_detail", slug, result.pk)
            return done(request, "Merged.", result, "catalog:clean_facet", found.name)
        plan = services.plan_merges(request.access, found, merges)
    except services.StalePlan as refusal:
        messages.warning(request, f"{refusal} {refusal.hint}".strip())
        plan = services.plan_merges(request.access, found, merges)
    except StudioError as refusal:
        messages.error(request, f"{refusal} {refusal.hint}".strip())
        return redirect("catalog:clean_facet", slug, found.name)
    shown = [
        Change(
            pk=place,
            model=change.model,
            object_id=change.object_id,
            field=change.field,
            before=change.before,
            after=change.after,
            label=change.label,
        )
        for place, change in enumerate(plan.changes[:PREVIEWED])
    ]
    context = {
        "facet": found,
        "merges": merges,
        "plan": plan,
        "more": max(0, len(plan.changes) - PREVIEWED),
        "rows": len({(change.model, change.object_id) for change in plan.changes}),
        "lines": selectors.change_lines(shown, request.access.workspace_id),
        "kept": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in ("mark", "csrfmiddlewaretoken")
            for value in values
        ],
    }
    return render(request, "catalog/merge_preview.html", context)


def _merges(request: StudioRequest) -> list[Merge]:
    """Read `value-N` (ticked values), `keep-N` and `name-N` of each cluster N."""
    found = []
    for name in request.POST:
        number = name.removeprefix("value-")
        if not name.startswith("value-"):
            continue
        values = list(dict.fromkeys(request.POST.getlist(name)))
        keep = request.POST.get(f"keep-{number}", "")
        keep = keep if keep in values else values[0]
        gone = tuple(value for value in values if value != keep)
        text = request.POST.get(f"name-{number}", "").strip()
        if gone or text:
            found.append(Merge(keep, gone, text))
    return found


def _facet(name: str) -> Facets:
    if name not in FACETS:
        raise Http404
    return FACETS[name]
