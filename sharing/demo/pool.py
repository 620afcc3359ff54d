"""What could be asked for at a moment of the story."""

from collections.abc import Iterable

from django.db.models import QuerySet

from library_bridge.models import Reader
from personal_catalog.models import Copy, Title
from sharing import holdings, policies
from sharing.demo.campus import Campus
from sharing.demo.cast import Cast
from sharing.holdings import CopyHolding, Holding
from sharing.models import LoanTitle, Request

A_LOOK = 40  # titles looked at for one wish


class Pool:
    def __init__(self, campus: Campus, cast: Cast) -> None:
        self.campus, self.cast = campus, cast
        self.spared: set[int] = set()
        """Titles of which a persona will have a loan in the end."""

    def a_free_title(self) -> int:
        """Of which somebody has something to lend now; 0 when the look found none."""
        known = sorted(self._held() - self.of_personas() - self.spared)
        looked_at = self.campus.random.sample(known, min(A_LOOK, len(known)))
        titles = sorted({h.title_id for h in self.lasting(looked_at) if h.free})
        return self.campus.random.choice(titles) if titles else 0

    def a_title_nobody_has(self) -> int:
        known = self._held() | set(self._later()) | self.spared
        titles = Title.objects.live().exclude(pk__in=known).order_by("pk").values_list("pk", flat=True)
        return self.campus.random.choice(list(titles))

    def titles_held_by(self, *numbers: int) -> list[int]:
        """Titles which so many readers could lend now, none of them a persona, nobody waiting."""
        waited_for = set(Request.objects.live().values_list("title_id", flat=True))
        free: dict[int, set[int]] = {}
        for holding in self.lasting(self._held() - self.of_personas() - self.spared - waited_for):
            if holding.free:
                free.setdefault(holding.title_id, set()).add(holding.holder.pk)
        return sorted(title for title, holders in free.items() if len(holders) in numbers)

    def of_reader(self, reader: Reader, *, kind: str = "personal_copy", mode: str = "lend") -> list[Holding]:
        """What this reader could lend now and nobody has asked for."""
        copies = Copy.objects.lendable().filter(holder=reader).values_list("title_id", flat=True)
        loans = _open_loans().filter(library_loan__patron__reader=reader).values_list("title_id", flat=True)
        asked = Request.objects.live().values_list("title_id", flat=True)
        found = self.lasting(({*copies, *loans} - set(self._later())).difference(asked))
        return [h for h in found if h.free and h.holder.pk == reader.pk and (h.kind, h.mode) == (kind, mode)]

    def lasting(self, titles: Iterable[int]) -> list[Holding]:
        """Without the copies that will be listed later only."""
        found = holdings.of_titles(titles, reader=None, policy=policies.current(), now=self.campus.clock)
        return [h for h in found if not (isinstance(h, CopyHolding) and h.copy.created_at > self.campus.clock)]

    def _held(self) -> set[int]:
        copies = Copy.objects.lendable().filter(created_at__lte=self.campus.clock).values_list("title_id", flat=True)
        return {*copies, *_open_loans().values_list("title_id", flat=True)} - set(self._later())

    def is_complete(self, title_id: int) -> bool:
        """No copy of it will be listed later only: the service would ask its owner, too."""
        return not self._later().filter(title_id=title_id).exists()

    def _later(self) -> QuerySet[Copy, int]:
        return Copy.objects.filter(created_at__gt=self.campus.clock).values_list("title_id", flat=True)

    def of_personas(self) -> set[int]:
        copies = Copy.objects.filter(holder__in=self.cast.personas).values_list("title_id", flat=True)
        own = Copy.objects.filter(owner__in=self.cast.personas).values_list("title_id", flat=True)
        loans = _open_loans().filter(library_loan__patron__reader__in=self.cast.personas)
        return {*copies, *own, *loans.values_list("title_id", flat=True)}


def _open_loans() -> QuerySet[LoanTitle]:
    return LoanTitle.objects.filter(library_loan__closed_at=None)
