"""Every route against every kind of person; the list of routes comes from the URL resolver."""

import io
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from PIL import Image

from analysis.models import AnalysisRun, Duplicate, Suggestion, Waveform
from analytics.models import (
    Campaign,
    CampaignLink,
    EventImport,
    Experiment,
    MoneyRate,
    PromptList,
    PromptSpace,
    SimulationFile,
    SimulationRun,
)
from analytics.prompt_lists import packed_prompts
from analytics.services.campaigns import Plan, add_link, plan_campaign
from analytics.services.experiments import make_experiment
from catalog.access import Access
from catalog.domain.bulk import Operation, read_operations
from catalog.domain.changes import Change
from catalog.models import (
    Artist,
    Artwork,
    AudioFile,
    BulkEdit,
    ChangeRequest,
    ChangeSet,
    Description,
    Invitation,
    Membership,
    Recipe,
    Release,
    Remark,
    SavedView,
    TableExport,
    TableImport,
    Track,
    Upload,
    Workspace,
)
from catalog.roles import Role
from catalog.services.artwork import store_artwork
from catalog.services.asking import request_changes
from catalog.services.bulk import start_bulk
from catalog.services.descriptions import Slot, save_text
from catalog.services.exporting import start_export
from catalog.services.imports.running import receive_table, start_check
from catalog.services.recipes import save_recipe
from catalog.services.uploads import Announced, announce
from catalog.services.views import save_view
from catalog.services.workspaces import invite
from prompts.conversations import start_conversation
from prompts.models import Conversation, PromptPack
from prompts.packs import save_pack
from tests.factories import (
    WorkspaceFactory,
    make_audio_file,
    make_release,
    make_track,
    member,
)
from tests.services.studio.isolation_entries import Entry
from tests.services.studio.isolation_matrix import MATRIX, OUTSIDE
from tests.simulations import make_finished_run

pytestmark = pytest.mark.django_db

ACTORS = ("owner", "manager", "editor", "artist", "viewer", "stranger", "removed", "nobody")
ORDER = list(Role)


@dataclass
class World:
    """A workspace with one of everything, and the people around it."""

    workspace: Workspace
    people: dict[str, Access]
    track: Track
    release: Release
    artist: Artist
    audio: AudioFile
    artwork: Artwork
    change_set: ChangeSet
    invitation: Invitation
    viewer_membership: Membership
    space: PromptSpace
    suggestion: Suggestion
    duplicate: Duplicate
    simulation: SimulationRun
    run: AnalysisRun
    upload: Upload
    event_file: EventImport
    simulation_file: SimulationFile
    prompt_list: PromptList
    experiment: Experiment
    money_rate: MoneyRate
    campaign: Campaign
    campaign_link: CampaignLink
    table_import: TableImport
    table_export: TableExport
    change_request: ChangeRequest
    conversation: Conversation
    prompt_pack: PromptPack
    description: Description
    remark: Remark
    saved_view: SavedView
    bulk_edit: BulkEdit
    recipe: Recipe


@pytest.fixture
def world() -> World:
    return make_world()


