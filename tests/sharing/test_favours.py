"""More than the policy gives, once: the rules for it stand here, whoever above pays for it."""

from datetime import timedelta

import pytest

from library_bridge.models import Reader
from sharing import favours, lendings, purchases, requests
from sharing.errors import Denied, NotFound
from sharing.models import DomainEvent, Lending, Notification, PurchaseSuggestion
from tests.sharing import steps
from tests.sharing.conftest import World
from tests.sharing.pages import browser, get

pytestmark = pytest.mark.django_db


def lengthen(world: World, lending: Lending, who: Reader | None = None, *, day: int = 5) -> Lending:
    at = world.now + timedelta(days=day)
    return favours.lengthen_lending(lending_id=lending.pk, days=14, actor=who or world.bob, now=at)


def test_a_lending_lasts_longer_once_beside_its_extension_and_the_owner_is_told(world: World) -> None:
    lending = steps.on_loan(world)
    assert lending.due_at is not None
    lendings.extend_lending(lending_id=lending.pk, actor=world.bob, now=world.now + timedelta(days=4))
    longer = lengthen(world, lending)
    assert (longer.due_at, longer.longer_days) == (lending.due_at + timedelta(days=44), 14)
    assert Notification.objects.filter(reader=world.alice, event__kind="lending.extended").count() == 2
    with pytest.raises(Denied):
        lengthen(world, lending)


def test_its_owner_and_strangers_do_not_make_it_longer(world: World) -> None:
    lending = steps.on_loan(world)
    with pytest.raises(Denied):
        lengthen(world, lending, world.alice)
    with pytest.raises(NotFound):
        lengthen(world, lending, world.charlie)


def test_an_overdue_book_and_one_that_somebody_waits_for_go_back_in_time(world: World) -> None:
    lending = steps.on_loan(world)
    assert [one.pk for one in favours.may_be_lengthened(world.bob, now=world.now)] == [lending.pk]
    with pytest.raises(Denied):
        lengthen(world, lending, day=70)
    requests.place_request(actor=world.charlie, title_id=world.title.pk, now=world.now)
    with pytest.raises(Denied):
        lengthen(world, lending)
    assert favours.may_be_lengthened(world.bob, now=world.now) == []


@pytest.fixture
def suggestions(world: World) -> list[PurchaseSuggestion]:
    """Charlie's has waited a day longer than Bob's."""
    early, late = world.now - timedelta(days=1), world.now
    first = purchases.suggest_purchase(actor=world.charlie, title="先来的书", now=early)
    return [first, purchases.suggest_purchase(actor=world.bob, title="后来的书", now=late)]


def test_a_suggestion_moves_up_in_the_librarians_list_and_says_why(
    world: World, suggestions: list[PurchaseSuggestion]
) -> None:
    done = purchases.suggest_purchase(actor=world.alice, title="答复过的书", now=world.now)
    purchases.order_purchase(suggestion_id=done.pk, actor=world.lin, now=world.now)
    favours.put_purchase_first(suggestion_id=suggestions[1].pk, actor=world.bob, now=world.now)
    page = browser(world.lin).get("/admin/purchases/").content.decode()
    assert page.index("后来的书") < page.index("先来的书") < page.index("答复过的书")
    assert "moved up by its reader" in page
    assert (
        "Its reader had it moved up."
        in browser(world.lin).get(f"/admin/purchases/{suggestions[1].pk}/").content.decode()
    )
    assert "first in the librarians’ list" in get("/wishes/", world.bob, now=world.now)
    assert DomainEvent.objects.filter(kind="purchase.put_first").count() == 1


def test_only_ones_own_open_suggestion_moves_up_and_once(world: World, suggestions: list[PurchaseSuggestion]) -> None:
    with pytest.raises(NotFound):
        favours.put_purchase_first(suggestion_id=suggestions[0].pk, actor=world.bob, now=world.now)
    favours.put_purchase_first(suggestion_id=suggestions[0].pk, actor=world.charlie, now=world.now)
    with pytest.raises(Denied):
        favours.put_purchase_first(suggestion_id=suggestions[0].pk, actor=world.charlie, now=world.now)
    assert [one.pk for one in favours.may_be_put_first(world.bob)] == [suggestions[1].pk]
