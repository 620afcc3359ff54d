"""Groups: who gets in, who runs them, and what nobody outside can tell."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from personal_catalog.models import Membership, ReaderGroup
from sharing import class_lists, group_links, groups, notices
from sharing.errors import Denied, LimitReached, NotFound, SharingError
from sharing.models import DomainEvent
from sharing.roles import ensure_roles
from tests import factories
from tests.sharing import browsers
from tests.sharing.conftest import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(world: World) -> ReaderGroup:
    """Alice's."""
    return groups.make_group(actor=world.alice, name="三楼", kind="floor", my_name="Ali", now=world.now)


def token(world: World, group: ReaderGroup, **fields: int) -> str:
    said = {"days": 7, "most": 30, **fields}
    return group_links.token_of(group_links.make_link(group_id=group.pk, actor=world.alice, now=world.now, **said))


def join(world: World, who, way_in: str, name: str = "Bo") -> Membership:
    group = group_links.join_group(token=way_in, actor=who, name=name, now=world.now)
    return group.memberships.get(reader=who)


def kinds() -> list[str]:
    return list(DomainEvent.objects.filter(kind__startswith="group.").order_by("pk").values_list("kind", flat=True))


def told(who) -> list[str]:
    return [notices.sentence(row, who).text for row in notices.for_list(who)]


def test_a_group_is_made_joined_and_left(world: World, group: ReaderGroup) -> None:
    join(world, world.bob, token(world, group))
    assert [member.name for member in groups.members(group.pk)] == ["Ali", "Bo"]
    groups.leave_group(group_id=group.pk, actor=world.bob, now=world.now)
    assert not groups.of(world.bob).exists()
    assert kinds() == ["group.made", "group.link_made", "group.joined", "group.left"]


def test_joining_again_changes_nothing_and_uses_up_nothing(world: World, group: ReaderGroup) -> None:
    way_in = token(world, group, most=1)
    member = join(world, world.bob, way_in)
    link = group.links.get()
    link.most = 2
    link.save()
    assert join(world, world.bob, way_in, "Another") == member
    assert (group.links.get().used, member.name, kinds().count("group.joined")) == (1, "Bo", 1)


@pytest.mark.parametrize("how", ["forged", "expired", "used up", "revoked", "replaced", "closed"])
def test_t_r1_a_link_that_leads_nowhere_looks_like_none(world: World, group: ReaderGroup, how: str) -> None:
    way_in, now = token(world, group, most=1), world.now
    if how == "forged":
        way_in = way_in[:-2] + ("aa" if way_in[-2:] != "aa" else "bb")
    elif how == "expired":
        now += timedelta(days=7)
    elif how == "used up":
        join(world, world.charlie, way_in)
    elif how == "revoked":
        group_links.revoke_link(group_id=group.pk, actor=world.alice, now=now)
    elif how == "replaced":
        token(world, group)
    else:
        groups.close_group(group_id=group.pk, actor=world.alice, now=now)
    with pytest.raises(NotFound):
        group_links.join_group(token=way_in, actor=world.bob, name="Bo", now=now)
    with pytest.raises(NotFound):
        group_links.link_behind(way_in, now=now)


def test_who_runs_it_cannot_leave_and_can_hand_it_on(world: World, group: ReaderGroup) -> None:
    bob = join(world, world.bob, token(world, group))
    with pytest.raises(Denied):
        groups.leave_group(group_id=group.pk, actor=world.alice, now=world.now)
    groups.hand_on(group_id=group.pk, member_id=bob.pk, actor=world.alice, now=world.now)
    assert [(m.name, m.runs_it) for m in group.memberships.all()] == [("Bo", True), ("Ali", False)]
    assert told(world.bob) == ["You run the group “三楼” from now on."]
    groups.leave_group(group_id=group.pk, actor=world.alice, now=world.now)
    assert not groups.of(world.alice).exists()


def test_one_who_is_removed_is_told_and_the_old_link_does_not_lead_back(world: World, group: ReaderGroup) -> None:
    way_in = token(world, group)
    bob = join(world, world.bob, way_in)
    groups.remove_member(group_id=group.pk, member_id=bob.pk, actor=world.alice, now=world.now)
    assert told(world.bob) == ["You are no longer in the group “三楼”."]
    with pytest.raises(NotFound):
        join(world, world.bob, way_in)


def test_a_closed_group_keeps_nobody_and_tells_all(world: World, group: ReaderGroup) -> None:
    join(world, world.bob, token(world, group))
    groups.close_group(group_id=group.pk, actor=world.alice, now=world.now)
    assert not Membership.objects.exists()
    assert (told(world.bob), told(world.alice)) == (["The group “三楼” has been closed."], [])


