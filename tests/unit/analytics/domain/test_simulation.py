"""Ranks, shards, counterfactuals and conversion intervals against known truths."""

from dataclasses import replace

import numpy as np
import pytest

from analytics.domain.choice import ChoiceModel, Draws, Examination, saving_chance
from analytics.domain.counterfactual import hits_of_one, outcome_of_one
from analytics.domain.market_draw import draw_market
from analytics.domain.prompt_space import PromptBank, build_bank
from analytics.domain.results import (
    BankLayout,
    Figures,
    SpaceFigures,
    conversion_interval,
    relevance_of,
    summarise,
)
from analytics.domain.simulation import (
    FIRST_PLACES,
    Outcome,
    full_relevance,
    merge,
    ranks_among,
    simulate_shard,
)
from analytics.reference import choice_model, grammar, market_model
from prompts.domain.documents import TrackDocument
from prompts.domain.index import TrackIndex
from prompts.domain.queries import QueryBlock
from prompts.domain.surfacing import score_all, score_one
from prompts.engine import default_engine

PROMPTS, MARKET = 1_000, 1_500


class Stage:
    """A small bank asked of a small market with six of our tracks in it."""

    def __init__(self) -> None:
        self.engine = default_engine()
        self.bank: PromptBank = build_bank(grammar(), prompts=PROMPTS, seed=3)
        self.market: TrackIndex = self.engine.build_index(
            draw_market(market_model(), tracks=MARKET, seed=3).documents()
        )
        self.queries: QueryBlock = self.engine.encode(
            [self.engine.parse(prompt.text) for prompt in self.bank.prompts], self.market
        )
        self.documents = [
            document("mood/calm", "genre/classical", "instrument/piano", "activity/studying"),
            document("genre/techno", "mood/dark", "vocals/instrumental"),
            document("genre/hip-hop", "mood/energetic", "activity/workout"),
            document("genre/jazz", "instrument/saxophone", "mood/mellow"),
            document("genre/rock"),
            document(),
        ]
        numbers = {space.slug: number for number, space in enumerate(self.bank.spaces)}
        self.layout = BankLayout(
            np.array([numbers[prompt.space] for prompt in self.bank.prompts], dtype=np.int32),
            np.array([space.size for space in self.bank.spaces]),
        )
        self.outcome = self.simulate(self.documents)

    def own(self, documents: list[TrackDocument]) -> TrackIndex:
        return self.engine.build_index(documents, statistics=self.market.statistics)

    def simulate(self, documents: list[TrackDocument], cut: int = PROMPTS) -> Outcome:
        own = self.own(documents)
        parts = [
            simulate_shard(
                self.queries.part(first, min(first + cut, PROMPTS)),
                self.market,
                own,
                first_prompt=first,
            )
            for first in range(0, PROMPTS, cut)
        ]
        return merge(parts[::-1])

    def figures(
        self,
        outcome: Outcome,
        seed: int = 1,
        examination: Examination = Examination.GEOMETRIC,
        **options: float,
    ) -> Figures:
        return summarise(
            outcome,
            bank=self.layout,
            tracks=len(self.documents),
            model=choice_model().with_examination(examination),
            full_relevance=full_relevance(self.engine.blend),
            random=np.random.default_rng(seed),
            **options,  # type: ignore[arg-type]  # only pooled_variation is given
        )


def document(*terms: str) -> TrackDocument:
    found: dict[str, dict[str, float]] = {}
    for written in terms:
        facet, slug = written.split("/")
        found.setdefault(facet, {})[slug] = 1.0
    return TrackDocument(track_id=1, title="", terms=found)


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


def same(one: Outcome, other: Outcome) -> bool:
    names = ("prompt", "track", "rank", "score", "list_scores", "market_scores")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in names)


def test_places_count_everything_that_scores_better() -> None:
    market = np.array([0.9, 0.7, 0.7, 0.5], dtype=np.float32)
    own = np.array([0.95, 0.7, 0.6, 0.1], dtype=np.float32)
    assert ranks_among(own, market).tolist() == [1, 5, 6, 8]


def test_places_are_those_of_sorting_market_and_own_tracks_together(stage: Stage) -> None:
    own = stage.own(stage.documents)
    scores = np.concatenate(
        [score_all(stage.queries, stage.market), score_all(stage.queries, own)], axis=1
    )
    order = np.argsort(-np.round(scores, 5), axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(order.shape[1])[None, :].repeat(PROMPTS, 0), 1)
    expected = place[stage.outcome.prompt, MARKET + stage.outcome.track] + 1
    assert np.mean(stage.outcome.rank == expected) > 0.999  # the last bits of a product may differ
    assert np.abs(stage.outcome.rank - expected).max() <= 1


