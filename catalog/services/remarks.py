"""What people say about a text: comments, suggested edits, blind second opinions."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from catalog.access import Access
from catalog.domain.agreement import Agreement, agreement
from catalog.domain.anchors import find_quote
from catalog.errors import StudioError
from catalog.models import Description, Opinion, Remark
from catalog.selectors import description_versions
from catalog.services.descriptions import Saved, Slot, address_of, save_text, writers_of
from catalog.services.notices import tell

LONGEST = 2_000


def add_remark(
    *,
    access: Access,
    description: Description,
    quote: str,
    start: int,
    body: str = "",
    replacement: str | None = None,
) -> Remark:
    """Comment on a stretch of the text, or propose other words for it.

    Raises
    ------
    StudioError : nothing was said, or the stretch is not in the text
    """
    is_edit = replacement is not None
    body, quote = body.strip()[:LONGEST], quote[:LONGEST]
    if not body and not is_edit:
        raise StudioError("The comment is empty.")
    if quote and find_quote(description.text, quote, start) is None:
        raise StudioError("These words are not in the saved text.", hint="Save it first.")
    if is_edit and not quote:
        raise StudioError("Mark the words that the edit is about.")
    remark = Remark.objects.create(
        workspace=access.workspace, description=description, quote=quote, start=max(0, start),
        body=body, replacement=(replacement or "")[:LONGEST], author=access.user,
        kind=Remark.Kind.EDIT if is_edit else Remark.Kind.COMMENT,
    )  # fmt: skip
    people = writers_of(description)
    if description.assignee is not None:
        people.append(description.assignee)
    what = "suggests an edit of" if is_edit else "commented on"
    tell(
        workspace=access.workspace,
        people=[person for person in people if person.pk != access.user_id],
        sentence=f"{access.user} {what} “{description.track}”.",
        address=address_of(access, description),
    )
    return remark


def accept_edit(*, access: Access, remark: Remark) -> Saved:
    """Put a suggested edit into the text.

    Raises
    ------
    StudioError : it was decided already, or the words are gone from the text
    """
    with transaction.atomic():
        remark = Remark.objects.select_for_update(of=("self",)).select_related(
            "description__track"
        ).get(pk=remark.pk)  # fmt: skip
        _check_open(remark)
        description = remark.description
        place = find_quote(description.text, remark.quote, remark.start)
        if place is None:
            raise StudioError(
                "The words of this edit are no longer in the text.",
                hint="Decline it, or write the change yourself.",
            )
        text = description.text[: place[0]] + remark.replacement + description.text[place[1] :]
        slot = Slot(description.language, description.length, description.purpose)
        saved = save_text(
            access=access, track=description.track, slot=slot, text=text,
            row_version=description.row_version,
            reason=f"Take an edit suggested by {remark.author or 'somebody'}",
        )  # fmt: skip
        _settle(remark, access, Remark.Status.ACCEPTED)
    return saved


def settle_remark(*, access: Access, remark: Remark) -> None:
    """Resolve a comment, or decline a suggested edit."""
    _check_open(remark)
    is_edit = remark.kind == Remark.Kind.EDIT
    _settle(remark, access, Remark.Status.DECLINED if is_edit else Remark.Status.DONE)


def _check_open(remark: Remark) -> None:
    if remark.status != Remark.Status.OPEN:
        raise StudioError("Somebody has decided this already.")


def _settle(remark: Remark, access: Access, status: str) -> None:
    remark.status, remark.decided_by = status, access.user
    remark.save(update_fields=["status", "decided_by"])
    if remark.author is not None and remark.author.pk != access.user_id:
        tell(
            workspace=access.workspace, people=[remark.author],
            sentence=f"{access.user} {Remark.Status(status).label.lower()} your remark on "
            f"“{remark.description.track}”.",
            address=address_of(access, remark.description),
        )  # fmt: skip


def text_version(description: Description) -> int:
    """The version of the row in which its text last changed; handing a text on changes no words."""
    newest = description_versions(description).values_list("row_version", flat=True).first()
    return newest or description.row_version


def give_opinion(
    *, access: Access, description: Description, approves: bool, note: str = ""
) -> Opinion:
    """Say whether this version of the text should be approved, before seeing what others say.

    Raises
    ------
    StudioError : the person has given an opinion on this version already
    """
    version = text_version(description)
    try:
        with transaction.atomic():
            return Opinion.objects.create(
                workspace=access.workspace, description=description,
                row_version=version, reviewer=access.user, approves=approves,
                note=note.strip()[:LONGEST],
            )  # fmt: skip
    except IntegrityError as error:
        raise StudioError("You have given your opinion on this version already.") from error


@dataclass(frozen=True)
class Opinions:
    """Opinions on the current version: all of them only for those who gave their own."""

    given: int
    shown: tuple[Opinion, ...]
    is_blind: bool
    agreement: Agreement


def opinions_on(access: Access, description: Description) -> Opinions:
    """Read the opinions on the version as it stands."""
    rows = list(
        Opinion.objects.visible_to(access)
        .filter(description=description, row_version=text_version(description))
        .select_related("reviewer")
    )
    is_blind = not any(row.reviewer_id == access.user_id for row in rows)
    shown = () if is_blind else tuple(rows)
    votes = [[row.approves for row in shown]]
    return Opinions(len(rows), shown, is_blind, agreement(votes))


def workspace_agreement(access: Access) -> Agreement:
    """How far reviewers of the workspace agree, over all versions with two opinions or more."""
    by_version: dict[tuple[int, int], list[bool]] = {}
    rows = Opinion.objects.visible_to(access).order_by("pk")
    for pk, version, approves in rows.values_list("description_id", "row_version", "approves"):
        by_version.setdefault((pk, version), []).append(approves)
    return agreement(by_version.values())
