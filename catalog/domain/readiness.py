"""How complete a release is, what is missing, and what is due when. Plain Python; rules are data.

The score is the sum of the weights of the rules that are met, over the sum of all weights. A rule
on tracks counts by the share of tracks that meet it; without any track it is not met.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SOON = dt.timedelta(days=7)


@dataclass(frozen=True)
class Rule:
    """Something a release, or every track of it, needs."""

    key: str
    label: str
    weight: int
    on: str
    why: str = ""


@dataclass(frozen=True)
class Step:
    """A step before the release date; `latest_days_before` is when it is too late, if earlier."""

    key: str
    label: str
    days_before: int
    needs: tuple[str, ...] = ()
    latest_days_before: int | None = None
    source: str = ""


@dataclass(frozen=True)
class Rules:
    """All rules and steps, in the order of their file."""

    rules: tuple[Rule, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Facts:
    """What is known of a release: rules met by it, and by how many of its tracks."""

    met: frozenset[str]
    track_count: int
    tracks_with: Mapping[str, int]


@dataclass(frozen=True)
class Missing:
    """A rule that is not met; `tracks` is how many tracks lack it, 0 for the release itself."""

    rule: Rule
    tracks: int = 0


@dataclass(frozen=True)
class Readiness:
    """The score from 0 to 1 with its reasons."""

    score: float
    missing: tuple[Missing, ...]
    met: frozenset[str]


@dataclass(frozen=True)
class StepState:
    """A step with its day: "done", "late", "soon", "open", or "undated" without a release date."""

    step: Step
    due: dt.date | None
    state: str
    by_hand: bool
    latest: dt.date | None = None


def read_rules(path: Path) -> Rules:
    """Read rules and steps from TOML."""
    data: dict[str, list[dict[str, Any]]] = tomllib.loads(path.read_text())
    return Rules(
        tuple(Rule(**rule) for rule in data["rule"]),
        tuple(Step(**{**step, "needs": tuple(step.get("needs", ()))}) for step in data["step"]),
    )


def judge(rules: Sequence[Rule], facts: Facts) -> Readiness:
    """Score a release and list what is missing, the weightiest first.

    >>> rules = [Rule("title", "Title", 3, "release"), Rule("isrc", "ISRC", 1, "track")]
    >>> found = judge(rules, Facts(frozenset({"title"}), 2, {"isrc": 1}))
    >>> found.score, [(each.rule.key, each.tracks) for each in found.missing]
    (0.875, [('isrc', 1)])
    """
    reached = 0.0
    missing, met = [], set()
    for rule in rules:
        if rule.on == "track":
            having = facts.tracks_with.get(rule.key, 0)
            share = having / facts.track_count if facts.track_count else 0.0
            lacking = facts.track_count - having
        else:
            share, lacking = float(rule.key in facts.met), 0
        reached += rule.weight * share
        if share == 1:
            met.add(rule.key)
        else:
            missing.append(Missing(rule, lacking))
    missing.sort(key=lambda each: -each.rule.weight)
    total = sum(rule.weight for rule in rules)
    return Readiness(reached / total if total else 1.0, tuple(missing), frozenset(met))


def plan_steps(
    steps: Sequence[Step],
    *,
    release_date: dt.date | None,
    today: dt.date,
    met: frozenset[str],
    ticked: frozenset[str],
) -> list[StepState]:
    """Say for every step when it is due and how it stands.

    >>> step = Step("pitch", "Pitch", 21, latest_days_before=7)
    >>> day = dt.date(2027, 1, 29)
    >>> none: frozenset[str] = frozenset()
    >>> [plan_steps([step], release_date=day, today=today, met=none, ticked=none)[0].state
    ...  for today in (dt.date(2026, 12, 1), dt.date(2027, 1, 5), dt.date(2027, 1, 9))]
    ['open', 'soon', 'late']
    """
    found = []
    for step in steps:
        due = release_date - dt.timedelta(days=step.days_before) if release_date else None
        latest = None
        if release_date and step.latest_days_before is not None:
            latest = release_date - dt.timedelta(days=step.latest_days_before)
        done = set(step.needs) <= met if step.needs else step.key in ticked
        if done:
            state = "done"
        elif due is None:
            state = "undated"
        elif due < today:
            state = "late"
        else:
            state = "soon" if due - today <= SOON else "open"
        found.append(StepState(step, due, state, not step.needs, latest))
    return found
