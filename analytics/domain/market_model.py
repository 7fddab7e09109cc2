"""Building what a market is drawn from, and calibrating it so that shares come out as counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from analytics.domain.grammar import Genre, Grammar, Term, term
from analytics.domain.market import Floats, MarketModel
from analytics.domain.market_draw import draw_tags

BACKGROUND = 0.05
"""Share of tags that ignore the scene, so that every pair of tags is possible. Chosen."""

CALIBRATION_TRACKS = 8_000
CALIBRATION_ROUNDS = 8


def build_market_model(
    figures: Mapping[str, Any],
    scenes: Mapping[str, Any],
    grammar: Grammar,
    points: Mapping[str, tuple[float, float]],
) -> MarketModel:
    """Build the model from the parsed files, the grammar and the (valence, arousal) of moods."""
    source = {term(written): share for written, share in scenes["shares"].items()}
    beyond = {("genre", slug): entry for slug, entry in figures["beyond"].items()}
    terms = tuple(dict.fromkeys([*source, *beyond, *sorted(grammar.terms())]))
    column = {wanted: number for number, wanted in enumerate(terms)}
    shares = np.zeros(len(terms))
    for wanted, share in source.items():
        shares[column[wanted]] = share
    tags = np.tile(BACKGROUND * shares / shares.sum(), (len(scenes["scene"]), 1))
    for row, scene in enumerate(scenes["scene"]):
        for written, weight in scene["terms"].items():
            tags[row, column[term(written)]] += (1 - BACKGROUND) * weight
    for wanted, entry in beyond.items():
        like = column["genre", entry["like"]]
        shares[column[wanted]] = entry["share"]
        tags[:, column[wanted]] = tags[:, like] * entry["share"] / shares[like]
    lists = {
        **grammar.genres,
        **{slug: grammar.genres[like] for slug, like in figures["same_lists"].items()},
    }
    scene_shares = np.array([scene["share"] for scene in scenes["scene"]])
    model = MarketModel(
        name=figures["name"],
        version=str(figures["version"]),
        terms=terms,
        shares=shares,
        scene_shares=scene_shares / scene_shares.sum(),
        scene_sizes=np.array([float(scene["tags"]) for scene in scenes["scene"]]),
        scene_tags=tags,
        figures=figures,
        genre_lists=lists,
        mood_weights=_mood_weights(terms, lists, grammar),
        instrument_weights=_instrument_weights(terms, lists, grammar),
        activity_weights=_activity_weights(terms, grammar),
        theme_weights=np.array(
            [
                grammar.themes[slug].asked if facet == "theme" and slug in grammar.themes else 0.0
                for facet, slug in terms
            ]
        ),
        points=points,
    )
    return replace(model, scene_tags=tags * _calibration(model))


def _mood_weights(terms: Sequence[Term], lists: Mapping[str, Genre], grammar: Grammar) -> Floats:
    column = {wanted: number for number, wanted in enumerate(terms)}
    weights = np.zeros((len(terms) + 1, len(terms)))
    for slug, genre in lists.items():
        for mood in genre.moods:
            weights[column["genre", slug], column["mood", mood]] = grammar.moods[mood].asked
    for entry in grammar.moods.values():
        weights[-1, column["mood", entry.slug]] = entry.asked
    return _with_default_rows(weights)


def _instrument_weights(
    terms: Sequence[Term], lists: Mapping[str, Genre], grammar: Grammar
) -> Floats:
    column = {wanted: number for number, wanted in enumerate(terms)}
    weights = np.zeros((len(terms) + 1, len(terms)))
    for slug, genre in lists.items():
        for instrument in genre.instruments:
            weights[column["genre", slug], column["instrument", instrument]] = 1.0
    for entry in grammar.instruments.values():
        weights[-1, column["instrument", entry.slug]] = entry.asked
    return _with_default_rows(weights)


def _with_default_rows(weights: Floats) -> Floats:
    empty = weights.sum(axis=1) == 0
    weights[empty] = weights[-1]
    return weights


def _activity_weights(terms: Sequence[Term], grammar: Grammar) -> Floats:
    """How strongly each tag a track has speaks for each occasion: shape (n_terms, n_terms)."""
    column = {wanted: number for number, wanted in enumerate(terms)}
    weights = np.zeros((len(terms), len(terms)))
    for activity in grammar.activities.values():
        target = column["activity", activity.slug]
        for genre in activity.genres:
            weights[column["genre", genre], target] += activity.asked
        for mood in activity.moods:
            weights[column["mood", mood], target] += 0.3 * activity.asked
    return weights


def _calibration(model: MarketModel) -> Floats:
    """Find the weight of each tag that makes its share come out as counted.

    Drawing without replacement flattens frequent tags; a few rounds of proportional fitting on a
    pilot market (its own fixed seed) repair that.
    """
    weights = np.ones(len(model.terms))
    wanted = model.shares > 0
    for number in range(CALIBRATION_ROUNDS):
        random = np.random.default_rng([7, number])
        log_tags = np.log(np.maximum(model.scene_tags * weights, 1e-30)).astype(np.float32)
        has, _ = draw_tags(model, log_tags, tracks=CALIBRATION_TRACKS, random=random)
        found = np.maximum(has.mean(axis=0), 0.5 / CALIBRATION_TRACKS)
        weights[wanted] *= (_reachable(model)[wanted] / found[wanted]) ** 0.7
    return weights


def _reachable(model: MarketModel) -> Floats:
    """Wanted shares, scaled so that they add up to the mean number of tags a track."""
    counts = np.array(model.figures["tags_a_track"]["counts"], dtype=float)
    percent = np.array(model.figures["tags_a_track"]["percent"], dtype=float)
    mean = float((counts * percent).sum() / percent.sum())
    return np.asarray(model.shares * mean / model.shares.sum())
