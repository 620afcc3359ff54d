"""Which titles circulate, told to the search index: of more titles than it looks at for a question it takes these first.

A mark decides what is looked at, never what is shown or can be had, so it may be some minutes late (decision 17).

All that circulate are read each time, though few have changed. What has could be told only by a date of change on copies, loans
and titles alike; they have none, many are written in bulk, and a change that went by unseen would leave a wrong mark for good.
To read the keys of 50,000 takes 40 ms a minute on SQLite and 80 ms on PostgreSQL, and whatever went wrong is right a minute later.
"""

from django.db import transaction

from personal_catalog.models import Title
from personal_catalog.search import index
from sharing import availability
from sharing.models import LoanTitle

IN_ONE_ROUND = 500


def tell_index(*, most: int = IN_ONE_ROUND) -> int:
    """Changes at most so many marks either way; how many."""
    circulating, marked = _circulating(), index.circulating()
    new, over = sorted(index.indexed(circulating - marked))[:most], sorted(marked - circulating)[:most]
    if new or over:
        with transaction.atomic():
            index.mark(new, circulating=True)
            index.mark(over, circulating=False)
    return len(new) + len(over)


def _circulating() -> set[int]:
    """Those of which everyone sees copies or library books, and those of which one that everyone saw was ever passed on. What is
    for a group is not among them, passed on or not: the order of a list would tell strangers of it."""
    of_copies = availability.shown_copies(reader=None).exclude(title__status__in=Title.UNSEEN)
    of_loans = LoanTitle.objects.filter(library_loan__closed_at=None).exclude(title__status__in=Title.UNSEEN)
    passed_on = Title.objects.live().filter(passed_on__gt=0).order_by()
    ids = (of_copies.values_list("title_id"), of_loans.values_list("title_id"), passed_on.values_list("pk"))
    return {pk for rows in ids for (pk,) in rows}
