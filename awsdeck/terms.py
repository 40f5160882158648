"""The terms on which a stack is deployed: roles, who is told, which alarms undo it, what may be updated, tags.

Everything here is for CloudFormation itself and stands in no template, so it has to be known when a deploy begins.
"""

from __future__ import annotations

import json
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

MOST_TOPICS = 5
MOST_ALARMS = 5
LONGEST_WATCH = 180  # minutes
MOST_TAGS = 50
LARGEST_POLICY = 16_384  # characters
COMPOSITE = "composite:"
"""What an alarm's ARN begins with here when it is a composite one, which the ARN itself does not show."""
VERBS = ("modify", "replace", "delete")
"""What a stack policy can forbid an update to do to a resource."""

_ARN = r"arn:aws[a-z-]*"
_ROLE = rf"{_ARN}:iam::\d{{12}}:role/[\w+=,.@/-]+"
_TOPIC = rf"{_ARN}:sns:[a-z0-9-]+:\d{{12}}:[\w-]{{1,256}}(\.fifo)?"
_ALARM = rf"{_ARN}:cloudwatch:[a-z0-9-]+:\d{{12}}:alarm:.+"
_API = "CloudFormation API Reference, CreateChangeSet"
_POLICIES = "CloudFormation User Guide, Prevent updates to stack resources"
_LATER = "it is known only once its stack is deployed"


class Problem:
    """What is wrong with one term: its keyword, what it is, and how to put it right, with the page that says so."""

    __slots__ = ("name", "text", "fix")

    def __init__(self, name: str, text: str, fix: str, source: str) -> None:
        self.name = name
        self.text = f"{name}: {text} (source: {source})"
        self.fix = fix


def problems(**given: Any) -> list[Problem]:
    """Everything that is wrong with terms by their keyword; None is for one that nobody has settled."""
    return [found for name, value in given.items() if value is not None for found in _CHECKS[name](name, value)]


def _role(name: str, value: Any) -> Iterator[Problem]:
    if not _is(_ROLE, value) or not 20 <= len(str(value)) <= 2048:
        source = _API if name == "execution_role" else "IAM User Guide, IAM identifiers"
        yield Problem(name, _told(value), "the ARN of a role: arn:aws:iam::123456789012:role/deployer", source)


def _topics(name: str, value: Any) -> Iterator[Problem]:
    if (found := _several(name, value, MOST_TOPICS, "topics")) is not None:
        yield found
        return
    for one in value:
        if not _is(_TOPIC, one):
            fix = "the ARN of a topic that is there already: arn:aws:sns:eu-west-1:123456789012:deploys"
            yield Problem(name, _told(one), fix, _API)


def _alarms(name: str, value: Any) -> Iterator[Problem]:
    if (found := _several(name, value, MOST_ALARMS, "alarms")) is not None:
        yield found
        return
    for one in value:
        if not _is(rf"({COMPOSITE})?{_ALARM}", one):
            fix = (
                "the ARN of an alarm that is there already: arn:aws:cloudwatch:eu-west-1:123456789012:alarm:errors; "
                f"for a composite one {COMPOSITE}arn:…"
            )
            yield Problem(name, _told(one), fix, f"{_API}, RollbackConfiguration")


def _minutes(name: str, value: Any) -> Iterator[Problem]:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_WATCH:
        source = f"{_API}, RollbackConfiguration"
        yield Problem(name, _told(value), f"whole minutes from 0 to {LONGEST_WATCH}", source)


def _tags(name: str, value: Any) -> Iterator[Problem]:
    if not hasattr(value, "items"):
        yield Problem(name, _told(value), 'a mapping of texts: {"team": "shop"}', _API)
        return
    if len(value) > MOST_TAGS:
        yield Problem(name, f"{len(value)} tags", f"at most {MOST_TAGS}", _API)
    for key, text in value.items():
        if not isinstance(key, str) or not isinstance(text, str):
            yield Problem(name, f"{key!r}: {text!r}", "keys and values are texts", _API)
        elif _later(key) or _later(text):
            continue  # said where the template is made, together with tags of constructs
        elif key.lower().startswith("aws:"):
            yield Problem(name, f"the tag {key!r} is reserved", "do not begin with aws:", _API)
        elif not 1 <= len(key) <= 128:
            yield Problem(name, f"the key {key!r} has {len(key)} characters", "1 to 128 characters", _API)
        elif not 1 <= len(text) <= 256:
            yield Problem(name, f"the value of {key!r} has {len(text)} characters", "1 to 256 characters", _API)


def _policy(name: str, value: Any) -> Iterator[Problem]:
    if not hasattr(value, "items"):
        yield Problem(name, _told(value), "a policy as a mapping; {} lets everything be updated", _POLICIES)
        return
    try:
        size = len(policy_text(value))
    except (TypeError, ValueError) as error:
        yield Problem(name, f"it cannot be written as JSON: {error}", "texts, lists and mappings", _POLICIES)
        return
    if size > LARGEST_POLICY:
        yield Problem(name, f"{size:,} characters", f"at most {LARGEST_POLICY:,}", _POLICIES)
    if not value:
        return
    unknown = sorted(str(key) for key in value if key not in ("Version", "Id", "Statement"))
    if unknown:
        yield Problem(name, f"there is no {', '.join(unknown)}", "Statement, with a list of statements", _POLICIES)
    statements = value.get("Statement")
    if isinstance(statements, dict):
        statements = [statements]
    if not isinstance(statements, list) or not statements:
        yield Problem(name, "it has no statements", 'Statement: [{"Effect": "Allow", …}]', _POLICIES)
        return
    for number, statement in enumerate(statements):
        for text, fix in _statement(statement):
            yield Problem(name, f"Statement[{number}]: {text}", fix, _POLICIES)


