"""The generated market follows the statistics it names."""

import numpy as np
import pytest

from analytics.domain.market import Market, MarketModel
from analytics.domain.market_draw import draw_market
from analytics.reference import market_model
from catalog.vocabulary import default_terms


@pytest.fixture(scope="module")
def model() -> MarketModel:
    return market_model()


@pytest.fixture(scope="module")
def market(model: MarketModel) -> Market:
    return draw_market(model, tracks=20_000, seed=4)


def share(market: Market, facet: str, slug: str) -> float:
    return float(market.has[:, market.terms.index((facet, slug))].mean())


def test_every_term_of_the_market_is_in_the_vocabulary(model: MarketModel) -> None:
    known = {(spec.facet, spec.slug) for spec in default_terms()}
    assert sorted(set(model.terms) - known) == []


def test_genres_are_as_frequent_as_counted(model: MarketModel, market: Market) -> None:
    genres = [i for i, (facet, _) in enumerate(model.terms) if facet == "genre"]
    wanted, found = model.shares[genres], market.has[:, genres].mean(axis=0)
    common = wanted > 0.01
    assert np.abs(np.log(found[common] / wanted[common])).max() < 0.35
    assert np.corrcoef(np.log(found + 1e-5), np.log(wanted))[0, 1] > 0.95


@pytest.mark.parametrize(
    ("a", "b", "lift"),
    [
        # Counted in the source: 17.1, 6.1, 3.3, 2.9 and 0.7 times as often as by chance.
        (("instrument", "cello"), ("instrument", "violin"), (4.0, 40.0)),
        (("instrument", "bass"), ("instrument", "drums"), (2.0, 12.0)),
        (("genre", "classical"), ("instrument", "piano"), (1.8, 6.0)),
        (("genre", "rock"), ("genre", "alternative"), (1.5, 6.0)),
        (("genre", "electronic"), ("instrument", "piano"), (0.3, 1.1)),
    ],
)
def test_tags_keep_the_company_they_keep_in_reality(
    market: Market, a: tuple[str, str], b: tuple[str, str], lift: tuple[float, float]
) -> None:
    has_a = market.has[:, market.terms.index(a)]
    has_b = market.has[:, market.terms.index(b)]
    found = (has_a & has_b).mean() / (has_a.mean() * has_b.mean())
    assert lift[0] < found < lift[1]


def test_lengths_follow_the_counted_quantiles(market: Market) -> None:
    found = np.quantile(market.duration_s, [0.05, 0.25, 0.5, 0.75, 0.95])
    assert found == pytest.approx([71.9, 157.4, 219.8, 284.1, 456.9], rel=0.05)


def test_artists_have_a_long_tail(market: Market) -> None:
    _, tracks = np.unique(market.artist, return_counts=True)
    tracks = np.sort(tracks)[::-1]
    assert 4 <= np.median(tracks) <= 10
    assert 0.40 < tracks[: len(tracks) // 10].sum() / len(market) < 0.62


def test_tempo_knows_the_genre(market: Market) -> None:
    def middle(slug: str) -> float:
        return float(
            np.median(market.tempo_bpm[market.has[:, market.terms.index(("genre", slug))]])
        )

    assert middle("drum-and-bass") == pytest.approx(173, abs=3)
    assert middle("house") == pytest.approx(124, abs=4)
    assert middle("ambient") < 90


def test_nobody_is_both_sung_and_instrumental(market: Market) -> None:
    instrumental = market.has[:, market.terms.index(("vocals", "instrumental"))]
    sung = market.has[:, market.terms.index(("vocals", "vocals"))]
    assert not (instrumental & sung).any()


def test_the_same_seed_gives_the_same_market_and_a_larger_one_begins_with_it(
    model: MarketModel, market: Market
) -> None:
    small = draw_market(model, tracks=700, seed=4)
    assert np.array_equal(small.has, market.has[:700])
    assert np.array_equal(small.tempo_bpm, market.tempo_bpm[:700])
    other = draw_market(model, tracks=700, seed=5)
    assert not np.array_equal(small.has, other.has)


def test_documents_say_what_the_columns_say(market: Market) -> None:
    document = next(iter(market.documents()))
    said = {(facet, slug) for facet, slugs in document.terms.items() for slug in slugs}
    columns = {market.terms[column] for column in np.flatnonzero(market.has[0])}
    assert said == columns
    assert document.tempo_bpm == market.tempo_bpm[0]
    assert (document.title, document.artists) == ("", ())


def test_a_market_too_small_to_fill_a_list_is_refused(model: MarketModel) -> None:
    with pytest.raises(ValueError, match="20 to 1,000,000"):
        draw_market(model, tracks=5, seed=1)
