"""One pair of servers for everybody who works in a runtime folder.

Each user of the servers (`up`, a single `ingest`) holds a shared lock on `run/services.lock` for as
long as it needs them; the last one to leave can turn it into an exclusive one, and stops them.
Starting and stopping happen under `run/start.lock`. The kernel drops both locks when a process
dies, so nothing goes stale: servers whose users were killed run on until the next user adopts them.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg

from studio.embedded.errors import EmbeddedError
from studio.embedded.paths import Layout, layout
from studio.embedded.postgres import Postgres
from studio.embedded.valkey import Valkey

# A fresh database folder takes 40 MB and its first log segments 32 MB; the rest is for the work.
MIN_FREE_BYTES = 300 * 1024 * 1024
START_LOCK_WITHIN_S = 330.0


class Services:
    """The servers of one runtime folder, while this process needs them."""

    def __init__(self, paths: Layout, *, postgres: bool, valkey: bool) -> None:
        self._paths = paths
        self._postgres = Postgres(paths)
        self._valkey = Valkey(paths)
        self._wanted: list[Postgres | Valkey] = [
            *([self._postgres] if postgres else []),
            *([self._valkey] if valkey else []),
        ]
        self._held: IO[bytes] | None = None

    @property
    def database_url(self) -> str:
        """Where the database answers."""
        return self._paths.database_url

    @property
    def broker_url(self) -> str:
        """Where the broker answers."""
        return self._paths.broker_url

    def enter(self) -> list[str]:
        """Register as a user and have the servers answer; returns the names of those started."""
        self._prepare_folders()
        with self._start_lock():
            self._held = _open_lock(self._paths.lock_dir / "services.lock")
            fcntl.flock(self._held, fcntl.LOCK_SH)
            try:
                return self._ensure()
            except BaseException:
                self._stop_if_last()
                raise

    def ensure_running(self) -> list[str]:
        """Start again what has died since; returns the names of those started."""
        if all(server.answers() for server in self._wanted):
            return []
        with self._start_lock():
            return self._ensure()

    def leave(self) -> None:
        """Stop being a user; the last one stops the servers."""
        with self._start_lock():
            self._stop_if_last()

    def _ensure(self) -> list[str]:
        return [server.name for server in self._wanted if server.ensure()]

    def _stop_if_last(self) -> None:
        if self._held is None:
            return
        try:
            fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass  # somebody else still works here
        else:
            self._valkey.stop()
            self._postgres.stop()
        finally:
            self._held.close()
            self._held = None

    def _prepare_folders(self) -> None:
        for folder in (self._paths.var_dir, self._paths.lock_dir, self._paths.log_dir):
            folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(self._paths.var_dir).free
        if free < MIN_FREE_BYTES:
            raise EmbeddedError(
                f"The disk of {self._paths.var_dir} has only {free // 2**20} MB left, and the "
                f"studio needs at least {MIN_FREE_BYTES // 2**20} MB to start."
            )
        if self._paths.socket_dir != self._paths.lock_dir:
            _make_private(self._paths.socket_dir)

    @contextmanager
    def _start_lock(self) -> Iterator[None]:
        file = _open_lock(self._paths.lock_dir / "start.lock")
        deadline = time.monotonic() + START_LOCK_WITHIN_S
        with file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    pass
                except OSError as error:
                    raise EmbeddedError(
                        f"{self._paths.lock_dir} does not allow file locks ({error.strerror}); "
                        "choose a folder on a local disk with LINER_VAR_DIR."
                    ) from error
                if time.monotonic() > deadline:
                    raise EmbeddedError(
                        "Another process has been starting or stopping the studio's servers for "
                        f"{START_LOCK_WITHIN_S:.0f} seconds; look at {self._paths.log_dir}."
                    )
                time.sleep(0.05)
            yield


@contextmanager
def services(var_dir: Path, *, postgres: bool = True, valkey: bool = True) -> Iterator[Services]:
    """Have the embedded servers of a runtime folder answer for the length of a `with` block."""
    try:
        found = Services(layout(var_dir), postgres=postgres, valkey=valkey)
        found.enter()
    except OSError as error:
        raise EmbeddedError(_describe(error, var_dir)) from error
    except psycopg.Error as error:
        full = isinstance(error, psycopg.errors.DiskFull)
        problem = "the disk is full" if full else str(error).splitlines()[0]
        raise EmbeddedError(f"The embedded PostgreSQL cannot be used: {problem}.") from error
    try:
        yield found
    finally:
        found.leave()


def _open_lock(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b")


def _make_private(folder: Path) -> None:
    """Make the short folder for sockets, and refuse one that somebody else made for us."""
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if folder.is_symlink() or state.st_uid != os.geteuid():
        raise EmbeddedError(
            f"{folder} belongs to somebody else; remove it, or choose a shorter LINER_VAR_DIR."
        )
    folder.chmod(0o700)


def _describe(error: OSError, var_dir: Path) -> str:
    place = error.filename or var_dir
    return f"The runtime folder cannot be used: {place}: {error.strerror or error}."
