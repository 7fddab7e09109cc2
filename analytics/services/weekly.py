"""The weekly look at fairness: the newest simulation once more, with the catalog as it is now."""

from datetime import datetime

from analytics.models import SimulationRun
from analytics.services.approaches import start_like
from analytics.services.fairness import due_workspaces
from analytics.services.runs import SimulationRefused


def start_weekly_runs(*, now: datetime | None = None) -> list[SimulationRun]:
    """Start what is due, each with the sizes, market, prompts, seed and approach of the run before.

    A workspace whose run cannot start (all tracks opted out meanwhile) is left for the next day.
    """
    started = []
    for last in due_workspaces(now=now):
        try:
            started.append(start_like(last))
        except SimulationRefused:
            continue
    return started
