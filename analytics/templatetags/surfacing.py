"""Filters that write the figures of surfacing pages."""

from django import template

from analytics.domain.charts import share
from analytics.fairness import Trade
from analytics.money import spoken_money

register = template.Library()

NOTHING = "–"
"""What is not there: None, or the empty text that templates give for a missing attribute."""


@register.filter
def rate(value: float | str | None) -> str:
    """Write a share as a percentage with as many figures as it deserves; nothing as a dash."""
    return share(value) if isinstance(value, int | float) else NOTHING


@register.filter
def figure(value: float | str | None) -> str:
    """Write a figure that may be small: 12, 3.4, 0.25, 0.003; nothing as a dash."""
    if not isinstance(value, int | float):
        return NOTHING
    if value == 0:
        return "0"
    if abs(value) >= 10:
        text = f"{value:,.0f}"
    elif abs(value) < 0.0001:
        return "under 0.0001"
    else:
        text = f"{value:.2g}"
    return text.replace("-", "−")


@register.filter
def change(ratio: float | str | None) -> str:
    """Write a ratio as the change it is: 1.34 as +34 %."""
    if not isinstance(ratio, int | float):
        return NOTHING
    text = share(ratio - 1)
    return f"+{text}" if ratio > 1 else text


@register.filter
def money(value: float | None, currency: str) -> str:
    """Write an amount with its currency."""
    return spoken_money(value, currency)


@register.filter
def place(rank: float | str | None) -> str:
    """Write a place in a list; halves come from the middle of an even number of prompts."""
    return f"{rank:.1f}".removesuffix(".0") if isinstance(rank, int | float) else NOTHING


@register.filter
def column_words(name: str) -> str:
    """Write the name of a column as people read it."""
    return {"track_id": "track id", "isrc": "ISRC", "space": "prompt space"}.get(name, name)


@register.filter
def per_10000(share_of_prompts: float) -> str:
    """Write a share of all prompts as prompts of 10,000."""
    return figure(share_of_prompts * 10_000)


@register.filter
def signed_figure(value: float | None) -> str:
    """Write a figure between -1 and 1 with three decimals at most: 0.873, −0.04."""
    if value is None:
        return "–"
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("-", "−")


@register.filter
def trade_finding(trade: Trade) -> str:
    """Say what the chosen boost gains and costs."""
    if not trade.chosen.strength:
        exposure = share(trade.start.exposure.estimate)
        return f"Without a boost, {trade.who} get {exposure} of exposure"
    return (
        f"A boost of {share(trade.chosen.strength)} gives {trade.who} "
        f"{share(trade.gained)} more of all exposure and costs "
        f"{share(trade.chosen.lost.estimate)} of relevance"
    )


@register.filter
def plain_size(per_10000: float) -> str:
    """Write a size so that it can be typed again: two decimals, no commas."""
    return f"{per_10000:.2f}".rstrip("0").rstrip(".")


@register.filter
def named(slug: str, names: dict[str, str]) -> str:
    """Write the name of a space."""
    return names.get(slug, slug)


@register.filter
def fine_rate(value: float | None) -> str:
    """Write a share with one decimal at least, where a whole per cent would hide the interval."""
    if value is None:
        return "–"
    return f"{value * 100:.1f} %".replace("-", "−") if abs(value) >= 0.1 else share(value)
