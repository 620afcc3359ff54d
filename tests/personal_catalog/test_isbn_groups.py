"""Group, publisher and check digit of real ISBNs, as isbnlib has them."""

import csv
import gzip
from pathlib import Path

import isbnlib
import pytest

from personal_catalog import isbn

LIST = Path(__file__).resolve().parents[3] / "shared" / "data" / "books_zh.csv.gz"
TOO_NEW = 20  # of publishers whose ranges are younger than isbnlib's tables


@pytest.mark.skipif(not LIST.exists(), reason="the shared list of Chinese books is not here")
def test_every_real_isbn_has_its_group_its_publisher_and_its_check_digit() -> None:
    with gzip.open(LIST, "rt", encoding="utf-8", newline="") as stream:
        numbers = [row["isbn13"] for row in csv.DictReader(stream) if row["isbn13"]]
    unknown = 0
    for number in numbers[::8]:
        parts = isbn.hyphenate(number).split("-")
        assert isbn.parse(number).isbn13 == number == "".join(parts)
        assert isbnlib.check_digit13(number[:12]) == number[-1]
        unknown += len(parts) == 1
        if len(parts) > 1:
            assert (isbn.hyphenate(number), len(parts), parts[-1]) == (isbnlib.mask(number), 5, number[-1])
            assert isbnlib.info(number), number
    assert unknown <= TOO_NEW
