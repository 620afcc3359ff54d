"""What must be true of cards, loans and transfers at all times; see `manage.py check_invariants`."""

from collections.abc import Iterator

from django.db.models import Count, F, Q
from django.db.models.functions import Upper

from library_bridge.models import EmbeddedLoan, Library, LibraryLoan, Patron, Transfer, TransferStep
from library_bridge.registers import Check


def transfers_charged_to_one() -> Iterator[str]:
    """As things stood when the transfer ended: what readers do with the book afterwards is another story."""
    ended = Transfer.objects.filter(
        library__adapter=Library.Adapter.EMBEDDED,
        status__in=[Transfer.Status.DONE, Transfer.Status.REFUSED],
        settled_by__isnull=True,
    ).exclude(barcode="")  # forgotten since (P6)
    for transfer in ended.select_related("giver", "taker").iterator():
        holder = transfer.taker if transfer.status == Transfer.Status.DONE else transfer.giver
        charged = EmbeddedLoan.objects.filter(
            Q(returned_at__isnull=True) | Q(returned_at__gte=transfer.finished_at),
            item__library=transfer.library_id,
            item__barcode=transfer.barcode,
            patron__card_number=holder.card_number,
            checked_out_at__lte=transfer.finished_at,
        )
        if not charged.exists():
            yield f"transfer {transfer.pk} is {transfer.status}, but the item was not charged to patron {holder.pk}"


def transfers_written_once() -> Iterator[str]:
    doubled = (
        TransferStep.objects.filter(kind__in=TransferStep.WRITES)
        .values("transfer", "kind")
        .annotate(times=Count("pk"))
        .filter(times__gt=1)
    )
    for row in doubled.order_by("transfer"):
        yield f"transfer {row['transfer']} has {row['times']} steps {row['kind']}"


def cards_with_two_accounts() -> Iterator[str]:
    folded = Patron.objects.values("library", card=Upper("card_number"))
    doubled = folded.annotate(times=Count("pk")).filter(times__gt=1)
    for row in doubled.order_by("library"):
        yield f"a card of library {row['library']} has {row['times']} accounts"


def transfers_to_oneself() -> Iterator[str]:
    own = Transfer.objects.filter(giver__reader=F("taker__reader"))
    for pk in own.values_list("pk", flat=True):
        yield f"transfer {pk} is from a reader to the same reader"


def items_charged_twice() -> Iterator[str]:
    doubled = EmbeddedLoan.objects.filter(returned_at__isnull=True).values("item").annotate(times=Count("pk"))
    for row in doubled.filter(times__gt=1).order_by("item"):
        yield f"embedded item {row['item']} has {row['times']} open loans"


def loans_shown_twice() -> Iterator[str]:
    shown = LibraryLoan.objects.open().values("library", "barcode").annotate(times=Count("pk"))
    for row in shown.filter(times__gt=1).order_by("library"):
        yield f"item {row['barcode']} of library {row['library']} is shown on {row['times']} cards"


CHECKS = (
    Check("C3", "a finished transfer left the item charged to exactly one of the two cards", transfers_charged_to_one),
    Check("C3", "an item is charged once in the embedded library system", items_charged_twice),
    Check("C3", "an item is shown as charged to one card", loans_shown_twice),
    Check("C5", "one library card is one account", cards_with_two_accounts),
    Check("C5", "no transfer goes to its giver", transfers_to_oneself),
    Check("I3", "a transfer writes each kind at most once", transfers_written_once),
)
