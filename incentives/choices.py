"""What a reader wants of all this: nothing, or badges where others see them."""

from django.db import transaction

from incentives import leaderboards
from incentives.models import ReaderChoice
from library_bridge.models import Reader


def of(reader: Reader) -> ReaderChoice:
    """Not saved where the reader has chosen nothing."""
    return ReaderChoice.objects.filter(reader=reader).first() or ReaderChoice(reader=reader)


@transaction.atomic(durable=True)
def show_badges(*, actor: Reader, on_lists: bool, to_partners: bool) -> None:
    wanted = {"badges_on_lists": on_lists, "badges_to_partners": to_partners}
    ReaderChoice.objects.update_or_create(reader=actor, defaults=wanted)


def switch_off(*, actor: Reader) -> None:
    """No points, lists, badges and rewards to be seen, and on no list oneself. What is earned is still counted, so nothing
    is lost for who comes back."""
    leaderboards.leave(actor=actor)
    wanted = {"sees_points": False, "badges_on_lists": False, "badges_to_partners": False}
    ReaderChoice.objects.update_or_create(reader=actor, defaults=wanted)


def switch_on(*, actor: Reader) -> None:
    ReaderChoice.objects.update_or_create(reader=actor, defaults={"sees_points": True})
