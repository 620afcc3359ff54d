"""How systems differ, as data. A library starts from one of these and corrects what its own system does otherwise."""

from dataclasses import dataclass, replace
from types import MappingProxyType

from library_bridge.adapters.options import USUAL_TIME_OUT


@dataclass(frozen=True, slots=True)
class Profile:
    """Each field is a setting of the same name; see docs/adapters.md."""

    terminator: str = "CR"
    error_detection: str = "on"
    charset: str = "utf-8"
    charset_fallback: str = ""
    timezone: str = ""
    ao: str = ""
    ap: str = ""
    ac: str = ""
    cp: str = ""
    language: str = "000"
    sc_status: bool = True
    sc_status_first: bool = False
    pool_size: int = 2
    idle_close_s: float = 50.0
    timeout_s: float = USUAL_TIME_OUT
    due_formats: str = ""
    au_format: str = "barcode"
    page_size: int = 20
    overdue_apart: bool = False
    patron_information: bool = True
    checkout_when_out: str = "unknown"
    checkin_ok_means_charged: bool = True
    renew_by: str = "29"
    send_ad_in_circ: bool = False
    nb_due_date: str = "now"
    refusal_patterns: str = ""
    status_yes: str = "Y"
    unescape_pipe: bool = True
    show_messages: bool = False
    max_requests_per_s: float = 0.0


GENERAL = Profile()
REFUSES = replace(GENERAL, checkout_when_out="refuse")

PROFILES: MappingProxyType[str, Profile] = MappingProxyType(
    {
        "general": GENERAL,
        "embedded": replace(REFUSES, unescape_pipe=False),
        "koha": replace(REFUSES, terminator="CRLF"),
        "evergreen": REFUSES,
        "folio": replace(REFUSES, charset="iso-8859-1", error_detection="off"),
        "sierra": replace(GENERAL, checkout_when_out="moves"),
        "symphony": REFUSES,
        "alma": replace(GENERAL, pool_size=1),
        "polaris": GENERAL,
        "dp2": GENERAL,
        "interlib": replace(GENERAL, charset="gb18030", error_detection="off"),
        "huiwen": replace(GENERAL, charset="gb18030", error_detection="off"),
    }
)
