"""Learning the numbers in `analysis/data` from recordings with known answers.

Only `manage.py fit` imports it; nothing of it runs while music is analysed.
"""
