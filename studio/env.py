"""Typed readers for environment variables.

Every reader names the variable that is wrong and says what would be right. An empty variable counts
as unset, so `PORT= make up` means the default. Secrets may also come from a file named by
`NAME_FILE`, the way container platforms and systemd hand them over. Values are never repeated in a
message when they may hold a password.
"""

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
BROKER_SCHEMES = ("redis", "rediss", "redis+socket", "sentinel")


class EnvError(ValueError):
    """An environment variable is missing or cannot be read as what it should be."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(f"{name} {problem}")


def is_set(name: str) -> bool:
    """Tell whether a variable, or the file that stands for it, is given."""
    return any(os.environ.get(key, "").strip() for key in (name, f"{name}_FILE"))


def text(name: str, default: str | None = None) -> str:
    """Read a text; without a default the variable must be set."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise EnvError(name, "is not set, and it has no default.")
    return default


def secret(name: str, default: str | None = None) -> str:
    """Read a secret from `NAME`, or from the file that `NAME_FILE` names, never from both."""
    given, file = os.environ.get(name, "").strip(), os.environ.get(f"{name}_FILE", "").strip()
    if given and file:
        raise EnvError(name, f"and {name}_FILE are both set; keep one of them.")
    if not file:
        return text(name, default)
    try:
        value = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not text"
        raise EnvError(f"{name}_FILE", f"names {file}, which cannot be read: {reason}.") from error
    if not value:
        raise EnvError(f"{name}_FILE", f"names {file}, which is empty.")
    return value


def boolean(name: str, default: bool) -> bool:
    """Read yes or no."""
    value = text(name, "").lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise EnvError(name, f"is {value!r}; write true or false.")


def integer(
    name: str, default: int, *, minimum: int | None = None, maximum: int | None = None
) -> int:
    """Read a whole number, within limits where they are given."""
    value = text(name, "")
    if not value:
        return default
    try:
        found = int(value)
    except ValueError as error:
        raise EnvError(name, f"is {value!r}; write a whole number.") from error
    _check_limits(name, found, minimum, maximum)
    return found


def number(
    name: str, default: float, *, minimum: float | None = None, maximum: float | None = None
) -> float:
    """Read a number with or without a decimal point, within limits where they are given."""
    value = text(name, "")
    if not value:
        return default
    try:
        found = float(value)
    except ValueError as error:
        raise EnvError(name, f"is {value!r}; write a number such as 0.5.") from error
    if found != found or found in (float("inf"), float("-inf")):
        raise EnvError(name, f"is {value!r}; write a number such as 0.5.")
    _check_limits(name, found, minimum, maximum)
    return found


def choice(name: str, options: Collection[str], default: str) -> str:
    """Read one of a few words, in any case."""
    value = text(name, default).lower()
    if value not in options:
        raise EnvError(name, f"is {value!r}; write one of: {', '.join(sorted(options))}.")
    return value


def items(name: str, default: Collection[str] = ()) -> tuple[str, ...]:
    """Read a list separated by commas."""
    value = text(name, "")
    if not value:
        return tuple(default)
    return tuple(part.strip() for part in value.split(",") if part.strip())


def origins(name: str, default: Collection[str] = ()) -> tuple[str, ...]:
    """Read a list of web origins: a scheme and a host, without a path."""
    found = items(name, default)
    for origin in found:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
            raise EnvError(
                name, f"holds {origin!r}; write origins such as https://liner.example.org."
            )
    return found


def path(name: str, default: Path) -> Path:
    """Read a path; `~` is the home folder, a relative one starts at the working folder."""
    value = text(name, "")
    return Path(value).expanduser().absolute() if value else default


def url(name: str, default: str | None = None, *, schemes: Collection[str]) -> str:
    """Read a URL with one of the schemes, or from `NAME_FILE`, since it may hold a password."""
    value = secret(name, default)
    _split_url(name, value, schemes)
    return value


def broker(name: str = "BROKER_URL", default: str | None = None) -> str:
    """Read the URL of a Valkey or Redis server, as Celery writes it."""
    return url(name, default, schemes=BROKER_SCHEMES)


def database(name: str = "DATABASE_URL", default: str | None = None) -> dict[str, Any]:
    """Read a `postgresql://` URL into an entry of Django's `DATABASES`.

    The host may be a socket folder (`?host=/run/postgresql`). Query parameters are handed to the
    driver (`sslmode=require`), but for `conn_max_age`, in seconds, which is Django's own.
    """
    parts = _split_url(name, secret(name, default), ("postgresql", "postgres"))
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    try:
        port = str(parts.port or query.pop("port", ""))
        max_age = int(query.pop("conn_max_age", "0"))
    except ValueError as error:
        raise EnvError(name, "has a port or a conn_max_age that is not a number.") from error
    database_name = unquote(parts.path.lstrip("/"))
    if not database_name:
        raise EnvError(name, "names no database; end it with /liner, for example.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or "") or query.pop("host", ""),
        "PORT": port,
        "CONN_MAX_AGE": max_age,
        "CONN_HEALTH_CHECKS": max_age > 0,
        "OPTIONS": query,
    }


def _split_url(name: str, value: str, schemes: Collection[str]) -> SplitResult:
    try:
        parts = urlsplit(value)
    except ValueError as error:
        raise EnvError(name, "is not a URL.") from error
    if parts.scheme not in schemes:
        wanted = " or ".join(f"{scheme}://" for scheme in schemes)
        raise EnvError(name, f"must start with {wanted}.")
    return parts


def _check_limits(name: str, found: float, minimum: float | None, maximum: float | None) -> None:
    if minimum is not None and found < minimum:
        raise EnvError(name, f"is {found}; the smallest allowed is {minimum}.")
    if maximum is not None and found > maximum:
        raise EnvError(name, f"is {found}; the largest allowed is {maximum}.")
