"""The prompt box against the real database: what is found, for whom, and why."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from catalog.access import Access
from catalog.models import Artist, Workspace
from catalog.roles import Role
from prompts.models import Prompt
from prompts.retrieval import ask
from tests.factories import UserFactory, WorkspaceFactory, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    workspace: Workspace = WorkspaceFactory()
    make_track(
        workspace,
        title="Neon Tide",
        artist="Ada",
        genre=["synthwave"],
        vocals=["instrumental"],
        tempo_bpm=96,
    )
    make_track(
        workspace, title="Carnival", artist="Bo", genre=["salsa"], instrument=["congas"],
        vocals=["heavy-vocals"], tempo_bpm=120,
    )  # fmt: skip
    make_track(
        workspace, title="Costa", artist="Cy", genre=["latin"], instrument=["bongos"],
        vocals=["light-vocals"], tempo_bpm=126,
    )  # fmt: skip
    make_track(workspace, title="Ribera", artist="Di", instrument=["congas"], tempo_bpm=104)
    workspace.refresh_from_db()
    return workspace


def owner_of(workspace: Workspace) -> Access:
    return member(workspace, Role.OWNER)


def titles(text: str, access: Access, **options: Any) -> list[str]:
    access.workspace.refresh_from_db()
    return [r.document.title for r in ask(text, access=access, **options).results]


def page(access: Access, **query: Any) -> str:
    return answer_of(signed_in(access), access, **query)


def signed_in(access: Access) -> Client:
    client = Client()
    client.force_login(access.user)
    return client


def answer_of(client: Client, access: Access, **query: Any) -> str:
    response = client.get(reverse("prompts:box", args=[access.workspace.slug]), query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_vocal_heavy_track_is_out_and_the_rest_rises_in_tempo(workspace: Workspace) -> None:
    prompt = "sunset run with Latin percussion but no heavy vocals"
    assert titles(prompt, owner_of(workspace)) == ["Ribera", "Costa"]


def test_a_landed_change_set_shows_in_the_very_next_prompt(workspace: Workspace) -> None:
    access = owner_of(workspace)
    assert titles("synthwave", access) == ["Neon Tide"]
    make_track(workspace, title="Second Sun", artist="Eve", genre=["synthwave"])
    assert sorted(titles("synthwave", access)) == ["Neon Tide", "Second Sun"]


def test_opted_out_tracks_never_come(workspace: Workspace) -> None:
    make_track(workspace, title="Private", genre=["synthwave"], opt_out_simulation=True)
    access = owner_of(workspace)
    access.workspace.refresh_from_db()
    answer = ask("synthwave", access=access)
    assert [r.document.title for r in answer.results] == ["Neon Tide"]
    assert answer.opted_out == 1


def test_an_artist_finds_only_their_own(workspace: Workspace) -> None:
    cy = Artist.objects.get(workspace=workspace, name="Cy")
    artist = Access(UserFactory(), workspace, Role.ARTIST, frozenset({cy.pk}))
    assert titles("latin with congas", artist) == ["Costa"]


def test_the_page_shows_chips_reasons_and_what_was_removed(workspace: Workspace) -> None:
    html = page(owner_of(workspace), q="latin music but no heavy vocals, wibble")
    assert "without" in html
    assert "Removed 1 track." in html
    assert "Not understood, and in no title, name or description." in html
    assert "Costa" in html
    assert "Carnival" not in html


def test_a_removed_chip_no_longer_removes_anything(workspace: Workspace) -> None:
    html = page(
        owner_of(workspace), q="latin but no heavy vocals", drop="excluded:vocals:heavy-vocals"
    )
    assert "Carnival" in html


def test_nothing_left_names_the_constraint_that_did_it(workspace: Workspace) -> None:
    html = page(owner_of(workspace), q="synthwave over 200 BPM")
    assert "No track fits" in html
    assert "200 BPM or faster" in html


def test_an_empty_workspace_says_so() -> None:
    html = page(owner_of(WorkspaceFactory()), q="jazz")
    assert "No tracks to ask" in html


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000,
        "lofi " * 2_000,
        "🎧🔥🎷",
        "موسيقى هادئة للنوم",
        "'; DROP TABLE catalog_track; --",
        "the of and to",
        "etwas Ruhiges zum Einschlafen ohne Gesang",
        "a\x00b",
        "<script>alert(1)</script>",
    ],
)
def test_hostile_prompts_get_an_answer(workspace: Workspace, text: str) -> None:
    html = page(owner_of(workspace), q=text)
    assert "What was understood" in html
    assert "<script>alert" not in html


def test_a_page_needs_few_queries(workspace: Workspace, django_assert_max_num_queries: Any) -> None:
    access = owner_of(workspace)
    client = signed_in(access)
    answer_of(client, access, q="latin")
    with django_assert_max_num_queries(13):  # two of them look for blocked terms
        answer_of(client, access, q="latin")
    make_track(workspace, title="New", genre=["latin"])
    with django_assert_max_num_queries(20):  # once after a change, the changed track is read
        assert "New" in answer_of(client, access, q="latin")


def test_a_prompt_is_remembered_once_a_person(workspace: Workspace) -> None:
    access = owner_of(workspace)
    page(access, q="latin")
    page(access, q="latin")
    remembered = Prompt.objects.get(workspace=workspace)
    assert (remembered.text, remembered.times_asked, remembered.result_count) == ("latin", 2, 2)


def test_the_command_prints_intent_fates_and_parts_that_sum_up(workspace: Workspace) -> None:
    owner_of(workspace)
    out = StringIO()
    call_command(
        "prompt",
        "latin percussion, no heavy vocals",
        workspace=workspace.slug,
        json=True,
        stdout=out,
    )
    answer = json.loads(out.getvalue())
    assert [chip["label"] for chip in answer["intent"]] == ["Latin percussion", "Heavy vocals"]
    assert answer["constraints"][1]["removed"] == 1
    assert answer["latency_ms"] > 0
    for track in answer["tracks"]:
        assert sum(part["value"] for part in track["parts"]) == pytest.approx(
            track["score"], abs=2e-3
        )


def test_an_approach_that_cannot_answer_says_why(workspace: Workspace) -> None:
    owner_of(workspace)
    with pytest.raises(CommandError, match="listening events"):
        call_command("prompt", "latin", workspace=workspace.slug, approach="collaborative")
    with pytest.raises(CommandError, match="no approach called"):
        call_command("prompt", "latin", workspace=workspace.slug, approach="psychic")


def test_a_count_and_a_running_time_cut_the_list(workspace: Workspace) -> None:
    access = owner_of(workspace)
    assert len(titles("2 songs with percussion", access)) == 2
    assert len(titles("ten minutes of percussion", access)) == 3
    assert len(titles("six minutes of percussion", access)) == 2


def test_novelty_says_that_nothing_was_played_yet(workspace: Workspace) -> None:
    text = page(owner_of(workspace), q="percussion, surprise me")
    assert "nobody has listened to anything here yet" in text


def test_a_soft_number_costs_points_and_removes_nothing(workspace: Workspace) -> None:
    access = owner_of(workspace)
    answer = ask("percussion, ideally over 125 bpm", access=access)
    assert {r.document.title for r in answer.results} == {"Carnival", "Costa", "Ribera"}
    costs = {r.document.title: [part.label for part in r.costs] for r in answer.results}
    assert "125 BPM or faster" not in costs["Costa"]
    assert "125 BPM or faster" in costs["Ribera"]
    for result in answer.results:
        assert sum(p.value for p in result.parts) == pytest.approx(result.score, abs=1e-3)


def test_limits_of_the_form_are_kept_to_and_their_cost_is_shown(workspace: Workspace) -> None:
    for number in range(4):
        make_track(workspace, title=f"Samba {number}", artist="Cy", instrument=["bongos"])
    text = page(owner_of(workspace), q="bongos", per_artist=1, tail=50)
    assert "Most by one artist" in text
    assert "the limits on popularity changed nothing" in text
    assert page(owner_of(workspace), q="bongos", novelty="x", per_label="-3")
