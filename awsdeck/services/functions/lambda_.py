"""AWS Lambda: functions, what they may do, their versions and aliases, and layers.

Source: Lambda Developer Guide; course notes, Lambda.
"""

from __future__ import annotations

import hashlib
import json
import re

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.functions.runtimes import family
from ...rules.limits import FUNCTION_MEMORY_DEFAULT, FUNCTION_TIMEOUT_DEFAULT
from ...source import caller
from ...tokens import attribute_of, has_marker, referent_of, select, split
from ..cloudwatch.logs import LogGroup, LogGroupAccess
from ..existing import arn_here, checked_arn, checked_name, part
from ..hints import check
from ..messaging.sns import TopicAccess
from ..messaging.sqs import QueueAccess
from ..security.iam import ExistingRole, IAMRole
from ..security.keys import KeyAccess, key_arn, own_statement
from ..security.policy import Document, Statement
from .code import Asset, Image, Inline, code_of, location, package
from .invocable import Invocable
from .triggers import granted_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike
    from typing import Any, Literal

    from ...assets.packing import Package
    from ...resource import Resource
    from ...tokens import Token
    from ..vpc.connections import Connections
    from ..vpc.securitygroup import SecurityGroupAccess
    from ..vpc.subnet import SubnetChoice, VPCAccess
    from .rollout import Rollout

    Runtime = Literal[
        "python3.14", "python3.13", "python3.12", "python3.11", "python3.10", "nodejs24.x", "nodejs22.x", "nodejs20.x",
        "java25", "java21", "java17", "java11", "java8.al2", "dotnet10", "dotnet8", "ruby4.0", "ruby3.4", "ruby3.3",
        "provided.al2023", "provided.al2",
    ]  # fmt: skip
    Architecture = Literal["x86_64", "arm64"]
    Destination = QueueAccess | TopicAccess | Invocable

FUNCTION = "AWS::Lambda::Function"
VERSION = "AWS::Lambda::Version"
ALIAS = "AWS::Lambda::Alias"
LAYER = "AWS::Lambda::LayerVersion"
INVOKE_CONFIG = "AWS::Lambda::EventInvokeConfig"

NETWORK = (
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
)
"""What it takes to stand in a VPC. Source: Lambda Developer Guide, execution role permissions for a VPC."""

UNVERSIONED = frozenset((
    "CodeSigningConfigArn", "FunctionScalingConfig", "PublishToLatestPublished", "RecursiveLoop",
    "ReservedConcurrentExecutions", "Tags",
))  # fmt: skip
"""Properties that belong to the function and not to a version of it."""


