"""Alice has agreed to lend Bob a copy: every kind of object there is, for the tests that walk all operations."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from library_bridge.models import LibraryLoan, Reader
from personal_catalog import imports
from personal_catalog.models import Copy, CopyPhoto, ImportJob, ReaderGroup
from sharing import asks, groups, handovers, requests, title_notes
from sharing.models import Ask, Block, Handover, Lending, Request, TitleNote
from tests import factories


@dataclass
class World:
    copy: Copy
    photo: CopyPhoto
    loan: LibraryLoan
    job: ImportJob
    request: Request
    ask: Ask
    lending: Lending
    handover: Handover
    group: ReaderGroup
    hidden_note: TitleNote
    block: Block

    def id_of(self, noun: str) -> str:
        if noun == "holding":
            return f"loan-{self.loan.pk}"
        return str(self.ask.conversation.pk if noun == "conversation" else getattr(self, noun).pk)


def agreed(alice: Reader, bob: Reader, *, now: datetime) -> World:
    copy = factories.copy(alice, now=now, note="Alice's own note")
    photo = CopyPhoto.objects.create(copy=copy, bytes=1, width=1, height=1, taken_at=now)
    request = requests.place_request(actor=bob, holding_key=f"copy-{copy.pk}", message="May I?", now=now)
    ask = request.asks.get()
    lending = asks.accept_ask(ask_id=ask.pk, actor=alice, now=now)
    loan = factories.library_loan(
        factories.patron(alice), factories.title("三体", created_at=now, updated_at=now), now=now
    )
    handover = handovers.propose_handover(
        lending_id=lending.pk,
        actor=bob,
        method="in_person",
        place="Plum Court gate",
        starts_at=now + timedelta(hours=3),
        now=now,
    )
    job = imports.start_import(reader=alice, content=b"9787506365437", format="isbn_list", mode="lend", now=now)
    group = groups.make_group(actor=alice, name="Third floor", kind="floor", my_name="Ali", now=now)
    note = title_notes.write_note(title_id=copy.title_id, actor=alice, text="A fine book", now=now)
    TitleNote.objects.filter(pk=note.pk).update(status=TitleNote.Status.HIDDEN)
    block = Block.objects.create(blocker=alice, blocked=factories.reader(), side="requester", since=now)
    return World(copy, photo, loan, job, request, ask, lending, handover, group, note, block)
