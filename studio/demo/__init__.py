"""A small catalog of original music that the studio makes by itself, for a first visit.

The sounds are computed here (`voices`, `drums`, `effects`), arranged in `pieces`, brought to
streaming level in `mixing`, and put into a workspace by `loading` the way a person would.
"""
