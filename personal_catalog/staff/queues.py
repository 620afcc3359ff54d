"""The curators' queues: which titles wait for what, how many, and what each row shows and offers."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from personal_catalog import doubles, suggesting, titles
from personal_catalog.lookup.sources import label
from personal_catalog.models import FieldConflict, LikelyDouble, Title, TitleFlag, TitleIsbn, TitleSuggestion
from personal_catalog.sentences import field_label
from personal_catalog.staff.words import plain

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as Reader

MOST_SHOWN = 20
MOST_COUNTED = 1_000
OWN_FLAG = gettext_lazy("You flagged this yourself. Another curator says whether it has been seen to.")
EDIT = "wagtailsnippets_personal_catalog_title:edit"


class Act(NamedTuple):
    """A button or, without `post`, a link; `key` is pressed for it."""

    label: str
    url: str
    key: str
    post: dict[str, str] | None = None
    quiet: bool = True


@dataclass(frozen=True)
class Row:
    title: Title
    notes: list[str] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    other: Title | None = None
    asked_by: int | None = None
    """The reader whose word it is, where nobody decides their own: they are shown `own` instead."""
    own: "Row | None" = None

    def shown(self, *, to: "Reader") -> "Row":
        return self.own if self.own and self.asked_by == to.pk else self


@dataclass(frozen=True)
class Queue:
    code: str
    label: str | Promise
    icon: str
    waiting: Callable[[], QuerySet[Any]]
    rows: Callable[[QuerySet[Any]], list[Row]]
    pressing: bool = True
    """Somebody waits, or readers are misled: its count is red."""

    def count(self) -> int:
        """Up to a thousand: more than that nobody counts."""
        return self.waiting().order_by()[:MOST_COUNTED].count()

    def shown(self, *, to: "Reader") -> list[Row]:
        return [row.shown(to=to) for row in self.rows(self.waiting()[:MOST_SHOWN])]


def edit(title: Title, *, key: str = "e") -> Act:
    return Act(_("Edit"), reverse(EDIT, args=[title.pk]), key)


def merging(*ids: int) -> str:
    """Wagtail's page for a bulk action: here with two or more records compared before they become one."""
    chosen = "&".join(f"id={pk}" for pk in ids)
    back = reverse("catalog-queue")
    return f"{reverse('wagtail_bulk_action', args=['personal_catalog', 'title', 'merge'])}?{chosen}&next={back}"


def _with_isbns(rows: QuerySet[Title]) -> QuerySet[Title]:
    return rows.prefetch_related(Prefetch("isbns", TitleIsbn.objects.order_by("sort", "pk")))


def _typed() -> QuerySet[Title]:
    pending = Title.objects.filter(status=Title.Status.PENDING).order_by("created_at", "pk")
    return _with_isbns(pending.annotate(copy_count=Count("copies")))


def _typed_rows(found: Iterable[Any]) -> list[Row]:
    return [
        Row(
            title,
            acts=[
                Act(_("Approve"), reverse("catalog-approve", args=[title.pk]), "a", {}, quiet=False),
                edit(title),
                Act(_("Merge into…"), reverse("catalog-merge", args=[title.pk]), "m"),
                Act(pgettext("title", "Reject…"), reverse("catalog-reject", args=[title.pk]), "r"),
            ],
        )
        for title in found
    ]


def _corrections() -> QuerySet[TitleSuggestion]:
    rows = TitleSuggestion.objects.filter(status=TitleSuggestion.Status.OPEN)
    return rows.select_related("title", "reader").prefetch_related("title__isbns")


def _correction_rows(found: Iterable[Any]) -> list[Row]:
    return [
        Row(
            row.title,
            notes=[row.reason] if row.reason else [],
            changes=_changes(row),
            acts=[
                _post(pgettext("suggestion", "Accept"), "catalog-decide", row.pk, "a", accept="", quiet=False),
                _post(pgettext("suggestion", "Decline"), "catalog-decide", row.pk, "x", decline=""),
                edit(row.title),
            ],
        )
        for row in found
    ]


def _changes(row: TitleSuggestion) -> list[tuple[str, str, str]]:
    now_says = titles.as_facts(row.title)
    return [
        (field_label(name), plain(getattr(now_says, name, "")), plain(value)) for name, value in row.changes.items()
    ]


def _post(says: str, url: str, pk: int, key: str, *, quiet: bool = True, **data: str) -> Act:
    return Act(says, reverse(url, args=[pk]), key, data, quiet)


def _flagged() -> QuerySet[TitleFlag]:
    return (
        TitleFlag.objects.filter(status=TitleFlag.Status.OPEN).select_related("title").prefetch_related("title__isbns")
    )


def _flag_rows(found: Iterable[Any]) -> list[Row]:
    return [_flag_row(row) for row in found]


