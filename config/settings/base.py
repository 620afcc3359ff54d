"""What every profile shares. A profile is one file beside this: dev (the embedded default), test, production."""

from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import databases, env
from config.settings.catalogue import *  # noqa: F403  (settings of their own file)
from config.settings.outgoing import *  # noqa: F403
from config.settings.personal import *  # noqa: F403
from config.settings.personal import SESSION_DAYS

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env.text("BOOKRELAY_VAR", str(BASE_DIR / "var")))

SECRET_KEY = env.text("SECRET_KEY")
DEBUG = False
DEMO = env.flag("DEMO")
DEMO_PAST = env.flag("DEMO_PAST", default=True)
ALLOWED_HOSTS = env.listed("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
BASE_URL = env.text("BASE_URL", f"http://127.0.0.1:{env.text('PORT', '8000')}")

OUR_APPS = ["library_bridge", "personal_catalog", "sharing", "incentives"]  # lower ones first
INSTALLED_APPS = [
    *OUR_APPS,
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "library_bridge.staff.apps.AccountsConfig",  # wagtail.users
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail.locales",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_filters",
    "django_htmx",
    "template_partials.apps.SimpleAppConfig",
    "csp",
    "ninja",
    "allauth",  # of allauth only the way to an identity provider and back is used: none of its pages has an address
    "allauth.account",
    "allauth.socialaccount",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.privacy.PublicAnswersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.language.ReaderLanguageMiddleware",
    "config.bodies.TooBigMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "library_bridge.shared_computers.SharedComputerMiddleware",
    "incentives.devices.DeviceMiddleware",
    "library_bridge.patience.PageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.privacy.PrivateAnswersMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "config.paths.NoNulMiddleware",
    "config.methods.WrongMethodMiddleware",
    "library_bridge.interrupted.InterruptedMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "wagtail.contrib.settings.context_processors.settings",
                "sharing.context_processors.site",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "template_partials.templatetags.partials",
                "sharing.templatetags.blocks",
                "sharing.templatetags.bookrelay",
            ],
            "loaders": [
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
            ],
        },
    }
]

DATABASES = {"default": databases.configured(VAR_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # what counts failures (T-A2): no other code fills it, so nobody can push a counter out
    "limits": {"BACKEND": "django_redis.cache.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "limits"}
    if REDIS_URL
    else {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "limits",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    },
}

# whose word about the visitor's address counts (X-Forwarded-For): nobody's, unless named
TRUSTED_PROXIES = env.listed("TRUSTED_PROXIES")

# who may come in
AUTH_USER_MODEL = "library_bridge.Reader"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2SHA1PasswordHasher",
]
SIGN_IN_FAILURES_PER_ACCOUNT = (5, 1800)  # tries, seconds
SIGN_IN_FAILURES_PER_ADDRESS = (50, 3600)
SHARED_NETWORKS = env.listed("SHARED_NETWORKS")
SHARED_NETWORK_FACTOR = 20
API_TOKEN_DAYS = 30

# library systems
LIBRARY_PAGE_SECONDS = 2.0  # how long a page waits for each of them
METRICS_TOKEN = env.text("METRICS_TOKEN")

# single sign-on: empty unless the environment names it, and then there is nothing of it; docs/operations.md
SSO = {way: env.beginning_with(f"SSO_{way.upper()}_") for way in ("oidc", "cas", "saml")}
SOCIALACCOUNT_ADAPTER = "library_bridge.sso.adapter.Adapter"
SOCIALACCOUNT_ONLY = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
ACCOUNT_EMAIL_VERIFICATION = "none"

# languages
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
USE_I18N = True
TIME_ZONE = env.zone("TIME_ZONE", "Asia/Shanghai")
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True

# files
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Wagtail
WAGTAIL_SITE_NAME = "Bookrelay · 书递"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILADMIN_USER_LOGIN_FORM = "library_bridge.forms.StaffLoginForm"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False  # staff ask an administrator; no mail is needed to run this
WAGTAIL_PRIVATE_PAGE_OPTIONS = {"SHARED_PASSWORD": False}  # a password without a name is nothing to count by
WAGTAILDOCS_PRIVATE_COLLECTION_OPTIONS = {"SHARED_PASSWORD": False}
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]  # staff read the library's own clock
TASKS = {"default": {"BACKEND": "config.task_backend.CeleryBackend"}}

# one policy for every page; the admin needs more and gets it in config/privacy.py
CONTENT_SECURITY_POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = SESSION_DAYS * 24 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "library_bridge.interrupted.stale_page"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000  # the limit of every body but those of UPLOAD_PATHS; config/bodies.py
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
IMPORT_MAX_BYTES = 8_000_000
UPLOAD_MAX_BYTES = IMPORT_MAX_BYTES + 100_000  # with the form around the file
PHOTOS_MAX_BYTES_OF_READER = 100_000_000  # some 500 photos as they are kept
PHOTOS_MAX_BYTES = env.number("PHOTOS_MAX_BYTES", 20_000_000_000)
UPLOADS_KEEP_FREE_BYTES = 500_000_000  # of the disk; then photos are refused and everything else goes on
UPLOAD_PATHS = [  # regular expressions, from the beginning of the path
    "/import/", "/add/", "/photos/of/", "/chat-photos/", r"/handovers/\d+/(condition|deposit)/",
    "/api/v1/imports", r"/api/v1/(copies|conversations)/[^/]+/photos",
    "/admin/images/", "/admin/documents/", "/admin/items/import/", "/admin/embedded-patrons/import/",
    "/admin/catalogue/import/", "/admin/catalogue/covers/",
]  # fmt: skip
IMPORT_MAX_UNPACKED = 100_000_000  # bytes of a packed file
IMPORT_MAX_ROWS = 10_000
IMPORTS_AT_ONCE = 3  # files of one reader

# jobs; nothing rests on the broker, config/celery.py says why
CELERY_BROKER_URL = env.text("BROKER_URL", REDIS_URL or "memory://")
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # the deadlines stand in rows; the scheduler has nothing to remember
CELERY_BEAT_SCHEDULE = {
    "act on what is due": {"task": "sharing.tasks.act_on_due", "schedule": 60.0},
    "send mails": {"task": "sharing.tasks.send_mails", "schedule": 60.0},
    "carry": {"task": "sharing.tasks.carry", "schedule": 60.0},
}
CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.05} if not REDIS_URL else {}

# sharing; what librarians may change stands in the circulation policy, what only an administrator may, here
CODE_MINUTES = 10
CODE_TRIES = 5
CODES_PER_HOUR = 3
QR_MINUTES = 3
REQUESTS_PER_DAY = 200 if DEMO else 5  # whoever tries the demo campus plays the same few people all day
MESSAGE_MAX_CHARACTERS = 2000
MESSAGES_PER_MINUTE = 30
IDEMPOTENCY_HOURS = 48
API_CALLS_PER_MINUTE = 600
AVAILABILITY_CALLS_PER_MINUTE = (
    120  # of one network address, by catalogues that show who would pass a book on; no sign-in
)

DEMO_TITLES = BASE_DIR / "sharing" / "demo" / "titles.csv"

ACCESS_LOG = {"handlers": ["console"], "propagate": False, "filters": ["without secrets"]}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without secrets": {"()": "config.logs.WithoutSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "uvicorn.access": ACCESS_LOG,
        "django.server": ACCESS_LOG,
        "httpx": {"level": "WARNING"},
        "isbnlib": {"level": "CRITICAL"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "ERROR"},
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
    },
}
