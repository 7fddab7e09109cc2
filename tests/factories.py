"""The smallest valid rows. Catalog values are written through the ledger, as everywhere."""

import hashlib
from typing import Any

import factory
from factory.django import DjangoModelFactory

from catalog.access import Access
from catalog.models import AudioFile, ChangeSet, Membership, Release, Track, User, Workspace
from catalog.roles import Role
from catalog.services.ledger import change_set
from catalog.services.tracks import artist_named, credits_of
from catalog.services.workspaces import create_workspace

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory[User]):
    """A person who can sign in with `PASSWORD`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"Person {n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        password = kwargs.pop("password", PASSWORD)
        return User.objects.create_user(kwargs.pop("email"), password, **kwargs)


class WorkspaceFactory(DjangoModelFactory[Workspace]):
    """A workspace with its vocabulary."""

    class Meta:
        model = Workspace

    name = factory.Sequence(lambda n: f"Label {n}")
    slug = factory.Sequence(lambda n: f"label-{n}")

    @classmethod
    def _create(cls, model_class: type[Workspace], *args: Any, **kwargs: Any) -> Workspace:
        return create_workspace(**kwargs)


def member(workspace: Workspace, role: Role = Role.OWNER, **user: Any) -> Access:
    """Make a person a member and give their access."""
    person = UserFactory(**user)
    Membership.objects.create(workspace=workspace, user=person, role=role)
    return Access(person, workspace, role, frozenset())


def make_track(workspace: Workspace, *, artist: str = "", **values: Any) -> Track:
    """Make a track through the ledger; `artist` is a name, other values are versioned fields."""
    columns = {"created_by": values.pop("created_by", None)}
    with change_set(
        workspace=workspace, actor=None, source=ChangeSet.Source.SYSTEM, reason="Test data"
    ) as ledger:
        if artist:
            values["credits"] = credits_of([artist_named(ledger, artist)])
        values.setdefault("title", "Untitled")
        track: Track = ledger.create("track", values, **columns)
    return track


def make_release(workspace: Workspace, **values: Any) -> Release:
    """Make a release through the ledger."""
    values.setdefault("title", "First Light")
    with change_set(
        workspace=workspace, actor=None, source=ChangeSet.Source.SYSTEM, reason="Test data"
    ) as ledger:
        release: Release = ledger.create("release", values)
    return release


def make_audio_file(workspace: Workspace, content: bytes = b"sound", **values: Any) -> AudioFile:
    """Make the row of an audio file whose bytes are not stored."""
    digest = hashlib.sha256(content).hexdigest()
    defaults = {
        "sha256": digest,
        "byte_size": len(content),
        "storage_name": f"originals/{digest}",
        "original_name": "sound.wav",
    }
    return AudioFile.objects.create(workspace=workspace, **{**defaults, **values})
