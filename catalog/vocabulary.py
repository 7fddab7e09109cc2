"""The vocabulary every new workspace starts with, read from `catalog/data/vocabulary/*.toml`.

A mistake in a file is refused with the name of the file and of the entry, so that
whoever edits the lists finds the line without reading this code.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from catalog.errors import StudioError

VOCABULARY_DIR = Path(__file__).parent / "data" / "vocabulary"
FACETS = ("genre", "mood", "activity", "theme", "instrument", "vocals", "property")

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FILE_KEYS = {"facet", "avs_list", "avs_version", "terms"}
_ENTRY_KEYS = {"label", "synonyms", "avs", "avs_list", "parents", "never_automatic", "point"}


class VocabularyError(StudioError):
    """A vocabulary file says something the studio cannot use."""


@dataclass(frozen=True)
class TermSpec:
    """One vocabulary entry as the data files state it.

    `valence` and `arousal` lie in -1..1 and are set for every mood, and for moods only.
    `parents` are slugs of the same facet. `avs_code` is empty where DDEX has no word for it.
    """

    facet: str
    slug: str
    label: str
    synonyms: tuple[str, ...] = ()
    avs_list: str = ""
    avs_code: str = ""
    parents: tuple[str, ...] = ()
    never_automatic: bool = False
    valence: float | None = None
    arousal: float | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every way to write the term, folded by `fold_name`, without repeats."""
        written = (self.label, self.slug, *self.synonyms)
        return tuple(dict.fromkeys(fold_name(name) for name in written))


@cache
def default_terms() -> tuple[TermSpec, ...]:
    """All terms of the shipped vocabulary, facet by facet in file order."""
    return tuple(term for facet in FACETS for term in read_facet(facet, VOCABULARY_DIR))


def fold_name(name: str) -> str:
    """Fold case, hyphens and spacing, so that "Lo-Fi", "lo fi" and "lo-fi" compare equal."""
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


def read_facet(facet: str, directory: Path) -> tuple[TermSpec, ...]:
    """Read and check `<facet>.toml` of a directory.

    Raises
    ------
    VocabularyError : naming the file, and the entry where there is one
    """
    path = directory / f"{facet}.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise VocabularyError(f"{path.name}: the file is missing.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise VocabularyError(f"{path.name}: not valid TOML: {error}") from error
    unknown = set(document) - _FILE_KEYS
    if unknown:
        raise VocabularyError(f"{path.name}: unknown key {_listed(unknown)}.")
    if document.get("facet") != facet:
        raise VocabularyError(f'{path.name}: must say facet = "{facet}".')
    entries = document.get("terms")
    if not isinstance(entries, dict) or not entries:
        raise VocabularyError(f"{path.name}: holds no terms.")
    avs_list = document.get("avs_list", "")
    terms = tuple(
        _read_entry(path.name, facet, slug, entry, avs_list) for slug, entry in entries.items()
    )
    _check_parents(path.name, terms)
    _check_names(path.name, terms)
    return terms


def _read_entry(file: str, facet: str, slug: str, entry: Any, avs_list: str) -> TermSpec:
    where = f"{file}, entry {slug}"
    if not _SLUG.fullmatch(slug):
        raise VocabularyError(f"{where}: a slug is lower-case words joined by hyphens.")
    if not isinstance(entry, dict):
        raise VocabularyError(f"{where}: must be a table, as in {{ synonyms = [...] }}.")
    unknown = set(entry) - _ENTRY_KEYS
    if unknown:
        raise VocabularyError(f"{where}: unknown key {_listed(unknown)}.")
    avs_code = _text(where, entry, "avs", "")
    named_list = _text(where, entry, "avs_list", avs_list)
    if avs_code and not named_list:
        raise VocabularyError(f"{where}: has an AVS code but no avs_list.")
    never_automatic = entry.get("never_automatic", False)
    if not isinstance(never_automatic, bool):
        raise VocabularyError(f"{where}: never_automatic must be true or false.")
    valence, arousal = _point(where, facet, entry)
    return TermSpec(
        facet=facet,
        slug=slug,
        label=_text(where, entry, "label", slug.replace("-", " ").capitalize()),
        synonyms=_texts(where, entry, "synonyms"),
        avs_list=named_list if avs_code else "",
        avs_code=avs_code,
        parents=_texts(where, entry, "parents"),
        never_automatic=never_automatic,
        valence=valence,
        arousal=arousal,
    )


def _text(where: str, entry: Mapping[str, Any], key: str, default: str) -> str:
    value = entry.get(key, default)
    if not isinstance(value, str) or (key in entry and not value.strip()):
        raise VocabularyError(f"{where}: {key} must be a text.")
    return value


def _texts(where: str, entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = entry.get(key, [])
    if not isinstance(values, list) or not all(
        isinstance(value, str) and value.strip() for value in values
    ):
        raise VocabularyError(f"{where}: {key} must be a list of texts.")
    return tuple(values)


def _point(where: str, facet: str, entry: Mapping[str, Any]) -> tuple[float | None, float | None]:
    if facet != "mood":
        if "point" in entry:
            raise VocabularyError(f"{where}: only moods have a point.")
        return None, None
    match entry.get("point"):
        case [int() | float() as valence, int() | float() as arousal] if (
            -1 <= valence <= 1 and -1 <= arousal <= 1
        ):
            return float(valence), float(arousal)
    raise VocabularyError(
        f"{where}: a mood needs point = [valence, arousal], each between -1 and 1."
    )


def _check_parents(file: str, terms: tuple[TermSpec, ...]) -> None:
    parents = {term.slug: term.parents for term in terms}
    for term in terms:
        for parent in term.parents:
            if parent not in parents:
                raise VocabularyError(f"{file}, entry {term.slug}: parent {parent} is not here.")
        if term.slug in _ancestors(term.slug, parents):
            raise VocabularyError(f"{file}, entry {term.slug}: is its own ancestor.")


def _ancestors(slug: str, parents: Mapping[str, tuple[str, ...]]) -> set[str]:
    found: set[str] = set()
    waiting = list(parents[slug])
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting.extend(parents.get(parent, ()))
    return found


def _check_names(file: str, terms: tuple[TermSpec, ...]) -> None:
    """A word must lead to one term: two terms of a facet may not share a name."""
    owner: dict[str, str] = {}
    for term in terms:
        for name in term.names:
            if owner.setdefault(name, term.slug) != term.slug:
                raise VocabularyError(
                    f'{file}, entry {term.slug}: "{name}" already means {owner[name]}.'
                )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
