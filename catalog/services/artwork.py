"""Pictures: checked, re-encoded by us, stored once with a thumbnail."""

import hashlib
import io
import warnings

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageOps, UnidentifiedImageError

from catalog.errors import StudioError
from catalog.models import Artwork, Workspace

MAX_BYTES = 30 * 1024**2
MAX_PIXELS = 50_000_000
MAX_SIDE_PX = 4000
THUMBNAIL_PX = 320
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")


class UnusablePicture(StudioError):
    """A picture that cannot be artwork, in words."""


def store_artwork(*, workspace: Workspace, data: bytes, original_name: str = "") -> Artwork:
    """Store a picture re-encoded as JPEG, so nothing but pixels survives; the same one only once.

    Raises
    ------
    UnusablePicture : not a picture we take, too many bytes or pixels, or cut off
    """
    digest = hashlib.sha256(data).hexdigest()
    found = Artwork.objects.filter(workspace=workspace, sha256=digest).first()
    if found is not None:
        return found
    picture = read_picture(data)
    full = _jpeg(picture, MAX_SIDE_PX, quality=90)
    small = _jpeg(picture, THUMBNAIL_PX, quality=85)
    folder = f"artwork/{workspace.pk}/{digest[:2]}/{digest}"
    return Artwork.objects.create(
        workspace=workspace,
        sha256=digest,
        byte_size=len(full),
        storage_name=default_storage.save(f"{folder}.jpg", ContentFile(full)),
        thumbnail_name=default_storage.save(f"{folder}-small.jpg", ContentFile(small)),
        width_px=picture.width,
        height_px=picture.height,
        original_name=original_name[:255],
    )


def read_picture(data: bytes) -> Image.Image:
    """Decode a picture within limits, upright, without colour profile or metadata."""
    if len(data) > MAX_BYTES:
        raise UnusablePicture(
            f"The picture has {len(data) / 1e6:.0f} MB; we take up to {MAX_BYTES // 1024**2} MB.",
            hint="Save it as a JPEG of 3,000 x 3,000 pixels.",
        )
    if b"<svg" in data[:4096].lower():
        raise UnusablePicture(
            "SVG drawings are not taken as artwork, since they can carry programs.",
            hint="Export it as PNG or JPEG.",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            if picture.width * picture.height > MAX_PIXELS:
                raise UnusablePicture(
                    f"The picture has {picture.width:,} x {picture.height:,} pixels; that is more "
                    "than any service takes.",
                    hint="Save it with 3,000 x 3,000 pixels.",
                )
            picture.load()
    except UnidentifiedImageError as error:
        raise UnusablePicture(
            "This file is not a picture we can read.", hint="Use JPEG, PNG or WebP."
        ) from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnusablePicture(
            "The picture is damaged or cut off.", hint="Export it again and upload the new file."
        ) from error
    upright = ImageOps.exif_transpose(picture) or picture
    if upright.mode in ("RGBA", "LA", "P"):
        rgba = upright.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        upright = Image.alpha_composite(white, rgba)
    return upright.convert("RGB")


def _jpeg(picture: Image.Image, side_px: int, *, quality: int) -> bytes:
    copy = picture.copy()
    copy.thumbnail((side_px, side_px), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    copy.save(buffer, "JPEG", quality=quality, progressive=True)
    return buffer.getvalue()
