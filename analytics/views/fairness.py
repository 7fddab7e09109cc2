"""The fairness ledger: figures, groups, the boost slider, and the week by week watch."""

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from analytics import downloads, reports, selectors
from analytics import fairness as pages
from analytics.forms import WatchForm
from analytics.models import FairnessLedger, FairnessWatch
from analytics.services.fairness import WatchRefused, drop_watch, set_watch
from catalog.access import Access, Permission, StudioRequest, workspace_view


@require_GET
@workspace_view()
def fairness(request: StudioRequest) -> HttpResponse:
    """Show who gets the places in the lists, and what fairer lists would cost."""
    return render(request, "analytics/fairness.html", _context(request))


def _context(request: StudioRequest, form: WatchForm | None = None) -> dict[str, object]:
    access = request.access
    run = selectors.latest_run(access)
    ledger = ledger_of_newest(access)
    watch = FairnessWatch.objects.visible_to(access).select_related("set_by").first()
    context: dict[str, object] = {
        "run": run,
        "ledger": ledger,
        "watch": watch,
        "can_watch": access.can(Permission.BULK),
        "can_start": access.can(Permission.EDIT_OWN),
        "form": form or WatchForm(initial=_initial(watch)),
    }
    if run is None:
        return context
    context |= {"honesty": reports.honesty(run), "is_stale": reports.is_stale(run, access)}
    if ledger is not None:
        context |= {
            "figures": pages.figures(ledger),
            "groupings": pages.groupings(ledger),
            "trade": pages.trade(
                ledger, target=request.GET.get("for", ""), step=_number(request.GET.get("boost"))
            ),
            "targets": pages.TARGETS,
            "trend": pages.trend(access, run, watch),
            "is_crossed": pages.is_crossed(ledger, watch),
            "side": pages.side(watch.measure) if watch else "",
        }
    return context


def ledger_of_newest(access: Access) -> FairnessLedger | None:
    """The ledger of the newest finished run; None where it was made before ledgers were kept."""
    run = selectors.latest_run(access)
    if run is None:
        return None
    return FairnessLedger.objects.visible_to(access).filter(run=run).first()


def _initial(watch: FairnessWatch | None) -> dict[str, object]:
    if watch is None:
        return {}
    return {"measure": watch.measure, "line": watch.line, "is_weekly": watch.is_weekly}


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 4 else 2


@require_GET
@workspace_view()
def fairness_json(request: StudioRequest) -> HttpResponse:
    """Download the ledger of the newest run."""
    run = selectors.latest_run(request.access)
    ledger = ledger_of_newest(request.access)
    if run is None or ledger is None:
        raise Http404
    response = JsonResponse({**downloads.run_as_json(run), **pages.as_json(ledger)})
    response["Content-Disposition"] = 'attachment; filename="fairness.json"'
    return response


@require_POST
@workspace_view(Permission.BULK)
def fairness_watch(request: StudioRequest) -> HttpResponse:
    """Watch a figure against a line."""
    form = WatchForm(request.POST)
    if form.is_valid():
        try:
            set_watch(
                workspace=request.access.workspace, by=request.access.user, **form.cleaned_data
            )
        except WatchRefused as refused:
            form.add_error("line", str(refused))
        else:
            messages.success(request, "The line is set.")
            return redirect("analytics:fairness", request.access.workspace.slug)
    return render(request, "analytics/fairness.html", _context(request, form), status=422)


@require_POST
@workspace_view(Permission.BULK)
def fairness_unwatch(request: StudioRequest) -> HttpResponse:
    """Stop watching."""
    if drop_watch(workspace=request.access.workspace):
        messages.success(request, "Nothing is watched any more.")
    return redirect("analytics:fairness", request.access.workspace.slug)
