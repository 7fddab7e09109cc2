"""All processes that a program has brought forth, however deep and in whatever group.

Each program leads a session of its own. Its offspring stay in that session when their parents die,
and the kernel gives its number to nobody else while one of them lives.
"""

import os

import psutil


def members(leader_pid: int) -> list[psutil.Process]:
    """List the live processes of the session that `leader_pid` began."""
    found = []
    for pid in psutil.pids():
        try:
            if os.getsid(pid) == leader_pid:
                process = psutil.Process(pid)
                if process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        except (psutil.Error, OSError):
            continue
    return found
