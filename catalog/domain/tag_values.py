"""The values that tags inside audio files hold, brought into the studio's form. Plain Python.

What cannot be used is left out with a note; the text as read is kept by whoever calls.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]|[\ud800-\udfff]")
_FEATURED = re.compile(
    r"\s*[(\[]?\b(?:feat\.?|ft\.?|featuring)\s+(?P<names>[^()\[\]]+?)\s*[)\]]?(?=\s*[(\[]|\s*$)",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"^(?P<title>.+?)\s*[(\[](?P<version>[^()\[\]]*\b(?:re-?mix|mix|edit|version|live|demo|acoustic|"
    r"instrumental|a\s?cappella|acapella|remaster(?:ed)?|dub|rework|unplugged|extended|bonus track|"
    r"karaoke|session|reprise|vip)\b[^()\[\]]*)[)\]]$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(1[89]\d{2}|20\d{2})(?!\d)")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NUMBER_OF = re.compile(r"\s*(\d{1,4})\s*(?:/\s*(\d{1,4}))?\s*")

# ISO 639-2 codes that file tags use, to the BCP 47 tags that the studio stores.
_LANGUAGE_CODES = """
    ara:ar ben:bn bul:bg cat:ca ces:cs cze:cs chi:zh zho:zh cym:cy wel:cy dan:da deu:de ger:de
    ell:el gre:el eng:en est:et eus:eu baq:eu fas:fa per:fa fin:fi fra:fr fre:fr gle:ga glg:gl
    heb:he hin:hi hrv:hr hun:hu ice:is isl:is ind:id ita:it jpn:ja kor:ko lat:la lav:lv lit:lt
    mac:mk mkd:mk may:ms msa:ms nld:nl dut:nl nor:no nob:nb pan:pa pol:pl por:pt ron:ro rum:ro
    rus:ru slk:sk slo:sk slv:sl spa:es sqi:sq alb:sq srp:sr swa:sw swe:sv tam:ta tel:te tha:th
    tur:tr ukr:uk urd:ur vie:vi yid:yi yor:yo zul:zu mul:mul und:und zxx:zxx
"""
_LANGUAGES = dict(pair.split(":") for pair in _LANGUAGE_CODES.split())
_ADVISORY = {"0": "not_explicit", "1": "explicit", "2": "clean", "4": "explicit"}


@dataclass(frozen=True)
class Title:
    """A written title taken apart: the bare title, its version, featured artists."""

    title: str
    version: str = ""
    featured: tuple[str, ...] = ()


def clean_text(text: str) -> tuple[str, int]:
    """Take control characters out of a text; gives it with their number.

    >>> clean_text("Blue\\x00 Hour\\x07")
    ('Blue Hour', 2)
    """
    cleaned, removed = _CONTROL.subn("", text)
    return unicodedata.normalize("NFC", cleaned).strip(), removed


def read_title(text: str) -> Title:
    """Part "Song (feat. A & B) [X Remix]" into its fields; other brackets stay in the title.

    >>> read_title("Song (feat. Ida & Moss) [Night Remix]")
    Title(title='Song', version='Night Remix', featured=('Ida', 'Moss'))
    >>> read_title("Snow (Part 2)")
    Title(title='Snow (Part 2)', version='', featured=())
    """
    featured: tuple[str, ...] = ()
    if (match := _FEATURED.search(text)) and match.start() > 0:
        featured = split_names(match["names"])
        text = (text[: match.start()] + text[match.end() :]).strip()
    if match := _VERSION.match(text):
        return Title(match["title"].strip(), match["version"].strip(), featured)
    return Title(text, "", featured)


def read_artists(values: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Part written artists into main and featured ones.

    "A & B" stays one name: it may be the name of the act.

    >>> read_artists(["Ida Marrow feat. Moss & Kilo Parade"])
    (('Ida Marrow',), ('Moss', 'Kilo Parade'))
    >>> read_artists(["Simon & Lark; The Tall Grass"])
    (('Simon & Lark', 'The Tall Grass'), ())
    """
    main: list[str] = []
    featured: list[str] = []
    for value in values:
        if (match := _FEATURED.search(value)) and match.start() > 0:
            featured += split_names(match["names"])
            value = value[: match.start()]
        main += [part.strip() for part in re.split(r"\s*;\s*|\s+/\s+", value) if part.strip()]
    return tuple(dict.fromkeys(main)), tuple(dict.fromkeys(featured))


