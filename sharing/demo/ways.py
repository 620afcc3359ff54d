"""Two books on their way as the demo opens: one waits at the book house, one is in the post."""

from library_bridge.models import Reader
from sharing import asks, handovers, requests, shipments
from sharing.demo import meetings
from sharing.demo.cast import Cast
from sharing.demo.places import BOOK_HOUSE
from sharing.demo.present import Present
from sharing.models import Ask, Handover, Lending, Request

STATION = "北门快递站，凭取件码"


def load(cast: Cast, present: Present) -> None:
    """Agreed two days ago, on their way since yesterday."""
    since = present.campus.day(1, 16, 40)
    lies = _agreed(cast, present, Handover.Method.DROP_POINT, BOOK_HOUSE[0])
    if lies is not None:
        meetings.leave(lies, lies.lending.giver, now=since)
    sent = _agreed(cast, present, Handover.Method.COURIER, STATION)
    if sent is not None:
        shipments.send_book(
            handover_id=sent.pk, actor=sent.lending.giver, carrier="顺丰", tracking_number="SF1020304050",
            now=since,
        )  # fmt: skip


def _agreed(cast: Cast, present: Present, method: Handover.Method, place: str) -> Handover | None:
    """None where nobody is left to ask, or nothing to ask for."""
    taker = next((one for one in cast.others if _has_room(one)), None)
    key = present.lendable(taker) if taker is not None else ""
    if taker is None or not key:
        return None
    day = present.campus.day
    placed = requests.place_request(actor=taker, holding_key=key, now=day(2, 10))
    ask = placed.asks.get()
    if ask.status == Ask.Status.ASKED:
        asks.accept_ask(ask_id=ask.pk, actor=ask.holder, now=day(2, 12))
    lending = Lending.objects.get(ask=ask)
    proposed = handovers.propose_handover(
        lending_id=lending.pk, actor=taker, method=method, place=place, starts_at=day(1, 16, 30),
        now=day(2, 13),
    )  # fmt: skip
    return handovers.agree_handover(handover_id=proposed.pk, actor=lending.giver, now=day(2, 14))


def _has_room(reader: Reader) -> bool:
    return not Request.objects.live().filter(requester=reader).exists()
