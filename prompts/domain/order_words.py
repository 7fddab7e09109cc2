"""Words about the order and the length of a playlist: "build up", "bump up the tempo", "cool down"."""

import re
from dataclasses import dataclass

from prompts.domain.intent import Chip, Kind, Polarity, Strength

_ARCS: tuple[tuple[str, str, str], ...] = (
    (
        "rise",
        "tempo rises",
        r"(?:bump|ramp|pick|speed|step|crank|turn)(?:s|ing)? up the (?:tempo|pace|speed|energy|intensity)(?: transitions?)?"
        r"|(?:bump|ramp)(?:s|ing)? up tempo(?: transitions?)?|(?:tempo|pace|energy|bpm) (?:rises|rising|increases|increasing|goes up|builds|building|climbs)"
        r"|(?:gradually|slowly|progressively|steadily) (?:get(?:s|ting)? )?(?:faster|build(?:s|ing)?(?: up)?|heavier|more energetic|more intense|increas\w+|ris\w+|speed\w* up|pick\w* up)"
        r"|(?:increasing|rising|building) (?:tempo|energy|intensity|pace)|build(?:s|ing)? (?:up )?(?:to|towards) (?:a )?(?:climax|peak|finish)"
        r"|start(?:s|ing)? (?:off |out )?(?:slow|calm|quiet|soft|mellow|gentle)(?:ly)?(?: and melodic)?,? (?:and|then|but) (?:then )?(?:end|build|get|speed|pick|finish|becom)\w*(?: up| fast| faster| strong)?"
        r"|warm[- ]?up|run(?:ning)? mix",
    ),
    (
        "cool-down",
        "energy falls",
        r"cool(?:ing)?[- ]?down|wind(?:ing)?[- ]?down|(?:gradually|slowly|progressively) (?:get(?:s|ting)? )?(?:slower|calmer|quieter|softer|slow\w* down|fad\w+|calm\w* down)"
        r"|(?:tempo|pace|energy) (?:falls|falling|drops|decreases|goes down)|(?:decreasing|falling) (?:tempo|energy|intensity|pace)|come ?down|slow(?:ing)? down towards the end",
    ),
    (
        "wave",
        "energy rises and falls",
        r"ups and downs|(?:rise|rises|rising) and (?:fall|falls|falling)|peaks and valleys|ebb and flow|waves of energy|build(?:s)? and release",
    ),
    (
        "steady",
        "steady throughout",
        r"(?:steady|constant|consistent|even|same) (?:tempo|pace|energy|bpm|flow)(?: throughout)?|no (?:sudden|abrupt) (?:changes|jumps|tempo changes)|smooth transitions?|seamless(?:ly)?",
    ),
)
_PATTERNS = tuple(
    (arc, label, re.compile(rf"\b(?:{pattern})\b", re.I)) for arc, label, pattern in _ARCS
)
_NOVELTY = (
    ("fresh", "something new", re.compile(r"\b(?:surprise me|something (?:new|different|fresh)|new discoveries|discover(?:y|ies)?|deep cuts|b-sides|off the beaten (?:path|track))\b", re.I)),
    ("familiar", "something familiar", re.compile(r"\b(?:familiar|the classics|greatest hits|fan favou?rites)\b", re.I)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Order:
    """An order wish with the stretch of text that says it."""

    start: int
    end: int
    chip: Chip


def find_orders(text: str) -> list[Order]:
    """Find what a prompt says about the order of the list; the first arc named counts."""
    found: list[Order] = []
    for arc, label, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            found.append(_order(Kind.ARC, arc, label, match))
    found.sort(key=lambda order: order.start)
    arcs = [order for order in found if order.chip.kind is Kind.ARC][:1]
    novelty = [
        _order(Kind.NOVELTY, value, label, match)
        for value, label, pattern in _NOVELTY
        for match in pattern.finditer(text)
    ][:1]
    return arcs + novelty


def _order(kind: Kind, value: str, label: str, match: re.Match[str]) -> Order:
    chip = Chip(
        kind, Polarity.WANTED, Strength.SOFT, label, value=value, text=match.group(),
        start=match.start(), end=match.end(),
    )  # fmt: skip
    return Order(match.start(), match.end(), chip)