def split_names(text: str) -> tuple[str, ...]:
    """Part a list of names written with commas, "&", "and" or "x"."""
    parts = re.split(r"\s*[,;]\s*|\s+&\s+|\s+and\s+|\s+x\s+", text)
    return tuple(part.strip() for part in parts if part.strip())


def read_tempo(text: str) -> float | None:
    """Read a tempo in BPM; None for 0, nonsense and what no music has.

    >>> read_tempo("128,5"), read_tempo("0"), read_tempo("fast")
    (128.5, None, None)
    """
    try:
        tempo_bpm = float(text.strip().lower().removesuffix("bpm").replace(",", "."))
    except ValueError:
        return None
    return round(tempo_bpm, 2) if 20 <= tempo_bpm <= 400 else None


def read_year(text: str) -> int | None:
    """Find a year; a date whose order is uncertain still has one.

    >>> read_year("2021-05-03"), read_year("03/04/1999"), read_year("99")
    (2021, 1999, None)
    """
    match = _YEAR.search(text)
    return int(match[0]) if match else None


def read_date(text: str) -> str:
    """Give a full ISO date; nothing where the text is not clearly one.

    >>> read_date("2021-05-03T00:00:00Z"), read_date("2021-13-40"), read_date("03/04/2021")
    ('2021-05-03', '', '')
    """
    match = _ISO_DATE.match(text.strip())
    if not match:
        return ""
    year, month, day = (int(part) for part in match.groups())
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    fits = 1 <= month <= 12 and 1 <= day <= lengths[month - 1] and year >= 1860
    return match[0] if fits else ""


def read_number(text: str) -> tuple[int | None, int | None]:
    """Read "3/12" as number and total; 0 means none.

    >>> read_number("3/12"), read_number("07"), read_number("A1")
    ((3, 12), (7, None), (None, None))
    """
    match = _NUMBER_OF.fullmatch(text)
    if not match:
        return None, None
    return int(match[1]) or None, int(match[2]) or None if match[2] else None


def read_language(text: str) -> str:
    """Give a BCP 47 tag for what file tags write ("eng", "en-GB"); nothing where unknown.

    >>> read_language("ENG"), read_language("pt-BR"), read_language("English please")
    ('en', 'pt-BR', '')
    """
    bare = text.strip()
    if bare.lower() in _LANGUAGES:
        return _LANGUAGES[bare.lower()]
    return bare if re.fullmatch(r"[a-z]{2}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?", bare) else ""


def read_advisory(text: str) -> str:
    """Give the advisory for iTunes' number or a word."""
    bare = text.strip().lower()
    words = {"explicit": "explicit", "clean": "clean", "none": "not_explicit"}
    return _ADVISORY.get(bare, words.get(bare, ""))


def split_genres(values: Sequence[str]) -> tuple[str, ...]:
    """Part written genres ("(17)Rock; Indie") into words to look up.

    A slash or comma may belong to a name, so the whole is looked up first by whoever calls.

    >>> split_genres(["(17)Rock; Indie", "Singer/Songwriter"])
    ('Rock', 'Indie', 'Singer/Songwriter')
    """
    found: list[str] = []
    for value in values:
        bare = re.sub(r"\((?:\d{1,3}|RX|CR)\)", ";", value)
        found += [part.strip() for part in re.split(r"[;\x00|]", bare) if part.strip()]
    return tuple(dict.fromkeys(found))


def repaired_text(text: str) -> str:
    """Offer a reading of a text that a tagger stored in the wrong encoding; nothing if it is fine.

    >>> repaired_text("Àëåêñàíäð"), repaired_text("CafÃ© del Mar"), repaired_text("Déjà vu")
    ('Александр', 'Café del Mar', '')
    """
    if not any("\x80" <= character <= "\xff" for character in text):
        return ""
    try:
        stored = text.encode("latin-1")
    except UnicodeEncodeError:
        return ""
    try:
        return stored.decode("utf-8")
    except UnicodeDecodeError:
        pass
    letters = [character for character in text if character.isalpha()]
    upper = [character for character in letters if character >= "À"]
    if len(upper) < 3 or len(upper) < 0.7 * len(letters):
        return ""
    try:
        read = stored.decode("cp1251")
    except UnicodeDecodeError:
        return ""
    cyrillic = [character for character in read if "А" <= character <= "я" or character in "Ёё"]
    return read if len(cyrillic) >= 0.7 * len(letters) else ""
