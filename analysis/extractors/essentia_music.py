"""Tempo and key by Essentia; where it has no wheel, what librosa can say instead."""

from __future__ import annotations

from typing import Any

from analysis.domain.key import KeyOpinion
from analysis.domain.loudness import Floats
from analysis.domain.tempo import Opinion
from analysis.extractors import librosa_key
from analysis.extractors.backends import has_essentia

RATE_HZ = 44_100
KEY_PROFILES = ("bgate", "edma", "krumhansl")


def version() -> str:
    """Give Essentia's version, or say that it is absent."""
    if not has_essentia():
        return "absent"
    return str(_essentia().__version__)


def tempo_opinions(mono: Floats) -> list[Opinion]:
    """Ask two unrelated estimators; mono at 44.1 kHz, at least four seconds.

    None without Essentia: `librosa_rhythm` has an opinion everywhere.
    """
    if not has_essentia():
        return []
    es = _standard()
    # "multifeature" costs four times as much and is no better (see `domain.tempo.WEIGHTS`).
    degara = es.RhythmExtractor2013(method="degara", maxTempo=208)(mono)[0]
    percival = es.PercivalBpmEstimator(sampleRate=RATE_HZ)(mono)
    found = [Opinion("degara", float(degara)), Opinion("percival", float(percival))]
    return [opinion for opinion in found if opinion.bpm > 0]


def key_opinions(mono: Floats) -> list[KeyOpinion]:
    """Ask three profiles for the key; mono at 44.1 kHz."""
    if not has_essentia():
        return librosa_key.key_opinions(mono, RATE_HZ)
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
