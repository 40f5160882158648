"""Include: a template that exists already, its ids kept, its values replaced, its own lines in what is reported."""

from __future__ import annotations

import json
import pathlib
import textwrap
from typing import Any

import pytest

from awsdeck import (
    AWS,
    App,
    ConstraintError,
    ConstructError,
    Include,
    NestedStack,
    Parameter,
    Resource,
    SNSTopic,
    SQSQueue,
    Stack,
    if_,
    secret_value,
)
from awsdeck.cfn import sqs
from awsdeck.errors import TemplateError
from awsdeck.synth import synthesize

YAML = """\
    AWSTemplateFormatVersion: "2010-09-09"
    Description: what was there before
    Metadata:
      Owner: shop
    Parameters:
      Env:
        Type: String
        AllowedValues: [dev, prod]
      Size:
        Type: Number
        Default: 30
      Zones:
        Type: CommaDelimitedList
        Default: a,b
      Word:
        Type: String
        NoEcho: true
        Default: ""
      Image:
        Type: AWS::SSM::Parameter::Value<String>
    Mappings:
      Waits:
        dev: {seconds: 0}
        prod: {seconds: 20}
    Conditions:
      Production: !Equals [!Ref Env, prod]
    Resources:
      Queue:
        Type: AWS::SQS::Queue
        DeletionPolicy: Retain
        Metadata:
          note: keep
        Properties:
          QueueName: !Sub "${Env}-orders-${AWS::Region}"
          VisibilityTimeout: !Ref Size
          ReceiveMessageWaitTimeSeconds: !FindInMap [Waits, !Ref Env, seconds]
      Topic:
        Type: AWS::SNS::Topic
        Condition: Production
        DependsOn: Queue
        Properties:
          DisplayName: !Join ["-", !Ref Zones]
    Outputs:
      Url:
        Condition: Production
        Value: !Ref Queue
"""


@pytest.fixture
def app(tmp_path: pathlib.Path) -> App:
    made = App()
    made.folder = str(tmp_path)
    return made


@pytest.fixture
def stack(app: App) -> Stack:
    return Stack(app, "shop", region="eu-west-1")


def write(app: App, text: str = YAML, name: str = "old.yaml") -> str:
    (pathlib.Path(app.folder) / name).write_text(textwrap.dedent(text), encoding="utf-8")
    return name


def template(app: App) -> dict[str, Any]:
    return synthesize(app)["shop"].template


def test_an_included_template_comes_out_as_it_went_in(app: App, stack: Stack) -> None:
    Include(stack, "Old", file=write(app))
    from awsdeck.template import load

    expected = dict(load(f"{app.folder}/old.yaml").data)
    del expected["Description"]
    assert template(app) == expected


def test_json_is_included_too(app: App, stack: Stack) -> None:
    data = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}}}
    Include(stack, "Old", file=write(app, json.dumps(data), "old.json"))
    assert template(app)["Resources"] == data["Resources"]


def test_its_resources_are_of_their_type_and_can_be_referred_to_and_changed(app: App, stack: Stack) -> None:
    old = Include(stack, "Old", file=write(app))
    queue = old.resource("Queue")
    assert isinstance(queue, sqs.Queue)
    assert isinstance(queue, Resource)
    assert queue.node.logical_id == "Queue"
    queue.DelaySeconds = 5
    queue.node.retain(False)
    topic = SNSTopic(stack, "New", display_name=f"for {queue.QueueName}")
    topic.node.depends_on(queue)
    made = template(app)["Resources"]
    assert made["Queue"]["Properties"]["DelaySeconds"] == 5
    assert made["Queue"]["Metadata"] == {"note": "keep"}
    assert made["New"]["Properties"]["DisplayName"] == {"Fn::Sub": "for ${Queue.QueueName}"}
    assert made["New"]["DependsOn"] == ["Queue"]
    assert made["Topic"]["DependsOn"] == "Queue"


def test_what_python_says_of_keeping_goes_before_what_the_template_says(app: App, stack: Stack) -> None:
    old = Include(stack, "Old", file=write(app, "Resources: {B: {Type: AWS::S3::Bucket}, C: {Type: AWS::S3::Bucket}}"))
    old.resource("C").node.retain()
    made = template(app)["Resources"]
    assert made["B"] == {"Type": "AWS::S3::Bucket"}
    assert made["C"]["DeletionPolicy"] == "Retain"


def test_values_take_the_places_of_parameters(app: App, stack: Stack) -> None:
    size = Parameter(stack, "Timeout", type="Number", default=40)
    Include(stack, "Old", file=write(app), parameters={"Env": "prod", "Size": size.ref, "Zones": ["x", "y"]})
    made = template(app)
    assert set(made["Parameters"]) == {"Timeout", "Word", "Image"}
    assert made["Resources"]["Queue"]["Properties"] == {
        "QueueName": {"Fn::Sub": "prod-orders-${AWS::Region}"},
        "VisibilityTimeout": {"Ref": "Timeout"},
        "ReceiveMessageWaitTimeSeconds": {"Fn::FindInMap": ["Waits", "prod", "seconds"]},
    }
    assert made["Resources"]["Topic"]["Properties"]["DisplayName"] == {"Fn::Join": ["-", ["x", "y"]]}
    assert made["Conditions"] == {"Production": {"Fn::Equals": ["prod", "prod"]}}


