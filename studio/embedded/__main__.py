"""`python -m studio.embedded dump|restore FILE`: the embedded database as SQL, and back.

For upgrades across versions of PostgreSQL, and for moving to a server of one's own.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from studio.embedded.errors import EmbeddedError
from studio.embedded.postgres import bin_dir
from studio.embedded.processes import plain_environment
from studio.embedded.services import services

DEFAULT_VAR_DIR = Path(__file__).resolve().parents[2] / "var"


def main(arguments: list[str] | None = None) -> int:
    """Dump or restore, starting the server for as long as that takes."""
    parser = argparse.ArgumentParser(prog="python -m studio.embedded", description=__doc__)
    parser.add_argument("action", choices=("dump", "restore"))
    parser.add_argument("file", type=Path)
    options = parser.parse_args(arguments)
    var_dir = Path(os.environ.get("LINER_VAR_DIR") or DEFAULT_VAR_DIR)
    try:
        with services(var_dir, valkey=False) as found:
            action = dump if options.action == "dump" else restore
            action(found.database_url, options.file)
    except (EmbeddedError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def dump(database_url: str, file: Path) -> None:
    """Write the whole database as SQL that replaces what it finds, whoever owns it."""
    fresh = file.with_name(f"{file.name}.new")
    try:
        fresh.touch(mode=0o600)
        options = ("--no-owner", "--no-privileges", "--clean", "--if-exists")
        _run("pg_dump", *options, f"--file={fresh}", database_url)
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def restore(database_url: str, file: Path) -> None:
    """Read a dump into the database, all of it or nothing."""
    if not file.is_file():
        raise EmbeddedError(f"{file} is not a file.")
    options = ("--no-psqlrc", "--quiet", "--output=/dev/null", "--single-transaction")
    _run("psql", *options, "--set=ON_ERROR_STOP=1", f"--file={file}", database_url)


def _run(program: str, *arguments: str) -> None:
    finished = subprocess.run(
        [str(bin_dir() / program), *arguments],
        env=plain_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise EmbeddedError(f"{program} failed: {finished.stderr.strip()}")


if __name__ == "__main__":
    sys.exit(main())
