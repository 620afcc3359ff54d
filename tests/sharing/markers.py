"""CAN: a text of its own in every private column of a reader, found by the register, so that it can be looked for anywhere."""

import re
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import CharField, EmailField, Field, TextField

from library_bridge import keeping
from library_bridge.models import CampusAccount, Reader
from personal_catalog import flags, imports, tags
from personal_catalog.models import TitleSuggestion
from sharing import outside, purchases, saved_searches
from sharing.models import Block, Delivery, Flag, IdempotencyKey, MailChoice
from tests import factories
from tests.sharing.conftest import World

NOT_TEXT = {
    # codes that other columns, the database or the world rely on
    "title", "isbn13", "creators", "code", "command", "provider", "fingerprint", "kind", "area", "period", "purpose", "source",
    "format", "place_in_file", "current_time_zone", "preferred_language", "reference", "reason_code", "barcode", "call_number",
    "close_reason", "problem", "traits",
}  # fmt: skip
PUBLIC = {"personal_catalog.Title", "personal_catalog.TitleChange", "wagtailcore.PageLogEntry"}
LIBRARYS_OWN = ("library_bridge_embedded",)


def a_full_life(world: World, who: Reader) -> None:
    """A row of most of what there is of a reader."""
    now, day = world.now, (world.now + timedelta(days=5)).date()
    card = factories.patron(who)
    CampusAccount.objects.create(provider="https://sso", fingerprint=f"{who.pk:064}", patron=card, linked_at=now)
    factories.library_loan(card, factories.title(f"Loan {who.pk}"), now=now)
    own = factories.copy(who, factories.title(f"Own {who.pk}"), now=now)
    tags.tag_copy(copy_id=own.pk, actor=who, names=["Summer"])
    flags.flag_title(title=world.title, reader=who, kind="wrong", note="Wrong year", now=now)
    TitleSuggestion.objects.create(title=world.title, reader=who, changes={}, reason="Better", created_at=now)
    imports.start_import(reader=who, content=b"title\nListed\n", format="csv", mode="lend", now=now)
    outside.borrow_outside(actor=who, title="A friend's book", person="Friend", due_date=day, now=now)
    saved_searches.save_search(actor=who, text="Words", now=now)
    purchases.suggest_purchase(actor=who, title="Wish", note="Please", now=now)
    IdempotencyKey.objects.create(reader=who, key="k", command="c", digest=f"{who.pk}", answer={"a": 1}, created_at=now)
    Block.objects.create(blocker=who, blocked=world.lin, side="holder", book="A book", since=now)
    Flag.objects.create(
        reporter=who, about=world.lin, copy=world.copy, kind="other", words="Please look", raised_at=now
    )
    MailChoice.objects.create(reader=who, subject="asks", when="daily")
    Delivery.objects.create(
        reader=who, purpose="confirm", address="a@example.org", status="sent", priority=2, created_at=now, finished_at=now
    )  # fmt: skip


def marker_of(reader: Reader) -> str:
    return f"MARK{reader.pk}X"


def mark(reader: Reader) -> str:
    """Gives the beginning of all its marks; after a Q they say in which column they stand."""
    reader.set_password(None)
    for kept in keeping.rows():
        if kept.model in PUBLIC:
            continue
        names, rows = _columns(kept), keeping.of(kept, reader)
        if kept.model == "sharing.Delivery":  # only a confirmation has an address of its own
            rows = rows.filter(purpose=Delivery.Purpose.CONFIRM)
        for pk in rows.values_list("pk", flat=True):
            marks = {name: _text(kept.model, name, reader, pk) for name in names}
            if marks:
                apps.get_model(kept.model)._base_manager.filter(pk=pk).update(**marks)
    reader.refresh_from_db()
    return marker_of(reader)


def columns_in(text: str, reader: Reader) -> set[str]:
    """Of which of the reader's columns there is a mark in this text: `reader.display_name`, in small letters."""
    return set(re.findall(rf"{marker_of(reader)}\d+Q([a-z_]+\.[a-z_]+)".lower(), text.lower()))


def found_in_database(marker: str) -> set[str]:
    """Tables in whose rows a mark stands, but those of the library's own system."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table.startswith(LIBRARYS_OWN) or table.startswith("sqlite"):
                continue
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            if any(marker.lower() in str(value).lower() for row in cursor.fetchall() for value in row):
                found.add(table)
    return found


def _columns(kept: keeping.Rows) -> list[str]:
    fields = {field.name: field for field in apps.get_model(kept.model)._meta.concrete_fields}
    return [name for name in kept.fields if name in fields and name not in NOT_TEXT and _is_words(fields[name])]


def _is_words(field: Field[Any, Any]) -> bool:
    return isinstance(field, TextField) or (isinstance(field, CharField) and not field.choices)


def _text(model: str, name: str, reader: Reader, pk: Any) -> str:
    field = apps.get_model(model)._meta.get_field(name)
    mark = f"{marker_of(reader)}{pk}Q{model.split('.')[1]}.{name}"
    if isinstance(field, EmailField):
        return f"{mark}@example.org".lower()
    return mark[: field.max_length]
