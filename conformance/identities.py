"""What tests of IAM share: documents, and listings that are read to their end."""

from __future__ import annotations

TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}


def document(action="s3:GetObject", **members):
    """A policy that allows an action on everything."""
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*", **members}]}


def pages(iam, operation, result, **options):
    """All elements of a listing, two to a page."""
    found = []
    for page in iam.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2}, **options):
        assert len(page[result]) <= 2
        found += page[result]
    return found
