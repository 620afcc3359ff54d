"""What the server profile does not start without."""

from collections.abc import Collection

SECRET_CHARACTERS = 50
LOOPBACK = {"127.0.0.1", "localhost", "[::1]"}


def missing(
    *, secret_key: str, redis_url: str, base_url: str, demo: bool, database: str, hosts: Collection[str]
) -> list[str]:
    """One sentence a fault, for whoever starts the service. `database` is Django's name of the engine."""
    faults = {
        f"SECRET_KEY must be set, and have at least {SECRET_CHARACTERS} characters": len(secret_key)
        < SECRET_CHARACTERS,
        "REDIS_URL must be set: several processes count failed sign-ins in one place": not redis_url,
        "BASE_URL must begin with https://": not base_url.startswith("https://"),
        "DATABASE_URL must name a PostgreSQL database: several processes write at once": "postgresql" not in database,
        "ALLOWED_HOSTS must name the host that readers type, not only this machine": set(hosts) <= LOOPBACK,
        "DEMO must be off: it lets anybody sign in as anybody": demo,
    }
    return [says for says, is_so in faults.items() if is_so]
