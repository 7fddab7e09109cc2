"""`manage.py simulate`: one run here and now, as words or as one JSON object."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from analytics.models import SimulationRun
from catalog.models import Workspace
from tests.factories import WorkspaceFactory

pytestmark = [pytest.mark.django_db, pytest.mark.services]

SIZES = {"prompts": 1_300, "market_size": 1_500, "seed": 5}


def simulate(workspace: Workspace, **options: object) -> str:
    out = StringIO()
    call_command("simulate", workspace=workspace.slug, stdout=out, **{**SIZES, **options})
    return out.getvalue()


def test_json_gives_rate_rank_and_conversion_with_interval_per_track_and_space(
    workspace: Workspace,
) -> None:
    found = json.loads(simulate(workspace, json=True))
    assert (found["kind"], found["prompts"], found["market_tracks"]) == ("simulated", 1300, 1500)
    by_title = {track["title"]: track for track in found["results"]}
    assert set(by_title) == {"Nocturne", "Hammer", "Bare"}
    space = by_title["Nocturne"]["spaces"][0]
    for figure in (space["surfacing_rate"], space["conversion"]):
        assert figure["low"] <= figure["estimate"] <= figure["high"]
        assert figure["n"] > 0
    assert 1 <= space["median_rank"] <= 20


def test_the_same_seed_prints_the_same_figures(workspace: Workspace) -> None:
    one, other = (
        json.loads(simulate(workspace, json=True)),
        json.loads(simulate(workspace, json=True)),
    )
    assert one["results"] == other["results"]


def test_words_end_with_the_honest_line(workspace: Workspace) -> None:
    lines = simulate(workspace).strip().splitlines()
    assert "not a measurement of a streaming service" in lines[-1]
    assert any("Nocturne" in line and "spaces" in line for line in lines)


def test_a_mistake_is_one_sentence_and_leaves_no_run_behind(workspace: Workspace) -> None:
    with pytest.raises(CommandError, match="no workspace called nowhere"):
        call_command("simulate", workspace="nowhere")
    with pytest.raises(CommandError, match="10 to 40,000 prompts"):
        simulate(workspace, prompts=2)
    with pytest.raises(CommandError, match="no track to simulate"):
        simulate(WorkspaceFactory())
    assert not SimulationRun.objects.unfinished().exists()
