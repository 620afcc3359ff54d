"""What an operator sets for a FOLIO."""

from dataclasses import dataclass, field

from library_bridge.adapters.folio.messages import UUID
from library_bridge.adapters.http import address
from library_bridge.adapters.options import Kind, Misconfigured, Option, Values

OPTIONS = (
    Option("base_url", default=None, help="The gateway's address (Okapi or Kong), such as https://folio.example."),
    Option("tenant", default=None, help="The tenant's id, such as diku."),
    Option("username", default=None, help="The service account."),
    Option("password", default=None, secret=True, help="Its password."),
    Option("service_point", default=None, help="The UUID of the service point of our checkouts and check-ins."),
    Option(
        "pins",
        Kind.YES_OR_NO,
        True,
        help="Whether the patron PIN module is installed: without it nobody signs in by PIN.",
    ),
    Option("ca_file", help="A file of certificates to trust instead of the usual ones."),
    Option("timeout_s", Kind.TIME_OUT, 5.0, help="For one question and its whole answer."),
    Option("write_timeout_s", Kind.TIME_OUT, 20.0, help="For one checkout, check-in or renewal and its whole answer."),
    Option("connections", Kind.INTEGER, 4, help="At once."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    base_url: str
    tenant: str
    username: str
    password: str = field(repr=False)
    ca_file: str
    read_seconds: float
    write_seconds: float
    connections: int


def settings_of(values: Values) -> Settings:
    if not UUID.fullmatch(str(values["service_point"])):
        raise Misconfigured("service_point", "must be a UUID, as in FOLIO's settings under Tenant, Service points")
    if not 0 < int(values["connections"]) <= 32:
        raise Misconfigured("connections", "must be from 1 to 32")
    if not str(values["tenant"]).isascii():
        raise Misconfigured("tenant", "must be the tenant's id")
    return Settings(
        base_url=address("base_url", str(values["base_url"])),
        tenant=str(values["tenant"]),
        username=str(values["username"]),
        password=str(values["password"]),
        ca_file=str(values["ca_file"]),
        read_seconds=float(values["timeout_s"]),
        write_seconds=float(values["write_timeout_s"]),
        connections=int(values["connections"]),
    )
