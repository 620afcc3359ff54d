"""The drop points that librarians offer, and which compartments of one are free."""

import unicodedata
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from sharing import code_tries
from sharing.errors import Denied, LimitReached, SharingError, WrongCode
from sharing.models import Deposit, DropPoint, Handover
from sharing.models.drop_points import LONGEST_LABEL, same_label


def offered() -> list[DropPoint]:
    """One query."""
    rows = DropPoint.objects.filter(is_active=True, place__is_active=True).select_related("place")
    return list(rows.order_by("place__name_zh"))


def of_name(name: str) -> DropPoint:
    """In either language. Raises Denied where none of that name is offered."""
    rows = DropPoint.objects.filter(Q(place__name_zh=name) | Q(place__name_en=name), is_active=True)
    found = rows.select_related("place").first()
    if found is None:
        raise Denied(_("There is no drop point of this name. Choose one of the list."), field="place")
    return found


def free(drop_point: DropPoint) -> list[str]:
    """Labels of compartments into which a book can be put now; empty where there is no list of them."""
    labels = drop_point.labels
    if not drop_point.one_book_each:
        return labels
    taken = set(Deposit.objects.lying().filter(drop_point=drop_point).values_list("compartment", flat=True))
    return [label for label in labels if label not in taken]


def require_compartment(drop_point: DropPoint, named: str) -> str:
    """As the drop point writes it. Raises Denied for one that is not there; whether it is free the database says."""
    named = unicodedata.normalize("NFKC", named).strip()
    if drop_point.labels:
        for label in drop_point.labels:
            if same_label(label) == same_label(named) and len(label) <= LONGEST_LABEL:
                return label
        raise Denied(_("There is no such compartment here. Take its name as it stands on it."), field="compartment")
    if not 0 < len(named) <= LONGEST_LABEL or any(unicodedata.category(c) == "Cc" for c in named):
        raise Denied(_("Say in at most 20 characters where it lies, e.g. “second shelf”."), field="compartment")
    return named


def why_not_shelf_code(handover: Handover, typed: str, now: datetime) -> SharingError | None:
    """None for the code that is written up at the drop point. Inside the caller's transaction, with the handover locked: five
    wrong ones within an hour are the most (T-C1)."""
    assert handover.drop_point is not None
    if lately := code_tries.killed_lately(handover, now):
        again = lately[-1] + timedelta(hours=1)
        return LimitReached(_("Too many wrong shelf codes. Try again in an hour, or use the screen there."), again)
    if handover.wrong_tries >= settings.CODE_TRIES:  # of an hour ago
        handover.wrong_tries = 0
    code = "".join(unicodedata.normalize("NFKC", typed)[:40].split()).upper()
    if constant_time_compare(code, handover.drop_point.shelf_code):
        return None
    code_tries.count(handover, now)
    return WrongCode(_("This is not the code that is written up there. It has six letters and digits."))
