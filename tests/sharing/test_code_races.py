"""Two with one code, two for one place in a group, one through a link that is being revoked, on PostgreSQL. Each has a control
that takes the locks away and must then show the fault."""

import pytest

from personal_catalog.models import Copy, Membership
from sharing import group_links, groups, kiosks, pass_on, pass_on_codes
from sharing.errors import LimitReached, SharingError, WrongCode
from sharing.models import DomainEvent, DropPoint, GroupLink, Kiosk, Lending, MeetingPlace
from tests import factories
from tests.races import together, without_locks
from tests.sharing.conftest import World
from tests.sharing.test_storms import MANY, SOME, _faults, world  # noqa: F401  (the fixture)

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def _two_take_it_now(world: World, copy: Copy) -> bool:  # noqa: F811
    """One has the book, the other hears that the code is over, and only the code: nobody ran against the database's index."""
    pin = pass_on_codes.issue_code(holding_key=copy.key, actor=copy.owner, now=world.now).pin
    takers = [factories.reader(), factories.reader()]
    outcomes = together(
        *[lambda who=who: pass_on.pass_on_now(actor=who, pin=pin, now=world.now) for who in takers]  # type: ignore[misc]
    )
    copy.refresh_from_db()
    lent = [one for one in outcomes if isinstance(one, Lending)]
    over = [one for one in outcomes if isinstance(one, SharingError) and one.code == pass_on_codes.over().code]
    return len(lent) == len(over) == 1 and copy.holder_id == lent[0].taker_id


def test_c2_t_c2_one_code_passes_a_book_on_once(world: World) -> None:  # noqa: F811
    assert _faults(world, _two_take_it_now, rounds=SOME) == 0


def test_control_without_locks_the_second_is_stopped_by_the_index_alone(world: World) -> None:  # noqa: F811
    with without_locks():
        assert _faults(world, _two_take_it_now, rounds=MANY) == 1


def _two_join_for_one_place(world: World, copy: Copy) -> bool:  # noqa: F811
    group = groups.make_group(actor=copy.owner, name="Floor", kind="floor", my_name="Ali", now=world.now)
    link = group_links.make_link(group_id=group.pk, actor=copy.owner, days=7, most=1, now=world.now)
    token = group_links.token_of(link)
    two = [(factories.reader(), "Bo"), (factories.reader(), "Cha")]
    outcomes = together(
        *[
            lambda who=who, name=name: group_links.join_group(token=token, actor=who, name=name, now=world.now)  # type: ignore[misc]
            for who, name in two
        ]
    )
    polite = all(isinstance(one, SharingError) for one in outcomes if isinstance(one, Exception))
    return (
        polite and Membership.objects.filter(group=group).count() == 2 and GroupLink.objects.get(pk=link.pk).used == 1
    )


def test_a_link_for_one_lets_one_in(world: World) -> None:  # noqa: F811
    assert _faults(world, _two_join_for_one_place, rounds=SOME) == 0


def test_control_without_locks_it_lets_two_in(world: World) -> None:  # noqa: F811
    with without_locks():
        assert _faults(world, _two_join_for_one_place, rounds=MANY) == 1


def _joins_while_it_is_revoked(world: World, copy: Copy) -> bool:  # noqa: F811
    """Whoever is in came before the link was revoked."""
    group = groups.make_group(actor=copy.owner, name="Floor", kind="floor", my_name="Ali", now=world.now)
    link = group_links.make_link(group_id=group.pk, actor=copy.owner, days=7, most=9, now=world.now)
    token, who = group_links.token_of(link), factories.reader()
    together(
        lambda: group_links.revoke_link(group_id=group.pk, actor=copy.owner, now=world.now),
        lambda: group_links.join_group(token=token, actor=who, name="Bo", now=world.now),
    )
    rows = DomainEvent.objects.filter(data__group=group.pk, kind__in=("group.joined", "group.link_revoked"))
    kinds = list(rows.order_by("pk").values_list("kind", flat=True))
    return kinds in (["group.link_revoked"], ["group.joined", "group.link_revoked"])


def test_a_link_that_is_revoked_lets_nobody_in_after(world: World) -> None:  # noqa: F811
    assert _faults(world, _joins_while_it_is_revoked, rounds=SOME) == 0


def test_control_without_locks_somebody_comes_in_through_a_revoked_link(world: World) -> None:  # noqa: F811
    with without_locks():
        assert _faults(world, _joins_while_it_is_revoked, rounds=MANY) == 1


def _screen(copy: Copy, **facts: object) -> Kiosk:
    place = MeetingPlace.objects.create(name_zh=f"书屋{copy.pk}", name_en=f"House {copy.pk}")
    return Kiosk.objects.create(drop_point=DropPoint.objects.create(place=place), name="Door", **facts)


def _two_guess_with_one_try_left(world: World, copy: Copy) -> bool:  # noqa: F811
    """One is told that the code is wrong, the other that it has to wait."""
    screen = _screen(copy, wrong_tries=kiosks.MOST_WRONG - 1, wrong_since=world.now)
    outcomes = together(*[lambda: kiosks.read_code(kiosk=screen, typed="000000", now=world.now)] * 2)
    return {type(one) for one in outcomes} == {WrongCode, LimitReached}


def test_t_c1_guesses_at_a_screen_cannot_outrun_its_count(world: World) -> None:  # noqa: F811
    assert _faults(world, _two_guess_with_one_try_left, rounds=SOME) == 0


def test_control_without_locks_both_guesses_are_tried(world: World) -> None:  # noqa: F811
    with without_locks():
        assert _faults(world, _two_guess_with_one_try_left, rounds=MANY) == 1


def _two_make_a_new_link(world: World, copy: Copy) -> bool:  # noqa: F811
    """The later one counts, and the other is dead."""
    screen = _screen(copy)
    made = together(*[lambda: kiosks.new_link(kiosk=Kiosk.objects.get(pk=screen.pk))] * 2)
    serials = sorted(one.serial for one in made if isinstance(one, Kiosk))
    screen.refresh_from_db()
    return serials == [screen.serial - 1, screen.serial]


def test_t_l9_of_two_links_made_at_once_one_lives(world: World) -> None:  # noqa: F811
    assert _faults(world, _two_make_a_new_link, rounds=SOME) == 0


def test_control_without_locks_two_links_made_at_once_both_live(world: World) -> None:  # noqa: F811
    with without_locks():
        assert _faults(world, _two_make_a_new_link, rounds=MANY) == 1
