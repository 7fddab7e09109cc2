"""Train our own heads on MIDI that free sound fonts play: `manage.py train_heads --data DIR`."""

import csv
import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from analysis.benches.tags import instrument_parents
from analysis.domain.heads import MODEL, Heads
from analysis.heads.calibrating import PRECISION, Verdict, judge, usual_shares
from analysis.heads.fitting import L2, Examples, fit
from analysis.heads.hearing import hear
from analysis.heads.labelled import REAL, RENDERED, read_labelled, vocabulary_term
from analysis.heads.scenes import TERMS
from analysis.heads.sounds import make_examples
from analysis.tagger import HEADS_REPORT, HEADS_TABLE, HEADS_WEIGHTS
from catalog.errors import StudioError

FONTS = (
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/sounds/sf2/TimGM6mb.sf2"),
)
SCENES_A_PIECE = {
    "midi-openmsx": 24,
    "midi-freedoom": 14,
    "midi-planetblupi": 40,
    "midi-nottingham": 2,
}


class Command(BaseCommand):
    """Writes weights, limits and a report into `analysis/data/`."""

    help = "Train the small heads on musicnn's embeddings, and keep those that beat their baseline."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Say where the data is and how much to play."""
        parser.add_argument("--data", type=Path, required=True, help="folder with midi-* folders")
        parser.add_argument(
            "--recordings", type=Path, help="folder with labelled recordings to set limits on"
        )
        parser.add_argument("--fonts", type=Path, nargs="+", default=list(FONTS))
        parser.add_argument("--scenes", type=int, default=1200, help="play at most so many")

    def handle(self, *args: Any, **options: Any) -> None:
        """Play, hear, fit, judge, and write what is kept."""
        try:
            self._train(**options)
        except StudioError as error:
            raise CommandError(f"{error} {getattr(error, 'hint', '')}".strip()) from error

    def _train(
        self, *, data: Path, recordings: Path | None, fonts: list[Path], scenes: int, **_: Any
    ) -> None:
        pieces = [
            (data / folder / row["file"], count)
            for folder, count in SCENES_A_PIECE.items()
            if (data / folder / "truth.csv").is_file()
            for row in _rows(data / folder / "truth.csv")
        ]
        examples = make_examples(
            pieces,
            [font for font in fonts if font.is_file()],
            models_dir=settings.MODELS_DIR,
            cache_dir=settings.VAR_DIR / "scenes",
            at_most=scenes,
            say=self.stderr.write,
        )
        heads = fit(examples, TERMS, version="")
        learned = [
            each
            for each in read_labelled(data, instrument_parents())
            if each.kind == RENDERED and not each.is_held_out
        ]
        recorded = [
            (each, hear(each, models_dir=settings.MODELS_DIR, cache_dir=settings.VAR_DIR))
            for each in (read_labelled(recordings, instrument_parents()) if recordings else [])
            if each.kind == REAL
        ]
        verdicts = judge(examples, heads, recorded, usual_shares(learned))
        for verdict in verdicts:
            self.stdout.write(_line(verdict))
        self._write(heads, verdicts, examples, [each.name for each, _ in recorded])

    def _write(
        self, heads: Heads, verdicts: list[Verdict], examples: Examples, recorded: list[str]
    ) -> None:
        kept = [place for place, verdict in enumerate(verdicts) if verdict.is_kept]
        if not kept:
            raise CommandError("No head beats its baseline; nothing was written.")
        weights = heads.weights[:, kept]
        version = hashlib.sha256(np.ascontiguousarray(weights).tobytes()).hexdigest()[:8]
        small = Heads(
            version=version,
            terms=tuple(heads.terms[place] for place in kept),
            weights=weights,
            bias=heads.bias[kept],
            centre=heads.centre,
            scale=heads.scale,
        )
        np.savez_compressed(HEADS_WEIGHTS, **small.arrays())
        HEADS_TABLE.write_text(_table([verdicts[place] for place in kept]), encoding="utf-8")
        report = {
            "model": MODEL,
            "version": version,
            "date": date.today().isoformat(),
            "licence": "AGPL-3.0-or-later",
            "features": "200-number embeddings of MTT_musicnn and MSD_musicnn, and the log odds "
            "of the output that means the same term",
            "l2": L2,
            "precision_aimed_at": PRECISION,
            "sound_fonts": sorted(set(examples.fonts.tolist())),
            "pieces": sorted(set(examples.pieces.tolist())),
            "scenes": len(set(examples.scenes.tolist())),
            "patches": len(examples.truth),
            "recordings_for_limits": recorded,
            "heads": [verdict.as_json() for verdict in verdicts],
        }
        HEADS_REPORT.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
        self.stdout.write(f"Kept {len(kept)} of {len(verdicts)} heads as version {version}.")


def _table(kept: list[Verdict]) -> str:
    """Write the limits as a table that can be read, and changed, like `musicnn_tags.toml`."""
    lines = [
        "# Limits of our own heads, written by `manage.py train_heads`; heads.json names the data.",
        "# threshold: the lowest level over a track from which at least "
        f"{PRECISION:.0%} of what was shown was right, among rendered",
        "#            scenes of pieces and sound fonts that the head had not heard and among "
        "labelled recordings",
        "# peak:      chance at a moment from which those seconds count as evidence",
    ]
    by_facet: dict[str, list[str]] = {}
    for verdict in kept:
        facet, slug = vocabulary_term(verdict.head)
        limit = verdict.threshold or 0.0
        by_facet.setdefault(facet, []).append(
            f'{slug} = {{ labels = ["{verdict.head}"], threshold = {limit:.3f}, '
            f"peak = {limit:.3f}, chance = true }}"
        )
    for facet, entries in sorted(by_facet.items()):
        lines += ["", f"[{MODEL}.{facet}]", *entries]
    return "\n".join(lines) + "\n"


def _line(verdict: Verdict) -> str:
    return (
        f"{verdict.head:18} {'kept' if verdict.is_kept else '-':5} scenes {verdict.scene_auc} "
        f"(raw {verdict.scene_auc_raw}), recordings {verdict.recorded_auc} "
        f"(raw {verdict.recorded_auc_raw}, n = {verdict.recordings}, "
        f"{verdict.recordings_present} with it), limit {verdict.threshold}, "
        f"recall {verdict.recall}: {verdict.why}"
    )


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
