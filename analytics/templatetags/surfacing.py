"""Filters that write the figures of surfacing pages."""

from django import template

from analytics.domain.charts import share
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
        return f"{value:,.0f}"
    if abs(value) < 0.0001:
        return "under 0.0001"
    return f"{value:.2g}"


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
