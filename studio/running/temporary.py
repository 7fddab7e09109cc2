"""A worker for the length of one command, where no other one runs."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from studio import heartbeat
from studio.embedded.processes import open_log
from studio.running.programs import audio_workers, worker
from studio.running.sessions import members
from studio.running.supervisor import tie_to_parent

STOPS_WITHIN_S = 20.0


@contextlib.contextmanager
def workers(*, var_dir: Path, cwd: Path) -> Iterator[None]:
    """Have tasks of both queues done during a `with` block, by those who do it already or by us.

    The worker of ours also keeps the schedule, so that what a crash dropped is queued again.
    """
    if all(heartbeat.seconds_since_mark(queue) is not None for queue in heartbeat.QUEUES):
        yield
        return
    print("No worker runs here; one works for this command.", file=sys.stderr, flush=True)
    command = [
        *worker(",".join(heartbeat.QUEUES), concurrency=audio_workers()),
        "--beat",
        f"--schedule={var_dir / 'run' / 'beat-schedule'}",
    ]
    log_dir = var_dir / "log"
    log_dir.mkdir(parents=True, exist_ok=True)
    with open_log(log_dir / "worker.log") as log:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=tie_to_parent(),
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for left in members(process.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                left.kill()
