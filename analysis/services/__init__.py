"""Writes of the analysis: queueing and performing runs, deriving and deciding suggestions."""
