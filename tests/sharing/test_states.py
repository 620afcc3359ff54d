import pytest

from sharing import states
from sharing.errors import IllegalTransition
from sharing.models import Ask, Handover, Lending, Request

TABLES = [(states.REQUEST, Request), (states.ASK, Ask), (states.LENDING, Lending), (states.HANDOVER, Handover)]


@pytest.mark.parametrize(("table", "model"), TABLES)
def test_every_status_stands_in_its_table_S1(table: dict[str, frozenset[str]], model: type[Request]) -> None:
    assert set(table) == set(model.Status.values)
    assert frozenset().union(*table.values()) <= set(model.Status.values)


def test_terminal_states_of_a_lending_lead_nowhere_S1() -> None:
    assert {status for status, after in states.LENDING.items() if not after} == set(Lending.TERMINAL)


@pytest.mark.parametrize(("table", "model"), TABLES)
def test_what_the_table_does_not_list_is_refused_S1(table: dict[str, frozenset[str]], model: type[Request]) -> None:
    for before, after in ((b, a) for b in table for a in table if a not in table[b]):
        with pytest.raises(IllegalTransition):
            states.require(table, before, after)
