"""Money by prompt space: simulated from a run, observed from counts, never added together."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import floor, log10

from analytics import observed, selectors
from analytics.domain.choice import ChoiceModel, Stage
from analytics.domain.intervals import Interval, wilson
from analytics.domain.paired_chart import Pair, PairedChart, paired_chart
from analytics.domain.revenue import Rates, added, product, scaled, simulated_plays, worth
from analytics.models import MoneyRate, SimulationRun, SpaceResult
from analytics.observed import ObservedSpace, simulated_interval
from analytics.prompt_spaces import known_spaces
from analytics.services.fitting import choice_of
from catalog.access import Access
from catalog.models import Track

CHART_ROWS = 10
PER_PROMPTS = 10_000


@dataclass(frozen=True, slots=True)
class MoneySpace:
    """One space: money per 1,000 impressions, simulated and observed, and what each adds up to."""

    slug: str
    name: str
    simulated: Interval | None
    simulated_per_prompts: Interval | None
    """Per 10,000 prompts asked of all spaces: how often the space is asked counts in."""
    observed: Interval | None
    observed_total: float | None


@dataclass(frozen=True, slots=True)
class MoneyReport:
    """What the rates make of saves and streams."""

    rates: Rates
    lines: tuple[MoneySpace, ...]
    chart: PairedChart | None
    finding: str
    observed_total: float | None


def rate_in_force(access: Access) -> MoneyRate | None:
    """The newest rates, with who set them."""
    return MoneyRate.objects.visible_to(access).select_related("set_by").first()


def rates_of(rate: MoneyRate) -> Rates:
    """Rates as the domain takes them."""
    return Rates(rate.currency, float(rate.per_save or 0), float(rate.per_stream or 0))


def report(
    access: Access, rate: MoneyRate, *, run: SimulationRun | None, track: Track | None = None
) -> MoneyReport:
    """Assemble the money of every space, the most valuable first (three queries)."""
    rates = rates_of(rate)
    simulated = _simulated(access, run, track, rates) if run else {}
    seen = observed.report(access, track=track)
    counted = {line.slug: line for line in seen.lines} if seen else {}
    names = known_spaces()
    lines = []
    for slug in {*simulated, *counted}:
        each, together, name = simulated.get(slug, (None, None, ""))
        line = counted.get(slug)
        lines.append(
            MoneySpace(
                slug=slug,
                name=name or names.get(slug, observed.NO_SPACE),
                simulated=each,
                simulated_per_prompts=together,
                observed=_observed(line, rates) if line else None,
                observed_total=_total(line, rates) if line else None,
            )
        )
    lines.sort(
        key=lambda line: (
            -(line.simulated_per_prompts.estimate if line.simulated_per_prompts else 0.0),
            -(line.observed_total or 0.0),
            line.name,
        )
    )
    pairs = [Pair(line.name, line.simulated, line.observed) for line in lines[:CHART_ROWS]]
    known = [pair for pair in pairs if pair.simulated or pair.observed]
    totals = [line.observed_total for line in lines if line.observed_total is not None]
    return MoneyReport(
        rates=rates,
        lines=tuple(lines),
        chart=paired_chart(
            known,
            what=f"{rates.currency} per 1,000 impressions, simulated and observed",
            say=lambda value: spoken_money(value, rates.currency),
        )
        if known
        else None,
        finding=_finding(lines),
        observed_total=sum(totals) if totals else None,
    )


Simulated = tuple[Interval | None, Interval | None, str]


def _simulated(
    access: Access, run: SimulationRun, track: Track | None, rates: Rates
) -> dict[str, Simulated]:
    rows = selectors.space_results(access, run).filter(surfaced__gt=0)
    model = choice_of(run)
    by_space: dict[str, list[SpaceResult]] = {}
    for row in rows if track is None else rows.filter(track=track):
        by_space.setdefault(row.space.slug, []).append(row)
    return {
        slug: (*_of_space(found, rates, model), found[0].space.name)
        for slug, found in by_space.items()
    }


def _of_space(
    rows: Iterable[SpaceResult], rates: Rates, model: ChoiceModel
) -> tuple[Interval | None, Interval | None]:
    """Money per 1,000 impressions (tracks weighed by how often they surface), and per prompts."""
    each, shown, together = [], 0, []
    for row in rows:
        conversion = simulated_interval(row)
        money = worth(conversion, _plays(row, conversion, model), rates)
        if money is None:
            continue
        each.append(scaled(money, row.surfaced))
        shown += row.surfaced
        asked = PER_PROMPTS * row.space.size / 1_000
        surfacing = Interval(row.rate, row.rate_low, row.rate_high, row.prompt_count)
        together.append(scaled(product(money, surfacing), asked))
    if not each:
        return None, None
    mean = scaled(added(each), 1 / shown)
    return Interval(mean.estimate, mean.low, mean.high, shown), added(together)


def _plays(row: SpaceResult, conversion: Interval | None, model: ChoiceModel) -> Interval | None:
    played = row.funnel.get(Stage.PLAYED.value)
    if played is None or conversion is None or row.median_rank is None:
        return None
    return simulated_plays(
        played,
        conversion=conversion,
        parameter_share=row.parameter_share or 0.0,
        place=row.median_rank,
        relevance=row.relevance,
        model=model,
    )


def _observed(line: ObservedSpace, rates: Rates) -> Interval | None:
    plays = None
    if line.rated_by_plays:
        plays = wilson(min(line.rated_plays, line.rated_by_plays), line.rated_by_plays)
    return worth(line.conversion, plays, rates)


def _total(line: ObservedSpace, rates: Rates) -> float | None:
    """What the counted saves and plays come to; None where a rate lacks its count."""
    total = 0.0
    for name, rate in (("saves", rates.per_save), ("plays", rates.per_stream)):
        count = line.counts[name]
        if rate and count is None:
            return None
        total += rate * (count or 0)
    return total


def _finding(lines: Iterable[MoneySpace]) -> str:
    best = next((line for line in lines if line.simulated_per_prompts), None)
    return f"{best.name} is worth most, in simulation" if best else "What real events came to"


def spoken_money(value: float | None, currency: str) -> str:
    """Write an amount with as many figures as it deserves.

    >>> spoken_money(1234.5, "EUR"), spoken_money(2.5, "EUR"), spoken_money(0.00123, "EUR")
    ('EUR 1,234', 'EUR 2.50', 'EUR 0.0012')
    """
    if value is None:
        return "–"
    if value == 0:
        return f"{currency} 0"
    if abs(value) >= 100:
        return f"{currency} {value:,.0f}"
    if abs(value) >= 1:
        return f"{currency} {value:.2f}"
    if abs(value) < 0.00001:
        return f"under {currency} 0.00001"
    digits = 1 - floor(log10(abs(value)))
    return f"{currency} {value:.{digits}f}"
