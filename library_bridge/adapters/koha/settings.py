"""What an operator sets for a Koha."""

from dataclasses import dataclass, field

from library_bridge.adapters.http import address
from library_bridge.adapters.koha import alongside
from library_bridge.adapters.options import Kind, Misconfigured, Option, Values

API = "/api/v1"

OPTIONS = (
    Option(
        "base_url", default=None, help="The staff interface's address, such as https://staff.example, not the OPAC's."
    ),
    Option(
        "auth", Kind.CHOICE, "oauth", ("oauth", "basic"), help="How we sign in: OAuth2 client credentials, or basic."
    ),
    Option("client_id", default=None, help="The id of the API key; with basic the name of a staff account."),
    Option("client_secret", default=None, secret=True, help="The secret of the API key; with basic the password."),
    Option("ca_file", help="A file of certificates to trust instead of the usual ones."),
    Option("timeout_s", Kind.TIME_OUT, 5.0, help="For one question and its whole answer."),
    Option("write_timeout_s", Kind.TIME_OUT, 20.0, help="For one checkout or renewal and its whole answer."),
    Option("connections", Kind.INTEGER, 4, help="At once; Koha has few workers."),
    Option("fine_limit", Kind.INTEGER, 0, help="The preference noissuescharge; 0: what a reader owes is not asked."),
    Option(
        "direct_checkout",
        Kind.CHOICE,
        "auto",
        ("auto", "no"),
        help="Whether a loan moves by one confirmed checkout: auto where this Koha offers it (23.11 and later).",
    ),
    *alongside.OPTIONS,
)


@dataclass(frozen=True, slots=True)
class Settings:
    base_url: str
    basic: bool
    name: str
    secret: str = field(repr=False)
    ca_file: str
    read_seconds: float
    write_seconds: float
    connections: int


def settings_of(values: Values) -> Settings:
    base_url = address("base_url", str(values["base_url"])).removesuffix(API)
    if not 0 < int(values["connections"]) <= 32:
        raise Misconfigured("connections", "must be from 1 to 32")
    return Settings(
        base_url=f"{base_url}{API}",
        basic=values["auth"] == "basic",
        name=str(values["client_id"]),
        secret=str(values["client_secret"]),
        ca_file=str(values["ca_file"]),
        read_seconds=float(values["timeout_s"]),
        write_seconds=float(values["write_timeout_s"]),
        connections=int(values["connections"]),
    )
