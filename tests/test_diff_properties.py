"""What holds for every pair of templates."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from awsdeck.diff import ABSENT, Diff, PropertyChange, diff

names = st.sampled_from(["A", "B", "Orders", "Vpc", "Db"])
scalars = st.one_of(
    st.booleans(), st.integers(-5, 100), st.floats(-3, 3, allow_nan=False), st.text("ab5{}", max_size=4)
)
references = st.one_of(
    names.map(lambda name: {"Ref": name}),
    names.map(lambda name: {"Fn::GetAtt": [name, "Arn"]}),
    names.map(lambda name: {"Fn::Sub": "x-${" + name + "}"}),
)
values = st.recursive(
    st.one_of(scalars, references),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["Key", "Value", "Port", "Statement", "Effect", "Action"]), inner, max_size=3),
    ),
    max_leaves=8,
)
properties = st.dictionaries(
    st.sampled_from(["QueueName", "VisibilityTimeout", "Tags", "BucketName", "SubnetIds", "CidrBlock", "Policies"]),
    values,
    max_size=4,
)
types = st.sampled_from(
    [
        "AWS::SQS::Queue",
        "AWS::S3::Bucket",
        "AWS::RDS::DBSubnetGroup",
        "AWS::EC2::VPC",
        "AWS::IAM::Role",
        "Custom::Thing",
    ]
)
resources = st.fixed_dictionaries(
    {"Type": types},
    optional={
        "Properties": properties,
        "DependsOn": st.lists(names, max_size=2),
        "DeletionPolicy": st.sampled_from(["Delete", "Retain", "Snapshot"]),
        "Metadata": values,
    },
)
templates = st.fixed_dictionaries(
    {"Resources": st.dictionaries(names, resources, max_size=4)},
    optional={
        "Outputs": st.dictionaries(names, st.fixed_dictionaries({"Value": values}), max_size=2),
        "Parameters": st.dictionaries(names, st.fixed_dictionaries({"Type": st.just("String")}), max_size=2),
        "Description": st.text("ab", max_size=3),
    },
)


def shuffled(value: Any) -> Any:
    """The same with the keys of every object in reverse order."""
    if isinstance(value, dict):
        return {key: shuffled(item) for key, item in reversed(value.items())}
    return [shuffled(item) for item in value] if isinstance(value, list) else value


def put(root: Any, changes: tuple[PropertyChange, ...]) -> Any:
    """`root` with the changes carried out: values first, then removals, then additions to lists."""
    root = copy.deepcopy(root)
    removed, added = [], []
    for change in changes:
        if change.path == ():
            return change.after
        *steps, last = change.path
        parent = root
        for step in steps:
            parent = parent[step]
        if isinstance(last, int) and change.after is ABSENT:
            removed.append((parent, last))
        elif isinstance(last, int) and change.before is ABSENT:
            added.append((parent, last, change.after))
        elif change.after is ABSENT:
            del parent[last]
        else:
            parent[last] = change.after
    for parent, index in sorted(removed, key=lambda item: -item[1]):
        del parent[index]
    for parent, index, value in sorted(added, key=lambda item: item[1]):
        parent.insert(index, value)
    return root


def applied(old: dict[str, Any], found: Diff) -> dict[str, Any]:
    """`old` with everything in the diff carried out."""
    new = copy.deepcopy(old)
    for change in found.resources:
        if change.action == "delete":
            del new["Resources"][change.logical_id]
            continue
        if change.action == "create":
            new["Resources"][change.logical_id] = change.properties[0].after
            continue
        body = new["Resources"].pop(change.was) if change.was else new["Resources"][change.logical_id]
        if change.properties or "Properties" in body:
            body["Properties"] = put(body.get("Properties", {}), change.properties)
        new["Resources"][change.logical_id] = put(body, change.attributes)
    for entry in found.entries:
        single = entry.section == entry.name
        section = new if single else new.setdefault(entry.section, {})
        if entry.after is ABSENT:
            del section[entry.name]
        else:
            section[entry.name] = entry.after
    return new


@given(templates)
def test_a_template_does_not_differ_from_itself(template: dict[str, Any]) -> None:
    assert diff(template, copy.deepcopy(template)).empty


@given(templates)
def test_the_order_of_keys_does_not_matter(template: dict[str, Any]) -> None:
    assert diff(template, shuffled(template)).empty


@settings(max_examples=300)
@given(templates, templates)
def test_carrying_the_changes_out_on_the_old_gives_the_new(old: dict[str, Any], new: dict[str, Any]) -> None:
    found = diff(old, new)
    left = diff(applied(old, found), new)
    # the reference inside a renamed resource still has the old name: that is all that may be left
    renames = {change.logical_id for change in found.resources if change.action == "rename"}
    assert {change.logical_id for change in left.resources} <= renames
    assert left.entries == ()


@given(templates, templates)
def test_with_the_sides_swapped_a_creation_is_a_deletion(old: dict[str, Any], new: dict[str, Any]) -> None:
    forth = {change.logical_id for change in diff(old, new).resources if change.action == "create"}
    back = {change.logical_id for change in diff(new, old).resources if change.action == "delete"}
    assert forth == back


@given(templates, templates)
def test_neither_side_is_touched(old: dict[str, Any], new: dict[str, Any]) -> None:
    before = copy.deepcopy((old, new))
    diff(old, new)
    assert (old, new) == before


@given(templates, templates)
def test_nobody_is_allowed_more_when_nothing_changes(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert diff(old, old).broadening == ()
    found = diff(old, new)
    assert not (found.empty and found.broadening)
