"""The upload page: dropping files, where each belongs, stopping, mending a title."""

import json
import uuid
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from catalog.access import Permission, StudioRequest, workspace_view
from catalog.domain.sizes import spoken_size
from catalog.errors import StudioError
from catalog.models import ChangeSet, Stem, Track, Upload
from catalog.services import uploads as services
from catalog.services.audio_store import quota_bytes, used_bytes
from catalog.services.batches import OWN_TRACK, move_upload, plan_batch
from catalog.services.changes import edit_row
from catalog.services.uploads import Announced
from catalog.upload_list import FileRow, upload_list

AT_ONCE = 500


@require_http_methods(["GET", "POST"])
@workspace_view(Permission.EDIT_OWN)
def upload(request: StudioRequest) -> HttpResponse:
    """Show the page; a POST is the plain form of a browser without JavaScript."""
    if request.method == "POST":
        files = cast("list[UploadedFile[bytes]]", request.FILES.getlist("files"))
        if not files:
            messages.warning(request, "No file was chosen.")
            return redirect("catalog:upload", request.access.workspace.slug)
        batch = uuid.uuid4()
        wanted = [Announced(file.name or "", file.size or 0) for file in files]
        opened = services.open_all(access=request.access, files=wanted, batch=batch)
        plan_batch(access=request.access, batch=batch)
        services.receive_posted(access=request.access, files=files, opened=opened)
        return redirect("catalog:upload", request.access.workspace.slug)
    workspace = request.access.workspace
    context = {
        **_list_context(request),
        "max_size": spoken_size(settings.UPLOAD_MAX_BYTES),
        "room": spoken_size(max(0, quota_bytes(workspace) - used_bytes(workspace))),
    }
    return render(request, "catalog/upload.html", context)


@require_GET
@workspace_view(Permission.EDIT_OWN)
def upload_files(request: StudioRequest) -> HttpResponse:
    """Give the list of files anew; whoever shows what follows from it looks again too."""
    if not request.htmx:
        return redirect("catalog:upload", request.access.workspace.slug)
    response = render(request, "catalog/parts/upload_files.html", _list_context(request))
    response["HX-Trigger"] = "uploads-changed"
    return response


@require_POST
@workspace_view(Permission.EDIT_OWN)
def upload_announce(request: StudioRequest) -> JsonResponse:
    """Open uploads for the files that a browser is about to send, and plan where they go.

    Takes JSON `{"files": [{"path", "size", "modified"}]}`; answers with one entry a file: its
    address and how much of it is here already, or why it may not come.
    """
    try:
        files = [_announced(entry) for entry in json.loads(request.body)["files"]][:AT_ONCE]
    except (ValueError, KeyError, TypeError) as error:
        return JsonResponse({"detail": f"The list of files cannot be read: {error}"}, status=400)
    batch = uuid.uuid4()
    opened = services.open_all(access=request.access, files=files, batch=batch)
    plan_batch(access=request.access, batch=batch)
    return JsonResponse({"files": [_opened(item) for item in opened]})


def _announced(entry: dict[str, Any]) -> Announced:
    size = int(entry["size"])
    if size < 0:
        raise ValueError("a size below zero")
    return Announced(str(entry["path"])[:2000], size, str(entry.get("modified", "")))


def _opened(found: Upload) -> dict[str, Any]:
    if found.status == Upload.Status.FAILED:
        return {"error": found.error}
    return {"id": str(found.pk), "url": reverse("tus_upload", args=[found.pk])}


@require_POST
@workspace_view(Permission.EDIT_OWN)
def upload_move(request: StudioRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Put a file where a person says."""
    found = _find(request, upload_id)
    to, role = request.POST.get("to", ""), request.POST.get("role", "")
    try:
        change_set = move_upload(access=request.access, upload=found, to=to, role=role)
    except StudioError as error:
        return _answer(request, f"{error} {error.hint}".strip(), kind="error")
    row = FileRow(found)
    place = "a track of its own"
    if to != OWN_TRACK:
        title = found.track or found.metadata.get("title", "")
        place = f"a stem of “{title}” ({row.role_label.lower()})"
    return _answer(request, f"“{found.file_name}” is now {place}.", change_set=change_set)


@require_POST
@workspace_view(Permission.EDIT_OWN)
def upload_cancel(request: StudioRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Stop a file that is still coming; put a refused one out of sight."""
    found = _find(request, upload_id)
    if found.status == Upload.Status.FAILED:
        services.dismiss(found)
        return _answer(request, f"“{found.file_name}” is no longer listed.", kind="info")
    services.cancel(found)
    return _answer(request, f"“{found.file_name}” was stopped. Nothing of it was kept.")


@require_POST
@workspace_view(Permission.EDIT_OWN)
def upload_repair(request: StudioRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Give a track the title that an old tagger's encoding hid."""
    found = _find(request, upload_id)
    title = FileRow(found).repair
    if found.track is None or not title:
        return _answer(request, f"Nothing is left to mend in “{found.file_name}”.", kind="info")
    if not Track.objects.editable_by(request.access).filter(pk=found.track.pk).exists():
        raise Http404
    change_set = edit_row(
        "track",
        found.track.pk,
        {"title": title},
        row_version=found.track.row_version,
        access=request.access,
        reason=f"Mend the title of “{found.track}”",
    )
    return _answer(request, f"The title now reads “{title}”.", change_set=change_set)


def _find(request: StudioRequest, upload_id: uuid.UUID) -> Upload:
    """Find an upload of one's own; who may edit everything also finds those of others."""
    uploads = Upload.objects.visible_to(request.access)
    if not request.access.can(Permission.EDIT):
        uploads = uploads.filter(owner=request.access.user)
    found = (
        uploads.select_related("track", "stem", "audio", "workspace").filter(pk=upload_id).first()
    )
    if found is None:
        raise Http404
    return found


def _answer(
    request: StudioRequest,
    sentence: str,
    *,
    kind: str = "done",
    change_set: ChangeSet | None = None,
) -> HttpResponse:
    """Say what happened: with the list anew for htmx, else by a message on the page."""
    slug = request.access.workspace.slug
    undo = reverse("catalog:change_set_undo", args=[slug, change_set.pk]) if change_set else ""
    if request.htmx:
        response = render(request, "catalog/parts/upload_files.html", _list_context(request))
        toast = {"text": sentence, "kind": kind, "undo": undo}
        response["HX-Trigger"] = json.dumps({"toast": toast, "uploads-changed": True})
        return response
    level = messages.ERROR if kind == "error" else messages.SUCCESS
    messages.add_message(request, level, sentence, extra_tags=f"undo:{undo}" if undo else "")
    return redirect("catalog:upload", slug)


def _list_context(request: StudioRequest) -> dict[str, Any]:
    return {"uploads": upload_list(request.access), "roles": Stem.Role.choices}
