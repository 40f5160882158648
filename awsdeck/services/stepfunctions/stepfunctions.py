"""AWS Step Functions: state machines, who may start them, their versions and aliases, and activities.

Source: Step Functions Developer Guide; course notes, Step Functions.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker, select, split, to_json
from ..cloudwatch.logs import LogGroup, LogGroupAccess
from ..cloudwatch.metric import Metric
from ..existing import Existing, arn_here, checked_arn, part
from ..security.iam import ExistingRole, IAMRole
from ..security.keys import KeyAccess, key_arn, own_statement
from ..security.policy import Document, Grant, Principal, Statement, give
from .definitionfile import DefinitionFile
from .stateflow import Chain, State, everything, first_of, flow, tangles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from os import PathLike
    from typing import Any, Literal, NoReturn, TypedDict, Unpack

    from ...errors import Place
    from ...resource import Resource
    from ..cloudwatch.cloudwatch import AlarmAccess
    from ..security.policy import Conditions, Grantee
    from .definitionfile import Filling

    class Options(TypedDict, total=False):
        """What `StateMachine` takes besides its definition."""

        type: Literal["standard", "express"]
        name: str | None
        role: IAMRole | ExistingRole | str | None
        logs: LogGroupAccess | None
        log_level: Literal["off", "error", "fatal", "all"] | None
        log_data: bool
        tracing: bool
        key: KeyAccess | str | None


MACHINE = "AWS::StepFunctions::StateMachine"
VERSION = "AWS::StepFunctions::StateMachineVersion"
ALIAS = "AWS::StepFunctions::StateMachineAlias"
ACTIVITY = "AWS::StepFunctions::Activity"

READ_EXECUTION = (
    "states:DescribeExecution", "states:DescribeStateMachineForExecution", "states:GetExecutionHistory",
)  # fmt: skip
READ_MACHINE = ("states:DescribeStateMachine", "states:ListExecutions")
ANSWER = ("states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess")
DELIVERY = (
    "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
)  # fmt: skip
"""What logging takes, which knows no resources. Source: Step Functions Developer Guide, logging, IAM policies."""
TRACE = (
    "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments",
)  # fmt: skip
"""Source: Step Functions Developer Guide, X-Ray, IAM policies."""
_AMOUNTS = ("ExecutionTime", "ActivityRunTime", "LambdaFunctionRunTime", "ServiceIntegrationRunTime")


class MachineAccess(Construct):
    """Who may start and watch a state machine, whether it is made here or exists already."""

    arn = attribute("Arn")
    name_here = attribute("Name")

    @property
    def start_arn(self) -> str:
        """What those who start it name: the machine, or an alias."""
        return self.arn

    @property
    def executions(self) -> str:
        """How the ARNs of its executions begin."""
        return arn_here("states", f"execution:{self.name_here}")

    def grant_start(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody start executions."""
        return self._give(who, ("states:StartExecution",), self.start_arn, when)

    def grant_start_sync(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody start executions of an express machine and wait for what they give."""
        return self._give(who, ("states:StartSyncExecution",), self.start_arn, when)

    def grant_read(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody see the definition, the executions, and what happened in them."""
        self._give(who, READ_EXECUTION, f"{self.executions}:*", when)
        return self._give(who, READ_MACHINE, self.arn, when)

    def grant_stop(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody stop executions."""
        return self._give(who, ("states:StopExecution",), f"{self.executions}:*", when)

    def grant_task_response(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody answer tasks that wait, by their token."""
        return self._give(who, ANSWER, self.arn, when)

    def metric(self, name: str, *, statistic: str | None = None, period: int = 300) -> Metric:
        """What Step Functions says of the machine: `ExecutionsFailed`, `ExecutionsTimedOut`, `ExecutionTime`, …

        Counts are added up, times averaged, unless another `statistic` is given.
        Source: Step Functions Developer Guide, monitoring with CloudWatch.
        """
        usual = "Average" if name in _AMOUNTS else "Sum"
        return Metric(
            "AWS/States", name, {"StateMachineArn": self.arn}, statistic=statistic or usual, period=period
        )  # fmt: skip

    def _give(self, who: Any, actions: Sequence[str], on: str, when: Conditions | None) -> Grant:
        return give(who, actions, on=[on], through=self._refuse, when=when)

    def _refuse(self, statement: Statement) -> NoReturn:
        raise ConstructError(
            f"{self.node.path}: a state machine has no policy of its own", place=caller(),
            fix="give the permission to a role, a user, a group or a function",
        )  # fmt: skip


@construct
class StateMachine(MachineAccess):
    """A state machine with a role of its own, which may do what its tasks do, and nothing else.

    - `definition`: states, led from one to the next with `>>` (`from awsdeck import states`):
      `states.invoke("Check", check) >> states.Choice("Fine?").when(…) >> states.Succeed("Done")`.
    - `type`: "standard", each step done exactly once, for up to a year; or "express", at least once, for up to five
      minutes, cheap in masses. It cannot be changed later.
    - `query_language`: "JSONPath" (`var("$.x")`) or "JSONata" (`expr("$states.input.x")`).
    - `timeout`: seconds after which an execution fails. `comment`: what the machine is for.
    - `role`: an `IAMRole`, made here or existing, which gets the permissions; or the ARN of one that has them all. Left
      out, one is made ("Role").
    - `logs`: a log group for what happens; `log_level`: "error" or "all" events of it, "fatal" those that end executions,
      or "off". Left out, a standard machine logs nothing (it keeps its history for 90 days), an express one, of which
      nothing else remains, its errors. Without `logs`, a log group is made ("Logs"). `log_data`: inputs and results too.
    - `tracing`: X-Ray follows executions through.
    - `key`: a customer key to encrypt definition and history with.
    - `name`: a fixed name, at most 80 characters; leave it out unless somebody else needs to know it.

    What is wrong with a state is told at its own line, such as a path that cannot be read; what is wrong with the whole at
    the machine's: states that nobody reaches, names taken twice. `from_file` takes a definition written in Amazon States Language.

    Source: Step Functions Developer Guide; course notes, Step Functions.
    """

    definition: State | Chain | DefinitionFile
    type: Literal["standard", "express"] = "standard"
    query_language: Literal["JSONPath", "JSONata"] = "JSONPath"
    name: str | None = None
    comment: str | None = None
    timeout: int | None = None
    role: IAMRole | ExistingRole | str | None = None
    logs: LogGroupAccess | None = None
    log_level: Literal["off", "error", "fatal", "all"] | None = None
    log_data: bool = False
    tracing: bool = False
    key: KeyAccess | str | None = None

    revision = attribute("StateMachineRevisionId")

    def build(self) -> None:
        """Make the role, its permissions, the log group and the machine."""
        given = self.role
        self.execution_role: IAMRole | ExistingRole
        if given is None:
            self.execution_role = IAMRole(self, "Role", assumed_by="states.amazonaws.com")
        elif isinstance(given, str):
            self.execution_role = IAMRole.from_arn(self, "Role", given)
        else:
            self.execution_role = given
        self.log_group = self._log_group()
        text = self._text()
        policy = None if isinstance(given, str) else self._own_policy()
        made = resource_class(MACHINE)(
            self,
            MAIN,
            StateMachineName=self.name,
            StateMachineType=self.type.upper(),
            DefinitionString=text,
            RoleArn=self.execution_role.arn,
            LoggingConfiguration=self._logging(),
            TracingConfiguration={"Enabled": True} if self.tracing else None,
            EncryptionConfiguration=None
            if self.key is None
            else {"Type": "CUSTOMER_MANAGED_KMS_KEY", "KmsKeyId": key_arn(self.key)},
        )
        if policy is not None:
            made.node.depends_on(policy)
        if not isinstance(given, str):
            for need in self._needs:
                need(self, self.execution_role)

    def _text(self) -> str:
        given = self.definition
        if isinstance(given, DefinitionFile):
            self._needs, self._early = given.needs, []
            text = to_json(given.read(self.node.root_app.folder))
            self._places: dict[str, Place | None] = given.places
            return text
        start = first_of(given)
        wrong = list(tangles(start, self))
        if wrong:
            raise ConstructError(
                "\n".join(f"{self.node.path}: {one}" for one in wrong), place=caller(),
                fix="every state is reached from the first, once, under a name of its own",
            )  # fmt: skip
        states = everything(start)
        self._places = {state.name: state.source for state in states}
        for state in states:
            state.machine = self
        self._needs = [need for state in states for need in state.needs]
        self._early = [statement for state in states for statement in state.early]
        body: dict[str, Any] = {} if self.comment is None else {"Comment": self.comment}
        if self.query_language != "JSONPath":
            body["QueryLanguage"] = self.query_language
        if self.timeout is not None:
            body["TimeoutSeconds"] = self.timeout
        return to_json({**body, **flow(start, self.query_language)})

    def element_at(self, name: str) -> Place | None:
        """Where a state of the definition was made, or stands in its file, by its name; None for another name."""
        return self._places.get(name)

    def _log_group(self) -> LogGroupAccess | None:
        level = self.log_level or ("off" if self.type == "standard" and self.logs is None else "error")
        if level == "off":
            return None
        return self.logs or LogGroup(self, "Logs")

    def _logging(self) -> dict[str, Any] | None:
        if self.log_group is None:
            return None
        return {
            "Level": (self.log_level or "error").upper(),
            "IncludeExecutionData": self.log_data,
            "Destinations": [{"CloudWatchLogsLogGroup": {"LogGroupArn": self.log_group.arn}}],
        }

    def _own_policy(self) -> Resource | None:
        """What Step Functions asks for when the machine is made, apart from what its tasks need later."""
        document = Document(self._early)
        if self.log_group is not None:
            document.add(Statement(DELIVERY, ["*"]))
        if self.tracing:
            document.add(Statement(TRACE, ["*"]))
        opened = own_statement(self.execution_role, self.key, ("kms:Decrypt", "kms:GenerateDataKey"), via="states")
        if opened is not None:
            document.add(opened)
        if not document.statements:
            return None
        return resource_class("AWS::IAM::Policy")(
            self,
            "Policy",
            PolicyName=f"{self.node.plain_id}Policy",
            PolicyDocument=document,
            Roles=[self.execution_role.role_name],
        )

    def allow(
        self, *actions: str, on: str | Sequence[str], when: Conditions | None = None, sid: str | None = None
    ) -> Grant:
        """Let the machine's role do something more."""
        granted: Grant = self.execution_role.allow(*actions, on=on, when=when, sid=sid)
        return granted

    def as_principal(self) -> Principal:
        """The machine's role as a principal of a resource's policy."""
        return self.execution_role.as_principal()

    # versions

    def version(self, id: str = "Version", *, description: str | None = None) -> StateMachineVersion:
        """The definition and role as they are now, under a number; a changed definition makes the next one.

        Earlier ones stay when the next is made, as long as nobody deletes them.
        """
        return StateMachineVersion(self, id, of=self, description=description)

    def alias(
        self,
        name: str,
        *,
        version: StateMachineVersion | None = None,
        weights: Mapping[StateMachineVersion | str, int] | None = None,
        shift: Literal["all-at-once", "canary", "linear"] = "all-at-once",
        percent: int | None = None,
        interval: int | None = None,
        rollback_on: Sequence[AlarmAccess] = (),
        description: str | None = None,
    ) -> StateMachineAlias:
        """A name that leads to a version, the current one unless another is given.

        - `weights`: instead, the percents of executions that one or two versions get; they add up to 100.
        - `shift`: when there is a new version, executions move there "all-at-once", `percent` of them for `interval`
          minutes and then all ("canary"), or `percent` more every `interval` minutes ("linear"). An alarm of
          `rollback_on` leads them back.
        """
        word = "".join(piece[:1].upper() + piece[1:] for piece in name.replace("_", "-").split("-"))
        return StateMachineAlias(
            self, word, of=self, name=name, version=version, weights=weights, shift=shift, percent=percent,
            interval=interval, rollback_on=rollback_on, description=description,
        )  # fmt: skip

    @staticmethod
    def from_file(
        scope: Construct,
        id: str,
        path: str | PathLike[str],
        *,
        substitutions: Mapping[str, Filling] | None = None,
        **options: Unpack[Options],
    ) -> StateMachine:
        """A state machine whose definition is written in a file of the project, in JSON or YAML.

        - `substitutions`: what stands for `${Name}` in it: text, numbers, deploy-time values, or a construct: a function
          (its ARN), queue (its URL), topic (its ARN), table (its name) or state machine (its ARN), which the role may then
          use: invoke, send, publish, read and write, start.
        - Other keywords as for `StateMachine`; what else the tasks need is given with `machine.allow(…)`.
        """
        return StateMachine(scope, id, definition=DefinitionFile(path, substitutions or {}), **options)

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str) -> ExistingStateMachine:
        """A state machine that exists already, by ARN."""
        example = "arn:aws:states:eu-west-1:123456789012:stateMachine:orders"
        arn = checked_arn(arn, "states", example, r"stateMachine:[^:]+")
        name = select(6, split(":", arn)) if has_marker(arn) else arn.rpartition(":")[2]
        executions = f"arn:{part(arn, 1)}:states:{part(arn, 3)}:{part(arn, 4)}:execution:{name}"
        return ExistingStateMachine(scope, id, values={"arn": arn, "name_here": name}, begins=executions)


@construct
class ExistingStateMachine(Existing, MachineAccess):
    """A state machine made elsewhere; see `StateMachine.from_arn`."""

    WHAT = "state machine"
    begins: str

    @property
    def executions(self) -> str:
        """How the ARNs of its executions begin."""
        return self.begins


@construct
class StateMachineVersion(Construct):
    """A state machine as it was at one time; made by `machine.version()`."""

    of: StateMachine
    description: str | None = None

    arn = attribute("Arn")

    def build(self) -> None:
        """Make the version, which stays when the next one takes its place."""
        resource_class(VERSION)(
            self,
            MAIN,
            StateMachineArn=self.of.arn,
            StateMachineRevisionId=self.of.revision,
            Description=self.description,
        )
        self.node.retain()

    def __hash__(self) -> int:  # type checkers take constructs for data that is compared by value
        return id(self)


@construct
class StateMachineAlias(MachineAccess):
    """A name that leads to versions of a state machine; made by `machine.alias(…)`.

    It is started as a machine is. Source: Step Functions Developer Guide, managing deployments with versions and aliases.
    """

    of: StateMachine
    name: str
    version: StateMachineVersion | None = None
    weights: Mapping[StateMachineVersion | str, int] | None = None
    shift: Literal["all-at-once", "canary", "linear"] = "all-at-once"
    percent: int | None = None
    interval: int | None = None
    rollback_on: Sequence[AlarmAccess] = ()
    description: str | None = None

    def build(self) -> None:
        """Make the alias, and a version when none is given."""
        vars(self)["name_here"] = self.of.name_here
        if self.weights is not None and (self.version is not None or self.shift != "all-at-once"):
            raise ConstructError(
                f"{self.node.path}: weights= say for good which versions run, version= and shift= how a new one comes",
                place=caller(), fix="give one or the other",
            )  # fmt: skip
        resource_class(ALIAS)(
            self,
            MAIN,
            Name=self.name,
            Description=self.description,
            RoutingConfiguration=None
            if self.weights is None
            else [
                {"StateMachineVersionArn": one if isinstance(one, str) else one.arn, "Weight": weight}
                for one, weight in self.weights.items()
            ],
            DeploymentPreference=self._preference() if self.weights is None else None,
        )

    def _preference(self) -> dict[str, Any]:
        version = self.version
        if version is None:
            made = self.of.node.children.get("Version")
            version = made if isinstance(made, StateMachineVersion) else self.of.version()
        return {
            "StateMachineVersionArn": version.arn,
            "Type": self.shift.upper().replace("-", "_"),
            "Percentage": self.percent,
            "Interval": self.interval,
            "Alarms": [alarm.alarm_name for alarm in self.rollback_on] or None,
        }


@construct
class StateMachineActivity(Construct):
    """Work that somebody outside of AWS, or on your own machines, fetches and answers; `states.ask` asks for it.

    - `name`: at most 80 characters. `key`: a customer key to encrypt it with.

    Source: Step Functions Developer Guide, activities.
    """

    name: str
    key: KeyAccess | str | None = None

    arn = ref()

    def build(self) -> None:
        """Make the activity."""
        resource_class(ACTIVITY)(
            self,
            MAIN,
            Name=self.name,
            EncryptionConfiguration=None
            if self.key is None
            else {"Type": "CUSTOMER_MANAGED_KMS_KEY", "KmsKeyId": key_arn(self.key)},
        )

    def grant_work(self, who: Grantee) -> Grant:
        """Let a worker fetch tasks and answer them."""
        granted: Grant = who.allow("states:GetActivityTask", *ANSWER, on=self.arn)
        return granted
