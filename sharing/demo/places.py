"""Where the readers of the demo campus meet."""

from datetime import time

from library_bridge.models import Area
from sharing.models import DropPoint, MeetingPlace

BOOK_HOUSE = ("梅园书屋", "Plum Court book house")
SHELVES = "A1\nA2\nA3\nB1\nB2\nB3"
SHELF_CODE = "PLUM25"
# Chinese, English, area, latitude, longitude, open on weekdays, at weekends; invented like the campus
PLACES = (
    ("图书馆正门", "Library gate", "", "29.56630", "106.46120", None, None),
    ("图书馆总服务台", "Library, front desk", "", "29.56644", "106.46131", (8, 22), (9, 17)),
    ("梅园食堂门口", "Plum Court canteen", "plum", "29.56870", "106.45790", (6, 21), (7, 21)),
    ("教学楼一层大厅", "Teaching hall, ground floor", "", "29.56480", "106.46410", (7, 22), None),
)


def load_book_house() -> None:
    """Where some of the readers leave books for each other; before they begin to."""
    plum = Area.objects.filter(code="plum").first()
    place = {"area": plum, "latitude": "29.56892", "longitude": "106.45815"}
    house, _new = MeetingPlace.objects.get_or_create(name_zh=BOOK_HOUSE[0], name_en=BOOK_HOUSE[1], defaults=place)
    DropPoint.objects.get_or_create(place=house, defaults={"compartments": SHELVES, "shelf_code": SHELF_CODE})


def load() -> None:
    areas = {area.code: area for area in Area.objects.all()}
    for chinese, english, area, latitude, longitude, week, weekend in PLACES:
        hours = {"opens": week, "weekend_opens": weekend}
        times = {name: time(span[0]) if span else None for name, span in hours.items()}
        closing = {name.replace("opens", "closes"): time(span[1]) if span else None for name, span in hours.items()}
        MeetingPlace.objects.get_or_create(
            name_zh=chinese, name_en=english,
            defaults={"area": areas.get(area), "latitude": latitude, "longitude": longitude, **times, **closing},
        )  # fmt: skip
