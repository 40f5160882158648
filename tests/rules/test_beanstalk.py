"""Elastic Beanstalk: what only looks wrong, and options that templates write in other ways than decks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules.beanstalk.beanstalkoptions import FREE, NAMED, OPTIONS, fits, is_namespace, wanted, words

if TYPE_CHECKING:
    from tests.rules.conftest import Ask, AskAll

PARAMETERS = {"Size": {"Type": "Number"}, "Stage": {"Type": "String"}}
CONDITIONS = {"Big": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
PLATFORM = "arn:aws:elasticbeanstalk:eu-west-1::platform/Node.js 22 running on 64bit Amazon Linux 2023"
ASG, COMMAND = "aws:autoscaling:asg", "aws:elasticbeanstalk:command"
ROLES = [
    ("aws:autoscaling:launchconfiguration", "IamInstanceProfile", "servers"),
    ("aws:elasticbeanstalk:environment", "ServiceRole", "beanstalk"),
]


def option(namespace: str, name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"Namespace": namespace, "OptionName": name, "Value": value, **more}


def environment(*settings: Any, **given: Any) -> dict[str, Any]:
    written = [option(*one) if isinstance(one, tuple) else one for one in (*ROLES, *settings)]
    properties = {"ApplicationName": "shop", "PlatformArn": PLATFORM, "OptionSettings": written, **given}
    return {"Type": "AWS::ElasticBeanstalk::Environment", "Properties": properties}


WORKER = {"Tier": {"Name": "Worker", "Type": "SQS/HTTP"}}
BIG = {"Fn::If": ["Big", option(ASG, "MinSize", "4"), option(ASG, "MinSize", "2")]}


@pytest.mark.parametrize(
    "body",
    [
        environment((ASG, "MinSize", {"Ref": "Size"}), (ASG, "MaxSize", "2")),
        environment((ASG, "MinSize", "4"), (ASG, "MaxSize", {"Ref": "Size"})),
        environment((ASG, "MinSize", "{{resolve:ssm:/size}}"), (ASG, "MaxSize", "1")),
        environment(BIG, (ASG, "MaxSize", "6")),
        environment((ASG, "MinSize", "6"), TemplateName="web"),
        environment(OptionSettings={"Ref": "Stage"}),
        environment({"Fn::If": ["Big", option(COMMAND, "DeploymentPolicy", "Immutable"), {"Ref": "AWS::NoValue"}]}),
        environment((COMMAND, "DeploymentPolicy", {"Ref": "Stage"}), (COMMAND, "BatchSize", {"Ref": "Size"})),
        environment((COMMAND, "BatchSize", "150"), (COMMAND, "BatchSizeType", {"Ref": "Stage"})),
        environment(EnvironmentName={"Fn::Sub": "${AWS::StackName}-web"}, CNAMEPrefix={"Ref": "Stage"}),
        environment(PlatformArn={"Fn::Sub": "arn:aws:elasticbeanstalk:${AWS::Region}::platform/Go 1 running on 64bit Amazon Linux 2"}),
        environment(PlatformArn={"Fn::If": ["Big", PLATFORM, {"Ref": "AWS::NoValue"}]}, TemplateName="web"),
        environment(Tier={"Name": {"Ref": "Stage"}, "Type": "Standard"}),
        environment(Tier={"Name": "WebServer", "Type": {"Ref": "Stage"}, "Version": " "}),
        environment(
            option("aws:autoscaling:scheduledaction", "MinSize", "2", ResourceName="morning"),
            option("aws:autoscaling:scheduledaction", "MinSize", "0", ResourceName="evening"),
        ),
        environment((ASG, "MinSize", 2), (ASG, "MinSize", "2")),
        environment(("aws:elasticbeanstalk:sqsd", "WorkerQueueURL", {"Ref": "Stage"}), **WORKER),
        environment(("aws:elasticbeanstalk:sqsd", "VisibilityTimeout", "0"), ("aws:elasticbeanstalk:sqsd", "InactivityTimeout", {"Ref": "Size"}), **WORKER),
        environment(("aws:elasticbeanstalk:application:environmentsecrets", "KEY", {"Ref": "Stage"})),
        environment(("aws:elasticbeanstalk:application:environmentsecrets", "KEY", "arn:aws:ssm:eu-west-1:123456789012:parameter/a")),
        environment(("aws:elasticbeanstalk:container:golang:staticfiles", "/html", "statichtml")),
        environment(("aws:elb:policies:mine", "CookieName", "session"), ("aws:elb:listener:443", "SSLCertificateId", {"Ref": "Stage"})),
        environment(("aws:autoscaling:trigger", "LowerBreachScaleIncrement", "-1")),
        environment(("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled", "false")),
        environment(("aws:ec2:instances", "SpotMaxPrice", "null")),
        environment(Tier={"Name": "Cluster", "Type": "EKS"}, PlatformArn={"Ref": "AWS::NoValue"}, OptionSettings=[]),
    ],
)  # fmt: skip
def test_what_only_looks_wrong_is_left_alone(ask: Ask, body: dict[str, Any]) -> None:
    said = ask({"It": body}, Parameters=PARAMETERS, Conditions=CONDITIONS)
    assert [str(finding) for finding in said.findings if finding.rule.startswith("EBK")] == []


def test_sizes_are_held_against_each_other_however_conditions_fall(ask: Ask) -> None:
    said = ask({"It": environment(BIG, (ASG, "MaxSize", "3"))}, Parameters=PARAMETERS, Conditions=CONDITIONS)
    assert said.severities("EBK004") == ["error"]


def test_what_follows_from_a_default_is_a_warning_for_the_bundle_may_say_more(ask: Ask) -> None:
    assert ask({"It": environment((ASG, "MinSize", "6"))}).severities("EBK004") == ["warning"]
    assert ask({"It": environment((ASG, "MinSize", "6"), (ASG, "MaxSize", "4"))}).severities("EBK004") == ["error"]
    updates = ("aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled", "true")
    assert set(ask({"It": environment(updates)}).severities("EBK011")) == {"warning"}


def test_names_are_taken_once_in_a_region_and_prefixes_by_any_account(ask_all: AskAll) -> None:
    resources = {"Web": environment(EnvironmentName="shop-web", CNAMEPrefix="shop-web")}
    apart = {"one": {"region": "eu-west-1", "account": "1" * 12}, "two": {"region": "eu-west-1", "account": "2" * 12}}
    said = ask_all({"one": resources, "two": resources}, apart)
    assert said.where("EBK002") == [("Web", "Properties", "CNAMEPrefix")]


def test_environments_that_never_stand_together_may_share_a_name(ask: Ask) -> None:
    one, two = environment(EnvironmentName="shop-web"), environment(EnvironmentName="shop-web")
    one["Condition"], two["Condition"] = "Big", "Small"
    conditions = {**CONDITIONS, "Small": {"Fn::Not": [{"Condition": "Big"}]}}
    assert not ask({"One": one, "Two": two}, Parameters=PARAMETERS, Conditions=conditions).of("EBK002")


def test_a_name_that_is_waited_for_may_be_written(ask: Ask) -> None:
    application = {"Type": "AWS::ElasticBeanstalk::Application", "Properties": {"ApplicationName": "shop"}}
    waiting = {**environment(), "DependsOn": ["Shop"]}
    assert not ask({"Shop": application, "Web": waiting}).of("EBK005")
    assert ask({"Shop": application, "Web": environment()}).severities("EBK005") == ["warning"]


def test_secrets_in_plain_text_are_seen_among_options_and_nothing_else_is(ask: Ask) -> None:
    variables = "aws:elasticbeanstalk:application:environment"
    plain = environment(
        (variables, "API_KEY", "s3cr3t-value-9"), ("aws:rds:dbinstance", "DBPassword", "hunter2hunter2")
    )
    assert len([one for one in ask({"It": plain}).findings if "secret's name" in one.message]) == 2
    fine = environment(
        ("aws:elasticbeanstalk:environment:proxy:staticfiles", "/secret", "folder9"),
        (variables, "API_KEY", "{{resolve:secretsmanager:key}}"),
    )
    assert not [one for one in ask({"It": fine}).findings if "secret's name" in one.message]


def test_every_option_is_found_and_says_what_it_takes() -> None:
    for namespace, options in OPTIONS.items():
        assert is_namespace(namespace)
        for name, spec in options.items():
            assert wanted(namespace, name) == spec
            assert words(spec) or spec == ""
    for namespace in (*FREE, *(f"{start}:mine" for start in NAMED)):
        assert is_namespace(namespace)
    assert not is_namespace("aws:elbv2:listenerrule")
    assert wanted("aws:autoscaling:asg", "minsize") is None


@pytest.mark.parametrize(
    ("spec", "right", "wrong"),
    [
        ("1..10", [1, "10", 5.0], [0, "11", "x", ""]),
        ("bool", [True, "False", "true"], ["yes", 1]),
        ("duration", ["PT5M", "PT1H", "PT0S", "PT1H30M"], ["5M", "PT", "PT5"]),
        ("window", ["Tue:09:00", "sun:23:59"], ["Tue:24:00", "Tuesday:09:00", "Tue 09:00"]),
        ("a|b~", ["a", "b"], ["c"]),
        ("0.001..20.0|null", ["null", "0.05"], ["21", "none"]),
    ],
)
def test_values_are_told_apart(spec: str, right: list[Any], wrong: list[Any]) -> None:
    assert [fits(value, spec) for value in right] == [True] * len(right)
    assert [fits(value, spec) for value in wrong] == [False] * len(wrong)
    assert fits({"Ref": "X"}, spec) is None
