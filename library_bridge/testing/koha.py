"""A Koha-shaped REST server over the embedded system: the paths, refusals and habits of /api/v1 that the bridge meets.

It has no check-in, as Koha has none. `without` takes paths away, as an older version lacks them.
"""

import base64
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from re import Match, compile
from secrets import token_hex
from typing import Any
from urllib.parse import parse_qsl

from library_bridge.adapters.embedded import circulation, records
from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.adapters.embedded.models import (
    EmbeddedItem,
    EmbeddedRecord,
)
from library_bridge.ports import Refused
from library_bridge.testing import koha_asked as asking
from library_bridge.testing import koha_rows as rows
from library_bridge.testing.house import House
from library_bridge.testing.http_double import Act, HttpDouble, Reply, Request
from library_bridge.testing.koha_checks import check
from library_bridge.testing.koha_paths import API, description, is_without, pattern_of

NO_RENEWAL = {
    "recalled": "recalled",
    "hold_by_other": "on_reserve",
    "overdue": "overdue",
    "renewal_limit": "too_many",
    "card_expired": "account_expired",
}

NO_HOLD = {
    "hold_exists": "itemAlreadyOnHold",
    "already_on_card": "alreadypossession",
    "hold_limit": "tooManyReserves",
}


class KohaServer(HttpDouble):
    def __init__(
        self,
        house: House,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        client_id: str = "bookrelay",
        client_secret: str = "",
        basic: bool = False,
    ) -> None:
        """`client_secret` "": one is made up. `basic`: the same two as user name and password are taken too."""
        super().__init__(house, host=host, port=port)
        self.client_id, self.client_secret = client_id, client_secret or token_hex(16)
        self.basic = basic
        self.token_seconds = 3600
        self.tokens_given = 0
        self.auto_return = False
        """The preference AutoReturnCheckedOutItems."""
        self.identifier = "identifier"
        """What the validation of passwords calls it: userid in older versions."""
        self.without: set[str] = set()
        """Such as "post /checkouts"."""
        self._tokens: dict[str, float] = {}
        self._signing = token_hex(16)

    def forget_tokens(self) -> None:
        self._tokens.clear()

    # what a request means

    def understand(self, request: Request) -> tuple[str, Act]:
        path = request.path.removeprefix(API)
        if path == "/oauth/token":
            return "token", lambda system: self._token(request)
        if not self._knows(request.headers.get("authorization", "")):
            return "", lambda system: error(HTTPStatus.UNAUTHORIZED, "Authentication failure.")
        if path == "/":
            return "description", lambda system: Reply(body=description(self.without))
        return self._route(request, path)

    def _route(self, request: Request, path: str) -> tuple[str, Act]:
        for method, pattern, operation, act in ROUTES:
            found = pattern.fullmatch(path)
            if found and method == request.method and not is_without(self.without, method, path):
                named = operation(request) if callable(operation) else operation
                return named, partial(_acted, act, self, request, found)
        return "", lambda system: error(HTTPStatus.NOT_FOUND, "Not found")

    def refusal(self) -> Reply:
        return error(HTTPStatus.FORBIDDEN, "Checkout not authorized (TOO_MANY)")

    def finish(self, request: Request, reply: Reply) -> Reply:
        number = request.headers.get("x-koha-request-id")
        return replace(reply, headers={**reply.headers, "x-koha-request-id": number}) if number else reply

    # keys

    def _token(self, request: Request) -> Reply:
        form = dict(parse_qsl(request.body.decode()))
        if (form.get("client_id"), form.get("client_secret")) != (self.client_id, self.client_secret):
            return error(HTTPStatus.FORBIDDEN, "unauthorized_client")
        token = token_hex(16)
        self.tokens_given += 1
        self._tokens[token] = time.monotonic() + self.token_seconds
        body = {"access_token": token, "token_type": "Bearer", "expires_in": self.token_seconds}
        return Reply(body=body)

    def _knows(self, authorization: str) -> bool:
        kind, _blank, value = authorization.partition(" ")
        if kind == "Basic" and self.basic:
            return value == base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        return kind == "Bearer" and time.monotonic() < self._tokens.get(value, 0.0)

    # readers

    def validate(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        asked = request.json
        if self.identifier not in asked:
            said = [{"message": "Missing property.", "path": f"/body/{self.identifier}"}]
            return Reply(HTTPStatus.BAD_REQUEST, {"errors": said, "status": 400})
        try:
            record = system.authenticate(str(asked[self.identifier]), str(asked.get("password")))
        except Refused:
            return error(HTTPStatus.BAD_REQUEST, "Validation failed")
        patron = asking.patrons(system).get(card_number=record.card_number)
        body = {"cardnumber": patron.card_number, "patron_id": patron.pk, "userid": f"user{patron.pk}"}
        return Reply(HTTPStatus.CREATED, body)

    def patrons(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        matching = asking.matching(asking.patrons(system), "card_number", "cardnumber", request)
        return asking.paged(request, [rows.patron(row) for row in matching])

    def account(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        row = asking.patrons(system).filter(pk=found["id"]).first()
        return Reply(body=rows.account(row)) if row else error(HTTPStatus.NOT_FOUND, "Patron not found")

    # titles and items

    def items(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        matching = asking.matching(
            asking.asked(asking.items(system), request, item_id="pk", biblio_id="record"),
            "barcode",
            "external_id",
            request,
        )
        return asking.paged(request, rows.items(matching, asking.embeds(request)))

    def items_of_biblio(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        return asking.paged(
            request, rows.items(asking.items(system).filter(record=int(found["id"])), asking.embeds(request))
        )

    def biblios(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        shown = rows.marc if request.headers.get("accept") == "application/marc-in-json" else rows.biblio
        matching = asking.records(system, request)
        reply = asking.paged(request, [shown(row) for row in matching])
        return replace(reply, content_type=request.headers["accept"])

    def biblio(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        row = EmbeddedRecord.objects.filter(library=system.library, pk=found["id"]).first()
        return Reply(body=rows.biblio(row)) if row else error(HTTPStatus.NOT_FOUND, "Biblio not found")

    def holds(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        return asking.paged(request, rows.holds(int(request.params["biblio_id"])))

    def place_hold(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        asked = request.json
        patron = asking.patrons(system).filter(pk=asked["patron_id"]).first()
        item = asking.items(system).filter(record=asked["biblio_id"]).order_by("barcode").first()
        if patron is None or item is None or not asked.get("pickup_library_id"):
            return error(HTTPStatus.BAD_REQUEST, "The supplied pickup location is not valid")
        try:
            system.place_hold(patron.card_number, item.barcode)
        except Refused as refusal:
            why = NO_HOLD.get(refusal.code, "noReservesAllowed")
            return error(HTTPStatus.FORBIDDEN, f"Hold cannot be placed. Reason: {why}")
        [row] = [row for row in rows.holds(asked["biblio_id"]) if row["patron_id"] == patron.pk]
        return Reply(HTTPStatus.CREATED, row)

    # circulation

    def checkouts(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        loans = asking.asked(asking.loans(system).filter(returned_at__isnull=True), request, item_id="item")
        if patron_id := request.params.get("patron_id"):
            loans = loans.filter(patron=int(patron_id))
        return asking.paged(request, [rows.checkout(loan) for loan in loans])

    def checkout(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        loan = asking.loans(system).filter(pk=found["id"]).first()
        return Reply(body=rows.checkout(loan)) if loan else error(HTTPStatus.NOT_FOUND, "Checkout not found")

    def availability(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        patron = asking.patrons(system).get(pk=request.params["patron_id"])
        item = asking.items(system).get(pk=request.params["item_id"])
        blockers, confirms, warnings = check(system, patron, item, auto_return=self.auto_return)
        token = self._confirmation(item, confirms)
        parts = {"blockers": blockers, "confirms": confirms, "warnings": warnings}
        return Reply(body={**parts, "confirmation_token": token})

    def check_out(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        asked = request.json
        item = asking.items(system).filter(pk=asked["item_id"]).first()
        patron = asking.patrons(system).filter(pk=asked["patron_id"]).first()
        if item is None or patron is None:
            missing = "Item" if item is None else "Patron"
            return error(HTTPStatus.CONFLICT, f"{missing} not found", f"{missing.upper()}_NOT_FOUND")
        blockers, confirms, _warnings = check(system, patron, item, auto_return=self.auto_return)
        if blockers:
            return error(HTTPStatus.FORBIDDEN, f"Checkout not authorized ({' '.join(blockers)})")
        if confirms and request.params.get("confirmation") != self._confirmation(item, confirms):
            return error(HTTPStatus.PRECONDITION_FAILED, "Confirmation error")
        system.moves = True
        try:
            system.check_out(patron.card_number, item.barcode)
        except Refused:
            return error(HTTPStatus.INTERNAL_SERVER_ERROR, "Unknown error during checkout")
        return Reply(HTTPStatus.CREATED, rows.checkout(asking.loans(system).get(item=item, returned_at__isnull=True)))

    def _confirmation(self, item: EmbeddedItem, confirms: Iterable[str]) -> str:
        """Of our account, the item and the names of what is confirmed: the patron is not in it."""
        said = ":".join([self._signing, str(item.pk), *sorted(confirms)])
        return sha256(said.encode()).hexdigest()

    def allows_renewal(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        loan = asking.loans(system).filter(pk=found["id"], returned_at__isnull=True).first()
        if loan is None:
            return error(HTTPStatus.NOT_FOUND, "Checkout not found")
        rule = circulation.rule_for(loan.patron, loan.item)
        code = records.why_no_renewal(loan.patron, loan, now=system.now)
        return Reply(body={
            "allows_renewal": not code,
            "max_renewals": rule.renewal_limit if rule else 0,
            "current_renewals": loan.renewals,
            "unseen_renewals": 0,
            "error": NO_RENEWAL.get(code, "restriction") if code else None,
        })  # fmt: skip

    def renew(self, system: EmbeddedSystem, request: Request, found: Match[str]) -> Reply:
        loan = asking.loans(system).filter(pk=found["id"], returned_at__isnull=True).first()
        if loan is None:
            return error(HTTPStatus.NOT_FOUND, "Checkout not found")
        try:
            system.renew(loan.patron.card_number, loan.item.barcode)
        except Refused as refusal:
            said = NO_RENEWAL.get(refusal.code, "restriction")
            return error(HTTPStatus.FORBIDDEN, f"Renewal not authorized ({said})")
        return Reply(HTTPStatus.CREATED, rows.checkout(asking.loans(system).get(pk=loan.pk)))


def error(status: HTTPStatus, said: str, code: str = "") -> Reply:
    return Reply(status, {"error": said, **({"error_code": code} if code else {})})


def _acted(act: "Acting", server: KohaServer, request: Request, found: Match[str], system: EmbeddedSystem) -> Reply:
    return act(server, system, request, found)


def _loans_or_item(request: Request) -> str:
    return "loans" if "patron_id" in request.params else "item"


def _check_out_or_transfer(request: Request) -> str:
    return "transfer" if "confirmation" in request.params else "check_out"


Operation = str | Callable[[Request], str]
Acting = Callable[[KohaServer, EmbeddedSystem, Request, Match[str]], Reply]


def _route(method: str, path: str, operation: Operation, act: Acting) -> tuple[str, Any, Operation, Acting]:
    return method, compile(pattern_of(path)), operation, act


ROUTES = [
    _route("POST", "/auth/password/validation", "authenticate", KohaServer.validate),
    _route("GET", "/patrons", "patron", KohaServer.patrons),
    _route("GET", "/patrons/{patron_id}/account", "account", KohaServer.account),
    _route("GET", "/items", "item", KohaServer.items),
    _route("GET", "/biblios", "find_by_isbn", KohaServer.biblios),
    _route("GET", "/biblios/{biblio_id}", "biblio", KohaServer.biblio),
    _route("GET", "/biblios/{biblio_id}/items", "items", KohaServer.items_of_biblio),
    _route("GET", "/holds", "holds", KohaServer.holds),
    _route("POST", "/holds", "place_hold", KohaServer.place_hold),
    _route("GET", "/checkouts", _loans_or_item, KohaServer.checkouts),
    _route("POST", "/checkouts", _check_out_or_transfer, KohaServer.check_out),
    _route("GET", "/checkouts/availability", "availability", KohaServer.availability),
    _route("GET", "/checkouts/{checkout_id}", "checkout", KohaServer.checkout),
    _route("GET", "/checkouts/{checkout_id}/allows_renewal", "allows_renewal", KohaServer.allows_renewal),
    _route("POST", "/checkouts/{checkout_id}/renewal", "renew", KohaServer.renew),
    _route("POST", "/checkouts/{checkout_id}/renewals", "renew", KohaServer.renew),
]
