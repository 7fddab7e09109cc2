"""One running studio a folder: the lock that says so, and the note that says where.

The lock goes with the process. The note outlives a `kill -9`, so that the next start can end the
programs that were left behind before it takes their port.
"""

import fcntl
import json
import os
import signal
from pathlib import Path
from typing import IO, Any

import psutil
from django.core.management import CommandError

from studio.embedded.processes import end
from studio.running.sessions import members


class Instance:
    """The right to run the studio of one runtime folder."""

    def __init__(self, run_dir: Path) -> None:
        self._lock_path = run_dir / "up.lock"
        self._note_path = run_dir / "up.json"
        self._lock: IO[str] | None = None

    def claim(self) -> None:
        """Take the lock, or say where the studio runs already."""
        self._lock_path.parent.mkdir(parents=True, exist_ok=True)
        lock = self._lock_path.open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            note = self._read()
            place = f" at {note['url']} (process {note['pid']})" if note else ""
            raise CommandError(
                f"The studio of this folder already runs{place}. Stop it first, "
                "or choose another folder with LINER_VAR_DIR."
            ) from error
        self._lock = lock

    def note(self, *, url: str, pids: list[int]) -> None:
        """Write down where the studio answers and which processes are its own."""
        programs = [
            {"pid": pid, "created": psutil.Process(pid).create_time()}
            for pid in pids
            if psutil.pid_exists(pid)
        ]
        note = {"url": url, "pid": os.getpid(), "programs": programs}
        fresh = self._note_path.with_suffix(".new")
        fresh.write_text(json.dumps(note))
        fresh.replace(self._note_path)

    def end_leftovers(self) -> int:
        """End the programs that a killed studio left behind; returns how many there were."""
        programs = [
            entry["pid"]
            for entry in self._read().get("programs", [])
            if not _is_somebody_else(entry)
        ]
        left = [process for pid in programs for process in members(pid)]
        leaders = [process for process in left if process.pid in programs]
        end(leaders, (signal.SIGTERM, 10.0))
        end(left, (signal.SIGKILL, 5.0))
        self._note_path.unlink(missing_ok=True)
        return len(left)

    def release(self) -> None:
        """Give the right back."""
        if self._lock is not None:
            self._note_path.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def _read(self) -> dict[str, Any]:
        try:
            note = json.loads(self._note_path.read_text())
        except (OSError, ValueError):
            return {}
        return note if isinstance(note, dict) else {}


def _is_somebody_else(entry: dict[str, Any]) -> bool:
    """Tell whether the pid of a noted program now belongs to another process."""
    try:
        created: float = psutil.Process(entry["pid"]).create_time()
    except psutil.NoSuchProcess:
        return False
    return abs(created - float(entry["created"])) > 1.0
