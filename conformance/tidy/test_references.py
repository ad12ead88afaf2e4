"""What comments and documents cite is in the tree: the document, and the section that is named. The pages on how AWS behaves name their
sources."""

from __future__ import annotations

import re
from pathlib import Path

from tree import ROOT, files, name_of, text_of

# A document, alone or with its path: `docs/behaviour/tags.md`, `bundle.md`.
DOCUMENT = re.compile(r"(?<![\w*])((?:\.{1,2}/)*(?:[\w-]+/)*[\w-]+\.md)\b")
# A document and one of its sections, by its title or by a number.
SECTION = re.compile(DOCUMENT.pattern + r"`?,? (?:(sections? [\d.]+)|\"([^\"\n]+)\")")
PAGES = ROOT / "docs" / "behaviour"


def cited(text: str) -> str:
    """Text in which a citation stands on one line, however its comment is wrapped."""
    return re.sub(r"\n[ \t]*(?:///?|#|\*)?[ \t]*(?=\S)", " ", text)


def document(name: str, path: Path) -> Path | None:
    """The document that a file cites: from the root, from the folder that the file is in, or by its name alone."""
    for place in (ROOT / name, path.parent / name):
        if place.resolve() in files():
            return place.resolve()
    return next((known for known in files() if known.name == name), None)


def titles(path: Path) -> set[str]:
    return set(re.findall(r"^#{1,6} (.+?)\s*$", text_of(path), re.MULTILINE))


def test_documents_that_are_cited_exist():
    missing = [f"{name_of(path)}: {name}" for path in files() for name in DOCUMENT.findall(text_of(path)) if document(name, path) is None]
    assert missing == []


def test_sections_that_are_cited_exist():
    wrong = []
    for path in files():
        for name, number, title in SECTION.findall(cited(text_of(path))):
            found = document(name, path)
            if number or (found is not None and title not in titles(found)):
                wrong.append(f"{name_of(path)}: {name}, {number or title}")
    assert wrong == []


def sections(path: Path) -> list[tuple[str, str]]:
    """The sections of a page, each with its text."""
    parts = re.split(r"^## (.+)$", text_of(path), flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def pages() -> list[Path]:
    return [path for path in files() if path.parent == PAGES and path.suffix == ".md" and path.name != "README.md"]


def test_there_are_pages_on_how_aws_behaves():
    assert len(pages()) >= 10


def test_each_section_on_how_aws_behaves_names_its_sources():
    """A page of AWS's or a public issue by its address, a model or a client by its name and version."""
    silent = []
    for path in pages():
        for title, text in sections(path):
            sources = " ".join(re.findall(r"^Sources?: .+(?:\n.+)*", text, re.MULTILINE))
            if not re.search(r"\]\(https://|botocore's|\w \d+\.\d", sources):
                silent.append(f"{name_of(path)}: {title}")
    assert silent == []


def test_the_list_of_pages_on_how_aws_behaves_is_whole():
    listed = set(re.findall(r"^\| \[([\w-]+\.md)\]", text_of(PAGES / "README.md"), re.MULTILINE))
    assert listed == {path.name for path in pages()}
