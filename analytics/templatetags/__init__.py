"""Filters of the surfacing pages."""
