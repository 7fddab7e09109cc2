"""Codes brought into the form in which they are stored, by the name of their field."""

from collections.abc import Callable, Mapping

from catalog.domain.changes import Json
from catalog.domain.identifiers import (
    normalise_ipi,
    normalise_isni,
    normalise_isrc,
    normalise_iswc,
    normalise_upc,
)
from catalog.domain.languages import normalise_language

_FORMS: Mapping[str, Callable[[str], str]] = {
    "isrc": normalise_isrc,
    "iswc": normalise_iswc,
    "upc": normalise_upc,
    "isni": normalise_isni,
    "ipi": normalise_ipi,
    "title_language": normalise_language,
    "lyrics_language": normalise_language,
}


def in_stored_form(values: Mapping[str, Json]) -> dict[str, Json]:
    """Give the values with every code checked and in its stored form.

    >>> in_stored_form({"title": "Blue", "isrc": "aa-6q7-20-00047"})
    {'title': 'Blue', 'isrc': 'AA6Q72000047'}

    Raises
    ------
    StudioError : a code that cannot be one
    """
    return {
        name: _FORMS[name](value) if name in _FORMS and isinstance(value, str) else value
        for name, value in values.items()
    }
