from __future__ import annotations

from typing import Any

import pytest

from awsdeck.errors import Finding
from awsdeck.rules import Graph, check_update
from awsdeck.rules.templates.update import differs
from awsdeck.template import Template

TOPIC = "AWS::SNS::Topic"
TABLE = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


def graph(resources: dict[str, Any], **sections: Any) -> Graph:
    known = sections.pop("known", {})
    found = Graph()
    found.add(Template.from_dict({"Resources": resources, **sections}), **known)
    return found


def update(old: dict[str, Any], new: dict[str, Any]) -> list[Finding]:
    return check_update(graph(old), graph(new))


def change(type: str, old: dict[str, Any], new: dict[str, Any]) -> list[Finding]:
    return update({"It": {"Type": type, "Properties": old}}, {"It": {"Type": type, "Properties": new}})


def test_nothing_is_said_of_what_does_not_change() -> None:
    resources = {"It": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": {"Ref": "Image"}, "SubnetId": "s-1"}}}
    assert update(resources, resources) == []


def test_a_replacement_names_the_property() -> None:
    (finding,) = change("AWS::ECS::Cluster", {"ClusterName": "old"}, {"ClusterName": "new"})
    assert (finding.rule, finding.path) == ("UPD001", ("Resources", "It", "Properties", "ClusterName"))
    assert "ClusterName replaces It" in finding.message


@pytest.mark.parametrize(
    ("type", "name", "policy", "fate"),
    [
        ("AWS::ECS::Cluster", "ClusterName", None, "the old one is deleted after the update"),
        ("AWS::ECS::Cluster", "ClusterName", "Delete", "the old one is deleted after the update"),
        ("AWS::ECS::Cluster", "ClusterName", "Retain", "the old one stays beside it"),
        (
            "AWS::ECS::Cluster",
            "ClusterName",
            {"Fn::If": ["Prod", "Retain", "Delete"]},
            "decided by its UpdateReplacePolicy",
        ),
        ("AWS::Redshift::Cluster", "ClusterSubnetGroupName", "Snapshot", "with a snapshot of its data kept"),
    ],
)
def test_a_replacement_tells_what_becomes_of_the_old_one(type: str, name: str, policy: Any, fate: str) -> None:
    beside = {} if policy is None else {"UpdateReplacePolicy": policy}
    old, new = ({"It": {"Type": type, "Properties": {name: value}, **beside}} for value in "ab")
    (finding,) = (finding for finding in update(old, new) if finding.rule == "UPD001")
    assert fate in finding.message


def test_a_change_that_cannot_be_told_may_replace() -> None:
    (finding,) = change("AWS::ECS::Cluster", {"ClusterName": {"Ref": "Old"}}, {"ClusterName": {"Ref": "New"}})
    assert "may replace" in finding.message


def test_a_parameter_is_followed_where_its_value_is_known() -> None:
    resources = {"It": {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterName": {"Ref": "Name"}}}}
    parameters = {"Name": {"Type": "String"}}
    before = graph(resources, Parameters=parameters, known={"parameters": {"Name": "old"}})
    after = graph(resources, Parameters=parameters, known={"parameters": {"Name": "new"}})
    (finding,) = check_update(before, after)
    assert "replaces" in finding.message


def test_the_same_value_in_another_spelling_is_no_change() -> None:
    assert change(TOPIC, {"FifoTopic": True, "TopicName": "a.fifo"}, {"FifoTopic": "true", "TopicName": "a.fifo"}) == []


def test_a_rule_that_knows_more_speaks_instead_of_the_general_one() -> None:
    findings = change("AWS::SQS::Queue", {}, {"FifoQueue": True})
    assert "UPD011" in {finding.rule for finding in findings}
    assert "UPD001" not in {finding.rule for finding in findings}


def test_a_fixed_name_blocks_a_replacement_until_it_changes_too() -> None:
    trust = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}
    kept = change("AWS::IAM::Role", {**trust, "RoleName": "a"}, {**trust, "RoleName": "a", "Path": "/x/"})
    assert "UPD002" in {finding.rule for finding in kept}
    changed = change("AWS::IAM::Role", {**trust, "RoleName": "a"}, {**trust, "RoleName": "b", "Path": "/x/"})
    assert "UPD002" not in {finding.rule for finding in changed}


def test_data_is_lost_by_removal_unless_the_old_template_keeps_it() -> None:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": TABLE}
    (finding,) = update({"T": table, "S": {"Type": TOPIC}}, {"S": {"Type": TOPIC}})
    assert (finding.rule, finding.severity, finding.resource) == ("UPD004", "error", "T")
    assert "T (AWS::DynamoDB::Table)" in finding.message
    assert finding.path == ("Resources", "T")
    assert update({"T": {**table, "DeletionPolicy": "Retain"}, "S": {"Type": TOPIC}}, {"S": {"Type": TOPIC}}) == []


def test_a_condition_that_turns_false_removes() -> None:
    resources = {"T": {"Type": "AWS::DynamoDB::Table", "Condition": "Prod", "Properties": TABLE}}
    sections: dict[str, Any] = {
        "Parameters": {"Stage": {"Type": "String"}},
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    }
    before = graph(resources, **sections, known={"parameters": {"Stage": "prod"}})
    after = graph(resources, **sections, known={"parameters": {"Stage": "test"}})
    assert [finding.rule for finding in check_update(before, after)] == ["UPD004"]


def test_a_database_is_saved_by_a_snapshot_of_its_own() -> None:
    database = {"Type": "AWS::RDS::DBInstance", "Properties": {"DBInstanceClass": "db.t3.micro"}}
    (finding,) = update({"Db": database, "S": {"Type": TOPIC}}, {"S": {"Type": TOPIC}})
    assert finding.severity == "warning"
    (finding,) = update({"Db": {**database, "DeletionPolicy": "Delete"}, "S": {"Type": TOPIC}}, {"S": {"Type": TOPIC}})
    assert finding.severity == "error"


def test_stacks_are_paired_by_name() -> None:
    before, after = Graph(), Graph()
    for name in ("a", "b"):
        before.add(Template.from_dict({"Resources": {"T": {"Type": TOPIC, "Properties": {"TopicName": name}}}}, name))
    for name in ("b", "a"):
        after.add(Template.from_dict({"Resources": {"T": {"Type": TOPIC, "Properties": {"TopicName": name}}}}, name))
    assert check_update(before, after) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (1, "1", False),
        (True, "true", False),
        ("a", "b", True),
        ([1, 2], [1], True),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"Ref": "A"}, {"Ref": "A"}, False),
        ({"Ref": "A"}, {"Ref": "B"}, None),
        ({"Ref": "A"}, "x", None),
        ({"a": {"Ref": "A"}, "b": 1}, {"a": {"Ref": "B"}, "b": 2}, True),
    ],
)
def test_values_are_compared_as_cloudformation_reads_them(old: Any, new: Any, expected: bool | None) -> None:
    assert differs(old, new) is expected


