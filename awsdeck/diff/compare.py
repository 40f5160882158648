"""Two values as CloudFormation sees them: what is the same in other words, and where the rest differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from .changes import ABSENT, Path, PropertyChange

NO_VALUE = {"Ref": "AWS::NoValue"}
IDENTITIES = ("Key", "Sid", "Id", "Name", "AttributeName", "IndexName", "ParameterKey", "DeviceName")
POLICY_LISTS = ("Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal")

Unordered = Callable[[Path], bool]


def ordered(_: Path) -> bool:
    """The order of every list matters."""
    return False


def is_intrinsic(value: object) -> bool:
    """True for a value that only CloudFormation can work out."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    key = next(iter(value))
    return isinstance(key, str) and (key in ("Ref", "Condition") or key.startswith("Fn::"))


def is_policy(value: object) -> bool:
    """True for a policy document: something with statements."""
    return isinstance(value, dict) and "Statement" in value


def normal(value: Any, path: Path = (), unordered: Unordered = ordered, *, policy: bool = False) -> Any:
    """`value` in the one form that all spellings of it share: lenient scalars, short forms, irrelevant order."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, str):
        document = _policy_text(value)
        return value if document is None else normal(document, path, unordered)
    if isinstance(value, dict):
        if is_intrinsic(value):
            return _normal_intrinsic(value, path, unordered)
        policy = policy or is_policy(value)
        kept = {str(key): item for key, item in value.items() if item != NO_VALUE}
        return {
            key: _as_set(normal(item, (*path, key), unordered, policy=True))
            if policy and key in (*POLICY_LISTS, "Statement")
            else normal(item, (*path, key), unordered, policy=policy)
            for key, item in kept.items()
        }
    if isinstance(value, (list, tuple)):
        items = [normal(item, (*path, n), unordered, policy=policy) for n, item in enumerate(value) if item != NO_VALUE]
        return sorted(items, key=fingerprint) if policy or unordered(path) else items
    return value


def fingerprint(value: Any) -> str:
    """A text that is equal for equal values; keys are sorted."""
    return json.dumps(value, sort_keys=True, default=str)


def same(before: Any, after: Any, path: Path = (), unordered: Unordered = ordered) -> bool:
    """True when the two mean the same to CloudFormation."""
    if fingerprint(before) == fingerprint(after):
        return True
    return bool(normal(before, path, unordered) == normal(after, path, unordered))


def walk(
    before: Any, after: Any, path: Path = (), unordered: Unordered = ordered, *, policy: bool = False
) -> Iterator[PropertyChange]:
    """Every place where the two differ, as deep as both have the same shape."""
    before, after = (ABSENT if _is_absent(side) else side for side in (before, after))
    if before is ABSENT or after is ABSENT:
        if before is not after:
            yield PropertyChange(path, before, after)
        return
    if isinstance(before, str) and isinstance(after, dict):
        before = _object_text(before, otherwise=before)
    elif isinstance(after, str) and isinstance(before, dict):
        after = _object_text(after, otherwise=after)
    if normal(before, path, unordered, policy=policy) == normal(after, path, unordered, policy=policy):
        return
    if isinstance(before, dict) and isinstance(after, dict) and not is_intrinsic(before) and not is_intrinsic(after):
        inside = policy or is_policy(before) or is_policy(after)
        for key in sorted(before.keys() | after.keys(), key=str):
            one, other = before.get(key, ABSENT), after.get(key, ABSENT)
            if inside and key in (*POLICY_LISTS, "Statement") and _is_list_of_one(one, other):
                if _as_set(normal(one, policy=True)) != _as_set(normal(other, policy=True)):
                    yield PropertyChange((*path, key), one, other)
                continue
            yield from walk(one, other, (*path, key), unordered, policy=inside)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _walk_list(before, after, path, unordered, policy)
    else:
        yield PropertyChange(path, before, after)


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all values that are not themselves containers."""
    if isinstance(value, dict) and value and not is_intrinsic(value):
        for key, item in value.items():
            yield from leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for index, item in enumerate(value):
            yield from leaves(item, (*path, index))
    else:
        yield path


