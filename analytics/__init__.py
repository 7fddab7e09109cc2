"""What follows from metadata: simulated and observed surfacing, what would move it, reports.

Owns prompt banks and spaces, markets, choice models, simulation runs and their results. Does not
own how a prompt is understood or ranked (prompts), nor any catalog value (catalog).
"""