@construct
class LambdaFunction(Invocable):
    """A function with a role of its own that may write its logs and what it is granted, nothing else.

    - `code`: a file or directory of the project (`"src/worker"`, or `asset(…)` for its options), `inline("…")`, or a
      container image by its URI in ECR. A `requirements.txt` in the directory brings its packages along.
    - `handler`: `app.handle` is the function `handle` in `app.py`; it is looked for in the code. Images have theirs.
    - `runtime`: such as "python3.13"; none for images. `architecture`: "x86_64" or "arm64".
    - `timeout`: seconds, 1 to 900; `memory`: MB, 128 to 10,240; `storage`: MB of /tmp, 512 to 10,240.
    - `environment`: text by name, 4 KB in all; `key` is a `KMSKey`, or the ARN of one, to encrypt it with.
    - `layers`: `LambdaLayer`s or ARNs, at most 5.
    - `role`: an `IAMRole`, made here or existing, which gets the permissions too; or the ARN of one that has them
      all. Left out, one is made.
    - `dead_letter`: a queue or topic for events that failed; `on_failure`, `on_success`: where the outcome of
      asynchronous invocations goes; `retries` 0 to 2, `max_age` of an event 60 to 21,600 seconds. Aliases have the same.
    - `vpc`: the function stands in this VPC, in `subnets` ("private" or the name of a group, or a list; by default
      private ones, else isolated), behind `security_groups`; left out, it gets one of its own ("SecurityGroup"), which
      `connections` opens to others. Without `vpc` both are lists of ids.
    - `tracing`: X-Ray follows requests through.
    - `log_retention`: days its log group keeps events (30; None for ever). The log group is part of the stack under a
      name that CloudFormation makes, so that it never collides with one left behind. `log_to`: a `LogGroup` to write to
      instead. What is counted or forwarded hangs on `log_group`.
    - `log_format`: "text" or "json".
    - `reserved_concurrency`: how many run at once at most, taken from the account's share; 0 stops it.
    - `snap_start`: versions start from a snapshot.
    - `name`: a fixed name, at most 64 characters; leave it out unless somebody else needs to know it.

    Source: Lambda Developer Guide; course notes, Lambda.
    """

    code: str | PathLike[str] | Asset | Inline | Image
    handler: str | None = None
    runtime: Runtime | Token | None = None
    architecture: Architecture = "x86_64"
    name: str | None = None
    description: str | None = None
    timeout: int | Token = FUNCTION_TIMEOUT_DEFAULT
    memory: int | Token = FUNCTION_MEMORY_DEFAULT
    storage: int | Token | None = None
    environment: Mapping[str, str] | None = None
    key: KeyAccess | str | None = None
    layers: Sequence[LambdaLayer | str] = ()
    role: IAMRole | ExistingRole | str | None = None
    dead_letter: QueueAccess | TopicAccess | None = None
    on_failure: Destination | None = None
    on_success: Destination | None = None
    retries: int | None = None
    max_age: int | None = None
    vpc: VPCAccess | None = None
    subnets: SubnetChoice = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    tracing: bool = False
    log_retention: int | None = 30
    log_to: LogGroupAccess | None = None
    log_format: Literal["text", "json"] = "text"
    reserved_concurrency: int | Token | None = None
    snap_start: bool = False

    arn = attribute("Arn")
    function_name = ref()

    def build(self) -> None:
        """Make the role, the log group and the function."""
        self._code = code_of(self.code)
        self._environment = dict(self.environment or {})
        given = self.role
        self.owns_role = not isinstance(given, str)
        self.execution_role: IAMRole | ExistingRole
        if given is None:
            self.execution_role = IAMRole(self, "Role", assumed_by="lambda.amazonaws.com")
        elif isinstance(given, str):
            self.execution_role = IAMRole.from_arn(self, "Role", given)
        elif isinstance(given, IAMRole | ExistingRole):
            self.execution_role = given
        else:
            raise ConstructError(
                f"{self.node.path}: a {type(given).__name__} is not a role", place=caller(),
                fix="give an IAMRole or an ARN, or leave it out",
            )  # fmt: skip
        self._vpc_config = self._network()
        self.log_group: LogGroupAccess = self.log_to or LogGroup(self, "Logs", retention=self.log_retention)
        is_image = isinstance(self._code, Image)
        made = resource_class(FUNCTION)(
            self,
            MAIN,
            FunctionName=self.name,
            Description=self.description,
            Code=self._location(),
            PackageType="Image" if is_image else None,
            ImageConfig=self._image_config(),
            Handler=self._handler(),
            Runtime=self.runtime,
            Architectures=[self.architecture],
            Role=self.execution_role.arn,
            Timeout=self.timeout,
            MemorySize=self.memory,
            EphemeralStorage=None if self.storage is None else {"Size": self.storage},
            Environment={"Variables": self._environment} if self._environment else None,
            KmsKeyArn=key_arn(self.key),
            Layers=[layer.arn if isinstance(layer, LambdaLayer) else layer for layer in self.layers] or None,
            DeadLetterConfig=None if self.dead_letter is None else {"TargetArn": self.dead_letter.arn},
            VpcConfig=self._vpc_config,
            TracingConfig={"Mode": "Active"} if self.tracing else None,
            LoggingConfig={
                "LogGroup": self.log_group.log_group_name,
                "LogFormat": "JSON" if self.log_format == "json" else None,
            },
            ReservedConcurrentExecutions=self.reserved_concurrency,
            SnapStart={"ApplyOn": "PublishedVersions"} if self.snap_start else None,
        )
        policy = self._own_policy()
        if policy is not None:
            made.node.depends_on(policy)
        self._asynchronous(self, "$LATEST")

    # what it is made of

    def _location(self) -> dict[str, Any]:
        code = self._code
        if isinstance(code, Image):
            return {"ImageUri": code.uri}
        if isinstance(code, Inline):
            if not has_marker(code.text):
                end = ".py" if self.runtime is None or family(self.runtime) == "python" else ".js"
                self._check_handler([f"index{end}"], lambda _: code.text)
            return {"ZipFile": code.text}
        made = package(self, code, self.runtime, self.architecture)
        self._check_handler(made.names, lambda name: _text(made, name))
        self._check_size(made)
        return location(self, made)

    def _handler(self) -> str | None:
        return "index.handler" if self.handler is None and isinstance(self._code, Inline) else self.handler

    def _check_handler(self, names: Sequence[str], read: Callable[[str], str | None]) -> None:
        handler = self._handler()
        if handler is None or self.runtime is None or has_marker(handler) or has_marker(self.runtime):
            return
        from ...assets.handlers import missing

        wrong = missing(handler, family(self.runtime), names, read, complete=not self.layers)
        if wrong is not None:
            raise ConstructError(f"{self.node.path}: {wrong.message}", place=caller(), fix=wrong.fix)

    def _check_size(self, made: Package) -> None:
        from ...assets.packing import UNZIPPED_MOST, biggest

        parts = [(made.source, made.size)]
        parts += [(layer.node.path, layer.package.size) for layer in self.layers if isinstance(layer, LambdaLayer)]
        total = sum(size for _, size in parts)
        if total > UNZIPPED_MOST:
            raise ConstructError(
                f"{self.node.path}: the code and its layers have {total:,} bytes unzipped and Lambda takes "
                f"{UNZIPPED_MOST:,}: {biggest(parts)}",
                place=caller(),
                fix="leave files out with asset(…, ignore=[…]), or make it an image",
            )

    def _image_config(self) -> dict[str, Any] | None:
        code = self._code
        if not isinstance(code, Image) or not (code.command or code.entry_point or code.working_directory):
            return None
        return {
            "Command": code.command or None,
            "EntryPoint": code.entry_point or None,
            "WorkingDirectory": code.working_directory,
        }

    def _network(self) -> dict[str, Any] | None:
        self._connections: Connections | None = None
        if self.vpc is None and not self.subnets and not self.security_groups:
            return None
        from .functionnetwork import placed

        self._connections, ids = placed(self, self.vpc, self.subnets, self.security_groups)
        return {"SubnetIds": ids, "SecurityGroupIds": self._connections.group_ids}

    def _own_policy(self) -> Resource | None:
        """What the function needs before it can be made, apart from what is granted to it later."""
        if not self.owns_role:
            return None
        document = Document([Statement(["logs:CreateLogStream", "logs:PutLogEvents"], [self.log_group.arn])])
        if self.tracing:
            document.add(Statement(["xray:PutTelemetryRecords", "xray:PutTraceSegments"], ["*"]))
        if self._vpc_config is not None:
            document.add(Statement(NETWORK, ["*"]))
        failed = self.dead_letter
        if failed is not None:
            document.add(
                Statement(["sqs:SendMessage" if isinstance(failed, QueueAccess) else "sns:Publish"], [failed.arn])
            )
            through = "sqs" if isinstance(failed, QueueAccess) else "sns"
            sealed = own_statement(self, failed.key, ("kms:GenerateDataKey", "kms:Decrypt"), via=through)
            if sealed is not None:
                document.add(sealed)
        opened = own_statement(self, self.key, ("kms:Decrypt",), via="lambda")
        if opened is not None:
            document.add(opened)
        return resource_class("AWS::IAM::Policy")(
            self,
            "Policy",
            PolicyName=f"{self.node.plain_id}Policy",
            PolicyDocument=document,
            Roles=[self.execution_role.role_name],
        )

    def _asynchronous(self, target: Invocable, qualifier: str) -> None:
        """What becomes of asynchronous invocations of the function or one of its aliases."""
        places = {"OnFailure": self.on_failure, "OnSuccess": self.on_success}
        destinations = {name: place for name, place in places.items() if place is not None}
        if not destinations and self.retries is None and self.max_age is None:
            return
        grants = [granted_to(target, place) for place in destinations.values()]
        arns = {
            name: {"Destination": place.invoke_arn if isinstance(place, Invocable) else place.arn}
            for name, place in destinations.items()
        }
        made = resource_class(INVOKE_CONFIG)(
            target,
            "Asynchronous",
            FunctionName=self.function_name,
            Qualifier=qualifier,
            DestinationConfig=arns or None,
            MaximumRetryAttempts=self.retries,
            MaximumEventAgeInSeconds=self.max_age,
        )
        if target is not self:
            made.node.depends_on(target.node.resource)
        for grant in grants:
            if grant is not None and grant.policy is not None:
                made.node.depends_on(grant.policy)

    # what can be done with it

    @property
    def invoke_arn(self) -> str:
        """The function's ARN, which always runs the newest code."""
        return self.arn

    @property
    def function(self) -> LambdaFunction:
        """This function."""
        return self

    @property
    def connections(self) -> Connections:
        """To whom the function may connect. Raises `ConstructError` when it stands in no VPC."""
        if self._connections is None:
            raise ConstructError(
                f"{self.node.path} stands in no VPC, so it has no security group", place=caller(), fix="give it vpc="
            )
        return self._connections

    def add_environment(self, name: str, value: str) -> None:
        """Give the function one more environment variable."""
        self._environment[name] = value
        self.node.resource.set(Environment={"Variables": self._environment})

    def version(self, number: str | None = None) -> LambdaVersion:
        """The code and configuration as they are in this stack, published; or a published version by its number.

        A version is published again whenever code, layers or configuration change, and only then. Earlier ones are
        kept.
        """
        if number is not None:
            if not has_marker(number) and not re.fullmatch(r"\d+|\$LATEST", str.__str__(number)):
                raise ConstructError(f"{number!r} is no version", place=caller(), fix='its number, such as "7"')
            return LambdaVersion(self, str.__str__(number) if type(number) is str else number)
        made = self.node.children.get("Version")
        if made is None:
            made = CurrentVersion(self, "Version", function=self)
        return LambdaVersion(self, attribute_of(made.node.resource, "Version"), made)

    def alias(
        self,
        name: str,
        version: LambdaVersion | str | None = None,
        *,
        weights: Mapping[LambdaVersion | str, float] | None = None,
        provisioned_concurrency: int | Token | None = None,
        description: str | None = None,
        previous_weight: float | None = None,
        canary_step: float | None = None,
    ) -> LambdaAlias:
        """A name that leads to a version, the current one unless another is given.

        `weights` sends a share of the invocations (0.1 is 10 %) to one other version. `provisioned_concurrency`
        executions are kept ready. Callers use the alias: `live = worker.alias("live"); live.on(orders)`.

        How a share grows can be told, and is checked: `previous_weight`, and `canary_step`, by how much at once.
        """
        return LambdaAlias(
            self, _word(name), target=self, name=name, version=self._version(version, name),
            weights={self._version(other, name): share for other, share in (weights or {}).items()},
            provisioned_concurrency=provisioned_concurrency, description=description, previous_weight=previous_weight,
            canary_step=canary_step,
        )  # fmt: skip

    def publish(
        self,
        name: str,
        *,
        canary: int | None = None,
        linear: int | None = None,
        every: str | int | None = None,
        rollback_on: Any = None,
        before: Invocable | None = None,
        after: Invocable | None = None,
        provisioned_concurrency: int | Token | None = None,
        description: str | None = None,
    ) -> LambdaAlias:
        """An alias of the current version that CodeDeploy moves gradually whenever there is a new one.

        `canary=10, every="5m"`: 10 % of the invocations for 5 minutes, then all; `linear=10, every="1m"`: 10 % more
        every minute; neither: all at once. `rollback_on`: alarms, one of which takes everything back. `before` and
        `after`: functions that must agree before and after the move; their roles may tell CodeDeploy so.
        """
        from .rollout import Rollout

        alias = self.alias(name, provisioned_concurrency=provisioned_concurrency, description=description)
        alias.rollout = Rollout(
            self, f"{alias.node.id}Rollout", target=alias, canary=canary, linear=linear, every=every,
            rollback_on=rollback_on, before=before, after=after,
        )  # fmt: skip
        return alias

    @staticmethod
    def from_name(scope: Construct, id: str, name: str) -> ExistingFunction:
        """A function of this account and region that exists already; it can be invoked and given sources."""
        checked_name(name, pattern=r"[\w-]{1,140}")
        return ExistingFunction(scope, id, function_arn=arn_here("lambda", f"function:{name}"), function_name=name)

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str) -> ExistingFunction:
        """A function that exists already, by ARN."""
        example = "arn:aws:lambda:eu-west-1:123456789012:function:worker"
        arn = checked_arn(arn, "lambda", example, r"function:[\w-]+(:[\w$-]+)?")
        whole = part(arn, 5)
        name = select(1, split(":", whole)) if has_marker(whole) else whole.partition(":")[2].partition(":")[0]
        return ExistingFunction(scope, id, function_arn=arn, function_name=name)

    def _version(self, given: LambdaVersion | str | None, alias: str) -> LambdaVersion:
        if given is None:
            return self.version()
        if not isinstance(given, LambdaVersion):
            return LambdaVersion(self, str.__str__(given) if type(given) is str else given)
        if given.function is not self:
            raise ConstructError(
                f"the alias {alias!r} of {self.node.path} cannot lead to a version of {given.function.node.path}",
                place=caller(), fix="use a version of the same function",
            )  # fmt: skip
        return given


