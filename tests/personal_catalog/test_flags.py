from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from library_bridge.models import Reader
from personal_catalog import flags
from personal_catalog.errors import AlreadyDecided, NotAllowed, OwnFlag
from personal_catalog.merging import merge_titles
from personal_catalog.models import TitleFlag
from tests.personal_catalog import factories
from tests.personal_catalog.factories import FORTRESS

pytestmark = pytest.mark.django_db


def test_a_reader_flags_a_title_from_its_page(alices: Client, alice: Reader, now: datetime) -> None:
    title = factories.title(now=now)
    url = reverse("title-flag", args=[title.pk])
    assert url in alices.get(reverse("title", args=[title.pk])).content.decode()
    assert alices.post(url, {"kind": ""}).status_code == 422
    assert alices.post(url, {"kind": "mixed", "note": "Two editions"})["Location"] == reverse("title", args=[title.pk])
    flag = TitleFlag.objects.get()
    assert (flag.title, flag.reader, flag.kind, flag.note) == (title, alice, "mixed", "Two editions")


def test_a_second_flag_replaces_the_first(alice: Reader, now: datetime) -> None:
    title = factories.title(now=now)
    for kind in ("wrong", "double"):
        flags.flag_title(title=title, reader=alice, kind=kind, note="", now=now)
    assert TitleFlag.objects.get().kind == "double"


def test_a_merger_keeps_the_flags_of_readers_who_are_gone(
    alice: Reader, bob: Reader, lin: Reader, now: datetime
) -> None:
    keep, double = factories.title(now=now), factories.title("围城", now=now, isbns=[FORTRESS])
    for title, reader in ((keep, alice), (double, alice), (double, bob)):
        flags.flag_title(title=title, reader=reader, kind="wrong", note=f"{title.pk} {reader.pk}", now=now)
    TitleFlag.objects.update(reader=None)
    merge_titles(keep_id=keep.pk, merge_ids=[double.pk], actor=lin, now=now)
    assert keep.flags.count() == 3


def test_a_flag_is_decided_once_by_a_curator(alice: Reader, lin: Reader, now: datetime) -> None:
    flag = flags.flag_title(title=factories.title(now=now), reader=alice, kind="wrong", note="", now=now)
    with pytest.raises(NotAllowed):
        flags.decide_flag(flag_id=flag.pk, settled=True, actor=alice, now=now)
    flags.decide_flag(flag_id=flag.pk, settled=False, actor=lin, now=now)
    with pytest.raises(AlreadyDecided):
        flags.decide_flag(flag_id=flag.pk, settled=True, actor=lin, now=now)


def test_a_curators_own_flag_is_decided_by_another_or_withdrawn(lin: Reader, now: datetime) -> None:
    title = factories.title(now=now)
    flag = flags.flag_title(title=title, reader=lin, kind="wrong", note="", now=now)
    with pytest.raises(OwnFlag):
        flags.decide_flag(flag_id=flag.pk, settled=True, actor=lin, now=now)
    flags.decide_flag(flag_id=flag.pk, settled=True, actor=factories.curator("Mei"), now=now)
    again = flags.flag_title(title=title, reader=lin, kind="wrong", note="", now=now)
    flags.withdraw_flag(flag_id=again.pk, actor=lin)
    assert TitleFlag.objects.get() == flag


def test_nobody_withdraws_anothers_flag(alice: Reader, lin: Reader, client: Client, now: datetime) -> None:
    flag = flags.flag_title(title=factories.title(now=now), reader=alice, kind="wrong", note="", now=now)
    with pytest.raises(NotAllowed):
        flags.withdraw_flag(flag_id=flag.pk, actor=lin)
    client.force_login(lin)
    assert client.post(reverse("catalog-flag", args=[flag.pk]), {"withdraw": ""}).status_code == 404


def test_the_desk_says_that_another_decides_ones_own_flag(lin: Reader, client: Client, now: datetime) -> None:
    client.force_login(lin)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    flag = flags.flag_title(title=factories.title(now=now), reader=lin, kind="wrong", note="", now=now)
    queue, act = reverse("catalog-queue-of", args=["flags"]), reverse("catalog-flag", args=[flag.pk])
    page = client.get(queue).content.decode()
    assert [words in page for words in ("Another curator says", 'name="settled"', 'name="withdraw"')] == [
        True,
        False,
        True,
    ]
    assert "Another curator says" in client.post(act, {"settled": ""}, follow=True).content.decode()
    assert TitleFlag.objects.get().status == "open"
    assert "flagged by a reader" not in client.get(reverse("wagtailadmin_home")).content.decode()
    client.post(act, {"withdraw": ""})
    assert not TitleFlag.objects.exists()
