"""The prompt engine as other apps use it: parse, build an index, encode, surface, score one track.

engine = default_engine()
index = engine.build_index(documents)
queries = engine.encode([engine.parse(text) for text in texts], index)
positions, scores = engine.surface(queries, index, k=20)
edited = engine.score_one(document, queries, index)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from prompts.domain import queries as query_rules
from prompts.domain import surfacing
from prompts.domain.building import build_index
from prompts.domain.concepts import ConceptSpace
from prompts.domain.documents import TrackDocument
from prompts.domain.index import Encoder, Statistics, TrackIndex
from prompts.domain.intent import Intent
from prompts.domain.lexicon import Lexicon
from prompts.domain.parsing import Parser
from prompts.domain.postings import Floats
from prompts.domain.queries import Blend, QueryBlock
from prompts.encoders import chosen_encoder, default_encoder
from prompts.lexicon import (
    TermKey,
    VocabularyTerm,
    build_lexicon,
    default_lexicon,
    default_lexicon_terms,
    term_key,
)

ENGINE_VERSION = "3"
"""Raised whenever the same prompt and catalog may give another list; reports print it."""


@dataclass(frozen=True)
class Engine:
    """A lexicon and an encoder, and all that can be done with them. Safe to share."""

    lexicon: Lexicon
    encoder: Encoder
    blend: Blend = field(default_factory=Blend)
    vocabulary: frozenset[TermKey] = frozenset()

    @cached_property
    def space(self) -> ConceptSpace:
        """The concept columns of this lexicon."""
        return ConceptSpace(self.lexicon)

    @cached_property
    def parser(self) -> Parser:
        """What reads prompts with this lexicon."""
        return Parser(self.lexicon)

    def parse(self, text: str) -> Intent:
        """Understand one prompt."""
        return self.parser.parse(text)

    def build_index(
        self,
        documents: Iterable[TrackDocument],
        *,
        statistics: Statistics | None = None,
        expected: int = 0,
    ) -> TrackIndex:
        """Index a market; `statistics` of another index keep its idea of rarity.

        `expected` is about how many documents there are; a large index then needs less room.
        """
        return build_index(
            documents,
            space=self.space,
            encoder=self.encoder,
            statistics=statistics,
            expected=expected,
        )

    def encode(self, intents: Sequence[Intent], index: TrackIndex) -> QueryBlock:
        """Turn intents into weights and filters over an index."""
        return query_rules.encode(intents, index, blend=self.blend)

    def surface(
        self, queries: QueryBlock, index: TrackIndex, k: int = 20
    ) -> tuple[NDArray[np.int32], Floats]:
        """First k positions and scores of every prompt, see `surfacing.surface`."""
        return surfacing.surface(queries, index, k)

    def score_one(self, document: TrackDocument, queries: QueryBlock, index: TrackIndex) -> Floats:
        """Scores of one edited track for every prompt, see `surfacing.score_one`."""
        return surfacing.score_one(document, queries, index)


@cache
def default_engine() -> Engine:
    """The engine over the shipped vocabulary, as simulations and benches use it."""
    return Engine(default_lexicon(), default_encoder(), vocabulary=default_lexicon_terms())


@cache
def box_engine() -> Engine:
    """The engine of the prompt box: the same, with the encoder that the operator chose."""
    if chosen_encoder() is default_encoder():
        return default_engine()
    return Engine(default_lexicon(), chosen_encoder(), vocabulary=default_lexicon_terms())


def engine_for(terms: Iterable[VocabularyTerm]) -> Engine:
    """An engine over a workspace's own vocabulary."""
    known = list(terms)
    keys = frozenset(term_key(term) for term in known)
    return Engine(build_lexicon(known), chosen_encoder(), vocabulary=keys)
