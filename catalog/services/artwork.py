"""Pictures: written anew by us, stored once with a thumbnail."""

import hashlib

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from catalog.intake.pictures import Picture, prepare_picture
from catalog.models import Artwork, Workspace
from catalog.services.audio_store import check_quota


def store_artwork(*, workspace: Workspace, data: bytes, original_name: str = "") -> Artwork:
    """Keep a picture, written anew; the same picture is kept once.

    Raises
    ------
    catalog.domain.audio_kinds.RefusedFile : no picture, too large, damaged
    catalog.services.audio_store.QuotaExceeded : no room left
    """
    picture = prepare_picture(data, original_name or "picture")
    return keep_picture(workspace=workspace, picture=picture, original_name=original_name)


def keep_picture(*, workspace: Workspace, picture: Picture, original_name: str) -> Artwork:
    """Store a prepared picture and its thumbnail, bytes first."""
    sha256 = hashlib.sha256(picture.full).hexdigest()
    found = Artwork.objects.filter(workspace=workspace, sha256=sha256).first()
    if found is not None:
        return found
    size = len(picture.full)
    check_quota(workspace, size)
    base = f"artwork/{workspace.pk}/{sha256[:2]}/{sha256}"
    names = {f"{base}.jpg": picture.full, f"{base}-small.jpg": picture.thumbnail}
    for storage_name, data in names.items():
        put_bytes(storage_name, data)
    artwork, _ = Artwork.objects.get_or_create(
        workspace=workspace,
        sha256=sha256,
        defaults={
            "byte_size": size,
            "storage_name": f"{base}.jpg",
            "thumbnail_name": f"{base}-small.jpg",
            "width_px": picture.width_px,
            "height_px": picture.height_px,
            "original_name": original_name[:255],
        },
    )
    return artwork


def put_bytes(storage_name: str, data: bytes) -> None:
    """Write bytes under a name made from their content; what is there already is the same."""
    if default_storage.exists(storage_name):
        return
    saved = default_storage.save(storage_name, ContentFile(data))
    if saved != storage_name:  # somebody was faster; the storage chose another name
        default_storage.delete(saved)
