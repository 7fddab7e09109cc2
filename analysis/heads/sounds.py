"""Scenes as sound: played with free sound fonts, coloured a little, and heard by the taggers."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from analysis.domain.loudness import Floats
from analysis.errors import BrokenMidi, SoundFontMissing
from analysis.extractors import musicnn_tagger as tagger
from analysis.extractors.resampling import resampled
from analysis.heads.fitting import Examples
from analysis.heads.labelled import is_held_out
from analysis.heads.midi import BEND, CONTROLLER, Event, read_events, write_events
from analysis.heads.scenes import PATCHES, SCENE_S, Scene, scenes_of

RATE_HZ = 22_050
GAP_S = 1.5
BATCH = 40
AS_WRITTEN_EVERY = 4
TUNES = frozenset({"midi-nottingham"})
"""Written without instruments: never played as they are."""
LEAD_IN_S = 0.02
TILT_HZ = (60.0, 250.0, 1000.0, 3500.0, 7500.0)


@dataclass(frozen=True)
class Order:
    """A scene to make: of which piece, the how-manieth, with which sound font."""

    piece: Path
    number: int
    font: Path

    @property
    def key(self) -> str:
        """Name it by what it depends on."""
        text = f"{self.piece.parent.name}/{self.piece.name}/{self.number}/{self.font.name}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    @property
    def seed(self) -> int:
        """The dice of a scene do not depend on where it comes in the queue."""
        text = f"{self.piece.parent.name.removeprefix('midi-')}{self.piece.name}{self.number}"
        return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)


def make_examples(
    pieces: Sequence[tuple[Path, int]],
    fonts: Sequence[Path],
    *,
    models_dir: Path,
    cache_dir: Path,
    at_most: int,
    say: Callable[[str], None],
) -> Examples:
    """Play `count` scenes of each piece, the sound fonts in turn; what was played once is kept.

    Pieces that are held out for scoring are left out.

    Raises
    ------
    SoundFontMissing : no FluidSynth, or no sound font
    """
    if not fonts or shutil.which("fluidsynth") is None:
        raise SoundFontMissing(
            "Training needs FluidSynth and a sound font.",
            hint="On Debian: apt-get install fluidsynth fluid-soundfont-gm timgm6mb-soundfont",
        )
    learned = [(piece, count) for piece, count in pieces if not is_held_out(piece.read_bytes())]
    orders = [(piece, number) for piece, count in learned for number in range(count)]
    np.random.default_rng(1).shuffle(orders)
    made = [
        Order(Path(piece), int(number), fonts[place // BATCH % len(fonts)])
        for place, (piece, number) in enumerate(orders[:at_most])
    ]
    cache_dir.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(made), BATCH):
        batch = made[start : start + BATCH]
        missing = [order for order in batch if not _kept(cache_dir, order).exists()]
        if missing:
            say(f"Playing and hearing scenes {start + 1} to {start + len(batch)} of {len(made)}")
            _make(missing, models_dir, cache_dir)
    return _read(made, cache_dir)


def _make(orders: Sequence[Order], models_dir: Path, cache_dir: Path) -> None:
    scenes: list[tuple[Order, Scene, np.random.Generator]] = []
    for order in orders:
        dice = np.random.default_rng(order.seed)
        tune = order.piece.parent.name in TUNES
        as_written = 0 if tune else int(order.number % AS_WRITTEN_EVERY == 0)
        try:
            events = read_events(order.piece.read_bytes())
        except BrokenMidi:
            continue
        for scene in scenes_of(events, count=1, as_written=as_written, dice=dice):
            scenes.append((order, scene, dice))
    if not scenes:
        return
    sound = _played([scene for _, scene, _ in scenes], orders[0].font)
    for place, (order, scene, dice) in enumerate(scenes):
        start = int((place * (SCENE_S + GAP_S) + LEAD_IN_S) * tagger.RATE_HZ)
        part = sound[start : start + int(SCENE_S * tagger.RATE_HZ) + tagger.FRAME]
        if len(part) < SCENE_S * tagger.RATE_HZ or np.abs(part).max() < 1e-4:
            continue
        heard = tagger.activations(tagger.mel_patches(coloured(part, dice)), models_dir)
        embeddings = np.concatenate([each.embeddings for each in heard], axis=1)[:PATCHES]
        outputs = np.concatenate([each.values for each in heard], axis=1)[:PATCHES]
        np.savez(
            _kept(cache_dir, order),
            embeddings=embeddings.astype(np.float16),
            outputs=outputs.astype(np.float16),
            truth=scene.truth[: len(embeddings)],
        )


def _played(scenes: Sequence[Scene], font: Path) -> Floats:
    """Play scenes one after the other, so that a large sound font is loaded once."""
    import soundfile

    length = SCENE_S + GAP_S
    events = [event for place, scene in enumerate(scenes) for event in _at(scene, place * length)]
    with tempfile.TemporaryDirectory() as folder:
        midi, wave = Path(folder) / "scenes.mid", Path(folder) / "scenes.wav"
        midi.write_bytes(write_events(events, end_s=len(scenes) * length))
        command = ["fluidsynth", "-ni", "-q", "-r", str(RATE_HZ), "-C", "0", "-F", str(wave)]
        subprocess.run([*command, str(font), str(midi)], check=True, capture_output=True)
        samples, rate_hz = soundfile.read(wave, dtype="float32")
    return resampled(samples.mean(axis=1), rate_hz, tagger.RATE_HZ)


def _at(scene: Scene, start_s: float) -> list[Event]:
    """Put a scene at a second, on channels that are silent and set back before it."""
    events = []
    for channel in range(16):
        for controller, value in ((120, 0), (121, 0), (7, 100), (10, 64), (91, 40)):
            events.append(Event(start_s, CONTROLLER, channel, (controller, value)))
        events.append(Event(start_s, BEND, channel, (0, 64)))
    for event in scene.events:
        events.append(
            Event(start_s + LEAD_IN_S + event.at_s, event.kind, event.channel, event.data)
        )
    for channel in range(16):
        events.append(Event(start_s + SCENE_S, CONTROLLER, channel, (123, 0)))
    return events


def coloured(mono: Floats, dice: np.random.Generator) -> Floats:
    """Tilt the spectrum, set another level, drive a third of the scenes: fonts sound alike else."""
    spectrum = np.fft.rfft(mono)
    octaves = np.log2(np.fft.rfftfreq(len(mono), 1 / tagger.RATE_HZ) + 1)
    gains_db = np.interp(octaves, np.log2(TILT_HZ), dice.normal(0, 2.5, len(TILT_HZ)))
    sound = np.fft.irfft(spectrum * 10 ** (gains_db / 20), len(mono))
    peak = max(float(np.abs(sound).max()), 1e-4)
    sound *= 10 ** (dice.uniform(-18, -3) / 20) / peak
    if dice.random() < 0.35:
        top = float(np.abs(sound).max())
        sound = np.tanh(dice.uniform(1, 4) * sound / top) * top
    return np.asarray(sound, np.float32)


def _kept(cache_dir: Path, order: Order) -> Path:
    return cache_dir / f"{order.key}.npz"


def _read(orders: Sequence[Order], cache_dir: Path) -> Examples:
    columns: dict[str, list[Any]] = {name: [] for name in ("piece", "font", "scene")}
    embeddings, outputs, truth = [], [], []
    for order in orders:
        if not (file := _kept(cache_dir, order)).exists():
            continue
        with np.load(file) as kept:
            embeddings.append(kept["embeddings"].astype(np.float32))
            outputs.append(kept["outputs"].astype(np.float32))
            truth.append(kept["truth"])
        count = len(embeddings[-1])
        columns["piece"] += [f"{order.piece.parent.name}/{order.piece.name}"] * count
        columns["font"] += [order.font.name] * count
        columns["scene"] += [order.key] * count
    return Examples(
        embeddings=np.concatenate(embeddings),
        outputs=np.concatenate(outputs),
        truth=np.concatenate(truth),
        pieces=np.array(columns["piece"]),
        fonts=np.array(columns["font"]),
        scenes=np.array(columns["scene"]),
    )
