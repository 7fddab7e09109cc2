"""Stored audio becomes tracks and stems, through change sets."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from catalog.domain.changes import Json
from catalog.domain.draft import Draft
from catalog.domain.stems import title_key
from catalog.errors import StudioError
from catalog.intake.inspection import Inspection
from catalog.models import (
    Artist,
    Artwork,
    AudioFile,
    Release,
    Stem,
    Term,
    Track,
    TrackCredit,
    User,
    Workspace,
)
from catalog.services.artwork import store_artwork
from catalog.services.ledger import Ledger
from catalog.services.recipes import run_on_upload
from catalog.services.tracks import artist_named, credits_of
from catalog.signals import audio_stored
from catalog.vocabulary import fold_name

_LOCK_CLASS = 0x4C4E  # any number; the key space of PostgreSQL's advisory locks is shared


@dataclass(frozen=True)
class Stored:
    """An audio file in the store with what it says about itself."""

    audio: AudioFile
    draft: Draft
    cover: Artwork | None = None


def keep_cover(
    workspace: Workspace, inspection: Inspection, name: str
) -> tuple[Artwork | None, list[str]]:
    """Keep the cover inside a file; one that cannot be used costs a note, not the file."""
    if not inspection.cover:
        return None, []
    try:
        return (
            store_artwork(
                workspace=workspace, data=inspection.cover, original_name=f"cover in {name}"
            ),
            [],
        )
    except StudioError as error:
        return None, [f"The cover inside the file was left out: {error}"]


def tell_of_audio(audio: AudioFile) -> None:
    """Send the news of an audio file once the transaction stands; also for one known before."""
    news = {"workspace_id": audio.workspace_id, "audio_file_id": audio.pk}
    transaction.on_commit(lambda: audio_stored.send(AudioFile, **news), robust=True)


def one_at_a_time(workspace: Workspace) -> None:
    """Let one transaction of the workspace place files at a time; held until it ends.

    Two files of one track or of one new artist would else make two of them. This is no row lock,
    so it cannot stand in the way of people's edits.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_CLASS, workspace.pk])


def home_of(audio: AudioFile) -> tuple[Track | None, Stem | None]:
    """Find where the catalog already uses an audio file: as a track, else as a stem."""
    track = Track.objects.filter(workspace_id=audio.workspace_id, audio=audio).first()
    if track is not None:
        return track, None
    stem = Stem.objects.filter(workspace_id=audio.workspace_id, audio=audio).first()
    return (stem.track, stem) if stem is not None else (None, None)


def create_track(
    ledger: Ledger, stored: Stored, *, by: User | None, artists: Sequence[Artist] = ()
) -> Track:
    """Make a track from a file; `artists` are credited where the file names nobody."""
    values = _values(ledger, stored, artists)
    track: Track = ledger.create("track", values, created_by=by)
    _run_recipes(track)
    return track


def create_empty_track(
    ledger: Ledger, title: str, *, by: User | None, names: Sequence[str], artists: Sequence[Artist]
) -> Track:
    """Make a track that has only parts so far."""
    credited = [artist_named(ledger, name) for name in names] or list(artists)
    values: dict[str, Json] = {"title": title, "credits": credits_of(credited)}
    track: Track = ledger.create("track", values, created_by=by)
    _run_recipes(track)
    return track


def _run_recipes(track: Track) -> None:
    workspace, ids = track.workspace, [track.pk]
    transaction.on_commit(lambda: run_on_upload(workspace, ids), robust=True)


def fill_track(ledger: Ledger, track: Track, stored: Stored) -> Track:
    """Give the whole recording to a track that had only parts; what people typed stays."""
    values = _values(ledger, stored, ())
    current = ledger.current("track", [track.pk], values)[track.pk]
    wanted = {name: value for name, value in values.items() if not current[name]}
    if title_key(values["title"]) == title_key(current["title"]):
        wanted["title"] = values["title"]
    ledger.put(track, **wanted)
    track.refresh_from_db()
    return track


def add_stem(
    ledger: Ledger, track: Track, audio: AudioFile, *, role: str, label: str
) -> Stem | None:
    """Add a part to a track; None where the track has it already."""
    if Stem.objects.filter(track=track, audio=audio).exists():
        return None
    stem: Stem = ledger.create(
        "stem",
        {
            "track": track.pk,
            "role": role,
            "label": label[:120],
            "audio": audio.pk,
            "position": Stem.objects.filter(track=track).count(),
        },
    )
    return stem


