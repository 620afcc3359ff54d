"""The persons and bodies of a MARC 21 record, with what they did. Pure."""

from collections.abc import Iterable

from library_bridge.marc import relators, words
from library_bridge.marc.cards import Card
from library_bridge.marc.fields import Field

Names = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
MAIN, ADDED = frozenset({"100", "110", "111"}), frozenset({"700", "710"})
BODIES = frozenset({"110", "111", "710", "711"})
NOT_TOLD = frozenset({"aut", "cre", "trl"})


def of(card: Card) -> Names:
    """Creators, translators, and lines of those with another role. Somebody with only such a role, an editor or a
    photographer, is the creator of a record that names no other."""
    creators: list[str] = []
    translators: list[str] = []
    contributors: list[str] = []
    spare: list[str] = []
    for tag, field in (*card.in_order(MAIN), *card.in_order(ADDED)):
        roles = words.values(field, "e4")
        if not (name := _name(tag, field)) or field.get("t"):
            continue
        codes = [code for role in roles if (code := relators.code_of(role))]
        contributors += [f"{code}: {name}" for code in codes if code not in NOT_TOLD]
        if words.translates(roles):
            translators.append(name)
        elif not words.is_no_creator(roles):
            _sort_in(tag, name, codes, creators, spare)
    creators = creators or spare or _others(card)
    return _once(creators), _once(translators), _once(contributors)


def _sort_in(tag: str, name: str, codes: list[str], creators: list[str], spare: list[str]) -> None:
    """A body beside the author is one only where it says so."""
    is_creator = tag in MAIN or any(code in relators.CREATES for code in codes)
    if is_creator or (tag == "700" and not codes):
        creators.append(name)
    elif tag == "700":
        spare.append(name)


def _name(tag: str, field: Field) -> str:
    named = words.values(field, "a")
    if not named:
        return ""
    if tag in BODIES or field.marks[0] == "0":
        return words.plain(named[0])
    return words.turned(named[0]) if field.marks[0] == "1" or "," in named[0] else words.plain(named[0])


def _others(card: Card) -> list[str]:
    """The statement of responsibility, else the bodies."""
    title = next(iter(card.fields(["245"])), None)
    said = words.names_of(words.values(title, "c")[:1])[0] if title else []
    return said or [words.plain(name) for name in card.every(("710", "711"), "a")]


def _once(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, found)))
