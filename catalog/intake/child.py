"""The process that reads one foreign file and prints what it found as one line of JSON.

    python -m catalog.intake.child FILE NAME COVER_FILE

It may be killed by the file it reads; that is why it is a process of its own. It knows no Django.
"""

import json
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from catalog.domain.audio_kinds import RefusedFile, check_kind, extension_warning

MEMORY_BYTES = 2 * 1024**3
CPU_SECONDS = 240


def inspect(path: Path, name: str, cover: Path) -> dict[str, Any]:
    """Tell what a file is; a refusal is an answer too."""
    with path.open("rb") as file:

        def read_at(offset: int, size: int) -> bytes:
            file.seek(offset)
            return file.read(size)

        sniffed = check_kind(read_at, path.stat().st_size, name)
    kind = sniffed.kind
    if kind.code == "zip":
        return {"kind": kind.code}
    # Imported late: an empty or foreign file is refused without loading the decoders.
    from catalog.intake.probe import probe
    from catalog.intake.tags import read_tags

    probed = probe(path, kind, name)
    tags = read_tags(path, kind.code)
    if tags.cover:
        cover.write_bytes(tags.cover)
    notes = [extension_warning(kind, name)]
    if sniffed.junk_bytes:
        notes.append(
            f"{sniffed.junk_bytes:,} bytes of unexpected data (junk) come before the sound. The "
            "file plays, but was damaged or put together by a tool."
        )
    return {
        "kind": kind.code,
        **asdict(probed),
        "tags": tags.values,
        "notes": [note for note in (*notes, *probed.notes, *tags.notes) if note],
    }


def main(arguments: list[str]) -> int:
    """Read the file named by the arguments."""
    path, name, cover = arguments
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        found = inspect(Path(path), name, Path(cover))
    except RefusedFile as refused:
        found = {"refused": str(refused), "hint": refused.hint}
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
