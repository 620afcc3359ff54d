"""One machine, one process, no other service: what `make run` serves."""

from config import env
from config.secret import kept_secret
from config.settings.base import *  # noqa: F403
from config.settings.base import STATIC_ROOT, VAR_DIR

DEBUG = env.flag("DEBUG")
if not env.text("EMAIL_HOST"):  # what would go out can be read in files
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
    MAIL_FROM = env.text("MAIL_FROM", "Bookrelay <bookrelay@localhost>")
SECRET_KEY = env.text("SECRET_KEY") or kept_secret(VAR_DIR / "secret-key")
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