@pytest.mark.parametrize("cut", [64, 170, 999])
def test_shards_of_any_size_give_the_same_outcome(stage: Stage, cut: int) -> None:
    assert same(stage.simulate(stage.documents, cut), stage.outcome)


def test_a_missing_shard_is_noticed(stage: Stage) -> None:
    with pytest.raises(ValueError, match="missing"):
        merge([stage.outcome, replace(stage.outcome, first_prompt=2 * PROMPTS)])


def test_the_seed_alone_decides_the_figures(stage: Stage) -> None:
    assert stage.figures(stage.outcome) == stage.figures(stage.outcome)
    one, other = stage.figures(stage.outcome).tracks[0], stage.figures(stage.outcome, 2).tracks[0]
    assert one.reach == other.reach
    assert one.saves != other.saves


def test_a_track_surfaces_where_its_words_are_asked_for(stage: Stage) -> None:
    rows = [row for row in stage.figures(stage.outcome).spaces if row.track == 0 and row.surfaced]
    best = max(rows, key=lambda row: row.surfaced)
    wants = set(stage.bank.spaces[best.space].wants)
    has = {("mood", "calm"), ("genre", "classical"), ("instrument", "piano")}
    assert wants & (has | {("activity", "studying")})


def test_a_track_with_nothing_to_say_surfaces_nowhere(stage: Stage) -> None:
    bare = stage.figures(stage.outcome).tracks[5]
    assert (bare.spaces_surfaced, bare.reach.estimate, bare.saves.estimate) == (0, 0.0, 0.0)
    assert 0 < bare.reach.high < 0.01


def test_the_way_to_look_is_one_of_the_assumptions_that_move_the_result(stage: Stage) -> None:
    by_way = {
        way: stage.figures(stage.outcome, examination=way).tracks[0].sensitivity
        for way in Examination
    }
    for way, rows in by_way.items():
        moved = {name: (low, high) for name, low, high in rows}
        assert moved["examination"][0] < moved["examination"][1], way
        widths = [high - low for _, low, high in rows]
        assert sorted(map(abs, widths), reverse=True) == list(map(abs, widths))
    # Each model has parameters of its own, and only those can move it.
    assert "leave" in {name for name, *_ in by_way[Examination.CASCADE]}
    assert "leave" not in {name for name, *_ in by_way[Examination.GEOMETRIC]}
    assert "persistence" not in {name for name, *_ in by_way[Examination.UNIFORM]}


def test_counts_reconcile(stage: Stage) -> None:
    figures = stage.figures(stage.outcome)
    shown = stage.outcome.rank <= FIRST_PLACES
    assert sum(row.surfaced for row in figures.spaces) == shown.sum()
    assert sum(row.near for row in figures.spaces) == (~shown).sum()
    for row in figures.spaces:
        assert sum(row.rank_bands) == row.surfaced + row.near
        assert row.surfaced <= row.prompts


@pytest.mark.parametrize("track", range(6))
def test_what_if_nothing_changes_gives_the_run_itself(stage: Stage, track: int) -> None:
    scores = score_one(stage.documents[track], stage.queries, stage.market)
    found = outcome_of_one(stage.outcome, track=track, scores=scores)
    mine = hits_of_one(stage.outcome, track)
    assert np.array_equal(found.prompt, mine.prompt)
    assert np.abs(found.rank - mine.rank).max(initial=0) <= 1
    assert found.list_scores == pytest.approx(stage.outcome.list_scores, abs=2e-5)


@pytest.mark.parametrize("track", [1, 4, 5])
def test_what_if_equals_a_full_recomputation(stage: Stage, track: int) -> None:
    edited = document("genre/rock", "activity/driving", "mood/feel-good")
    scores = score_one(edited, stage.queries, stage.market)
    quick = outcome_of_one(stage.outcome, track=track, scores=scores)
    documents = [*stage.documents[:track], edited, *stage.documents[track + 1 :]]
    full = stage.simulate(documents)
    mine = hits_of_one(full, track)

    assert np.array_equal(quick.prompt, mine.prompt)
    assert np.mean(quick.rank == mine.rank) > 0.99
    assert quick.list_scores == pytest.approx(full.list_scores, abs=2e-5)
    variation = stage.figures(full).pooled_variation
    before = stage.figures(full).tracks[track]
    after = stage.figures(quick, pooled_variation=variation).tracks[track]
    assert after.reach.estimate == pytest.approx(before.reach.estimate)
    assert after.saves.estimate == pytest.approx(before.saves.estimate, rel=1e-3)