def slugs_named(workspace_id: int, facet: str, words: Sequence[str]) -> list[str]:
    """Find the terms that words of a tag name; words that the vocabulary lacks are left out.

    "Singer/Songwriter" is looked up whole first, then in parts.
    """
    if not words:
        return []
    known: dict[str, str] = {}
    terms = Term.objects.filter(workspace_id=workspace_id, facet=facet)
    for slug, label, synonyms in terms.values_list("slug", "label", "synonyms"):
        for name in (*synonyms, slug, label):
            known[fold_name(name)] = slug
    found: set[str] = set()
    for word in words:
        whole = known.get(fold_name(word.replace("/", " ")), known.get(fold_name(word)))
        parts = [whole] if whole else [known.get(fold_name(p)) for p in _parts(word)]
        found |= {slug for slug in parts if slug}
    return sorted(found)


def _parts(word: str) -> list[str]:
    return [part for part in word.replace("/", ",").replace("&", ",").split(",") if part.strip()]


def _values(ledger: Ledger, stored: Stored, artists: Sequence[Artist]) -> dict[str, Json]:
    draft = stored.draft
    main = [artist_named(ledger, name) for name in draft.artists] or list(artists)
    featured = [artist_named(ledger, name) for name in draft.featured]
    featured = [artist for artist in featured if artist not in main]
    release = _release(ledger, stored, main)
    return {
        "title": draft.title,
        "version_title": draft.version,
        "credits": credits_of(_unique(main))
        + credits_of(_unique(featured), TrackCredit.Role.FEATURED),
        "release": release.pk if release else None,
        "track_number": draft.track_number,
        "disc_number": draft.disc_number,
        "isrc": draft.isrc,
        "audio": stored.audio.pk,
        "tempo_bpm": draft.tempo_bpm,
        "key_tonic": draft.key.tonic if draft.key else "",
        "key_mode": draft.key.mode if draft.key else "",
        "lyrics_language": draft.language,
        "advisory": draft.advisory,
        "recording_year": draft.year,
        "genre": slugs_named(ledger.workspace_id, "genre", draft.genres),
        "mood": slugs_named(ledger.workspace_id, "mood", draft.moods),
    }


def _release(ledger: Ledger, stored: Stored, artists: Sequence[Artist]) -> Release | None:
    """Find the release that a file names, or make it; a cover goes where none is yet."""
    draft = stored.draft
    if not draft.album:
        return None
    named = [artist_named(ledger, name) for name in draft.album_artists] or list(artists)
    release = _known_release(ledger.workspace_id, draft, named)
    cover = stored.cover.pk if stored.cover else None
    if release is None:
        release = ledger.create(
            "release",
            {
                "title": draft.album,
                "kind": _kind(draft),
                "upc": draft.upc,
                "catalogue_number": draft.catalogue_number,
                "label_name": draft.label,
                "release_date": draft.release_date or None,
                "artwork": cover,
                "artists": [artist.pk for artist in _unique(named)],
            },
        )
    elif cover and release.artwork_id is None:
        ledger.put(release, artwork=cover)
    return release


def _known_release(workspace_id: int, draft: Draft, artists: Sequence[Artist]) -> Release | None:
    found = Release.objects.filter(workspace_id=workspace_id, title__iexact=draft.album)
    if draft.upc and (same := found.filter(upc=draft.upc).first()):
        return same
    if draft.album_artists or not artists:
        return found.filter(artists__in=artists).first() if artists else found.first()
    # Without an album artist, a compilation is one release of many artists.
    return found.filter(artists__in=artists).first() or found.first()


def _kind(draft: Draft) -> str:
    """Guess the kind by the number of tracks, as distributors do."""
    total = draft.track_total
    if total is None:
        alone = title_key(draft.album) == title_key(draft.title)
        return Release.Kind.SINGLE if alone else Release.Kind.ALBUM
    if total <= 3:
        return Release.Kind.SINGLE
    return Release.Kind.EP if total <= 6 else Release.Kind.ALBUM


def _unique(artists: Sequence[Artist]) -> list[Artist]:
    return list({artist.pk: artist for artist in artists}.values())
