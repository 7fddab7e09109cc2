"""Everything that is heard in one file. Runs in the analysis child, never in a web process."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis.domain.brightness import brightness_hz
from analysis.domain.key import Key, choose_key
from analysis.domain.loudness import Floats
from analysis.domain.result import ENGINE, ENGINE_VERSION, AnalysisResult
from analysis.domain.tempo import NO_TEMPO, Tempo, choose_tempo
from analysis.errors import UnusableAudio
from analysis.extractors.decoding import MIN_USEFUL_S, Decoded, decode
from analysis.extractors.resampling import resampled
from analysis.plugins import Plugin
from analysis.tagger import NOTHING_HEARD, hear_tags
from catalog.domain.audio_kinds import RefusedFile, check_kind, extension_warning

TEMPO_WINDOW_S = 180.0
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
    tempo, key = NO_TEMPO, None
    heard = NOTHING_HEARD
    brightness: float | None = None
    fingerprint: tuple[int, ...] = ()
    models: dict[str, str] = {ENGINE: ENGINE_VERSION}
    if is_worth_hearing(sound):
        tell("Listening for tempo and key", 0.3)
        models["essentia"] = _essentia_version()
        tempo, key = tempo_of(sound), key_of(sound)
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
        tempo_bpm=tempo.bpm if tempo.is_firm else None,
        tempo_firm=tempo.is_firm,
        tempo_candidates=tempo.candidates,
        key=key.tonic if key else None,
        mode=key.mode if key else None,
        key_confidence=key.confidence if key else None,
        loudness_lufs=sound.loudness.integrated_lufs,
        loudness_range_lu=sound.loudness.range_lu,
        true_peak_dbtp=sound.loudness.true_peak_dbtp,
        vocals_label=heard.vocals.label if heard.vocals else None,
        vocals_probability=heard.vocals.probability if heard.vocals else None,
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
    from analysis.extractors import essentia_music, librosa_rhythm

    bands = librosa_rhythm.onset_bands(middle_of(sound, rate_hz=librosa_rhythm.RATE_HZ))
    opinions = essentia_music.tempo_opinions(middle_of(sound, rate_hz=essentia_music.RATE_HZ))
    if (further := librosa_rhythm.tempo_opinion(bands)) is not None:
        opinions.append(further)
    return choose_tempo(opinions, bands, frame_rate_hz=librosa_rhythm.FRAME_RATE_HZ)


def key_of(sound: Decoded) -> Key | None:
    """Ask profiles about the middle of the track."""
    from analysis.extractors import essentia_music

    return choose_key(essentia_music.key_opinions(middle_of(sound, rate_hz=essentia_music.RATE_HZ)))


def middle_of(sound: Decoded, *, rate_hz: int) -> Floats:
    """Give the middle minutes of the longest stretch that was kept, mono, at a sample rate."""
    window = max(sound.windows, key=lambda kept: len(kept.samples))
    length = int(TEMPO_WINDOW_S * sound.sample_rate_hz)
    spare = len(window.samples) - length
    start = max(spare // 2, 0)
    return resampled(window.samples[start : start + length], sound.sample_rate_hz, rate_hz)


def _essentia_version() -> str:
    from analysis.extractors import essentia_music

    return essentia_music.version()


def _signature(sound: Decoded) -> tuple[float | None, tuple[int, ...]]:
    """Measure the brightness, and take the fingerprint of the beginning."""
    from analysis.extractors.chromaprint import fingerprint

    longest = max(sound.windows, key=lambda kept: len(kept.samples))
    first = sound.windows[0]
    return (
        brightness_hz(longest.samples, sound.sample_rate_hz),
        fingerprint(first.samples, sound.sample_rate_hz),
    )
