"""Fast and closed: no network but loopback, jobs run where they are sent."""

from config.settings.base import *  # noqa: F403
from config.settings.base import CACHES, STATIC_ROOT, VAR_DIR

SECRET_KEY = "only-for-tests"
DEMO = True
REQUESTS_PER_DAY = 200
MAIL_FROM = "Bookrelay <bookrelay@library.example>"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_BROKER_URL = "memory://"
TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
CACHES = {alias: {**cache, "KEY_PREFIX": f"test-{alias}"} for alias, cache in CACHES.items()}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Each test has a browser of its own; it need not list all files first.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
MEDIA_ROOT = VAR_DIR / "test-media"
LOOKUP_SOURCES = [
    "personal_catalog.lookup.own.OwnCatalogue",
    "sharing.lookup_library.LibraryCatalogue",
    "personal_catalog.lookup.local_file.LocalFile",
]
SRU_SERVERS = {}
COVER_SERVERS = {}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
