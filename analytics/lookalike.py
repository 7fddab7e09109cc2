"""Which prompts a description or a track answers, against a small fixed market.

The bank and the market are those of the simulation, only smaller, so that a page can wait for them:
what surfaces here is a hint, not a report. Names and titles are left out on both sides.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from analytics import arena as arenas
from analytics.domain.market_draw import draw_market
from analytics.domain.prompt_space import PromptBank
from analytics.domain.simulation import FIRST_PLACES
from analytics.reference import market_model
from catalog.access import Access
from catalog.models import Track
from prompts.documents import documents_of
from prompts.domain.documents import TrackDocument
from prompts.domain.index import TrackIndex
from prompts.domain.postings import Floats
from prompts.domain.queries import QueryBlock

PROMPTS = 2_000
MARKET_TRACKS = 2_000
SEED = 1
SPACES_SHOWN = 12
PROMPTS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Small:
    """A small bank asked of a small market; `bars` is the score of each prompt's last place."""

    bank: PromptBank
    index: TrackIndex
    queries: QueryBlock
    bars: Floats


@dataclass(frozen=True, slots=True)
class AnsweredSpace:
    """A prompt space with the prompts of it that are answered, the surest first."""

    name: str
    slug: str
    answered: int
    asked: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lookalike:
    """What a text or a track answers."""

    answered: int
    asked: int
    spaces: tuple[AnsweredSpace, ...]
    understood: tuple[str, ...]


@lru_cache(maxsize=1)
def small_market() -> Small:
    """Built at the first question, in a few seconds, and kept."""
    prompt_bank = arenas.bank(PROMPTS, SEED)
    engine = arenas.engine()
    market = draw_market(market_model(), tracks=MARKET_TRACKS, seed=SEED)
    index = engine.build_index(market.documents())
    parsed = [engine.parse(prompt.text) for prompt in prompt_bank.prompts]
    queries = engine.encode(parsed, index)
    _, scores = engine.surface(queries, index, k=FIRST_PLACES)
    return Small(prompt_bank, index, queries, scores[:, -1])


def answers_of_text(text: str) -> Lookalike:
    """The prompts that a track with this description, and nothing else, would surface for."""
    return answers_of(TrackDocument(0, "", texts=(text,)))


def answers_of_track(*, access: Access, track_id: int) -> Lookalike:
    """The prompts that a track surfaces for as it is described today.

    Raises
    ------
    Track.DoesNotExist : not there for this person, or opted out of simulations
    """
    Track.objects.visible_to(access).simulatable().get(pk=track_id)
    (document,) = documents_of(access.workspace, [track_id])
    return answers_of(replace(document, title="", artists=(), artist_ids=(), label=""))


def answers_of(document: TrackDocument) -> Lookalike:
    """Prompts whose list the document would enter, by space."""
    small = small_market()
    engine = arenas.engine()
    scores = engine.score_one(document, small.queries, small.index)
    enters = np.isfinite(scores) & (scores > np.maximum(small.bars, 0))
    asked: dict[str, int] = defaultdict(int)
    found: dict[str, list[int]] = defaultdict(list)
    for at, prompt in enumerate(small.bank.prompts):
        asked[prompt.space] += 1
        if enters[at]:
            found[prompt.space].append(at)
    names = {space.slug: space.name for space in small.bank.spaces}
    best = sorted(found, key=lambda slug: (-len(found[slug]) / asked[slug], slug))
    surest = {
        slug: sorted(found[slug], key=lambda at: float(small.bars[at] - scores[at]))
        for slug in best[:SPACES_SHOWN]
    }
    reading = small.index.space.read_document(document)
    return Lookalike(
        answered=int(enters.sum()),
        asked=len(small.bank.prompts),
        spaces=tuple(
            AnsweredSpace(
                names[slug],
                slug,
                len(found[slug]),
                asked[slug],
                tuple(small.bank.prompts[at].text for at in surest[slug][:PROMPTS_SHOWN]),
            )
            for slug in best[:SPACES_SHOWN]
        ),
        understood=tuple(small.index.space.lexicon.label(term) for term in reading.weights),
    )
