"""Everything about me, to take along: put together by a job, fetched within a quarter of an hour by its reader and nobody else,
and on the record (P8, T-L7)."""

import json
import logging
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from tempfile import TemporaryFile
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from library_bridge import own_data
from library_bridge.models import Reader
from library_bridge.own_data import Part
from sharing import events, jobs
from sharing.errors import LimitReached, NotFound
from sharing.models import DataExport, DomainEvent
from sharing.typography import page_language

logger = logging.getLogger(__name__)
A_DAY = timedelta(days=1)


@transaction.atomic(durable=True)
def ask_export(*, actor: Reader, now: datetime) -> DataExport:
    """One at a time: while one is being made, or can still be fetched, asking again gives that. Raises LimitReached."""
    Reader.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    DataExport.objects.filter(reader=actor, made_at=None, tries__gte=DataExport.MOST_TRIES).delete()
    there = current(actor, now=now)
    if there is not None:
        return there
    lately = DomainEvent.objects.filter(kind="data.asked", actor=actor, at__gt=now - A_DAY)
    if lately.count() >= settings.EXPORTS_A_DAY:
        raise LimitReached(_("Your data was put together several times today. Please ask again tomorrow."), now + A_DAY)
    export = DataExport.objects.create(reader=actor, asked_at=now)
    events.record("data.asked", now=now, actor=actor)
    transaction.on_commit(partial(jobs.hurry, "sharing.tasks.make_data_export", export.pk))
    return export


def current(reader: Reader, *, now: datetime) -> DataExport | None:
    """The one that is being made or can be fetched."""
    mine = DataExport.objects.visible_to(reader)
    return mine.filter(made_at=None).first() or mine.can_be_taken(now).first()


def make_export(*, export_id: int, now: datetime) -> bool:
    """Outside any transaction: the file first, the row last (T4). Again, or when another round makes it, changes nothing."""
    export = DataExport.objects.to_make().filter(pk=export_id).select_related("reader").first()
    if export is None:
        return False
    DataExport.objects.filter(pk=export.pk).update(tries=F("tries") + 1)
    with TemporaryFile() as file:
        _write(file, export.reader, now)
        name = default_storage.save(f"exports/{export.token}.zip", File(file))
    over = now + timedelta(minutes=settings.EXPORT_MINUTES)
    mine = DataExport.objects.filter(pk=export.pk, made_at=None)
    if not mine.update(made_at=now, expires_at=over, file=name):
        default_storage.delete(name)
        return False
    return True


def fetch(*, actor: Reader, token: str = "", now: datetime) -> IO[bytes]:
    """The file of one that can be fetched: the last, or the one with this token. Each time goes on the record. Raises NotFound."""
    rows = DataExport.objects.visible_to(actor).can_be_taken(now)
    export = (rows.filter(token=token) if token else rows).first()
    if export is None:
        raise NotFound
    try:
        content: IO[bytes] = export.file.open("rb")
    except FileNotFoundError:
        raise NotFound from None
    _record_taking(export, actor, now)
    return content


@transaction.atomic(durable=True)
def _record_taking(export: DataExport, actor: Reader, now: datetime) -> None:
    events.record("data.taken", now=now, actor=actor, data={"export": export.pk})


def forget_expired(*, now: datetime) -> Iterator[int]:
    """The files first: what a crash leaves is a row without its file, which the next round takes."""
    for pk, name in list(DataExport.objects.filter(expires_at__lte=now).values_list("pk", "file")):
        default_storage.delete(name)
        DataExport.objects.filter(pk=pk).delete()
        yield pk


def _write(file: IO[bytes], reader: Reader, now: datetime) -> None:
    with translation.override(reader.language or settings.LANGUAGE_CODE):
        found = list(own_data.parts(reader))
        said = {"service": settings.BASE_URL, "made_at": now, "about": own_data.for_programs(found)}
        page = render_to_string(
            "sharing/my_data/export.html", {"parts": found, "now": now, "html_lang": page_language()}
        )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("data.json", json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        packed.writestr("data.html", page)
        for name in _photos(found):
            packed.writestr(name, _content(name))
    file.seek(0)


def _photos(found: list[Part]) -> list[str]:
    names = (name for part in found for table in part.tables for name in table.files)
    return [name for name in dict.fromkeys(names) if default_storage.exists(name)]


def _content(name: str) -> bytes:
    with default_storage.open(name) as photo:
        content: bytes = photo.read()
    return content
