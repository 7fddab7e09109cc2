"""What the words of a report mean, for the pages that leave the studio (PDF, e-mail)."""

from collections.abc import Sequence

from analytics.domain.results import PARAMETER_DRAWS
from analytics.domain.simulation import DEPTH, FIRST_PLACES

MEANINGS: Sequence[tuple[str, str]] = (
    ("Surfaces", f"The track is among the first {FIRST_PLACES} of the list a prompt gives."),
    (
        "Prompt space",
        "A named group of prompts that ask for the same thing. A track surfaces in a space when "
        "it surfaces for at least one of its prompts.",
    ),
    (
        "Surfacing rate",
        "Prompts of a space for which the track surfaces, of all prompts of that space; 95 % "
        "interval by Wilson's method.",
    ),
    (
        "Share of all prompts",
        "Surfacing rates of all spaces, weighed by how often we believe each is asked.",
    ),
    (
        "Place",
        "The middle (median) of its places over the prompts for which it surfaces; 1 is the first "
        f"place. Places are known down to {DEPTH}.",
    ),
    (
        "Simulated conversion",
        "Saves per surfaced impression by the listener model; n is the number of surfaced prompts.",
    ),
    (
        "Saves per 10,000 prompts",
        "If 10,000 prompts were asked, how many listeners would save the track. A comparison "
        "between tracks and spaces, not a forecast.",
    ),
    (
        "95 % interval",
        "Holds two kinds of doubt: other prompts could have been typed, and we do not know "
        f"listeners well ({PARAMETER_DRAWS} draws of the assumptions).",
    ),
    (
        "What it lacks",
        "Words a space asks for that neither the track's tags nor its description say.",
    ),
)

LIMITS: Sequence[str] = (
    "Streaming services mix a prompt with the listener's history; the simulation knows none.",
    "Their engines are not ours: a word that moves a track here shows that the word matters, not "
    "by how much it matters elsewhere.",
    "A word that is not true of the track is not punished here. Listeners do punish it.",
)
