"""Django settings, all from the environment (README: "Settings"). A wrong value raises EnvError with one line."""

from __future__ import annotations

import re
import secrets
from pathlib import Path

import dj_database_url
import django
from environs import Env, EnvError

from backfill_admin import log_lines
from backfill_admin.data_dir import data_dir, make_data_dir
from backfill_admin.embedded import embedded_url
from dlq.conf import DEFAULTS as DLQ_DEFAULTS

env = Env()

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent if (PACKAGE.parent / "manage.py").exists() else None
"""None where the package is installed: nothing is kept among other packages' files."""
WANTED_DATA_DIR = env.str("DATA_DIR", "") or str((CHECKOUT or Path.cwd()) / ".data")
DATA_DIR = data_dir(WANTED_DATA_DIR)

DATABASE_URL: str = env.str("DATABASE_URL", "")
DEMO = not DATABASE_URL
"""The mode without a database of one's own: embedded server, sample entries, a worker, user admin/admin."""


LIKE_THIS = (
    "postgresql://user:password@host:5432/database, where @ : / ? # and % in user or password are percent-encoded"
    " (%40 for @)"
)


def _database() -> dict[str, object]:
    # A further @, or one behind a /, is of a password, and the rest of it would be taken for the host.
    user_to_database = DATABASE_URL.partition("://")[2].partition("?")[0]
    if user_to_database.count("@") > 1 or "@" in user_to_database.partition("/")[2]:
        raise EnvError(f"DATABASE_URL can't be read; it looks like this: {LIKE_THIS}")
    try:
        config = dj_database_url.parse(DATABASE_URL or embedded_url(DATA_DIR), conn_max_age=60, conn_health_checks=True)
    except ValueError:  # also dj_database_url's own errors; their texts may quote the password
        raise EnvError(f"DATABASE_URL can't be read; it looks like this: {LIKE_THIS}") from None
    if config.get("ENGINE") != "django.db.backends.postgresql":
        raise EnvError(f"DATABASE_URL must be of PostgreSQL: {LIKE_THIS}")
    config.setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
    return dict(config)


def _secret_key() -> str:
    """DJANGO_SECRET_KEY, or one that is made once and kept in the data folder, so that sessions survive a restart."""
    if key := env.str("DJANGO_SECRET_KEY", ""):
        return str(key)
    file = DATA_DIR / "secret-key"
    try:
        if not file.exists():
            make_data_dir(DATA_DIR)
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(50))
        return file.read_text()
    except OSError as error:
        raise EnvError(f"DATA_DIR {DATA_DIR} can't be used: {error.strerror}") from None


def _proxies() -> int:
    proxies: int = env.int("DJANGO_PROXIES", 0)
    if proxies < 0:
        raise EnvError(f"DJANGO_PROXIES must be a whole number of at least 0, not {proxies}.")
    return proxies


def _script_name() -> str:
    """The path below which a proxy shows the pages, as in /dlq; "" where they have the host for themselves."""
    name: str = env.str("DJANGO_SCRIPT_NAME", "").rstrip("/")
    if name and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", name):
        raise EnvError(f"DJANGO_SCRIPT_NAME must be a path like /dlq, not {name!r}.")
    return name


DATABASES = {"default": _database()}
SECRET_KEY = _secret_key()
DEBUG = env.bool("DJANGO_DEBUG", False)
ALLOWED_HOSTS = env.list("DJANGO_ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("DJANGO_CSRF_TRUSTED_ORIGINS", [])

PROXIES = _proxies()
"""So many proxies in front are trusted to say who the client is, and whether it came by https."""
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

SCRIPT_NAME = _script_name()
if SCRIPT_NAME:
    FORCE_SCRIPT_NAME = SCRIPT_NAME
    # Other applications of the same host have cookies of these names, too.
    SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = f"{SCRIPT_NAME}/"

SECURE = env.bool("DJANGO_SECURE", False)
"""People come by https only."""
if SECURE:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [rf"^{re.escape(f'{SCRIPT_NAME}/healthz'[1:])}$"]  # asked from within, without the proxy
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True

INSTALLED_APPS = [
    "backfill_admin.admin_config.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "backfill_admin",
    "dlq",
]

POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}
# Django sends the policy itself from 6.0 on; before that django-csp does.
if django.VERSION >= (6, 0):
    CSP_MIDDLEWARE = "django.middleware.csp.ContentSecurityPolicyMiddleware"
    SECURE_CSP = POLICY
else:
    CSP_MIDDLEWARE = "csp.middleware.CSPMiddleware"
    CONTENT_SECURITY_POLICY = {"DIRECTIVES": POLICY}

MIDDLEWARE = [
    "backfill_admin.log_lines.with_request_id",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    CSP_MIDDLEWARE,
    "backfill_admin.readable.only_readable",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "backfill_admin.urls"
WSGI_APPLICATION = "backfill_admin.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backfill_admin.context.demo",
            ],
        },
    },
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_REDIRECT_URL = "admin:index"  # where a `next` that leads elsewhere leads
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AXES_HANDLER = "backfill_admin.login.brakes.Brakes"
AXES_CLIENT_IP_CALLABLE = "backfill_admin.login.address.client_address"
AXES_FAILURE_LIMIT = 10
# A guesser must not lock out the colleague at another address, and not go from name to name either.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or who tries again would never get in
AXES_LOCKOUT_TEMPLATE = "locked_out.html"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False  # its tables are of no use to support staff

LANGUAGE_CODE = "en"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A relative one would be what it is below when it is first asked for, which is before there is a request.
STATIC_URL = f"{SCRIPT_NAME}/static/"
# Files are served from where the wheels put them: nothing to collect, and an upgrade can't leave old ones behind.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

SESSION_COOKIE_HTTPONLY = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = log_lines.configuration(as_json=env.bool("DJANGO_JSON_LOGS", False))


def _dlq_setting(name: str, default: object) -> object:
    match default:
        case int():
            return env.int(name, default)
        case tuple():
            # A pattern of DLQ_REDACT may have commas of its own: such a list is written as JSON.
            is_json = env.str(name, "").lstrip().startswith("[")
            return tuple(env.json(name) if is_json else env.list(name, list(default)))
        case dict():
            return env.dict(name, default)
        case _:
            return env.str(name, str(default))


globals().update({name: _dlq_setting(name, default) for name, default in DLQ_DEFAULTS.items()})
