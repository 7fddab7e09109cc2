"""Chart geometry: zero baselines, logarithmic intervals, words for those who cannot see."""

from analytics.domain.charts import Estimate, bar_chart, interval_chart, share


def row(estimate: float, low: float, high: float, label: str = "Calm piano") -> Estimate:
    return Estimate(label, "3 of 9", estimate, low, high)


def place(written: str) -> float:
    return float(written.removesuffix("%"))


def test_bars_start_at_zero_and_the_longest_interval_fits() -> None:
    chart = bar_chart([row(0.4, 0.2, 0.6), row(0.1, 0.0, 0.3)], what="Share")
    assert chart.ticks[0].text == "0 %"
    assert place(chart.rows[0].high) <= 97
    assert place(chart.rows[0].estimate) == 4 * place(chart.rows[1].estimate)


def test_equal_factors_are_equal_distances_on_the_logarithmic_axis() -> None:
    chart = interval_chart([row(0.01, 0.001, 0.1)], what="Conversion")
    only = chart.rows[0]
    assert place(only.estimate) - place(only.low) == place(only.high) - place(only.estimate)


def test_a_chart_is_readable_as_words() -> None:
    chart = bar_chart([row(0.4, 0.2, 0.6)], what="Share of prompts")
    assert chart.said == "Share of prompts. Calm piano: 40 %, 95 % interval 20 % to 60 %, 3 of 9"


def test_a_very_long_label_is_shortened_in_the_drawing_only() -> None:
    title = "A Song About Waiting for a Letter From a Lighthouse Keeper"
    chart = bar_chart([row(0.4, 0.2, 0.6, title)], what="Share")
    assert chart.rows[0].label.endswith("…")
    assert title in chart.said


def test_an_empty_chart_has_only_its_axis() -> None:
    assert bar_chart([], what="Share").rows == ()
    assert interval_chart([], what="Conversion").rows == ()


def test_shares_are_written_with_the_figures_they_deserve() -> None:
    assert [share(x) for x in (0.4567, 0.0213, 0.0004, 0.0)] == ["46 %", "2.1 %", "0.04 %", "0 %"]
