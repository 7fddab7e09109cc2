"""Fairness: who gets the places, against lists sorted by hand and truths known beforehand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analytics.domain.exposure import crowd_out, gini, jackknife, share_by_rank, tail_of, thin_of
from analytics.domain.fairness import Ledger, keep_ledger
from analytics.domain.fairness_charts import TradePoint, WeekPoint, trade_chart, week_chart
from analytics.domain.intervals import Interval
from analytics.domain.lists import (
    BATCHES,
    EMPTY,
    STRENGTHS,
    Listening,
    ShardLists,
    differences,
    lists_of,
    merge_lists,
    track_terms,
)
from analytics.domain.market import Market
from analytics.domain.market_draw import draw_market
from analytics.domain.prompt_space import build_bank
from analytics.domain.simulation import FIRST_PLACES, full_relevance, place_own, rank_market
from analytics.domain.traits import Traits, TraitsReader, joined, traits_of
from analytics.reference import choice_model, grammar, market_model
from prompts.domain.documents import TrackDocument
from prompts.domain.surfacing import score_all
from prompts.engine import default_engine

PROMPTS, MARKET = 300, 600


class Stage:
    """A small bank asked of a small market with three of our tracks in it."""

    def __init__(self) -> None:
        self.engine = default_engine()
        bank = build_bank(grammar(), prompts=PROMPTS, seed=3)
        drawn: Market = draw_market(market_model(), tracks=MARKET, seed=3)
        reader = TraitsReader()
        self.market = self.engine.build_index(reader.passing(drawn.documents()))
        documents = [
            TrackDocument(1, "", terms={"mood": {"calm": 1.0}, "instrument": {"piano": 1.0}}),
            TrackDocument(2, "", terms={"genre": {"techno": 1.0}}, language="de-DE"),
            TrackDocument(3, "", artist_ids=(7,)),
        ]
        self.own = self.engine.build_index(documents, statistics=self.market.statistics)
        self.queries = self.engine.encode(
            [self.engine.parse(prompt.text) for prompt in bank.prompts], self.market
        )
        self.traits = joined(reader.traits(), traits_of(documents))
        self.full = full_relevance(self.engine.blend)
        self.weights = np.full(PROMPTS, 1 / PROMPTS)

    def lists(self, *, cut: int = PROMPTS) -> ShardLists:
        parts = []
        for first in range(0, PROMPTS, cut):
            part = self.queries.part(first, min(first + cut, PROMPTS))
            ranks = rank_market(part, self.market)
            outcome = place_own(part, self.own, ranks.scores, ranks.fits, first_prompt=first)
            parts.append(
                lists_of(
                    outcome,
                    ranks,
                    market=self.market,
                    own=self.own,
                    targets=(tail_of(self.traits)[0], thin_of(self.traits)),
                    listening=Listening(
                        self.weights[first : first + cut], choice_model(), self.full, self.full
                    ),
                )
            )
        return merge_lists(parts[::-1])

    def ledger(self, lists: ShardLists) -> Ledger:
        looked = np.where(lists.tracks != EMPTY, 0.9 ** np.arange(FIRST_PLACES), 0.0)
        return keep_ledger(
            lists, looked=looked, weights=self.weights, traits=self.traits, own_tracks=3
        )


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage()


@pytest.fixture(scope="module")
def lists(stage: Stage) -> ShardLists:
    return stage.lists()


def test_the_lists_hold_the_tracks_that_score_best(stage: Stage, lists: ShardLists) -> None:
    scores = np.concatenate(
        [score_all(stage.queries, stage.market), score_all(stage.queries, stage.own)], axis=1
    )
    scores = np.round(scores, 5)
    for prompt in range(0, PROMPTS, 7):
        held = lists.tracks[prompt]
        kept = held[held != EMPTY]
        expected = -np.sort(-scores[prompt])[: len(kept)]
        assert np.array_equal(scores[prompt, kept], expected)


def test_the_lists_do_not_depend_on_how_prompts_were_cut(stage: Stage, lists: ShardLists) -> None:
    other = stage.lists(cut=70)
    assert np.array_equal(other.tracks, lists.tracks)
    assert np.array_equal(other.difference, lists.difference, equal_nan=True)
    np.testing.assert_allclose(other.sums, lists.sums, rtol=1e-12)


def test_a_boost_is_what_sorting_all_boosted_tracks_gives(stage: Stage, lists: ShardLists) -> None:
    tail, _ = tail_of(stage.traits)
    step = STRENGTHS.index(0.05)
    scores = np.concatenate(
        [score_all(stage.queries, stage.market), score_all(stage.queries, stage.own)], axis=1
    )
    scores = np.round(scores, 5)
    raised = scores + np.float32(round(0.05 * stage.full, 5)) * tail
    listening = Listening(stage.weights, choice_model(), stage.full, stage.full)
    best = np.argsort(-raised, axis=1, kind="stable")[:, :FIRST_PLACES]
    kept = np.take_along_axis(scores, best, axis=1)
    relevance = np.clip(np.where(np.isfinite(kept), kept, 0) / stage.full, 0, 1)
    seen = listening.looked(relevance.astype(np.float64)) * np.isfinite(kept) / PROMPTS
    expected = (seen * tail[best]).sum()
    found = lists.sums[:, 0, step, 0].sum()
    # One list ends in a tie, and one is short: which of two equals comes last is nobody's right.
    assert found == pytest.approx(expected, rel=1e-3)
    assert expected > 1.02 * lists.sums[:, 0, 0, 0].sum()


def test_a_stronger_boost_gives_the_tail_more_and_costs_more(
    stage: Stage, lists: ShardLists
) -> None:
    ledger = stage.ledger(lists)
    for points in ledger.boosts.values():
        gained = [point.exposure.estimate for point in points]
        lost = [point.lost.estimate for point in points]
        assert gained == sorted(gained)
        assert gained[-1] > gained[0]
        assert lost[0] == 0
        assert lost[-1] > 0
        assert points[0].unsure == 0


def test_every_figure_has_an_interval_and_says_how_many_prompts(
    stage: Stage, lists: ShardLists
) -> None:
    ledger = stage.ledger(lists)
    assert 0 < ledger.coverage.low < ledger.coverage.estimate < ledger.coverage.high < 1
    assert 0 < ledger.gini.low < ledger.gini.high < 1
    assert ledger.gini.n == ledger.prompts == PROMPTS
    assert ledger.tracks == MARKET + 3
    for groups in ledger.groups.values():
        assert sum(group.exposure.estimate for group in groups) == pytest.approx(1)
        assert sum(group.track_share for group in groups) == pytest.approx(1)
    assert {group.name for group in ledger.groups["language"]} == {"de", "Not stated"}


def test_better_tagged_tracks_get_more_exposure_in_the_generated_market(
    stage: Stage, lists: ShardLists
) -> None:
    fifths = stage.ledger(lists).groups["richness"]
    assert fifths[-1].ratio > 1 > fifths[0].ratio
    assert stage.ledger(lists).crowd_out.estimate > 0


def test_exposure_of_equal_tag_counts_is_shared_before_it_is_cut() -> None:
    exposure = np.array([0.0, 4.0, 0.0, 4.0, 0.0])
    assert (
        share_by_rank(exposure, np.full(5, 3, dtype=np.int32)).tolist() == [pytest.approx(0.2)] * 5
    )
    assert crowd_out(exposure, np.full(5, 3, dtype=np.int32)) == pytest.approx(0)
    assert crowd_out(np.array([0, 0, 0, 0, 1.0]), np.arange(5, dtype=np.int32)) == 1


def test_gini_of_known_shares() -> None:
    assert gini(np.ones(10)) == pytest.approx(0)
    assert gini(np.array([0.0, 0.0, 1.0, 1.0])) == pytest.approx(0.5)
    assert gini(np.zeros(3)) == 0


def test_a_track_of_unknown_popularity_belongs_to_the_tail() -> None:
    traits = Traits(
        artist_tracks=np.ones(5, dtype=np.int32),
        language=np.array([""] * 5),
        tags=np.arange(5, dtype=np.int32),
        popularity=np.array([0.9, 0.1, np.nan, 0.2, 0.3], dtype=np.float32),
    )
    assert tail_of(traits)[0].tolist() == [False, True, True, True, True]
    nobody = replace(traits, popularity=np.full(5, np.nan, dtype=np.float32))
    everybody, by = tail_of(nobody)
    assert (everybody.all(), by) == (True, "artist")
    assert thin_of(traits).tolist() == [True, True, False, False, False]


def test_difference_is_the_share_of_terms_two_tracks_do_not_share(stage: Stage) -> None:
    terms = track_terms(stage.market, stage.own)
    alike = differences(np.array([[3, 3, EMPTY]], dtype=np.int32), terms)
    assert alike[0] == pytest.approx(0)
    pair = np.array([[0, 1]], dtype=np.int32)
    one, two = (set(terms[[row]].indices) for row in (0, 1))
    assert differences(pair, terms)[0] == pytest.approx(1 - len(one & two) / len(one | two))
    assert np.isnan(differences(np.array([[0, EMPTY]], dtype=np.int32), terms)[0])


def test_the_jackknife_covers_a_known_mean() -> None:
    random = np.random.default_rng(5)
    covered = 0
    for _ in range(400):
        groups = random.normal(0.4, 0.1, size=BATCHES)
        without = (groups.sum() - groups) / (BATCHES - 1)
        interval = jackknife(float(groups.mean()), list(without), n=BATCHES)
        covered += interval.low <= 0.4 <= interval.high
    assert 0.92 <= covered / 400 <= 0.98


def test_the_trade_curve_has_round_ticks_and_stays_inside_its_frame() -> None:
    points = [
        TradePoint(0.0, Interval(0.80, 0.79, 0.81, 9), Interval(0.0, 0.0, 0.0, 9)),
        TradePoint(0.1, Interval(0.98, 0.97, 0.99, 9), Interval(0.0033, 0.003, 0.004, 9)),
    ]
    plot = trade_chart(points, chosen=0.1, who="Exposure")
    assert [tick.text for tick in plot.y_ticks] == ["75 %", "80 %", "85 %", "90 %", "95 %", "100 %"]
    assert plot.x_ticks[0].text == "0 %"
    assert all(plot.left <= point.x <= plot.right for point in plot.points)
    assert all(plot.top <= point.high_y <= point.low_y <= plot.bottom for point in plot.points)
    assert [point.is_chosen for point in plot.points] == [False, True]


def test_the_week_chart_draws_the_line_even_where_the_figure_never_comes_near() -> None:
    weeks = [WeekPoint(date(2026, 11, day), Interval(0.7, 0.69, 0.71, 9)) for day in (2, 9)]
    plot = week_chart(weeks, what="Gini", line=0.9)
    assert plot.level_y is not None
    assert plot.top <= plot.level_y < min(point.high_y for point in plot.points)
    assert plot.x_ticks[-1].text == "9 Nov"