@construct
class ExistingFunction(Invocable):
    """A function made elsewhere; see `LambdaFunction.from_name`. Its role must bring what its sources take."""

    function_arn: str
    function_name: str
    owns_role = False

    @property
    def arn(self) -> str:
        """The function's ARN."""
        return self.function_arn

    @property
    def invoke_arn(self) -> str:
        """The function's ARN."""
        return self.function_arn

    @property
    def function(self) -> ExistingFunction:
        """This function."""
        return self

    @property
    def execution_role(self) -> IAMRole:
        """Refuse: nobody here knows it. Raises `ConstructError`."""
        raise ConstructError(
            f"{self.node.path} exists already, and its role is not known here", place=caller(),
            fix="give the permission to the role itself: IAMRole.from_name(…)",
        )  # fmt: skip

    def build(self) -> None:
        """Add nothing to the template."""


class LambdaVersion:
    """A published version: the current one of `function.version()`, or an earlier one by its number."""

    __slots__ = ("function", "number", "construct")

    def __init__(self, function: LambdaFunction, number: str, construct: Construct | None = None) -> None:
        self.function = function
        self.number = number
        self.construct = construct

    @property
    def arn(self) -> str:
        """The version's own ARN."""
        if self.construct is not None:
            return self.construct.node.resource.ref
        return f"{self.function.arn}:{self.number}"


