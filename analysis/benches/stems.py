"""What stems tell: songs that come as a guitar stem and the rest, whose sum is the full mix.

The master is made by adding the two files. Then it is seen whether the guitar stem is asked for an
electric guitar and not for drums, with seconds in which the guitar plays; whether the stems are
found to add up to the master; and whether strange, late and missing stems are noticed.
"""

import csv
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from django.conf import settings

from analysis.benches.data import RECORDED_SET, folder, needs
from analysis.child import AnalysisChild
from analysis.domain.heard import Heard, HeardTag
from analysis.domain.result import ENGINE_VERSION, AnalysisResult
from analysis.domain.stem_hearing import OTHER_ROLE, guess_role
from analysis.domain.stem_sum import RATE_HZ, StemFile, StemSum, Trace, compare
from analysis.domain.suggestions import Draft, KnownTerm, Stands, draft_suggestions
from analysis.extractors.tracing import trace
from analysis.rules import suggesting_rules
from catalog.vocabulary import default_terms

Say = Callable[[str], None]
GUITAR_ID, REST_ID = 1, 2
PLAYS_DB = -30.0
LATE_S = 0.35
GUITAR_TERMS = frozenset({"guitar", "electric-guitar", "acoustic-guitar"})


@dataclass(frozen=True)
class Song:
    """A song in two parts."""

    name: str
    guitar: Path
    rest: Path


def run(data: Path | None, say: Say) -> dict[str, Any]:
    """Hear every song of the folder in its parts and as a whole."""
    songs = _songs(needs(data, RECORDED_SET))
    child = AnalysisChild(settings.MODELS_DIR)
    lines = []
    try:
        for song in songs:
            lines.append(_heard(song, child))
            say(f"{song.name}: {lines[-1]}")
    finally:
        child.close()
    sums = [_sums(song, songs[(place + 1) % len(songs)]) for place, song in enumerate(songs)]
    inside = [line["seconds_where_guitar_plays"] for line in lines]
    return {
        "engine": ENGINE_VERSION,
        "n": len(songs),
        "electric_guitar": _share(["electric-guitar" in line["asked_of_guitar"] for line in lines]),
        "no_drums_from_guitar": _share(["drums" not in line["heard_in_guitar"] for line in lines]),
        "drums_asked_of_rest": _share([line["drums_from_rest"] for line in lines]),
        "seconds_where_guitar_plays": round(float(np.mean(inside)), 3),
        "role_guessed_from_sound": _share([line["guessed_role"] == "guitar" for line in lines]),
        "sum_recognised": _share([each["sum"].adds_up for each in sums]),
        "residual_db": max(each["sum"].residual_db for each in sums),
        "mastered_follows": _share([each["mastered"].follows for each in sums]),
        "strange_stem_noticed": _share([_strange(each["strange"]) for each in sums]),
        "late_stem_noticed": _share([bool(each["late"].warnings) for each in sums]),
        "missing_stem_noticed": _share([not each["missing"].follows for each in sums]),
        "peers": {
            "share_of_time_the_guitar_plays": round(
                float(np.mean([line["plays_share"] for line in lines])), 3
            ),
        },
        "songs": lines,
    }


def _songs(data: Path) -> list[Song]:
    root = folder(data, RECORDED_SET)
    assert root is not None
    with (root / "truth.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [
        Song(row["folder"], root / row["folder"] / "guitar.ogg", root / row["folder"] / "song.ogg")
        for row in rows
    ]


