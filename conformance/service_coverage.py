"""Asks a running server which actions it has and which of their parameters it reads, with botocore's service models as the list.

An action exists when it does not answer `InvalidAction`. A parameter is unread when the server names it in
`UnknownParameter`. Everything is a dry run where there is such a thing, so that asking changes nothing.
"""

from __future__ import annotations

import json
import re
import urllib.parse
from dataclasses import dataclass, field
from typing import Any

import botocore.session
import snapshots
from botocore.model import ListShape, OperationModel, Shape, StructureShape
from buckets import unused_bucket
from disks import BLOCK, Disk, checksum, linear_checksum, text
from ferry_server import HOME, ROOT, FerryServer
from images import register, unused_name
from s3_request import S3Request
from signed_request import EC2_VERSION, FORM, IAM_VERSION, STS_VERSION, Request, form, json_request, kms_request, organizations_request

ABSENT = re.compile(r"^\w+ is not supported: in each Region an account has one default VPC")
UNKNOWN = re.compile(r"^The parameters? (.+) (?:is|are) not recognized$")


@dataclass
class Operation:
    """What one action makes of each of its parameters."""

    name: str
    read: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.read) + len(self.refused) + len(self.unread)


@dataclass
class Service:
    title: str
    operations: list[Operation]
    known: int
    """How many actions the service's model has in all."""
    refused: list[str] | None = None
    """Actions that are answered with `NotImplemented`, of a service whose parameters are not asked for."""


# Values that pass for real ones ---------------------------------------------------------------------------------------


class Values:
    """Something plausible for each parameter: ids of things that exist, the first word of an enumeration, a number in bounds."""

    def __init__(self, server: FerryServer) -> None:
        self.snapshot = snapshots.upload(server, Disk.made("coverage", 1))
        self.image = register(server, self.snapshot, Description="for the coverage table")

    def scalar(self, name: str, shape: Shape) -> str:
        by_name = {
            "ImageId": self.image, "SourceImageId": self.image, "ResourceId": self.image, "Resources": self.image,
            "SnapshotId": self.snapshot, "SourceSnapshotId": self.snapshot, "SourceRegion": HOME, "DestinationRegion": HOME,
            "Name": unused_name("coverage"), "DeviceName": "/dev/xvda", "RootDeviceName": "/dev/xvda", "Attribute": "description",
            "VirtualName": "ephemeral0", "ResourceType": "image", "SriovNetSupport": "simple", "RegionName": HOME,
            "SnapshotCopyCompletionDurationMinutes": "15", "CompletionDurationMinutes": "15", "MaxResults": "100",
            "OperationType": "add", "UefiData": "QU1aTlVFRkk=", "VolumeType": "gp3", "Iops": "3000", "Throughput": "125",
            "VolumeSize": "8", "Owner": "self", "Encrypted": "true", "CpuCredits": "standard",
        }
        if name in by_name:
            return by_name[name]
        if getattr(shape, "enum", None):
            return shape.enum[0]
        return {"boolean": "true", "integer": "1", "long": "1", "double": "1", "float": "1", "timestamp": "2030-01-01T00:00:00Z"}.get(
            shape.type_name, "text"
        )


def flatten(name: str, shape: Shape, values: Values, prefix: str, seen: tuple[str, ...] = ()) -> dict[str, str]:
    """The wire parameters of one member with everything in it, in the names of the ec2 protocol."""
    if shape.name in seen:
        return {}
    if isinstance(shape, StructureShape):
        flat: dict[str, str] = {}
        for member, inner in shape.members.items():
            flat |= flatten(member, inner, values, f"{prefix}.{wire_name(member, inner)}", (*seen, shape.name))
        return flat
    if isinstance(shape, ListShape):
        return flatten(name, shape.member, values, f"{prefix}.1", (*seen, shape.name))
    return {prefix: values.scalar(name if name not in ("Values",) else "text", shape)}


def wire_name(member: str, shape: Shape) -> str:
    """The ec2 protocol: queryName, else locationName with a capital, else the member's name."""
    serialization = shape.serialization
    if "queryName" in serialization:
        return serialization["queryName"]
    name = serialization.get("name", member)
    return name[0].upper() + name[1:]


