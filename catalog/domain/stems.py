"""Which files are parts of one track, judged by their names and folders alone.

One file is never enough: "Moonlight (Piano).wav" is a stem only beside "Moonlight.wav", beside
other parts of Moonlight, in a folder of stems, or where the catalog already has Moonlight.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from catalog.domain.file_names import read_name, spaced, stem_of, without_technical
from catalog.domain.stem_roles import STEM_WORD, label_of, role_of

_GENERIC_FOLDER = re.compile(
    r"(?:stems?|multi ?tracks?|track ?outs?|wavs?|audio|files?|exports?|bounces?|mixdowns?)",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"^(?P<title>.+?)\s*[(\[{](?P<part>[^()\[\]{}]+)[)\]}](?:\s*\d{1,2})?$")
_SEPARATOR = re.compile(r"\s+[-–—]\s+|\s*[_.]\s*|(?<=\w)-(?=\w)|\s+[-–—]|[-–—]\s+")
_WHOLE = re.compile(
    r"(?:(?:full|final|stereo|main|2 ?track)\s+)?"
    r"(?:mix(?:down)?|master(?:ed)?|bounce|premaster)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class StemFile:
    """A file that is one part of a track."""

    path: str
    role: str
    label: str


@dataclass(frozen=True)
class TrackFiles:
    """The files of one track: the whole recording, where there is one, and its parts."""

    title: str
    main: str | None
    stems: tuple[StemFile, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """All files, the whole recording first."""
        return (*([self.main] if self.main else ()), *(stem.path for stem in self.stems))


@dataclass(frozen=True)
class _Reading:
    """One way to read a file name: a title, and what part of it the file is.

    `keys` are the folded forms of the title, with the artist before it and without.
    """

    title: str
    keys: tuple[str, ...]
    role: str
    label: str


def title_key(text: str) -> str:
    """Fold a title so that differently written names of one song compare equal.

    >>> title_key("01 - Blue_Hour (Master)") == title_key("blue hour")
    True
    """
    words = without_technical(spaced(text), loose=True).casefold()
    words = re.sub(r"^(?:\d-)?\d{1,3}(?:\s*[.)]\s*|\s+-\s+|(?<=0\d)\s+(?=\D))", "", words)
    return " ".join(re.sub(r"[^\w]+", " ", words).split())


def group_files(
    paths: Sequence[str], *, known_titles: Iterable[str] = ()
) -> tuple[TrackFiles, ...]:
    """Group files into tracks, in the order of their first file.

    Parameters
    ----------
    paths : relative paths with "/" between folders; only their names are looked at
    known_titles : titles of tracks that the catalog already has
    """
    known = {title_key(title): title for title in known_titles}
    by_folder: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        by_folder[path.rpartition("/")[0]].append(path)
    stems_of: dict[str, list[StemFile]] = defaultdict(list)
    titles: dict[str, str] = {}
    whole: dict[str, str] = {}
    rest: list[str] = []
    for folder, files in by_folder.items():
        around = {title_key(_name(path)) for path in _near(folder, by_folder)}
        taken = _folder_of_stems(folder, files, by_folder, whole, titles, stems_of)
        left = [path for path in files if path not in taken]
        rest += _named_stems(folder, left, around, known, titles, stems_of)
    order = {path: index for index, path in enumerate(paths)}
    return _assemble(rest, whole, titles, stems_of, known, order)


def titles_named(path: str) -> tuple[str, ...]:
    """Titles of which a file might be a part, to look up in the catalog.

    >>> titles_named("Blue Hour (drums).wav"), titles_named("Blue Hour.wav")
    (('Blue Hour',), ())
    """
    return tuple(dict.fromkeys(reading.title for reading in _readings(path)))


def _folder_of_stems(
    folder: str,
    files: Sequence[str],
    by_folder: Mapping[str, Sequence[str]],
    whole: dict[str, str],
    titles: dict[str, str],
    stems_of: dict[str, list[StemFile]],
) -> set[str]:
    """Take a folder whose files are named by their part alone ("01 Kick.wav", "Bass.wav")."""
    bare = {path: role for path in files if (role := role_of(_bare(path)))}
    says_so = bool(STEM_WORD.search(spaced(folder.rpartition("/")[2])))
    others = [path for path in files if path not in bare]
    if len(bare) < 2 and not (says_so and bare):
        return set()
    if folder and len(bare) * 2 < len(files) and not says_so:
        return set()
    mixes = [path for path in others if _WHOLE.fullmatch(spaced(_name(path)))]
    if not folder:
        # Dropped without a folder: the parts belong to the one other file, if there is just one.
        mains = mixes or (others if len(others) == 1 else [])
        title = read_name(mains[0]).title if mains and not mixes else "Untitled"
    else:
        title = _folder_title(folder) or "Untitled"
        wanted = title_key(title)
        same = [path for path in others if title_key(_name(path)) == wanted]
        parent = folder.rpartition("/")[0]
        above = [p for p in by_folder.get(parent, ()) if title_key(_name(p)) == wanted]
        mains = [*same, *mixes, *above]
    key = f"{folder}/{title_key(title)}"
    titles[key] = title
    taken = set(bare)
    if mains:
        whole[mains[0]] = key
        taken |= {mains[0]} & set(files)
    stems_of[key] += [
        StemFile(path, role, label_of(_bare(path), role)) for path, role in bare.items()
    ]
    if folder and says_so:
        unnamed = [
            path for path in others if path not in mains and not _reads_as_other(path, title)
        ]
        stems_of[key] += [StemFile(path, "other", spaced(_bare(path))) for path in unnamed]
        taken |= set(unnamed)
    return taken


def _named_stems(
    folder: str,
    files: Sequence[str],
    around: set[str],
    known: Mapping[str, str],
    titles: dict[str, str],
    stems_of: dict[str, list[StemFile]],
) -> list[str]:
    """Take files named by title and part ("Song (drums).wav"); give back those left over."""
    readings = {path: _readings(path) for path in files}
    support: dict[str, set[str]] = defaultdict(set)
    for path, options in readings.items():
        for reading in options:
            support[reading.keys[0]].add(path)
    shared = {key for key, paths in support.items() if len(paths) > 1}
    left: list[str] = []
    for path, options in readings.items():
        says_so = bool(STEM_WORD.search(spaced(folder)) or STEM_WORD.search(spaced(_name(path))))
        for reading in options:
            found = [key for key in reading.keys if key in around or key in known or key in shared]
            if found or says_so:
                key = f"{_song_folder(folder)}/{found[0] if found else reading.keys[0]}"
                titles.setdefault(key, reading.title)
                stems_of[key].append(StemFile(path, reading.role, reading.label))
                break
        else:
            left.append(path)
    return left


def _assemble(
    rest: Sequence[str],
    whole: Mapping[str, str],
    titles: Mapping[str, str],
    stems_of: Mapping[str, list[StemFile]],
    known: Mapping[str, str],
    order: Mapping[str, int],
) -> tuple[TrackFiles, ...]:
    """Join the parts to the whole recordings that are left, each to one track."""
    main_of = {key: path for path, key in whole.items()}
    tracks: list[TrackFiles] = []
    for path in rest:
        if path in whole:
            continue
        key = f"{_song_folder(path.rpartition('/')[0])}/{title_key(_name(path))}"
        if key in stems_of and key not in main_of:
            main_of[key] = path
        else:
            tracks.append(TrackFiles(read_name(path).title, path))
    for key, stems in stems_of.items():
        main = main_of.get(key)
        named = read_name(main).title if main else titles[key]
        if main and _WHOLE.fullmatch(spaced(_name(main))):
            named = titles[key]
        named = named if main else known.get(title_key(named), named)
        ordered = tuple(sorted(stems, key=lambda stem: order[stem.path]))
        tracks.append(TrackFiles(named, main, ordered))
    return tuple(sorted(tracks, key=lambda track: min(order[path] for path in track.paths)))


def _readings(path: str) -> list[_Reading]:
    """All ways to read a name as title and part, the most explicit first."""
    name = without_technical(_name(path))
    found: list[_Reading] = []
    if (match := _BRACKETED.match(name)) and (role := role_of(match["part"])):
        found.append(_reading(match["title"], match["part"], role))
    cuts = list(_SEPARATOR.finditer(name))
    for cut in reversed(cuts):
        before, after = name[: cut.start()], name[cut.end() :]
        if (role := role_of(after)) and title_key(before) and not role_of(before):
            found.append(_reading(before, after, role))
    for cut in cuts:
        before, after = name[: cut.start()], name[cut.end() :]
        number_off = re.sub(r"^\d{1,3}\s*", "", spaced(before))
        if (role := role_of(number_off)) and title_key(after) and not role_of(after):
            found.append(_reading(after, number_off, role))
    return found


def _reading(title: str, part: str, role: str) -> _Reading:
    before = title.strip(" _-–—.")
    named = read_name(before).title
    keys = tuple(dict.fromkeys((title_key(before), title_key(named))))
    return _Reading(named, keys, role, label_of(part, role))


def _bare(path: str) -> str:
    """A file name without the number before it, the tempo behind it or the extension."""
    return re.sub(r"^\d{1,3}(?:[\s._\-)]+|(?=[A-Za-z]))", "", without_technical(_name(path)))


def _name(path: str) -> str:
    return stem_of(path)


def _near(folder: str, by_folder: Mapping[str, Sequence[str]]) -> list[str]:
    """Files of the folder itself, and of the one above a folder of stems."""
    above = _song_folder(folder)
    return [*by_folder[folder], *(by_folder.get(above, ()) if above != folder else ())]


def _song_folder(folder: str) -> str:
    """The folder where the whole recording would be: above "stems", else the folder itself."""
    parent, _, last = folder.rpartition("/")
    return parent if STEM_WORD.search(spaced(last)) else folder


def _folder_title(folder: str) -> str:
    """A song's title from the folder of its parts, or from the one above "Stems"."""
    for part in reversed(folder.split("/")):
        text = STEM_WORD.sub("", spaced(part)).strip(" -–—()[]")
        if text and not _GENERIC_FOLDER.fullmatch(text):
            return read_name(text).title
    return ""


def _reads_as_other(path: str, title: str) -> bool:
    """Whether a name clearly speaks of another song than the folder's."""
    return any(title_key(title) not in reading.keys for reading in _readings(path))
