"""What simulations run on: lists of real prompts, markets, and the files they come in."""

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from analytics.domain.prompt_space import OWN_SPACE, OWN_SPACE_NAME
from analytics.forms import MaterialForm, TakeInForm
from analytics.material_files import MaterialRefused
from analytics.models import Market, PromptList, SimulationFile
from analytics.prompt_lists import MOST_LISTED, entries_of
from analytics.prompt_spaces import known_spaces
from analytics.services import simulation_files
from analytics.services.markets import MarketRefused, delete_market
from catalog.access import Permission, StudioRequest, workspace_view
from catalog.errors import StudioError
from catalog.views.pages import page_of

NEWEST_FILES = 10
PROMPTS_SHOWN = 30


@require_GET
@workspace_view()
def materials(request: StudioRequest) -> HttpResponse:
    """List prompts and markets, and let a manager bring more."""
    return render(request, "analytics/materials.html", _context(request))


def _context(request: StudioRequest, form: MaterialForm | None = None) -> dict[str, object]:
    access = request.access
    return {
        "lists": _lists(request),
        "markets": Market.objects.visible_to(access)
        .annotate(run_count=Count("runs"))
        .order_by("kind", "-pk")[:50],
        "files": SimulationFile.objects.visible_to(access)
        .filter(status__in=simulation_files.OPEN_STATES)
        .defer("result", "remarks", "findings")[:NEWEST_FILES],
        "can_import": access.can(Permission.BULK),
        "form": form,
        "most_listed": MOST_LISTED,
    }


def _lists(request: StudioRequest) -> QuerySet[PromptList]:
    return PromptList.objects.visible_to(request.access).defer("content")


@require_POST
@workspace_view(Permission.BULK)
def material_receive(request: StudioRequest) -> HttpResponse:
    """Take a file in and show what it says."""
    form = MaterialForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            found = simulation_files.receive_file(
                workspace=request.access.workspace,
                by=request.access.user,
                kind=form.cleaned_data["kind"],
                upload=form.cleaned_data["file"],
            )
        except MaterialRefused as refused:
            form.add_error("file", f"{refused} {refused.hint}".strip())
        else:
            return redirect("analytics:material_file", request.access.workspace.slug, found.pk)
    return render(request, "analytics/materials.html", _context(request, form), status=422)


@require_POST
@workspace_view(Permission.BULK)
def material_collect(request: StudioRequest) -> HttpResponse:
    """Make a list of the prompts asked here, or of those of the packs, and show what it says."""
    collect = (
        simulation_files.list_pack_prompts
        if request.POST.get("source") == "packs"
        else simulation_files.list_asked_prompts
    )
    try:
        found = collect(access=request.access)
    except MaterialRefused as refused:
        messages.error(request, f"{refused} {refused.hint}".strip())
        return redirect("analytics:materials", request.access.workspace.slug)
    return redirect("analytics:material_file", request.access.workspace.slug, found.pk)


def _file(request: StudioRequest, file_id: int) -> SimulationFile:
    found = (
        SimulationFile.objects.visible_to(request.access).defer("result").filter(pk=file_id).first()
    )
    if found is None:
        raise Http404
    return found


@require_GET
@workspace_view(Permission.BULK)
def material_file(request: StudioRequest, file_id: int) -> HttpResponse:
    """Show what a file says row by row, before it is taken in."""
    return _show_file(request, _file(request, file_id))


def _show_file(
    request: StudioRequest, found: SimulationFile, form: TakeInForm | None = None
) -> HttpResponse:
    name = found.file_name.rpartition(".")[0] or found.file_name
    context = {
        "file": found,
        "page": page_of(request, found.remarks),
        "form": form or TakeInForm(initial={"name": name[:120]}),
        "spaces": _spaces(found.findings.get("spaces", {}))[:20],
        "names": known_spaces() | {OWN_SPACE: OWN_SPACE_NAME},
    }
    return render(
        request, "analytics/material_file.html", context, status=422 if form is not None else 200
    )


@require_GET
@workspace_view(Permission.BULK)
def material_file_status(request: StudioRequest, file_id: int) -> HttpResponse:
    """Show how far a file is (a fragment that asks again until it is done)."""
    found = _file(request, file_id)
    response = render(request, "analytics/parts/material_progress.html", {"file": found})
    if not found.is_busy and request.htmx:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@workspace_view(Permission.BULK)
