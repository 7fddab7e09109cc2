"""Text as it is pasted, made plain; what was changed is said, never done in silence."""

import re
import unicodedata
from dataclasses import dataclass

_SPACES = re.compile(r"[\u00a0\u2000-\u200a\u202f\u205f\u3000\t]")
_INVISIBLE = re.compile(r"[\u00ad\u200b\u2060\ufeff]")
_BREAKS = re.compile(r"\r\n|\r|\x0b|\x0c|\u2028|\u2029|\x85")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>|<!--.*?-->|<!\[[^<>]{0,200}\]>", re.S)
_BULLETS = re.compile(r"^[ ]*[\u2022\u00b7\uf0b7\u25aa\u25cf\uf0a7][ ]*", re.M)


@dataclass(frozen=True, slots=True)
class Plain:
    """A cleaned text, and sentences that say what was changed."""

    text: str
    changes: tuple[str, ...] = ()


def plain_text(text: str) -> Plain:
    """Make a pasted text plain.

    Line breaks, odd spaces, invisible marks and bullets of word processors become plain ones.
    Characters that cannot be stored (NUL, halves of characters) become a visible mark, so that
    nothing disappears unseen. Angle brackets stay: they are text here, and pages show them as such.
    Marks that right-to-left scripts and emoji need are kept.
    """
    changes: list[str] = []

    def change(pattern: "re.Pattern[str]", put: str, sentence: str) -> None:
        nonlocal text
        text, count = pattern.subn(put, text)
        if count:
            changes.append(sentence.format(count=count, s="" if count == 1 else "s"))

    text = _BREAKS.sub("\n", text)
    change(_SPACES, " ", "{count} unusual space{s} became plain.")
    change(_INVISIBLE, "", "{count} invisible character{s} taken out.")
    change(_BULLETS, "- ", "{count} bullet{s} became a dash.")
    kept = "".join(character if _storable(character) else "\ufffd" for character in text)
    if kept != text:
        count = sum(a != b for a, b in zip(kept, text, strict=True))
        changes.append(
            f"{count} character{'' if count == 1 else 's'} that cannot be stored "
            "became \ufffd; look there."
        )
    stripped = re.sub(r"[ ]+\n", "\n", kept).strip()
    return Plain(re.sub(r"\n{3,}", "\n\n", stripped), tuple(changes))


def without_markup(text: str) -> str:
    """The text without HTML tags; offered to people, never done for them."""
    return plain_text(_TAG.sub(" ", text)).text


def has_markup(text: str) -> bool:
    """Whether the text holds something that looks like an HTML tag."""
    return _TAG.search(text) is not None


def _storable(character: str) -> bool:
    return character == "\n" or unicodedata.category(character) not in ("Cc", "Cs")