def _walk_list(
    before: list[Any], after: list[Any], path: Path, unordered: Unordered, policy: bool
) -> Iterator[PropertyChange]:
    free = policy or unordered(path)
    old = [(n, item) for n, item in enumerate(before) if item != NO_VALUE]
    new = [(n, item) for n, item in enumerate(after) if item != NO_VALUE]

    def marks(side: Sequence[tuple[int, Any]]) -> list[str]:
        return [fingerprint(normal(item, (*path, n), unordered, policy=policy)) for n, item in side]

    pairs = _pair_free(old, new, marks) if free else _pair_ordered(old, new, marks)
    for one, other in pairs:
        if one is None and other is not None:
            yield PropertyChange((*path, other[0]), ABSENT, other[1])
        elif other is None and one is not None:
            yield PropertyChange((*path, one[0]), one[1], ABSENT)
        elif one is not None and other is not None:
            yield from walk(one[1], other[1], (*path, one[0]), unordered, policy=policy)


Item = tuple[int, Any]
Pairs = list[tuple[Item | None, Item | None]]


def _pair_ordered(old: list[Item], new: list[Item], marks: Callable[[list[Item]], list[str]]) -> Pairs:
    pairs: Pairs = []
    for tag, i, i_end, j, j_end in SequenceMatcher(None, marks(old), marks(new), autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        both = min(i_end - i, j_end - j)
        pairs += zip(old[i : i + both], new[j : j + both], strict=True)
        pairs += [(item, None) for item in old[i + both : i_end]]
        pairs += [(None, item) for item in new[j + both : j_end]]
    return pairs


def _pair_free(old: list[Item], new: list[Item], marks: Callable[[list[Item]], list[str]]) -> Pairs:
    waiting: dict[str, list[Item]] = {}
    for mark, item in zip(marks(new), new, strict=True):
        waiting.setdefault(mark, []).append(item)
    left = []
    for mark, item in zip(marks(old), old, strict=True):
        if waiting.get(mark):
            waiting[mark].pop(0)
        else:
            left.append(item)
    right = sorted((item for items in waiting.values() for item in items), key=lambda item: item[0])
    pairs: Pairs = []
    for item in list(left):
        match = next((other for other in right if _identity(other[1]) == _identity(item[1]) is not None), None)
        if match is not None:
            pairs.append((item, match))
            left.remove(item)
            right.remove(match)
    if len(left) == len(right) and all(isinstance(item[1], dict) for item in left + right):
        pairs += zip(left, right, strict=True)
    else:
        pairs += [(item, None) for item in left]
        pairs += [(None, item) for item in right]
    return sorted(pairs, key=lambda pair: (pair[0] or pair[1] or (0,))[0])


def _identity(item: Any) -> str | None:
    if not isinstance(item, dict) or is_intrinsic(item):
        return None
    return next((f"{name}={fingerprint(item[name])}" for name in IDENTITIES if name in item), None)


def _is_absent(value: Any) -> bool:
    return value is ABSENT or value == NO_VALUE


def _is_list_of_one(one: Any, other: Any) -> bool:
    """True when one side spells a list of one as the item itself."""
    return ABSENT not in (one, other) and isinstance(one, list) != isinstance(other, list)


def _as_set(value: Any) -> Any:
    if isinstance(value, list):
        return value
    if isinstance(value, dict) and not is_intrinsic(value) and "Effect" not in value:
        return {key: _as_set(item) for key, item in value.items()}
    return [value]


def _normal_intrinsic(value: dict[str, Any], path: Path, unordered: Unordered) -> Any:
    [(key, argument)] = value.items()
    if key == "Fn::GetAtt" and isinstance(argument, str):
        argument = argument.split(".", 1)
    elif key == "Fn::GetAtt" and isinstance(argument, list) and all(isinstance(part, str) for part in argument):
        argument = [argument[0], ".".join(argument[1:])] if argument else argument
    elif key == "Fn::Sub" and isinstance(argument, list) and len(argument) == 2 and argument[1] == {}:
        argument = argument[0]
    if key == "Fn::If" and isinstance(argument, list) and len(argument) == 3:
        return {key: [argument[0], *(normal(branch, path, unordered) for branch in argument[1:])]}
    return {key: normal(argument)}


def _object_text(text: str, otherwise: Any) -> Any:
    if not text.lstrip().startswith("{"):
        return otherwise
    try:
        document = json.loads(text)
    except ValueError:
        return otherwise
    return document if isinstance(document, dict) else otherwise


def _policy_text(text: str) -> Any:
    if '"Statement"' not in text:
        return None
    document = _object_text(text, otherwise=None)
    return document if is_policy(document) else None
