"""TLS to a SIP2 server: by the authorities and the name, or by the one certificate that the library has named."""

import hashlib
import hmac
import socket
import ssl

from library_bridge.adapters.sip2.settings import Settings


class NotTheServer(OSError):
    """Another certificate than the one that is pinned."""


def wrapped(plain: socket.socket, settings: Settings) -> ssl.SSLSocket:
    """Raises OSError."""
    found = _context(settings).wrap_socket(plain, server_hostname=settings.tls_name or settings.host)
    if settings.tls_pin:
        certificate = found.getpeercert(binary_form=True) or b""
        if not hmac.compare_digest(hashlib.sha256(certificate).hexdigest(), settings.tls_pin):
            found.close()
            raise NotTheServer("not the certificate that is pinned")
    return found


def _context(settings: Settings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.tls_ca or None)
    if settings.tls_pin:  # this very certificate is believed, whoever signed it and whatever it is called
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
