"""A small CAS server: a login that is already done, tickets that open once, and whatever answer a test wants."""

from collections.abc import Callable
from secrets import token_hex
from urllib.parse import urlencode

from tests.library_bridge.sso.serving import Asked, Said

XMLNS = 'xmlns:cas="http://www.yale.edu/tp/cas"'


class CasDouble:
    def __init__(self) -> None:
        self.address = ""
        self.user, self.attributes = "CANARY-user", ""
        self.tickets: dict[str, str] = {}
        self.asked: list[Asked] = []
        self.answer: Callable[[], Said] | None = None

    def __call__(self, asked: Asked) -> Said:
        self.asked.append(asked)
        return self._login(asked) if asked.path == "/cas/login" else self._validate(asked)

    def _login(self, asked: Asked) -> Said:
        ticket = f"ST-{token_hex(8)}"
        self.tickets[ticket] = asked.query["service"]
        return Said(status=302, headers={"Location": f"{asked.query['service']}&{urlencode({'ticket': ticket})}"})

    def _validate(self, asked: Asked) -> Said:
        assert asked.path == "/cas/p3/serviceValidate"
        if self.answer is not None:
            return self.answer()
        if self.tickets.pop(asked.query["ticket"], None) != asked.query["service"]:
            return xml('<cas:authenticationFailure code="INVALID_TICKET">CANARY-failure</cas:authenticationFailure>')
        return xml(success(self.user, self.attributes))


def xml(inside: str, *, before: str = "") -> Said:
    return Said(f"{before}<cas:serviceResponse {XMLNS}>{inside}</cas:serviceResponse>".encode())


def success(user: str, attributes: str = "") -> str:
    told = f"<cas:attributes>{attributes}</cas:attributes>" if attributes else ""
    return f"<cas:authenticationSuccess><cas:user>{user}</cas:user>{told}</cas:authenticationSuccess>"
