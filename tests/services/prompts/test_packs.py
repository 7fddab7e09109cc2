"""Prompt packs: versions, signed files between workspaces, blocked terms, agreement of wordings."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog.access import Access
from catalog.roles import Role
from prompts import conversations, packs
from prompts.blocking import PromptBlocked
from prompts.domain.packs import PackRefused, Template, read_templates, write_templates
from prompts.models import Prompt, PromptPack
from tests.factories import WorkspaceFactory, make_track, member

pytestmark = pytest.mark.django_db

TEXT = "{mood} {genre}\nmood: calm, dark\ngenre: jazz\n= {genre} that is {mood}\n\nhappy folk"


@pytest.fixture
def access() -> Access:
    workspace = WorkspaceFactory()
    make_track(workspace, title="One", artist="Ada", genre=["jazz"], mood=["calm"])
    make_track(workspace, title="Two", artist="Bo", genre=["jazz"], mood=["dark"])
    workspace.refresh_from_db()
    return member(workspace, Role.OWNER)


def signed_in(access: Access) -> Client:
    client = Client()
    client.force_login(access.user)
    return client


def saved(access: Access, text: str = TEXT) -> PromptPack:
    return packs.save_pack(access=access, name="Night jazz", sponsor="Acme", text=text)


def test_templates_are_filled_and_written_as_they_were_read() -> None:
    templates = read_templates(TEXT)
    assert list(templates[0].prompts()) == ["calm jazz", "dark jazz"]
    assert list(templates[0].paraphrases())[1] == ("dark jazz", "jazz that is dark")
    assert read_templates(write_templates(templates)) == templates


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("", "at least one template"),
        ("{mood} jazz", "Nothing fills {mood}"),
        ("calm jazz\n= {mood} jazz", "which the template has not"),
        ("calm jazz\nwhat is this", "neither"),
    ],
)
def test_a_template_that_cannot_be_filled_is_refused_with_advice(text: str, advice: str) -> None:
    with pytest.raises(PackRefused, match=advice):
        read_templates(text)


def test_an_edit_is_a_new_version(access: Access) -> None:
    assert [saved(access).version, saved(access).version] == [1, 2]
    assert PromptPack.objects.count() == 2


def test_a_signed_file_goes_from_one_workspace_to_another(access: Access) -> None:
    name, data = packs.export_pack(access=access, pack_id=saved(access).pk)
    assert name == "night-jazz-1.pack.json"
    other = member(WorkspaceFactory(), Role.OWNER)
    taken = packs.import_pack(access=other, data=data)
    again = packs.import_pack(access=other, data=data)
    assert taken.pk == again.pk
    assert (taken.owner, taken.sponsor) == (access.workspace.name, "Acme")
    assert taken.signed_by
    assert packs.content_of(taken).templates[0].text == "{mood} {genre}"


@pytest.mark.parametrize("part", ["name", "sponsor", "owner"])
def test_a_file_changed_after_signing_is_refused(access: Access, part: str) -> None:
    _, data = packs.export_pack(access=access, pack_id=saved(access).pk)
    body = json.loads(data)
    body["pack"][part] = "Somebody else"
    with pytest.raises(PackRefused, match="changed after it was signed"):
        packs.import_pack(access=access, data=json.dumps(body).encode())


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff\xfe", b'{"pack": 1}', b"x" * 1_000_001])
def test_a_file_that_is_no_pack_is_refused(access: Access, data: bytes) -> None:
    with pytest.raises(PackRefused):
        packs.import_pack(access=access, data=data)


def test_a_blocked_term_keeps_a_pack_out(access: Access) -> None:
    _, data = packs.export_pack(access=access, pack_id=saved(access).pk)
    packs.block_terms(access=access, text="dark jazz\n")
    with pytest.raises(PromptBlocked, match="“dark jazz”, which is blocked in this workspace"):
        saved(access)
    with pytest.raises(PromptBlocked):
        packs.import_pack(access=access, data=data)
    with pytest.raises(PromptBlocked):
        packs.export_pack(access=access, pack_id=PromptPack.objects.get().pk)
    client = signed_in(access)
    address = reverse("prompts:pack", args=[access.workspace.slug, PromptPack.objects.get().pk])
    assert "This version is not passed on" in client.get(address).content.decode()


def test_a_blocked_term_is_answered_but_kept_nowhere(access: Access) -> None:
    client, slug = signed_in(access), access.workspace.slug
    box = reverse("prompts:box", args=[slug])
    client.get(box, {"q": "calm jazz"})
    talk = conversations.start_conversation(access=access, text="calm jazz")
    packs.block_terms(access=access, text="Calm")
    page = client.get(box, {"q": "a calmer jazz, or CALM jazz"}).content.decode()
    assert "holds “Calm”, which is blocked in this workspace" in page
    assert "One" in page
    assert Prompt.objects.count() == 1
    assert "calm jazz" not in client.get(box).content.decode()
    with pytest.raises(PromptBlocked, match="“Calm”"):
        conversations.start_conversation(access=access, text="calm, please")
    with pytest.raises(PromptBlocked, match="“Calm”"):
        conversations.say(access=access, conversation_id=talk.pk, text="more calm")
    answer = client.post(
        reverse("api:prompt", args=[slug]), {"text": "calm jazz"}, content_type="application/json"
    ).json()
    assert "“Calm”" in answer["not_kept"]
    assert answer["tracks"]
    other = member(WorkspaceFactory(), Role.OWNER)
    assert conversations.start_conversation(access=other, text="calm jazz")


def test_wordings_are_compared_on_the_tracks_there_are(access: Access) -> None:
    template = Template("{mood} jazz", {"mood": ("calm",)}, ("jazz, {mood}", "{mood} folk"))
    same, _ = packs.agreement(access=access, template=template).wordings
    assert (same.jaccard, round(same.rank_biased, 3)) == (1.0, 1.0)


def test_the_pages_show_the_sponsor_and_the_agreement(access: Access) -> None:
    client = Client()
    client.force_login(access.user)
    slug = access.workspace.slug
    form = {"name": "Night jazz", "sponsor": "Acme", "templates": TEXT}
    page = client.post(reverse("prompts:packs", args=[slug]), form, follow=True).content.decode()
    assert "Sponsored by Acme" in page
    assert "{genre} that is {mood}" in page
    listed = client.get(reverse("prompts:packs", args=[slug])).content.decode()
    assert "Sponsored by Acme" in listed
    wrong = client.post(reverse("prompts:packs", args=[slug]), {**form, "templates": "{x}"})
    assert wrong.status_code == 422
    file = client.get(reverse("prompts:pack_file", args=[slug, PromptPack.objects.get().pk]))
    upload = {"file": SimpleUploadedFile("a.json", file.content)}
    taken = client.post(reverse("prompts:pack_import", args=[slug]), upload, follow=True)
    assert "Taken in, signed by" in taken.content.decode()
