"""What can be wrong with one record, in words for whoever has to mend it: noted in English, told in the language of who reads it."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

SENTENCES = (
    gettext_noop("it is longer than %(most)s bytes"),
    gettext_noop("it is longer than %(most)s characters"),
    gettext_noop("it is cut off"),
    gettext_noop("field %(tag)s is not %(charset)s"),
    gettext_noop("it has no leader of 24 characters"),
    gettext_noop("its directory can't be read"),
    gettext_noop("its directory names %(named)s fields, and there are %(found)s"),
    gettext_noop("its bytes are not of the character set that the file names"),
    gettext_noop("it is not well-formed XML (%(where)s)"),
    gettext_noop("its text is neither UTF-8 nor GB 18030"),
    gettext_noop("it has no title (field %(tag)s)"),
    gettext_noop("it is a record of authority, not of a book"),
    gettext_noop("it is a record of holdings, not of a book"),
    gettext_noop("it is a record of classification, not of a book"),
    gettext_noop("it says that it is deleted, and has no control number (001)"),
    gettext_noop("it has no identifier"),
    gettext_noop("it holds no MARC"),
    gettext_noop("nothing is left of its title"),
    gettext_noop("the file can't be unpacked from here on"),
    # how to mend it
    gettext_noop("leave out what is not bibliographic, e.g. full text"),
    gettext_noop("send the file anew; the end of it is missing"),
    gettext_noop("send it anew; a part of it is missing"),
    gettext_noop("export it anew; lengths in ISO 2709 count bytes"),
    gettext_noop("export it as UTF-8, or name its character set with --encoding"),
    gettext_noop("the file must be well-formed XML in the character set that it names"),
    gettext_noop("give it a title, or leave it out of the export"),
    gettext_noop("give it a title"),
    gettext_noop("give it its number"),
    gettext_noop("leave it out of the export"),
    gettext_noop("the repository must give it one"),
    gettext_noop("ask for another format with --prefix"),
)
GIVEN = re.compile(r"%\\\((\w+)\\\)s")
KNOWN = {sentence: re.compile(GIVEN.sub(r"(?P<\1>.+)", re.escape(sentence))) for sentence in SENTENCES}


class Unusable(ValueError):
    """This record can't be taken over: why, and how to mend it. The next one can."""

    def __init__(self, reason: str, mend: str) -> None:
        super().__init__(reason)
        self.reason, self.mend = reason, mend


@dataclass(frozen=True, slots=True)
class Broken:
    """A record that was left out: the how many-th, its control number where one can be read, why, and how to mend it."""

    number: int
    name: str
    reason: str
    mend: str

    def __str__(self) -> str:
        name = f" ({self.name})" if self.name else ""
        return f"record {self.number}{name}: {self.reason}; {self.mend}"


def told(noted: str) -> str:
    """A reason, or how to mend it, in the active language; what is none of ours as it stands."""
    for sentence, pattern in KNOWN.items():
        if found := pattern.fullmatch(noted):
            return gettext(sentence) % found.groupdict()
    return noted
