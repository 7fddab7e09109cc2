"""Everything `manage.py up` runs: one web server, the workers and the scheduler, looked after."""