def make_world() -> World:
    workspace = WorkspaceFactory()
    people = {role.value: member(workspace, role) for role in Role}
    stranger_home = WorkspaceFactory()
    people["stranger"] = member(stranger_home, Role.OWNER)
    removed = member(workspace, Role.OWNER)
    Membership.objects.filter(workspace=workspace, user=removed.user).delete()
    people["removed"] = removed
    name = default_storage.save("originals/isolation", ContentFile(b"RIFFdata"))
    audio = AudioFile.objects.create(
        workspace=workspace,
        sha256="0" * 64,
        byte_size=8,
        storage_name=name,
        original_name="x.wav",
        container="wav",
    )
    release = make_release(workspace, title="First Light")
    track = make_track(workspace, title="Secret", artist="Ada", audio=audio.pk)
    invitation, _ = invite(access=people["owner"], email="new@example.org", role=Role.VIEWER)
    simulation = make_finished_run(workspace)
    description = save_text(
        access=people["owner"], track=track, slot=Slot(), text="Secret words", row_version=0
    ).description
    campaign = plan_campaign(
        access=people["owner"],
        plan=Plan("Spring", timezone.localdate(), timezone.localdate(), [track]),
    )
    return World(
        workspace=workspace,
        people=people,
        track=track,
        release=release,
        artist=track.artists.get(),
        audio=audio,
        artwork=_picture(workspace),
        change_set=ChangeSet.objects.filter(workspace=workspace).first(),
        invitation=invitation,
        viewer_membership=Membership.objects.get(workspace=workspace, role=Role.VIEWER),
        space=simulation.bank.spaces.get(),
        simulation=simulation,
        suggestion=_suggestion(track),
        description=description,
        remark=Remark.objects.create(
            workspace=workspace, description=description, author=people["owner"].user, body="Why?"
        ),
        duplicate=_duplicate(track),
        run=_analysed(audio),
        upload=_upload(people["owner"]),
        event_file=_event_file(workspace),
        simulation_file=_simulation_file(workspace),
        prompt_list=PromptList.objects.create(
            workspace=workspace,
            name="Searches",
            version="1",
            source="searches.csv",
            prompt_count=1,
            asked_count=7,
            space_counts={"own-prompts": [1, 7]},
            content=packed_prompts([("secret song", 7, "own-prompts")]),
        ),
        experiment=make_experiment(
            access=people["owner"], track=track, name="Two", texts=["Calm piano", "Soft piano"]
        ),
        campaign=campaign,
        campaign_link=add_link(
            access=people["owner"],
            campaign=campaign,
            label="Bio",
            target_url="https://example.org/",
        ),
        money_rate=MoneyRate.objects.create(
            workspace=workspace, currency="EUR", per_save=1, origin="Guess"
        ),
        table_import=_table_import(people["owner"]),
        table_export=start_export(
            access=people["owner"],
            tracks=Track.objects.filter(pk=track.pk),
            columns=["title"],
            form="csv",
        ),
        change_request=request_changes(
            [Change("track", track.pk, "title", "Secret", "Open", "Secret")],
            access=people["owner"],
            reason="Rename",
            source="typed",
        ),
        prompt_pack=save_pack(access=people["owner"], name="Jazz", sponsor="", text="calm jazz"),
        conversation=start_conversation(access=people["owner"], text="jazz"),
        saved_view=save_view(access=people["owner"], name="Mine", settings={}, is_shared=True),
        bulk_edit=start_bulk(
            access=people["owner"], selection={"ids": [track.pk]}, operations=_operations()
        ),
        recipe=save_recipe(access=people["owner"], name="Tidy", query={}, operations=_operations()),
    )


def _event_file(workspace: Workspace) -> EventImport:
    """A checked file of real events."""
    name = default_storage.save("observed/isolation", ContentFile(b"Date,ISRC,Saves\n"))
    return EventImport.objects.create(
        workspace=workspace,
        file_name="events.csv",
        sha256="1" * 64,
        byte_size=16,
        storage_name=name,
        status=EventImport.Status.READY,
    )


def _simulation_file(workspace: Workspace) -> SimulationFile:
    """A list of prompts that was read."""
    name = default_storage.save("simulation/isolation", ContentFile(b"prompt\n"))
    return SimulationFile.objects.create(
        workspace=workspace,
        kind=SimulationFile.Kind.PROMPTS,
        file_name="searches.csv",
        sha256="2" * 64,
        byte_size=7,
        storage_name=name,
        status=SimulationFile.Status.READY,
    )


def _table_import(access: Access) -> TableImport:
    """A table that the owner had checked."""
    run = receive_table(access=access, name="TENANT.csv", data=b"title,artist\nSecret,Ada\n")
    start_check(run, {})
    run.refresh_from_db()
    return run


def _operations() -> list[Operation]:
    return read_operations([{"column": "notes", "action": "set", "text": "Seen"}])


def _upload(access: Access) -> Upload:
    """A file that the owner is sending."""
    (upload,) = announce(access=access, files=[Announced("x.wav", 8)], batch=uuid.uuid4())
    assert isinstance(upload, Upload)
    return upload