def index(name: str, attribute: str = "id", projection: str = "ALL", **more: Any) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": attribute, "KeyType": "HASH"}],
        "Projection": {"ProjectionType": projection},
        **more,
    }


def said(rule: str, findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.rule == rule]


def tables(group: str, old: Any, new: Any, **more: Any) -> list[Finding]:
    before, after = ({**TABLE, **({group: given} if given else {})} for given in (old, new))
    return change("AWS::DynamoDB::Table", before, {**after, **more})


@pytest.mark.parametrize(
    ("old", "new", "steps"),
    [
        ([], ["a"], 0),
        ([], ["a", "b"], 2),
        (["a"], ["b"], 2),
        (["a", "b"], ["b", "a"], 0),
        (["a", "b", "c"], ["c"], 2),
    ],
)
def test_one_global_index_comes_or_goes_in_one_update(old: list[str], new: list[str], steps: int) -> None:
    findings = said("UPD005", tables("GlobalSecondaryIndexes", [index(n) for n in old], [index(n) for n in new]))
    assert [f"needs {steps} such steps" in finding.message for finding in findings] == [True] * bool(steps)


def test_an_index_that_changes_under_its_name_goes_and_comes_again() -> None:
    assert said("UPD005", tables("GlobalSecondaryIndexes", [index("a")], [index("a", projection="KEYS_ONLY")]))
    throughput: dict[str, Any] = {"OnDemandThroughput": {"MaxReadRequestUnits": 5}}
    assert not said("UPD005", tables("GlobalSecondaryIndexes", [index("a")], [index("a", **throughput)]))


def test_the_indexes_of_a_new_table_do_not_count() -> None:
    key = {"KeySchema": [{"AttributeName": "other", "KeyType": "HASH"}]}
    assert not said("UPD005", tables("GlobalSecondaryIndexes", [], [index("a"), index("b")], **key))


def test_indexes_that_only_the_deploy_knows_are_not_counted() -> None:
    unknown = {"Fn::If": ["Prod", [index("a"), index("b")], {"Ref": "AWS::NoValue"}]}
    assert not said("UPD005", tables("GlobalSecondaryIndexes", [index("c")], unknown))


def test_local_indexes_never_change_but_their_order_may() -> None:
    assert said("UPD006", tables("LocalSecondaryIndexes", [], [index("a")]))
    assert said("UPD006", tables("LocalSecondaryIndexes", [index("a")], [index("a", projection="KEYS_ONLY")]))
    assert not said("UPD006", tables("LocalSecondaryIndexes", [index("a"), index("b")], [index("b"), index("a")]))


def test_a_primary_key_stays_and_the_rule_that_knows_tables_says_so() -> None:
    key = {"KeySchema": [{"AttributeName": "other", "KeyType": "HASH"}]}
    rules = {finding.rule for finding in change("AWS::DynamoDB::Table", TABLE, {**TABLE, **key})}
    assert "UPD007" in rules
    assert "UPD001" not in rules


