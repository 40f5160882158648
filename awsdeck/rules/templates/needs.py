"""What the role of a consumer must be allowed, so far as templates tell what consumes what."""

from __future__ import annotations

from ..functions.aliases import MAPPING, called
from ..policies.access import (
    KEY,
    QUEUE,
    ROLE,
    TOPIC,
    Grants,
    Permissions,
    account_only,
    generated,
    key_of,
    opened,
)
from ..vocabulary import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

FUNCTION = "AWS::Lambda::Function"
SENDING = {QUEUE: "sqs:SendMessage", TOPIC: "sns:Publish"}
_KEY_PROPERTY = {QUEUE: "KmsMasterKeyId", TOPIC: "KmsMasterKeyId"}


class Need:
    """What the role of `consumer` must be allowed on `target`; `path` is where the consumer names it."""

    __slots__ = ("consumer", "path", "role", "actions", "target")

    def __init__(self, consumer: View, path: Path, role: View, actions: tuple[str, ...], target: View) -> None:
        self.consumer = consumer
        self.path = path
        self.role = role
        self.actions = actions
        self.target = target


def role_of(graph: Graph, function: View) -> View | None:
    """The execution role of a function, when it is in the graph."""
    found = graph.target(function, function.get("Role"))
    return found.view if found is not None and found.view.type == ROLE else None


def role_behind(graph: Graph, view: View) -> View | None:
    """The role of the function that an event source mapping or invoke configuration names."""
    found = called(graph, view, view.get("FunctionName"))
    return role_of(graph, found.function) if found is not None else None


def missing(graph: Graph, needs: Iterable[Need]) -> Iterator[tuple[Need, list[str]]]:
    """The needs that are certainly not met, with the actions that are not allowed."""
    for need in needs:
        if generated(need.consumer, need.role):
            continue
        grants, permissions = graph.kept(Grants), graph.kept(Permissions)
        if need.target.type == KEY:
            if not account_only(need.target):
                continue
        elif (
            need.target.get("ResourcePolicy", None) is not None
            or permissions.unclear(need.target)
            or any(
                opened(policy.get("PolicyDocument"), action)
                for policy in permissions.of(need.target)
                for action in need.actions
            )
        ):
            continue
        lacking = [action for action in need.actions if grants.may(need.role, action, need.target) is False]
        if lacking:
            yield need, lacking


def _opened(need: Need, permissions: Permissions) -> bool:
    """Whether the target may let the role in by a policy of its own."""
    if need.target.get("ResourcePolicy") is not ABSENT or permissions.unclear(need.target):
        return True
    policies = [policy.get("PolicyDocument") for policy in permissions.of(need.target)]
    return any(opened(policy, action) for policy in policies for action in need.actions)


def _decrypting(graph: Graph) -> Iterator[Need]:
    """Whoever reads an encrypted queue with Lambda decrypts with its key."""
    for mapping in graph.of(MAPPING):
        role = role_behind(graph, mapping)
        if role is None:
            continue
        for path, value in mapping.values("EventSourceArn"):
            source = graph.target(mapping, value)
            key = key_of(source.view, source.view.get("KmsMasterKeyId")) if source is not None else None
            if key is not None:
                yield Need(mapping, path, role, ("kms:Decrypt",), key)


_OUTLETS = (
    (FUNCTION, "DeadLetterConfig/TargetArn"),
    ("AWS::Lambda::EventInvokeConfig", "DestinationConfig/OnFailure/Destination"),
    ("AWS::Lambda::EventInvokeConfig", "DestinationConfig/OnSuccess/Destination"),
    (MAPPING, "DestinationConfig/OnFailure/Destination"),
)


def _sending(graph: Graph) -> Iterator[Need]:
    """Lambda sends failed events and results on with the function's own role."""
    for type, prop in _OUTLETS:
        for view in graph.of(type):
            role = role_of(graph, view) if type == FUNCTION else role_behind(graph, view)
            if role is None:
                continue
            for path, value in view.values(prop):
                found = graph.target(view, value)
                action = SENDING.get(found.view.type) if found is not None else None
                if found is None or action is None:
                    continue
                yield Need(view, path, role, (action,), found.view)
                key = key_of(found.view, found.view.get(_KEY_PROPERTY[found.view.type]))
                if key is not None:
                    yield Need(view, path, role, ("kms:GenerateDataKey", "kms:Decrypt"), key)


LINKS = (_decrypting, _sending)
"""Every way to learn from templates what needs access to what, but for the sources that Lambda polls."""
TYPES = (FUNCTION, MAPPING, "AWS::Lambda::EventInvokeConfig")
