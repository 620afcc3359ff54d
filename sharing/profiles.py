"""What readers decide about themselves: name, area, language, theme. Their pseudonym belongs to the leaderboards."""

import re
import unicodedata
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from library_bridge.models import Area, Reader
from personal_catalog.models import Copy
from sharing import locks
from sharing.errors import Denied

LONGEST = 40
RESERVED = {
    "admin", "administrator", "root", "system", "support", "helpdesk", "staff", "moderator", "library", "thelibrary",
    "holder", "theholder", "reader", "areader", "you", "anonymous", "系统", "系统管理员", "客服", "持有人", "一位读者", "读者",
    "您", "匿名",
}  # fmt: skip
STAFF_WORDS = ("librarian", "bookrelay", "admin", "图书馆", "馆员", "管理员", "书递")
LOOK_ALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "GEORGIAN", "HEBREW", "ARABIC")
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
STACKED = re.compile(r"[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff\ufe20-\ufe2f]{3}")


@transaction.atomic(durable=True)
def update_profile(
    *, actor: Reader, display_name: str, area: Area | None, language: str, theme: str, now: datetime
) -> Reader:
    """The books in the reader's hands move along to the new area. Raises Denied with the sentence; nothing is saved then."""
    held = list(Copy.objects.in_register().filter(holder=actor).values_list("pk", flat=True))
    locks.copies(held)  # these and no others: a copy is never locked after a reader
    reader = Reader.objects.select_for_update(of=("self",), no_key=True).get(pk=actor.pk)
    name = checked_name(display_name)
    if name.casefold() == reader.pseudonym.casefold():
        raise Denied(_("This is your pseudonym on the leaderboards; the two must differ."), "name_is_pseudonym")
    reader.display_name, reader.area, reader.language, reader.theme = name, area, language, theme
    reader.save(update_fields=["display_name", "area", "language", "theme"])
    Copy.objects.in_register().filter(pk__in=held, holder=reader).update(area=area.code if area else "")
    return reader


def checked_name(text: str) -> str:
    """One tidy line that looks like nobody else's: NFKC, nothing unseen, no alphabets that look alike mixed, no name of the
    service or its staff (T-R18, T-R19)."""
    if any(unicodedata.category(c) in UNSEEN for c in text.strip()):
        raise Denied(_("This name contains signs that cannot be seen. Please type it again."), "invalid_name")
    name = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()
    if not any(c.isalnum() for c in name):
        raise Denied(_("A name needs at least one letter or digit."), "invalid_name")
    if len(name) > LONGEST:
        raise Denied(_("A name has at most %(most)d characters.") % {"most": LONGEST}, "invalid_name")
    if STACKED.search(unicodedata.normalize("NFD", name)):
        raise Denied(_("This name stacks too many accents on one letter."), "invalid_name")
    if len({script for c in name if (script := _script(c))}) > 1:
        raise Denied(_("This name mixes alphabets that look alike. Please use one of them."), "invalid_name")
    if _is_reserved(name):
        raise Denied(_("This name belongs to the service or its staff. Please choose another."), "reserved_name")
    return name


def _script(character: str) -> str:
    """Han goes with Latin, as in 小明Ming."""
    name = unicodedata.name(character, "") if character.isalpha() else ""
    return next((script for script in LOOK_ALIKE if name.startswith(script)), "")


def _is_reserved(name: str) -> bool:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name).casefold() if c.isalnum())
    return plain in RESERVED or any(word in plain for word in STAFF_WORDS)
