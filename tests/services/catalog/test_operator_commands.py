"""What an operator does from a terminal: workspaces and their first members."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.models import AuditEvent, Membership, User, Workspace
from tests.factories import UserFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db

PASSWORD = "a door of seven colours"


def create_member(**options: str) -> None:
    call_command("createmember", verbosity=0, **options)


def test_a_workspace_and_its_owner_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINER_PASSWORD", PASSWORD)
    call_command("createworkspace", slug="blue-door", name="Blue Door Records")
    create_member(workspace="blue-door", email="Ana@Example.org", role="owner", name="Ana")
    person = User.objects.get()
    assert person.email == "ana@example.org"
    assert person.check_password(PASSWORD)
    membership = Membership.objects.get()
    assert (membership.workspace.slug, membership.role) == ("blue-door", "owner")
    assert "operator added Ana as owner" in AuditEvent.objects.latest("pk").sentence


def test_a_password_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    monkeypatch.delenv("LINER_PASSWORD", raising=False)
    monkeypatch.setenv("LINER_PASSWORD_FILE", str(tmp_path / "password"))
    workspace = WorkspaceFactory()
    create_member(workspace=workspace.slug, email="ana@example.org", role="editor")
    assert User.objects.get().check_password(PASSWORD)


def test_a_known_person_keeps_their_account() -> None:
    person = UserFactory(password="as it was before")
    workspace = WorkspaceFactory()
    create_member(workspace=workspace.slug, email=person.email.upper(), role="viewer")
    create_member(workspace=workspace.slug, email=person.email, role="viewer")
    person.refresh_from_db()
    assert person.check_password("as it was before")
    assert Membership.objects.count() == 1


def test_another_role_for_a_member_is_refused_with_advice() -> None:
    person, workspace = UserFactory(), WorkspaceFactory()
    create_member(workspace=workspace.slug, email=person.email, role="viewer")
    with pytest.raises(CommandError, match=r"already is a member .* as viewer.*page Members"):
        create_member(workspace=workspace.slug, email=person.email, role="owner")


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [("ana", PASSWORD, "not an e-mail"), ("ana@example.org", "short", "too short")],
)
def test_a_wrong_address_or_a_weak_password_makes_nothing(
    monkeypatch: pytest.MonkeyPatch, email: str, password: str, reason: str
) -> None:
    monkeypatch.setenv("LINER_PASSWORD", password)
    workspace = WorkspaceFactory()
    with pytest.raises(CommandError, match=reason):
        create_member(workspace=workspace.slug, email=email, role="owner")
    assert not User.objects.exists()


def test_an_unknown_workspace_is_answered_with_the_known_ones() -> None:
    WorkspaceFactory(slug="blue-door")
    with pytest.raises(CommandError, match=r"no workspace “red-door”.*blue-door"):
        create_member(workspace="red-door", email="ana@example.org", role="owner")


def test_an_address_taken_by_another_workspace_is_refused() -> None:
    WorkspaceFactory(slug="blue-door")
    with pytest.raises(CommandError, match="already is a workspace"):
        call_command("createworkspace", slug="blue-door", name="Another")
    assert Workspace.objects.count() == 1
