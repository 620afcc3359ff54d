"""When a reader's card lay on the circulation desk: what is kept of it, for its reader to see (P5, T-L2)."""

from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from wagtail.models import ModelLogEntry

from library_bridge.models import EmbeddedPatron, Patron, Reader

LOOKED = "library_bridge.serve_at_desk"


def times_at_desk(reader: Reader, *, most: int) -> list[datetime]:
    """The latest first; who stood behind the desk is the library's to say. Two queries."""
    own = Patron.objects.filter(reader=reader)
    cards = EmbeddedPatron.objects.filter(library__in=own.values("library"), card_number__in=own.values("card_number"))
    about = {str(pk) for pk in cards.values_list("pk", flat=True)}
    rows = ModelLogEntry.objects.filter(
        action=LOOKED, content_type=ContentType.objects.get_for_model(EmbeddedPatron), object_id__in=about
    )
    return list(rows.order_by("-timestamp").values_list("timestamp", flat=True)[:most])
