"""Believable rows for load tests, from a seed. Plain Python; the same seed gives the same rows."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalog.domain.keys import TONICS

_FIRST = """
    Ada Bruno Cleo Dara Emil Faye Gil Hana Idris Juno Kaia Leo Mira Nils Odile Pia Quentin Rosa
    Sol Tove Uma Vito Wren Xenia Yara Zeno Amara Birk Chiara Dov Elif Farid Greta Hugo Inês Jomo
    Kenji Lotte Malik Noor
"""
_LAST = """
    Abbott Brandt Castro Dumont Ekström Ferreira Galvan Holm Ivers Jansen Kovač Lindqvist Marrow
    Navarro Okafor Petrov Quist Rossi Sato Tanaka Ueda Varga Whitlock Xu Yilmaz Zeller Achebe
    Byrne Costa Diallo
"""
_THINGS = """
    Harbour Lantern Meadow Signal Orchard Static Velvet Copper Neon Paper Glass Winter Summer
    Marble Thunder Cinder Hollow Silver Crimson Distant Electric Gentle Broken Golden Hidden
    Midnight Morning Northern Quiet Restless Second Silent Slow Southern Stolen Tidal Wild Amber
    Blue
"""
_PLACES = """
    Avenue Bay Bridge Canyon Coast Corner Dance Drive Fields Garden Heart Hotel House Island
    Lake Letters Lights Line Machine Mile Mirror Motel Mountain Ocean Parade Radio Rain River
    Road Room Season Shore Sky Station Street Summer Tower Train Valley Window
