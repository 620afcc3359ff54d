"""A library's settings of its SIP2 connection: a vendor's profile, corrected by what the library says."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from ipaddress import ip_address
from typing import Any
from zoneinfo import ZoneInfo

from library_bridge.adapters.options import Kind, Misconfigured, Option, Value, read
from library_bridge.adapters.sip2.profiles import PROFILES, Profile
from library_bridge.models import Library

CHARSETS = (
    "utf-8", "gb18030", "gbk", "gb2312", "big5", "big5hkscs", "cp950", "iso-8859-1", "iso-8859-15", "cp1252", "cp850",
    "cp437", "ascii", "euc-kr",
)  # fmt: skip
_CODECS = frozenset(codecs.lookup(name).name for name in CHARSETS)
MOST_LINES = 64
OF_PROFILE = ""  # not given: the profile's value stands


def _own(name: str, kind: Kind, help: str, choices: tuple[str, ...] = ()) -> Option:
    return Option(name, kind, default=OF_PROFILE, choices=choices, secret=name == "ac", help=help)


OPTIONS = (
    Option("host", default=None, help="Name or address of the SIP2 server."),
    Option("port", Kind.INTEGER, default=6001, help="Usually 6001, or 6443 with TLS."),
    Option("tls", Kind.YES_OR_NO, default=False, help="Whether the server itself speaks TLS."),
    Option("tls_name", help="The name in the server's certificate, if it is not the host."),
    Option("tls_ca", help="A file of the authorities to believe, instead of the machine's own."),
    Option("tls_pin", help="SHA-256 of the one certificate to believe, in hex: for a self-signed one."),
    Option("tunnelled", Kind.YES_OR_NO, default=False, help="Without TLS, that a VPN or SSH guards the way there."),
    Option("login", help="Name of the terminal account (CN); empty where there is none."),
    Option("password", secret=True, help="Password of the terminal account (CO)."),
    Option("profile", Kind.CHOICE, default="general", choices=tuple(PROFILES), help="The vendor to start from."),
    Option("name", help="Another word for profile."),
    _own("terminator", Kind.CHOICE, "How the server ends a message.", ("CR", "CRLF", "LF")),
    _own("error_detection", Kind.CHOICE, "Checksums: demanded, only sent, or neither.", ("on", "send-only", "off")),
    _own("charset", Kind.TEXT, f"Character set of texts: {', '.join(CHARSETS)}."),
    _own("charset_fallback", Kind.TEXT, "A second one, for what is not in the first."),
    _own("timezone", Kind.TEXT, "Time zone of the server's dates, if it is not the library's."),
    _own("ao", Kind.TEXT, "Institution (AO); empty: what the server calls itself."),
    _own("ap", Kind.TEXT, "Current location (AP) of a check-in; a wrong one puts items in transit."),
    _own("ac", Kind.TEXT, "Terminal password (AC); normally empty."),
    _own("cp", Kind.TEXT, "Location (CP) at login; the service point's UUID in FOLIO."),
    _own("language", Kind.TEXT, "Three digits; 000 unknown, 001 English, 019 Chinese."),
    _own("sc_status", Kind.YES_OR_NO, "Whether to send SC Status (99) on each new line."),
    _own("sc_status_first", Kind.YES_OR_NO, "Whether SC Status goes before the login."),
    _own("pool_size", Kind.INTEGER, "Lines kept by each process; licences may be counted by line."),
    _own("idle_close_s", Kind.SECONDS, "A line idle for longer is closed."),
    _own("timeout_s", Kind.TIME_OUT, "For a question and its answer, with connecting and login."),
    _own("due_formats", Kind.TEXT, "Forms of dates, as %d/%m/%Y, separated by ; in their order."),
    _own("au_format", Kind.TEXT, "What a charged item (AU) holds: the words barcode, title, due and what is between."),
    _own("page_size", Kind.INTEGER, "Items to ask for at once when a list is longer than the first answer; 0: never."),
    _own("overdue_apart", Kind.YES_OR_NO, "Whether overdue items are missing among the charged ones."),
    _own(
        "patron_information", Kind.YES_OR_NO, "No, where there is only Patron Status (23): then no lists, no transfers."
    ),
    _own(
        "checkout_when_out",
        Kind.CHOICE,
        "What a checkout does while the item is out to somebody else.",
        ("unknown", "refuse", "moves", "moves_with_fine"),
    ),
    _own("checkin_ok_means_charged", Kind.YES_OR_NO, "No, where a check-in of an item on the shelf is answered ok."),
    _own("renew_by", Kind.CHOICE, "Renewals by Renew (29) or by Checkout (11).", ("29", "11")),
    _own("send_ad_in_circ", Kind.YES_OR_NO, "Whether an empty AD has to stand in 11 and 29."),
    _own(
        "nb_due_date", Kind.CHOICE, "The date that means nothing: the time of the request or blanks.", ("now", "blank")
    ),
    _own("refusal_patterns", Kind.TEXT, "regex = code, separated by ; and tried on AF before our own."),
    _own("status_yes", Kind.TEXT, "The letter for yes in a patron status."),
    _own("unescape_pipe", Kind.YES_OR_NO, "Whether &#124; in a title stands for |."),
    _own("show_messages", Kind.YES_OR_NO, "Whether AF is shown as it comes; it may hold names."),
    _own("max_requests_per_s", Kind.SECONDS, "Of each process; empty: no limit."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Equal settings share a pool of lines."""

    host: str
    port: int
    profile: Profile
    zone: ZoneInfo
    tls: bool = False
    tls_name: str = ""
    tls_ca: str = ""
    tls_pin: str = ""
    login: str = ""
    password: str = field(default="", repr=False)
    due_formats: tuple[str, ...] = ()


