"""A secret key that is made once and kept beside the data, so that sessions outlive a restart."""

from pathlib import Path
from secrets import token_urlsafe


def kept_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(token_urlsafe(50))
        path.chmod(0o600)
    return path.read_text()
