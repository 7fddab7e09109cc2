"""Readers for the data sets the benches score; each in the layout of its README."""

import ast
import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.errors import StudioError


class DataMissing(StudioError):
    """A bench was not given the folder it scores."""


def folder(data: Path | None, name: str) -> Path | None:
    """The folder of a data set below `data`, or `data` itself if it is that; None if absent."""
    if data is None:
        return None
    for place in (data / name, data):
        if place.is_dir() and (place == data / name or data.name == name):
            return place
    return None


def needs(found: Sequence[Path | None], names: str) -> None:
    """Refuse when none of the data sets is there."""
    if not any(found):
        raise DataMissing(
            f"This bench scores data with known answers: give --data a folder with {names}."
        )


def rows(path: Path) -> list[dict[str, str]]:
    """All rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True, slots=True)
class SongDescriber:
    """One description a track, and prompts by other people about the same tracks."""

    track_ids: list[str]
    texts: list[str]
    vocals: list[str]
    prompts: list[str]
    relevant: list[int]

    @classmethod
    def read(cls, place: Path) -> "SongDescriber":
        """Read the folder; tracks without a query are described by their first caption."""
        captions = rows(place / "captions.csv")
        text_of = {row["caption_id"]: row["caption"] for row in captions}
        queries = rows(place / "crosscaption_queries.csv")
        described: dict[str, str] = {}
        for query in queries:
            described.setdefault(query["relevant_track_id"], query["description_caption_id"])
        for caption in captions:
            described.setdefault(caption["track_id"], caption["caption_id"])
        tracks = [row for row in rows(place / "tracks.csv") if row["track_id"] in described]
        ids = [row["track_id"] for row in tracks]
        position = {track_id: at for at, track_id in enumerate(ids)}
        return cls(
            track_ids=ids,
            texts=[text_of[described[track_id]] for track_id in ids],
            vocals=[row["vocal_consensus"] for row in tracks],
            prompts=[query["prompt"] for query in queries],
            relevant=[position[query["relevant_track_id"]] for query in queries],
        )


@dataclass(frozen=True, slots=True)
class MusicCaps:
    """Captions with the aspects their writers listed."""

    captions: list[str]
    aspects: list[list[str]]
    vocals: list[str]

    @classmethod
    def read(cls, place: Path) -> "MusicCaps":
        """Read the folder."""
        table = rows(place / "musiccaps.csv")
        return cls(
            captions=[row["caption"] for row in table],
            aspects=[list(ast.literal_eval(row["aspect_list"])) for row in table],
            vocals=[row["aspect_vocal"] for row in table],
        )


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation: what was said, and what was liked and disliked of the answer."""

    id: str
    said: list[str]
    liked: list[str]
    disliked: list[str]


@dataclass(frozen=True, slots=True)
class Conversations:
    """Playlist conversations and the tracks they are about."""

    turns: list[Turn]
    tracks: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, place: Path) -> "Conversations":
        """Read the folder; near-duplicate tracks (same cluster) count as one."""
        turns: list[Turn] = []
        tracks: dict[str, dict[str, Any]] = {}
        with (place / "dialogs.jsonl").open(encoding="utf-8") as file:
            dialogs = [json.loads(line) for line in file if line.strip()]
        for dialog in dialogs:
            cluster = _clusters(dialog["tracks"], tracks)
            said: list[str] = []
            for number, turn in enumerate(dialog["turns"]):
                said = [*said, turn["user_query"]]
                liked = {cluster[i] for i in turn["liked_results"] if i in cluster}
                disliked = {cluster[i] for i in turn["disliked_results"] if i in cluster} - liked
                turns.append(
                    Turn(f"{dialog['id']}/{number}", said, sorted(liked), sorted(disliked))
                )
        return cls(turns, tracks)


def _clusters(
    found: dict[str, dict[str, Any]], tracks: dict[str, dict[str, Any]]
) -> dict[str, str]:
    """Name each track by its cluster, and keep one track of each."""
    cluster: dict[str, str] = {}
    for track_id, entry in found.items():
        name = str(entry.get("track_cluster_ids") or track_id)
        cluster[track_id] = name
        tracks.setdefault(name, entry)
    return cluster