def settings_of(library: Library) -> Settings:
    """Raises Misconfigured."""
    values = read(OPTIONS, library.settings)
    profile = _profile(values)
    settings = Settings(
        host=str(values["host"]),
        port=int(values["port"]),
        profile=profile,
        zone=_zone(profile.timezone or library.time_zone),
        tls=bool(values["tls"]),
        tls_name=str(values["tls_name"]),
        tls_ca=str(values["tls_ca"]),
        tls_pin=_pin(str(values["tls_pin"])),
        login=str(values["login"]),
        password=str(values["password"]),
        due_formats=parts(profile.due_formats),
    )
    _check(settings, tunnelled=bool(values["tunnelled"]))
    return settings


def parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in re.split(r"[;\n]", text) if part.strip())


def _profile(values: Mapping[str, Value]) -> Profile:
    name = str(values["name"] or values["profile"])
    if name not in PROFILES:
        raise Misconfigured("name", f"must be one of {', '.join(PROFILES)}")
    given: dict[str, Any] = {
        known.name: values[known.name] for known in fields(Profile) if values[known.name] != OF_PROFILE
    }
    return replace(PROFILES[name], **given)


def _check_charset(name: str, value: str) -> None:
    """Only those in which ASCII is itself, or delimiters and ids could not be told."""
    try:
        known = codecs.lookup(value).name in _CODECS
    except LookupError:
        known = False
    if not known:
        raise Misconfigured(name, f"must be one of {', '.join(CHARSETS)}")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Misconfigured("timezone", "there is no such time zone") from None


def _pin(text: str) -> str:
    pin = text.replace(":", "").replace(" ", "").lower()
    if pin and not re.fullmatch(r"[0-9a-f]{64}", pin):
        raise Misconfigured("tls_pin", "must be 64 hex digits")
    return pin


def _check(settings: Settings, *, tunnelled: bool) -> None:
    profile = settings.profile
    if not 0 < settings.port < 65536:
        raise Misconfigured("port", "must be from 1 to 65535")
    if not 0 < profile.pool_size <= MOST_LINES:
        raise Misconfigured("pool_size", f"must be from 1 to {MOST_LINES}")
    if profile.page_size < 0:
        raise Misconfigured("page_size", "must be 0 or more")
    if not re.fullmatch(r"\d{3}", profile.language, re.ASCII):
        raise Misconfigured("language", "must be three digits")
    if "barcode" not in profile.au_format:
        raise Misconfigured("au_format", "must hold the word barcode")
    _check_charset("charset", profile.charset)
    _check_charset("charset_fallback", profile.charset_fallback or profile.charset)
    for name in ("ao", "ap", "ac", "cp"):
        _sendable(name, getattr(profile, name))
    _sendable("login", settings.login)
    _sendable("password", settings.password)
    if not (settings.tls or tunnelled or _is_this_machine(settings.host)):
        raise Misconfigured("tls", "a server on another machine needs tls, or tunnelled where the way there is guarded")


def _sendable(name: str, value: str) -> None:
    if "|" in value or not value.isprintable():
        raise Misconfigured(name, "must not hold | or control characters")


def _is_this_machine(host: str) -> bool:
    """Card numbers and PINs don't go over a network in the clear (T-I3)."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
