"""What people do with a text beside writing: pass it on, remark, give an opinion, restore."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from catalog.access import Permission, StudioRequest, workspace_view
from catalog.errors import StudioError
from catalog.models import ChangeSet, Description, Remark
from catalog.services import descriptions as services
from catalog.services import remarks as remark_services
from catalog.services.descriptions import Slot
from prompts.descriptions import selectors
from prompts.descriptions.approving import Contradicted, approve
from prompts.descriptions.views.editor import can_edit, edit_url, found_track


@require_POST
@workspace_view(Permission.EDIT_OWN)
def move(request: StudioRequest, description_id: int) -> HttpResponse:
    """Submit, approve or hand back a text."""
    row = _editable(request, description_id)
    reason = request.POST.get("reason", "").strip()
    asked = request.POST.get("row_version", "")
    version = int(asked[:9]) if asked.isdigit() else None

    def act() -> tuple[str, ChangeSet | None]:
        match request.POST.get("action"):
            case "submit":
                return "Handed over for review.", services.submit(
                    access=request.access, description=row
                )
            case "approve":
                return "Approved.", approve(
                    access=request.access, description=row, row_version=version, reason=reason
                )
            case "hand-back":
                return "Handed back.", services.hand_back(
                    access=request.access, description=row, note=reason
                )
        raise Http404

    return _done(request, row, act)


@require_POST
@workspace_view(Permission.EDIT)
def assign(request: StudioRequest, description_id: int) -> HttpResponse:
    """Say who looks after a text."""
    row = _editable(request, description_id)
    people = {str(person.pk): person for person in selectors.members_of(request.access)}
    person = people.get(request.POST.get("person", ""))

    def act() -> tuple[str, None]:
        services.assign(access=request.access, description=row, person=person)
        return (f"Assigned to {person}." if person else "Assigned to nobody."), None

    return _done(request, row, act)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def remark_add(request: StudioRequest, description_id: int) -> HttpResponse:
    """Comment on a stretch, or suggest other words for it."""
    row = _visible(request, description_id)
    start = request.POST.get("start", "")

    def act() -> tuple[str, None]:
        remark_services.add_remark(
            access=request.access,
            description=row,
            quote=request.POST.get("quote", "").replace("\r\n", "\n"),
            start=int(start[:9]) if start.isdigit() else 0,
            body=request.POST.get("body", ""),
            replacement=request.POST.get("replacement", "") if "edit" in request.POST else None,
        )
        return "Suggested." if "edit" in request.POST else "Comment added.", None

    return _done(request, row, act)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def remark_settle(request: StudioRequest, remark_id: int) -> HttpResponse:
    """Accept a suggested edit, decline it, or resolve a comment."""
    remark = (
        Remark.objects.visible_to(request.access)
        .select_related("description__track", "author")
        .filter(pk=remark_id)
        .first()
    )
    if remark is None:
        raise Http404
    row = _editable(request, remark.description_id)

    def act() -> tuple[str, ChangeSet | None]:
        if "accept" in request.POST:
            saved = remark_services.accept_edit(access=request.access, remark=remark)
            return "The edit is in the text.", saved.change_set
        remark_services.settle_remark(access=request.access, remark=remark)
        return "Settled.", None

    return _done(request, row, act)


@require_POST
@workspace_view(Permission.EDIT)
def opinion(request: StudioRequest, description_id: int) -> HttpResponse:
    """Give one's own opinion on the text before seeing those of others."""
    row = _visible(request, description_id)

    def act() -> tuple[str, None]:
        remark_services.give_opinion(
            access=request.access, description=row, approves="approves" in request.POST,
            note=request.POST.get("note", ""),
        )  # fmt: skip
        return "Your opinion is kept; you see the others now.", None

    return _done(request, row, act)


@require_GET
@workspace_view()
def versions(request: StudioRequest, description_id: int) -> HttpResponse:
    """Show what changed between any two texts a description had."""
    row = _visible(request, description_id)
    found = selectors.versions_of(request.access, row)
    numbers = {str(version.number): version for version in found}
    new = numbers.get(request.GET.get("new", ""), found[0] if found else None)
    old = numbers.get(request.GET.get("old", ""), found[1] if len(found) > 1 else new)
    context = {
        "description": row,
        "track": row.track,
        "versions": found,
        "old": old,
        "new": new,
        "can_edit": can_edit(request, row.track),
        "edit_url": edit_url(request, row.track, _slot(row)),
    }
    return render(request, "descriptions/versions.html", context)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def restore(request: StudioRequest, description_id: int) -> HttpResponse:
    """Bring an earlier text back, as a change of its own."""
    row = _editable(request, description_id)
    wanted = request.POST.get("version", "")
    version = next(
        (v for v in selectors.versions_of(request.access, row) if str(v.number) == wanted), None
    )
    if version is None:
        raise Http404

    def act() -> tuple[str, ChangeSet | None]:
        saved = services.save_text(
            access=request.access, track=row.track, slot=_slot(row), text=version.text,
            row_version=row.row_version, reason=f"Restore an earlier text of “{row.track}”",
        )  # fmt: skip
        return "The earlier text is back.", saved.change_set

    return _done(request, row, act)


def _done(
    request: StudioRequest,
    row: Description,
    act: Callable[[], tuple[str, ChangeSet | None]],
) -> HttpResponse:
    try:
        sentence, change_set = act()
    except Contradicted as refusal:
        messages.error(request, f"{refusal} {refusal.hint}")
    except StudioError as error:
        messages.error(request, f"{error} {error.hint}".strip())
    else:
        tags = ""
        if change_set is not None:
            slug = request.access.workspace.slug
            tags = "undo:" + reverse("catalog:change_set_undo", args=[slug, change_set.pk])
        messages.success(request, sentence, extra_tags=tags)
    return redirect(edit_url(request, row.track, _slot(row)))


def _slot(row: Description) -> Slot:
    return Slot(row.language, row.length, row.purpose)


def _visible(request: StudioRequest, description_id: int) -> Description:
    rows = Description.objects.visible_to(request.access).select_related("track", "assignee")
    row = rows.filter(pk=description_id).first()
    if row is None:
        raise Http404
    return row


def _editable(request: StudioRequest, description_id: int) -> Description:
    rows = Description.objects.editable_by(request.access).select_related("track", "assignee")
    row = rows.filter(pk=description_id).first()
    if row is None:
        raise Http404
    found_track(request, row.track_id)
    return row
