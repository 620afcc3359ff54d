"""Groups through the API: made, joined by a link, left."""

from library_bridge.models import Reader
from tests.sharing.api.clients import Api


def test_a_group_is_made_joined_by_its_link_and_left(alice: Reader, bob: Reader) -> None:
    made = Api(alice).post("/groups", {"name": "Third floor", "kind": "floor", "my_name": "Ali"}).json()
    link = Api(alice).post(f"/groups/{made['id']}/link", {"days": 7, "most": 1}).json()
    joined = Api(bob).post("/groups/join", {"token": link["token"], "name": "Bo"}).json()
    assert joined == made
    members = Api(bob).get(f"/groups/{made['id']}/members").json()["items"]
    assert [(one["name"], one["is_me"]) for one in members] == [("Ali", False), ("Bo", True)]
    assert Api(bob).delete(f"/groups/{made['id']}/link").status_code == 404
    assert Api(bob).post(f"/groups/{made['id']}/leave").status_code == 204
    assert Api(bob).get("/me/groups").json()["count"] == 0


def test_a_name_that_is_taken_is_refused_at_its_field(alice: Reader, bob: Reader) -> None:
    made = Api(alice).post("/groups", {"name": "Third floor", "kind": "floor", "my_name": "Ali"}).json()
    link = Api(alice).post(f"/groups/{made['id']}/link", {}).json()
    refused = Api(bob).post("/groups/join", {"token": link["token"], "name": "ALI"})
    assert refused.json()["errors"].keys() == {"name"}
