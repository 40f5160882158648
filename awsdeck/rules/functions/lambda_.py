"""AWS Lambda: what the documentation demands beyond the resource schema."""

from __future__ import annotations

import re

from ..limits import (
    CONCURRENCY_ACCOUNT,
    CONCURRENCY_UNRESERVED,
    FUNCTION_ENVIRONMENT_MOST,
    FUNCTION_LAYERS_MOST,
    FUNCTION_MEMORY_DEFAULT,
    FUNCTION_MEMORY_MOST,
    FUNCTION_STORAGE_DEFAULT,
    FUNCTION_STORAGE_MOST,
    FUNCTION_TIMEOUT_MOST,
    INLINE_CODE_MOST,
    MANAGED_MEMORY_MOST,
    MANAGED_TIMEOUT_MOST,
    SHORTEST_ARN,
)
from ..policies.access import FUNCTION, PERMISSION, QUEUE, ROLE, fifo, literal
from ..vocabulary import (
    ABSENT,
    AtLeast,
    Between,
    Length,
    Matches,
    OneOf,
    Present,
    Rule,
    Unset,
    Violation,
    as_list,
    grouped,
    is_unknown,
    number,
    text,
    truth,
)
from . import aliases, eventsource, loops, reach, runtimes
from .aliases import ALIAS, MAPPING, VERSION

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View
    from ..vocabulary import Test

CONSTRUCT = "awsdeck::LambdaAlias"
INVOKE = "AWS::Lambda::EventInvokeConfig"
LAYER = "AWS::Lambda::LayerVersion"

