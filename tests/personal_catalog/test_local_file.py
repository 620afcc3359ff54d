import gzip
from datetime import datetime
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from pytest_django import Settings

from personal_catalog import lookup
from personal_catalog.lookup.load import load_local_records
from personal_catalog.models import LocalRecord
from tests.personal_catalog.factories import FORTRESS, PROCRASTINATION

pytestmark = pytest.mark.django_db
CHINESE = f"""书名,作者,译者,出版社,出版年,ISBN,定价
拖延心理学,[美] 简·博克 / 莱诺拉·袁,蒋永强,中国人民大学出版社,2009年12月,978-7-300-11390-6,38元
没有书号的书,某人,,,,,
围城,钱锺书 著,,人民文学出版社,1991-2,{FORTRESS},19
"""


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    path = tmp_path / "books.csv"
    path.write_text(CHINESE, encoding="utf-8")
    return path


def test_a_chinese_list_is_read(list_file: Path, now: datetime) -> None:
    assert load_local_records(list_file) == (2, 1)
    found = lookup.find(PROCRASTINATION, now=now)
    assert found.facts is not None
    assert found.facts.creators == ("简·博克", "莱诺拉·袁")
    assert (found.facts.year, found.facts.publisher, found.sources) == (2009, "中国人民大学出版社", ("local_file",))


def test_the_named_file_is_read_by_itself_and_again_when_it_changes(
    list_file: Path, settings: Settings, now: datetime
) -> None:
    settings.LOOKUP_LOCAL_FILE = str(list_file)
    assert lookup.find(FORTRESS, now=now).sources == ("local_file",)
    list_file.write_text("title,author,isbn13,year\nDune,Frank Herbert,9780340839935,1965\n", encoding="utf-8")
    assert lookup.find("9780340839935", now=now).facts is None
    cache.clear()
    assert lookup.find("9780340839935", now=now).facts is not None


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig"])
def test_gzipped_lists_in_either_encoding_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "books.csv.gz"
    path.write_bytes(gzip.compress(CHINESE.encode(encoding)))
    call_command("load_local_records", str(path))
    assert LocalRecord.objects.get(isbn13=FORTRESS).facts["title"] == "围城"


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("load_local_records", str(tmp_path / "none.csv"))


def test_of_two_isbn_columns_the_whole_one_counts(tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "books.csv"
    path.write_text(
        "isbn,isbn13,authors,title\n439023483,9.78043902348e+12,Suzanne Collins,The Hunger Games\n", encoding="utf-8"
    )
    assert load_local_records(path) == (1, 0)
    assert LocalRecord.objects.get().isbn13 == "9780439023481"
