"""Simulate a workspace's surfacing from the command line, without a worker."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics import downloads, reports
from analytics.domain.charts import share
from analytics.domain.choice import Examination
from analytics.models import Market, PromptList, SimulationRun, SpaceResult, TrackResult
from analytics.models.runs import Status
from analytics.services import runs
from catalog.errors import StudioError
from catalog.models import Workspace
from prompts.approaches import APPROACHES


class Command(BaseCommand):
    """Run one simulation here and now and print its figures per track and space."""

    help = "Simulate in which prompt spaces the tracks of a workspace surface."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--prompts", type=int, default=runs.DEFAULT_PROMPTS, metavar="N")
        parser.add_argument(
            "--market-size", type=int, default=runs.DEFAULT_MARKET_TRACKS, metavar="N"
        )
        parser.add_argument("--seed", type=int, default=runs.DEFAULT_SEED, metavar="N")
        parser.add_argument(
            "--examination",
            choices=[way.value for way in Examination],
            default=runs.DEFAULT_EXAMINATION,
            help="how far down a list people look",
        )
        parser.add_argument(
            "--approach",
            choices=list(APPROACHES),
            default=runs.DEFAULT_APPROACH,
            help="how lists are made",
        )
        parser.add_argument(
            "--market",
            default="",
            metavar="ID",
            help="an imported one, or “own”",
        )
        parser.add_argument("--prompt-list", type=int, metavar="ID", help="real prompts to ask too")
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError(f"There is no workspace called {options['workspace']}.")
        market, prompt_list = _chosen(workspace, options["market"], options["prompt_list"])
        try:
            run = runs.start_run(
                workspace=workspace,
                by=None,
                prompts=options["prompts"],
                market_tracks=options["market_size"],
                seed=options["seed"],
                examination=options["examination"],
                market=market,
                own_market=options["market"] == "own",
                prompt_list=prompt_list,
                approach=options["approach"],
                queue=False,
            )
        except StudioError as error:
            raise CommandError(f"{error} {error.hint}".strip()) from error
        self._perform(run)
        run = SimulationRun.objects.select_related("bank", "market").get(pk=run.pk)
        if run.status != Status.DONE:
            raise CommandError(run.error or f"The simulation ended as {run.status}.")
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(run), ensure_ascii=False))
        else:
            self._print(run)

    def _perform(self, run: SimulationRun) -> None:
        shards = list(run.shards.values_list("pk", flat=True))
        try:
            for shard_id in shards:
                runs.perform_shard(shard_id=shard_id)
        except BaseException:
            runs.cancel_run(run=run)  # an unfinished run would keep others from starting
            raise

    def _print(self, run: SimulationRun) -> None:
        results = TrackResult.objects.filter(run=run).select_related("track")
        for result in results:
            self.stdout.write(
                f"{result.track.display_title}: {result.spaces_surfaced} spaces, "
                f"{share(result.reach)} of all prompts "
                f"({share(result.reach_low)} to {share(result.reach_high)})"
            )
            best = SpaceResult.objects.filter(run=run, track=result.track, surfaced__gt=0)
            for row in best.select_related("space")[:3]:
                self.stdout.write(
                    f"    {row.space.name}: {row.surfaced} of {row.prompt_count} prompts, "
                    f"place {row.median_rank:.0f}, simulated conversion "
                    f"{share(row.conversion or 0)} ({share(row.conversion_low or 0)} to "
                    f"{share(row.conversion_high or 0)}, n = {row.surfaced})"
                )
        self.stdout.write(reports.honesty(run))


def _chosen(
    workspace: Workspace, market: str, list_id: int | None
) -> tuple[Market | None, PromptList | None]:
    """The market and the list that were asked for, of this workspace."""
    found = chosen = None
    if market and market != "own":
        rows = Market.objects.filter(workspace=workspace).imported()
        found = rows.filter(pk=market).first() if market.isdecimal() else None
        if found is None:
            raise CommandError(f"There is no imported market {market}.")
    if list_id is not None:
        chosen = PromptList.objects.filter(workspace=workspace, pk=list_id).first()
        if chosen is None:
            raise CommandError(f"There is no list of prompts {list_id}.")
    return found, chosen


def _as_json(run: SimulationRun) -> dict[str, object]:
    by_track: dict[int, list[SpaceResult]] = {}
    rows = SpaceResult.objects.filter(run=run).select_related("space", "track")
    for row in rows:
        by_track.setdefault(row.track_id, []).append(row)
    results = TrackResult.objects.filter(run=run).select_related("track")
    return {
        **downloads.run_as_json(run),
        "results": [
            downloads.track_as_json(result, by_track.get(result.track_id, [])) for result in results
        ],
    }
