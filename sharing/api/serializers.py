"""One function an object and audience: what a row says to the reader who asks, and nothing it must not (P1, P2)."""

from collections.abc import Sequence
from datetime import date, datetime
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from library_bridge.models import LibraryLoan, Reader
from personal_catalog.cover_pictures import kept
from personal_catalog.models import Copy, CopyPhoto, ShelfTag, Title
from personal_catalog.people import split_names
from sharing import notices, people, places, policies, progress, quick_replies, timeline, transferable
from sharing.api import schemas
from sharing.models import (
    Ask,
    CirculationPolicy,
    Conversation,
    DomainEvent,
    Handover,
    Lending,
    Message,
    Notification,
    Request,
)
from sharing.shown_holdings import ShownHolding
from sharing.together import Result


def reader(row: Reader) -> schemas.ReaderOut:
    language = row.language or translation.get_language() or settings.LANGUAGE_CODE
    return schemas.ReaderOut(id=str(row.pk), display_name=row.display_name, language=language)


def address(path: str) -> str:
    """On the configured host, whatever host was asked (T-A6)."""
    return urljoin(settings.BASE_URL, path)


def cover_url(title: Title) -> str:
    """Of its picture at its largest; without one of its cloth cover."""
    if title.cover_id:
        return address(kept.url(title.cover_id, kept.widths_of(title.cover_id)[-1]))
    return address(reverse("cover", args=[title.pk]))


def title_ref(row: Title) -> schemas.TitleRef:
    creators = [str(name) for name in row.creators]
    return schemas.TitleRef(id=str(row.pk), title=row.title, creators=creators, cover_url=cover_url(row))


def library_loans(reader: Reader) -> QuerySet[LibraryLoan]:
    live = Prefetch("lendings", Lending.objects.live(), to_attr="live_lendings")
    rows = LibraryLoan.objects.visible_to(reader).open().select_related("library", "catalogued")
    return rows.prefetch_related(live).order_by("due_at", "pk")


def library_loan(row: LibraryLoan, *, policy: CirculationPolicy, now: datetime) -> schemas.LibraryLoanOut:
    """`row` comes through `library_loans`."""
    code = "agreed" if row.live_lendings else transferable.why_not(row, policy, now)  # type: ignore[attr-defined]
    catalogued = getattr(row, "catalogued", None)
    return schemas.LibraryLoanOut(
        id=str(row.pk), library=row.library.code, barcode=row.barcode, title=row.title, creators=split_names(row.creators),
        isbn13=row.isbn13 or None, call_number=row.call_number, due_date=row.due_at.astimezone(row.library.zone).date(),
        due_at=row.due_at, renewable=row.renewable, renewals_left=row.renewals_left, transferable=not code,
        reason=_why_not(code) if code else None, reason_code=code or None,
        title_id=str(catalogued.title_id) if catalogued else None, holding_id=f"loan-{row.pk}", as_of=row.checked_at,
    )  # fmt: skip


def _why_not(code: str) -> str:
    return _("This loan is promised to another reader already.") if code == "agreed" else transferable.sentence(code)


def copies(owner: Reader) -> QuerySet[Copy]:
    tags = Prefetch("tags", ShelfTag.objects.filter(reader=owner))
    return Copy.objects.owned_by(owner).select_related("title").prefetch_related(tags, "photos")


def copy(row: Copy) -> schemas.CopyOut:
    """For its owner; one of `copies`."""
    return schemas.CopyOut(
        id=str(row.pk), title=title_ref(row.title), mode=row.mode, condition=row.condition, note=row.note,
        visibility=row.shown_word, status=row.status, area=row.area, label=row.label_number, source=row.source,
        away=row.is_away, holding_id=f"copy-{row.pk}", created_at=row.created_at,
        tags=[tag.name for tag in row.tags.all()], photos=[photo(one) for one in row.photos.all()],
    )  # fmt: skip


def photo(row: CopyPhoto) -> schemas.PhotoOut:
    return schemas.PhotoOut(id=str(row.pk), large_url=address(row.large_url), small_url=address(row.small_url))


def holding(row: ShownHolding) -> schemas.HoldingOut:
    """For everybody: never who."""
    return schemas.HoldingOut(
        id=row.key, kind=row.kind, mode=row.mode, status=row.status, due_date=local_date(row.due_at), area=row.area,
        offered=row.offered, own=row.own, reason=transferable.sentence(row.reason) if row.reason else None, call_number=row.call_number,
        library=row.library, branch=row.branch, condition=row.condition, note=row.note,
    )  # fmt: skip


