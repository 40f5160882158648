"""Whether resources that are wired together work together: notifications, roles, order of creation."""

from __future__ import annotations

from ..policies.access import (
    BUCKET,
    FIFO,
    FUNCTION,
    INVOCABLE,
    QUEUE,
    ROLE,
    TOPIC,
    Permissions,
    fifo,
    generated,
    key_allows,
    key_of,
    managed_key,
    only,
    together,
    trusted,
)
from ..vocabulary import Rule, Violation
from .needs import LINKS, missing
from .needs import TYPES as NEEDY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph, Member
    from ..view import View
    from ..vocabulary import Verdict

    Path = tuple[str | int, ...]


class Order:
    """What CloudFormation creates before what, followed through every reference of a template."""

    def __init__(self) -> None:
        self._needs: dict[int, dict[str, set[str]]] = {}

    def after(self, view: View, other: View) -> Verdict:
        """Whether `view` waits for `other`; None when they stand in different templates."""
        if view.member is None or view.member is not other.member:
            return None
        needs = self._needs.get(id(view.member))
        if needs is None:
            needs = self._needs[id(view.member)] = _needs(view.member)
        waiting, seen = [view.id], {view.id}
        while waiting:
            for id_ in needs.get(waiting.pop(), ()):
                if id_ == other.id:
                    return True
                if id_ not in seen:
                    seen.add(id_)
                    waiting.append(id_)
        return False


def _needs(member: Member) -> dict[str, set[str]]:
    needs: dict[str, set[str]] = {}
    for edge in member.edges():
        needs.setdefault(edge.source, set()).add(edge.target)
    return needs


# XSV004 and XSV005: what a bucket notifies


NOTIFICATIONS = (
    ("LambdaConfigurations", "Function", INVOCABLE, "lambda:InvokeFunction"),
    ("QueueConfigurations", "Queue", (QUEUE,), "sqs:SendMessage"),
    ("TopicConfigurations", "Topic", (TOPIC,), "sns:Publish"),
)


def _notified(graph: Graph) -> Iterator[tuple[View, Path, Any, View | None, str]]:
    """Every target of a bucket's notifications: bucket, path, value, the resource if it is in the graph, the action."""
    for bucket in graph.of(BUCKET):
        if "NotificationConfiguration" not in bucket.properties:
            continue
        for world in only(bucket, "NotificationConfiguration", "BucketName").worlds():
            for kind, prop, types, action in NOTIFICATIONS:
                for path, value in world.values(f"NotificationConfiguration/{kind}/*/{prop}"):
                    found = graph.target(bucket, value)
                    yield world, path, value, found.view if found and found.view.type in types else None, action


def _notification_permission(graph: Graph) -> Iterator[Violation]:
    order = Order()
    for bucket, path, _value, target, action in _notified(graph):
        if target is None or generated(bucket, target):
            continue
        permissions = graph.kept(Permissions)
        verdict, granting = permissions.granted("s3", action, target, bucket)
        if verdict is False:
            yield Violation(path, view=bucket, target=target.id, action=action)
        elif granting and all(order.after(bucket, one) is False for one in granting):
            yield Violation(
                path,
                view=bucket,
                severity="warning",
                message="the bucket does not wait for {grant}, which lets S3 use {target}: creating the stack may fail",
                fix="add {grant} to the bucket's DependsOn; its SourceArn must then not refer to the bucket: give the "
                "bucket a name and build the ARN from it with Fn::Sub, or use SourceAccount alone",
                grant=granting[0].id,
                target=target.id,
            )
        if target.type in FIFO and managed_key(target):
            yield Violation(
                path,
                view=bucket,
                message="{target} is encrypted with AWS's own key, which S3 may not use: S3 refuses the notification",
                fix="encrypt {target} with a customer key that s3.amazonaws.com may use (or a queue with SQS's own keys)",
                target=target.id,
            )
        key = key_of(target, target.get("KmsMasterKeyId")) if target.type in FIFO else None
        if key is not None and key_allows(key, "s3", "kms:GenerateDataKey", "kms:Decrypt") is False:
            yield Violation(
                path,
                view=bucket,
                message="{target} is encrypted with {key}, whose policy does not let S3 use it: S3 refuses the notification",
                fix="allow s3.amazonaws.com kms:GenerateDataKey and kms:Decrypt in the policy of {key}",
                target=target.id,
                key=key.id,
            )


