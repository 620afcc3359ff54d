"""What this app, and the CMS and sign-in that it brings, keep of persons; `library_bridge.keeping` says how to read it."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.models import ModelLogEntry

from library_bridge.keeping import Forget, Rows, Topic
from library_bridge.models import EmbeddedPatron, LibraryLoan, Patron, Reader

TOPICS = (
    Topic(
        "account",
        _("Your account: display name, pseudonym, area, department, language, and what you have chosen for the pages."),
        _("So that you find your things again, and so that the other side has a name for you once both have agreed."),
        _("Until you erase your account."),
    ),
    Topic(
        "mail_address",
        _("Your mail address, if you give one."),
        _("Only the service’s own mails go there."),
        _("Until you remove it on your page, or erase your account."),
    ),
    Topic(
        "card",
        _(
            "The number of your library card, whether it is blocked, and a fingerprint of the campus account that opens it."
        ),
        _(
            "To ask the library system for your loans and to have a loan moved. Your PIN goes there and is not kept here."
        ),
        _("Until you erase your account. What the library’s own system keeps is for the library to say."),
    ),
    Topic(
        "library_loans",
        _("Your library loans, as the library system told them last, and loans that were moved from card to card."),
        _("So that others can ask for them, and so that a transfer is done once and can be followed."),
        _("Once a book has gone back, its title is forgotten after %(days)s days."),
        "history",
    ),
    Topic(
        "sign_ins",
        _("When you last signed in, and the session that keeps you signed in."),
        _("So that you need not type your PIN on each page, and can be signed out everywhere."),
        _("The session %(days)s days at most, on a shared computer ten minutes."),
        "sessions",
    ),
    Topic(
        "staff_work",
        _("What staff do in the admin, and that your card was served or looked up there, never with a title."),
        _("So that it can be seen who changed or looked at what."),
        _("%(days)s days."),
        "staff_log",
    ),
)

_DATE, _LIBRARY = pgettext_lazy("column", "date"), _("library")


_NO_BOOK = {"title": "", "creators": "", "isbn13": "", "call_number": "", "barcode": ""}
_NO_ITEM = {"barcode": "", "reason_text": "", "settled_because": ""}


def _gone(pk: int) -> str:
    return f"gone-{pk}"


def _unusable(pk: int) -> str:
    return make_password(None)


ROWS = (
    Rows(
        "library_bridge.Reader", ("pk",), "account",
        {
            "username": _("name of the account"), "display_name": _("display name"), "pseudonym": _("pseudonym"),
            "first_name": _("first name"), "last_name": _("last name"), "area__name_en": _("area"), "department": _("department"),
            "language": _("language"), "theme": _("appearance"), "date_joined": _("here since"),
            "leaderboard_opt_in": _("takes part in leaderboards"),
            "suggestions_opt_in": _("takes part in suggestions"), "keeps_history": _("keeps the history of lendings"),
        },
        ("password", "is_superuser", "is_staff", "is_active", "groups", "user_permissions"),
        {
            "username": _gone, "password": _unusable, "display_name": "", "pseudonym": "", "first_name": "", "last_name": "",
            "area": None, "department": "", "language": "", "leaderboard_opt_in": False,
            "suggestions_opt_in": False, "keeps_history": False, "is_active": False,
        },
    ),
    Rows("library_bridge.Reader", ("pk",), "mail_address", {"email": _("mail address")}, erased={"email": ""}),
    Rows("library_bridge.Reader", ("pk",), "sign_ins", {"last_login": _("last sign-in")}, erased={"last_login": None}),
    Rows(
        "library_bridge.Patron", ("reader",), "card",
        {
            "library__code": _LIBRARY, "card_number": _("card number"), "blocked_reason": _("why the card is blocked"),
            "checked_at": _("asked on"), "loans_checked_at": _("loans asked on"),
        },
        erased={"card_number": _gone, "blocked_reason": ""},
    ),
    Rows(
        "library_bridge.CampusAccount", ("patron__reader",), "card",
        {"provider": _("identity provider"), "fingerprint": _("fingerprint"), "linked_at": _("linked on")}, ("patron",),
    ),
    Rows(
        "library_bridge.LibraryLoan", ("patron__reader",), "library_loans",
        {
            "library__code": _LIBRARY, "title": pgettext_lazy("column", "title"), "creators": _("by"), "isbn13": _("ISBN"),
            "barcode": _("barcode"), "call_number": _("call number"), "checked_out_at": _("checked out"), "due_at": _("due"),
            "checked_at": _("asked on"), "closed_at": _("gone back or moved on"),
        },
        ("renewable", "renewals_left", "hold_count", "recalled", "renewing_until"),
        _NO_BOOK, Forget("history", "closed_at", _NO_BOOK),
    ),
    Rows(
        "library_bridge.Transfer", ("giver__reader", "taker__reader"), "library_loans",
        {
            "library__code": _LIBRARY, "reference": _("reference"), "barcode": _("barcode"), "status": _("status"),
            "reason_code": _("reason"), "created_at": _("begun"), "finished_at": _("finished"), "old_due_at": _("due before"),
            "new_due_at": _("due"),
        },
        ("loan", "reason_text", "attempts", "next_try_at", "settled_by", "settled_because"), _NO_ITEM,
        Forget("history", "finished_at", _NO_ITEM),
    ),
    Rows(
        "library_bridge.TransferStep", ("transfer__giver__reader", "transfer__taker__reader"), "library_loans",
        {"kind": _("step"), "status": _("status"), "started_at": _("begun"), "finished_at": _("finished")}, ("transfer", "detail"),
        {"detail": {}}, Forget("history", "finished_at", {"detail": {}}),
    ),
    Rows(
        "wagtailcore.ModelLogEntry", ("user",), "staff_work",
        {"label": _("about"), "action": _("what was done"), "timestamp": _DATE},
        ("content_type", "data", "uuid", "revision", "content_changed", "deleted", "object_id"), {"label": "", "data": {}},
        Forget("staff_log", "timestamp"),
    ),
    Rows(
        "wagtailcore.PageLogEntry", ("user",), "staff_work",
        {"label": _("about"), "action": _("what was done"), "timestamp": _DATE},
        ("content_type", "data", "uuid", "revision", "content_changed", "deleted", "page"), {},
        Forget("staff_log", "timestamp"),
    ),
    Rows(
        "wagtailusers.UserProfile", ("user",), "staff_work",
        {"preferred_language": _("language"), "current_time_zone": _("time zone"), "theme": _("appearance")},
        (
            "submitted_notifications", "approved_notifications", "rejected_notifications", "updated_comments_notifications",
            "avatar", "dismissibles", "contrast", "density", "keyboard_shortcuts",
        ),
    ),
)  # fmt: skip

NOT_PERSONAL = {
    # what the library's own system would hold, in the embedded one's tables: the library's records, not this service's
    "library_bridge.PatronCategory", "library_bridge.ItemType", "library_bridge.CirculationRule", "library_bridge.EmbeddedPatron",
    "library_bridge.EmbeddedRecord", "library_bridge.EmbeddedIsbn", "library_bridge.EmbeddedItem", "library_bridge.EmbeddedLoan",
    "library_bridge.EmbeddedHold",
    "library_bridge.Library", "library_bridge.Area",  # the campus; which staff serve an area is their work
    "library_bridge.RetentionRun",  # how many rows went
    # of the CMS: what staff write and upload there is the library's
    "wagtailcore.Revision", "wagtailcore.UploadedFile", "wagtailcore.WorkflowState", "wagtailcore.TaskState", "wagtailcore.Comment",
    "wagtailcore.CommentReply", "wagtailcore.PageSubscription", "wagtailcore.APIToken", "wagtailcore.Page", "wagtailimages.Image",
    "wagtaildocs.Document", "wagtailadmin.EditingSession", "wagtailadmin.FormState",
    # of single sign-on: no row of these is ever written, the link is a CampusAccount
    "account.EmailAddress", "socialaccount.SocialAccount",
}  # fmt: skip


def erase(reader: Reader, now: datetime) -> None:
    """What the library system still has charged to the card is no loan of this service any more; and the staff's log names
    what it is about, also where that is the reader's card."""
    LibraryLoan.objects.open().filter(patron__reader=reader).update(closed_at=now)
    cards = Patron.objects.filter(reader=reader)
    library_cards = EmbeddedPatron.objects.filter(card_number__in=cards.values("card_number"))
    for model, pks in (
        (Reader, [reader.pk]),
        (Patron, list(cards.values_list("pk", flat=True))),
        (EmbeddedPatron, list(library_cards.values_list("pk", flat=True))),
    ):
        about = ModelLogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))
        about.filter(object_id__in=map(str, pks)).update(label="–", data={})
