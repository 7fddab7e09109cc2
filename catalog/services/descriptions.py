"""Texts of a track as people write, pass on and restore them.

Approving needs the claim check, so it lives with it (`prompts.descriptions.approving`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from catalog.access import Access
from catalog.domain.changes import Change, Json
from catalog.domain.plain_text import plain_text
from catalog.domain.text_merge import merge_texts
from catalog.errors import StudioError
from catalog.models import ChangeSet, Description, Membership, Track, User
from catalog.services.changes import EditConflict, NotYours, apply_changes, edit_row, values_at
from catalog.services.ledger import change_set
from catalog.services.notices import reviewers_of, tell

State = Description.State
SETTLED = (State.APPROVED, State.NEEDS_UPDATE)


@dataclass(frozen=True)
class Saved:
    """What a save did: sentences about cleaning, and whether two people's changes were merged."""

    description: Description | None
    change_set: ChangeSet | None
    notes: tuple[str, ...] = ()
    merged: bool = False


@dataclass(frozen=True)
class Slot:
    """Which text of a track: a description in a language and length, or the pitch."""

    language: str = "en"
    length: int = Description.Length.MEDIUM
    purpose: str = Description.Purpose.TEXT

    def of(self, track: Track) -> Description | None:
        """The text in this place; None while nobody has begun it."""
        return Description.objects.filter(
            track=track, language=self.language, length=self.length, purpose=self.purpose
        ).first()


def save_text(
    *,
    access: Access,
    track: Track,
    slot: Slot,
    text: str,
    row_version: int,
    picks: Mapping[str, Sequence[str]] | None = None,
    reason: str = "",
    source: str = ChangeSet.Source.TYPED,
) -> Saved:
    """Save a text; earlier ones stay in the ledger. `row_version` 0 means that it is new.

    Where somebody saved another text since, the two are merged if they changed different words. A
    text that was approved is a draft again once it changes.

    Raises
    ------
    StudioError : longer than the length allows, counted in code points
    catalog.services.changes.EditConflict : both changed the same words; nothing was written
    """
    if not Track.objects.editable_by(access).filter(pk=track.pk).exists():
        raise NotYours([str(track)])
    plain = plain_text(text)
    if len(plain.text) > slot.length:
        raise StudioError(
            f"The text has {len(plain.text):,} characters; this length allows {slot.length:,}.",
            hint=f"Shorten it by {len(plain.text) - slot.length:,}. It is kept in the field below.",
        )
    values: dict[str, Json] = {"text": plain.text}
    if picks is not None:
        values["picks"] = {facet: list(slugs) for facet, slugs in picks.items()}
    reason = reason or f"Describe “{track}”"
    with transaction.atomic():
        found = Description.objects.select_for_update().filter(
            track=track, language=slot.language, length=slot.length, purpose=slot.purpose
        ).first()  # fmt: skip
        if found is None:
            return _create(access, track, slot, values, reason, source, plain.changes)
        merged = False
        try:
            done = edit_row(
                "description", found.pk, values, row_version=row_version or 1, access=access,
                reason=reason, source=source,
            )  # fmt: skip
        except EditConflict as conflict:
            both = _merged(conflict, found, row_version, slot.length)
            if both is None:
                raise
            merged = True
            done = edit_row(
                "description", found.pk, {**values, "text": both}, access=access, reason=reason,
                row_version=found.row_version, source=source,
            )  # fmt: skip
        found.refresh_from_db()
        if done is not None and found.state in SETTLED:
            set_states(
                access=access, descriptions=[found], state=State.DRAFT,
                reason=f"The approved text of “{track}” was changed",
            )  # fmt: skip
            found.refresh_from_db()
    return Saved(found, done, plain.changes, merged)


def _create(
    access: Access,
    track: Track,
    slot: Slot,
    values: Mapping[str, Json],
    reason: str,
    source: str,
    notes: tuple[str, ...],
) -> Saved:
    if not values["text"] and not values.get("picks"):
        return Saved(None, None, notes)
    with change_set(
        workspace=access.workspace, actor=access.user, source=source, reason=reason
    ) as ledger:
        created: Description = ledger.create(
            "description",
            {
                "track": track.pk,
                "purpose": str(slot.purpose),
                "language": slot.language,
                "length": int(slot.length),
                **values,
            },
        )
    return Saved(created, ledger.change_set, notes)


