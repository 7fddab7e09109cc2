"""`manage.py ingest`: files and folders of this machine become tracks."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analysis.models import UNFINISHED, AnalysisRun, Status, Suggestion
from analysis.services.queueing import queue_run
from catalog.models import AudioFile, Stem, Workspace
from catalog.services.ingest import (
    FoundFile,
    Ingested,
    Skipped,
    find_files,
    ingest_group,
    plan,
)

POLL_S = 1.0
STILL_FOR_S = 900.0
BAR_WIDTH = 28


class Command(BaseCommand):
    """Bring audio into a workspace; known bytes are recognised, so running it again is harmless."""

    help = "Makes tracks from audio files, folders and zips; stems are grouped to their track."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the paths and where they go."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--workspace", required=True, help="the word in its address")
        parser.add_argument("--artist", default="", help="credited where a file names nobody")
        parser.add_argument("--wait", action="store_true", help="wait until all is analysed")
        parser.add_argument("--json", action="store_true", help="one line of JSON a track")

    def handle(self, *args: Any, **options: Any) -> None:
        """Ingest, then wait if asked to, and say what became of each track."""
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError(
                f"There is no workspace {options['workspace']}. Make one with: createworkspace "
                f"--slug {options['workspace']} --name NAME"
            )
        missing = [str(path) for path in options["paths"] if not path.exists()]
        if missing:
            raise CommandError(f"There is no {', '.join(missing)}.")
        bar = Bar(sys.stderr)
        with tempfile.TemporaryDirectory(prefix="liner-ingest-") as folder:
            done, skipped = self._ingest(workspace, options, Path(folder), bar)
        if options["wait"]:
            self._wait(done, bar)
        bar.end()
        for item in done:
            self._say(item, as_json=options["json"], waited=options["wait"])
        self._sum_up(done, skipped)

    def _ingest(
        self, workspace: Workspace, options: dict[str, Any], folder: Path, bar: "Bar"
    ) -> tuple[list[Ingested], int]:
        found = list(find_files([path.resolve() for path in options["paths"]], folder))
        files = {item.path: item for item in found if isinstance(item, FoundFile)}
        done = [item for item in found if isinstance(item, Ingested)]
        groups = plan(workspace, list(files.values()))
        for number, group in enumerate(groups, start=1):
            bar.show("Reading", number - 1, len(groups), group.title)
            done.append(
                ingest_group(
                    workspace=workspace, group=group, files=files, artist=options["artist"]
                )
            )
        return done, sum(isinstance(item, Skipped) for item in found)

    def _wait(self, done: Iterable[Ingested], bar: "Bar") -> None:
        """Wait until no run of these files is open."""
        ids = sorted({audio_id for item in done for audio_id in item.audio_ids})
        for audio in AudioFile.objects.filter(pk__in=ids):
            queue_run(audio=audio)
        last, since = -1, time.monotonic()
        while True:
            runs = AnalysisRun.objects.filter(audio_id__in=ids)
            waiting = runs.filter(status__in=UNFINISHED)
            left = waiting.count()
            if not left:
                return
            if left != last or waiting.filter(lease_until__gt=timezone.now()).exists():
                last, since = left, time.monotonic()
            elif time.monotonic() - since > STILL_FOR_S:
                raise CommandError(
                    f"{left} recordings wait, but no worker takes them. Start one: make up."
                )
            bar.show("Analysing", len(ids) - left, len(ids), "")
            time.sleep(POLL_S)

    def _say(self, item: Ingested, *, as_json: bool, waited: bool) -> None:
        line = _line(item, waited=waited)
        if as_json:
            self.stdout.write(json.dumps(line))
            return
        problem = f": {line['error']}" if line["error"] else ""
        stems = f", {len(line['stems'])} stems" if line["stems"] else ""
        self.stdout.write(f"{line['status']:<9} {item.track or item.path}{stems}{problem}")

    def _sum_up(self, done: list[Ingested], skipped: int) -> None:
        new = sum(item.is_new for item in done)
        failed = sum(item.failed for item in done)
        known = len(done) - new - failed
        self.stderr.write(f"{new} new tracks, {known} known before, {failed} refused.")
        if skipped:
            self.stderr.write(f"{skipped:,} other files in the folders are no audio; left alone.")


class Bar:
    """A progress bar on a terminal; nothing where the output goes to a file."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream if stream.isatty() else None

    def show(self, verb: str, done: int, total: int, what: str) -> None:
        """Draw how far it is."""
        if self._stream is None:
            return
        filled = round(BAR_WIDTH * done / max(total, 1))
        bar = "█" * filled + "░" * (BAR_WIDTH - filled)
        self._stream.write(f"\r\x1b[K{verb} {bar} {done} of {total}  {what[:40]}")
        self._stream.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def _line(item: Ingested, *, waited: bool) -> dict[str, Any]:
    """Tell what became of one track, in the fields scripts rely on."""
    track = item.track
    error = " ".join(item.errors.values())
    line: dict[str, Any] = {
        "path": item.path,
        "track_id": track.pk if track else None,
        "status": "failed",
        "error": error or None,
        "duration_s": None,
        "tempo_bpm": None,
        "key": None,
        "suggestions": [],
        "stems": [],
    }
    if track is None:
        return line
    audio = track.audio
    stems = Stem.objects.filter(track=track)
    line["stems"] = [{"role": stem.role, "label": str(stem)} for stem in stems]
    line["duration_s"] = audio.duration_s if audio else None
    line["status"] = "queued" if item.is_new else "duplicate"
    if not waited:
        return line
    runs = {run.audio_id: run for run in AnalysisRun.objects.filter(audio_id__in=item.audio_ids)}
    failed = [run for run in runs.values() if run.status not in (Status.DONE, *UNFINISHED)]
    heard = runs.get(audio.pk) if audio else None
    if heard is not None and heard.status == Status.DONE:
        result = heard.result
        line["tempo_bpm"] = result.get("tempo_bpm")
        line["key"] = " ".join(filter(None, (result.get("key"), result.get("mode")))) or None
    line["suggestions"] = [
        {"facet": found.facet, "term": found.term or found.label, "confidence": found.confidence}
        for found in Suggestion.objects.filter(track=track).open().order_by("-confidence")
    ]
    if failed:
        line["error"] = " ".join(filter(None, [error, *(run.error for run in failed)]))
    main_failed = heard is not None and heard.status != Status.DONE
    if main_failed or (heard is None and len(failed) == len(runs)):
        line["status"] = "failed"
    elif item.is_new:
        line["status"] = "analysed"
    return line
