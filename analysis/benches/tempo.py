"""How often tempo, beats and bars are right, and how often a beat is heard where there is none.

Rendered MIDI and recordings of known tempo, read as their READMEs say; against them sounds without
a beat: made ones, the recordings of speech and nature, and the field cases that have no tempo.
Peers get the same three minutes of sound.
"""

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from analysis.benches import bars, charts, sounds
from analysis.benches.data import (
    EXAMPLES_SET,
    MIDI_SETS,
    RECORDED_SET,
    TempoPiece,
    beatless_recordings,
    mixed,
    needs,
    tempo_pieces,
)
from analysis.domain.result import ENGINE_VERSION
from analysis.domain.scoring import tempo_is_right, tempo_is_right_up_to_octaves
from analysis.domain.tempo import NO_TEMPO, Tempo
from analysis.errors import UnusableAudio
from analysis.rhythm import Rhythm

FIELD_CASES_WITHOUT_BEAT = "C08,C09,C11,C13"
Say = Callable[[str], None]


def run(data: Path | None, say: Say) -> dict[str, Any]:
    """Score every piece and every sound without a beat that is there."""
    place = needs(data, *MIDI_SETS, RECORDED_SET)
    cache_dir = settings.VAR_DIR / "rendered"
    say("Playing MIDI with FluidSynth, where that was not done before.")
    pieces = list(tempo_pieces(place, cache_dir))
    answers: dict[str, list[tuple[float | None, TempoPiece]]] = defaultdict(list)
    firm: list[TempoPiece] = []
    misses: list[dict[str, Any]] = []
    for number, piece in enumerate(pieces, start=1):
        say(f"{number} of {len(pieces)}: {piece.name}")
        file = mixed(piece, cache_dir)
        tempo = heard(file)
        answers["studio"].append((tempo.bpm, piece))
        if tempo.is_firm:
            firm.append(piece)
        if not tempo_is_right(tempo.bpm, piece.bpm):
            misses.append({"name": piece.name, "true_bpm": piece.bpm, "found_bpm": tempo.bpm})
        for peer, bpm in peers(file).items():
            answers[peer].append((bpm, piece))
    negatives = list(beatless(place, cache_dir))
    false_firm = [name for name, file in negatives if heard(file).is_firm]
    say("Bars, on the pieces that state one time signature.")
    barred = [
        (piece, rhythm_heard(piece.audio).bars) for piece in bars.bar_pieces(place, cache_dir)
    ]
    say("Beats and bars of recordings with a chart.")
    charted = [(song, rhythm_heard(song.audio)) for song in charts.songs(place, cache_dir)]
    ours = answers.pop("studio")
    return {
        "engine": ENGINE_VERSION,
        "n": len(pieces),
        **accuracies(ours),
        "firm_share": round(len(firm) / len(pieces), 3) if pieces else None,
        "false_firm": len(false_firm),
        "false_firm_names": false_firm,
        "beatless_n": len(negatives),
        "sources": {
            source: {
                **accuracies([each for each in ours if each[1].source == source]),
                "n": sum(piece.source == source for piece in pieces),
            }
            for source in dict.fromkeys(piece.source for piece in pieces)
        },
        "bars": bars.scores(barred),
        "recorded": charts.chart_scores(charted),
        "peers": {peer: accuracies(found) for peer, found in answers.items()},
        "misses": misses,
    }


def heard(file: Path) -> Tempo:
    """Give the engine's tempo of a file; a file it refuses has none."""
    from analysis import engine, rhythm
    from analysis.extractors.decoding import decode

    try:
        sound = decode(file)
    except UnusableAudio:
        return NO_TEMPO
    return rhythm.tempo_of(sound) if engine.is_worth_hearing(sound) else NO_TEMPO


def rhythm_heard(file: Path) -> Rhythm:
    """Give the engine's tempo, beats and bars of a file."""
    from analysis import engine, rhythm
    from analysis.extractors.decoding import decode

    sound = decode(file)
    return rhythm.rhythm_of(sound, engine.pitch_frames_of(sound))


def peers(file: Path) -> dict[str, float]:
    """Ask Essentia's best estimator and librosa's, with their default settings."""
    import essentia.standard as es
    import librosa

    from analysis import engine
    from analysis.extractors.decoding import decode

    mono = engine.middle_of(decode(file), rate_hz=44_100)
    half = engine.middle_of(decode(file), rate_hz=22_050)
    return {
        "essentia_multifeature": float(es.RhythmExtractor2013(method="multifeature")(mono)[0]),
        "librosa": float(np.atleast_1d(librosa.beat.beat_track(y=half, sr=22_050)[0])[0]),
    }


def accuracies(answers: Sequence[tuple[float | None, TempoPiece]]) -> dict[str, float | None]:
    """Share of right tempi, strictly and up to octaves."""
    if not answers:
        return {"accuracy1": None, "accuracy2": None}
    strict = [tempo_is_right(bpm, piece.bpm) for bpm, piece in answers]
    loose = [tempo_is_right_up_to_octaves(bpm, piece.bpm) for bpm, piece in answers]
    return {
        "accuracy1": round(sum(strict) / len(strict), 3),
        "accuracy2": round(sum(loose) / len(loose), 3),
    }


def beatless(data: Path, cache_dir: Path) -> Iterator[tuple[str, Path]]:
    """Sounds of which nobody could tap the beat."""
    yield from sounds.beatless(cache_dir)
    for file in beatless_recordings(data):
        yield f"{EXAMPLES_SET}/{file.name}", file
    maker = data.parent / "fieldcases" / "make_cases.py"
    if not maker.is_file():
        return
    cases = cache_dir / "fieldcases"
    subprocess.run(
        [sys.executable, str(maker), str(cases), "--only", FIELD_CASES_WITHOUT_BEAT],
        check=True,
        capture_output=True,
    )
    for case in json.loads((cases / "manifest.json").read_text(encoding="utf-8"))["cases"]:
        for file in case["files"]:
            facts = file.get("facts", {})
            if file["kind"] == "audio" and "tempo_bpm" in facts and facts["tempo_bpm"] is None:
                yield f"field case {file['path']}", cases / file["path"]
