"""Finished simulations as rows, without simulating anything, for tests about something else."""

from django.utils import timezone

from analytics.fairness import GROUPINGS, TARGETS
from analytics.models import (
    FairnessLedger,
    Market,
    PromptBank,
    PromptSpace,
    SimulationRun,
    SpaceResult,
    SpaceStanding,
    TrackResult,
)
from analytics.models.fairness import Measure
from analytics.models.runs import Status
from analytics.snapshots import packed, snapshot_of
from catalog.models import Track, Workspace


def make_finished_run(workspace: Workspace) -> SimulationRun:
    """A run with one space, in which every track surfaces for 4 of 10 prompts."""
    bank = PromptBank.objects.create(
        workspace=workspace, grammar_version="test", seed=1, prompt_count=10, space_count=1
    )
    space = PromptSpace.objects.create(
        workspace=workspace,
        bank=bank,
        number=0,
        slug=f"calm-piano-{workspace.pk}",
        name="Calm piano",
        wants=[["mood", "calm"], ["instrument", "piano"]],
        size=1.0,
        size_origin="Test data.",
        prompt_count=10,
        examples=["calm piano"],
    )
    market = Market.objects.create(
        workspace=workspace, name="Test market", version="test", seed=1, track_count=20
    )
    tracks = list(Track.objects.filter(workspace=workspace).simulatable())
    run = SimulationRun.objects.create(
        workspace=workspace,
        bank=bank,
        market=market,
        seed=1,
        places=20,
        engine_version="test",
        choice_version="test",
        examination="geometric",
        status=Status.DONE,
        catalog_stamp=workspace.catalog_stamp,
        track_count=len(tracks),
        documents=packed(snapshot_of(workspace)),
        finished_at=timezone.now(),
        shown_at=timezone.now(),
    )
    TrackResult.objects.bulk_create(
        TrackResult(
            workspace=workspace,
            run=run,
            track=track,
            spaces_surfaced=1,
            reach=0.4,
            reach_low=0.17,
            reach_high=0.69,
            saves=12.0,
            saves_low=3.0,
            saves_high=40.0,
            prompt_count=10,
            parameter_share=0.9,
        )
        for track in tracks
    )
    SpaceResult.objects.bulk_create(
        SpaceResult(
            workspace=workspace,
            run=run,
            track=track,
            space=space,
            prompt_count=10,
            surfaced=4,
            near=2,
            rate_low=0.17,
            rate_high=0.69,
            best_rank=2,
            median_rank=5.5,
            median_near_rank=31.0,
            rank_bands=[1, 2, 1, 2, 0],
            relevance=0.9,
            short_by=0.05,
            conversion=0.003,
            conversion_low=0.0008,
            conversion_high=0.012,
            parameter_share=0.9,
            example="calm piano",
        )
        for track in tracks
    )
    SpaceStanding.objects.create(
        workspace=workspace,
        run=run,
        space=space,
        last_place_relevance=0.8,
        own_share=0.02,
        tracks_surfaced=len(tracks),
    )
    FairnessLedger.objects.create(
        workspace=workspace,
        run=run,
        prompt_count=10,
        track_count=20 + len(tracks),
        tail_by="popularity",
        figures={measure: [0.4, 0.3, 0.5] for measure in Measure.values},
        groups={name: [group("Some"), group("Others")] for name in GROUPINGS},
        boosts={
            name: [
                {"strength": 0.0, "exposure": [0.4, 0.3, 0.5], "lost": [0, 0, 0], "unsure": 0.0},
                {
                    "strength": 0.1,
                    "exposure": [0.5, 0.4, 0.6],
                    "lost": [0.1, 0, 0.2],
                    "unsure": 0.1,
                },
            ]
            for name in TARGETS
        },
    )
    return run


def group(name: str) -> dict[str, object]:
    """Half of all tracks with half of the exposure."""
    return {"name": name, "tracks": 10, "track_share": 0.5, "exposure": [0.5, 0.4, 0.6]}
