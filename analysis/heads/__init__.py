"""Small heads of our own on musicnn's embeddings: making their training sounds, and fitting them.

Only `manage.py train_heads` and the benches come here. What runs in the studio is the few numbers
in `analysis/data/heads.npz`, read by `analysis.domain.heads`.
"""
