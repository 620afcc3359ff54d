"""A message that only the device can read (RFC 8291, over the content coding aes128gcm of RFC 8188). Pure but for the dice."""

import base64
import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVE = ec.SECP256R1()
RECORD_SIZE = 4096
LONGEST = RECORD_SIZE - 16 - 1 - 86  # of the text, so that tag, padding and header go into 4096 octets (RFC 8291, 4)
LAST_RECORD = b"\x02"


class NoKey(ValueError):
    """What a browser gave is no key."""


def encrypt(
    text: bytes, *, device_key: bytes, secret: bytes, salt: bytes = b"", own: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """`device_key`: the point of 65 octets that the browser gave (p256dh), `secret` its auth of 16. `salt` and `own` are new
    each time and named only in tests. Raises NoKey."""
    if len(text) > LONGEST:
        raise ValueError("too long for one record")
    device = key_of(device_key)
    own, salt = own or ec.generate_private_key(CURVE), salt or os.urandom(16)
    own_key = point_of(own.public_key())
    shared = _derived(secret, own.exchange(ec.ECDH(), device), b"WebPush: info\0" + device_key + own_key, 32)
    key = _derived(salt, shared, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(salt, shared, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD_SIZE.to_bytes(4) + bytes([len(own_key)]) + own_key
    return header + AESGCM(key).encrypt(nonce, text + LAST_RECORD, None)


def key_of(point: bytes) -> ec.EllipticCurvePublicKey:
    """Raises NoKey, also for a point that is not on the curve."""
    if len(point) != 65:
        raise NoKey
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError:
        raise NoKey from None


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(octets: bytes) -> str:
    """base64url without padding, as all of web push writes it."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """Raises NoKey."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise NoKey from None


def _derived(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)
