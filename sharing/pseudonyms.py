"""Names for holders who appear in a journey: birds of the campus, drawn anew for each journey so that none leads to another."""

from collections.abc import Iterable
from secrets import choice

from sharing.typography import page_language

BIRDS = (
    ("白鹭", "Egret"), ("白头鹎", "Bulbul"), ("斑鸠", "Turtle Dove"), ("苍鹭", "Heron"), ("大山雀", "Great Tit"),
    ("戴胜", "Hoopoe"), ("杜鹃", "Cuckoo"), ("伯劳", "Shrike"), ("鹤", "Crane"), ("黑水鸡", "Moorhen"), ("红嘴蓝鹊", "Blue Magpie"),
    ("黄鹂", "Oriole"), ("画眉", "Hwamei"), ("火烈鸟", "Flamingo"), ("鹡鸰", "Wagtail"), ("家燕", "Swallow"), ("金翅雀", "Goldfinch"),
    ("鸬鹚", "Cormorant"), ("绿头鸭", "Mallard"), ("猫头鹰", "Owl"), ("麻雀", "Sparrow"), ("鹌鹑", "Quail"), ("雨燕", "Swift"),
    ("鹊鸲", "Magpie Robin"), ("山鹪莺", "Prinia"), ("寿带", "Paradise Flycatcher"), ("松鸦", "Jay"), ("太阳鸟", "Sunbird"),
    ("天鹅", "Swan"), ("乌鸫", "Blackbird"), ("喜鹊", "Magpie"), ("翠鸟", "Kingfisher"), ("夜鹭", "Night Heron"), ("鹰", "Hawk"),
    ("鸳鸯", "Mandarin Duck"), ("云雀", "Skylark"), ("啄木鸟", "Woodpecker"), ("鹪鹩", "Wren"), ("相思鸟", "Leiothrix"),
    ("知更鸟", "Robin"),
)  # fmt: skip


def draw(taken: Iterable[int]) -> int:
    """The place of a name that is free; once all are taken, of a second bird of the kind."""
    used, turn = set(taken), 0
    while not (free := set(range(turn, turn + len(BIRDS))) - used):
        turn += len(BIRDS)
    return choice(sorted(free))


def name(place: int) -> str:
    """In the language of the page; `2` after a second bird of the kind."""
    again, bird = divmod(place, len(BIRDS))
    word = BIRDS[bird][page_language() == "en"]
    return f"{word} {again + 1}" if again else word
