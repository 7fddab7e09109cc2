"""Texts about tracks, held against what is known: checking, drafting, approving, their pages.

The rows belong to the catalog; what is here needs the lexicon, the analysis or both.
"""
