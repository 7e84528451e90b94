"""Django settings: every choice of ours with its reason; what the installer sets comes from outside.

``DATABASE_URL`` points at any PostgreSQL >= 16; without it the embedded one is used (see
``switchboard.platform.postgres``). ``SWITCHBOARD_HOME`` is where the embedded database, the secret and
the logs live; ``SWITCHBOARD_DEMO=1`` turns on the demo's one-click sign-in (loopback only).
"""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from switchboard.platform.logs import logging_settings
from switchboard.project.environment import database, home, secret

PACKAGE = Path(__file__).resolve().parent.parent
HOME = home()
DEMO = os.environ.get("SWITCHBOARD_DEMO") == "1"

PLAN_NAME = os.environ.get("SWITCHBOARD_PLAN", "")  # stands beside our name on every page
PLAN_CRISIS_LINE = os.environ.get("SWITCHBOARD_CRISIS_LINE", "1-800-555-0144" if DEMO else "")

SECRET_KEY = secret(HOME)
DEBUG = False
ALLOWED_HOSTS = [h for h in os.environ.get("SWITCHBOARD_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("SWITCHBOARD_ORIGINS", "").split(",") if o]
ROOT_URLCONF = "switchboard.project.urls"
WSGI_APPLICATION = "switchboard.project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DATABASES = {"default": database()}
ATOMIC_REQUESTS = False

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "switchboard.platform",
    "switchboard.members",
    "switchboard.network",
    "switchboard.outcomes",
    "switchboard.scheduling",
    "switchboard.frontdoor",
    "switchboard.interop",
    "switchboard.portals",
]

MIDDLEWARE = [
    "switchboard.platform.requests.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "portals" / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "switchboard.portals.context.page",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]

LOGGING = logging_settings()
METRICS_TOKEN = os.environ.get("SWITCHBOARD_METRICS_TOKEN", "")
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

AUTH_USER_MODEL = "platform.User"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [PACKAGE / "portals" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"  # stored and compared in UTC; shown in the place's own zone

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE / "portals" / "static"]
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # no address of ours, with its ids, leaves the origin
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {  # nothing inline, nothing from elsewhere, nobody frames us
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
