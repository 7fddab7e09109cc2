"""Analyse files without a database."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from analysis.child import AnalysisChild, ChildDied
from analysis.domain.key import wheel_code
from analysis.domain.result import AnalysisResult
from analysis.domain.streaming import playbacks
from analysis.errors import ModelsMissing, UnusableAudio
from analysis.rules import loudness_targets


class Command(BaseCommand):
    """Prints what is heard in each file; one JSON line a file with `--json`."""

    help = "Analyse audio files and print what is heard; needs no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take files and the form of the answer."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Analyse one file after another; a bad one does not stop the others."""
        child = AnalysisChild(settings.MODELS_DIR, plugins_dir=settings.PLUGINS_DIR)
        failed = 0
        try:
            for file in options["files"]:
                line = self._line(child, file)
                failed += not line["ok"]
                self.stdout.write(
                    json.dumps(line, ensure_ascii=False) if options["json"] else _words(line)
                )
        finally:
            child.close()
        if failed and not options["json"]:
            self.stderr.write(f"{failed} of {len(options['files'])} could not be analysed.")

    def _line(self, child: AnalysisChild, file: Path) -> dict[str, Any]:
        line: dict[str, Any] = {"path": str(file), "ok": False, "error": None, "warnings": []}
        if not file.is_file():
            return {**line, "error": "There is no such file."}
        try:
            result = child.analyse(file.absolute(), name=file.name)
        except (UnusableAudio, ModelsMissing, ChildDied) as error:
            return {**line, "error": f"{error} {error.hint}".strip()}
        return {**line, "ok": True, **_figures(result)}


def _figures(result: AnalysisResult) -> dict[str, Any]:
    return {
        "warnings": list(result.warnings),
        "duration_s": result.duration_s,
        "sample_rate_hz": result.sample_rate_hz,
        "channels": result.channels,
        "codec": result.codec,
        "tempo_bpm": result.tempo_bpm,
        "tempo_candidates": [
            {"bpm": candidate.bpm, "confidence": candidate.confidence}
            for candidate in result.tempo_candidates
        ],
        "tempo_firm": result.tempo_firm,
        "key": result.key,
        "mode": result.mode,
        "key_confidence": result.key_confidence,
        "key_code": result.key_code,
        "key_runner_up": result.key_runner_up and asdict(result.key_runner_up),
        "key_reason": result.key_reason,
        "tuning_hz": result.tuning_hz,
        "tempo_stretches": [asdict(stretch) for stretch in result.tempo_stretches],
        "bars": result.bars and asdict(result.bars),
        "loudness_lufs": result.loudness_lufs,
        "loudness_range_lu": result.loudness_range_lu,
        "true_peak_dbtp": result.true_peak_dbtp,
        "streaming": [
            asdict(each)
            for each in playbacks(result.loudness_lufs, result.true_peak_dbtp, loudness_targets())
        ],
        "vocals": {
            "label": result.vocals_label,
            "probability": result.vocals_probability,
            "share_of_time": result.vocals_share,
        },
        "mood_point": {
            "valence": result.valence,
            "arousal": result.arousal,
            "confidence": result.mood_confidence,
        },
        "tags": [
            {
                "facet": tag.facet,
                "term": tag.term,
                "confidence": tag.confidence,
                "ranges": [[span.start_s, span.end_s] for span in tag.ranges],
            }
            for tag in result.tags
        ],
        "seconds": result.seconds,
        "peak_rss_mb": result.peak_rss_mb,
    }


def _words(line: dict[str, Any]) -> str:
    if not line["ok"]:
        return f"{line['path']}\n  {line['error']}"
    tempo = f"{line['tempo_bpm']:.1f} BPM" if line["tempo_firm"] else "no firm tempo"
    if bars := line["bars"]:
        tempo += f", {bars['beats_per_bar']} beats to a bar from {bars['first_downbeat_s']:.2f} s"
    key = "no clear key"
    if line["key"]:
        key = f"{line['key']} {line['mode']} ({wheel_code(line['key'], line['mode'])})"
    loudness = line["loudness_lufs"]
    parts = [
        tempo,
        key,
        "not loud enough to measure" if loudness is None else f"{loudness:.1f} LUFS",
    ]
    tags = ", ".join(f"{tag['term']} {tag['confidence']:.2f}" for tag in line["tags"])
    notes = "".join(f"\n  Note: {warning}" for warning in line["warnings"])
    return f"{line['path']}\n  {' · '.join(parts)}\n  {tags or 'no tags'}{notes}"
