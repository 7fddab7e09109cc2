"""Ask a workspace a prompt from the command line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.access import Access
from catalog.errors import StudioError
from catalog.models import Membership, Workspace
from catalog.roles import Role
from prompts.answers import as_json
from prompts.approaches import APPROACHES
from prompts.domain.sequencing import ARCS
from prompts.limits import BOUNDS, WHOLE, checked_limits
from prompts.retrieval import Answer, ask


class Command(BaseCommand):
    """Print the intent, the fate of each constraint, and the ordered tracks with score parts."""

    help = "Answer a prompt from a workspace's tracks and say why."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text")
        parser.add_argument("--workspace", required=True, metavar="SLUG")
        parser.add_argument("--approach", default="prompt", help=", ".join(APPROACHES))
        parser.add_argument("--limit", type=int)
        parser.add_argument("--order", default="", choices=["", *ARCS])
        for name, (low, high, meaning) in BOUNDS.items():
            parser.add_argument(
                f"--{name.replace('_', '-')}",
                type=int if name in WHOLE else float,
                help=f"{meaning} ({low:g} to {high:g})",
            )
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        workspace = Workspace.objects.filter(slug=options["workspace"]).first()
        if workspace is None:
            raise CommandError(f"There is no workspace called {options['workspace']}.")
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit must be 1 or more.")
        try:
            answer = ask(
                options["text"],
                access=_operator(workspace),
                approach=options["approach"],
                limit=options["limit"],
                arc=options["order"],
                limits=checked_limits({name: options[name] for name in BOUNDS}),
            )
        except StudioError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(as_json(answer), ensure_ascii=False))
        else:
            self._print(answer)

    def _print(self, answer: Answer) -> None:
        for fate in answer.fates:
            self.stdout.write(
                f"{fate.chip.strength} {fate.chip.polarity} {fate.chip.label}: {fate.words}"
            )
        for result in answer.results:
            artists = ", ".join(result.document.artists)
            self.stdout.write(
                f"{result.place:3}. {result.document.title} - {artists} ({result.score:.3f})"
            )
        for effect in answer.effects:
            self.stdout.write(
                f"Kept to {effect.words}: {effect.moved:,} made way, "
                f"which cost {effect.cost:.3f} points a track."
            )
        if answer.idle_limits:
            self.stdout.write(
                "Nobody has listened to anything here yet, so the limits on popularity changed "
                "nothing."
            )
        if not answer.results:
            self.stdout.write(f"No track fits ({answer.considered} looked at).")
        self.stdout.write(f"{answer.latency_ms:.0f} ms")


def _operator(workspace: Workspace) -> Access:
    """Whoever types commands on the machine sees the workspace as its owner does."""
    owner = Membership.objects.filter(workspace=workspace, role=Role.OWNER).first()
    member = owner or Membership.objects.filter(workspace=workspace).first()
    if member is None:
        raise CommandError(f"The workspace {workspace.slug} has no members; add one first.")
    return Access(member.user, workspace, Role.OWNER, frozenset())
