"""`manage.py createmember`: lets a person into a workspace, for operators."""

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.errors import StudioError
from catalog.roles import Role
from catalog.services.operators import add_member, find_person, find_workspace

PASSWORD_VARIABLE = "LINER_PASSWORD"


class Command(BaseCommand):
    """Make a person a member of a workspace, with an account if they have none."""

    help = (
        "Makes a person a member of a workspace. The password of a new account is asked for, or "
        f"read from {PASSWORD_VARIABLE} or the file that {PASSWORD_VARIABLE}_FILE names."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Take the workspace, the person and the role."""
        parser.add_argument("--workspace", required=True, help="the word in its address")
        parser.add_argument("--email", required=True, help="the address they sign in with")
        parser.add_argument("--role", required=True, choices=[role.value for role in Role])
        parser.add_argument("--name", default="", help="their name, for a new account")

    def handle(self, *args: Any, **options: Any) -> None:
        """Add the member and say so."""
        try:
            workspace = find_workspace(options["workspace"])
            known = find_person(options["email"])
            membership = add_member(
                workspace=workspace,
                email=options["email"],
                role=Role(options["role"]),
                password=None if known else _password(),
                name=options["name"],
            )
        except StudioError as error:
            raise CommandError(f"{error} {error.hint}".strip()) from error
        account = "their account is as it was" if known else "made their account"
        self.stdout.write(
            f"{membership.user.email} is {membership.role} of {workspace.name}; {account}."
        )


def _password() -> str:
    """Read the password from the environment, a file, or the person at the terminal."""
    if given := os.environ.get(PASSWORD_VARIABLE):
        return given
    if file := os.environ.get(f"{PASSWORD_VARIABLE}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
    if not sys.stdin.isatty():
        raise CommandError(
            f"Set {PASSWORD_VARIABLE}, or run this in a terminal to be asked for the password."
        )
    password = getpass.getpass("Password: ")
    if getpass.getpass("Password again: ") != password:
        raise CommandError("The two passwords differ; nothing was made.")
    return password
