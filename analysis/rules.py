"""Reads the tables of rules in `analysis/data`, each once a process."""

import tomllib
from functools import cache
from pathlib import Path

from analysis.domain.stem_hearing import StemHearingRules
from analysis.domain.streaming import Service, read_services
from analysis.domain.suggestions import FacetRule, StemRule, SuggestingRules

TABLE = Path(__file__).parent / "data" / "suggesting.toml"
TARGETS = TABLE.with_name("loudness_targets.toml")


@cache
def suggesting_rules() -> SuggestingRules:
    """Give the limits and the words of stems."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return SuggestingRules(
        likely=float(table["likely"]),
        facets={
            facet: FacetRule(ask=float(rule["ask"]), most=int(rule["most"]))
            for facet, rule in table["facets"].items()
        },
        stems={
            role: StemRule(says=rule.get("says", ""), may_hear=frozenset(rule["may_hear"]))
            for role, rule in table["stems"].items()
        },
        named_stem=float(table["confidence"]["named_stem"]),
        vocals_stem=float(table["confidence"]["vocals_stem"]),
        silent_vocals_stem=float(table["confidence"]["silent_vocals_stem"]),
        no_vocals_stem=float(table["confidence"]["no_vocals_stem"]),
        only_in_stem=float(table["confidence"]["only_in_stem"]),
        stem_hearing=StemHearingRules(
            roles={role: tuple(terms) for role, terms in table["stem_roles"].items()},
            means={
                role: {term: tuple(signs) for term, signs in terms.items()}
                for role, terms in table["stem_means"].items()
            },
            **{name: float(value) for name, value in table["stem_hearing"].items()},
        ),
    )


@cache
def loudness_targets() -> tuple[Service, ...]:
    """Give what streaming services aim for."""
    return read_services(tomllib.loads(TARGETS.read_text(encoding="utf-8")))
