"""The documented production settings pass Django's own deployment checks."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DEPLOY_GUIDE = ROOT / "docs" / "deploy.md"


def documented_settings() -> dict[str, str]:
    """Read the settings of the first environment file that the guide shows."""
    block = re.search(r"```ini\n# /etc/liner/liner\.env\n(.*?)```", DEPLOY_GUIDE.read_text(), re.S)
    assert block, "docs/deploy.md shows no /etc/liner/liner.env"
    lines = [line for line in block[1].splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def check(tmp_path: Path, **changes: str | None) -> "subprocess.CompletedProcess[str]":
    """Run `check --deploy` under the documented settings, with some changed or taken away."""
    key = tmp_path / "secret_key"
    key.write_text(secrets.token_urlsafe(60))
    password_file = {"SECRET_KEY_FILE": str(key), "LINER_VAR_DIR": str(tmp_path)}
    wanted: dict[str, str | None] = {**documented_settings(), **password_file, **changes}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            **{name: value for name, value in wanted.items() if value is not None},
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_documented_settings_pass_without_a_warning(tmp_path: Path) -> None:
    checked = check(tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


@pytest.mark.parametrize(
    ("name", "server"), [("DATABASE_URL", "PostgreSQL"), ("BROKER_URL", "Valkey")]
)
def test_the_embedded_services_are_objected_to_in_earnest(
    tmp_path: Path, name: str, server: str
) -> None:
    checked = check(tmp_path, **{name: None})
    assert checked.returncode != 0
    assert f"embedded {server}" in checked.stderr
    assert f"Set {name}" in checked.stderr


def test_a_missing_secret_is_one_sentence(tmp_path: Path) -> None:
    checked = check(tmp_path, SECRET_KEY_FILE=None)
    assert checked.returncode != 0
    assert "SECRET_KEY is not set" in checked.stderr
    assert "Traceback" not in checked.stderr
