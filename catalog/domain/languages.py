"""Language tags of BCP 47 (RFC 5646): how they are written and checked. Plain Python.

The form of a tag is checked as a whole; of its parts only two-letter languages are looked up,
because the list of three-letter ones has thousands of entries and grows.
"""

import re

from catalog.domain.tag_values import read_language
from catalog.errors import StudioError

# ISO 639-1, all 183 of them.
_LISTED = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
    dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia
    id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo
    lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl
    ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk
    tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
_TWO_LETTERS = frozenset(_LISTED.split())
_TAG = re.compile(
    r"(?P<language>[a-z]{2,3})"
    r"(?P<extended>(?:-[a-z]{3}){0,3})"
    r"(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?"
    r"(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)"
    r"(?P<rest>(?:-[a-wyz0-9](?:-[a-z0-9]{2,8})+)*(?:-x(?:-[a-z0-9]{1,8})+)?)",
    re.IGNORECASE,
)


class UnknownLanguage(StudioError):
    """A text that is no language tag."""


def normalise_language(text: str) -> str:
    """Give a language tag with its parts in their usual case; empty stays empty.

    >>> normalise_language("PT_br"), normalise_language("ja-latn"), normalise_language("eng")
    ('pt-BR', 'ja-Latn', 'en')
    """
    bare = text.strip().replace("_", "-")
    if not bare:
        return ""
    if three_letters := re.fullmatch(r"[A-Za-z]{3}", bare):
        bare = read_language(three_letters[0]) or bare
    match = _TAG.fullmatch(bare)
    if match is None or len(bare) > 35:
        raise UnknownLanguage(
            f"“{text.strip()}” is not a language tag.",
            hint="Write the code of the language: en, pt-BR, ja-Latn, or zxx for no words.",
        )
    language = match["language"].lower()
    if len(language) == 2 and language not in _TWO_LETTERS:
        raise UnknownLanguage(
            f"No language has the code “{language}”.",
            hint="Two letters are a code of ISO 639-1, such as en or ja (not the country: JP is no "
            "language).",
        )
    parts = [language + match["extended"].lower()]
    parts += [match["script"].title()] if match["script"] else []
    parts += [match["region"].upper()] if match["region"] else []
    return "-".join(parts) + (match["variants"] + match["rest"]).lower()
