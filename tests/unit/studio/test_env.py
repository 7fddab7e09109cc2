"""What the environment readers accept, and what they say about the rest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from studio import env


def test_an_unset_variable_gives_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINER_X", raising=False)
    assert env.text("LINER_X", "kept") == "kept"
    assert env.boolean("LINER_X", True) is True
    assert env.integer("LINER_X", 8000) == 8000
    assert env.items("LINER_X", ["a"]) == ("a",)
    assert env.path("LINER_X", Path("/srv")) == Path("/srv")


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINER_X", "  ")
    assert env.integer("LINER_X", 8000) == 8000
    with pytest.raises(env.EnvError, match="LINER_X is not set"):
        env.text("LINER_X")


@pytest.mark.parametrize(
    ("written", "meant"), [("1", True), ("Yes", True), ("on", True), ("false", False), ("0", False)]
)
def test_yes_and_no_are_read_in_the_usual_spellings(
    monkeypatch: pytest.MonkeyPatch, written: str, meant: bool
) -> None:
    monkeypatch.setenv("LINER_X", written)
    assert env.boolean("LINER_X", not meant) is meant


@pytest.mark.parametrize(
    ("read", "written", "advice"),
    [
        (lambda: env.boolean("LINER_X", True), "maybe", "true or false"),
        (lambda: env.integer("LINER_X", 1), "8k", "whole number"),
        (lambda: env.integer("LINER_X", 1, minimum=1), "0", "smallest allowed is 1"),
        (lambda: env.integer("LINER_X", 1, maximum=65535), "70000", "largest allowed is 65535"),
        (lambda: env.number("LINER_X", 1.0), "nan", "a number"),
        (lambda: env.choice("LINER_X", ["smtp", "console"], "smtp"), "pigeon", "console, smtp"),
        (lambda: env.origins("LINER_X"), "liner.example.org", "https://"),
        (lambda: env.origins("LINER_X"), "https://liner.example.org/w", "https://"),
        (lambda: env.broker("LINER_X"), "amqp://queue", "redis://"),
        (lambda: env.database("LINER_X"), "sqlite:///db", "postgresql://"),
        (lambda: env.database("LINER_X"), "postgresql://host", "names no database"),
        (lambda: env.database("LINER_X"), "postgresql://host:port/liner", "not a number"),
    ],
)
def test_a_wrong_value_is_refused_by_name_with_advice(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[], object], written: str, advice: str
) -> None:
    monkeypatch.setenv("LINER_X", written)
    with pytest.raises(env.EnvError) as caught:
        read()
    assert caught.value.name == "LINER_X"
    assert "LINER_X" in str(caught.value)
    assert advice in str(caught.value)


def test_a_list_drops_empty_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINER_X", "a.example, ,b.example,")
    assert env.items("LINER_X") == ("a.example", "b.example")


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.delenv("LINER_X", raising=False)
    monkeypatch.setenv("LINER_X_FILE", str(tmp_path / "key"))
    assert env.secret("LINER_X") == "s3cret"


@pytest.mark.parametrize("content", [None, "", b"\xff\xfe\x00"])
def test_a_secret_file_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str | bytes | None
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setenv("LINER_X_FILE", str(file))
    with pytest.raises(env.EnvError, match="LINER_X_FILE") as caught:
        env.secret("LINER_X", "default")
    assert str(file) in str(caught.value)


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LINER_X", "one")
    monkeypatch.setenv("LINER_X_FILE", str(tmp_path / "key"))
    with pytest.raises(env.EnvError, match="keep one"):
        env.secret("LINER_X")


def test_a_wrong_database_url_never_shows_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINER_X", "mysql://liner:hunter2@db/liner")
    with pytest.raises(env.EnvError) as caught:
        env.database("LINER_X")
    assert "hunter2" not in str(caught.value)


def test_a_database_url_becomes_django_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "LINER_X",
        "postgresql://li%40ner:p%2Fw@db.example:6432/studio?sslmode=require&conn_max_age=60",
    )
    found = env.database("LINER_X")
    assert found["NAME"] == "studio"
    assert found["USER"] == "li@ner"
    assert found["PASSWORD"] == "p/w"
    assert (found["HOST"], found["PORT"]) == ("db.example", "6432")
    assert found["CONN_MAX_AGE"] == 60
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_database_url_may_name_a_socket_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LINER_X", raising=False)
    found = env.database("LINER_X", "postgresql://liner@/liner?host=/srv/my%20var/run/pg")
    assert found["HOST"] == "/srv/my var/run/pg"
    assert found["OPTIONS"] == {}
