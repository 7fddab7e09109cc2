"""HTML doors of the prompts: parse, call, render."""
