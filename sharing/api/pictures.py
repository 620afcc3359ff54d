"""A picture as an operation answers it: WebP, or not found where its file has gone."""

from django.db.models.fields.files import FieldFile
from django.http import FileResponse

from sharing.errors import NotFound

PICTURE = {"content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}}, "description": "The picture."}


def answered(picture: FieldFile, *, name: str) -> FileResponse:
    try:
        return FileResponse(picture.open("rb"), content_type="image/webp", filename=f"{name}.webp")
    except FileNotFoundError:
        raise NotFound from None
