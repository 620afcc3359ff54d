"""Who can be signed in with one tap on the demo campus (DEMO=1 only)."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEMO_LIBRARY = "demo"


@dataclass(frozen=True, slots=True)
class Persona:
    """A reader is found by the card, staff by the user name."""

    code: str
    name: str
    says: str | Promise
    card_number: str = ""

    @property
    def is_staff(self) -> bool:
        return not self.card_number

    @property
    def lookup(self) -> Q:
        if self.is_staff:
            return Q(username=self.code, is_staff=True)
        return Q(patrons__library__code=DEMO_LIBRARY, patrons__card_number=self.card_number)


PERSONAS = (
    Persona("alice", "Alice", _("has library loans and passes books on"), "2023000001"),
    Persona("bob", "Bob", _("is looking for books"), "2023000002"),
    Persona("charlie", "Charlie", _("a reader like any other"), "2023000003"),
    Persona("lin", "Lin", _("librarian with all rights")),
    Persona("branch", "Branch", _("librarian of one branch")),
)
