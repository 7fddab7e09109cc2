"""Everything that is heard in one file. Runs in the analysis child, never in a web process."""

from __future__ import annotations

import resource
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.domain.brightness import brightness_hz
from analysis.domain.key import Key, KeyModel, NoKey, choose_key, wheel_code
from analysis.domain.loudness import Floats
from analysis.domain.pitches import PitchesHeard, pitches_heard
from analysis.domain.result import ENGINE, ENGINE_VERSION, AnalysisResult
from analysis.domain.tempo import Tempo, choose_tempo
from analysis.domain.tempo_curve import tempo_stretches
from analysis.errors import UnusableAudio
from analysis.extractors.decoding import MIN_USEFUL_S, Decoded, decode
from analysis.extractors.resampling import resampled
from analysis.plugins import Plugin
from analysis.tagger import NOTHING_HEARD, hear_tags
from catalog.domain.audio_kinds import RefusedFile, check_kind, extension_warning

KEY_TABLE = Path(__file__).parent / "data" / "key_profiles.toml"
TEMPO_TABLE = KEY_TABLE.with_name("tempo_weights.toml")
TEMPO_WINDOW_S = 180.0
OnStage = Callable[[str, float], None]


@dataclass(frozen=True)
class Onsets:
    """Onset strength in bands, shape (8, n_frames), of a stretch that begins at `start_s`."""

    start_s: float
    bands: NDArray[np.float64]


def analyse_file(
    path: Path,
    *,
    models_dir: Path,
    name: str = "",
    on_stage: OnStage | None = None,
    plugins: Sequence[Plugin] = (),
) -> AnalysisResult:
    """Hear one file.

    Parameters
    ----------
    path : Path, a file on this machine
    models_dir : Path, where `manage.py fetch_models` put the weights
    name : str, what the person called the file, if they did
    plugins : taggers of the operator that listen along
    on_stage : told what happens now, in words, and the share done from 0 to 1

    Raises
    ------
    UnusableAudio : empty, not audio, or damaged beyond reading
    """
    started = time.monotonic()
    tell = on_stage or (lambda words, share: None)
    tell("Decoding", 0.02)
    warnings = _check_kind(path, name)
    sound = decode(path)
    warnings += sound.warnings
    rhythm_and_key: dict[str, Any] = {"key_reason": "There is too little sound to tell a key."}
    heard = NOTHING_HEARD
    brightness: float | None = None
    fingerprint: tuple[int, ...] = ()
    models: dict[str, str] = {ENGINE: ENGINE_VERSION}
    if is_worth_hearing(sound):
        tell("Listening for tempo and key", 0.3)
        rhythm_and_key = _tempo_facts(sound) | _key_facts(key_of(sound))
        tell("Listening for instruments, moods and voices", 0.6)
        heard = hear_tags(sound.windows, sound.sample_rate_hz, models_dir, plugins)
        warnings += heard.problems
        models |= heard.models
        brightness, fingerprint = _signature(sound)
    tell("Finished", 1.0)
    return AnalysisResult(
        duration_s=sound.duration_s,
        sample_rate_hz=sound.sample_rate_hz,
        channels=sound.channels,
        codec=sound.codec,
        container=sound.container,
        **rhythm_and_key,
        loudness_lufs=sound.loudness.integrated_lufs,
        loudness_range_lu=sound.loudness.range_lu,
        true_peak_dbtp=sound.loudness.true_peak_dbtp,
        vocals_label=heard.vocals.label if heard.vocals else None,
        vocals_probability=heard.vocals.probability if heard.vocals else None,
        vocals_share=heard.vocals.share_of_time if heard.vocals else None,
        valence=heard.mood.valence if heard.mood else None,
        arousal=heard.mood.arousal if heard.mood else None,
        mood_confidence=heard.mood.confidence if heard.mood else None,
        tags=heard.tags,
        warnings=tuple(warnings),
        peaks=sound.peaks,
        embedding=heard.embedding,
        embedding_spread=heard.embedding_spread,
        brightness_hz=brightness,
        fingerprint=fingerprint,
        models=models,
        seconds=round(time.monotonic() - started, 2),
        peak_rss_mb=peak_rss_mb(),
    )


def _key_facts(key: Key | NoKey) -> dict[str, Any]:
    if isinstance(key, NoKey):
        return {"key_reason": key.reason}
    return {
        "key": key.tonic,
        "mode": key.mode,
        "key_confidence": key.confidence,
        "key_code": wheel_code(key.tonic, key.mode),
        "key_runner_up": key.runner_up,
        "tuning_hz": key.tuning_hz,
    }


