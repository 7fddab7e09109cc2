"""Entry points: settings, URLs, the Celery app, commands and the embedded services.

Wires the four apps together; no app imports it.
"""
