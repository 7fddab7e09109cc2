"""Bringing a table in: upload, mapping, verdicts, decisions, writing."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.access import Permission, StudioRequest, workspace_view
from catalog.domain.sizes import spoken_size
from catalog.errors import StudioError
from catalog.import_pages import row_lines, verdict_tabs
from catalog.models import TableExport, TableImport
from catalog.services.asking import request_import
from catalog.services.imports import running
from catalog.services.imports.leftovers import write_leftovers
from catalog.services.imports.targets import ID, ID_HEADING, targets
from catalog.tables.reading import ENCODINGS, MAX_BYTES, MAX_ROWS
from catalog.views.pages import page_of

Status = TableImport.Status
DELIMITERS = ((",", "Comma"), (";", "Semicolon"), ("\t", "Tab"), ("|", "Bar |"))
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_DECISIONS = 20_000


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.BULK)
def import_list(request: StudioRequest) -> HttpResponse:
    """Take a table, and list those that came before."""
    error = ""
    if request.method == "POST":
        file = request.FILES.get("table")
        if file is None:
            error = "Choose a file first."
        else:
            try:
                data = file.read(MAX_BYTES + 1)
                run = running.receive_table(
                    access=request.access, name=file.name or "table", data=data
                )
                return _to(request, run)
            except StudioError as refusal:
                error = f"{refusal} {refusal.hint}".strip()
    found = TableImport.objects.visible_to(request.access).defer("data")
    context = {
        "page": page_of(request, found.select_related("created_by")),
        "error": error,
        "limits": f"CSV, TSV, XLSX, XLS or ODS, up to {spoken_size(MAX_BYTES)} and "
        f"{MAX_ROWS:,} rows.",
    }
    return render(request, "catalog/import_list.html", context, status=422 if error else 200)


@require_GET
@workspace_view(Permission.BULK)
def import_detail(request: StudioRequest, import_id: int) -> HttpResponse:
    """Show an import where it stands: at work, to be mapped, with its verdicts, or done."""
    run = _import(request, import_id)
    context = {"run": run, "may_apply": run.status == Status.CHECKED}
    if run.status in (Status.MAPPING, Status.FAILED) and run.found:
        context |= _mapping_context(run)
    if run.status in (Status.CHECKED, Status.WAITING, Status.APPLYING, Status.DONE):
        verdict = request.GET.get("verdict", "")
        tabs = verdict_tabs(run)
        rows = run.rows.all()
        if verdict == "notes":
            rows = rows.filter(has_notes=True)
        elif verdict in {tab.value for tab in tabs}:
            rows = rows.filter(verdict=verdict)
        page = page_of(request, rows)
        context |= {
            "tabs": tabs,
            "verdict": verdict,
            "page": page,
            "lines": row_lines(request.access, run, page.object_list),
            "bad": run.counts.get("problem", 0) + run.counts.get("doubt", 0),
            "good": run.counts.get("new", 0) + run.counts.get("change", 0),
            "noted": run.rows.filter(has_notes=True).count(),
            "request_open": run.requests.filter(status="open").first(),
        }
    if run.status == Status.CHECKED and request.GET.get("map"):
        context |= _mapping_context(run) | {"remap": True}
    part = "catalog/parts/import_body.html"
    return render(request, part if request.htmx else "catalog/import_detail.html", context)


@require_POST
@workspace_view(Permission.BULK)
def import_read(request: StudioRequest, import_id: int) -> HttpResponse:
    """Read the file again with the encoding, delimiter, sheet or headings the person says."""
    run = _import(request, import_id)
    chosen: dict[str, object] = {}
    if request.POST.get("encoding") in dict(ENCODINGS):
        chosen["encoding"] = request.POST["encoding"]
    if request.POST.get("delimiter") in dict(DELIMITERS):
        chosen["delimiter"] = request.POST["delimiter"]
    if request.POST.get("sheet"):
        chosen["sheet"] = request.POST["sheet"][:200]
    row = request.POST.get("heading_row", "")
    if row.isdigit() and 1 <= int(row) <= 1000:
        chosen["heading_row"] = int(row) - 1
    running.look_again(run, chosen)
    return _to(request, run)


@require_POST
@workspace_view(Permission.BULK)
def import_check(request: StudioRequest, import_id: int) -> HttpResponse:
    """Judge every row with the mapping on the page."""
    run = _import(request, import_id)
    columns = len(run.found.get("columns", ()))
    names = {*targets(), ID}
    mapping = [request.POST.get(f"column-{place}", "") for place in range(columns)]
    chosen: dict[str, object] = {
        "mapping": [name if name in names else "" for name in mapping],
        "date_first": _one_of(request, "date_first", ("", "day", "month")),
        "decimal": _one_of(request, "decimal", (".", ",")),
        "blank": _one_of(request, "blank", ("keep", "clear")),
        "unknown_terms": _one_of(request, "unknown_terms", ("refuse", "leave_out")),
        "new_tracks": request.POST.get("new_tracks") == "yes",
    }
    running.start_check(run, chosen)
    return _to(request, run)


@require_POST
@workspace_view(Permission.BULK)
def import_decide(request: StudioRequest, import_id: int) -> HttpResponse:
    """Keep what a person decided about doubtful rows, and judge the table again."""
    run = _import(request, import_id)
    decisions: dict[str, str] = dict(run.settings.get("decisions", {}))
    rest = request.POST.get("rest", "")
    if rest in ("new", "skip"):
        open_rows = run.rows.filter(verdict="doubt").values_list("number", flat=True)
        decisions.update(dict.fromkeys(map(str, open_rows), rest))
    for name in list(request.POST)[:MOST_DECISIONS]:
        number, value = name.removeprefix("row-"), request.POST.get(name, "")
        if name.startswith("row-") and number.isdigit() and _is_decision(run, number, value):
            decisions[number] = value
    running.start_check(run, {"decisions": decisions})
    return _to(request, run)


def _is_decision(run: TableImport, number: str, value: str) -> bool:
    if value in ("new", "skip"):
        return True
    row = run.rows.filter(number=int(number)).first()
    return row is not None and value in {f"track:{pk}" for pk, _ in row.candidates}


@require_POST
@workspace_view(Permission.BULK)
def import_apply(request: StudioRequest, import_id: int) -> HttpResponse:
    """Write what was checked, all rows or the good ones."""
    run = _import(request, import_id)
    mode = _one_of(request, "mode", ("all", "good"))
    try:
        if request.access.workspace.second_person:
            request_import(run, access=request.access, mode=mode)
        else:
            running.start_apply(run, mode=mode)
    except StudioError as refusal:
        messages.error(request, f"{refusal} {refusal.hint}".strip())
    return _to(request, run)


@require_POST
@workspace_view(Permission.BULK)
def import_cancel(request: StudioRequest, import_id: int) -> HttpResponse:
    """Stop an import; nothing of it is kept."""
    run = _import(request, import_id)
    if running.cancel(run):
        messages.info(request, f"Import of “{run.file_name}” cancelled. Nothing was written.")
    return redirect("catalog:import_list", request.access.workspace.slug)


@require_GET
@workspace_view(Permission.BULK)
def import_leftovers(request: StudioRequest, import_id: int, form: str) -> HttpResponse:
    """Give the rows that were not taken as a file, with the reasons."""
    run = _import(request, import_id)
    if form not in TableExport.Form.values or not run.found:
        raise Http404
    stem = run.file_name.rsplit(".", 1)[0][:80]
    return download(write_leftovers(run, form), f"{stem}-to-mend.{form}", form)


def download(data: bytes, name: str, form: str) -> HttpResponse:
    """Hand out a table as a file."""
    response = HttpResponse(data, content_type=CONTENT_TYPES[form])
    safe = "".join(c if c.isalnum() or c in "-_. " else "-" for c in name)
    ascii_name = safe.encode("ascii", "replace").decode().replace("?", "-")
    response["Content-Disposition"] = f'attachment; filename="{ascii_name}"'
    return response


def _mapping_context(run: TableImport) -> dict[str, object]:
    mapping = run.settings["mapping"]
    groups: dict[str, list[tuple[str, str]]] = {"Identity": [(ID, f"{ID_HEADING} (our own id)")]}
    for name, column in targets().items():
        groups.setdefault(column.group, []).append((name, column.label))
    return {
        "columns": [
            {**column, "place": place, "target": mapping[place]}
            for place, column in enumerate(run.found["columns"])
        ],
        "groups": list(groups.items()),
        "encodings": ENCODINGS,
        "delimiters": DELIMITERS,
        "mapped": sum(bool(name) for name in mapping),
        "has_twice": any(column["why"] == "twice" for column in run.found["columns"]),
    }


def _one_of(request: StudioRequest, name: str, allowed: tuple[str, ...]) -> str:
    value = request.POST.get(name, "")
    return value if value in allowed else allowed[0]


def _to(request: StudioRequest, run: TableImport) -> HttpResponse:
    return redirect("catalog:import_detail", request.access.workspace.slug, run.pk)


def _import(request: StudioRequest, import_id: int) -> TableImport:
    found = TableImport.objects.visible_to(request.access).filter(pk=import_id)
    run = found.defer("data").select_related("created_by", "change_set").first()
    if run is None:
        raise Http404
    return run