def test_a_deploy_time_value_inside_text_becomes_a_variable_of_it(app: App, stack: Stack) -> None:
    old = """\
        Parameters: {Env: {Type: String}, Name: {Type: String}}
        Resources:
          T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub "${Name} in ${Env} ${!Env}", TopicName: !Sub "${Env}"}}
        """
    Include(stack, "Old", file=write(app, old), parameters={"Env": AWS.AccountId, "Name": "a${b}"})
    made = template(app)["Resources"]["T"]["Properties"]
    assert made == {
        "DisplayName": {"Fn::Sub": ["a${!b} in ${Env} ${!Env}", {"Env": {"Ref": "AWS::AccountId"}}]},
        "TopicName": {"Fn::Sub": ["${Env}", {"Env": {"Ref": "AWS::AccountId"}}]},
    }


def test_a_list_may_be_given_as_text_and_a_looked_up_parameter_keeps_being_looked_up(app: App, stack: Stack) -> None:
    Include(
        stack,
        "Old",
        file=write(app),
        parameters={"Zones": "x, y", "Image": "/images/newest", "Word": secret_value("s")},
    )
    made = template(app)
    assert made["Resources"]["Topic"]["Properties"]["DisplayName"] == {"Fn::Join": ["-", ["x", "y"]]}
    assert made["Parameters"]["Image"]["Default"] == "/images/newest"
    assert "Word" not in made["Parameters"]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"Evn": "dev"}, "did you mean 'Env'"),
        ({"Env": "test"}, "one of: dev, prod"),
        ({"Word": "hunter2"}, "secret_value"),
    ],
)
def test_a_wrong_value_is_told_at_the_users_line(app: App, stack: Stack, parameters: dict[str, str], said: str) -> None:
    with pytest.raises(ConstructError, match=said) as caught:
        Include(stack, "Old", file=write(app), parameters=parameters)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_include.py")


def test_conditions_mappings_and_parameters_serve_other_constructs(app: App, stack: Stack) -> None:
    old = Include(stack, "Old", file=write(app))
    queue = sqs.Queue(
        stack, "New",
        DelaySeconds=if_(old.condition("Production"), 1, 2),
        ReceiveMessageWaitTimeSeconds=old.mapping("Waits").find(old.parameter("Env").ref, "seconds"),
    )  # fmt: skip
    queue.when(old.condition("Production"))
    made = template(app)["Resources"]["New"]
    assert made["Condition"] == "Production"
    assert made["Properties"]["DelaySeconds"] == {"Fn::If": ["Production", 1, 2]}
    assert made["Properties"]["ReceiveMessageWaitTimeSeconds"] == {
        "Fn::FindInMap": ["Waits", {"Ref": "Env"}, "seconds"]
    }


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda old: old.resource("Quue"), "has no resource 'Quue'"),
        (lambda old: old.condition("Produktion"), "did you mean 'Production'"),
        (lambda old: old.parameter("Size"), "the parameter 'Size' is replaced by a value"),
    ],
)
def test_asking_for_what_is_not_there_says_what_is(app: App, stack: Stack, ask: Any, said: str) -> None:
    old = Include(stack, "Old", file=write(app), parameters={"Size": 5})
    with pytest.raises(ConstructError, match=said):
        ask(old)


def test_all_mistakes_of_the_template_are_told_at_once_at_its_own_lines(app: App, stack: Stack) -> None:
    broken = """\
        Resources:
          One:
            Type: AWS::SQS::Queue
            Properties:
              DelaySeconds: 901
          Two:
            Type: AWS::SQS::Queue
            Properties:
              FifoQueue: true
              QueueName: orders
        """
    with pytest.raises(ConstraintError) as caught:
        Include(stack, "Old", file=write(app, broken))
    where = [(pathlib.Path(finding.file or "").name, finding.line) for finding in caught.value.findings]
    assert where == [("old.yaml", 5), ("old.yaml", 10)]


def test_what_only_shows_across_resources_is_told_at_the_templates_lines_too(app: App, stack: Stack) -> None:
    broken = """\
        Resources:
          One:
            Type: AWS::SNS::Topic
            Properties:
              DisplayName: !Ref Nobody
        Outputs:
          Name:
            Value: !Ref Nothing
        """
    Include(stack, "Old", file=write(app, broken))
    with pytest.raises(ConstraintError) as caught:
        synthesize(app)
    assert [(pathlib.Path(finding.file or "").name, finding.line) for finding in caught.value.findings] == [
        ("old.yaml", 5),
        ("old.yaml", 7),
    ]


