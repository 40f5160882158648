"""Versions and aliases of functions, and who calls which of them."""

from __future__ import annotations

import re

from ..policies.access import (
    BUCKET,
    FUNCTION,
    PERMISSION,
    TOPIC,
    generated,
    literal,
    only,
    points_at,
    same_one,
    service_stem,
    some,
    spelled,
)
from ..vocabulary import ABSENT, Between, Violation, is_unknown, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View
    from ..vocabulary import Verdict

    Path = tuple[str | int, ...]

ALIAS = "AWS::Lambda::Alias"
VERSION = "AWS::Lambda::Version"
MAPPING = "AWS::Lambda::EventSourceMapping"
LATEST = "$LATEST"

_MARK = r"\$\{[^}]*\}"
_FIRST = r"\$\{([A-Za-z0-9]+)(?:\.Arn)?\}(?::(.+))?"
_INVOKED = r"functions/(.+)/invocations"
_WEIGHT = Between(0, 1, fraction=True)


# Names with and without a qualifier


def qualifier(name: str) -> str | None:
    """What stands behind the function in a name or ARN (`live` in `orders:live`); None when nothing does."""
    plain = re.sub(_MARK, "X", name)
    tail = plain.rsplit("function:", 1)[-1] if "function:" in plain else plain
    _, colon, behind = tail.partition(":")
    return behind if colon and (tail is not plain or plain.count(":") == 1) else None


class Called:
    """A function as somebody calls it: `through` is None for the bare function, else its alias, version or text.

    `through` is the view of an alias or version of the graph, or the text of a qualifier.
    """

    __slots__ = ("function", "through")

    def __init__(self, function: View, through: View | str | None) -> None:
        self.function = function
        self.through = through


def called(graph: Graph, view: View, value: Any) -> Called | None:
    """The function of the graph that a value names, by reference or by the ARN of an API integration."""
    found = graph.target(view, value)
    if found is None:
        written = spelled(value)
        inside = re.search(_INVOKED, written) if written else None
        match = re.fullmatch(_FIRST, inside[1] if inside else written) if written else None
        if match is None or view.member is None:
            return None
        found = graph.target(view, {"Ref": match[1]})
        if found is None:
            return None
        if match[2]:
            return Called(found.view, match[2]) if found.view.type == FUNCTION else None
    return function_of(graph, found.view)


def function_of(graph: Graph, view: View) -> Called | None:
    """The function behind a function, alias or version of the graph."""
    if view.type == FUNCTION:
        return Called(view, None)
    if view.type not in (ALIAS, VERSION):
        return None
    found = graph.target(view, view.get("FunctionName"))
    return Called(found.view, view) if found is not None and found.view.type == FUNCTION else None


def same_call(one: Called, other: Called) -> Verdict:
    """Whether two calls of one function go through the same qualifier."""
    first, second = one.through, other.through
    if first is None or second is None:
        return first is second
    if not isinstance(first, str) and not isinstance(second, str) and same_one(first, second):
        return True
    names = _name_of(first), _name_of(second)
    return None if None in names else names[0] == names[1]


def _name_of(through: View | str) -> str | None:
    if isinstance(through, str):
        return None if "${" in through else through
    return literal(through.get("Name")) if through.type == ALIAS else None


# Versions


def qualified_name(view: View) -> Iterator[Violation]:
    written = spelled(view.get("FunctionName"))
    behind = qualifier(written) if written else None
    if behind is not None:
        yield Violation(("FunctionName",), value=re.sub(_MARK, "…", written or ""))


def version_of_version(graph: Graph) -> Iterator[Violation]:
    for version in graph.of(VERSION):
        found = graph.target(version, version.get("FunctionName"))
        if found is not None and found.view.type in (ALIAS, VERSION):
            kind = "an alias" if found.view.type == ALIAS else "a version"
            yield Violation(("FunctionName",), view=version, other=found.view.id, kind=kind)


def lasting_version(graph: Graph) -> Iterator[Violation]:
    """A version whose resource has nothing in it that could change with the code."""
    for version in graph.of(VERSION):
        found = graph.target(version, version.get("FunctionName"))
        if found is None or found.view.type != FUNCTION or generated(version):
            continue
        moving = any(version.get(name) is not ABSENT for name in ("CodeSha256", "Description"))
        if not moving and not re.search(r"\d", version.id):
            yield Violation(("FunctionName",), view=version, function=found.view.id)


# Aliases


