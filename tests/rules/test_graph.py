from __future__ import annotations

from typing import Any

import pytest

from awsdeck.rules import Graph, View, check_graph
from awsdeck.rules.graph import Member, references
from awsdeck.template import Template

TOPIC = "AWS::SNS::Topic"


def member(data: dict[str, Any], graph: Graph | None = None, **known: Any) -> Member:
    return (graph or Graph()).add(Template.from_dict(data), **known)


def one(properties: dict[str, Any], **sections: Any) -> View:
    known = sections.pop("known", {})
    return member({"Resources": {"It": {"Type": TOPIC, "Properties": properties}}, **sections}, **known).views["It"]


def ring(links: dict[str, list[str]]) -> list[Any]:
    resources = {
        name: {"Type": TOPIC, "Properties": {"Tags": [{"Key": other, "Value": {"Ref": other}} for other in others]}}
        for name, others in links.items()
    }
    graph = Graph()
    member({"Resources": resources}, graph)
    return [finding for finding in check_graph(graph) if finding.rule == "XSV002"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Join": ["-", ["a", 1, True]]}, "a-1-true"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Other"}]]}, {"Fn::Join": ["-", ["a", {"Ref": "Other"}]]}),
        ({"Fn::Sub": "plain ${!Literal}"}, "plain ${Literal}"),
        ({"Fn::Sub": ["${A}-${Stage}", {"A": "x"}]}, "x-prod"),
        ({"Fn::Sub": "${AWS::Region}"}, "eu-west-1"),
        ({"Fn::Sub": "arn:${AWS::Partition}"}, "arn:aws"),
        ({"Fn::Sub": "${Other.Arn}"}, {"Fn::Sub": "${Other.Arn}"}),
        ({"Fn::Select": ["1", ["a", "b"]]}, "b"),
        ({"Fn::Select": [0, {"Fn::Split": [",", "a,b"]}]}, "a"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Queue"]}, 5),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "No"}, "Q"]}, {"Fn::FindInMap": ["Sizes", {"Ref": "No"}, "Q"]}),
        ({"Ref": "List"}, ["a", "b"]),
        ({"Ref": "Secret"}, {"Ref": "Secret"}),
        ("{{resolve:ssm:x}}", "{{resolve:ssm:x}}"),
    ],
)
def test_functions_of_known_values_are_worked_out(value: Any, expected: Any) -> None:
    view = one(
        {"DisplayName": value},
        Mappings={"Sizes": {"prod": {"Queue": 5}}},
        Parameters={
            "Stage": {"Type": "String"},
            "Other": {"Type": "String"},
            "List": {"Type": "CommaDelimitedList"},
            "Secret": {"Type": "AWS::SSM::Parameter::Value<String>"},
        },
        known={"region": "eu-west-1", "parameters": {"Stage": "prod", "List": "a, b", "Secret": "/path"}},
    )
    assert view.properties["DisplayName"] == expected


def test_a_value_that_is_no_value_is_not_there() -> None:
    view = one({"DisplayName": {"Ref": "AWS::NoValue"}, "Tags": [{"Ref": "AWS::NoValue"}, {"Key": "a", "Value": "b"}]})
    assert view.properties == {"Tags": [{"Key": "a", "Value": "b"}]}


def test_what_needs_no_change_is_not_copied() -> None:
    properties = {"Tags": [{"Key": "a", "Value": {"Ref": "AWS::StackName"}}]}
    assert one(properties).properties is properties


def test_every_mention_is_written_down_with_its_path_and_conditions() -> None:
    body = {
        "A": {"Fn::If": ["Big", {"Ref": "X"}, {"Fn::GetAtt": "Y.Arn"}]},
        "B": {"Fn::Sub": ["${Z.Arn} ${L} ${!N}", {"L": {"Ref": "W"}}]},
    }
    found = {(edge.kind, edge.target, edge.attribute): edge for edge in references(body)}
    assert set(found) == {
        ("If", "Big", None), ("Ref", "X", None), ("GetAtt", "Y", "Arn"), ("Sub", "Z", "Arn"), ("Ref", "W", None),
    }  # fmt: skip
    assert found["Ref", "X", None].path == ("A", "Fn::If", 1, "Ref")
    assert found["Ref", "X", None].when == {"Big": True}
    assert found["GetAtt", "Y", "Arn"].when == {"Big": False}


