"""The review room: one text after another, by keyboard, without loading a page in between."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from catalog.access import Permission, StudioRequest, workspace_view
from catalog.errors import StudioError
from catalog.models import ChangeSet, Description, Release, Remark, Track
from catalog.services import remarks as remark_services
from catalog.services.changes import EditConflict, undo_change_set
from catalog.services.descriptions import Slot, save_text
from prompts.descriptions import selectors
from prompts.descriptions.approving import approve
from prompts.descriptions.checking import check_text
from prompts.descriptions.drafting import drafts_for
from prompts.descriptions.views.editor import LONGEST_POSTED, can_edit

MOST_TRACKS = 300
State = Description.State


@dataclass(frozen=True)
class Place:
    """Where a person is in the room: the tracks in order, the one in front, what is left."""

    tracks: tuple[Track, ...]
    texts: dict[int, Description]
    at: int
    release: Release | None
    slot: Slot

    @property
    def track(self) -> Track:
        """The track in front."""
        return self.tracks[self.at]

    @property
    def text(self) -> Description | None:
        """Its text, if somebody began one."""
        return self.texts.get(self.track.pk)

    @property
    def left(self) -> int:
        """Texts that are not approved yet."""
        approved = [row for row in self.texts.values() if row.state == State.APPROVED]
        return len(self.tracks) - len(approved)

    @property
    def before(self) -> Track | None:
        """The track before."""
        return self.tracks[self.at - 1] if self.at else None

    @property
    def after(self) -> Track | None:
        """The track after."""
        return self.tracks[self.at + 1] if self.at + 1 < len(self.tracks) else None

    @property
    def next_open(self) -> Track | None:
        """The next track whose text is not approved, from here on and around."""
        order = (*self.tracks[self.at + 1 :], *self.tracks[: self.at])
        for track in order:
            row = self.texts.get(track.pk)
            if row is None or row.state != State.APPROVED:
                return track
        return None


@require_GET
@vary_on_headers("HX-Request")
@workspace_view()
def room(request: StudioRequest) -> HttpResponse:
    """Show the text the person was at, or the one asked for."""
    place = _place(request, request.GET)
    if place is None:
        releases = Release.objects.visible_to(request.access).order_by("title")[:200]
        return render(request, "descriptions/room.html", {"releases": releases})
    return _show(request, place)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def room_act(request: StudioRequest) -> HttpResponse:
    """Take a draft, save, approve, take an edit, or undo; answers with the room as it is then."""
    place = _place(request, request.POST)
    if place is None or not can_edit(request, place.track):
        raise Http404
    try:
        sentence, onwards = _act(request, place)
    except EditConflict as conflict:
        return _show(
            request, _again(request, place), text=request.POST.get("text", ""),
            says=f"{conflict} Your words are still in the field.", kind="error", is_editing=True,
        )  # fmt: skip
    except StudioError as error:
        is_save = request.POST.get("action") == "save"
        return _show(
            request, _again(request, place), says=f"{error} {error.hint}".strip(), kind="error",
            text=request.POST.get("text", "") if is_save else None, is_editing=is_save,
        )  # fmt: skip
    if not request.htmx:
        return redirect(_url(request, onwards or place.track, place))
    return _show(request, _again(request, place, onwards), says=sentence)


def _act(request: StudioRequest, place: Place) -> tuple[str, Track | None]:
    """Do it; returns what to say, and the track to go on with where that is another."""
    access, row, action = request.access, place.text, request.POST.get("action", "")
    version = request.POST.get("row_version", "")
    if action in ("save", "take"):
        text = request.POST.get("text", "")[:LONGEST_POSTED]
        saved = save_text(
            access=access, track=place.track, slot=place.slot, text=text,
            row_version=int(version[:9]) if version.isdigit() else 0,
        )  # fmt: skip
        _remember_undo(request, saved.change_set)
        return ("Draft taken." if action == "take" else "Saved."), None
    if action == "undo":
        return _undo(request, place)
    if row is None:
        raise StudioError("There is no text yet.", hint="Take a draft with 1, 2 or 3.")
    if action == "approve":
        if not access.can(Permission.EDIT):
            raise PermissionDenied("Editors and above approve texts.")
        done = approve(
            access=access, description=row, reason=request.POST.get("reason", ""),
            row_version=int(version[:9]) if version.isdigit() else None,
        )  # fmt: skip
        _remember_undo(request, done)
        onwards = place.next_open
        left = max(0, place.left - 1) if row.state != State.APPROVED else place.left
        return (f"Approved. {left} left." if left else "Approved. Nothing is left."), onwards
    if action == "accept-edit":
        asked = request.POST.get("remark", "")
        remark = Remark.objects.visible_to(access).filter(
            description=row, pk=int(asked[:15]) if asked.isdigit() else 0
        ).first()  # fmt: skip
        if remark is None:
            raise StudioError("That edit is gone.")
        _remember_undo(
            request, remark_services.accept_edit(access=access, remark=remark).change_set
        )
        return "The edit is in the text.", None
    raise Http404


def _undo(request: StudioRequest, place: Place) -> tuple[str, Track | None]:
    kept = request.session.get(_name(request, "undo"), [])
    if not kept:
        raise StudioError("There is nothing to undo in this room.")
    change_set_id, track_id = kept[-1]
    request.session[_name(request, "undo")] = kept[:-1]
    found = ChangeSet.objects.visible_to(request.access).filter(pk=change_set_id).first()
    if found is None:
        raise StudioError("That change is gone.")
    undone = undo_change_set(found, access=request.access)
    if undone.change_set is None:
        raise StudioError("Somebody has changed this since, so it was left as it is.")
    back = next((track for track in place.tracks if track.pk == track_id), None)
    return f"Undone: {found.reason}.", back


def _remember_undo(request: StudioRequest, done: ChangeSet | None) -> None:
    if done is None:
        return
    track_id = request.POST.get("at", "")
    kept = request.session.get(_name(request, "undo"), [])
    entry = [done.pk, int(track_id) if track_id.isdigit() else 0]
    request.session[_name(request, "undo")] = [*kept, entry][-50:]


def _place(request: StudioRequest, data: Any, track_id: int = 0) -> Place | None:
    """Find the tracks of the room and the one to show: asked for, remembered, or the first open."""
    access = request.access
    slot = selectors.slot_from(data)
    asked = data.get("release", "")
    release = None
    tracks = selectors.catalog_selectors.tracks_for_list(access)
    if asked.isdigit():
        release = Release.objects.visible_to(access).filter(pk=int(asked[:15])).first()
        tracks = tracks.filter(release=release) if release else tracks.none()
    else:
        waiting = Description.objects.visible_to(access).filter(
            language=slot.language, length=slot.length, purpose=slot.purpose
        )
        tracks = tracks.filter(pk__in=waiting.exclude(text="").values("track_id"))
    found = tuple(
        tracks.prefetch_related("stems").order_by(
            "release__title", "disc_number", "track_number", "title", "pk"
        )[:MOST_TRACKS]
    )
    if not found:
        return None
    rows = Description.objects.visible_to(access).filter(
        track__in=[track.pk for track in found], language=slot.language, length=slot.length,
        purpose=slot.purpose,
    )  # fmt: skip
    texts = {row.track_id: row for row in rows.exclude(text="")}
    wanted = str(track_id or data.get("at", "") or _remembered(request, asked))
    places = {str(track.pk): at for at, track in enumerate(found)}
    first_open = next(
        (
            at
            for at, track in enumerate(found)
            if track.pk not in texts or texts[track.pk].state != State.APPROVED
        ),
        0,
    )
    return Place(found, texts, places.get(wanted, first_open), release, slot)


def _again(request: StudioRequest, place: Place, onwards: Track | None = None) -> Place:
    track = onwards or place.track
    return _place(request, request.POST, track.pk) or place


def _show(
    request: StudioRequest,
    place: Place,
    *,
    says: str = "",
    kind: str = "done",
    text: str | None = None,
    is_editing: bool = False,
) -> HttpResponse:
    track, row = place.track, place.text
    request.session[_name(request, f"at-{place.release.pk if place.release else ''}")] = track.pk
    shown = text if text is not None else (row.text if row else "")
    asked = request.GET.get("seed", "")
    seed = int(asked[:9]) if asked.isdigit() else track.pk
    wants_drafts = row is None or "seed" in request.GET
    context = {
        "place": place,
        "track": track,
        "row": row,
        "text": shown,
        "checked": check_text(
            shown, access=request.access, track=track, language=place.slot.language
        ),
        "drafts": drafts_for(access=request.access, track=track, slot=place.slot, seed=seed)
        if wants_drafts
        else [],
        "next_seed": seed + 1,
        "edits": [
            remark
            for remark in (selectors.remarks_on(request.access, row) if row else [])
            if remark.is_open
        ],
        "player": selectors.player_of(request.access, track),
        "can_edit": can_edit(request, track),
        "can_approve": request.access.can(Permission.EDIT),
        "can_undo": bool(request.session.get(_name(request, "undo"))),
        "says": says,
        "kind": kind,
        "is_editing": is_editing or "edit" in request.GET,
        "slot_query": selectors.slot_query(place.slot),
        "room_query": _query(place),
    }
    is_piece = bool(getattr(request, "htmx", False))
    template = "descriptions/parts/room.html" if is_piece else "descriptions/room.html"
    return render(request, template, context, status=200)


def _query(place: Place) -> str:
    release = f"&release={place.release.pk}" if place.release else ""
    return selectors.slot_query(place.slot) + release


def _url(request: StudioRequest, track: Track, place: Place) -> str:
    page = reverse("descriptions:room", args=[request.access.workspace.slug])
    return f"{page}?{_query(place)}&at={track.pk}"


def _remembered(request: StudioRequest, release: str) -> str:
    return str(request.session.get(_name(request, f"at-{release}"), ""))


def _name(request: HttpRequest, what: str) -> str:
    access = request.access  # type: ignore[attr-defined]  # set by workspace_view
    return f"room-{access.workspace_id}-{what}"
