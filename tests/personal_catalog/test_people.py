import pytest

from personal_catalog.people import match_key, plain_name, split_names


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("[日] 东野圭吾", "东野圭吾"),
        ("（美）卡勒德·胡赛尼", "卡勒德·胡赛尼"),
        ("【英】罗素 著", "罗素"),
        ("鲍鹏山 著", "鲍鹏山"),
        ("王力 主编", "王力"),
        ("  J. K.   Rowling ", "J. K. Rowling"),
    ],
)
def test_nation_and_role_are_no_part_of_a_name(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_names_are_parted_where_lists_part_them() -> None:
    assert split_names("[美] 简·博克 / 莱诺拉·袁、蒋永强 译") == ["简·博克", "莱诺拉·袁", "蒋永强"]
    assert split_names("Suzanne Collins, J. K. Rowling") == ["Suzanne Collins", "J. K. Rowling"]
    assert split_names("Collins, Suzanne") == ["Collins, Suzanne"]


def test_two_ways_to_write_a_record_have_one_key() -> None:
    assert match_key("Ｃ++ Primer！", ["[美] Lippman"]) == match_key("c++ primer", ["LIPPMAN"])
