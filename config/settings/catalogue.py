"""Where titles, covers and search results come from."""

from typing import Any

from config import env

LOOKUP_SOURCES = [
    "personal_catalog.lookup.own.OwnCatalogue",
    "sharing.lookup_library.LibraryCatalogue",
    "personal_catalog.lookup.local_file.LocalFile",
    "personal_catalog.lookup.isbnlib_services.OpenLibrary",
    "personal_catalog.lookup.isbnlib_services.Wikipedia",
    "personal_catalog.lookup.sru.sources",
    "personal_catalog.lookup.isbnlib_services.GoogleBooks",
]
SRU_SERVERS: dict[str, dict[str, str]] = env.servers("SRU")  # docs/sources.md
# the demo campus asks nobody for covers
COVER_SERVERS: dict[str, dict[str, str]] = env.servers("COVER", default="" if env.flag("DEMO") else "openlibrary")
COVER_SECONDS = 10
LOOKUP_PER_MINUTE: dict[str, int] = {}  # name of a source → how often it may be asked, where that is not its own word
LOOKUP_SECONDS_NEAR = 1  # for the libraries together
LOOKUP_SECONDS_EACH = 3
LOOKUP_SECONDS_TOGETHER = 4
LOOKUP_LOCAL_FILE = env.text("LOOKUP_LOCAL_FILE")
ISBNLIB_SERVICE_URLS: dict[str, str] = {}  # name of the service → its address; empty means isbnlib's own

WAGTAILSEARCH_BACKENDS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "wagtail.search.backends.database"}}
SEARCH_SECONDS = 2
SEARCH_SERVERS = env.listed("SEARCH_SERVERS")
SEARCH_ENGINE = "personal_catalog.search.opensearch.OpenSearch" if SEARCH_SERVERS else ""
if SEARCH_SERVERS:  # docs/operations.md
    WAGTAILSEARCH_BACKENDS["candidates"] = {
        "BACKEND": env.text("SEARCH_BACKEND", "wagtail.search.backends.opensearch3"), "URLS": SEARCH_SERVERS,
        "INDEX_PREFIX": env.text("SEARCH_INDEX_PREFIX", "bookrelay_"), "TIMEOUT": SEARCH_SECONDS, "AUTO_UPDATE": False,
        "OPTIONS": {"max_retries": 0},  # the embedded index answers sooner
    }  # fmt: skip
SEARCH_MAX_CHARACTERS = 200
