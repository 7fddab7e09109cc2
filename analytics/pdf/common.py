"""What every printed report ends with, and how figures are written."""

from datetime import date, datetime

from django.utils import timezone

from analytics.definitions import LIMITS, MEANINGS
from analytics.domain.charts import share
from analytics.models import SimulationRun
from analytics.pdf.sheet import Column, Sheet
from analytics.reference import choice_model
from analytics.reports import honesty
from analytics.templatetags.surfacing import figure, place

__all__ = ["as_bytes", "closing", "day", "figure", "place", "rate_with_interval", "share"]


def day(moment: datetime | date | None) -> str:
    """Write a day as 30 Nov 2026."""
    if moment is None:
        return ""
    local = timezone.localtime(moment) if isinstance(moment, datetime) else moment
    return f"{local.day} {local:%b %Y}"


def rate_with_interval(rate: float | None, low: float | None, high: float | None) -> str:
    """Write a rate with its 95 % interval."""
    if rate is None or low is None or high is None:
        return "–"
    return f"{share(rate)} ({share(low)} to {share(high)})"


def closing(sheet: Sheet, run: SimulationRun) -> None:
    """Say what the words mean, what is assumed, and what the simulation cannot know."""
    sheet.heading("What the words mean", room=60)
    for term, meaning in MEANINGS:
        sheet.definition(term, meaning)
    sheet.heading("What is assumed about listeners", room=85)
    sheet.figures(
        [
            Column("A listener …", 46),
            Column("Middle", 16, is_number=True),
            Column("We would not be surprised by", 38, is_number=True),
        ],
        [
            (
                parameter.label,
                _assumed(parameter.scale, parameter.middle),
                f"{_assumed(parameter.scale, parameter.low)} to "
                f"{_assumed(parameter.scale, parameter.high)}",
            )
            for parameter in choice_model().parameters
        ],
    )
    sheet.heading("What the simulation cannot know", room=40)
    for sentence in LIMITS:
        sheet.paragraph(sentence, is_small=True)
    sheet.paragraph(f"{honesty(run)} Simulated on {day(run.finished_at)}.", is_small=True)
    if sheet.has_replaced:
        sheet.paragraph(
            "A note in brackets stands for letters that none of the fonts of this report has. The "
            "name is complete in the studio and in the title of this document.",
            is_small=True,
        )


def _assumed(scale: str, value: float) -> str:
    return share(value) if scale == "chance" else figure(value)


def as_bytes(sheet: Sheet) -> bytes:
    """Write the document."""
    return bytes(sheet.output())
