"""Runs, what they measured, and the questions made from it."""

from analysis.models.findings import Observation, Waveform
from analysis.models.runs import UNFINISHED, AnalysisRun, Status
from analysis.models.suggestions import Suggestion

__all__ = ["UNFINISHED", "AnalysisRun", "Observation", "Status", "Suggestion", "Waveform"]
