"""What `manage.py up` does from the first check to the line that says where to click."""

import contextlib
import errno
import http.client
import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from studio import env
from studio.embedded.services import Services, services
from studio.running.instance import Instance
from studio.running.programs import programs
from studio.running.supervisor import Supervisor

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SERVICES_CHECKED_EVERY_S = 2.0
WEB_READY_WITHIN_S = 180.0
# A web server that ends this often before it ever answered will not answer.
HOPELESS_AFTER_ENDS = 3


class StopRequest:
    """Ctrl-C, TERM or a closed terminal, noticed between two steps."""

    def __init__(self) -> None:
        self.times = 0

    def install(self) -> None:
        """Listen to the three signals."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._count)

    def _count(self, number: int, frame: FrameType | None) -> None:
        self.times += 1

    def __bool__(self) -> bool:
        return self.times > 0


def run(*, host: str, port: int, demo: bool) -> None:
    """Bring the studio up and keep it up until told to stop."""
    signal.signal(signal.SIGTERM, _exit_on_term)
    instance = Instance(settings.VAR_DIR / "run")
    instance.claim()
    try:
        if left := instance.end_leftovers():
            print(f"Ended {left} processes that an earlier studio left behind.", flush=True)
        check_port(host, port)
        warn_about_reach(host)
        with _embedded_services() as found:
            prepare(demo=demo)
            _serve(instance, found, host=host, port=port)
    finally:
        instance.release()


def _exit_on_term(number: int, frame: FrameType | None) -> None:
    """Before anything runs that must be stopped in order, leave through the `with` blocks."""
    raise SystemExit(128 + number)


def prepare(*, demo: bool) -> None:
    """Bring the database, the static files and the demo workspace up to date."""
    call_command("migrate", interactive=False, verbosity=0)
    if not settings.DEBUG:
        call_command("collectstatic", interactive=False, verbosity=0)
    if demo:
        if demo_login() is None:
            print("Composing the pieces of the demo workspace, this once ...", flush=True)
        call_command("load_demo", verbosity=0)
    connections.close_all()


def check_port(host: str, port: int) -> None:
    """Refuse a port that another program listens on, or that we may not take."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise CommandError(
                f"Port {port} is reserved for the system; choose one above 1023: make up PORT=8000."
            ) from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise CommandError(f"This machine has no address {host}.") from error
            raise CommandError(
                f"Port {port} is taken by another program; choose another one: "
                f"make up PORT={port + 1}."
            ) from error


def warn_about_reach(host: str) -> None:
    """Say what it means to listen beyond this machine with the settings of a local studio."""
    if host in LOOPBACK or not settings.DEBUG:
        return
    print(
        f"Listening on {host} with DEBUG on: whoever reaches this machine sees the details of "
        f"errors. It answers to {', '.join(settings.ALLOWED_HOSTS)}; name others in ALLOWED_HOSTS. "
        "docs/deploy.md says how to run Liner for others.",
        flush=True,
    )


def demo_login() -> dict[str, str] | None:
    """Read the login of the demo workspace, if there is one."""
    try:
        found = json.loads((settings.VAR_DIR / "demo_login.json").read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


@contextlib.contextmanager
def _embedded_services() -> Iterator[Services | None]:
    postgres, valkey = not env.is_set("DATABASE_URL"), not env.is_set("BROKER_URL")
    if not (postgres or valkey):
        yield None
        return
    with services(settings.VAR_DIR, postgres=postgres, valkey=valkey) as found:
        yield found


def _serve(instance: Instance, found: Services | None, *, host: str, port: int) -> None:
    log_dir = settings.VAR_DIR / "log"
    log_dir.mkdir(parents=True, exist_ok=True)
    stop = StopRequest()
    stop.install()
    supervisor = Supervisor(
        programs(host=host, port=port, var_dir=settings.VAR_DIR),
        log_dir=log_dir,
        cwd=settings.BASE_DIR,
    )
    address = _address(host, port)
    # The web server has the machine to itself until it answers: somebody waits for it.
    supervisor.start("web")
    noted: list[int] = []
    told = False
    services_checked_at = started_at = time.monotonic()

    def step() -> bool:
        nonlocal noted, told, services_checked_at
        pids = [child.process.pid for child in supervisor.children if child.process]
        if pids != noted:
            instance.note(url=address, pids=pids)
            noted = pids
        if not told:
            told = _tell_when_ready(supervisor, host, port, started_at)
            if told:
                supervisor.start()
        now = time.monotonic()
        if found is not None and now - services_checked_at > SERVICES_CHECKED_EVERY_S:
            for name in found.ensure_running():
                supervisor.say(f"{name} had stopped and was started again.")
            services_checked_at = time.monotonic()
        return bool(stop)

    try:
        supervisor.run(until=step)
    finally:
        supervisor.say("Stopping; press Ctrl-C again to stop without waiting for running work.")
        supervisor.stop(hurry=lambda: stop.times > 1)
        supervisor.say("The studio has stopped.")


def _tell_when_ready(supervisor: Supervisor, host: str, port: int, started_at: float) -> bool:
    """Print where to click once the web server answers; give up on one that never will."""
    if _answers(host, port):
        supervisor.say(_welcome(_address(host, port)))
        return True
    web = supervisor.children[0]
    if web.ends >= HOPELESS_AFTER_ENDS or time.monotonic() - started_at > WEB_READY_WITHIN_S:
        log = Path(settings.VAR_DIR) / "log" / "web.log"
        raise CommandError(f"The web server does not come up; the reason is in {log}.")
    return False


def _answers(host: str, port: int) -> bool:
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    connection = http.client.HTTPConnection(local, port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        # Any answer will do: a studio for liner.example.org may refuse to be called localhost.
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _address(host: str, port: int) -> str:
    shown = "127.0.0.1" if host == "0.0.0.0" else host
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def _welcome(address: str) -> str:
    login = demo_login()
    line = f"Liner is ready: open {address}"
    if login:
        line += f" and sign in as {login['email']} with the password {login['password']}"
    return f"\n{line}\n"
