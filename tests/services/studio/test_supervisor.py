"""Programs that run together: restarted when they die, stopped when asked, never left behind."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from studio.running.supervisor import Program, Supervisor

ROOT = Path(__file__).parents[3]
STEADY = "import time; print('up', flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + STEADY


def python(name: str, code: str, *, patience_s: float = 10.0) -> Program:
    return Program(name, (sys.executable, "-c", code), patience_s=patience_s)


def run_until(supervisor: Supervisor, holds: Callable[[], object], within_s: float = 15) -> None:
    deadline = time.monotonic() + within_s
    supervisor.run(until=lambda: bool(holds()) or time.monotonic() > deadline, each_s=0.02)
    assert holds(), "it did not happen in time"


def pid_of(supervisor: Supervisor, index: int = 0) -> int | None:
    process = supervisor.children[index].process
    return process.pid if process else None


def test_output_is_named_on_the_console_and_kept_in_a_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "speaker.log"
    code = "import sys; print('one', flush=True); sys.stderr.write('two without an end'); "
    code += "sys.stderr.flush(); import time; time.sleep(600)"
    supervisor = Supervisor([python("speaker", code)], log_dir=tmp_path, cwd=ROOT)
    supervisor.start()
    run_until(supervisor, lambda: log.exists() and "one" in log.read_text())
    run_until(supervisor, lambda: supervisor.children[0].unfinished)
    supervisor.stop()
    assert log.read_text() == "one\ntwo without an end\n"
    assert "speaker | one\n" in capsys.readouterr().out


def test_a_killed_program_starts_again_after_a_pause(tmp_path: Path) -> None:
    supervisor = Supervisor([python("steady", STEADY)], log_dir=tmp_path, cwd=ROOT)
    supervisor.start()
    first = pid_of(supervisor)
    assert first is not None
    os.kill(first, signal.SIGKILL)
    run_until(supervisor, lambda: pid_of(supervisor) not in (None, first))
    supervisor.stop()
    assert "was ended by SIGKILL; starts again in 1 s" in (tmp_path / "steady.log").read_text()


def test_a_program_that_keeps_failing_is_tried_more_and_more_slowly(tmp_path: Path) -> None:
    supervisor = Supervisor([python("failing", "raise SystemExit(3)")], log_dir=tmp_path, cwd=ROOT)
    supervisor.start()
    run_until(supervisor, lambda: supervisor.children[0].ends == 3)
    supervisor.stop()
    log = (tmp_path / "failing.log").read_text()
    assert [line.split()[-2] for line in log.splitlines()] == ["1", "2", "4"]
    assert "ended with code 3" in log


def test_stopping_ends_every_program_and_kills_the_stubborn(tmp_path: Path) -> None:
    programs = [python("steady", STEADY), python("stubborn", STUBBORN, patience_s=0.5)]
    supervisor = Supervisor(programs, log_dir=tmp_path, cwd=ROOT)
    supervisor.start()
    logs = [tmp_path / f"{program.name}.log" for program in programs]
    run_until(supervisor, lambda: all("up" in log.read_text() for log in logs))
    pids = [pid_of(supervisor, index) for index in (0, 1)]
    started_at = time.monotonic()
    supervisor.stop()
    assert time.monotonic() - started_at < 5
    assert not any(psutil.pid_exists(pid) for pid in pids if pid)


def test_a_second_request_to_stop_waits_for_nobody(tmp_path: Path) -> None:
    programs = [python("steady", STEADY), python("stubborn", STUBBORN, patience_s=600)]
    supervisor = Supervisor(programs, log_dir=tmp_path, cwd=ROOT)
    supervisor.start()
    logs = [tmp_path / f"{program.name}.log" for program in programs]
    run_until(supervisor, lambda: all("up" in log.read_text() for log in logs))
    stubborn = pid_of(supervisor, 1)
    assert stubborn is not None
    supervisor.stop(hurry=lambda: not supervisor.children[0].is_running)
    _wait_gone(stubborn)


def test_a_program_waits_until_it_is_named(tmp_path: Path) -> None:
    programs = [python("first", STEADY), python("second", STEADY)]
    supervisor = Supervisor(programs, log_dir=tmp_path, cwd=ROOT)
    supervisor.start("first")
    run_until(supervisor, lambda: "up" in (tmp_path / "first.log").read_text())
    assert not supervisor.children[1].is_running
    supervisor.start()
    run_until(supervisor, lambda: "up" in (tmp_path / "second.log").read_text())
    supervisor.stop()


def test_grandchildren_go_with_a_killed_program(tmp_path: Path) -> None:
    code = "import subprocess, sys, time; "
    code += f"p = subprocess.Popen([sys.executable, '-c', {STEADY!r}], process_group=0); "
    code += "print(p.pid, flush=True); time.sleep(600)"
    log = tmp_path / "parent.log"
    supervisor = Supervisor([python("parent", code)], log_dir=tmp_path, cwd=ROOT)
    supervisor.start()
    run_until(supervisor, lambda: re.search(r"^\d+$", log.read_text(), re.M))
    grandchild = int(re.findall(r"^\d+$", log.read_text(), re.M)[0])
    parent = pid_of(supervisor)
    assert parent is not None
    os.kill(parent, signal.SIGKILL)
    run_until(supervisor, lambda: pid_of(supervisor) != parent)
    _wait_gone(grandchild)
    supervisor.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux, where a death signal exists")
def test_programs_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; "
        "from studio.running.supervisor import Program, Supervisor; "
        f"s = Supervisor([Program('steady', (sys.executable, '-c', {STEADY!r}))], "
        f"log_dir=Path({str(tmp_path)!r}), cwd=Path('.')); s.start(); "
        "print(s.children[0].process.pid, flush=True); s.run(until=lambda: False)"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert supervisor.stdout is not None
    child = int(supervisor.stdout.readline())
    assert psutil.pid_exists(child)
    supervisor.kill()
    supervisor.communicate()
    _wait_gone(child)


def _wait_gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and not _is_zombie(pid):
        assert time.monotonic() < deadline, f"process {pid} was left behind"
        time.sleep(0.05)


def _is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
