"""Onset bands of recordings, measured by the engine's own extractor and kept on disk.

The cache is keyed by name only: delete the folder after changing the extractor.
"""

from pathlib import Path

import numpy as np


def onset_bands(name: str, file: Path, folder: Path) -> np.ndarray:
    """Measure the middle of a recording, or read what was measured before."""
    kept = folder / f"onsets-{name}.npz"
    if not kept.exists():
        from analysis import engine
        from analysis.extractors.decoding import decode

        folder.mkdir(parents=True, exist_ok=True)
        np.savez(kept, bands=engine.middle_bands(engine.onsets_of(decode(file))).astype(np.float32))
    with np.load(kept) as data:
        return np.asarray(data["bands"], dtype=np.float64)