def weights(view: View) -> list[tuple[Path, dict[str, Any]]]:
    """The entries of an alias's routing that can be read."""
    return [
        (path, entry)
        for path, entry in view.values("RoutingConfig/AdditionalVersionWeights/*")
        if isinstance(entry, dict) and not is_unknown(entry)
    ]


def routed_latest(view: View) -> Iterator[Violation]:
    entries = weights(view)
    if entries and view.get("FunctionVersion") == LATEST:
        yield Violation(("FunctionVersion",))
    for path, entry in entries:
        if entry.get("FunctionVersion") == LATEST:
            yield Violation((*path, "FunctionVersion"))


def routing(view: View) -> Iterator[Violation]:
    given = view.get("RoutingConfig/AdditionalVersionWeights")
    entries = weights(view)
    if isinstance(given, list) and len(given) > 1 and len(entries) == len(given):
        yield Violation(
            ("RoutingConfig", "AdditionalVersionWeights"),
            message="an alias sends traffic to two versions: its own and one more; {n} more are given",
            n=len(given),
            fix="keep one entry",
            allowed="1",
        )
    for path, entry in entries:
        weight = entry.get("FunctionWeight", ABSENT)
        if _WEIGHT(weight, view.mode) is False:
            yield Violation((*path, "FunctionWeight"), value=weight, allowed="0.0 to 1.0")
        other = entry.get("FunctionVersion")
        if other is not None and other == view.get("FunctionVersion") and other != LATEST:
            yield Violation(
                (*path, "FunctionVersion"),
                severity="warning",
                message="the alias splits traffic between a version and itself",
                fix="name another version, or leave RoutingConfig out",
            )


def provisioned(view: View) -> Iterator[Violation]:
    if not isinstance(view.get("ProvisionedConcurrencyConfig"), dict):
        return
    if view.get("FunctionVersion") == LATEST:
        yield Violation(
            ("ProvisionedConcurrencyConfig",),
            message="$LATEST takes no provisioned concurrency: it is for published versions",
            fix="point the alias at a published version",
        )
    ready = number(view.get("ProvisionedConcurrencyConfig/ProvisionedConcurrentExecutions"))
    if ready is not None and ready < 1:
        yield Violation(
            ("ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions"),
            message="at least one execution is kept ready, not {value}",
            fix="write 1 or more, or leave ProvisionedConcurrencyConfig out",
            value=int(ready),
        )
    if weights(view):
        yield Violation(
            ("ProvisionedConcurrencyConfig",),
            message="an alias that splits traffic takes no provisioned concurrency",
            fix="leave RoutingConfig or ProvisionedConcurrencyConfig out",
        )


def more_than_reserved(graph: Graph) -> Iterator[Violation]:
    kept: dict[int, float] = {}
    for view in graph.of(ALIAS, VERSION):
        ready = number(view.get("ProvisionedConcurrencyConfig/ProvisionedConcurrentExecutions"))
        mine = function_of(graph, view) if ready is not None and "Condition" not in view.body else None
        if ready is None or mine is None:
            continue
        reserved = number(mine.function.get("ReservedConcurrentExecutions"))
        total = kept[id(mine.function)] = kept.get(id(mine.function), 0) + ready
        if reserved is not None and total > reserved:
            yield Violation(
                ("ProvisionedConcurrencyConfig", "ProvisionedConcurrentExecutions"),
                view=view,
                function=mine.function.id,
                reserved=int(reserved),
                ready=int(total),
            )


def version_of_another(graph: Graph) -> Iterator[Violation]:
    for alias in graph.of(ALIAS):
        mine = function_of(graph, alias)
        if mine is None:
            continue
        named = [*alias.values("FunctionVersion")]
        named += alias.values("RoutingConfig/AdditionalVersionWeights/*/FunctionVersion")
        for path, value in named:
            found = graph.target(alias, value)
            if found is None or found.view.type != VERSION:
                continue
            its = function_of(graph, found.view)
            if its is not None and not same_one(mine.function, its.function):
                yield Violation(
                    path, view=alias, function=mine.function.id, version=found.view.id, other=its.function.id
                )


def canary(view: View) -> Iterator[Violation]:
    step, weight = number(view.get("canary_step")), number(view.get("weight"))
    was = number(view.get("previous_weight", 0))
    if step is not None and weight is not None and was is not None and weight - was > step + 1e-9:
        yield Violation(("weight",), value=weight, was=was, step=step, allowed=f"at most {was + step:g}")


# Who calls


