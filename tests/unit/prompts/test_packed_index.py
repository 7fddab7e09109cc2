"""A large index in one byte a number finds what the exact one finds."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from prompts.benches.speed import PROMPTS, market
from prompts.domain.building import build_index
from prompts.domain.columns import PackedColumns
from prompts.domain.documents import TrackDocument
from prompts.domain.explaining import explain
from prompts.domain.index import TrackIndex
from prompts.domain.limits import Length
from prompts.domain.patching import patch_index
from prompts.domain.ranking import select
from prompts.domain.surfacing import score_all, score_single
from prompts.engine import default_engine

TRACKS = 9_000  # more than two chunks, so that plain tables are packed on the way


@pytest.fixture(scope="module")
def documents() -> Sequence[TrackDocument]:
    return list(market(TRACKS, default_engine()))


@pytest.fixture(scope="module")
def exact(documents: Sequence[TrackDocument]) -> TrackIndex:
    return default_engine().build_index(documents)


@pytest.fixture
def packed(documents: Sequence[TrackDocument]) -> TrackIndex:
    engine = default_engine()
    return build_index(documents, space=engine.space, encoder=engine.encoder, pack_from=6_000)


def test_scores_differ_by_less_than_a_page_shows(exact: TrackIndex, packed: TrackIndex) -> None:
    engine = default_engine()
    intents = [engine.parse(prompt) for prompt in PROMPTS]
    one = score_all(engine.encode(intents, exact), exact)
    other = score_all(engine.encode(intents, packed), packed)
    np.testing.assert_array_equal(np.isfinite(one), np.isfinite(other))
    there = np.isfinite(one)
    assert np.abs(one[there] - other[there]).max() < 0.005
    single, _ = score_single(engine.encode(intents[:1], packed), packed)
    np.testing.assert_allclose(single, other[0], atol=1e-4)
    assert packed.columns.nbytes < exact.columns.nbytes / 3.9


def test_lists_are_nearly_the_same_and_the_reasons_add_up(
    exact: TrackIndex, packed: TrackIndex, documents: Sequence[TrackDocument]
) -> None:
    engine = default_engine()
    shared = []
    for prompt in PROMPTS:
        queries = engine.encode([engine.parse(prompt)], packed)
        picks = select(queries, packed, length=Length(25)).picks
        other = select(engine.encode([engine.parse(prompt)], exact), exact, length=Length(25)).picks
        shared.append(len({p.position for p in picks} & {p.position for p in other}) / len(other))
        first = picks[0]
        parts = explain(documents[first.position], queries, packed, position=first.position)
        assert sum(part.value for part in parts) == pytest.approx(first.score, abs=2e-3)
    assert np.mean(shared) > 0.97


def test_an_edit_is_written_in_place_and_a_new_track_makes_room(packed: TrackIndex) -> None:
    engine = default_engine()
    edited = TrackDocument(5, "Edited", ("Eve",), terms={"genre": {"jazz": 1}}, texts=("Drums.",))
    after = patch_index(packed, [edited])
    assert isinstance(after.columns, PackedColumns)
    assert after.columns.term_codes is packed.columns.term_codes  # type: ignore[attr-defined]
    anew = engine.build_index([edited], statistics=packed.statistics).columns.track(0)
    np.testing.assert_allclose(after.columns.track(5), anew, atol=0.003)
    grown = patch_index(after, [replace(edited, track_id=TRACKS + 1)], gone=[0])
    assert grown.columns.tracks == len(grown) == TRACKS
    np.testing.assert_allclose(grown.columns.track(4), anew, atol=0.003)
    np.testing.assert_allclose(grown.columns.track(TRACKS - 1), anew, atol=0.003)
    assert grown.titles["edited"].tolist() == [4, TRACKS - 1]
