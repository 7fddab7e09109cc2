"""Claim checking with the studio's vocabulary and data files."""

import re
from functools import cache

from prompts.domain.claims import ClaimChecker, ClaimWords, fold_phrase
from prompts.domain.lexicon import Lexicon
from prompts.lexicon import default_lexicon, read_data


@cache
def claim_words() -> ClaimWords:
    """The lists of `claims.toml`."""
    data = read_data("claims.toml")
    return ClaimWords(
        not_claims=re.compile("|".join(data["not_claims"]), re.IGNORECASE),
        loose=frozenset(map(fold_phrase, data["loose"])),
        beside_the_music=frozenset(map(fold_phrase, data["beside_the_music"])),
    )


@cache
def default_checker() -> ClaimChecker:
    """The checker over the shipped vocabulary."""
    return checker_for(default_lexicon())


def checker_for(lexicon: Lexicon) -> ClaimChecker:
    """A checker over a lexicon."""
    return ClaimChecker(lexicon, claim_words())
