"""Filters that write the figures of surfacing pages."""

from django import template

from analytics.domain.charts import share

register = template.Library()


@register.filter
def rate(value: float | None) -> str:
    """Write a share as a percentage with as many figures as it deserves."""
    return "–" if value is None else share(value)


@register.filter
def figure(value: float | None) -> str:
    """Write a figure that may be small: 12, 3.4, 0.25, 0.003."""
    if value is None:
        return "–"
    if value == 0:
        return "0"
    if abs(value) >= 10:
        return f"{value:,.0f}"
    if abs(value) < 0.0001:
        return "under 0.0001"
    return f"{value:.2g}"


@register.filter
def place(rank: float | None) -> str:
    """Write a place in a list; halves come from the middle of an even number of prompts."""
    return "–" if rank is None else f"{rank:.1f}".removesuffix(".0")


@register.filter
def column_words(name: str) -> str:
    """Write the name of a column as people read it."""
    return {"track_id": "track id", "isrc": "ISRC", "space": "prompt space"}.get(name, name)


@register.filter
def per_10000(share_of_prompts: float) -> str:
    """Write a share of all prompts as prompts of 10,000."""
    return figure(share_of_prompts * 10_000)
