"""The index follows the catalog: each kind of change shows; other tracks are not reread."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from catalog.models import Artist, ChangeSet, Track, Workspace
from catalog.services.ledger import change_set
from prompts import index as module
from prompts import minilm
from prompts.documents import CatalogReading
from prompts.domain.index import TrackIndex
from prompts.encoders import chosen_encoder
from prompts.engine import box_engine
from prompts.index import workspace_index
from prompts.retrieval import ask
from studio.checks import the_chosen_encoder_is_installed
from tests.factories import WorkspaceFactory, make_release, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    workspace: Workspace = WorkspaceFactory()
    release = make_release(workspace, title="First", label_name="Dune")
    make_track(workspace, title="One", artist="Ada", genre=["jazz"], release=release.pk)
    make_track(workspace, title="Two", artist="Bo", genre=["techno"])
    return workspace


def fresh(workspace: Workspace) -> TrackIndex:
    workspace.refresh_from_db()
    return workspace_index(workspace).index


def edit(workspace: Workspace, row: Any, **values: Any) -> None:
    with change_set(
        workspace=workspace, actor=None, source=ChangeSet.Source.TYPED, reason="Test"
    ) as ledger:
        ledger.put(row, **values)


def has(index: TrackIndex, facet: str, slug: str) -> list[str]:
    from prompts.domain.lexicon import Term

    positions = index.carriers.of(index.space.columns[Term(facet, slug)])
    return [index.title_keys[position] for position in positions]


def test_an_edited_tag_moves_the_track(workspace: Workspace) -> None:
    assert has(fresh(workspace), "genre", "jazz") == ["one"]
    edit(workspace, Track.objects.get(title="Two"), genre=["jazz"])
    assert has(fresh(workspace), "genre", "jazz") == ["one", "two"]


def test_a_renamed_artist_and_label_are_found(workspace: Workspace) -> None:
    assert "ada" in fresh(workspace).artists
    edit(workspace, Artist.objects.get(name="Ada"), name="Adele")
    assert "adele" in fresh(workspace).artists
    assert "ada" not in fresh(workspace).artists


def test_a_new_and_an_opted_out_track_come_and_go(workspace: Workspace) -> None:
    assert len(fresh(workspace)) == 2
    make_track(workspace, title="Three")
    assert len(fresh(workspace)) == 3
    edit(workspace, Track.objects.get(title="Two"), opt_out_simulation=True)
    assert fresh(workspace).title_keys == ("one", "three")


def test_only_touched_tracks_are_read_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):  # more change sets than are looked at for safety
        make_track(workspace, title=f"T{number}")
    fresh(workspace)
    read: list[int | None] = []
    real: Callable[..., CatalogReading] = module.read_catalog

    def counting(workspace: Workspace, ids: Any = None) -> CatalogReading:
        found = real(workspace, ids)
        read.append(None if ids is None else len(found.documents))
        return found

    monkeypatch.setattr(module, "read_catalog", counting)
    edit(workspace, Track.objects.get(title="Two"), genre=["jazz"])
    fresh(workspace)
    assert len(read) == 1
    assert read[0] is not None
    assert read[0] < 60
    fresh(workspace)
    assert len(read) == 1


def test_a_large_catalog_is_read_in_parts_and_its_documents_when_needed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_track(workspace, title="Three", artist="Cy", genre=["jazz"])
    whole = fresh(workspace)
    module._kept.clear()
    monkeypatch.setattr("prompts.documents.PART_TRACKS", 2)
    monkeypatch.setattr(module, "MOST_DOCUMENTS", 2)
    workspace.refresh_from_db()
    kept = workspace_index(workspace)
    assert (kept.documents, kept.audio) == (None, None)
    assert kept.index.title_keys == whole.title_keys == ("one", "two", "three")
    answer = ask("jazz", access=member(workspace))
    assert {result.document.title for result in answer.results} == {"One", "Three"}
    edit(workspace, Track.objects.get(title="Two"), genre=["jazz"])
    assert has(fresh(workspace), "genre", "jazz") == ["one", "two", "three"]


def test_a_changed_vocabulary_builds_anew(workspace: Workspace) -> None:
    fresh(workspace)
    term = workspace.terms.get(facet="genre", slug="jazz")
    edit(workspace, term, synonyms=["cool cat music"])
    workspace.refresh_from_db()
    kept = workspace_index(workspace)
    assert [str(c.term) for c in kept.engine.parse("cool cat music").chips] == ["genre:jazz"]


@pytest.mark.skipif(bool(minilm.problem()), reason=f"MiniLM is not there: {minilm.problem()}")
def test_another_encoder_is_used_once_it_is_chosen(
    workspace: Workspace, settings: Any, tmp_path: Path, client: Client
) -> None:
    assert fresh(workspace).encoder.name.startswith("wordllama")
    settings.TEXT_ENCODER, settings.VAR_DIR = "minilm", tmp_path
    for forgotten in (chosen_encoder.cache_clear, box_engine.cache_clear, module._kept.clear):
        forgotten()  # as a restart does
    try:
        call_command("embed_texts", workspace=workspace.slug)
        assert fresh(workspace).encoder.dimensions == 384
        assert list((tmp_path / "embeddings").iterdir())
        encoders = client.get("/readyz").json()["capabilities"]["text_encoders"]
        assert encoders == {"wordllama": "installed", "minilm": "in use"}
    finally:
        for forgotten in (chosen_encoder.cache_clear, box_engine.cache_clear, module._kept.clear):
            forgotten()


def test_a_chosen_encoder_that_is_missing_stops_the_start(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TEXT_ENCODER = "minilm"
    assert the_chosen_encoder_is_installed(None) == [] or minilm.problem()
    monkeypatch.setattr(minilm, "problem", lambda: "onnxruntime is not installed")
    (error,) = the_chosen_encoder_is_installed(None)
    assert "onnxruntime is not installed" in error.msg
    assert "requirements-minilm.txt" in str(error.hint)
