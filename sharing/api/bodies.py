"""What clients send: the manners that all bodies share."""

from datetime import date
from re import fullmatch
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, model_validator
from pydantic_core import PydanticCustomError


class Body(BaseModel):
    """A field that is null is as good as left out."""

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, sent: Any) -> Any:
        return {name: value for name, value in sent.items() if value is not None} if isinstance(sent, dict) else sent


def _written(kind: str, pattern: str) -> BeforeValidator:
    """Pydantic would take a bare number for seconds, or for milliseconds, since 1970."""

    def check(sent: Any) -> Any:
        if isinstance(sent, str) and fullmatch(pattern, sent.strip()):
            return sent
        raise PydanticCustomError(kind, "not written out")

    return BeforeValidator(check)


SentMoment = Annotated[AwareDatetime, _written("datetime_written", r"\d{4}-\d\d-\d\d[Tt ].+")]
SentDay = Annotated[date, _written("date_written", r"\d{4}-\d\d-\d\d")]
