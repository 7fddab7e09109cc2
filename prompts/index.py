"""The index of each workspace, kept in the process until a change set makes it stale."""

import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from django.db.models import Q

from analysis.likeness import Signatures, signatures
from catalog.models import Change, ChangeSet, Term, Track, Workspace
from prompts.documents import catalog_parts, read_catalog
from prompts.domain.documents import TrackDocument
from prompts.domain.index import TrackIndex
from prompts.domain.patching import patch_index
from prompts.engine import Engine, box_engine, engine_for
from prompts.lexicon import default_lexicon_terms, term_key

MOST_KEPT = 8
"""Indexes kept in a process; one of 10,000 tracks takes about 50 MB."""

LATE_CHANGE_SETS = 50
"""Change sets are numbered when they begin and land when they commit; look this many further back,
so that one that began early and landed late is not missed. Reading a track twice is harmless."""

MOST_DOCUMENTS = 20_000
"""Documents are kept up to this many, about 50 MB."""

SOUND_READ_EVERY_S = 30.0

MOST_PATCHED = 2_000
"""When more tracks than this changed, building anew is quicker than finding out which."""


@dataclass(frozen=True, slots=True)
class WorkspaceIndex:
    """A workspace ready to be asked, as of one catalog stamp."""

    stamp: int
    engine: Engine
    index: TrackIndex
    documents: Mapping[int, TrackDocument] | None
    """By track, for the reasons; not kept for very large catalogs, which read them when needed."""
    audio: Mapping[int, int] | None
    """The audio file of each track that has one; kept and read as the documents are."""
    opted_out: frozenset[int]
    sound: Signatures | None = None
    """The sonic signatures that the index holds; the same object while none has changed."""
    sound_read_at: float = 0.0


_kept: OrderedDict[int, WorkspaceIndex] = OrderedDict()
_locks: dict[int, threading.Lock] = {}
_guard = threading.Lock()


def workspace_index(workspace: Workspace) -> WorkspaceIndex:
    """The index of a workspace at its present stamp.

    After a change set only the tracks it touched are read again; a changed vocabulary, or very many
    changed tracks, build it anew. `workspace` must be freshly read, as it is in a request.
    """
    with _guard:
        lock = _locks.setdefault(workspace.pk, threading.Lock())
    with lock:
        kept = _kept.get(workspace.pk)
        if kept is None or kept.stamp != workspace.catalog_stamp:
            kept = _sounding_as(kept, _refreshed(workspace, kept))
        if time.monotonic() - kept.sound_read_at > SOUND_READ_EVERY_S:
            kept = _with_sound(workspace, kept)
        with _guard:
            _kept[workspace.pk] = kept
            _kept.move_to_end(workspace.pk)
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
        return kept


def _with_sound(workspace: Workspace, kept: WorkspaceIndex) -> WorkspaceIndex:
    """Put the signatures of the recordings into the index, row by row; none where nothing has one.

    Recordings are heard without any change set, so they are looked for by the clock.
    """
    sound = signatures(workspace)
    now = time.monotonic()
    if sound is kept.sound:
        return replace(kept, sound_read_at=now)
    return _laid_in(sound, kept, read_at=now)


def _sounding_as(before: WorkspaceIndex | None, fresh: WorkspaceIndex) -> WorkspaceIndex:
    """Carry the signatures over a change set, which never changes a recording."""
    if before is None or before.sound is None:
        return fresh
    return _laid_in(before.sound, fresh, read_at=before.sound_read_at)


def _laid_in(sound: Signatures, kept: WorkspaceIndex, *, read_at: float) -> WorkspaceIndex:
    table = sound.aligned_to(kept.index.track_ids)
    index = replace(kept.index, signatures=table if len(sound.track_ids) else None)
    return replace(kept, index=index, sound=sound, sound_read_at=read_at)


def _refreshed(workspace: Workspace, before: WorkspaceIndex | None) -> WorkspaceIndex:
    touched = None if before is None else touched_tracks(workspace, before.stamp)
    if before is None or touched is None:
        return _built(workspace, before)
    reading = read_catalog(workspace, touched)
    found = {document.track_id: document for document in reading.documents}
    documents = before.documents
    if documents is not None:
        documents = {**_without(documents, touched), **found}
    return WorkspaceIndex(
        stamp=workspace.catalog_stamp,
        engine=before.engine,
        index=patch_index(before.index, reading.documents, touched - found.keys()),
        documents=documents,
        audio=None
        if before.audio is None
        else {**_without(before.audio, touched), **reading.audio},
        opted_out=(before.opted_out - touched) | reading.opted_out,
    )


def _built(workspace: Workspace, before: WorkspaceIndex | None) -> WorkspaceIndex:
    engine = _engine(workspace, before)
    documents: dict[int, TrackDocument] | None = {}
    audio: dict[int, int] = {}
    opted_out: set[int] = set()

    def read() -> Iterator[TrackDocument]:
        nonlocal documents
        for part in catalog_parts(workspace):
            opted_out.update(part.opted_out)
            if documents is not None:
                documents.update((document.track_id, document) for document in part.documents)
                audio.update(part.audio)
                if len(documents) > MOST_DOCUMENTS:
                    documents = None
                    audio.clear()
            yield from part.documents

    expected = Track.objects.filter(workspace=workspace).count()
    index = engine.build_index(read(), expected=expected)
    return WorkspaceIndex(
        stamp=workspace.catalog_stamp,
        engine=engine,
        index=index,
        documents=documents,
        audio=audio if documents is not None else None,
        opted_out=frozenset(opted_out),
    )


Value = TypeVar("Value")


def _without(values: Mapping[int, Value], gone: set[int]) -> dict[int, Value]:
    return {key: value for key, value in values.items() if key not in gone}


def touched_tracks(workspace: Workspace, since_stamp: int) -> set[int] | None:
    """Tracks that change sets since a stamp may have altered; None if all must be read again."""
    newest = workspace.catalog_stamp - since_stamp + LATE_CHANGE_SETS
    if newest <= LATE_CHANGE_SETS:  # the stamp went back: another database behind the same process
        return None
    recent = ChangeSet.objects.filter(workspace=workspace).order_by("-pk")[:newest]
    changed: dict[str, set[int]] = {}
    for model, object_id in (
        Change.objects.filter(workspace=workspace, change_set__in=recent.values("pk"))
        .order_by()
        .values_list("model", "object_id")
        .distinct()[: MOST_PATCHED + 1]
    ):
        changed.setdefault(model, set()).add(object_id)
    if "term" in changed or sum(map(len, changed.values())) > MOST_PATCHED:
        return None
    tracks = set(changed.get("track", ()))
    if changed.keys() & {"description", "artist", "release"}:
        tracks.update(
            Track.objects.filter(
                Q(descriptions__in=changed.get("description", ()))
                | Q(credits__artist__in=changed.get("artist", ()))
                | Q(release__in=changed.get("release", ())),
                workspace=workspace,
            )
            .order_by()
            .values_list("pk", flat=True)
        )
    return tracks if len(tracks) <= MOST_PATCHED else None


def _engine(workspace: Workspace, before: WorkspaceIndex | None) -> Engine:
    """The shared engine while the vocabulary is the shipped one, else one of its own."""
    terms = list(Term.objects.filter(workspace=workspace).order_by("facet", "slug"))
    own = {term_key(term) for term in terms}
    if own == default_lexicon_terms():
        return box_engine()
    if before is not None and before.engine.vocabulary == own:
        return before.engine
    return engine_for(terms)