@construct
class CurrentVersion(Construct):
    """The version of what stands in the stack now; its logical id carries a hash of code, layers and configuration."""

    function: LambdaFunction

    arn = ref()

    def build(self) -> None:
        """Make the version, which stays in AWS when the next one takes its place."""
        made = resource_class(VERSION)(self, MAIN, FunctionName=self.function.function_name)
        made.node.retain()

    def settle(self) -> None:
        """Put the hash into the logical id, once nothing can change the function any more."""
        main = self.node.resource.node
        if main.fixed_id is None:
            held = {
                name: value for name, value in self.function.node.resource.properties.items() if name not in UNVERSIONED
            }
            layers = [made.properties for made in map(_layer_here, self.function.layers) if made is not None]
            if layers:  # the function holds their references alone, which stay as they are when a layer changes
                held["Layers' own"] = layers
            digest = hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()
            main.fixed_id = f"{main.plain_id}{digest[:10].upper()}"


@construct
class LambdaAlias(Invocable):
    """A name that leads to a version; made by `function.alias(…)` or `function.publish(…)`."""

    target: LambdaFunction
    name: str
    version: LambdaVersion
    weights: Mapping[LambdaVersion, float] = {}
    provisioned_concurrency: int | Token | None = None
    description: str | None = None
    previous_weight: float | None = None
    canary_step: float | None = None

    arn = ref()

    def build(self) -> None:
        """Make the alias."""
        self.rollout: Rollout | None = None
        weights = [{"FunctionVersion": one.number, "FunctionWeight": share} for one, share in self.weights.items()]
        ready = self.provisioned_concurrency
        resource_class(ALIAS)(
            self,
            MAIN,
            FunctionName=self.target.function_name,
            FunctionVersion=self.version.number,
            Name=self.name,
            Description=self.description,
            RoutingConfig={"AdditionalVersionWeights": weights} if weights else None,
            ProvisionedConcurrencyConfig=None if ready is None else {"ProvisionedConcurrentExecutions": ready},
        )
        self.target._asynchronous(self, self.name)
        check(
            self,
            weight=max(self.weights.values(), default=None),
            previous_weight=self.previous_weight,
            canary_step=self.canary_step,
        )

    @property
    def invoke_arn(self) -> str:
        """The alias's ARN."""
        return self.arn

    @property
    def function(self) -> LambdaFunction:
        """The function it leads to."""
        return self.target

    def _dimensions(self) -> dict[str, str]:
        name = self.target.function_name
        return {"FunctionName": name, "Resource": f"{name}:{self.name}"}


