"""One catalogue of one size on one engine, in a process of its own: loaded, asked, and the figures written as JSON.

`python -m tests.bench.search_run SIZE`; the database is the one that the settings name, and has to be an empty one.
"""

import json
import statistics
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

from tests import shared_data
from tests.bench import search_books

ROUNDS = 3
QUESTIONS = 90
BROAD = ("心理", "中国", "小说", "历史", "的", "history", "the", "love", "世界", "zhongguo")
REACH = 10


def main(size: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    settings.ALLOWED_HOSTS = ["*"]
    from django.core.management import call_command

    from personal_catalog.models import Title
    from tests.bench import search_load

    call_command("migrate", verbosity=0)
    started, real = perf_counter(), size == 0
    if not Title.objects.exists():
        search_load.load(search_books.real_books() if real else search_books.books(size), now=timezone.now())
    report: dict[str, Any] = {"titles": Title.objects.count(), "seconds": perf_counter() - started}
    report |= {"recall": recall()} if real else {"times": times()}
    print(json.dumps(report))


def recall() -> dict[str, list[float]]:
    """By kind of question: how many, how many found in the first ten, and the share of all expected ones in them."""
    from personal_catalog.models import TitleIsbn
    from personal_catalog.search.query import search_titles

    numbers = dict(TitleIsbn.objects.values_list("isbn13", "title_id"))
    kinds: dict[str, list[float]] = {}
    for question in shared_data.questions():
        wanted = {numbers[isbn13] for isbn13 in question.expected if isbn13 in numbers}
        got = wanted & set(search_titles(question.text).ids[:REACH])
        if not got:
            print(f"missed {question.kind}: {question.text}", file=sys.stderr)
        row = kinds.setdefault(question.kind, [0, 0, 0.0])
        row[0] += 1
        row[1] += bool(got)
        row[2] += len(got) / len(wanted)
    return kinds


def times() -> dict[str, list[float]]:
    """Milliseconds of each question, the median of the rounds, by what answers it. Rounds alternate."""
    from sharing import search_facets
    from tests.bench import search_bare

    search_facets.COUNTED_AGAIN = 0  # the first who asks waits longest
    asked = [*_sample(), *BROAD]
    ways: dict[str, Callable[[str], object]] = {
        "bare": search_bare.ask,
        "one_pass": search_bare.in_one_pass,
        "search": _search,
        "endpoint": _endpoint(),
        "typing": _endpoint("/search/hints/"),
    }
    for way in ways.values():
        way(asked[0])
    measured: dict[str, dict[str, list[float]]] = {name: {text: [] for text in asked} for name in ways}
    for _round in range(ROUNDS):
        for text in asked:
            for name, way in ways.items():
                measured[name][text].append(_milliseconds(way, text))
    return {name: [statistics.median(rounds) for rounds in texts.values()] for name, texts in measured.items()}


def _sample() -> list[str]:
    every = shared_data.questions()
    return [every[place * len(every) // QUESTIONS].text for place in range(QUESTIONS)]


def _milliseconds(way: Callable[[str], object], text: str) -> float:
    started = perf_counter()
    way(text)
    return (perf_counter() - started) * 1_000


def _search(text: str) -> object:
    from personal_catalog.search.query import search_titles

    return search_titles(text)


def _endpoint(address: str = "/search/") -> Callable[[str], object]:
    from django.test import Client

    client = Client(headers={"accept-language": "zh-CN"})

    def ask(text: str) -> object:
        answer = client.get(address, {"q": text})
        assert answer.status_code == 200, (text, answer.status_code)
        return answer

    return ask


if __name__ == "__main__":
    main(int(sys.argv[1]))
