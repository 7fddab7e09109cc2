"""The tus 1.0 door for resumable uploads, at `/uploads/`.

Core protocol with creation, creation-with-upload, expiration, checksum and termination. The row of
an upload is the truth; `catalog.services.uploads` does the work, this door only speaks HTTP.
"""

import base64
import binascii
import hashlib
import uuid
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.http.request import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.access import Permission, access_for
from catalog.errors import StudioError
from catalog.models import Upload, User
from catalog.services import uploads
from catalog.services.batches import plan_batch
from catalog.services.uploads import Announced, UploadRefused

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination"
CHECKSUMS = ("sha1", "sha256", "sha512", "md5")
CONTENT_TYPE = "application/offset+octet-stream"
OVERRIDABLE = ("PATCH", "DELETE", "HEAD")


class TusView(APIView):
    """What both addresses share: signing in, the version check, answers in words."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (IsAuthenticated,)
    parser_classes = ()
    throttle_classes = ()
    schema = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Mind the method that a client behind a strict proxy names in a header."""
        override = request.headers.get("X-HTTP-Method-Override", "").upper()
        self._method = override if request.method == "POST" and override in OVERRIDABLE else ""
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Sign in (with the token against forgery that a session needs), then check the version."""
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            raise UploadRefused(f"This studio speaks tus {VERSION}.", http_status=412)

    def handle_exception(self, exc: Exception) -> Any:
        """Turn a refusal into JSON with its words."""
        if isinstance(exc, StudioError):
            return _said(exc)
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Name the protocol's version on every answer."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = VERSION
        answer["Cache-Control"] = "no-store"
        return answer

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Say what this server can do."""
        answer = Response(status=204)
        answer["Tus-Version"] = VERSION
        answer["Tus-Extension"] = EXTENSIONS
        answer["Tus-Max-Size"] = str(settings.UPLOAD_MAX_BYTES)
        answer["Tus-Checksum-Algorithm"] = ",".join(CHECKSUMS)
        return answer


class TusUploads(TusView):
    """Where uploads are announced."""

    def post(self, request: Request) -> Response:
        """Open an upload; with bytes in the request, take them as its beginning."""
        metadata = read_metadata(request.headers.get("Upload-Metadata", ""))
        size = _count(request, "Upload-Length")
        user = cast(User, request.user)
        access = access_for(user, metadata.get("workspace", ""))
        if access is None:
            raise UploadRefused("There is no such workspace.", http_status=404)
        name = metadata.get("relativePath") or metadata.get("filename") or metadata.get("name", "")
        batch = _batch(metadata.get("batch", ""), user)
        (opened,) = uploads.announce(access=access, files=[Announced(name, size)], batch=batch)
        if isinstance(opened, StudioError):
            raise opened
        plan_batch(access=access, batch=batch)
        if request.content_type == CONTENT_TYPE:
            opened = _append(request, opened, offset=0)
        answer = Response(status=201)
        answer["Location"] = request.build_absolute_uri(reverse("tus_upload", args=[opened.pk]))
        return _with_state(answer, opened)


class TusUpload(TusView):
    """One upload."""

    def post(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Act on the method that a header names."""
        handlers: dict[str, Callable[[Request, uuid.UUID], Response]] = {
            "PATCH": self.patch,
            "DELETE": self.delete,
            "HEAD": self.head,
        }
        if self._method not in handlers:
            raise UploadRefused("Send bytes with PATCH.", http_status=405)
        return handlers[self._method](request, upload_id)

    def head(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Say how far the upload is."""
        upload = _own(request, upload_id)
        if upload.status in (Upload.Status.CANCELLED, Upload.Status.FAILED):
            raise UploadRefused(upload.error or "This upload was closed.", http_status=410)
        return _with_state(Response(), upload)

    def patch(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Take bytes."""
        if request.content_type != CONTENT_TYPE:
            raise UploadRefused(f"Bytes come as {CONTENT_TYPE}.", http_status=415)
        upload = _own(request, upload_id)
        upload = _append(request, upload, offset=_count(request, "Upload-Offset"))
        return _with_state(Response(status=204), upload)

    def delete(self, request: Request, upload_id: uuid.UUID) -> Response:
        """Stop the upload and drop what came."""
        uploads.cancel(_own(request, upload_id))
        return Response(status=204)


def read_metadata(header: str) -> dict[str, str]:
    """Read `Upload-Metadata`: pairs of a key and a text in base64.

    >>> read_metadata("filename c29uZy53YXY=,flag")
    {'filename': 'song.wav', 'flag': ''}

    Raises
    ------
    UploadRefused : not base64, or no text
    """
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, encoded = pair.partition(" ")
        try:
            found[key] = base64.b64decode(encoded.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise UploadRefused(f"The metadata “{key[:40]}” cannot be read.") from error
    return found


def _own(request: Request, upload_id: uuid.UUID) -> Upload:
    """Find an upload of this person, who must still be allowed to add music."""
    user = cast(User, request.user)
    upload = Upload.objects.select_related("workspace").filter(pk=upload_id, owner=user).first()
    access = access_for(user, upload.workspace.slug) if upload else None
    if upload is None or access is None:
        raise UploadRefused("There is no such upload.", http_status=404)
    if not access.can(Permission.EDIT_OWN):
        raise UploadRefused(
            f"Your role in {access.workspace.name} may look but not add music.", http_status=403
        )
    return upload


def _append(request: Request, upload: Upload, *, offset: int) -> Upload:
    """Append the body of a request, which is read in pieces and never as a whole."""
    checksum = _checksum(request.headers.get("Upload-Checksum", ""))
    return uploads.append(
        upload_id=upload.pk, offset=offset, source=request._request, checksum=checksum
    )


def _checksum(header: str) -> tuple[str, bytes] | None:
    if not header:
        return None
    name, _, encoded = header.partition(" ")
    try:
        digest = base64.b64decode(encoded.strip(), validate=True)
    except binascii.Error as error:
        raise UploadRefused("The checksum is not base64.") from error
    if name not in CHECKSUMS or len(digest) != hashlib.new(name).digest_size:
        raise UploadRefused(f"Checksums are made with {', '.join(CHECKSUMS)}.")
    return name, digest


def _count(request: Request, header: str) -> int:
    text = request.headers.get(header, "")
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise UploadRefused(f"The header {header} must be a number of bytes.")
    return int(text)


def _batch(text: str, user: User) -> uuid.UUID:
    """Take the batch that a client names, unless it is somebody else's."""
    try:
        batch = uuid.UUID(text)
    except ValueError:
        return uuid.uuid4()
    foreign = Upload.objects.filter(batch=batch).exclude(owner=user).exists()
    return uuid.uuid4() if foreign else batch


def _with_state(answer: Response, upload: Upload) -> Response:
    answer["Upload-Offset"] = str(upload.offset)
    answer["Upload-Length"] = str(upload.byte_size)
    if upload.status == Upload.Status.RECEIVING and upload.expires_at > timezone.now():
        answer["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return answer


def _said(error: StudioError) -> Response:
    status = getattr(error, "http_status", 400)
    return Response({"detail": str(error), "hint": error.hint}, status=status)