def _suggestion(track: Track) -> Suggestion:
    return Suggestion.objects.create(
        workspace=track.workspace,
        track=track,
        facet="instrument",
        term="piano",
        label="Piano",
        confidence=0.8,
        reason="Heard in the master.",
        evidence_key="isolation",
    )


def _duplicate(track: Track) -> Duplicate:
    other_audio = make_audio_file(track.workspace, b"another copy")
    other = make_track(track.workspace, title="Secret too", audio=other_audio.pk)
    return Duplicate.objects.create(
        workspace=track.workspace,
        one=track,
        other=other,
        one_audio=track.audio,
        other_audio=other_audio,
        offset_s=0.0,
        overlap_s=60.0,
        difference=0.02,
    )


def _analysed(audio: AudioFile) -> AnalysisRun:
    run = AnalysisRun.objects.create(
        workspace=audio.workspace,
        audio=audio,
        extractor="studio",
        extractor_version="1",
        status="done",
    )
    Waveform.objects.create(workspace=audio.workspace, run=run, peaks=b"\x00\x01")
    return run


def _picture(workspace: Workspace) -> Artwork:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(buffer, "PNG")
    return store_artwork(workspace=workspace, data=buffer.getvalue())


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every named route, as (view name, path)."""
    resolver = resolver or get_resolver()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            namespace = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from routes(pattern, namespace)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}", str(pattern.pattern)


def test_every_route_has_an_entry() -> None:
    names = {name for name, _ in routes()}
    unnamed = sorted(path for name, path in routes() if name.endswith("None"))
    assert unnamed == []
    missing = sorted(name for name in names if name not in MATRIX and not name.startswith(OUTSIDE))
    assert missing == []
    assert sorted(set(MATRIX) - names) == []


def test_the_walk_sees_a_known_route() -> None:
    assert ("catalog:track_detail", "tracks/<int:track_id>/") in set(routes())


@pytest.mark.parametrize("name", sorted(MATRIX))
def test_each_person_gets_what_the_matrix_says(name: str) -> None:
    entry = MATRIX[name]
    world = make_world()
    entry.about(world)
    for actor in ACTORS:
        # What one person's request writes or removes is there again for the next.
        with transaction.atomic():
            status = ask(world, actor, name, entry)
            transaction.set_rollback(True)
        assert verdict(status, name) == expected(actor, entry), f"{actor} got {status} at {name}"


@pytest.mark.parametrize(
    "name", sorted(name for name in MATRIX if MATRIX[name].about is not Entry().about)
)
def test_an_object_of_another_workspace_is_not_found_through_ones_own(name: str) -> None:
    entry = MATRIX[name]
    here, there = make_world(), make_world()
    kwargs = entry.about(there)
    client = Client()
    client.force_login(here.people["owner"].user)
    address = reverse(name, kwargs={"workspace": here.workspace.slug, **entry.words, **kwargs})
    response = client.generic(entry.method.upper(), address)
    assert response.status_code == 404


def ask(world: World, actor: str, name: str, entry: Entry) -> int:
    client = Client()
    if actor != "nobody":
        client.force_login(world.people[actor].user)
    kwargs = {"workspace": world.workspace.slug, **entry.words, **entry.about(world)}
    address = reverse(name, kwargs=kwargs)
    send: Any = getattr(client, entry.method)
    response = send(address, dict(entry.data))
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return 401
    status: int = response.status_code
    return status


def verdict(status: int, name: str) -> str:
    """Sort an answer; anything but a clean refusal or an answer is a fault."""
    assert status < 500, f"{name} failed with {status}"
    return {401: "sign in", 403: "refused", 404: "not found"}.get(status, "let in")


def expected(actor: str, entry: Entry) -> str:
    if actor == "nobody":
        return "sign in"
    if actor in ("stranger", "removed"):
        return "not found"
    if ORDER.index(Role(actor)) < ORDER.index(entry.needs):
        return "refused"
    if (actor == "artist" and not entry.artist_sees) or (
        actor == "editor" and not entry.editor_sees
    ):
        return "not found"
    return "let in"
