"""What machines are told about the studio's health."""

from pathlib import Path

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.support.worker import Worker


@pytest.fixture
def models(settings: Settings, tmp_path: Path) -> Path:
    """Give a models folder with one file in it."""
    (tmp_path / "some-model.pb").write_bytes(b"weights")
    settings.MODELS_DIR = tmp_path
    return tmp_path


def test_alive_asks_nobody(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"alive": True}


def test_without_workers_the_studio_is_not_ready(client: Client, db: None, models: Path) -> None:
    response = client.get("/readyz")
    checks = response.json()["checks"]
    assert response.status_code == 503
    assert checks["database"]["ok"]
    assert checks["broker"]["ok"]
    assert not checks["worker_audio"]["ok"]
    assert checks["worker_audio"]["problem"] == "no worker was seen"


def test_with_a_worker_the_studio_is_ready_and_a_killed_one_is_missed(
    client: Client, worker: Worker, models: Path
) -> None:
    worker.wait_until(lambda: client.get("/readyz").status_code == 200, within_s=15)
    body = client.get("/readyz").json()
    assert body["ready"]
    assert body["checks"]["models"]["files"] == ["some-model.pb"]
    worker.kill()
    cache.clear()  # the marks of a dead worker fade within half a minute
    assert client.get("/readyz").status_code == 503
    worker.start()
    worker.wait_until(lambda: client.get("/readyz").status_code == 200, within_s=15)


def test_without_models_the_studio_is_not_ready(
    client: Client, db: None, settings: Settings, tmp_path: Path
) -> None:
    settings.MODELS_DIR = tmp_path
    check = client.get("/readyz").json()["checks"]["models"]
    assert not check["ok"]
    assert "fetch_models" in check["problem"]


def test_a_database_that_is_away_is_named_without_its_address(
    client: Client, transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.close()
    with monkeypatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "/nowhere-to-be-found")
        response = client.get("/readyz")
    connection.close()
    assert response.status_code == 503
    assert response.json()["checks"]["database"]["problem"] == "does not answer"
    assert "nowhere" not in response.content.decode()
