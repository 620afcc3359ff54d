"""NCIP answers as bytes: what is believed of them and what is not (protocols/testing.md, N1 to N4, K2, K10 to K12)."""

import builtins
import logging
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from library_bridge.adapters.http import Answer
from library_bridge.adapters.ncip import messages, requests, xml
from library_bridge.adapters.ncip.adapter import NcipSystem
from library_bridge.adapters.ncip.profile import Profile, pairs
from library_bridge.adapters.options import Misconfigured
from library_bridge.ports import Capability, ItemStatus, LoanList, Refused, Unavailable

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=ZONE)
CARD, BARCODE, PIN = "2100417", "01100231", "4821"
DUE = "<DateDue>2026-12-07T23:59:00+08:00</DateDue>"
ITEM = f"<ItemId><ItemIdentifierValue>{BARCODE}</ItemIdentifierValue></ItemId>"
USER = f"<UserId><UserIdentifierValue>{CARD}</UserIdentifierValue></UserId>"


class Said:
    """A line on which one answer is waiting; `sent` is what went out."""

    def __init__(self, *bodies: bytes | str, status: int = 200) -> None:
        self.bodies = [body if isinstance(body, bytes) else body.encode() for body in bodies]
        self.sent: list[bytes] = []
        self.status = status

    def send(self, method: str, url: str, *, headers: dict[str, str], content: bytes) -> Answer:
        self.sent.append(content)
        return Answer(self.status, {}, self.bodies.pop(0))


def message(inner: str, *, version: str = "v2_02/ncip_v2_02.xsd") -> str:
    ns = xml.NAMESPACE
    return f'<NCIPMessage xmlns="{ns}" xmlns:n="{ns}" n:version="http://www.niso.org/schemas/ncip/{version}">{inner}</NCIPMessage>'


def problem(kind: str, detail: str = "", value: str = "") -> str:
    inner = f"<ProblemType>{kind}</ProblemType><ProblemDetail>{detail}</ProblemDetail>"
    return f"<Problem>{inner}<ProblemValue>{value}</ProblemValue></Problem>"


def system(*bodies: bytes | str, profile: Profile | None = None, status: int = 200) -> NcipSystem:
    line = Said(*bodies, status=status)
    made = NcipSystem(
        line,  # type: ignore[arg-type]
        "http://127.0.0.1/",
        profile or Profile(zone=ZONE),
        now=NOW,
        capabilities=frozenset({Capability.RENEW}),
    )
    made.said = line  # type: ignore[attr-defined]
    return made


def check_out(inner: str, **given: object) -> object:
    body = message(f"<CheckOutItemResponse>{inner}</CheckOutItemResponse>")
    return system(body, **given).check_out(CARD, BARCODE)  # type: ignore[arg-type]


# N1

LAUGHS = '<!DOCTYPE a [<!ENTITY l0 "lol">' + "".join(
    f'<!ENTITY l{n} "' + f"&l{n - 1};" * 10 + '">' for n in range(1, 9)
)
HOSTILE = {
    "billion laughs": LAUGHS + "]><a>&l8;</a>",
    "quadratic": f'<!DOCTYPE a [<!ENTITY l "{"x" * 50_000}">]><a>{"&l;" * 1000}</a>',
    "external entity": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "external entity over http": '<!DOCTYPE a [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]><a>&x;</a>',
    "parameter entity": '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><a/>',
    "external DTD": '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/ncip.dtd"><a/>',
    "plain DOCTYPE": f"<!DOCTYPE NCIPMessage>{message('')}",
    "an entity of nobody": message("<LookupItemResponse>&who;</LookupItemResponse>"),
    "too deep": "<a>" * 100_000 + "</a>" * 100_000,
    "too large": message(f"<LookupItemResponse>{'x' * 10_000_000}</LookupItemResponse>"),
    "NUL": message("<LookupItemResponse>\0</LookupItemResponse>"),
    "UTF-16 that says UTF-8": '<?xml version="1.0" encoding="utf-8"?><a/>'.encode("utf-16"),
    "UTF-7": '<?xml version="1.0" encoding="utf-7"?>+ADw-a/+AD4-',
    "GBK that says UTF-8": '<?xml version="1.0" encoding="utf-8"?><a>東方雜誌</a>'.encode("gbk"),
    "empty": "",
    "HTML": "<!doctype html><html><body>Service Unavailable</body></html>",
    "cut": message(f"<LookupItemResponse>{ITEM}</LookupItemResponse>")[:-30],
}


