"""Who may do what to which resource, read from policies, permissions and trust.

Answers are True, False, or None for "cannot be told before deploy".
"""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from functools import lru_cache

from ..view import View
from ..vocabulary import ABSENT, as_list, is_unknown, truth
from .policy import RESOURCE, Document, Statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..graph import Graph
    from ..vocabulary import Verdict

    Path = tuple[str | int, ...]

BUCKET = "AWS::S3::Bucket"
BUCKET_POLICY = "AWS::S3::BucketPolicy"
QUEUE = "AWS::SQS::Queue"
TOPIC = "AWS::SNS::Topic"
FUNCTION = "AWS::Lambda::Function"
PERMISSION = "AWS::Lambda::Permission"
ROLE = "AWS::IAM::Role"
KEY = "AWS::KMS::Key"
INVOCABLE = (FUNCTION, "AWS::Lambda::Alias", "AWS::Lambda::Version")

_NAME = {BUCKET: "BucketName", QUEUE: "QueueName", TOPIC: "TopicName"}
_CALLED = {**_NAME, FUNCTION: "FunctionName"}
FIFO = {QUEUE: "FifoQueue", TOPIC: "FifoTopic"}
_POLICIES = (
    ("AWS::SQS::QueuePolicy", "Queues"),
    ("AWS::SQS::QueueInlinePolicy", "Queue"),
    ("AWS::SNS::TopicPolicy", "Topics"),
    ("AWS::SNS::TopicInlinePolicy", "TopicArn"),
    (BUCKET_POLICY, "Bucket"),
)
_SOURCE_TESTS = frozenset(("arnlike", "arnequals", "stringlike", "stringequals", "stringequalsignorecase"))
_MARK = r"\$\{([^!][^}]*)\}"
_PARTITION = r"^arn:(\$\{AWS::Partition\}|aws[a-z-]*):"
_REGION = r"\.(\$\{AWS::Region\}|[a-z]{2}(-[a-z]+)+-\d)$"
_SUFFIX = r"\.(amazonaws\.com(\.cn)?|\$\{AWS::URLSuffix\})$"


# Values


def spelled(value: Any) -> str | None:
    """What a value will read as, with `${Name}` where only the deploy knows; None when that cannot be written."""
    if isinstance(value, str):
        return None if "{{resolve:" in value else value
    if not isinstance(value, dict):
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
    if len(value) != 1:
        return None
    ((name, argument),) = value.items()
    if name == "Ref" and isinstance(argument, str):
        return f"${{{argument}}}"
    if name == "Fn::GetAtt":
        parts = argument if isinstance(argument, list) else [argument]
        return f"${{{'.'.join(parts)}}}" if all(isinstance(part, str) for part in parts) else None
    if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list):
        texts = [spelled(part) for part in argument[1]]
        known = [part for part in texts if part is not None]
        return str(argument[0]).join(known) if len(known) == len(texts) else None
    if name == "Fn::Sub":
        return _sub(argument)
    return None


def _sub(argument: Any) -> str | None:
    if isinstance(argument, str):
        return argument
    if not (isinstance(argument, list) and len(argument) == 2):
        return None
    written, local = argument
    if not isinstance(written, str) or not isinstance(local, dict):
        return None
    values = {name: spelled(value) for name, value in local.items()}
    if any(value is None for value in values.values()):
        return None
    return re.sub(_MARK, lambda match: values.get(match[1]) or match[0], written)


def literal(value: Any) -> str | None:
    """The text of a value in which nothing is left to the deploy."""
    written = spelled(value)
    return None if written is None or "${" in written else written


def matches(pattern: str, value: str) -> bool:
    """Whether a pattern with `*` and `?` covers a text."""
    return _matches(pattern, value) if "*" in pattern or "?" in pattern else pattern == value


@lru_cache(1024)
def _matches(pattern: str, value: str) -> bool:
    return fnmatchcase(value, pattern.replace("[", "[[]"))  # never goes back, however many `*` there are


