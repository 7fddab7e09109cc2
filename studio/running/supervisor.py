"""Run some programs together: prefix their output, restart what dies, stop all of them cleanly.

One thread and no more: children are made with a death signal, which follows the thread that made
them, and forking is only safe while no other thread holds a lock.
"""

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from studio.embedded.processes import open_log
from studio.running.sessions import members

FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 30.0
# A program that ran this long was well; its next end starts the delays anew.
STEADY_AFTER_S = 60.0
PR_SET_PDEATHSIG = 1
COLOURS = ("36", "33", "35", "32", "34")


@dataclass(frozen=True)
class Program:
    """What to run. `patience_s` is how long it may take to finish its work when told to stop."""

    name: str
    arguments: tuple[str, ...]
    niceness: int = 0
    patience_s: float = 10.0


@dataclass
class Child:
    """One program with its process, while it has one."""

    program: Program
    log: IO[bytes]
    colour: str
    process: "subprocess.Popen[bytes] | None" = None
    started_at: float = 0.0
    # When to start an ended program again; None before its first start.
    start_again_at: float | None = None
    delay_s: float = FIRST_DELAY_S
    ends: int = 0
    unfinished: bytes = field(default=b"", repr=False)

    @property
    def is_running(self) -> bool:
        """Whether the process lives, as far as we have noticed."""
        return self.process is not None


def tie_to_parent(*, niceness: int = 0) -> Callable[[], None]:
    """Make what a child runs before its program: be told to stop when we die, even by `kill -9`.

    Everything is looked up here, in the parent; between fork and exec only plain calls are safe.
    """
    us = os.getpid()
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def tie() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != us:  # we died before the line above
                os._exit(1)
        if niceness:
            os.nice(niceness)

    return tie


class Supervisor:
    """Keeps programs running until told to stop."""

    def __init__(self, programs: list[Program], *, log_dir: Path, cwd: Path) -> None:
        self.children = [
            Child(program, open_log(log_dir / f"{program.name}.log"), COLOURS[i % len(COLOURS)])
            for i, program in enumerate(programs)
        ]
        self._cwd = cwd
        self._selector = selectors.DefaultSelector()
        self._width = max(len(program.name) for program in programs)
        self._colourful = sys.stdout.isatty()
        self._console_open = True

    def start(self, *names: str) -> None:
        """Start the named programs, or all that were not started yet."""
        for child in self.children:
            if child.start_again_at is None and (not names or child.program.name in names):
                self._start(child)

    def run(self, *, until: Callable[[], bool], each_s: float = 0.2) -> None:
        """Pass on output and restart what ended, until `until` says so."""
        while not until():
            self._pass_on(each_s)
            self._look_after()

    def stop(self, *, hurry: Callable[[], bool] = lambda: False) -> None:
        """Tell every program to stop, and kill those that take longer than their patience.

        `hurry` may cut the waiting short: somebody pressed Ctrl-C a second time.
        """
        asked_at = time.monotonic()
        for child in self.children:
            self._signal(child, signal.SIGTERM)
        while any(child.is_running for child in self.children):
            self._pass_on(0.1)
            for child in self.children:
                if child.process is None:
                    continue
                if child.process.poll() is not None:
                    self._bury(child)
                elif hurry() or time.monotonic() - asked_at > child.program.patience_s:
                    self._kill_all(child)
        for child in self.children:
            child.log.close()

    def say(self, text: str) -> None:
        """Print a line of our own."""
        self._print(text)

    def _start(self, child: Child) -> None:
        child.process = subprocess.Popen(
            child.program.arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self._cwd,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            # A session of its own: Ctrl-C reaches us alone, and we stop each program once.
            start_new_session=True,
            preexec_fn=tie_to_parent(niceness=child.program.niceness),
        )
        child.started_at = child.start_again_at = time.monotonic()
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)

    def _look_after(self) -> None:
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                code = child.process.returncode
                steady = now - child.started_at > STEADY_AFTER_S
                self._bury(child)
                child.delay_s = (
                    FIRST_DELAY_S
                    if steady or child.ends == 0
                    else min(child.delay_s * 2, LONGEST_DELAY_S)
                )
                child.ends += 1
                child.start_again_at = now + child.delay_s
                self._line(
                    child, f"{_how_it_ended(code)}; starts again in {child.delay_s:.0f} s".encode()
                )
            elif (
                child.process is None
                and child.start_again_at is not None
                and now >= child.start_again_at
            ):
                self._start(child)

    def _bury(self, child: Child) -> None:
        """Take the last output of an ended process, and end what it left behind."""
        assert child.process is not None
        assert child.process.stdout is not None
        self._kill_all(child)
        self._read(child)
        if child.unfinished:
            self._line(child, child.unfinished)
            child.unfinished = b""
        self._forget(child.process.stdout)
        child.process.stdout.close()
        child.process.wait()
        child.process = None

    def _signal(self, child: Child, number: signal.Signals) -> None:
        if child.process is not None and child.process.poll() is None:
            child.process.send_signal(number)

    def _kill_all(self, child: Child) -> None:
        """End a program and all it has brought forth at once."""
        assert child.process is not None
        for process in members(child.process.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    def _pass_on(self, wait_s: float) -> None:
        for key, _ in self._selector.select(wait_s):
            self._read(key.data)

    def _read(self, child: Child) -> None:
        assert child.process is not None
        assert child.process.stdout is not None
        while True:
            try:
                chunk = os.read(child.process.stdout.fileno(), 65536)
            except BlockingIOError:
                return
            if not chunk:
                self._forget(child.process.stdout)
                return
            *lines, child.unfinished = (child.unfinished + chunk).split(b"\n")
            for line in lines:
                self._line(child, line)

    def _forget(self, output: IO[bytes]) -> None:
        """Stop waiting for output that has ended, which would always be ready."""
        if output in self._selector.get_map():
            self._selector.unregister(output)

    def _line(self, child: Child, line: bytes) -> None:
        child.log.write(line + b"\n")
        child.log.flush()
        name = child.program.name.ljust(self._width)
        if self._colourful:
            name = f"\x1b[{child.colour}m{name}\x1b[0m"
        self._print(f"{name} | {line.decode(errors='replace')}")

    def _print(self, text: str) -> None:
        if not self._console_open:
            return
        try:
            print(text, flush=True)
        except OSError:  # the terminal went away; the log files go on
            self._console_open = False


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"