def _heard(song: Song, child: AnalysisChild) -> dict[str, Any]:
    guitar = child.analyse(song.guitar.absolute(), name="guitar.ogg")
    rest = child.analyse(song.rest.absolute(), name="song.ogg")
    with tempfile.TemporaryDirectory(prefix="liner-") as place:
        master = child.analyse(_mixed(song, Path(place) / "master.wav"), name="master.wav")
    stems = (
        _as_heard(guitar, GUITAR_ID, "guitar", "Guitar"),
        _as_heard(rest, REST_ID, OTHER_ROLE, "Rest"),
    )
    drafts = draft_suggestions(
        (_as_heard(master), *stems),
        stands=Stands(),
        vocabulary={
            (term.facet, term.slug): KnownTerm(term.label, term.never_automatic, term.parents)
            for term in default_terms()
        },
        rules=suggesting_rules(),
        stems_add_up=True,
    )
    asked = [d for d in drafts if d.stem_id == GUITAR_ID and d.facet == "instrument"]
    unnamed = _as_heard(guitar, GUITAR_ID, OTHER_ROLE, "Track 1")
    guess = guess_role(unnamed, suggesting_rules().stem_hearing)
    plays = _plays(trace(song.guitar))
    return {
        "song": song.name,
        "asked_of_guitar": sorted(draft.term for draft in asked),
        "heard_in_guitar": sorted(t.term for t in guitar.tags if t.facet == "instrument"),
        "drums_from_rest": any(d.stem_id == REST_ID and d.term == "drums" for d in drafts),
        "guessed_role": guess.role if guess else "",
        "plays_share": round(float(plays.mean()), 3),
        "seconds_where_guitar_plays": _inside(asked, plays),
    }


def _mixed(song: Song, target: Path) -> Path:
    parts = [
        soundfile.read(file, dtype="float32", always_2d=True) for file in (song.guitar, song.rest)
    ]
    length = max(len(samples) for samples, _ in parts)
    mix = np.zeros((length, parts[0][0].shape[1]), np.float32)
    for samples, _ in parts:
        mix[: len(samples)] += samples
    soundfile.write(target, mix, parts[0][1], subtype="FLOAT")
    return target


def _as_heard(
    result: AnalysisResult, stem_id: int | None = None, role: str = "", name: str = ""
) -> Heard:
    return Heard(
        audio=name or "master",
        tags=tuple(
            HeardTag(tag.facet, tag.term, tag.confidence, tag.ranges, tag.model, tag.model_version)
            for tag in result.tags
        ),
        loudness_lufs=result.loudness_lufs,
        duration_s=result.duration_s,
        brightness_hz=result.brightness_hz,
        vocals_label=result.vocals_label or "",
        vocals_probability=result.vocals_probability or 0.0,
        stem_id=stem_id,
        stem_role=role,
        stem_name=name,
    )


def _plays(sound: Trace) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Say of each second whether the guitar plays: within 30 dB of its loud seconds."""
    whole = len(sound) // RATE_HZ
    level = np.sqrt(np.mean(sound[: whole * RATE_HZ].reshape(whole, RATE_HZ) ** 2, axis=1))
    loud = float(np.percentile(level, 95))
    return np.asarray(level > loud * 10 ** (PLAYS_DB / 20))


def _inside(asked: Sequence[Draft], plays: "np.ndarray[Any, np.dtype[np.bool_]]") -> float:
    """Share of the shown seconds of guitars in which the guitar plays."""
    seconds = [
        bool(plays[second])
        for draft in asked
        if draft.term in GUITAR_TERMS
        for span in draft.ranges
        for second in range(int(span.start_s), min(int(span.end_s), len(plays)))
    ]
    return round(float(np.mean(seconds)), 3) if seconds else 0.0


def _sums(song: Song, other: Song) -> dict[str, StemSum]:
    guitar, rest, strange = trace(song.guitar), trace(song.rest), trace(other.guitar)
    length = min(len(guitar), len(rest))
    guitar, rest = guitar[:length], rest[:length]
    mix = guitar + rest
    late = np.concatenate([np.zeros(int(LATE_S * RATE_HZ), np.float32), guitar])

    def laid(master: Trace, *stems: Trace) -> StemSum:
        files = [
            StemFile(place, f"stem {place}", len(stem) / RATE_HZ, partial(np.asarray, stem))
            for place, stem in enumerate(stems)
        ]
        return compare(master, len(master) / RATE_HZ, files)

    return {
        "sum": laid(mix, guitar, rest),
        "mastered": laid(np.tanh(1.5 * mix).astype(np.float32), guitar, rest),
        "strange": laid(mix, strange, rest),
        "late": laid(mix, late, rest),
        "missing": laid(mix, guitar),
    }


def _strange(found: StemSum) -> bool:
    return [stem.lag_s is None for stem in found.stems] == [True, False]


def _share(values: Sequence[bool]) -> float:
    return round(float(np.mean(values)), 3) if values else 0.0
