"""A catalogue to measure on: generated, in a scratch database that is dropped afterwards."""

import contextlib
import math
import os
import time
from collections.abc import Callable, Iterator
from unittest import mock

from django.db import connection

from catalog.access import Access
from catalog.models import Membership, User
from catalog.roles import Role
from catalog.services.seeding import seed_catalog
from catalog.services.workspaces import create_workspace

SEED = 1
Say = Callable[[str], None]


@contextlib.contextmanager
def scratch_catalogue(tracks: int, say: Say) -> Iterator[Access]:
    """Seed a workspace in a database of its own and give its owner's access.

    Messages to workers are dropped, because workers look into the studio's own database; what the
    apps do in this process after a change set counts as ever.
    """
    settings = connection.settings_dict
    before = dict(settings["TEST"])
    settings["TEST"]["NAME"] = f"liner_bench_{os.getpid()}"
    own_name = settings["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with mock.patch("celery.app.base.Celery.send_task"):
            say(f"Seeding {tracks:,} tracks.")
            workspace = create_workspace(name="Bench", slug="bench")
            user = User.objects.create_user("bench@example.org", name="Bench")
            Membership.objects.create(workspace=workspace, user=user, role=Role.OWNER)
            seed_catalog(workspace=workspace, tracks=tracks, seed=SEED)
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            yield Access(user, workspace, Role.OWNER, frozenset())
    finally:
        connection.creation.destroy_test_db(own_name, verbosity=0)
        settings["TEST"].clear()
        settings["TEST"].update(before)


def percentile(seconds: list[float], share: float) -> float:
    """Give the smallest measured time that `share` of all do not exceed, in milliseconds."""
    ordered = sorted(seconds)
    return round(ordered[max(0, math.ceil(share * len(ordered)) - 1)] * 1000, 1)


@contextlib.contextmanager
def timed(into: list[float]) -> Iterator[None]:
    """Add the seconds that a block takes to a list."""
    started = time.perf_counter()
    yield
    into.append(time.perf_counter() - started)