@pytest.fixture
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def caught(*args: object, **kwargs: object) -> None:
        raise AssertionError("the parser wanted a file or a connection")

    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "connect", caught)
        patch.setattr(builtins, "open", caught)
        yield


@pytest.mark.parametrize("name", HOSTILE)
def test_s4_n1_a_hostile_document_is_no_answer(name: str, no_way_out: None) -> None:
    with pytest.raises(Unavailable):
        system(HOSTILE[name]).item(BARCODE)


def test_s4_n1_xinclude_and_schema_location_fetch_nothing(no_way_out: None) -> None:
    inner = (
        f"<LookupItemResponse xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' "
        f"xsi:schemaLocation='{xml.NAMESPACE} http://127.0.0.1:9/x.xsd'>{ITEM}"
        "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='file:///etc/passwd' parse='text'/>"
        "</LookupItemResponse>"
    )
    assert system(message(inner)).item(BARCODE).status == ItemStatus.UNKNOWN


@settings(max_examples=30)
@given(body=st.one_of(st.binary(max_size=100), st.text(max_size=60).map(message).map(str.encode)))
def test_s4_n1_any_bytes_are_an_answer_or_none(body: bytes) -> None:
    with pytest.raises(Unavailable):
        system(body).loans(CARD)


# N2

KNOWN = {
    "Unknown User": "unknown_patron",
    "user blocked": "card_blocked",
    " User  Ineligible To Check Out This Item ": "card_blocked",
    "Maximum Check Outs Exceeded": "loan_limit",
    "Unknown Item": "unknown_item",
    "Item Does Not Circulate": "not_for_loan",
    "Item Not Checked Out": "not_on_loan",
    "Unsupported Service": "misconfigured",
    "Unauthorized Combination Of Element Values For Agency": "misconfigured",
    "所借图书状态异常": "other",
}


@pytest.mark.parametrize("kind", KNOWN)
@pytest.mark.parametrize("place", ["top", "inside", "beside a success"])
def test_s4_n2_any_problem_is_a_refusal(kind: str, place: str) -> None:
    inside = {"top": "", "inside": problem(kind), "beside a success": ITEM + USER + DUE + problem(kind)}[place]
    body = message(problem(kind) if place == "top" else f"<CheckOutItemResponse>{inside}</CheckOutItemResponse>")
    with pytest.raises(Refused) as refusal:
        system(body).check_out(CARD, BARCODE)
    assert refusal.value.code == KNOWN[kind]


def test_s4_n2_of_several_problems_the_plainest_counts() -> None:
    with pytest.raises(Refused) as refusal:
        check_out(problem("Something") + problem("User Blocked", "overdue items"))
    assert (refusal.value.code, refusal.value.reason) == ("card_blocked", "overdue items")


def test_s4_n2_a_temporary_failure_is_silence() -> None:
    with pytest.raises(Unavailable):
        check_out(problem("User Blocked") + problem("Temporary Processing Failure"))


def test_s4_n2_the_librarys_own_words_come_first() -> None:
    profile = Profile(zone=ZONE, problems=pairs("problem_codes", "已借出 = on_loan_to_other; 预约 = hold_by_other"))
    with pytest.raises(Refused) as refusal:
        check_out(problem("Resource Cannot Be Provided", "该书已借出"), profile=profile)
    assert refusal.value.code == "on_loan_to_other"


def test_s4_n2_a_read_that_is_not_understood_is_no_answer() -> None:
    with pytest.raises(Unavailable):
        system(message(problem("Agency Authentication Failed"))).loans(CARD)


def test_s4_n2_a_server_that_stumbles_over_an_element_is_asked_once_more_without() -> None:
    stumbles = message(f"<LookupItemResponse>{problem('Element Rule Violated')}</LookupItemResponse>")
    answers = message(
        f"<LookupItemResponse>{ITEM}<ItemOptionalFields><CirculationStatus>On Loan</CirculationStatus>"
        "</ItemOptionalFields></LookupItemResponse>"
    )
    made = system(stumbles, answers)
    assert made.item(BARCODE).status == ItemStatus.CHARGED
    with pytest.raises(Unavailable):
        system(stumbles, stumbles).item(BARCODE)


def test_s4_n2_a_write_is_never_asked_once_more() -> None:
    made = system(message(f"<CheckOutItemResponse>{problem('Element Rule Violated')}</CheckOutItemResponse>"))
    with pytest.raises(Refused):
        made.check_out(CARD, BARCODE)
    assert len(made.said.sent) == 1  # type: ignore[attr-defined]


# N3