def test_a_target_is_found_through_ref_getatt_sub_and_import() -> None:
    graph = Graph()
    member(
        {
            "Resources": {"T": {"Type": TOPIC}},
            "Outputs": {"Arn": {"Value": {"Ref": "T"}, "Export": {"Name": {"Fn::Join": ["-", ["shop", "arn"]]}}}},
        },
        graph,
    )
    values = [{"Ref": "Q"}, {"Fn::GetAtt": ["Q", "Arn"]}, {"Fn::Sub": "${Q.Arn}"}, {"Fn::ImportValue": "shop-arn"}]
    other = member({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}, graph)
    targets = [other.target(value) for value in values]
    assert [target and (target.view.id, target.attribute) for target in targets] == [
        ("Q", None), ("Q", "Arn"), ("Q", "Arn"), ("T", None),
    ]  # fmt: skip
    assert other.target({"Fn::Sub": "${Q.Arn}/*"}) is None
    assert other.target({"Ref": "Nobody"}) is None


def test_an_export_of_another_region_is_not_the_one_imported() -> None:
    graph = Graph()
    data = {"Resources": {"T": {"Type": TOPIC}}, "Outputs": {"A": {"Value": {"Ref": "T"}, "Export": {"Name": "t"}}}}
    member(data, graph, region="eu-west-1")
    other = member({"Resources": {}}, graph, region="us-east-1")
    assert other.target({"Fn::ImportValue": "t"}) is None


def test_resources_with_opposite_conditions_never_meet() -> None:
    data = {
        "Conditions": {
            "Prod": {"Fn::Equals": [{"Ref": "AWS::StackName"}, "prod"]},
            "Other": {"Fn::Not": [{"Condition": "Prod"}]},
        },
        "Resources": {"A": {"Type": TOPIC, "Condition": "Prod"}, "B": {"Type": TOPIC, "Condition": "Other"}},
    }
    found = member(data)
    assert found.exclusive(found.views["A"], found.views["B"])
    assert not found.exclusive(found.views["A"], found.views["A"])


def test_a_cycle_names_every_step_with_its_place() -> None:
    (finding,) = ring({"A": ["B"], "B": ["C"], "C": ["A"], "D": ["A"]})
    assert "A -> B -> C -> A" in finding.message
    assert [step[:2] for step in finding.ring] == [("Resources", "A"), ("Resources", "B"), ("Resources", "C")]
    assert finding.ring[0] == ("Resources", "A", "Properties", "Tags", 0, "Value", "Ref")
    assert finding.path == finding.ring[0]


def test_the_shortest_way_round_is_shown() -> None:
    (finding,) = ring({"A": ["B"], "B": ["C", "D"], "C": ["A"], "D": ["C", "B"]})
    assert "B -> D -> B" in finding.message


def test_every_ring_is_reported() -> None:
    found = ring({"A": ["B"], "B": ["A"], "C": ["D"], "D": ["C"], "E": ["E"]})
    assert len(found) == 3


def test_a_ring_of_thousands_is_found() -> None:
    (finding,) = ring({f"N{number}": [f"N{(number + 1) % 3_000}"] for number in range(3_000)})
    assert len(finding.ring) == 3_000


def test_a_ring_that_conditions_can_close_is_found() -> None:
    big: dict[str, Any] = {"Fn::Equals": [{"Ref": "AWS::StackName"}, "big"]}
    topics = {
        one: {"Type": TOPIC, "Properties": {"DisplayName": {"Fn::If": ["Big", {"Ref": other}, "x"]}}}
        for one, other in (("A", "B"), ("B", "A"))
    }
    graph = Graph()
    member({"Conditions": {"Big": big}, "Resources": topics}, graph)
    assert [finding.rule for finding in check_graph(graph) if finding.severity == "error"] == ["XSV002"]


def test_a_long_chain_is_no_cycle_and_takes_no_deep_recursion() -> None:
    assert ring({f"N{number}": [f"N{number + 1}"] if number < 3_000 else [] for number in range(3_001)}) == []


def test_a_template_that_is_not_a_template_is_no_crash() -> None:
    broken: list[dict[str, Any]] = [{}, {"Resources": []}, {"Resources": {"A": None, "B": {"Type": 5}}}]
    for data in (*broken, {"Outputs": {"A": None}}):
        graph = Graph()
        member(data, graph)
        check_graph(graph)
