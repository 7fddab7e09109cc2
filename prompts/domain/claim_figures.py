"""Numbers and number-like words of a description against what is known: tempo, key, years."""

import re

from prompts.domain.facts import Judged, TrackFacts, contradicted, supported, unsupported
from prompts.domain.intent import Kind
from prompts.domain.numbers import Figure

BOUNDS_BPM = {
    "slow": (0.0, 90.0, 112.0),
    "mid-tempo": (84.0, 128.0, 150.0),
    "fast": (118.0, 999.0, 999.0),
}
"""Where a tempo word is plainly so, and up to where it may still be said of the music.

`slow` and `mid-tempo`: (from, plainly up to, arguable up to). Below `FAST_ARGUABLE_FROM_BPM` fast
is wrong. Chosen from how the captions of bench `claims` use the words beside their BPM.
"""
FAST_ARGUABLE_FROM_BPM = 100.0
MID_ARGUABLE_FROM_BPM = 68.0

_STYLE = re.compile(
    r"^[\s\"'’-]*(?:\w+[\s-]+){0,3}?(?:style|styled|vibe|vibes|feel|feeling|sound|sounding|inspired"
    r"|influence|influenced|influences|esque|ish|flavou?r|spirit|mood|aesthetic|nostalgia)\b",
    re.I,
)
_RELATIVE = {"C": "A", "G": "E", "D": "B", "A": "Gb", "E": "Db", "B": "Ab", "Gb": "Eb",
             "Db": "Bb", "Ab": "F", "Eb": "C", "Bb": "G", "F": "D"}  # fmt: skip


def judge(figure: Figure, facts: TrackFacts) -> Judged | None:
    """Judge a number; None for numbers that are no claim about the recording."""
    if figure.kind is Kind.TEMPO:
        return _tempo(figure, facts)
    if figure.kind is Kind.KEY:
        return _key(figure, facts)
    if figure.kind is Kind.ERA:
        return _year(figure, facts)
    return None


def _tempo(figure: Figure, facts: TrackFacts) -> Judged:
    tempo = facts.tempo_bpm or facts.heard_tempo_bpm
    if tempo is None:
        return unsupported("The tempo is not known.")
    said = f"{'The tempo is' if facts.tempo_bpm else 'Measured, not accepted yet:'} {tempo:g} BPM."
    if _inside(tempo, figure):
        return supported(said)
    for times, words in ((0.5, "half"), (2.0, "twice")):
        if _inside(tempo * times, figure):
            return contradicted(f"{said} The text says {words} of that.")
    return contradicted(said)


def _inside(value: float, figure: Figure) -> bool:
    return (figure.low is None or value >= figure.low) and (
        figure.high is None or value <= figure.high
    )


def _key(figure: Figure, facts: TrackFacts) -> Judged:
    known = facts.key or facts.heard_key
    if not known:
        return unsupported("The key is not known.")
    said = f"{'The key is' if facts.key else 'Measured, not accepted yet:'} {known}."
    if known == figure.value:
        return supported(said)
    if not facts.key:
        return unsupported(said)
    tonic, _, mode = known.partition(" ")
    other, _, other_mode = figure.value.partition(" ")
    major, minor = (tonic, other) if mode == "major" else (other, tonic)
    if mode != other_mode and _RELATIVE.get(major) == minor:
        return contradicted(f"{said} {figure.value} is its relative key.")
    return contradicted(said)


def _year(figure: Figure, facts: TrackFacts) -> Judged:
    if facts.year is None:
        return unsupported("The year of the recording is not set.")
    said = f"Recorded in {facts.year}."
    return supported(said) if _inside(facts.year, figure) else contradicted(said)


def tempo_word(word: str, tempo_bpm: float, *, is_firm: bool) -> Judged:
    """Judge “slow”, “mid-tempo” or “fast” by a tempo.

    What the analysis measured and nobody accepted (`is_firm` false) may be half or double, so it
    contradicts nothing.
    """
    said = f"{'The tempo is' if is_firm else 'Measured, not accepted yet:'} {tempo_bpm:g} BPM."
    low, plainly, arguable = BOUNDS_BPM[word]
    if low <= tempo_bpm <= plainly:
        return supported(said)
    arguable_from = {"fast": FAST_ARGUABLE_FROM_BPM, "mid-tempo": MID_ARGUABLE_FROM_BPM}
    if arguable_from.get(word, 0.0) <= tempo_bpm <= arguable:
        return unsupported(f"{said} Whether that is {word} can be argued.")
    return contradicted(said) if is_firm else unsupported(said)


def speaks_of_style(text: str, end: int) -> bool:
    """Whether the words after an era speak of its sound (“80s-inspired”), not of the year."""
    return _STYLE.match(text[end : end + 60]) is not None
