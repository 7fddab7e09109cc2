"""Fonts of printed reports: one family, and others for the scripts that it does not have.

All are under the SIL Open Font License and come as packages. Chinese, Japanese and Korean are too
large to bring along: an operator may put such fonts (TTF or OTF) into `REPORT_FONTS_DIR`.
"""

import unicodedata
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import fontpkg
from django.conf import settings
from fpdf import FPDF

FAMILY = "Fira Sans"
OTHER_SCRIPTS = ("Noto Sans Arabic", "Heebo", "Noto Sans Devanagari", "Noto Sans Thai")
REGULAR, BOLD = 400, 600
MARKS_DROPPED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
"""Characters that show nothing by themselves; those that join letters are kept."""

JOINERS = frozenset("\u200c\u200d")


def add_fonts(pdf: FPDF) -> None:
    """Let a document use the family in both weights, and fall back on the other scripts."""
    pdf.add_font(FAMILY, "", fontpkg.path(FAMILY, REGULAR))
    pdf.add_font(FAMILY, "B", fontpkg.path(FAMILY, BOLD))
    # Variable fonts are taken at their default weight: cutting one costs seconds.
    files = [(name, fontpkg.path(name)) for name in OTHER_SCRIPTS]
    files += [(file.stem, file) for file in own_fonts()]
    for name, file in files:
        pdf.add_font(name, "", file)
    pdf.set_fallback_fonts([name for name, _ in files], exact_match=False)
    pdf.set_text_shaping(True)


def own_fonts() -> list[Path]:
    """Font files the operator added."""
    folder = Path(settings.REPORT_FONTS_DIR)
    return sorted(file for file in folder.glob("*") if file.suffix.lower() in (".ttf", ".otf"))


def has_glyph(pdf: FPDF) -> Callable[[str], bool]:
    """Say of a character whether one of the document's fonts has it."""
    maps = [font.cmap for font in pdf.fonts.values() if hasattr(font, "cmap")]
    return lambda character: any(ord(character) in known for known in maps)


def printable(text: str, known: Callable[[str], bool]) -> str:
    """Put a note in place of what no font can print, and drop what shows nothing anyway.

    >>> printable("Night 夜の (Live)", str.isascii)
    'Night [2 letters: CJK, hiragana] (Live)'
    """
    kept = [
        character
        for character in unicodedata.normalize("NFC", text).replace("\t", " ").replace("\n", " ")
        if character in JOINERS or unicodedata.category(character) not in MARKS_DROPPED
    ]
    parts = []
    for is_known, run in groupby(kept, key=lambda character: character == " " or known(character)):
        characters = list(run)
        parts.append("".join(characters) if is_known else _note(characters))
    return "".join(parts)


def _note(characters: list[str]) -> str:
    letters = [character for character in characters if unicodedata.category(character)[0] == "L"]
    if not letters:
        return "[symbol]" if len(characters) == 1 else f"[{len(characters)} symbols]"
    scripts = dict.fromkeys(_script(character) for character in letters)
    count = f"{len(letters)} letter{'' if len(letters) == 1 else 's'}"
    return f"[{count}: {', '.join(scripts)}]"


def _script(character: str) -> str:
    """Name the script of a letter by the first word of its name."""
    word = unicodedata.name(character, "unknown").split()[0]
    return word if word == "CJK" else word.lower()
