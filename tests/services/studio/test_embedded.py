"""The embedded PostgreSQL and Valkey: one pair a folder, whatever happens to its users."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from studio.embedded import services as services_module
from studio.embedded.__main__ import main
from studio.embedded.errors import EmbeddedError
from studio.embedded.paths import layout, urls
from studio.embedded.processes import end, owners
from studio.embedded.services import Services, services

pytestmark = pytest.mark.services

ROOT = Path(__file__).parents[3]

# A user of the servers in a process of its own: says so, then waits to be told to leave.
USER = """
import sys
from pathlib import Path
from studio.embedded.services import services
with services(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def first_start() -> Iterator[Path]:
    """Make one runtime folder; the others are copied from it, since making one takes seconds."""
    folder = Path(tempfile.mkdtemp(prefix="liner-test-"))
    folder.chmod(0o755)
    with services(folder):
        pass
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def var_dir(first_start: Path) -> Iterator[Path]:
    """Give a runtime folder with a short path, and leave no server behind."""
    folder = Path(tempfile.mkdtemp(prefix="liner-test-"))
    folder.chmod(0o755)
    subprocess.run(["cp", "-a", first_start / "pg", folder], check=True)
    yield folder
    for found in (postmasters(folder), valkeys(folder)):
        end(found, (signal.SIGKILL, 10))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start_user() -> Iterator["UserStarter"]:
    """Start users of the servers as processes; those still there at the end are killed."""
    starter = UserStarter()
    yield starter
    for process in starter.processes:
        process.kill()
        process.communicate()


class UserStarter:
    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[str]] = []

    def __call__(self, folder: Path) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", USER, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self.processes.append(process)
        return process


def wait_ready(process: "subprocess.Popen[str]") -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def postmasters(folder: Path) -> list[psutil.Process]:
    """List the postmasters of a folder: its PostgreSQL processes whose parent is not one."""
    parents = {}
    for process in owners(folder / "pg", "postgres"):
        with contextlib.suppress(psutil.NoSuchProcess):  # a backend on its way out
            parents[process] = process.ppid()
    pids = {process.pid for process in parents}
    return [process for process, parent in parents.items() if parent not in pids]


def valkeys(folder: Path) -> list[psutil.Process]:
    return owners(folder / "valkey", "valkey-server")


def pids_of(folder: Path) -> tuple[list[int], list[int]]:
    return [p.pid for p in postmasters(folder)], [p.pid for p in valkeys(folder)]


def kill(process: psutil.Process) -> None:
    """End a process by `kill -9` and wait until it is gone, or a zombie that nobody buried."""
    process.kill()
    deadline = time.monotonic() + 10
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def write_note(folder: Path, text: str) -> None:
    with psycopg.connect(urls(folder)[0], autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (words text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])


def read_notes(folder: Path) -> list[str]:
    with psycopg.connect(urls(folder)[0]) as connection:
        return [row[0] for row in connection.execute("SELECT words FROM note ORDER BY words")]


def test_the_servers_answer_on_sockets_only_and_stop_with_their_last_user(var_dir: Path) -> None:
    with services(var_dir):
        write_note(var_dir, "kept")
        with redis.Redis(unix_socket_path=str(layout(var_dir).valkey_socket)) as broker:
            assert broker.ping()
        for process in (*postmasters(var_dir), *valkeys(var_dir)):
            kinds = {connection.family.name for connection in process.net_connections("all")}
            assert kinds <= {"AF_UNIX"}
    assert pids_of(var_dir) == ([], [])
    with services(var_dir):
        assert read_notes(var_dir) == ["kept"]


def test_a_second_user_shares_the_servers_and_the_first_may_leave(
    var_dir: Path, start_user: UserStarter
) -> None:
    first = start_user(var_dir)
    wait_ready(first)
    with services(var_dir):
        before = pids_of(var_dir)
        first.communicate("")
        assert pids_of(var_dir) == before
        write_note(var_dir, "still here")
    assert pids_of(var_dir) == ([], [])


def test_users_that_start_at_once_get_one_pair(var_dir: Path, start_user: UserStarter) -> None:
    users = [start_user(var_dir) for _ in range(4)]
    for user in users:
        wait_ready(user)
    found = pids_of(var_dir)
    assert [len(pids) for pids in found] == [1, 1]
    for user in users:
        user.communicate("")
    assert pids_of(var_dir) == ([], [])


def test_servers_outlive_a_killed_user_and_are_adopted(
    var_dir: Path, start_user: UserStarter
) -> None:
    first = start_user(var_dir)
    wait_ready(first)
    write_note(var_dir, "before the kill")
    before = pids_of(var_dir)
    first.kill()
    first.wait()
    with services(var_dir):
        assert pids_of(var_dir) == before
        assert read_notes(var_dir) == ["before the kill"]
    assert pids_of(var_dir) == ([], [])


def test_a_killed_postmaster_is_replaced_while_in_use(var_dir: Path) -> None:
    with services(var_dir) as found:
        write_note(var_dir, "committed")
        before = pids_of(var_dir)
        kill(postmasters(var_dir)[0])
        assert found.ensure_running() == ["PostgreSQL"]
        after = pids_of(var_dir)
        assert len(after[0]) == 1
        assert after[0] != before[0]
        assert after[1] == before[1]
        assert read_notes(var_dir) == ["committed"]