def plain_arn(arn: str) -> str:
    """The ARN as it is in the `aws` partition."""
    if arn.startswith("arn:aws:") or not arn.startswith("arn:"):
        return arn
    return re.sub(_PARTITION, "arn:aws:", arn)


def every(verdicts: Iterable[Verdict]) -> Verdict:
    """True when all are True, False when one is False."""
    verdict: Verdict = True
    for one in verdicts:
        if one is False:
            return False
        if one is None:
            verdict = None
    return verdict


def some(verdicts: Iterable[Verdict]) -> Verdict:
    """True when one is True, False when all are False."""
    verdict: Verdict = False
    for one in verdicts:
        if one is True:
            return True
        if one is None:
            verdict = None
    return verdict


# Resources in the ways their conditions can fall


def identity(view: View) -> tuple[int, str]:
    """What tells a resource from all others of a graph, in whichever world it is seen."""
    return id(view.member), view.id


def same_one(one: View, other: View) -> bool:
    """Whether two views are of one resource."""
    return one.id == other.id and one.member is other.member


def only(view: View, *names: str) -> View:
    """The resource with these properties alone, so that conditions elsewhere in it do not matter."""
    if view.settled:
        return view
    return View(
        view.id, view.type, view.body, mode=view.mode, graph=view.graph, member=view.member, world=view.world,
        properties={name: view.properties[name] for name in names if name in view.properties},
        asked=None if view.asked else view.asked,
    )  # fmt: skip


def together(*views: View) -> Iterator[tuple[View, ...]]:
    """The resources in every way their conditions can fall at the same time."""
    if all(view.settled and not view.world and "Condition" not in view.body for view in views):
        yield views
    else:
        yield from _together(views, {})


def _together(views: tuple[View, ...], worlds: dict[int, dict[str, bool]]) -> Iterator[tuple[View, ...]]:
    if not views:
        yield ()
        return
    first, rest = views[0], views[1:]
    home = id(first.member)
    fallen = worlds.get(home, {})
    own = first.body.get("Condition")
    for view in first.worlds():
        world = dict(view.world)
        if isinstance(own, str) and world.setdefault(own, True) is False:
            continue
        if any(fallen.get(name, holds) != holds for name, holds in world.items()):
            continue
        merged = {**fallen, **world}
        if len(merged) > 1 and first.member is not None and not first.member.possible(merged):
            continue
        for others in _together(rest, {**worlds, home: merged}):
            yield (view, *others)


def fifo(view: View) -> Verdict:
    """Whether a queue or topic is first-in-first-out."""
    value = view.get(FIFO[view.type])
    return None if is_unknown(value) else truth(value) is True


def generated(*views: View) -> bool:
    """Whether a transform may add resources to a template in which one of these stands."""
    return any(view.member is not None and view.member.generated for view in views)


def points_at(view: View, value: Any, target: View) -> Verdict:
    """Whether a value inside `view` names `target`: by reference, or by an ARN that may hold `*`."""
    if value == "*":
        return True
    found = view.graph.target(view, value) if view.graph is not None else None
    if found is not None:
        return same_one(found.view, target)
    written, prop = spelled(value), _NAME.get(target.type)
    if written is None or prop is None or not written.startswith("arn:"):
        return None
    parts = plain_arn(written).replace("${AWS::", "${AWS.").split(":", 5)
    if len(parts) < 6:
        return None
    if parts[2] != target.type.split("::")[1].lower():
        return None if "${" in parts[2] or parts[2] == "*" else False
    tail = parts[-1]
    name = (spelled(target.get(prop)) or "").replace("${AWS::", "${AWS.")
    if view.member is target.member and tail in (f"${{{target.id}}}", f"${{{target.id}.{prop}}}", name):
        return True
    return None if "${" in tail or not name or "${" in name else matches(tail, name)


# Policy documents


