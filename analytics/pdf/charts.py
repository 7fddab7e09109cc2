"""Charts on paper: the same rows and axes that the pages draw, in lines of the PDF itself."""

from analytics.domain.charts import Chart, Tick
from analytics.domain.paired_chart import Mark, PairedChart
from analytics.pdf.sheet import (
    LINE,
    MARGIN,
    MUTED,
    OBSERVED,
    POINT_MM,
    SIMULATED,
    SMALL,
    TEXT,
    WHITE,
    WIDTH,
    Colour,
    Sheet,
)

MM_A_PIXEL = 0.215
"""The pages' charts are drawn in pixels; a row of 46 becomes ten millimetres."""

BAR: Colour = (224, 211, 252)
"""Soft violet, a little stronger than on screens: printers lose the lightest tints."""

HEADING, HEAD = 14.0, 14.0
TICK_SIZE = 7.0
LABEL_HEIGHT = 4.0


def room_for(chart: Chart | PairedChart) -> float:
    """Millimetres that a heading and a chart below it take, so that none stands alone."""
    return HEADING + HEAD + _mm(chart.height)


def draw_bars(sheet: Sheet, chart: Chart, *, title: str, measure: str) -> None:
    """Draw bars with their intervals."""
    top = _begin(sheet, title, measure, chart.height)
    _axis(sheet, top, chart.ticks, chart.axis_y)
    for row in chart.rows:
        _label(sheet, top + row.label_y * MM_A_PIXEL, row.label, row.detail)
        sheet.set_fill_color(*BAR)
        sheet.set_draw_color(*SIMULATED)
        sheet.set_line_width(0.25)
        width = max(_across(row.estimate), 0.2)
        with sheet.local_context():
            sheet.set_dash_pattern(dash=0.9, gap=0.6)
            sheet.rect(MARGIN, top + row.bar_y * MM_A_PIXEL, width, _mm(chart.bar_height), "DF")
        sheet.set_draw_color(*MUTED)
        sheet.set_line_width(0.35)
        y = top + _mm(row.mark_y)
        sheet.line(MARGIN + _across(row.low), y, MARGIN + _across(row.high), y)
    _end(sheet, top, chart.height)


def draw_intervals(sheet: Sheet, chart: Chart, *, title: str, measure: str) -> None:
    """Draw hollow points on dashed lines."""
    top = _begin(sheet, title, measure, chart.height)
    _axis(sheet, top, chart.ticks, chart.axis_y)
    for row in chart.rows:
        _label(sheet, top + row.label_y * MM_A_PIXEL, row.label, row.detail)
        _mark(sheet, top, Mark("simulated", row.mark_y, row.estimate, row.low, row.high))
    _end(sheet, top, chart.height)


def draw_pairs(sheet: Sheet, chart: PairedChart, *, title: str, measure: str) -> None:
    """Draw simulated and observed marks, unlike in shape, line and colour."""
    top = _begin(sheet, title, measure, chart.height)
    _axis(sheet, top, chart.ticks, chart.axis_y)
    for row in chart.rows:
        _label(sheet, top + _mm(row.label_y), row.label, row.detail)
        for mark in row.marks:
            _mark(sheet, top, mark)
    _end(sheet, top, chart.height)


def _begin(sheet: Sheet, title: str, measure: str, height: int) -> float:
    """Write the finding and what is measured; give where the picture begins."""
    if sheet.will_page_break(HEAD + _mm(height)):
        sheet.add_page()
    sheet.face(10.5, TEXT, bold=True)
    sheet.multi_cell(WIDTH, 5, sheet.said(title), align="L", new_x="LMARGIN", new_y="NEXT")
    sheet.face(SMALL, MUTED)
    sheet.multi_cell(WIDTH, 4, sheet.said(measure), align="L", new_x="LMARGIN", new_y="NEXT")
    sheet.ln(1.5)
    return float(sheet.get_y())


def _end(sheet: Sheet, top: float, height: int) -> None:
    sheet.set_xy(MARGIN, top + _mm(height) + 4)


def _axis(sheet: Sheet, top: float, ticks: tuple[Tick, ...], axis_y: int) -> None:
    sheet.set_draw_color(*LINE)
    sheet.set_line_width(0.15)
    bottom = top + _mm(axis_y)
    sheet.face(TICK_SIZE, MUTED)
    for tick in ticks:
        x = MARGIN + _across(tick.position)
        sheet.line(x, top, x, bottom)
        width = sheet.get_string_width(tick.text)
        shift = {"start": 0.0, "middle": width / 2, "end": width}[tick.anchor]
        sheet.text(x - shift, bottom + 3.6, tick.text)
    sheet.set_draw_color(*MUTED)
    sheet.line(MARGIN, top, MARGIN, bottom)


def _label(sheet: Sheet, baseline: float, label: str, detail: str) -> None:
    # In cells, for a text set at a point takes no letters from other fonts.
    y = baseline - LABEL_HEIGHT / 2 - 0.3 * SMALL * POINT_MM
    sheet.face(SMALL, MUTED)
    shown = sheet.said(detail)
    width = sheet.get_string_width(shown)
    sheet.set_xy(MARGIN, y)
    sheet.cell(WIDTH + sheet.c_margin, LABEL_HEIGHT, shown, align="R")
    sheet.face(SMALL, TEXT)
    sheet.set_xy(MARGIN + 0.8 - sheet.c_margin, y)
    room = WIDTH - width - 6
    sheet.cell(room, LABEL_HEIGHT, sheet.shortened(label, room - 2 * sheet.c_margin), align="L")


def _mark(sheet: Sheet, top: float, mark: Mark) -> None:
    is_simulated = mark.kind == "simulated"
    colour = SIMULATED if is_simulated else OBSERVED
    y = top + _mm(mark.y)
    x = MARGIN + _across(mark.estimate)
    sheet.set_draw_color(*colour)
    sheet.set_line_width(0.4)
    with sheet.local_context():
        if is_simulated:
            sheet.set_dash_pattern(dash=1.1, gap=0.8)
        sheet.line(MARGIN + _across(mark.low), y, MARGIN + _across(mark.high), y)
    if is_simulated:
        sheet.set_fill_color(*WHITE)
        sheet.circle(x, y, 1.0, style="DF")
    else:
        sheet.set_fill_color(*colour)
        sheet.rect(x - 0.9, y - 0.9, 1.8, 1.8, style="F")


def _mm(pixels: float) -> float:
    return pixels * MM_A_PIXEL


def _across(per_cent: str) -> float:
    """Read a place across the chart ("48.50%") as millimetres."""
    return float(per_cent.rstrip("%")) / 100 * WIDTH
