"""Covers: checked by their header, decoded by Pillow, and written anew.

What is stored is our own JPEG; of the picture that was sent nothing but its pixels survives.
"""

import io
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from catalog.domain.audio_kinds import RefusedFile

MAX_BYTES = 25 * 1024**2
MAX_PIXELS = 40_000_000
MAX_SIDE_PX = 10_000
THUMBNAIL_PX = 320
WANTED_SIDE_PX = 3000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "MPO")
_ADVICE = "Send a square JPEG or PNG of 3,000 by 3,000 pixels."


@dataclass(frozen=True)
class Picture:
    """A cover ready to be stored: two JPEGs and the size of the larger one."""

    full: bytes
    thumbnail: bytes
    width_px: int
    height_px: int
    notes: tuple[str, ...] = ()


def prepare_picture(data: bytes, name: str) -> Picture:
    """Decode a picture and write it anew, with a square thumbnail.

    Raises
    ------
    RefusedFile : not a picture, an SVG, too many bytes or pixels (judged before decoding), damaged
    """
    if not data:
        raise RefusedFile(f"“{name}” is empty (0 bytes).", hint=_ADVICE)
    if len(data) > MAX_BYTES:
        raise RefusedFile(
            f"“{name}” is too large: {len(data) / 1024**2:.0f} MB of at most "
            f"{MAX_BYTES // 1024**2} MB.",
            hint=_ADVICE,
        )
    if b"<svg" in data[:2048].lower():
        raise RefusedFile(f"“{name}” is an SVG; covers of this type are not taken.", hint=_ADVICE)
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            _check_size(image, name)
            return _written_anew(image)
    except UnidentifiedImageError as error:
        raise RefusedFile(f"“{name}” is not a picture of a known type.", hint=_ADVICE) from error
    except Image.DecompressionBombError as error:
        raise RefusedFile(
            f"“{name}” has too many pixels; it is too large.", hint=_ADVICE
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise RefusedFile(f"“{name}” is a damaged picture.", hint=_ADVICE) from error


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE_PX:
        raise RefusedFile(
            f"“{name}” is too large: {width:,} by {height:,} pixels.",
            hint=_ADVICE,
        )


def _written_anew(image: Image.Image) -> Picture:
    upright = ImageOps.exif_transpose(image) or image
    flat = _flattened(upright)
    width, height = flat.size
    notes = []
    if width != height:
        notes.append(
            f"The cover is not square ({width:,} by {height:,} pixels); services want it so."
        )
    if min(width, height) < WANTED_SIDE_PX:
        notes.append(f"The cover has {width:,} by {height:,} pixels; most services want 3,000.")
    thumbnail = ImageOps.fit(flat, (THUMBNAIL_PX, THUMBNAIL_PX), Image.Resampling.LANCZOS)
    return Picture(_jpeg(flat, 92), _jpeg(thumbnail, 84), width, height, tuple(notes))


def _flattened(image: Image.Image) -> Image.Image:
    """Give plain RGB in sRGB: colours converted by the profile, transparency laid on white."""
    profile = image.info.get("icc_profile")
    if profile and image.mode in ("RGB", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if converted is not None:
                return converted
        except ImageCms.PyCMSError:
            pass  # a broken profile is no reason to refuse the picture: take it as sRGB
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(ground, layered).convert("RGB")
    return image.convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()
