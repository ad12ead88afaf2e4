"""House rules that no compiler checks: the size of files, the names of rooms, words that stand for unfinished or unsafe code."""

from __future__ import annotations

import re

import pytest
from tree import ROOT, files, name_of, swift_sources, text_of

LONG = 400
ROOMS_WITHOUT_A_SUBJECT = {"utils", "util", "utilities", "common", "shared", "helpers", "helper", "misc"}


def found(pattern: str, paths, flags: int = 0) -> list[str]:
    """Where the pattern stands, as `file: what`."""
    compiled = re.compile(pattern, flags)
    return [f"{name_of(path)}: {match.group(0).strip()}" for path in paths for match in compiled.finditer(text_of(path))]


def code_only(text: str) -> str:
    """Swift without its comments and without what stands in string literals."""
    text = re.sub(r'""".*?"""', '""', text, flags=re.DOTALL)
    text = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
    return re.sub(r"//[^\n]*", "", text)


def test_there_is_something_to_check():
    assert len(swift_sources()) > 20


def test_long_files_say_why_they_are_long():
    silent = []
    for path in swift_sources():
        lines = text_of(path).splitlines()
        if len(lines) > LONG and not (lines[0].startswith("//") and len(lines[0]) > 40):
            silent.append(f"{name_of(path)} has {len(lines)} lines and no reason in its first")
    assert silent == []


def test_rooms_are_named_after_what_is_in_them():
    wrong = [
        name_of(path)
        for path in files()
        if any(part.lower().partition(".")[0] in ROOMS_WITHOUT_A_SUBJECT for part in path.relative_to(ROOT).parts)
        or re.search(r"(?:Utils?|Utilities|Helpers?)$", path.stem)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (r"@unchecked\s+Sendable", "the compiler's proof of freedom from races ends there"),
        (r"\btry!", "an error becomes a crash"),
        (r"\bas!\s", "a wrong type becomes a crash"),
    ],
)
def test_unsafe_code(pattern, why):
    here = []
    for path in swift_sources():
        if name_of(path).startswith("Sources/"):
            here += [f"{name_of(path)}: {match.group(0)}" for match in re.finditer(pattern, code_only(text_of(path)))]
    assert here == [], why


def test_libraries_do_not_print():
    libraries = [path for path in swift_sources() if name_of(path).startswith("Sources/") and not name_of(path).startswith("Sources/ferry/")]
    talking = [name_of(path) for path in libraries if re.search(r"(?<![.\w])(?:print|debugPrint|dump)\(", code_only(text_of(path)))]
    assert talking == []


def test_nothing_is_marked_as_unfinished():
    marks = "|".join(("FIX" + "ME", "TO" + "DO", "X" * 3, "HA" + "CK"))
    assert found(rf"\b(?:{marks})\b", files()) == []


def test_no_path_of_one_machine():
    places = "|".join(("work", "tmp/ferry", "root", "home/[a-z]+"))
    # What a path is: a slash that neither continues a name nor follows one.
    assert found(rf"(?<![\w.\-/~}})])/(?:{places})(?=/|[\s\"'`),;:]|$)", files(), re.MULTILINE) == []


def test_access_is_package_and_not_public():
    open_to_all = [
        name_of(path)
        for path in swift_sources()
        if name_of(path).startswith("Sources/") and re.search(r"^\s*(?:public|open)\s", code_only(text_of(path)), re.MULTILINE)
    ]
    assert open_to_all == []


def test_no_test_looks_into_a_module():
    # A release build, which is what script/test runs, has no modules that can be looked into.
    assert found(r"^\s*@testable\b", swift_sources(), re.MULTILINE) == []


def test_scripts_can_be_run():
    scripts = [path for path in files() if text_of(path).startswith("#!")]
    assert len(scripts) >= 8
    assert [name_of(path) for path in scripts if not path.stat().st_mode & 0o100] == []


def test_shell_scripts_stop_at_the_first_error():
    shells = [path for path in files() if re.match(r"#!.*\b(?:ba)?sh\b", text_of(path))]
    assert [name_of(path) for path in shells if "set -eu" not in text_of(path)] == []


def test_errors_and_services_have_a_text():
    """They stand in log lines and messages, where Swift would print the names of types and properties."""
    sources = {path: code_only(text_of(path)) for path in swift_sources() if "Sources" in path.parts}
    texts = {name for text in sources.values() for name in re.findall(r"extension (\w+)\b[^{]*\bCustomStringConvertible\b", text)}
    silent = []
    for path, text in sources.items():
        for name, conformances in re.findall(r"\b(?:struct|enum|class) (\w+)(?:<[^>]*>)?: ([^{]*)\{", text):
            kinds = set(re.split(r"[\s,]+", conformances))
            if kinds & {"Error", "Service"} and "CustomStringConvertible" not in kinds and "ParsableCommand" not in kinds and name not in texts:
                silent.append(f"{name_of(path)}: {name}")
    assert silent == []


WITHOUT_DRY_RUNS = {"Objects", "Uploads"}


