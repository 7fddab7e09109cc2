"""The index and the scores: one prompt, many prompts and one edited track agree."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from prompts.domain.documents import TrackDocument
from prompts.domain.explaining import explain
from prompts.domain.index import TrackIndex
from prompts.domain.limits import Length
from prompts.domain.patching import patch_index
from prompts.domain.ranking import select
from prompts.domain.surfacing import first_of, score_all
from prompts.engine import default_engine

MARKET: tuple[TrackDocument, ...] = (
    TrackDocument(
        1, "Neon", ("Ada",), terms={"genre": {"synthwave": 1}, "vocals": {"instrumental": 1}},
        texts=("A nocturnal synth cruise.",), tempo_bpm=92, key="A minor", year=2019,
    ),
    TrackDocument(
        2, "Sol", ("Bo",), terms={"genre": {"salsa": 1}, "instrument": {"congas": 1},
        "vocals": {"heavy-vocals": 1}}, tempo_bpm=140, year=1998,
    ),
    TrackDocument(
        3, "Luz", ("Bo",), terms={"instrument": {"congas": 1}, "vocals": {"light-vocals": 1}},
        tempo_bpm=128,
    ),
    TrackDocument(
        4, "Rust", ("Cy",), terms={"genre": {"indie-rock": 1}}, texts=("Loud, no drums.",)
    ),
    TrackDocument(5, "Drift", ("Di",), texts=("Slow ambient pads without any vocals.",)),
    TrackDocument(6, "Low", ("Di",), terms={"instrument": {"electric-guitar": 1}}, tempo_bpm=70),
)  # fmt: skip

PROMPTS = (
    "late-night synthwave for studying",
    "sunset run with Latin percussion but no heavy vocals",
    "no vocals",
    "no drums",
    "over 120 bpm",
    "no guitars, something slow",
    "songs from the 90s",
    "only synthwave",
    "like Bo but calmer",
    "in A minor",
    "not 140 bpm",
    "less guitar",
    "wibble",
)


@pytest.fixture(scope="module")
def index() -> TrackIndex:
    return default_engine().build_index(MARKET)


def found(text: str, index: TrackIndex) -> list[int]:
    engine = default_engine()
    queries = engine.encode([engine.parse(text)], index)
    return [int(index.track_ids[pick.position]) for pick in select(queries, index).picks]


def test_a_refused_term_removes_every_narrower_one(index: TrackIndex) -> None:
    assert 6 not in found("something slow, no guitars", index)


def test_no_heavy_vocals_keeps_light_and_unstated_voices(index: TrackIndex) -> None:
    tracks = found("Latin percussion but no heavy vocals", index)
    assert 3 in tracks
    assert 2 not in tracks


def test_no_vocals_removes_all_voices_and_prefers_what_is_instrumental(index: TrackIndex) -> None:
    tracks = found("no vocals", index)
    assert not {2, 3} & set(tracks)
    assert set(tracks[:2]) == {1, 5}


def test_a_description_that_denies_drums_is_not_found_by_drums(index: TrackIndex) -> None:
    engine = default_engine()
    queries = engine.encode([engine.parse("drums")], index)
    denied = engine.score_one(MARKET[3], queries, index)[0]
    said = engine.score_one(replace(MARKET[3], texts=("Loud drums.",)), queries, index)[0]
    assert denied < said / 10


def test_a_hard_tempo_keeps_the_unknown_behind_and_removes_the_wrong(index: TrackIndex) -> None:
    tracks = found("over 120 bpm", index)
    assert set(tracks[:2]) == {2, 3}
    assert not {1, 6} & set(tracks)
    assert {4, 5} <= set(tracks)


def test_a_named_artist_draws_alike_tracks(index: TrackIndex) -> None:
    assert set(found("something like Bo", index)[:2]) == {2, 3}


def test_a_refused_kind_spares_the_wanted_one_below_it() -> None:
    engine = default_engine()
    index = engine.build_index(
        (
            TrackDocument(1, "Chimes", terms={"instrument": {"bell": 1}}),
            TrackDocument(2, "Kit", terms={"instrument": {"congas": 1, "bell": 1}}),
        )
    )
    assert found("bells, no percussion", index) == [1]


def test_one_track_scored_alone_agrees_with_the_batch(index: TrackIndex) -> None:
    engine = default_engine()
    queries = engine.encode([engine.parse(text) for text in PROMPTS], index)
    together = score_all(queries, index)
    for position, document in enumerate(MARKET):
        alone = engine.score_one(document, queries, index)
        np.testing.assert_allclose(alone, together[:, position], atol=2e-6)


def test_an_edit_changes_the_scores_as_a_new_index_would(index: TrackIndex) -> None:
    engine = default_engine()
    queries = engine.encode([engine.parse(text) for text in PROMPTS], index)
    edited = replace(MARKET[3], terms={"genre": {"synthwave": 1}}, texts=("Calm.",), tempo_bpm=120)
    market = [*MARKET[:3], edited, *MARKET[4:]]
    anew = engine.build_index(market, statistics=index.statistics)
    again = engine.encode([engine.parse(text) for text in PROMPTS], anew)
    np.testing.assert_allclose(
        engine.score_one(edited, queries, index), score_all(again, anew)[:, 3], atol=2e-6
    )


def test_surfacing_gives_the_best_of_all_scores() -> None:
    engine = default_engine()
    generator = np.random.default_rng(7)
    index = engine.build_index(_random_market(3_000, generator))
    queries = engine.encode([engine.parse(text) for text in PROMPTS], index)
    positions, scores = engine.surface(queries, index, k=20)
    everything = score_all(queries, index)
    for row in range(len(PROMPTS)):
        best = np.sort(everything[row])[::-1][:20]
        np.testing.assert_array_equal(scores[row], best)
        real = positions[row][positions[row] >= 0]
        assert len(set(real.tolist())) == len(real)
        np.testing.assert_array_equal(everything[row][real], scores[row][: len(real)])


def test_surfacing_more_than_there_is_leaves_places_empty(index: TrackIndex) -> None:
    engine = default_engine()
    queries = engine.encode([engine.parse("no vocals")], index)
    positions, scores = engine.surface(queries, index, k=20)
    assert positions.shape == (1, 20)
    assert set(positions[0][4:].tolist()) == {-1}
    assert np.isneginf(scores[0][4:]).all()


def test_an_empty_market_surfaces_nothing() -> None:
    engine = default_engine()
    index = engine.build_index([])
    queries = engine.encode([engine.parse("jazz")], index)
    positions, _ = engine.surface(queries, index, k=5)
    assert set(positions[0].tolist()) == {-1}


@pytest.mark.parametrize("text", PROMPTS)
def test_the_parts_of_a_score_sum_to_it(text: str, index: TrackIndex) -> None:
    engine = default_engine()
    queries = engine.encode([engine.parse(text)], index)
    scores = score_all(queries, index)[0]
    for position, document in enumerate(MARKET):
        if np.isfinite(scores[position]):
            parts = explain(document, queries, index)
            assert sum(part.value for part in parts) == pytest.approx(scores[position], abs=6e-3)


def test_reasons_name_the_tag_that_did_it(index: TrackIndex) -> None:
    engine = default_engine()
    queries = engine.encode([engine.parse("Latin percussion")], index)
    notes = [part.note for part in explain(MARKET[2], queries, index)]
    assert any("Congas (tagged)" in note for note in notes)


def test_one_artist_does_not_fill_a_list_that_others_can_fill() -> None:
    engine = default_engine()
    many = [
        TrackDocument(
            number,
            f"T{number}",
            ("Ada" if number < 6 else f"Artist {number}",),
            terms={"genre": {"jazz": 1.0 if number < 6 else 0.5}},
        )
        for number in range(12)
    ]
    index = engine.build_index(many)
    queries = engine.encode([engine.parse("jazz")], index)
    picks = select(queries, index, length=Length(6)).picks
    assert sum(pick.position < 6 for pick in picks) == 2
    everyone = select(queries, index, length=Length(12))
    assert sum(pick.is_over_limit for pick in everyone.picks) == 4


def _random_market(tracks: int, generator: np.random.Generator) -> Sequence[TrackDocument]:
    terms = [term for term in default_engine().lexicon.entries if term.facet != "language"]
    documents = []
    for number in range(tracks):
        chosen: dict[str, dict[str, float]] = {}
        for at in generator.choice(len(terms), size=6, replace=False):
            chosen.setdefault(terms[at].facet, {})[terms[at].slug] = 1.0
        artist = f"Artist {number % 700}"
        tempo_bpm = float(generator.uniform(60, 180))
        documents.append(
            TrackDocument(number, f"T{number}", (artist,), terms=chosen, tempo_bpm=tempo_bpm)
        )
    return documents


def test_a_patched_index_equals_one_built_anew(index: TrackIndex) -> None:
    engine = default_engine()
    edited = replace(MARKET[3], terms={"genre": {"jazz": 1}}, texts=("Calm drums.",), tempo_bpm=99)
    new = TrackDocument(9, "New", ("Eve",), terms={"mood": {"sad": 1}}, texts=("A sad new song.",))
    patched = patch_index(index, [new, edited], gone=[2])
    anew = engine.build_index(
        [MARKET[0], MARKET[2], edited, *MARKET[4:], new], statistics=index.statistics
    )
    assert patched.track_ids.tolist() == anew.track_ids.tolist()
    np.testing.assert_allclose(patched.columns.values, anew.columns.values, atol=1e-6)
    for name in ("carriers", "words"):
        np.testing.assert_array_equal(getattr(patched, name).starts, getattr(anew, name).starts)
        np.testing.assert_array_equal(
            getattr(patched, name).positions, getattr(anew, name).positions
        )
    np.testing.assert_allclose(patched.words.weights, anew.words.weights)
    np.testing.assert_array_equal(patched.facts.tempo_bpm, anew.facts.tempo_bpm)
    np.testing.assert_array_equal(patched.facts.key, anew.facts.key)
    assert patched.artists.keys() == anew.artists.keys()
    assert "bo" in patched.artists
    assert patched.titles.keys() == anew.titles.keys()


def test_patching_everything_away_leaves_an_empty_index(index: TrackIndex) -> None:
    empty = patch_index(index, [], gone=[d.track_id for d in MARKET])
    assert len(empty) == 0
    assert len(patch_index(empty, MARKET[:2])) == 2


@pytest.mark.parametrize("answering", [0.0, 0.05, 0.9])
def test_the_first_of_some_rows_are_those_of_sorting(answering: float) -> None:
    random = np.random.default_rng(5)
    scores = random.random((6, 700)).astype(np.float32)
    scores[random.random(scores.shape) >= answering] = -np.inf
    positions, values = first_of(scores, 40)
    order = np.argsort(-scores, axis=1, kind="stable")[:, :40]
    expected = np.take_along_axis(scores, order, axis=1)
    assert np.array_equal(values, expected)
    assert np.array_equal(positions, np.where(np.isfinite(expected), order, -1))
