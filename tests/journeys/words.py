"""What stands on a button, in the language of the person who looks: English as in the code, Chinese as in the catalogues."""

from functools import cache

from babel.messages.pofile import read_po
from django.conf import settings


class Words:
    def __init__(self, language: str) -> None:
        self.chinese = language.startswith("zh")

    def __call__(self, english: str, context: str | None = None) -> str:
        return _chinese()[english, context] if self.chinese else english


@cache
def _chinese() -> dict[tuple[str, str | None], str]:
    found = {}
    for app in settings.OUR_APPS:
        with (settings.BASE_DIR / app / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po").open("rb") as file:
            found.update(
                {(m.id, m.context): str(m.string) for m in read_po(file) if isinstance(m.id, str) and m.string}
            )
    return found
