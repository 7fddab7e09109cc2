"""The parent's side of the analysis child: hand over files, watch time and memory, replace it."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

from analysis.domain.result import AnalysisResult
from analysis.domain.stem_sum import StemSum
from analysis.errors import ModelsMissing, UnusableAudio
from catalog.errors import StudioError

ROOT = Path(__file__).resolve().parent.parent
FILES_BEFORE_REPLACEMENT = 50  # native libraries leak
MEMORY_LIMIT_MB = 1500.0
LOOK_EVERY_S = 0.5
# One core a child: several children share the machine, and one thread always adds in one order.
THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)


class ChildDied(StudioError):
    """The child crashed, took too long or too much memory; the sentence says which."""


class AnalysisChild:
    """A warm process that analyses one file after another.

    Start-up costs seconds (TensorFlow, compiled code), so the process is kept for some files, and
    replaced after a crash, a limit or `FILES_BEFORE_REPLACEMENT` of them.
    """

    def __init__(
        self,
        models_dir: Path,
        *,
        plugins_dir: Path | None = None,
        memory_limit_mb: float = MEMORY_LIMIT_MB,
    ) -> None:
        self._folders = [str(folder) for folder in (models_dir, plugins_dir) if folder]
        self._memory_limit_mb = memory_limit_mb
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0
        self._buffer = b""

    def analyse(
        self,
        path: Path,
        *,
        name: str = "",
        timeout_s: float = 900.0,
        on_stage: Callable[[str, float], None] | None = None,
        on_wait: Callable[[], None] | None = None,
    ) -> AnalysisResult:
        """Analyse one file.

        `on_wait` is called about twice a second meanwhile. Whatever it or `on_stage` raises ends
        the child and goes on to the caller, so that work nobody wants any more can be stopped.

        Raises
        ------
        UnusableAudio : the file cannot be analysed, in words for its owner
        ModelsMissing : the weights are not there
        ChildDied : the process crashed, or passed its time or memory; the next call has a new one
        """
        answer = self._answer_to(
            {"path": str(path), "name": name}, timeout_s, on_stage=on_stage, on_wait=on_wait
        )
        return AnalysisResult.from_json(answer["result"])

    def compare(
        self,
        master: tuple[Path, float],
        stems: Sequence[tuple[int, str, Path, float]],
        *,
        timeout_s: float = 300.0,
        on_wait: Callable[[], None] | None = None,
    ) -> StemSum:
        """Lay stems (id, name, file, seconds) over their master (file, seconds).

        Raises
        ------
        UnusableAudio, ChildDied : as `analyse` does
        """
        request = {
            "master": [str(master[0]), master[1]],
            "stems": [[pk, name, str(path), length_s] for pk, name, path, length_s in stems],
        }
        answer = self._answer_to(request, timeout_s, on_wait=on_wait)
        return StemSum.from_json(answer["stem_sum"])

    def preview(
        self,
        path: Path,
        target: Path,
        *,
        timeout_s: float = 300.0,
        on_wait: Callable[[], None] | None = None,
    ) -> None:
        """Write a copy of a recording that every browser plays.

        Raises
        ------
        UnusableAudio, ChildDied : as `analyse` does
        """
        self._answer_to({"preview": str(path), "target": str(target)}, timeout_s, on_wait=on_wait)

    def _answer_to(
        self,
        request: Mapping[str, Any],
        timeout_s: float,
        *,
        on_stage: Callable[[str, float], None] | None = None,
        on_wait: Callable[[], None] | None = None,
    ) -> dict[str, Any]:
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write((json.dumps(request) + "\n").encode())
            process.stdin.flush()
        except BrokenPipeError as error:
            self.close()
            raise ChildDied("The analysis process was gone before it got the file.") from error
        self._served += 1
        deadline = time.monotonic() + timeout_s
        try:
            answer = self._next_answer(process, deadline, on_wait)
            while "stage" in answer:
                if on_stage is not None:
                    on_stage(answer["stage"], answer["share"])
                answer = self._next_answer(process, deadline, on_wait)
        except BaseException:
            self.close()
            raise
        if "refused" in answer:
            raise UnusableAudio(answer["refused"], hint=answer["hint"])
        if "fault" in answer:
            raise ModelsMissing(answer["fault"], hint=answer["hint"])
        return answer

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    pipe.close()
        self._process, self._served, self._buffer = None, 0, b""

    def _started(self) -> subprocess.Popen[bytes]:
        alive = self._process is not None and self._process.poll() is None
        if not alive or self._served >= FILES_BEFORE_REPLACEMENT:
            self.close()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "analysis.child_main", *self._folders],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                process_group=0,
            )
        assert self._process is not None
        return self._process

    def _next_answer(
        self,
        process: subprocess.Popen[bytes],
        deadline: float,
        on_wait: Callable[[], None] | None,
    ) -> dict[str, Any]:
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._buffer:
                if selector.select(LOOK_EVERY_S):
                    chunk = os.read(process.stdout.fileno(), 1 << 16)
                    if not chunk:
                        self.close()
                        raise ChildDied("The analysis crashed on this file.")
                    self._buffer += chunk
                self._check_limits(process, deadline)
                if on_wait is not None:
                    on_wait()
        line, self._buffer = self._buffer.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _check_limits(self, process: subprocess.Popen[bytes], deadline: float) -> None:
        if time.monotonic() > deadline:
            self.close()
            raise ChildDied("The analysis took longer than it may.")
        try:
            used_mb = psutil.Process(process.pid).memory_info().rss / 1024**2
        except psutil.NoSuchProcess:
            return
        if used_mb > self._memory_limit_mb:
            self.close()
            raise ChildDied(f"The analysis needed more than {self._memory_limit_mb:.0f} MB.")


def _environment() -> dict[str, str]:
    threads = dict.fromkeys(THREAD_LIMITS, "1")
    return {**os.environ, **threads, "TF_CPP_MIN_LOG_LEVEL": "3"}
