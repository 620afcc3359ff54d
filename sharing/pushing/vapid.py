"""How a push service knows that it is us (VAPID, RFC 8292): a short-lived token, signed with a key that the browser was told."""

import json
from datetime import datetime, timedelta
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from sharing.pushing.encryption import CURVE, encoded, point_of

LASTS = timedelta(hours=12)  # 24 at most
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (SEC 2, 2.4.2)


def authorization(endpoint: str, *, now: datetime) -> str:
    """The header for one push service."""
    service = urlsplit(endpoint)
    claims = {"aud": f"{service.scheme}://{service.netloc}", "exp": int((now + LASTS).timestamp()), "sub": _who()}
    return f"vapid t={token(claims, key())}, k={public_key()}"


def token(claims: dict[str, object], signer: ec.EllipticCurvePrivateKey) -> str:
    """A JSON web token under ES256 (RFC 7518, 3.4)."""
    head, body = _part({"typ": "JWT", "alg": "ES256"}), _part(claims)
    r, s = decode_dss_signature(signer.sign(f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256())))
    return f"{head}.{body}.{encoded(r.to_bytes(32) + s.to_bytes(32))}"


def public_key() -> str:
    """What a browser is told when it subscribes: `applicationServerKey`."""
    return encoded(point_of(key().public_key()))


def key() -> ec.EllipticCurvePrivateKey:
    """Derived from the service's own secret, so that there is nothing to make and to keep. With another secret the devices
    have to be named anew."""
    return _key(settings.SECRET_KEY)


@lru_cache(maxsize=2)
def _key(secret: str) -> ec.EllipticCurvePrivateKey:
    octets = HKDF(algorithm=hashes.SHA256(), length=48, salt=None, info=b"bookrelay vapid").derive(secret.encode())
    return ec.derive_private_key(int.from_bytes(octets) % (ORDER - 1) + 1, CURVE)


def _who() -> str:
    """Whom a push service may write to."""
    address = settings.MAIL_FROM.rpartition("<")[2].rstrip(">")
    return f"mailto:{address}" if address else settings.BASE_URL


def _part(said: dict[str, object]) -> str:
    return encoded(json.dumps(said, separators=(",", ":")).encode())