class Call:
    """One place that calls a function: the `caller`, the `path` there, and the service that calls on its behalf."""

    __slots__ = ("caller", "path", "service", "called")

    def __init__(self, caller: View, path: Path, service: str | None, called: Called) -> None:
        self.caller = caller
        self.path = path
        self.service = service
        self.called = called


_TRIGGERS: tuple[tuple[str, str, str | None], ...] = (
    # type, property, the service that needs a permission (None: Lambda itself polls)
    (BUCKET, "NotificationConfiguration/LambdaConfigurations/*/Function", "s3"),
    (TOPIC, "Subscription/*/Endpoint", "sns"),
    ("AWS::SNS::Subscription", "Endpoint", "sns"),
    ("AWS::Events::Rule", "Targets/*/Arn", "events"),
    ("AWS::ApiGateway::Method", "Integration/Uri", "apigateway"),
    ("AWS::ApiGatewayV2::Integration", "IntegrationUri", "apigateway"),
    (MAPPING, "FunctionName", None),
)


def calls(graph: Graph) -> Iterator[Call]:
    """Every trigger of the graph whose function is in the graph too."""
    for type, prop, service in _TRIGGERS:
        for view in graph.of(type):
            for path, value in view.values(prop):
                found = called(graph, view, value)
                if found is not None:
                    yield Call(view, path, service, found)


def past_the_alias(graph: Graph) -> Iterator[Violation]:
    aliases: dict[tuple[int, str], View] = {}
    for alias in graph.of(ALIAS):
        mine = function_of(graph, alias)
        if mine is not None and alias.get("FunctionVersion") != LATEST:
            aliases.setdefault((id(mine.function.member), mine.function.id), alias)
    for call in calls(graph):
        function, through = call.called.function, call.called.through
        first = aliases.get((id(function.member), function.id))
        if through == LATEST:
            yield Violation(
                call.path,
                view=call.caller,
                message="{function} is called as $LATEST, whatever was deployed last",
                fix="publish a version and call it through an alias",
                function=function.id,
            )
        elif through is None and first is not None and not _apart(call.caller, first):
            yield Violation(call.path, view=call.caller, function=function.id, alias=first.id)


def _apart(one: View, other: View) -> bool:
    """Whether two resources never exist together, or one of them may be missing when the other is there."""
    condition = other.body.get("Condition")
    return isinstance(condition, str) and condition != one.body.get("Condition")


def misplaced_permission(graph: Graph) -> Iterator[Violation]:
    permissions: list[tuple[View, Called]] = []
    for view in graph.of(PERMISSION):
        for world in only(view, "FunctionName").worlds():
            found = called(graph, view, world.get("FunctionName"))
            if found is None:
                if literal(world.get("FunctionName")) is None:
                    return  # it may name any function here
                continue
            permissions.append((view, found))
    for call in calls(graph) if permissions else ():
        if call.service is None or generated(call.caller, call.called.function):
            continue
        if call.service == "apigateway" and call.caller.get("Integration/Credentials") is not ABSENT:
            continue
        if call.caller.get("CredentialsArn") is not ABSENT:
            continue
        fitting: list[Verdict] = []
        wrong: list[View] = []
        for view, found in permissions:
            if not same_one(found.function, call.called.function):
                continue
            lets = _lets(view, call)
            same = same_call(found, call.called)
            if same is not False:
                fitting.append(None if lets is None or same is None else lets)
            elif lets is True:
                wrong.append(view)
        if wrong and some(fitting) is False:
            yield Violation(
                ("FunctionName",),
                view=wrong[0],
                caller=call.caller.id,
                called=_words(call.called),
                allowed=_words(next(found for view, found in permissions if view is wrong[0])),
            )


def _words(found: Called) -> str:
    if found.through is None:
        return f"the bare {found.function.id}"
    return f"{found.function.id}:{found.through}" if isinstance(found.through, str) else found.through.id


def _lets(permission: View, call: Call) -> Verdict:
    """Whether a permission is meant for a caller's service and, where that can be told, for the caller."""
    principal = literal(permission.get("Principal"))
    if principal is None:
        return None
    if principal != "*" and service_stem(principal) != call.service:
        return False
    arn = permission.get("SourceArn")
    if arn is ABSENT or call.service == "apigateway":
        return True
    source = call.caller
    if source.type == "AWS::SNS::Subscription" and source.graph is not None:
        found = source.graph.target(source, source.get("TopicArn"))
        if found is None:
            return None
        source = found.view
    return points_at(permission, arn, source)


# Permissions

