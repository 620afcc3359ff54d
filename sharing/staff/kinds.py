"""The kinds of events in staff's words. They say by which role, never by whom; messages have no place here (T-L8)."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from sharing.models import DomainEvent

PRIVATE = ("message.sent", "block.put", "block.lifted", "holding.kept", "holding.open", "kept.claimed")

KINDS: dict[str, Promise] = {
    "request.placed": pgettext_lazy("event", "Requested"),
    "request.matched": pgettext_lazy("event", "Request matched"),
    "request.widened": pgettext_lazy("event", "Request put to all holders of the title"),
    "request.merged": pgettext_lazy("event", "Second request ended by a merge"),
    "request.reopened": pgettext_lazy("event", "Request open again"),
    "request.paused": pgettext_lazy("event", "Request paused"),
    "request.resumed": pgettext_lazy("event", "Request resumed"),
    "request.turn_passed": pgettext_lazy("event", "Another let go first"),
    "request.fulfilled": pgettext_lazy("event", "Request fulfilled"),
    "request.unfilled": pgettext_lazy("event", "Request ended without a book"),
    "request.cancelled": pgettext_lazy("event", "Request cancelled"),
    "ask.sent": pgettext_lazy("event", "Holder asked"),
    "ask.reminded": pgettext_lazy("event", "Holder reminded"),
    "ask.accepted": pgettext_lazy("event", "Holder agreed"),
    "ask.declined": pgettext_lazy("event", "Holder declined"),
    "ask.lapsed": pgettext_lazy("event", "Holder did not answer"),
    "ask.withdrawn": pgettext_lazy("event", "Ask withdrawn"),
    "lending.agreed": pgettext_lazy("event", "Lending agreed"),
    "lending.cancelled": pgettext_lazy("event", "Lending cancelled"),
    "lending.no_show": pgettext_lazy("event", "Not handed over in time"),
    "lending.handed_over": pgettext_lazy("event", "Handed over"),
    "lending.transferring": pgettext_lazy("event", "Transfer begun"),
    "lending.needs_librarian": pgettext_lazy("event", "A librarian called"),
    "lending.still_waiting": pgettext_lazy("event", "Still waiting"),
    "lending.on_loan": pgettext_lazy("event", "Loan begun"),
    "lending.due_soon": pgettext_lazy("event", "Borrower reminded"),
    "lending.overdue": pgettext_lazy("event", "Overdue"),
    "lending.extended": pgettext_lazy("event", "Extended"),
    "lending.returning": pgettext_lazy("event", "Return begun"),
    "lending.return_waits": pgettext_lazy("event", "Both reminded of the return"),
    "lending.completed": pgettext_lazy("event", "Lending completed"),
    "lending.disputed": pgettext_lazy("event", "Problem reported"),
    "lending.settled": pgettext_lazy("event", "Settled by a librarian"),
    "lending.rated": pgettext_lazy("event", "Exchange rated by one side"),
    "lending.looked_up": pgettext_lazy("event", "Readers looked up by a librarian"),
    "handover.proposed": pgettext_lazy("event", "Meeting proposed"),
    "handover.agreed": pgettext_lazy("event", "Meeting agreed"),
    "handover.replaced": pgettext_lazy("event", "Another meeting proposed"),
    "handover.missed": pgettext_lazy("event", "Meeting did not take place"),
    "handover.code_issued": pgettext_lazy("event", "Code shown"),
    "handover.deposited": pgettext_lazy("event", "Left at the drop point"),
    "handover.waits": pgettext_lazy("event", "Reminded to collect it"),
    "handover.left": pgettext_lazy("event", "Giver reminded to take it back"),
    "handover.not_there": pgettext_lazy("event", "Not found at the drop point by its giver"),
    "handover.given_up": pgettext_lazy("event", "Not fetched from the drop point"),
    "handover.looked_into": pgettext_lazy("event", "Looked into by a librarian"),
    "handover.taken_back": pgettext_lazy("event", "Taken back by the giver"),
    "handover.sent": pgettext_lazy("event", "Sent by courier"),
    "handover.arriving": pgettext_lazy("event", "Asked whether it has arrived"),
    "handover.corrected": pgettext_lazy("event", "Carrier or tracking number corrected"),
    "holding.offered": pgettext_lazy("event", "Book offered"),
    "holding.offer_ended": pgettext_lazy("event", "Offer taken back"),
    "consent.given": pgettext_lazy("event", "Standing consent given"),
    "consent.ended": pgettext_lazy("event", "Standing consent ended"),
    "absence.set": pgettext_lazy("event", "Reader away"),
    "absence.ended": pgettext_lazy("event", "Reader back"),
    "free_times.set": pgettext_lazy("event", "Free times set"),
    "holding.rests": pgettext_lazy("event", "Book not to be asked for now"),
    "holding.wakes": pgettext_lazy("event", "Book to be asked for again"),
    "flag.raised": pgettext_lazy("event", "Something reported"),
    "flag.looked": pgettext_lazy("event", "Reported passage looked at"),
    "flag.decided": pgettext_lazy("event", "Report decided"),
    "flag.reminded": pgettext_lazy("event", "Moderators reminded of reports"),
    "moderation.hidden": pgettext_lazy("event", "Hidden after a report"),
    "moderation.warned": pgettext_lazy("event", "Warned after a report"),
    "moderation.suspended": pgettext_lazy("event", "Kept from conversations after a report"),
    "note.written": pgettext_lazy("event", "Note on a title written"),
    "note.changed": pgettext_lazy("event", "Note on a title changed"),
    "note.withdrawn": pgettext_lazy("event", "Note on a title withdrawn"),
    "note.flagged": pgettext_lazy("event", "Note on a title reported"),
    "note.hidden": pgettext_lazy("event", "Note on a title hidden"),
    "note.shown": pgettext_lazy("event", "Note on a title shown again"),
    "collector.named": pgettext_lazy("event", "Somebody else named to collect"),
    "collector.revoked": pgettext_lazy("event", "Collector taken back"),
    "collector.withdrawn": pgettext_lazy("event", "Collector’s link ended by another way of handing over"),
    "collector.came": pgettext_lazy("event", "Collected by somebody else"),
    "condition.noted": pgettext_lazy("event", "Condition as before"),
    "condition.worse": pgettext_lazy("event", "Condition worse than before"),
    "copy.found": pgettext_lazy("event", "Copy found by a stranger"),
    "outside.noted": pgettext_lazy("event", "Loan outside the service noted"),
    "outside.due": pgettext_lazy("event", "Reminded of a loan outside the service"),
    "outside.closed": pgettext_lazy("event", "Loan outside the service over"),
    "copy.listed": pgettext_lazy("event", "Copy listed"),
    "copy.paused": pgettext_lazy("event", "Copy paused"),
    "copy.resumed": pgettext_lazy("event", "Copy lent again"),
    "copy.withdrawn": pgettext_lazy("event", "Copy taken out of the catalogue"),
    "journey.opened": pgettext_lazy("event", "Journey of a copy begun"),
    "journey.closed": pgettext_lazy("event", "Journey of a copy ended by its owner"),
    "journey.joined": pgettext_lazy("event", "A holder appears in a journey"),
    "journey.left": pgettext_lazy("event", "A holder left a journey"),
    "shelf.opened": pgettext_lazy("event", "Shelf shown to others"),
    "shelf.closed": pgettext_lazy("event", "Shelf shown no longer"),
    "shelf.followed": pgettext_lazy("event", "A shelf is followed"),
    "shelf.unfollowed": pgettext_lazy("event", "A shelf is followed no longer"),
    "shelf.grew": pgettext_lazy("event", "Followers told of new books"),
    "group.made": pgettext_lazy("event", "Group made"),
    "group.link_made": pgettext_lazy("event", "Invitation to a group made"),
    "group.link_revoked": pgettext_lazy("event", "Invitation to a group revoked"),
    "group.joined": pgettext_lazy("event", "Group joined"),
    "group.put_in": pgettext_lazy("event", "Readers put into a group by the library"),
    "group.member_renamed": pgettext_lazy("event", "Name in a group changed"),
    "group.left": pgettext_lazy("event", "Group left"),
    "group.removed": pgettext_lazy("event", "Member of a group removed"),
    "group.handed_on": pgettext_lazy("event", "Group handed on"),
    "group.closed": pgettext_lazy("event", "Group closed"),
    "title.rejected": pgettext_lazy("event", "Title not taken into the catalogue"),
    "suggestion.accepted": pgettext_lazy("event", "Suggested correction taken"),
    "search.saved": pgettext_lazy("event", "Search saved"),
    "search.matched": pgettext_lazy("event", "Found for a saved search"),
    "search.ended": pgettext_lazy("event", "Saved search ended"),
    "purchase.suggested": pgettext_lazy("event", "Purchase suggested"),
    "purchase.put_first": pgettext_lazy("event", "Purchase suggestion moved up"),
    "purchase.ordered": pgettext_lazy("event", "Suggested book ordered"),
    "standing.answered": pgettext_lazy("event", "Appeal about standing answered"),
    "purchase.declined": pgettext_lazy("event", "Purchase suggestion declined"),
    "purchase.late": pgettext_lazy("event", "Purchase suggestion unanswered in time"),
    "purchase.lapsed": pgettext_lazy("event", "Purchase suggestion lapsed"),
    "purchase.reminded": pgettext_lazy("event", "Librarians reminded of purchase suggestions"),
    "handover.confirmed": pgettext_lazy("event", "Handover confirmed"),
    "data.asked": pgettext_lazy("event", "Own data asked for"),
    "data.taken": pgettext_lazy("event", "Own data downloaded"),
    "data.erasing_asked": pgettext_lazy("event", "Erasing of the account asked for"),
    "data.erasing_taken_back": pgettext_lazy("event", "Account kept after all"),
    "data.history_kept": pgettext_lazy("event", "Own history kept"),
    "data.history_not_kept": pgettext_lazy("event", "Own history kept no longer"),
    "data.erased": pgettext_lazy("event", "Account erased"),
}


def name_of(kind: str) -> str:
    return str(KINDS.get(kind, kind))


def actor_of(event: DomainEvent) -> str:
    """The role, or the librarian's name. Wants `actor`, `lending`, `request` and `ask` loaded."""
    if event.actor is None:
        return _("the service")
    if event.lending is not None and event.actor_id in (event.lending.giver_id, event.lending.taker_id):
        return _("the giver") if event.actor_id == event.lending.giver_id else _("the taker")
    if event.actor.is_staff:
        return str(event.actor)
    if event.ask is not None and event.actor_id == event.ask.holder_id:
        return _("the holder")
    if event.request is not None and event.actor_id == event.request.requester_id:
        return _("the requester")
    return _("a reader")
