"""How much energy a track has, estimated from what people said of it."""

from prompts.domain.documents import TrackDocument
from prompts.domain.lexicon import Lexicon, Term

_SAID = {"high-energy": 0.9, "medium-energy": 0.5, "low-energy": 0.12}
_SLOWEST_BPM, _FASTEST_BPM = 60.0, 170.0


def energy_of(document: TrackDocument, lexicon: Lexicon) -> float | None:
    """Energy from 0 to 1, or None when nothing speaks of it.

    A stated energy wins; else the mean of what moods (arousal), genres (their expected energy) and
    the tempo suggest, moods counting twice. Weights chosen by ear.
    """
    if document.energy is not None:
        return document.energy
    stated = [_SAID[slug] for slug in document.terms.get("property", {}) if slug in _SAID]
    if stated:
        return sum(stated) / len(stated)
    hints: list[float] = []
    for facet, slugs in document.terms.items():
        for slug in slugs:
            entry = lexicon.entries.get(Term(facet, slug))
            if entry is None:
                continue
            if entry.arousal is not None:
                hints += [(entry.arousal + 1) / 2] * 2
            elif entry.energy is not None and facet in ("genre", "activity"):
                hints.append(entry.energy)
    if document.tempo_bpm:
        share = (document.tempo_bpm - _SLOWEST_BPM) / (_FASTEST_BPM - _SLOWEST_BPM)
        hints.append(min(1.0, max(0.0, share)))
    return sum(hints) / len(hints) if hints else None
