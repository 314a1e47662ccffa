"""All settings of the site. What a site may change is read from the environment."""

import contextlib
import os
import secrets
from logging import LogRecord
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF, UNSAFE_INLINE

from engagement_site import env
from engagement_site.private import make_private
from inference.engagement import DEFINITIONS, INDEX_2
from inference.registry import DEFAULT_MODEL
from inference.runtimes import DETECTORS, RUNTIMES

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "data"))).expanduser().resolve()
make_private(DATA_DIR)


def _secret_key() -> str:
    """The key from the environment, or one made once and kept beside the database."""
    given = env.text("SECRET_KEY", "")
    if given:
        return given
    file = DATA_DIR / "secret_key"
    if not file.exists():
        # Linked into place whole: two processes that start together must read the same key.
        draft = DATA_DIR / f"secret_key.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
    return file.read_text()


DEBUG = env.flag("DEBUG", False)
SECRET_KEY = _secret_key()
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, 1, 65535)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]", HOST])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
BEHIND_TLS = env.flag("BEHIND_TLS", False)
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", int(BEHIND_TLS), 0, 10)
"""The site's own proxies: what they say of the client's address and scheme is believed."""
TLS_PORT = env.number("TLS_PORT", 0, 0, 65535)
"""Where the site serves HTTPS itself, with an authority of its own; 0 where it does not."""
SITE_ORIGIN = env.origin("SITE_ORIGIN")
"""By which students reach the site, whatever the teacher calls it; empty for the same."""
ONLY_HERE = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})
IS_PUBLIC = BEHIND_TLS or TRUSTED_PROXIES > 0 or not {HOST, *ALLOWED_HOSTS} <= ONLY_HERE
"""Whether others than this machine's users can reach the site."""

# What the class is told and what is analysed ------------------------------------------------
POLICY = env.choice("POLICY", "emotion", ("emotion", "presence"))
RETENTION_DAYS = env.number("RETENTION_DAYS", 90, 1, 3650)
RAW_RETENTION_DAYS = env.number("RAW_RETENTION_DAYS", 30, 1, 3650)
"""Of single samples; what is summed up by minute stays as long as the session."""
MODELS_DIR = Path(env.text("MODELS_DIR", str(BASE_DIR / "models"))).expanduser().resolve()
EMOTION_MODEL = env.text("EMOTION_MODEL", DEFAULT_MODEL)
FACE_DETECTOR = env.choice("FACE_DETECTOR", "yunet", DETECTORS)
ENGAGEMENT_DEFINITION = env.choice("ENGAGEMENT_DEFINITION", INDEX_2, DEFINITIONS)
"""Of sessions made from now on; each keeps its own."""
INFERENCE_RUNTIME = env.choice("INFERENCE_RUNTIME", "openvino", tuple(RUNTIMES))
RECORDED_FRAMES = env.flag("RECORDED_FRAMES", False)
"""Whether frames may bring their answers along, as those of `make demo` do."""
# Frames are analysed by this process, or by replicas on a Ray cluster (docs/operations.md).
INFERENCE = env.choice("INFERENCE", "here", ("here", "ray"))
RAY_ADDRESS = env.text("RAY_ADDRESS", "auto")
RAY_REPLICAS = env.text("RAY_REPLICAS", "2")
RAY_REPLICA_CPUS = env.number("RAY_REPLICA_CPUS", 1, 1, 64)
FRAME_MAX_BYTES = 300_000
FRAME_MAX_PIXELS = 1_000_000
FRAME_RATE_LIMIT = 10
"""Frames a second and connection; a burst of twice as many is let through."""
PICTURE_MAX_BYTES = 2_000_000
PICTURE_MAX_PIXELS = 4_000_000
"""A picture to try out; the page scales a larger one down before it sends it."""
FILE_UPLOAD_MAX_MEMORY_SIZE = DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
"""Bytes of any request; engagement_site.bodies refuses a longer one, which Django would spill."""

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "channels",
    "csp",
    "sessions.apps.ClassSessionsConfig",
    "engagement_site.apps.SiteConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "engagement_site.compression.CompressedPagesMiddleware",
    "engagement_site.lan.pages.PlainHttpMiddleware",
    "csp.middleware.CSPMiddleware",
    "sessions.site.headers.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "engagement_site.urls"
