"""Blocked terms: words that no prompt kept in a workspace may hold, wherever it is kept."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from catalog.errors import StudioError
from catalog.models import Workspace
from prompts.domain.packs import blocked_in
from prompts.models import BlockedTerm


class PromptBlocked(StudioError):
    """A prompt holds a term that the workspace has blocked; the message names it."""

    http_status = 422


def blocked_terms(workspace: Workspace) -> list[str]:
    """What the workspace has blocked, in the order of the alphabet."""
    return list(BlockedTerm.objects.filter(workspace=workspace).values_list("term", flat=True))


def blocked_term_in(workspace: Workspace, texts: Iterable[str]) -> str:
    """The first blocked term that some text holds as whole words, in any spelling; else empty."""
    terms = blocked_terms(workspace)
    return blocked_in(iter(texts), terms) if terms else ""


def refuse_blocked(workspace: Workspace, texts: Iterable[str], *, what: str = "It") -> None:
    """Refuse texts with a blocked term; `what` opens the sentence.

    Raises
    ------
    PromptBlocked : naming the term
    """
    found = blocked_term_in(workspace, texts)
    if found:
        raise PromptBlocked(
            f"{what} holds “{found}”, which is blocked in this workspace.",
            hint="Write it without; a manager sets blocked terms under Prompts, Packs.",
        )


Row = TypeVar("Row")


def without_blocked(
    workspace: Workspace, rows: Sequence[Row], text_of: Callable[[Row], str]
) -> list[Row]:
    """Rows whose text holds no blocked term; one blocked later hides what was kept before."""
    terms = blocked_terms(workspace) if rows else []
    return [row for row in rows if not terms or not blocked_in(iter([text_of(row)]), terms)]
