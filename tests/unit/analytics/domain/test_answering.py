"""The approaches beside the prompt-driven one, against plain sorting and against their claims."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from analytics.domain.answering import (
    Asked,
    OwnSide,
    Scoring,
    Tracks,
    Way,
    merge_asked,
    own_scorer,
    tracks_of,
)
from analytics.domain.counterfactual import hits_of_one, outcome_of_one
from analytics.domain.crowd import draw_crowd, nearest, neighbours, own_neighbours, saved_by
from analytics.domain.market_draw import draw_market
from analytics.domain.prompt_space import build_bank
from analytics.domain.simulation import Outcome, merge, place_own
from analytics.domain.sounding import sound_profiles, untold_of_market, untold_of_own
from analytics.domain.tastes import NOBODY, liked_by_askers, pull_of
from analytics.reference import assumptions, grammar, market_model
from prompts.domain.blending import device_leaning
from prompts.domain.documents import TrackDocument
from prompts.domain.index import TrackIndex
from prompts.domain.surfacing import score_all
from prompts.engine import default_engine
from prompts.retrieval import on_device_weights

APPROACHES = ("content-based", "hybrid", "collaborative", "on-device", "mix")
PROMPTS, MARKET, SEED = 400, 1_500, 3
SAVES = np.array([40, 0, 60, 25])


def document(number: int, *terms: str, tempo_bpm: float = 110.0) -> TrackDocument:
    found: dict[str, dict[str, float]] = {}
    for written in terms:
        facet, slug = written.split("/")
        found.setdefault(facet, {})[slug] = 1.0
    return TrackDocument(number, "", terms=found, tempo_bpm=tempo_bpm, popularity=1.0)


OURS = [
    document(11, "mood/calm", "genre/classical", "instrument/piano"),
    document(12, "genre/techno", "mood/dark", "vocals/instrumental", tempo_bpm=132),
    document(13, "genre/hip-hop", "mood/energetic", "vocals/rap"),
    document(14, "genre/rock", "instrument/electric-guitar", "vocals/male-vocals"),
]


class Stage:
    """A small bank and market with four tracks of ours, the second of which nobody saved."""

    def __init__(self) -> None:
        self.engine = default_engine()
        bank = build_bank(grammar(), prompts=PROMPTS, seed=SEED)
        drawn = draw_market(market_model(), tracks=MARKET, seed=SEED)
        self.market = self.engine.build_index(drawn.documents())
        self.queries = self.engine.encode(
            [self.engine.parse(prompt.text) for prompt in bank.prompts], self.market
        )
        self.own = self.index(OURS)
        assumed = assumptions()
        self.sound = sound_profiles(
            self.market, assumptions=assumed, untold=untold_of_market(MARKET, seed=SEED)
        )
        self.own_sound = sound_profiles(
            self.own, assumptions=assumed, untold=untold_of_own(self.own.track_ids, seed=SEED)
        )
        pull = pull_of(self.market.facts.popularity, assumed)
        self.crowd = draw_crowd(self.sound, pull, assumptions=assumed, seed=SEED)
        self.near = neighbours(self.crowd)
        saved = saved_by(
            self.crowd,
            self.own_sound,
            SAVES,
            track_ids=self.own.track_ids,
            assumptions=assumed,
            seed=SEED,
        )
        self.own_near = own_neighbours(self.crowd, self.near, saved)

    def index(self, documents: list[TrackDocument]) -> TrackIndex:
        return self.engine.build_index(documents, statistics=self.market.statistics)

    def way(self, approach: str) -> Way:
        tracks = tracks_of(self.market, approach, sound=self.sound, near=self.near)
        scoring = Scoring(approach, on_device_weights())
        return Way(scoring, self.market, tracks, assumptions(), SEED)

    def side(self, approach: str) -> OwnSide:
        return OwnSide(approach, self.own.track_ids, self.own_sound, self.own_near)

    def simulate(
        self, approach: str, documents: list[TrackDocument], cut: int = PROMPTS
    ) -> tuple[Outcome, Asked]:
        way, own = self.way(approach), self.index(documents)
        outcomes, asked = [], []
        for first in range(0, PROMPTS, cut):
            queries = self.queries.part(first, min(first + cut, PROMPTS))
            ranks, known = way.ask(queries, first_prompt=first)
            scorer = own_scorer(way.scoring, known, self.side(approach).tracks(own))
            outcomes.append(
                place_own(queries, own, ranks.scores, ranks.fits, scorer=scorer, first_prompt=first)
            )
            asked.append(known)
        return merge(outcomes), merge_asked(asked)


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


@pytest.mark.parametrize("approach", APPROACHES)
def test_places_are_those_of_sorting_all_tracks(stage: Stage, approach: str) -> None:
    outcome, asked = stage.simulate(approach, OURS)
    way, own = stage.way(approach), stage.side(approach).tracks(stage.own)
    pairs = ((stage.market, way.tracks), (stage.own, own))
    scores = np.concatenate(
        [
            way.scoring.scores(asked, np.round(score_all(stage.queries, index), 5), tracks)
            for index, tracks in pairs
        ],
        axis=1,
    )
    order = np.argsort(-scores, axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(order.shape[1])[None, :].repeat(PROMPTS, 0), 1)
    # The whole product differs in its last bits from that of 64 rows, so a tie may swap.
    expected = place[outcome.prompt, MARKET + outcome.track] + 1
    assert len(expected) > 20
    assert np.abs(expected - outcome.rank).max() <= 1
    assert (expected == outcome.rank).mean() > 0.99


@pytest.mark.parametrize("approach", APPROACHES)
def test_shards_give_the_same_numbers(stage: Stage, approach: str) -> None:
    whole, asked = stage.simulate(approach, OURS)
    parts, asked_in_parts = stage.simulate(approach, OURS, cut=128)
    for name in ("prompt", "track", "rank", "score", "fit", "list_scores", "list_fits"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name
    assert np.array_equal(asked.liked, asked_in_parts.liked)
    assert np.array_equal(asked.leaning, asked_in_parts.leaning)


@pytest.mark.parametrize("approach", APPROACHES)
def test_an_edited_track_is_placed_as_a_new_run_would(stage: Stage, approach: str) -> None:
    outcome, asked = stage.simulate(approach, OURS)
    edited = replace(OURS[0], terms={**OURS[0].terms, "activity": {"studying": 1.0}})
    full = hits_of_one(stage.simulate(approach, [edited, *OURS[1:]])[0], 0)
    one = stage.index([edited])
    fits = score_all(stage.queries, one)
    scorer = own_scorer(stage.way(approach).scoring, asked, stage.side(approach).tracks(one))
    scores = scorer(slice(None), np.round(fits, 5))[:, 0]
    quick = outcome_of_one(outcome, track=0, scores=scores, fits=fits[:, 0])
    assert quick.prompt.tolist() == full.prompt.tolist()
    assert np.abs(quick.rank - full.rank).max(initial=0) <= 1
    assert quick.score == pytest.approx(full.score, abs=2e-5)
    assert quick.fit == pytest.approx(full.fit, abs=2e-5)
    assert quick.list_fits == pytest.approx(full.list_fits, abs=2e-5)


def test_tags_do_not_move_what_listens(stage: Stage) -> None:
    """An approach that goes by sound does not read, so a tag changes conditions at most."""
    outcome, _ = stage.simulate("content-based", OURS)
    told = replace(OURS[1], terms={**OURS[1].terms, "activity": {"party": 1.0}})
    after, _ = stage.simulate("content-based", [OURS[0], told, *OURS[2:]])
    assert np.array_equal(outcome.rank, after.rank)
    assert not np.array_equal(outcome.fit, after.fit)


def test_what_nobody_saved_is_not_returned(stage: Stage) -> None:
    outcome, _ = stage.simulate("collaborative", OURS)
    found = np.bincount(outcome.track, minlength=len(OURS))
    assert found[1] == 0
    assert (found[[0, 2, 3]] > 0).all()


def test_a_condition_holds_in_every_approach_but_the_mix(stage: Stage) -> None:
    intents = [stage.engine.parse("techno without piano")]
    queries = stage.engine.encode(intents, stage.market)
    refused = np.isneginf(score_all(queries, stage.market)[0])
    assert refused.any()
    for approach in APPROACHES:
        ranks, _ = stage.way(approach).ask(queries, first_prompt=0)
        shown = ranks.positions[0][ranks.positions[0] >= 0]
        assert len(shown)
        if approach != "mix":
            assert not refused[shown].any(), approach


def test_fits_are_those_of_the_prompt_whatever_ranks(stage: Stage) -> None:
    ranks, _ = stage.way("collaborative").ask(stage.queries.part(0, 8), first_prompt=0)
    fits = np.round(score_all(stage.queries.part(0, 8), stage.market), 5)
    for row in range(8):
        shown = ranks.positions[row] >= 0
        assert ranks.fits[row][shown] == pytest.approx(
            fits[row][ranks.positions[row][shown]], abs=2e-5
        )
        assert np.isneginf(ranks.scores[row][~shown]).all()


def test_askers_like_what_answers_them_and_do_not_depend_on_the_shard() -> None:
    answering = np.full((60, 5), NOBODY, dtype=np.int32)
    answering[:, :3] = [4, 5, 6]
    pull = np.ones(100, dtype=np.float32)
    whole = liked_by_askers(answering, pull, assumptions=assumptions(), seed=1, first_prompt=0)
    later = liked_by_askers(
        answering[40:], pull, assumptions=assumptions(), seed=1, first_prompt=40
    )
    assert np.array_equal(whole[40:], later)
    assert np.isin(whole, [4, 5, 6]).mean() > 0.5
    assert (whole >= 0).all()
    alone = np.full((1, 5), NOBODY, dtype=np.int32)
    nothing = liked_by_askers(
        alone, np.zeros(0, np.float32), assumptions=assumptions(), seed=1, first_prompt=0
    )
    assert (nothing == NOBODY).all()


def test_the_device_reckons_as_the_browser_does() -> None:
    """Two liked tracks share a term: 0.98 of the first and the second, then tanh of a third."""
    weights = {"term": 0.12, "most": 0.3, "step": 1.0, "fade": 0.98}
    leaning = device_leaning(np.array([[1, 1, 0], [1, 0, 0]], dtype=np.float32), weights)
    assert leaning == pytest.approx([0.24 * np.tanh(1.98 / 3), 0.24 * np.tanh(0.98 / 3), 0.0])
    tracks = Tracks(held=csr_array(np.array([[1, 0, 1], [0, 0, 0]], dtype=np.float32)))
    asked = Asked(np.zeros((1, 1), np.int32), leaning[None], np.ones(1, np.float32))
    scores = Scoring("on-device", weights).scores(
        asked, np.array([[0.5, 0.5]], dtype=np.float32), tracks
    )
    assert scores[0, 0] == pytest.approx(0.5 + 0.24 * np.tanh(1.98 / 3) / np.sqrt(2), abs=1e-5)
    assert scores[0, 1] == pytest.approx(0.5)


def test_a_track_of_ours_is_a_neighbour_where_it_is_nearer_than_the_last() -> None:
    assumed = replace(assumptions(), fewest_listeners=60, saved=4, heard=50)
    random = np.random.default_rng(4)
    sound = random.standard_normal((30, 6)).astype(np.float32)
    sound /= np.linalg.norm(sound, axis=1, keepdims=True)
    crowd = draw_crowd(sound, np.ones(30, np.float32), assumptions=assumed, seed=2)
    assert (np.diff(crowd.saved.indptr) == 4).all()
    near = nearest(neighbours(crowd), most=3)
    assert np.diff(near.indptr).max() <= 3
    ours = saved_by(
        crowd,
        sound[:2],
        np.array([6, 0]),
        track_ids=np.array([1, 2]),
        assumptions=assumed,
        seed=2,
    )
    assert np.asarray(ours.sum(axis=0)).ravel().tolist() == [6, 0]
    found = own_neighbours(crowd, near, ours, most=3).tocoo()
    assert len(found.data)
    for track, value in zip(found.coords[0], found.data, strict=True):
        row = near[[int(track)]].data
        assert len(row) < 3 or value > row.min()


def test_more_saves_than_listeners_are_capped() -> None:
    assumed = replace(assumptions(), fewest_listeners=50, saved=3, heard=20)
    sound = np.eye(10, dtype=np.float32)
    crowd = draw_crowd(sound, np.ones(10, np.float32), assumptions=assumed, seed=1)
    ours = saved_by(
        crowd,
        sound[:1],
        np.array([10_000]),
        track_ids=np.array([7]),
        assumptions=assumed,
        seed=1,
    )
    assert ours.sum() == int(0.1 * len(crowd))


def test_a_larger_market_begins_like_a_smaller_one() -> None:
    assert np.array_equal(untold_of_market(20, seed=1), untold_of_market(50, seed=1)[:20])


def test_unheard_tracks_have_no_sound(stage: Stage) -> None:
    profiles = sound_profiles(
        stage.own,
        assumptions=assumptions(),
        untold=untold_of_own(stage.own.track_ids, seed=1),
        is_heard=[True, False, True, True],
    )
    assert not profiles[1].any()
    assert np.linalg.norm(profiles[[0, 2, 3]], axis=1) == pytest.approx(1.0)
