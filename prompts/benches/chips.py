"""Chips against what people meant: labelled requests, and the aspects of MusicCaps."""

import json
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from catalog.vocabulary import default_terms
from prompts.benches.data import MusicCaps, rows
from prompts.domain.intent import Chip, Kind, Polarity
from prompts.domain.lexicon import PhraseTable, Term
from prompts.domain.text import clean, tokenize, words_of
from prompts.engine import default_engine

LABELS = Path(__file__).parent / "chip_labels.toml"
SIGNS = {Polarity.WANTED: "", Polarity.TOUCH: "~", Polarity.LESS: "<", Polarity.EXCLUDED: "-"}
NAMES = (Kind.LIKE_ARTIST, Kind.LIKE_TRACK)
SAME_NAME = 0.5
"""Share of words two spans must have in common to be the same name."""


def requests(folders: Mapping[str, Path | None]) -> dict[str, Any]:
    """Read every request; compare the labelled ones with what a person read in them."""
    engine = default_engine()
    labels: dict[str, dict[str, list[str]]] = tomllib.loads(LABELS.read_text(encoding="utf-8"))
    counts = {name: [0, 0, 0, 0] for name in labels}
    read = errors = 0
    started = time.perf_counter()
    for request_id, text in every_request(folders):
        read += 1
        try:
            chips = engine.parse(text).chips
        except Exception:  # the figure counts any failure to read; none may stop the count
            errors += 1
            continue
        for name, meant in labels.items():
            if request_id in meant:
                outcome = (1, *compare(short_forms(chips), meant[request_id]))
                counts[name] = [a + b for a, b in zip(counts[name], outcome, strict=True)]
    figures = {
        name: {"labelled": seen, **precision_and_recall(*outcome)}
        for name, (seen, *outcome) in counts.items()
    }
    return {
        "read": read,
        "errors": errors,
        "ms_per_request": round(1000 * (time.perf_counter() - started) / max(read, 1), 3),
        **figures.pop("labels"),
        **figures,
    }


def every_request(folders: Mapping[str, Path | None]) -> Iterator[tuple[str, str]]:
    """Requests of the data sets that are there, with their ids."""
    if place := folders.get("cpcd"):
        for line in (place / "dialogs.jsonl").read_text(encoding="utf-8").splitlines():
            dialog = json.loads(line)
            for number, turn in enumerate(dialog["turns"]):
                if turn["user_query"].strip():
                    yield f"cpcd/{dialog['id']}/{number}", turn["user_query"]
    if place := folders.get("music-reco-ner"):
        for number in (1, 2):
            path = place / f"dataset{number}" / "queries.csv"
            for at, row in enumerate(rows(path) if path.is_file() else ()):
                yield f"ner{number}/{at}", row["original"]
    if place := folders.get("tot-music"):
        for line in (place / "tot_music.jsonl").read_text(encoding="utf-8").splitlines():
            request = json.loads(line)
            yield f"tot/{request['id']}", f"{request['title']}. {request['text']}"


def short_forms(chips: Iterable[Chip]) -> list[str]:
    """Chips that count, as the labels write them; implied orders left out."""
    return [
        SIGNS[chip.polarity] + _subject(chip)
        for chip in chips
        if chip.counts and not (chip.kind is Kind.ARC and not chip.text)
    ]


def _subject(chip: Chip) -> str:
    if chip.kind in NAMES:
        return f"like:{chip.value}"
    if chip.term is not None:
        return str(chip.term)
    return f"era:{chip.label}" if chip.kind is Kind.ERA else f"{chip.kind}:{chip.value}"


def compare(found: Iterable[str], labels: Iterable[str]) -> tuple[int, int, int]:
    """Count right, wrong and missed chips."""
    left = list(labels)
    right = wrong = 0
    for form in found:
        match = next((label for label in left if _same(form, label)), None)
        if match is None:
            wrong += 1
        else:
            left.remove(match)
            right += 1
    return right, wrong, len(left)


def _same(found: str, label: str) -> bool:
    if "like:" in found and "like:" in label:
        if found.startswith("-") != label.startswith("-"):
            return False
        a, b = (set(words_of(form.split("like:")[1])) - {"the"} for form in (found, label))
        return len(a & b) >= SAME_NAME * max(1, len(a | b))
    return found.removeprefix("~") == label.removeprefix("~")  # a touch is wanted too


def precision_and_recall(right: int, wrong: int, missed: int) -> dict[str, float]:
    """Precision, recall and F1 from counts."""
    precision = right / max(right + wrong, 1)
    recall = right / max(right + missed, 1)
    both = precision + recall
    return {
        "precision": round(precision, 4),
        "recall": round(recall, 4),
        "f1": round(2 * precision * recall / both if both else 0.0, 4),
    }


def against_aspects(data: MusicCaps) -> dict[str, Any]:
    """Micro F1 of the terms read from a caption against those its writer's aspects name.

    The truth is every term an aspect names; the peer finds vocabulary names word for word, without
    the lexicon and without negation.
    """
    exact = _exact_table()
    counts = {"ours": [0, 0, 0], "exact": [0, 0, 0]}
    for caption, aspects in zip(data.captions, data.aspects, strict=True):
        truth = {form for aspect in aspects for form in _terms(aspect)}
        for name, found in (("ours", _terms(caption)), ("exact", _exact_terms(caption, exact))):
            counts[name][0] += len(found & truth)
            counts[name][1] += len(found - truth)
            counts[name][2] += len(truth - found)
    ours, peer = (precision_and_recall(*counts[name]) for name in ("ours", "exact"))
    return {**ours, "peers": {"exact_matching": peer}, "n": len(data.captions)}


def _terms(text: str) -> set[str]:
    return {
        SIGNS[chip.polarity].strip("~") + str(chip.term)
        for chip in default_engine().parse(text).chips
        if chip.term is not None and chip.counts
    }


def _exact_table() -> PhraseTable:
    phrases: dict[tuple[str, ...], tuple[Term, ...]] = {}
    for spec in default_terms():
        for name in spec.names:
            words = tuple(name.split())
            phrases.setdefault(words, (Term(spec.facet, spec.slug),))
    return PhraseTable(phrases)


def _exact_terms(text: str, table: PhraseTable) -> set[str]:
    words = [token.raw.casefold() for token in tokenize(clean(text)) if token.is_word]
    found: set[str] = set()
    position = 0
    while position < len(words):
        match = table.at(words, position)
        if match is None:
            position += 1
            continue
        found.add(str(match.meanings[0]))
        position = match.end
    return found
