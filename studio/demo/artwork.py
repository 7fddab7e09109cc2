"""The cover of the demo release, drawn from shapes: a window, four rooms, one light."""

import io
import math

from PIL import Image, ImageDraw, ImageFilter

SIDE_PX = 3000
_ROOMS = ("#1d2a52", "#c98f5b", "#3a1f4d", "#2f5d50")
_LIGHTS = ("#ff4f8b", "#fff1d6", "#4fd8ff", "#f6c453")
_WALL = "#f4efe6"


def cover() -> bytes:
    """Draw the cover as a PNG of 3,000 by 3,000 pixels."""
    half, gap = SIDE_PX // 2, SIDE_PX // 40
    image = Image.new("RGB", (SIDE_PX, SIDE_PX), _WALL)
    for number, (room, light) in enumerate(zip(_ROOMS, _LIGHTS, strict=True)):
        left, top = number % 2 * half, number // 2 * half
        pane = _pane(half - 2 * gap, room, light, number)
        image.paste(pane, (left + gap, top + gap))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _pane(side: int, room: str, light: str, number: int) -> Image.Image:
    """One room: a glow, and the shape of its sound in front of it."""
    pane = Image.new("RGB", (side, side), room)
    glow = Image.new("L", (side, side), 0)
    radius = side // 3
    centre = (side * (2 + number % 2) // 5, side * (3 - number // 2) // 5)
    ImageDraw.Draw(glow).ellipse(
        (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius), fill=210
    )
    glow = glow.filter(ImageFilter.GaussianBlur(side // 14))
    pane.paste(Image.new("RGB", (side, side), light), (0, 0), glow)
    draw = ImageDraw.Draw(pane)
    (_skyline, _snow, _window, _reeds)[number](draw, side, room)
    return pane


def _skyline(draw: ImageDraw.ImageDraw, side: int, colour: str) -> None:
    for step in range(24):
        height = side * (0.12 + 0.2 * abs(math.sin(step * 1.7)))
        left = side * step / 24
        draw.rectangle((left, side - height, left + side / 26, side), fill=colour)
    for line in range(6):
        y = side * (0.52 + line * 0.025)
        draw.line((0, y, side, y), fill=colour, width=side // 160)


def _snow(draw: ImageDraw.ImageDraw, side: int, colour: str) -> None:
    draw.rectangle((0, side * 0.78, side, side), fill="#fbfaf8")
    for flake in range(90):
        x = side * (flake * 0.618 % 1)
        y = side * (flake * 0.382 * 1.3 % 0.78)
        size = side * (0.003 + 0.006 * (flake % 3))
        draw.ellipse((x, y, x + size, y + size), fill="#fbfaf8")


def _window(draw: ImageDraw.ImageDraw, side: int, colour: str) -> None:
    for column in range(16):
        height = side * (0.1 + 0.28 * abs(math.sin(column * 0.9) * math.cos(column * 0.31)))
        left = side * (0.06 + column * 0.056)
        middle = side * 0.55
        draw.rounded_rectangle(
            (left, middle - height / 2, left + side * 0.03, middle + height / 2),
            radius=side // 80,
            fill=colour,
        )


def _reeds(draw: ImageDraw.ImageDraw, side: int, colour: str) -> None:
    for reed in range(40):
        foot = side * (reed + 0.5) / 40
        height = side * (0.25 + 0.2 * (reed * 0.618 % 1))
        lean = side * 0.06 * math.sin(reed * 2.1)
        draw.line(
            (foot, side, foot + lean, side - height),
            fill=colour,
            width=side // (90 + reed % 3 * 30),
        )
