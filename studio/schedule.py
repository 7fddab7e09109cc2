"""What the studio does by itself, and when; times are in the zone of the studio."""

from typing import Any

from celery.schedules import crontab

SCHEDULE: dict[str, dict[str, Any]] = {
    "pick up analyses that a dead worker dropped": {
        "task": "analysis.tasks.requeue_stalled_runs",
        "schedule": 60.0,
    },
    "learn from answers to suggestions": {
        "task": "analysis.tasks.recalibrate_limits",
        "schedule": crontab(hour=3, minute=41),
    },
    "pick up simulations that a dead worker dropped": {
        "task": "analytics.tasks.requeue_stalled_simulations",
        "schedule": 60.0,
    },
    "pick up event files that a dead worker dropped": {
        "task": "analytics.tasks.requeue_stalled_event_imports",
        "schedule": 60.0,
    },
    "start campaigns whose day has come": {
        "task": "analytics.tasks.start_campaigns",
        "schedule": crontab(minute=3),
    },
    "pick up prompt lists and markets that a dead worker dropped": {
        "task": "analytics.tasks.requeue_stalled_simulation_files",
        "schedule": 60.0,
    },
    "look at fairness where a week has passed": {
        "task": "analytics.tasks.start_weekly_runs",
        "schedule": crontab(hour=5, minute=23),
    },
    "learn from listening": {
        "task": "prompts.tasks.train_on_listening",
        "schedule": crontab(minute=11, hour=4),
    },
    "purge listening events": {
        "task": "prompts.tasks.purge_old_events",
        "schedule": crontab(minute=47, hour=4),
    },
    "take in waiting uploads": {
        "task": "catalog.tasks.take_in_waiting_uploads",
        "schedule": 30.0,
    },
    "pick up tables that a dead worker dropped": {
        "task": "catalog.tasks.wake_waiting_tables",
        "schedule": 60.0,
    },
    "forget old tables": {
        "task": "catalog.tasks.purge_old_tables",
        "schedule": crontab(minute=41, hour=3),
    },
    "send the day's notices by e-mail": {
        "task": "catalog.tasks.send_notice_digests",
        "schedule": crontab(hour=6, minute=40),
    },
    "send the digests of surfacing": {
        "task": "analytics.tasks.send_surfacing_digests",
        "schedule": crontab(minute=23, hour="6-22"),
    },
    "pick up bulk edits that a dead worker dropped": {
        "task": "catalog.tasks.requeue_stalled_bulk_edits",
        "schedule": 60.0,
    },
    "purge expired uploads": {
        "task": "catalog.tasks.purge_expired_uploads",
        "schedule": crontab(minute=17),
    },
}
