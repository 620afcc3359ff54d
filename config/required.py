"""What the server profile does not start without."""

SECRET_CHARACTERS = 50


def missing(*, secret_key: str, redis_url: str, base_url: str, demo: bool) -> list[str]:
    """One sentence a fault, for whoever starts the service."""
    faults = {
        f"SECRET_KEY must be set, and have at least {SECRET_CHARACTERS} characters": len(secret_key)
        < SECRET_CHARACTERS,
        "REDIS_URL must be set: several processes count failed sign-ins in one place": not redis_url,
        "BASE_URL must begin with https://": not base_url.startswith("https://"),
        "DEMO must be off: it lets anybody sign in as anybody": demo,
    }
    return [says for says, is_so in faults.items() if is_so]