# Source: Lambda Developer Guide, Defined runtime environment variables; cfn-lint E3663
RESERVED = frozenset((
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
))  # fmt: skip
_KEYS = ("AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_VARIABLE = r"[a-zA-Z][a-zA-Z0-9_]+"
_NAME = Matches(
    r"[a-zA-Z0-9_-]{1,64}|arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:function:[a-zA-Z0-9_-]{1,64}",
    "1 to 64 of A-Z a-z 0-9 - _, or the ARN of such a function",
)
_ARCHITECTURES = OneOf("x86_64", "arm64")


def _outside(view: View, name: str, test: Test) -> Iterator[Violation]:
    value = view.get(name)
    if test(value, view.mode) is False:
        yield Violation(tuple(name.split("/")), value=value, allowed=test.allowed(view.mode))


def _package(view: View) -> str | None:
    """`Zip` or `Image`, None when it cannot be told."""
    given = view.get("PackageType", "Zip")
    return given if given in ("Zip", "Image") else None


def _whole(view: View) -> Iterator[Violation]:
    package, image = _package(view), view.get("Code/ImageUri")
    if package == "Image":
        for name in ("Handler", "Runtime", "Layers"):
            if Unset()(view.get(name)) is False:
                yield Violation(
                    (name,), problem=f"a function from an image has its {name} in the image", fix=f"leave {name} out"
                )
    elif package == "Zip" and image is not ABSENT and not is_unknown(image):
        yield Violation(
            ("PackageType",),
            severity="warning",
            problem="Code.ImageUri goes with another PackageType than Zip",
            fix="set PackageType: Image",
        )
    elif package == "Zip" and not is_unknown(view.get("Code")):
        if Present()(view.get("Handler")) is False:
            yield Violation(
                ("Handler",), problem="a function from a zip file needs a Handler", fix="set Handler: file.function"
            )
        if Present()(view.get("Runtime")) is False and not view.has("RuntimeConfig"):
            newest = ", ".join(sorted({*runtimes.NEWEST.values()}))
            yield Violation(
                ("Runtime",),
                problem="a function from a zip file needs a Runtime",
                fix="set Runtime, for instance python3.14",
                allowed=f"a runtime that Lambda has, such as {newest}",
            )


def _timeout(view: View) -> Iterator[Violation]:
    managed = view.get("CapacityProviderConfig") is not ABSENT
    most = MANAGED_TIMEOUT_MOST if managed else FUNCTION_TIMEOUT_MOST
    yield from _outside(view, "Timeout", Between(1, most, "seconds"))


def _memory(view: View) -> Iterator[Violation]:
    managed = view.get("CapacityProviderConfig") is not ABSENT
    most = MANAGED_MEMORY_MOST if managed else FUNCTION_MEMORY_MOST
    yield from _outside(view, "MemorySize", Between(FUNCTION_MEMORY_DEFAULT, most, "MB"))


def _storage(view: View) -> Iterator[Violation]:
    most = MANAGED_MEMORY_MOST if view.has("AcceleratorConfig") else FUNCTION_STORAGE_MOST
    yield from _outside(view, "EphemeralStorage/Size", Between(FUNCTION_STORAGE_DEFAULT, most, "MB"))


def _code(view: View) -> Iterator[Violation]:
    code, runtime, handler = view.get("Code"), view.get("Runtime"), view.get("Handler")
    if not isinstance(code, dict) or is_unknown(code):
        return
    if "S3Bucket" in code and "S3Key" not in code:
        yield Violation(
            ("Code",),
            message="code in a bucket needs S3Key beside S3Bucket",
            fix="set S3Key to the name of the zip file",
        )
    if "ZipFile" not in code:
        return
    others = [name for name in ("S3Bucket", "ImageUri") if name in code]
    if others:
        yield Violation(
            ("Code", "ZipFile"), message="the code stands in the template or in {other}, not in both", other=others[0],
            fix="keep one of them",
        )  # fmt: skip
    if isinstance(runtime, str) and not is_unknown(runtime) and not runtimes.takes_inline_code(runtime):
        yield Violation(("Code", "ZipFile"), runtime=runtime)
    if _package(view) == "Image":
        yield Violation(
            ("Code", "ZipFile"), message="a function from an image has no code in the template", fix="set Code.ImageUri"
        )
    inline = code["ZipFile"]
    if isinstance(inline, str) and len(inline.encode("utf-8", "surrogatepass")) > INLINE_CODE_MOST:
        yield Violation(
            ("Code", "ZipFile"),
            message="code in the template has at most 4 MB, this has {size} bytes",
            fix="upload it to a bucket, and name it with S3Bucket and S3Key",
            allowed=f"at most {grouped(INLINE_CODE_MOST)} bytes",
            size=len(inline.encode("utf-8", "surrogatepass")),
        )
    if isinstance(handler, str) and not is_unknown(handler) and not handler.startswith("index."):
        yield Violation(
            ("Handler",),
            severity="warning",
            message="code in the template becomes a file called index, and {value} is not in it",
            fix="set Handler: index.{function}",
            value=handler,
            function=handler.rpartition(".")[2] or "handler",
        )


def _runtime(view: View) -> Iterator[Violation]:
    runtime = view.get("Runtime")
    if not isinstance(runtime, str) or is_unknown(runtime):
        return
    family = runtimes.family(runtime)
    newest = runtimes.NEWEST.get(family)
    if runtimes.newer(runtime):
        yield Violation(
            ("Runtime",),
            severity="warning",
            message="{value} is not a runtime known here; the newest known is {newest}",
            fix="make sure that Lambda has it in your region",
            value=runtime,
            newest=newest,
        )
    elif not runtimes.known(runtime):
        near = f"did you mean {newest}?" if newest else "use one that Lambda has, or an image"
        yield Violation(
            ("Runtime",),
            message="Lambda has no runtime {value}",
            value=runtime,
            fix=near,
            allowed=", ".join(sorted({*runtimes.NEWEST.values()})),
        )
    elif runtime in runtimes.LIFECYCLE:
        deprecated, closed, _ = runtimes.LIFECYCLE[runtime]
        now = runtimes.today()
        if closed <= now:
            yield Violation(("Runtime",), value=runtime, since=closed, newest=newest)
        elif deprecated <= now:
            yield Violation(
                ("Runtime",),
                severity="warning",
                message="{value} has been deprecated since {since}; from {closed} on no new functions are made with it",
                value=runtime,
                since=deprecated,
                closed=closed,
                newest=newest,
            )


def _environment(view: View) -> Iterator[Violation]:
    variables = view.get("Environment/Variables")
    if not isinstance(variables, dict) or is_unknown(variables):
        return
    size, open_ended = 0, False
    for name, value in variables.items():
        if str(name).startswith("Fn::"):
            return
        if value == {"Ref": "AWS::NoValue"}:
            continue
        size += len(str(name).encode("utf-8", "surrogatepass")) + _least(value)
        open_ended = open_ended or is_unknown(value)
        if name in RESERVED:
            secret = name in _KEYS
            yield Violation(
                ("Environment", "Variables", name),
                message="Lambda sets {name} itself",
                fix="let the function use its role" if secret else "choose another name",
                name=name,
            )
        elif not re.fullmatch(_VARIABLE, str(name)):
            yield Violation(
                ("Environment", "Variables", name),
                message="{name} cannot be the name of an environment variable",
                fix="begin with a letter, and go on with at least one letter, digit or underscore",
                name=name,
            )
    if size > FUNCTION_ENVIRONMENT_MOST:
        yield Violation(
            ("Environment", "Variables"),
            message="all environment variables together have at most 4 KB, names included; these have "
            + ("at least {size} bytes" if open_ended else "{size} bytes"),
            fix="move large values to Parameter Store or S3",
            allowed=f"at most {grouped(FUNCTION_ENVIRONMENT_MOST)} bytes",
            size=size,
        )


def _least(value: Any) -> int:
    """The bytes that a value has at least, whatever its references turn out to be."""
    if not isinstance(value, dict):
        written = text(value) if isinstance(value, str | int | float) and not is_unknown(value) else ""
        return len(written.encode("utf-8", "surrogatepass"))
    given = value.get("Fn::GetAtt")
    if given is not None:
        named = given[-1] if isinstance(given, list) and given else given
        return SHORTEST_ARN if isinstance(named, str) and named.endswith("Arn") else 0
    given = value.get("Fn::Sub")
    if given is not None:
        written = given[0] if isinstance(given, list) and given else given
        return (
            len(re.sub(r"\$\{[^}]*\}", "", written).encode("utf-8", "surrogatepass")) if isinstance(written, str) else 0
        )
    given = value.get("Fn::Join")
    if isinstance(given, list) and len(given) == 2 and isinstance(given[0], str) and isinstance(given[1], list):
        return sum(map(_least, given[1])) + len(given[0].encode("utf-8", "surrogatepass")) * (
            len(given[1]) - 1 if given[1] else 0
        )
    return 0


def _shape(view: View) -> Iterator[Violation]:
    layers = view.get("Layers")
    if Length(0, FUNCTION_LAYERS_MOST)(layers) is False:
        yield Violation(
            ("Layers",), problem=f"a function has at most {FUNCTION_LAYERS_MOST} layers", fix="merge layers"
        )
    known = as_list(layers) if isinstance(layers, list) else []
    for index, layer in enumerate(known):
        if layer in known[:index]:
            yield Violation(("Layers", index), problem="this layer is there already", fix="leave it out")
    architectures = view.get("Architectures")
    if isinstance(architectures, list):
        if Length(0, 1)(architectures) is False:
            yield Violation(("Architectures",), problem="a function has one architecture", fix="keep one")
        for index, one in enumerate(architectures):
            if _ARCHITECTURES(one) is False:
                yield Violation(
                    ("Architectures", index), problem=f"there is no architecture {one}", allowed="x86_64 or arm64"
                )
    yield from _network(view)
    name = view.get("FunctionName")
    if _NAME(name) is False:
        yield Violation(
            ("FunctionName",),
            problem="this is no name of a function",
            fix="choose another, or leave FunctionName out",
            allowed=_NAME.allowed(view.mode),
            value=name,
        )


def _network(view: View) -> Iterator[Violation]:
    groups, subnets = view.get("VpcConfig/SecurityGroupIds", []), view.get("VpcConfig/SubnetIds", [])
    for name, given, most in (("SecurityGroupIds", groups, 5), ("SubnetIds", subnets, 16)):
        if isinstance(given, list) and Length(0, most)(given) is False:
            yield Violation(
                ("VpcConfig", name), problem=f"a function has at most {most} of them", allowed=f"at most {most}"
            )
    if isinstance(groups, list) and isinstance(subnets, list) and bool(groups) is not bool(subnets):
        lacking = "SubnetIds" if groups else "SecurityGroupIds"
        yield Violation(
            ("VpcConfig", lacking),
            problem="a function in a VPC needs subnets and security groups",
            fix=f"set {lacking} too, or leave VpcConfig out",
        )


def _dead_letters(view: View) -> Iterator[Violation]:
    value = view.get("DeadLetterConfig/TargetArn")
    where = ("DeadLetterConfig", "TargetArn")
    found = view.graph.target(view, value) if view.graph is not None else None
    if found is not None:
        if found.view.type not in (QUEUE, "AWS::SNS::Topic"):
            if not found.view.type.startswith(("AWS::CloudFormation::", "Custom::")):
                yield Violation(where, target=found.view.id)
        elif fifo(found.view) is True:
            yield _first_in(where, found.view.id)
        return
    arn = literal(value)
    if arn and ":" in arn and arn.split(":")[2:3] not in (["sqs"], ["sns"]):
        yield Violation(where, target=arn)
    elif arn and arn.endswith(".fifo"):
        yield _first_in(where, arn)


def _destinations(view: View) -> Iterator[Violation]:
    for outcome in ("OnFailure", "OnSuccess"):
        for path, value in view.values(f"DestinationConfig/{outcome}/Destination"):
            found = view.graph.target(view, value) if view.graph is not None else None
            arn = literal(value)
            if found is not None and found.view.type in (QUEUE, "AWS::SNS::Topic") and fifo(found.view) is True:
                yield Violation(path, target=found.view.id)
            elif found is None and arn and arn.endswith(".fifo"):
                yield Violation(path, target=arn)


def _first_in(where: tuple[str, ...], target: str) -> Violation:
    return Violation(
        where,
        severity="warning",
        message="{target} is first-in-first-out, and Lambda sends failed events to standard queues and topics alone",
        fix="use a standard queue or topic",
        target=target,
    )


_TRACERS = (
    ("AWS::ApiGateway::Stage", "TracingEnabled"),
    ("AWS::StepFunctions::StateMachine", "TracingConfiguration/Enabled"),
    ("AWS::Serverless::Api", "TracingEnabled"),
)


def _tracing(graph: Graph) -> Iterator[Violation]:
    tracing: dict[int, View] = {}
    for type, prop in _TRACERS:
        for view in graph.of(type):
            if truth(view.get(prop)) is True:
                tracing.setdefault(id(view.member), view)
    for function in graph.of(FUNCTION) if tracing else ():
        mode = function.get("TracingConfig/Mode")
        if id(function.member) in tracing and not is_unknown(mode) and mode != "Active":
            yield Violation(("TracingConfig", "Mode"), view=function, tracer=tracing[id(function.member)].id)


def _asynchronous(view: View) -> Iterator[Violation]:
    if view.type == FUNCTION:
        for violation in _outside(view, "ReservedConcurrentExecutions", AtLeast(0)):
            violation.values["problem"] = "a function cannot reserve less than nothing"
            yield violation
        return
    for name, test in (
        ("MaximumRetryAttempts", Between(0, 2)),
        ("MaximumEventAgeInSeconds", Between(60, 21_600, "seconds")),
    ):
        for violation in _outside(view, name, test):
            violation.values["problem"] = f"{name} is outside what Lambda takes"
            yield violation


def _layers(graph: Graph) -> Iterator[Violation]:
    for function in graph.of(FUNCTION):
        own = {"CompatibleRuntimes": [function.get("Runtime")],
               "CompatibleArchitectures": function.get("Architectures", ["x86_64"])}  # fmt: skip
        for path, value in function.values("Layers/*"):
            found = graph.target(function, value)
            if found is None or found.view.type != LAYER:
                continue
            for name, has in own.items():
                takes, held = [literal(one) for one in as_list(found.view.get(name))], map(literal, as_list(has))
                wrong = next((one for one in held if one and takes and None not in takes and one not in takes), None)
                if wrong is not None:
                    allowed = ", ".join(map(str, takes))
                    yield Violation(path, view=function, layer=found.view.id, value=wrong, allowed=allowed)


def _reserved(graph: Graph) -> Iterator[Violation]:
    most = CONCURRENCY_ACCOUNT - CONCURRENCY_UNRESERVED
    reserved: dict[tuple[object, ...], float] = {}
    told: set[tuple[object, ...]] = set()
    for function in graph.of(FUNCTION):
        member, amount = function.member, number(function.get("ReservedConcurrentExecutions"))
        if member is None or amount is None or "Condition" in function.body:
            continue
        place = (member.region, member.account) if member.region else (id(member),)
        reserved[place] = reserved.get(place, 0) + amount
        if reserved[place] > most and place not in told:
            told.add(place)
            yield Violation(("ReservedConcurrentExecutions",), view=function, sum=int(reserved[place]), most=most)


def _snapshots(view: View) -> Iterator[Violation]:
    if view.get("SnapStart/ApplyOn") != "PublishedVersions":
        return
    runtime, size = view.get("Runtime"), number(view.get("EphemeralStorage/Size"))
    if _package(view) == "Image":
        yield Violation(("SnapStart",), problem="SnapStart does not work with images", fix="leave SnapStart out")
    elif isinstance(runtime, str) and not is_unknown(runtime) and not runtimes.snapshots(runtime):
        yield Violation(
            ("SnapStart", "ApplyOn"),
            problem=f"SnapStart does not work with {runtime}",
            fix="leave SnapStart out",
            allowed="Java from 11, Python from 3.12, .NET from 8",
        )
    if size is not None and size > FUNCTION_STORAGE_DEFAULT:
        yield Violation(
            ("EphemeralStorage", "Size"),
            problem=f"SnapStart works with at most {FUNCTION_STORAGE_DEFAULT} MB of /tmp",
            fix="leave EphemeralStorage or SnapStart out",
        )
    files = view.get("FileSystemConfigs")
    if isinstance(files, list) and files:
        yield Violation(
            ("FileSystemConfigs",),
            problem="SnapStart does not work with file systems",
            fix="leave FileSystemConfigs or SnapStart out",
        )


# Examples


def _function(**properties: Any) -> dict[str, Any]:
    return {
        "Role": "arn:aws:iam::123456789012:role/r", "Code": {"S3Bucket": "code-bucket", "S3Key": "k.zip"}, "Handler": "a.b",
        "Runtime": "python3.14", **properties,
    }  # fmt: skip


def _without(*names: str, **properties: Any) -> dict[str, Any]:
    return {name: value for name, value in _function(**properties).items() if name not in names}


def _alias(**properties: Any) -> dict[str, Any]:
    return {"FunctionName": {"Ref": "Work"}, "FunctionVersion": "1", "Name": "live", **properties}


def _split(version: Any, weight: Any = 0.1) -> dict[str, Any]:
    return {"AdditionalVersionWeights": [{"FunctionVersion": version, "FunctionWeight": weight}]}


def _sent_to(destination: Any) -> dict[str, Any]:
    outcome = {"OnFailure": {"Destination": destination}}
    return {"FunctionName": "f", "Qualifier": "$LATEST", "DestinationConfig": outcome}


def _resources(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def _of(type: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties}


def _arn(id: str, attribute: str = "Arn") -> dict[str, Any]:
    return {"Fn::GetAtt": [id, attribute]}


_WORK = _of(FUNCTION, **_function())
_LIVE = _of(ALIAS, **_alias())
_TABLE: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
_CONTENT = {"S3Bucket": "b", "S3Key": "k"}
_STREAMED = {**_TABLE, "StreamSpecification": {"StreamViewType": "NEW_IMAGE"}}


def _from_table(table: dict[str, Any], source: Any = None, **properties: Any) -> dict[str, Any]:
    arn = _arn("Orders", "StreamArn") if source is None else source
    return _resources(
        Orders=_of("AWS::DynamoDB::Table", **table),
        Read=_of(MAPPING, FunctionName={"Ref": "Work"}, EventSourceArn=arn, **properties),
        Work=_WORK,
    )


def _from_queue(queue: dict[str, Any], function: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    return _resources(
        Orders=_of(QUEUE, **queue),
        Read=_of(MAPPING, FunctionName={"Ref": "Work"}, EventSourceArn=_arn("Orders"), **properties),
        Work=_of(FUNCTION, **_function(**(function or {}))),
    )


def _from_arn(arn: str, **properties: Any) -> dict[str, Any]:
    return _resources(Read=_of(MAPPING, FunctionName="work", EventSourceArn=arn, **properties))


def _with_role(policy: str) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    found = _from_table(_STREAMED, StartingPosition="LATEST")
    found["Resources"]["Work"] = _of(FUNCTION, **_function(Role=_arn("WorkRole")))
    found["Resources"]["WorkRole"] = _of(
        ROLE,
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
        ManagedPolicyArns=[f"arn:aws:iam::aws:policy/service-role/{policy}"],
    )
    return found


def _layered(**layer: Any) -> dict[str, Any]:
    return _resources(
        Work=_of(FUNCTION, **_function(Layers=[{"Ref": "Shared"}])), Shared=_of(LAYER, Content=_CONTENT, **layer)
    )


def _uploads(called: Any, allowed: Any) -> dict[str, Any]:
    """A bucket that calls a function, and a permission."""
    notifying = {"LambdaConfigurations": [{"Event": "s3:ObjectCreated:*", "Function": called}]}
    return _resources(
        Uploads=_of("AWS::S3::Bucket", NotificationConfiguration=notifying),
        Work=_WORK,
        Live=_LIVE,
        Call=_of(
            PERMISSION,
            Action="lambda:InvokeFunction",
            FunctionName=allowed,
            Principal="s3.amazonaws.com",
            SourceAccount={"Ref": "AWS::AccountId"},
        ),
    )


def _permission(**properties: Any) -> dict[str, Any]:
    return {"Action": "lambda:InvokeFunction", "FunctionName": "work", "Principal": "s3.amazonaws.com", **properties}


_QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:orders"
_STREAM_ARN = "arn:aws:kinesis:us-east-1:123456789012:stream/orders"
_SNAPSHOT = {"ApplyOn": "PublishedVersions"}
_PROVISIONED = {"ProvisionedConcurrentExecutions": 1}

RULES: tuple[Rule, ...] = (
    Rule(
        "LAM001", FUNCTION, "error",
        "a function's package and what it needs go together",
        check=_whole,
        source="Lambda API Reference, CreateFunction; course notes, Lambda",
        good=(_function(), _without("Handler", "Runtime", PackageType="Image", Code={"ImageUri": {"Ref": "Image"}})),
        bad=(
            _without("Handler"),
            _without("Runtime"),
            _function(PackageType="Image", Code={"ImageUri": {"Ref": "Image"}}),
            _without("Handler", "Runtime", Code={"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/work:1"}),
        ),
    ),
    Rule(
        "LAM002", FUNCTION, "error",
        "a function runs for 1 second to 15 minutes",
        when={"Timeout": Present()},
        check=_timeout,
        fix="split longer work into steps, with Step Functions for instance",
        source="Lambda Developer Guide, Configure Lambda function timeout; CloudFormation resource schema, "
        "AWS::Lambda::Function",
        good=(_function(Timeout=FUNCTION_TIMEOUT_MOST), _function(Timeout="3")),
        bad=(_function(Timeout=1_000), _function(Timeout=0)),
    ),
    Rule(
        "LAM003", FUNCTION, "error",
        "a function has 128 to 10,240 MB of memory",
        when={"MemorySize": Present()},
        check=_memory,
        source="Lambda API Reference, CreateFunction; course notes, Lambda",
        good=_function(MemorySize=512),
        bad=(_function(MemorySize=64), _function(MemorySize=10_241)),
    ),
    Rule(
        "LAM004", FUNCTION, "error",
        "a function has 512 to 10,240 MB in /tmp",
        when={"EphemeralStorage": Present()},
        check=_storage,
        source="Lambda API Reference, CreateFunction; CloudFormation resource schema, AWS::Lambda::Function",
        good=_function(EphemeralStorage={"Size": 1_024}),
        bad=(_function(EphemeralStorage={"Size": 256}), _function(EphemeralStorage={"Size": 20_000})),
    ),
    Rule(
        "LAM005", FUNCTION, "error",
        "code can stand in the template for Node.js and Python alone, and the runtime is {runtime}",
        check=_code,
        fix="upload the code to a bucket, and name it with S3Bucket and S3Key",
        source="CloudFormation resource schema, AWS::Lambda::Function Code",
        good=_function(Code={"ZipFile": "def handle(event, context): ..."}, Handler="index.handle"),
        bad=(
            _function(Code={"ZipFile": "x"}, Runtime="java25", Handler="index.x"),
            _function(Code={"ZipFile": "x"}),
            _function(Code={"S3Bucket": "code-bucket"}),
            _function(Code={"ZipFile": "x", "S3Bucket": "code-bucket", "S3Key": "k"}, Handler="index.x"),
        ),
    ),
    Rule(
        "LAM006", FUNCTION, "error",
        "since {since} no new functions are made with {value}",
        when={"Runtime": Present()},
        check=_runtime,
        dated=True,
        fix="use {newest}",
        source="Lambda Developer Guide, Lambda runtimes",
        good=(_function(), _function(Runtime="provided.al2023")),
        bad=(_function(Runtime="python2.7"), _function(Runtime="cobol85"), _function(Runtime="nodejs18.x")),
    ),
    Rule(
        "LAM007", FUNCTION, "error",
        "environment variables have names and sizes that Lambda takes",
        when={"Environment": Present()},
        check=_environment,
        source="Lambda Developer Guide, Using Lambda environment variables; course notes, IAM",
        good=(
            _function(Environment={"Variables": {"TABLE": {"Ref": "Table"}}}),
            _function(Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrap"}}),
        ),
        bad=(
            _function(Environment={"Variables": {"AWS_ACCESS_KEY_ID": "x"}}),
            _function(Environment={"Variables": {"1ST": "x"}}),
            _function(Environment={"Variables": {"LONG": "x" * FUNCTION_ENVIRONMENT_MOST}}),
            _function(Environment={"Variables": {"AA": "x" * 4_090, "BB": {"Fn::GetAtt": ["Q", "Arn"]}}}),
        ),
    ),
    Rule(
        "LAM008", FUNCTION, "error",
        "{prop}: {problem}",
        check=_shape,
        source="CloudFormation resource schema, AWS::Lambda::Function; Lambda Developer Guide, Lambda quotas",
        good=_function(FunctionName="orders", VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}),
        bad=(
            _function(FunctionName="a" * 65),
            _function(Architectures=["x86_64", "arm64"]),
            _function(Layers=["arn:aws:lambda:us-east-1:123456789012:layer:l:1"] * 2),
            _function(VpcConfig={"SubnetIds": ["subnet-1"]}),
        ),
    ),
    Rule(
        "LAM009", VERSION, "error",
        "a version is made from the bare function, without a version or alias behind its name",
        check=aliases.qualified_name,
        fix="name the function alone",
        source="Lambda API Reference, PublishVersion; course notes, Lambda",
        good=({"FunctionName": "orders"}, {"FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:orders"}),
        bad=({"FunctionName": "orders:3"}, {"FunctionName": "arn:aws:lambda:us-east-1:123456789012:function:orders:3"}),
    ),
    Rule(
        "LAM009", VERSION, "error",
        "a version is made from the bare function, and {other} is {kind}",
        scope="graph",
        check=aliases.version_of_version,
        fix="refer to the function",
        source="Lambda API Reference, PublishVersion; course notes, Lambda",
        good=_resources(Work=_WORK, V1=_of(VERSION, FunctionName={"Ref": "Work"})),
        bad=_resources(
            Work=_WORK, V1=_of(VERSION, FunctionName={"Ref": "Work"}), V2=_of(VERSION, FunctionName={"Ref": "V1"})
        ),
    ),
    Rule(
        "LAM010", VERSION, "warning",
        "a published version never changes: with the next code of {function}, {id} still is the old one",
        scope="graph",
        check=aliases.lasting_version,
        fix="give each version a resource of its own (a number or a hash of the code in its id), or set CodeSha256",
        source="CloudFormation resource schema, AWS::Lambda::Version; course notes, Lambda",
        good=_resources(Work=_WORK, VersionA1B2C3=_of(VERSION, FunctionName={"Ref": "Work"})),
        bad=_resources(Work=_WORK, Newest=_of(VERSION, FunctionName={"Ref": "Work"})),
    ),
    Rule(
        "LAM011", ALIAS, "error",
        "{prop} of an alias is {allowed}",
        then={
            "Name": Matches(r"(?!\d+$)[a-zA-Z0-9_-]{1,128}", "1 to 128 of A-Z a-z 0-9 - _, and more than digits"),
            "FunctionVersion": Matches(r"\$LATEST(\.PUBLISHED)?|\d+", "a version number or $LATEST"),
        },
        source="CloudFormation resource schema, AWS::Lambda::Alias",
        good=(_alias(), _alias(FunctionVersion="$LATEST")),
        bad=(_alias(Name="1"), _alias(FunctionVersion="newest"), _alias(Name="a.b")),
    ),
    Rule(
        "LAM012", ALIAS, "error",
        "traffic is split between published versions, and $LATEST is none",
        when={"RoutingConfig": Present()},
        check=aliases.routed_latest,
        fix="publish a version, and split between versions; an alias of $LATEST has no RoutingConfig",
        source="Lambda Developer Guide, Implement Lambda canary deployments using a weighted alias; course notes, Lambda",
        verified="docs",
        good=(
            _alias(RoutingConfig=_split("2")),
            _alias(FunctionVersion="$LATEST"),
            _alias(FunctionVersion="$LATEST", RoutingConfig={"AdditionalVersionWeights": []}),
            _alias(FunctionVersion=_arn("V1", "Version"), RoutingConfig=_split(_arn("V2", "Version"))),
        ),
        bad=(_alias(FunctionVersion="$LATEST", RoutingConfig=_split("2")), _alias(RoutingConfig=_split("$LATEST"))),
    ),
    Rule(
        "LAM013", ALIAS, "error",
        "the weight of a version is a share of the traffic from 0.0 to 1.0 (10 % is 0.1)",
        when={"RoutingConfig": Present()},
        check=aliases.routing,
        source="Lambda API Reference, AliasRoutingConfiguration; course notes, Lambda",
        good=_alias(RoutingConfig=_split("2")),
        bad=(
            _alias(RoutingConfig=_split("2", 10)),
            _alias(RoutingConfig=_split("1")),
            _alias(
                RoutingConfig={
                    "AdditionalVersionWeights": [{"FunctionVersion": v, "FunctionWeight": 0.1} for v in ("2", "3")]
                }
            ),
        ),
    ),
    Rule(
        "LAM014", ALIAS, "error",
        "provisioned concurrency is for an alias of one published version",
        when={"ProvisionedConcurrencyConfig": Present()},
        check=aliases.provisioned,
        source="Lambda Developer Guide, Configuring provisioned concurrency for a function; CloudFormation resource schema, "
        "AWS::Lambda::Alias",
        verified="docs",
        good=_alias(ProvisionedConcurrencyConfig=_PROVISIONED),
        bad=(
            _alias(FunctionVersion="$LATEST", ProvisionedConcurrencyConfig=_PROVISIONED),
            _alias(RoutingConfig=_split("2"), ProvisionedConcurrencyConfig=_PROVISIONED),
            _alias(ProvisionedConcurrencyConfig={"ProvisionedConcurrentExecutions": 0}),
        ),
    ),
    Rule(
        "LAM014", (ALIAS, VERSION), "error",
        "{ready} executions are kept ready of {function}, which may run {reserved} at once",
        scope="graph",
        check=aliases.more_than_reserved,
        fix="raise ReservedConcurrentExecutions of {function}, or keep fewer ready",
        source="Lambda Developer Guide, Configuring provisioned concurrency for a function",
        verified="docs",
        good=_resources(
            Work=_of(FUNCTION, **_function(ReservedConcurrentExecutions=1)),
            Live=_of(ALIAS, **_alias(ProvisionedConcurrencyConfig=_PROVISIONED)),
        ),
        bad=_resources(
            Work=_of(FUNCTION, **_function(ReservedConcurrentExecutions=0)),
            Live=_of(ALIAS, **_alias(ProvisionedConcurrencyConfig=_PROVISIONED)),
        ),
    ),
    Rule(
        "LAM015", ALIAS, "warning",
        "the alias is of {function}, and {version} is a version of {other}: only its number reaches Lambda",
        scope="graph",
        check=aliases.version_of_another,
        fix="take a version of {function}",
        source="Lambda Developer Guide, Create an alias for a Lambda function",
        verified="docs",
        good=_resources(
            Work=_WORK,
            V1=_of(VERSION, FunctionName={"Ref": "Work"}),
            Live=_of(ALIAS, **_alias(FunctionVersion=_arn("V1", "Version"))),
        ),
        bad=_resources(
            Work=_WORK,
            Other=_WORK,
            V1=_of(VERSION, FunctionName={"Ref": "Other"}),
            Live=_of(ALIAS, **_alias(FunctionVersion=_arn("V1", "Version"))),
        ),
    ),
    Rule(
        "LAM016", FUNCTION, "warning",
        "{function} has the alias {alias}, and this calls the bare function, which always runs $LATEST",
        scope="graph",
        check=aliases.past_the_alias,
        fix="use Ref of {alias}",
        source="Lambda Developer Guide, Manage Lambda function versions; course notes, Lambda",
        verified="docs",
        good=_uploads({"Ref": "Live"}, {"Ref": "Live"}),
        bad=_uploads(_arn("Work"), {"Ref": "Work"}),
    ),
    Rule(
        "LAM017", PERMISSION, "warning",
        "{caller} calls {called}, and this permission lets it call {allowed}: the calls are denied",
        scope="graph",
        check=aliases.misplaced_permission,
        fix="give the permission on {called}",
        source="Lambda API Reference, AddPermission; Lambda Developer Guide, Using Lambda aliases in event sources and "
        "permissions policies",
        verified="docs",
        good=_uploads({"Ref": "Live"}, {"Ref": "Live"}),
        bad=(_uploads({"Ref": "Live"}, {"Ref": "Work"}), _uploads(_arn("Work"), {"Ref": "Live"})),
    ),
    Rule(
        "LAM018", MAPPING, "error",
        "where reading begins is told for streams, and for streams alone",
        scope="graph",
        check=eventsource.starting_position,
        source="Lambda API Reference, CreateEventSourceMapping; course notes, DynamoDB",
        good=(_from_table(_STREAMED, StartingPosition="LATEST"), _from_arn(_QUEUE_ARN)),
        bad=(
            _from_table(_STREAMED),
            _from_arn(_STREAM_ARN),
            _from_table(_STREAMED, StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=1),
            _from_arn(_STREAM_ARN, StartingPosition="AT_TIMESTAMP"),
            _from_arn(_QUEUE_ARN, StartingPosition="LATEST"),
        ),
    ),
    Rule(
        "LAM019", MAPPING, "error",
        "{prop} is outside what Lambda takes",
        then=eventsource.BATCH,
        source="CloudFormation resource schema, AWS::Lambda::EventSourceMapping",
        good={"FunctionName": "f", "BatchSize": 10_000, "MaximumBatchingWindowInSeconds": 300},
        bad=({"FunctionName": "f", "BatchSize": 10_001}, {"FunctionName": "f", "MaximumBatchingWindowInSeconds": 301}),
    ),
    Rule(
        "LAM019", MAPPING, "error",
        "a queue gives as many messages at once as it can gather",
        scope="graph",
        check=eventsource.batches,
        source="CloudFormation resource schema, AWS::Lambda::EventSourceMapping",
        good=(
            _from_arn(_QUEUE_ARN + ".fifo", BatchSize=10),
            _from_queue({}, BatchSize=50, MaximumBatchingWindowInSeconds=1),
            _from_arn(_STREAM_ARN, BatchSize=5_000),
        ),
        bad=(
            _from_arn(_QUEUE_ARN + ".fifo", BatchSize=50),
            _from_queue({"FifoQueue": True}, BatchSize=11),
            _from_queue({"FifoQueue": True}, MaximumBatchingWindowInSeconds=5),
            _from_queue({}, BatchSize=50),
        ),
    ),
    Rule(
        "LAM020", MAPPING, "error",
        "how a mapping scales is within what Lambda takes",
        check=eventsource.scaling,
        source="CloudFormation resource schema, AWS::Lambda::EventSourceMapping",
        good=({"FunctionName": "f", "MaximumRecordAgeInSeconds": -1}, {"FunctionName": "f", "ParallelizationFactor": 10}),
        bad=(
            {"FunctionName": "f", "ParallelizationFactor": 11},
            {"FunctionName": "f", "MaximumRecordAgeInSeconds": 30},
            {"FunctionName": "f", "ScalingConfig": {"MaximumConcurrency": 1}},
            {
                "FunctionName": "f",
                "ScalingConfig": {"MaximumConcurrency": 2},
                "ProvisionedPollerConfig": {"MaximumPollers": 5},
            },
        ),
    ),
    Rule(
        "LAM020", MAPPING, "error",
        "{name} is not for {what}, but for {kinds}",
        scope="graph",
        check=eventsource.only_for,
        fix="leave {prop} out",
        source="Lambda API Reference, CreateEventSourceMapping",
        good=(
            _from_arn(_QUEUE_ARN, ScalingConfig={"MaximumConcurrency": 2}),
            _from_queue({}, ParallelizationFactor=1, MaximumRetryAttempts=-1),
            _from_arn(_STREAM_ARN, StartingPosition="LATEST", BisectBatchOnFunctionError=True),
        ),
        bad=(
            _from_arn(_QUEUE_ARN, ParallelizationFactor=2),
            _from_queue({}, BisectBatchOnFunctionError=True),
            _from_queue({}, DestinationConfig={"OnFailure": {"Destination": _QUEUE_ARN}}),
            _from_table(_STREAMED, StartingPosition="LATEST", ScalingConfig={"MaximumConcurrency": 5}),
        ),
    ),
    Rule(
        "LAM021", MAPPING, "error",
        "{table} has no stream to read",
        scope="graph",
        check=eventsource.table_stream,
        fix="set StreamSpecification of {table}, with StreamViewType: NEW_AND_OLD_IMAGES for instance",
        source="CloudFormation resource schema, AWS::DynamoDB::Table; course notes, DynamoDB",
        good=_from_table(_STREAMED, StartingPosition="LATEST"),
        bad=(
            _from_table(_TABLE, StartingPosition="LATEST"),
            _from_table(_STREAMED, _arn("Orders"), StartingPosition="LATEST"),
        ),
    ),
    Rule(
        "LAM022", MAPPING, "error",
        "messages come back after {visible} seconds, while {function} may still work on them for {timeout}: they would be "
        "handled twice",
        scope="graph",
        check=eventsource.visibility,
        fix="set VisibilityTimeout to {advised} (six times the function's timeout), or at least to {timeout}",
        source="Lambda Developer Guide, Using Lambda with Amazon SQS, Configuring a queue; course notes, SQS",
        verified="docs",
        good=(
            _from_queue({"VisibilityTimeout": 360}, {"Timeout": 60}),
            _from_queue({}),
        ),
        bad=(_from_queue({}, {"Timeout": 60}), _from_queue({"VisibilityTimeout": 90}, {"Timeout": 60})),
    ),
    Rule(
        "LAM023", MAPPING, "error",
        "Lambda reads {source} with the function's role, and {role} is not allowed {actions}",
        scope="graph",
        check=eventsource.reading,
        fix="allow {actions} on {source} to {role}",
        source="Lambda Developer Guide, Using Lambda with Amazon SQS; with DynamoDB; with Kinesis, execution role permissions",
        verified="docs",
        good=_with_role("AWSLambdaDynamoDBExecutionRole"),
        bad=_with_role("AWSLambdaBasicExecutionRole"),
    ),
    Rule(
        "LAM024", PERMISSION, "warning",
        "the source belongs to {wanted}, and {principal} may call: no call gets through",
        check=aliases.permission,
        refers=True,
        fix="set Principal: {wanted}",
        source="CloudFormation resource schema, AWS::Lambda::Permission; Lambda Developer Guide, Granting function access to "
        "AWS services",
        good=(
            _permission(SourceArn="arn:aws:s3:::uploads", SourceAccount="123456789012"),
            _permission(Principal="123456789012"),
            _permission(Principal="*", PrincipalOrgID="o-1234567890"),
            _permission(Principal="*", InvokedViaFunctionUrl=True),
            _permission(Principal="logs.us-east-1.amazonaws.com", SourceArn="arn:aws:logs:us-east-1:123456789012:g:*"),
        ),
        bad=(
            _permission(SourceArn="arn:aws:s3:::uploads"),
            _permission(),
            _permission(SourceArn="arn:aws:sns:us-east-1:123456789012:t"),
            _permission(Action="s3:GetObject", SourceAccount="123456789012"),
            _permission(Principal="*"),
            _resources(
                Topic=_of("AWS::SNS::Topic"),
                Call=_of(PERMISSION, **_permission(SourceArn={"Ref": "Topic"})),
            ),
        ),
    ),
    Rule(
        "LAM025", FUNCTION, "error",
        "failed events go to an SQS queue or an SNS topic, and {target} is neither",
        when={"DeadLetterConfig": Present()},
        check=_dead_letters,
        refers=True,
        fix="name a standard queue or topic",
        source="Lambda Developer Guide, Capturing records of Lambda asynchronous invocations",
        verified="docs",
        good=(
            _function(DeadLetterConfig={"TargetArn": _QUEUE_ARN}),
            _function(DeadLetterConfig={"TargetArn": ""}),
        ),
        bad=(
            _function(DeadLetterConfig={"TargetArn": _STREAM_ARN}),
            _function(DeadLetterConfig={"TargetArn": _QUEUE_ARN + ".fifo"}),
            _resources(
                Failed=_of(QUEUE, FifoQueue=True),
                Work=_of(FUNCTION, **_function(DeadLetterConfig={"TargetArn": _arn("Failed")})),
            ),
        ),
    ),
    Rule(
        "LAM026", FUNCTION, "info",
        "{tracer} traces requests with X-Ray, and the trace ends at this function",
        scope="graph",
        check=_tracing,
        fix="set TracingConfig: {Mode: Active}",
        source="Lambda API Reference, TracingConfig; course notes, Lambda",
        good=_resources(
            Stage=_of("AWS::ApiGateway::Stage", RestApiId="a", DeploymentId="d", TracingEnabled=True),
            Work=_of(FUNCTION, **_function(TracingConfig={"Mode": "Active"})),
        ),
        bad=_resources(
            Stage=_of("AWS::ApiGateway::Stage", RestApiId="a", DeploymentId="d", TracingEnabled=True), Work=_WORK
        ),
    ),
    Rule(
        "LAM027", (INVOKE, FUNCTION), "error",
        "{problem}",
        check=_asynchronous,
        source="CloudFormation resource schema, AWS::Lambda::EventInvokeConfig; Lambda API Reference, PutFunctionConcurrency",
        good={"FunctionName": "f", "Qualifier": "$LATEST", "MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60},
        bad=(
            {"FunctionName": "f", "Qualifier": "$LATEST", "MaximumRetryAttempts": 5},
            {"FunctionName": "f", "Qualifier": "$LATEST", "MaximumEventAgeInSeconds": 30},
            {"Type": FUNCTION, "Properties": _function(ReservedConcurrentExecutions=-1)},
        ),
    ),
    Rule(
        "LAM027", FUNCTION, "warning",
        "the functions here reserve {sum} executions at once, and an account may reserve {most} by default",
        scope="graph",
        check=_reserved,
        fix="reserve less, or have the account's quota raised first",
        source="Lambda API Reference, PutFunctionConcurrency",
        good=_resources(Work=_of(FUNCTION, **_function(ReservedConcurrentExecutions=900))),
        bad=_resources(
            Work=_of(FUNCTION, **_function(ReservedConcurrentExecutions=900)),
            More=_of(FUNCTION, **_function(ReservedConcurrentExecutions=1)),
        ),
    ),
    Rule(
        "LAM028", FUNCTION, "error",
        "{problem}",
        when={"SnapStart": Present()},
        check=_snapshots,
        source="Lambda Developer Guide, Improving startup performance with Lambda SnapStart",
        verified="docs",
        good=(_function(SnapStart=_SNAPSHOT), _function(Runtime="nodejs24.x", SnapStart={"ApplyOn": "None"})),
        bad=(
            _function(Runtime="nodejs24.x", SnapStart=_SNAPSHOT),
            _function(EphemeralStorage={"Size": 1_024}, SnapStart=_SNAPSHOT),
        ),
    ),
    Rule(
        "LAM028", FUNCTION, "error",
        "{problem}",
        scope="graph",
        check=aliases.snapshot_partners,
        source="Lambda Developer Guide, Improving startup performance with Lambda SnapStart",
        verified="docs",
        good=_resources(
            Work=_of(FUNCTION, **_function(SnapStart=_SNAPSHOT)), V1=_of(VERSION, FunctionName={"Ref": "Work"})
        ),
        bad=(
            _resources(Work=_of(FUNCTION, **_function(SnapStart=_SNAPSHOT))),
            _resources(
                Work=_of(FUNCTION, **_function(SnapStart=_SNAPSHOT)),
                V1=_of(VERSION, FunctionName={"Ref": "Work"}, ProvisionedConcurrencyConfig=_PROVISIONED),
            ),
        ),
    ),
    Rule(
        "LAM029", (INVOKE, MAPPING), "warning",
        "{target} is first-in-first-out, and Lambda tells of outcomes to standard queues and topics alone",
        when={"DestinationConfig": Present()},
        check=_destinations,
        refers=True,
        fix="use a standard queue or topic",
        source="Lambda Developer Guide, Capturing records of Lambda asynchronous invocations",
        verified="docs",
        good=_sent_to(_QUEUE_ARN),
        bad=(
            _sent_to(_QUEUE_ARN + ".fifo"),
            _resources(
                Failed=_of(QUEUE, FifoQueue=True),
                Work=_WORK,
                Told=_of(INVOKE, **_sent_to(_arn("Failed"))),
            ),
        ),
    ),
    Rule(
        "LAM030", FUNCTION, "warning",
        "the layer {layer} is not made for {value}",
        scope="graph",
        check=_layers,
        fix="use a layer that is, or have {layer} say so",
        source="CloudFormation resource schema, AWS::Lambda::LayerVersion; Lambda Developer Guide, Managing Lambda "
        "dependencies with layers",
        good=_layered(CompatibleRuntimes=["python3.13", "python3.14"], CompatibleArchitectures=["x86_64"]),
        bad=(_layered(CompatibleRuntimes=["nodejs24.x"]), _layered(CompatibleArchitectures=["arm64"])),
    ),
    Rule(
        "UPD022", CONSTRUCT, "warning",
        "the alias goes from a share of {was} to {value} at once, and its canary step is {step}",
        scope="construct",
        check=aliases.canary,
        fix="raise the weight step by step",
        source="Lambda Developer Guide, Implement Lambda canary deployments using a weighted alias; course notes, Lambda",
        good={"weight": 0.2, "previous_weight": 0.1, "canary_step": 0.1},
        bad={"weight": 0.5, "canary_step": 0.1},
    ),
    *loops.RULES,
    *reach.RULES,
)  # fmt: skip