def test_calls_of_users_write_where_a_dry_run_ends():
    """`Call.commit` and `Call.prepare`: a use case that wrote beside them would change something in a dry run."""
    # S3 and EBS direct have no dry runs.
    uses = [path for path in swift_sources() if name_of(path).startswith("Sources/Services/") and path.parent.name not in WITHOUT_DRY_RUNS]
    assert found(r"call\.store\.database\.write\b", uses) == []
    assert found(r"call\.(?:commit|prepare)\b", uses) != []


def callers(pattern: str) -> set[str]:
    """The files of the edges in which something is called."""
    here = [path for path in swift_sources() if name_of(path).startswith(("Sources/API/", "Sources/Console/"))]
    return {path.name for path in here if re.search(pattern, code_only(text_of(path)))}


def test_actions_are_read_and_run_by_the_path_alone():
    """Whoever else could read an action of a request, authorise it or have it answered would be a way around the path."""
    assert callers(r"\bSubject\.read\(|\.read\.action|\.action\.reply\(|\.reply\(in:") == {"CallPath.swift"}
    assert callers(r"\bauthorization\.authorize\(") == {"CallPath.swift"}
    # The dialects run what they answer, and a listing by pages what it lists.
    runs = callers(r"(?<![.\w])run\(in: call\)(?!\s*async)")
    assert runs == {"EC2Action.swift", "EC2Listing.swift", "JSONAction.swift", "QueryAction.swift", "RESTAction.swift"}
    assert callers(r"(?<![.\w])run\(call\)") == {"S3Action.swift"}


def test_every_request_goes_to_the_path_or_to_a_public_page():
    assert callers(r":\s*HTTPResponder\b") == {"FerryResponder.swift"}
    # The second makes the calls of who has signed in to the console.
    assert callers(r"\bpath\.answer\(") == {"FerryResponder.swift", "SignedInCalls.swift"}
    assert callers(r"\bpublicPages\.reply\(") == {"FerryResponder.swift"}
    # What a use case runs in: whoever else made one could run it past the path. The second asks where a bucket is.
    assert callers(r"(?<![.\w])Call\(") == {"CallPath.swift", "S3Service+Regions.swift"}


def test_faults_of_objects_have_codes_of_s3():
    """One that S3 does not have would be told as an InvalidRequest."""
    faults, codes = (
        set(re.findall(pattern, text_of(ROOT / "Sources" / name)))
        for name, pattern in (
            ("Domain/Faults/FaultCode+Objects.swift", r'rawValue: "(\w+)"'),
            ("Wire/S3/Errors/S3ErrorCode.swift", r'= "(\w+)"'),
        )
    )
    assert len(faults) > 20
    assert faults - codes == set()


BEGINNING = re.compile(r"^( *)(?:@\w+(?:\([^)]*\))? )*(?:(?:package|private|fileprivate|static|final|override|nonisolated|mutating|convenience) )*(?:func \w+|init\b)")


def lengths(path) -> dict[str, int]:
    """How many lines each function of a file has, by its first. An `init` that only takes values is a list, and what a protocol asks for has none."""
    found, lines = {}, code_only(text_of(path)).split("\n")
    for number, line in enumerate(lines):
        if (begun := BEGINNING.match(line)) is None or line.rstrip().endswith("}"):
            continue
        end = next((place for place in range(number, len(lines)) if lines[place].rstrip() == f"{begun[1]}}}"), None)
        opened = next((place for place in range(number, len(lines)) if lines[place].rstrip().endswith("{")), None)
        if end is None or opened is None or opened > end or any(BEGINNING.match(later) for later in lines[number + 1 : opened + 1]):
            continue
        body = [text.strip() for text in lines[opened + 1 : end] if text.strip()]
        if not all(re.match(r"(?:self\.)?\w+ = ", text) for text in body):
            found[f"{name_of(path)}:{number + 1}"] = end - number + 1
    return found


def test_functions_are_short():
    every = {place: count for path in swift_sources() if "Sources" in path.parts for place, count in lengths(path).items()}
    assert len(every) > 5_000
    assert {place: count for place, count in every.items() if count > 60} == {}


# What nothing of ours calls, since others do: they ask for it by a protocol. And what stands for a value that AWS or C has.
CALLED_BY_OTHERS = {
    "allValueStrings", "callAsFunction", "connectionClosed", "connectionOpened", "databaseDidChange", "databaseDidCommit", "databaseDidRollback",
    "databaseWillCommit", "decodeLast", "isAcceptingNewConnections", "observes", "representation", "setup",
}


def test_nothing_is_there_that_nothing_uses():
    words: dict[str, int] = {}
    declared = {}
    for path in swift_sources():
        text = code_only(text_of(path))
        # Names in string literals count: they may be put in.
        for word in re.findall(r"\b[A-Za-z_]\w*\b", re.sub(r"//[^\n]*", "", text_of(path))):
            words[word] = words.get(word, 0) + 1
        if "Sources" in path.parts:
            declared |= {name: name_of(path) for name in re.findall(r"\b(?:func|var|let|struct|enum|class|typealias|protocol|actor) `?([A-Za-z]\w+)", text)}
    assert len(declared) > 5_000
    assert {name: path for name, path in declared.items() if words[name] == 1 and name not in CALLED_BY_OTHERS} == {}
