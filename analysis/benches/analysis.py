"""How fast the whole pipeline is, what memory it takes, and what the usual tools take beside it.

Every file is heard by a warm analysis child. A sample of them is then heard, one file after the
other on the same machine, by our child alone and by Essentia's MusicExtractor followed by the two
musicnn models, all with their default settings.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
from django.conf import settings

from analysis.benches.data import DataMissing
from analysis.child import AnalysisChild, ChildDied
from analysis.domain.result import ENGINE_VERSION, AnalysisResult
from analysis.errors import UnusableAudio

SUFFIXES = frozenset((".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a", ".aif", ".aiff", ".aac"))
CHILDREN = 2
COMPARED_FILES = 12
COMPARED_UP_TO_S = 15 * 60.0
Say = Callable[[str], None]


def run(data: Path | None, say: Say) -> dict[str, Any]:
    """Time every audio file below the folder, and a sample of them against the peers."""
    files = sorted(
        file for file in (data.rglob("*") if data else ()) if file.suffix.lower() in SUFFIXES
    )
    if not files:
        raise DataMissing("This bench times recordings: give --data a folder with audio files.")
    say(f"{len(files)} files by {CHILDREN} children.")
    results, wall_s = heard_by_all(files)
    heard = {file: result for file, result in results.items() if result is not None}
    if not heard:
        raise DataMissing("None of these files can be analysed.")
    audio_s = sum(result.duration_s for result in heard.values())
    compared = _spread([f for f in files if f in heard and _is_short(heard[f])], COMPARED_FILES)
    say(f"{len(compared)} of them again, beside MusicExtractor and both musicnn models.")
    ours_s, theirs_s = alone(compared), peers(compared)
    both = [file for file in compared if file in ours_s and file in theirs_s]
    ours = sum(ours_s[file] for file in both)
    theirs = sum(sum(theirs_s[file]) for file in both)
    return {
        "engine": ENGINE_VERSION,
        "n": len(files),
        "refused": len(files) - len(heard),
        "audio_s": round(audio_s, 1),
        "wall_s": round(wall_s, 1),
        "children": CHILDREN,
        "realtime_factor": round(audio_s / wall_s, 1),
        "realtime_factor_of_one_child": _ratio(sum(heard[file].duration_s for file in both), ours),
        "speedup_vs_music_extractor_and_musicnn": _ratio(theirs, ours),
        "peak_rss_mb": max(result.peak_rss_mb for result in heard.values()),
        "slowest_s": max(result.seconds for result in heard.values()),
        "longest_s": max(result.duration_s for result in heard.values()),
        "peers": {
            "n": len(both),
            "audio_s": round(sum(heard[file].duration_s for file in both), 1),
            "ours_s": round(ours, 1),
            "music_extractor_s": round(sum(theirs_s[file][0] for file in both), 1),
            "musicnn_s": round(sum(theirs_s[file][1] for file in both), 1),
        },
    }


def heard_by_all(files: Sequence[Path]) -> tuple[dict[Path, AnalysisResult | None], float]:
    """Share the files among children; start-up is paid before the clock starts."""
    children: SimpleQueue[AnalysisChild] = SimpleQueue()
    every = [AnalysisChild(settings.MODELS_DIR) for _ in range(CHILDREN)]
    try:
        for child in every:
            _heard(child, files[0])
            children.put(child)

        def hear(file: Path) -> AnalysisResult | None:
            child = children.get()
            try:
                return _heard(child, file)
            finally:
                children.put(child)

        started = time.perf_counter()
        with ThreadPoolExecutor(CHILDREN) as pool:
            results = dict(zip(files, pool.map(hear, files), strict=True))
        return results, time.perf_counter() - started
    finally:
        for child in every:
            child.close()


def alone(files: Sequence[Path]) -> dict[Path, float]:
    """Seconds for each file with nothing else at work."""
    child = AnalysisChild(settings.MODELS_DIR)
    took: dict[Path, float] = {}
    try:
        for place, file in enumerate(files):
            if place == 0:
                _heard(child, file)
            started = time.perf_counter()
            if _heard(child, file) is not None:
                took[file] = time.perf_counter() - started
    finally:
        child.close()
    return took


def peers(files: Sequence[Path]) -> dict[Path, tuple[float, float]]:
    """Seconds of MusicExtractor and of both musicnn models for each file."""
    took: dict[Path, tuple[float, float]] = {}
    with subprocess.Popen(
        [sys.executable, "-m", "analysis.benches.peers", str(settings.MODELS_DIR)],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        for file in [*files[:1], *files]:  # the first once more, so that nothing is cold
            print(file.resolve(), file=process.stdin, flush=True)
            answer = json.loads(process.stdout.readline() or "{}")
            if "musicnn_s" in answer:
                took[file] = (answer["music_extractor_s"], answer["musicnn_s"])
        process.stdin.close()
    return took


def _heard(child: AnalysisChild, file: Path) -> AnalysisResult | None:
    try:
        return child.analyse(file.absolute(), name=file.name)
    except (UnusableAudio, ChildDied):
        return None


def _is_short(result: AnalysisResult) -> bool:
    return 20.0 <= result.duration_s <= COMPARED_UP_TO_S


def _spread(files: Sequence[Path], most: int) -> list[Path]:
    if len(files) <= most:
        return list(files)
    return [files[int(place)] for place in np.linspace(0, len(files) - 1, most)]


def _ratio(one: float, other: float) -> float | None:
    return round(one / other, 2) if other else None