def test_a_change_that_is_wrong_is_told_at_the_line_that_makes_it(app: App, stack: Stack) -> None:
    queue = Include(stack, "Old", file=write(app)).resource("Queue")
    with pytest.raises(ConstraintError) as caught:
        queue.DelaySeconds = 901
    assert caught.value.findings[0].construct == "shop/Old/Queue"
    queue.DelaySeconds = 900
    assert template(app)["Resources"]["Queue"]["Properties"]["DelaySeconds"] == 900


def test_what_the_template_ignores_with_a_reason_is_ignored(app: App, stack: Stack) -> None:
    accepted = """\
        Resources:
          Q:
            Type: AWS::SQS::Queue
            Metadata: {awsdeck: {ignore: [SQS010], reason: we like it slow}}
            Properties: {DelaySeconds: 901}
        """
    with pytest.raises(ConstraintError) as caught:
        Include(stack, "Old", file=write(app, accepted))
    rule = caught.value.findings[0].rule
    Include(Stack(app, "b"), "Old", file=write(app, accepted.replace("SQS010", rule)))
    listed = accepted.replace("[SQS010], reason: we like it slow", f"[{{rule: {rule}, reason: slow}}]")
    Include(Stack(app, "c"), "Old", file=write(app, listed))
    with pytest.raises(ConstraintError):
        Include(Stack(app, "d"), "Old", file=write(app, listed.replace(", reason: slow", "")))


def test_names_that_are_taken_are_an_error_between_templates_and_yield_for_constructs(app: App, stack: Stack) -> None:
    SQSQueue(stack, "Queue")
    Include(stack, "Old", file=write(app))
    made = template(app)["Resources"]
    assert made["Queue"]["DeletionPolicy"] == "Retain"
    assert len(made) == 3

    twice = App()
    twice.folder = app.folder
    stack = Stack(twice, "shop")
    Include(stack, "One", file="old.yaml")
    Include(stack, "Two", file="old.yaml")
    with pytest.raises(ConstructError, match="both to have the logical id") as caught:
        synthesize(twice)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("old.yaml")


def test_metadata_of_two_templates_must_not_contradict(app: App, stack: Stack) -> None:
    for number, owner in enumerate(("shop", "shop", "bank")):
        name = write(
            app, f"Metadata: {{Owner: {owner}}}\nResources: {{Q{number}: {{Type: AWS::SQS::Queue}}}}", f"{number}.yaml"
        )
        if owner == "bank":
            with pytest.raises(ConstructError, match="other Metadata under Owner"):
                Include(stack, f"I{number}", file=name)
        else:
            Include(stack, f"I{number}", file=name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Resources:\n  Fn::ForEach::X: [I, [a], {'Q${I}': {Type: AWS::SQS::Queue}}]", "is a loop"),
        ("Resources: {Q: {Properties: {}}}", "has no Type"),
        ("Resources: [1]", "Resources is a mapping"),
        ("Resources: {Q: 1}", "Resources Q is a mapping"),
        ("Hooks: {}\nResources: {Q: {Type: AWS::SQS::Queue}}", "section Hooks"),
    ],
)
def test_what_cannot_be_included_is_told_with_its_line(app: App, stack: Stack, text: str, said: str) -> None:
    with pytest.raises(ConstructError, match=said) as caught:
        Include(stack, "Old", file=write(app, text))
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("old.yaml")


def test_a_file_that_is_missing_or_broken_is_one_clear_error(app: App, stack: Stack) -> None:
    with pytest.raises(TemplateError, match=r"cannot read .*nowhere\.yaml") as caught:
        Include(stack, "A", file="nowhere.yaml")
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_include.py")
    with pytest.raises(TemplateError) as broken:
        Include(stack, "B", file=write(app, "Resources: {"))
    assert broken.value.place is not None
    assert broken.value.place.file.endswith("old.yaml")


def test_rules_and_transforms_come_along(app: App, stack: Stack) -> None:
    text = """\
        Transform: AWS::LanguageExtensions
        Parameters: {Env: {Type: String, Default: dev}}
        Rules: {Known: {Assertions: [{Assert: !Contains [[dev, prod], !Ref Env]}]}}
        Resources: {Q: {Type: AWS::SQS::Queue}}
        """
    Include(stack, "Old", file=write(app, text))
    made = template(app)
    assert made["Transform"] == ["AWS::LanguageExtensions"]
    assert made["Rules"]["Known"]["Assertions"] == [{"Assert": {"Fn::Contains": [["dev", "prod"], {"Ref": "Env"}]}}]


def test_a_template_can_be_included_in_a_nested_stack(app: App, stack: Stack) -> None:
    inner = NestedStack(stack, "Inner", parameters={"Env": "prod", "Image": "/x"})
    queue = Include(inner, "Old", file=write(app)).resource("Queue")
    SNSTopic(stack, "T", display_name=queue.QueueName)
    made = template(app)["Resources"]
    assert made["T"]["Properties"]["DisplayName"] == {"Fn::GetAtt": ["Inner", "Outputs.ExportQueueQueueName"]}