def read(document: Any, *path: str | int) -> tuple[list[Statement], bool]:
    """The statements of a policy document, an object or JSON text that stands at `path`, and whether they are all."""
    body = document
    if isinstance(document, str) and not is_unknown(document):
        try:
            body = json.loads(document)
        except ValueError:
            return [], False
    if body is ABSENT or body is None:
        return [], True
    if not isinstance(body, dict) or is_unknown(body):
        return [], False
    entries = as_list(body.get("Statement", ABSENT))
    found = Document(path, RESOURCE, body, isinstance(document, str)).statements
    return found, all(isinstance(entry, dict) and not is_unknown(entry) for entry in entries)


def allowing(document: Any) -> tuple[list[Statement], list[Verdict]]:
    """The statements that allow something, and the verdict to begin with: None when some cannot be read."""
    found, whole = read(document)
    effects = [statement.body.get("Effect") for statement in found]
    open_ended = not whole or any(effect is not None and is_unknown(effect) for effect in effects)
    start: Verdict = None if open_ended else False
    return [statement for statement in found if statement.body.get("Effect") == "Allow"], [start]


def conditions(statement: Statement) -> Iterator[tuple[str, str, list[Any]]]:
    """Every test of a statement's condition: operator, key, values. What cannot be read is `("", "", [])`."""
    block = statement.body.get("Condition")
    if block is None or block == {}:
        return
    if not isinstance(block, dict) or is_unknown(block):
        yield "", "", []
        return
    for operator, keys in block.items():
        if not isinstance(keys, dict) or is_unknown(keys):
            yield "", "", []
            continue
        for key, values in keys.items():
            yield operator, key, as_list(values)


def everyone(statement: Statement) -> bool:
    """Whether the statement speaks of everybody: `"*"` or `{"AWS": "*"}`."""
    principal = statement.body.get("Principal")
    if principal == "*":
        return True
    return isinstance(principal, dict) and not is_unknown(principal) and "*" in as_list(principal.get("AWS"))


def covers(statement: Statement, action: str) -> Verdict:
    """Whether the statement's actions hold this one."""
    part = "NotAction" if "NotAction" in statement.body else "Action"
    wanted = action.lower()
    found = some(
        None if (pattern := literal(item)) is None else matches(pattern.lower(), wanted) for item in statement.all(part)
    )
    return found if part == "Action" or found is None else not found


@lru_cache(256)
def service_stem(principal: str) -> str:
    """`states` for `states.amazonaws.com`, `states.eu-west-1.amazonaws.com`, `states.${AWS::URLSuffix}` …"""
    return re.sub(_REGION, "", re.sub(_SUFFIX, "", principal))


def trusts(statement: Statement, service: str) -> Verdict:
    """Whether the statement's principal is this service (`lambda`) or everybody."""
    if "NotPrincipal" in statement.body:
        return None
    principal = statement.body.get("Principal")
    if principal is None:
        return False
    if everyone(statement):
        return True
    if not isinstance(principal, dict) or is_unknown(principal):
        return None if is_unknown(principal) else False
    verdicts: list[Verdict] = []
    for item in as_list(principal.get("Service")):
        written = spelled(item)
        if written is None:
            verdicts.append(None)
        elif written == "*" or service_stem(written) == service:
            verdicts.append(True)
        else:
            verdicts.append(None if "${" in service_stem(written) else False)
    return some(verdicts)


def from_source(statement: Statement, view: View, source: View) -> Verdict:
    """Whether the statement's conditions let requests through that come from this resource."""
    verdicts: list[Verdict] = []
    for operator, key, values in conditions(statement):
        test = operator.lower().removesuffix("ifexists")
        if test not in _SOURCE_TESTS or key.lower() not in ("aws:sourcearn", "aws:sourceaccount"):
            verdicts.append(None)
        elif key.lower() == "aws:sourcearn":
            verdicts.append(some(points_at(view, value, source) for value in values))
        else:
            verdicts.append(some(_same_account(value, source) for value in values))
    return every(verdicts)


def _same_account(value: Any, source: View) -> Verdict:
    written = spelled(value)
    if written == "${AWS::AccountId}":
        return True
    account = source.member.account if source.member is not None else None
    if written is None or "${" in written or account is None:
        return None
    return matches(written, account)


