"""At start, said once: a source of book data that can't be asked as it is described. Warnings, because everything else runs."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.utils.module_loading import import_string
from wagtail.search.backends import import_backend

from personal_catalog.lookup import places, servers
from personal_catalog.lookup.isbnlib_services import GoogleBooks, IsbnlibService, OpenLibrary, Wikipedia

UNKNOWN_SOURCE, MISDESCRIBED, NO_LIST, BAD_SERVICE = (f"personal_catalog.W00{number}" for number in range(1, 5))
SEE = "docs/sources.md lists the settings; manage.py probe_sources ISBN asks each source and says what it answers."
NO_CLIENT = "personal_catalog.W005"
NEEDS_CLIENT = "pip install 'bookrelay[opensearch]', or name the backend of another version in SEARCH_BACKEND."
SERVICES: tuple[type[IsbnlibService], ...] = (OpenLibrary, Wikipedia, GoogleBooks)


def sources_can_be_asked(**kwargs: Any) -> list[CheckMessage]:
    """Asks nobody."""
    return [*_unknown_sources(), *_misdescribed(), *_bad_services(), *_lists()]


def search_servers_can_be_asked(**kwargs: Any) -> list[CheckMessage]:
    """Asks nobody. Without them every search is answered by the embedded index."""
    if not settings.SEARCH_SERVERS:
        return []
    try:
        import_backend(settings.WAGTAILSEARCH_BACKENDS["candidates"]["BACKEND"])
    except ImportError as problem:
        return [Warning(f"The servers of SEARCH_SERVERS are not asked: {problem}.", hint=NEEDS_CLIENT, id=NO_CLIENT)]
    return []


def _unknown_sources() -> list[CheckMessage]:
    return [
        Warning(f"{path} in LOOKUP_SOURCES is no source: {problem}", hint=SEE, id=UNKNOWN_SOURCE)
        for path in settings.LOOKUP_SOURCES
        if (problem := _not_imported(path))
    ]


def _misdescribed() -> list[CheckMessage]:
    return [
        Warning(f"The server {one.server} is not asked. {one.option} {one.says}.", hint=SEE, id=MISDESCRIBED)
        for one in servers.problems()
    ]


def _bad_services() -> list[CheckMessage]:
    return [
        Warning(
            f"{service.name} is not asked: its address in ISBNLIB_SERVICE_URLS {problem}.", hint=SEE, id=BAD_SERVICE
        )
        for service in SERVICES
        if (problem := places.problem_of(service().place))
    ]


def _lists() -> list[CheckMessage]:
    named = settings.LOOKUP_LOCAL_FILE
    if not named or Path(named).is_file():
        return []
    return [Warning(f"LOOKUP_LOCAL_FILE: there is no file {named}.", hint=SEE, id=NO_LIST)]


def _not_imported(path: str) -> str:
    try:
        import_string(path)
    except ImportError as problem:
        return str(problem)
    return ""
