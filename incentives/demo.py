"""Rewards, vouchers and lists of the demo campus. The points themselves come from sharing's demo, whose past events are
delivered like any others.

Loaded once: where there are rewards already, nothing is added.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone
from wagtail.models import Page

from incentives import leaderboards, rewards, standing, vouchers, winners
from incentives.models import EndedPeriod, HonoursPage, ReaderChoice, Reward, RewardBudget
from incentives.models.leaderboards import Period
from library_bridge.models import Library, Reader
from sharing.errors import SharingError
from sharing.models import HomePage

DESK_ZH, DESK_EN = "总馆一楼服务台，8:00–21:30", "Service desk, ground floor of the main library, 8:00–21:30"

REWARDS: list[dict[str, Any]] = [
    {
        "name_zh": "多申请 1 本", "name_en": "One more request",
        "description_zh": "两个月内可以多开一份申请", "description_en": "One more open request for two months",
        "price": 60, "stock": None, "per_reader_limit": 2, "effect": Reward.Effect.OPEN_REQUEST,
    },
    {
        "name_zh": "荐购优先", "name_en": "Purchase suggestion first",
        "description_zh": "您的一条荐购排到采访馆员案头最前",
        "description_en": "One of your suggestions goes to the top of the acquisitions desk",
        "price": 120, "stock": 11, "effect": Reward.Effect.PURCHASE_FIRST,
    },
    {
        "name_zh": "多留 14 天", "name_en": "Two weeks longer",
        "description_zh": "从读者那里借的一本书，可多留两星期",
        "description_en": "A reader’s book that is with you may stay two weeks longer",
        "price": 40, "stock": None, "effect": Reward.Effect.LONGER_LOAN, "days": 14,
    },
    {
        "name_zh": "自助打印 40 页", "name_en": "40 pages of printing",
        "description_zh": "总馆、虎溪分馆通用", "description_en": "In the main library and at Huxi",
        "price": 36, "stock": 212, "place_zh": DESK_ZH, "place_en": DESK_EN,
    },
    {
        "name_zh": "帆布书袋", "name_en": "Canvas tote bag",
        "description_zh": "馆史室旧藏书票图样，本色帆布",
        "description_en": "Plain canvas with a bookplate from the library’s own history",
        "price": 150, "stock": 18, "per_reader_limit": 1, "place_zh": DESK_ZH, "place_en": DESK_EN,
    },
    {
        "name_zh": "馆内咖啡一杯", "name_en": "A coffee in the library",
        "description_zh": "总馆二楼咖啡角，美式或拿铁", "description_en": "Coffee corner on the first floor: americano or latte",
        "price": 25, "stock": 80, "valid_days": 30, "place_zh": "总馆二楼咖啡角", "place_en": "Coffee corner, first floor",
    },
    {
        "name_zh": "研讨间优先预约", "name_en": "Group room, first choice",
        "description_zh": "一次，最多 3 小时", "description_en": "Once, for up to three hours",
        "price": 90, "stock": 6, "place_zh": DESK_ZH, "place_en": DESK_EN,
    },
]  # fmt: skip

HONOURS = {
    "zh": ("上月流通榜", "感谢这些读者，让书继续走下去。"),
    "en": ("Last month’s honours", "With thanks to the readers who let books travel on."),
}

# place of the reader among the cards, reward, days ago; a librarian has honoured those marked
PLANS = (
    (2, "40 pages of printing", 40, True),
    (5, "A coffee in the library", 33, True),
    (9, "A coffee in the library", 21, True),
    (7, "A coffee in the library", 12, True),
    (4, "One more request", 9, False),
    (6, "40 pages of printing", 6, False),
    (1, "40 pages of printing", 5, False),
    (2, "A coffee in the library", 4, False),
)


def load(*, now: datetime) -> None:
    if Reward.objects.exists():
        return
    for sort, facts in enumerate(REWARDS):
        Reward.objects.create(**facts, sort=sort, starts_at=now - timedelta(days=365))
    _set_aside(now=now)
    _redeem(now=now)
    for reader in Reader.objects.filter(is_staff=False).order_by("pk"):
        standing.apply(reader, now=now)
    _agree()
    leaderboards.compute(now=now)
    for _ended in winners.write_down(now=now):
        pass
    _publish_honours()


def _agree() -> None:
    """Whoever is on the lists is on narrow ones too; of them two in three may be named by the library."""
    listed = Reader.objects.filter(leaderboard_opt_in=True).order_by("pk").values_list("pk", flat=True)
    for place, pk in enumerate(listed):
        agreed = {"on_narrow_lists": True, "on_honours": place % 3 != 1}
        ReaderChoice.objects.update_or_create(reader_id=pk, defaults=agreed)


def _publish_honours() -> None:
    """Of last month, in each language of the pages."""
    ended = EndedPeriod.objects.filter(period=Period.MONTH).first()
    if ended is None:
        return
    key = uuid4()
    for home in HomePage.objects.all():
        name, lead = HONOURS["zh" if home.locale.language_code.startswith("zh") else "en"]
        page: Page = HonoursPage(
            title=name, slug="honours", lead=lead, ended=ended, locale=home.locale, translation_key=key
        )
        home.add_child(instance=page)
        page.save_revision().publish()


def _set_aside(*, now: datetime) -> None:
    """For a year around this day, so for the vouchers of the past weeks too."""
    today = timezone.localdate(now)
    for library in Library.objects.order_by("pk")[:1]:
        RewardBudget.objects.create(
            library=library,
            starts_date=today - timedelta(days=180),
            ends_date=today + timedelta(days=185),
            points=20_000,
        )


def _redeem(*, now: datetime) -> None:
    """Whoever has not earned enough by then goes without, as anybody would."""
    lin = Reader.objects.filter(username="lin").first()
    for place, name, days, honoured in PLANS:
        reader = Reader.objects.filter(patrons__card_number=f"{2023000000 + place}").first()
        if reader is None or lin is None:
            continue
        at = now - timedelta(days=days, hours=-11)
        try:
            voucher = rewards.redeem_reward(
                reward_id=Reward.objects.get(name_en=name).pk, actor=reader, key=f"demo-{days}", now=at
            )
            if honoured:
                vouchers.honour_voucher(code=voucher.code, actor=lin, now=at + timedelta(hours=5))
        except SharingError:
            continue