def peak_rss_mb() -> float:
    """Give the most memory this process ever held, in megabytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def _check_kind(path: Path, name: str) -> list[str]:
    with path.open("rb") as stream:

        def read_at(offset: int, size: int) -> bytes:
            stream.seek(offset)
            return stream.read(size)

        try:
            found = check_kind(read_at, path.stat().st_size, name or path.name)
        except RefusedFile as error:
            raise UnusableAudio(str(error), hint=error.hint) from error
    warnings = []
    if mismatch := extension_warning(found.kind, name or path.name):
        warnings.append(mismatch)
    if found.junk_bytes:
        warnings.append(
            f"There are {found.junk_bytes:,} bytes of unexpected data before the music, as after a "
            "damaged transfer; they were skipped."
        )
    return warnings


def is_worth_hearing(sound: Decoded) -> bool:
    """Whether there is enough sound for more than loudness."""
    return not sound.is_silent and sound.duration_s >= MIN_USEFUL_S


def tempo_of(sound: Decoded) -> Tempo:
    """Take the middle of the track, where intros and fades are over."""
    return _tempo_in(onsets_of(sound))


def onsets_of(sound: Decoded) -> list[Onsets]:
    """Measure the onsets in all that was kept."""
    from analysis.extractors import onsets

    return [
        Onsets(
            window.start_s,
            onsets.onset_bands(resampled(window.samples, sound.sample_rate_hz, onsets.RATE_HZ)),
        )
        for window in sound.windows
    ]


def middle_bands(onsets: list[Onsets]) -> NDArray[np.float64]:
    """Give the onsets of the middle minutes of the longest stretch."""
    from analysis.extractors.onsets import FRAME_RATE_HZ

    bands = max((each.bands for each in onsets), key=lambda found: found.shape[1])
    length = int(TEMPO_WINDOW_S * FRAME_RATE_HZ)
    start = max((bands.shape[1] - length) // 2, 0)
    return bands[:, start : start + length]


def _tempo_in(onsets: list[Onsets]) -> Tempo:
    from analysis.extractors.onsets import FRAME_RATE_HZ

    return choose_tempo(middle_bands(onsets), _tempo_weights(), frame_rate_hz=FRAME_RATE_HZ)


def _tempo_facts(sound: Decoded) -> dict[str, Any]:
    from analysis.extractors.onsets import FRAME_RATE_HZ

    onsets = onsets_of(sound)
    tempo = _tempo_in(onsets)
    facts: dict[str, Any] = {"tempo_firm": tempo.is_firm, "tempo_candidates": tempo.candidates}
    if tempo.is_firm and tempo.bpm is not None:
        facts["tempo_bpm"] = tempo.bpm
        facts["tempo_stretches"] = tuple(
            stretch
            for each in onsets
            for stretch in tempo_stretches(
                each.bands, tempo.bpm, frame_rate_hz=FRAME_RATE_HZ, start_s=each.start_s
            )
        )
    return facts


@cache
def _tempo_weights() -> dict[str, float]:
    table = tomllib.loads(TEMPO_TABLE.read_text(encoding="utf-8"))
    return {name: float(value) for name, value in table["weights"].items()}


def key_of(sound: Decoded) -> Key | NoKey:
    """Name the key of all that was kept, or say why it is not clear."""
    return choose_key(pitches_of(sound), _key_model())


def pitches_of(sound: Decoded) -> PitchesHeard:
    """Measure which pitch classes sound in all that was kept."""
    from analysis.extractors import pitch

    kept = np.concatenate([window.samples for window in sound.windows])
    return pitches_heard(pitch.pitch_frames(resampled(kept, sound.sample_rate_hz, pitch.RATE_HZ)))


@cache
def _key_model() -> KeyModel:
    return KeyModel.read(tomllib.loads(KEY_TABLE.read_text(encoding="utf-8")))


def middle_of(sound: Decoded, *, rate_hz: int) -> Floats:
    """Give the middle minutes of the longest stretch that was kept, mono, at a sample rate."""
    window = max(sound.windows, key=lambda kept: len(kept.samples))
    length = int(TEMPO_WINDOW_S * sound.sample_rate_hz)
    spare = len(window.samples) - length
    start = max(spare // 2, 0)
    return resampled(window.samples[start : start + length], sound.sample_rate_hz, rate_hz)


def _signature(sound: Decoded) -> tuple[float | None, tuple[int, ...]]:
    """Measure the brightness, and take the fingerprint of the beginning."""
    from analysis.extractors.chromaprint import fingerprint

    longest = max(sound.windows, key=lambda kept: len(kept.samples))
    first = sound.windows[0]
    return (
        brightness_hz(longest.samples, sound.sample_rate_hz),
        fingerprint(first.samples, sound.sample_rate_hz),
    )
