"""AWS X-Ray: which requests are traced, groups of traces, and tracing across a whole stack.

Source: X-Ray Developer Guide; course notes, X-Ray.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct
from ...errors import ConstructError
from ...node import MAIN
from ...resource import Resource
from ...source import caller
from ...tokens import AWS
from ..existing import arn_here
from ..functions.lambda_ import LambdaFunction
from ..hints import check
from ..messaging.sns import SNSTopic
from ..security.policy import Document, Principal, Statement
from ..stepfunctions.stepfunctions import TRACE, StateMachine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    Traced = Literal[
        "lambda", "api-gateway", "step-functions", "sns", "beanstalk", "ec2", "ecs", "load-balancer", "sqs", "s3",
        "eventbridge", "appsync", "app-runner",
    ]  # fmt: skip

SAMPLING = "AWS::XRay::SamplingRule"
GROUP = "AWS::XRay::Group"
POLICY = "AWS::XRay::ResourcePolicy"
STAGE = "AWS::ApiGateway::Stage"
ENVIRONMENT = "AWS::ElasticBeanstalk::Environment"
WRITE = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
_BEANSTALK = {"Namespace": "aws:elasticbeanstalk:xray", "OptionName": "XRayEnabled", "Value": "true"}


@construct
class XRaySamplingRule(Construct):
    """Which requests are traced: of those that fit, `reservoir` each second, and of the rest a share.

    - `name`: 1 to 32 characters, one of its kind in the account and region.
    - `priority`: 1 to 9,999, the lowest that fits decides; `rate`: 0 to 1, the share beyond the `reservoir`.
    - What fits, `*` and `?` allowed: `service` (its name), `service_type` ("AWS::Lambda::Function"), `host`, `method`,
      `path`, `resource` (an ARN), `attributes` of the request.

    Source: X-Ray Developer Guide, configuring sampling rules.
    """

    name: str
    priority: int
    rate: float
    reservoir: int = 1
    service: str = "*"
    service_type: str = "*"
    host: str = "*"
    method: str = "*"
    path: str = "*"
    resource: str = "*"
    attributes: Mapping[str, str] | None = None

    arn = attribute("RuleARN")

    def build(self) -> None:
        """Make the rule."""
        resource_class(SAMPLING)(
            self,
            MAIN,
            SamplingRule={
                "RuleName": self.name,
                "Priority": self.priority,
                "FixedRate": self.rate,
                "ReservoirSize": self.reservoir,
                "ServiceName": self.service,
                "ServiceType": self.service_type,
                "Host": self.host,
                "HTTPMethod": self.method,
                "URLPath": self.path,
                "ResourceARN": self.resource,
                "Attributes": dict(self.attributes) if self.attributes else None,
                "Version": 1,
            },
        )


@construct
class XRayGroup(Construct):
    """Traces that fit an expression, with metrics and a map of their own.

    - `name`: 1 to 32 characters, not "Default".
    - `filter`: such as `responsetime > 5` or `service("checkout") AND fault = true`.
    - `insights`: X-Ray looks for anomalies; `notifications`: it tells EventBridge of them.

    Source: X-Ray Developer Guide, configuring groups; using filter expressions.
    """

    name: str
    filter: str
    insights: bool = False
    notifications: bool = False

    arn = attribute("GroupARN")

    def build(self) -> None:
        """Make the group."""
        resource_class(GROUP)(
            self,
            MAIN,
            GroupName=self.name,
            FilterExpression=self.filter,
            InsightsConfiguration={
                "InsightsEnabled": self.insights or self.notifications,
                "NotificationsEnabled": self.notifications,
            },
        )


@construct
class XRayTracing(Construct):
    """Tracing for everything in the stack, or in the construct, that it is made in: `XRayTracing(stack, "Tracing")`.

    Turned on are functions and state machines, whose roles get what it takes; the stages of REST APIs; topics,
    with one policy for X-Ray ("Topics"); and Beanstalk environments, whose instances then run the daemon and need
    `AWSXRayDaemonWriteAccess`. What says already whether it traces is left as it is.

    Others have nothing to turn on: a load balancer adds the trace's header to requests; SQS, S3 events and EventBridge
    pass it on; on EC2 and ECS the program sends traces, through the daemon or OpenTelemetry. HTTP APIs know no X-Ray.

    - `services`: only these: "lambda", "api-gateway", "step-functions", "sns", "beanstalk" (and those with nothing to turn
      on); every one by default.
    - `languages`: in which the programs are written, to hear when there is no SDK of X-Ray's for one.

    Source: X-Ray Developer Guide, integrating X-Ray with other AWS services; course notes, X-Ray.
    """

    services: Sequence[Traced] | None = None
    languages: Sequence[str] = ()

    def build(self) -> None:
        """Look at everything beside this when the tree is finished."""
        above = self.node.scope
        if above is None or self.node.stack is None:
            raise ConstructError(
                f"{self.node.path}: tracing stands in a stack, or in a construct of one", place=caller(),
                fix="make one in every stack that is to be traced",
            )  # fmt: skip
        check(
            self,
            services=None if self.services is None else list(self.services),
            languages=list(self.languages) or None,
        )
        above.node.aspect(self._turn_on)

    def _turn_on(self, construct: Construct) -> None:
        if isinstance(construct, LambdaFunction) and self._wanted("lambda"):
            self._function(construct)
        elif isinstance(construct, StateMachine) and self._wanted("step-functions"):
            self._machine(construct)
        elif isinstance(construct, SNSTopic) and self._wanted("sns"):
            self._topic(construct)
        elif isinstance(construct, Resource):
            self._resource(construct)

    def _wanted(self, service: str) -> bool:
        return self.services is None or service in self.services

    def _function(self, function: LambdaFunction) -> None:
        made = function.node.resource
        if not function.tracing and "TracingConfig" not in made.properties:
            made.set(TracingConfig={"Mode": "Active"})
            if function.owns_role:
                function.allow(*WRITE, on="*")

    def _machine(self, machine: StateMachine) -> None:
        made = machine.node.resource
        if not machine.tracing and "TracingConfiguration" not in made.properties:
            made.set(TracingConfiguration={"Enabled": True})
            if not isinstance(machine.role, str):
                machine.allow(*TRACE, on="*")

    def _topic(self, topic: SNSTopic) -> None:
        made = topic.node.resource
        if "TracingConfig" not in made.properties:
            made.set(TracingConfig="Active")
        self._let_topics()

    def _let_topics(self) -> None:
        """Source: X-Ray Developer Guide, Amazon SNS and AWS X-Ray."""
        if "Topics" in self.node.children:
            return
        statement = Statement(
            ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTraceSegments"],
            ["*"],
            principal=Principal.service("sns.amazonaws.com"),
            conditions={
                "StringEquals": {"aws:SourceAccount": AWS.AccountId},
                "StringLike": {"aws:SourceArn": arn_here("sns", "*")},
            },
        )
        stack = self.node.stack
        assert stack is not None
        resource_class(POLICY)(
            self,
            "Topics",
            PolicyName=f"{stack.name}-topics",
            PolicyDocument=_text(Document([statement])),
        )

    def _resource(self, made: Resource) -> None:
        if made.TYPE == STAGE and self._wanted("api-gateway") and "TracingEnabled" not in made.properties:
            made.set(TracingEnabled=True)
        elif made.TYPE == ENVIRONMENT and self._wanted("beanstalk"):
            settings: Any = made.properties.get("OptionSettings") or []
            if isinstance(settings, list) and not any(
                isinstance(one, dict) and one.get("OptionName") == "XRayEnabled" for one in settings
            ):
                made.set(OptionSettings=[*settings, dict(_BEANSTALK)])


def _text(document: Document) -> str:
    from ...tokens import to_json

    return to_json(document)
