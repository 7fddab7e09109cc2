"""Files of markets: tracks with tags, descriptions and facts, in the words of whoever wrote them.

Two layouts are read. A table with a heading: tags in one column or one column a facet. And that of
MTG-Jamendo (Bogdanov et al. 2019): tab-separated, the last heading is TAGS, and every cell from
there on is a tag written as "genre---rock".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import log1p

import numpy as np

from analytics.domain.grammar import Term
from analytics.domain.prompt_lists import Remark
from prompts.domain.documents import TrackDocument

FACETS = ("genre", "mood", "instrument", "activity", "theme", "vocals")
FACET_WORDS: Mapping[str, tuple[str, ...]] = {
    "mood/theme": ("mood", "activity", "theme"),
    "moodtheme": ("mood", "activity", "theme"),
}
"""MTG-Jamendo keeps moods and what music is for in one facet; ours are apart."""

MOST_ROWS = 200_000
LONGEST_DESCRIPTION = 2_000
REMARKS_KEPT = 500
UNKNOWN_KEPT = 100
POPULARITY_SPREADS = 6.0

_SEPARATORS = re.compile(r"\s*[,;|]\s*")
_YES, _NO = {"yes", "true", "1", "y", "sung"}, {"no", "false", "0", "n", "none", "without"}


def folded_tag(word: str) -> str:
    """Fold what does not make another tag.

    >>> folded_tag("Drum & Bass") == folded_tag("drum-and-bass"), folded_tag("Lo-Fi")
    (True, 'lofi')
    """
    return re.sub(r"[\W_]+", "", word.casefold().replace("&", "and"))


@dataclass(frozen=True, slots=True)
class TagBook:
    """Our vocabulary by every way to write a term."""

    by_word: Mapping[str, tuple[Term, ...]]
    also: Mapping[str, tuple[Term, ...]]

    def find(self, word: str, facets: Sequence[str] = ()) -> tuple[Term, ...]:
        """Terms that a tag means; one of the facets it was filed under goes first."""
        key = folded_tag(word)
        if key in self.also:
            return self.also[key]
        found = self.by_word.get(key, ())
        fitting = [term for term in found if term[0] in facets]
        return tuple(fitting[:1] or found[:1])


def tag_book(
    names: Iterable[tuple[Term, Iterable[str]]], also: Mapping[str, Iterable[Term]]
) -> TagBook:
    """Build the book from terms with their names."""
    by_word: dict[str, list[Term]] = {}
    for term, written in names:
        for name in written:
            known = by_word.setdefault(folded_tag(name), [])
            if term not in known:
                known.append(term)
    return TagBook(
        {word: tuple(terms) for word, terms in by_word.items()},
        {folded_tag(word): tuple(terms) for word, terms in also.items()},
    )


@dataclass(frozen=True, slots=True)
class MarketColumns:
    """Where a file keeps what. `spills` says that all cells from the tags on are tags."""

    at: Mapping[str, int]
    unknown: tuple[str, ...]
    spills: bool

    @property
    def problem(self) -> str:
        """Why this heading cannot be a market; empty where it can."""
        if any(name in self.at for name in ("tags", "description", *FACETS)):
            return ""
        return (
            "No column holds tags or descriptions. Name one “tags”, “description” or by a facet, "
            "such as “genre”."
        )


def find_market_columns(
    heading: Sequence[str], names: Mapping[str, Sequence[str]]
) -> MarketColumns:
    """Find the columns by their headings; of two alike the first counts."""
    at: dict[str, int] = {}
    unknown = []
    for number, cell in enumerate(heading):
        word = re.sub(r"[\W_]+", " ", cell.casefold()).strip()
        column = next((name for name, known in names.items() if word in known), None)
        if column is not None and column not in at:
            at[column] = number
        elif word:
            unknown.append(cell.strip()[:60])
    spills = at.get("tags") == len(heading) - 1 and "track" in at
    return MarketColumns(at, tuple(unknown), spills)


@dataclass(slots=True)
class MarketReading:
    """What reading a market has found so far."""

    columns: MarketColumns
    book: TagBook
    tracks: list[TrackDocument] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    unknown_tags: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    left_out: int = 0
    understood: int = 0
    _seen: dict[str, int] = field(default_factory=dict)
    _artists: dict[str, int] = field(default_factory=dict)
    _played: list[float] = field(default_factory=list)

    def take(self, row: int, cells: Sequence[str]) -> None:
        """Judge one row and keep its track."""
        self.rows += 1
        key = self._cell(cells, "track")
        if key and key in self._seen:
            self._leave_out(row, f"The same track as row {self._seen[key]:,}.", "Same track twice.")
            return
        terms = self._terms(cells)
        text = self._text(cells)
        if not terms and not text:
            reason = "Nothing we understand is said of this track: no tag we know, no description."
            self._leave_out(row, reason, reason)
            return
        if key:
            self._seen[key] = row
        artist = self._cell(cells, "artist").casefold()
        self.tracks.append(
            TrackDocument(
                track_id=-1 - len(self.tracks),
                title="",
                artist_ids=(-1 - self._artists.setdefault(artist, len(self._artists)),)
                if artist
                else (),
                terms=terms,
                texts=(text,) if text else (),
                tempo_bpm=self._number(row, cells, "tempo", 20, 400),
                duration_s=self._number(row, cells, "duration", 1, 36_000),
                year=self._year(row, cells),
                language=self._language(row, cells),
            )
        )
        played = self._number(row, cells, "popularity", 0, 1e12)
        self._played.append(float("nan") if played is None else played)

    def documents(self) -> list[TrackDocument]:
        """The tracks, with popularity on the scale of 0 to 1 that markets use."""
        values = _popularity(np.array(self._played))
        return [
            track if np.isnan(value) else replace(track, popularity=round(float(value), 4))
            for track, value in zip(self.tracks, values, strict=True)
        ]

    def findings(self) -> dict[str, object]:
        """What was understood, for the page that keeps it."""
        by_facet: Counter[str] = Counter()
        for track in self.tracks:
            by_facet.update(facet for facet, terms in track.terms.items() if terms)
        total = self.understood + sum(self.unknown_tags.values())
        return {
            "columns": sorted(self.columns.at, key=lambda name: self.columns.at[name]),
            "not_read": list(self.columns.unknown)[:40],
            "layout": "mtg-jamendo" if self.columns.spills else "table",
            "tags": total,
            "tags_understood": self.understood,
            "unknown_tags": self.unknown_tags.most_common(UNKNOWN_KEPT),
            "unknown_kinds": len(self.unknown_tags),
            "facets": [[facet, by_facet[facet]] for facet in (*FACETS, "property")],
            "described": sum(bool(track.texts) for track in self.tracks),
            "with_tempo": sum(track.tempo_bpm is not None for track in self.tracks),
            "with_popularity": int(np.isfinite(np.array(self._played)).sum()),
            "artists": len(self._artists),
            "reasons": self.reasons.most_common(20),
        }

    def _terms(self, cells: Sequence[str]) -> dict[str, dict[str, float]]:
        found: dict[str, dict[str, float]] = {}
        for facets, tag in self._tags(cells):
            terms = self.book.find(tag, facets)
            if not terms:
                self.unknown_tags[f"{facets[0]}: {tag}" if len(facets) == 1 else tag[:60]] += 1
                continue
            self.understood += 1
            for facet, slug in terms:
                found.setdefault(facet, {})[slug] = 1.0
        return found

    def _tags(self, cells: Sequence[str]) -> Iterable[tuple[tuple[str, ...], str]]:
        at = self.columns.at
        if "tags" in at:
            first = at["tags"]
            written = cells[first:] if self.columns.spills else cells[first : first + 1]
            for cell in written:
                for tag in _SEPARATORS.split(cell.strip()):
                    if tag:
                        yield _faceted(tag)
        for facet in FACETS:
            for tag in _SEPARATORS.split(self._cell(cells, facet)):
                if tag and facet == "vocals" and tag.casefold() in _YES | _NO:
                    yield (facet,), "vocals" if tag.casefold() in _YES else "instrumental"
                elif tag:
                    yield (facet,), tag

    def _text(self, cells: Sequence[str]) -> str:
        text = "".join(
            character if character.isprintable() else " "
            for character in self._cell(cells, "description")
        )
        return " ".join(text.split())[:LONGEST_DESCRIPTION]

    def _cell(self, cells: Sequence[str], column: str) -> str:
        number = self.columns.at.get(column)
        return cells[number].strip() if number is not None and number < len(cells) else ""

    def _number(
        self, row: int, cells: Sequence[str], column: str, low: float, high: float
    ) -> float | None:
        text = self._cell(cells, column)
        if not text:
            return None
        try:
            value = float(text.replace(",", ".") if text.count(",") == 1 else text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            self._say(row, f"{column}: “{text[:30]}” cannot be; left empty.", f"{column} unusable.")
            return None
        return value

    def _year(self, row: int, cells: Sequence[str]) -> int | None:
        year = self._number(row, cells, "year", 1850, 2100)
        return None if year is None else int(year)

    def _language(self, row: int, cells: Sequence[str]) -> str:
        text = self._cell(cells, "language").casefold()
        if not text:
            return ""
        code = re.split(r"[-_]", text)[0]
        if re.fullmatch(r"[a-z]{2,3}", code):
            return code
        self._say(
            row, f"language: “{text[:30]}” is no code such as en or de.", "language unusable."
        )
        return ""

    def _leave_out(self, row: int, text: str, reason: str) -> None:
        self.left_out += 1
        self._say(row, text, reason, left_out=True)

    def _say(self, row: int, text: str, reason: str, left_out: bool = False) -> None:
        self.reasons[reason] += 1
        if len(self.remarks) < REMARKS_KEPT:
            self.remarks.append(Remark(row, text, left_out))


def _faceted(tag: str) -> tuple[tuple[str, ...], str]:
    """Split "genre---rock" or "mood:calm"; a tag without a facet may be of any."""
    for separator in ("---", ":"):
        facet, found, word = tag.partition(separator)
        name = facet.strip().casefold()
        if found and name in FACET_WORDS:
            return FACET_WORDS[name], word.strip()
        if found and name in FACETS:
            return (name,), word.strip()
    return FACETS, tag.strip()


def _popularity(values: np.ndarray) -> np.ndarray:
    """Bring shares, percentages or counts of plays to 0 to 1; NaN stays unknown.

    Counts go on a logarithmic scale, the middle at 0.5 and three spreads to either end, as the
    generated market has it.
    """
    known = values[np.isfinite(values)]
    if not len(known):
        return values
    if known.max() <= 1:
        return values
    if known.max() <= 100:
        return np.asarray(values / 100)
    logs = np.array([log1p(value) if np.isfinite(value) else np.nan for value in values])
    spread = float(np.nanstd(logs)) or 1.0
    return np.asarray(
        np.clip(0.5 + (logs - np.nanmean(logs)) / (POPULARITY_SPREADS * spread), 0, 1)
    )
