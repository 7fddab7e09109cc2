"""One tempo from several opinions, with its octaves, and whether it is firm.

Estimators disagree by octaves and believe in a beat where there is none. So every opinion, its half
and its double become candidates; each is scored by how well the sound's own periodicity carries it
(autocorrelation of the onset envelope) and by how many opinions meet there. A tempo is firm only
where the periodicity is strong and independent opinions agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.domain.result import TempoCandidate

Floats = NDArray[np.float64]

MIN_BPM, MAX_BPM = 40.0, 240.0
RATIOS = (0.5, 1.0, 2.0, 2 / 3, 1.5)
SAME_TEMPO = 0.04  # MIREX tolerance
# Log-normal preference for the tempi people tap (van Noorden & Moelants 1999: resonance near 2 Hz).
PRIOR_CENTRE_BPM = 118.0
PRIOR_OCTAVES = 0.95


@dataclass(frozen=True)
class Opinion:
    """What one estimator says; `weight` is how much it counts."""

    estimator: str
    bpm: float
    weight: float


@dataclass(frozen=True)
class Tempo:
    """The tempo chosen (None without any), whether it is firm, and the candidates, best first."""

    bpm: float | None
    is_firm: bool
    candidates: tuple[TempoCandidate, ...]
    clarity: float


NO_TEMPO = Tempo(None, False, (), 0.0)


def choose_tempo(
    opinions: Sequence[Opinion], onset_strength: Floats, *, frame_rate_hz: float
) -> Tempo:
    """Weigh opinions against the periodicity of the sound.

    Parameters
    ----------
    opinions : what estimators said, in beats per minute
    onset_strength : ndarray, shape (n_frames,), non-negative, any scale
    frame_rate_hz : float, frames per second

    Returns
    -------
    Tempo : firm or not; `NO_TEMPO` for silence or less than four seconds
    """
    usable = [opinion for opinion in opinions if MIN_BPM / 2 <= opinion.bpm <= MAX_BPM * 2]
    if len(onset_strength) < 4 * frame_rate_hz or not usable or not np.ptp(onset_strength):
        return NO_TEMPO
    periodicity = autocorrelation(onset_strength, frame_rate_hz)
    scores: dict[float, float] = {}
    for opinion in usable:
        for ratio in RATIOS:
            bpm = opinion.bpm * ratio
            if MIN_BPM <= bpm <= MAX_BPM and not any(_same(bpm, known) for known in scores):
                scores[bpm] = _score(bpm, usable, periodicity, frame_rate_hz)
    if not scores:
        return NO_TEMPO
    ranked = sorted(scores.items(), key=lambda entry: -entry[1])
    best = ranked[0][0]
    total = sum(score for _, score in ranked) or 1.0
    clarity = beat_strength(best, periodicity, frame_rate_hz)
    return Tempo(
        bpm=_refined(best, usable),
        is_firm=_is_firm(best, usable, clarity),
        candidates=tuple(
            TempoCandidate(round(_refined(bpm, usable), 2), round(score / total, 3))
            for bpm, score in ranked[:5]
        ),
        clarity=round(clarity, 3),
    )


def autocorrelation(onset_strength: Floats, frame_rate_hz: float) -> Floats:
    """Autocorrelate an envelope up to eight seconds, 1 at lag zero, made unbiased."""
    envelope = onset_strength - np.convolve(
        onset_strength, np.ones(int(frame_rate_hz)) / int(frame_rate_hz), mode="same"
    )
    envelope = np.maximum(envelope, 0)
    envelope -= envelope.mean()
    size = 1 << (2 * len(envelope) - 1).bit_length()
    spectrum = np.fft.rfft(envelope, size)
    lags = min(int(8 * frame_rate_hz), len(envelope) - 1)
    raw = np.fft.irfft(spectrum * np.conj(spectrum), size)[: lags + 1]
    unbiased = raw / (len(envelope) - np.arange(lags + 1))
    return unbiased / unbiased[0] if unbiased[0] > 0 else unbiased


def beat_strength(bpm: float, periodicity: Floats, frame_rate_hz: float) -> float:
    """Mean autocorrelation at one, two, three and four beats, each at its best nearby lag."""
    period = 60 * frame_rate_hz / bpm
    found = []
    for beats in (1, 2, 3, 4):
        lag = beats * period
        reach = max(1, round(lag * 0.01))
        first, last = round(lag) - reach, round(lag) + reach + 1
        if last > len(periodicity):
            break
        found.append(float(periodicity[first:last].max()))
    return float(np.mean(found)) if found else 0.0


def _score(
    bpm: float, opinions: Sequence[Opinion], periodicity: Floats, frame_rate_hz: float
) -> float:
    prior = np.exp(-0.5 * (np.log2(bpm / PRIOR_CENTRE_BPM) / PRIOR_OCTAVES) ** 2)
    votes = sum(opinion.weight for opinion in opinions if _same(bpm, opinion.bpm))
    votes += 0.3 * sum(
        opinion.weight
        for opinion in opinions
        if _same(bpm, opinion.bpm * 2) or _same(bpm, opinion.bpm / 2)
    )
    strength = max(beat_strength(bpm, periodicity, frame_rate_hz), 0.0)
    share = votes / sum(opinion.weight for opinion in opinions)
    return float(prior * (0.15 + share) * (0.1 + strength))


def _is_firm(bpm: float, opinions: Sequence[Opinion], clarity: float) -> bool:
    """Ask for a clear period, and for two estimators that hear it, if in another octave."""
    agreeing = [
        opinion
        for opinion in opinions
        if any(_same(bpm, opinion.bpm * ratio) for ratio in (0.5, 1.0, 2.0))
    ]
    if len(agreeing) < 2:
        return False
    return clarity >= 0.12 if len(agreeing) >= 3 else clarity >= 0.25


def _refined(bpm: float, opinions: Sequence[Opinion]) -> float:
    """Average the opinions that mean this tempo, brought into its octave."""
    near = [
        (opinion.bpm * ratio, opinion.weight)
        for opinion in opinions
        for ratio in (0.5, 1.0, 2.0)
        if _same(bpm, opinion.bpm * ratio)
    ]
    if not near:
        return round(bpm, 2)
    weights = np.array([weight for _, weight in near])
    return round(float(np.average([value for value, _ in near], weights=weights)), 2)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= SAME_TEMPO * other
