"""What simulations run on: lists, sizes and markets, from file to run."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from analytics.domain.prompt_space import OWN_SPACE
from analytics.material_files import MaterialRefused
from analytics.models import (
    FairnessLedger,
    Market,
    PromptList,
    PromptSpace,
    SimulationFile,
    SizePrior,
    SpaceResult,
    TrackResult,
)
from analytics.reference import grammar
from analytics.services import simulation_files, space_sizes
from analytics.services.markets import MarketRefused, delete_market
from analytics.services.runs import start_run
from analytics.services.space_sizes import SizesRefused
from catalog.access import Access
from catalog.models import ChangeSet, Track, Workspace
from catalog.roles import Role
from catalog.services.ledger import change_set
from prompts.domain.lexicon import Term
from prompts.lexicon import default_lexicon
from prompts.models import BlockedTerm, Prompt
from tests.factories import member
from tests.services.analytics.conftest import SIZES, perform_all

pytestmark = [pytest.mark.django_db, pytest.mark.services]

Status = SimulationFile.Status
PROMPTS = (
    "Query,Times\n"
    "calm piano for studying,50\n"
    '"Calm piano, for studying!",10\n'
    "something my gran would hum,40\n"
    ",3\n"
    "dark techno,-4\n"
    "songs about zorblax,9\n"
)


@pytest.fixture
def access(workspace: Workspace) -> Access:
    return member(workspace, Role.OWNER)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation_files.current_app, "send_task", lambda *args, **kwargs: None)


def read(
    access: Access, content: str, *, kind: str = "prompts", name: str = "a.csv"
) -> SimulationFile:
    found = simulation_files.receive_file(
        workspace=access.workspace,
        by=access.user,
        kind=kind,
        upload=SimpleUploadedFile(name, content.encode()),
    )
    simulation_files.read_file(file_id=found.pk)
    found.refresh_from_db()
    return found


@pytest.fixture
def taken(access: Access) -> Callable[..., PromptList | Market]:
    def take(content: str, *, kind: str = "prompts", name: str = "a.csv") -> PromptList | Market:
        found = read(access, content, kind=kind, name=name)
        return simulation_files.take_in(found=found, by=access.user, name="Mine")

    return take


def market_rows(count: int) -> str:
    return "\n".join(["track id,genre,mood", *(f"{number},rock,calm" for number in range(count))])


def test_a_list_is_judged_row_by_row_and_nothing_is_used_before_someone_says_so(
    access: Access, workspace: Workspace
) -> None:
    BlockedTerm.objects.create(workspace=workspace, term="Zorblax")
    found = read(access, PROMPTS)

    assert found.status == Status.READY
    assert (found.row_count, found.good_count, found.bad_count, found.merged_count) == (6, 2, 3, 1)
    assert {row for row, _, left_out in found.remarks if left_out} == {5, 6, 7}
    assert found.findings["asked"] == 100
    assert not PromptList.objects.exists()

    made = simulation_files.take_in(found=found, by=access.user, name="Searches")
    assert isinstance(made, PromptList)
    assert (made.prompt_count, made.asked_count) == (2, 100)
    assert made.space_counts[OWN_SPACE] == [1, 40]
    found.refresh_from_db()
    assert (found.status, found.result) == (Status.DONE, None)


def test_the_same_prompts_are_not_kept_twice(
    access: Access, taken: Callable[..., PromptList | Market]
) -> None:
    taken("prompt,count\ncalm piano,1\nrock,2\n")
    with pytest.raises(MaterialRefused, match="here already, as Mine"):
        taken("prompt,count\nrock,2\ncalm piano,1\n")


def test_what_was_asked_here_becomes_a_list(access: Access, workspace: Workspace) -> None:
    with pytest.raises(MaterialRefused, match="no prompt to take"):
        simulation_files.list_asked_prompts(access=access)
    Prompt.objects.create(
        workspace=workspace, asked_by=access.user, text="rainy jazz", times_asked=4
    )
    found = simulation_files.list_asked_prompts(access=access)
    simulation_files.read_file(file_id=found.pk)
    found.refresh_from_db()
    assert (found.good_count, found.findings["asked"]) == (1, 4)


def test_a_dropped_file_leaves_nothing_behind(
    access: Access, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    found = read(access, PROMPTS)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context
        assert simulation_files.drop_file(found=found)
    assert not default_storage.exists(found.storage_name)
    with pytest.raises(MaterialRefused, match="settled"):
        simulation_files.take_in(found=found, by=None, name="Late")


def test_a_simulation_asks_the_list_and_uses_the_sizes_of_then(
    workspace: Workspace, access: Access, taken: Callable[..., PromptList | Market]
) -> None:
    stated = space_sizes.stated_sizes()
    slug = max(stated, key=lambda name: stated[name])
    largest = next(space for space in grammar().spaces if space.slug == slug)
    wish = " ".join(default_lexicon().label(Term(*term)) for term in largest.wants)
    prompts = taken(f"prompt,count\n{wish} zorblax,60\nwhat my gran would hum,40\n")
    assert isinstance(prompts, PromptList)
    assert prompts.space_counts[slug] == [1, 60]
    space_sizes.set_sizes(workspace=workspace, by=access.user, per_10000={slug: 2_000}, based_on=0)
    run = start_run(workspace=workspace, by=None, queue=False, prompt_list=prompts, **SIZES)
    perform_all(run)
    run.refresh_from_db()

    assert run.status == "done"
    assert run.bank.listed_count == prompts.prompt_count
    assert run.bank.prompt_count == SIZES["prompts"] + prompts.prompt_count
    spaces = {space.slug: space for space in PromptSpace.objects.filter(bank=run.bank)}
    assert sum(space.size for space in spaces.values()) == pytest.approx(1)
    own = spaces[OWN_SPACE]
    assert own.name == "Own prompts"
    assert own.prompt_count == 1
    assert own.size == pytest.approx(0.4)
    # A size set by hand shares the whole with the group of own prompts.
    kept = [space.size for name, space in spaces.items() if name != OWN_SPACE]
    assert spaces[slug].size == max(kept)
    assert FairnessLedger.objects.get(run=run).prompt_count == run.bank.prompt_count
    with pytest.raises(MaterialRefused, match="simulations asked"):
        simulation_files.delete_list(prompt_list=prompts)


def test_sizes_are_set_undone_and_reset_and_say_who(workspace: Workspace, access: Access) -> None:
    stated = space_sizes.stated_sizes()
    first, second = list(stated)[:2]

    def now() -> dict[str, float]:
        return space_sizes.sizes_now(space_sizes.current_prior(workspace))

    def change(slug: str, size: float, based_on: int) -> SizePrior:
        return space_sizes.set_sizes(
            workspace=workspace, by=access.user, per_10000={slug: size}, based_on=based_on
        )

    one = change(first, 500, 0)
    assert (one.created_by, one.changes) == (access.user, [[first, stated[first], 0.05]])
    change(second, 300, 1)
    assert now()[first] == pytest.approx(0.05)
    with pytest.raises(SizesRefused, match="Somebody changed"):
        change(first, 100, 1)
    space_sizes.undo_sizes(workspace=workspace, by=None, based_on=2)
    assert now()[second] == pytest.approx(stated[second] * 0.95 / (1 - stated[first]))
    space_sizes.undo_sizes(workspace=workspace, by=None, based_on=3)
    assert now() == stated
    with pytest.raises(SizesRefused, match="nothing left to undo"):
        space_sizes.undo_sizes(workspace=workspace, by=None, based_on=4)
    change(first, 400, 4)
    space_sizes.reset_sizes(workspace=workspace, by=None, based_on=5)
    assert space_sizes.used_prior(workspace) is None
    space_sizes.undo_sizes(workspace=workspace, by=None, based_on=6)
    assert now()[first] == pytest.approx(0.04)


def test_an_imported_market_is_competed_with_and_stays_while_a_run_needs_it(
    workspace: Workspace, taken: Callable[..., PromptList | Market]
) -> None:
    market = taken(market_rows(40), kind="market")
    assert isinstance(market, Market)
    assert market.findings["tags_understood"] == 80
    run = start_run(workspace=workspace, by=None, queue=False, market=market, **SIZES)
    perform_all(run)
    run.refresh_from_db()
    assert run.status == "done"
    assert FairnessLedger.objects.get(run=run).track_count == 43
    assert FairnessLedger.objects.get(run=run).tail_by == "artist"
    # Forty calm rock tracks leave the places for calm piano to us.
    assert SpaceResult.objects.filter(run=run, track__title="Nocturne", best_rank=1).exists()
    with pytest.raises(MarketRefused, match="1 simulation used it"):
        delete_market(market=market)
    with pytest.raises(MarketRefused, match="here already"):
        taken(market_rows(40), kind="market", name="b.csv")


def test_a_market_too_small_is_refused(taken: Callable[..., PromptList | Market]) -> None:
    with pytest.raises(MaterialRefused, match="at least 20 tracks"):
        taken(market_rows(5), kind="market")


def test_ones_own_catalog_is_a_market_without_tracks_that_opted_out(workspace: Workspace) -> None:
    with change_set(
        workspace=workspace, actor=None, source=ChangeSet.Source.SYSTEM, reason="Opt out"
    ) as ledger:
        ledger.put(Track.objects.get(title="Hammer"), opt_out_simulation=True)
    run = start_run(workspace=workspace, by=None, queue=False, own_market=True, **SIZES)
    perform_all(run)
    run.refresh_from_db()
    assert run.status == "done"
    assert (run.market.kind, run.market.track_count) == ("own", 2)
    assert FairnessLedger.objects.get(run=run).track_count == 2
    results = TrackResult.objects.filter(run=run).select_related("track")
    assert {result.track.title for result in results} == {"Nocturne", "Bare"}
    assert next(result for result in results if result.track.title == "Nocturne").reach > 0.2


def test_a_broken_file_is_refused_in_words(access: Access) -> None:
    assert "No heading names" in read(access, "some,other,columns\n1,2,3\n").error
    assert "no JSON" in read(access, "[1, 2", name="x.json").error
    assert "No column holds tags" in read(access, "song,bpm\nA,100\n", kind="market").error
    with pytest.raises(MaterialRefused, match="empty"):
        read(access, "")


def test_json_with_counts_is_a_list(access: Access) -> None:
    found = read(access, json.dumps([{"prompt": "rainy jazz", "count": 3}]), name="x.json")
    assert (found.status, found.good_count) == (Status.READY, 1)


def test_the_command_reads_a_market_and_keeps_it_only_when_told(
    workspace: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "market.csv"
    file.write_text(market_rows(25))
    out = StringIO()
    call_command("import_market", str(file), workspace=workspace.slug, json=True, stdout=out)
    said = json.loads(out.getvalue())
    assert (said["good"], said["kept_as"]) == (25, None)
    assert not Market.objects.filter(kind="imported").exists()

    call_command("import_market", str(file), workspace=workspace.slug, apply=True, stdout=out)
    assert Market.objects.imported().get().track_count == 25
