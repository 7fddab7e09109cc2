"""Settings of the studio, read from the environment.

With nothing set this is a working local studio. `docs/deploy.md` lists what a real one sets.
"""

import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF

from studio import env
from studio.embedded import urls
from studio.schedule import SCHEDULE

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Runtime folder -----------------------------------------------------------------------------

VAR_DIR = env.path("LINER_VAR_DIR", BASE_DIR / "var")


def _local_secret_key() -> str:
    """Make a key at first start and keep it, so a local studio needs no configuration."""
    file = VAR_DIR / "secret_key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with file.open("x") as handle:
                file.chmod(0o600)
                handle.write(secrets.token_urlsafe(50))
        except FileExistsError:  # another process was first
            pass
    return file.read_text().strip()


DEBUG = env.boolean("DEBUG", True)
SECRET_KEY = env.secret("SECRET_KEY", _local_secret_key() if DEBUG else None)
ALLOWED_HOSTS = list(env.items("ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]")))
CSRF_TRUSTED_ORIGINS = list(env.origins("CSRF_TRUSTED_ORIGINS"))

# --- Applications -------------------------------------------------------------------------------

INSTALLED_APPS = [
    "studio",
    "analytics",
    "prompts",
    "analysis",
    "catalog",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "template_partials",
    "csp",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "studio.middleware.without_nul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    *(["studio.middleware.own_not_found_page"] if DEBUG else []),
]

ROOT_URLCONF = "studio.urls"
WSGI_APPLICATION = "studio.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "studio.context.studio",
            ],
        },
    },
]

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # forms are drawn with our own field

# --- Database, broker, cache --------------------------------------------------------------------

_embedded_database, _embedded_broker = urls(VAR_DIR)

DATABASES: dict[str, dict[str, Any]] = {"default": env.database("DATABASE_URL", _embedded_database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

BROKER_URL = env.broker("BROKER_URL", _embedded_broker)
# Django's cache speaks redis-py's dialect, in which a socket is `unix://`.
_cache_url = (
    BROKER_URL.replace("redis+socket://", "unix://", 1).replace("virtual_host=", "db=")
    if BROKER_URL.startswith("redis+socket://")
    else BROKER_URL
)
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.text("CACHE_URL", _cache_url),
        "KEY_PREFIX": "liner",
    }
}

# --- Celery -------------------------------------------------------------------------------------

CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "analysis.tasks.analyse_audio": {"queue": "audio"},
    "analysis.tasks.check_stems": {"queue": "audio"},
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_ACKS_LATE = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than any task may run, or the broker would hand a running task to a second worker.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3 * 3600}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "run" / "beat-schedule")
CELERY_BEAT_SCHEDULE = SCHEDULE

# These go together: child time < soft limit < hard limit < visibility timeout of the broker. A
# worker renews its lease while it works; the lease says how soon a dead one's files move on.
ANALYSIS_TIMEOUT_S = env.integer("ANALYSIS_TIMEOUT_S", 540, minimum=10)
ANALYSIS_SOFT_TIME_LIMIT_S = ANALYSIS_TIMEOUT_S + 60
ANALYSIS_TIME_LIMIT_S = ANALYSIS_TIMEOUT_S + 120
ANALYSIS_LEASE_S = env.integer("ANALYSIS_LEASE_S", 60, minimum=2)

# --- Texts --------------------------------------------------------------------------------------

# Code points, as partners and streaming services count; a pitch has its own limits beside.
DESCRIPTION_LENGTHS = tuple(
    int(length) for length in env.items("DESCRIPTION_LENGTHS", ("120", "500", "1000"))
)
PITCH_LENGTH = env.integer("PITCH_LENGTH", 500, minimum=1)
PITCH_LIMITS = {
    "genre": env.integer("PITCH_GENRES", 3, minimum=1),
    "mood": env.integer("PITCH_MOODS", 3, minimum=1),
    "instrument": env.integer("PITCH_INSTRUMENTS", 5, minimum=1),
}
# Where people reach the studio, for links in e-mail; without it mails name the page only.
PUBLIC_URL = env.text("PUBLIC_URL", "")
# A language model that may rephrase drafts: the address of an OpenAI-compatible chat endpoint, its
# model and key. Off while empty; what it writes passes the claim check before anybody sees it.
DRAFT_MODEL_URL = env.text("DRAFT_MODEL_URL", "")
DRAFT_MODEL_NAME = env.text("DRAFT_MODEL_NAME", "")
DRAFT_MODEL_KEY = env.secret("DRAFT_MODEL_KEY", "")

