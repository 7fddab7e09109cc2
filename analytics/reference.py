"""Reads the readable files of `analytics/data` into domain values, once per process."""

import hashlib
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from analytics.domain.grammar import Grammar, read_grammar

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
