"""The stack of layers: which target may depend on which. The manifest follows the stack, and what the sources import follows both: the
build also lets a target import what its dependencies depend on."""

from __future__ import annotations

import json
import re
import subprocess

import pytest
from tree import ROOT, name_of, swift_sources, text_of

# Each target, and the targets of this package that it may depend on. Whatever lies above is no business of a layer.
ALLOWED = {
    "Concurrency": set(),
    "Hexadecimal": set(),
    "Domain": {"Hexadecimal"},
    "Wire": {"Hexadecimal"},
    "Files": set(),
    "Connections": set(),
    "CCrypto": set(),
    "CFallocate": set(),
    "CMalloc": set(),
    "CSlirp": set(),
    "CSpawn": set(),
    "CLibPQ": set(),
    "CZlib": set(),
    "CZstd": set(),
    "Blocks": {"CCrypto", "CFallocate", "CZstd", "Files", "Hexadecimal"},
    "Bundles": {"CZlib", "Hexadecimal", "Wire"},
    "DiskImages": {"CZlib", "CZstd", "Files", "Hexadecimal", "Wire"},
    "Sealing": {"Domain", "Hexadecimal"},
    "Metadata": {"CLibPQ", "Domain"},
    "Client": {"Concurrency", "Files", "Hexadecimal", "Wire"},
    "Transfer": {"Concurrency", "Domain", "Blocks"},
    "GuestNetwork": {"CSlirp", "Files", "Hexadecimal"},
    "ferry-network": {"GuestNetwork"},
    "Machines": {"CSpawn", "Domain", "Blocks", "Files", "GuestNetwork", "Wire"},
    "Services": {"Domain", "Files", "GuestNetwork", "Hexadecimal", "Blocks", "Bundles", "DiskImages", "Machines", "Sealing", "Metadata", "Transfer"},
    "API": {"Connections", "Domain", "Hexadecimal", "Sealing", "Wire", "Services"},
    "Console": {"API", "Client", "Domain", "Hexadecimal", "Services", "Wire"},
    "ferry": {"Console", "CMalloc", "Connections", "Domain", "Files", "Wire", "Blocks", "Bundles", "DiskImages", "Sealing", "Metadata", "Client", "Transfer", "Services", "API"},
}

# What a layer below the edges must not know: HTTP servers belong to API and ferry, the database to Metadata.
PRODUCTS = {
    "Hummingbird": {"API", "ferry"},
    "HummingbirdCore": {"Connections", "ferry"},
    "GRDB": {"Metadata"},
    "GRDBSQLite": {"Metadata"},
    "ArgumentParser": {"ferry"},
    "AsyncHTTPClient": {"Client"},
    "Mustache": {"Console"},
    "CryptoExtras": {"Bundles", "Sealing"},
    "X509": {"Bundles"},
    "SwiftASN1": {"Bundles", "Sealing"},
}

# What comes with the compiler, and is declared nowhere.
TOOLCHAIN = {"Dispatch", "Foundation", "FoundationEssentials", "FoundationXML", "Glibc", "Synchronization"}

