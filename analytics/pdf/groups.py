"""The report of several tracks on paper: a release, an artist, the workspace."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.domain.charts import Chart
from analytics.models import SimulationRun, TrackResult
from analytics.pdf.charts import draw_bars, room_for
from analytics.pdf.common import as_bytes, closing, day, figure, rate_with_interval
from analytics.pdf.sheet import Column, Metric, Sheet
from analytics.reports import GroupSpace, honesty

TRACKS_SHOWN = 100
SPACES_SHOWN = 60


@dataclass(frozen=True, slots=True)
class GroupSheet:
    """What is printed of a group; `left_out` tracks are kept out of exports by their owners."""

    kind: str
    name: str
    below: str
    run: SimulationRun
    is_stale: bool
    headline: str
    chart: Chart | None
    finding: str
    results: Sequence[TrackResult]
    total: int
    surfacing: int
    spaces: Sequence[GroupSpace]
    spaces_held: int
    left_out: int = 0


def group_pdf(group: GroupSheet) -> bytes:
    """Print the report of a group of tracks."""
    run = group.run
    sheet = Sheet(
        title=group.name,
        subject=f"Simulated surfacing of {group.kind}",
        author=group.below or "Liner",
    )
    sheet.opening(
        kind=f"Surfacing report, {group.kind}",
        title=group.name,
        below=group.below,
        headline=group.headline,
        day=day(run.finished_at),
    )
    sheet.note(honesty(run))
    if group.is_stale:
        sheet.note("The catalog changed since this simulation; a new one may say something else.")
    sheet.metrics(
        [
            Metric("Tracks simulated", f"{group.total:,}", f"against {run.market.track_count:,}"),
            Metric("Tracks that surface", f"{group.surfacing:,}", "in at least one prompt space"),
            Metric(
                "Prompt spaces",
                f"{group.spaces_held:,} of {run.bank.space_count:,}",
                f"n = {run.bank.prompt_count:,} prompts",
            ),
        ]
    )
    if group.chart:
        sheet.heading("The tracks that surface most", room=room_for(group.chart))
        draw_bars(
            sheet,
            group.chart,
            title=group.finding,
            measure="Share of all prompts for which a track is among the first 20, spaces weighed "
            "by size; simulated, 95 % interval",
        )
    _tracks(sheet, group)
    _spaces(sheet, group)
    closing(sheet, run)
    return as_bytes(sheet)


def _tracks(sheet: Sheet, group: GroupSheet) -> None:
    sheet.heading("Every track", room=50)
    if not group.results:
        sheet.paragraph("None of these tracks was in the simulation.")
    else:
        sheet.figures(
            [
                Column("Track", 36),
                Column("Spaces", 10, is_number=True),
                Column("Share of all prompts", 28, is_number=True),
                Column("Saves per 10,000 prompts", 26, is_number=True),
            ],
            [
                (
                    result.track.display_title,
                    f"{result.spaces_surfaced:,}",
                    rate_with_interval(result.reach, result.reach_low, result.reach_high),
                    f"{figure(result.saves)} ({figure(result.saves_low)} to "
                    f"{figure(result.saves_high)})"
                    if result.saves
                    else "0",
                )
                for result in group.results[:TRACKS_SHOWN]
            ],
        )
    if group.total > TRACKS_SHOWN:
        sheet.paragraph(
            f"The {TRACKS_SHOWN} with the most simulated saves of {group.total:,}; the CSV "
            "download has them all.",
            is_small=True,
        )
    if group.left_out:
        is_one = group.left_out == 1
        sheet.paragraph(
            f"{group.left_out:,} track{' is' if is_one else 's are'} left out: the owner allows no "
            "export.",
            is_small=True,
        )


def _spaces(sheet: Sheet, group: GroupSheet) -> None:
    if not group.spaces:
        return
    sheet.heading("Prompt spaces they hold", room=50)
    sheet.figures(
        [
            Column("Prompt space", 38),
            Column("Tracks", 10, is_number=True),
            Column("Best track", 30),
            Column("It surfaces for", 22, is_number=True),
        ],
        [
            (
                space.name,
                f"{space.tracks:,}",
                space.best,
                f"{space.surfaced} of {space.prompts} prompts",
            )
            for space in group.spaces[:SPACES_SHOWN]
        ],
    )
    if len(group.spaces) > SPACES_SHOWN:
        sheet.paragraph(f"And {len(group.spaces) - SPACES_SHOWN} more spaces.", is_small=True)