SOURCES = {
    "AWS::ApiGateway::RestApi": "apigateway",
    "AWS::ApiGatewayV2::Api": "apigateway",
    "AWS::Cognito::UserPool": "cognito-idp",
    "AWS::Config::ConfigRule": "config",
    "AWS::ElasticLoadBalancingV2::TargetGroup": "elasticloadbalancing",
    "AWS::Events::Rule": "events",
    "AWS::IoT::TopicRule": "iot",
    "AWS::Logs::LogGroup": "logs",
    BUCKET: "s3",
    TOPIC: "sns",
}
"""Which service calls a function on behalf of which resource."""
_ARN_SERVICES = {
    "cognito-idp": "cognito-idp", "config": "config", "elasticloadbalancing": "elasticloadbalancing",
    "events": "events", "execute-api": "apigateway", "iot": "iot", "logs": "logs", "s3": "s3", "sns": "sns",
}  # fmt: skip
_ACTION = r"lambda:[*]|lambda:[a-zA-Z]+|[*]"
_BARE_SOURCES = frozenset(("FunctionUrlAuthType", "EventSourceToken", "PrincipalOrgID", "InvokedViaFunctionUrl"))


_NARROWING = ("FunctionUrlAuthType", "InvokedViaFunctionUrl", "PrincipalOrgID", "SourceAccount", "SourceArn")


def permission(view: View) -> Iterator[Violation]:
    action = literal(view.get("Action"))
    if action is not None and not re.fullmatch(_ACTION, action):
        yield Violation(
            ("Action",),
            severity="error",
            message="{value} is no action that can be allowed on a function",
            fix="write lambda:InvokeFunction",
            value=action,
            allowed="lambda:Name, lambda:* or *",
        )
    principal = spelled(view.get("Principal"))
    if principal == "*" and not any(name in view.properties for name in (*_NARROWING, *_BARE_SOURCES)):
        yield Violation(
            ("Principal",),
            message="everybody in every AWS account may do this with the function",
            fix="name an account, a role or a service, or set PrincipalOrgID",
        )
    if principal is None or not re.search(r"\.(amazonaws\.com(\.cn)?|\$\{AWS::URLSuffix\})$", principal):
        return
    arn, account = view.get("SourceArn"), view.get("SourceAccount")
    if arn is ABSENT:
        if account is ABSENT and not any(name in view.properties for name in _BARE_SOURCES):
            yield Violation(
                ("Principal",),
                message="everybody's resources may call the function through {principal}",
                fix="name the caller with SourceArn (and SourceAccount, for a bucket)",
                principal=principal,
            )
        return
    wanted = _service_behind(view, arn)
    stem = service_stem(principal)
    if wanted is not None and "${" not in stem and stem != wanted:
        yield Violation(("Principal",), principal=principal, wanted=f"{wanted}.amazonaws.com")
    if wanted == "s3" and account is ABSENT:
        yield Violation(
            ("SourceArn",),
            message="a bucket's ARN names no account: if the bucket is deleted, whoever takes its name may call",
            fix="set SourceAccount: !Ref AWS::AccountId",
        )


def _service_behind(view: View, arn: Any) -> str | None:
    found = view.graph.target(view, arn) if view.graph is not None else None
    if found is not None:
        return SOURCES.get(found.view.type)
    written = spelled(arn)
    if written is None or not written.startswith("arn:"):
        return None
    parts = written.replace("${AWS::", "${AWS.").split(":")
    return _ARN_SERVICES.get(parts[2]) if len(parts) > 5 else None


def snapshot_partners(graph: Graph) -> Iterator[Violation]:
    """What versions and aliases say about functions with SnapStart."""
    wanting = [
        view
        for view in graph.of(FUNCTION)
        if view.get("SnapStart/ApplyOn") == "PublishedVersions" and not generated(view)
    ]
    for function in wanting:
        published = False
        for view in graph.of(VERSION, ALIAS):
            mine = function_of(graph, view)
            if mine is None:
                published = published or literal(view.get("FunctionName")) is None
                continue
            if not same_one(mine.function, function):
                continue
            published = published or view.type == VERSION
            if isinstance(view.get("ProvisionedConcurrencyConfig"), dict):
                yield Violation(
                    ("ProvisionedConcurrencyConfig",),
                    view=view,
                    problem=f"{function.id} has SnapStart, which does not go with provisioned concurrency",
                    fix="leave one of the two out",
                )
        if not published:
            yield Violation(
                ("SnapStart",),
                view=function,
                severity="warning",
                problem="SnapStart works on published versions alone, and no AWS::Lambda::Version publishes one",
                fix="add an AWS::Lambda::Version, and call it through an alias",
            )
