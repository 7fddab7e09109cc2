"""Which column of a sheet is which column of the catalog, by its heading. Plain Python."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from catalog.domain.table_shape import fold_heading
from catalog.errors import StudioError

SURE = 100.0
NEAR = 88.0
"""Chosen by ear: "artist nme" still finds "artist name", "label" never finds "album"."""


class TwiceMapped(StudioError):
    """Two columns of the sheet would fill one column of the catalog."""


@dataclass(frozen=True)
class Proposal:
    """What a heading probably means: the name of a column, or "" to leave it out.

    `why` is "remembered", "name", "near" (spelt a little differently) or "".
    """

    heading: str
    target: str
    why: str = ""


def propose(
    headings: Sequence[str],
    names: Mapping[str, Sequence[str]],
    *,
    remembered: Mapping[str, str] | None = None,
) -> list[Proposal]:
    """Propose a column for each heading.

    Parameters
    ----------
    names : headings by column of the catalog
    remembered : columns by folded heading, from the last sheet of this source

    A column that two headings ask for in the same way is proposed to neither: a person has to pick.
    One that is remembered beats one of the right name, and that one beats a near one.
    """
    known = {
        fold_heading(name): target for target, all_names in names.items() for name in all_names
    }
    folded = [fold_heading(heading) for heading in headings]
    proposals = [
        _propose_one(heading, key, known, remembered or {})
        for heading, key in zip(headings, folded, strict=True)
    ]
    for target in {proposal.target for proposal in proposals if proposal.target}:
        rivals = [n for n, proposal in enumerate(proposals) if proposal.target == target]
        best = min(_RANK[proposals[n].why] for n in rivals)
        first = [n for n in rivals if _RANK[proposals[n].why] == best]
        for number in rivals:
            if number not in first or len(first) > 1:
                why = "twice" if len(first) > 1 else ""
                proposals[number] = Proposal(headings[number], "", why)
    return proposals


_RANK = {"remembered": 0, "name": 1, "near": 2}


def _propose_one(
    heading: str, key: str, known: Mapping[str, str], remembered: Mapping[str, str]
) -> Proposal:
    if key in remembered:
        return Proposal(heading, remembered[key], "remembered" if remembered[key] else "")
    if key in known:
        return Proposal(heading, known[key], "name")
    if len(key) >= 5:
        found = process.extractOne(key, known.keys(), scorer=fuzz.ratio, score_cutoff=NEAR)
        if found is not None:
            return Proposal(heading, known[found[0]], "near")
    return Proposal(heading, "")


def check_mapping(headings: Sequence[str], targets: Sequence[str]) -> None:
    """Refuse a mapping in which two columns of the sheet fill the same column of the catalog.

    Raises
    ------
    TwiceMapped : naming both headings
    """
    seen: dict[str, int] = {}
    for number, target in enumerate(targets):
        if target and target in seen:
            first, second = headings[seen[target]], headings[number]
            raise TwiceMapped(
                f"The columns “{first}” and “{second}” (columns {seen[target] + 1} and "
                f"{number + 1}) both fill {target.replace('_', ' ')}: a duplicate.",
                hint="Keep one of them and leave the other out.",
            )
        if target:
            seen[target] = number
