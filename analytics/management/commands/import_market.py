"""Bring a market from the command line."""

from analytics.management.material_command import MaterialCommand
from analytics.models import SimulationFile


class Command(MaterialCommand):
    """Read a market, show what is understood, and keep it with `--apply`."""

    help = "Read a market (CSV, Excel, MTG-Jamendo TSV); keep it with --apply."
    kind = SimulationFile.Kind.MARKET
