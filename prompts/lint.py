"""The lint rules of the studio, with what a workspace does not want to read."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from prompts.domain.lint import LintRules
from prompts.lexicon import read_data


@cache
def default_rules() -> LintRules:
    """The lists of `lint.toml`."""
    data = read_data("lint.toml")
    return LintRules(
        cliches=data["cliches"],
        comparing=tuple(data["comparing"]["phrases"]),
        capitals=frozenset(data["capitals"]["allowed"]),
        small_words={code: frozenset(words) for code, words in data["small_words"].items()},
        limits=data["limits"],
    )


def rules_with(banned: Sequence[str]) -> LintRules:
    """The studio's rules and a workspace's banned terms."""
    return replace(default_rules(), banned=tuple(banned))
