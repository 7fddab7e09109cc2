"""Which libraries this machine has. Essentia has no wheel for Linux on Arm, nor for Windows."""

import importlib.util
from functools import cache


@cache
def has_essentia() -> bool:
    """Whether Essentia is installed; only fingerprints and plug-ins need it."""
    return importlib.util.find_spec("essentia") is not None


def capabilities() -> dict[str, str]:
    """Say what hears what here, for `/readyz` and the operations page."""
    return {
        "taggers": "NumPy",
        "tempo": "NumPy",
        "key": "NumPy",
        "fingerprint": "Chromaprint" if has_essentia() else "",
    }