_KNOWN = {"Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition"}
_ACTIONS = tuple(f"Update:{verb.capitalize()}" for verb in VERBS)


def _statement(statement: object) -> Iterator[tuple[str, str]]:
    if not isinstance(statement, dict):
        yield f"{statement!r} is no statement", "a mapping with Effect, Action, Principal and Resource"
        return
    unknown = sorted(str(key) for key in statement if key not in _KNOWN)
    if unknown:
        yield f"there is no {', '.join(unknown)}", ", ".join(sorted(_KNOWN))
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield f"Effect is {statement.get('Effect')!r}", "Allow or Deny"
    if statement.get("Principal") != "*":
        yield f"Principal is {statement.get('Principal')!r}", 'the principal of a stack policy is always "*"'
    for one, other, fits, fix in (
        ("Action", "NotAction", _is_action, f"Update:*, {', '.join(_ACTIONS)}"),
        ("Resource", "NotResource", _is_resource, '"*", or LogicalResourceId/ and a logical id'),
    ):
        if (one in statement) == (other in statement):
            yield f"it needs {one} or {other}, one of them", fix
            continue
        key = one if one in statement else other
        for said in _listed(statement[key]):
            if not fits(said):
                yield f"{key} is {said!r}", fix
    condition = statement.get("Condition", {})
    if not isinstance(condition, dict) or any(
        operator not in ("StringEquals", "StringLike") or not isinstance(by, dict) or set(by) != {"ResourceType"}
        for operator, by in condition.items()
    ):
        yield "a Condition can only ask for the resource's type", 'StringEquals or StringLike: {"ResourceType": […]}'


def _is_action(said: object) -> bool:
    return isinstance(said, str) and any(_like(said, action) for action in _ACTIONS)


def _is_resource(said: object) -> bool:
    return _is(r"\*|LogicalResourceId/[A-Za-z0-9*?]+", said)


def _like(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern with `*` and `?` stands for."""
    from fnmatch import fnmatchcase

    return fnmatchcase(text, pattern.replace("[", "[[]"))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _several(name: str, value: Any, most: int, what: str) -> Problem | None:
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return Problem(name, _told(value), f"a list of at most {most}", _API)
    if len(value) > most:
        return Problem(name, f"{len(value)} {what}", f"at most {most}", _API)
    return None


def _is(pattern: str, value: object) -> bool:
    return isinstance(value, str) and not _later(value) and re.fullmatch(pattern, value) is not None


def _later(text: str) -> bool:
    """Whether a text has parts that only CloudFormation can fill in."""
    if str.isascii(text):
        return False
    from .tokens import has_marker

    return has_marker(text)


def _told(value: object) -> str:
    if isinstance(value, str) and _later(value):
        from .tokens import describe

        return f"{describe(value)}: {_LATER}"
    return repr(value)


_CHECKS: dict[str, Callable[[str, Any], Iterator[Problem]]] = {
    "role": _role,
    "execution_role": _role,
    "notification_arns": _topics,
    "rollback_triggers": _alarms,
    "monitoring": _minutes,
    "stack_policy": _policy,
    "tags": _tags,
}

OPEN_POLICY = {"Statement": [{"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}]}
"""What stands for no policy at all: CloudFormation cannot take a stack policy away again."""


def policy_of(given: Mapping[str, Any] | None, guarded: Iterable[tuple[str, Iterable[str]]]) -> dict[str, Any] | None:
    """The policy that a stack says, with what is guarded one by one: logical ids and what may not happen to them."""
    denied = [
        {
            "Effect": "Deny",
            "Action": [f"Update:{verb.capitalize()}" for verb in VERBS if verb in verbs],
            "Principal": "*",
            "Resource": f"LogicalResourceId/{logical_id}",
        }
        for logical_id, verbs in guarded
    ]
    if not denied:
        return None if given is None else dict(given)
    policy: dict[str, Any] = json.loads(json.dumps(given or OPEN_POLICY))
    policy["Statement"] = [*_listed(policy["Statement"]), *denied]
    return policy


def named_in(policy: Mapping[str, Any]) -> list[str]:
    """The logical ids that a stack policy names, patterns left out."""
    found = [
        said.partition("/")[2]
        for statement in _listed(policy.get("Statement", []))
        for said in _listed(statement.get("Resource", statement.get("NotResource", [])))
    ]
    return sorted({name for name in found if name and "*" not in name and "?" not in name})


def policy_text(policy: Mapping[str, Any]) -> str:
    """A stack policy as CloudFormation takes it, the same text for the same policy."""
    return json.dumps(policy or OPEN_POLICY, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
