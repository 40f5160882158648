"""The role that something works with: a function's own, that of a group's instances, of a state machine, of a schedule."""

from __future__ import annotations

from ..rules.vocabulary import as_list
from .estate import INVOCABLE, ROLE
from .match import unknown
from .texts import account_of, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from ..rules import View
    from .estate import Estate

    Path: TypeAlias = tuple[str, ...]

PROFILE = "AWS::IAM::InstanceProfile"
PLACES: tuple[Path, ...] = (("Role",), ("RoleArn",), ("ExecutionRoleArn",), ("ServiceRole",), ("Target", "RoleArn"))
"""Where a role is named, unless the type is among those below."""
NAMED: dict[str, tuple[Path, ...]] = {
    "AWS::ECS::TaskDefinition": (("TaskRoleArn",),),
    "AWS::Events::Rule": (("Targets", "RoleArn"),),
    PROFILE: (("Roles",),),
}
TEMPLATE = ("LaunchTemplate", "LaunchTemplateId")
FOLLOWED: dict[str, tuple[Path, ...]] = {
    **dict.fromkeys(INVOCABLE[1:], (("FunctionName",),)),
    "AWS::AutoScaling::AutoScalingGroup": (
        TEMPLATE, ("MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification", "LaunchTemplateId"),
        ("LaunchConfigurationName",), ("InstanceId",), ("LaunchTemplate", "LaunchTemplateName"),
        ("MixedInstancesPolicy", "LaunchTemplate", "LaunchTemplateSpecification", "LaunchTemplateName"),
    ),
    "AWS::AutoScaling::LaunchConfiguration": (("IamInstanceProfile",),),
    "AWS::EC2::Instance": (("IamInstanceProfile",), TEMPLATE, ("LaunchTemplate", "LaunchTemplateName")),
    "AWS::EC2::LaunchTemplate": (
        ("LaunchTemplateData", "IamInstanceProfile", "Name"), ("LaunchTemplateData", "IamInstanceProfile", "Arn"),
    ),
    "AWS::StepFunctions::StateMachineAlias": (
        ("RoutingConfiguration", "StateMachineVersionArn"), ("DeploymentPreference", "StateMachineVersionArn"),
    ),
    "AWS::StepFunctions::StateMachineVersion": (("StateMachineArn",),),
}  # fmt: skip
"""What works with the role of something else, and where that is named."""
OPTIONS = ("AWS::ElasticBeanstalk::ConfigurationTemplate", "AWS::ElasticBeanstalk::Environment")


def role_behind(estate: Estate, view: View) -> View | str | None:
    """The role that something works with: the view, or its ARN when it stands elsewhere; None where it has no role.

    Of something with several roles, such as a rule with several targets, none is the one.
    """
    if view.type in FOLLOWED:
        given = next(iter(_given(view, FOLLOWED[view.type])), None)
        return None if given is None else _followed(estate, view, given)
    if view.type in OPTIONS:
        profile = _profile_option(view)
        return None if profile is None else _followed(estate, view, profile)
    values = _given(view, NAMED.get(view.type, PLACES))
    if not values or any(value != values[0] for value in values):
        return None
    target = estate.graph.target(view, values[0])
    if target is not None and target.view.type == ROLE:
        return target.view
    text = text_of(view.member, values[0]) if view.member is not None else None
    if text is None:
        return unknown("a role")
    if view.type == PROFILE:  # it names its role, and no ARN
        return f"arn:aws:iam::{account_of(view.member)}:role/{text}"
    return text


def _followed(estate: Estate, view: View, given: Any) -> View | str | None:
    """The role of what a value refers to; unknown where that is not in the app."""
    target = estate.graph.target(view, given)
    if target is None or target.view is view:
        return unknown("a role")
    return role_behind(estate, target.view)


def _given(view: View, paths: tuple[Path, ...]) -> list[Any]:
    """What stands at the first of the paths where something stands."""
    for first, *rest in paths:
        values = as_list(view.get(first, None))
        for step in rest:
            values = [inner for value in values if isinstance(value, dict) for inner in as_list(value.get(step))]
        values = [value for value in values if value is not None]
        if values:
            return values
    return []


def _profile_option(view: View) -> Any:
    for option in as_list(view.get("OptionSettings", None)):
        if isinstance(option, dict) and option.get("OptionName") == "IamInstanceProfile":
            return option.get("Value")
    return None
