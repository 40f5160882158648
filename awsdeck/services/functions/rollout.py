"""Gradual deployment: CodeDeploy moves an alias to a new version step by step, and back when an alarm rings.

Source: CloudFormation User Guide, UpdatePolicy attribute, CodeDeployLambdaAliasUpdate; CodeDeploy User Guide,
deployment configurations on an AWS Lambda compute platform.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, construct
from ...errors import ConstructError
from ...source import caller
from ..existing import arn_here
from ..security.iam import IAMRole
from .triggers import alarm_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from .invocable import Invocable

APPLICATION = "AWS::CodeDeploy::Application"
GROUP = "AWS::CodeDeploy::DeploymentGroup"
CONFIG = "AWS::CodeDeploy::DeploymentConfig"
LONGEST = 2_880  # minutes: two days

_READY = {
    **{
        ("canary", 10, minutes): f"CodeDeployDefault.LambdaCanary10Percent{minutes}Minutes"
        for minutes in (5, 10, 15, 30)
    },
    **{
        ("linear", 10, minutes): f"CodeDeployDefault.LambdaLinear10PercentEvery{minutes}Minute{'s' * (minutes > 1)}"
        for minutes in (1, 2, 3, 10)
    },
}
"""Configurations that every account has, by kind, percent and minutes."""
ALL_AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"


@construct
class Rollout(Construct):
    """How an alias goes from one version to the next; made by `function.publish(…)`."""

    target: Invocable
    canary: int | None = None
    linear: int | None = None
    every: str | int | None = None
    rollback_on: Any = None
    before: Invocable | None = None
    after: Invocable | None = None

    def build(self) -> None:
        """Make the application, the group with its role, and the alias's policy."""
        function = self.target.function
        role = IAMRole(self, "Role", assumed_by="codedeploy.amazonaws.com")
        actions = ["lambda:GetAlias", "lambda:UpdateAlias", "lambda:GetProvisionedConcurrencyConfig"]
        needs = [role.allow(*actions, on=[function.arn, f"{function.arn}:*"])]
        alarms = [alarm_name(alarm) for alarm in _several(self.rollback_on)]
        if alarms:
            needs.append(role.allow("cloudwatch:DescribeAlarms", on="*"))
        hooks = {"before": self.before, "after": self.after}
        needs += [self._hook(name, hook).grant_invoke(role) for name, hook in hooks.items() if hook is not None]
        application = resource_class(APPLICATION)(self, "Application", ComputePlatform="Lambda")
        group = resource_class(GROUP)(
            self,
            "Group",
            ApplicationName=application.ref,
            ServiceRoleArn=role.arn,
            DeploymentConfigName=self._configuration(),
            DeploymentStyle={"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"},
            AlarmConfiguration={"Enabled": True, "Alarms": [{"Name": name} for name in alarms]} if alarms else None,
            AutoRollbackConfiguration={
                "Enabled": True,
                "Events": [
                    "DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST", *(["DEPLOYMENT_STOP_ON_ALARM"] if alarms else []),
                ],
            },
        )  # fmt: skip
        for grant in needs:
            if grant.policy is not None:
                group.node.depends_on(grant.policy)
        own = arn_here("codedeploy", f"deploymentgroup:{application.ref}/{group.ref}")
        for hook in hooks.values():
            if hook is not None and hook.function.owns_role:
                hook.allow("codedeploy:PutLifecycleEventHookExecutionStatus", on=own)
        policy = {
            "ApplicationName": application.ref,
            "DeploymentGroupName": group.ref,
            "BeforeAllowTrafficHook": None if self.before is None else self.before.function.function_name,
            "AfterAllowTrafficHook": None if self.after is None else self.after.function.function_name,
        }
        self.target.node.override("UpdatePolicy.CodeDeployLambdaAliasUpdate", policy)

    def _hook(self, name: str, hook: Invocable) -> Invocable:
        called: object = hook.function
        if called is not hook:
            raise self._wrong(f"{name}= is an alias, and CodeDeploy calls a function by its name", "give the function")
        return hook

    def _configuration(self) -> str:
        given = [
            (kind, percent)
            for kind, percent in (("canary", self.canary), ("linear", self.linear))
            if percent is not None
        ]
        if not given:
            if self.every is not None:
                raise self._wrong("every= goes with canary= or linear=", 'canary=10, every="5m"')
            return ALL_AT_ONCE
        if len(given) == 2:
            raise self._wrong("canary= and linear= are two ways of going", "keep one of them")
        ((kind, percent),) = given
        if self.every is None:
            raise self._wrong(f"{kind}= needs every=", f'{kind}={percent}, every="5m"')
        if isinstance(percent, bool) or not isinstance(percent, int) or not 1 <= percent <= 99:
            raise self._wrong(f"{kind}={percent!r}", "a percentage from 1 to 99")
        minutes = self._minutes(self.every)
        ready = _READY.get((kind, percent, minutes))
        if ready is not None:
            return ready
        way = {
            "canary": {
                "Type": "TimeBasedCanary",
                "TimeBasedCanary": {"CanaryPercentage": percent, "CanaryInterval": minutes},
            },
            "linear": {
                "Type": "TimeBasedLinear",
                "TimeBasedLinear": {"LinearPercentage": percent, "LinearInterval": minutes},
            },
        }[kind]
        made = resource_class(CONFIG)(self, "Config", ComputePlatform="Lambda", TrafficRoutingConfig=way)
        return made.ref

    def _minutes(self, every: str | int) -> int:
        found = re.fullmatch(r"(\d+)\s*(m|min|h)", every) if isinstance(every, str) else None
        minutes = every if isinstance(every, int) else int(found[1]) * (60 if found[2] == "h" else 1) if found else 0
        if not 1 <= minutes <= LONGEST:
            raise self._wrong(f"every={every!r}", f'minutes or hours such as "5m", up to {LONGEST:,} minutes')
        return minutes

    def _wrong(self, what: str, fix: str) -> ConstructError:
        return ConstructError(f"{self.target.node.path}: {what}", place=caller(), fix=fix)


def _several(given: Any) -> Sequence[Any]:
    if given is None:
        return ()
    return given if isinstance(given, list | tuple) else [given]
