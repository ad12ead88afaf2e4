"""The documents: one title each, links that lead somewhere, and a specification whose every line names the test that shows it."""

from __future__ import annotations

import re
import urllib.parse
from functools import cache

import pytest
from tree import ROOT, name_of, swift_sources, text_of, with_suffix

EXPECTED = [
    "README.md", "ARCHITECTURE.md", "SPECIFICATION.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE",
    "docs/adding-an-action.md", "docs/coverage.md", "docs/installing.md", "docs/using.md",
]


def documents():
    return with_suffix(".md")


def without_code(text: str) -> str:
    return re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("name", EXPECTED)
def test_expected_documents_exist(name):
    assert (ROOT / name).is_file()


def test_each_document_has_one_title():
    wrong = {}
    for path in documents():
        titles = re.findall(r"^# .+", without_code(text_of(path)), re.MULTILINE)
        if len(titles) != 1:
            wrong[name_of(path)] = titles
    assert wrong == {}


def anchors(text: str) -> set[str]:
    """The anchors that the titles of a document make."""
    titles = re.findall(r"^#{1,6} (.+)$", without_code(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower().strip()).replace(" ", "-") for title in titles}


def test_links_between_documents_lead_somewhere():
    broken = []
    for path in documents():
        for target in re.findall(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)", without_code(text_of(path))):
            if re.match(r"[a-z]+:", target):
                continue
            place, _, anchor = urllib.parse.unquote(target).partition("#")
            other = (path.parent / place).resolve() if place else path
            if not other.exists() or (anchor and other.suffix == ".md" and anchor not in anchors(text_of(other))):
                broken.append(f"{name_of(path)}: {target}")
    assert broken == []


def test_pictures_are_in_the_tree():
    shown = [(path, target) for path in documents() for target in re.findall(r"!\[[^\]]+\]\(([^)\s]+)\)", without_code(text_of(path)))]
    assert [f"{name_of(path)}: {target}" for path, target in shown if not (path.parent / target).is_file()] == []


def test_the_changelog_dates_its_releases():
    """Newest first, below what is not released yet."""
    titles = re.findall(r"^## (.+)$", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert titles[0] == "Unreleased"
    releases = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) - (\d{4}-\d{2}-\d{2})", title) for title in titles[1:]]
    assert releases and all(releases)
    versions = [(tuple(int(number) for number in release.groups()[:3]), release.group(4)) for release in releases if release]
    assert versions == sorted(versions, reverse=True)
    [version] = re.findall(r'text = "(.+)"', text_of(ROOT / "Sources" / "ferry" / "Server" / "Version.swift"))
    assert version == ".".join(map(str, versions[0][0])), "the program has the version of the newest release"


def test_files_named_in_documents_exist():
    """A path in backticks that begins with one of the project's folders is a promise."""
    missing = []
    for path in documents():
        for target in re.findall(r"`((?:Sources|Tests|script|packaging|conformance|docs|\.ci)/[\w./\-]+)`", text_of(path)):
            if path.name == "CHANGELOG.md" or "NAME" in target:
                continue
            if not any((ROOT / candidate).exists() for candidate in (target, target.rstrip("/"), target + ".swift", target + ".md")):
                missing.append(f"{name_of(path)}: {target}")
    assert missing == []


def test_no_document_refers_to_a_line_number():
    wrong = []
    for path in documents():
        wrong += [f"{name_of(path)}: {match}" for match in re.findall(r"\b[\w/\-]+\.(?:swift|py|md|sh):\d+|\.swift#L\d+|\blines? \d+ of\b", text_of(path))]
    assert wrong == []


def test_architecture_fits_on_two_screens():
    assert len(text_of(ROOT / "ARCHITECTURE.md").splitlines()) <= 130


# The specification ---------------------------------------------------------------------------------------------------


@cache
def known_tests() -> set[str]:
    """Every name that SPECIFICATION.md may give: a pytest file, `file::test`, a Swift test file or suite, `Suite/test`."""
    known: set[str] = set()
    for path in with_suffix(".py"):
        if path.name.startswith("test_"):
            known.add(path.name)
            known |= {f"{path.name}::{name}" for name in re.findall(r"^\s*def (test_\w+)", text_of(path), re.MULTILINE)}
    for path in swift_sources():
        text = text_of(path)
        if "@Test" not in text:
            continue
        known |= {path.stem, path.name}
        for suite in re.findall(r"\b(?:struct|class|actor|enum)\s+(\w+)", text):
            known.add(suite)
            known |= {f"{suite}/{test}" for test in re.findall(r"\bfunc\s+(\w+)\s*\(", text)}
    return known


def specification_lines() -> list[str]:
    """The statements: list items and table rows that are neither a heading nor a rule."""
    lines = without_code(text_of(ROOT / "SPECIFICATION.md")).splitlines()
    statements = []
    for number, line in enumerate(lines):
        if re.match(r"\s*[-*] \S", line):
            statements.append(line.strip())
        elif line.startswith("|") and not re.match(r"\|[\s:|-]+\|?$", line):
            following = lines[number + 1] if number + 1 < len(lines) else ""
            if not re.match(r"\|[\s:|-]+\|?$", following):
                statements.append(line.strip())
    return statements


TEST_NAME = re.compile(r"`(test_\w+\.py(?:::\w+)?|\w+Tests?(?:\.swift)?(?:/\w+)?)`")


def test_specification_has_statements():
    assert len(specification_lines()) >= 30


def test_every_statement_names_a_test_or_says_pending():
    """In brackets, because the word alone is also the state of an image."""
    silent = [line for line in specification_lines() if not TEST_NAME.search(line) and "(pending)" not in line]
    assert silent == []


def test_every_test_that_the_specification_names_exists():
    named = {name for line in specification_lines() for name in TEST_NAME.findall(line)}
    assert {name for name in named if name not in known_tests()} == set()