def material_take(request: StudioRequest, file_id: int) -> HttpResponse:
    """Take in what a file says."""
    found = _file(request, file_id)
    form = TakeInForm(request.POST)
    if not form.is_valid():
        return _show_file(request, found, form)
    try:
        made = simulation_files.take_in(
            found=found, by=request.access.user, name=form.cleaned_data["name"]
        )
    except StudioError as refused:
        form.add_error(None, f"{refused} {refused.hint}".strip())
        return _show_file(request, found, form)
    messages.success(request, f"{made.name} is here. The next simulation can use it.")
    to = "analytics:market" if isinstance(made, Market) else "analytics:prompt_list"
    return redirect(to, request.access.workspace.slug, made.pk)


@require_POST
@workspace_view(Permission.BULK)
def material_drop(request: StudioRequest, file_id: int) -> HttpResponse:
    """Stop reading a file, or drop it."""
    if simulation_files.drop_file(found=_file(request, file_id)):
        messages.success(request, "Dropped. Nothing of it was used.")
    return redirect("analytics:materials", request.access.workspace.slug)


def _spaces(counts: dict[str, list[int]]) -> list[tuple[str, str, int, int]]:
    """Slug, name, prompts and times asked of each space, the most asked first."""
    names = known_spaces()
    rows = [
        (slug, OWN_SPACE_NAME if slug == OWN_SPACE else names.get(slug, slug), prompts, asked)
        for slug, (prompts, asked) in counts.items()
    ]
    return sorted(rows, key=lambda row: (-row[3], row[1]))


@require_GET
@workspace_view()
def prompt_list(request: StudioRequest, list_id: int) -> HttpResponse:
    """Show a list: its most asked prompts and the spaces they belong to."""
    found = _lists(request).select_related("created_by").filter(pk=list_id).first()
    if found is None:
        raise Http404
    names = known_spaces() | {OWN_SPACE: OWN_SPACE_NAME}
    context = {
        "list": found,
        "spaces": page_of(request, _spaces(found.space_counts)),
        "own": found.space_counts.get(OWN_SPACE, [0, 0]),
        "own_slug": OWN_SPACE,
        "prompts": [
            (text, asked, names.get(slug, slug))
            for text, asked, slug in entries_of(found.pk)[:PROMPTS_SHOWN]
        ],
        "can_import": request.access.can(Permission.BULK),
        "most_listed": MOST_LISTED,
    }
    return render(request, "analytics/prompt_list.html", context)


@require_POST
@workspace_view(Permission.BULK)
def prompt_list_delete(request: StudioRequest, list_id: int) -> HttpResponse:
    """Delete a list that no simulation asked."""
    found = _lists(request).filter(pk=list_id).first()
    if found is None:
        raise Http404
    try:
        simulation_files.delete_list(prompt_list=found)
    except MaterialRefused as refused:
        messages.error(request, f"{refused} {refused.hint}".strip())
        return redirect("analytics:prompt_list", request.access.workspace.slug, list_id)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("analytics:materials", request.access.workspace.slug)


@require_GET
@workspace_view()
def market(request: StudioRequest, market_id: int) -> HttpResponse:
    """Show a market: where it comes from, what of it was understood, which runs used it."""
    found = (
        Market.objects.visible_to(request.access)
        .select_related("created_by")
        .annotate(run_count=Count("runs"))
        .filter(pk=market_id)
        .first()
    )
    if found is None:
        raise Http404
    context = {
        "market": found,
        "findings": found.findings,
        "can_import": request.access.can(Permission.BULK),
    }
    return render(request, "analytics/market.html", context)


@require_POST
@workspace_view(Permission.BULK)
def market_delete(request: StudioRequest, market_id: int) -> HttpResponse:
    """Delete an imported market that no simulation used."""
    found = Market.objects.visible_to(request.access).filter(pk=market_id).first()
    if found is None:
        raise Http404
    try:
        delete_market(market=found)
    except MarketRefused as refused:
        messages.error(request, f"{refused} {refused.hint}".strip())
        return redirect("analytics:market", request.access.workspace.slug, market_id)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("analytics:materials", request.access.workspace.slug)
