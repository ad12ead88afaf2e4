"""What guards a bucket, by boto3: the rules of its policy, of ACLs and of public access; and settings that are told with their defaults."""

from __future__ import annotations

import json

import pytest
from buckets import keys, make_bucket, make_open_bucket, unused_bucket
from refusals import refused

NO_ACLS = "^The bucket does not allow ACLs$"


@pytest.fixture
def bucket(server):
    return make_open_bucket(server)


@pytest.fixture
def enforced(server):
    """A bucket whose owner owns all objects in it."""
    return make_bucket(server)


# Policies ------------------------------------------------------------------------------------------------------------


def policy(bucket, *, statements=None, version="2012-10-17", **changes):
    """The policy of one statement that lets everybody read; of the statement, what is changed, and what is None left out."""
    statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*", **changes}
    statement = {name: value for name, value in statement.items() if value is not None}
    return {"Version": version, "Statement": [statement] if statements is None else statements}


BAD_STATEMENTS = [
    ({"Resource": "arn:aws:s3:::of-somebody-else/*"}, "^Policy has invalid resource$"),
    ({"Resource": "*"}, "^Policy has invalid resource$"),
    ({"Resource": []}, "^Policy has invalid resource$"),
    ({"Resource": None}, "^Missing required field Resource$"),
    ({"Action": "ec2:RunInstances"}, "^Policy has invalid action$"),
    ({"Action": "s3:FetchObject"}, "^Policy has invalid action$"),
    ({"Action": []}, "^Policy has invalid action$"),
    ({"Action": "s3:ListBucket"}, r"^Action does not apply to any resource\(s\) in statement$"),
    ({"NotAction": "s3:PutObject"}, "Action and NotAction"),
    ({"Principal": {"AWS": "somebody"}}, "^Invalid principal in policy$"),
    ({"Principal": {"Group": "*"}}, "^Invalid principal in policy$"),
    ({"Principal": None}, "^Missing required field Principal$"),
    ({"Effect": "Perhaps"}, "^Invalid effect: Perhaps$"),
    ({"Comment": "none"}, "^Unknown field Comment$"),
    ({"Condition": {"StringResembles": {"aws:SourceVpc": "vpc-1"}}}, "^Invalid Condition type : StringResembles$"),
    ({"Condition": {"StringEquals": "vpc-1"}}, "^Invalid policy syntax"),
]


@pytest.mark.parametrize(("changes", "message"), BAD_STATEMENTS, ids=[json.dumps(changes) for changes, _ in BAD_STATEMENTS])
def test_a_statement_against_the_rules_is_refused(server, bucket, changes, message):
    with refused("MalformedPolicy", message):
        server.s3().put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(bucket, **changes)))
    with refused("NoSuchBucketPolicy", status=404):
        server.s3().get_bucket_policy(Bucket=bucket)


def test_a_document_against_the_rules_is_refused_and_changes_nothing(server, bucket):
    s3 = server.s3()
    kept = json.dumps(policy(bucket))
    s3.put_bucket_policy(Bucket=bucket, Policy=kept)
    [statement] = policy(bucket, Sid="twice")["Statement"]
    for document, message in [
        (f"[{kept}]", "first byte must be"),
        (kept[:-1], "^This policy contains invalid Json$"),
        (json.dumps(policy(bucket, version="2012-10-18")), "valid version string"),
        (json.dumps(policy(bucket, statements=[])), "Statement is empty"),
        (json.dumps(policy(bucket, statements=[statement, statement])), "must be unique"),
        (json.dumps({**policy(bucket), "Name": "none"}), "^Unknown field Name$"),
        (json.dumps({"Version": "2012-10-17"}), "^Missing required field Statement$"),
        (kept[:-1] + " " * (20 << 10) + "}", "maximum allowed document size"),
    ]:
        with refused("MalformedPolicy", message):
            s3.put_bucket_policy(Bucket=bucket, Policy=document)
        assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == kept


