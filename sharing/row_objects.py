"""Objects of the rows of a kept query, as Django's ModelIterable makes them, in a third of the time: Django looks at every
field of every object anew, though a kept query has the same ones each time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators
from django.db.models.signals import post_init, pre_init

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Maker:
    own: slice
    fresh: Callable[[Row], Any]
    related: "Sequence[_Related]"
    annotations: Sequence[tuple[str, int]]

    def made_of(self, row: Row) -> Any:
        made = self.fresh(row[self.own])
        for one in self.related:
            one.hang_on(made, row)
        for name, place in self.annotations:
            setattr(made, name, row[place])
        return made


@dataclass(frozen=True)
class _Related:
    """What `select_related` brings along, and what hangs on that."""

    own: slice
    key: int
    fresh: Callable[[Row], Any]
    related: "Sequence[_Related]"
    local_setter: Callable[[Any, Any], None]
    remote_setter: Callable[[Any, Any], None]

    def hang_on(self, made: Any, row: Row) -> None:
        values = row[self.own]
        found = None
        if values[self.key] is not None:
            found = self.fresh(values)
            for one in self.related:
                one.hang_on(found, row)
            self.remote_setter(found, made)
        self.local_setter(made, found)


def maker(compiler: Any) -> Maker:
    """Of a compiler that has compiled its query."""
    places = compiler.klass_info["select_fields"]
    own = slice(places[0], places[-1] + 1)
    names = [column.target.attname for column, _sql, _alias in compiler.select[own]]
    populators = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of a later Django
    fresh = _fresh(compiler.klass_info["model"], names)
    return Maker(own, fresh, _related(populators), list(compiler.annotation_col_map.items()))


def _related(populators: Sequence[Any]) -> list[_Related]:
    return [
        _Related(
            slice(one.cols_start, one.cols_end), one.pk_idx, _fresh(one.model_cls, one.init_list),
            _related(one.related_populators), one.local_setter, one.remote_setter,
        )
        for one in populators
    ]  # fmt: skip


def _fresh(model: Any, names: Sequence[str]) -> Callable[[Row], Any]:
    """What `from_db` makes. It is asked itself where a model makes its objects in a way of its own, or somebody listens."""
    own_way = model.__init__ is not Model.__init__ or model.from_db.__func__ is not Model.from_db.__func__  # type: ignore[attr-defined]
    if own_way or pre_init.has_listeners(model) or post_init.has_listeners(model):
        return lambda values: model.from_db(DEFAULT_DB_ALIAS, names, values)

    def fresh(values: Row) -> Any:
        made = model.__new__(model)
        state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        made.__dict__.update(zip(names, values, strict=True), _state=state)
        return made

    return fresh
