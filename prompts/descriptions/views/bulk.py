"""Many texts at once: find them, draft, approve, find and replace, send out and take back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.access import Permission, StudioRequest, workspace_view
from catalog.domain.changes import Change
from catalog.domain.replacing import Wanted, plan_replacements
from catalog.errors import StudioError
from catalog.models import ChangeSet, Description, Release, Track, WordingRules
from catalog.services.changes import apply_changes
from catalog.services.descriptions import lengths
from catalog.services.remarks import workspace_agreement
from catalog.views.pages import done, page_of
from prompts.descriptions import exchange, selectors
from prompts.descriptions.approving import approve_many
from prompts.descriptions.drafting import draft_many

MOST_AT_ONCE = 1_000
PREVIEW_SHOWN = 200
LONGEST_TERM = 80
MOST_TERMS = 300


@require_GET
@workspace_view()
def text_list(request: StudioRequest) -> HttpResponse:
    """List texts by state, with what can be done for a selection."""
    return _list(request)


def _list(request: StudioRequest, **more: Any) -> HttpResponse:
    access = request.access
    rows = selectors.texts_for_list(access, request.GET)
    undescribed = Track.objects.visible_to(access).exclude(descriptions__text__gt="")
    context = {
        "page": page_of(request, rows),
        "filters": request.GET,
        "states": _state_tabs(request),
        "releases": Release.objects.visible_to(access).order_by("title")[:500],
        "lengths": lengths(),
        "languages": selectors.LANGUAGES,
        "undescribed": undescribed.count(),
        "agreement": workspace_agreement(access),
        "can_edit": access.can(Permission.EDIT_OWN),
        "can_approve": access.can(Permission.EDIT),
        "can_manage": access.can(Permission.MANAGE),
        **more,
    }
    return render(request, "descriptions/list.html", context)


def _state_tabs(request: StudioRequest) -> list[dict[str, Any]]:
    counts = selectors.counts_by_state(request.access)
    page = reverse("descriptions:list", args=[request.access.workspace.slug])
    here = request.GET.get("state", "")
    tabs = [
        {"label": "All", "url": page, "current": not here, "count": sum(counts.values())},
    ]
    for value, label in Description.State.choices:
        tabs.append(
            {
                "label": label,
                "url": f"{page}?state={value}",
                "current": here == value,
                "count": counts.get(value, 0),
            }
        )
    return tabs


@require_POST
@workspace_view(Permission.EDIT_OWN)
def bulk_act(request: StudioRequest) -> HttpResponse:
    """Approve ticked texts, or draft for tracks without one; what is left is listed."""
    action = request.POST.get("action", "")
    if action == "approve":
        if not request.access.can(Permission.EDIT):
            raise PermissionDenied("Editors and above approve texts.")
        rows = _ticked(request)
        result = approve_many(access=request.access, descriptions=rows)
        left = [(each.description.track, each.description, each.why) for each in result.left]
        sentence = f"{len(result.approved)} approved, {len(left)} left."
        return _report(request, sentence, result.change_set, left)
    if action == "draft":
        tracks = _tracks_to_draft(request)
        drafted = draft_many(
            access=request.access, tracks=tracks, slot=selectors.slot_from(request.POST), seed=1
        )
        of_tracks = [(track, None, why) for track, why in drafted.left]
        sentence = f"{drafted.written} drafted, {len(of_tracks)} left."
        return _report(request, sentence, drafted.change_set, of_tracks)
    raise Http404


def _ticked(request: StudioRequest) -> list[Description]:
    asked = [int(each) for each in request.POST.getlist("text") if each.isdecimal()]
    rows = Description.objects.editable_by(request.access).filter(pk__in=asked[:MOST_AT_ONCE])
    return list(rows.select_related("track"))


def _tracks_to_draft(request: StudioRequest) -> list[Track]:
    """Tracks named in the form; of a release; or those that have no text at all."""
    rows = Track.objects.editable_by(request.access)
    asked = [int(each) for each in request.POST.getlist("track") if each.isdecimal()]
    release = request.POST.get("release", "")
    if asked:
        rows = rows.filter(pk__in=asked)
    elif release.isdecimal():
        rows = rows.filter(release_id=int(release))
    else:
        rows = rows.exclude(descriptions__text__gt="")
    return list(rows.order_by("release_id", "track_number", "pk")[:MOST_AT_ONCE])


def _report(
    request: StudioRequest, sentence: str, change_set: ChangeSet | None, left: list[Any]
) -> HttpResponse:
    if not left:
        return done(request, sentence, change_set, "descriptions:list")
    context = {"sentence": sentence, "change_set": change_set, "left": left}
    return render(request, "descriptions/bulk_result.html", context)


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.EDIT)
def replace(request: StudioRequest) -> HttpResponse:
    """Find and replace over the texts one may change: look first, then apply what is ticked."""
    data = request.POST if request.method == "POST" else request.GET
    wanted = Wanted(
        data.get("find", "")[:200].replace("\x00", ""), data.get("put", "")[:500],
        match_case="match_case" in data, whole_words="whole_words" in data or "find" not in data,
    )  # fmt: skip
    context: dict[str, Any] = {"wanted": wanted, "shown": PREVIEW_SHOWN}
    if not wanted.find.strip():
        return render(request, "descriptions/replace.html", context)
    rows = {row.pk: row for row in _replaceable(request, wanted)}
    plan = plan_replacements(((pk, row.text) for pk, row in rows.items()), wanted)
    fits = [each for each in plan if len(each.after) <= rows[each.key].length]
    if request.method == "POST":
        ticked = {
            int(pk): version
            for pk, _, version in (each.partition(":") for each in request.POST.getlist("text"))
            if pk.isdecimal()
        }
        chosen = [
            Change("description", each.key, "text", each.before, each.after, str(rows[each.key]))
            for each in fits
            if ticked.get(each.key) == str(rows[each.key].row_version)
        ]
        reason = f"Replace “{wanted.find}” by “{wanted.put}” in {len(chosen)} texts"
        changed = apply_changes(
            chosen, access=request.access, reason=reason, source=ChangeSet.Source.BULK
        )
        stale = len(ticked) - len(chosen)
        more = f" {stale} had changed meanwhile and were left." if stale else ""
        return done(request, f"{len(chosen)} texts changed.{more}", changed, "descriptions:list")
    context |= {
        "plan": [(rows[each.key], each) for each in fits[:PREVIEW_SHOWN]],
        "count": len(fits),
        "places": sum(each.count for each in fits),
        "too_long": [rows[each.key] for each in plan if each not in fits],
    }
    return render(request, "descriptions/replace.html", context)


def _replaceable(request: StudioRequest, wanted: Wanted) -> list[Description]:
    rows = Description.objects.editable_by(request.access).filter(text__icontains=wanted.find)
    return list(rows.select_related("track").order_by("track__title", "pk")[:20_000])


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.BULK)
def translate(request: StudioRequest) -> HttpResponse:
    """Send texts out to translators, and take their file back."""
    context: dict[str, Any] = {
        "languages": selectors.LANGUAGES,
        "states": Description.State.choices,
    }
    if request.method == "GET":
        return render(request, "descriptions/translate.html", context)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise StudioError("Choose the file that came back.")
        if file.size and file.size > exchange.LARGEST_FILE:
            raise StudioError("The file is larger than 20 MB.", hint="Cut it in parts.")
        rows = exchange.read_file(file.read(), file.name or "the file")
        result = exchange.take_in(access=request.access, rows=rows)
    except StudioError as error:
        messages.error(request, f"{error} {error.hint}".strip())
        return render(request, "descriptions/translate.html", context, status=422)
    context["result"] = result
    return render(request, "descriptions/translate.html", context)


@require_GET
@workspace_view(Permission.BULK)
def export(request: StudioRequest) -> HttpResponse:
    """Download texts with room for their translation, as CSV or XLIFF."""
    language = request.GET.get("to", "de").strip().lower()[:35]
    if not language.replace("-", "").isalnum():
        raise Http404
    rows = selectors.texts_for_list(request.access, request.GET).exclude(text="")
    rows = rows.prefetch_related("track__credits__artist")
    found = exchange.rows_for(rows[: exchange.MOST_ROWS], language)
    if request.GET.get("format") == "xliff":
        response = HttpResponse(
            exchange.as_xliff(found, language), content_type="application/xliff+xml; charset=utf-8"
        )
        name = f"descriptions-{language}.xlf"
    else:
        response = HttpResponse(exchange.as_csv(found), content_type="text/csv; charset=utf-8")
        name = f"descriptions-{language}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.MANAGE)
def wording(request: StudioRequest) -> HttpResponse:
    """Say which words the workspace does not want to read in its texts."""
    row = WordingRules.objects.visible_to(request.access).first()
    if request.method == "POST":
        lines = request.POST.get("terms", "").replace("\x00", "").splitlines()
        terms = list(dict.fromkeys(line.strip()[:LONGEST_TERM] for line in lines if line.strip()))
        WordingRules.objects.update_or_create(
            workspace=request.access.workspace, defaults={"banned_terms": terms[:MOST_TERMS]}
        )
        messages.success(request, f"{len(terms[:MOST_TERMS])} banned terms kept.")
        return redirect("descriptions:wording", request.access.workspace.slug)
    written = "\n".join(row.banned_terms) if row else ""
    return render(request, "descriptions/wording.html", {"terms": written})
