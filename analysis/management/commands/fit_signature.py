"""Measure what real recordings have in common, for the sonic signature."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from analysis.scales import TABLE

KINDS = (".ogg", ".mp3", ".flac", ".wav", ".m4a", ".opus", ".aiff")
HEARD_S = 60.0
LEAST_FILES = 30


class Command(BaseCommand):
    """Writes mean and spread of the embeddings over folders of finished music."""

    help = "Fit the scale of the sonic signature to folders of real recordings."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take folders, which are searched through."""
        parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
        parser.add_argument("--target", type=Path, default=TABLE, help="the file to write")

    def handle(self, *args: Any, **options: Any) -> None:
        """Hear a minute from the middle of each file."""
        files = sorted(
            file
            for folder in options["folders"]
            for file in folder.rglob("*")
            if file.suffix.lower() in KINDS
        )
        rows = [row for file in files if (row := self._heard(file)) is not None]
        if len(rows) < LEAST_FILES:
            raise CommandError(f"{len(rows)} recordings are too few; give at least {LEAST_FILES}.")
        embeddings, movements = np.array(rows).transpose(1, 0, 2)
        table = {
            "recordings": len(rows),
            "mean": embeddings.mean(axis=0).round(4).tolist(),
            "spread": embeddings.std(axis=0).round(4).tolist(),
            "movement_mean": movements.mean(axis=0).round(4).tolist(),
            "movement_spread": movements.std(axis=0).round(4).tolist(),
        }
        options["target"].write_text(json.dumps(table) + "\n", encoding="utf-8")
        self.stdout.write(f"Fitted to {len(rows)} recordings: {options['target']}")

    def _heard(self, file: Path) -> tuple[list[float], list[float]] | None:
        from analysis.errors import UnusableAudio
        from analysis.extractors.decoding import Window, decode
        from analysis.tagger import listen

        try:
            sound = decode(file)
        except UnusableAudio as error:
            self.stderr.write(f"{file.name}: {error}")
            return None
        if sound.is_silent or sound.duration_s < HEARD_S / 2:
            return None
        samples = max(sound.windows, key=lambda window: len(window.samples)).samples
        length = int(HEARD_S * sound.sample_rate_hz)
        start = max(0, (len(samples) - length) // 2)
        minute = Window(0.0, samples[start : start + length])
        heard = listen([minute], sound.sample_rate_hz, settings.MODELS_DIR).embeddings
        return heard.mean(axis=0).tolist(), heard.std(axis=0).tolist()
