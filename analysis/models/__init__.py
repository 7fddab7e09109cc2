"""Runs, what they measured, and the questions made from it."""

from analysis.models.findings import Observation, Waveform
from analysis.models.limits import TermLimit
from analysis.models.runs import UNFINISHED, AnalysisRun, Status
from analysis.models.signatures import Duplicate, Signature
from analysis.models.stem_checks import StemCheck
from analysis.models.suggestions import Suggestion

__all__ = [
    "UNFINISHED",
    "AnalysisRun",
    "Duplicate",
    "Observation",
    "Signature",
    "Status",
    "StemCheck",
    "Suggestion",
    "TermLimit",
    "Waveform",
]
