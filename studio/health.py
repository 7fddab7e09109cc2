"""Two questions a machine asks: is the process alive, and can the studio do its work?"""

import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from analysis.extractors import backends
from analysis.operations import plugins
from prompts.encoders import states as encoder_states
from studio import heartbeat
from studio.celery import app

logger = logging.getLogger(__name__)
Report = dict[str, Any]
_schema_is_current = False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer as long as this process can answer; asks nobody else."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether database, broker, workers and models are there; 503 when one is not."""
    checks = {
        "database": _timed(_check_database),
        "broker": _timed(_check_broker),
        "cache": _timed(_check_cache),
        **{f"worker_{queue}": _timed(partial(_check_worker, queue)) for queue in heartbeat.QUEUES},
        "models": _timed(_check_models),
    }
    ready = all(check["ok"] for check in checks.values())
    body = {"ready": ready, "checks": checks, "capabilities": capabilities()}
    return JsonResponse(body, status=200 if ready else 503)


def capabilities() -> dict[str, Any]:
    """Say what this installation can do beyond the plain; a missing one is no fault."""
    return {
        "essentia": backends.has_essentia(),
        "hearing": backends.capabilities(),
        "plugins": {plugin.name: plugin.problem or "works" for plugin in plugins()},
        "s3_media": "s3" in settings.STORAGES["default"]["BACKEND"].lower(),
        "text_encoders": encoder_states(),
    }


def _timed(check: Callable[[], Report]) -> Report:
    """Run a check; one that fails says so without showing addresses or passwords."""
    started_at = time.perf_counter()
    try:
        report = {"ok": True, **check()}
    except Exception as error:  # whatever it is, the studio is not ready, and says which part
        logger.warning("A readiness check failed: %s", error)
        report = {"ok": False, "problem": "does not answer"}
    return {**report, "ms": round((time.perf_counter() - started_at) * 1000, 1)}


def _check_database() -> Report:
    global _schema_is_current
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if not _schema_is_current:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return {"ok": False, "problem": "has migrations to run: manage.py migrate"}
        _schema_is_current = True
    return {}


def _check_broker() -> Report:
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
    return {}


def _check_cache() -> Report:
    cache.set("readyz", "asked", timeout=10)
    return {}


def _check_worker(queue: str) -> Report:
    seen = heartbeat.seconds_since_mark(queue)
    if seen is None or seen > heartbeat.MISSED_AFTER_S:
        return {"ok": False, "problem": "no worker was seen"}
    return {"seen_s_ago": round(seen, 1)}


def _check_models() -> Report:
    found = sorted(path.name for path in settings.MODELS_DIR.glob("*.pb"))
    if not found:
        return {"ok": False, "problem": "no model files: manage.py fetch_models"}
    return {"files": found}
