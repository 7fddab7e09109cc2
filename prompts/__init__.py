"""What people ask for: understanding a prompt, finding and ordering tracks, saying why.

Owns the intent lexicon, the text encoders, the track index, retrieval, ranking with its parts,
sequencing and the prompts people typed. Does not own tracks or their values (catalog), what a
model heard (analysis) or simulations over many prompts (analytics).
"""
