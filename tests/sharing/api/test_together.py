"""Ratings, shelves that are followed, notes on a title and chosen replies through the API."""

from datetime import datetime

import pytest

from library_bridge.models import Reader
from sharing import following
from sharing.models import Lending
from tests import factories
from tests.sharing.api.clients import Api
from tests.sharing.api.worlds import World, agreed


@pytest.fixture
def world(alice: Reader, bob: Reader, now: datetime) -> World:
    return agreed(alice, bob, now=now)


def test_t_c9_a_rating_opens_when_both_have_spoken(world: World, alice: Reader, bob: Reader, now: datetime) -> None:
    path = f"/lendings/{world.lending.pk}/rating"
    assert Api(bob).post(path, {"went": "smoothly"}).status_code == 409
    Lending.objects.filter(pk=world.lending.pk).update(status="completed", handed_over_at=now, closed_at=now)
    mine = Api(bob).post(path, {"went": "smoothly", "words": "On time"}).json()
    assert (mine["mine"]["words"], mine["theirs"]) == ("On time", None)
    assert Api(alice).get(path).json()["theirs"] is None
    theirs = Api(alice).post(path, {"went": "hitches"}).json()
    assert theirs["theirs"]["went"] == "smoothly"
    assert Api(bob).get(path).json()["may_rate"] is False


@pytest.mark.parametrize("body", [{}, {"went": "awful"}, {"went": "badly", "words": "x" * 301}])
def test_what_is_no_rating_is_refused(world: World, bob: Reader, body: dict[str, str]) -> None:
    assert Api(bob).post(f"/lendings/{world.lending.pk}/rating", body).status_code == 422


def test_a_shelf_is_shown_followed_and_closed(alice: Reader, bob: Reader, now: datetime) -> None:
    factories.copy(alice, now=now)
    shelf = Api(alice).call("PUT", "/me/shown-shelf", {"name": "Under the plum"}).json()
    assert [one["name"] for one in Api(bob).get("/shelves").json()["items"]] == ["Under the plum"]
    path = f"/shelves/{shelf['code']}"
    assert Api(bob).post(f"{path}/follow").json()["followed"] is True
    assert Api(bob).get("/me/followed-shelves").json()["count"] == 1
    (book,) = Api(bob).get(f"{path}/books").json()["items"]
    assert book["holding_id"].startswith("copy-")
    assert "Alice" not in Api(bob).get(f"{path}/books").content.decode()
    assert Api(alice).get("/me/shown-shelf").json()["followers"] == 0  # fewer than five are not told
    assert Api(bob).delete(f"{path}/follow").status_code == 204
    assert Api(alice).delete("/me/shown-shelf").status_code == 204
    assert Api(bob).get(path).status_code == 404


def test_nobody_follows_their_own_shelf(alice: Reader, now: datetime) -> None:
    shelf = following.open_shelf(actor=alice, name="Under the plum", now=now)
    assert Api(alice).post(f"/shelves/{shelf.code}/follow").status_code == 422


def test_a_note_is_written_read_flagged_and_withdrawn(world: World, bob: Reader, charlie: Reader) -> None:
    path = f"/titles/{world.copy.title_id}/notes"
    note = Api(bob).call("PUT", f"{path}/mine", {"text": "Worth a second reading"}).json()
    (read,) = Api(charlie).get(path).json()["items"]
    assert (read["text"], read["mine"]) == ("Worth a second reading", False)
    assert "Bob" not in str(read)
    assert Api(charlie).post(f"/title-notes/{note['id']}/flag", {"kind": "advert"}).status_code == 204
    assert Api(bob).delete(f"{path}/mine").status_code == 204
    assert Api(bob).delete(f"{path}/mine").status_code == 404
    assert Api(charlie).get(path).json()["count"] == 0


def test_a_reply_of_the_list_can_be_sent(world: World, bob: Reader) -> None:
    path = f"/conversations/{world.id_of('conversation')}"
    replies = {one["reply"]: one for one in Api(bob).get(f"{path}/replies").json()["items"]}
    assert replies["tomorrow_at"]["slot"] == "place"
    assert Api(bob).post(f"{path}/messages", {"reply": "when"}).json()["text"] == replies["when"]["words"]
