"""Django settings: every choice of ours with its reason; what the installer sets comes from outside.

``DATABASE_URL`` points at any PostgreSQL >= 16; without it the embedded one is used (see
``switchboard.platform.postgres``). ``SWITCHBOARD_HOME`` is where the embedded database, the secret and
the logs live; ``SWITCHBOARD_DEMO=1`` turns on the demo's one-click sign-in (loopback only).
"""

import os
from pathlib import Path

from csp.constants import NONE, SELF

from switchboard.platform.logs import logging_settings
from switchboard.project.environment import database, home, mail, secret

PACKAGE = Path(__file__).resolve().parent.parent
HOME = home()
DEMO = os.environ.get("SWITCHBOARD_DEMO") == "1"
if not os.access(
    PACKAGE / "matching/core", os.W_OK
):  # installed by another user: Numba keeps its work in home
    os.environ.setdefault("NUMBA_CACHE_DIR", str(HOME / "compiled"))

PLAN_NAME = os.environ.get("SWITCHBOARD_PLAN", "")  # stands beside our name on every page
PLAN_CRISIS_LINE = os.environ.get("SWITCHBOARD_CRISIS_LINE", "1-800-555-0144" if DEMO else "")

MAIL = mail()
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
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "switchboard.platform",
    "switchboard.members",
    "switchboard.network",
    "switchboard.outcomes",
    "switchboard.scheduling",
    "switchboard.matching",
    "switchboard.frontdoor",
    "switchboard.insights",
    "switchboard.interop",
    "switchboard.reactions",
    "switchboard.portals",
]

MIDDLEWARE = [
    "switchboard.platform.requests.RequestId",
    "switchboard.api.gate.Gate",  # the rest is for browsers: a caller with a key needs none of it
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
    "allauth.account.middleware.AccountMiddleware",
    "switchboard.platform.doorkeeper.Doorkeeper",
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

DATA_UPLOAD_MAX_MEMORY_SIZE = 20_000_000  # of a body with files for the API; its gate bounds all others
LOGGING = logging_settings()
METRICS_TOKEN = os.environ.get("SWITCHBOARD_METRICS_TOKEN", "")
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

AUTH_USER_MODEL = "platform.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "switchboard.platform.signin.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "switchboard.platform.signin.shown_name"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an emailed code has just proved the address
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 600  # seconds: NIST SP 800-63B-4 gives an out-of-band code ten minutes
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody gets mail from us who is not with the plan
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"request_login_code": "20/m/ip,3/m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey is two factors only when it knows its owner
MFA_ALLOW_UNVERIFIED_EMAIL = True  # staff reach this page by a code sent to the address
MFA_TOTP_ISSUER = "Switchboard"

EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if MAIL else "switchboard.platform.mail.KeptNotSent"
)
vars().update(MAIL)
DEFAULT_FROM_EMAIL = os.environ.get("SWITCHBOARD_MAIL_FROM", "switchboard@localhost")

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

SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 3600  # seconds; the doorkeeper ends most sessions long before
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO  # the demo speaks plain HTTP on a loopback address
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