def _notification_target(graph: Graph) -> Iterator[Violation]:
    for bucket, path, value, target, _action in _notified(graph):
        arn = value.split(":") if isinstance(value, str) and value.startswith("arn:") and value.count(":") >= 5 else []
        if target is None:
            first_in = bool(arn) and arn[-1].endswith(".fifo")
        else:
            first_in = target.type in FIFO and any(
                fifo(pair[1]) is True for pair in together(bucket, only(target, FIFO[target.type]))
            )
        if first_in:
            yield Violation(path, view=bucket, target=target.id if target is not None else value)
        here = bucket.member.region if bucket.member is not None else None
        there = arn[3] if arn else target.member.region if target is not None and target.member is not None else None
        if here and there and here != there:
            yield Violation(
                path,
                view=bucket,
                message="S3 only notifies targets in the bucket's own region: the bucket is in {here}, the target in {there}",
                fix="put the target in {here}, or send the events through EventBridge",
                here=here,
                there=there,
            )


# XSV007: who assumes which role


_USED_BY: tuple[tuple[str, str, str, bool], ...] = (
    # type, property, service, whether AWS refuses the role outright
    (FUNCTION, "Role", "lambda", True),
    ("AWS::StepFunctions::StateMachine", "RoleArn", "states", True),
    ("AWS::Events::Rule", "Targets/*/RoleArn", "events", False),
    ("AWS::Scheduler::Schedule", "Target/RoleArn", "scheduler", True),
    ("AWS::RDS::DBInstance", "MonitoringRoleArn", "monitoring.rds", True),
    ("AWS::RDS::DBCluster", "MonitoringRoleArn", "monitoring.rds", True),
    ("AWS::IAM::InstanceProfile", "Roles/*", "ec2", False),
    ("AWS::ApiGateway::Account", "CloudWatchRoleArn", "apigateway", False),
    ("AWS::ApiGateway::Authorizer", "AuthorizerCredentials", "apigateway", False),
    ("AWS::ApiGateway::Method", "Integration/Credentials", "apigateway", False),
    ("AWS::ApiGatewayV2::Authorizer", "AuthorizerCredentialsArn", "apigateway", False),
    ("AWS::ApiGatewayV2::Integration", "CredentialsArn", "apigateway", False),
    ("AWS::ElasticBeanstalk::Application", "ResourceLifecycleConfig/ServiceRole", "elasticbeanstalk", False),
    (BUCKET, "ReplicationConfiguration/Role", "s3", False),
    ("AWS::EC2::SpotFleet", "SpotFleetRequestConfigData/IamFleetRole", "spotfleet", False),
    (TOPIC, "DeliveryStatusLogging/*/SuccessFeedbackRoleArn", "sns", False),
    (TOPIC, "DeliveryStatusLogging/*/FailureFeedbackRoleArn", "sns", False),
    (
        "AWS::SES::ConfigurationSetEventDestination",
        "EventDestination/KinesisFirehoseDestination/IAMRoleARN",
        "ses",
        False,
    ),
    ("AWS::SES::ReceiptRule", "Rule/Actions/*/S3Action/IamRoleArn", "ses", False),
    ("AWS::SNS::Subscription", "SubscriptionRoleArn", "sns", False),
)
_BEANSTALK = ("AWS::ElasticBeanstalk::Environment", "AWS::ElasticBeanstalk::ConfigurationTemplate")


def _role_uses(graph: Graph) -> Iterator[tuple[View, tuple[str | int, ...], Any, str, bool]]:
    for type, prop, service, refused in _USED_BY:
        for view in graph.of(type):
            for path, value in view.values(prop):
                yield view, path, value, service, refused
    for view in graph.of(*_BEANSTALK):
        for path, option in view.values("OptionSettings/*"):
            if isinstance(option, dict) and option.get("OptionName") == "ServiceRole":
                yield view, (*path, "Value"), option.get("Value"), "elasticbeanstalk", False


def _role_trust(graph: Graph) -> Iterator[Violation]:
    known: dict[tuple[int, str], Verdict] = {}
    for view, path, value, service, refused in _role_uses(graph):
        found = graph.target(view, value)
        if found is None or found.view.type != ROLE:
            continue
        key = (id(found.view), service)
        if key not in known:
            known[key] = trusted(found.view, service)
        if known[key] is False:
            yield Violation(
                path,
                view=view,
                severity="error" if refused else "warning",
                role=found.view.id,
                principal=f"{service}.amazonaws.com",
            )


# XSV012: what a consumer needs to be allowed


def _access(graph: Graph) -> Iterator[Violation]:
    for need, lacking in missing(graph, (need for link in LINKS for need in link(graph))):
        yield Violation(
            need.path, view=need.consumer, role=need.role.id, actions=", ".join(lacking), target=need.target.id
        )


# The rules


_ASSUME_LAMBDA: dict[str, Any] = {
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ]
}


