"""How the web side knows that workers live: each one leaves a dated mark for its queues.

The marks lie in the cache that all processes share and fade by themselves, so a worker that was
killed, or cannot reach the broker any more, is missed within half a minute.
"""

import logging
import time
from typing import Any

from celery.signals import heartbeat_sent, worker_ready
from django.core.cache import cache

QUEUES = ("default", "audio")
MARK_EVERY_S = 5.0
MISSED_AFTER_S = 30.0

logger = logging.getLogger(__name__)
_queues: list[str] = []
_marked_at = 0.0


def seconds_since_mark(queue: str) -> float | None:
    """Say how long ago a worker of this queue was last seen; None when none is."""
    marked_at = cache.get(_key(queue))
    if marked_at is None:
        return None
    return max(0.0, time.time() - float(marked_at))


def remember_queues(sender: Any, **_: Any) -> None:
    """Note the queues this worker serves, and leave the first mark."""
    global _marked_at
    _queues[:] = list(sender.app.amqp.queues.consume_from)
    _marked_at = 0.0
    leave_mark()


def leave_mark(**_: Any) -> None:
    """Leave a mark, a few times a minute."""
    global _marked_at
    if not _queues or time.monotonic() - _marked_at < MARK_EVERY_S:
        return
    try:
        cache.set_many({_key(queue): time.time() for queue in _queues}, timeout=MISSED_AFTER_S)
        _marked_at = time.monotonic()
    except Exception:  # a cache that is away must not take the worker down with it
        logger.warning("The worker cannot leave its mark in the cache.", exc_info=True)


def _key(queue: str) -> str:
    return f"worker-seen:{queue}"


worker_ready.connect(remember_queues)
heartbeat_sent.connect(leave_mark)