ASGI_APPLICATION = "engagement_site.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sessions.site.context.site",
            ],
        },
    },
]

# Storage --------------------------------------------------------------------------------------
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        env.text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'db.sqlite3'}"),
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 3,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; "
        "PRAGMA secure_delete=ON;",
    }
else:
    # A page must not wait for a database that is away.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        connect_timeout=3, keepalives_idle=5, keepalives_interval=1, keepalives_count=3,
        tcp_user_timeout=4000,
    )  # fmt: skip
    # Behind a pool that lends connections by transaction: no cursor lives longer than one.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env.flag("DATABASE_POOLED", False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "")
REDIS_PATIENCE = {"socket_connect_timeout": 1, "socket_timeout": 2}
"""Seconds."""
CHANNEL_LAYERS: dict[str, Any] = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, **REDIS_PATIENCE}]},
    }
    if REDIS_URL
    else {"BACKEND": "channels.layers.InMemoryChannelLayer"}
}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": REDIS_PATIENCE,
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# Accounts ---------------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = ["sessions.site.accounts.SiteBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
SIGNUP_OPEN = env.flag("SIGNUP_OPEN", True)
ACCOUNT_ADAPTER = "sessions.site.accounts.AccountAdapter"
# createsuperuser asks for a username, and an e-mail address may be left out.
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = env.choice(
    "EMAIL_VERIFICATION", "optional", ("mandatory", "optional", "none")
)
# Who signs up with an address that is registered gets an account of their own, unverified, and
# learns nothing; where verification is mandatory the mail tells the address's owner instead.
ACCOUNT_PREVENT_ENUMERATION = True if ACCOUNT_EMAIL_VERIFICATION == "mandatory" else "strict"
# Sign-ins are counted by sessions.site.accounts: by address alone one pupil closes a school's.
# What is left of "login_failed" are codes of a second step, counted by account.
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": "10/5m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Engagement monitor"
# Where addresses are not verified, nobody could have a second step otherwise.
MFA_ALLOW_UNVERIFIED_EMAIL = ACCOUNT_EMAIL_VERIFICATION != "mandatory"
# Passkeys on http://localhost; elsewhere the page must have come over HTTPS.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not (IS_PUBLIC or TLS_PORT)
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
EMAIL_BACKEND = env.text("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("EMAIL_PORT", 25, 1, 65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS", False)
# Nothing else of the process answers meanwhile.
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "engagement@localhost")

# Security ---------------------------------------------------------------------------------------
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS or TLS_PORT > 0
if BEHIND_TLS:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 31_536_000
# Whether its subdomains and browsers' lists follow, the owner of the domain decides, not this site.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        # Plotly writes style attributes and a style element.
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "media-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

METRICS_TOKEN = env.secret("METRICS_TOKEN")
"""What a monitor elsewhere must show at /metrics; empty where none may look."""

# Files, language, log -----------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
FILE_UPLOAD_PERMISSIONS = 0o600
"""Of collected files too, which are Django's other way round the umask."""
STATICFILES_DIRS = [
    BASE_DIR / "static",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "engagement_site.storage.StaticStorage"},
}
LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.text("TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True


def _is_worth_a_line(record: LogRecord) -> bool:
    """False for /readyz that says 503: an answer and no error."""
    answered = getattr(record, "status_code", None) == 503 and "/readyz" in (record.args or ())
    return not answered


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "worth_a_line": {"()": "django.utils.log.CallbackFilter", "callback": _is_worth_a_line}
    },
    "formatters": {
        "line": {
            "class": "engagement_site.log.Line",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "django.request": {"filters": ["worth_a_line"]},
    },
}