# --- People -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "catalog.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "studio.accounts.InvitationOnlyAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation already went to the address
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
    "signup": "20/m/ip",
}
MFA_TOTP_ISSUER = "Liner"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # addresses come from invitations, nobody picks another's
MFA_TOTP_TOLERANCE = 1  # a phone whose clock is half a minute off (RFC 6238, section 5.2)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# Behind a reverse proxy the client address is in X-Forwarded-For; say how many proxies to trust.
ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0, minimum=0)

EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    "django.core.mail.backends.filebased.EmailBackend"
    if DEBUG
    else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", False)
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Liner <liner@localhost>")

# --- Files --------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
MEDIA_ROOT = env.path("MEDIA_ROOT", VAR_DIR / "media")
MODELS_DIR = env.path("MODELS_DIR", VAR_DIR / "models")
# Fonts (TTF, OTF) for letters that the fonts of printed reports lack, Chinese or Japanese for one.
REPORT_FONTS_DIR = env.path("REPORT_FONTS_DIR", VAR_DIR / "fonts")
PLUGINS_DIR = env.path("PLUGINS_DIR", VAR_DIR / "plugins")
# What the prompt box embeds texts with; minilm needs the packages of requirements-minilm.txt.
TEXT_ENCODER = env.choice("TEXT_ENCODER", ("wordllama", "minilm"), "wordllama")


def _media_storage() -> dict[str, Any]:
    """Keep media in a bucket when one is named, else under `MEDIA_ROOT`."""
    bucket = env.text("S3_BUCKET", "")
    if not bucket:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": MEDIA_ROOT, "base_url": None},
        }
    options: dict[str, Any] = {
        "bucket_name": bucket,
        "default_acl": None,
        "file_overwrite": False,
        "querystring_auth": True,
    }
    for option, name in (
        ("endpoint_url", "S3_ENDPOINT_URL"),
        ("region_name", "S3_REGION"),
        ("access_key", "S3_ACCESS_KEY"),
        ("secret_key", "S3_SECRET_KEY"),
    ):
        if value := env.secret(name, ""):
            options[option] = value
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


STORAGES = {
    "default": _media_storage(),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "studio.static_storage.HashedStaticFiles"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# Uploads: one file, and what a workspace may hold in all. Half-sent files wait in a folder that
# web and worker processes share.
UPLOAD_DIR = env.path("UPLOAD_DIR", VAR_DIR / "uploads")
UPLOAD_MAX_BYTES = env.integer("UPLOAD_MAX_MB", 4096, minimum=1) * 1024**2
WORKSPACE_QUOTA_BYTES = env.integer("WORKSPACE_QUOTA_GB", 200, minimum=1) * 1024**3
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_PERMISSIONS = 0o640

# --- Security -----------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],  # the nonce is for the waveform's shadow root
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"

_https = env.boolean("HTTPS", not DEBUG)
SECURE_SSL_REDIRECT = _https
SESSION_COOKIE_SECURE = _https
CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = env.integer("HSTS_SECONDS", 365 * 86400 if _https else 0, minimum=0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = _https
SECURE_HSTS_PRELOAD = _https
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if env.boolean("BEHIND_TLS_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- API ----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "studio.api.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env.text("API_RATE", "1200/min")},
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Liner",
    "DESCRIPTION": "The catalog, its analysis, prompts and surfacing reports of a Liner studio.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

# --- Language, time, logs -----------------------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_I18N = False
USE_TZ = True
DATE_FORMAT = "j M Y"
DATETIME_FORMAT = "j M Y, H:i"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": env.choice("LOG_LEVEL", ("debug", "info", "warning", "error"), "info").upper(),
    },
    "loggers": {
        "django.server": {"level": "INFO"},
        "fontTools": {"level": "WARNING"},  # tells every glyph it keeps
    },
}

if DEBUG:
    INTERNAL_IPS = ["127.0.0.1"]
