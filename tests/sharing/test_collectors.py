"""Somebody else collects: a link that shows a code and nothing else, used once, and the taker stays answerable (C6, T-C1, T-C3)."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from library_bridge.models import LibraryLoan, Transfer
from sharing import collecting, collectors, handovers, notices
from sharing.errors import Denied, IllegalTransition, NotFound, WrongCode
from sharing.models import Collector, DomainEvent, Lending
from tests.sharing import browsers, steps
from tests.sharing.api.clients import Api
from tests.sharing.conftest import World
from tests.sharing.test_deposits import arranged


@pytest.fixture
def lending(world: World) -> Lending:
    """Agreed, with a meeting."""
    found = steps.agreed(world)
    steps.arranged(found, now=world.now)
    return found


def name(world: World, lending: Lending) -> Collector:
    return collectors.name_collector(lending_id=lending.pk, actor=world.bob, now=world.now)


def collect(world: World, lending: Lending, pin: str) -> Lending:
    return collecting.confirm_collected(lending_id=lending.pk, actor=world.alice, pin=pin, now=world.now)


def token_of(row: Collector) -> str:
    return collectors.address_of(row).rstrip("/").rsplit("/", 1)[1]


def told(world: World) -> list[str]:
    rows = notices.for_list(world.alice).filter(event__kind__startswith="collector")
    return [notices.sentence(row, world.alice).text for row in rows]


def test_c6_with_the_collectors_code_both_have_confirmed(world: World, lending: Lending) -> None:
    row = name(world, lending)
    assert "Somebody else comes for" in told(world)[0]
    done = collect(world, lending, collectors.pin_of(row))
    world.copy.refresh_from_db()
    assert (done.status, done.taker, world.copy.holder) == ("on_loan", world.bob, world.bob)
    handover = done.handovers.get()
    assert handover.giver_confirmed_at == handover.taker_confirmed_at == world.now
    assert DomainEvent.objects.filter(kind="collector.named", actor=world.bob).exists()
    assert DomainEvent.objects.filter(kind="collector.came", actor=world.alice).exists()


def test_s4_the_same_code_again_gives_the_same_and_another_nothing(world: World, lending: Lending) -> None:
    pin = collectors.pin_of(name(world, lending))
    assert collect(world, lending, pin) == collect(world, lending, pin)
    with pytest.raises(IllegalTransition):
        collect(world, lending, "000000" if pin != "000000" else "111111")
    assert DomainEvent.objects.filter(kind="lending.handed_over").count() == 1


def test_a_library_loan_goes_to_the_takers_card(world: World, loan: LibraryLoan, library_agrees: object) -> None:
    lending = steps.agreed(world, holding=f"loan-{loan.pk}")
    steps.arranged(lending, now=world.now)
    done = collect(world, lending, collectors.pin_of(name(world, lending)))
    assert done.status == "transferring"
    assert Transfer.objects.get().taker.reader == world.bob


def test_what_can_be_no_code_costs_no_try(world: World, lending: Lending) -> None:
    row = name(world, lending)
    with pytest.raises(WrongCode, match="six digits"):
        collect(world, lending, "12345")
    row.refresh_from_db()
    assert row.wrong_tries == 0


def test_t_c1_five_wrong_tries_kill_the_code_and_a_new_link_has_another(world: World, lending: Lending) -> None:
    row = name(world, lending)
    pin = collectors.pin_of(row)
    wrong = f"{(int(pin) + 1) % 1_000_000:06d}"
    for _try in range(5):
        with pytest.raises(WrongCode):
            collect(world, lending, wrong)
    with pytest.raises(WrongCode, match="no longer counts"):
        collect(world, lending, pin)
    again = name(world, lending)
    assert collectors.pin_of(again) != pin
    assert collect(world, lending, collectors.pin_of(again)).status == "on_loan"


def test_links_for_one_book_are_limited(world: World, lending: Lending, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collectors, "MOST_NAMED", 1)
    name(world, lending)
    collectors.revoke_collector(lending_id=lending.pk, actor=world.bob, now=world.now)
    with pytest.raises(Denied):
        name(world, lending)


def test_taken_back_it_counts_no_more_and_the_giver_is_told(world: World, lending: Lending) -> None:
    row = name(world, lending)
    token = token_of(row)
    assert collectors.shown(token) is not None
    collectors.revoke_collector(lending_id=lending.pk, actor=world.bob, now=world.now)
    collectors.revoke_collector(lending_id=lending.pk, actor=world.bob, now=world.now)
    assert collectors.shown(token) is None
    with pytest.raises(IllegalTransition):
        collect(world, lending, collectors.pin_of(row))
    assert "after all" in told(world)[0]


def test_only_the_taker_names_and_only_the_giver_confirms(world: World, lending: Lending) -> None:
    with pytest.raises(Denied):
        collectors.name_collector(lending_id=lending.pk, actor=world.alice, now=world.now)
    pin = collectors.pin_of(name(world, lending))
    for who in (world.bob, world.charlie):
        with pytest.raises(NotFound):
            collecting.confirm_collected(lending_id=lending.pk, actor=who, pin=pin, now=world.now)


def test_c7_once_handed_over_nobody_is_named(world: World, lending: Lending) -> None:
    row = name(world, lending)
    steps.confirm(lending.handovers.get(), now=world.now)
    assert collectors.shown(token_of(row)) is None
    with pytest.raises(IllegalTransition):
        name(world, lending)


def test_the_takers_own_code_works_as_before(world: World, lending: Lending) -> None:
    name(world, lending)
    code = handovers.issue_code(handover_id=lending.handovers.get().pk, actor=world.alice, now=world.now)
    done = handovers.confirm_handover(
        handover_id=lending.handovers.get().pk, actor=world.bob, pin=code.pin, now=world.now + timedelta(minutes=1)
    )
    assert done.lending.status == "on_loan"


def test_t_c3_the_pages_lead_from_the_consent_to_the_handover(world: World, lending: Lending) -> None:
    bob, alice, page = browsers.of(world.bob), browsers.of(world.alice), f"/lendings/{lending.pk}/collector/"
    assert "you answer for it" in browsers.seen(bob, page)
    assert not Collector.objects.exists()
    bob.post(page)
    (link,) = set(re.findall(r'href="[^"]*(/collect/[^"]+)"', browsers.seen(bob, page)))
    behind = Client(headers={"accept-language": "en"}).get(link)
    shown = browsers.text(behind)
    pin = collectors.pin_of(Collector.objects.get())
    assert f"{pin[:3]} {pin[3:]}" in shown
    assert not any(word in shown for word in ("拖延心理学", "Alice", "Bob", "West gate"))
    assert behind["Cache-Control"] == "no-store, private"
    assert Client().get(link[:-3] + "xx/").status_code == 404
    with browsers.at(world.now):
        assert "Somebody else comes with the code" in browsers.seen(alice, lending.get_absolute_url())
        assert alice.get(page).status_code == 404
        alice.post(f"/lendings/{lending.pk}/collected/", {"pin": pin})
    lending.refresh_from_db()
    assert lending.status == "on_loan"
    assert Client(headers={"accept-language": "en"}).get(link).status_code == 404


def test_t_c2_the_square_leads_the_giver_to_the_one_button(world: World, lending: Lending) -> None:
    row = name(world, lending)
    code = collectors.shown(token_of(row))
    assert code is not None
    path = code.qr[code.qr.index("/collected/") :]
    assert browsers.of(world.charlie).get(path).status_code == 404
    client = browsers.of(world.alice)
    assert "Confirm the handover" in browsers.seen(client, path)
    with browsers.at(world.now):
        client.post("/collected/", {"code": path.partition("code=")[2]})
        again = client.post("/collected/", {"code": path.partition("code=")[2]})  # S4
        assert again["Location"] == client.get(path)["Location"] == lending.get_absolute_url()
        assert browsers.of(world.charlie).get(path).status_code == 404
    lending.refresh_from_db()
    assert lending.status == "on_loan"


def test_by_courier_nobody_else_comes_and_both_are_told(world: World, lending: Lending) -> None:
    row = name(world, lending)
    arranged(lending, now=world.now, place="Parcel station", method="courier")
    assert collectors.shown(token_of(row)) is None
    assert "nobody else collects it" in told(world)[0]
    with browsers.at(world.now):
        bob, page = browsers.of(world.bob), lending.get_absolute_url()
        seen = browsers.seen(bob, page)
        assert "Nobody else collects it any more" in seen
        assert "/collector/" not in seen
        assert "A parcel goes where you have said" in browsers.seen(bob, f"/lendings/{lending.pk}/collector/")
    with pytest.raises(Denied, match="A parcel goes"):
        name(world, lending)
    arranged(lending, now=world.now, place="East gate", method="in_person")
    assert name(world, lending).serial == row.serial + 1


def test_the_api_names_takes_back_and_confirms(world: World, lending: Lending) -> None:
    path = f"/lendings/{lending.pk}/collector"
    assert Api(world.bob).get(path).status_code == 404
    assert "/collect/" in Api(world.bob).call("PUT", path).json()["url"]
    assert Api(world.alice).get(path).status_code == 404
    assert Api(world.bob).delete(path).status_code == 204
    Api(world.bob).call("PUT", path)
    pin = collectors.pin_of(Collector.objects.get())
    done = Api(world.alice).post(f"/lendings/{lending.pk}/collected", {"pin": pin}).json()
    assert done["status"] == "on_loan"
