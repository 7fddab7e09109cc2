"""What fits learn from, measured by the engine's own extractors and kept on disk.

The cache is keyed by name only: delete the folder after changing an extractor.
"""

from pathlib import Path

import numpy as np

from analysis import engine, rhythm
from analysis.domain.bars import HeardBeats
from analysis.domain.pitches import PitchFrames
from analysis.domain.tempo import choose_tempo
from analysis.domain.tempo_curve import tempo_stretches
from analysis.extractors.decoding import decode
from analysis.extractors.onsets import FRAME_RATE_HZ


def onset_bands(name: str, file: Path, folder: Path) -> np.ndarray:
    """Measure the middle of a recording, or read what was measured before."""
    kept = folder / f"onsets-{name}.npz"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(kept, bands=rhythm.middle_bands(rhythm.onsets_of(decode(file))).astype(np.float32))
    with np.load(kept) as data:
        return np.asarray(data["bands"], dtype=np.float64)


def beats_heard(name: str, file: Path, folder: Path) -> HeardBeats | None:
    """Track the beats of a recording, onsets and pitches from the cache; None without a tempo."""
    kept = folder / f"bars-{name}.npz"
    if not kept.exists():
        folder.mkdir(parents=True, exist_ok=True)
        sound = decode(file)
        frames = engine.pitch_frames_of(sound)
        np.savez(
            kept,
            bands=rhythm.onsets_of(sound)[0].bands.astype(np.float32),
            chroma=frames.chroma.astype(np.float32),
            energy=frames.energy.astype(np.float32),
        )
    with np.load(kept) as data:
        bands, chroma, energy = (
            np.asarray(data[each], dtype=np.float64) for each in ("bands", "chroma", "energy")
        )
    middle = rhythm.middle_bands([rhythm.Onsets(0.0, bands)])
    tempo = choose_tempo(middle, rhythm.tempo_weights(), frame_rate_hz=FRAME_RATE_HZ)
    if not tempo.is_firm or tempo.bpm is None:
        return None
    stretches = tempo_stretches(bands, tempo.bpm, frame_rate_hz=FRAME_RATE_HZ)
    pitches = PitchFrames(chroma, chroma, energy, tuning_cents=0.0, in_tune=1.0)
    return rhythm.heard_beats(bands, stretches, pitches)
