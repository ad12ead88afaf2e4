"""Instance profiles of instances that there are, credits, and passwords."""

from __future__ import annotations

from collections.abc import Iterator

import images
import pytest
import snapshots
from disks import Disk
from ferry_server import FerryServer
from refusals import refused

TRUST = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'


@pytest.fixture
def profiles(server: FerryServer) -> Iterator[list[dict[str, str]]]:
    """Two instance profiles with a role each."""
    iam, made = server.client("iam"), []
    for name in ("first-of-instances", "second-of-instances"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        made.append(iam.create_instance_profile(InstanceProfileName=name)["InstanceProfile"])
        iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
    yield made
    for profile in made:
        name = profile["InstanceProfileName"]
        iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=name)
        iam.delete_instance_profile(InstanceProfileName=name)
        iam.delete_role(RoleName=name)


@pytest.fixture
def instance(server: FerryServer) -> Iterator[str]:
    """Its guest has nothing to boot, which is of no interest here."""
    blank = images.register(server, snapshots.upload(server, Disk.made("nothing that boots", 1)), EnaSupport=True)
    made = server.ec2().run_instances(ImageId=blank, InstanceType="t3.nano", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    yield made
    server.ec2().terminate_instances(InstanceIds=[made])


def associations(server: FerryServer, **asked: object) -> list[dict]:
    return server.ec2().describe_iam_instance_profile_associations(**asked)["IamInstanceProfileAssociations"]


def test_profiles_come_change_and_go(server: FerryServer, instance: str, profiles: list[dict[str, str]]) -> None:
    ec2, (first, second) = server.ec2(), profiles
    of_instance = [{"Name": "instance-id", "Values": [instance]}]
    assert associations(server, Filters=of_instance) == []
    made = ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={"Name": first["InstanceProfileName"]})
    made = made["IamInstanceProfileAssociation"]
    assert made["State"] == "associating" and made["AssociationId"].startswith("iip-assoc-") and made["InstanceId"] == instance
    assert made["IamInstanceProfile"] == {"Arn": first["Arn"], "Id": first["InstanceProfileId"]}
    [listed] = associations(server, Filters=[*of_instance, {"Name": "state", "Values": ["associated"]}])
    assert listed == {**made, "State": "associated"}
    assert associations(server, AssociationIds=[made["AssociationId"]]) == [listed]
    assert associations(server, Filters=[*of_instance, {"Name": "state", "Values": ["associating"]}]) == []

    with refused("IncorrectState", f"There is an existing association for instance {instance}"):
        ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={"Arn": second["Arn"]})
    replaced = ec2.replace_iam_instance_profile_association(AssociationId=made["AssociationId"], IamInstanceProfile={"Arn": second["Arn"]})
    replaced = replaced["IamInstanceProfileAssociation"]
    assert replaced["AssociationId"] != made["AssociationId"] and replaced["IamInstanceProfile"]["Arn"] == second["Arn"]
    described = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]
    assert described["IamInstanceProfile"]["Arn"] == second["Arn"]
    for call in (
        lambda: associations(server, AssociationIds=[made["AssociationId"]]),
        lambda: ec2.disassociate_iam_instance_profile(AssociationId=made["AssociationId"]),
        lambda: ec2.disassociate_iam_instance_profile(AssociationId="nonsense"),
    ):
        with refused("InvalidAssociationID.NotFound"):
            call()

    gone = ec2.disassociate_iam_instance_profile(AssociationId=replaced["AssociationId"])["IamInstanceProfileAssociation"]
    assert gone["State"] == "disassociating" and gone["AssociationId"] == replaced["AssociationId"]
    assert associations(server, Filters=of_instance) == []
    assert "IamInstanceProfile" not in ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"][0]


def test_what_is_refused(server: FerryServer, instance: str, profiles: list[dict[str, str]]) -> None:
    ec2, name = server.ec2(), {"Name": profiles[0]["InstanceProfileName"]}
    with refused("InvalidParameterValue", "Invalid IAM Instance Profile name"):
        ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={"Name": "nobody"})
    with refused("InvalidParameterCombination"):
        ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={**name, "Arn": profiles[0]["Arn"]})
    with refused("MissingParameter"):
        ec2.associate_iam_instance_profile(InstanceId=instance, IamInstanceProfile={})
    with refused("InvalidInstanceID.NotFound"):
        ec2.associate_iam_instance_profile(InstanceId="i-0123456789abcdef0", IamInstanceProfile=name)
    with refused("InvalidInstanceID.Malformed"):
        ec2.get_password_data(InstanceId="i-x")
    assert associations(server, Filters=[{"Name": "instance-id", "Values": [instance]}]) == []


def test_a_launch_with_a_profile_has_an_association(server: FerryServer, profiles: list[dict[str, str]]) -> None:
    blank = images.register(server, snapshots.upload(server, Disk.made("nothing that boots", 1)), EnaSupport=True)
    ec2 = server.ec2()
    asked = {"ImageId": blank, "InstanceType": "t3.nano", "MinCount": 1, "MaxCount": 1}
    made = ec2.run_instances(**asked, IamInstanceProfile={"Name": profiles[0]["InstanceProfileName"]})["Instances"][0]["InstanceId"]
    [listed] = associations(server, Filters=[{"Name": "instance-id", "Values": [made]}])
    assert listed["IamInstanceProfile"]["Arn"] == profiles[0]["Arn"]
    ec2.terminate_instances(InstanceIds=[made])
    assert associations(server, Filters=[{"Name": "instance-id", "Values": [made]}]) == []


def test_credits_and_passwords(server: FerryServer, instance: str) -> None:
    ec2 = server.ec2()
    asked = [
        {"InstanceId": instance, "CpuCredits": "standard"}, {"InstanceId": "i-0123456789abcdef0", "CpuCredits": "standard"},
        {"InstanceId": "i-x", "CpuCredits": "unlimited"},
    ]
    answer = ec2.modify_instance_credit_specification(InstanceCreditSpecifications=asked)
    assert answer["SuccessfulInstanceCreditSpecifications"] == [{"InstanceId": instance}]
    failed = {one["InstanceId"]: one["Error"]["Code"] for one in answer["UnsuccessfulInstanceCreditSpecifications"]}
    assert failed == {"i-0123456789abcdef0": "InvalidInstanceID.NotFound", "i-x": "InvalidInstanceID.Malformed"}
    [told] = ec2.describe_instance_credit_specifications(InstanceIds=[instance])["InstanceCreditSpecifications"]
    assert told["CpuCredits"] == "standard"
    with refused("InvalidParameterValue"):
        ec2.modify_instance_credit_specification(InstanceCreditSpecifications=[{"InstanceId": instance, "CpuCredits": "endless"}])
    password = ec2.get_password_data(InstanceId=instance)
    assert password["InstanceId"] == instance and password["PasswordData"] == "" and "Timestamp" in password
