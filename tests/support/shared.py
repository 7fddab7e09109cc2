"""Material that lies beside the checkout on some machines; tests without it say so."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared"


def shared_folder(name: str) -> Path:
    """Find a folder of the shared material, or skip."""
    found = SHARED / name
    if not found.is_dir():
        pytest.skip(f"needs the folder ../shared/{name} beside the checkout")
    return found


def write_field_cases(target: Path, *ids: str) -> dict[str, Any]:
    """Write some of the odd files and give their cases by id."""
    script = shared_folder("fieldcases") / "make_cases.py"
    command = [sys.executable, str(script), str(target), "--only", ",".join(ids)]
    subprocess.run(command, check=True, capture_output=True)
    manifest = json.loads((target / "manifest.json").read_text())
    return {case["id"]: case for case in manifest["cases"]}