def _example_notification(
    *, permission: bool, waits: bool = True, fifo: bool = False, key: str | None = None
) -> dict[str, Any]:
    bucket: dict[str, Any] = {
        "Type": BUCKET,
        "Properties": {
            "NotificationConfiguration": {
                "QueueConfigurations": [
                    {"Event": "s3:ObjectCreated:*", "Queue": {"Fn::GetAtt": ["Work", "Arn"]}},
                ]
            }
        },
    }
    resources: dict[str, Any] = {
        "Uploads": bucket,
        "Work": {"Type": QUEUE, "Properties": {"FifoQueue": True} if fifo else {"KmsMasterKeyId": key} if key else {}},
    }
    if permission:
        resources["MayNotify"] = {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "Work"}],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "s3.amazonaws.com"},
                            "Action": "sqs:SendMessage",
                            "Resource": {"Fn::GetAtt": ["Work", "Arn"]},
                            "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
                        }
                    ],
                },
            },
        }
        if waits:
            bucket["DependsOn"] = "MayNotify"
    return {"Resources": resources}


def _example_trust(service: str) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {
        "Resources": {
            "Worker": {
                "Type": FUNCTION,
                "Properties": {"Role": {"Fn::GetAtt": ["WorkerRole", "Arn"]}, "Code": {"ZipFile": "pass"}},
            },
            "WorkerRole": {
                "Type": ROLE,
                "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}},
            },
        }
    }


def _example_dead_letters(*actions: str) -> dict[str, Any]:
    allowed = {"Effect": "Allow", "Action": list(actions), "Resource": {"Fn::GetAtt": ["Failed", "Arn"]}}
    return {
        "Resources": {
            "Failed": {"Type": QUEUE, "Properties": {}},
            "Worker": {
                "Type": FUNCTION,
                "Properties": {
                    "Role": {"Fn::GetAtt": ["WorkerRole", "Arn"]},
                    "Code": {"ZipFile": "pass"},
                    "DeadLetterConfig": {"TargetArn": {"Fn::GetAtt": ["Failed", "Arn"]}},
                },
            },
            "WorkerRole": {
                "Type": ROLE,
                "Properties": {
                    "AssumeRolePolicyDocument": _ASSUME_LAMBDA,
                    "Policies": [
                        {"PolicyName": "work", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]}}
                    ],
                },
            },
        }
    }


RULES = (
    Rule(
        "XSV004", BUCKET, "error",
        "S3 may not use {target}: it checks every target of a notification before it accepts the bucket, and no "
        "permission allows s3.amazonaws.com {action}",
        scope="graph",
        check=_notification_permission,
        fix="allow s3.amazonaws.com {action} on {target} (with this account as the source) and let the bucket wait for "
        "that permission with DependsOn",
        source="S3 User Guide, Granting permissions to publish event notification messages to a destination",
        verified="docs",
        good=_example_notification(permission=True),
        bad=(
            _example_notification(permission=False),
            _example_notification(permission=True, waits=False),
            _example_notification(permission=True, key="alias/aws/sqs"),
        ),
    ),
    Rule(
        "XSV005", BUCKET, "error",
        "S3 cannot notify a FIFO queue or topic, and {target} is one",
        scope="graph",
        check=_notification_target,
        fix="use a standard queue or topic, or send the events through EventBridge",
        source="S3 User Guide, Event notification types and destinations",
        verified="docs",
        good=_example_notification(permission=True),
        bad=_example_notification(permission=True, fifo=True),
    ),
    Rule(
        "XSV007", (*dict.fromkeys((*(use[0] for use in _USED_BY), *_BEANSTALK)),), "error",
        "the trust policy of {role} does not let {principal} assume it",
        scope="graph",
        check=_role_trust,
        fix="allow sts:AssumeRole to {principal} in the AssumeRolePolicyDocument of {role}",
        source="IAM User Guide, Grant a user permissions to pass a role to an AWS service; Lambda Developer Guide, "
        "Execution role",
        verified="docs",
        good=_example_trust("lambda.amazonaws.com"),
        bad=_example_trust("ec2.amazonaws.com"),
    ),
    Rule(
        "XSV012", NEEDY, "warning",
        "{role} is not allowed {actions} on {target}",
        scope="graph",
        check=_access,
        fix="add a statement that allows {actions} on {target} to {role}",
        source="Lambda Developer Guide, Capturing records of Lambda asynchronous invocations; Using Lambda with Amazon SQS, "
        "execution role permissions",
        verified="docs",
        good=_example_dead_letters("sqs:SendMessage"),
        bad=_example_dead_letters("sqs:ReceiveMessage"),
    ),
)  # fmt: skip