@pytest.mark.parametrize("version", ["v2_0/imp1/xsd/ncip_v2_0.xsd", "v2_01/ncip_v2_01.xsd", "v2_02/ncip_v2_02.xsd"])
def test_s4_n3_any_version_2_is_read(version: str) -> None:
    body = message(f"<CheckInItemResponse>{ITEM}{USER}</CheckInItemResponse>", version=version)
    assert system(body).check_in(BARCODE).card_number == CARD


def test_s4_n3_version_1_is_not() -> None:
    body = message(f"<CheckInItemResponse>{ITEM}</CheckInItemResponse>", version="v1_0/ncip_v1_0.dtd")
    with pytest.raises(Unavailable):
        system(body).check_in(BARCODE)


def test_s4_n3_prefixes_are_free_and_the_version_may_be_bare() -> None:
    body = (
        f'<ns1:NCIPMessage xmlns:ns1="{xml.NAMESPACE}" version="http://www.niso.org/schemas/ncip/v2_02/x.xsd">'
        f"<ns1:CheckInItemResponse><ns1:ItemId><ns1:ItemIdentifierValue>{BARCODE}</ns1:ItemIdentifierValue>"
        "</ns1:ItemId></ns1:CheckInItemResponse></ns1:NCIPMessage>"
    )
    assert system(body).check_in(BARCODE).card_number is None


def test_s4_n3_another_namespace_is_another_message() -> None:
    body = message(f"<CheckInItemResponse>{ITEM}</CheckInItemResponse>").replace("2008", "2009")
    with pytest.raises(Unavailable):
        system(body).check_in(BARCODE)


@pytest.mark.parametrize(
    "inner",
    [
        USER + DUE,
        ITEM.replace("231", "232") + USER + DUE,
        ITEM + USER.replace("417", "418") + DUE,
        ITEM + ITEM.replace("231", "232") + USER + DUE,
        ITEM + USER + USER.replace("417", "418") + DUE,
        ITEM + USER,
        ITEM + USER + "<DateDue>20260231</DateDue>",
    ],
)
def test_s4_n3_a_checkout_is_believed_of_that_item_card_and_a_date(inner: str) -> None:
    with pytest.raises(Unavailable):
        check_out(inner)


def test_s4_n3_the_user_may_be_left_out_of_a_checkout() -> None:
    assert check_out(ITEM + DUE).card_number == CARD  # type: ignore[attr-defined]


@pytest.mark.parametrize("service", ["LookupUser", "CheckInItem", "RenewItem"])
def test_s4_n3_the_answer_to_another_question_is_not_believed(service: str) -> None:
    with pytest.raises(Unavailable):
        system(message(f"<{service}Response>{ITEM}{USER}{DUE}</{service}Response>")).check_out(CARD, BARCODE)


def test_s4_n3_two_answers_in_one_message_are_none() -> None:
    body = message(
        f"<CheckInItemResponse>{ITEM}</CheckInItemResponse><CheckOutItemResponse>{ITEM}{DUE}</CheckOutItemResponse>"
    )
    with pytest.raises(Unavailable):
        system(body).check_in(BARCODE)


def test_s4_n3_anything_but_200_is_no_answer() -> None:
    with pytest.raises(Unavailable, match="HTTP 500"):
        system(message(f"<CheckInItemResponse>{ITEM}</CheckInItemResponse>"), status=500).check_in(BARCODE)


# N4


@pytest.mark.parametrize("name", ["RequiredFeeAmount", "RequiredItemUseRestrictionType"])
@pytest.mark.parametrize("beside", [ITEM + USER + DUE, problem("Something")])
def test_s4_n4_what_would_need_consent_was_not_done(name: str, beside: str) -> None:
    with pytest.raises(Refused) as refusal:
        check_out(f"{beside}<{name}>1</{name}>")
    assert refusal.value.code == "fee_required"


def test_s4_n4_a_pending_renewal_is_no_renewal() -> None:
    with pytest.raises(Refused) as refusal:
        system(message("<RenewItemResponse><Pending/></RenewItemResponse>")).renew(CARD, BARCODE)
    assert refusal.value.code == "renewal_pending"


def test_s4_n4_a_checkin_that_is_routed_does_not_lie_on_the_desk() -> None:
    body = message(
        f"<CheckInItemResponse>{ITEM}<RoutingInformation><RoutingInstructions>Hold</RoutingInstructions>"
        "</RoutingInformation></CheckInItemResponse>"
    )
    assert system(body).check_in(BARCODE).status == ItemStatus.HOLD_SHELF


# K2


