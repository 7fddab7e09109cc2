"""Who PostgreSQL runs as.

It refuses to run as root. Started by root (in a container, say) it therefore runs as a system user
of its own, which must be able to reach its program and its data folder.
"""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from studio.embedded.errors import EmbeddedError

SYSTEM_USER = "liner-postgres"


@dataclass(frozen=True)
class Account:
    """The user and group ids to run as; both None means the ones we have."""

    uid: int | None = None
    gid: int | None = None

    def own(self, folder: Path) -> None:
        """Make a folder that only this account enters, reachable for it from the root."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.uid is None:
            folder.chmod(0o700)
            return
        os.chown(folder, self.uid, -1 if self.gid is None else self.gid)
        folder.chmod(0o700)
        _open_the_way(folder)


def account_for(data: Path, program: Path) -> Account:
    """Choose the account for a data folder, which may not be there yet."""
    if os.geteuid() != 0:
        if data.exists() and data.stat().st_uid != os.geteuid():
            owner = _user_name(data.stat().st_uid)
            raise EmbeddedError(
                f"{data} belongs to the user {owner}; start the studio as {owner}, "
                "or choose another folder with LINER_VAR_DIR."
            )
        return Account()
    if data.exists() and data.stat().st_uid != 0:
        entry = _entry_by_id(data.stat().st_uid)
    else:
        entry = _system_user()
    _open_the_way(program)
    _share(program.parent.parent)
    return Account(uid=entry.pw_uid, gid=entry.pw_gid)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    useradd = shutil.which("useradd")
    if useradd is None:
        raise EmbeddedError(
            "PostgreSQL does not run as root, and there is no useradd to make a user for it; "
            "start the studio as an ordinary user, or set DATABASE_URL."
        )
    made = subprocess.run(
        [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError as error:
        raise EmbeddedError(
            f"The system user {SYSTEM_USER} cannot be made: {made.stderr.strip()}"
        ) from error


def _entry_by_id(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError as error:
        raise EmbeddedError(
            f"The data folder of PostgreSQL belongs to the user id {uid}, which this machine "
            f"does not know; give the folder to {SYSTEM_USER}, or choose another LINER_VAR_DIR."
        ) from error


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _open_the_way(path: Path) -> None:
    """Let others pass through, not list, each folder above `path`."""
    for folder in path.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)


def _share(install: Path) -> None:
    """Let others read PostgreSQL's program files, which a strict umask may have closed."""
    if install.stat().st_mode & stat.S_IROTH:
        return
    for folder, _, files in os.walk(install):
        Path(folder).chmod(0o755)
        for name in files:
            file = Path(folder, name)
            if not file.is_symlink():
                mode = stat.S_IMODE(file.stat().st_mode)
                file.chmod(mode | (0o055 if mode & stat.S_IXUSR else 0o044))
