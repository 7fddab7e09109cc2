"""The Celery application. State is in PostgreSQL; messages only wake workers."""

import os

from celery import Celery

from studio import heartbeat  # noqa: F401 - connects the workers' heartbeat

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")

app = Celery("liner")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
