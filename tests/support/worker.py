"""A real Celery worker on the test database, to be killed and started again."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from studio.running.programs import worker as worker_command

ROOT = Path(__file__).parents[2]
READY_WITHIN_S = 60.0


class Worker:
    """One worker process for both queues. Its tests must be transactional, or it sees no rows."""

    def __init__(self, *, database: str, log: Path, concurrency: int = 2) -> None:
        self._database = database
        self._log = log
        self._concurrency = concurrency
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the worker's main process."""
        assert self._process is not None, "the worker is not running"
        return self._process.pid

    def start(self, *, concurrency: int | None = None) -> None:
        """Start the worker and wait until it takes tasks, with as many processes as asked for."""
        assert self._process is None, "the worker is running already"
        self._concurrency = concurrency or self._concurrency
        command = [*worker_command("default,audio", concurrency=self._concurrency)]
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "LINER_TEST_DATABASE": self._database,
            "PYTHONPATH": str(ROOT),
        }
        offset = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + READY_WITHIN_S
        while b" ready." not in self._log.read_bytes()[offset:]:
            if self._process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"the worker did not start:\n{self.log_tail()}")
            time.sleep(0.05)

    def kill(self) -> None:
        """End the worker and all its children as `kill -9` or a power cut does."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Let the worker finish what it runs, then end it; what lingers is killed."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._end(signal.SIGKILL)
        self._process = None

    def wait_until(self, holds: Callable[[], object], *, within_s: float = 60.0) -> None:
        """Wait for something the worker brings about; its log is shown when it does not."""
        deadline = time.monotonic() + within_s
        while not holds():
            if time.monotonic() > deadline:
                pytest.fail(f"it did not happen within {within_s:.0f} s:\n{self.log_tail()}")
            time.sleep(0.1)

    def log_tail(self, lines: int = 40) -> str:
        """Give the end of the worker's log."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        main = psutil.Process(self._process.pid)
        family = [main, *main.children(recursive=True)]
        for process in family:
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue
        self._process.wait(timeout=30)
        psutil.wait_procs(family, timeout=10)
        self._process = None
