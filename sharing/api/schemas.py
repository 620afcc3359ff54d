"""What the API answers. Ids are opaque strings; times carry their offset; a field that may be unknown is null."""

import datetime as dt
from typing import Annotated

from django.utils import timezone
from pydantic import AfterValidator, BaseModel, Field

Moment = Annotated[dt.datetime, AfterValidator(timezone.localtime)]


class ReaderOut(BaseModel):
    id: str
    display_name: str
    language: str


class TitleRef(BaseModel):
    id: str
    title: str
    creators: list[str]
    cover_url: str


class LibraryLoanOut(BaseModel):
    id: str
    library: str
    barcode: str
    title: str
    creators: list[str]
    isbn13: str | None
    call_number: str
    due_date: dt.date
    due_at: Moment
    renewable: bool
    renewals_left: int | None
    transferable: bool
    reason: str | None = Field(description="Why it cannot be passed on, in the reader's language; null when it can.")
    reason_code: str | None
    title_id: str | None
    holding_id: str
    as_of: Moment


class PhotoOut(BaseModel):
    id: str
    large_url: str = Field(
        description="WebP, at most 1600 pixels; opens while everybody may see the copy, else `getCopyPhoto`."
    )
    small_url: str = Field(description="At most 320 pixels.")


class CopyOut(BaseModel):
    id: str
    title: TitleRef
    mode: str
    condition: str
    note: str
    visibility: str
    status: str
    area: str
    label: str
    source: str
    away: bool = Field(description="In someone else's hands just now.")
    holding_id: str
    created_at: Moment
    tags: list[str] = Field(description="Your own; nobody else sees them.")
    photos: list[PhotoOut]


class HoldingOut(BaseModel):
    id: str
    kind: str
    mode: str
    status: str
    due_date: dt.date | None
    area: str
    offered: bool = Field(description="Its holder is done with it: who asks has it at once.")
    own: bool = Field(description="Your own copy, or with you already.")
    reason: str | None = Field(description="Why a loan cannot be passed on.")
    call_number: str
    library: str = Field(description="The library that has it, where there are several.")
    branch: str
    condition: str = Field(description="Of a copy: new, good, fair or worn.")
    note: str


class RequestOut(BaseModel):
    id: str
    title: TitleRef
    holding_id: str | None
    status: str
    message: str
    needed_by: dt.date | None
    areas: list[str]
    paused: bool = Field(description="Nobody is asked; the place in the queue is kept.")
    placed_at: Moment
    deadline_at: Moment
    closed_at: Moment | None
    close_reason: str
    asked: int = Field(description="How many holders have been asked so far.")
    conversations: list[str] = Field(description="One with each of them, in the order they were asked.")
    lending_id: str | None


class AskOut(BaseModel):
    id: str
    request_id: str
    status: str
    kind: str
    title: TitleRef
    holding_id: str
    message: str
    needed_by: dt.date | None
    asked_at: Moment
    respond_by: Moment
    answered_at: Moment | None
    conversation_id: str
    lending_id: str | None


class DepositOut(BaseModel):
    """A book at a drop point, for its two readers."""

    compartment: str
    collect_by: Moment
    photo: str | None = Field(description="`getDepositPhoto`, for the two of you.")


class ShipmentOut(BaseModel):
    carrier: str
    tracking_number: str
    sent_at: Moment
    arrives_by: Moment = Field(description="From then on it is taken to have arrived.")


class HandoverOut(BaseModel):
    id: str
    handover_id: str
    direction: str
    method: str
    place: str | None = Field(description="null from a day after the lending's end.")
    starts_at: Moment
    status: str
    proposed_by: str = Field(description="me or other")
    agreed_at: Moment | None
    confirmed_at: Moment | None
    deposit: DepositOut | None = Field(description="null from a day after the lending's end, and by any other method.")
    shipment: ShipmentOut | None = Field(description="As the deposit.")
    next: list[str] = Field(
        description="What you can do with it now: agree, code, confirm, deposit, collect, take_back, not_there, send, arrive."
    )


class AlongOut(BaseModel):
    """Another book of the same meeting."""

    lending_id: str
    done: bool
    code: str | None = Field(description="Why not: stable, as in an error.")
    detail: str | None = Field(description="The same in the reader's language.")


class ArrangedOut(HandoverOut):
    along: list[AlongOut] = Field(description="What became of the other books of this meeting.")


class ConfirmedOut(ArrangedOut):
    lending_id: str
    lending_status: str


class EventOut(BaseModel):
    at: Moment
    kind: str
    actor: str = Field(description="me, other, librarian, or service when a deadline or the library acted.")
    status: str | None


class Other(BaseModel):
    display_name: str


class LendingOut(BaseModel):
    id: str
    number: str
    request_id: str
    ask_id: str | None
    status: str
    mode: str
    kind: str
    title: TitleRef
    role: str
    other: Other
    due_date: dt.date | None
    deadline_at: Moment
    agreed_at: Moment
    handed_over_at: Moment | None
    closed_at: Moment | None
    close_reason: str
    extended: bool
    handovers: list[HandoverOut]
    conversation_id: str
    events: list[EventOut]


class MessageOut(BaseModel):
    seq: int
    mine: bool
    author: str = Field(description="me; before consent holder or reader, afterwards the other's display name.")
    text: str
    sent_at: Moment
    has_photo: bool = False
    photo_url: str | None = Field(None, description="`getChatPhoto`, for the two of you.")


class SentMessageOut(MessageOut):
    notice: str | None = Field(description="For the sender: why the text does not read as it was sent.")


class NotificationOut(BaseModel):
    id: str
    kind: str
    text: str
    created_at: Moment
    read_at: Moment | None
    title: TitleRef | None
    request_id: str | None
    ask_id: str | None
    lending_id: str | None
    conversation_id: str | None
