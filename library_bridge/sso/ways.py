"""The ways to sign in that the environment names (`SSO_OIDC_…`, `SSO_CAS_…`, `SSO_SAML_…`). What is named incompletely is not
offered, and a system check says why."""

from dataclasses import dataclass
from importlib.util import find_spec

from django.conf import settings
from django.utils.translation import get_language

from library_bridge.adapters import options
from library_bridge.adapters.options import Kind, Misconfigured, Option, Values
from library_bridge.sso.lines import is_safe

PROVIDER_MAX_CHARACTERS = 200
SAML_EXTRA = "python3-saml"

_COMMON = (
    Option("name_zh", default="统一身份认证", help="What readers call it, in Chinese; stands on the button."),
    Option("name_en", default="campus account", help="The same in English."),
    Option("library", help="Code of the library whose cards it knows; empty: the only library."),
)
OPTIONS: dict[str, tuple[Option, ...]] = {
    "oidc": (
        Option("server_url", default=None, help="Issuer, as the provider's own discovery document names it."),
        Option("client_id", default=None, help="As registered with the provider."),
        Option("secret", default=None, secret=True, help="As registered with the provider."),
        Option("card_claim", default=None, help="Claim that holds the card number, in the ID token or from userinfo."),
        Option("scope", default="openid profile", help="Scopes to ask for, with blanks between them."),
        *_COMMON,
    ),
    "cas": (
        Option("server_url", default=None, help="Address before /login, for example https://cas.example.edu/cas."),
        Option("version", Kind.CHOICE, default="3", choices=("2", "3"), help="Version of the CAS protocol."),
        Option("card_claim", default="user", help="Attribute that holds the card number; user: the CAS name itself."),
        *_COMMON,
    ),
    "saml": (
        Option("entity_id", default=None, help="Entity id of the identity provider."),
        Option("sso_url", default=None, help="Its address for the redirect binding."),
        Option("certificate", default=None, help="Its signing certificate: the base64 text in one line."),
        Option("card_claim", default=None, help="Name of the attribute that holds the card number."),
        *_COMMON,
    ),
}


@dataclass(frozen=True, slots=True)
class Way:
    code: str
    values: Values

    def text(self, name: str) -> str:
        return str(self.values[name])

    @property
    def name(self) -> str:
        return self.text("name_en" if (get_language() or "").startswith("en") else "name_zh")

    @property
    def provider(self) -> str:
        """Who vouches: what a campus account is kept under."""
        return self.text("entity_id" if self.code == "saml" else "server_url").rstrip("/")


def offered() -> list[Way]:
    """Without a look into the database: this stands on the sign-in page."""
    return [way for code in OPTIONS if (way := find(code))]


def find(code: str) -> Way | None:
    if not named(code):
        return None
    try:
        return read(code)
    except Misconfigured:
        return None


def named(code: str) -> bool:
    return code in OPTIONS and bool(settings.SSO.get(code))


def read(code: str) -> Way:
    """Raises Misconfigured."""
    way = Way(code, options.read(OPTIONS[code], settings.SSO[code]))
    address = "sso_url" if code == "saml" else "server_url"
    if not is_safe(way.text(address)):
        raise Misconfigured(address, "must begin with https:// outside this machine")
    if len(way.provider) > PROVIDER_MAX_CHARACTERS:
        raise Misconfigured("entity_id" if code == "saml" else address, "is too long")
    if code == "saml" and find_spec("onelogin") is None:
        raise Misconfigured(SAML_EXTRA, "is not installed")
    return way
