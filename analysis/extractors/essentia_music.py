"""Tempo and key by Essentia. Only this file and `musicnn_tagger` import it."""

from __future__ import annotations

from typing import Any

from analysis.domain.key import KeyOpinion
from analysis.domain.loudness import Floats
from analysis.domain.tempo import Opinion

RATE_HZ = 44_100
KEY_PROFILES = ("bgate", "edma", "krumhansl")


def version() -> str:
    """Give Essentia's version."""
    return str(_essentia().__version__)


def tempo_opinions(mono: Floats) -> list[Opinion]:
    """Ask two unrelated estimators; mono at 44.1 kHz, at least four seconds."""
    es = _standard()
    bpm, _, confidence, _, _ = es.RhythmExtractor2013(method="multifeature", maxTempo=208)(mono)
    percival = es.PercivalBpmEstimator(sampleRate=RATE_HZ)(mono)
    found = []
    if bpm > 0:
        # Confidence runs from 0 to 5.3; under 1 its authors call it guessing.
        found.append(Opinion("essentia multifeature", float(bpm), 0.6 + min(confidence, 4.0) / 4))
    if percival > 0:
        found.append(Opinion("essentia percival", float(percival), 1.0))
    return found


def key_opinions(mono: Floats) -> list[KeyOpinion]:
    """Ask three profiles for the key; mono at 44.1 kHz."""
    es = _standard()
    found = []
    for profile in KEY_PROFILES:
        tonic, mode, strength = es.KeyExtractor(profileType=profile)(mono)
        found.append(KeyOpinion(str(tonic), str(mode), float(strength)))
    return found


def _essentia() -> Any:
    import essentia

    essentia.log.infoActive = False
    essentia.log.warningActive = False
    return essentia


def _standard() -> Any:
    _essentia()
    import essentia.standard

    return essentia.standard
