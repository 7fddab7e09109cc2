"""Writing one text: checked as one types, drafted, saved without losing anybody's words."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.access import Permission, StudioRequest, workspace_view
from catalog.domain.plain_text import without_markup
from catalog.errors import StudioError
from catalog.models import Assertion, Description, Track
from catalog.services import remarks as remark_services
from catalog.services.changes import EditConflict
from catalog.services.descriptions import Saved, Slot, save_text
from prompts.descriptions import selectors
from prompts.descriptions.checking import check_text
from prompts.descriptions.drafting import drafts_for
from prompts.domain.lint import apply_fix

LONGEST_POSTED = 100_000


@require_http_methods(["GET", "POST"])
@workspace_view()
def edit(request: StudioRequest, track_id: int) -> HttpResponse:
    """Write a text; on a phone and without JavaScript too. A lost race shows both texts."""
    track = found_track(request, track_id)
    slot = selectors.slot_from(request.POST if request.method == "POST" else request.GET)
    if request.method == "GET":
        return _page(request, track, slot)
    if not can_edit(request, track):
        raise Http404
    text = request.POST.get("text", "")[:LONGEST_POSTED]
    if "markup" in request.POST:
        text = without_markup(text)
    try:
        saved = save_text(
            access=request.access, track=track, slot=slot, text=text,
            row_version=_version(request), picks=_picks(request, slot),
        )  # fmt: skip
    except EditConflict as conflict:
        return _page(request, track, slot, text=text, conflict=conflict, status=409)
    except StudioError as error:
        return _page(request, track, slot, text=text, refusal=error, status=422)
    _say(request, saved)
    return redirect(edit_url(request, track, slot))


def _say(request: StudioRequest, saved: Saved) -> None:
    for note in saved.notes:
        messages.warning(request, f"Pasted text was cleaned: {note}")
    if saved.change_set is None:
        messages.info(request, "Nothing was different, so nothing was saved.")
        return
    undo = reverse(
        "catalog:change_set_undo", args=[request.access.workspace.slug, saved.change_set.pk]
    )
    sentence = (
        "Saved. Somebody else had changed other words meanwhile; both changes are in the text."
        if saved.merged
        else "Text saved."
    )
    messages.success(request, sentence, extra_tags=f"undo:{undo}")


def _page(
    request: StudioRequest,
    track: Track,
    slot: Slot,
    *,
    text: str | None = None,
    conflict: EditConflict | None = None,
    refusal: StudioError | None = None,
    status: int = 200,
) -> HttpResponse:
    row = slot.of(track)
    shown = text if text is not None else (row.text if row else "")
    context = editor_context(request, track, slot, row) | {
        "text": shown,
        "checked": check_text(shown, access=request.access, track=track, language=slot.language),
        "row_version": conflict.row_version if conflict else (row.row_version if row else 0),
        "theirs": _theirs(conflict, row),
        "refusal": refusal,
        "is_pitch": slot.purpose == Description.Purpose.PITCH,
        "pick_groups": _pick_groups(track, slot, row),
        "tabs": selectors.slot_tabs(request.access, track, slot),
        "languages": selectors.languages_of(request.access, track, slot.language),
    }
    return render(request, "descriptions/edit.html", context, status=status)


def _theirs(conflict: EditConflict | None, row: Description | None) -> str:
    return row.text if conflict is not None and row is not None else ""


def editor_context(
    request: StudioRequest, track: Track, slot: Slot, row: Description | None
) -> dict[str, Any]:
    """What the parts of the editor take."""
    access = request.access
    return {
        "track": track,
        "slot": slot,
        "slot_query": selectors.slot_query(slot),
        "description": row,
        "can_edit": can_edit(request, track),
        "can_approve": access.can(Permission.EDIT),
        "player": selectors.player_of(access, track),
        "remarks": selectors.remarks_on(access, row) if row else [],
        "opinions": remark_services.opinions_on(access, row) if row else None,
        "people": selectors.members_of(access) if row else [],
        "version_count": len(selectors.versions_of(access, row)) if row else 0,
    }


@require_POST
@workspace_view()
def check(request: StudioRequest, track_id: int) -> HttpResponse:
    """Check the text as it is typed (a fragment)."""
    track = found_track(request, track_id)
    slot = selectors.slot_from(request.POST)
    text = request.POST.get("text", "")[:LONGEST_POSTED]
    fix = request.POST.get("fix", "")
    checked = check_text(text, access=request.access, track=track, language=slot.language)
    fixed = ""
    if fix.isdigit() and int(fix) < len(checked.remarks):
        fixed = apply_fix(checked.text, checked.remarks[int(fix)])
        checked = check_text(fixed, access=request.access, track=track, language=slot.language)
    context = {"track": track, "slot": slot, "checked": checked, "fixed": fixed}
    return render(request, "descriptions/parts/checks.html", context)


@require_GET
@workspace_view()
def drafts(request: StudioRequest, track_id: int) -> HttpResponse:
    """Propose drafts from accepted facts (a fragment)."""
    track = found_track(request, track_id)
    slot = selectors.slot_from(request.GET)
    asked = request.GET.get("seed", "")
    seed = int(asked) % 1_000_000 if asked.isdigit() else track.pk
    found = drafts_for(access=request.access, track=track, slot=slot, seed=seed)
    context = {
        "track": track,
        "slot": slot,
        "slot_query": selectors.slot_query(slot),
        "drafts": found,
        "next_seed": seed + 1,
        "is_english": slot.language.split("-")[0] == "en",
    }
    return render(request, "descriptions/parts/drafts.html", context)


def found_track(request: StudioRequest, track_id: int) -> Track:
    """The track, if it is there for the person."""
    track = selectors.track_of(request.access, track_id)
    if track is None:
        raise Http404
    return track


def can_edit(request: StudioRequest, track: Track) -> bool:
    """Whether the person may change the texts of the track."""
    return Track.objects.editable_by(request.access).filter(pk=track.pk).exists()


def edit_url(request: StudioRequest, track: Track, slot: Slot) -> str:
    """The address of the editor of one text."""
    page = reverse("descriptions:edit", args=[request.access.workspace.slug, track.pk])
    return f"{page}?{selectors.slot_query(slot)}"


def _version(request: StudioRequest) -> int:
    asked = request.POST.get("row_version", "")
    return int(asked[:9]) if asked.isdigit() else 0


def _picks(request: StudioRequest, slot: Slot) -> dict[str, list[str]] | None:
    if slot.purpose != Description.Purpose.PITCH:
        return None
    picks = {}
    for facet, most in settings.PITCH_LIMITS.items():
        chosen = list(dict.fromkeys(request.POST.getlist(f"pick-{facet}")))
        if len(chosen) > most:
            raise StudioError(
                f"A pitch takes {most} {facet}s at most; {len(chosen)} are ticked.",
                hint="Take some off.",
            )
        picks[facet] = chosen
    return picks


def _pick_groups(track: Track, slot: Slot, row: Description | None) -> list[dict[str, Any]]:
    """The accepted terms a pitch may name, and how many of each kind it takes."""
    if slot.purpose != Description.Purpose.PITCH:
        return []
    rows = Assertion.objects.filter(track=track, term__facet__in=settings.PITCH_LIMITS)
    chosen = row.picks if row else {}
    groups = []
    for facet, most in settings.PITCH_LIMITS.items():
        terms = [each.term for each in rows.select_related("term") if each.term.facet == facet]
        picked = chosen.get(facet, [term.slug for term in terms[:most]] if row is None else [])
        groups.append({"facet": facet, "most": most, "terms": terms, "picked": picked})
    return groups
