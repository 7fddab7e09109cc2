"""Money by prompt space, and the rates it rests on with their history."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from analytics import money, reports, selectors
from analytics.forms import MoneyRateForm
from analytics.models import MoneyRate
from analytics.services.money import restore_rates, set_rates
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.models import Track
from catalog.views.pages import page_of

HISTORY_SHOWN = 20


@require_GET
@workspace_view()
def money_report(request: StudioRequest) -> HttpResponse:
    """Show what saves and streams are worth by prompt space; `?track=` asks for one track."""
    return _page(request)


def _page(request: StudioRequest, form: MoneyRateForm | None = None) -> HttpResponse:
    rate = money.rate_in_force(request.access)
    track = _track(request)
    run = selectors.latest_run(request.access)
    found = (
        money.report(request.access, rate, run=run, track=track) if rate and rate.is_set else None
    )
    history = MoneyRate.objects.visible_to(request.access).select_related("set_by")
    context = {
        "rate": rate if rate and rate.is_set else None,
        "report": found,
        "page": page_of(request, found.lines if found else ()),
        "track": track,
        "run": run,
        "honesty": reports.honesty(run) if run else "",
        "form": form or MoneyRateForm(initial=_initial(rate)),
        "history": history[:HISTORY_SHOWN],
        "can_set": request.access.can(Permission.MANAGE),
    }
    return render(request, "analytics/money.html", context, status=422 if form else 200)


def _initial(rate: MoneyRate | None) -> dict[str, object]:
    if rate is None:
        return {}
    return {
        "currency": rate.currency,
        "per_save": rate.per_save.normalize() if rate.per_save else None,
        "per_stream": rate.per_stream.normalize() if rate.per_stream else None,
        "origin": rate.origin,
    }


def _track(request: StudioRequest) -> Track | None:
    asked = request.GET.get("track", "")
    if not asked:
        return None
    track = selectors.track(request.access, int(asked)) if asked.isdecimal() else None
    if track is None:
        raise Http404
    return track


@require_POST
@workspace_view(Permission.MANAGE)
def money_rates(request: StudioRequest) -> HttpResponse:
    """Put new rates in force."""
    form = MoneyRateForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    set_rates(access=request.access, **form.cleaned_data)
    messages.success(request, "The rates are in force. Earlier ones are in the history below.")
    return redirect("analytics:money", request.access.workspace.slug)


@require_POST
@workspace_view(Permission.MANAGE)
def money_restore(request: StudioRequest, rate_id: int) -> HttpResponse:
    """Put earlier rates back in force."""
    rate = MoneyRate.objects.visible_to(request.access).filter(pk=rate_id).first()
    if rate is None:
        raise Http404
    restore_rates(access=request.access, rate=rate)
    messages.success(request, "The earlier rates are in force again.")
    return redirect("analytics:money", request.access.workspace.slug)
