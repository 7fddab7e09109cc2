"""The index of each workspace, kept in the process until a change set makes it stale."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from catalog.models import Term, Track, Workspace
from prompts.documents import documents_of
from prompts.domain.index import TrackIndex
from prompts.engine import Engine, default_engine, engine_for
from prompts.lexicon import default_lexicon_terms, term_key

MOST_KEPT = 8
"""Indexes kept in a process; one of 10,000 tracks takes about 40 MB."""


@dataclass(frozen=True, slots=True)
class WorkspaceIndex:
    """A workspace ready to be asked, as of one catalog stamp."""

    stamp: int
    engine: Engine
    index: TrackIndex
    opted_out: int


_kept: OrderedDict[int, WorkspaceIndex] = OrderedDict()
_locks: dict[int, threading.Lock] = {}
_guard = threading.Lock()


def workspace_index(workspace: Workspace) -> WorkspaceIndex:
    """The index of a workspace at its present stamp; built anew if a change set has landed.

    `workspace` must be freshly read, as it is in a request.
    """
    with _guard:
        lock = _locks.setdefault(workspace.pk, threading.Lock())
    with lock:
        kept = _kept.get(workspace.pk)
        if kept is None or kept.stamp != workspace.catalog_stamp:
            kept = _build(workspace, kept)
        with _guard:
            _kept[workspace.pk] = kept
            _kept.move_to_end(workspace.pk)
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        return kept


def _build(workspace: Workspace, before: WorkspaceIndex | None) -> WorkspaceIndex:
    engine = _engine(workspace, before)
    documents = documents_of(workspace)
    return WorkspaceIndex(
        stamp=workspace.catalog_stamp,
        engine=engine,
        index=engine.build_index(documents),
        opted_out=Track.objects.filter(workspace=workspace).count() - len(documents),
    )


def _engine(workspace: Workspace, before: WorkspaceIndex | None) -> Engine:
    """The shared engine while the vocabulary is the shipped one, else one of its own."""
    terms = list(Term.objects.filter(workspace=workspace).order_by("facet", "slug"))
    own = {term_key(term) for term in terms}
    if own == default_lexicon_terms():
        return default_engine()
    if before is not None and before.engine.vocabulary == own:
        return before.engine
    return engine_for(terms)
