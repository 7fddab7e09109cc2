"""Where one track stands: its places over all wordings of a space, and over seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics import selectors
from analytics.domain.charts import Chart, Estimate, bar_chart
from analytics.domain.charts import share as said
from analytics.domain.intervals import Interval, wilson
from analytics.domain.results import RANK_BANDS
from analytics.domain.simulation import DEPTH
from analytics.models import PromptSpace, SimulationRun, SpaceResult, TrackResult
from catalog.access import Access

SPACES_SHOWN = 20
BANDS = (*(f"{low} to {high}" for low, high in RANK_BANDS), f"Below {DEPTH}")


@dataclass(frozen=True, slots=True)
class SpacePlaces:
    """One space over some seeds: `bands` are shares of prompts, the last one below the depth."""

    name: str
    slug: str | None
    """None where the space is not in the bank of the shown run."""
    prompts: int
    seeds: int
    rate: Interval
    rate_low: float
    rate_high: float
    """Lowest and highest surfacing rate of a seed."""
    mean_place: float | None
    exposure: float | None
    """Mean over the seeds; None where a run is older than this figure."""
    bands: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Places:
    """All of it: the seeds' totals, the distribution of places, and the spaces."""

    totals: tuple[TrackResult, ...]
    """One for each seed, each with its run; the shown run first."""
    chart: Chart
    bands: tuple[tuple[str, Interval], ...]
    spaces: tuple[SpacePlaces, ...]
    more: int

    @property
    def seeds(self) -> int:
        """How many seeds there are."""
        return len(self.totals)

    @property
    def reach(self) -> tuple[float, float]:
        """Lowest and highest share of all prompts of a seed."""
        found = [row.reach for row in self.totals]
        return min(found), max(found)


def places_of(
    shown: SimulationRun, results: Sequence[TrackResult], access: Access
) -> Places | None:
    """Pool the places of a track over the runs that differ from the shown one in the seed only.

    `results` are those of the track in the newest runs; None where the shown run lacks the track.
    """
    by_seed: dict[int, TrackResult] = {}
    for row in sorted(results, key=lambda row: (row.run_id != shown.pk, -row.run_id)):
        run = row.run
        if run.goes_by_same(shown) and run.repeats(shown):
            by_seed.setdefault(run.seed, row)
    if shown.seed not in by_seed:
        return None
    totals = tuple(sorted(by_seed.values(), key=lambda row: (row.run_id != shown.pk, row.run.seed)))
    rows = selectors.space_results(access, shown, *(row.run for row in totals[1:])).filter(
        track_id=totals[0].track_id
    )
    by_space: dict[str, list[SpaceResult]] = {}
    for result in rows:
        by_space.setdefault(result.space.slug, []).append(result)
    known = {space for space, found in by_space.items() if any(r.run_id == shown.pk for r in found)}
    asked: dict[str, int] = {}
    banks = [row.run.bank_id for row in totals]
    of_banks = PromptSpace.objects.visible_to(access).filter(bank__in=banks, slug__in=by_space)
    for bank, slug, prompts in of_banks.values_list("bank_id", "slug", "prompt_count"):
        asked[slug] = asked.get(slug, 0) + prompts * banks.count(bank)
    spaces = [
        _space(found, seeds=len(totals), prompts=asked[slug], slug=slug if slug in known else None)
        for slug, found in by_space.items()
    ]
    spaces.sort(key=lambda space: (-space.rate.estimate, space.bands[-1][1], space.name))
    bands = _distribution(totals)
    return Places(
        totals=totals,
        chart=bar_chart(
            [
                Estimate(name, said(share.estimate), share.estimate, share.low, share.high)
                for name, share in bands[:-1]
            ],
            what="Share of prompts at each place",
        ),
        bands=bands,
        spaces=tuple(spaces[:SPACES_SHOWN]),
        more=max(0, len(spaces) - SPACES_SHOWN),
    )


def _space(
    rows: Sequence[SpaceResult], *, seeds: int, prompts: int, slug: str | None
) -> SpacePlaces:
    surfaced = sum(row.surfaced for row in rows)
    counts = [sum(row.rank_bands[band] for row in rows) for band in range(len(RANK_BANDS))]
    rates = [row.rate for row in rows] + [0.0] * (seeds - len(rows))
    known = [(row.mean_rank, row.surfaced + row.near) for row in rows if row.mean_rank is not None]
    weight = sum(number for _, number in known)
    return SpacePlaces(
        name=rows[0].space.name,
        slug=slug,
        prompts=prompts,
        seeds=sum(row.surfaced > 0 for row in rows),
        rate=wilson(surfaced, prompts),
        rate_low=min(rates),
        rate_high=max(rates),
        mean_place=sum(place * number for place, number in known) / weight if weight else None,
        exposure=None
        if any(row.surfaced and row.exposure is None for row in rows)
        else sum(row.exposure or 0.0 for row in rows) / seeds,
        bands=tuple(
            (name, count / prompts)
            for name, count in zip(BANDS, (*counts, prompts - sum(counts)), strict=True)
        ),
    )


def _distribution(
    totals: Sequence[TrackResult],
) -> tuple[tuple[str, Interval], ...]:
    """Shares of all prompts of all seeds by place; runs from before places were kept are out."""
    kept = [row for row in totals if row.rank_bands]
    prompts = sum(row.prompt_count for row in kept) or 1
    counts = [sum(row.rank_bands[band] for row in kept) for band in range(len(RANK_BANDS))]
    counts.append(prompts - sum(counts))
    return tuple((name, wilson(count, prompts)) for name, count in zip(BANDS, counts, strict=True))
