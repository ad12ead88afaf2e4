"""Terraform with the AWS provider, unmodified: apply images, copies, keys, the settings of encryption, buckets, roles and policies, accounts and
what is shared with them, and the next plan says that nothing changed.

Needs the `terraform` binary and the provider in a folder of this machine (no registry is asked): one of the usual mirror
folders, or FERRY_TERRAFORM_PLUGINS.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import accounts
import guests
import images
import pytest
import snapshots
from buckets import content, read, unused_bucket
from disks import Disk
from ferry_server import AWAY, HOME
from patience import HANG
from refusals import refused

PROVIDER = Path("registry.terraform.io/hashicorp/aws")
MIRRORS = [
    os.environ.get("FERRY_TERRAFORM_PLUGINS", ""),
    "~/.terraform.d/plugins",
    "~/.local/share/terraform/plugins",
    "/usr/local/share/terraform/plugins",
    "/opt/tf-plugins",
]


def mirror() -> Path | None:
    folders = (Path(text).expanduser() for text in MIRRORS if text)
    return next((folder for folder in folders if any((folder / PROVIDER).glob("5.*"))), None)


pytestmark = [
    pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed"),
    pytest.mark.skipif(mirror() is None, reason="no folder here has the AWS provider 5.x; FERRY_TERRAFORM_PLUGINS may name one"),
]

PROVIDERS = f"""
terraform {{
  required_providers {{
    aws = {{ source = "hashicorp/aws" }}
  }}
}}
provider "aws" {{
  region            = "{HOME}"
  s3_use_path_style = true
}}
provider "aws" {{
  alias             = "away"
  region            = "{AWAY}"
  s3_use_path_style = true
}}
"""

RESOURCES = """
variable "snapshot" {}

resource "aws_ami" "source" {
  name                = "terraform-source"
  description         = "made by terraform"
  architecture        = "x86_64"
  virtualization_type = "hvm"
  root_device_name    = "/dev/xvda"
  ena_support         = true
  boot_mode           = "uefi"
  imds_support        = "v2.0"
  tpm_support         = "v2.0"
  ebs_block_device {
    device_name           = "/dev/xvda"
    snapshot_id           = var.snapshot
    volume_size           = 2
    volume_type           = "gp3"
    iops                  = 3000
    throughput            = 125
    delete_on_termination = true
  }
  ephemeral_block_device {
    device_name  = "/dev/sdb"
    virtual_name = "ephemeral0"
  }
  tags = { made-by = "terraform" }
}

resource "aws_ami_copy" "copy" {
  provider          = aws.away
  name              = "terraform-copy"
  description       = "copied by terraform"
  source_ami_id     = aws_ami.source.id
  source_ami_region = "REGION"
  tags              = { made-by = "terraform" }
}

resource "aws_ebs_snapshot_copy" "snapshot" {
  provider           = aws.away
  source_snapshot_id = var.snapshot
  source_region      = "REGION"
  description        = "copied alone"
}

data "aws_ami" "found" {
  provider    = aws.away
  owners      = ["self"]
  most_recent = true
  filter {
    name   = "name"
    values = ["terraform-*"]
  }
  depends_on = [aws_ami_copy.copy]
}

output "copy" { value = aws_ami_copy.copy.id }
output "found" { value = data.aws_ami.found.id }
""".replace("REGION", HOME)


KEYS = """
resource "aws_kms_key" "key" {
  description             = "made by terraform"
  enable_key_rotation     = true
  rotation_period_in_days = 180
  deletion_window_in_days = 7
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid = "all", Effect = "Allow", Principal = { AWS = "arn:aws:iam::ACCOUNT:root" }, Action = "kms:*", Resource = "*"
    }]
  })
  tags = { made-by = "terraform" }
}

resource "aws_kms_key" "mac" {
  customer_master_key_spec = "HMAC_256"
  key_usage                = "GENERATE_VERIFY_MAC"
}

resource "aws_kms_alias" "alias" {
  name          = "alias/terraform"
  target_key_id = aws_kms_key.key.key_id
}

