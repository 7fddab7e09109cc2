"""Benches of the analysis; `manage.py bench` finds them here."""
