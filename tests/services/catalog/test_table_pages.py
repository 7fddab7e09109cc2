"""Pages of tables in and out: from the file to the change set, by forms alone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from catalog.access import Access
from catalog.models import TableExport, TableImport, Track
from catalog.roles import Role
from tests.factories import WorkspaceFactory, make_track, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Access:
    """A manager of an empty workspace."""
    return member(WorkspaceFactory(), Role.MANAGER)


@pytest.fixture
def browser(client: Client, manager: Access) -> Client:
    """The manager, signed in."""
    client.force_login(manager.user)
    return client


def send(browser: Client, manager: Access, text: str, name: str = "table.csv") -> TableImport:
    """Send a table by the form."""
    address = reverse("catalog:import_list", args=[manager.workspace.slug])
    browser.post(address, {"table": SimpleUploadedFile(name, text.encode())})
    return TableImport.objects.latest("pk")


def at(manager: Access, name: str, pk: int, *more: str) -> str:
    """Give the address of a page of an import."""
    return reverse(f"catalog:{name}", args=[manager.workspace.slug, pk, *more])


def test_a_table_goes_from_the_form_to_the_catalog(browser: Client, manager: Access) -> None:
    run = send(browser, manager, "title,artist,genre\nOne,Ida,Jazz\nTwo,Ida,Polka of Mars\n")
    page = browser.get(at(manager, "import_detail", run.pk)).content.decode()
    assert "Columns of the table" in page
    mapping = {f"column-{place}": name for place, name in enumerate(run.settings["mapping"])}
    browser.post(at(manager, "import_check", run.pk), {**mapping, "new_tracks": "yes"})
    page = browser.get(at(manager, "import_detail", run.pk)).content.decode()
    assert "The vocabulary has no genre" in page
    assert "Write the 1 good row" in page
    sheet = browser.get(at(manager, "import_leftovers", run.pk, "csv")).content.decode("utf-8-sig")
    assert "Polka of Mars" in sheet
    assert "The vocabulary has no" in sheet
    browser.post(at(manager, "import_apply", run.pk), {"mode": "good"})
    assert Track.objects.get().title == "One"
    page = browser.get(at(manager, "import_detail", run.pk)).content.decode()
    assert "Open the change set" in page
    run.refresh_from_db()
    again = send(browser, manager, sheet.replace("Polka of Mars", "Jazz"), "mended.csv")
    assert again.found["own"]


def test_a_doubtful_row_is_decided_on_the_page(browser: Client, manager: Access) -> None:
    track = make_track(manager.workspace, title="Copper Creek", artist="Ida Marrow")
    run = send(browser, manager, "title,artist,bpm\nCoper Creek,Ida Marrow,120\n")
    mapping = {f"column-{place}": name for place, name in enumerate(run.settings["mapping"])}
    browser.post(at(manager, "import_check", run.pk), mapping)
    page = browser.get(at(manager, "import_detail", run.pk)).content.decode()
    assert f"track:{track.pk}" in page
    browser.post(at(manager, "import_decide", run.pk), {"row-2": f"track:{track.pk}"})
    browser.post(at(manager, "import_apply", run.pk), {"mode": "all"})
    track.refresh_from_db()
    assert (track.title, track.tempo_bpm) == ("Coper Creek", 120)


def test_what_is_no_table_is_refused_in_words(browser: Client, manager: Access) -> None:
    run = send(browser, manager, "PK\x03\x04 broken", "broken.xlsx")
    page = browser.get(at(manager, "import_detail", run.pk)).content.decode()
    assert "damaged" in page


def test_an_export_is_made_by_the_form_and_downloaded(browser: Client, manager: Access) -> None:
    make_track(manager.workspace, title="One")
    address = reverse("catalog:export_list", args=[manager.workspace.slug])
    assert "Export 1 track" in browser.get(address).content.decode()
    browser.post(address, {"column": ["title"], "form": "csv"})
    export = TableExport.objects.get()
    answer = browser.get(at(manager, "export_file", export.pk))
    assert answer["Content-Disposition"].endswith('.csv"')
    assert "One" in answer.content.decode("utf-8-sig")
