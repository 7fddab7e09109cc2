"""The door of `manage.py`: starts the embedded services a command needs, and says what is wrong.

A person who types a command gets a sentence. Somebody who looks for a fault adds `--traceback`.
"""

import errno
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from studio import env
from studio.embedded.errors import EmbeddedError

# `up` starts the services itself; the others never ask the database.
WITHOUT_SERVICES = frozenset(
    {
        "analyse",
        "fit_key",
        "fit_tempo",
        "check",
        "collectstatic",
        "diffsettings",
        "fetch_models",
        "findstatic",
        "help",
        "makemessages",
        "sendtestemail",
        "spectacular",
        "up",
        "version",
    }
)


# A command of which this option waits for what workers do.
WAITS_FOR_WORKERS = {"ingest": "--wait"}


def main(argv: list[str]) -> int:
    """Run the command of `argv`; returns the exit code when the command ends without its own."""
    from django.core.management import execute_from_command_line
    from django.db.utils import OperationalError
    from psycopg.errors import DiskFull
    from redis.exceptions import ConnectionError as BrokerError

    from catalog.errors import StudioError

    try:
        with _services_for(argv), _workers_for(argv):
            execute_from_command_line(argv)
    except (EmbeddedError, env.EnvError) as error:
        return _fail(str(error), argv, error)
    except StudioError as error:
        hint = getattr(error, "hint", "")
        return _fail(f"{error} {hint}".strip(), argv, error)
    except OperationalError as error:
        full = isinstance(error.__cause__, DiskFull)
        problem = "has no room left on its disk" if full else "does not answer"
        return _fail(f"The database {problem}: {str(error).splitlines()[0]}", argv, error)
    except BrokerError as error:
        return _fail(f"The broker does not answer: {error}", argv, error)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        return _fail(f"{error.filename or 'A file'}: {error.strerror}.", argv, error)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    return 0


@contextmanager
def _services_for(argv: list[str]) -> Iterator[None]:
    """Keep the embedded services answering for the length of a command that needs them."""
    postgres, valkey = not env.is_set("DATABASE_URL"), not env.is_set("BROKER_URL")
    if not _needs_services(argv) or not (postgres or valkey):
        yield
        return
    from django.conf import settings

    from studio.embedded.services import services

    signal.signal(signal.SIGTERM, _exit_on_term)
    with services(settings.VAR_DIR, postgres=postgres, valkey=valkey):
        yield


@contextmanager
def _workers_for(argv: list[str]) -> Iterator[None]:
    """Keep a worker at work while a command waits for one, where nobody else runs any."""
    option = WAITS_FOR_WORKERS.get(argv[1]) if len(argv) > 1 else None
    if option not in argv or not _needs_services(argv):
        yield
        return
    from django.conf import settings

    from studio.running.temporary import workers

    with workers(var_dir=settings.VAR_DIR, cwd=settings.BASE_DIR):
        yield


def _needs_services(argv: list[str]) -> bool:
    command = argv[1] if len(argv) > 1 else "help"
    asks_for_help = any(argument in ("-h", "--help", "--version") for argument in argv[1:])
    return not asks_for_help and (command not in WITHOUT_SERVICES or "--database" in argv)


def _exit_on_term(number: int, frame: FrameType | None) -> None:
    """Leave through the `with` blocks, so that the last user of the services stops them."""
    raise SystemExit(128 + number)


def _fail(sentence: str, argv: list[str], error: Exception) -> int:
    if "--traceback" in argv:
        raise error
    print(sentence, file=sys.stderr)
    return 1
