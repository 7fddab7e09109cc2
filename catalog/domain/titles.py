"""How titles are written in the trade: remarks on style, and a title put into style.

Source: Apple Music Style Guide (sections in brackets), and what distributors ask for. These are
remarks: they warn and never keep anybody from saving.
"""

import re
from collections.abc import Iterator

_SMALL = """
    a an and as at but by for from in into nor of off on onto or out over so the to up with yet
"""
LOWER_WORDS = frozenset(_SMALL.split())
_FEATURED = re.compile(r"(?<![\w/])(?P<word>feat\.?|ft\.?|featuring|w/)\s+(?=\S)", re.IGNORECASE)
_FEATURED_PART = re.compile(
    r"[(\[]\s*(?:feat\.?|ft\.?|featuring|w/|with)\s+(?P<names>[^()\[\]]+)[)\]]", re.IGNORECASE
)
_ROUND = re.compile(r"\([^()]*\)")
_WEB = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+\.(?:com|net|org|io|fm)\b", re.IGNORECASE)
_KEEP_OUT = re.compile(r"\b(explicit|clean|official|exclusive)\b(?=[^()\[\]]*[)\]]|\s*$)", re.I)
_RELEASE_VERSIONS = re.compile(
    r"[(\[][^()\[\]]*\b(?:deluxe|expanded|anniversary|special|bonus track)\b[^()\[\]]*[)\]]", re.I
)
_OPENING = frozenset('([:/-–—"“‘')
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def title_remarks(title: str, *, language: str = "", artists: tuple[str, ...] = ()) -> list[str]:
    """Say what of a title departs from the style of the trade.

    Parameters
    ----------
    language : of the title, as a tag; words are checked for title case only where it is English

    >>> title_remarks("Body Language (feat. Usher & Tinashe)")
    []
    """
    return list(_remarks(title.strip(), language, artists))


def _remarks(title: str, language: str, artists: tuple[str, ...]) -> Iterator[str]:
    if not title:
        return
    for match in _FEATURED.finditer(title):
        if match["word"] != "feat.":
            yield f"Write “feat.” in lower case instead of “{match['word']}”."
        if title[: match.start()].rstrip()[-1:] not in ("(", "["):
            yield "Put the featured artists in brackets: (feat. Name)."
    for match in _FEATURED_PART.finditer(title):
        if re.search(r",\s*(?:and|&)\s", match["names"]) or (
            "," in match["names"] and " & " not in match["names"]
        ):
            yield "Write three or more names as (feat. A, B & C)."
    if len(_ROUND.findall(title)) > 1:
        yield "Put the first addition in ( ) and further ones in [ ]."
    if re.search(r"\S/\S|\S/\s|\s/\S", title) and not _WEB.search(title) and "w/" not in title:
        yield "Put spaces around the slash of a medley: A / B."
    if _WEB.search(title):
        yield "Keep web addresses out of titles."
    if kept_out := _KEEP_OUT.search(title):
        yield f"Keep “{kept_out[0]}” out of the title; the advisory says it."
    if _RELEASE_VERSIONS.search(title):
        yield "Name the version of the release in its version field."
    folded = title.casefold()
    for name in artists:
        if name and folded.startswith(f"{name.casefold()} - "):
            yield f"Keep the artist's name (“{name}”) out of the title."
    yield from _case_remarks(title, language)


def _case_remarks(title: str, language: str) -> Iterator[str]:
    words = _WORD.findall(title)
    letters = "".join(words)
    if len(words) > 1 and len(letters) > 6:
        if letters.isupper():
            yield "Do not write the title in capitals only."
            return
        if letters.islower():
            yield "Do not write the title in small letters only."
            return
    if language.lower().split("-")[0] == "en" and words and title_case(title) != title:
        yield f"English titles use title case: “{title_case(title)}”."


def title_case(title: str) -> str:
    """Write an English title in title case; words with capitals inside stay as they are.

    >>> title_case("the sound of the underground"), title_case("Songs For DJs (live at the mill)")
    ('The Sound of the Underground', 'Songs for DJs (Live at the Mill)')
    """
    matches = list(_WORD.finditer(title))
    shouted = bool(matches) and len(matches) > 1 and title.isupper()
    parts: list[str] = []
    at = 0
    for number, match in enumerate(matches):
        parts += [title[at : match.start()], _cased(title, matches, number, shouted=shouted)]
        at = match.end()
    return "".join(parts) + title[at:]


def _cased(title: str, matches: list[re.Match[str]], number: int, *, shouted: bool) -> str:
    match = matches[number]
    word = match[0].lower() if shouted else match[0]
    before = title[: match.start()].rstrip()[-1:]
    after = title[match.end() :].lstrip()[:1]
    if word.lower() == "feat" and after == ".":
        return "feat"
    opens = number == 0 or before in _OPENING
    closes = number == len(matches) - 1 or after in (")", "]", "/")
    if word.lower() in LOWER_WORDS and not opens and not closes:
        return word.lower()
    if word.lower() == "with" and before in ("(", "["):
        return "with"
    if word.islower():
        return word[:1].upper() + word[1:]
    return word


def styled_title(title: str, *, language: str = "") -> str:
    """Put a title into the style of the trade as far as a rule can; title case only if English.

    >>> styled_title("night drive Featuring Ida, Moss and Kilo", language="en")
    'Night Drive (feat. Ida, Moss & Kilo)'
    >>> styled_title("All of Me (X Remix) (Radio Edit)")
    'All of Me (X Remix) [Radio Edit]'
    """
    found = " ".join(title.split())
    found = re.sub(
        r"\s*[(\[]?(?<![\w/])(?:feat\.?|ft\.?|featuring|w/)\s+([^()\[\]]+?)\s*[)\]]?(?=\s*[(\[]|\s*$)",
        lambda match: f" (feat. {_names(match[1])})",
        found,
        flags=re.IGNORECASE,
    ).strip()
    first = True

    def bracketed(match: re.Match[str]) -> str:
        nonlocal first
        kept, first = (match[0] if first else f"[{match[0][1:-1]}]"), False
        return kept

    found = _ROUND.sub(bracketed, found)
    found = re.sub(r"(?<=\w)/(?=\w)", " / ", found) if " / " not in found else found
    return title_case(found) if language.lower().split("-")[0] == "en" else found


def _names(text: str) -> str:
    names = [part.strip() for part in re.split(r"\s*,\s*(?:and\s+|&\s+)?|\s+and\s+|\s+&\s+", text)]
    names = [name for name in names if name]
    return " & ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else text
