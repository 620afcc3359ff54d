"""Directions that no linter sees: foreign keys and the layout, what is invented, what is not translated."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import pairwise
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import ForeignKey, ManyToManyField, Model

from library_bridge.management.commands.messages import faults, untranslated

HEIGHT = {"library_bridge": 0, "personal_catalog": 0, "sharing": 1, "incentives": 2}
LAYOUT = {
    "manage.py", "pyproject.toml", "README.md", "Makefile", "CHANGELOG.md", "LICENSE", "SECURITY.md", "config", "library_bridge",
    "personal_catalog", "sharing", "incentives", "templates", "static", "tests", "docs", "requirements", "var",
}  # fmt: skip

ISBN = re.compile(r"(?<![\w.])97[89]\d{10}(?!\w)")
MARC_IS_A_FORMAT = re.compile(
    r"^from library_bridge\.(?:marc(?:\.\w+)? import .*|ports import (?:BibliographicRecord|Gone)(?:, Gone)?)$",
    re.MULTILINE,
)
BINARY = {".mo", ".pyc", ".png", ".jpg", ".webp", ".ico", ".woff2"}


def _relations() -> list[tuple[type[Model], str, type[Model]]]:
    return [
        (model, field.name, field.related_model)
        for model in apps.get_models()
        if model._meta.app_label in HEIGHT
        for field in model._meta.get_fields()
        if isinstance(field, (ForeignKey, ManyToManyField)) and isinstance(field.related_model, type)
    ]


def test_foreign_keys_go_down() -> None:
    for model, name, other in _relations():
        here, there = model._meta.app_label, other._meta.app_label
        if there not in HEIGHT or here == there or other is apps.get_model(settings.AUTH_USER_MODEL):
            continue
        assert HEIGHT[there] < HEIGHT[here], f"{model.__name__}.{name} points from {here} to {there}"


def test_our_apps_are_listed_lower_ones_first() -> None:
    heights = [HEIGHT[app] for app in settings.OUR_APPS]
    assert all(lower <= upper for lower, upper in pairwise(heights))


def test_the_top_level_holds_what_the_layout_names() -> None:
    found = {path.name for path in Path(settings.BASE_DIR).iterdir() if not path.name.startswith(".")}
    assert found - {"node_modules", "__pycache__"} <= LAYOUT


def test_only_the_transitions_assign_a_status() -> None:
    """Views, API, jobs and admin call a transition; none of them writes a status."""
    for folder in (
        "sharing/views",
        "sharing/api",
        "library_bridge/views.py",
        "personal_catalog/views",
        "incentives/views",
    ):
        place = Path(settings.BASE_DIR) / folder
        for path in [place] if place.is_file() else place.rglob("*.py"):
            lines = [line for line in path.read_text().splitlines() if ".status = " in line]
            assert not lines, f"{path}: {lines}"


@pytest.mark.parametrize("app", ["library_bridge", "personal_catalog"])
def test_the_ground_does_not_know_its_neighbour(app: str) -> None:
    other = {"library_bridge": "personal_catalog", "personal_catalog": "library_bridge"}[app]
    for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
        text = MARC_IS_A_FORMAT.sub("", path.read_text())
        assert f"from {other}" not in text, path
        assert f"import {other}" not in text, path


def _written_by_us() -> Iterator[Path]:
    """Every text file of the project outside its tests; the locked requirements are full of hashes."""
    for name in LAYOUT - {"tests", "requirements", "var"}:
        place = Path(settings.BASE_DIR) / name
        ours = (path for path in [place, *place.rglob("*")] if "vendor" not in path.parts)
        yield from (path for path in ours if path.is_file() and path.suffix not in BINARY)


def test_every_isbn_of_the_product_is_one_of_the_campus_list() -> None:
    known = set(ISBN.findall(settings.DEMO_TITLES.read_text(encoding="utf-8")))
    invented = {
        f"{path}: {isbn}"
        for path in _written_by_us()
        for isbn in ISBN.findall(path.read_text(encoding="utf-8"))
        if isbn not in known
    }
    assert not invented


@pytest.mark.parametrize("app", settings.OUR_APPS)
def test_every_message_has_its_chinese(app: str) -> None:
    assert list(untranslated(app)) == []


def test_the_chinese_says_each_message_in_one_way() -> None:
    assert list(faults()) == []


def _imported(path: Path) -> set[str]:
    """First names of what a module imports by its full name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return {name.split(".")[0] for name in found}


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((Path(settings.BASE_DIR) / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[\[~>=<]", line)[0].casefold() for line in project["dependencies"]}
    ours = {"config", *settings.OUR_APPS}
    modules = [path for name in ours for path in (Path(settings.BASE_DIR) / name).rglob("*.py")]
    names = {name for path in modules for name in _imported(path)} - ours - set(sys.stdlib_module_names)
    owners = packages_distributions()
    missing = {name for name in names if not {owner.casefold().replace("_", "-") for owner in owners[name]} & declared}
    assert not missing


TRANSLATORS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "npgettext"}


def _in_text_with_braces(path: Path) -> Iterator[str]:
    for text in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(text, ast.JoinedStr):
            called = (node.func for node in ast.walk(text) if isinstance(node, ast.Call))
            if any(isinstance(name, ast.Name) and name.id in TRANSLATORS for name in called):
                yield f"{path}:{text.lineno}"


def test_no_sentence_stands_where_the_catalogue_does_not_find_it() -> None:
    """Inside an f-string it is not extracted, and would be English in every language."""
    modules = [path for name in settings.OUR_APPS for path in (Path(settings.BASE_DIR) / name).rglob("*.py")]
    assert [place for path in modules for place in _in_text_with_braces(path)] == []


def test_what_is_dark_is_for_screens_only_and_the_two_blocks_agree() -> None:
    css = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text()
    blocks = re.findall(r"@media screen[^{]*\{[^{]*\{\s*color-scheme: dark;([^}]*)\}", css)
    by_device, by_choice = (re.findall(r"(--[\w-]+): ([^;]+);", block) for block in blocks)
    assert by_device == by_choice
    assert css.count("color-scheme: dark;") == len(blocks)
