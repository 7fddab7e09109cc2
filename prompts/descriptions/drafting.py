"""Drafts for the tracks of a workspace, one or many."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.access import Access
from catalog.models import ChangeSet, Description, Track
from catalog.services.descriptions import Slot
from catalog.services.ledger import change_set
from prompts.descriptions.checking import checker_of, neighbours
from prompts.descriptions.facts import facts_of, facts_of_all
from prompts.descriptions.rephrasing import rephrased
from prompts.domain.drafting import Draft
from prompts.drafts import write_drafts


def drafts_for(
    *, access: Access, track: Track, slot: Slot, seed: int, count: int = 3
) -> list[Draft]:
    """Several drafts for one text, unlike each other and unlike the texts of the same release.

    Where the operator has set up a language model, one of them is its rewording, if it passes.
    """
    checker = checker_of(access)
    facts = facts_of(track)
    avoid = [text for _, text in neighbours(access, track, slot.language)]
    found = write_drafts(
        facts, length=slot.length, seed=seed, count=count, avoid=avoid, checker=checker
    )
    if found:
        other = rephrased(found[0].text, facts=facts, length=slot.length, checker=checker)
        if other:
            found.append(Draft(other, seed, 0.0))
    return found


@dataclass(frozen=True)
class Drafted:
    """What a bulk draft wrote, and which tracks were left, with the reason."""

    change_set: ChangeSet | None
    written: int
    left: tuple[tuple[Track, str], ...]


def draft_many(*, access: Access, tracks: Sequence[Track], slot: Slot, seed: int) -> Drafted:
    """Draft a text for every track that has none in this place, as one change set."""
    allowed = {
        track.pk: track
        for track in Track.objects.editable_by(access)
        .filter(pk__in=[track.pk for track in tracks])
        .order_by("release_id", "disc_number", "track_number", "pk")
    }
    left = [(track, "You may not change it.") for track in tracks if track.pk not in allowed]
    present = {
        row.track_id: row
        for row in Description.objects.filter(
            track_id__in=allowed, language=slot.language, length=slot.length, purpose=slot.purpose
        )
    }
    checker, facts = checker_of(access), facts_of_all(allowed.values())
    of_release: dict[int | None, list[str]] = {}
    written = 0
    with change_set(
        workspace=access.workspace, actor=access.user, source=ChangeSet.Source.BULK,
        reason=f"Draft descriptions for {len(allowed)} tracks",
    ) as ledger:  # fmt: skip
        for track in allowed.values():
            row = present.get(track.pk)
            if row is not None and row.text:
                left.append((track, "It has a text already."))
                continue
            if track.release_id not in of_release:
                others = neighbours(access, track, slot.language) if track.release_id else ()
                of_release[track.release_id] = [text for _, text in others]
            avoid = of_release[track.release_id]
            found = write_drafts(
                facts[track.pk], length=slot.length, seed=seed + track.pk, count=1, avoid=avoid,
                checker=checker,
            )  # fmt: skip
            if not found:
                left.append((track, "It has no facts to write from."))
                continue
            avoid.append(found[0].text)
            written += 1
            if row is not None:
                ledger.put(row, text=found[0].text, state=str(Description.State.DRAFT))
                continue
            ledger.create(
                "description",
                {
                    "track": track.pk, "purpose": str(slot.purpose), "language": slot.language,
                    "length": int(slot.length), "text": found[0].text,
                },
            )  # fmt: skip
    return Drafted(None if ledger.is_empty else ledger.change_set, written, tuple(left))