def generic(name: str) -> str:
    """`Filter.1.Value.1` as a reader of the table wants to see it: `Filter.N.Value.N`."""
    return re.sub(r"\.\d+(?=\.|$)", ".N", name)


# EC2 -----------------------------------------------------------------------------------------------------------------

# What a call cannot do without, so that it gets as far as naming what it does not know.
NEEDED = {
    "DescribeImageAttribute": ("ImageId", "Attribute"),
    "ModifyImageAttribute": ("ImageId",),
    "DescribeSnapshotAttribute": ("SnapshotId", "Attribute"),
    "RegisterImage": ("Name",),
    "RunInstances": ("ImageId",),
    "DeleteKeyPair": ("KeyName",),
    "DeleteSecurityGroup": ("GroupId",),
    "AuthorizeSecurityGroupIngress": ("GroupId",),
    "RevokeSecurityGroupIngress": ("GroupId",),
    "UpdateSecurityGroupRuleDescriptionsEgress": ("GroupId",),
    "UpdateSecurityGroupRuleDescriptionsIngress": ("GroupId",),
}

# And values for what is not there by name, or has one of its own in an action.
RULES = {
    "IpPermissions.1.IpProtocol": "tcp", "IpPermissions.1.FromPort": "1", "IpPermissions.1.ToPort": "1",
    "IpPermissions.1.IpRanges.1.CidrIp": "10.0.0.0/8",
}
# The rule of a request that has no list of them.
ONE_RULE = {"CidrIp", "FromPort", "IpProtocol", "SourceSecurityGroupName", "SourceSecurityGroupOwnerId", "ToPort"}
WHOLE = {
    "AuthorizeSecurityGroupEgress": RULES, "AuthorizeSecurityGroupIngress": RULES, "RevokeSecurityGroupEgress": RULES,
    "RevokeSecurityGroupIngress": RULES, "UpdateSecurityGroupRuleDescriptionsEgress": RULES,
    "UpdateSecurityGroupRuleDescriptionsIngress": RULES,
    "CancelImportTask": {"ImportTaskId": "import-snap-0123456789abcdef0"},
    "DescribeInstanceAttribute": {"Attribute": "instanceType"},
    "DescribeSnapshotAttribute": {"Attribute": "createVolumePermission"},
    "DescribeVolumeAttribute": {"Attribute": "autoEnableIO"},
    "DescribeVpcAttribute": {"Attribute": "enableDnsSupport"},
    "ImportSnapshot": {"DiskContainer.Format": "raw", "DiskContainer.Url": "s3://a-bucket/a-disk"},
    "ModifySnapshotTier": {"StorageTier": "archive"},
    "ModifyVolumeAttribute": {"AutoEnableIO.Value": "true"},
    "ResetImageAttribute": {"Attribute": "launchPermission"},
    "ResetInstanceAttribute": {"Attribute": "sourceDestCheck"},
    "ResetSnapshotAttribute": {"Attribute": "createVolumePermission"},
}


def ask_ec2(server: FerryServer, action: str, parameters: dict[str, str]):
    body = form({"Action": action, "Version": EC2_VERSION, "DryRun": "true", **parameters})
    return Request(headers={"Content-Type": FORM}, body=body).signed(server).send(server)


def cover_ec2_action(server: FerryServer, model: OperationModel, values: Values) -> Operation:
    found = Operation(model.name)
    members = model.input_shape.members if model.input_shape else {}
    required = set(model.input_shape.required_members if model.input_shape else ()) | set(NEEDED.get(model.name, ()))
    base: dict[str, str] = {}
    for member in required:
        base |= flatten(member, members[member], values, wire_name(member, members[member]))
    # What is refused whatever goes with it would hide the others.
    base = {name: value for name, value in base.items() if not name.endswith("PrefixListId")} | WHOLE.get(model.name, {})
    # A request that is refused before its parameters are looked through would make all of them look read.
    answer = ask_ec2(server, model.name, {**base, "NoSuchParameter": "1"})
    assert answer.code == "UnknownParameter" and answer.message == "The parameter NoSuchParameter is not recognized", f"{model.name}: {answer}"
    for member, shape in members.items():
        for name, value in flatten(member, shape, values, wire_name(member, shape)).items():
            if name == "DryRun":
                kind = found.read
            else:
                # A leaf alone; its siblings in the same list or structure only where it makes no sense without them.
                beside = {key: value for key, value in base.items() if name not in ONE_RULE or key not in RULES}
                answer = ask_ec2(server, model.name, {**beside, **companions(name, members, values), name: value})
                unknown = UNKNOWN.match(answer.message) if answer.code == "UnknownParameter" else None
                if unknown and name in unknown.group(1).split(", "):
                    kind = found.unread
                elif answer.code == "UnsupportedOperation":
                    kind = found.refused
                else:
                    kind = found.read
            kind.append(generic(name))
    return found