def acts(world: World, group: ReaderGroup, member: Membership) -> dict[str, object]:
    which = {"group_id": group.pk, "now": world.now}
    other = {**which, "member_id": member.pk}
    return {
        "link": lambda who: group_links.make_link(actor=who, days=1, most=1, **which),
        "revoke": lambda who: group_links.revoke_link(actor=who, **which),
        "remove": lambda who: groups.remove_member(actor=who, **other),
        "hand on": lambda who: groups.hand_on(actor=who, **other),
        "close": lambda who: groups.close_group(actor=who, **which),
    }


@pytest.mark.parametrize("act", ["link", "revoke", "remove", "hand on", "close"])
@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_t_r2_only_who_runs_it_may(world: World, group: ReaderGroup, act: str, who: str) -> None:
    """Bob is a member, Charlie is not; the member acted on is Alice."""
    join(world, world.bob, token(world, group))
    before = (list(group.memberships.values()), list(group.links.values()), kinds())
    with pytest.raises(NotFound):
        acts(world, group, group.memberships.get(reader=world.alice))[act](getattr(world, who))
    assert (list(group.memberships.values()), list(group.links.values()), kinds()) == before


def test_t_r3_a_member_of_another_group_is_not_found(world: World, group: ReaderGroup) -> None:
    other = groups.make_group(actor=world.bob, name="Film club", kind="club", my_name="B", now=world.now)
    for act in ("remove", "hand on"):
        with pytest.raises(NotFound):
            acts(world, group, other.memberships.get())[act](world.alice)
    assert other.memberships.get().runs_it


@pytest.mark.parametrize("name", ["Librarian", "", "\u202eevil", "ali"])
def test_t_r18_nobody_poses_as_another(world: World, group: ReaderGroup, name: str) -> None:
    with pytest.raises(Denied) as refused:
        join(world, world.bob, token(world, group), name)
    assert refused.value.field == "name"


def test_the_limits_hold(world: World, group: ReaderGroup, monkeypatch) -> None:
    way_in = token(world, group)
    for name in ("MOST_RUN", "MOST_JOINED"):
        with monkeypatch.context() as fewer:
            fewer.setattr(groups, name, 1)
            with pytest.raises(LimitReached):
                groups.make_group(actor=world.alice, name="More", kind="other", my_name="A", now=world.now)
    monkeypatch.setattr(groups, "MOST_MEMBERS", 1)
    with pytest.raises(LimitReached):
        join(world, world.bob, way_in)


@pytest.mark.parametrize("said", [{"days": 0}, {"days": 61}, {"most": 0}, {"most": 201}])
def test_a_link_has_an_end(world: World, group: ReaderGroup, said: dict[str, int]) -> None:
    with pytest.raises(SharingError):
        token(world, group, **said)


def test_t_r1_who_is_no_member_finds_nothing(world: World, group: ReaderGroup) -> None:
    for who in (world.charlie, world.lin):
        browser = browsers.of(who)
        assert browser.get(group.get_absolute_url()).status_code == 404
        assert "三楼" not in browsers.seen(browser, "/groups/")


def test_p1_members_see_the_names_for_the_group_and_no_other(world: World, group: ReaderGroup) -> None:
    join(world, world.bob, token(world, group))
    page = browsers.seen(browsers.of(world.bob), group.get_absolute_url())
    assert "Ali" in page
    assert "Alice" not in page
    assert world.alice.username not in page
    assert "/groups/join/" not in page  # the link is for who runs it to pass on


def test_t_c3_a_link_that_is_opened_joins_nobody_and_the_button_does(world: World, group: ReaderGroup) -> None:
    with browsers.at(world.now):
        url, browser = f"/groups/join/{token(world, group)}/", browsers.of(world.bob)
        page = browsers.seen(browser, url)
        assert ("三楼" in page, "Ali" in page) == (True, False)
        browser.head(url)
        assert not groups.of(world.bob).exists()
        assert "at least one letter" in browser.post(url, {"name": "!!"}, follow=True).content.decode()
        assert "You are in the group." in browser.post(url, {"name": "Bo"}, follow=True).content.decode()
    assert groups.of(world.bob).get() == group


def test_who_makes_a_group_is_led_to_where_the_others_are_invited(world: World) -> None:
    with browsers.at(world.now):
        made = browsers.of(world.alice).post(
            "/groups/make/", {"name": "Third floor", "kind": "floor", "my_name": "Ali"}
        )
        assert made["Location"] == f"{ReaderGroup.objects.get().get_absolute_url()}#link"


