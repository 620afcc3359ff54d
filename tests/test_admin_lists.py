"""The heads of the lists that librarians read: words of one case, and never a name that only the database knows."""

import pytest
from django.conf import settings
from django.test import RequestFactory
from django.utils import translation
from wagtail.admin.viewsets import viewsets
from wagtail.admin.viewsets.model import ModelViewSet

from library_bridge.models import Reader

viewsets.populate()
LISTS = [
    one
    for one in viewsets.viewsets
    if isinstance(one, ModelViewSet) and one.model.__module__.split(".")[0] in settings.OUR_APPS
]


def heads(listed: ModelViewSet) -> list[str]:
    view = listed.index_view_class(**listed.get_index_view_kwargs())
    view.model, view.request = listed.model, RequestFactory().get("/")
    view.request.user = Reader(username="lin", is_staff=True, is_superuser=True)
    return [str(column.label) for column in view.columns]


def test_there_are_such_lists():
    assert len(LISTS) >= 30


@pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed.name)
def test_the_heads_of_a_list_are_words_of_one_case(listed, db):
    with translation.override("en"):
        found = heads(listed)
    assert [head for head in found if head[:1].islower()] == []
    assert [head for head in found if head == "Pk" or head.endswith(" id")] == []
