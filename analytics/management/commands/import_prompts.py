"""Bring a list of real prompts from the command line."""

from analytics.management.material_command import MaterialCommand
from analytics.models import SimulationFile


class Command(MaterialCommand):
    """Read a list of prompts, show every verdict, and keep it with `--apply`."""

    help = "Read a list of prompts with counts (CSV, Excel, JSON); keep it with --apply."
    kind = SimulationFile.Kind.PROMPTS