def companions(name: str, members, values: Values) -> dict[str, str]:
    """The parameters that make a leaf of a structure meaningful: the key beside a value, the device beside its disk."""
    parts = name.split(".")
    prefix = ".".join(parts[:2])
    if parts[0] == "BlockDeviceMapping" and len(parts) > 2:
        wanted = {f"{prefix}.DeviceName": "/dev/xvda", f"{prefix}.Ebs.SnapshotId": values.snapshot}
    elif parts[0] == "KmsKeyId":
        wanted = {"Encrypted": "true"} if "Encrypted" in members else {}
    elif parts[0] == "TagSpecification":
        wanted = {f"{prefix}.ResourceType": "image", f"{prefix}.Tag.1.Key": "key", f"{prefix}.Tag.1.Value": "value"}
    elif parts[0] == "Tag":
        wanted = {f"{prefix}.Key": "key"}
    elif parts[0] == "Filter":
        wanted = {f"{prefix}.Name": "tag-key", f"{prefix}.Value.1": "text"}
    else:
        wanted = {}
    return wanted


def cover_ec2(server: FerryServer, values: Values) -> Service:
    model = botocore.session.get_session().get_service_model("ec2")
    present = []
    for name in model.operation_names:
        answer = ask_ec2(server, name, {})
        # What EC2 has and Ferry has not is told from what nobody has.
        assert answer.code != "InvalidAction" or "It is an action of EC2 that this version of Ferry does not have." in answer.message, name
        if answer.code != "InvalidAction" and not (answer.code == "UnsupportedOperation" and ABSENT.match(answer.message)):
            present.append(cover_ec2_action(server, model.operation_model(name), values))
    return Service("EC2", present, len(model.operation_names))


# STS -----------------------------------------------------------------------------------------------------------------


