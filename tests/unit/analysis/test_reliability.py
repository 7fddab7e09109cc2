"""How sure the studio is, beside how often it is right."""

from analysis.benches.tags import Scored, Term, reliability
from analysis.heads.labelled import REAL, Recording


def scored(shown: dict[Term, float], truth: dict[Term, bool]) -> Scored:
    return Scored(Recording("a", "b", REAL, (), truth), {}, shown, {})


def test_what_is_shown_is_counted_by_how_sure_it_was() -> None:
    piano, organ, drums = ("instrument", "piano"), ("instrument", "organ"), ("instrument", "drums")
    found = reliability(
        [
            scored({piano: 0.62, drums: 0.95}, {piano: True, drums: True}),
            scored({piano: 0.66, organ: 0.7}, {piano: False}),  # nobody says whether organs play
        ]
    )
    assert found == [
        {"from": 0.6, "n": 2, "mean_confidence": 0.64, "right_share": 0.5},
        {"from": 0.9, "n": 1, "mean_confidence": 0.95, "right_share": 1.0},
    ]
