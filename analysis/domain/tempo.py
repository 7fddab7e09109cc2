"""One tempo from several opinions, with its octaves, and whether it is firm.

Estimators disagree by octaves and believe in a beat where there is none. So every opinion, and the
tempi in simple ratios to it, become candidates. A candidate's score is a weighted sum of how far it
lies from the tempi people tap, of who votes for it, and of how the sound repeats at its beat, at
parts and at multiples of it; a softmax over the candidates is its confidence. A tempo is firm only
where the sound has clear onsets that repeat with it. `manage.py fit_tempo` learns the weights; they
stand in `data/tempo_weights.toml` with their scores.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from analysis.domain.periodicity import Floats, Periodicity, periodicity_of, refined_bpm
from analysis.domain.result import TempoCandidate

MIN_BPM, MAX_BPM = 40.0, 240.0
RATIOS = (1 / 3, 1 / 2, 2 / 3, 3 / 4, 1.0, 4 / 3, 3 / 2, 2.0, 3.0)
SAME_TEMPO = 0.04
"""MIREX tolerance."""
CENTRE_BPM = 115.0
MOST_CANDIDATES = 5
MIN_DURATION_S = 4.0
GRID_STEPS = 300

FIRM_STRENGTH = 0.22
"""Mean autocorrelation at one, two and four beats. Steady pieces reach 0.38 and more; noise,
speech, birds, random clicks and free playing stay at 0.17 or less."""
CLEAR_ONSETS = 2.0
"""99th percentile of the summed onset bands. A drone that swells reaches 0.7, music 9 and more."""

AFTER = (("two_beats", 2), ("half_a_beat", 1 / 2), ("a_third_of_a_beat", 1 / 3), ("three_beats", 3))
HIGH_AFTER = (("one_beat", 1), ("two_beats", 2))
HIGH_AT = (("half", 1 / 2), ("once", 1), ("twice", 2))


@dataclass(frozen=True)
class Opinion:
    """What one estimator says."""

    estimator: str
    bpm: float


@dataclass(frozen=True)
class Tempo:
    """The tempo chosen (None without any), whether it is firm, and the candidates, best first."""

    bpm: float | None
    is_firm: bool
    candidates: tuple[TempoCandidate, ...]
    clarity: float


NO_TEMPO = Tempo(None, False, (), 0.0)


def choose_tempo(bands: Floats, weights: Mapping[str, float], *, frame_rate_hz: float) -> Tempo:
    """Weigh opinions against how the sound repeats.

    Parameters
    ----------
    bands : ndarray, shape (8, n_frames), non-negative: onset strength from low to high frequency,
        as `extractors.onsets` measures it
    weights : what each entry of `evidence_of` counts
    frame_rate_hz : float, frames per second

    Returns
    -------
    Tempo : firm or not; `NO_TEMPO` for silence or less than four seconds
    """
    if bands.shape[1] < MIN_DURATION_S * frame_rate_hz or not np.ptp(bands):
        return NO_TEMPO
    periodicity = periodicity_of(bands, frame_rate_hz=frame_rate_hz)
    heard = opinions_on(periodicity)
    tempi = candidates_from(heard)
    scores = np.array(
        [
            sum(
                weights[name] * value
                for name, value in evidence_of(bpm, heard, periodicity).items()
            )
            for bpm in tempi
        ]
    )
    chances = np.exp(scores - scores.max())
    chances /= chances.sum()
    order = np.argsort(-chances, kind="stable")
    best = tempi[order[0]]
    refined = refined_bpm(best, bands, frame_rate_hz=frame_rate_hz)
    clarity = max(
        periodicity.beat_strength(bpm) for bpm in (best, best / 2, best * 2) if bpm >= MIN_BPM / 2
    )
    has_onsets = float(np.percentile(bands.sum(axis=0), 99)) >= CLEAR_ONSETS
    return Tempo(
        bpm=round(refined, 2),
        is_firm=has_onsets and clarity >= FIRM_STRENGTH,
        candidates=tuple(
            # The ratio between candidates is exact, so one refinement serves all of them.
            TempoCandidate(_aligned(tempi[place], best, refined), round(float(chances[place]), 3))
            for place in order[:MOST_CANDIDATES]
        ),
        clarity=round(clarity, 3),
    )


def opinions_on(periodicity: Periodicity) -> list[Opinion]:
    """Ask three estimators that err in different ways, each with a mild preference for 118 BPM.

    `comb` asks which beat repeats at one to four times its length; it likes slow tempi. `spectrum`
    asks which frequency the onsets have, with its harmonics; it likes fast ones. `both` multiplies
    the two, which leaves few octaves.
    """
    full = periodicity.full

    def comb(bpm: float) -> float:
        return float(np.mean([full.after(beats * 60 / bpm) for beats in (1, 2, 3, 4)]))

    def spectrum(bpm: float) -> float:
        return float(np.mean([full.at(times * bpm / 60) for times in (1, 2, 4)]))

    def both(bpm: float) -> float:
        repeats = max(0.0, full.after(60 / bpm) + full.after(120 / bpm))
        return (full.at(bpm / 60) + full.at(bpm / 30)) * repeats

    return [
        Opinion(name, _strongest(strength))
        for name, strength in (("comb", comb), ("spectrum", spectrum), ("both", both))
    ]


def _strongest(strength: Callable[[float], float]) -> float:
    grid = np.geomspace(MIN_BPM, MAX_BPM, GRID_STEPS)
    values = [strength(bpm) * math.exp(-0.5 * math.log2(bpm / 118) ** 2) for bpm in grid]
    return float(grid[int(np.argmax(values))])


def candidates_from(opinions: Sequence[Opinion]) -> list[float]:
    """Give every opinion and the tempi in simple ratios to it, each once."""
    found: list[float] = []
    for opinion in opinions:
        for ratio in RATIOS:
            bpm = opinion.bpm * ratio
            if MIN_BPM <= bpm <= MAX_BPM and not any(_same(bpm, known) for known in found):
                found.append(bpm)
    return found


def evidence_of(
    bpm: float, opinions: Sequence[Opinion], periodicity: Periodicity
) -> dict[str, float]:
    """Measure what speaks for a candidate."""
    octaves = math.log2(bpm / CENTRE_BPM)
    octave_votes = sum(_same(o.bpm * 2, bpm) or _same(o.bpm / 2, bpm) for o in opinions)
    beat_s, full, high = 60 / bpm, periodicity.full, periodicity.high
    return {
        "octaves_from_centre": octaves,
        "octaves_from_centre_squared": octaves**2,
        **{f"vote_{o.estimator}": float(_same(o.bpm, bpm)) for o in opinions},
        "octave_votes": octave_votes / len(opinions),
        **{f"repeats_after_{name}": full.after(beats * beat_s) for name, beats in AFTER},
        **{f"high_repeats_after_{name}": high.after(beats * beat_s) for name, beats in HIGH_AFTER},
        **{f"high_pulse_{name}_a_beat": high.at(times / beat_s) for name, times in HIGH_AT},
    }


def _aligned(bpm: float, best: float, refined: float) -> float:
    for ratio in RATIOS:
        if _same(bpm, best * ratio):
            return round(refined * ratio, 2)
    return round(bpm, 2)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= SAME_TEMPO * other
