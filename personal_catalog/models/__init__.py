from personal_catalog.models.copies import Copy, CustodyRecord
from personal_catalog.models.covers import CoverPicture, CoverSearch
from personal_catalog.models.curating import CurationRound, FieldConflict, LikelyDouble, TitleFlag, TitleMerge
from personal_catalog.models.groups import Membership, ReaderGroup
from personal_catalog.models.headings import Heading, HeadingName
from personal_catalog.models.imports import ImportJob, ImportRow
from personal_catalog.models.lookups import LocalList, LocalRecord, LookupCache, SourceState
from personal_catalog.models.photos import CopyPhoto
from personal_catalog.models.searching import SearchTerm
from personal_catalog.models.sent_forms import SentForm
from personal_catalog.models.tags import ShelfTag
from personal_catalog.models.title_imports import TitleImport, TitleImportProblem
from personal_catalog.models.titles import Title, TitleChange, TitleIsbn, TitleNumber, TitleSuggestion

__all__ = (
    "Copy",
    "CopyPhoto",
    "CoverPicture",
    "CoverSearch",
    "CurationRound",
    "CustodyRecord",
    "FieldConflict",
    "Heading",
    "HeadingName",
    "ImportJob",
    "ImportRow",
    "LikelyDouble",
    "LocalList",
    "LocalRecord",
    "LookupCache",
    "Membership",
    "ReaderGroup",
    "SearchTerm",
    "SentForm",
    "ShelfTag",
    "SourceState",
    "Title",
    "TitleChange",
    "TitleFlag",
    "TitleImport",
    "TitleImportProblem",
    "TitleIsbn",
    "TitleMerge",
    "TitleNumber",
    "TitleSuggestion",
)