resource "aws_iam_role" "worker" {
  name               = "key-worker"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::ACCOUNT:root" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_kms_grant" "grant" {
  name              = "worker"
  key_id            = aws_kms_key.key.key_id
  grantee_principal = aws_iam_role.worker.arn
  operations        = ["Decrypt", "GenerateDataKey"]
  constraints { encryption_context_equals = { disk = "one" } }
}

data "aws_kms_alias" "found" {
  name       = "alias/terraform"
  depends_on = [aws_kms_alias.alias]
}

# The default key of EBS by both its ways in; the first makes it.
data "aws_kms_alias" "ebs" { name = "alias/aws/ebs" }

data "aws_kms_key" "ebs" { key_id = "alias/aws/ebs" }

output "key" { value = aws_kms_key.key.key_id }
output "found" { value = data.aws_kms_alias.found.target_key_id }
"""

ENCRYPTION = """
variable "snapshot" {}
variable "image" {}

resource "aws_ebs_encryption_by_default" "on" { enabled = true }

resource "aws_kms_key" "default" {}

resource "aws_kms_key" "other" {}

resource "aws_ebs_default_kms_key" "default" { key_arn = aws_kms_key.default.arn }

resource "aws_kms_key" "away" { provider = aws.away }

resource "aws_ami_copy" "copy" {
  provider          = aws.away
  name              = "terraform-encrypted"
  source_ami_id     = var.image
  source_ami_region = "REGION"
  encrypted         = true
  kms_key_id        = aws_kms_key.away.arn
}

resource "aws_ebs_snapshot_copy" "away" {
  provider           = aws.away
  source_snapshot_id = var.snapshot
  source_region      = "REGION"
  encrypted          = true
  kms_key_id         = aws_kms_key.away.arn
}

# Back from where it is encrypted: the provider presigns the request, and the copy is under another key.
resource "aws_ebs_snapshot_copy" "back" {
  source_snapshot_id = aws_ebs_snapshot_copy.away.id
  source_region      = "AWAY"
  encrypted          = true
  kms_key_id         = aws_kms_key.other.arn
}

output "keys" {
  value = { default = aws_kms_key.default.arn, other = aws_kms_key.other.arn, away = aws_kms_key.away.arn }
}
output "image" { value = aws_ami_copy.copy.id }
output "away" { value = aws_ebs_snapshot_copy.away.id }
output "back" { value = aws_ebs_snapshot_copy.back.id }
""".replace("REGION", HOME).replace("AWAY", AWAY)

BUCKETS = """
resource "aws_s3_bucket" "home" {
  bucket = "HOME-BUCKET"
  tags   = { made-by = "terraform" }
}

resource "aws_s3_bucket" "away" {
  provider      = aws.away
  bucket        = "AWAY-BUCKET"
  force_destroy = true
}

resource "aws_s3_bucket_versioning" "away" {
  provider = aws.away
  bucket   = aws_s3_bucket.away.id
  versioning_configuration { status = "Enabled" }
}

resource "aws_s3_bucket_public_access_block" "away" {
  provider            = aws.away
  bucket              = aws_s3_bucket.away.id
  block_public_acls   = true
  block_public_policy = true
}

resource "aws_s3_bucket_ownership_controls" "home" {
  bucket = aws_s3_bucket.home.id
  rule { object_ownership = "BucketOwnerPreferred" }
}

resource "aws_s3_bucket_policy" "home" {
  bucket = aws_s3_bucket.home.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Deny", Principal = "*", Action = "s3:*", Resource = "${aws_s3_bucket.home.arn}/secret/*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_object" "small" {
  bucket       = aws_s3_bucket.home.id
  key          = "a folder/small.txt"
  content      = "made by terraform"
  content_type = "text/plain"
  metadata     = { by = "terraform" }
  tags         = { made-by = "terraform" }
}

resource "aws_s3_object" "file" {
  provider   = aws.away
  bucket     = aws_s3_bucket.away.id
  key        = "file"
  source     = "${path.module}/file"
  etag       = filemd5("${path.module}/file")
  depends_on = [aws_s3_bucket_versioning.away]
}

data "aws_s3_object" "found" {
  bucket = aws_s3_bucket.home.id
  key    = aws_s3_object.small.key
}

output "found" { value = data.aws_s3_object.found.body }
output "region" { value = aws_s3_bucket.away.region }
"""

VOLUMES = f"""
variable "snapshot" {{ type = string }}

resource "aws_ebs_volume" "empty" {{
  availability_zone = "{HOME}a"
  size              = 10
  type              = "gp3"
  iops              = 4000
  throughput        = 250
  tags              = {{ made-by = "terraform" }}
}}

resource "aws_ebs_volume" "full" {{
  availability_zone = "{HOME}b"
  snapshot_id       = var.snapshot
  size              = 2
  encrypted         = true
}}

resource "aws_ebs_snapshot" "taken" {{
  volume_id   = aws_ebs_volume.full.id
  description = "made by terraform"
  tags        = {{ made-by = "terraform" }}
}}

data "aws_ebs_volume" "found" {{
  filter {{
    name   = "volume-id"
    values = [aws_ebs_volume.empty.id]
  }}
}}

output "empty" {{ value = aws_ebs_volume.empty.id }}
output "found" {{ value = data.aws_ebs_volume.found.id }}
output "taken" {{ value = aws_ebs_snapshot.taken.id }}
"""

IMPORT = """
resource "aws_s3_bucket" "disks" { bucket = "BUCKET" }

resource "aws_s3_object" "disk" {
  bucket = aws_s3_bucket.disks.id
  key    = "disk.raw"
  source = "${path.module}/disk.raw"
}

resource "aws_ebs_snapshot_import" "snapshot" {
  role_name = "vmimport"
  disk_container {
    format = "RAW"
    user_bucket {
      s3_bucket = aws_s3_bucket.disks.id
      s3_key    = aws_s3_object.disk.key
    }
  }
  tags = { made-by = "terraform" }
}

output "snapshot" { value = aws_ebs_snapshot_import.snapshot.id }
"""


USERS = """
resource "aws_iam_user" "ann" {
  name = "ann"
  path = "/staff/"
  tags = { made-by = "terraform" }
}

resource "aws_iam_group" "staff" {
  name = "staff"
  path = "/staff/"
}

resource "aws_iam_user_group_membership" "ann" {
  user   = aws_iam_user.ann.name
  groups = [aws_iam_group.staff.name]
}

resource "aws_iam_access_key" "ann" {
  user   = aws_iam_user.ann.name
  status = "Inactive"
}

resource "aws_iam_user_login_profile" "ann" {
  user                    = aws_iam_user.ann.name
  password_length         = 30
  password_reset_required = true
}

resource "aws_iam_account_alias" "shop" { account_alias = "terraform-shop" }

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length        = 14
  require_lowercase_characters   = true
  require_numbers                = true
  require_uppercase_characters   = true
  require_symbols                = true
  allow_users_to_change_password = true
  max_password_age               = 90
  password_reuse_prevention      = 3
}

resource "aws_iam_group" "guests" { name = "guests" }

resource "aws_iam_group_membership" "guests" {
  name  = "guests"
  group = aws_iam_group.guests.name
  users = [aws_iam_user.ann.name]
}

resource "aws_iam_policy" "shared" {
  name = "terraform-shared"
  policy = jsonencode({
    Statement = [{ Resource = "*", Action = "s3:GetObject", Effect = "Allow" }]
    Version   = "2012-10-17"
  })
}

resource "aws_iam_policy_attachment" "shared" {
  name       = "shared"
  policy_arn = aws_iam_policy.shared.arn
  users      = [aws_iam_user.ann.name]
  groups     = [aws_iam_group.guests.name]
}

data "aws_iam_users" "all" { depends_on = [aws_iam_user.ann] }

data "aws_iam_access_keys" "ann" {
  user       = "ann"
  depends_on = [aws_iam_access_key.ann]
}

data "aws_caller_identity" "me" {}

data "aws_iam_session_context" "me" { arn = data.aws_caller_identity.me.arn }

data "aws_iam_principal_policy_simulation" "ann" {
  policy_source_arn = aws_iam_user.ann.arn
  action_names      = ["s3:GetObject"]
  resource_arns     = ["arn:aws:s3:::depot/key"]
  depends_on        = [aws_iam_policy_attachment.shared]
}

data "aws_iam_user" "found" {
  user_name  = "ann"
  depends_on = [aws_iam_user.ann]
}

data "aws_iam_group" "found" {
  group_name = "staff"
  depends_on = [aws_iam_user_group_membership.ann]
}

output "found" { value = data.aws_iam_user.found.arn }
output "members" { value = data.aws_iam_group.found.users[*].user_name }
output "key" { value = aws_iam_access_key.ann.id }
output "users" { value = data.aws_iam_users.all.names }
output "keys" { value = data.aws_iam_access_keys.ann.access_keys[*].status }
output "issuer" { value = data.aws_iam_session_context.me.issuer_arn }
output "allowed" { value = data.aws_iam_principal_policy_simulation.ann.all_allowed }
"""


IDENTITIES = """
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "Service"
      identifiers = ["vmie.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = ["terraform"]
    }
  }
}

data "aws_iam_policy_document" "reading" {
  statement {
    sid       = "Reading"
    actions   = ["s3:GetObject", "s3:ListBucket"]
    resources = ["arn:aws:s3:::depot", "arn:aws:s3:::depot/*"]
  }
}

data "aws_iam_policy" "managed" { name = "AmazonS3ReadOnlyAccess" }

resource "aws_iam_policy" "reading" {
  name        = "terraform-reading"
  path        = "/made/"
  description = "made by terraform"
  policy      = data.aws_iam_policy_document.reading.json
  tags        = { made-by = "terraform" }
}

resource "aws_iam_role" "role" {
  name                 = "terraform-role"
  path                 = "/made/"
  description          = "made by terraform"
  max_session_duration = 7200
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  permissions_boundary = aws_iam_policy.reading.arn
  tags                 = { made-by = "terraform" }
}

resource "aws_iam_role_policy_attachment" "own" {
  role       = aws_iam_role.role.name
  policy_arn = aws_iam_policy.reading.arn
}

resource "aws_iam_role_policy_attachment" "managed" {
  role       = aws_iam_role.role.name
  policy_arn = data.aws_iam_policy.managed.arn
}

resource "aws_iam_role_policy" "inline" {
  name = "inline"
  role = aws_iam_role.role.id
  policy = jsonencode({
    Statement = [{ Resource = ["*"], Action = "s3:PutObject", Effect = "Allow" }]
    Version   = "2012-10-17"
  })
}

resource "aws_iam_instance_profile" "profile" {
  name = "terraform-profile"
  role = aws_iam_role.role.name
  tags = { made-by = "terraform" }
}

resource "aws_iam_openid_connect_provider" "ci" {
  url             = "https://ci.example.com/terraform"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["0123456789abcdef0123456789abcdef01234567"]
  tags            = { made-by = "terraform" }
}

resource "aws_iam_role_policies_exclusive" "role" {
  role_name    = aws_iam_role.role.name
  policy_names = [aws_iam_role_policy.inline.name]
}

resource "aws_iam_role_policy_attachments_exclusive" "role" {
  role_name   = aws_iam_role.role.name
  policy_arns = [aws_iam_role_policy_attachment.own.policy_arn, aws_iam_role_policy_attachment.managed.policy_arn]
}

data "aws_iam_role" "found" { name = aws_iam_role.role.name }

data "aws_iam_roles" "made" {
  path_prefix = "/made/"
  depends_on  = [aws_iam_role.role]
}

data "aws_iam_instance_profiles" "of" {
  role_name  = aws_iam_role.role.name
  depends_on = [aws_iam_instance_profile.profile]
}

output "found" { value = data.aws_iam_role.found.arn }
output "roles" { value = data.aws_iam_roles.made.names }
output "profiles" { value = data.aws_iam_instance_profiles.of.names }
"""


SHARING = """
variable "snapshot" {}
variable "image" {}

data "aws_caller_identity" "me" {}

data "aws_organizations_organization" "all" {}

resource "aws_organizations_organizational_unit" "build" {
  name      = "build"
  parent_id = data.aws_organizations_organization.all.roots[0].id
  tags      = { made-by = "terraform" }
}

resource "aws_organizations_account" "builder" {
  name              = "builder"
  email             = "builder@example.com"
  parent_id         = data.aws_organizations_organization.all.roots[0].id
  close_on_deletion = true
  tags              = { made-by = "terraform" }
}

data "aws_iam_policy_document" "guard" {
  statement {
    effect    = "Deny"
    actions   = ["ec2:DeregisterImage"]
    resources = ["*"]
  }
}

resource "aws_organizations_policy" "guard" {
  name        = "guard"
  description = "made by terraform"
  content     = data.aws_iam_policy_document.guard.json
  tags        = { made-by = "terraform" }
}

resource "aws_organizations_policy_attachment" "guard" {
  policy_id = aws_organizations_policy.guard.id
  target_id = aws_organizations_organizational_unit.build.id
}

resource "aws_ami_launch_permission" "account" {
  image_id   = var.image
  account_id = aws_organizations_account.builder.id
}

resource "aws_ami_launch_permission" "unit" {
  image_id                = var.image
  organizational_unit_arn = aws_organizations_organizational_unit.build.arn
}

resource "aws_ami_launch_permission" "organization" {
  image_id         = var.image
  organization_arn = data.aws_organizations_organization.all.arn
}

resource "aws_snapshot_create_volume_permission" "account" {
  snapshot_id = var.snapshot
  account_id  = aws_organizations_account.builder.id
}

resource "aws_ec2_image_block_public_access" "all" { state = "block-new-sharing" }

resource "aws_ebs_snapshot_block_public_access" "all" { state = "block-all-sharing" }

resource "aws_iam_user" "ann" { name = "ann" }

resource "aws_iam_user_policy" "own" {
  name   = "own"
  user   = aws_iam_user.ann.name
  policy = data.aws_iam_policy_document.guard.json
}

resource "aws_iam_user_policy_attachment" "reading" {
  user       = aws_iam_user.ann.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
}

resource "aws_iam_user_policies_exclusive" "ann" {
  user_name    = aws_iam_user.ann.name
  policy_names = [aws_iam_user_policy.own.name]
}

resource "aws_iam_user_policy_attachments_exclusive" "ann" {
  user_name   = aws_iam_user.ann.name
  policy_arns = [aws_iam_user_policy_attachment.reading.policy_arn]
}

resource "aws_iam_group" "staff" { name = "staff" }

resource "aws_iam_group_policies_exclusive" "staff" {
  group_name   = aws_iam_group.staff.name
  policy_names = [aws_iam_group_policy.own.name]
}

resource "aws_iam_group_policy_attachments_exclusive" "staff" {
  group_name  = aws_iam_group.staff.name
  policy_arns = [aws_iam_group_policy_attachment.reading.policy_arn]
}

resource "aws_iam_group_policy" "own" {
  name   = "own"
  group  = aws_iam_group.staff.name
  policy = data.aws_iam_policy_document.guard.json
}

resource "aws_iam_group_policy_attachment" "reading" {
  group      = aws_iam_group.staff.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess"
}

data "aws_ami_ids" "mine" { owners = [data.aws_caller_identity.me.account_id] }

data "aws_ebs_snapshot_ids" "mine" { owners = ["self"] }

data "aws_organizations_organizational_units" "all" {
  parent_id  = data.aws_organizations_organization.all.roots[0].id
  depends_on = [aws_organizations_organizational_unit.build]
}

data "aws_organizations_organizational_unit" "build" {
  parent_id  = data.aws_organizations_organization.all.roots[0].id
  name       = "build"
  depends_on = [aws_organizations_organizational_unit.build]
}

data "aws_organizations_organizational_unit_child_accounts" "root" {
  parent_id  = data.aws_organizations_organization.all.roots[0].id
  depends_on = [aws_organizations_account.builder]
}

data "aws_organizations_organizational_unit_descendant_accounts" "root" {
  parent_id  = data.aws_organizations_organization.all.roots[0].id
  depends_on = [aws_organizations_account.builder]
}

data "aws_organizations_policies" "all" {
  filter     = "SERVICE_CONTROL_POLICY"
  depends_on = [aws_organizations_policy.guard]
}

data "aws_organizations_policies_for_target" "build" {
  target_id  = aws_organizations_organizational_unit.build.id
  filter     = "SERVICE_CONTROL_POLICY"
  depends_on = [aws_organizations_policy_attachment.guard]
}

data "aws_organizations_policy" "guard" { policy_id = aws_organizations_policy.guard.id }

data "aws_organizations_resource_tags" "build" { resource_id = aws_organizations_organizational_unit.build.id }

data "aws_organizations_delegated_administrators" "none" {}

output "organization" {
  value = {
    units       = data.aws_organizations_organizational_units.all.children[*].name
    unit        = data.aws_organizations_organizational_unit.build.id == aws_organizations_organizational_unit.build.id
    children    = length(data.aws_organizations_organizational_unit_child_accounts.root.accounts)
    descendants = length(data.aws_organizations_organizational_unit_descendant_accounts.root.accounts)
    policies    = length(data.aws_organizations_policies.all.ids)
    attached    = length(data.aws_organizations_policies_for_target.build.ids)
    policy      = data.aws_organizations_policy.guard.name
    tags        = data.aws_organizations_resource_tags.build.tags
    delegated   = length(data.aws_organizations_delegated_administrators.none.delegated_administrators)
  }
}

output "account" { value = data.aws_caller_identity.me.account_id }
output "builder" { value = aws_organizations_account.builder.id }
output "images" { value = data.aws_ami_ids.mine.ids }
output "snapshots" { value = data.aws_ebs_snapshot_ids.mine.ids }
"""


NETWORK = """
data "aws_vpc" "default" { default = true }

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_subnet" "each" {
  for_each = toset(data.aws_subnets.default.ids)
  id       = each.value
}

data "aws_internet_gateway" "default" {
  filter {
    name   = "attachment.vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

data "aws_security_group" "default" { name = "default" }

resource "aws_default_vpc" "default" { tags = { made-by = "terraform" } }

resource "aws_default_security_group" "default" {
  vpc_id = aws_default_vpc.default.id
  ingress {
    protocol  = "-1"
    self      = true
    from_port = 0
    to_port   = 0
  }
}

resource "aws_key_pair" "imported" {
  key_name   = "terraform"
  public_key = "PUBLIC-KEY"
  tags       = { made-by = "terraform" }
}

data "aws_key_pair" "found" {
  key_name           = aws_key_pair.imported.key_name
  include_public_key = true
}

resource "aws_security_group" "web" {
  name        = "terraform-web"
  description = "made by terraform"
  vpc_id      = data.aws_vpc.default.id
  ingress {
    description      = "ssh"
    from_port        = 22
    to_port          = 22
    protocol         = "tcp"
    cidr_blocks      = ["10.0.0.0/8", "192.0.2.0/24"]
    ipv6_cidr_blocks = ["2001:db8::/32"]
  }
  ingress {
    from_port = 0
    to_port   = 0
    protocol  = "-1"
    self      = true
  }
  egress {
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  tags = { made-by = "terraform" }
}

# Rules that are resources of their own.
resource "aws_security_group" "behind" { name_prefix = "terraform-behind" }

resource "aws_vpc_security_group_ingress_rule" "from_web" {
  security_group_id            = aws_security_group.behind.id
  referenced_security_group_id = aws_security_group.web.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5433
  description                  = "from the web"
  tags                         = { made-by = "terraform" }
}

resource "aws_vpc_security_group_egress_rule" "out" {
  security_group_id = aws_security_group.behind.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_security_group_rule" "ping" {
  security_group_id = aws_security_group.behind.id
  type              = "ingress"
  protocol          = "icmp"
  from_port         = 8
  to_port           = -1
  cidr_blocks       = ["10.0.0.0/8"]
}

output "zones" { value = sort([for subnet in data.aws_subnet.each : subnet.availability_zone]) }
output "vpc" { value = data.aws_vpc.default.cidr_block }
output "same" { value = aws_default_vpc.default.id == data.aws_vpc.default.id && data.aws_security_group.default.id == aws_default_security_group.default.id }
output "public_key" { value = trimspace(data.aws_key_pair.found.public_key) }
output "rule" { value = aws_vpc_security_group_ingress_rule.from_web.security_group_rule_id }
"""


MACHINES = """
variable "image" {}
variable "made" {}
variable "public_key" {}

data "aws_vpc" "default" { default = true }

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

resource "aws_key_pair" "key" {
  key_name   = "terraform-machines"
  public_key = var.public_key
}

resource "aws_security_group" "ssh" {
  name   = "terraform-machines"
  vpc_id = data.aws_vpc.default.id
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_instance" "one" {
  ami                    = var.image
  instance_type          = "t3.nano"
  key_name               = aws_key_pair.key.key_name
  subnet_id              = sort(data.aws_subnets.default.ids)[0]
  vpc_security_group_ids = [aws_security_group.ssh.id]
  user_data              = "#!/bin/sh\\necho TOLD BY TERRAFORM\\n"
  metadata_options {
    http_tokens   = "required"
    http_endpoint = "enabled"
  }
  root_block_device {
    volume_type = "gp3"
    volume_size = 2
    encrypted   = true
  }
  tags        = { made-by = "terraform" }
  volume_tags = { made-by = "terraform" }
}

resource "aws_ebs_volume" "data" {
  availability_zone = aws_instance.one.availability_zone
  size              = 1
  type              = "gp3"
  tags              = { made-by = "terraform" }
}

resource "aws_volume_attachment" "data" {
  device_name = "/dev/sdf"
  volume_id   = aws_ebs_volume.data.id
  instance_id = aws_instance.one.id
}

resource "aws_ebs_snapshot" "taken" {
  volume_id  = aws_ebs_volume.data.id
  depends_on = [aws_volume_attachment.data]
}

resource "aws_ami_from_instance" "made" {
  name               = var.made
  source_instance_id = aws_instance.one.id
  tags               = { made-by = "terraform" }
  depends_on         = [aws_volume_attachment.data]
}

output "instance" { value = aws_instance.one.id }
output "made" { value = aws_ami_from_instance.made.id }
output "volume" { value = aws_ebs_volume.data.id }
output "taken" { value = aws_ebs_snapshot.taken.id }
"""


@pytest.fixture
def terraform(server, tmp_path):
    """Runs terraform in the test's folder against the shared server, or another."""
    (tmp_path / "terraformrc").write_text(f'provider_installation {{\n  filesystem_mirror {{ path = "{mirror()}" }}\n}}\n')
    options = {"TF_CLI_CONFIG_FILE": str(tmp_path / "terraformrc"), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}

    def run(*arguments, on=server, expect=0, **variables):
        result = subprocess.run(
            ["terraform", *arguments],
            cwd=tmp_path,
            env={**on.shell_environment(), **options, **{f"TF_VAR_{name}": value for name, value in variables.items()}},
            capture_output=True,
            text=True,
            timeout=HANG,
        )
        assert result.returncode == expect, f"terraform {' '.join(arguments)}: {result.returncode}\n{result.stdout}\n{result.stderr}"
        return result.stdout

    return run


def test_keys(server, tmp_path, terraform):
    (tmp_path / "main.tf").write_text(PROVIDERS + KEYS.replace("ACCOUNT", server.account))
    terraform("init", "-input=false", "-no-color")
    terraform("apply", "-auto-approve", "-input=false", "-no-color")
    outputs = {name: output["value"] for name, output in json.loads(terraform("output", "-json")).items()}
    assert outputs["found"] == outputs["key"]
    assert server.kms().get_key_rotation_status(KeyId=outputs["key"])["RotationPeriodInDays"] == 180
    terraform("plan", "-detailed-exitcode", "-input=false", "-no-color")
    changed = (tmp_path / "main.tf").read_text().replace('"made by terraform"', '"changed by terraform"').replace("180", "90")
    (tmp_path / "main.tf").write_text(changed)
    terraform("apply", "-auto-approve", "-input=false", "-no-color")
    assert server.kms().describe_key(KeyId="alias/terraform")["KeyMetadata"]["Description"] == "changed by terraform"
    terraform("plan", "-detailed-exitcode", "-input=false", "-no-color")
    terraform("destroy", "-auto-approve", "-input=false", "-no-color")
    assert server.kms().describe_key(KeyId=outputs["key"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_the_network(fresh_server, tmp_path, terraform):
    server, ec2, flags = fresh_server, fresh_server.ec2(), ("-input=false", "-no-color")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "terraform", "-f", str(tmp_path / "key")], timeout=HANG, check=True)
    public = (tmp_path / "key.pub").read_text().strip()
    (tmp_path / "main.tf").write_text(PROVIDERS + NETWORK.replace("PUBLIC-KEY", public))
    terraform("init", *flags, on=server)
    terraform("apply", "-auto-approve", *flags, on=server)
    outputs = {name: output["value"] for name, output in json.loads(terraform("output", "-json", on=server)).items()}
    rule = outputs.pop("rule")
    assert outputs == {"zones": [HOME + letter for letter in "abc"], "vpc": "172.31.0.0/16", "same": True, "public_key": public}
    terraform("plan", "-detailed-exitcode", *flags, on=server)

    changed = (tmp_path / "main.tf").read_text().replace("192.0.2.0/24", "198.51.100.0/24").replace("5433", "5434").replace('"from the web"', '"changed"')
    (tmp_path / "main.tf").write_text(changed)
    terraform("apply", "-auto-approve", *flags, on=server)
    [found] = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])["SecurityGroupRules"]
    assert (found["ToPort"], found["Description"]) == (5434, "changed")
    terraform("plan", "-detailed-exitcode", *flags, on=server)
    terraform("destroy", "-auto-approve", *flags, on=server)
    assert [group["GroupName"] for group in ec2.describe_security_groups()["SecurityGroups"]] == ["default"]
    assert ec2.describe_key_pairs()["KeyPairs"] == [] and len(ec2.describe_vpcs()["Vpcs"]) == 1


def test_users_and_the_account(fresh_server, tmp_path, terraform):
    iam, flags = fresh_server.client("iam"), ("-input=false", "-no-color")
    (tmp_path / "main.tf").write_text(PROVIDERS + USERS)
    terraform("init", *flags, on=fresh_server)
    terraform("apply", "-auto-approve", *flags, on=fresh_server)
    outputs = {name: output["value"] for name, output in json.loads(terraform("output", "-json", on=fresh_server)).items()}
    assert outputs["found"] == f"arn:aws:iam::{fresh_server.account}:user/staff/ann" and outputs["members"] == ["ann"]
    assert (outputs["users"], outputs["keys"], outputs["allowed"]) == (["ann"], ["Inactive"], True)
    assert outputs["issuer"] == fresh_server.client("sts").get_caller_identity()["Arn"]
    assert [(key["AccessKeyId"], key["Status"]) for key in iam.list_access_keys(UserName="ann")["AccessKeyMetadata"]] == [(outputs["key"], "Inactive")]
    terraform("plan", "-detailed-exitcode", *flags, on=fresh_server)
    changed = (tmp_path / "main.tf").read_text().replace('"/staff/"', '"/people/"').replace('"Inactive"', '"Active"').replace("= 90", "= 60")
    (tmp_path / "main.tf").write_text(changed)
    terraform("apply", "-auto-approve", *flags, on=fresh_server)
    assert iam.get_user(UserName="ann")["User"]["Path"] == "/people/"
    terraform("plan", "-detailed-exitcode", *flags, on=fresh_server)
    terraform("destroy", "-auto-approve", *flags, on=fresh_server)
    assert iam.list_users()["Users"] == [] and iam.list_groups()["Groups"] == [] and iam.list_account_aliases()["AccountAliases"] == []


def test_roles_and_policies(server, tmp_path, terraform):
    iam, flags = server.client("iam"), ("-input=false", "-no-color")
    (tmp_path / "main.tf").write_text(PROVIDERS + IDENTITIES)
    terraform("init", *flags)
    terraform("apply", "-auto-approve", *flags)
    outputs = {name: output["value"] for name, output in json.loads(terraform("output", "-json")).items()}
    assert outputs["found"] == f"arn:aws:iam::{server.account}:role/made/terraform-role"
    assert (outputs["roles"], outputs["profiles"]) == (["terraform-role"], ["terraform-profile"])
    assert len(iam.list_attached_role_policies(RoleName="terraform-role")["AttachedPolicies"]) == 2
    terraform("plan", "-detailed-exitcode", *flags)
    changed = (tmp_path / "main.tf").read_text().replace('"s3:ListBucket"', '"s3:ListBucket", "s3:GetBucketLocation"').replace("7200", "3600")
    (tmp_path / "main.tf").write_text(changed)
    terraform("apply", "-auto-approve", *flags)
    assert iam.get_role(RoleName="terraform-role")["Role"]["MaxSessionDuration"] == 3600
    terraform("plan", "-detailed-exitcode", *flags)
    terraform("destroy", "-auto-approve", *flags)
    assert iam.list_roles(PathPrefix="/made/")["Roles"] == []


def test_accounts_and_what_is_shared_with_them(fresh_server, tmp_path, terraform):
    server, flags = fresh_server, ("-input=false", "-no-color")
    snapshot = snapshots.upload(server, Disk.made("terraform, shared", 4))
    settings = {"on": server, "snapshot": snapshot, "image": images.register(server, snapshot)}
    (tmp_path / "main.tf").write_text(PROVIDERS + SHARING)
    terraform("init", *flags, on=server)
    terraform("apply", "-auto-approve", *flags, **settings)
    outputs = {name: output["value"] for name, output in json.loads(terraform("output", "-json", on=server)).items()}
    builder = outputs.pop("builder")
    assert outputs.pop("organization") == {
        "units": ["build"], "unit": True, "children": 2, "descendants": 2, "policies": 2, "attached": 2, "policy": "guard",
        "tags": {"made-by": "terraform"}, "delegated": 0,
    }
    assert outputs == {"account": server.account, "images": [settings["image"]], "snapshots": [snapshot]}
    shared = server.ec2().describe_image_attribute(ImageId=settings["image"], Attribute="launchPermission")["LaunchPermissions"]
    assert len(shared) == 3 and {"UserId": builder} in shared
    terraform("plan", "-detailed-exitcode", *flags, **settings)

    text = (tmp_path / "main.tf").read_text()
    (tmp_path / "main.tf").write_text(text.replace('"ec2:DeregisterImage"', '"ec2:DeregisterImage", "ec2:DeleteSnapshot"').replace("-all-", "-new-"))
    terraform("apply", "-auto-approve", *flags, **settings)
    assert server.ec2().get_snapshot_block_public_access_state()["State"] == "block-new-sharing"
    terraform("plan", "-detailed-exitcode", *flags, **settings)

    terraform("destroy", "-auto-approve", *flags, **settings)
    assert server.ec2().describe_image_attribute(ImageId=settings["image"], Attribute="launchPermission")["LaunchPermissions"] == []
    assert server.client("organizations").describe_account(AccountId=builder)["Account"]["Status"] == "SUSPENDED"


def test_the_organization_is_taken_over(fresh_server, tmp_path, terraform):
    """It is there before Terraform, so that it is imported; and it stays."""
    organizations, flags = fresh_server.client("organizations"), ("-input=false", "-no-color")
    found = organizations.describe_organization()["Organization"]["Id"]
    resource = 'resource "aws_organizations_organization" "all" {\n  enabled_policy_types = ["SERVICE_CONTROL_POLICY"]\n}\n'
    (tmp_path / "main.tf").write_text(PROVIDERS + resource)
    terraform("init", *flags, on=fresh_server)
    terraform("import", *flags, "aws_organizations_organization.all", found, on=fresh_server)
    terraform("plan", "-detailed-exitcode", *flags, on=fresh_server)
    accounts.created(fresh_server)
    terraform("destroy", "-auto-approve", *flags, on=fresh_server, expect=1)
    assert organizations.describe_organization()["Organization"]["Id"] == found


def test_buckets_and_objects(server, tmp_path, terraform):
    home, away, data = unused_bucket("terraform"), unused_bucket("terraform"), content("terraform", 600_000)
    (tmp_path / "file").write_bytes(data)
    (tmp_path / "main.tf").write_text(PROVIDERS + BUCKETS.replace("HOME-BUCKET", home).replace("AWAY-BUCKET", away))
    terraform("init", "-input=false", "-no-color")
    terraform("apply", "-auto-approve", "-input=false", "-no-color")
    outputs = {name: output["value"] for name, output in json.loads(terraform("output", "-json")).items()}
    assert outputs == {"found": "made by terraform", "region": AWAY}
    assert read(server, away, "file", AWAY) == data
    terraform("plan", "-detailed-exitcode", "-input=false", "-no-color")
    (tmp_path / "file").write_bytes(data[1:])
    terraform("apply", "-auto-approve", "-input=false", "-no-color")
    assert read(server, away, "file", AWAY) == data[1:]
    assert len(server.s3(AWAY).list_object_versions(Bucket=away)["Versions"]) == 2
    terraform("plan", "-detailed-exitcode", "-input=false", "-no-color")
    terraform("destroy", "-auto-approve", "-input=false", "-no-color")
    assert {home, away}.isdisjoint(bucket["Name"] for bucket in server.s3().list_buckets()["Buckets"])


def test_import_of_a_disk(server, tmp_path, terraform):
    disk = Disk.made("terraform, imported", 8)
    (tmp_path / "disk.raw").write_bytes(b"".join(disk.blocks[index] for index in range(8)))
    (tmp_path / "main.tf").write_text(PROVIDERS + IMPORT.replace("BUCKET", unused_bucket("terraform")))
    terraform("init", "-input=false", "-no-color")
    terraform("apply", "-auto-approve", "-input=false", "-no-color")
    snapshot = json.loads(terraform("output", "-json"))["snapshot"]["value"]
    snapshots.assert_holds(server, HOME, snapshot, disk)
    assert snapshots.describe(server, HOME, snapshot)["Tags"] == [{"Key": "made-by", "Value": "terraform"}]
    terraform("plan", "-detailed-exitcode", "-input=false", "-no-color")
    terraform("destroy", "-auto-approve", "-input=false", "-no-color")


def test_volumes(server, tmp_path, terraform):
    disk = Disk.made("terraform, volumes", 8, size=2)
    snapshot = snapshots.upload(server, disk)
    (tmp_path / "main.tf").write_text(PROVIDERS + VOLUMES)
    terraform("init", "-input=false", "-no-color")
    terraform("apply", "-auto-approve", "-input=false", "-no-color", snapshot=snapshot)
    outputs = {name: output["value"] for name, output in json.loads(terraform("output", "-json")).items()}
    assert outputs["found"] == outputs["empty"]
    snapshots.assert_holds(server, HOME, outputs["taken"], disk)
    terraform("plan", "-detailed-exitcode", "-input=false", "-no-color", snapshot=snapshot)
    (tmp_path / "main.tf").write_text((tmp_path / "main.tf").read_text().replace("size              = 10", "size              = 12"))
    terraform("apply", "-auto-approve", "-input=false", "-no-color", snapshot=snapshot)
    [grown] = server.ec2(HOME).describe_volumes(VolumeIds=[outputs["empty"]])["Volumes"]
    assert grown["Size"] == 12
    terraform("plan", "-detailed-exitcode", "-input=false", "-no-color", snapshot=snapshot)
    terraform("destroy", "-auto-approve", "-input=false", "-no-color", snapshot=snapshot)
    with refused("InvalidVolume.NotFound"):
        server.ec2(HOME).describe_volumes(VolumeIds=[outputs["empty"]])


def test_machines(server, tmp_path, terraform):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    variables = {"image": guests.push(server, images.unused_name("terraform")), "made": images.unused_name("made"), "public_key": (tmp_path / "key.pub").read_text().strip()}
    (tmp_path / "main.tf").write_text(PROVIDERS + MACHINES)
    terraform("init", "-input=false", "-no-color")
    terraform("apply", "-auto-approve", "-input=false", "-no-color", **variables)
    outputs = {name: output["value"] for name, output in json.loads(terraform("output", "-json")).items()}
    assert "TOLD BY TERRAFORM" in guests.await_console(server, outputs["instance"], guests.UP)
    # It was rebooted for its image.
    guests.await_answer(server, outputs["instance"], tmp_path / "key")
    assert guests.ssh(server, outputs["instance"], tmp_path / "key", "cat /sys/block/vdb/size") == f"{2**30 // 512}\n"
    assert snapshots.describe(server, HOME, outputs["taken"])["VolumeId"] == outputs["volume"]
    made = images.describe(server, HOME, outputs["made"])
    assert (made["SourceInstanceId"], made["SourceImageId"], made["State"]) == (outputs["instance"], variables["image"], "available")
    assert [mapping["Ebs"]["Encrypted"] for mapping in made["BlockDeviceMappings"]] == [True, False]
    terraform("plan", "-detailed-exitcode", "-input=false", "-no-color", **variables)

    terraform("destroy", "-auto-approve", "-input=false", "-no-color", **variables)
    assert server.ec2(HOME).describe_images(ImageIds=[outputs["made"]])["Images"] == []
    [reservation] = server.ec2(HOME).describe_instances(InstanceIds=[outputs["instance"]])["Reservations"]
    assert [one["State"]["Name"] for one in reservation["Instances"]] == ["terminated"]
    assert server.ec2(HOME).describe_volumes(Filters=[{"Name": "tag:made-by", "Values": ["terraform"]}])["Volumes"] == []


def test_apply_plan_change_destroy(server, tmp_path, terraform):
    disk = Disk.made("terraform", 8, size=2)
    snapshot = snapshots.upload(server, disk)
    (tmp_path / "main.tf").write_text(PROVIDERS + RESOURCES)
    terraform("init", "-input=false", "-no-color")
    terraform("apply", "-auto-approve", "-input=false", "-no-color", snapshot=snapshot)
    outputs = {name: output["value"] for name, output in json.loads(terraform("output", "-json")).items()}
    assert outputs["found"] == outputs["copy"]
    copy = images.describe(server, AWAY, outputs["copy"])
    assert copy["Description"] == "copied by terraform"
    snapshots.assert_holds(server, AWAY, images.snapshots_of(copy)[0], disk)

    # Exit code 0: no changes. 2 would mean that something does not come back as it was given.
    terraform("plan", "-detailed-exitcode", "-input=false", "-no-color", snapshot=snapshot)

    changed = (tmp_path / "main.tf").read_text().replace("copied by terraform", "changed by terraform")
    (tmp_path / "main.tf").write_text(changed)
    terraform("apply", "-auto-approve", "-input=false", "-no-color", snapshot=snapshot)
    assert images.describe(server, AWAY, outputs["copy"])["Description"] == "changed by terraform"
    terraform("plan", "-detailed-exitcode", "-input=false", "-no-color", snapshot=snapshot)

    terraform("destroy", "-auto-approve", "-input=false", "-no-color", snapshot=snapshot)
    assert server.ec2(AWAY).describe_images(ImageIds=[outputs["copy"]])["Images"] == []
    snapshots.assert_holds(server, HOME, snapshot, disk)


def test_encryption(fresh_server, tmp_path, terraform):
    """Settings of the whole account: on a server of its own. The source is open, its copies are not."""
    server, disk = fresh_server, Disk.made("terraform, encrypted", 8)
    source = snapshots.upload(server, disk)
    flags = ("-input=false", "-no-color")
    settings = {"on": server, "snapshot": source, "image": images.register(server, source)}
    (tmp_path / "main.tf").write_text(PROVIDERS + ENCRYPTION)
    terraform("init", *flags, on=server)
    terraform("apply", "-auto-approve", *flags, **settings)
    outputs = {name: output["value"] for name, output in json.loads(terraform("output", "-json", on=server)).items()}
    keys = outputs["keys"]
    [of_image] = images.snapshots_of(images.describe(server, AWAY, outputs["image"]))
    for region, snapshot, key in ((AWAY, of_image, "away"), (AWAY, outputs["away"], "away"), (HOME, outputs["back"], "other")):
        assert snapshots.describe(server, region, snapshot)["KmsKeyId"] == keys[key]
        snapshots.assert_holds(server, region, snapshot, disk)
    assert snapshots.describe(server, HOME, snapshots.upload(server, disk))["KmsKeyId"] == keys["default"]
    terraform("plan", "-detailed-exitcode", *flags, **settings)

    changed = (tmp_path / "main.tf").read_text().replace("key_arn = aws_kms_key.default.arn", "key_arn = aws_kms_key.other.arn")
    (tmp_path / "main.tf").write_text(changed)
    terraform("apply", "-auto-approve", *flags, **settings)
    assert server.ec2(HOME).get_ebs_default_kms_key_id()["KmsKeyId"] == keys["other"]
    terraform("plan", "-detailed-exitcode", *flags, **settings)

    terraform("destroy", "-auto-approve", *flags, **settings)
    ec2 = server.ec2(HOME)
    assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is False
    assert ec2.get_ebs_default_kms_key_id()["KmsKeyId"] == "alias/aws/ebs"
    assert server.ec2(AWAY).describe_images(ImageIds=[outputs["image"]])["Images"] == []
    snapshots.assert_holds(server, HOME, source, disk)
