"""Copies that browsers play, of recordings in formats they do not."""

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage

from analysis.child import ChildDied
from analysis.domain.result import AnalysisResult
from analysis.errors import UnusableAudio
from analysis.services.listening import local_copy, warm_child
from catalog.models import AudioFile

NO_PREVIEW = "No copy that browsers play could be made, so it cannot be heard here; download it."


def with_preview(
    audio: AudioFile, result: AnalysisResult, *, on_wait: Callable[[], None]
) -> AnalysisResult:
    """Make the preview of a recording, once; a failure is a warning and costs nothing else."""
    if audio.preview_name and default_storage.exists(audio.preview_name):
        return result
    with tempfile.TemporaryDirectory(prefix="liner-") as folder, local_copy(audio) as path:
        target = Path(folder) / "preview.mp3"
        try:
            warm_child().preview(path, target, on_wait=on_wait)
        except (UnusableAudio, ChildDied):
            return replace(result, warnings=(*result.warnings, NO_PREVIEW))
        wanted = f"previews/{audio.workspace_id}/{audio.sha256[:2]}/{audio.sha256}.mp3"
        if default_storage.exists(wanted):  # half a copy from a crash
            default_storage.delete(wanted)
        with target.open("rb") as file:
            name = default_storage.save(wanted, File(file))
        AudioFile.objects.filter(pk=audio.pk).update(
            preview_name=name, preview_byte_size=target.stat().st_size
        )
    return result
