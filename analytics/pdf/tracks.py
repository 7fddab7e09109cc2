"""The report of one track on paper."""

from analytics.observed import ObservedReport
from analytics.pdf.charts import draw_bars, draw_intervals, draw_pairs, room_for
from analytics.pdf.common import as_bytes, closing, day, figure, place, rate_with_interval, share
from analytics.pdf.sheet import Column, Metric, Sheet
from analytics.reports import TrackReport, honesty

SPACES_SHOWN = 60
ASSUMPTIONS_SHOWN = 6


def track_pdf(report: TrackReport, *, artists: str, seen: ObservedReport | None = None) -> bytes:
    """Print a track's report; `seen` is what listeners really did, where it is known."""
    sheet = _opened(report, artists)
    if report.is_stale:
        sheet.note("The catalog changed since this simulation; a new one may say something else.")
    _metrics(sheet, report)
    _surfaced(sheet, report)
    if seen is not None:
        _observed(sheet, seen)
    _near(sheet, report)
    _listeners(sheet, report)
    closing(sheet, report.run)
    return as_bytes(sheet)


def shared_track_pdf(report: TrackReport, *, artists: str) -> bytes:
    """Print what a link shows to people without an account, and nothing more."""
    sheet = _opened(report, artists)
    _metrics(sheet, report)
    _surfaced(sheet, report)
    closing(sheet, report.run)
    return as_bytes(sheet)


def _opened(report: TrackReport, artists: str) -> Sheet:
    title = report.track.display_title
    sheet = Sheet(title=title, subject="Simulated surfacing of a track", author=artists or "Liner")
    sheet.opening(
        kind="Surfacing report, track",
        title=title,
        below=artists,
        headline=report.headline,
        day=day(report.run.finished_at),
    )
    sheet.note(honesty(report.run))
    return sheet


def _metrics(sheet: Sheet, report: TrackReport) -> None:
    result = report.result
    n = f"n = {result.prompt_count:,}"
    sheet.metrics(
        [
            Metric(
                "Prompt spaces",
                f"{result.spaces_surfaced} of {report.spaces_in_bank}",
                "with at least one list that shows it",
            ),
            Metric(
                "Share of all prompts",
                share(result.reach),
                f"95 % interval {share(result.reach_low)} to {share(result.reach_high)}, {n}",
            ),
            Metric(
                "Saves per 10,000 prompts",
                figure(result.saves),
                f"95 % interval {figure(result.saves_low)} to {figure(result.saves_high)}, {n}"
                if result.saves
                else n,
            ),
        ]
    )


def _surfaced(sheet: Sheet, report: TrackReport) -> None:
    if not report.surfaced:
        return
    chart = report.rate_chart
    sheet.heading("Where it surfaces", room=room_for(chart) if chart else 40)
    if report.rate_chart:
        draw_bars(
            sheet,
            report.rate_chart,
            title=report.rate_finding,
            measure="Share of the space's prompts with the track among the first 20; simulated, "
            "95 % interval",
        )
    if report.conversion_chart:
        draw_intervals(
            sheet,
            report.conversion_chart,
            title=report.conversion_finding,
            measure="Simulated saves per surfaced impression, 95 % interval, logarithmic axis",
        )
    sheet.figures(
        [
            Column("Prompt space", 34),
            Column("Surfaces for", 26, is_number=True),
            Column("Place", 10, is_number=True),
            Column("Simulated conversion", 30, is_number=True),
        ],
        [
            (
                line.space.name,
                f"{line.result.surfaced} of {line.result.prompt_count} "
                f"({share(line.result.rate_low)} to {share(line.result.rate_high)})",
                place(line.result.median_rank),
                rate_with_interval(
                    line.result.conversion,
                    line.result.conversion_low,
                    line.result.conversion_high,
                ),
            )
            for line in report.surfaced[:SPACES_SHOWN]
        ],
    )
    if len(report.surfaced) > SPACES_SHOWN:
        sheet.paragraph(
            f"And {len(report.surfaced) - SPACES_SHOWN} more; the CSV download has them all.",
            is_small=True,
        )


def _observed(sheet: Sheet, seen: ObservedReport) -> None:
    sheet.heading("What listeners really did", room=room_for(seen.chart) if seen.chart else 40)
    if seen.chart:
        draw_pairs(
            sheet,
            seen.chart,
            title=seen.finding,
            measure="Saves per impression: simulated (hollow, dashed) and observed (solid "
            "squares), 95 % intervals, logarithmic axis",
        )
    sheet.figures(
        [
            Column("Prompt space", 40),
            Column("Impressions", 15, is_number=True),
            Column("Saves", 12, is_number=True),
            Column("Observed conversion", 33, is_number=True),
        ],
        [
            (
                line.name,
                _count(line.counts.get("impressions")),
                _count(line.counts.get("saves")),
                rate_with_interval(found.estimate, found.low, found.high)
                if (found := line.conversion)
                else "–",
            )
            for line in seen.lines[:SPACES_SHOWN]
        ],
    )
    sheet.paragraph(
        f"Counted from {day(seen.first_day)} to {day(seen.last_day)}, as services report it.",
        is_small=True,
    )


def _count(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"


def _near(sheet: Sheet, report: TrackReport) -> None:
    if not report.near:
        if not report.surfaced:
            sheet.heading("What would help")
            sheet.paragraph(
                "The engine knows too little of this track to place it near any list. A genre, a "
                "mood, the instruments one hears, whether somebody sings, and what it is good for "
                "give it a place to start from."
            )
        return
    sheet.heading("Spaces it nearly reaches", room=50)
    sheet.figures(
        [
            Column("Prompt space", 34),
            Column("What it lacks", 34),
            Column("Below the list for", 16, is_number=True),
            Column("Place", 16, is_number=True),
        ],
        [
            (
                line.space.name,
                ", ".join(term.label for term in line.missing) or "Nothing; others fit better",
                f"{line.result.near} of {line.result.prompt_count}",
                f"{place(line.result.median_near_rank)}, best {line.result.best_rank}",
            )
            for line in report.near
        ],
    )
    sheet.paragraph("Add only what people will hear.", is_small=True)


def _listeners(sheet: Sheet, report: TrackReport) -> None:
    if report.funnel:
        sheet.heading("From list to follower", room=60)
        sheet.figures(
            [
                Column("Per 10,000 prompts asked, simulated", 50),
                Column("Listeners", 20, is_number=True),
                Column("95 % interval", 30, is_number=True),
            ],
            [
                (line.words, figure(line.estimate), f"{figure(line.low)} to {figure(line.high)}")
                for line in report.funnel
            ],
        )
    if report.sensitivity:
        sheet.heading("Which assumption matters most", room=60)
        sheet.figures(
            [
                Column("Saves per 10,000 prompts when one assumption moves", 56),
                Column("At its low end", 22, is_number=True),
                Column("At its high end", 22, is_number=True),
            ],
            [
                (line.label.capitalize(), figure(line.low), figure(line.high))
                for line in report.sensitivity[:ASSUMPTIONS_SHOWN]
            ],
        )
