"""What lint finds in a template, and where it says that it is."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awsdeck.lint import lint
from awsdeck.lint.files import spot
from awsdeck.template import Template, loads

if TYPE_CHECKING:
    from pathlib import Path


def queue(**properties: Any) -> dict[str, Any]:
    return {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": properties}}}


def typed(type: Any, **sections: Any) -> dict[str, Any]:
    return {**sections, "Resources": {"R": {"Type": type}}}


def test_a_template_in_memory_a_file_and_its_text_get_the_same_findings(tmp_path: Path) -> None:
    data = queue(DelaySeconds=-1)
    path = tmp_path / "t.json"
    path.write_text(json.dumps(data))
    for subject in (data, Template.from_dict(data), str(path), path, [path]):
        (finding,) = lint(subject)
        assert (finding.rule, finding.severity, finding.resource) == ("SQS004", "error", "Q")
        assert finding.path == ("Resources", "Q", "Properties", "DelaySeconds")


def test_nothing_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    lint(queue(DelaySeconds=-1))
    assert capsys.readouterr() == ("", "")


def test_a_wrong_value_is_at_its_line_and_column() -> None:
    text = dedent("""\
        Resources:
          Q:
            Type: AWS::SQS::Queue
            Properties:
              DelaySeconds: -1
              MessageRetentionPeriod: 5
    """)
    found = lint(loads(text, file="t.yaml"))
    assert [(finding.file, finding.line, finding.column) for finding in found] == [("t.yaml", 5, 21), ("t.yaml", 6, 31)]


def test_a_value_that_a_function_gives_is_at_the_function() -> None:
    text = dedent("""\
        Conditions:
          C: !Equals [a, b]
        Mappings:
          M: {a: {b: c}}
        Resources:
          Q:
            Type: AWS::SQS::Queue
            Properties:
              Tags: !Ref AWS::Region
              DelaySeconds: !FindInMap [M, a, b]
              FifoQueue:
                Fn::Sub: ${AWS::Region}
    """)
    template = loads(text, file="t.yaml")
    path = ("Resources", "Q", "Properties")
    spots = [spot(template, (*path, name)) for name in ("Tags", "DelaySeconds", "FifoQueue")]
    assert [(place.line, place.column) for place in spots if place] == [(9, 13), (10, 21), (12, 9)]
    whole = spot(template, path)
    assert whole
    assert (whole.line, whole.column) == (8, 5)


def test_a_missing_property_is_at_the_resource_it_is_missing_from() -> None:
    text = dedent("""\
        Resources:
          Bad:
            Type: AWS::SNS::Subscription
            Properties:
              Protocol: email
    """)
    found = [finding for finding in lint(loads(text, file="t.yaml")) if "TopicArn" in finding.message]
    assert [(finding.line, finding.resource) for finding in found] == [(4, "Bad")]


@pytest.mark.parametrize("value", ['{"Ref": "AWS::Region"}', "5", '"5"', "[]"])
def test_a_misspelt_property_is_at_its_name(value: str) -> None:
    text = '{"Resources": {"Q": {"Type": "AWS::SQS::Queue",\n "Properties": {\n  "DelaySecnds": ' + value + "}}}}"
    (finding,) = lint(loads(text, file="t.json"))
    assert (finding.line, finding.column) == (3, 3)
    assert finding.fix == "did you mean 'DelaySeconds'?"


@pytest.mark.parametrize(
    ("type", "meant"),
    [
        ("AWS::SQS::Queu", "AWS::SQS::Queue"),
        ("AWSS::S3::Bucket", "AWS::S3::Bucket"),
        ("aws::s3::bucket", "AWS::S3::Bucket"),
        ("AWS::Serverless::Function", "Transform"),
        ("Bucket", "AWS::S3::Bucket"),
    ],
)
def test_a_type_that_does_not_exist_is_an_error_that_says_what_was_meant(type: str, meant: str) -> None:
    (finding,) = lint(typed(type), select=["XSV018"])
    assert finding.severity == "error"
    assert finding.path == ("Resources", "R", "Type")
    assert meant in (finding.fix or "")


@pytest.mark.parametrize(
    "template",
    [
        typed("Custom::Thing"),
        typed("AWS::CloudFormation::CustomResource"),
        typed("Acme::Shop::Shelf"),
        typed("Acme::Shop::Shelf::MODULE"),
        typed("AWS::Serverless::Function", Transform="AWS::Serverless-2016-10-31"),
        typed("Whatever", Transform="OurMacro"),
    ],
)
def test_types_that_others_know_are_left_alone(template: dict[str, Any]) -> None:
    assert [finding.message for finding in lint(template) if finding.path[2:] == ("Type",)] == []


@pytest.mark.parametrize(
    "template",
    [
        {},
        {"Resources": {}},
        {"Resources": []},
        {"Resources": None},
        {"Resources": {"Q": None}},
        {"Resources": {"Q": "AWS::SQS::Queue"}},
        {"Resources": {"Q": {}}},
        {"Resources": {"Q": {"Type": 5}}},
        {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": []}}},
        {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Propertes": {}}}},
    ],
)
def test_what_is_no_resource_is_an_error(template: dict[str, Any]) -> None:
    assert [finding.severity for finding in lint(template)] == ["error"]


def test_known_parameters_are_looked_through() -> None:
    template = {**queue(DelaySeconds={"Ref": "Delay"}), "Parameters": {"Delay": {"Type": "Number"}}}
    assert lint(template) == []
    assert [finding.rule for finding in lint(template, parameters={"Delay": "1000"})] == ["SQS004"]


def test_values_that_yaml_reads_differently_are_told() -> None:
    text = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      QueueName: 0300\n"
    found = [finding for finding in lint(loads(text, file="t.yaml")) if finding.rule == "LNT005"]
    assert [(finding.line, finding.column, finding.resource) for finding in found] == [(5, 18, "Q")]


def test_findings_are_sorted_and_told_once(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text(json.dumps(queue(DelaySeconds=-1, MessageRetentionPeriod=1), indent=1))
    found = lint([path, path])
    assert found == lint(path)
    assert [finding.line for finding in found] == sorted(finding.line or 0 for finding in found)


def test_threads_do_not_disturb_each_other() -> None:
    templates = [queue(DelaySeconds=-number, QueueName=f"q{number}") for number in range(1, 9)] * 4
    alone = [lint(template) for template in templates]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lint, templates)) == alone


def test_the_template_is_left_as_it_was() -> None:
    template = {
        **queue(DelaySeconds={"Fn::If": ["C", {"Ref": "AWS::NoValue"}, 5]}),
        "Conditions": {"C": {"Fn::Equals": ["a", "b"]}},
    }
    before = json.dumps(template)
    lint(template, parameters={"X": 1})
    assert json.dumps(template) == before


NAMES = ["Ref", "Fn::If", "Fn::Sub", "Fn::GetAtt", "Fn::Join", "QueueName", "RedrivePolicy", "Tags", "BucketName", "Rules",
         "PolicyDocument", "Statement", "Principal", "Action", "Resource", "Condition", "x"]  # fmt: skip
TYPES = [
    "AWS::SQS::Queue",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::IAM::Role",
    "AWS::SQS::QueuePolicy",
    "Custom::X",
    "",
    "AWS::X",
]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9_000)
    | st.sampled_from(["", "*", "${R}", "${", "true", "arn:aws:s3:::b", "AWS::NoValue"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
    max_leaves=12,
)
RESOURCE = ANYTHING | st.fixed_dictionaries(
    {"Type": st.sampled_from(TYPES), "Properties": ANYTHING},
    optional={"DependsOn": ANYTHING, "Condition": ANYTHING, "Metadata": ANYTHING, "DeletionPolicy": ANYTHING},
)


@given(
    st.fixed_dictionaries(
        {"Resources": ANYTHING | st.dictionaries(st.sampled_from(["R", "Q", "Fn::ForEach::X"]), RESOURCE, max_size=3)},
        optional={"Parameters": ANYTHING, "Conditions": ANYTHING, "Outputs": ANYTHING, "Mappings": ANYTHING, "Metadata": ANYTHING,
                  "Transform": ANYTHING},
    )
)  # fmt: skip
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_template_is_too_strange_to_be_judged(template: dict[str, Any]) -> None:
    for finding in lint(template, severity="info"):
        assert finding.message
        assert finding.severity in ("error", "warning", "info")


def test_a_ring_says_where_every_step_of_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "ring.yaml"
    path.write_text(
        dedent(
            """
            Resources:
              A:
                Type: AWS::SNS::Topic
                Properties: {DisplayName: !Ref B}
              B:
                Type: AWS::SNS::Topic
                Properties: {DisplayName: !Ref A}
            """
        )
    )
    (finding,) = lint(path, select=["XSV002"])
    assert "ring.yaml:5:" in finding.message
    assert "ring.yaml:8:" in finding.message


def test_an_assembly_is_linted_as_a_whole_also_by_rules_that_follow_references_early(tmp_path: Path) -> None:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"KmsMasterKeyId": {"Fn::ImportValue": "keys:Key"}}}
    using = {"Resources": {"T": topic}}
    database = {"Engine": "postgres", "StorageEncrypted": True, "KmsKeyId": {"Fn::ImportValue": "keys:Key"}}
    using["Resources"]["Db"] = {"Type": "AWS::RDS::DBInstance", "Properties": database}
    key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {}}}
    giving = {
        "Resources": {"Key": key},
        "Outputs": {"Key": {"Value": {"Fn::GetAtt": ["Key", "Arn"]}, "Export": {"Name": "keys:Key"}}},
    }
    for name, template in (("a-using", using), ("keys", giving)):
        (tmp_path / f"{name}.template.json").write_text(json.dumps(template))
    stacks = {name: {"template": f"{name}.template.json"} for name in ("a-using", "keys")}
    (tmp_path / "manifest.json").write_text(json.dumps({"version": 1, "stacks": stacks}))
    assert not lint(str(tmp_path), select=["XSV003"])


STAGED = {
    "Parameters": {
        "Stage": {"Type": "String", "AllowedValues": ["dev", "prod"]},
        "Word": {"Type": "String", "NoEcho": True, "AllowedPattern": "[a-z]+"},
        "Kept": {"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]},
    },
    "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    "Resources": {
        "V": {
            "Type": "AWS::EC2::Volume",
            "DeletionPolicy": "Snapshot",
            "UpdateReplacePolicy": "Snapshot",
            "Properties": {
                "Size": 8,
                "AvailabilityZone": {"Fn::Select": [0, {"Ref": "Kept"}]},
                "Tags": [{"Key": "a", "Value": {"Ref": "Word"}}],
                "MultiAttachEnabled": {"Fn::If": ["Prod", "perhaps", False]},
            },
        }
    },
}


def test_a_value_that_its_parameter_refuses_is_an_error_and_a_secret_one_is_not_shown() -> None:
    values = {"Stage": "test", "Word": "S3CRET", "Kept": "a,c"}
    said = {one.path: one.message for one in lint(STAGED, parameters=values, select=["TPL001"])}
    assert said.keys() == {("Parameters", name) for name in ("Stage", "Word", "Kept")}
    assert "'test' is not among AllowedValues (dev, prod)" in said["Parameters", "Stage"]
    assert "S3CRET" not in said["Parameters", "Word"]
    assert "'c'" in said["Parameters", "Kept"]
    good = {"Stage": "dev", "Word": "abc", "Kept": ["b"]}
    assert lint(STAGED, parameters=good, select=["TPL001"]) == []


def test_a_branch_that_given_values_never_take_is_not_held_against_the_schema() -> None:
    def found(**values: str) -> list[str]:
        return [one.rule for one in lint(STAGED, parameters=values, select=["XSV018"])]

    assert found() == ["XSV018"]
    assert found(Stage="prod") == ["XSV018"]
    assert found(Stage="dev") == []


def test_properties_that_cannot_stand_together_are_told_by_the_rule_that_knows_more() -> None:
    interfaces = {"ImageId": "ami-12345678", "SubnetId": "subnet-12345678", "NetworkInterfaces": [{"DeviceIndex": "0"}]}
    several = {"AWS::EC2::Instance": interfaces, "AWS::Events::Rule": {"Name": "nightly"}}
    for type, properties in several.items():
        found = lint({"Resources": {"R": {"Type": type, "Properties": properties}}})
        assert [one.rule for one in found if one.severity == "error"] in (["EC2021"], ["EVB001"])
