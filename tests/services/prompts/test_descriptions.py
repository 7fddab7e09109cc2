"""Texts of tracks: saved without loss, checked, passed on, approved, brought back, exchanged."""

import csv
import io
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from analysis.models import Suggestion
from catalog.access import Access
from catalog.errors import StudioError
from catalog.models import ChangeSet, Description, Notice, Override, Track
from catalog.roles import Role
from catalog.services import descriptions as services
from catalog.services import remarks
from catalog.services.changes import EditConflict, undo_change_set
from catalog.services.descriptions import Slot, save_text
from catalog.services.ledger import change_set
from catalog.services.notices import send_digests
from prompts.claims import default_checker
from prompts.descriptions import exchange
from prompts.descriptions.approving import Contradicted, approve, approve_many
from prompts.descriptions.checking import check_text
from prompts.descriptions.drafting import draft_many, drafts_for
from prompts.descriptions.facts import facts_of
from prompts.descriptions.rephrasing import rephrased
from tests.factories import WorkspaceFactory, make_release, make_track, member

pytestmark = pytest.mark.django_db
SLOT = Slot()


@pytest.fixture
def owner() -> Access:
    return member(WorkspaceFactory(slug="ada"))


@pytest.fixture
def editor(owner: Access) -> Access:
    return member(owner.workspace, Role.EDITOR)


@pytest.fixture
def track(owner: Access) -> Track:
    return make_track(
        owner.workspace, title="Blue Hour", artist="Ada Holm", tempo_bpm=174.0,
        genre=["drum-and-bass"], mood=["dark"], instrument=["synthesizer", "drums"],
        vocals=["female-vocals"],
    )  # fmt: skip


@pytest.fixture
def client(owner: Access) -> Client:
    found = Client()
    found.force_login(owner.user)
    return found


def write(access: Access, track: Track, text: str, version: int = 0) -> Description:
    saved = save_text(access=access, track=track, slot=SLOT, text=text, row_version=version)
    assert saved.description is not None
    return saved.description


def put(track: Track, **values: Any) -> None:
    with change_set(
        workspace=track.workspace, actor=None, source=ChangeSet.Source.TYPED, reason="Test"
    ) as ledger:
        ledger.put(track, **values)


def test_two_people_who_change_different_words_lose_nothing(
    owner: Access, editor: Access, track: Track
) -> None:
    row = write(owner, track, "A dark song with synths and a steady beat.")
    write(owner, track, "A very dark song with synths and a steady beat.", row.row_version)
    saved = save_text(
        access=editor, track=track, slot=SLOT, row_version=row.row_version,
        text="A dark song with synths and a broken beat.",
    )  # fmt: skip
    assert saved.merged
    row.refresh_from_db()
    assert row.text == "A very dark song with synths and a broken beat."


def test_two_people_who_change_the_same_words_are_told_and_nothing_is_overwritten(
    owner: Access, editor: Access, track: Track
) -> None:
    row = write(owner, track, "A dark song.")
    write(owner, track, "A deep song.", row.row_version)
    with pytest.raises(EditConflict):
        write(editor, track, "A sad song.", row.row_version)
    row.refresh_from_db()
    assert row.text == "A deep song."


def test_a_lost_race_shows_both_texts_on_the_page(
    owner: Access, client: Client, track: Track
) -> None:
    row = write(owner, track, "A dark song.")
    write(owner, track, "A deep song.", row.row_version)
    page = client.post(
        f"/w/ada/descriptions/tracks/{track.pk}/",
        {"text": "A sad song.", "row_version": row.row_version, "length": "500"},
    )
    assert page.status_code == 409
    assert "deep" in page.content.decode()
    assert "A sad song." in page.content.decode()


def test_a_text_with_a_contradicted_claim_is_approved_only_with_a_reason_that_is_kept(
    owner: Access, track: Track
) -> None:
    row = write(owner, track, "A slow song with no vocals.")
    with pytest.raises(Contradicted) as refusal:
        approve(access=owner, description=row)
    assert {claim.text for claim in refusal.value.claims} == {"slow song", "no vocals"}
    done = approve(access=owner, description=row, reason="The radio edit has none")
    row.refresh_from_db()
    assert row.state == "approved"
    assert done is not None
    assert "radio edit" in done.reason
    assert Override.objects.filter(description=row).count() == 2


def test_an_artist_may_not_approve(owner: Access, track: Track) -> None:
    row = write(owner, track, "A dark song.")
    artist = member(owner.workspace, Role.ARTIST)
    with pytest.raises(PermissionDenied):
        approve(access=artist, description=row)


