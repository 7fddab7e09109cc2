"""Approving texts: contradicted claims stand in the way, and changed facts bring texts back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction

from catalog.access import Access, Permission
from catalog.errors import StudioError
from catalog.models import Change, ChangeSet, Description, Override, Workspace
from catalog.services.descriptions import address_of_row, set_states, writers_of
from catalog.services.ledger import change_set
from catalog.services.notices import tell
from prompts.descriptions.checking import checker_of, checker_of_workspace
from prompts.descriptions.facts import facts_of_all
from prompts.domain.claims import Claim
from prompts.domain.facts import Verdict

State = Description.State
FACT_FIELDS = frozenset(
    {"*", "tempo_bpm", "key_tonic", "key_mode", "recording_year", "lyrics_language", "genre"}
    | {"mood", "activity", "theme", "instrument", "vocals", "property"}
)


class Contradicted(StudioError):
    """The text says what the facts deny; `claims` names where."""

    http_status = 409

    def __init__(self, claims: Sequence[Claim]) -> None:
        phrases = ", ".join(f"“{claim.text}”" for claim in claims[:3])
        more = f" and {len(claims) - 3} more" if len(claims) > 3 else ""
        super().__init__(
            f"The facts contradict {phrases}{more}. Nothing was approved.",
            hint="Change the words or the facts, or approve it all the same and say why.",
        )
        self.claims = tuple(claims)


@dataclass(frozen=True)
class Left:
    """A text that was not approved, and why."""

    description: Description
    why: str


@dataclass(frozen=True)
class Approved:
    """What a bulk approval did."""

    change_set: ChangeSet | None
    approved: tuple[Description, ...]
    left: tuple[Left, ...]


def approve(
    *, access: Access, description: Description, row_version: int | None = None, reason: str = ""
) -> ChangeSet | None:
    """Approve a text as it stands. With a `reason` contradicted claims are overridden and kept.

    Raises
    ------
    Contradicted : the facts deny a claim, and no reason was given
    StudioError : there is no text, or it changed since the person read it
    """
    if not access.can(Permission.EDIT):
        raise PermissionDenied("Editors and above approve texts.")
    with transaction.atomic():
        locked = Description.objects.select_for_update(of=("self",)).select_related("track")
        description = locked.get(pk=description.pk)
        if row_version is not None and row_version != description.row_version:
            raise StudioError(
                "Somebody changed this text since you opened it.", hint="Read it again."
            )
        if not description.text.strip():
            raise StudioError("There is no text to approve.")
        claims = _claims(access, [description])[description.pk]
        bad = [claim for claim in claims if claim.verdict is Verdict.CONTRADICTED]
        if bad and not reason.strip():
            raise Contradicted(bad)
        Override.objects.bulk_create(
            Override(
                workspace=access.workspace, description=description, phrase=claim.text[:300],
                because=claim.because[:300], reason=reason.strip()[:300], by=access.user,
            )
            for claim in bad
        )  # fmt: skip
        done = set_states(
            access=access, descriptions=[description], state=State.APPROVED,
            reason=f"Approve the text of “{description.track}”"
            + (f"; overridden: {reason.strip()}" if bad else ""),
        )  # fmt: skip
        _remember(description, claims)
    others = [person for person in writers_of(description) if person.pk != access.user_id]
    tell(
        workspace=access.workspace, people=others,
        sentence=f"{access.user} approved the text of “{description.track}”.",
        address=address_of_row(description, access.workspace.slug),
    )  # fmt: skip
    return done


def approve_many(*, access: Access, descriptions: Sequence[Description]) -> Approved:
    """Approve those that pass, as one change set; the others are left and listed."""
    if not access.can(Permission.EDIT):
        raise PermissionDenied("Editors and above approve texts.")
    with transaction.atomic():
        rows = list(
            Description.objects.visible_to(access)
            .filter(pk__in=[each.pk for each in descriptions])
            .select_for_update(of=("self",))
            .select_related("track")
            .order_by("pk")
        )
        claims = _claims(access, rows)
        good: list[Description] = []
        left: list[Left] = []
        for row in rows:
            bad = [c for c in claims[row.pk] if c.verdict is Verdict.CONTRADICTED]
            if not row.text.strip():
                left.append(Left(row, "There is no text."))
            elif bad:
                left.append(Left(row, f"“{bad[0].text}”: {bad[0].because}"))
            elif row.state == State.APPROVED:
                left.append(Left(row, "It is approved already."))
            else:
                good.append(row)
        done = set_states(
            access=access, descriptions=good, state=State.APPROVED, source=ChangeSet.Source.BULK,
            reason=f"Approve {len(good)} texts",
        )  # fmt: skip
        for row in good:
            _remember(row, claims[row.pk])
    return Approved(done, tuple(good), tuple(left))


def _claims(access: Access, rows: Iterable[Description]) -> dict[int, tuple[Claim, ...]]:
    found = list(rows)
    facts = facts_of_all([row.track for row in found])
    checker = checker_of(access)
    return {
        row.pk: checker.check(row.text, facts[row.track_id])
        if row.language.split("-")[0] == "en"
        else ()
        for row in found
    }


def _remember(description: Description, claims: Iterable[Claim]) -> None:
    """Keep how each claim stood; a later check is compared with this."""
    kept = [[claim.text, str(claim.verdict)] for claim in claims]
    Description.objects.filter(pk=description.pk).update(checked=kept)


def recheck_after(change: ChangeSet) -> int:
    """Mark approved texts whose claims no longer stand as they did; says how many.

    Runs once a change set has touched facts; a second run finds nothing more to mark.
    """
    track_ids = set(
        Change.objects.filter(change_set=change, model="track", field__in=FACT_FIELDS).values_list(
            "object_id", flat=True
        )
    )
    if not track_ids:
        return 0
    rows = list(
        Description.objects.filter(
            workspace_id=change.workspace_id, track_id__in=track_ids, state=State.APPROVED
        ).select_related("track", "assignee")
    )
    if not rows:
        return 0
    workspace = Workspace.objects.get(pk=change.workspace_id)
    facts = facts_of_all([row.track for row in rows])
    checker = checker_of_workspace(workspace.pk)
    worse = {
        row: claim
        for row in rows
        if (claim := _worse(row.checked, checker.check(row.text, facts[row.track_id])))
    }
    if not worse:
        return 0
    with change_set(
        workspace=workspace, actor=None, source=ChangeSet.Source.SYSTEM,
        reason="A fact changed under an approved text",
    ) as ledger:  # fmt: skip
        for row in worse:
            ledger.put(row, state=str(State.NEEDS_UPDATE))
    for row, claim in worse.items():
        people = writers_of(row)
        if row.assignee is not None:
            people.append(row.assignee)
        tell(
            workspace=workspace, people=people,
            sentence=f"A fact of “{row.track}” changed: its approved text says “{claim.text}”. "
            f"{claim.because}",
            address=address_of_row(row, workspace.slug),
        )  # fmt: skip
    return len(worse)


_ORDER = {"supported": 0, "unsupported": 1, "contradicted": 2}


def _worse(checked: Sequence[Sequence[str]], claims: Iterable[Claim]) -> Claim | None:
    """The first claim that stands worse than when the text was approved."""
    before: Mapping[str, str] = {entry[0]: entry[1] for entry in checked}
    for claim in claims:
        then = before.get(claim.text)
        if then is not None and _ORDER[str(claim.verdict)] > _ORDER.get(then, 0):
            return claim
    return None