def test_the_pages_do_all_of_it(world: World) -> None:
    alice, bob = browsers.of(world.alice), browsers.of(world.bob)
    with browsers.at(world.now):
        alice.post("/groups/make/", {"name": "Third floor", "kind": "floor", "my_name": "Ali"})
        group = ReaderGroup.objects.get()
        page = group.get_absolute_url()
        alice.post(f"{page}link/", {"days": "7", "most": "3"})
        way_in = f"/groups/join/{group_links.token_of(group.links.get())}/"
        assert way_in in browsers.seen(alice, page)
        bob.post(way_in, {"name": "Bo"})
        member = group.memberships.get(reader=world.bob)
        assert "Close the group" not in browsers.seen(bob, page)
        alice.post(f"{page}link/revoke/")
        assert way_in not in browsers.seen(alice, page)
        alice.post(f"{page}members/{member.pk}/hand-on/")
        assert "Close the group" in browsers.seen(bob, page)
        bob.post(f"{page}members/{group.memberships.get(reader=world.alice).pk}/remove/")
        assert alice.get(page).status_code == 404
        bob.post(f"{page}close/")
    assert bob.get(page).status_code == 404


def test_a_member_is_called_as_they_like_and_is_offered_a_bird(world: World, group: ReaderGroup) -> None:
    join(world, world.bob, token(world, group))
    groups.rename_member(group_id=group.pk, actor=world.bob, name="Robert", now=world.now)
    assert group.memberships.get(reader=world.bob).name == "Robert"
    with pytest.raises(Denied):
        groups.rename_member(group_id=group.pk, actor=world.bob, name="ALI", now=world.now)
    assert groups.offered_name(group) not in ("Robert", "Ali")


def test_a_librarian_puts_a_class_in_by_card_numbers(world: World) -> None:
    cards = [factories.patron(who, card_number=f"A-{who.pk}").card_number for who in (world.alice, world.bob)]
    group = class_lists.make_library_group(actor=world.lin, name="Class 3", kind="class", now=world.now)
    said = {"group_id": group.pk, "library": factories.library(), "actor": world.lin, "now": world.now}
    put = class_lists.put_in(cards=f"{cards[0]}, {cards[1]}\nX-9", **said)
    assert (put.added, put.there, put.unknown) == (2, 0, ["X-9"])
    assert class_lists.put_in(cards=cards[0], **said).there == 1
    assert told(world.alice) == ["The library has put you into the group “Class 3”. You can leave it at any time."]
    class_lists.take_out(card=cards[1], **said)
    assert [member.reader for member in group.memberships.all()] == [world.alice]
    groups.leave_group(group_id=group.pk, actor=world.alice, now=world.now)


def test_charlie_puts_nobody_in(world: World, group: ReaderGroup) -> None:
    card = factories.patron(world.bob).card_number
    with pytest.raises(NotFound):
        class_lists.put_in(
            group_id=group.pk, library=factories.library(), cards=card, actor=world.charlie, now=world.now
        )
    with pytest.raises(NotFound):
        class_lists.make_library_group(actor=world.charlie, name="Class 3", kind="class", now=world.now)


def test_the_admin_makes_fills_and_closes_a_group(world: World) -> None:
    card = factories.patron(world.bob).card_number
    client = browsers.of(world.lin)
    client.post("/admin/reader-groups/make/", {"name": "Class 3", "kind": "class"})
    group = ReaderGroup.objects.get()
    page, library = f"/admin/reader-groups/{group.pk}/", factories.library().pk
    answer = client.post(page, {"library": library, "cards": f"{card} nobody-9"}, follow=True).content.decode()
    assert "1 reader put in." in answer
    assert "nobody-9" in answer
    assert f">{world.bob.display_name}<" not in client.get(page).content.decode()
    assert "Class 3" in client.get("/admin/reader-groups/").content.decode()
    client.post(f"{page}take-out/", {"library": library, "card": card})
    assert not group.memberships.exists()
    client.post(f"{page}close/")
    assert client.get(page).status_code == 404


def test_the_admins_pages_are_not_for_staff_with_another_role(world: World, group: ReaderGroup) -> None:
    ensure_roles()
    assistant = factories.reader("Assistant", is_staff=True)
    assistant.groups.add(Group.objects.get(name="Cataloguing assistants"))
    for place in ("make/", f"{group.pk}/", f"{group.pk}/close/"):
        assert browsers.of(assistant).post(f"/admin/reader-groups/{place}").status_code == 302
    assert ReaderGroup.objects.open().count() == 1
