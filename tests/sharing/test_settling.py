"""Who may end a lending that went wrong, and how."""

import pytest

from library_bridge.models import Reader
from sharing import disputes, policies
from sharing.errors import Denied
from sharing.models import Lending
from tests.sharing import steps
from tests.sharing.conftest import World


def test_nobody_settles_a_lending_of_their_own(world: World) -> None:
    lending = _disputed(world)
    Reader.objects.filter(pk=world.alice.pk).update(is_staff=True, is_superuser=True)
    own = Reader.objects.get(pk=world.alice.pk)
    with pytest.raises(Denied) as refused:
        disputes.settle_lending(lending_id=lending.pk, actor=own, outcome="returned", reason="x", now=world.now)
    assert refused.value.code == "own_lending"


@pytest.mark.parametrize(("kind", "outcome"), [("library_loan", "replaced"), ("personal_copy", "forgotten")])
def test_an_outcome_has_to_fit_the_kind(world: World, kind: str, outcome: str) -> None:
    lending = Lending(giver=world.alice, taker=world.bob, kind=kind)
    with pytest.raises(Denied) as refused:
        policies.require_settling(lending, actor=world.lin, outcome=outcome, reason="x")
    assert refused.value.code == "unfit_outcome"


def _disputed(world: World) -> Lending:
    lending = steps.on_loan(world)
    return disputes.dispute_lending(lending_id=lending.pk, actor=world.alice, reason="Torn", now=world.now)
