"""What the catalogue keeps of persons. The same fields as every app's declaration has."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from personal_catalog.models import Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader


class Topic(NamedTuple):
    code: str
    what: Promise
    why: Promise
    until: Promise
    days: str = ""


class Forget(NamedTuple):
    days: str
    since: str
    leaves: Mapping[str, Any] | None = None


class Rows(NamedTuple):
    model: str
    whose: tuple[str, ...]
    topic: str
    fields: Mapping[str, str | Promise]
    plain: tuple[str, ...] = ()
    erased: Mapping[str, Any] | None = None
    forget: Forget | None = None


TOPICS = (
    Topic(
        "copies",
        _("The books you list, with their state, notes, tags and photos, where they are, and who had them when."),
        _("So that others find them, and so that it is always clear with whom a book is."),
        _(
            "Until you erase your account: notes, tags and photos are deleted, and nobody can see any more whose book it was."
        ),
    ),
    Topic(
        "groups",
        _("In which groups of readers you are, and under what name."),
        _("So that what is shown to a group is seen by its members alone."),
        _("Until you leave the group, or it is closed."),
    ),
    Topic(
        "imports",
        _("Lists of books that you read in, and forms that you sent twice."),
        _("So that an interrupted import goes on, and bad rows can be mended."),
        _("%(days)s days after the import; the copies that came of it stay."),
        "imports",
    ),
    Topic(
        "catalogue_work",
        _("What you add to the catalogue: titles that you were the first to list, suggestions, reports of errors."),
        _("So that librarians can check it and thank you."),
        _(
            "The titles stay. Your part in them is forgotten with your account; what you wrote about errors after %(days)s days."
        ),
        "catalogue_work",
    ),
)

_ON, _BOOK, _NOTE, _STATUS = pgettext_lazy("column", "on"), _("book"), _("note"), _("status")

ROWS = (
    Rows(
        "personal_catalog.Copy", ("owner",), "copies",
        {
            "title__title": _BOOK, "mode": _("lending mode"), "condition": _("state"), "note": _NOTE, "visibility": _("shown to"),
            "area": _("where it is"), "status": _STATUS, "code": _("label"), "source": _("known from"), "created_at": _("listed on"),
            "withdrawn_at": _("withdrawn on"),
        },
        ("holder", "group"), {"note": "", "area": ""},
    ),
    Rows(
        "personal_catalog.Membership", ("reader",), "groups",
        {"group__name": _("group"), "name": _("your name in it"), "joined_at": _ON, "runs_it": _("you run it")}, ("group",),
    ),
    Rows(
        "personal_catalog.CopyPhoto", ("copy__owner",), "copies",
        {"copy__title__title": _BOOK, "large": _("photo"), "taken_at": _ON},
        ("copy", "token", "small", "bytes", "width", "height"),
    ),
    Rows("personal_catalog.ShelfTag", ("reader",), "copies", {"name": _("tag")}, ("key", "copies")),
    Rows(
        "personal_catalog.CustodyRecord", ("to_holder",), "copies",
        {"copy__title__title": _BOOK, "at": _ON, "reason": _("came by")}, ("copy", "previous", "from_holder"), {},
    ),
    Rows(
        "personal_catalog.ImportJob", ("reader",), "imports",
        {
            "format": _("form of the file"), "created_at": _ON, "status": _STATUS, "total": _("rows"), "created": _("copies listed"),
            "failed": _("bad rows"), "finished_at": _("finished on"),
        },
        ("kind", "mode", "visibility", "remarks", "done", "act_by"), forget=Forget("imports", "finished_at"),
    ),
    Rows(
        "personal_catalog.ImportRow", ("job__reader",), "imports",
        {
            "number": _("row"), "isbn13": _("ISBN"), "title": pgettext_lazy("column", "title"), "facts": _("what the file said"),
            "place": _("place in the file"), "problem": _("what was wrong"), "details": _("details"),
        },
        ("job", "status", "traits", "copy"),
    ),
    Rows(
        "personal_catalog.SentForm", ("reader",), "imports", {"sent_at": _ON, "copy__title__title": _BOOK}, ("key", "copy")
    ),
    Rows(
        "personal_catalog.Title", ("created_by",), "catalogue_work", {"title": _BOOK, "created_at": _ON},
        (
            "latest_revision", "locked", "locked_at", "locked_by", "subtitle", "original_title", "creators", "translators",
            "contributors", "publisher", "edition", "series", "series_number", "year", "language", "languages", "extent", "volumes",
            "summary", "subjects", "clc", "ddc", "lcc", "subject_headings", "invalid_isbns", "numbers", "links", "provenance",
            "status", "merged_into", "lookup_pending", "lookup_next_at", "lookup_tries", "updated_at", "passed_on", "match_key",
            "work_key", "cover_seed", "cover",
        ),
        {"created_by": None},
    ),
    Rows(
        "personal_catalog.TitleChange", ("actor",), "catalogue_work",
        {"title__title": _BOOK, "kind": _("what was done"), "reason": _("reason"), "at": _ON}, ("title", "revision", "data"),
        {"actor": None, "reason": ""},
    ),
    Rows(
        "personal_catalog.TitleSuggestion", ("reader",), "catalogue_work",
        {"title__title": _BOOK, "changes": _("suggestion"), "reason": _("reason"), "status": _STATUS, "created_at": _ON},
        ("title", "decided_at", "decided_by"), {"reader": None, "reason": ""},
        Forget("catalogue_work", "decided_at", {"reason": ""}),
    ),
    Rows(
        "personal_catalog.TitleFlag", ("reader",), "catalogue_work",
        {"title__title": _BOOK, "kind": _("what is wrong"), "note": _NOTE, "status": _STATUS, "raised_at": _ON},
        ("title", "decided_at", "decided_by"), {"reader": None, "note": ""}, Forget("catalogue_work", "decided_at", {"note": ""}),
    ),
)  # fmt: skip

NOT_PERSONAL = {
    "personal_catalog.ReaderGroup",  # its name; who is in it stands in Membership
    # the catalogue itself, which is about books, and what librarians decide about it
    "personal_catalog.TitleIsbn", "personal_catalog.TitleNumber", "personal_catalog.TitleMerge", "personal_catalog.LikelyDouble",
    "personal_catalog.FieldConflict", "personal_catalog.CoverSearch", "personal_catalog.CoverPicture",
    "personal_catalog.CurationRound", "personal_catalog.Heading", "personal_catalog.HeadingName",
    "personal_catalog.TitleImport", "personal_catalog.TitleImportProblem",
    # what sources of book data and searches of all readers together have left: words of titles
    "personal_catalog.LookupCache", "personal_catalog.SourceState", "personal_catalog.LocalRecord", "personal_catalog.LocalList",
    "personal_catalog.SearchTerm",
}  # fmt: skip


def erase(reader: "Reader", now: datetime) -> None:
    """A group goes on with its oldest member, or ends with its last."""
    for mine in Membership.objects.filter(reader=reader, runs_it=True).select_related("group"):
        heir = mine.group.memberships.exclude(reader=reader).order_by("joined_at", "pk").first()
        mine.delete()
        if heir is not None:
            heir.runs_it = True
            heir.save(update_fields=["runs_it"])
        else:
            mine.group.closed_at = now
            mine.group.save(update_fields=["closed_at"])
