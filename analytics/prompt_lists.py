"""Lists of real prompts as banks read them: what a list adds, and what sizes people set."""

import json
import zlib
from collections.abc import Iterable

from analytics.domain.prompt_space import PromptBank, folded
from analytics.models import PromptList, SizePrior

MOST_LISTED = 10_000
"""A bank takes this many prompts of a list, the most asked ones; more would only cost time."""

Entry = tuple[str, int, str]
"""Text, times asked, slug of the space (or of the group of own prompts)."""


def packed_prompts(entries: Iterable[Entry]) -> bytes:
    """Write the prompts of a list as compressed JSON."""
    return zlib.compress(json.dumps(list(entries), ensure_ascii=False).encode(), level=6)


def unpacked_prompts(content: bytes | memoryview) -> list[Entry]:
    """Read what `packed_prompts` wrote."""
    return [(text, asked, slug) for text, asked, slug in json.loads(zlib.decompress(content))]


def entries_of(list_id: int) -> list[Entry]:
    """Read the prompts of a list, the most asked first."""
    return unpacked_prompts(
        bytes(PromptList.objects.values_list("content", flat=True).get(pk=list_id))
    )


def new_prompts(list_id: int, grown: PromptBank) -> list[tuple[str, str]]:
    """Give the prompts that a list adds to a bank: text and space, without what grew already."""
    taken = {folded(prompt.text) for prompt in grown.prompts}
    found = ((text, slug) for text, _, slug in entries_of(list_id) if folded(text) not in taken)
    return [entry for _, entry in zip(range(MOST_LISTED), found, strict=False)]


def listed_prompts(list_id: int, count: int, grown: PromptBank) -> list[tuple[str, str]]:
    """Give the first `count` prompts that a list adds to a bank, as the bank's row says."""
    return new_prompts(list_id, grown)[:count]


def own_share(list_id: int, grown: PromptBank) -> float:
    """Share of a list's counts that is near no space of a bank."""
    row = PromptList.objects.only("asked_count", "space_counts").get(pk=list_id)
    known = {space.slug for space in grown.spaces}
    own = sum(asked for slug, (_, asked) in row.space_counts.items() if slug not in known)
    # The grammar's spaces stay in the bank, so they keep a little of the whole.
    return min(0.99, float(own) / max(row.asked_count, 1))


def chosen_sizes(prior_id: int) -> dict[str, float]:
    """Sizes that people set; empty where the stated ones hold."""
    return dict(SizePrior.objects.values_list("sizes", flat=True).get(pk=prior_id))
