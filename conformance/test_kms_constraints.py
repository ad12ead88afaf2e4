"""Each member of each action of KMS against the service model that botocore has: its constraints, one at a time and all at once, in AWS's words."""

from __future__ import annotations

import base64
import re
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, Shape, StructureShape
from signed_request import kms_request
from test_coverage import EXPECTED

MODEL = botocore.session.get_session().get_service_model("kms")
ACTIONS = sorted(EXPECTED["KMS"])
BODY_MAX = 1 << 18


def well_formed(shape: Shape) -> Any:
    """A value that breaks no constraint."""
    if isinstance(shape, StructureShape):
        return {name: well_formed(shape.members[name]) for name in shape.required_members}
    if isinstance(shape, ListShape):
        return [well_formed(shape.member)]
    if shape.type_name == "map":
        return {"key": "value"}
    if getattr(shape, "enum", None):
        return shape.enum[0]
    least = shape.metadata.get("min", 1)
    return {"boolean": True, "integer": least, "blob": blob(least)}.get(shape.type_name, "a" * max(least, 1))


def blob(count: int) -> str:
    return base64.b64encode(b"x" * count).decode()


def ill_formed(shape: Shape) -> list[Any]:
    """Values of the right kind that each break a constraint."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if isinstance(shape, StructureShape):
        return [{}] if shape.required_members else []
    if isinstance(shape, ListShape):
        wrong = [[value] for value in ill_formed(shape.member)] + [[None]]
        return wrong + ([[well_formed(shape.member)] * (most + 1)] if most else [])
    match shape.type_name:
        case "string" if getattr(shape, "enum", None): return ["NO_SUCH_VALUE"]
        case "string": return ([""] if least else []) + (["a" * (most + 1)] if most else []) + (["☃"] if "pattern" in shape.metadata else [])
        case "integer": return [least - 1, most + 1]
        case "blob": return ([""] if least else []) + [blob(most + 1)]
    return []


# The rules, once more ------------------------------------------------------------------------------------------------


def length_failures(length: int, shape: Shape) -> list[str]:
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", float("inf"))
    if length > most:
        return [f"Member must have length less than or equal to {most}"]
    return [f"Member must have length greater than or equal to {least}"] if length < least else []


def failures(shape: Shape, value: Any) -> list[str]:
    if getattr(shape, "enum", None):
        return [] if value in shape.enum else everything(shape)
    match shape.type_name:
        case "string":
            pattern = shape.metadata.get("pattern")
            is_matched = pattern is None or re.fullmatch(pattern, value, re.ASCII)
            return length_failures(len(value), shape) + ([] if is_matched else [f"Member must satisfy regular expression pattern: {pattern}"])
        case "integer":
            least, most = shape.metadata["min"], shape.metadata["max"]
            if value > most:
                return [f"Member must have value less than or equal to {most}"]
            return [f"Member must have value greater than or equal to {least}"] if value < least else []
        case "blob": return length_failures(len(base64.b64decode(value)), shape)
    return []


def everything(shape: Shape) -> list[str]:
    """What a value of a list must satisfy, as one text says it."""
    if getattr(shape, "enum", None):
        return [f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"]
    rules, texts = shape.metadata, []
    if "max" in rules: texts.append(f"Member must have length less than or equal to {rules['max']}")
    if rules.get("min"): texts.append(f"Member must have length greater than or equal to {rules['min']}")
    if "pattern" in rules: texts.append(f"Member must satisfy regular expression pattern: {rules['pattern']}")
    return texts


def excerpt(text: str) -> str:
    return text if len(text.encode()) <= 256 else text[:256] + "…"


def violations(shape: Shape, value: Any, path: str) -> list[str]:
    def told(shown: str, texts: list[str]) -> list[str]:
        return [f"{shown} at '{path}' failed to satisfy constraint: {text}" for text in texts]

    if isinstance(shape, StructureShape):
        found = []
        for name, member in shape.members.items():
            inner = (f"{path}." if path else "") + name[0].lower() + name[1:]
            if value.get(name) is not None:
                found += violations(member, value[name], inner)
            elif name in shape.required_members:
                found.append(f"Value null at '{inner}' failed to satisfy constraint: Member must not be null")
        return found
    if isinstance(shape, ListShape):
        shown = f"Value '[{', '.join(excerpt(element or '') for element in value if not isinstance(element, dict))}]'"
        found = told(shown, length_failures(len(value), shape))
        if isinstance(shape.member, StructureShape):
            return found + [each for number, element in enumerate(value, 1) for each in violations(shape.member, element or {}, f"{path}.{number}.member")]
        if any(element is None or failures(shape.member, element) for element in value):
            found += told(shown, [f"Member must satisfy constraint: [{', '.join([*everything(shape.member), 'Member must not be null'])}]"])
        return found
    if shape.type_name in ("map", "boolean"):
        return []
    return told("Value" if shape.type_name == "blob" else f"Value '{excerpt(str(value))}'", failures(shape, value))


def check(server, action: str, body: dict[str, Any]) -> None:
    """The server must name exactly the violations of a request."""
    expected = violations(MODEL.operation_model(action).input_shape, body, "")
    answer = kms_request(action, body).signed(server, "kms").send(server)
    if len(str(body)) > BODY_MAX:
        assert (answer.status, answer.code) == (400, "SerializationException"), str(answer)
        return
    assert (answer.status, answer.code) == (400, "ValidationException"), f"{action} {str(body)[:300]}: {answer}"
    count = "1 validation error" if len(expected) == 1 else f"{len(expected)} validation errors"
    head, _, told = answer.message.partition(" detected: ")
    assert head == count, answer.message
    assert sorted(told.split("; ")) == sorted(expected)


@pytest.mark.parametrize("action", ACTIONS)
def test_each_constraint_is_held(server, action):
    shape = MODEL.operation_model(action).input_shape
    base = {name: well_formed(member) for name, member in shape.members.items() if name in shape.required_members}
    for name in shape.required_members:
        check(server, action, {other: value for other, value in base.items() if other != name})
    for name, member in shape.members.items():
        for value in ill_formed(member):
            # What is null inside of a structure is told of the structure, not of the list.
            if value != [None] or not isinstance(member.member, StructureShape):
                check(server, action, {**base, name: value})
        if isinstance(member, ListShape) and isinstance(member.member, StructureShape):
            for inner, element in member.member.members.items():
                for value in ill_formed(element):
                    check(server, action, {**base, name: [well_formed(member.member), {**well_formed(member.member), inner: value}]})


@pytest.mark.parametrize("action", ACTIONS)
def test_all_violations_are_told_at_once(server, action):
    shape = MODEL.operation_model(action).input_shape
    wrong = {}
    for name, member in shape.members.items():
        values = [value for value in ill_formed(member) if len(str(value)) < 10_000]
        if values:
            wrong[name] = values[0]
    if wrong or shape.required_members:
        check(server, action, wrong)


def test_a_text_that_breaks_two_constraints_breaks_both(server):
    answer = kms_request("CreateAlias", {"AliasName": "", "TargetKeyId": "a"}).signed(server, "kms").send(server)
    assert answer.message == (
        "2 validation errors detected: Value '' at 'aliasName' failed to satisfy constraint: Member must have length greater than or equal to 1; "
        "Value '' at 'aliasName' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9:/_-]+$"
    )


@pytest.mark.parametrize(
    ("member", "value"),
    [("KeyId", 7), ("KeyId", True), ("KeyId", ["a"]), ("KeyId", {"a": "b"}), ("Plaintext", "no base64!"), ("Plaintext", 1), ("DryRun", "yes"),
     ("GrantTokens", "a"), ("GrantTokens", [1]), ("EncryptionContext", "a"), ("EncryptionContext", {"a": 1})],
)
def test_a_value_of_another_kind_is_no_value(server, member, value):
    answer = kms_request("Encrypt", {"KeyId": "a", "Plaintext": "AQAB", member: value}).signed(server, "kms").send(server)
    assert (answer.status, answer.code) == (400, "SerializationException"), str(answer)
    assert member in answer.message and "base64!" not in answer.message
