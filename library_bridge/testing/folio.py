"""A FOLIO-shaped gateway over the embedded system: the requests, refusals and habits that the bridge meets."""

import re
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from http import HTTPStatus
from secrets import token_hex

from django.db.models import Q, QuerySet

from library_bridge.adapters.embedded.adapter import EmbeddedSystem
from library_bridge.adapters.embedded.models import (
    EmbeddedHold,
    EmbeddedItem,
    EmbeddedLoan,
    EmbeddedPatron,
    EmbeddedRecord,
)
from library_bridge.ports import CheckInRecord, ItemStatus, Refused
from library_bridge.testing import folio_rows as rows
from library_bridge.testing.folio_rows import Row, pk_of
from library_bridge.testing.house import House
from library_bridge.testing.http_double import Act, HttpDouble, Reply, Request

TERM = re.compile(r'([\w.]+)==?"((?:[^"\\]|\\.)*)"')
DEFAULT_LIMIT = 10
REFUSALS = {
    "unknown_patron": ("USER_BARCODE_NOT_FOUND", "Could not find user"),
    "unknown_item": ("ITEM_BARCODE_NOT_FOUND", "No item with barcode exists"),
    "card_blocked": ("USER_IS_BLOCKED_MANUALLY", "Patron blocked from borrowing"),
    "card_lost": ("USER_IS_BLOCKED_MANUALLY", "Patron blocked from borrowing"),
    "card_expired": ("USER_IS_INACTIVE_OR_EXPIRED", "Cannot check out to inactive user"),
    "already_on_card": ("ITEM_HAS_OPEN_LOAN", "Cannot check out item that already has an open loan"),
    "on_loan_to_other": ("ITEM_HAS_OPEN_LOAN", "Item is already checked out"),
    "not_for_loan": ("ITEM_NOT_LOANABLE", "Item is not loanable"),
    "loan_limit": ("ITEM_LIMIT_PATRON_GROUP_MATERIAL_TYPE", "Patron has reached maximum limit of items"),
    "hold_by_other": ("", "Item cannot be checked out because it has been requested by another patron"),
    "item_lost": ("", "Item has the item status Declared lost and cannot be checked out"),
}
NO_RENEWAL = {
    "recalled": ("RENEWAL_BLOCKED_BY_RECALL", "items cannot be renewed when there is an active recall request"),
    "hold_by_other": ("RENEWAL_BLOCKED_BY_HOLD_REQUEST", "Items with this loan policy cannot be renewed"),
    "overdue": ("RENEWAL_DATE_OUTSIDE_OF_RANGE", "renewal date falls outside of date ranges in the loan policy"),
    "renewal_limit": ("LOAN_RENEWAL_LIMIT_REACHED", "loan at maximum renewal number"),
}


