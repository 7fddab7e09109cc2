"""Where the embedded services keep their files, and the URLs they answer at.

Pure arithmetic on paths: nothing here touches the disk or starts anything, so settings can ask for
the URLs in every process and always get the ones the servers were started with.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# `sun_path` holds 108 bytes on Linux and 104 on macOS, with the closing zero.
MAX_SOCKET_PATH_BYTES = 100

# Not `tempfile.gettempdir()` or `XDG_RUNTIME_DIR`: those differ between a login, a cron job and a
# service of the same user, who must all find the same sockets.
SHORT_RUNTIME_PARENT = Path("/tmp")

POSTGRES_SOCKET = ".s.PGSQL.5432"
DATABASE_NAME = "liner"
DATABASE_USER = "liner"


@dataclass(frozen=True)
class Layout:
    """Every path of one runtime folder."""

    var_dir: Path

    @property
    def postgres_data(self) -> Path:
        """The PostgreSQL data folder."""
        return self.var_dir / "pg"

    @property
    def valkey_data(self) -> Path:
        """Where Valkey writes its snapshot."""
        return self.var_dir / "valkey"

    @property
    def log_dir(self) -> Path:
        """Log files of the servers and of the studio's own processes."""
        return self.var_dir / "log"

    @property
    def lock_dir(self) -> Path:
        """Lock files; always under the runtime folder, since their paths may be long."""
        return self.var_dir / "run"

    @property
    def socket_dir(self) -> Path:
        """Where the sockets lie: `run/`, or a short folder when their paths would be too long."""
        wanted = self.var_dir / "run"
        longest = wanted / "pg" / POSTGRES_SOCKET
        if len(os.fsencode(longest)) <= MAX_SOCKET_PATH_BYTES:
            return wanted
        digest = hashlib.sha256(os.fsencode(self.var_dir)).hexdigest()[:12]
        return SHORT_RUNTIME_PARENT / f"liner-{os.getuid()}-{digest}"

    @property
    def postgres_socket_dir(self) -> Path:
        """The folder named as `host` to PostgreSQL's clients; its own, as its owner may differ."""
        return self.socket_dir / "pg"

    @property
    def postgres_socket(self) -> Path:
        """PostgreSQL's socket."""
        return self.postgres_socket_dir / POSTGRES_SOCKET

    @property
    def valkey_socket(self) -> Path:
        """Valkey's socket."""
        return self.socket_dir / "valkey.sock"

    @property
    def database_url(self) -> str:
        """`postgresql://` URL of the studio's database."""
        host = quote(str(self.postgres_socket_dir), safe="/")
        return f"postgresql://{DATABASE_USER}@/{DATABASE_NAME}?host={host}"

    @property
    def broker_url(self) -> str:
        """`redis+socket://` URL, as Celery reads it."""
        return f"redis+socket://{quote(str(self.valkey_socket), safe='/')}?virtual_host=0"


def layout(var_dir: Path) -> Layout:
    """Give the layout of a runtime folder; two spellings of one folder give one layout."""
    return Layout(Path(os.path.realpath(var_dir)))


def urls(var_dir: Path) -> tuple[str, str]:
    """Give the database URL and the broker URL of a runtime folder, running or not."""
    paths = layout(var_dir)
    return paths.database_url, paths.broker_url
