"""A printed report: pages with head and foot, headings, notes, metrics and tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, WrapMode
from fpdf.fonts import FontFace

from analytics.pdf.fonts import FAMILY, add_fonts, has_glyph, printable

Colour = tuple[int, int, int]

TEXT: Colour = (28, 26, 23)
MUTED: Colour = (94, 88, 80)
LINE: Colour = (222, 216, 207)
SIMULATED: Colour = (124, 58, 237)
SIMULATED_SOFT: Colour = (243, 238, 254)
OBSERVED: Colour = (15, 118, 110)
WHITE: Colour = (255, 255, 255)
"""The colours of the pages, light."""

MARGIN = 18.0
FOOT = 16.0
WIDTH = 210 - 2 * MARGIN
SMALL, NORMAL, LARGE, HUGE = 8.0, 9.5, 12.5, 24.0
"""Sizes in points."""

LEADING = 1.4
POINT_MM = 0.3528


@dataclass(frozen=True, slots=True)
class Metric:
    """A figure with its name and what stands below it."""

    name: str
    value: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `share` is its part of the width."""

    heading: str
    share: float
    is_number: bool = False


class Sheet(FPDF):
    """A4 pages in millimetres. Says on every page that its figures are simulated.

    Every text goes through `said`, so that no letter is lost without a word.
    """

    def __init__(self, *, title: str, subject: str, author: str) -> None:
        super().__init__(format="A4")
        self.has_replaced = False
        self._running = title
        add_fonts(self)
        self._known = has_glyph(self)
        self.set_title(title)
        self.set_subject(subject)
        self.set_author(author)
        self.set_creator("Liner")
        self.set_lang("en")
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=FOOT + 6)
        self.set_display_mode("fullwidth")
        self.add_page()

    # --- What every page carries ----------------------------------------------------------------

    def header(self) -> None:
        """Name the report on all pages but the first, which has its own head."""
        if self.page_no() == 1:
            return
        self.set_y(10)
        self._face(SMALL, MUTED)
        self.cell(WIDTH, 5, self._shortened(f"Surfacing of {self._running}", WIDTH))
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        self.line(MARGIN, 16, MARGIN + WIDTH, 16)
        self.set_y(21)

    def footer(self) -> None:
        """Say that the figures are simulated, and number the page."""
        self.set_y(-FOOT)
        self._face(SMALL, SIMULATED, bold=True)
        self.cell(17, 5, "Simulated")
        self._face(SMALL, MUTED)
        self.cell(118, 5, "A model of a prompt system, not a measurement of a streaming service.")
        self.cell(WIDTH - 135, 5, f"Page {self.page_no()} of {{nb}}", align=Align.R)

    # --- Pieces ---------------------------------------------------------------------------------

    def said(self, text: str) -> str:
        """Bring a text into what the fonts can print."""
        shown = printable(text, self._known)
        # A note in brackets stands for letters that are in no font.
        self.has_replaced |= shown.count("[") > text.count("[")
        return shown

    def opening(self, *, kind: str, title: str, below: str, headline: str, day: str) -> None:
        """Open the report: what it is about, and its finding."""
        self.set_fill_color(*SIMULATED)
        self.rect(0, 0, 210, 3, style="F")
        self.set_y(MARGIN)
        self._face(SMALL, MUTED, bold=True)
        self.cell(WIDTH / 2, 5, kind.upper())
        self._face(SMALL, MUTED)
        self.cell(WIDTH / 2, 5, day, align=Align.R, new_x="LMARGIN", new_y="NEXT")
        self.ln(3)
        self._lines(title, HUGE, TEXT, bold=True, leading=1.15)
        if below:
            self._lines(below, LARGE, MUTED)
        self.ln(2)
        self._lines(headline, LARGE, TEXT)
        self.ln(3)

    def note(self, text: str) -> None:
        """Set a sentence off by a bar at its left."""
        top = self.get_y()
        self.set_x(MARGIN + 5)
        self._lines(text, SMALL, MUTED, width=WIDTH - 5)
        self.set_fill_color(*SIMULATED)
        self.rect(MARGIN, top, 1, self.get_y() - top, style="F")
        self.ln(4)

    def heading(self, text: str, *, room: float = 40) -> None:
        """Begin a section, on a new page where less than `room` millimetres are left."""
        if self.will_page_break(room):
            self.add_page()
        self.ln(3)
        self.start_section(self.said(text))
        self._lines(text, LARGE, TEXT, bold=True)
        self.ln(1)

    def paragraph(self, text: str, *, is_small: bool = False) -> None:
        """Set a paragraph."""
        self._lines(text, SMALL if is_small else NORMAL, MUTED if is_small else TEXT)
        self.ln(1.5)

    def definition(self, term: str, text: str) -> None:
        """Say what a word means: the word in bold, its meaning after it."""
        if self.will_page_break(9):
            self.add_page()
        self._face(SMALL, TEXT, bold=True)
        self.write(SMALL * POINT_MM * LEADING, self.said(f"{term}. "))
        self._face(SMALL, MUTED)
        self.write(SMALL * POINT_MM * LEADING, self.said(text))
        self.ln(SMALL * POINT_MM * LEADING + 1.2)

    def metrics(self, metrics: Sequence[Metric]) -> None:
        """Set figures side by side."""
        gap, height = 4.0, 25.0
        width = (WIDTH - gap * (len(metrics) - 1)) / len(metrics)
        top = self.get_y()
        for number, metric in enumerate(metrics):
            x = MARGIN + number * (width + gap)
            self.set_fill_color(*SIMULATED_SOFT)
            self.rect(x, top, width, height, style="F", round_corners=True, corner_radius=1.5)
            self.set_xy(x + 3, top + 2.5)
            self._face(SMALL, MUTED)
            self.cell(width - 6, 4, self.said(metric.name))
            self.set_xy(x + 3, top + 7.5)
            self._face(17, SIMULATED, bold=True)
            self.cell(width - 6, 8, self.said(metric.value))
            self.set_xy(x + 3, top + 16)
            self._face(7, MUTED)
            self.multi_cell(width - 6, 3.3, self.said(metric.below), align=Align.L)
        self.set_xy(MARGIN, top + height + 5)

    def figures(self, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
        """Set a table; its heading comes again on each page."""
        self._face(SMALL, TEXT)
        self.set_draw_color(*LINE)
        self.set_fill_color(*WHITE)
        with self.table(
            col_widths=[column.share for column in columns],
            text_align=[Align.R if column.is_number else Align.L for column in columns],
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", color=MUTED),
            line_height=SMALL * POINT_MM * LEADING,
            padding=(1.1, 1.2),
            width=WIDTH,
            wrapmode=WrapMode.WORD,
        ) as table:
            table.row([column.heading for column in columns])
            for row in rows:
                table.row([self.said(cell) for cell in row])
        self.ln(3)

    # --- Inside ---------------------------------------------------------------------------------

    def face(self, size: float, colour: Colour, *, bold: bool = False) -> None:
        """Choose size and colour of the texts that follow."""
        self._face(size, colour, bold=bold)

    def _face(self, size: float, colour: Colour, *, bold: bool = False) -> None:
        # After letters from another font the document still writes in that one, while fpdf takes
        # the same face for set already: so ours is set by way of another size.
        style = "B" if bold else ""
        self.set_font(FAMILY, style, size + 1)
        self.set_font(FAMILY, style, size)
        self.set_text_color(*colour)

    def _lines(
        self,
        text: str,
        size: float,
        colour: Colour,
        *,
        bold: bool = False,
        width: float = WIDTH,
        leading: float = LEADING,
    ) -> None:
        self._face(size, colour, bold=bold)
        self.multi_cell(
            width,
            size * POINT_MM * leading,
            self.said(text),
            align=Align.L,
            new_x="LMARGIN",
            new_y="NEXT",
        )

    def _shortened(self, text: str, width: float) -> str:
        shown = self.said(text)
        while len(shown) > 1 and self.get_string_width(shown) > width:
            shown = shown[:-2].rstrip() + "…"
        return shown

    def shortened(self, text: str, width: float) -> str:
        """Cut a text so that it fits into a width in the face at hand."""
        return self._shortened(text, width)
