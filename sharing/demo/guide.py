"""The guide's pages. Each is written twice, once for each language, as two originals that the translation key joins."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from wagtail.models import Locale

from sharing.demo.guide_en import PAGES as ENGLISH
from sharing.demo.guide_zh import PAGES as CHINESE
from sharing.models import GuidePage, HomePage

ONE_PAGE = UUID("2d0f6f1e-7d0e-4c0b-8a3e-5b9d7e6a1c40")


def load(*, now: datetime) -> None:
    if GuidePage.objects.exists():
        return
    for language, pages in (("zh-hans", CHINESE), ("en", ENGLISH)):
        root = HomePage.objects.filter(locale=Locale.objects.get(language_code=language)).order_by("pk").first()
        if root is not None:
            for facts in pages:
                _publish(root, facts, now)


def _publish(root: HomePage, facts: dict[str, Any], now: datetime) -> None:
    page = GuidePage(
        locale=root.locale,
        translation_key=uuid5(ONE_PAGE, facts["slug"]),
        title=facts["title"],
        slug=facts["slug"],
        lead=facts["lead"],
        body=facts["body"],
        show_in_menus=True,
        first_published_at=now,
        last_published_at=now,
    )
    root.add_child(instance=page)
