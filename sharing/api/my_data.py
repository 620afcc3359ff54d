"""Everything about the reader in one file, and the end of their account, with what it waits for."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.utils import timezone
from pydantic import BaseModel, Field

from sharing import data_exports, erasing
from sharing.api import serializers
from sharing.api.app import signed_in
from sharing.api.auth import Call
from sharing.api.schemas import Moment
from sharing.errors import NotFound
from sharing.models import DataExport, Erasure

router = signed_in("my data")
ZIP: dict[str, Any] = {"content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}}}


class ExportOut(BaseModel):
    id: str
    status: str = Field(description="being_made; ready; failed, then it can be asked for anew.")
    asked_at: Moment
    made_at: Moment | None
    expires_at: Moment | None = Field(description="Until then it can be fetched, by nobody but you.")
    file_url: str | None = Field(description="To be fetched with the same token; each time goes on the record.")


class WaitsFor(BaseModel):
    kind: str = Field(description="lending, request or copy.")
    id: str
    words: str


class ErasureOut(BaseModel):
    asked_at: Moment | None = Field(description="null while you have not asked for it.")
    act_at: Moment | None = Field(description="Not before that. Until it is done it can be taken back.")
    days: int = Field(description="So long after the asking one can change one's mind.")
    waiting_for: list[WaitsFor] = Field(description="What has to come to its end first.")


@router.post("/me/export", response={202: ExportOut}, operation_id="exportMyData")
def export_my_data(request: Call) -> ExportOut:
    """It is put together by a job: poll `getMyExport`. While one can be fetched, asking again gives that one."""
    return _export(data_exports.ask_export(actor=request.auth, now=timezone.now()))


@router.get("/me/export", response=ExportOut, operation_id="getMyExport")
def get_my_export(request: Call) -> ExportOut:
    """The one that is being made or can be fetched; 404 while there is none."""
    found = data_exports.current(request.auth, now=timezone.now())
    if found is None:
        raise NotFound
    return _export(found)


@router.get("/me/export/file", operation_id="downloadMyExport", openapi_extra={"responses": {200: ZIP}})
def download_my_export(request: Call) -> FileResponse:
    """A ZIP archive: data.json for programs, data.html for people, and your photos."""
    now = timezone.now()
    content = data_exports.fetch(actor=request.auth, now=now)
    filename = f"bookrelay-{timezone.localdate(now):%Y%m%d}.zip"
    return FileResponse(content, content_type="application/zip", as_attachment=True, filename=filename)


@router.post("/me/erase", response={202: ErasureOut}, operation_id="eraseMe")
def erase_me(request: Call) -> ErasureOut:
    """From now on nobody asks you for anything. The account is erased after some days, once nothing is open any more."""
    erasing.ask_erasure(actor=request.auth, now=timezone.now())
    return _erasure(request)


@router.get("/me/erase", response=ErasureOut, operation_id="getMyErasure")
def get_my_erasure(request: Call) -> ErasureOut:
    """Whether it was asked for, when it happens, and what it waits or would wait for."""
    return _erasure(request)


@router.delete("/me/erase", response={204: None}, operation_id="keepMe")
def keep_me(request: Call) -> HttpResponse:
    """Takes the wish back; the account stays."""
    erasing.take_back(actor=request.auth, now=timezone.now())
    return HttpResponse(status=204)


def _export(row: DataExport) -> ExportOut:
    ready = row.made_at is not None
    return ExportOut(
        id=str(row.pk), status="ready" if ready else "failed" if row.has_failed else "being_made",
        asked_at=row.asked_at, made_at=row.made_at, expires_at=row.expires_at,
        file_url=serializers.address("/api/v1/me/export/file") if ready else None,
    )  # fmt: skip


def _erasure(request: Call) -> ErasureOut:
    asked: datetime | None = None
    act: datetime | None = None
    if row := Erasure.objects.waiting().filter(reader=request.auth).first():
        asked, act = row.asked_at, row.act_at
    found = [WaitsFor(kind=one.kind, id=str(one.pk), words=one.words) for one in erasing.waiting_for(request.auth)]
    return ErasureOut(asked_at=asked, act_at=act, days=settings.ERASE_AFTER_DAYS, waiting_for=found)