def allows(view: View, service: str, action: str, target: View, source: View) -> Verdict:
    """Whether a resource policy lets a service act on `target` on behalf of `source`."""
    verdicts: list[Verdict] = []
    for world in only(view, "PolicyDocument").worlds():
        found, begin = allowing(world.get("PolicyDocument"))
        verdicts += begin
        for statement in found:
            reached = some(points_at(view, item, target) for item in statement.all("Resource"))
            verdicts.append(
                every(
                    (
                        trusts(statement, service),
                        covers(statement, action),
                        None if "NotResource" in statement.body else reached,
                        from_source(statement, view, source),
                    )
                )
            )
    return some(verdicts) if verdicts else None


def key_allows(key: View, service: str, *actions: str) -> Verdict:
    """Whether a KMS key's policy lets a service use the key."""
    verdicts: list[Verdict] = []
    for world in only(key, "KeyPolicy").worlds():
        found, begin = allowing(world.get("KeyPolicy"))
        verdicts.append(
            every(
                some(
                    (
                        *begin,
                        *(
                            every((trusts(s, service), covers(s, action), None if s.body.get("Condition") else True))
                            for s in found
                        ),
                    )
                )
                for action in actions
            )
        )
    return some(verdicts) if verdicts else None


def trusted(role: View, service: str) -> Verdict:
    """Whether a role's trust policy lets a service assume it."""
    verdicts: list[Verdict] = []
    for world in only(role, "AssumeRolePolicyDocument").worlds():
        found, begin = allowing(world.get("AssumeRolePolicyDocument"))
        verdicts += begin
        verdicts += [every((trusts(statement, service), covers(statement, "sts:AssumeRole"))) for statement in found]
    return some(verdicts) if verdicts else None


def key_of(view: View, value: Any) -> View | None:
    """The KMS key of the graph that a property names, also through an alias."""
    found = view.graph.target(view, value) if view.graph is not None else None
    if found is not None and found.view.type == "AWS::KMS::Alias":
        alias = found.view
        found = alias.graph.target(alias, alias.get("TargetKeyId")) if alias.graph is not None else None
    return found.view if found is not None and found.view.type == KEY else None


def managed_key(view: View) -> bool:
    """Whether a queue or topic is encrypted with the key that AWS keeps for it, whose policy lets no service in.

    Source: SQS Developer Guide, key management, permissions for event sources; SNS Developer Guide, key management.
    """
    written = literal(view.get("KmsMasterKeyId"))
    return written is not None and written.rpartition(":")[2].startswith("alias/aws/")


def _key(service: str, given: str | None, view: View) -> tuple[str, str, int | None]:
    """What a resource is known by: its name when it is literal, else the text in its own template."""
    if given is None or "${" in given:
        return service, given or "", id(view.member)
    if service == "Lambda":
        given = given.rsplit(":function:", 1)[-1].removesuffix(":$LATEST")
    return service, re.split(r"[/:]", given)[-1] if service in ("SQS", "SNS") else given, None


