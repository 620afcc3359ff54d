"""Several processes on PostgreSQL and Redis, behind TLS."""

from config import env, required
from config.settings.base import *  # noqa: F403
from config.settings.base import ALLOWED_HOSTS, BASE_URL, DATABASES, DEMO, REDIS_URL

SECRET_KEY = env.text("SECRET_KEY")
faults = required.missing(
    secret_key=SECRET_KEY,
    redis_url=REDIS_URL,
    base_url=BASE_URL,
    demo=DEMO,
    database=DATABASES["default"]["ENGINE"],
    hosts=ALLOWED_HOSTS,
)
if faults:
    raise SystemExit("\n".join(faults))
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
