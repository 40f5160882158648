"""Who sends traces to X-Ray, and whether they may."""

from __future__ import annotations

from ..policies.access import FUNCTION, Grants, generated
from ..vocabulary import Rule, Violation, as_list, is_unknown, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

MACHINE = "AWS::StepFunctions::StateMachine"
ENVIRONMENT = "AWS::ElasticBeanstalk::Environment"
STAGE = "AWS::ApiGateway::Stage"
BEANSTALK_XRAY = "aws:elasticbeanstalk:xray"
_WRITE = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")


def _beanstalk(view: View, option: str) -> Any:
    for _, one in view.values("OptionSettings/*"):
        if isinstance(one, dict) and one.get("OptionName") == option:
            return one.get("Value")
    return None


def _tracing(graph: Graph) -> Iterator[tuple[View, tuple[str, ...], Any]]:
    """What traces, with the property that says so and its role."""
    for view in graph.of(FUNCTION):
        if view.get("TracingConfig/Mode") == "Active":
            yield view, ("TracingConfig", "Mode"), view.get("Role")
    for view in graph.of(MACHINE):
        if truth(view.get("TracingConfiguration/Enabled")) is True:
            yield view, ("TracingConfiguration", "Enabled"), view.get("RoleArn")
    for view in graph.of(ENVIRONMENT):
        if truth(_beanstalk(view, "XRayEnabled")) is True:
            profile = graph.target(view, _beanstalk(view, "IamInstanceProfile"))
            if profile is not None and profile.view.type == "AWS::IAM::InstanceProfile":
                for value in as_list(profile.view.get("Roles")):
                    yield view, ("OptionSettings",), value


def _may_write(graph: Graph) -> Iterator[Violation]:
    grants: Grants | None = None
    for view, path, value in _tracing(graph):
        found = graph.target(view, value)
        if found is None or found.view.type != "AWS::IAM::Role" or generated(view, found.view):
            continue
        grants = grants or Grants(graph)
        lacking = [action for action in _WRITE if grants.may(found.view, action, view) is False]
        if lacking:
            yield Violation(path, view=view, role=found.view.id, actions=" and ".join(lacking))


def _end_to_end(graph: Graph) -> Iterator[Violation]:
    tracing = [view for view, _, _ in _tracing(graph) if view.type != ENVIRONMENT]
    tracing += [view for view in graph.of(STAGE) if truth(view.get("TracingEnabled")) is True]
    for view in graph.of(ENVIRONMENT) if tracing else ():
        settings = view.get("OptionSettings")
        if is_unknown(settings) or view.get("TemplateName", None) is not None:
            continue
        if _beanstalk(view, "XRayEnabled") is None:
            yield Violation(("OptionSettings",), view=view, other=tracing[0].id)


# The rules


def _role(**more: Any) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {"Statement": [trust]}, **more}}


def _traced(role: dict[str, Any]) -> dict[str, Any]:
    function = {
        "Code": {"ZipFile": ""},
        "Role": {"Fn::GetAtt": ["R", "Arn"]},
        "TracingConfig": {"Mode": "Active"},
    }
    return {"Resources": {"R": role, "F": {"Type": FUNCTION, "Properties": function}}}


def _behind(*options: dict[str, str]) -> dict[str, Any]:
    environment = {"ApplicationName": "shop", "OptionSettings": list(options)}
    stage = {"RestApiId": "a", "TracingEnabled": True}
    return {
        "Resources": {
            "Web": {"Type": ENVIRONMENT, "Properties": environment},
            "Live": {"Type": STAGE, "Properties": stage},
        }
    }


_XRAY_ON = {"Namespace": BEANSTALK_XRAY, "OptionName": "XRayEnabled", "Value": "true"}

RULES: tuple[Rule, ...] = (
    Rule(
        "XRY001", (FUNCTION, MACHINE, ENVIRONMENT), "warning",
        "tracing is on, and the role {role} is not allowed {actions}: nothing arrives at X-Ray",
        scope="graph",
        check=_may_write,
        fix="allow {actions} on * to {role}, or attach AWSXRayDaemonWriteAccess",
        source="Lambda Developer Guide, using X-Ray, execution role permissions; Step Functions Developer Guide, X-Ray; "
        "X-Ray Developer Guide, the daemon's permissions",
        verified="docs",
        good=_traced(_role(ManagedPolicyArns=["arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess"])),
        bad=_traced(_role()),
    ),
    Rule(
        "XRY005", ENVIRONMENT, "info",
        "{other} is traced, and the environment is not: set XRayEnabled to follow requests from end to end",
        scope="graph",
        check=_end_to_end,
        fix="set XRayEnabled in the namespace aws:elasticbeanstalk:xray to true",
        source="Elastic Beanstalk Developer Guide, configuring X-Ray debugging",
        verified="docs",
        good=_behind(_XRAY_ON),
        bad=_behind(),
    ),
)  # fmt: skip