class Permissions:
    """Who may use which queue, topic, bucket and function of a graph, looked up in one pass."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._of: dict[tuple[int, str], list[View]] = {}
        self._by_name: dict[tuple[str, str, int | None], list[View]] = {}
        self._open: dict[str, int] = {}
        for type, prop in (*_POLICIES, (PERMISSION, "FunctionName")):
            for policy in graph.of(type):
                for world in only(policy, prop).worlds():
                    for value in as_list(world.get(prop)):
                        self._note(policy, value)

    def _note(self, policy: View, value: Any) -> None:
        found = self.graph.target(policy, value)
        service, name = policy.type.split("::")[1], spelled(value)
        if found is not None:
            held = self._of.setdefault(identity(found.view), [])
        else:
            if name is None or "${" in name:
                self._open[service] = self._open.get(service, 0) + 1
            held = self._by_name.setdefault(_key(service, name, policy), [])
        if policy not in held:
            held.append(policy)

    def of(self, target: View) -> list[View]:
        """The policies or function permissions that name this resource, by reference or by name."""
        return [*self._of.get(identity(target), ()), *self._named(target)]

    def _named(self, target: View) -> list[View]:
        name = spelled(target.get(_CALLED.get(target.type, "")))
        return self._by_name.get(_key(target.type.split("::")[1], name, target), []) if name else []

    def unclear(self, target: View) -> bool:
        """Whether others of the same service may name this resource too."""
        service, name = target.type.split("::")[1], spelled(target.get(_CALLED.get(target.type, "")))
        others = self._open.get(service, 0)
        if name is None and target.type not in INVOCABLE[1:]:
            return others > 0
        if name is not None and "${" not in name:
            return others > 0
        return others > len(self._named(target)) or any(
            one == service and home is None for one, _, home in self._by_name
        )

    def elsewhere(self, type: str) -> list[View]:
        """The policies of one type whose resource is not in the graph."""
        service = type.split("::")[1]
        here = {
            _key(service, spelled(view.get(prop)), view)
            for kind, prop in _CALLED.items()
            if kind.split("::")[1] == service
            for view in self.graph.of(kind)
        }
        return [
            policy
            for key, policies in self._by_name.items()
            if key[0] == service and key not in here
            for policy in policies
            if policy.type == type
        ]

    def granted(self, service: str, action: str, target: View, source: View) -> tuple[Verdict, list[View]]:
        """Whether a service may act on `target` on behalf of `source`, and which resources say so for certain."""
        verdicts: list[Verdict] = []
        granting: list[View] = []
        for policy in self.of(target):
            verdict = (
                self._invocation(policy, service, source)
                if policy.type == PERMISSION
                else allows(policy, service, action, target, source)
            )
            verdicts.append(verdict)
            if verdict is True:
                granting.append(policy)
        if self.unclear(target):
            verdicts.append(None)
        return some(verdicts), granting

    def _invocation(self, permission: View, service: str, source: View) -> Verdict:
        verdicts: list[Verdict] = []
        for world in permission.worlds():
            principal, action = spelled(world.get("Principal")), literal(world.get("Action"))
            account, arn = world.get("SourceAccount"), world.get("SourceArn")
            verdicts.append(
                every(
                    (
                        None if principal is None else principal == "*" or service_stem(principal) == service,
                        None if action is None else matches(action.lower(), "lambda:invokefunction"),
                        True if arn is ABSENT else points_at(permission, arn, source),
                        True if account is ABSENT else _same_account(account, source),
                    )
                )
            )
        return some(verdicts) if verdicts else None


POLLED = {
    QUEUE: ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "AWS::DynamoDB::Table": (
        "dynamodb:DescribeStream",
        "dynamodb:GetRecords",
        "dynamodb:GetShardIterator",
        "dynamodb:ListStreams",
    ),
    "AWS::Kinesis::Stream": (
        "kinesis:DescribeStream",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    ),
}
"""What Lambda does, with the function's role, to a source that it polls."""

_MANAGED: dict[str, tuple[str, ...]] = {
    "AdministratorAccess": ("*",),
    "PowerUserAccess": ("*",),
    "AmazonDynamoDBFullAccess": ("dynamodb:*",),
    "AmazonSQSFullAccess": ("sqs:*",),
    "AmazonSQSReadOnlyAccess": ("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueues"),
    "service-role/AWSLambdaBasicExecutionRole": (),
    "service-role/AWSLambdaVPCAccessExecutionRole": (),
    "service-role/AWSLambdaSQSQueueExecutionRole": POLLED[QUEUE],
    "service-role/AWSLambdaDynamoDBExecutionRole": POLLED["AWS::DynamoDB::Table"],
    "service-role/AWSLambdaKinesisExecutionRole": POLLED["AWS::Kinesis::Stream"],
    "AWSXRayDaemonWriteAccess": (
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries",
    ),
    "CloudWatchLambdaInsightsExecutionRolePolicy": (),
}
"""What AWS's own policies allow of what is asked here; roles with any other are not judged."""


