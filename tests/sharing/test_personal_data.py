"""Every column that may hold something about a person is named in the register, or named as none (P8)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import CharField, Field, FileField, JSONField, Model, TextField

from library_bridge import forgetting, keeping, registers
from library_bridge.models import LibraryLoan, Reader, RetentionRun
from sharing import conversations
from sharing.models import Conversation, Message, Notification, OutsideLoan
from tests import factories
from tests.sharing import steps
from tests.sharing.conftest import World

REGISTERED = {kept.model for kept in keeping.rows()}
NOT_PERSONAL = {name for module in registers.modules("personal_data") for name in module.NOT_PERSONAL}


def models() -> Iterator[type[Model]]:
    """Ours, and of others those that point at a reader."""
    for model in apps.get_models():
        direct = any(field.related_model is Reader for field in model._meta.get_fields() if field.concrete)
        if model._meta.app_label in settings.OUR_APPS or direct:
            yield model


def near_a_reader() -> set[type[Model]]:
    """From whose rows some way of foreign keys leads to one."""
    near: set[type[Model]] = {Reader}
    while True:
        more = {
            model
            for model in apps.get_models()
            if model not in near and any(field.related_model in near for field in columns(model))
        }
        if not more:
            return near
        near |= more


def columns(model: type[Model]) -> list[Field]:
    return [*model._meta.concrete_fields, *model._meta.many_to_many]


def is_free_text(field: Field) -> bool:
    return isinstance(field, (TextField, JSONField, FileField)) or (
        isinstance(field, CharField) and not field.choices and not field.primary_key
    )


def named(label: str) -> set[str]:
    of_it = [kept for kept in keeping.rows() if kept.model == label]
    return {way.split("__")[0] for kept in of_it for way in (*kept.whose, *kept.fields, *kept.plain)}


def test_p8_every_column_near_a_reader_is_named() -> None:
    near, unnamed = near_a_reader(), []
    for model in models():
        label = model._meta.label
        if label in NOT_PERSONAL:
            continue
        for field in columns(model):
            if field.primary_key or not (model in near or is_free_text(field)):
                continue
            if field.name not in named(label) and f"{label}.{field.name}" not in NOT_PERSONAL:
                unnamed.append(f"{label}.{field.name}")
    assert not unnamed


def test_what_is_named_exists() -> None:
    assert {model._meta.label for model in apps.get_models()} >= REGISTERED | {
        ".".join(name.split(".")[:2]) for name in NOT_PERSONAL
    }
    topics = {topic.code for topic in keeping.topics()}
    assert {kept.topic for kept in keeping.rows()} == topics


@pytest.mark.django_db
def test_every_way_of_the_register_can_be_gone() -> None:
    reader = factories.reader()
    for kept in keeping.rows():
        columns_of_it = [
            *kept.fields,
            *kept.plain,
            *(kept.erased or {}),
            *(kept.forget.leaves or {} if kept.forget else {}),
        ]
        assert list(keeping.of(kept, reader).values(*columns_of_it))[1:] == []


def test_every_period_is_one_of_the_settings() -> None:
    used = {topic.days for topic in keeping.topics()} | {kept.forget.days for kept in keeping.rows() if kept.forget}
    assert used - {""} == settings.KEEP_DAYS.keys()


def on_day(now: datetime, days: int) -> list[dict[str, object]]:
    return list(forgetting.act(now=now + timedelta(days=days)))


def test_p4_messages_are_deleted_some_time_after_the_end(world: World) -> None:
    ask = steps.asked(world)
    conversations.send_message(conversation_id=ask.conversation.pk, actor=world.bob, text="Hello", now=world.now)
    Conversation.objects.update(closed_at=world.now)
    on_day(world.now, 89)
    assert Message.objects.exists()
    assert {"did": "forgotten", "what": "sharing.Message", "count": 1} in on_day(world.now, 91)
    assert not Message.objects.exists()


def test_what_still_goes_on_is_kept(world: World) -> None:
    ask = steps.asked(world)
    conversations.send_message(conversation_id=ask.conversation.pk, actor=world.bob, text="Hello", now=world.now)
    OutsideLoan.objects.create(
        reader=world.bob, title="Mine", due_date=world.now, remind_at=world.now, noted_at=world.now
    )
    on_day(world.now, 1000)
    assert (Message.objects.count(), OutsideLoan.objects.count()) == (1, 1)


def test_p6_a_loan_that_has_gone_back_loses_its_title(world: World, loan: LibraryLoan) -> None:
    LibraryLoan.objects.update(closed_at=world.now)
    on_day(world.now, 91)
    loan.refresh_from_db()
    assert (loan.title, loan.barcode, loan.isbn13) == ("", "", "")
    assert not hasattr(LibraryLoan.objects.get(), "catalogued")


def test_p6_zero_days_forget_at_once(world: World, loan: LibraryLoan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.KEEP_DAYS, "history", 0)
    LibraryLoan.objects.update(closed_at=world.now)
    on_day(world.now, 0)
    assert LibraryLoan.objects.get().title == ""


def test_n6_a_day_is_forgotten_once_and_goes_on_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    steps.agreed(world)
    told = Notification.objects.count()
    monkeypatch.setattr(forgetting, "BATCH", 1)
    rounds = [on_day(world.now, 100) for _round in range(told + 2)]
    assert not Notification.objects.exists()
    assert rounds[-1] == []
    assert RetentionRun.objects.get().figures["sharing.Notification"] == told


def test_one_tables_fault_does_not_keep_the_others(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    steps.agreed(world)
    whole = forgetting.forget

    def broken(kept: keeping.Rows, *, now: datetime) -> int:
        if kept.model == "sharing.Message":
            raise RuntimeError
        return whole(kept, now=now)

    monkeypatch.setattr(forgetting, "forget", broken)
    on_day(world.now, 100)
    assert not Notification.objects.exists()
    assert RetentionRun.objects.get().finished_at is None
