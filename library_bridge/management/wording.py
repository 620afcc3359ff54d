"""What a catalogue's Chinese must not do, beside being absent: say one message in two ways, name one thing by several words,
call a reader 你, or misplace blanks."""

import re
from collections.abc import Iterable, Iterator, Mapping

from babel.messages.catalog import Catalog

HAN = r"[\u3400-\u9fff]"
DAYS = r"%\((?:date|day)\)s"  # written "12 月 11 日": its last sign is Chinese
NUMBERS = r"%\((?:count|days|hours|minutes|weeks|most|number|limit|points)\)[sd]"
RULES = (
    ("says 你 where readers are called 您", re.compile(r"你(?!们)")),
    ("has a blank after a date", re.compile(rf"{DAYS} (?:{HAN}|[，。；、）])|\d ?[日] {HAN}")),
    ("lacks a blank beside a number", re.compile(rf"{HAN}(?:{NUMBERS}|\d)|(?:{NUMBERS}|\d){HAN}")),
)
SETTLED = (  # one thing, one word: where the English names it, what the Chinese must not say, and what it says instead
    (r"", r"区域|园区", "片区"),
    (r"", r"群组", "小组"),
    (r"", r"漂流记", "旅程"),
    (r"\blabels?\b", r"标签", "书标"),  # what is printed; a reader's own tag is 标签
)


def slips(catalogue: Catalog) -> Iterator[str]:
    """One line a message whose Chinese breaks a rule."""
    for message in catalogue:
        said = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        for fault, rule in RULES:
            if message.id and any(rule.search(words or "") for words in said):
                yield f"{_id(message.id)!r} {fault}"
        for named, other, word in SETTLED:
            if (
                message.id
                and re.search(named, _id(message.id), re.IGNORECASE)
                and any(re.search(other, w or "") for w in said)
            ):
                yield f"{_id(message.id)!r} has another word for {word}"


def collisions(catalogues: Mapping[str, Catalog]) -> Iterator[str]:
    """One line a message that two apps translate differently: whichever app is read first would speak for both. Words that mean
    two things need a context."""
    said: dict[tuple[str | None, str], dict[str, str]] = {}
    for app, catalogue in catalogues.items():
        for message in catalogue:
            if message.id:
                words = message.string if isinstance(message.string, str) else " / ".join(message.string or ())
                said.setdefault((message.context, _id(message.id)), {})[app] = words
    for (_context, message_id), by_app in said.items():
        if len(set(by_app.values())) > 1:
            yield f"{message_id!r}: " + ", ".join(f"{words!r} in {app}" for app, words in by_app.items())


def _id(message_id: str | Iterable[str]) -> str:
    return message_id if isinstance(message_id, str) else next(iter(message_id))
