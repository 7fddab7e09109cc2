"""Finding and ending the server processes that own a data folder.

Both servers make their data folder their working folder, in every one of their processes. So the
working folder tells who owns it, where a pid written in a file may be stale, a zombie or reused.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import psutil

from studio.embedded.errors import EmbeddedError

MAX_LOG_BYTES = 10 * 1024 * 1024


def owners(folder: Path, name: str) -> list[psutil.Process]:
    """List the live processes called `name` that work in `folder`, oldest first."""
    found = [process for process in _named(name) if works_in(process, folder)]
    return sorted(found, key=lambda process: process.create_time())


def works_in(process: psutil.Process, folder: Path) -> bool:
    """Tell whether a process is alive and has `folder` as its working folder."""
    try:
        return os.path.samefile(process.cwd(), folder)
    except (psutil.Error, OSError):
        return False


def end(processes: list[psutil.Process], *signals: tuple[signal.Signals, float]) -> bool:
    """Send each signal to those still alive and wait its seconds; True when all are gone."""
    alive = processes
    for number, patience_s in signals:
        for process in alive:
            try:
                process.send_signal(number)
            except psutil.NoSuchProcess:
                continue
        _, alive = psutil.wait_procs(alive, timeout=patience_s)
        if not alive:
            return True
    return not alive


def spawn(
    arguments: list[str], log: Path, *, cwd: Path, user: int | None, group: int | None
) -> "subprocess.Popen[bytes]":
    """Start a server in a session of its own, so that neither Ctrl-C nor our death ends it."""
    with open_log(log) as output:
        try:
            return subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=plain_environment(),
                start_new_session=True,
                user=user,
                group=group,
                extra_groups=None if user is None else [],
            )
        except OSError as error:
            raise EmbeddedError(
                f"{Path(arguments[0]).name} cannot be started: {error.strerror}."
            ) from error


def plain_environment() -> dict[str, str]:
    """Give the environment for the servers: none of the caller's PG* variables or locale."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def open_log(log: Path) -> IO[bytes]:
    """Open a log file at its end; one that has grown large is set aside first."""
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    return log.open("ab")


def why(output: str) -> str:
    """Pick the line of a server's last words that a person can act on."""
    if "No space left on device" in output:
        return "the disk is full"
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "rror" in line or "PANIC" in line]
    chosen = (telling or lines or ["it said nothing"])[-1]
    return chosen.rpartition("FATAL:")[2].strip()


def _named(name: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == name:
            yield process
