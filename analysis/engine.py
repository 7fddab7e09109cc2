"""Everything that is heard in one file. Runs in the analysis child, never in a web process."""

from __future__ import annotations

import resource
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from analysis.domain.brightness import brightness_hz
from analysis.domain.key import Key, KeyModel, NoKey, choose_key, wheel_code
from analysis.domain.loudness import Floats
from analysis.domain.pitches import PitchesHeard, PitchFrames, pitches_heard
from analysis.domain.result import ENGINE, ENGINE_VERSION, AnalysisResult
from analysis.errors import UnusableAudio
from analysis.extractors.decoding import MIN_USEFUL_S, Decoded, decode
from analysis.extractors.resampling import resampled
from analysis.plugins import Plugin
from analysis.rhythm import TEMPO_WINDOW_S, Rhythm, rhythm_of
from analysis.tagger import NOTHING_HEARD, hear_tags
from catalog.domain.audio_kinds import RefusedFile, check_kind, extension_warning

KEY_TABLE = Path(__file__).parent / "data" / "key_profiles.toml"

OnStage = Callable[[str, float], None]


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
        frames = pitch_frames_of(sound)
        key = choose_key(pitches_heard(frames), _key_model())
        rhythm_and_key = _rhythm_facts(rhythm_of(sound, frames)) | _key_facts(key)
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


def _rhythm_facts(rhythm: Rhythm) -> dict[str, Any]:
    tempo = rhythm.tempo
    return {
        "tempo_firm": tempo.is_firm,
        "tempo_bpm": tempo.bpm if tempo.is_firm else None,
        "tempo_candidates": tempo.candidates,
        "tempo_stretches": rhythm.stretches,
        "bars": rhythm.bars,
    }


def key_of(sound: Decoded) -> Key | NoKey:
    """Name the key of all that was kept, or say why it is not clear."""
    return choose_key(pitches_of(sound), _key_model())


def pitches_of(sound: Decoded) -> PitchesHeard:
    """Measure which pitch classes sound in all that was kept."""
    return pitches_heard(pitch_frames_of(sound))


def pitch_frames_of(sound: Decoded) -> PitchFrames:
    """Measure the pitches frame by frame, one window of sound after the other."""
    from analysis.extractors import pitch

    kept = np.concatenate([window.samples for window in sound.windows])
    return pitch.pitch_frames(resampled(kept, sound.sample_rate_hz, pitch.RATE_HZ))


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
