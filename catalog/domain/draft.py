"""From the tags of a file and its name to the draft of a track. Plain Python.

Nothing is invented: a field that neither tag nor name states stays empty, and whatever was left
out or changed is said in `notes`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.domain.file_names import read_name
from catalog.domain.identifiers import MalformedIdentifier, normalise_isrc, normalise_upc
from catalog.domain.keys import Key, read_key
from catalog.domain.tag_values import (
    clean_text,
    read_advisory,
    read_artists,
    read_date,
    read_language,
    read_number,
    read_tempo,
    read_title,
    read_year,
    repaired_text,
    split_genres,
)

RawTags = Mapping[str, Sequence[str]]
"""Texts as read, by studio field ("title", "artist", "isrc", ...)."""

_LENGTHS = {"title": 300, "version": 200, "album": 300, "label": 200, "catalogue_number": 60}
_ARTIST_LENGTH = 200


@dataclass(frozen=True)
class Draft:
    """What a file says about its track. Texts are cleaned; empty means the file does not say."""

    title: str = ""
    version: str = ""
    artists: tuple[str, ...] = ()
    featured: tuple[str, ...] = ()
    album: str = ""
    album_artists: tuple[str, ...] = ()
    track_number: int | None = None
    track_total: int | None = None
    disc_number: int | None = None
    isrc: str = ""
    upc: str = ""
    label: str = ""
    catalogue_number: str = ""
    tempo_bpm: float | None = None
    key: Key | None = None
    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    year: int | None = None
    release_date: str = ""
    language: str = ""
    advisory: str = ""
    notes: tuple[str, ...] = ()
    repairs: Mapping[str, str] = field(default_factory=dict)


def draft_from(raw: RawTags, *, file_name: str) -> Draft:
    """Read the tags of a file into a draft; the file name fills in a missing title.

    `repairs` offers another reading of texts that look wrongly encoded; the draft keeps them as
    they were read.
    """
    reader = _Reader(raw)
    named = read_name(file_name)
    title = read_title(reader.text("title"))
    artists, featured = read_artists(reader.texts("artists") or reader.texts("artist"))
    track_number, track_total = read_number(reader.text("track_number"))
    disc_number, _ = read_number(reader.text("disc_number"))
    date = reader.text("date")
    if not title.title:
        title = read_title(named.title)
        artists = artists or ((named.artist,) if named.artist else ())
        track_number = track_number or named.track_number
        disc_number = disc_number or named.disc_number
    version = reader.text("version") or title.version
    return Draft(
        title=reader.fitted("title", title.title),
        version=reader.fitted("version", version),
        artists=tuple(name[:_ARTIST_LENGTH] for name in artists),
        featured=tuple(
            name[:_ARTIST_LENGTH]
            for name in dict.fromkeys((*title.featured, *featured))
            if name not in artists
        ),
        album=reader.fitted("album", reader.text("album")),
        album_artists=tuple(
            name[:_ARTIST_LENGTH] for name in read_artists(reader.texts("album_artist"))[0]
        ),
        track_number=track_number,
        track_total=track_total or read_number(reader.text("track_total"))[0],
        disc_number=disc_number,
        isrc=reader.identifier("isrc", normalise_isrc, "ISRC"),
        upc=reader.identifier("upc", normalise_upc, "UPC"),
        label=reader.fitted("label", reader.text("label")),
        catalogue_number=reader.fitted("catalogue_number", reader.text("catalogue_number")),
        tempo_bpm=reader.tempo(),
        key=reader.key(),
        genres=split_genres(reader.texts("genre")),
        moods=split_genres(reader.texts("mood")),
        year=read_year(date) or read_year(reader.text("original_date")),
        release_date=read_date(date),
        language=reader.language(),
        advisory=read_advisory(reader.text("advisory")),
        notes=tuple(reader.notes),
        repairs=reader.repairs(),
    )


class _Reader:
    """Reads fields of raw tags, gathering notes on what was cleaned or left out."""

    def __init__(self, raw: RawTags) -> None:
        self.notes: list[str] = []
        self._texts: dict[str, list[str]] = {}
        for name, values in raw.items():
            kept = []
            for value in values:
                text, removed = clean_text(value)
                if removed:
                    plural = "character was" if removed == 1 else "characters were"
                    self._note(f"{removed} control {plural} removed from the {_spoken(name)} tag.")
                if text:
                    kept.append(" ".join(text.split()))
            if kept:
                self._texts[name] = kept

    def text(self, name: str) -> str:
        """Give the first value of a field."""
        return self.texts(name)[0] if self.texts(name) else ""

    def texts(self, name: str) -> list[str]:
        """Give all values of a field."""
        return self._texts.get(name, [])

    def fitted(self, name: str, text: str) -> str:
        """Cut a text to what its field holds."""
        if len(text) <= _LENGTHS[name]:
            return text
        self._note(f"The {_spoken(name)} tag is {len(text)} characters long and was cut.")
        return text[: _LENGTHS[name]].rstrip()

    def identifier(self, name: str, normalise: Callable[[str], str], label: str) -> str:
        """Give an identifier in its stored form, or nothing with a note."""
        for value in self.texts(name):
            try:
                return normalise(value)
            except MalformedIdentifier as error:
                self._note(f"The {label} tag was left out: {error}")
        return ""

    def tempo(self) -> float | None:
        """Give the tempo, with a note where the tag holds none."""
        for value in self.texts("tempo"):
            if (tempo_bpm := read_tempo(value)) is not None:
                return tempo_bpm
            if value.strip() not in ("0", "0.0", "0.00"):
                self._note(f"The BPM tag “{value[:40]}” is no tempo and was left out.")
        return None

    def key(self) -> Key | None:
        """Give the key, with a note where the tag holds none."""
        for value in self.texts("key"):
            if (key := read_key(value)) is not None:
                return key
            if value.strip() not in ("o", "0"):
                self._note(f"The key tag “{value[:40]}” is no key the studio knows; left out.")
        return None

    def language(self) -> str:
        """Give the language of the words."""
        for value in self.texts("language"):
            if (found := read_language(value)) and found != "und":
                return found
        return ""

    def repairs(self) -> dict[str, str]:
        """Offer another reading of texts that look wrongly encoded."""
        fields = ("title", "artist", "album")
        return {name: other for name in fields if (other := repaired_text(self.text(name)))}

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)


def _spoken(name: str) -> str:
    return name.replace("_", " ")