def test_an_approved_text_needs_an_update_once_a_fact_changes_underneath(
    owner: Access, editor: Access, track: Track, django_capture_on_commit_callbacks: Any
) -> None:
    row = write(editor, track, "A dark song with synths.")
    approve(access=owner, description=row)
    with django_capture_on_commit_callbacks(execute=True):
        put(track, mood=["happy"])
    row.refresh_from_db()
    assert row.state == "needs_update"
    assert Notice.objects.filter(person=editor.user, sentence__contains="dark").exists()


def test_a_fact_that_the_text_does_not_speak_of_changes_nothing(
    owner: Access, track: Track, django_capture_on_commit_callbacks: Any
) -> None:
    row = write(owner, track, "A dark song with synths.")
    approve(access=owner, description=row)
    with django_capture_on_commit_callbacks(execute=True):
        put(track, theme=["rain"])
    row.refresh_from_db()
    assert row.state == "approved"


def test_changing_an_approved_text_makes_it_a_draft(owner: Access, track: Track) -> None:
    row = write(owner, track, "A dark song.")
    approve(access=owner, description=row)
    row.refresh_from_db()
    assert write(owner, track, "A dark, deep song.", row.row_version).state == "draft"


def test_submitting_tells_those_who_approve_and_handing_back_tells_the_writer(
    owner: Access, editor: Access, track: Track
) -> None:
    row = write(editor, track, "A dark song.")
    services.submit(access=editor, description=row)
    row.refresh_from_db()
    assert row.state == "in_review"
    assert Notice.objects.get(person=owner.user).sentence.endswith("“Blue Hour”.")
    services.hand_back(access=owner, description=row, note="Say more.")
    assert "Say more." in Notice.objects.get(person=editor.user).sentence


def test_one_mail_a_day_says_what_waits_and_never_twice(
    owner: Access, editor: Access, track: Track
) -> None:
    row = write(editor, track, "A dark song.")
    services.submit(access=editor, description=row)
    assert send_digests(now=timezone.now()) == 1
    assert send_digests(now=timezone.now()) == 0
    (message,) = mail.outbox
    assert message.to == [owner.user.email]
    assert "Blue Hour" in message.body
    assert f"/descriptions/tracks/{track.pk}/" in message.body


def test_assigning_is_for_members(owner: Access, editor: Access, track: Track) -> None:
    row = write(owner, track, "A dark song.")
    services.assign(access=owner, description=row, person=editor.user)
    assert Notice.objects.filter(person=editor.user).count() == 1
    stranger = member(WorkspaceFactory())
    with pytest.raises(StudioError):
        services.assign(access=owner, description=row, person=stranger.user)


def test_a_suggested_edit_finds_its_words_in_a_text_that_moved_on(
    owner: Access, editor: Access, track: Track
) -> None:
    row = write(owner, track, "A dark song with a dark end.")
    remark = remarks.add_remark(
        access=editor, description=row, quote="dark", start=19, replacement="bright"
    )
    write(owner, track, "Here is a dark song with a dark end.", row.row_version)
    remarks.accept_edit(access=owner, remark=remark)
    row.refresh_from_db()
    assert row.text == "Here is a dark song with a bright end."
    with pytest.raises(StudioError):
        remarks.accept_edit(access=owner, remark=remark)


def test_a_second_opinion_is_blind_until_it_is_given(
    owner: Access, editor: Access, track: Track
) -> None:
    row = write(owner, track, "A dark song.")
    remarks.give_opinion(access=editor, description=row, approves=False, note="Too short")
    before = remarks.opinions_on(owner, row)
    assert before.is_blind
    assert before.given == 1
    assert before.shown == ()
    remarks.give_opinion(access=owner, description=row, approves=True)
    after = remarks.opinions_on(owner, row)
    assert len(after.shown) == 2
    assert after.agreement.share == 0.0
    with pytest.raises(StudioError):
        remarks.give_opinion(access=owner, description=row, approves=True)
    assert remarks.workspace_agreement(owner).pairs == 1


def test_any_earlier_text_can_be_compared_and_restored(
    owner: Access, client: Client, track: Track
) -> None:
    row = write(owner, track, "First text.")
    write(owner, track, "Second text.", row.row_version)
    page = client.get(f"/w/ada/descriptions/texts/{row.pk}/versions/").content.decode()
    assert "<del>First</del>" in page
    assert "<ins>Second</ins>" in page
    client.post(f"/w/ada/descriptions/texts/{row.pk}/restore/", {"version": "1"})
    row.refresh_from_db()
    assert row.text == "First text."


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<script>alert(1)</script> dark", "&lt;script&gt;alert(1)&lt;/script&gt; dark"),
        ("a\x00b", "a\ufffdb"),
        ("موسيقى هادئة", "موسيقى هادئة"),
        ("line\r\nbreak", "line\nbreak"),
    ],
)
def test_whatever_is_pasted_is_kept_and_never_run(
    client: Client, track: Track, text: str, kept: str
) -> None:
    address = f"/w/ada/descriptions/tracks/{track.pk}/"
    page = client.post(address, {"text": text, "length": "500"}, follow=True)
    assert page.status_code == 200
    assert kept in page.content.decode()
    assert "<script>alert" not in page.content.decode()