def _flag_row(flag: TitleFlag) -> Row:
    says = [flag.get_kind_display(), *([f"“{flag.note}”"] if flag.note else [])]
    mend = [
        edit(flag.title),
        Act(pgettext("title", "Split…"), reverse("catalog-split", args=[flag.title_id]), "s"),
        Act(_("Merge into…"), reverse("catalog-merge", args=[flag.title_id]), "m"),
    ]
    settle = _post(pgettext("flag", "Seen to"), "catalog-flag", flag.pk, "a", settled="", quiet=False)
    dismiss = _post(pgettext("flag", "Nothing to do"), "catalog-flag", flag.pk, "x", dismissed="")
    withdraw = _post(pgettext("flag", "Withdraw"), "catalog-flag", flag.pk, "x", withdraw="")
    own = Row(flag.title, notes=[*says, str(OWN_FLAG)], acts=[*mend, withdraw])
    return Row(flag.title, notes=says, acts=[settle, *mend, dismiss], asked_by=flag.reader_id, own=own)


def _doubles() -> QuerySet[LikelyDouble]:
    return doubles.waiting().prefetch_related("first__isbns", "second__isbns")


def _double_rows(found: Iterable[Any]) -> list[Row]:
    return [
        Row(
            row.first,
            other=row.second,
            notes=[row.get_why_display()],
            acts=[
                Act(_("Compare and merge…"), merging(row.first_id, row.second_id), "m", quiet=False),
                _post(_("Not the same"), "catalog-double", row.pk, "x"),
            ],
        )
        for row in found
    ]


def _conflicts() -> QuerySet[FieldConflict]:
    rows = FieldConflict.objects.filter(status=FieldConflict.Status.OPEN).exclude(title__status__in=Title.UNSEEN)
    return rows.select_related("title").prefetch_related("title__isbns")


def _conflict_rows(found: Iterable[Any]) -> list[Row]:
    return [
        Row(
            row.title,
            notes=[_("%(source)s says otherwise") % {"source": label(row.source)}],
            changes=[(field_label(row.field), plain(getattr(row.title, row.field)), plain(row.value))],
            acts=[
                _post(_("Take over"), "catalog-conflict", row.pk, "a", take=""),
                _post(_("Keep ours"), "catalog-conflict", row.pk, "x", keep=""),
                edit(row.title),
            ],
        )
        for row in found
    ]


def _without(lack: Q) -> Callable[[], QuerySet[Title]]:
    """What is passed on most comes first: there a subject helps most readers."""
    return lambda: _with_isbns(Title.objects.filter(lack, status=Title.Status.APPROVED).order_by("-passed_on", "pk"))


def _uncovered_rows(found: Iterable[Any]) -> list[Row]:
    return [
        Row(title, acts=[Act(_("Choose a cover…"), reverse("catalog-cover", args=[title.pk]), "c"), edit(title)])
        for title in found
    ]


def _proposing(name: str) -> Callable[[Iterable[Any]], list[Row]]:
    def rows(found: Iterable[Any]) -> list[Row]:
        shown = list(found)
        proposed = suggesting.of_titles(shown, name)
        return [Row(title, acts=[*_proposals(title, proposed[title.pk]), edit(title)]) for title in shown]

    return rows


def _proposals(title: Title, proposed: list[suggesting.Proposal]) -> list[Act]:
    return [
        Act(f"{one.value} · {one.why}", reverse("catalog-propose", args=[title.pk]), str(number),
            {"field": one.field, "value": one.value, "why": one.why})
        for number, one in enumerate(proposed, 1)
    ]  # fmt: skip


QUEUES = (
    Queue("typed", gettext_lazy("Typed by hand"), "edit", _typed, _typed_rows),
    Queue("corrections", gettext_lazy("Suggested corrections"), "comment", _corrections, _correction_rows),
    Queue("flags", gettext_lazy("Flagged by readers"), "warning", _flagged, _flag_rows),
    Queue("doubles", gettext_lazy("Likely duplicates"), "copy", _doubles, _double_rows),
    Queue("conflicts", gettext_lazy("Conflicting sources"), "resubmit", _conflicts, _conflict_rows),
    Queue(
        "no-subject",
        pgettext_lazy("queue", "No subject"),
        "tag",
        _without(Q(subjects=[])),
        _proposing("subjects"),
        False,
    ),
    Queue(
        "no-class", pgettext_lazy("queue", "No class"), "list-ol", _without(Q(clc="", ddc="")), _proposing("clc"), False
    ),
    Queue("no-cover", pgettext_lazy("queue", "No cover"), "image", _without(Q(cover=None)), _uncovered_rows, False),
)
BY_CODE = {queue.code: queue for queue in QUEUES}