def test_s4_k2_without_a_card_in_the_answer_nobody_signs_in() -> None:
    with pytest.raises(Refused) as refusal:
        system(message("<LookupUserResponse/>")).authenticate(CARD, PIN)
    assert refusal.value.code == "wrong_pin"


def test_s4_k2_another_card_in_the_answer_is_not_believed() -> None:
    body = message(f"<LookupUserResponse>{USER.replace('417', '418')}</LookupUserResponse>")
    with pytest.raises(Unavailable):
        system(body).authenticate(CARD, PIN)


# K3 to K5


def user(fields: str) -> NcipSystem:
    inner = f"{USER}<UserOptionalFields>{fields}</UserOptionalFields>"
    return system(
        message(f"<LookupUserResponse>{inner}</LookupUserResponse>"),
        profile=Profile(zone=ZONE, harmless_blocks=frozenset({"block hold"})),
    )


def privilege(status: str = "", until: str = "") -> str:
    end = f"<ValidToDate>{until}</ValidToDate>" if until else ""
    return (
        f"<UserPrivilege><AgencyUserPrivilegeType>STATUS</AgencyUserPrivilegeType>{end}<UserPrivilegeStatus>"
        f"<UserPrivilegeStatusType>{status}</UserPrivilegeStatusType></UserPrivilegeStatus></UserPrivilege>"
    )


def block(kind: str) -> str:
    return f"<BlockOrTrap><BlockOrTrapType>{kind}</BlockOrTrapType></BlockOrTrap>"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("", ""),
        (privilege("Active"), ""),
        (block("Block Check Out"), "card_blocked"),
        (block("Verwaltungssperre"), "card_blocked"),
        (block("Block Hold"), ""),
        (block("Trap For Message"), ""),
        (block("Block Check Out") + block("Trap Lost Card"), "card_lost"),
        (privilege("Expired"), "card_expired"),
        (privilege("Suspended"), "card_blocked"),
        (privilege("Active", "2026-11-23T23:59:00"), "card_expired"),
        (privilege("Active", "2026-11-24T00:00:00"), ""),
        (privilege("Active", "2026-02-31"), ""),
    ],
)
def test_s4_k3_blocks_and_privileges_make_one_code(fields: str, reason: str) -> None:
    assert user(fields).patron(CARD).blocked_reason == reason


def loan(barcode: str, due: str = DUE, rest: str = "") -> str:
    return f"<LoanedItem>{ITEM.replace(BARCODE, barcode)}{due}{rest}</LoanedItem>"


def loans(inner: str) -> LoanList:
    return system(message(f"<LookupUserResponse>{USER}{inner}</LookupUserResponse>")).loans(CARD)


def count(number: object) -> str:
    return f"<LoanedItemsCount><LoanedItemCountValue>{number}</LoanedItemCountValue></LoanedItemsCount>"


@pytest.mark.parametrize(
    ("inner", "number", "complete"),
    [
        ("", 0, True),
        (count(0), 0, True),
        (count(2) + loan("1") + loan("2"), 2, True),
        (count(25) + loan("1") + loan("2"), 2, False),
        (count(1) + count(1) + loan("1") + loan("2"), 2, True),
        (count("many") + loan("1"), 1, True),
        (loan("1") + loan("1"), 1, True),
        (loan("1") + loan("2", "<DateDue>20260231</DateDue>"), 1, False),
        (loan("1") + loan(""), 1, False),
    ],
)
def test_s4_k4_a_list_that_may_be_short_says_so(inner: str, number: int, complete: bool) -> None:
    listed = loans(inner)
    assert (len(listed.loans), listed.complete) == (number, complete)


def test_s4_k4_a_title_may_sit_in_the_extension_and_a_loan_may_have_no_end() -> None:
    title = "<Ext><BibliographicDescription><Title>東方雜誌</Title></BibliographicDescription></Ext>"
    [record] = loans(loan("1", "<IndeterminateLoanPeriodFlag/>", title)).loans
    assert (record.title, record.due_at.year) == ("東方雜誌", 2999)


def item(fields: str, profile: Profile | None = None) -> object:
    inner = f"{ITEM}<ItemOptionalFields>{fields}</ItemOptionalFields>"
    return system(message(f"<LookupItemResponse>{inner}</LookupItemResponse>"), profile=profile).item(BARCODE)


