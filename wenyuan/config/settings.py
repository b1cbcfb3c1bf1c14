"""One settings file, read from the environment. It imports with an empty environment (type checkers import it);
what is missing then is refused by ``config.checks`` and at start."""

import os
from pathlib import Path
from typing import Any

from wenyuan.config.database import django_database
from wenyuan.config.domains import first_domain
from wenyuan.doors.furniture.csp import CONTENT_SECURITY_POLICY as HOUSE_POLICY

PACKAGE = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("WENYUAN_HOME") or Path.home() / ".local/share/wenyuan")

SECRET_KEY = os.environ.get("WENYUAN_SECRET_KEY", "")
WENYUAN_PII_KEYS = os.environ.get("WENYUAN_PII_KEY", "")
WENYUAN_DEMO = os.environ.get("WENYUAN_DEMO") == "1"
WENYUAN_HTTP = os.environ.get("WENYUAN_HTTP", "127.0.0.1:8000")
# Scan-to-pay: the collector's address, the merchant it knows, and the key both sign with; none without an address.
WENYUAN_PAY_URL = os.environ.get("WENYUAN_PAY_URL", "")
WENYUAN_PAY_MERCHANT = os.environ.get("WENYUAN_PAY_MERCHANT", "")
WENYUAN_PAY_KEY = os.environ.get("WENYUAN_PAY_KEY", "")
WENYUAN_SIP2 = os.environ.get("WENYUAN_SIP2", "127.0.0.1:6001")
WENYUAN_SETUP_CODE_FILE = HOME / "keys" / "setup-code"

DEBUG = False
ALLOWED_HOSTS = [name.strip() for name in os.environ.get("WENYUAN_HOSTS", "127.0.0.1,localhost,[::1]").split(",")]
# In the names of records for harvesters: it must fit the schema of OAI identifiers and never change.
WENYUAN_REPOSITORY = os.environ.get("WENYUAN_REPOSITORY") or first_domain(ALLOWED_HOSTS)
CSRF_TRUSTED_ORIGINS = [one.strip() for one in os.environ.get("WENYUAN_ORIGINS", "").split(",") if one.strip()]

# TLS ends at granian (certificate settings) or at a proxy that the library names here.
WENYUAN_TLS = bool(os.environ.get("WENYUAN_TLS_CERT"))
WENYUAN_PROXY = os.environ.get("WENYUAN_PROXY", "")
if WENYUAN_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
_SECURE = WENYUAN_TLS or bool(WENYUAN_PROXY)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SESSION_COOKIE_NAME = "wenyuan_staff"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "wenyuan.doors.furniture.views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "csp",
    "procrastinate.contrib.django",
    "wenyuan.organisation.journal",
    "wenyuan.organisation.rights",
    "wenyuan.organisation.network",
    "wenyuan.organisation.accounts",
    "wenyuan.organisation.notices",
    "wenyuan.holdings.catalogue",
    "wenyuan.lending.patrons",
    "wenyuan.lending.transit",
    "wenyuan.lending.fees",
    "wenyuan.lending.circulation",
    "wenyuan.services.visits",
    "wenyuan.services.registers",
    "wenyuan.services.reading",
    "wenyuan.services.feedback",
    "wenyuan.office.daybook",
    "wenyuan.office.figures",
    "wenyuan.office.workplans",
    "wenyuan.office.documents",
    "wenyuan.doors.furniture",
    "wenyuan.doors.portal",
    "wenyuan.doors.workbench",
    "wenyuan.doors.sip2",
    "wenyuan.doors.api",
    "wenyuan.doors.harvest",
    "wenyuan.doors.cli",
]

MIDDLEWARE = [
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

ROOT_URLCONF = "wenyuan.config.urls"
WSGI_APPLICATION = "wenyuan.config.wsgi.application"
CONTENT_SECURITY_POLICY = HOUSE_POLICY

_LOADERS = [
    (
        "template_partials.loader.Loader",
        [
            (
                "django.template.loaders.cached.Loader",
                [
                    "django.template.loaders.filesystem.Loader",
                    "django.template.loaders.app_directories.Loader",
                ],
            )
        ],
    )
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": _LOADERS,
            "builtins": [
                "django.templatetags.i18n",
                "template_partials.templatetags.partials",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wenyuan.doors.furniture.context.house",
            ],
        },
    }
]

DATABASES = {"default": django_database(os.environ.get("DATABASE_URL", ""))}
DATABASE_OWNER_URL = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["wenyuan.organisation.accounts.backends.SessionBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "workbench:sign-in"

# Ways to readers; what is not named is not used, and messages then stand in the message box alone.
WENYUAN_SMTP = os.environ.get("WENYUAN_SMTP", "")
WENYUAN_SMTP_SECURITY = os.environ.get("WENYUAN_SMTP_SECURITY") or "starttls"
WENYUAN_SMTP_USER = os.environ.get("WENYUAN_SMTP_USER", "")
WENYUAN_SMTP_PASSWORD = os.environ.get("WENYUAN_SMTP_PASSWORD", "")
WENYUAN_MAIL_FROM = os.environ.get("WENYUAN_MAIL_FROM", "")
WENYUAN_SMS_URL = os.environ.get("WENYUAN_SMS_URL", "")
WENYUAN_SMS_KEY = os.environ.get("WENYUAN_SMS_KEY", "")
WENYUAN_SMS_SECRET = os.environ.get("WENYUAN_SMS_SECRET", "")
WENYUAN_SMS_SIGNATURE = os.environ.get("WENYUAN_SMS_SIGNATURE", "")
WENYUAN_WECHAT_APP = os.environ.get("WENYUAN_WECHAT_APP", "")
WENYUAN_WECHAT_SECRET = os.environ.get("WENYUAN_WECHAT_SECRET", "")
WENYUAN_WECHAT_URL = os.environ.get("WENYUAN_WECHAT_URL") or "https://api.weixin.qq.com"

# Networks of the library's own that copy cataloguing may ask, as 192.168.3.0/24; it asks no other inner address.
WENYUAN_INNER_TARGETS = os.environ.get("WENYUAN_INNER_TARGETS", "")

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("WENYUAN_TZ") or "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/built/.+-[\w-]{8}\.\w+$"

# Uploads: MARC files may be large, so they go to disk above 2.5 MB; a request body is bounded all the same.
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_PERMISSIONS = 0o600

LOGGING_CONFIG = None
