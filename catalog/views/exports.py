"""Taking tables out."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from catalog.access import Permission, StudioRequest, workspace_view
from catalog.errors import StudioError
from catalog.models import TableExport, Track
from catalog.selectors import search_tracks
from catalog.services.exporting import start_export
from catalog.services.imports.targets import targets
from catalog.views.imports import download
from catalog.views.pages import page_of


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.BULK)
def export_list(request: StudioRequest) -> HttpResponse:
    """Choose tracks and columns, and list the tables made lately.

    The tracks are those of the search in the address, or those named by `id`.
    """
    asked = request.POST if request.method == "POST" else request.GET
    text, missing = asked.get("q", ""), asked.get("missing", "")
    ids = [int(pk) for pk in asked.getlist("id") if pk.isdigit()]
    tracks: QuerySet[Track] = search_tracks(access=request.access, text=text, missing=missing)
    if ids:
        tracks = Track.objects.visible_to(request.access).filter(pk__in=ids)
    if request.method == "POST":
        form = asked.get("form", "")
        try:
            export = start_export(
                access=request.access,
                tracks=tracks.order_by(),
                columns=asked.getlist("column"),
                form=form if form in TableExport.Form.values else TableExport.Form.XLSX,
            )
        except StudioError as refusal:
            messages.error(request, f"{refusal} {refusal.hint}".strip())
            return redirect("catalog:export_list", request.access.workspace.slug)
        return redirect("catalog:export_detail", request.access.workspace.slug, export.pk)
    groups: dict[str, list[tuple[str, str]]] = {}
    for name, column in targets().items():
        groups.setdefault(column.group, []).append((name, column.label))
    exports = TableExport.objects.visible_to(request.access).defer("data", "track_ids")
    context = {
        "groups": list(groups.items()),
        "forms": TableExport.Form.choices,
        "count": tracks.count(),
        "q": text,
        "missing": missing,
        "ids": ids,
        "page": page_of(request, exports.select_related("created_by")),
    }
    return render(request, "catalog/export_list.html", context)


@require_GET
@workspace_view(Permission.BULK)
def export_detail(request: StudioRequest, export_id: int) -> HttpResponse:
    """Show whether a table is ready, with the link to it."""
    export = _exports(request).defer("data", "track_ids").filter(pk=export_id).first()
    if export is None:
        raise Http404
    part = "catalog/parts/export_body.html"
    template = part if request.htmx else "catalog/export_detail.html"
    return render(request, template, {"export": export})


@require_GET
@workspace_view(Permission.BULK)
def export_file(request: StudioRequest, export_id: int) -> HttpResponse:
    """Hand out a table that is ready."""
    export = _exports(request).filter(pk=export_id, status=TableExport.Status.DONE).first()
    if export is None or export.data is None:
        raise Http404
    return download(bytes(export.data), export.file_name, export.form)


def _exports(request: StudioRequest) -> QuerySet[TableExport]:
    return TableExport.objects.visible_to(request.access).select_related("created_by")
