"""HTML doors of the analysis."""