def test_conversion_is_the_listener_s_chance_over_what_surfaced(stage: Stage) -> None:
    """With certain parameters, conversion is the plain mean of the chances of its impressions."""
    certain = ChoiceModel(
        "certain",
        "1",
        Examination.GEOMETRIC,
        tuple(replace(p, spread=1e-9) for p in choice_model().parameters),
    )
    full = full_relevance(stage.engine.blend)
    figures = summarise(
        stage.outcome,
        bank=stage.layout,
        tracks=6,
        model=certain,
        full_relevance=full,
        random=np.random.default_rng(1),
    )
    row: SpaceFigures = max(figures.spaces, key=lambda row: row.surfaced)
    hits = (
        (stage.outcome.track == row.track)
        & (stage.layout.space_of_prompt[stage.outcome.prompt] == row.space)
        & (stage.outcome.rank <= FIRST_PLACES)
    )
    expected = saving_chance(
        certain.middle(),
        examined=0.9 ** (stage.outcome.rank[hits] - 1.0)[None, :],
        relevance=relevance_of(stage.outcome.score[hits], full),
    )
    assert row.conversion is not None
    assert row.conversion.estimate == pytest.approx(float(expected.mean()), rel=1e-4)
    assert row.conversion.n == hits.sum()


@pytest.mark.parametrize("prompts", [3, 10, 40])
def test_conversion_intervals_cover_the_truth(prompts: int) -> None:
    """Known truth: the listener is one draw of our belief, the prompts a sample of the space.

    The conversion over the whole space under that listener must lie inside 93 to 97.5 % of the
    time, for few and for many surfaced prompts.
    """
    model = choice_model()
    random = np.random.default_rng(17)
    draws = model.draw(200, random=np.random.default_rng(1))
    space_relevance = random.uniform(0.6, 1.0, size=4_000)
    space_rank = random.integers(1, FIRST_PLACES + 1, size=4_000)

    def chances(draws_now: Draws, rows: np.ndarray) -> np.ndarray:
        values = draws_now["persistence"]
        persistence = 1 / (1 + np.exp(-values))
        examined = persistence[:, None] ** (space_rank[rows] - 1)[None, :]
        return saving_chance(draws_now, examined=examined, relevance=space_relevance[rows])

    everything = np.arange(4_000)
    by_prompt = chances(model.middle(), everything)[0]
    pooled = float(by_prompt.var() / by_prompt.mean() ** 2)
    covered, repeats = 0, 600
    for _ in range(repeats):
        truth = chances(model.draw(1, random=random), everything).mean()
        sample = random.integers(0, 4_000, size=prompts)
        interval, _ = conversion_interval(chances(draws, sample), pooled)
        covered += interval.low <= truth <= interval.high
    assert 0.93 <= covered / repeats <= 0.975


def test_reach_intervals_cover_the_truth() -> None:
    """Known truth: true surfacing rates per space; the bank holds ten prompts of each."""
    random = np.random.default_rng(23)
    spaces, each = 60, 10
    sizes = random.dirichlet(np.ones(spaces))
    rates = np.where(random.random(spaces) < 0.5, random.beta(2, 5, size=spaces), 0.0)
    truth = float(sizes @ rates)
    layout = BankLayout(np.repeat(np.arange(spaces), each).astype(np.int32), sizes)
    covered, repeats = 0, 200
    for _ in range(repeats):
        shown = np.flatnonzero(random.random(spaces * each) < np.repeat(rates, each))
        outcome = Outcome(
            first_prompt=0,
            prompt=shown.astype(np.int32),
            track=np.zeros(len(shown), dtype=np.int32),
            rank=np.full(len(shown), 5, dtype=np.int32),
            score=np.full(len(shown), 0.6, dtype=np.float32),
            fit=np.full(len(shown), 0.6, dtype=np.float32),
            list_scores=np.full((spaces * each, FIRST_PLACES), 0.6, dtype=np.float32),
            list_fits=np.full((spaces * each, FIRST_PLACES), 0.6, dtype=np.float32),
            market_scores=np.full((spaces * each, 200), 0.5, dtype=np.float32),
            market_fits=np.full((spaces * each, FIRST_PLACES), 0.5, dtype=np.float32),
        )
        figures = summarise(
            outcome,
            bank=layout,
            tracks=1,
            model=choice_model(),
            full_relevance=0.7,
            random=np.random.default_rng(1),
            draws=8,
        )
        reach = figures.tracks[0].reach
        covered += reach.low <= truth <= reach.high
    assert 0.93 <= covered / repeats <= 0.985