class FolioServer(HttpDouble):
    def __init__(
        self,
        house: House,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tenant: str = "diku",
        username: str = "bookrelay",
        password: str = "",
        rotating: bool = True,
    ) -> None:
        """`password` "": one is made up. `rotating=False`: only the older sign-in, as before Poppy."""
        super().__init__(house, host=host, port=port)
        self.tenant, self.username, self.password = tenant, username, password or token_hex(16)
        self.rotating = rotating
        self.service_point = "3260a6f0-0b53-4d9c-ad74-2dba3830d69f"
        self.token_seconds = 599
        self.sign_ins = 0
        self.foreign_service_point = False
        """What comes in has to travel home first."""
        self._tokens: dict[str, float] = {}

    def forget_tokens(self) -> None:
        self._tokens.clear()

    def understand(self, request: Request) -> tuple[str, Act]:
        if request.headers.get("x-okapi-tenant") != self.tenant:
            return "", lambda system: plain(HTTPStatus.BAD_REQUEST, "No such tenant")
        if request.path in ("/authn/login-with-expiry", "/authn/login"):
            return "token", lambda system: self._sign_in(request)
        if time.monotonic() >= self._tokens.get(request.headers.get("x-okapi-token", ""), 0.0):
            return "", lambda system: plain(HTTPStatus.UNAUTHORIZED, "Invalid token")
        for method, pattern, operation, act in ROUTES:
            if method == request.method and (found := pattern.fullmatch(request.path)):
                named = operation(request) if callable(operation) else operation
                return named, partial(_acted, act, self, request, found.groupdict().get("id") or "")
        return "", lambda system: plain(HTTPStatus.NOT_FOUND, "No suitable module found")

    def refusal(self) -> Reply:
        return refused("loan_limit", REFUSALS)

    def _sign_in(self, request: Request) -> Reply:
        self.sign_ins += 1
        if request.path.endswith("with-expiry") and not self.rotating:
            return plain(HTTPStatus.NOT_FOUND, "No suitable module found")
        if (request.json.get("username"), request.json.get("password")) != (self.username, self.password):
            return unprocessable("password.incorrect", "Password does not match")
        token = token_hex(16)
        self._tokens[token] = time.monotonic() + self.token_seconds
        if request.path == "/authn/login":
            return Reply(HTTPStatus.CREATED, {}, {"x-okapi-token": token})
        cookie = f"folioAccessToken={token}; Max-Age={self.token_seconds}; Path=/; Secure; HTTPOnly; SameSite=None"
        return Reply(HTTPStatus.CREATED, {"accessTokenExpiration": "2026-11-24T02:10:00Z"}, {"set-cookie": cookie})

    # reads

    def users(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        found = _patrons(system).filter(card_number=terms(request)["barcode"])
        return listed(request, "users", [rows.user(row) for row in found])

    def verify_pin(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        row = _patrons(system).get(pk=pk_of(request.json["id"]))
        try:
            system.authenticate(row.card_number, request.json["pin"])
        except Refused:
            return plain(HTTPStatus.UNPROCESSABLE_ENTITY, "No match")
        return plain(HTTPStatus.OK, "")

    def automated_blocks(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        row = _patrons(system).get(pk=pk_of(number))
        return Reply(body={"automatedPatronBlocks": rows.automated_blocks(row)})

    def manual_blocks(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        row = _patrons(system).get(pk=pk_of(terms(request)["userId"]))
        return listed(request, "manualblocks", rows.manual_blocks(row))

    def loans(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        asked, found = terms(request), _loans(system)
        if user := asked.get("userId"):
            found = found.filter(patron=pk_of(user))
        if item := asked.get("itemId"):
            found = found.filter(item=pk_of(item))
        return listed(request, "loans", [rows.loan(row) for row in found.order_by("pk")])

    def items(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        found = _items(system).filter(barcode=terms(request)["barcode"])
        return listed(request, "items", [rows.item(row) for row in found])

    def holdings(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        return Reply(body={"id": number, "instanceId": rows.uuid_of("instance", pk_of(number))})

    def requests_for(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        asked = terms(request)
        subject = Q(item=pk_of(asked["itemId"])) | Q(record=pk_of(asked.get("instanceId", "")))
        waiting = EmbeddedHold.objects.filter(subject, cancelled_at=None, collected_at=None)
        recalled = _loans(system).filter(item=pk_of(asked["itemId"]), recalled_at__isnull=False)
        found = [*map(rows.request, waiting), *map(rows.recall, recalled)]
        return listed(request, "requests", found)

    def search(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        found = _records(system).filter(isbns__isbn13=terms(request)["isbn"])
        return listed(request, "instances", [rows.instance(row, row.items.all()) for row in found])

    def instances(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        return listed(request, "instances", [rows.instance(row) for row in _records(system)])

    # writes

    def check_out(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        try:
            system.check_out(request.json["userBarcode"], request.json["itemBarcode"])
        except Refused as refusal:
            return refused(refusal.code, REFUSALS)
        return self._open_loan(system, request, HTTPStatus.CREATED)

    def check_in(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        """Takes anything in, also what is not out: then without a loan in the answer."""
        barcode = request.json["itemBarcode"]
        item = _items(system).filter(barcode=barcode).first()
        if item is None:
            return refused("unknown_item", REFUSALS)
        try:
            done: CheckInRecord | None = system.check_in(barcode)
        except Refused:
            done = None
        if done and done.status == ItemStatus.AVAILABLE and self.foreign_service_point:
            EmbeddedItem.objects.filter(pk=item.pk).update(status=EmbeddedItem.Status.IN_TRANSIT)
        answer: Row = {"item": rows.item(_items(system).get(pk=item.pk))}
        if done:
            closed = _loans(system, returned_at__isnull=False).filter(item=item).order_by("-returned_at", "-pk")
            answer["loan"] = rows.loan(closed[0])
        return Reply(body=answer)

    def renew(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        try:
            system.renew(request.json["userBarcode"], request.json["itemBarcode"])
        except Refused as refusal:
            return refused(refusal.code, {**REFUSALS, **NO_RENEWAL})
        return self._open_loan(system, request, HTTPStatus.OK)

    def change_due_date(self, system: EmbeddedSystem, request: Request, number: str) -> Reply:
        loan = next((loan for loan in _loans(system) if rows.loan(loan)["id"] == number), None)
        if loan is None:
            return plain(HTTPStatus.NOT_FOUND, "Not found")
        due_at = datetime.fromisoformat(request.json["dueDate"])
        system.set_due_date(loan.patron.card_number, loan.item.barcode, due_at)
        return Reply(HTTPStatus.NO_CONTENT, b"")

    def _open_loan(self, system: EmbeddedSystem, request: Request, status: HTTPStatus) -> Reply:
        return Reply(status, rows.loan(_loans(system).get(item__barcode=request.json["itemBarcode"])))


def _acted(act: "Acting", server: FolioServer, request: Request, number: str, system: EmbeddedSystem) -> Reply:
    return act(server, system, request, number)


def _patrons(system: EmbeddedSystem) -> QuerySet[EmbeddedPatron]:
    return EmbeddedPatron.objects.filter(library=system.library).select_related("category", "library")


def _items(system: EmbeddedSystem) -> QuerySet[EmbeddedItem]:
    return EmbeddedItem.objects.filter(library=system.library).select_related("record", "item_type")


def _loans(system: EmbeddedSystem, *, returned_at__isnull: bool = True) -> QuerySet[EmbeddedLoan]:
    found = EmbeddedLoan.objects.filter(item__library=system.library, returned_at__isnull=returned_at__isnull)
    return found.select_related("item__record", "patron")


def _records(system: EmbeddedSystem) -> QuerySet[EmbeddedRecord]:
    found = EmbeddedRecord.objects.filter(library=system.library).order_by("record_id")
    return found.prefetch_related("isbns", "items")


def terms(request: Request) -> dict[str, str]:
    """The comparisons of a CQL query, by name."""
    return {name: re.sub(r"\\(.)", r"\1", value) for name, value in TERM.findall(request.params.get("query", ""))}


def listed(request: Request, name: str, found: list[Row]) -> Reply:
    offset, limit = int(request.params.get("offset", 0)), int(request.params.get("limit", DEFAULT_LIMIT))
    return Reply(body={name: found[offset : offset + limit], "totalRecords": len(found)})


def plain(status: HTTPStatus, said: str) -> Reply:
    return Reply(status, said.encode(), content_type="text/plain")


def unprocessable(code: str, said: str) -> Reply:
    error = {"message": said, "type": "error", "parameters": [], **({"code": code} if code else {})}
    return Reply(HTTPStatus.UNPROCESSABLE_ENTITY, {"errors": [error]})


def refused(code: str, table: dict[str, tuple[str, str]]) -> Reply:
    return unprocessable(*table.get(code, ("", "Not possible")))


def _loans_or_item(request: Request) -> str:
    return "loans" if "userId" in request.params.get("query", "") else "item"


Operation = str | Callable[[Request], str]
Acting = Callable[[FolioServer, EmbeddedSystem, Request, str], Reply]


def _route(method: str, path: str, operation: Operation, act: Acting) -> tuple[str, re.Pattern[str], Operation, Acting]:
    return method, re.compile(path.replace("{id}", "(?P<id>[0-9a-f-]+)")), operation, act


ROUTES = [
    _route("GET", "/users", "patron", FolioServer.users),
    _route("POST", "/patron-pin/verify", "authenticate", FolioServer.verify_pin),
    _route("GET", "/automated-patron-blocks/{id}", "blocks", FolioServer.automated_blocks),
    _route("GET", "/manualblocks", "blocks", FolioServer.manual_blocks),
    _route("GET", "/circulation/loans", _loans_or_item, FolioServer.loans),
    _route("GET", "/inventory/items", "item", FolioServer.items),
    _route("GET", "/holdings-storage/holdings/{id}", "holdings", FolioServer.holdings),
    _route("GET", "/circulation/requests", "holds", FolioServer.requests_for),
    _route("GET", "/search/instances", "find_by_isbn", FolioServer.search),
    _route("GET", "/inventory/instances", "records", FolioServer.instances),
    _route("POST", "/circulation/check-out-by-barcode", "check_out", FolioServer.check_out),
    _route("POST", "/circulation/check-in-by-barcode", "check_in", FolioServer.check_in),
    _route("POST", "/circulation/renew-by-barcode", "renew", FolioServer.renew),
    _route("POST", "/circulation/loans/{id}/change-due-date", "set_due_date", FolioServer.change_due_date),
]
