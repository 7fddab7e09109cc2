"""Reads the readable files of `analytics/data` into domain values, once per process."""

import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from analytics.domain.choice import ChoiceModel, read_choice_model
from analytics.domain.grammar import Grammar, read_grammar, term
from analytics.domain.market import MarketModel
from analytics.domain.market_files import TagBook, tag_book
from analytics.domain.market_model import build_market_model
from analytics.domain.tastes import Assumptions, read_assumptions
from catalog.vocabulary import default_terms

DATA_DIR = Path(__file__).parent / "data"
GRAMMAR_DIR = DATA_DIR / "grammar"


@cache
def grammar() -> Grammar:
    """The grammar that the shipped files describe."""
    return read_grammar({path.stem: _parsed(path) for path in sorted(GRAMMAR_DIR.glob("*.toml"))})


@cache
def grammar_version() -> str:
    """A short fingerprint of the grammar files; a changed word gives another one."""
    return _fingerprint(sorted(GRAMMAR_DIR.glob("*.toml")))


def _parsed(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _fingerprint(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def market_model() -> MarketModel:
    """The generated market that the shipped figures describe."""
    points = {
        spec.slug: (spec.valence or 0.0, spec.arousal or 0.0)
        for spec in default_terms()
        if spec.facet == "mood"
    }
    return build_market_model(
        _parsed(DATA_DIR / "market.toml"),
        _parsed(DATA_DIR / "market_scenes.toml"),
        grammar(),
        points,
    )


@cache
def market_version() -> str:
    """A short fingerprint of the market's figures and of the grammar it leans on."""
    return _fingerprint([DATA_DIR / "market.toml", DATA_DIR / "market_scenes.toml"])


@cache
def choice_model() -> ChoiceModel:
    """The listener that `choice.toml` describes."""
    return read_choice_model(_parsed(DATA_DIR / "choice.toml"))


@cache
def assumptions() -> Assumptions:
    """Who asks and how tracks sound, for approaches that look at more than the prompt."""
    return read_assumptions(_parsed(DATA_DIR / "listeners.toml"))


@cache
def market_columns() -> dict[str, list[str]]:
    """How files of markets name their columns."""
    return dict(_parsed(DATA_DIR / "market_columns.toml")["market"])


@cache
def prompt_columns() -> dict[str, list[str]]:
    """How lists of prompts name their columns."""
    return dict(_parsed(DATA_DIR / "market_columns.toml")["prompts"])


@cache
def known_tags() -> TagBook:
    """Our vocabulary by every way to write a term, for tags of other people."""
    also = _parsed(DATA_DIR / "market_columns.toml")["also"]
    return tag_book(
        (((spec.facet, spec.slug), (spec.slug, *spec.names)) for spec in default_terms()),
        {word: [term(written) for written in terms] for word, terms in also.items()},
    )


@cache
def event_columns() -> dict[str, list[str]]:
    """How files of events name their columns: what a column holds, and its possible headings."""
    groups = _parsed(DATA_DIR / "event_columns.toml")
    return {column: names for group in groups.values() for column, names in group.items()}