def _merged(
    conflict: EditConflict, found: Description, row_version: int, length: int
) -> str | None:
    """Both texts in one, where they changed different words; None otherwise."""
    of_text = [each for each in conflict.conflicts if each.field == "text"]
    if len(conflict.conflicts) != 1 or not of_text or row_version < 1:
        return None
    base = values_at(
        "description", found.pk, row_version, {"text": found.text}, found.workspace_id
    )["text"]
    both = merge_texts(str(base), str(of_text[0].yours), found.text)
    return both if both is not None and len(both) <= length else None


def set_states(
    *,
    access: Access,
    descriptions: Sequence[Description],
    state: str,
    reason: str,
    source: str = ChangeSet.Source.TYPED,
) -> ChangeSet | None:
    """Put texts into a state, as one change set."""
    planned = [
        Change("description", each.pk, "state", str(each.state), str(state), str(each))
        for each in descriptions
        if each.state != state
    ]
    return apply_changes(planned, access=access, reason=reason, source=source) if planned else None


def submit(*, access: Access, description: Description) -> ChangeSet | None:
    """Hand a text over for review; those who may approve it are told.

    Raises
    ------
    StudioError : there is no text, or it is in review already
    """
    if not description.text.strip():
        raise StudioError("There is no text yet.", hint="Write one, or take a draft.")
    if description.state == State.IN_REVIEW:
        raise StudioError("This text is in review already.")
    done = set_states(
        access=access, descriptions=[description], state=State.IN_REVIEW,
        reason=f"Submit the text of “{description.track}”",
    )  # fmt: skip
    people = (
        [description.assignee]
        if description.assignee and description.assignee != access.user
        else reviewers_of(access.workspace, but=access.user)
    )
    _tell(access, description, people, f"{access.user} asks for review of “{description.track}”.")
    return done


def hand_back(*, access: Access, description: Description, note: str = "") -> ChangeSet | None:
    """Give a text back to be written on; whoever wrote it is told."""
    done = set_states(
        access=access, descriptions=[description], state=State.DRAFT,
        reason=f"Hand back the text of “{description.track}”" + (f": {note}" if note else ""),
    )  # fmt: skip
    sentence = f"{access.user} handed back “{description.track}”."
    _tell(access, description, writers_of(description), f"{sentence} {note}".strip())
    return done


def assign(*, access: Access, description: Description, person: User | None) -> None:
    """Say who is to look after a text.

    Raises
    ------
    StudioError : the person is no member of the workspace
    """
    if person is not None and not Membership.objects.filter(
        workspace_id=access.workspace_id, user=person
    ).exists():  # fmt: skip
        raise StudioError("Only members of this workspace can be assigned.")
    Description.objects.filter(pk=description.pk).update(assignee=person)
    description.assignee = person
    if person is not None and person != access.user:
        sentence = f"{access.user} assigned the text of “{description.track}” to you."
        _tell(access, description, [person], sentence)


def writers_of(description: Description) -> list[User]:
    """Everybody who changed the text so far."""
    from catalog.selectors import description_versions

    actors = description_versions(description).values_list("change_set__actor_id", flat=True)
    return list(User.objects.filter(pk__in={pk for pk in actors if pk}))


def _tell(access: Access, description: Description, people: Sequence[User], sentence: str) -> None:
    others = [person for person in people if person.pk != access.user_id]
    tell(
        workspace=access.workspace, people=others, sentence=sentence,
        address=address_of(access, description),
    )  # fmt: skip


def address_of(access: Access, description: Description) -> str:
    """Where the text is written and checked."""
    return address_of_row(description, access.workspace.slug)


def address_of_row(description: Description, workspace_slug: str) -> str:
    """Where a text is written and checked; the page belongs to another app, so by its name."""
    page = reverse("descriptions:edit", args=[workspace_slug, description.track_id])
    query = f"language={description.language}&length={description.length}"
    return f"{page}?{query}&purpose={description.purpose}"


def lengths() -> tuple[int, ...]:
    """The lengths in which descriptions are written, in code points."""
    return tuple(settings.DESCRIPTION_LENGTHS)
