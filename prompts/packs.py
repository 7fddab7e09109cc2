"""Keeping, sending and taking in prompt packs, and how alike the wordings of a template answer."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain

import numpy as np
from django.db import transaction
from django.utils.text import slugify

from catalog.access import Access
from prompts.blocking import blocked_term_in, refuse_blocked
from prompts.domain.overlap import jaccard, rank_biased
from prompts.domain.packs import (
    Pack,
    PackRefused,
    Template,
    fingerprint,
    pack_from,
    read_templates,
)
from prompts.models import BlockedTerm, PromptPack
from prompts.retrieval import ask
from prompts.signing import checked_file, signed_file

FILLINGS_COMPARED = 6
MOST_BLOCKED = 500


def save_pack(*, access: Access, name: str, sponsor: str, text: str) -> PromptPack:
    """Keep a pack as a new version of the one with this name.

    Raises
    ------
    PackRefused : no name, or a template that cannot be filled
    PromptBlocked : a blocked term in a prompt
    """
    slug = slugify(name)[:60]
    if not slug:
        raise PackRefused("Give the pack a name.")
    templates = read_templates(text)
    _refuse_blocked(access, templates)
    with transaction.atomic():
        own = PromptPack.objects.filter(workspace=access.workspace, slug=slug, signed_by="")
        newest = own.select_for_update().order_by("-version").first()
        return PromptPack.objects.create(
            workspace=access.workspace,
            slug=slug,
            name=name.strip()[:120],
            version=newest.version + 1 if newest else 1,
            owner=access.workspace.name,
            sponsor=sponsor.strip()[:120],
            templates=[asdict(template) for template in templates],
        )


def content_of(row: PromptPack) -> Pack:
    """A stored version as the domain reads it."""
    return pack_from(
        {
            "format": 1, "slug": row.slug, "name": row.name, "version": row.version,
            "owner": row.owner, "sponsor": row.sponsor, "templates": row.templates,
        }
    )  # fmt: skip


def export_pack(*, access: Access, pack_id: int) -> tuple[str, bytes]:
    """A signed file of one version, and its name.

    Raises
    ------
    PromptBlocked : a prompt of it holds a term that was blocked since
    """
    row = PromptPack.objects.visible_to(access).get(pk=pack_id)
    _refuse_blocked(access, content_of(row).templates)
    return f"{row.slug}-{row.version}.pack.json", signed_file(content_of(row), access.workspace)


def import_pack(*, access: Access, data: bytes) -> PromptPack:
    """Take a signed pack in. The same version by the same key is there once.

    Raises
    ------
    PackRefused : no pack, or changed after signing
    PromptBlocked : a blocked term in a prompt
    """
    pack, public = checked_file(data)
    _refuse_blocked(access, pack.templates)
    row, _ = PromptPack.objects.get_or_create(
        workspace=access.workspace,
        slug=pack.slug,
        version=pack.version,
        signed_by=fingerprint(public),
        defaults={
            "name": pack.name,
            "owner": pack.owner,
            "sponsor": pack.sponsor,
            "templates": [asdict(template) for template in pack.templates],
        },
    )
    return row


def block_terms(*, access: Access, text: str) -> int:
    """Set the blocked terms, one a line; says how many there are."""
    terms = list(dict.fromkeys(line.strip()[:80] for line in text.splitlines() if line.strip()))
    if len(terms) > MOST_BLOCKED:
        raise PackRefused(f"Block at most {MOST_BLOCKED} terms.")
    with transaction.atomic():
        BlockedTerm.objects.filter(workspace=access.workspace).delete()
        BlockedTerm.objects.bulk_create(
            BlockedTerm(workspace=access.workspace, term=term) for term in terms
        )
    return len(terms)


def _refuse_blocked(access: Access, templates: Sequence[Template]) -> None:
    refuse_blocked(access.workspace, _prompts_of(templates), what="A prompt of this pack")


def blocked_in_pack(access: Access, templates: Sequence[Template]) -> str:
    """The first blocked term in a stored version; it may have been blocked later."""
    return blocked_term_in(access.workspace, _prompts_of(templates))


def _prompts_of(templates: Sequence[Template]) -> Iterator[str]:
    return chain.from_iterable(chain.from_iterable(t.paraphrases()) for t in templates)


@dataclass(frozen=True, slots=True)
class Wording:
    """How alike one wording answers to the template's own, over some fillings."""

    text: str
    jaccard: float
    rank_biased: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """A template with its wordings, measured on the workspace's tracks."""

    template: Template
    examples: tuple[str, ...]
    wordings: tuple[Wording, ...]


def agreement(*, access: Access, template: Template) -> Agreement:
    """Ask every wording of up to six fillings and compare the lists with the template's own."""
    groups = []
    for group in template.paraphrases():
        groups.append(group)
        if len(groups) == FILLINGS_COMPARED:
            break
    lists = [
        [[r.track_id for r in ask(text, access=access, arc="fit").results] for text in group]
        for group in groups
    ]
    wordings = tuple(
        Wording(
            text,
            float(np.mean([jaccard(answers[0], answers[at + 1]) for answers in lists])),
            float(np.mean([rank_biased(answers[0], answers[at + 1]) for answers in lists])),
        )
        for at, text in enumerate(template.wordings)
    )
    return Agreement(template, tuple(group[0] for group in groups), wordings)
