"""Settings of the test run: the real ones, on a runtime folder that only tests use.

Whatever the shell has set for a studio stays out of it, so a test run can never touch real data.
Worker processes that tests start use this module too, and find the test database by its name.
"""

import os
from pathlib import Path

_ROOT = Path(__file__).parent.parent
_studio_var = Path(os.environ.get("LINER_VAR_DIR") or _ROOT / "var")
_test_var = Path(os.environ.get("LINER_TEST_VAR_DIR") or _ROOT / "var" / "test")

for _name in list(os.environ):
    if _name.startswith(("DATABASE_", "BROKER_", "CACHE_", "S3_", "EMAIL_", "SECRET_", "HTTPS")):
        del os.environ[_name]
os.environ["LINER_VAR_DIR"] = str(_test_var)
os.environ["DEBUG"] = "true"
# The converted weights are the same for everybody, and take long to fetch.
os.environ.setdefault("MODELS_DIR", str(_studio_var / "models"))

from studio.settings import *  # noqa: E402, F403
from studio.settings import CACHES, DATABASES, VAR_DIR  # noqa: E402

if _database := os.environ.get("LINER_TEST_DATABASE"):
    DATABASES["default"]["NAME"] = _database

# Nobody needs the rows of a test after a power cut.
DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"

# Signing in is tested by itself; elsewhere a slow hash only costs time.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = VAR_DIR / "media"
CACHES["default"]["KEY_PREFIX"] = "liner-test"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

# A killed worker's files move on within seconds, so that a test of it need not wait a minute.
ANALYSIS_LEASE_S = 8
