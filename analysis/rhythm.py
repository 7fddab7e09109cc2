"""Tempo, its course, beats and bars of one recording. Runs in the analysis child."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from analysis.domain.bars import HeardBeats, choose_bars, harmonic_change
from analysis.domain.beats import track_beats
from analysis.domain.pitches import PitchFrames
from analysis.domain.result import Bars, TempoStretch
from analysis.domain.tempo import Tempo, choose_tempo
from analysis.domain.tempo_curve import tempo_stretches
from analysis.extractors import onsets as measure
from analysis.extractors import pitch
from analysis.extractors.decoding import Decoded
from analysis.extractors.resampling import resampled

DATA = Path(__file__).parent / "data"
TEMPO_TABLE, BARS_TABLE = DATA / "tempo_weights.toml", DATA / "bar_weights.toml"
TEMPO_WINDOW_S = 180.0


@dataclass(frozen=True)
class Onsets:
    """Onset strength in bands, shape (8, n_frames), of a stretch that begins at `start_s`."""

    start_s: float
    bands: NDArray[np.float64]


@dataclass(frozen=True)
class Rhythm:
    """The tempo, the stretches that keep theirs, the bars where they are clear, and the beats.

    Beats are those of what was kept from the start, in seconds; none without a firm tempo.
    """

    tempo: Tempo
    stretches: tuple[TempoStretch, ...] = ()
    bars: Bars | None = None
    beats_s: tuple[float, ...] = ()


def rhythm_of(sound: Decoded, pitches: PitchFrames) -> Rhythm:
    """Hear the tempo of a recording; its course and bars only where it is firm."""
    onsets = onsets_of(sound)
    tempo = _tempo_in(onsets)
    if not tempo.is_firm or tempo.bpm is None:
        return Rhythm(tempo)
    by_window = [
        tempo_stretches(
            each.bands, tempo.bpm, frame_rate_hz=measure.FRAME_RATE_HZ, start_s=each.start_s
        )
        for each in onsets
    ]
    stretches = tuple(stretch for found in by_window for stretch in found)
    heard = heard_beats(onsets[0].bands, by_window[0], pitches)
    beats_s = tuple(heard.beats_s.tolist())
    return Rhythm(tempo, stretches, choose_bars(heard, bar_weights()), beats_s)


def heard_beats(
    bands: NDArray[np.float64], stretches: tuple[TempoStretch, ...], pitches: PitchFrames
) -> HeardBeats:
    """Track the beats of what was kept from the start, and what bars are told from."""
    rate_hz = measure.FRAME_RATE_HZ
    beats = track_beats(bands, stretches, frame_rate_hz=rate_hz)
    return HeardBeats(
        bands=bands,
        frame_rate_hz=rate_hz,
        harmony=harmonic_change(pitches.chroma, pitches.energy),
        harmony_rate_hz=pitch.FRAME_RATE_HZ,
        harmony_start_s=pitch.FRAME / 2 / pitch.RATE_HZ,
        beats_s=np.asarray((beats + 0.5) / rate_hz, np.float64),  # a rise lies between two frames
    )


def tempo_of(sound: Decoded) -> Tempo:
    """Take the middle of the track, where intros and fades are over."""
    return _tempo_in(onsets_of(sound))


def onsets_of(sound: Decoded) -> list[Onsets]:
    """Measure the onsets in all that was kept."""
    return [
        Onsets(
            window.start_s,
            measure.onset_bands(resampled(window.samples, sound.sample_rate_hz, measure.RATE_HZ)),
        )
        for window in sound.windows
    ]


def middle_bands(onsets: list[Onsets]) -> NDArray[np.float64]:
    """Give the onsets of the middle minutes of the longest stretch."""
    bands = max((each.bands for each in onsets), key=lambda found: found.shape[1])
    length = int(TEMPO_WINDOW_S * measure.FRAME_RATE_HZ)
    start = max((bands.shape[1] - length) // 2, 0)
    return bands[:, start : start + length]


def _tempo_in(onsets: list[Onsets]) -> Tempo:
    return choose_tempo(middle_bands(onsets), tempo_weights(), frame_rate_hz=measure.FRAME_RATE_HZ)


@cache
def tempo_weights() -> dict[str, float]:
    """Read what speaks for a tempo."""
    return _weights(TEMPO_TABLE)


@cache
def bar_weights() -> dict[str, float]:
    """Read what speaks for bars."""
    return _weights(BARS_TABLE)


def _weights(table: Path) -> dict[str, float]:
    found = tomllib.loads(table.read_text(encoding="utf-8"))["weights"]
    return {name: float(value) for name, value in found.items()}