def test_a_killed_broker_is_replaced_while_in_use(var_dir: Path) -> None:
    with services(var_dir) as found:
        kill(valkeys(var_dir)[0])
        assert found.ensure_running() == ["Valkey"]
        assert [len(pids) for pids in pids_of(var_dir)] == [1, 1]


def test_a_stale_pid_file_whose_pid_lives_on_elsewhere_is_cleared(var_dir: Path) -> None:
    with services(var_dir):
        write_note(var_dir, "committed")
        pid_file = var_dir / "pg" / "postmaster.pid"
        left = pid_file.read_text()
        kill(postmasters(var_dir)[0])
        deadline = time.monotonic() + 10
        while postmasters(var_dir) and time.monotonic() < deadline:
            time.sleep(0.05)
    # The same user's live process now has the pid, as after a reboot.
    bystander = subprocess.Popen(
        ["sleep", "60"], user=pid_file.parent.stat().st_uid if os.geteuid() == 0 else None
    )
    try:
        pid_file.write_text(left.replace(left.split()[0], str(bystander.pid), 1))
        with services(var_dir):
            assert read_notes(var_dir) == ["committed"]
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_a_folder_too_deep_for_a_socket_is_served_from_a_short_one(var_dir: Path) -> None:
    deep = var_dir / ("long " * 20).strip() / "var"
    try:
        with services(deep) as found:
            assert not layout(deep).socket_dir.is_relative_to(deep)
            assert found.database_url == urls(deep)[0]
            write_note(deep, "reached")
            assert read_notes(deep) == ["reached"]
        assert pids_of(deep) == ([], [])
    finally:
        shutil.rmtree(layout(deep).socket_dir, ignore_errors=True)


def test_a_short_folder_that_somebody_else_made_is_refused(var_dir: Path) -> None:
    deep = var_dir / ("x" * 100)
    short = layout(deep).socket_dir
    target = var_dir / "elsewhere"
    target.mkdir()
    short.symlink_to(target)
    try:
        with pytest.raises(EmbeddedError, match="belongs to somebody else"), services(deep):
            pass
    finally:
        short.unlink()


def test_an_unfinished_first_start_does_not_spoil_the_next(var_dir: Path) -> None:
    fresh = var_dir / "fresh"
    (fresh / "pg.new").mkdir(parents=True)
    (fresh / "pg.new" / "half").write_text("of a data folder")
    with services(fresh):
        write_note(fresh, "whole")
    assert not (fresh / "pg.new").exists()


def test_a_data_folder_of_another_version_is_left_alone(var_dir: Path) -> None:
    (var_dir / "pg" / "PG_VERSION").write_text("17\n")
    with pytest.raises(EmbeddedError, match="made by PostgreSQL 17"), services(var_dir):
        pass
    assert pids_of(var_dir) == ([], [])


def test_a_full_disk_is_said_in_a_sentence(var_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(var_dir)._replace(free=5 * 2**20)
    monkeypatch.setattr(services_module.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(EmbeddedError, match="only 5 MB left"), services(var_dir):
        pass


def test_a_runtime_folder_that_is_a_file_is_said_in_a_sentence(var_dir: Path) -> None:
    (var_dir / "var").write_text("not a folder")
    with pytest.raises(EmbeddedError, match="runtime folder cannot be used"):
        with services(var_dir / "var"):
            pass


def test_only_what_is_wanted_is_started(var_dir: Path) -> None:
    found = Services(layout(var_dir), postgres=False, valkey=True)
    assert found.enter() == ["Valkey"]
    assert pids_of(var_dir)[0] == []
    found.leave()
    assert pids_of(var_dir) == ([], [])


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become an ordinary user")
def test_an_ordinary_user_runs_the_servers_under_their_own_name(var_dir: Path) -> None:
    with services(var_dir / "by-root"):
        pass  # opens PostgreSQL's program files to others where a strict umask closed them
    nobody = pwd.getpwnam("nobody")
    theirs = var_dir / "by-nobody"
    theirs.mkdir()
    os.chown(theirs, nobody.pw_uid, nobody.pw_gid)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
            with services(theirs):
                write_note(theirs, "mine")
                users = {p.username() for p in (*postmasters(theirs), *valkeys(theirs))}
                code = 0 if users == {"nobody"} else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert pids_of(theirs) == ([], [])


def test_a_dump_goes_into_another_folder(
    first_start: Path, var_dir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LINER_VAR_DIR", str(first_start))
    with services(first_start):
        write_note(first_start, "carried over")
    assert main(["dump", str(tmp_path / "liner.sql")]) == 0
    monkeypatch.setenv("LINER_VAR_DIR", str(var_dir))
    with services(var_dir):
        write_note(var_dir, "replaced")
        assert main(["restore", str(tmp_path / "liner.sql")]) == 0
        assert read_notes(var_dir) == ["carried over"]
    assert main(["restore", str(tmp_path / "missing.sql")]) == 1
