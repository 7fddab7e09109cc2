"""`manage.py check_storage`: do the rows and the stored files agree?"""

import argparse
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from analysis.models import AnalysisRun, Status
from catalog.domain.sizes import spoken_size
from catalog.models import AudioFile
from catalog.services.storage_check import (
    Counts,
    Finding,
    check_files,
    check_uploads,
    remove_orphans,
)

STUCK_AFTER = timedelta(minutes=10)


class Command(BaseCommand):
    """Check rows against files in both directions, checksums and job states."""

    help = "Checks rows against stored files, checksums and job states; exit 1 on a finding."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take how thorough to be, and whether to clean up."""
        parser.add_argument("--quick", action="store_true", help="sizes only, no checksums")
        parser.add_argument(
            "--remove-orphans", action="store_true", help="delete stored files that no row knows"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print each finding, then the sum; the exit code says whether there was one."""
        counts = Counts()
        findings: list[Finding] = []
        for finding in self._look(counts, quick=options["quick"]):
            findings.append(finding)
            self.stdout.write(finding.sentence)
        removed = remove_orphans(findings) if options["remove_orphans"] else 0
        if removed:
            self.stdout.write(f"Deleted {removed} stored files that no row knew.")
        words = "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
        self.stdout.write(
            f"Looked at {counts.files:,} files, {spoken_size(counts.bytes)}: "
            f"{words if findings else 'nothing to report'}."
        )
        if len(findings) > removed:
            sys.exit(1)

    def _look(self, counts: Counts, *, quick: bool) -> Iterator[Finding]:
        yield from check_files(counts, read_everything=not quick)
        yield from check_uploads()
        yield from _check_runs()


def _check_runs() -> Iterator[Finding]:
    """Look for analyses that nobody carries on with, and for recordings without one."""
    lost = AnalysisRun.objects.filter(
        status=Status.RUNNING, lease_until__lt=timezone.now() - STUCK_AFTER
    )
    for run in lost.select_related("audio"):
        yield Finding(f"The {run} runs without a worker since {run.lease_until:%d %b %Y, %H:%M}.")
    used = AudioFile.objects.filter(tracks__isnull=False) | AudioFile.objects.filter(
        stems__isnull=False
    )
    settled = timezone.now() - STUCK_AFTER
    for audio in used.filter(analysis_runs=None, stored_at__lt=settled).distinct():
        yield Finding(f"The recording {audio.pk} “{audio}” was never queued for analysis.")
