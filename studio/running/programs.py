"""The command lines of a studio's processes, sized for the machine."""

import os
import sys
from pathlib import Path

import psutil

from studio import env
from studio.running.supervisor import Program

# One analysis holds the decoded audio, its spectra and two models.
AUDIO_WORKER_BYTES = 2 * 1024**3


def programs(*, host: str, port: int, var_dir: Path) -> list[Program]:
    """List what `up` runs: the web server first, since somebody waits for it."""
    return [
        Program("web", web(host=host, port=port, log_dir=var_dir / "log")),
        Program("worker", worker("default", concurrency=2), patience_s=15.0),
        # Analysis may use every core, but never make a page wait.
        Program(
            "audio", worker("audio", concurrency=audio_workers()), niceness=10, patience_s=15.0
        ),
        Program("beat", beat(var_dir / "run" / "beat-schedule")),
    ]


def web(*, host: str, port: int, log_dir: Path) -> tuple[str, ...]:
    """Gunicorn with threads: uploads and audio with Range hold a thread each, not a process."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return (
        sys.executable,
        "-m",
        "gunicorn",
        "studio.wsgi:application",
        f"--bind={bind}",
        f"--workers={env.integer('WEB_WORKERS', min(cores(), 4), minimum=1)}",
        "--worker-class=gthread",
        f"--threads={env.integer('WEB_THREADS', 8, minimum=1)}",
        "--timeout=120",
        "--graceful-timeout=8",
        "--log-level=warning",
        f"--access-logfile={log_dir / 'access.log'}",
    )


def worker(queue: str, *, concurrency: int) -> tuple[str, ...]:
    """Build the command of a Celery worker for one queue."""
    return (
        sys.executable,
        # In a container root is all there is; outside, docs/deploy.md gives the studio a user.
        "-Wignore:You're running the worker with superuser",
        "-m",
        "celery",
        "--quiet",
        "--app=studio",
        "worker",
        f"--queues={queue}",
        f"--hostname={queue}@%h",
        f"--concurrency={concurrency}",
        "--prefetch-multiplier=1",
        "--without-gossip",
        "--without-mingle",
        "--loglevel=info",
    )


def beat(schedule: Path) -> tuple[str, ...]:
    """Build the command of the scheduler; there is one for a studio."""
    return (
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "--app=studio",
        "beat",
        f"--schedule={schedule}",
        "--pidfile=",
        "--loglevel=warning",
    )


def cores() -> int:
    """Count the cores this process may use, which in a container are fewer than the machine's."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def audio_workers() -> int:
    """Choose how many recordings are analysed at once: by cores, and by memory."""
    by_memory = psutil.virtual_memory().total // AUDIO_WORKER_BYTES
    return env.integer("AUDIO_WORKERS", max(1, min(cores(), by_memory, 8)), minimum=1)