"""
_FIRST_NAMES, _LAST_NAMES = tuple(_FIRST.split()), tuple(_LAST.split())
_THING_WORDS, _PLACE_WORDS = tuple(_THINGS.split()), tuple(_PLACES.split())
_ACTS = ("The {a} {b}s", "{a} {b}", "{f} {l}", "{f} {l}", "{f} {l}", "{f} & {g}", "{a}{b}")
_TITLES = ("{a} {b}", "{b}", "{a} {b}", "The {b}", "{b} in {m}", "{a} {b}, Pt. {n}", "Dear {f}")
_MONTHS = ("January", "March", "May", "July", "September", "October", "November")
_VERSIONS = ("Radio Edit", "Extended Mix", "Live", "Acoustic", "Remastered", "Instrumental")
_TEMPO = {  # centre and spread in BPM, chosen by ear
    "house": (124, 3),
    "techno": (132, 5),
    "drum-and-bass": (174, 3),
    "trap": (140, 8),
    "hip-hop": (92, 8),
    "lo-fi-hip-hop": (80, 6),
    "ambient": (70, 15),
    "classical": (88, 25),
    "metal": (150, 20),
    "reggae": (76, 6),
    "synthwave": (108, 10),
}


@dataclass(frozen=True)
class SeedTrack:
    """One track: its place in the lists of artists and releases, and its plain values."""

    artist: int
    release: int | None
    number: int | None
    values: Mapping[str, object]
    description: str


class Seeder:
    """Draws artists, releases and tracks; `terms` are the slugs of the workspace, by facet."""

    def __init__(self, seed: int, terms: Mapping[str, Sequence[str]]) -> None:
        self._chance = random.Random(seed)
        self._terms = terms
        # Few genres are common and many rare, as everywhere.
        self._genres = list(terms["genre"])
        self._chance.shuffle(self._genres)
        self._weights = [1 / (rank + 4) for rank in range(len(self._genres))]

    def artists(self, count: int) -> list[str]:
        """Names of acts, each once."""
        names: dict[str, None] = {}
        while len(names) < count:
            name = self._named(self._chance.choice(_ACTS))
            names[name if name not in names else f"{name} {len(names)}"] = None
        return list(names)

    def releases(self, count: int) -> list[dict[str, object]]:
        """Values of releases."""
        kinds = ("single", "single", "ep", "album")
        return [
            {
                "title": self._named(self._chance.choice(_TITLES)),
                "kind": self._chance.choice(kinds),
                "release_date": f"{self._chance.randint(1998, 2026)}-"
                f"{self._chance.randint(1, 12):02d}-{self._chance.randint(1, 28):02d}",
                "catalogue_number": f"SEED{number:05d}",
            }
            for number in range(count)
        ]

    def tracks(
        self, count: int, *, artists: int, releases: int, first_number: int
    ) -> Iterator[SeedTrack]:
        """Tracks that share artists and releases as a catalogue does."""
        for number in range(first_number, first_number + count):
            genres = self._drawn_genres()
            release = self._chance.randrange(releases) if self._chance.random() < 0.85 else None
            values = self._values(number, genres)
            yield SeedTrack(
                # Somewhat more music by some acts than by others.
                artist=min(int(artists * self._chance.random() ** 1.6), artists - 1),
                release=release,
                number=self._chance.randint(1, 12) if release is not None else None,
                values=values,
                description=self._described(values) if self._chance.random() < 0.3 else "",
            )

    def _values(self, number: int, genres: list[str]) -> dict[str, object]:
        chance = self._chance
        centre, spread = _TEMPO.get(genres[0], (112, 22))
        year = chance.randint(1998, 2026)
        knows_key = chance.random() < 0.8
        return {
            "title": self._named(chance.choice(_TITLES)),
            "version_title": chance.choice(_VERSIONS) if chance.random() < 0.12 else "",
            # ZZ is no country: nobody takes these for issued codes.
            "isrc": f"ZZSED{year % 100:02d}{number % 100_000:05d}" if chance.random() < 0.9 else "",
            "tempo_bpm": round(min(max(chance.gauss(centre, spread), 45), 220), 1),
            "key_tonic": chance.choice(TONICS) if knows_key else "",
            "key_mode": chance.choice(("major", "minor")) if knows_key else "",
            "recording_year": year,
            "lyrics_language": chance.choice(("en", "en", "en", "es", "fr", "de", "pt", "zxx", "")),
            "advisory": chance.choice(("", "not_explicit", "not_explicit", "explicit")),
            "genre": genres,
            "mood": self._some("mood", 0, 3),
            "instrument": self._some("instrument", 1, 4),
            "activity": self._some("activity", 0, 2),
            "theme": self._some("theme", 0, 1),
            "vocals": [self._voice()],
            "property": self._some("property", 0, 1),
        }

    def _drawn_genres(self) -> list[str]:
        number = 1 if self._chance.random() < 0.7 else 2
        return sorted(set(self._chance.choices(self._genres, self._weights, k=number)))

    def _some(self, facet: str, least: int, most: int) -> list[str]:
        return sorted(self._chance.sample(self._terms[facet], self._chance.randint(least, most)))

    def _voice(self) -> str:
        return self._chance.choices(
            ("instrumental", "female-vocals", "male-vocals", "rap", "choir"), (35, 28, 28, 7, 2)
        )[0]

    def _described(self, values: Mapping[str, object]) -> str:
        def words(facet: str) -> str:
            slugs = values[facet]
            assert isinstance(slugs, list)
            return " and ".join(slug.replace("-", " ") for slug in slugs[:2])

        parts = [f"{words('genre').capitalize()} at {values['tempo_bpm']:.0f} BPM"]
        if values["instrument"]:
            parts.append(f"with {words('instrument')}")
        text = " ".join(parts) + "."
        if values["mood"]:
            text += f" The mood is {words('mood')}."
        return text

    def _named(self, form: str) -> str:
        chance = self._chance
        return form.format(
            a=chance.choice(_THING_WORDS),
            b=chance.choice(_PLACE_WORDS),
            f=chance.choice(_FIRST_NAMES),
            g=chance.choice(_FIRST_NAMES),
            l=chance.choice(_LAST_NAMES),
            m=chance.choice(_MONTHS),
            n=chance.randint(1, 4),
        )
