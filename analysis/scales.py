"""Reads `analysis/data/signature_scale.json`, once a process."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from analysis.domain.signature import EMBEDDED, Scale

TABLE = Path(__file__).parent / "data" / "signature_scale.json"


@cache
def signature_scale() -> Scale:
    """Give what real recordings have in common; see `manage.py fit_signature`."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))

    def numbers(name: str) -> np.ndarray:
        found = np.array(table[name], np.float32)
        assert found.shape == (EMBEDDED,)
        return found

    return Scale(
        mean=numbers("mean"),
        spread=numbers("spread"),
        movement_mean=numbers("movement_mean"),
        movement_spread=numbers("movement_spread"),
    )
