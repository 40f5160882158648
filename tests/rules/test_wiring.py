"""What resources may do with each other: notifications, roles, access; and the verdicts below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules import Graph, check_graph
from awsdeck.rules.policies.access import matches, points_at, service_stem, spelled, together
from awsdeck.template import Template

if TYPE_CHECKING:
    from .conftest import Ask

PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
STAGE = {"Stage": {"Type": "String"}, "Text": {"Type": "String"}}
NONE = {"Ref": "AWS::NoValue"}
QUEUE: dict[str, Any] = {"Type": "AWS::SQS::Queue", "Properties": {}}
TOPIC: dict[str, Any] = {"Type": "AWS::SNS::Topic", "Properties": {}}
FUNCTION: dict[str, Any] = {
    "Type": "AWS::Lambda::Function",
    "Properties": {"Role": "arn:aws:iam::123456789012:role/r", "Code": {"ZipFile": "x"}},
}
CREATED = "s3:ObjectCreated:*"


def arn_of(id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [id, "Arn"]}


def notifying(kind: str, target: Any, *waits: str, **properties: Any) -> dict[str, Any]:
    prop = {"Lambda": "Function"}.get(kind, kind)
    given = {f"{kind}Configurations": [{"Event": CREATED, prop: target}]}
    return {
        "Type": "AWS::S3::Bucket",
        "Properties": {"NotificationConfiguration": given, **properties},
        **({"DependsOn": list(waits)} if waits else {}),
    }


def permission(**given: Any) -> dict[str, Any]:
    properties = {"FunctionName": {"Ref": "F"}, "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    return {"Type": "AWS::Lambda::Permission", "Properties": {**properties, **given}}


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def may(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def by_s3(action: str, resource: Any, **more: Any) -> dict[str, Any]:
    return may(action, resource, Principal={"Service": "s3.amazonaws.com"}, **more)


# Notifications


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"SourceAccount": {"Ref": "AWS::AccountId"}},
        {"SourceArn": {"Fn::Sub": "arn:aws:s3:::${AWS::StackName}-uploads"}, "SourceAccount": "123456789012"},
        {"SourceArn": {"Fn::Join": [":", ["arn", {"Ref": "AWS::Partition"}, "s3", "", "", {"Ref": "Text"}]]}},
        {"Principal": {"Fn::Sub": "s3.${AWS::URLSuffix}"}},
        {"FunctionName": {"Ref": "Text"}},
    ],
)
def test_a_bucket_that_waits_for_its_permission_is_fine(ask: Ask, given: dict[str, Any]) -> None:
    name = {"Fn::Sub": "${AWS::StackName}-uploads"}
    resources = {"B": notifying("Lambda", arn_of("F"), "P", BucketName=name), "F": FUNCTION, "P": permission(**given)}
    assert not ask(resources, Parameters=STAGE).of("XSV004")


@pytest.mark.parametrize(
    "given",
    [
        {"Principal": "sns.amazonaws.com"},
        {"FunctionName": {"Ref": "Other"}},
        {"SourceArn": "arn:aws:s3:::something-else"},
        {"SourceAccount": "210987654321"},
    ],
)
def test_a_permission_for_something_else_is_an_error(ask: Ask, given: dict[str, Any]) -> None:
    resources = {
        "B": notifying("Lambda", arn_of("F"), "P", BucketName="our-uploads"),
        "F": FUNCTION,
        "Other": FUNCTION,
        "P": permission(**given),
    }
    said = ask(resources, member={"account": "123456789012"})
    assert said.severities("XSV004") == ["error"]
    assert said.where("XSV004")[0][-1] == "Function"


def test_a_permission_on_the_function_is_not_one_on_its_alias(ask: Ask) -> None:
    alias = {
        "Type": "AWS::Lambda::Alias",
        "Properties": {"FunctionName": {"Ref": "F"}, "FunctionVersion": "1", "Name": "live"},
    }
    resources = {"B": notifying("Lambda", {"Ref": "A"}, "P"), "F": FUNCTION, "A": alias, "P": permission()}
    assert ask(resources).severities("XSV004") == ["error"]
    resources["P"] = permission(FunctionName={"Ref": "A"})
    assert not ask(resources).of("XSV004")


def test_a_bucket_that_does_not_wait_is_a_warning_and_may_wait_through_others(ask: Ask) -> None:
    resources = {"B": notifying("Lambda", arn_of("F")), "F": FUNCTION, "P": permission()}
    assert ask(resources).severities("XSV004") == ["warning"]
    between = {"Type": "AWS::SNS::Topic", "Properties": {}, "DependsOn": "P"}
    assert not ask({**resources, "B": notifying("Lambda", arn_of("F"), "T"), "T": between}).of("XSV004")


def test_the_topic_policy_is_what_lets_s3_publish(ask: Ask) -> None:
    policy: dict[str, Any] = {
        "Type": "AWS::SNS::TopicPolicy",
        "Properties": {"Topics": [{"Ref": "T"}], "PolicyDocument": document(by_s3("sns:Publish", {"Ref": "T"}))},
    }
    resources = {"B": notifying("Topic", {"Ref": "T"}, "P"), "T": TOPIC, "P": policy}
    assert not ask(resources).of("XSV004")
    policy["Properties"]["PolicyDocument"] = document(by_s3("sns:Subscribe", {"Ref": "T"}))
    assert ask(resources).severities("XSV004") == ["error"]


def test_targets_outside_the_templates_are_not_judged(ask: Ask) -> None:
    for target in ("arn:aws:sqs:eu-west-1:123456789012:q", {"Ref": "Text"}, {"Fn::ImportValue": "queue"}):
        assert not ask({"B": notifying("Queue", target)}, Parameters=STAGE).of("XSV004")


def test_an_encrypted_queue_needs_a_key_that_s3_may_use(ask: Ask) -> None:
    policy: dict[str, Any] = {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": [{"Ref": "Q"}], "PolicyDocument": document(by_s3("sqs:SendMessage", "*"))},
    }
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": arn_of("K")}}
    key: dict[str, Any] = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": document()}}
    resources = {"B": notifying("Queue", arn_of("Q"), "P"), "Q": queue, "P": policy, "K": key}
    assert ask(resources).severities("XSV004") == ["error"]
    key["Properties"]["KeyPolicy"] = document(by_s3("kms:*", "*"))
    assert not ask(resources).of("XSV004")


def test_only_fifo_targets_are_refused(ask: Ask) -> None:
    fifo = {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True}}
    assert ask({"B": notifying("Queue", arn_of("Q")), "Q": fifo}).severities("XSV005") == ["error"]
    assert not ask({"B": notifying("Queue", arn_of("Q")), "Q": QUEUE}).of("XSV005")
    arn = "arn:aws:sqs:eu-west-1:123456789012:orders"
    assert not ask({"B": notifying("Queue", arn)}).of("XSV005")
    assert ask({"B": notifying("Queue", f"{arn}.fifo")}).severities("XSV005") == ["error"]


def test_a_fifo_queue_in_the_world_without_notification_is_fine(ask: Ask) -> None:
    bucket = notifying("Queue", arn_of("Q"))
    given = bucket["Properties"]["NotificationConfiguration"]
    bucket["Properties"]["NotificationConfiguration"] = {"Fn::If": ["Test", given, NONE]}
    fifo = {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": {"Fn::If": ["Prod", True, NONE]}}}
    assert not ask({"B": bucket, "Q": fifo}, Conditions=PROD, Parameters=STAGE).of("XSV005")
    bucket["Properties"]["NotificationConfiguration"] = {"Fn::If": ["Prod", given, NONE]}
    assert ask({"B": bucket, "Q": fifo}, Conditions=PROD, Parameters=STAGE).severities("XSV005") == ["error"]


def test_a_target_in_another_region_is_refused(ask: Ask) -> None:
    bucket = notifying("Queue", "arn:aws:sqs:us-east-1:123456789012:orders")
    assert ask({"B": bucket}, member={"region": "eu-west-1"}).severities("XSV005") == ["error"]
    assert not ask({"B": bucket}, member={"region": "us-east-1"}).of("XSV005")
    assert not ask({"B": bucket}).of("XSV005")


# Roles


def role(principal: Any, **more: Any) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document(trust), **more}}


def service(*names: Any) -> dict[str, Any]:
    return {"Service": names[0] if len(names) == 1 else list(names)}


LAMBDA = service("lambda.amazonaws.com")
WORKER: dict[str, Any] = {
    "Type": "AWS::Lambda::Function",
    "Properties": {"Role": arn_of("R"), "Code": {"ZipFile": "x"}},
}
MACHINE = {
    "Type": "AWS::StepFunctions::StateMachine",
    "Properties": {"RoleArn": arn_of("R"), "DefinitionString": "{}"},
}


@pytest.mark.parametrize(
    ("user", "principal"),
    [
        (WORKER, LAMBDA),
        (WORKER, service("edgelambda.amazonaws.com", "lambda.amazonaws.com")),
        (WORKER, service({"Fn::Sub": "lambda.${AWS::URLSuffix}"})),
        (WORKER, service({"Ref": "Text"})),
        (WORKER, "*"),
        (WORKER, {"Ref": "Text"}),
        (MACHINE, service("states.eu-west-1.amazonaws.com")),
        (MACHINE, service({"Fn::Sub": "states.${AWS::Region}.amazonaws.com"})),
        (MACHINE, service({"Fn::Join": ["", ["states.", {"Ref": "AWS::Region"}, ".", {"Ref": "AWS::URLSuffix"}]]})),
        (MACHINE, service("states.amazonaws.com.cn")),
    ],
)
def test_a_role_that_trusts_its_user_or_may_do_so_is_fine(ask: Ask, user: dict[str, Any], principal: Any) -> None:
    assert not ask({"U": user, "R": role(principal)}, Parameters=STAGE).of("XSV007")


INSTANCES = {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": "R"}]}}
STAGE_LOGS = {"Type": "AWS::ApiGateway::Account", "Properties": {"CloudWatchRoleArn": arn_of("R")}}
DATABASE = {"Type": "AWS::RDS::DBInstance", "Properties": {"MonitoringInterval": 60, "MonitoringRoleArn": arn_of("R")}}
PLATFORM = {
    "Type": "AWS::ElasticBeanstalk::Environment",
    "Properties": {
        "ApplicationName": "shop",
        "OptionSettings": [
            {"Namespace": "aws:elasticbeanstalk:environment", "OptionName": "ServiceRole", "Value": {"Ref": "R"}},
        ],
    },
}
REPLICATED = {
    "Type": "AWS::S3::Bucket",
    "Properties": {
        "VersioningConfiguration": {"Status": "Enabled"},
        "ReplicationConfiguration": {
            "Role": arn_of("R"),
            "Rules": [{"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::d"}}],
        },
    },
}
FLEET = {
    "Type": "AWS::EC2::SpotFleet",
    "Properties": {"SpotFleetRequestConfigData": {"IamFleetRole": arn_of("R"), "TargetCapacity": 1}},
}
LOGGED = {
    "Type": "AWS::SNS::Topic",
    "Properties": {"DeliveryStatusLogging": [{"Protocol": "sqs", "FailureFeedbackRoleArn": arn_of("R")}]},
}


@pytest.mark.parametrize(
    ("user", "severity", "principal"),
    [
        (WORKER, "error", "lambda.amazonaws.com"),
        (MACHINE, "error", "states.amazonaws.com"),
        (DATABASE, "error", "monitoring.rds.amazonaws.com"),
        (INSTANCES, "warning", "ec2.amazonaws.com"),
        (STAGE_LOGS, "warning", "apigateway.amazonaws.com"),
        (PLATFORM, "warning", "elasticbeanstalk.amazonaws.com"),
        (REPLICATED, "warning", "s3.amazonaws.com"),
        (FLEET, "warning", "spotfleet.amazonaws.com"),
        (LOGGED, "warning", "sns.amazonaws.com"),
    ],
)
def test_a_role_that_trusts_somebody_else_cannot_be_used(
    ask: Ask, user: dict[str, Any], severity: str, principal: str
) -> None:
    (finding,) = ask({"U": user, "R": role(service("glue.amazonaws.com"))}).of("XSV007")
    assert finding.severity == severity
    assert principal in finding.message
    assert not ask({"U": user, "R": role(service(principal))}).of("XSV007")


def test_trusting_with_another_action_is_not_trusting(ask: Ask) -> None:
    wrong = role(LAMBDA)
    wrong["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Action"] = "sts:TagSession"
    assert ask({"U": WORKER, "R": wrong}).severities("XSV007") == ["error"]
    wrong["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Action"] = "sts:*"
    assert not ask({"U": WORKER, "R": wrong}).of("XSV007")


def test_a_role_of_another_stack_is_followed_through_its_export() -> None:
    user = {**WORKER, "Properties": {**WORKER["Properties"], "Role": {"Fn::ImportValue": "worker-role"}}}
    graph = Graph()
    outputs = {"R": {"Value": arn_of("R"), "Export": {"Name": "worker-role"}}}
    roles = {"Resources": {"R": role(service("glue.amazonaws.com"))}, "Outputs": outputs}
    graph.add(Template.from_dict(roles, "roles"))
    graph.add(Template.from_dict({"Resources": {"U": user}}, "workers"))
    (finding,) = [finding for finding in check_graph(graph) if finding.rule == "XSV007"]
    assert finding.stack == "workers"


# Access


POLL = {
    "Type": "AWS::Lambda::EventSourceMapping",
    "Properties": {"EventSourceArn": arn_of("Q"), "FunctionName": {"Ref": "U"}},
}
ACTIONS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def inline(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Policies": [{"PolicyName": "p", "PolicyDocument": document(*statements)}]}


@pytest.mark.parametrize(
    "rights",
    [
        inline(may(ACTIONS, arn_of("Q"))),
        inline(may("sqs:*", "*")),
        inline(may(ACTIONS[:2], arn_of("Q")), may("SQS:Get*", arn_of("Q"))),
        inline(may(ACTIONS, {"Ref": "Text"})),
        inline(may(ACTIONS, {"Fn::Sub": "arn:aws:sqs:*:*:${Q.QueueName}"})),
        inline(may({"Ref": "Text"}, arn_of("Q"))),
        {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"]},
        {"ManagedPolicyArns": [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/AmazonSQSFullAccess"}]},
        {"ManagedPolicyArns": ["arn:aws:iam::123456789012:policy/ours"]},
        {"ManagedPolicyArns": [{"Ref": "Text"}]},
    ],
)
def test_a_poller_whose_role_may_poll_or_cannot_be_read_is_fine(ask: Ask, rights: dict[str, Any]) -> None:
    said = ask({"M": POLL, "U": WORKER, "Q": QUEUE, "R": role(LAMBDA, **rights)}, Parameters=STAGE)
    assert not said.of("LAM023")


@pytest.mark.parametrize(
    "rights",
    [
        {},
        {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"]},
        inline(may(ACTIONS, arn_of("Other"))),
        inline(may("sqs:SendMessage", "*")),
        inline({**may(ACTIONS, "*"), "Effect": "Deny"}),
    ],
)
def test_a_poller_whose_role_may_not_poll_is_an_error(ask: Ask, rights: dict[str, Any]) -> None:
    said = ask({"M": POLL, "U": WORKER, "Q": QUEUE, "Other": QUEUE, "R": role(LAMBDA, **rights)})
    assert said.severities("LAM023") == ["error"]


def test_policies_attached_from_outside_the_role_count(ask: Ask) -> None:
    base = {"M": POLL, "U": WORKER, "Q": QUEUE, "R": role(LAMBDA)}
    rights = document(may(ACTIONS, arn_of("Q")))
    attached: dict[str, Any] = {
        "Type": "AWS::IAM::Policy",
        "Properties": {"PolicyName": "p", "PolicyDocument": rights, "Roles": [{"Ref": "R"}]},
    }
    assert not ask({**base, "P": attached}).of("LAM023")
    managed = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": rights}}
    holder = role(LAMBDA, ManagedPolicyArns=[{"Ref": "P"}])
    assert not ask({**base, "P": managed, "R": holder}).of("LAM023")
    somewhere = {**attached, "Properties": {**attached["Properties"], "Roles": [{"Ref": "Text"}]}}
    assert not ask({**base, "P": somewhere}, Parameters=STAGE).of("LAM023")
    assert ask({**base, "P": {**attached, "Properties": {**attached["Properties"], "PolicyDocument": document()}}}).of(
        "LAM023"
    )


def test_the_queue_itself_may_let_the_role_in(ask: Ask) -> None:
    open_to_role: dict[str, Any] = {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {
            "Queues": [{"Ref": "Q"}],
            "PolicyDocument": document(may(ACTIONS, arn_of("Q"), Principal={"AWS": arn_of("R")})),
        },
    }
    base = {"M": POLL, "U": WORKER, "Q": QUEUE, "R": role(LAMBDA)}
    assert not ask({**base, "P": open_to_role}).of("LAM023")
    open_to_role["Properties"]["PolicyDocument"] = document(by_s3("sqs:SendMessage", arn_of("Q")))
    assert ask({**base, "P": open_to_role}).of("LAM023")


def test_polling_an_encrypted_queue_needs_its_key(ask: Ask) -> None:
    root = {"AWS": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:root"}}
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": {"Ref": "K"}}}

    def actions(key_policy: dict[str, Any], *more: dict[str, Any]) -> list[str]:
        key = {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": key_policy}}
        rights = inline(may(ACTIONS, arn_of("Q")), *more)
        said = ask({"M": POLL, "U": WORKER, "Q": queue, "K": key, "R": role(LAMBDA, **rights)})
        return [finding.message for finding in said.of("XSV012")]

    account = document(may("kms:*", "*", Principal=root))
    assert actions(account) == ["R is not allowed kms:Decrypt on K"]
    assert actions(account, may("kms:Decrypt", arn_of("K"))) == []
    assert actions(document(may("kms:*", "*", Principal={"AWS": arn_of("R")}))) == []


# The verdicts below


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        (5, "5"),
        ({"Ref": "Q"}, "${Q}"),
        ({"Fn::GetAtt": "Q.Arn"}, "${Q.Arn}"),
        ({"Fn::Sub": ["${A}-${B}", {"A": {"Ref": "X"}}]}, "${X}-${B}"),
        ({"Fn::Join": ["/", ["a", {"Fn::Sub": "${B}"}]]}, "a/${B}"),
        ({"Fn::ImportValue": "x"}, None),
        ("{{resolve:ssm:name}}", None),
        (True, None),
    ],
)
def test_a_value_is_written_as_the_deploy_would_fill_it(value: Any, written: str | None) -> None:
    assert spelled(value) == written


@pytest.mark.parametrize(
    ("pattern", "value", "verdict"),
    [("a*c", "abbc", True), ("a?c", "abc", True), ("a.c", "abc", False), ("[a]*", "a", False), ("*", "", True)],
)
def test_policy_patterns_know_two_signs_alone(pattern: str, value: str, verdict: bool) -> None:
    assert matches(pattern, value) is verdict


@pytest.mark.parametrize(
    ("principal", "stem"),
    [
        ("states.amazonaws.com", "states"),
        ("states.eu-west-1.amazonaws.com", "states"),
        ("ec2.amazonaws.com.cn", "ec2"),
        ("monitoring.rds.amazonaws.com", "monitoring.rds"),
        ("logs.us-gov-west-1.amazonaws.com", "logs"),
        ("sns.${AWS::Region}.${AWS::URLSuffix}", "sns"),
    ],
)
def test_a_service_is_the_same_under_its_regional_names(principal: str, stem: str) -> None:
    assert service_stem(principal) == stem


def test_an_arn_points_at_a_resource_by_reference_by_name_or_perhaps() -> None:
    resources = {
        "Named": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}},
        "Made": QUEUE,
        "Built": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Fn::Sub": "${AWS::StackName}-x"}}},
    }
    graph = Graph()
    views = graph.add(Template.from_dict({"Resources": resources}, "shop")).views
    named, made, built = views["Named"], views["Made"], views["Built"]
    assert points_at(made, arn_of("Named"), named) is True
    assert points_at(made, arn_of("Named"), made) is False
    assert points_at(made, "arn:aws:sqs:eu-west-1:1:orders", named) is True
    assert points_at(made, "arn:aws:sqs:*:*:ord*", named) is True
    assert points_at(made, "arn:aws:sqs:eu-west-1:1:bills", named) is False
    assert points_at(made, "arn:aws:sns:eu-west-1:1:orders", named) is False
    assert points_at(made, "arn:aws:sqs:eu-west-1:1:bills", made) is None
    assert points_at(made, {"Fn::Sub": "arn:aws:s3:::${AWS::StackName}-x"}, built) is True
    assert points_at(made, {"Fn::Sub": "arn:aws:s3:::${AWS::StackName}-y"}, built) is None


def test_resources_are_seen_together_only_where_their_conditions_can_meet() -> None:
    switch = {"Fn::If": ["Prod", "yes", "no"]}
    resources = {
        "A": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": switch}},
        "B": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": switch}},
        "C": {"Type": "AWS::SNS::Topic", "Properties": {}, "Condition": "Test"},
    }
    graph = Graph()
    data = {"Resources": resources, "Conditions": PROD, "Parameters": STAGE}
    views = graph.add(Template.from_dict(data, "shop")).views
    pairs = [tuple(view.get("DisplayName") for view in pair) for pair in together(views["A"], views["B"])]
    assert sorted(pairs) == [("no", "no"), ("yes", "yes")]
    assert [a.get("DisplayName") for a, _ in together(views["A"], views["C"])] == ["no"]


@pytest.mark.parametrize(
    ("key", "speaks"),
    [("alias/aws/sqs", True), ("alias/ours", False), ({"Ref": "Text"}, False), (None, False)],
)
def test_s3_cannot_notify_a_queue_with_the_key_that_aws_keeps(ask: Ask, key: Any, speaks: bool) -> None:
    policy: dict[str, Any] = {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": [{"Ref": "Q"}], "PolicyDocument": document(by_s3("sqs:SendMessage", "*"))},
    }
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"KmsMasterKeyId": key} if key else {}}
    resources = {"B": notifying("Queue", arn_of("Q"), "P"), "Q": queue, "P": policy}
    said = ask(resources, Parameters={"Text": {"Type": "String"}})
    assert bool(said.of("XSV004")) is speaks
