"""`bench pages`: what the grid and other pages cost at the server, at 50,000 tracks.

Requests go through the whole stack of middleware and views in this process, so that no network is
measured. Queries are counted at 10 tracks and at 50,000.
"""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import NoReverseMatch, reverse

from catalog.access import Access
from catalog.benches.data import SEED, percentile, scratch_catalogue, timed
from catalog.domain.columns import COLUMNS
from catalog.models import Track
from catalog.views.grid import START_COLUMNS

TRACKS = 50_000
FEW = 10
ROUNDS = 3
FILTERS: tuple[list[list[str]], ...] = (
    [],
    [["mood", "contains", "Calm"]],
    [["mood", "empty", ""]],
    [["genre", "contains", "House"], ["tempo_bpm", "least", "120"]],
    [["title", "contains", "harbour"]],
    [["artists", "contains", "ada"]],
    [["release", "contains", "lake"]],
    [["key", "is", "A minor"], ["advisory", "is", "Explicit"]],
    [["recording_year", "least", "2010"], ["recording_year", "most", "2015"]],
    [["isrc", "empty", ""]],
    [["release_date", "least", "2020-01-01"]],
    [["instrument", "lacks", "Piano"], ["vocals", "contains", "Instrumental"]],
)
SEARCHES = ("harbour", "ada holm", "lake in may", "ZZSED20")


def run(data: Path | None, say: Callable[[str], None]) -> dict[str, Any]:
    """Run at the size the goal names; `data` is not needed."""
    return measure(tracks=TRACKS, rounds=ROUNDS, say=say)


def measure(*, tracks: int, rounds: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Ask for every filter and every order some times, then for rows further down, then pages."""
    with override_settings(ALLOWED_HOSTS=["testserver"], DEBUG=False):
        with scratch_catalogue(FEW, say) as access:
            few = _queries(_client(access))
        with scratch_catalogue(tracks, say) as access:
            client = _client(access)
            many = _queries(client)
            say("Asking for every filter and every order.")
            orders: dict[str, list[float]] = {}
            for name, address, parameters in _orders():
                for _ in range(rounds):
                    with timed(orders.setdefault(name, [])):
                        _get(client, address, parameters)
            say("Scrolling, and opening pages.")
            rows = _rows(client, access)
            pages = _pages(client, access)
    every = [seconds for found in orders.values() for seconds in found] + rows
    slowest = sorted(orders, key=lambda name: -max(orders[name]))[:5]
    return {
        "tracks": tracks,
        "grid_requests": len(every),
        "grid_p50_ms": percentile(every, 0.5),
        "grid_p95_ms": percentile(every, 0.95),
        "grid_rows_p95_ms": percentile(rows, 0.95),
        "grid_slowest": {name: percentile(orders[name], 1.0) for name in slowest},
        **pages,
        "queries": max(many.values()),
        "queries_by_request": many,
        "queries_at_10_tracks": max(few.values()),
        "same_queries_at_both_sizes": few == many,
    }


def _client(access: Access) -> Client:
    client = Client()
    client.force_login(access.user)
    _get(client, reverse("catalog:grid", args=["bench"]), {})
    return client


def _get(client: Client, address: str, parameters: dict[str, str]) -> bytes:
    answer = client.get(address, parameters)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} {parameters}: {answer.status_code}")
    content: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]  # of streaming answers only
    return content


def _columns() -> str:
    return ",".join(name for name, _ in START_COLUMNS)


def _orders() -> Iterator[tuple[str, str, dict[str, str]]]:
    address = reverse("catalog:grid_order", args=["bench"])
    queries: list[tuple[str, dict[str, Any]]] = [
        (f"filter {filters}", {"filters": filters}) for filters in FILTERS
    ]
    queries += [(f"search {text}", {"q": text}) for text in SEARCHES]
    queries += [
        (f"sort {sign}{name}", {"sort": f"{sign}{name}"})
        for name in ["added", *COLUMNS]
        for sign in ("", "-")
    ]
    for name, query in queries:
        yield name, address, {"query": json.dumps(query), "columns": _columns()}


def _rows(client: Client, access: Access) -> list[float]:
    """Rows as they come into sight while somebody scrolls to and fro."""
    ids = list(Track.objects.visible_to(access).order_by("title").values_list("pk", flat=True))
    address = reverse("catalog:grid_rows", args=["bench"])
    seconds: list[float] = []
    chance = random.Random(SEED)
    for _ in range(60):
        at = chance.randrange(max(1, len(ids) - 120))
        wanted = ",".join(map(str, ids[at : at + 120]))
        with timed(seconds):
            _get(client, address, {"ids": wanted, "columns": _columns()})
    return seconds


def _pages(client: Client, access: Access) -> dict[str, float]:
    track = list(Track.objects.visible_to(access).order_by("pk")[:20])
    found: dict[str, list[float]] = {"list": [], "track": [], "report": []}
    for each in track:
        with timed(found["track"]):
            _get(client, reverse("catalog:track_detail", args=["bench", each.pk]), {})
        with timed(found["list"]):
            _get(client, reverse("catalog:track_list", args=["bench"]), {})
        # The report belongs to an app above this one, which a catalog may be without.
        try:
            address = reverse("analytics:report", args=["bench"])
        except NoReverseMatch:
            continue
        with timed(found["report"]):
            _get(client, address, {})
    return {
        f"{name}_p95_ms": percentile(seconds, 0.95) for name, seconds in found.items() if seconds
    }


def _queries(client: Client) -> dict[str, int]:
    """Count the queries of the grid's requests, the widest of each kind."""
    columns = ",".join(COLUMNS)
    order, rows = (reverse(f"catalog:grid_{name}", args=["bench"]) for name in ("order", "rows"))
    first = json.loads(_get(client, order, {"query": "{}", "columns": columns}))["ids"][:10]
    # Conditions that fit some of any ten tracks: nothing found would need no cells.
    filters = [["title", "filled", ""], ["mood", "lacks", "no such mood"]]
    listed = ",".join(map(str, first))
    asked = {
        "order": (order, {"query": json.dumps({"sort": "mood"}), "columns": columns}),
        "filter": (order, {"query": json.dumps({"filters": filters}), "columns": columns}),
        "search": (order, {"query": json.dumps({"q": "a"}), "columns": columns}),
        "rows": (rows, {"ids": listed, "columns": columns}),
    }
    found = {}
    for name, (address, parameters) in asked.items():
        with CaptureQueriesContext(connection) as queries:
            _get(client, address, parameters)
        found[name] = len(queries)
    return found