@pytest.mark.parametrize(("queue", "holds"), [("", None), ("0", 0), ("2", 2), ("-1", None), ("many", None)])
def test_s4_k5_none_known_and_not_told_are_three_answers(queue: str, holds: int | None) -> None:
    assert item(f"<HoldQueueLength>{queue}</HoldQueueLength>").hold_count == holds  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("On Loan", "charged"),
        ("RECALLED", "charged"),
        ("Claimed Returned Or Never Borrowed", "lost"),
        ("在借", "charged"),
    ],
)
def test_s4_k5_a_status_is_compared_by_its_value(word: str, status: str) -> None:
    profile = Profile(zone=ZONE, statuses={"在借": "charged"})
    found = item(f"<CirculationStatus Scheme='x'> {word} </CirculationStatus>", profile)
    assert found.status == status  # type: ignore[attr-defined]
    assert found.recalled == (word == "RECALLED")  # type: ignore[attr-defined]


# K10 to K12

DATES = [
    ("2026-12-07T23:59:00+08:00", datetime(2026, 12, 7, 15, 59, tzinfo=UTC)),
    ("2026-12-07T15:59:00Z", datetime(2026, 12, 7, 15, 59, tzinfo=UTC)),
    ("2026-12-07T15:59:00.000Z", datetime(2026, 12, 7, 15, 59, tzinfo=UTC)),
    ("2026-12-07T23:59:00", datetime(2026, 12, 7, 15, 59, tzinfo=UTC)),
    ("2026-12-07", datetime(2026, 12, 7, 15, 59, tzinfo=UTC)),
    ("2026-12-07+08:00", datetime(2026, 12, 7, 15, 59, tzinfo=UTC)),
    ("20261207", datetime(2026, 12, 7, 15, 59, tzinfo=UTC)),
    ("", None),
    ("20260231", None),
    ("2026-02-31T23:59:00", None),
    ("soon", None),
    ("0001-01-01T00:00:00+08:00", None),
]


@pytest.mark.parametrize(("said", "meant"), DATES)
def test_s4_k11_each_form_of_a_date(said: str, meant: datetime | None) -> None:
    assert messages.moment(said, ZONE) == meant


def test_s4_k11_a_bare_day_ends_in_the_librarys_own_time() -> None:
    found = messages.moment("2026-10-25", ZoneInfo("Europe/Berlin"))  # summer time ends that day
    assert found is not None
    assert found.isoformat() == "2026-10-25T23:59:00+01:00"


@pytest.mark.parametrize("bad", ["", " ", "1\r2", "1\n", "1\0", "1\x1b", "1\ufffe", "\ud800", "7" * 256])
def test_s4_k10_what_no_card_has_is_never_sent(bad: str) -> None:
    made = system()
    for ask in (
        lambda: made.patron(bad),
        lambda: made.authenticate(CARD, bad),
        lambda: made.check_out(bad, BARCODE),
        lambda: made.check_in(bad),
        lambda: made.renew(CARD, bad),
    ):
        with pytest.raises(Refused):
            ask()
    assert made.item(bad).status == ItemStatus.UNKNOWN
    assert made.said.sent == []  # type: ignore[attr-defined]


@settings(max_examples=40)
@given(card=st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=40))
def test_s4_k10_what_is_sent_is_what_was_meant(card: str) -> None:
    body = requests.check_out(Profile(zone=ZONE, from_agency="SHARE", to_agency="MAIN"), card, BARCODE)
    [service] = xml.parse(body)
    assert xml.text(service, "UserId", "UserIdentifierValue") == card
    assert [child.tag.rpartition("}")[2] for child in service] == [
        "InitiationHeader", "UserId", "ItemId", "ItemElementType",
    ]  # fmt: skip
    assert b"MandatedAction" not in body


def test_s4_k12_nothing_of_a_reader_is_logged_or_raised(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    mark = "CANARY-417"
    detail = f"no {mark} with {PIN} for {BARCODE}\r\n\u202ehere"
    bodies = [
        message(f"<LookupUserResponse>{problem('Something', detail, mark)}</LookupUserResponse>"),
        message(f"<LookupUserResponse><UserId><UserIdentifierValue>{mark}</UserIdentifierValue></UserId>"),
        f"<a>{mark}",
        message(f"<LookupUserResponse>{problem(mark, '', mark)}</LookupUserResponse>"),
    ]
    raised = []
    for body in bodies:
        with pytest.raises((Refused, Unavailable)) as problem_:
            system(body).authenticate(mark, PIN)
        raised.append(repr(problem_.value) + str(getattr(problem_.value, "reason", "")))
    assert not any(mark in text or PIN in text for text in [*raised, caplog.text])


@pytest.mark.parametrize("given_", ["=", "a", "= b", "a ="])
def test_s4_words_of_the_librarys_own_are_pairs(given_: str) -> None:
    with pytest.raises(Misconfigured, match="problem_codes"):
        pairs("problem_codes", given_)
