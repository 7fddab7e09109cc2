"""A catalogue for load tests, written through change sets like everything else."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from itertools import islice

from catalog.domain.seeds import Seeder, SeedTrack
from catalog.models import ChangeSet, Description, Term, Track, Workspace
from catalog.services.ledger import Ledger, change_set

AT_ONCE = 5000


def seed_catalog(
    *,
    workspace: Workspace,
    tracks: int,
    seed: int,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Add believable tracks with artists, releases and terms; returns how many.

    Parameters
    ----------
    progress : told the number of tracks so far, after each change set
    """
    terms: dict[str, list[str]] = {}
    rows = Term.objects.filter(workspace=workspace).order_by("facet", "slug")
    for facet, slug in rows.values_list("facet", "slug"):
        terms.setdefault(facet, []).append(slug)
    seeder = Seeder(seed, terms)
    artist_count, release_count = max(1, tracks // 12), max(1, tracks // 8)
    with _change_set(workspace, f"Seed {artist_count:,} artists and their releases") as ledger:
        artists = ledger.create_many(
            "artist", [{"name": name} for name in seeder.artists(artist_count)]
        )
        releases = ledger.create_many(
            "release",
            [
                {**values, "artists": [artists[number % artist_count].pk]}
                for number, values in enumerate(seeder.releases(release_count))
            ],
        )
    drawn = seeder.tracks(
        tracks,
        artists=artist_count,
        releases=release_count,
        first_number=Track.objects.filter(workspace=workspace).count(),
    )
    artist_ids = [artist.pk for artist in artists]
    release_ids = [release.pk for release in releases]
    done = 0
    while part := list(islice(drawn, AT_ONCE)):
        with _change_set(workspace, f"Seed {len(part):,} tracks") as ledger:
            _write(ledger, part, artist_ids, release_ids)
        done += len(part)
        progress(done)
    return done


def _write(
    ledger: Ledger, part: list[SeedTrack], artist_ids: list[int], release_ids: list[int]
) -> None:
    made = ledger.create_many(
        "track",
        [
            {
                **track.values,
                "release": None if track.release is None else release_ids[track.release],
                "track_number": track.number,
                "credits": [{"artist": artist_ids[track.artist], "role": "main"}],
            }
            for track in part
        ],
    )
    ledger.create_many(
        "description",
        [
            {
                "track": row.pk,
                "language": "en",
                "length": int(Description.Length.MEDIUM),
                "text": track.description,
            }
            for row, track in zip(made, part, strict=True)
            if track.description
        ],
    )


def _change_set(workspace: Workspace, reason: str) -> AbstractContextManager[Ledger]:
    return change_set(
        workspace=workspace, actor=None, source=ChangeSet.Source.SYSTEM, reason=reason
    )
