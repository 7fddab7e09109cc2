"""Everything that is heard in one file. Runs in the analysis child, never in a web process."""

from __future__ import annotations

import resource
import sys
import time
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from analysis.domain.brightness import brightness_hz
from analysis.domain.key import Key, choose_key
from analysis.domain.loudness import Floats
from analysis.domain.result import ENGINE, ENGINE_VERSION, AnalysisResult, TagFound
from analysis.domain.tagging import Rule, Timeline, Vocals, find_tags, judge_vocals, parse_rules
from analysis.domain.tempo import NO_TEMPO, Tempo, choose_tempo
from analysis.errors import UnusableAudio
from analysis.extractors.decoding import MIN_USEFUL_S, Decoded, Window, decode
from catalog.domain.audio_kinds import RefusedFile, check_kind, extension_warning

TABLE = Path(__file__).parent / "data" / "musicnn_tags.toml"
TEMPO_WINDOW_S = 180.0
OnStage = Callable[[str, float], None]


def analyse_file(
    path: Path, *, models_dir: Path, name: str = "", on_stage: OnStage | None = None
) -> AnalysisResult:
    """Hear one file.

    Parameters
    ----------
    path : Path, a file on this machine
    models_dir : Path, where `manage.py fetch_models` put the weights
    name : str, what the person called the file, if they did
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
    tags: list[TagFound] = []
    vocals: Vocals | None = None
    embedding: tuple[float, ...] = ()
    spread: tuple[float, ...] = ()
    brightness: float | None = None
    fingerprint: tuple[int, ...] = ()
    models: dict[str, str] = {ENGINE: ENGINE_VERSION}
    if is_worth_hearing(sound):
        tell("Listening for tempo and key", 0.3)
        models["essentia"] = _essentia_version()
        tempo, key = tempo_of(sound), key_of(sound)
        tell("Listening for instruments, moods and voices", 0.6)
        tags, vocals, embedding, spread = _tags(sound, models_dir, models)
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
        vocals_label=vocals.label if vocals else None,
        vocals_probability=vocals.probability if vocals else None,
        tags=tuple(tags),
        warnings=tuple(warnings),
        peaks=sound.peaks,
        embedding=embedding,
        embedding_spread=spread,
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


def _tags(
    sound: Decoded, models_dir: Path, models: dict[str, str]
) -> tuple[list[TagFound], Vocals, tuple[float, ...], tuple[float, ...]]:
    from analysis.extractors import musicnn_tagger as tagger

    rules, voices = _table()
    by_model: dict[str, list[tuple[tagger.Activations, Window]]] = {}
    for window in sound.windows:
        mono = resampled(window.samples, sound.sample_rate_hz, tagger.RATE_HZ)
        for found in tagger.activations(mono, models_dir):
            by_model.setdefault(found.model, []).append((found, window))
    timelines: list[Timeline] = []
    vocals: Vocals | None = None
    embedding: list[float] = []
    spread: list[float] = []
    for model, parts in by_model.items():
        first = parts[0][0]
        timeline = Timeline(
            model=model,
            version=first.version,
            labels=first.labels,
            values=np.concatenate([found.values for found, _ in parts]),
            starts_s=tuple(
                window.start_s + place * tagger.PATCH_S
                for found, window in parts
                for place in range(len(found.values))
            ),
            patch_s=tagger.PATCH_S,
        )
        models[model] = first.version
        timelines.append(timeline)
        embedding += np.mean([found.embedding for found, _ in parts], axis=0).round(5).tolist()
        spread += np.mean([found.embedding_spread for found, _ in parts], axis=0).round(5).tolist()
        if model == "MTT_musicnn":
            vocals = judge_vocals(timeline, voices["present"], voices["absent"])
    assert vocals is not None  # both models always run
    tags = find_tags(timelines, rules)
    return [*tags, *_vocals_tag(vocals, models)], vocals, tuple(embedding), tuple(spread)


def _signature(sound: Decoded) -> tuple[float | None, tuple[int, ...]]:
    """Measure the brightness, and take the fingerprint of the beginning."""
    from analysis.extractors.chromaprint import fingerprint

    longest = max(sound.windows, key=lambda kept: len(kept.samples))
    first = sound.windows[0]
    return (
        brightness_hz(longest.samples, sound.sample_rate_hz),
        fingerprint(first.samples, sound.sample_rate_hz),
    )


def _vocals_tag(vocals: Vocals, models: dict[str, str]) -> list[TagFound]:
    if vocals.label == "ambiguous":
        return []
    sung = vocals.label == "present"
    return [
        TagFound(
            facet="vocals",
            term="vocals" if sung else "instrumental",
            confidence=vocals.probability if sung else round(1 - vocals.probability, 3),
            ranges=vocals.ranges,
            model="MTT_musicnn",
            model_version=models["MTT_musicnn"],
        )
    ]


@cache
def _table() -> tuple[list[Rule], dict[str, list[str]]]:
    data: dict[str, Any] = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return parse_rules(data), data["vocals"]


def resampled(samples: Floats, rate_hz: int, to_hz: int) -> Floats:
    """Change the sample rate; the same samples always give the same."""
    import soxr

    if rate_hz == to_hz:
        return np.ascontiguousarray(samples)
    return np.ascontiguousarray(soxr.resample(samples, rate_hz, to_hz, quality="HQ"))
