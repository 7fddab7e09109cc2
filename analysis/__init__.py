"""What we can hear: decoding, extractors, analysis runs, observations and suggestions.

Owns everything a machine measured and the questions made from it. It does not own catalog values:
an
accepted suggestion is written by a catalog service.
"""
