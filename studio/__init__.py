"""Entry points: settings, URLs, the Celery app, the command line and the embedded services.

It wires the apps together and owns no data. No app imports it.
"""
