"""The warm analysis child of this worker process, and the way from storage to a local path."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage

from analysis.child import AnalysisChild
from analysis.domain.result import AnalysisResult
from analysis.errors import UnusableAudio
from catalog.models import AudioFile


@cache
def warm_child() -> AnalysisChild:
    """Give this process's child; it is started with the first file and kept for the next ones."""
    return AnalysisChild(settings.MODELS_DIR, plugins_dir=settings.PLUGINS_DIR)


def listen_to(
    audio: AudioFile,
    *,
    on_stage: Callable[[str, float], None],
    on_wait: Callable[[], None],
) -> AnalysisResult:
    """Analyse the original of a stored file.

    Raises
    ------
    UnusableAudio, ModelsMissing : in words for the person
    ChildDied : the child crashed, or passed its time or memory
    """
    with local_copy(audio) as path:
        return warm_child().analyse(
            path,
            name=audio.original_name,
            timeout_s=settings.ANALYSIS_TIMEOUT_S,
            on_stage=on_stage,
            on_wait=on_wait,
        )


@contextmanager
def local_copy(audio: AudioFile) -> Iterator[Path]:
    """Give a path to the original: itself where storage is local, else a copy for the time being.

    Raises
    ------
    UnusableAudio : the stored file is missing
    """
    try:
        path = Path(default_storage.path(audio.storage_name))
    except NotImplementedError:
        with tempfile.TemporaryDirectory(prefix="liner-") as folder:
            copy = Path(folder) / "original"
            try:
                with default_storage.open(audio.storage_name) as source, copy.open("wb") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
            except FileNotFoundError as error:
                raise _missing(audio) from error
            yield copy
        return
    if not path.exists():
        raise _missing(audio)
    yield path


def _missing(audio: AudioFile) -> UnusableAudio:
    return UnusableAudio(
        f"The stored file of “{audio.original_name}” is missing.",
        hint="Upload it again; the track and its tags stay as they are.",
    )
