"""Simulated figures as CSV rows and JSON, for downloads, the API and the command."""

from collections.abc import Iterable

from analytics.domain.results import RANK_BANDS
from analytics.models import SimulationRun, SpaceResult, TrackResult
from analytics.reports import honesty

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

CSV_HEADER = (
    "track_id", "title", "space", "space_name", "space_size", "kind", "prompts", "surfaced",
    "surfacing_rate", "surfacing_low", "surfacing_high", "best_rank", "median_rank",
    "mean_rank", "exposure", "exposure_low", "exposure_high",
    *(f"rank_{low}_to_{high}" for low, high in RANK_BANDS),
    "conversion", "conversion_low", "conversion_high", "conversion_n", "missing", "example_prompt",
)  # fmt: skip


def csv_rows(results: Iterable[SpaceResult]) -> Iterable[tuple[object, ...]]:
    """Give the rows of a download; every number is simulated and says so in `kind`."""
    for row in results:
        yield (
            row.track_id,
            row.track.display_title,
            row.space.slug,
            row.space.name,
            round(row.space.size, 6),
            "simulated",
            row.prompt_count,
            row.surfaced,
            round(row.rate, 4),
            round(row.rate_low, 4),
            round(row.rate_high, 4),
            row.best_rank,
            row.median_rank,
            row.mean_rank,
            row.exposure,
            row.exposure_low,
            row.exposure_high,
            *row.rank_bands,
            row.conversion,
            row.conversion_low,
            row.conversion_high,
            row.surfaced,
            "|".join(f"{facet}/{slug}" for facet, slug in row.missing),
            row.example,
        )


def run_as_json(run: SimulationRun) -> dict[str, object]:
    """Give what decides the numbers of a run."""
    return {
        "run": run.pk,
        "status": run.status,
        "kind": "simulated",
        "seed": run.seed,
        "prompts": run.bank.prompt_count,
        "grammar_version": run.bank.grammar_version,
        "listed_prompts": run.bank.listed_count,
        "prompt_list": run.bank.prompt_list.version if run.bank.prompt_list else None,
        "size_prior": run.bank.size_prior.number if run.bank.size_prior else None,
        "market": run.market.name,
        "market_kind": run.market.kind,
        "market_tracks": run.market.track_count,
        "market_version": run.market.version,
        "engine_version": run.engine_version,
        "approach": run.approach,
        "approach_version": run.approach_version,
        "unheard_tracks": run.unheard_count,
        "tracks_without_saves": run.unsaved_count,
        "listener_version": run.choice_version,
        "examination": run.examination,
        "places": run.places,
        "tracks": run.track_count,
        "opted_out": run.opted_out_count,
        "started_at": run.started_at.isoformat() if run.started_at else None,
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "note": honesty(run),
    }


def track_as_json(result: TrackResult, spaces: Iterable[SpaceResult]) -> dict[str, object]:
    """Give one track's figures; intervals are 95 %, `n` counts prompts."""
    return {
        "track_id": result.track_id,
        "title": result.track.display_title,
        "spaces_surfaced": result.spaces_surfaced,
        "reach": _interval(result.reach, result.reach_low, result.reach_high, result.prompt_count),
        "saves_per_10000_prompts": _interval(
            result.saves, result.saves_low, result.saves_high, result.prompt_count
        ),
        "parameter_share_of_uncertainty": result.parameter_share,
        "funnel_per_10000_prompts": result.funnel,
        "sensitivity": [
            {"parameter": name, "saves_at_10_percent": low, "saves_at_90_percent": high}
            for name, low, high in result.sensitivity
        ],
        "spaces": [space_as_json(row) for row in spaces],
    }


def space_as_json(row: SpaceResult) -> dict[str, object]:
    """Give one track's figures in one space."""
    return {
        "space": row.space.slug,
        "name": row.space.name,
        "size": row.space.size,
        "surfacing_rate": _interval(row.rate, row.rate_low, row.rate_high, row.prompt_count),
        "surfaced": row.surfaced,
        "near": row.near,
        "best_rank": row.best_rank,
        "median_rank": row.median_rank,
        "mean_rank": row.mean_rank,
        "exposure_share": _interval(
            row.exposure, row.exposure_low or 0.0, row.exposure_high or 0.0, row.prompt_count
        )
        if row.exposure is not None
        else None,
        "rank_bands": {
            f"{low}-{high}": number
            for (low, high), number in zip(RANK_BANDS, row.rank_bands, strict=True)
        },
        "conversion": _interval(
            row.conversion, row.conversion_low or 0.0, row.conversion_high or 0.0, row.surfaced
        )
        if row.conversion is not None
        else None,
        "missing": [f"{facet}/{slug}" for facet, slug in row.missing],
        "example_prompt": row.example,
    }


def _interval(estimate: float, low: float, high: float, n: int) -> dict[str, float | int]:
    return {"estimate": estimate, "low": low, "high": high, "n": n}


def harmless(cell: object) -> object:
    """Keep spreadsheets from taking a text for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