def requests(reader: Reader) -> QuerySet[Request]:
    asks = Prefetch("asks", Ask.objects.select_related("conversation").order_by("pk"))
    rows = Request.objects.visible_to(reader).select_related("title")
    return rows.prefetch_related(asks, Prefetch("lendings", Lending.objects.order_by("-pk")))


def request(row: Request) -> schemas.RequestOut:
    """For its requester, who learns how many were asked; never who, and a no looks like silence (P2)."""
    asks = list(row.asks.all())
    lendings = list(row.lendings.all())
    return schemas.RequestOut(
        id=str(row.pk), title=title_ref(row.title), holding_id=holding_key(row), status=row.status, message=row.message,
        needed_by=row.needed_by, areas=row.areas, paused=row.paused_at is not None, placed_at=row.placed_at, deadline_at=row.deadline_at,
        closed_at=row.closed_at, close_reason=row.close_reason, asked=progress.holders(asks),
        conversations=[str(ask.conversation.pk) for ask in asks],
        lending_id=str(lendings[0].pk) if lendings else None,
    )  # fmt: skip


def asks(reader: Reader) -> QuerySet[Ask]:
    return Ask.objects.visible_to(reader).select_related("request__title", "conversation", "lending")


def ask(row: Ask) -> schemas.AskOut:
    """For the holder, who learns the wish, never whose it is."""
    lending = getattr(row, "lending", None)
    return schemas.AskOut(
        id=str(row.pk), request_id=str(row.request_id), status=row.status, kind=row.kind,
        title=title_ref(row.request.title), holding_id=holding_key(row) or "", message=row.request.message,
        needed_by=row.request.needed_by, asked_at=row.asked_at, respond_by=row.respond_by, answered_at=row.answered_at,
        conversation_id=str(row.conversation.pk), lending_id=str(lending.pk) if lending else None,
    )  # fmt: skip


def holding_key(row: Request | Ask) -> str | None:
    if row.copy_id:
        return f"copy-{row.copy_id}"
    return f"loan-{row.library_loan_id}" if row.library_loan_id else None


def lendings(reader: Reader) -> QuerySet[Lending]:
    return Lending.objects.visible_to(reader).for_page().prefetch_related(Prefetch("events", timeline.told_to_both()))


def lending(row: Lending, *, viewer: Reader, now: datetime) -> schemas.LendingOut:
    """For its two readers, who have each other's display name since the holder agreed, and no more."""
    gives = row.giver_id == viewer.pk
    return schemas.LendingOut(
        id=str(row.pk), number=row.number, request_id=str(row.request_id), ask_id=str(row.ask_id) if gives else None,
        status=row.status, mode=row.mode, kind=row.kind, title=title_ref(row.title), role=row.role_of(viewer),
        other=schemas.Other(display_name=people.name(row.other(viewer))), due_date=due_date(row),
        deadline_at=row.deadline_at, agreed_at=row.agreed_at, handed_over_at=row.handed_over_at,
        closed_at=row.closed_at, close_reason=row.close_reason, extended=row.extended_at is not None,
        handovers=[handover(one, viewer=viewer, now=now) for one in row.handovers.all()],
        conversation_id=str(row.ask.conversation.pk), events=[event(one, of=row, viewer=viewer) for one in row.events.all()],
    )  # fmt: skip


def due_date(row: Lending) -> date | None:
    """A library's date in the library's own zone (I6)."""
    if row.due_at is None or row.library_loan is None:
        return local_date(row.due_at)
    return row.due_at.astimezone(row.library_loan.library.zone).date()


def handover(row: Handover, *, viewer: Reader, now: datetime) -> schemas.HandoverOut:
    steps = {
        "agree": policies.may_agree(row, viewer),
        "code": policies.may_show_code(row, viewer),
        "confirm": policies.may_confirm(row, viewer),
        "deposit": policies.may_deposit(row, viewer),
        "collect": policies.may_collect(row, viewer),
        "take_back": policies.may_take_back(row, viewer),
        "not_there": policies.may_take_back(row, viewer),
        "send": policies.may_send(row, viewer),
        "arrive": policies.may_say_arrived(row, viewer),
    }
    place = places.place_shown_to(viewer, row, now=now)
    return schemas.HandoverOut(
        id=str(row.pk), handover_id=str(row.pk), direction=row.direction, method=row.method,
        place=place, starts_at=row.starts_at, deposit=_deposit(row) if place else None,
        shipment=_shipment(row) if place else None,
        status=row.status, proposed_by="me" if row.proposed_by_id == viewer.pk else "other", agreed_at=row.agreed_at,
        confirmed_at=row.taker_confirmed_at, next=[step for step, allowed in steps.items() if allowed],
    )  # fmt: skip


