"""Lifecycle hooks and warm pools: what happens to the instances of a group before they serve and before they go.

Source: EC2 Auto Scaling User Guide, lifecycle hooks; warm pools.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ..functions.invocable import Invocable
from ..messaging.sns import TopicAccess
from ..messaging.sqs import QueueAccess
from ..security.iam import ExistingRole, IAMRole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from ...tokens import Token
    from ..security.policy import Grant
    from .scaling import GroupAccess

HOOK = "AWS::AutoScaling::LifecycleHook"
WARM_POOL = "AWS::AutoScaling::WarmPool"
SERVICE = "autoscaling.amazonaws.com"
MOMENTS = {"launch": "autoscaling:EC2_INSTANCE_LAUNCHING", "terminate": "autoscaling:EC2_INSTANCE_TERMINATING"}
_DETAILS = {
    "launch": "EC2 Instance-launch Lifecycle Action",
    "terminate": "EC2 Instance-terminate Lifecycle Action",
}
_STATES = {"stopped": "Stopped", "running": "Running", "hibernated": "Hibernated"}


@construct
class LifecycleHook(Construct):
    """Instances of a group wait before they serve, or before they go; made by `group.on_launch` and `on_terminate`.

    Makes the hook and, for a topic or queue, the role "Role" through which it is told. A function is told by an
    EventBridge rule below it, and may complete the action.
    """

    group: GroupAccess
    moment: Literal["launch", "terminate"]
    notify: TopicAccess | QueueAccess | Invocable | None = None
    timeout: int | Token | None = None
    otherwise: Literal["abandon", "continue"] | None = None
    metadata: str | None = None
    role: IAMRole | ExistingRole | None = None
    name: str | None = None

    def build(self) -> None:
        """Make the hook and what tells somebody of it."""
        target = self.notify
        role, grant = self._teller()
        made = resource_class(HOOK)(
            self,
            MAIN,
            AutoScalingGroupName=self.group.group_name,
            LifecycleHookName=self.name,
            LifecycleTransition=MOMENTS[self.moment],
            HeartbeatTimeout=self.timeout,
            DefaultResult=None if self.otherwise is None else self.otherwise.upper(),
            NotificationMetadata=self.metadata,
            NotificationTargetARN=target.arn if isinstance(target, TopicAccess | QueueAccess) else None,
            RoleARN=None if role is None else role.arn,
        )
        if grant is not None and grant.policy is not None:
            made.node.depends_on(grant.policy)  # a first message is sent to try it
        if isinstance(target, Invocable):
            target.on(
                {
                    "source": ["aws.autoscaling"],
                    "detail-type": [_DETAILS[self.moment]],
                    "detail": {"AutoScalingGroupName": [self.group.group_name]},
                }
            )
            self.group.grant_complete(target)

    def _teller(self) -> tuple[IAMRole | ExistingRole | None, Grant | None]:
        target = self.notify
        if target is None or isinstance(target, Invocable):
            return None, None
        role = self.role
        if role is None:
            role = IAMRole(self, "Role", assumed_by=SERVICE)
        if isinstance(target, TopicAccess):
            return role, target.grant_publish(role)
        if isinstance(target, QueueAccess):
            return role, target.grant_send(role)
        raise ConstructError(
            f"{self.node.path} cannot tell a {type(target).__name__}", place=caller(),
            fix="give a topic, a queue or a function",
        )  # fmt: skip


@construct
class WarmPool(Construct):
    """Instances that have started before they are needed; made by `group.warm_pool`."""

    group: GroupAccess
    least: int | Token | None = None
    most: int | Token | None = None
    state: Literal["stopped", "running", "hibernated"] = "stopped"
    reuse: bool = False

    def build(self) -> None:
        """Make the pool."""
        body: dict[str, Any] = {
            "AutoScalingGroupName": self.group.group_name,
            "MinSize": self.least,
            "MaxGroupPreparedCapacity": self.most,
            "PoolState": _STATES[self.state],
            "InstanceReusePolicy": {"ReuseOnScaleIn": True} if self.reuse else None,
        }
        resource_class(WARM_POOL)(self, MAIN, **body)
