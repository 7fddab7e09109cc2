"""Real events: files and their verdicts, what was counted, and what it taught about listeners."""

import csv
import io
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from analytics import observed, selectors
from analytics.domain.fitting import Bin
from analytics.domain.reliability import reliability_chart
from analytics.forms import EventFileForm
from analytics.models import EventImport, ListenerFit
from analytics.reference import choice_model
from analytics.services import event_imports
from analytics.services.event_rows import EventsRefused
from analytics.services.fitting import FEWEST_IMPRESSIONS, believed, usable_impressions
from catalog.access import Access, Permission, StudioRequest, workspace_view
from catalog.views.pages import page_of

NEWEST_FILES = 10


@require_GET
@workspace_view()
def observed_report(request: StudioRequest) -> HttpResponse:
    """Show what listeners really did, by prompt space, and the files it came from."""
    return render(request, "analytics/observed.html", _context(request, EventFileForm()))


def _context(request: StudioRequest, form: EventFileForm) -> dict[str, object]:
    report = observed.report(request.access)
    contrary = ", ".join(report.contrary) if report else ""
    return {
        "report": report,
        "contrary_text": (
            f"{contrary}. Rates of these days are held at 100 %. Events that come late settle it; "
            "if not, look at what the source sends."
        ),
        "zone": timezone.get_current_timezone_name(),
        "files": _files(request.access)[:NEWEST_FILES],
        "form": form,
        "can_import": request.access.can(Permission.BULK),
    }


def _files(access: Access) -> "list[EventImport]":
    return list(EventImport.objects.visible_to(access).select_related("created_by"))


@require_POST
@workspace_view(Permission.BULK)
def event_file_receive(request: StudioRequest) -> HttpResponse:
    """Take a file in and show its verdicts."""
    form = EventFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            found = event_imports.receive_file(
                access=request.access, upload=form.cleaned_data["file"]
            )
        except EventsRefused as refused:
            form.add_error("file", f"{refused} {refused.hint}".strip())
        else:
            return redirect("analytics:event_file", request.access.workspace.slug, found.pk)
    return render(request, "analytics/observed.html", _context(request, form), status=422)


@require_GET
@workspace_view(Permission.BULK)
def event_file(request: StudioRequest, file_id: int) -> HttpResponse:
    """Show what a file says row by row, before and after it is counted."""
    found = _file(request, file_id)
    findings = found.findings
    context = {
        "file": found,
        "page": page_of(request, found.problems),
        "first_day": _day(findings.get("first_day")),
        "last_day": _day(findings.get("last_day")),
        "here_already_text": (
            f"{findings.get('here_already', 0):,} counts of the same sources and days. A row of "
            "the same day, track, space, prompt, place and source takes the place of what is there."
        ),
    }
    return render(request, "analytics/event_file.html", context)


@require_GET
@workspace_view(Permission.BULK)
def event_file_status(request: StudioRequest, file_id: int) -> HttpResponse:
    """Show how far a file is (a fragment that asks again until it is done)."""
    found = _file(request, file_id)
    response = render(request, "analytics/parts/event_file_progress.html", {"file": found})
    if not found.is_busy and request.htmx:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@workspace_view(Permission.BULK)
def event_file_count(request: StudioRequest, file_id: int) -> HttpResponse:
    """Count the good rows of a checked file."""
    event_imports.count_file(found=_file(request, file_id))
    return redirect("analytics:event_file", request.access.workspace.slug, file_id)


@require_POST
@workspace_view(Permission.BULK)
def event_file_cancel(request: StudioRequest, file_id: int) -> HttpResponse:
    """Stop checking or counting a file."""
    if event_imports.cancel_file(found=_file(request, file_id)):
        messages.success(request, "Stopped. Rows that were counted until then stay counted.")
    return redirect("analytics:event_file", request.access.workspace.slug, file_id)


@require_POST
@workspace_view(Permission.BULK)
def event_file_forget(request: StudioRequest, file_id: int) -> HttpResponse:
    """Take back what came with a file."""
    found = _file(request, file_id)
    name = found.file_name
    gone = event_imports.forget_file(found=found)
    messages.success(request, f"{name} is gone, with {gone:,} counted rows.")
    return redirect("analytics:observed", request.access.workspace.slug)


@require_GET
@workspace_view()
def event_template(request: StudioRequest) -> HttpResponse:
    """Download an empty file with the headings we read."""
    room = io.StringIO()
    csv.writer(room).writerows(event_imports.template_rows())
    response = HttpResponse(room.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="observed-events.csv"'
    return response


@require_GET
@workspace_view()
def listener(request: StudioRequest) -> HttpResponse:
    """Show what is assumed about listeners, what events taught, and how well it foretells."""
    newest = ListenerFit.objects.visible_to(request.access).first()
    assumed = choice_model()
    learnt = {p.name: p for p in believed(newest).parameters} if newest else {}
    context: dict[str, object] = {
        "fit": newest,
        "fewest": FEWEST_IMPRESSIONS,
        "usable": 0 if newest else usable_impressions(request.access.workspace),
        "rows": [
            (
                parameter,
                learnt[parameter.name] if newest and parameter.name in newest.parameters else None,
            )
            for parameter in assumed.parameters
        ],
        "run": selectors.latest_run(request.access),
    }
    if newest:
        context["chart"] = reliability_chart(
            [Bin(**one) for one in newest.before["bins"]],
            [Bin(**one) for one in newest.after["bins"]],
        )
    return render(request, "analytics/listener.html", context)


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _file(request: StudioRequest, file_id: int) -> EventImport:
    found = EventImport.objects.visible_to(request.access).filter(pk=file_id).first()
    if found is None:
        raise Http404
    return found