IMPORT = re.compile(
    r"^[ \t]*(?:@\w+(?:\([^)\n]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?import[ \t]+"
    r"(?:(?:actor|class|enum|func|let|protocol|struct|typealias|var)[ \t]+)?(\w+)",
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def targets():
    dump = subprocess.run(["swift", "package", "dump-package"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {target["name"]: target for target in json.loads(dump)["targets"]}


def edges(target) -> tuple[set[str], set[str]]:
    """The names of the targets and of the products that a target depends on."""
    own, products = set(), set()
    for dependency in target["dependencies"]:
        for kind, place in (("byName", own), ("target", own), ("product", products)):
            if kind in dependency:
                place.add(dependency[kind][0])
    return own, products


def test_every_target_has_its_place(targets):
    libraries = {name for name, target in targets.items() if target["type"] != "test" and name != "TestSupport"}
    assert libraries == set(ALLOWED)


@pytest.mark.parametrize("name", ALLOWED)
def test_target_depends_on_lower_layers_only(targets, name):
    own, _ = edges(targets[name])
    assert own - ALLOWED[name] == set()


@pytest.mark.parametrize("product", PRODUCTS)
def test_product_is_used_where_it_belongs(targets, product):
    users = {name for name, target in targets.items() if target["type"] != "test" and product in edges(target)[1]}
    assert users <= PRODUCTS[product]


def test_no_layer_depends_on_what_tests_are_made_of(targets):
    assert [name for name in ALLOWED if "TestSupport" in edges(targets[name])[0]] == []


def test_every_layer_with_code_has_tests(targets):
    tested = set().union(*(edges(target)[0] for target in targets.values() if target["type"] == "test"))
    assert {"Concurrency", "Connections", "Domain", "Wire", "Files", "Blocks", "Bundles", "DiskImages", "Sealing", "Metadata", "Client", "GuestNetwork", "Machines", "Services"} <= tested


def test_warnings_are_errors_everywhere(targets):
    def strict(target):
        return any(setting.get("kind", {}).get("treatAllWarnings") for setting in target.get("settings", []))

    assert [name for name, target in targets.items() if target["type"] != "system" and not strict(target)] == []


# What the sources import ---------------------------------------------------------------------------------------------


def folder(target) -> str:
    return target.get("path") or f"{'Tests' if target['type'] == 'test' else 'Sources'}/{target['name']}"


Imports = set[tuple[str, str]]


def imports(target) -> Imports:
    """Each file of a target with each module that it imports, those of the compiler aside."""
    room = folder(target) + "/"
    here = [path for path in swift_sources() if name_of(path).startswith(room)]
    return {(name_of(path), module) for path in here for module in IMPORT.findall(text_of(path)) if module not in TOOLCHAIN}


def undeclared(target, imported: Imports) -> set[str]:
    """What the manifest does not say that the target may import."""
    known = set().union(*edges(target)) | ({"Testing"} if target["type"] == "test" or target["name"] == "TestSupport" else set())
    return {f"{name}: {module}" for name, module in imported if module not in known}


def strayed(layer: str, imported: Imports) -> set[str]:
    """What is of no lower layer, or a product that belongs to others."""
    return {
        f"{name}: {module}"
        for name, module in imported
        if module in ALLOWED and module not in ALLOWED[layer] or layer not in PRODUCTS.get(module, {layer})
    }


def test_every_target_imports_something(targets):
    """Else its folder was not found."""
    assert {name for name, target in targets.items() if target["type"] != "system" and not imports(target)} <= {"Concurrency", "Files", "Hexadecimal"}


def test_imports_are_declared_in_the_manifest(targets):
    assert set().union(*(undeclared(target, imports(target)) for target in targets.values())) == set()


def test_imports_stay_in_their_layer(targets):
    assert set().union(*(strayed(layer, imports(targets[layer])) for layer in ALLOWED)) == set()


@pytest.mark.parametrize(
    ("layer", "module"),
    [
        ("Domain", "Wire"), ("Wire", "Domain"), ("Services", "API"), ("API", "Metadata"), ("Metadata", "Blocks"), ("Connections", "GRDB"),
        ("Services", "Hummingbird"),
    ],
)
def test_an_import_that_is_put_in_is_found(targets, layer, module):
    """One more file, as the two tests above would read it."""
    put_in = {(f"Sources/{layer}/Added.swift", found) for found in IMPORT.findall(f"import Foundation\nimport {module}\n") if found not in TOOLCHAIN}
    told = {f"Sources/{layer}/Added.swift: {module}"}
    assert undeclared(targets[layer], imports(targets[layer]) | put_in) == told
    assert strayed(layer, imports(targets[layer]) | put_in) == told


@pytest.mark.parametrize(
    "line",
    ["import Blocks", "package import Blocks", "@testable import Blocks", "@preconcurrency public import Blocks", "import struct Blocks.Digest", "  import Blocks"],
)
def test_every_form_of_import_is_read(line):
    assert IMPORT.findall(f"// import Domain\n{line}\nlet text = 1\n") == ["Blocks"]
