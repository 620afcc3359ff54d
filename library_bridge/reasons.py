"""Why a library system or a policy said no: one stable code each, one sentence a reader understands."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

SENTENCES = {
    "hold_by_other": gettext_lazy(
        "Another reader has placed a hold on this book, so it has to go back to the library."
    ),
    "recalled": gettext_lazy("The library has recalled this book, so it has to go back to the library."),
    "item_lost": gettext_lazy("The library’s record says this book is lost. Please ask a librarian."),
    "item_in_transit": gettext_lazy("The library’s record says this book is on its way between branches."),
    "not_for_loan": gettext_lazy("The library does not lend this book to your kind of card."),
    "not_on_loan": gettext_lazy("The library’s record says this book is not on loan."),
    "not_on_givers_card": gettext_lazy("The library’s record says this book is not on the holder’s card."),
    "on_loan_to_other": gettext_lazy("This book is on loan to somebody else."),
    "already_on_card": gettext_lazy("This book is already on your card."),
    "same_card": gettext_lazy("The book is on this card already."),
    "card_blocked": gettext_lazy("This card is blocked. Please ask at the library’s desk."),
    "card_expired": gettext_lazy("This card has expired. Please have it renewed at the library’s desk."),
    "card_lost": gettext_lazy("This card has been reported lost. Please ask at the library’s desk."),
    "loan_limit": gettext_lazy("This card is at its limit. Return one book, then this can move."),
    "fee_required": gettext_lazy("The library asks for a fee first. Please ask at the library’s desk."),
    "renewal_limit": gettext_lazy("This loan can’t be renewed again."),
    "transfer_under_way": gettext_lazy("This book is being passed on to somebody else already."),
    "renewal_pending": gettext_lazy("The library has been asked to renew this loan and has not decided yet."),
    "near_due": gettext_lazy("This loan is due too soon to be passed on. Renew it first, or return it."),
    "overdue": gettext_lazy("This loan is overdue, so it has to go back to the library."),
    "on_shelf": gettext_lazy("This book is on the shelf, so it can be borrowed at once."),
    "hold_exists": gettext_lazy("This card has a hold on this book already."),
    "hold_limit": gettext_lazy("This card has as many holds as it may have."),
    "no_card": gettext_lazy("You have no card of this library here, so it cannot keep a book for you."),
    "no_hold": gettext_lazy("This card has no hold on this book."),
    "unknown_item": gettext_lazy("The library does not know this barcode."),
    "unknown_patron": gettext_lazy("The library does not know this card number."),
    "wrong_pin": gettext_lazy("Card number and PIN do not match."),
    "list_incomplete": gettext_lazy("The library system did not list all loans, so a librarian has to look."),
    "not_confirmed": gettext_lazy("The library system did not confirm the transfer, so a librarian has to look."),
    "unavailable": gettext_lazy("The library system can’t be reached right now."),
    "not_supported": gettext_lazy("The library system has no such function."),
    "settled": gettext_lazy("A librarian has settled this."),
    "seen_at_desk": gettext_lazy("A librarian has looked at the desk where this loan is, and settled it."),
}


def sentence(code: str, *, limit: int | None = None) -> str:
    """In the active language. `limit` is the card's number of loans, told with loan_limit."""
    if code == "loan_limit" and limit is not None:
        return ngettext(
            "This card is at its limit of %(limit)d loan. Return it, then this can move.",
            "This card is at its limit of %(limit)d loans. Return one, then this can move.",
            limit,
        ) % {"limit": limit}
    return str(SENTENCES.get(code) or _("The library system refused. Please ask a librarian."))
