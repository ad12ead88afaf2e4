"""Ansible with the collections amazon.aws and community.aws, unmodified: a second run of the same tasks changes nothing, and everything goes again."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from pathlib import Path

import guests
import images
import pytest
import snapshots
from ferry_server import AWAY, HOME
from patience import HANG
from refusals import refused

PACKAGES = Path(sys.prefix) / "ansible"

# Ansible reads JSON as the YAML that it is.
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::depot/*"]}]}
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
MANAGED = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"


@pytest.fixture
def play(server, tmp_path):
    """Plays tasks, and gives what each of them has found: by the name that it is registered under."""
    # Modules are run in the same interpreter and without copying them through a shell.
    environment = {
        **server.shell_environment(), "PYTHONPATH": str(PACKAGES), "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default", "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_HOME": str(tmp_path / "home"), "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_DEPRECATION_WARNINGS": "0", "LC_ALL": "C.UTF-8",
    }

    def run(tasks):
        found = tmp_path / "found.json"
        names = [task["register"] for task in tasks if "register" in task]
        told = "{" + ", ".join(f"'{name}': {name}" for name in names) + "}"
        tasks = [*tasks, {"ansible.builtin.copy": {"dest": str(found), "content": "{{ " + told + " | to_json }}"}}]
        book = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks, "vars": {"ansible_python_interpreter": sys.executable}}]
        (tmp_path / "play.yaml").write_text(json.dumps(book))
        command = [sys.executable, "-m", "ansible", "playbook", "-i", "localhost,", "play.yaml"]
        result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=HANG)
        assert result.returncode == 0, result.stdout + result.stderr
        return json.loads(found.read_text())

    return run


def changes(found):
    return {name for name, result in found.items() if result.get("changed")}


def task(module, register=None, **parameters):
    return {module: parameters, **({"register": register} if register else {})}


def test_images(server, other_account, snapshot, play):
    name, tag = f"ansible {uuid.uuid4().hex[:8]}", uuid.uuid4().hex
    device = {"device_name": "/dev/xvda", "snapshot_id": snapshot, "volume_size": 2, "volume_type": "gp3", "delete_on_termination": True}
    image = {
        "name": name, "architecture": "x86_64", "virtualization_type": "hvm", "root_device_name": "/dev/xvda", "boot_mode": "uefi",
        "device_mapping": [device], "description": "made by ansible", "wait": True, "tags": {"made-by": "ansible"},
    }
    # The module only changes an image that it is told the id of.
    tasks = [
        task("amazon.aws.ec2_ami", "image", **image, launch_permissions={"user_ids": [other_account.account]}),
        task("amazon.aws.ec2_snapshot", "shared", snapshot_id=snapshot, modify_create_vol_permission=True, user_ids=[other_account.account]),
        task(
            "community.aws.ec2_ami_copy", "copy", region=AWAY, source_region=HOME, source_image_id="{{ image.image_id }}", name=name,
            description="copied by ansible", tags={"copied-by": tag}, tag_equality=True,
        ),
        task("amazon.aws.ec2_ami_info", "found", image_ids=["{{ image.image_id }}"], describe_image_attributes=True),
        task("amazon.aws.ec2_snapshot_info", "disks", snapshot_ids=[snapshot]),
    ]
    first = play(tasks)
    assert changes(first) == {"image", "shared", "copy"}
    made, copied = first["image"]["image_id"], first["copy"]["image_id"]
    assert [one["launch_permissions"] for one in first["found"]["images"]] == [[{"user_id": other_account.account}]]
    assert [(one["snapshot_id"], one["state"]) for one in first["disks"]["snapshots"]] == [(snapshot, "completed")]
    # Its own waiter asks every fifteen seconds.
    assert images.wait_available(server, AWAY, copied)["Name"] == name
    assert images.describe(other_account, HOME, made)["OwnerId"] == server.account

    second = play([
        task("amazon.aws.ec2_ami", "image", image_id=made, launch_permissions={"user_ids": [other_account.account]}, **image), *tasks[1:],
    ])
    assert changes(second) == set() and second["copy"]["image_id"] == copied

    gone = play([
        task("amazon.aws.ec2_ami", "closed", image_id=made, state="present", launch_permissions={"user_ids": []}),
        task("amazon.aws.ec2_snapshot", "kept", snapshot_id=snapshot, modify_create_vol_permission=True, purge_create_vol_permission=True, user_ids=[]),
        task("amazon.aws.ec2_ami", "deregistered", image_id=made, state="absent", wait=True),
        task("amazon.aws.ec2_ami", "deleted", region=AWAY, image_id=copied, state="absent", delete_snapshot=True, wait=True),
        task("amazon.aws.ec2_ami_info", "left", image_ids=[made]),
    ])
    assert {"closed", "deregistered", "deleted"} <= changes(gone) and gone["left"]["images"] == []
    assert snapshots.describe(server, HOME, snapshot)["State"] == "completed"


def test_volumes(server, snapshot, play):
    name = f"ansible {uuid.uuid4().hex[:8]}"
    zone = f"{HOME}a"
    tasks = [
        task("amazon.aws.ec2_vol", "empty", name=name, zone=zone, volume_size=2, volume_type="gp3", iops=3000, throughput=125, tags={"made-by": "ansible"}),
        task("amazon.aws.ec2_vol", "full", name=f"{name} full", zone=zone, snapshot=snapshot, volume_type="gp2"),
        task("amazon.aws.ec2_vol_info", "found", filters={"tag:Name": name}),
    ]
    first = play(tasks)
    assert changes(first) == {"empty", "full"}
    [volume] = first["found"]["volumes"]
    assert (volume["id"], volume["status"], volume["size"], volume["type"]) == (first["empty"]["volume_id"], "available", 2, "gp3")
    # By its id: the module makes another one where it is told a name and no instance.
    again = [{module: {**values, "id": first[found]["volume_id"]}, "register": found}
             for (module, values), found in [((next(iter(one)), one[next(iter(one))]), one["register"]) for one in tasks[:2]]]
    assert changes(play(again)) == set()

    made = [task("amazon.aws.ec2_snapshot", "taken", volume_id=first["full"]["volume_id"], description=name, wait=True, snapshot_tags={"made-by": "ansible"},
                 last_snapshot_min_age=60)]
    taken = play(made)
    assert changes(taken) == {"taken"} and changes(play(made)) == set()
    grown = {"amazon.aws.ec2_vol": {"id": first["empty"]["volume_id"], "zone": zone, "volume_size": 3, "volume_type": "gp3", "modify_volume": True}, "register": "grown"}
    assert changes(play([grown])) == {"grown"}
    gone = play([
        task("amazon.aws.ec2_snapshot", "snapshot", snapshot_id=taken["taken"]["snapshot_id"], state="absent"),
        task("amazon.aws.ec2_vol", "empty", id=first["empty"]["volume_id"], state="absent"),
        task("amazon.aws.ec2_vol", "full", id=first["full"]["volume_id"], state="absent"),
        task("amazon.aws.ec2_vol_info", "left", filters={"tag:Name": name}),
    ])
    assert {"snapshot", "empty", "full"} <= changes(gone) and gone["left"]["volumes"] == []


def test_identities(server, play):
    mark = uuid.uuid4().hex[:8]
    policy, role, user, group = (f"{kind}-{mark}" for kind in ("policy", "role", "user", "group"))
    tags = {"made-by": "ansible"}
    tasks = [
        task("amazon.aws.iam_managed_policy", "policy", name=policy, description="made by ansible", policy=READ),
        task(
            "amazon.aws.iam_role", "role", name=role, path="/made/", description="made by ansible", assume_role_policy_document=json.dumps(TRUST),
            managed_policies=[policy, MANAGED], create_instance_profile=False, max_session_duration=7200, tags=tags,
            boundary="{{ policy.policy.arn }}",
        ),
        task("amazon.aws.iam_instance_profile", "profile", name=role, role=role, tags=tags),
        task("amazon.aws.iam_user", "user", name=user, state="present", path="/made/", managed_policies=[MANAGED], tags=tags),
        task("amazon.aws.iam_group", "group", name=group, state="present", users=[user], managed_policies=[policy]),
        task("amazon.aws.iam_policy", "inline", iam_type="user", iam_name=user, policy_name="own", state="present", policy_json=READ),
        task("amazon.aws.iam_role_info", "roles", name=role),
        task("amazon.aws.iam_user_info", "users", name=user),
        task("amazon.aws.iam_policy_info", "inlines", iam_type="user", iam_name=user),
    ]
    first = play(tasks)
    assert changes(first) == {"policy", "role", "profile", "user", "group", "inline"}
    assert first["roles"]["iam_roles"][0]["instance_profiles"][0]["instance_profile_name"] == role
    assert [one["tags"] for one in first["users"]["iam_users"]] == [tags] and first["inlines"]["policy_names"] == ["own"]
    assert changes(play(tasks)) == set()

    changed = {**READ, "Statement": [{**READ["Statement"][0], "Action": ["s3:GetObject", "s3:PutObject"]}]}
    assert changes(play([task("amazon.aws.iam_managed_policy", "policy", name=policy, policy=changed, only_version=True)])) == {"policy"}
    gone = play([
        task("amazon.aws.iam_policy", "inline", iam_type="user", iam_name=user, policy_name="own", state="absent"),
        task("amazon.aws.iam_group", "group", name=group, state="absent"), task("amazon.aws.iam_user", "user", name=user, state="absent"),
        task("amazon.aws.iam_instance_profile", "profile", name=role, state="absent"),
        task("amazon.aws.iam_role", "role", name=role, state="absent"),
        task("amazon.aws.iam_managed_policy", "policy", name=policy, state="absent"),
    ])
    assert changes(gone) == {"inline", "group", "user", "profile", "role", "policy"}
    iam = server.client("iam")
    assert user not in {one["UserName"] for one in iam.list_users()["Users"]}
    assert policy not in {one["PolicyName"] for one in iam.list_policies(Scope="Local")["Policies"]}


def test_the_network(server, play, tmp_path):
    ec2, mark = server.ec2(), uuid.uuid4().hex[:8]
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-N", "", "-C", "ansible", "-f", str(tmp_path / "key")], timeout=HANG, check=True)
    public = (tmp_path / "key.pub").read_text()
    rules = [
        {"proto": "tcp", "ports": [22, "8000-8010"], "cidr_ip": ["10.0.0.0/8", "192.0.2.0/24"], "rule_desc": "from the office"},
        {"proto": "tcp", "ports": [443], "cidr_ipv6": "2001:db8::/32"}, {"proto": "all", "group_name": f"web-{mark}"},
        {"proto": "icmp", "icmp_type": 8, "icmp_code": -1, "cidr_ip": "0.0.0.0/0"},
    ]
    out = [{"proto": "tcp", "ports": [443], "cidr_ip": "0.0.0.0/0"}]
    tasks = [
        task("amazon.aws.ec2_vpc_net_info", "vpcs", filters={"isDefault": "true"}),
        task("amazon.aws.ec2_vpc_subnet_info", "subnets", filters={"vpc-id": "{{ vpcs.vpcs[0].id }}"}),
        task("amazon.aws.ec2_key", "made", name=f"made-{mark}", key_type="ed25519", tags={"made-by": "ansible"}),
        task("amazon.aws.ec2_key", "taken", name=f"taken-{mark}", key_material=public),
        task(
            "amazon.aws.ec2_security_group", "web", name=f"web-{mark}", description="made by ansible", vpc_id="{{ vpcs.vpcs[0].id }}", rules=rules,
            rules_egress=out, tags={"made-by": "ansible"},
        ),
        task(
            "amazon.aws.ec2_security_group", "behind", name=f"behind-{mark}", description="made by ansible",
            rules=[{"proto": "tcp", "ports": [5432], "group_id": "{{ web.group_id }}"}],
        ),
        task("amazon.aws.ec2_security_group_info", "found", filters={"group-name": f"web-{mark}"}),
    ]
    first = play(tasks)
    assert changes(first) == {"made", "taken", "web", "behind"}
    assert len(first["subnets"]["subnets"]) == 3 and "OPENSSH PRIVATE KEY" in first["made"]["key"]["private_key"]
    [group] = first["found"]["security_groups"]
    assert group["tags"] == {"made-by": "ansible"} and len(group["ip_permissions"]) == 5 and len(group["ip_permissions_egress"]) == 1
    assert changes(play(tasks)) == set()

    rules[0]["cidr_ip"] = ["10.0.0.0/8"]
    assert changes(play(tasks)) == {"web"}
    [group] = ec2.describe_security_groups(GroupNames=[f"web-{mark}"])["SecurityGroups"]
    assert "192.0.2.0/24" not in json.dumps(group)
    gone = play([
        task("amazon.aws.ec2_security_group", "behind", name=f"behind-{mark}", state="absent"),
        task("amazon.aws.ec2_security_group", "web", name=f"web-{mark}", state="absent"),
        task("amazon.aws.ec2_key", "made", name=f"made-{mark}", state="absent"), task("amazon.aws.ec2_key", "taken", name=f"taken-{mark}", state="absent"),
    ])
    assert changes(gone) == {"behind", "web", "made", "taken"}
    assert not any(mark in group["GroupName"] for group in ec2.describe_security_groups()["SecurityGroups"])
    assert not any(mark in pair["KeyName"] for pair in ec2.describe_key_pairs()["KeyPairs"])


def test_instances(server, play):
    image, name = guests.push(server, images.unused_name("ansible")), f"ansible-{uuid.uuid4().hex[:8]}"
    chosen = {"tag:Name": name, "instance-state-name": ["pending", "running"]}
    running = {"name": name, "image_id": image, "instance_type": "t3.nano", "state": "running", "wait": True, "exact_count": 1, "filters": chosen}
    device = {"device_name": "/dev/sdf", "volume_size": 1, "volume_type": "gp3", "delete_on_termination": True}
    disk = {"instance": "{{ machine.instance_ids[0] }}", "name": f"{name}-disk", **device}
    tasks = [
        task("amazon.aws.ec2_instance", "machine", **running),
        task("amazon.aws.ec2_vol", "disk", **disk),
        task("amazon.aws.ec2_snapshot", "point", volume_id="{{ disk.volume_id }}", snapshot_tags={"made-by": name}, wait=True, last_snapshot_min_age=60),
    ]
    kept = {"name": f"{name}-image", "description": "made by ansible", "tags": {"made-by": name}}
    making = task("amazon.aws.ec2_ami", "image", instance_id="{{ machine.instance_ids[0] }}", wait=True, no_reboot=False, **kept)
    first = play([*tasks, making])
    assert changes(first) == {"machine", "disk", "point", "image"}
    [instance] = first["machine"]["instance_ids"]
    guests.await_console(server, instance, guests.UP)
    made = images.describe(server, HOME, first["image"]["image_id"])
    assert (made["SourceInstanceId"], made["SourceImageId"], made["Description"]) == (instance, image, "made by ansible")
    assert [mapping["DeviceName"] for mapping in made["BlockDeviceMappings"]] == ["/dev/xvda", "/dev/sdf"]
    # The module finds an image by its id alone, and would make another one.
    keeping = task("amazon.aws.ec2_ami", "image", image_id=made["ImageId"], **kept)
    assert changes(play([*tasks, keeping])) == set()

    gone = [
        task("amazon.aws.ec2_instance", "machine", instance_ids=[instance], state="terminated", wait=True),
        task("amazon.aws.ec2_ami", "image", image_id=made["ImageId"], state="absent", delete_snapshot=True),
    ]
    assert changes(play(gone)) == {"machine", "image"}
    with refused("InvalidSnapshot.NotFound"):
        server.ec2(HOME).describe_snapshots(SnapshotIds=images.snapshots_of(made))
    assert server.ec2(HOME).describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [instance]}])["Volumes"] == []