class Grants:
    """What the roles of a graph are allowed, from their own policies and those attached to them."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._attached: dict[tuple[int, str], list[View]] = {}
        self._unclear: list[View] = []
        for type, prop in (
            ("AWS::IAM::Policy", "Roles"),
            ("AWS::IAM::ManagedPolicy", "Roles"),
            ("AWS::IAM::RolePolicy", "RoleName"),
        ):
            for policy in graph.of(type):
                for world in only(policy, prop).worlds():
                    given = world.get(prop)
                    for value in [given] if is_unknown(given) else as_list(given):
                        found = graph.target(policy, value)
                        if found is not None:
                            self._attached.setdefault(identity(found.view), []).append(policy)
                        else:
                            self._unclear.append(policy)

    def documents(self, role: View) -> Iterator[tuple[View, Any]]:
        """The policy documents of a role that the graph shows, each with the resource it stands in."""
        for policy in as_list(role.get("Policies")):
            if isinstance(policy, dict) and not is_unknown(policy):
                yield role, policy.get("PolicyDocument")
        for arn in as_list(role.get("ManagedPolicyArns")):
            found = self.graph.target(role, arn)
            if found is not None and found.view.type == "AWS::IAM::ManagedPolicy":
                yield found.view, found.view.get("PolicyDocument")
        for policy in self._attached.get(identity(role), ()):
            yield policy, policy.get("PolicyDocument")

    def may(self, role: View, action: str, target: View) -> Verdict:
        """Whether a role is allowed an action on a resource; the resource's own policy counts too."""
        verdicts: list[Verdict] = [None] if self._unclear else []
        for world in only(role, "Policies", "ManagedPolicyArns").worlds():
            verdicts += [
                self._document(role, policy.get("PolicyDocument"), action, target) if isinstance(policy, dict) else None
                for policy in as_list(world.get("Policies"))
            ]
            verdicts += [self._managed(role, arn, action, target) for arn in as_list(world.get("ManagedPolicyArns"))]
        verdicts += [
            self._document(policy, policy.get("PolicyDocument"), action, target)
            for policy in self._attached.get(identity(role), ())
        ]
        return some(verdicts)

    def _managed(self, role: View, arn: Any, action: str, target: View) -> Verdict:
        found = self.graph.target(role, arn)
        if found is not None and found.view.type == "AWS::IAM::ManagedPolicy":
            return self._document(found.view, found.view.get("PolicyDocument"), action, target)
        written = spelled(arn)
        name = plain_arn(written).removeprefix("arn:aws:iam::aws:policy/") if written else ""
        patterns = _MANAGED.get(name)
        if patterns is None:
            return None
        return any(matches(pattern.lower(), action.lower()) for pattern in patterns)

    def _document(self, view: View, document: Any, action: str, target: View) -> Verdict:
        found, verdicts = allowing(document)
        for statement in found:
            reached = some(points_at(view, item, target) for item in statement.all("Resource"))
            verdicts.append(
                every(
                    (
                        covers(statement, action),
                        None if "NotResource" in statement.body else reached,
                        None if statement.body.get("Condition") else True,
                    )
                )
            )
        return some(verdicts)


def opened(document: Any, action: str) -> bool:
    """Whether a resource policy may give an action to somebody who is not a service."""
    found, begin = allowing(document)
    return begin != [False] or any(
        not (isinstance(principal := statement.body.get("Principal"), dict) and set(principal) == {"Service"})
        and covers(statement, action) is not False
        for statement in found
    )


def account_only(key: View) -> bool:
    """Whether a key's policy leaves it to IAM who in the account may decrypt with it."""
    found, begin = allowing(key.get("KeyPolicy"))
    if begin != [False]:
        return False
    for statement in found:
        principal = statement.body.get("Principal")
        kinds = set(principal) if isinstance(principal, dict) else set()
        if kinds == {"Service"} or covers(statement, "kms:Decrypt") is False:
            continue
        if kinds != {"AWS"} or not all(_is_account(one) for one in statement.all("Principal")[0].values()):
            return False
    return True


def _is_account(principals: Any) -> bool:
    written = [spelled(one) or "" for one in as_list(principals)]
    return all(one.endswith(":root") or one == "${AWS::AccountId}" or re.fullmatch(r"\d{12}", one) for one in written)
