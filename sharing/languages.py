"""Names of languages in the reader's language."""

from babel import Locale

from personal_catalog.languages import TAGS
from sharing.typography import page_language


def name(code: str) -> str:
    """MARC's code → 中文, English …; the code itself where nobody knows it."""
    here = Locale.parse(page_language(), sep="-")
    named = here.languages.get("zh" if code == "chi" else TAGS.get(code, ""))
    return str(named) if named else code
