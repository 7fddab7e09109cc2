"""`manage.py up` as a person runs it: one command, and everything stops with it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parents[3]


class Studio:
    """One `up` on a runtime folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "up.out"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "subprocess.Popen[bytes]":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--no-demo", "--port", str(self.port)],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self.process

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DJANGO_SETTINGS_MODULE": "studio.settings",
            "LINER_VAR_DIR": str(self.folder),
            "AUDIO_WORKERS": "1",
            "WEB_WORKERS": "1",
        }

    def answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait(self, holds: Callable[[], object], within_s: float = 180) -> None:
        deadline = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < deadline, self.output()
            time.sleep(0.1)

    def processes(self) -> list[psutil.Process]:
        """List every process of this studio: by its folder in the environment or its work."""
        found = []
        for process in psutil.process_iter():
            try:
                words = " ".join(process.cmdline())
                mine = str(self.folder) in words or (
                    process.environ().get("LINER_VAR_DIR") == str(self.folder)
                )
            except psutil.Error:
                continue
            if mine and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        return found


@pytest.fixture
def studio() -> Iterator[Studio]:
    with tempfile.TemporaryDirectory(prefix="liner-up-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        found = Studio(folder)
        yield found
        for process in found.processes():
            process.kill()
        if found.process is not None:
            found.process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def gunicorn(studio: Studio) -> psutil.Process:
    found = [p for p in studio.processes() if "gunicorn" in " ".join(p.cmdline())]
    pids = {p.pid for p in found}
    return next(p for p in found if p.ppid() not in pids)


def postmasters(studio: Studio) -> list[int]:
    found = [p for p in studio.processes() if p.name() == "postgres"]
    pids = {p.pid for p in found}
    return [p.pid for p in found if p.ppid() not in pids]


def test_the_studio_comes_up_survives_kills_and_stops_whole(studio: Studio) -> None:
    process = studio.start()
    studio.wait(studio.answers)
    studio.wait(lambda: f"open http://127.0.0.1:{studio.port}/" in studio.output())

    second = subprocess.run(
        [sys.executable, "manage.py", "up", "--no-demo"],
        cwd=ROOT,
        env={**os.environ, **studio.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert f"already runs at http://127.0.0.1:{studio.port}/" in second.stderr
    assert "Traceback" not in second.stderr

    gunicorn(studio).kill()
    studio.wait(lambda: "was ended by SIGKILL" in studio.output())
    studio.wait(studio.answers)

    os.kill(postmasters(studio)[0], signal.SIGKILL)
    studio.wait(lambda: "PostgreSQL had stopped and was started again" in studio.output())

    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=180) == 0
    assert "The studio has stopped." in studio.output()
    assert studio.processes() == []


def test_a_killed_studio_is_taken_over_by_the_next(studio: Studio) -> None:
    first = studio.start()
    studio.wait(lambda: "Liner is ready" in studio.output())
    first.kill()
    first.wait()
    postmaster = postmasters(studio)
    second = studio.start()
    studio.wait(lambda: studio.output().count("Liner is ready") == 2)
    assert postmasters(studio) == postmaster
    assert len([p for p in studio.processes() if p.name() == "valkey-server"]) == 1
    second.send_signal(signal.SIGINT)
    assert second.wait(timeout=180) == 0
    assert studio.processes() == []


def test_a_taken_port_is_one_sentence(studio: Studio) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", studio.port))
        other.listen()
        process = studio.start()
        assert process.wait(timeout=180) == 1
    assert f"Port {studio.port} is taken by another program" in studio.output()
    assert "Traceback" not in studio.output()
    assert studio.processes() == []