def test_the_attribute_of_expiry_changes_only_while_it_is_off() -> None:
    def expiring(name: Any, enabled: Any) -> dict[str, Any]:
        return {**TABLE, "TimeToLiveSpecification": {"AttributeName": name, "Enabled": enabled}}

    def refused(old: dict[str, Any], new: dict[str, Any]) -> bool:
        return bool(said("UPD008", change("AWS::DynamoDB::Table", old, new)))

    assert refused(expiring("ttl", True), expiring("expires", "true"))
    assert not refused(expiring("ttl", True), expiring("ttl", True))
    assert not refused(expiring("ttl", True), expiring("expires", False))
    assert not refused(expiring("ttl", True), expiring({"Ref": "Name"}, True))


def test_removing_a_stream_that_is_read_is_an_error_and_one_that_is_not_is_fine() -> None:
    streamed = {**TABLE, "StreamSpecification": {"StreamViewType": "NEW_IMAGE"}}
    reader = {"Type": TOPIC, "Properties": {"DisplayName": {"Fn::GetAtt": ["T", "StreamArn"]}}}
    with_stream, without = ({"Type": "AWS::DynamoDB::Table", "Properties": p} for p in (streamed, TABLE))
    (finding,) = said("UPD009", update({"T": with_stream, "R": reader}, {"T": without, "R": reader}))
    assert finding.severity == "error"
    assert not said("UPD009", update({"T": with_stream}, {"T": without}))


FUNCTION = {
    "Role": "arn:aws:iam::123456789012:role/r",
    "Code": {"S3Bucket": "code-bucket", "S3Key": "one.zip"},
    "Handler": "a.b",
    "Runtime": "python3.14",
}


def work(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Function", "Properties": {**FUNCTION, **properties}}


def published(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Work"}, **properties}}


def test_a_version_that_stays_does_not_get_the_new_code() -> None:
    code = {"Code": {"S3Bucket": "code-bucket", "S3Key": "two.zip"}}
    kept = update({"Work": work(), "V": published()}, {"Work": work(**code), "V": published()})
    assert [finding.severity for finding in said("LAM010", kept)] == ["warning"]
    tagged = update(
        {"Work": work(), "V": published()}, {"Work": work(Tags=[{"Key": "a", "Value": "b"}]), "V": published()}
    )
    assert not said("LAM010", tagged)


def test_a_version_that_an_alias_leaves_in_the_same_update_may_go() -> None:
    def alias(version: str) -> dict[str, Any]:
        given = {
            "FunctionName": {"Ref": "Work"},
            "Name": "live",
            "FunctionVersion": {"Fn::GetAtt": [version, "Version"]},
        }
        return {"Type": "AWS::Lambda::Alias", "Properties": given}

    old = {"Work": work(), "V1": published(), "Live": alias("V1")}
    assert not said("UPD022", update(old, {"Work": work(), "V2": published(), "Live": alias("V2")}))
    assert said("UPD022", update(old, {"Work": work(), "V2": published(), "Live": alias("V1")}))
    kept = {**old, "V1": {**published(), "DeletionPolicy": "Retain"}}
    assert not said("UPD022", update(kept, {"Work": work(), "Live": alias("V1")}))


@pytest.mark.parametrize(
    ("old", "new", "severities"),
    [
        ({"BatchSize": 10}, {"BatchSize": 100}, []),
        ({"StartingPosition": "LATEST"}, {"StartingPosition": "TRIM_HORIZON"}, ["error"]),
        ({"StartingPosition": "LATEST"}, {"StartingPosition": {"Ref": "Where"}}, []),
        ({"StartingPosition": "LATEST"}, {"StartingPosition": "TRIM_HORIZON", "FunctionName": "g"}, []),
        ({"StartingPosition": "LATEST"}, {"StartingPosition": "TRIM_HORIZON", "EventSourceArn": "other"}, ["warning"]),
    ],
)
def test_a_mapping_is_not_made_twice(old: dict[str, Any], new: dict[str, Any], severities: list[str]) -> None:
    base = {"FunctionName": "f", "EventSourceArn": "arn:aws:kinesis:eu-west-1:123456789012:stream/s"}
    findings = change("AWS::Lambda::EventSourceMapping", {**base, **old}, {**base, **new})
    assert [finding.severity for finding in said("UPD023", findings)] == severities


def test_a_function_whose_runtime_takes_no_updates_is_left_alone_or_moved() -> None:
    code = {"Code": {"S3Bucket": "code-bucket", "S3Key": "two.zip"}}
    old = work(Runtime="python2.7")["Properties"]
    assert said("UPD023", change("AWS::Lambda::Function", old, {**old, **code}))
    assert not said("UPD023", change("AWS::Lambda::Function", old, {**old, **code, "Runtime": "python3.14"}))
    assert not said("UPD023", change("AWS::Lambda::Function", old, old))


def test_a_named_function_cannot_go_from_a_zip_file_to_an_image() -> None:
    image = {"PackageType": "Image", "Code": {"ImageUri": "i"}, "Role": FUNCTION["Role"], "FunctionName": "f"}
    assert said("UPD002", change("AWS::Lambda::Function", {**FUNCTION, "FunctionName": "f"}, image))
