"""What the documents name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
OURS = "config|docs|incentives|library_bridge|personal_catalog|sharing|static|templates|tests"
VUFIND_S = {"templates/layout/layout.phtml"}


@pytest.mark.parametrize("page", [one for one in PAGES if one.name != "CHANGELOG.md"], ids=lambda page: page.name)
def test_files_that_a_document_names_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = re.findall(rf"`((?:{OURS})/[\w./-]*)`", text)
    linked = [str((page.parent / way).resolve()) for way in re.findall(r"\]\((?!https?:)([^)#]+)", text)]
    assert {way for way in (*named, *linked) if not (ROOT / way).exists()} <= VUFIND_S


@pytest.mark.parametrize("page", [one for one in PAGES if one.name != "CHANGELOG.md"], ids=lambda page: page.name)
def test_commands_that_a_document_names_are_there(page: Path) -> None:
    django_s = {"check", "collectstatic", "createsuperuser", "migrate"}
    ours = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    assert set(re.findall(r"manage\.py (\w+)", page.read_text(encoding="utf-8"))) <= django_s | ours