def test_a_lone_surrogate_is_marked(owner: Access, track: Track) -> None:
    saved = save_text(access=owner, track=track, slot=SLOT, text="a\ud800b", row_version=0)
    assert saved.description is not None
    assert saved.description.text == "a\ufffdb"
    assert "cannot be stored" in saved.notes[0]


def test_fifty_thousand_characters_are_refused_and_stay_in_the_field(
    client: Client, track: Track
) -> None:
    text = "dark " * 10_000
    page = client.post(f"/w/ada/descriptions/tracks/{track.pk}/", {"text": text, "length": "500"})
    assert page.status_code == 422
    assert "49,999 characters" in page.content.decode()
    assert page.content.decode().count("dark ") > 9_990


def test_code_points_are_counted_not_bytes(owner: Access, track: Track) -> None:
    slot = Slot(length=120)
    save_text(access=owner, track=track, slot=slot, text="🎹" * 120, row_version=0)
    with pytest.raises(StudioError):
        save_text(access=owner, track=track, slot=slot, text="🎹" * 121, row_version=1)


def test_the_live_check_names_each_underline_for_screen_readers(
    client: Client, track: Track
) -> None:
    Suggestion.objects.create(
        workspace=track.workspace, track=track, facet="instrument", term="piano", label="Piano",
        confidence=0.8, reason="Heard.", evidence_key="x", ranges=[[41.0, 70.0]],
    )  # fmt: skip
    page = client.post(
        f"/w/ada/descriptions/tracks/{track.pk}/check/",
        {"text": "A slow song with piano.", "length": "500"},
    ).content.decode()
    assert "Contradicted" in page
    assert "The tempo is 174 BPM." in page
    assert 'data-start="41.0"' in page
    assert "nobody has accepted it yet" in page


def test_a_fix_is_one_press(client: Client, track: Track) -> None:
    page = client.post(
        f"/w/ada/descriptions/tracks/{track.pk}/check/", {"text": "Dark synths!!", "fix": "0"}
    ).content.decode()
    assert 'data-fixed="Dark synths."' in page


def test_a_pitch_takes_as_many_terms_as_the_form_of_the_service(
    client: Client, track: Track
) -> None:
    address = f"/w/ada/descriptions/tracks/{track.pk}/"
    form = {"text": "Dark.", "purpose": "pitch", "pick-genre": ["drum-and-bass"]}
    assert client.post(address, form).status_code == 302
    row = Description.objects.get(track=track, purpose="pitch")
    assert row.picks["genre"] == ["drum-and-bass"]
    assert row.length == 500
    form["pick-genre"] = ["a", "b", "c", "d"]
    assert client.post(address, form).status_code == 422


def test_bulk_drafts_are_one_change_set_and_tracks_that_cannot_are_listed(owner: Access) -> None:
    release = make_release(owner.workspace)
    tracks = [
        make_track(owner.workspace, title=f"T{n}", release=release.pk, mood=["dark", "calm"],
                   instrument=["piano", "strings"], genre=["ambient"])
        for n in range(4)
    ]  # fmt: skip
    bare = make_track(owner.workspace, title="Bare")
    done = draft_many(access=owner, tracks=[*tracks, bare], slot=SLOT, seed=1)
    assert done.written == 4
    assert [track.title for track, _ in done.left] == ["Bare"]
    texts = list(Description.objects.values_list("text", flat=True))
    assert len({tuple(text.split()[:3]) for text in texts}) == 4
    assert done.change_set is not None
    undo_change_set(done.change_set, access=owner)
    assert not Description.objects.exists()


def test_bulk_approval_leaves_what_fails(owner: Access, track: Track) -> None:
    good = write(owner, track, "A dark song with synths.")
    other = make_track(owner.workspace, title="Other", vocals=["instrumental"])
    bad = write(owner, other, "Female vocals.")
    result = approve_many(access=owner, descriptions=[good, bad])
    assert [row.pk for row in result.approved] == [good.pk]
    assert [(left.description.pk, left.why) for left in result.left] == [
        (bad.pk, "“Female vocals”: The tags say Instrumental (no vocals).")
    ]