STS_VALUES = {
    "RoleArn": "arn:aws:iam::000000000000:role/none", "RoleSessionName": "none", "Name": "none", "AccessKeyId": "A" * 20,
    "DurationSeconds": "900", "ExternalId": "none", "SourceIdentity": "none", "EncodedMessage": "none", "SerialNumber": "none-of-all",
    "TokenCode": "123456", "Policy": "none", "WebIdentityToken": "none", "ProviderId": "none",
}
STS_LISTS = {
    "PolicyArns": {"PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    "Tags": {"Tags.member.1.Key": "none", "Tags.member.1.Value": "none"}, "TransitiveTagKeys": {"TransitiveTagKeys.member.1": "none"},
    "ProvidedContexts": {"ProvidedContexts.member.1.ProviderArn": "arn:aws:sts::aws:contextProvider/none"},
}


def cover_sts(server: FerryServer) -> Service:
    """Beside a parameter that nobody reads, so that nothing is done."""
    model = botocore.session.get_session().get_service_model("sts")

    def ask(action: str, parameters: dict[str, str]):
        body = form({"Action": action, "Version": STS_VERSION, **parameters})
        return Request(headers={"Content-Type": FORM}, body=body).signed(server, "sts").send(server)

    present = []
    for name in model.operation_names:
        if ask(name, {"NoSuchParameter": "1"}).code == "InvalidAction":
            continue
        covered = Operation(name)
        shape = model.operation_model(name).input_shape
        base = {member: STS_VALUES[member] for member in (shape.required_members if shape else [])}
        for member in shape.members if shape else []:
            sent = STS_LISTS.get(member) or {member: STS_VALUES[member]}
            answer = ask(name, {**base, **sent, "NoSuchParameter": "1"})
            unknown = UNKNOWN.match(answer.message) if answer.code == "UnknownParameter" else None
            unread = unknown is not None and not sent.keys().isdisjoint(unknown.group(1).split(", "))
            (covered.unread if unread else covered.read).append(member)
        present.append(covered)
    return Service("STS", present, len(model.operation_names))


# IAM -----------------------------------------------------------------------------------------------------------------

# What the service model allows for texts with a pattern or a length of their own, by member or shape.
IAM_TEXTS = {
    "arnType": "arn:aws:iam::123456789012:policy/nothing", "pathType": "/", "pathPrefixType": "/", "policyPathType": "/",
    "policyVersionIdType": "v1", "thumbprintType": "0" * 40, "OpenIDConnectProviderUrlType": "https://nothing.example.com",
    "existingUserName": "nobody", "dateType": "2026-11-29T00:00:00Z",
}


def iam_parameters(name, shape):
    """A value of a shape as the query protocol sends it."""
    match shape.type_name:
        case "list":
            return iam_parameters(f"{name}.member.1", shape.member)
        case "structure":
            return {key: value for member, of in shape.members.items() for key, value in iam_parameters(f"{name}.{member}", of).items()}
        case "boolean":
            return {name: "false"}
        case "integer":
            return {name: str(shape.metadata.get("min", 1))}
        case "timestamp":
            return {name: IAM_TEXTS["dateType"]}
    text = IAM_TEXTS.get(shape.name) or next(iter(shape.metadata.get("enum", [])), "nothing")
    return {name: text.ljust(shape.metadata.get("min", 0), "0")}


def cover_iam(server: FerryServer) -> Service:
    """A parameter that no action has is refused, with all others that nobody reads, before anything is changed."""
    model = botocore.session.get_session().get_service_model("iam")

    def unread(action: str, parameters: dict[str, str]) -> set[str]:
        body = form({"Action": action, "Version": IAM_VERSION, "Nonsense": "1", **parameters})
        answer = Request(headers={"Content-Type": FORM}, body=body).signed(server, "iam").send(server)
        if answer.code == "InvalidAction":
            return {"Action"}
        assert 400 <= answer.status < 500, f"{action} {parameters}: {answer.status}"
        return set(re.findall(r"[\w.]+", answer.message)) if answer.code == "UnknownParameter" else set()

    present = []
    for name in model.operation_names:
        if "Action" in unread(name, {}):
            continue
        covered = Operation(name)
        shape = model.operation_model(name).input_shape
        members = shape.members if shape else {}
        values = {member: iam_parameters(member, of) for member, of in members.items()}
        base = {key: value for member in (shape.required_members if shape else []) for key, value in values[member].items()}
        for member in members:
            missed = unread(name, {**base, **values[member]}) & values[member].keys()
            (covered.unread if missed else covered.read).append(member)
        present.append(covered)
    return Service("IAM", present, len(model.operation_names))


# EBS direct ----------------------------------------------------------------------------------------------------------

# REST has no way to say that a parameter is unknown, so here one is shown to be read by its effect: this value is refused.
OUT_OF_BOUNDS = {
    "VolumeSize": 0, "ParentSnapshotId": "nonsense", "Tags": [{"Key": "aws:x", "Value": ""}], "Description": "d" * 256,
    "ClientToken": "t" * 256, "Encrypted": "nonsense", "KmsKeyArn": "nonsense", "Timeout": 1, "SnapshotId": "nonsense",
    "FirstSnapshotId": "nonsense", "SecondSnapshotId": "nonsense", "BlockIndex": 2**40, "DataLength": 1, "Progress": 101,
    "Checksum": "nonsense", "ChecksumAlgorithm": "MD5", "ChecksumAggregationMethod": "SQUARE", "ChangedBlocksCount": 77,
    "BlockToken": "nonsense", "NextToken": "nonsense", "MaxResults": 1, "StartingBlockIndex": -1,
    "BlockData": text("not what the checksum says", 0),
}


def cover_ebs(server: FerryServer) -> Service:
    model = botocore.session.get_session().get_service_model("ebs")
    disk = Disk.made("coverage parent", 1)
    parent = snapshots.upload(server, disk)
    child = snapshots.upload_child(server, parent, disk, {})
    found = []
    for name in model.operation_names:
        operation = model.operation_model(name)

        def is_accepted(**wrong) -> bool:
            values = {**ebs_values(server, name, parent, child), **wrong}
            answer = ebs_request(operation, values).signed(server, "ebs").send(server)
            assert answer.status < 500, f"{name} with {list(wrong)}: {answer}"
            return answer.status < 300

        assert is_accepted(), f"{name} is refused although all is right"
        covered = Operation(name)
        for member in operation.input_shape.members:
            (covered.unread if is_accepted(**{member: OUT_OF_BOUNDS[member]}) else covered.read).append(member)
        found.append(covered)
    return Service("EBS direct", found, len(found))


def ebs_values(server: FerryServer, operation: str, parent: str, child: str) -> dict[str, Any]:
    """Parameters that are right."""
    data = text("coverage", 1)
    if operation == "StartSnapshot":
        return {"VolumeSize": 1, "Description": "d", "Timeout": 60, "ClientToken": unused_name("coverage")}
    if operation == "ListSnapshotBlocks":
        return {"SnapshotId": parent, "MaxResults": 100, "StartingBlockIndex": 0}
    if operation == "ListChangedBlocks":
        return {"FirstSnapshotId": parent, "SecondSnapshotId": child, "MaxResults": 100, "StartingBlockIndex": 0}
    if operation == "GetSnapshotBlock":
        return {"SnapshotId": parent, **snapshots.list_blocks(server, HOME, parent)[0]}
    pending = server.ebs(HOME).start_snapshot(VolumeSize=1)["SnapshotId"]
    if operation == "PutSnapshotBlock":
        return {
            "SnapshotId": pending, "BlockIndex": 0, "BlockData": data, "DataLength": BLOCK, "Progress": 1, "Checksum": checksum(data),
            "ChecksumAlgorithm": "SHA256",
        }
    assert operation == "CompleteSnapshot", f"{operation} is new; teach this table to call it"
    snapshots.put_block(server.ebs(HOME), pending, 0, data)
    return {
        "SnapshotId": pending, "ChangedBlocksCount": 1, "Checksum": linear_checksum({0: data}), "ChecksumAlgorithm": "SHA256",
        "ChecksumAggregationMethod": "LINEAR",
    }


def ebs_request(operation: OperationModel, values: dict[str, Any]) -> Request:
    """REST-JSON by hand, because botocore itself refuses some of what is to be asked."""
    path, query, headers, document, body = operation.http["requestUri"], {}, {}, {}, b""
    for member, value in values.items():
        serialization = operation.input_shape.members[member].serialization
        place, name = serialization.get("location"), serialization.get("name", member)
        if place == "uri":
            path = path.replace(f"{{{name}}}", urllib.parse.quote(str(value), safe=""))
        elif place == "querystring":
            query[name] = str(value)
        elif place == "header":
            headers[name] = str(value)
        elif member == "BlockData":
            body = value
        else:
            document[name] = value
    if document:
        body, headers["Content-Type"] = json.dumps(document).encode(), "application/json"
    if operation.name == "PutSnapshotBlock":
        headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"
    return Request(operation.http["method"], path, urllib.parse.urlencode(query, quote_via=urllib.parse.quote), headers, body)


# KMS -----------------------------------------------------------------------------------------------------------------

# What a request cannot do without although the model says so, and values that the model does not tell.
KMS_NEEDED = {
    "GenerateDataKey": {"KeySpec": "AES_256"}, "GenerateDataKeyWithoutPlaintext": {"KeySpec": "AES_256"},
    "GenerateRandom": {"NumberOfBytes": 1}, "ReEncrypt": {"CiphertextBlob": "AQAB"}, "Decrypt": {"CiphertextBlob": "AQAB"},
}
KMS_VALUES = {
    "SigningAlgorithm": "ECDSA_SHA_256", "KeyPairSpec": "ECC_NIST_P256", "MacAlgorithm": "HMAC_SHA_256", "Operations": ["Decrypt"],
    "RotationPeriodInDays": 365, "PendingWindowInDays": 7, "Limit": 10, "KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT",
    "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT", "EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "Origin": "AWS_KMS",
    "GranteePrincipal": "arn:aws:iam::123456789012:user/a", "MultiRegion": False, "MessageType": "RAW",
}


def kms_value(name: str, shape: Shape, key: str) -> Any:
    if name.endswith("KeyId") and name not in ("XksKeyId",):
        return key
    if name in KMS_VALUES:
        return KMS_VALUES[name]
    if isinstance(shape, StructureShape):
        return {member: kms_value(member, inner, key) for member, inner in shape.members.items()}
    if isinstance(shape, ListShape):
        return [kms_value(name, shape.member, key)]
    if shape.type_name == "map":
        return {"key": "value"}
    if getattr(shape, "enum", None):
        return shape.enum[0]
    return {"boolean": True, "integer": 1, "blob": "AQAB"}.get(shape.type_name, "text")


def cover_kms(server: FerryServer) -> Service:
    """JSON names what it does not know, as EC2 does, once all that it reads is well-formed."""
    model = botocore.session.get_session().get_service_model("kms")

    def ask(action: str, members: dict[str, Any]):
        return kms_request(action, members).signed(server, "kms").send(server)

    def unknown_in(answer) -> set[str]:
        unknown = UNKNOWN.match(answer.message) if answer.code == "ValidationException" else None
        return {re.split(r"[.\[]", name)[0] for name in unknown.group(1).split(", ")} if unknown else set()

    found = []
    for name in model.operation_names:
        if ask(name, {}).code == "UnknownOperationException":
            continue
        covered = Operation(name)
        members = model.operation_model(name).input_shape.members
        required = model.operation_model(name).input_shape.required_members
        # An asymmetric key has what these ask of it.
        kind = {"KeySpec": "ECC_NIST_P256", "KeyUsage": "SIGN_VERIFY"} if name in ("GetPublicKey", "Sign", "Verify") else {}
        key = server.kms().create_key(**kind)["KeyMetadata"]["KeyId"]
        base = {member: kms_value(member, members[member], key) for member in required} | KMS_NEEDED.get(name, {})
        assert unknown_in(ask(name, {**base, "NoSuchMember": 1})) == {"NoSuchMember"}, f"{name} does not get to its unread members: teach this table"
        for member, shape in members.items():
            answer = ask(name, {**base, member: kms_value(member, shape, key)})
            assert answer.status < 500, f"{name} with {member}: {answer}"
            if member in unknown_in(answer):
                covered.unread.append(member)
            elif answer.code == "UnsupportedOperationException":
                covered.refused.append(member)
            else:
                covered.read.append(member)
        found.append(covered)
    return Service("KMS", found, len(model.operation_names))


# The Recycle Bin -----------------------------------------------------------------------------------------------------

# Of a rule that is not there, or that cannot be made: asking changes nothing.
RBIN_VALUES = {
    "Identifier": "0" * 11, "ResourceArn": f"arn:aws:rbin:{HOME}:000000000000:rule/{'0' * 11}", "ResourceType": "EC2_IMAGE",
    "RetentionPeriod": {"RetentionPeriodValue": 0, "RetentionPeriodUnit": "DAYS"}, "LockState": "locked", "MaxResults": 10,
    "LockConfiguration": {"UnlockDelay": {"UnlockDelayValue": 7, "UnlockDelayUnit": "DAYS"}}, "Description": "d", "NextToken": "x",
    "Tags": [{"Key": "k", "Value": "v"}], "TagKeys": "k", "ResourceTags": [{"ResourceTagKey": "k", "ResourceTagValue": "v"}],
    "ExcludeResourceTags": [{"ResourceTagKey": "k", "ResourceTagValue": "v"}],
}


def cover_rbin(server: FerryServer) -> Service:
    """JSON names what it does not know. What stands in the path is read: without it there would be no such operation."""
    model = botocore.session.get_session().get_service_model("rbin")

    def ask(operation: OperationModel, values: dict[str, Any], **more: Any):
        request = ebs_request(operation, values)
        if more:
            document = {**json.loads(request.body or b"{}"), **more}
            request.body, request.headers = json.dumps(document).encode(), {**request.headers, "Content-Type": "application/json"}
        return request.signed(server, "rbin").send(server)

    found = []
    for name in model.operation_names:
        operation = model.operation_model(name)
        members = operation.input_shape.members
        base = {member: RBIN_VALUES[member] for member in operation.input_shape.required_members}
        if ask(operation, base).code == "UnknownOperationException":
            continue
        if operation.http["method"] in ("POST", "PATCH"):
            answer = ask(operation, base, NoSuchMember=1)
            assert UNKNOWN.match(answer.message), f"{name} does not get to its unread members: {answer}"
        covered = Operation(name)
        for member in members:
            answer = ask(operation, {**base, member: RBIN_VALUES[member]})
            assert answer.status < 500, f"{name} with {member}: {answer}"
            (covered.unread if UNKNOWN.match(answer.message or "") else covered.read).append(member)
        found.append(covered)
    return Service("rbin", found, len(model.operation_names))


# Organizations -------------------------------------------------------------------------------------------------------

# Of nothing that there is: asking changes nothing, as what nobody reads is named before it is looked for.
ORGANIZATION_VALUES = {
    "AccountId": "000000000000", "ResourceId": "000000000000", "TargetId": "000000000000", "ChildId": "000000000000", "RootId": "r-none",
    "ParentId": "r-none", "SourceParentId": "r-none", "DestinationParentId": "r-none", "OrganizationalUnitId": "ou-none-12345678",
    "PolicyId": "p-12345678", "CreateAccountRequestId": "car-12345678", "Email": "admin@example.com", "AccountName": "none", "Content": "none",
    "Type": "SERVICE_CONTROL_POLICY", "Filter": "SERVICE_CONTROL_POLICY", "PolicyType": "SERVICE_CONTROL_POLICY", "MaxResults": 20,
    "NextToken": "none", "Tags": [{"Key": "aws:none", "Value": ""}], "TagKeys": ["none"], "States": ["FAILED"],
}


def cover_organizations(server: FerryServer) -> Service:
    model = botocore.session.get_session().get_service_model("organizations")

    def ask(action: str, members: dict[str, Any]):
        return organizations_request(action, members).signed(server, "organizations").send(server)

    def unread(answer) -> set[str]:
        unknown = UNKNOWN.match(answer.message) if answer.code == "InvalidInputException" else None
        return {re.split(r"[.\[]", name)[0] for name in unknown.group(1).split(", ")} if unknown else set()

    present = []
    for name in model.operation_names:
        if ask(name, {"NoSuchMember": 1}).code == "UnknownOperationException":
            continue
        covered = Operation(name)
        shape = model.operation_model(name).input_shape
        members = {
            member: {} if inner.type_name == "structure" else ORGANIZATION_VALUES.get(member, inner.enum[0] if getattr(inner, "enum", None) else "none")
            for member, inner in (shape.members if shape else {}).items()
        }
        base = {member: members[member] for member in (shape.required_members if shape else [])}
        for member, value in members.items():
            # Beside one that nobody reads, so that nothing is done.
            answer = ask(name, {**base, member: value, "NoSuchMember": 1})
            assert "NoSuchMember" in unread(answer), f"{name} does not get to its unread members: {answer}"
            (covered.unread if member in unread(answer) else covered.read).append(member)
        present.append(covered)
    return Service("Organizations", present, len(model.operation_names))


QUOTA_VALUES = {
    "ServiceCode": "ec2", "QuotaCode": "L-B665C33B", "RequestId": "no-such-request", "DesiredValue": 1.0, "MaxResults": 100, "NextToken": "bm9uZQ==",
    "SupportCaseAllowed": False,
}


def cover_service_quotas(server: FerryServer) -> Service:
    model = botocore.session.get_session().get_service_model("service-quotas")

    def ask(action: str, members: dict[str, Any]):
        return json_request(f"ServiceQuotasV20190624.{action}", members).signed(server, "servicequotas").send(server)

    present = []
    for name in model.operation_names:
        if ask(name, {"NoSuchMember": 1}).code == "UnknownOperationException":
            continue
        covered = Operation(name)
        shape = model.operation_model(name).input_shape
        members = {
            member: QUOTA_VALUES.get(member, inner.enum[0] if getattr(inner, "enum", None) else "none") for member, inner in shape.members.items()
        }
        base = {member: members[member] for member in shape.required_members}
        for member, value in members.items():
            # Beside one that nobody reads, so that nothing is done.
            answer = ask(name, {**base, member: value, "NoSuchMember": 1})
            unknown = UNKNOWN.match(answer.message)
            names = unknown.group(1).split(", ") if unknown else []
            if "NoSuchMember" not in names:
                covered.refused.append(member)
            else:
                (covered.unread if member in names else covered.read).append(member)
        present.append(covered)
    return Service("ServiceQuotas", present, len(model.operation_names))


# S3 ------------------------------------------------------------------------------------------------------------------


# Not of a server's own host: S3 Express has a control plane elsewhere.
S3_ELSEWHERE = {"ListDirectoryBuckets"}


def cover_s3(server: FerryServer) -> Service:
    """Asks about a bucket that is not there: what exists answers so, and nothing else happens."""
    model = botocore.session.get_session().get_service_model("s3")
    found, refused = [], []
    for name in model.operation_names:
        if name in S3_ELSEWHERE:
            continue
        http = model.operation_model(name).http
        target = http["requestUri"].replace("{Bucket}", unused_bucket("coverage")).replace("{Key+}", "key")
        path, _, query = target.partition("?")
        members = model.operation_model(name).input_shape.members if model.operation_model(name).input_shape else {}
        # What tells an operation from its neighbour besides the sub-resource.
        headers = {"x-amz-copy-source": "coverage/key"} if "CopySource" in members else {}
        query += "".join(f"&{query_name}=1" for query_name in ("uploadId", "partNumber") if query_name in query_names(members))
        answer = S3Request(http["method"], path, query.lstrip("&"), headers).signed(server).send(server)
        assert answer.status < 500 or answer.status == 501, f"{name}: {answer}"
        (refused.append(name) if answer.status == 501 else found.append(Operation(name)))
    return Service("S3", found, len(model.operation_names) - len(S3_ELSEWHERE), refused)


def query_names(members) -> set[str]:
    return {shape.serialization.get("name") for shape in members.values() if shape.serialization.get("location") == "querystring"}


# The table -----------------------------------------------------------------------------------------------------------

INTRODUCTION = """# Coverage of the AWS APIs

Which actions Ferry answers and which of their parameters it reads, asked of a running server with botocore's service models as
the list. `script/coverage` writes this page and the test suite fails when it is no longer true.

*Read* parameters have an effect or are checked. *Refused* ones are understood and answered with `UnsupportedOperation`. A request
with an *unread* one is answered with `UnknownParameter` (KMS: `ValidationException`), so that a missing feature is an error and never
silence. Actions that are not listed answer `InvalidAction` (KMS: `UnknownOperationException`).

What an action *needs* is what the caller must be allowed to do; [permissions.md](permissions.md) has it for S3 as well.

S3 is told by operations alone: as S3 does, it passes over parameters that it does not know. What of those that it knows is not
implemented is answered with `NotImplemented`, as are the operations that are listed as refused.
"""


def write_table(services: list[Service]) -> str:
    lines = [INTRODUCTION]
    permissions = read_permissions()
    for service in services:
        lines.append(f"## {service.title}\n")
        lines.append(f"{len(service.operations)} of {service.known} actions.\n")
        if service.refused is not None:
            lines += ["| | |", "|---|---|", f"| answered | {names([operation.name for operation in service.operations])} |"]
            lines += [f"| refused | {names(service.refused)} |", ""]
            continue
        lines.append("| action | needs | read | refused | unread |")
        lines.append("|---|---|---|---|---|")
        for operation in sorted(service.operations, key=lambda found: found.name):
            count = f"{len(operation.read)} of {operation.total}" if operation.total else "has none"
            needs = permissions[service.title.split()[0].lower(), operation.name]
            lines.append(f"| {operation.name} | {needs} | {count} | {names(operation.refused)} | {names(operation.unread)} |")
        lines.append("")
    return "\n".join(lines)


def read_permissions() -> dict[tuple[str, str], str]:
    """What each action needs, by its service and its name: docs/permissions.md is made from the registry of the server."""
    rows = [line.strip("| \n").split(" | ") for line in (ROOT / "docs" / "permissions.md").read_text().splitlines() if line.startswith("| ")]
    return {(row[0], row[1]): row[2] for row in rows[1:]}


def names(parameters: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(set(parameters))) or "–"
