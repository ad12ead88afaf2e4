"""The stack of layers: which target may depend on which. The build checks that imports follow the manifest; this checks that the
manifest follows the stack."""

from __future__ import annotations

import json
import subprocess

import pytest
from tree import ROOT

# Each target, and the targets of this package that it may depend on. Whatever lies above is no business of a layer.
ALLOWED = {
    "Domain": set(),
    "Wire": set(),
    "Files": set(),
    "Connections": set(),
    "CFallocate": set(),
    "CMalloc": set(),
    "CZlib": set(),
    "CZstd": set(),
    "Blocks": {"CFallocate", "CZstd", "Files"},
    "Bundles": {"CZlib", "Wire"},
    "DiskImages": {"CZlib", "CZstd", "Files", "Wire"},
    "Sealing": {"Domain"},
    "Metadata": {"Domain"},
    "Client": {"Files", "Wire"},
    "Transfer": {"Domain", "Blocks", "Client"},
    "Services": {"Domain", "Files", "Blocks", "Bundles", "DiskImages", "Sealing", "Metadata", "Transfer"},
    "API": {"Connections", "Domain", "Sealing", "Wire", "Services"},
    "ferry": {"CMalloc", "Connections", "Domain", "Files", "Wire", "Blocks", "Bundles", "DiskImages", "Sealing", "Metadata", "Client", "Transfer", "Services", "API"},
}

# What a layer below the edges must not know: HTTP servers belong to API and ferry, the database to Metadata.
PRODUCTS = {
    "Hummingbird": {"API", "ferry"},
    "HummingbirdCore": {"Connections", "ferry"},
    "GRDB": {"Metadata"},
    "GRDBSQLite": {"Metadata"},
    "ArgumentParser": {"ferry"},
    "AsyncHTTPClient": {"Client"},
    "CryptoExtras": {"Bundles", "Sealing"},
    "X509": {"Bundles"},
    "SwiftASN1": {"Bundles", "Sealing"},
}


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
    assert {"Connections", "Domain", "Wire", "Files", "Blocks", "Bundles", "DiskImages", "Sealing", "Metadata", "Client", "Services"} <= tested


def test_warnings_are_errors_everywhere(targets):
    def strict(target):
        return any(setting.get("kind", {}).get("treatAllWarnings") for setting in target.get("settings", []))

    assert [name for name, target in targets.items() if target["type"] != "system" and not strict(target)] == []