@construct
class LambdaLayer(Construct):
    """Files that several functions share, below /opt; Python packages belong into a folder `python`.

    - `code`: a directory or file of the project, a zip that is used as it is, or `asset(…)`. What its
      `requirements.txt` asks for is put into the folder `python`, for the one Python in `runtimes`.
    - `runtimes` and `architectures` say for which functions it is.

    Every change makes a new version; earlier ones are deleted. Source: Lambda Developer Guide, Lambda layers.
    """

    code: str | PathLike[str] | Asset
    runtimes: Sequence[Runtime] = ()
    architectures: Sequence[Architecture] = ()
    name: str | None = None
    description: str | None = None
    licence: str | None = None

    arn = ref()

    def build(self) -> None:
        """Make the layer."""
        code = code_of(self.code)
        if not isinstance(code, Asset):
            raise ConstructError(
                f"{self.node.path}: a layer is made of files", place=caller(), fix="give a directory of the project"
            )
        pythons = [runtime for runtime in self.runtimes if not has_marker(runtime) and family(runtime) == "python"]
        runtime = pythons[0] if len(pythons) == 1 else None
        machines = [one for one in self.architectures if not has_marker(one)] or ["x86_64"]
        made = [package(self, code, runtime, machine, below="python/") for machine in dict.fromkeys(machines)]
        if len({one.hash for one in made}) > 1:
            raise ConstructError(
                f"{self.node.path}: the packages differ between {' and '.join(machines)}", place=caller(),
                fix="make a layer for each, with one of them in architectures=",
            )  # fmt: skip
        self.package: Package = made[0]
        resource_class(LAYER)(
            self,
            MAIN,
            LayerName=self.name,
            Description=self.description,
            Content=location(self, self.package),
            CompatibleRuntimes=list(self.runtimes) or None,
            CompatibleArchitectures=list(self.architectures) or None,
            LicenseInfo=self.licence,
        )


def _layer_here(layer: LambdaLayer | str) -> Resource | None:
    """The resource of a layer that is made in the app; None for one that is known by its ARN alone."""
    if isinstance(layer, LambdaLayer):
        return layer.node.resource
    made = referent_of(layer)
    return made[0] if made is not None and getattr(made[0], "TYPE", None) == LAYER else None


def _text(made: Package, name: str) -> str | None:
    """The text of one of the project's own files; None for a package's."""
    return made.read(name).decode("utf-8", "replace") if name in made.files else None


def _word(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.findall(r"[A-Za-z0-9]+", name)) or "Alias"
