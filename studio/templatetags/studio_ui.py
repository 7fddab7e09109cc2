"""Tags and filters of the design system: icons, figures in words, and pieces that wrap content.

Load with `{% load studio_ui %}`. Pieces that only take values are plain includes from
`templates/components/`; those that wrap other markup are block tags here and render the component
template of the same name.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from django import forms, template
from django.forms import BoundField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.domain.identifiers import display_isrc
from catalog.domain.word_diff import Piece, diff_words
from studio.icons import PATHS, SOLID

register = template.Library()

THIN_SPACE = "\u202f"
NO_VALUE = "\u2013"

# Templates hand filters an empty text where a step of `track.audio.duration_s` does not exist.
Missing = Literal[""] | None


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw an icon in the colour and size of the text around it; screen readers skip it."""
    classes = " ".join(part for part in ("icon", "solid" if name in SOLID else "", css) if part)
    return format_html(
        '<svg class="{}" viewBox="0 0 20 20" aria-hidden="true" focusable="false">'
        '<path d="{}"/></svg>',
        classes,
        PATHS[name],
    )


@register.filter
def duration(seconds: float | Missing) -> str:
    """Write seconds as people say them for music: 3:42, or 1:02:07 past an hour."""
    if seconds is None or seconds == "":
        return NO_VALUE
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


@register.filter
def number(value: float | Missing, decimals: int = 0) -> str:
    """Write a number with a comma between thousands and a fixed number of decimals."""
    return NO_VALUE if value is None or value == "" else f"{value:,.{decimals}f}"


@register.filter
def percent(share: float | Missing, decimals: int = 0) -> str:
    """Write a share from 0 to 1 as a percentage."""
    if share is None or share == "":
        return NO_VALUE
    return f"{share * 100:.{decimals}f}{THIN_SPACE}%"


@register.filter
def day(value: dt.date | Missing) -> str:
    """Write a date that nobody can misread: 25 Nov 2026."""
    if value is None or value == "":
        return NO_VALUE
    if isinstance(value, dt.datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return f"{value.day} {value:%b %Y}"


@register.filter
def moment(value: dt.datetime | Missing) -> SafeString | str:
    """Write a moment as `25 Nov 2026, 14:05` in a <time> element with its zone on hover."""
    if value is None or value == "":
        return NO_VALUE
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return format_html(
        '<time datetime="{}" title="{}">{}, {}</time>',
        local.isoformat(timespec="seconds"),
        f"{local:%H:%M:%S %Z}",
        day(local),
        f"{local:%H:%M}",
    )


@register.filter
def megabytes(size: int | Missing) -> str:
    """Write a number of bytes in the unit that keeps it short: 812 kB, 41.3 MB, 1.2 GB."""
    if size is None or size == "":
        return NO_VALUE
    for unit, factor, decimals in (
        ("GB", 10**9, 1),
        ("MB", 10**6, 1),
        ("kB", 10**3, 0),
    ):
        if size >= factor:
            return f"{size / factor:,.{decimals}f} {unit}"
    return f"{size:,} bytes"


@register.filter
def initials(name: object) -> str:
    """Take the first letters of the first and last word of a name, for a person's mark."""
    words: list[str] = re.findall(r"\w+", str(name))
    if not words:
        return "?"
    letters = words[0][0] + (words[-1][0] if len(words) > 1 else "")
    return letters.upper()


@register.filter
def confidence_word(value: float) -> str:
    """Say a confidence from 0 to 1 in a word; the limits are chosen by ear, not measured."""
    if value >= 0.75:
        return "Likely"
    if value >= 0.5:
        return "Fairly likely"
    return "Not sure" if value >= 0.3 else "A guess"


@register.filter
def bar_width(value: float | Missing, full: float = 100) -> str:
    """Scale a share from 0 to 1 to the length of a bar, kept inside it."""
    share = 0.0 if value is None or value == "" or math.isnan(value) else min(max(value, 0.0), 1.0)
    return f"{share * full:.1f}"


@register.filter
def word_diff(before: str | None, after: str | None) -> tuple[Piece, ...]:
    """Split two texts into the pieces kept, removed and added."""
    return diff_words(before or "", after or "")


@register.filter
def facet_icon(facet: str) -> str:
    """Name the icon of a facet; anything that is not a facet of the vocabulary gets the tag."""
    return facet if facet in PATHS else "property"


@register.filter
def undo_address(extra_tags: str) -> str:
    """Take the address out of a message's extra tags `undo:<address>`; empty when there is none."""
    return next((tag[5:] for tag in extra_tags.split() if tag.startswith("undo:")), "")


@register.filter
def isrc(code: str) -> str:
    """Write a stored ISRC with its hyphens."""
    return display_isrc(code)


@register.filter
def unlocalized(value: float | Missing) -> str:
    """Write a number for a machine (data attributes, SVG): a dot, no separators."""
    if value is None or value == "":
        return ""
    return str(round(float(value), 6)) if isinstance(value, float) else str(value)


@register.filter
def as_json(value: object) -> str:
    """Write a value as JSON for a data attribute; the template escapes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@register.filter
def is_check(field: BoundField) -> bool:
    """Tell whether a field is one tick box, whose label stands after it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.simple_block_tag(takes_context=True)
def panel(
    context: template.Context,
    content: str,
    title: str = "",
    css: str = "",
    level: int = 2,
) -> str:
    """Frame content as a section with an optional heading: `{% panel title="Facts" %}…`."""
    return _render("panel", content, title=title, css=css, level=level)


@register.simple_block_tag()
def table(content: str, caption: str, css: str = "") -> str:
    """Frame <thead> and <tbody> as a table with its caption, scrollable when too wide."""
    return _render("table", content, caption=caption, css=css)


@register.simple_block_tag()
def dialog(content: str, id: str, title: str) -> str:
    """Put content in a native dialog; a button with `data-opens="<id>"` opens it."""
    return _render("dialog", content, id=id, title=title)


@register.simple_block_tag(takes_context=True)
def chart_frame(
    context: template.Context,
    content: str,
    title: str,
    measure: str,
    source: str = "",
    level: int = 3,
    table_template: str = "",
) -> str:
    """Frame a chart: the finding, what is measured, the drawing, its table and the source.

    `table_template` is the template that draws the same figures as a table; it sees the page's
    context.
    """
    page = {str(name): value for name, value in context.flatten().items()}
    figures = render_to_string(table_template, page) if table_template else ""
    return _render(
        "chart_frame",
        content,
        title=title,
        measure=measure,
        source=source,
        level=level,
        figures=figures,
    )


@register.simple_tag(takes_context=True)
def page_query(context: template.Context, **changes: object) -> str:
    """Keep the filters of this page's address and change some: `?{% page_query page=3 %}`."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            query.pop(name, None)
        else:
            query[name] = str(value)
    return str(query.urlencode())


@register.filter
def form_errors(form: Any) -> Iterable[Mapping[str, str]]:
    """List a form's errors with the control each belongs to, for the error summary."""
    for name, errors in form.errors.items():
        field = None if name == "__all__" else form[name]
        for error in errors:
            yield {
                "label": field.label if field else "",
                "target": field.id_for_label or field.auto_id if field else "",
                "message": str(error),
            }


def _render(name: str, content: str, **values: object) -> str:
    return render_to_string(f"components/{name}.html", {**values, "content": content})