def test_find_and_replace_shows_first_and_changes_what_is_ticked(
    owner: Access, client: Client, track: Track
) -> None:
    row = write(owner, track, "A Dark song, darker than dark.")
    page = client.get("/w/ada/descriptions/replace/?find=dark&put=deep&whole_words=1")
    assert "2 places in 1 text" in page.content.decode()
    form = {
        "find": "dark",
        "put": "deep",
        "whole_words": "1",
        "text": f"{row.pk}:{row.row_version}",
    }
    assert client.post("/w/ada/descriptions/replace/", form).status_code == 302
    row.refresh_from_db()
    assert row.text == "A Deep song, darker than deep."


@pytest.mark.parametrize("kind", ["csv", "xliff"])
def test_translations_go_out_and_come_back_as_drafts(
    owner: Access, client: Client, track: Track, kind: str
) -> None:
    row = write(owner, track, "=Dark & deep <song>.")
    out = client.get(f"/w/ada/descriptions/export/?to=de&language=en&format={kind}")
    content = out.content.decode()
    if kind == "csv":
        (line,) = csv.DictReader(io.StringIO(content))
        assert line["source"].startswith("'=")
        room = io.StringIO()
        writer = csv.DictWriter(room, exchange.HEADER)
        writer.writeheader()
        writer.writerow({**line, "target": "Ein dunkles Lied."})
        content = room.getvalue()
    else:
        content = content.replace("<target />", "<target>Ein dunkles Lied.</target>")
    result = exchange.take_in(access=owner, rows=exchange.read_file(content.encode(), "back"))
    assert (result.written, result.left) == (1, ())
    german = Description.objects.get(track=track, language="de")
    assert german.text == "Ein dunkles Lied."
    assert german.state == "draft"
    assert row.length == german.length


def test_a_translation_that_is_too_long_or_late_is_left_and_listed(
    owner: Access, track: Track
) -> None:
    row = write(owner, track, "A dark song.")
    rows = [
        exchange.Row(2, str(row.pk), "de", "x" * 501, "0"),
        exchange.Row(3, "999999", "de", "x", "0"),
        exchange.Row(4, "²", "de", "x", "0"),
    ]
    result = exchange.take_in(access=owner, rows=rows)
    assert result.change_set is None
    assert len(result.left) == 3


def test_a_language_model_shows_only_what_the_facts_support(owner: Access, track: Track) -> None:
    def honest(text: str, *, length: int) -> str:
        return "A dark song with synths."

    def dreaming(text: str, *, length: int) -> str:
        return "A dark song with piano."

    facts = facts_of(track)
    ask = partial(rephrased, "x", facts=facts, length=500, checker=default_checker())
    assert ask(rephraser=honest)
    assert ask(rephraser=dreaming) is None
    assert ask() is None  # off by default


def test_every_page_of_texts_opens_with_and_without_texts(
    owner: Access, client: Client, track: Track, django_assert_max_num_queries: Any
) -> None:
    pages = ["", "room/", f"tracks/{track.pk}/", f"tracks/{track.pk}/?purpose=pitch",
             f"tracks/{track.pk}/drafts/", "replace/", "translate/", "wording/"]  # fmt: skip
    for _ in range(2):
        for page in pages:
            with django_assert_max_num_queries(32):
                assert client.get(f"/w/ada/descriptions/{page}").status_code == 200, page
        write(owner, track, "A dark song with synths.", 1)
    assert client.get("/w/ada/notices/").status_code == 200
    assert drafts_for(access=owner, track=track, slot=SLOT, seed=1)
    assert check_text("dark", access=owner, track=track).supported


def test_the_review_room_approves_goes_on_counts_and_undoes(owner: Access, client: Client) -> None:
    release = make_release(owner.workspace)
    tracks = [
        make_track(
            owner.workspace, title=f"T{n}", release=release.pk, track_number=n, mood=["dark"]
        )
        for n in (1, 2)
    ]
    first = write(owner, tracks[0], "A dark song.")
    where = {"release": release.pk, "length": "500", "at": tracks[0].pk}
    act = {**where, "row_version": first.row_version, "action": "approve"}
    page = client.post("/w/ada/descriptions/room/act/", act, HTTP_HX_REQUEST="true")
    words = page.content.decode()
    assert "T2" in words
    assert "Approved. 1 left." in words
    first.refresh_from_db()
    assert first.state == "approved"
    undo = {**where, "at": tracks[1].pk, "action": "undo"}
    page = client.post("/w/ada/descriptions/room/act/", undo, HTTP_HX_REQUEST="true")
    assert "Undone" in page.content.decode()
    assert "T1" in page.content.decode()
    first.refresh_from_db()
    assert first.state == "draft"
