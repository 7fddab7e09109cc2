"""HTML doors of the catalog: parse, call, render."""