def test_policies_as_they_are_common(server, bucket):
    s3, arn = server.s3(), f"arn:aws:s3:::{bucket}"
    statements = [
        {
            "Sid": "OnlyWithTLS", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
        {
            "Sid": "Put", "Effect": "Allow", "Principal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:role/worker"]},
            "Action": ["s3:PutObject", "s3:PutObjectAcl"], "Resource": f"{arn}/*",
            "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        },
        {
            "Sid": "Distribute", "Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject",
            "Resource": f"{arn}/*", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cloudfront::111122223333:distribution/*"}},
        },
        {
            "Effect": "Allow", "Principal": {"AWS": "arn:aws:sts::111122223333:assumed-role/worker/session"}, "Action": ["s3:List*", "s3:Get*"],
            "Resource": [arn, f"{arn}/*"], "Condition": {"ForAnyValue:StringLikeIfExists": {"s3:prefix": ["a/*", "b/*"]}},
        },
    ]
    document = json.dumps(policy(bucket, statements=statements), indent=1)
    s3.put_bucket_policy(Bucket=bucket, Policy=document)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == document
    # The server of the tests speaks no TLS: only the policy itself stays in the reach of the root user.
    with refused("AccessDenied", "with an explicit deny in a resource-based policy", status=403):
        s3.get_bucket_policy_status(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(bucket, statements=statements[1:])))
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"] == {"IsPublic": False}


# ACLs ----------------------------------------------------------------------------------------------------------------


def test_where_the_owner_owns_all_there_are_no_acls(server, enforced):
    s3 = server.s3()
    s3.put_object(Bucket=enforced, Key="key", Body=b"kept")
    acl = s3.get_bucket_acl(Bucket=enforced)
    for name in ("private", "public-read", "aws-exec-read"):
        with refused("AccessControlListNotSupported", NO_ACLS):
            s3.put_bucket_acl(Bucket=enforced, ACL=name)
        with refused("AccessControlListNotSupported", NO_ACLS):
            s3.put_object_acl(Bucket=enforced, Key="key", ACL=name)
    for name in ("public-read", "aws-exec-read"):
        with refused("AccessControlListNotSupported", NO_ACLS):
            s3.put_object(Bucket=enforced, Key="other", Body=b"x", ACL=name)
        with refused("AccessControlListNotSupported", NO_ACLS):
            s3.copy_object(Bucket=enforced, Key="other", CopySource={"Bucket": enforced, "Key": "key"}, ACL=name)
        with refused("AccessControlListNotSupported", NO_ACLS):
            s3.create_multipart_upload(Bucket=enforced, Key="other", ACL=name)
    with refused("AccessControlListNotSupported", NO_ACLS):
        s3.put_bucket_acl(Bucket=enforced, AccessControlPolicy={"Owner": acl["Owner"], "Grants": acl["Grants"]})
    assert keys(server, enforced) == ["key"] and "Uploads" not in s3.list_multipart_uploads(Bucket=enforced)
    for name in ("bucket-owner-full-control", "private"):
        s3.put_object(Bucket=enforced, Key="other", Body=b"x", ACL=name)
        assert s3.get_object_acl(Bucket=enforced, Key="other")["Grants"] == acl["Grants"]


@pytest.mark.parametrize("ownership", ["BucketOwnerPreferred", "ObjectWriter", None])
def test_any_other_bucket_takes_acls(server, bucket, ownership):
    s3 = server.s3()
    if ownership is None:
        s3.delete_bucket_ownership_controls(Bucket=bucket)
    else:
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": ownership}]})
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    s3.put_object(Bucket=bucket, Key="key", Body=b"x", ACL="aws-exec-read")
    s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "key"}, ACL="private")
    s3.put_object_acl(Bucket=bucket, Key="copy", ACL="public-read")


@pytest.mark.parametrize("acl", ["public-read", "public-read-write", "authenticated-read"])
def test_acls_and_an_owner_of_all_exclude_each_other(server, bucket, acl):
    s3, other = server.s3(), unused_bucket()
    with refused("InvalidBucketAclWithObjectOwnership"):
        s3.create_bucket(Bucket=other, ACL=acl, ObjectOwnership="BucketOwnerEnforced")
    with refused("404", status=404):
        s3.head_bucket(Bucket=other)
    s3.create_bucket(Bucket=other, ACL="private", ObjectOwnership="BucketOwnerEnforced")
    controls = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    s3.put_bucket_acl(Bucket=bucket, ACL=acl)
    with refused("InvalidBucketAclWithObjectOwnership"):
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=controls)
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=controls)


CANNED = ["public-read", "public-read-write", "authenticated-read", "aws-exec-read", "log-delivery-write", "bucket-owner-full-control", "private"]


@pytest.mark.parametrize("name", CANNED)
def test_what_is_shown_of_an_acl_can_be_put_back(server, bucket, name):
    s3 = server.s3()
    s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    s3.put_bucket_acl(Bucket=bucket, ACL=name)
    shown = s3.get_bucket_acl(Bucket=bucket)
    document = {"Owner": shown["Owner"], "Grants": list(reversed(shown["Grants"]))}
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy=document)
    s3.put_object_acl(Bucket=bucket, Key="key", AccessControlPolicy=document)
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"] == shown["Grants"]
    assert s3.get_object_acl(Bucket=bucket, Key="key")["Grants"] == shown["Grants"]


def test_the_delivery_of_logs_writes_and_reads_the_acl(server, bucket):
    s3 = server.s3()
    s3.put_bucket_acl(Bucket=bucket, ACL="log-delivery-write")
    owner, *others = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    assert owner["Permission"] == "FULL_CONTROL"
    group = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}
    assert others == [{"Grantee": group, "Permission": "WRITE"}, {"Grantee": group, "Permission": "READ_ACP"}]


def test_grants_that_have_no_name_are_not_implemented(server, bucket):
    s3 = server.s3()
    acl = s3.get_bucket_acl(Bucket=bucket)
    group = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}
    for grants in ([*acl["Grants"], {"Grantee": group, "Permission": "READ_ACP"}], [{"Grantee": group, "Permission": "READ"}]):
        with refused("NotImplemented", status=501):
            s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={"Owner": acl["Owner"], "Grants": grants})
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"] == acl["Grants"]


# Public access -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("acl", ["public-read", "public-read-write", "authenticated-read"])
def test_public_acls_are_blocked(server, bucket, acl):
    s3 = server.s3()
    s3.put_object(Bucket=bucket, Key="key", Body=b"kept")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    with refused("AccessDenied", status=403):
        s3.put_bucket_acl(Bucket=bucket, ACL=acl)
    with refused("AccessDenied", status=403):
        s3.put_object_acl(Bucket=bucket, Key="key", ACL=acl)
    with refused("AccessDenied", status=403):
        s3.put_object(Bucket=bucket, Key="key", Body=b"new", ACL=acl)
    with refused("AccessDenied", status=403):
        s3.copy_object(Bucket=bucket, Key="copy", CopySource={"Bucket": bucket, "Key": "key"}, ACL=acl)
    with refused("AccessDenied", status=403):
        s3.create_multipart_upload(Bucket=bucket, Key="parts", ACL=acl)
    assert keys(server, bucket) == ["key"] and s3.get_object(Bucket=bucket, Key="key")["Body"].read() == b"kept"
    s3.put_object(Bucket=bucket, Key="key", Body=b"new", ACL="aws-exec-read")
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(bucket)))
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_acl(Bucket=bucket, ACL=acl)


def test_public_policies_are_blocked(server, bucket):
    s3 = server.s3()
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicPolicy": True})
    with refused("AccessDenied", status=403):
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(bucket)))
    with refused("NoSuchBucketPolicy", status=404):
        s3.get_bucket_policy(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(bucket, Principal={"AWS": "111122223333"})))
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicPolicy": False})
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy(bucket)))


# Defaults ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"])
def test_a_public_access_block_tells_all_its_members(server, bucket, name):
    s3 = server.s3()
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={name: True})
    members = ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"]
    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == {member: member == name for member in members}


@pytest.mark.parametrize("algorithm", ["AES256", "aws:kms"])
def test_the_encryption_of_a_bucket_tells_whether_it_has_a_key(server, bucket, algorithm):
    s3, rule = server.s3(), {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
    told = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    assert told == [{**rule, "BucketKeyEnabled": False}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": told})
    assert s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"] == told
