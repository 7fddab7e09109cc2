"""Drawing a market: the tracks a workspace competes with, from public statistics.

Tags are drawn scene by scene so that they keep the company they keep in reality; tempo, voice, age,
length and popularity follow the figures in `market.toml`. Same seed, same tracks; a larger market
begins with the tracks of a smaller one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from analytics.domain.market import FEWEST_TRACKS, MOST_TRACKS, Flags, Floats, Market, MarketModel

CHUNK = 10_000
"""Tracks drawn with one generator. Part of the seed: another size gives another market."""


def draw_market(model: MarketModel, *, tracks: int, seed: int) -> Market:
    """Draw `tracks` tracks. Memory is about one byte per track and term (400 terms)."""
    if not FEWEST_TRACKS <= tracks <= MOST_TRACKS:
        raise ValueError(f"A market has {FEWEST_TRACKS} to {MOST_TRACKS:,} tracks.")
    log_tags = np.log(np.maximum(model.scene_tags, 1e-30)).astype(np.float32)
    parts = [
        _draw_chunk(model, log_tags, random=np.random.default_rng([seed, 1, number]))
        for number in range(-(-tracks // CHUNK))
    ]
    columns = {name: np.concatenate([part[name] for part in parts])[:tracks] for name in parts[0]}
    return Market(
        name=model.name,
        version=model.version,
        seed=seed,
        terms=model.terms,
        artist=_artists(model, tracks=tracks, random=np.random.default_rng([seed, 2])),
        **columns,
    )


def draw_tags(
    model: MarketModel, log_tags: NDArray[np.float32], *, tracks: int, random: np.random.Generator
) -> tuple[Flags, NDArray[np.int64]]:
    """Draw the tags of the source; also say which genre came first (-1 for none)."""
    sizes = model.figures["tags_a_track"]
    number = random.choice(sizes["counts"], size=tracks, p=_shares(sizes["percent"]))
    scene = _draw_scenes(model, number, random)
    score = log_tags[scene] + random.gumbel(size=(tracks, len(model.terms))).astype(np.float32)
    score[:, model.shares == 0] = -np.inf
    most = max(sizes["counts"])
    best = np.argpartition(-score, most, axis=1)[:, :most]
    order = np.argsort(-np.take_along_axis(score, best, axis=1), axis=1)
    best = np.take_along_axis(best, order, axis=1)
    kept = np.arange(most)[None, :] < number[:, None]
    has = np.zeros((tracks, len(model.terms)), dtype=bool)
    rows = np.repeat(np.arange(tracks), most).reshape(tracks, most)
    has[rows[kept], best[kept]] = True
    genre_columns = np.array([facet == "genre" for facet, _ in model.terms])
    is_genre = genre_columns[best] & kept
    first = np.where(is_genre.any(axis=1), best[np.arange(tracks), is_genre.argmax(axis=1)], -1)
    return has, first


def _draw_scenes(
    model: MarketModel, number: NDArray[np.int64], random: np.random.Generator
) -> NDArray[np.int64]:
    """Draw a scene for tracks with `number` tags: scenes differ in how much they tag (Poisson)."""
    expected = model.scene_sizes - 1
    chance = model.scene_shares * np.exp(
        np.outer(number - 1, np.log(expected)) - expected - gammaln(number)[:, None]
    )
    edges = np.cumsum(chance, axis=1)
    roll = random.random(len(number))[:, None] * edges[:, -1:]
    return np.asarray((roll > edges).sum(axis=1))


def _shares(percent: Sequence[float]) -> Floats:
    values = np.array(percent, dtype=float)
    return np.asarray(values / values.sum())


def _draw_chunk(
    model: MarketModel, log_tags: NDArray[np.float32], *, random: np.random.Generator
) -> dict[str, Any]:
    """Draw one full chunk, so that a track does not depend on the size of the market."""
    figures = model.figures
    has, genre = draw_tags(model, log_tags, tracks=CHUNK, random=random)
    richness = figures["richness"]
    described = random.random(CHUNK) < richness["described"]
    for name, weights in (
        ("moods", model.mood_weights[genre]),
        ("instruments", model.instrument_weights[genre]),
    ):
        wanted = np.where(
            described,
            random.choice(len(richness[name]), size=CHUNK, p=_shares(richness[name])),
            0,
        )
        _add_some(has, weights, wanted=wanted, random=random)
    occasions = np.where(
        described,
        random.choice(len(richness["activities"]), size=CHUNK, p=_shares(richness["activities"])),
        0,
    )
    speaks_for = has.astype(np.float32) @ model.activity_weights.astype(np.float32)
    _add_some(has, speaks_for, wanted=occasions, random=random)
    tempo = _tempo(model, has, random)
    year = _years(model, has, random)
    _add_voice(model, has, genre, described, random)
    _add_words(model, has, tempo=tempo, year=year, described=described, random=random)
    durations = figures["duration_s"]
    energy, valence = _feeling(model, has, tempo, random)
    return {
        "has": has,
        "tempo_bpm": np.round(tempo, 1),
        "year": year,
        "duration_s": np.round(
            np.interp(random.random(CHUNK), durations["quantiles"], durations["seconds"]), 1
        ),
        "popularity": _popularity(figures["popularity"], random),
        "energy": energy,
        "valence": valence,
        "in_words": described & (random.random(CHUNK) < richness["sentence"]),
    }


def _add_some(
    has: Flags, weights: NDArray[Any], *, wanted: NDArray[Any], random: np.random.Generator
) -> None:
    """Add `wanted[i]` new terms to track `i`, drawn by weight without replacement (in place)."""
    columns = np.flatnonzero(weights.any(axis=0))
    if not len(columns):
        return
    with np.errstate(divide="ignore"):
        score = np.log(weights[:, columns]).astype(np.float32)
    score += random.gumbel(size=score.shape).astype(np.float32)
    score[has[:, columns]] = -np.inf
    for place in range(int(wanted.max(initial=0))):
        best = score.argmax(axis=1)
        rows = np.flatnonzero((wanted > place) & np.isfinite(score[np.arange(len(score)), best]))
        has[rows, columns[best[rows]]] = True
        score[rows, best[rows]] = -np.inf


def _tempo(model: MarketModel, has: Flags, random: np.random.Generator) -> Floats:
    """Draw the tempo by the genre that says most about it (the smallest spread)."""
    table = model.figures["tempo_bpm"]
    middle = np.full(len(has), float(table["other"][0]))
    spread = np.full(len(has), float(table["other"][1]))
    by_spread = sorted(table, key=lambda slug: (-table[slug][1], slug))
    for slug in by_spread:
        if slug != "other":
            rows = has[:, model.index(("genre", slug))]
            middle[rows], spread[rows] = table[slug]
    return np.clip(middle + spread * random.standard_normal(len(has)), 45, 220)


def _years(model: MarketModel, has: Flags, random: np.random.Generator) -> NDArray[np.int64]:
    """Draw the year of release; a track tagged with a decade comes from it."""
    table = model.figures["years"]
    span = random.choice(len(table["from"]), size=len(has), p=_shares(table["percent"]))
    first, last = np.array(table["from"])[span], np.array(table["to"])[span]
    for decade in range(1950, 2011, 10):
        tagged = has[:, model.index(("property", f"{decade}s"))]
        first[tagged], last[tagged] = decade, decade + 9
    return np.asarray(first + (random.random(len(has)) * (last - first + 1)).astype(np.int64))


def _popularity(table: Mapping[str, Any], random: np.random.Generator) -> Floats:
    """Plays on a log scale from 0 (three spreads below the middle) to 1 (three above)."""
    plays = table["log_spread"] * random.standard_normal(CHUNK)
    return np.asarray(np.clip(0.5 + plays / (6 * table["log_spread"]), 0.0, 1.0))


def _add_voice(
    model: MarketModel,
    has: Flags,
    genre: NDArray[Any],
    described: Flags,
    random: np.random.Generator,
) -> None:
    """Decide whether somebody sings, and say so where people described the track (in place)."""
    table = model.figures["voices"]
    chance = np.array(
        [
            table[model.genre_lists[slug].voice]
            if facet == "genre" and slug in model.genre_lists
            else table["unknown_genre"]
            for facet, slug in model.terms
        ]
        + [table["unknown_genre"]]
    )[genre]
    column = {wanted: number for number, wanted in enumerate(model.terms)}
    vocal_words = [column["vocals", slug] for slug in ("vocals", "choir", "rap")]
    sung = has[:, vocal_words].any(axis=1) | (random.random(len(has)) < chance)
    stated = described & (random.random(len(has)) < model.figures["richness"]["states_voice"])
    has[stated & ~sung, column["vocals", "instrumental"]] = True
    has[stated & sung, column["vocals", "vocals"]] = True
    singer = random.random(len(has))
    female, male = table["female"], table["male"]
    has[stated & sung & (singer < female), column["vocals", "female-vocals"]] = True
    is_male = (singer >= female) & (singer < female + male)
    has[stated & sung & is_male, column["vocals", "male-vocals"]] = True
    light = (singer >= female + male) & (singer < female + male + table["light"])
    has[stated & sung & light, column["vocals", "light-vocals"]] = True
    heavy = {column["genre", slug] for slug in table["heavy_genres"]}
    loud = np.isin(genre, list(heavy)) & (random.random(len(has)) < table["heavy_in_heavy_genres"])
    has[stated & sung & loud, column["vocals", "heavy-vocals"]] = True
    themed = sung & described & (random.random(len(has)) < model.figures["richness"]["theme"])
    weights = np.tile(model.theme_weights, (len(has), 1))
    _add_some(has, weights, wanted=themed.astype(np.int64), random=random)


def _add_words(
    model: MarketModel,
    has: Flags,
    *,
    tempo: Floats,
    year: NDArray[Any],
    described: Flags,
    random: np.random.Generator,
) -> None:
    """Add tempo words and decades to described tracks (in place)."""
    richness = model.figures["richness"]
    column = {wanted: number for number, wanted in enumerate(model.terms)}
    words = described & (random.random(len(has)) < richness["states_tempo_word"])
    has[words & (tempo < 85), column["property", "slow"]] = True
    has[words & (tempo >= 85) & (tempo < 125), column["property", "mid-tempo"]] = True
    has[words & (tempo >= 125), column["property", "fast"]] = True
    dated = described & (random.random(len(has)) < richness["states_decade"])
    for decade in range(1950, 2011, 10):
        name = ("property", f"{decade}s")
        has[dated & (year // 10 * 10 == decade), column[name]] = True


def _feeling(
    model: MarketModel, has: Flags, tempo: Floats, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Energy and valence, 0 to 1: what the moods say, and the tempo where they are silent."""
    valence = np.array(
        [
            model.points.get(slug, (0.0, 0.0))[0] if facet == "mood" else 0.0
            for facet, slug in model.terms
        ]
    )
    arousal = np.array(
        [
            model.points.get(slug, (0.0, 0.0))[1] if facet == "mood" else 0.0
            for facet, slug in model.terms
        ]
    )
    moods = np.array([facet == "mood" for facet, _ in model.terms])
    number = has[:, moods].sum(axis=1)
    counted = np.maximum(number, 1)
    by_tempo = np.clip((tempo - 112) / 90, -1, 1)
    mean_arousal = np.where(number > 0, (has @ arousal) / counted, by_tempo)
    mean_valence = np.where(number > 0, (has @ valence) / counted, 0.1)
    noise = 0.08 * random.standard_normal((2, len(has)))
    return (
        np.round(np.clip(0.5 + 0.4 * mean_arousal + 0.1 * by_tempo + noise[0], 0, 1), 3),
        np.round(np.clip(0.5 + 0.5 * mean_valence + noise[1], 0, 1), 3),
    )


def _artists(model: MarketModel, *, tracks: int, random: np.random.Generator) -> NDArray[np.int64]:
    """Give tracks to artists whose catalogs have a long tail."""
    table = model.figures["artists"]
    spread = table["log_spread"]
    middle = np.log(table["mean_tracks"]) - spread**2 / 2
    sizes: list[int] = []
    while sum(sizes) < tracks:
        sizes += (
            np.maximum(1, np.round(np.exp(middle + spread * random.standard_normal(256))))
            .astype(int)
            .tolist()
        )
    owners = np.repeat(np.arange(len(sizes)), sizes)[:tracks]
    return np.asarray(random.permutation(owners), dtype=np.int64)
