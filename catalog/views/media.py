"""Stored bytes, through a permission check; audio with byte ranges so that players can seek."""

import re
from collections.abc import Iterator
from typing import IO

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from catalog import selectors
from catalog.access import StudioRequest, workspace_view
from catalog.domain.audio_kinds import needs_preview
from catalog.models import Artwork, AudioFile
from catalog.services.workspaces import audit

CHUNK = 256 * 1024
MEDIA_TYPES = {
    "wav": "audio/wav",
    "aiff": "audio/aiff",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "opus": "audio/ogg",
    "oggflac": "audio/ogg",
    "mp4": "audio/mp4",
    "aac": "audio/aac",
}


@require_GET
@workspace_view()
def audio(request: StudioRequest, audio_id: int) -> HttpResponseBase:
    """Send an original, or the part of it that the player asks for.

    Players get the preview where there is one, since browsers do not play the original.
    """
    file = selectors.audio_visible_to(request.access, audio_id)
    if file is None:
        raise Http404
    wants_original = "download" in request.GET
    if file.preview_name and not wants_original:
        return _preview(request, file)
    try:
        stream = default_storage.open(file.storage_name)
    except FileNotFoundError as error:
        raise Http404("The stored file is missing.") from error
    if wants_original and "Range" not in request.headers:
        audit(request.access, "audio.downloaded", f"Downloaded the original of {file}")
        return FileResponse(stream, as_attachment=True, filename=file.original_name)
    response = ranged(stream, file.byte_size, request.headers.get("Range", ""))
    response["Content-Type"] = MEDIA_TYPES.get(file.container, "application/octet-stream")
    if needs_preview(file.container, file.codec):
        response["Cache-Control"] = "private, no-cache"  # a preview is still to come
    else:
        # The bytes of one address never change; private, since others may not see them.
        response["Cache-Control"] = "private, max-age=86400, immutable"
    response["ETag"] = f'"{file.sha256}"'
    return response


def _preview(request: StudioRequest, file: AudioFile) -> HttpResponseBase:
    try:
        stream = default_storage.open(file.preview_name)
    except FileNotFoundError as error:
        raise Http404("The stored preview is missing.") from error
    size = file.preview_byte_size or 0
    response = ranged(stream, size, request.headers.get("Range", ""))
    response["Content-Type"] = "audio/mpeg"
    response["Cache-Control"] = "private, max-age=86400"
    response["ETag"] = f'"preview-{file.sha256}"'
    return response


@require_GET
@workspace_view()
def artwork(request: StudioRequest, artwork_id: int) -> HttpResponseBase:
    """Send a picture, small with `?size=small`."""
    picture = Artwork.objects.visible_to(request.access).filter(pk=artwork_id).first()
    if picture is None:
        raise Http404
    small = request.GET.get("size") == "small" and picture.thumbnail_name
    try:
        stream = default_storage.open(picture.thumbnail_name if small else picture.storage_name)
    except FileNotFoundError as error:
        raise Http404("The stored picture is missing.") from error
    response = FileResponse(stream, content_type="image/jpeg")
    response["Cache-Control"] = "private, max-age=86400, immutable"
    return response


def ranged(stream: IO[bytes], size: int, header: str) -> HttpResponseBase:
    """Answer a request for all bytes, or for one range of them (RFC 9110, section 14).

    Several ranges at once are answered with everything, as the RFC allows.
    """
    span = parse_range(header, size)
    if span is None:
        response: HttpResponseBase = StreamingHttpResponse(_read(stream, 0, size))
        response["Content-Length"] = str(size)
    elif span[0] >= size or span[1] < span[0]:
        stream.close()
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
    else:
        first, last = span
        response = StreamingHttpResponse(_read(stream, first, last - first + 1), status=206)
        response["Content-Length"] = str(last - first + 1)
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Accept-Ranges"] = "bytes"
    return response


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Read `bytes=first-last` as first and last byte; None where everything is wanted.

    >>> parse_range("bytes=0-99", 1000), parse_range("bytes=-100", 1000)
    ((0, 99), (900, 999))
    >>> parse_range("bytes=900-", 1000), parse_range("lines=1-2", 1000)
    ((900, 999), None)
    """
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header.strip())
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0), size - 1 if int(last) else -1
    return int(first), min(int(last), size - 1) if last else size - 1


def _read(stream: IO[bytes], first: int, length: int) -> Iterator[bytes]:
    with stream:
        stream.seek(first)
        while length > 0 and (chunk := stream.read(min(CHUNK, length))):
            length -= len(chunk)
            yield chunk