def _deposit(row: Handover) -> schemas.DepositOut | None:
    if row.drop_point_id is None or not hasattr(row, "deposit"):
        return None
    lies = row.deposit
    photo = address(reverse("api:deposit-photo", args=[lies.token])) if lies.photo else None
    return schemas.DepositOut(compartment=lies.compartment, collect_by=lies.collect_by, photo=photo)


def _shipment(row: Handover) -> schemas.ShipmentOut | None:
    if row.method != Handover.Method.COURIER or not hasattr(row, "shipment"):
        return None
    sent = row.shipment
    return schemas.ShipmentOut(
        carrier=sent.carrier, tracking_number=sent.tracking_number, sent_at=sent.sent_at, arrives_by=sent.arrives_by
    )


def arranged(row: Handover, *, along: Sequence[Result], viewer: Reader, now: datetime) -> schemas.ArrangedOut:
    shown = handover(row, viewer=viewer, now=now)
    return schemas.ArrangedOut(**dict(shown), along=[other_book(one) for one in along])


def other_book(one: Result) -> schemas.AlongOut:
    refusal = one.refusal
    return schemas.AlongOut(
        lending_id=str(one.lending.pk), done=refusal is None, code=refusal.code if refusal else None,
        detail=refusal.message if refusal else None,
    )  # fmt: skip


def confirmed(row: Handover, *, along: Sequence[Result] = (), viewer: Reader, now: datetime) -> schemas.ConfirmedOut:
    shown = arranged(row, along=along, viewer=viewer, now=now)
    return schemas.ConfirmedOut(**dict(shown), lending_id=str(row.lending_id), lending_status=row.lending.status)


def event(row: DomainEvent, *, of: Lending, viewer: Reader) -> schemas.EventOut:
    who = {None: "service", of.other(viewer).pk: "other", viewer.pk: "me"}
    actor = who.get(row.actor_id, "librarian")
    return schemas.EventOut(at=row.at, kind=row.kind, actor=actor, status=row.to_status or None)


def message(row: Message, *, conversation: Conversation, viewer: Reader) -> schemas.MessageOut:
    author = _author(row.author_id, conversation, viewer)
    mine = row.author_id == viewer.pk
    return schemas.MessageOut(
        seq=row.seq,
        mine=mine,
        author=author,
        text=quick_replies.text_of(row),
        sent_at=row.sent_at,
        has_photo=bool(row.photo_url),
        photo_url=address(reverse("api:chat-photo", args=[row.token])) if row.photo_url else None,
    )


def _author(author_id: int, conversation: Conversation, viewer: Reader) -> str:
    if author_id == viewer.pk:
        return "me"
    asked = conversation.ask
    if asked.status == Ask.Status.ACCEPTED:
        return people.name(asked.holder if author_id == asked.holder_id else asked.request.requester)
    return "holder" if author_id == asked.holder_id else "reader"


def notifications(reader: Reader) -> QuerySet[Notification]:
    return notices.for_list(reader).select_related("event__ask__conversation")


def notification(row: Notification, *, viewer: Reader) -> schemas.NotificationOut:
    """Of request and ask each side gets its own: the other is not there for it."""
    told = row.event
    requested, asked = told.request, told.ask
    lending = told.lending or getattr(asked, "lending", None)
    return schemas.NotificationOut(
        id=str(row.pk), kind=told.kind, text=notices.sentence(row, viewer).text, created_at=row.created_at,
        read_at=row.read_at, title=title_ref(requested.title) if requested else None,
        request_id=str(requested.pk) if requested and requested.requester_id == viewer.pk else None,
        ask_id=str(asked.pk) if asked and asked.holder_id == viewer.pk else None,
        lending_id=str(lending.pk) if lending else None,
        conversation_id=str(asked.conversation.pk) if asked else None,
    )  # fmt: skip


def local_date(moment: datetime | None) -> date | None:
    return timezone.localdate(moment) if moment else None
