"""Changes of Lambda functions, versions and event source mappings that AWS refuses, or that do not do what they seem to."""

from __future__ import annotations

from ..policies.access import FUNCTION, literal, same_one
from ..templates.update import changes, differs, pairs, removed
from ..vocabulary import ABSENT, Rule, Update, Violation, is_unknown
from . import runtimes
from .aliases import ALIAS, MAPPING, VERSION, function_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

_PUBLISHED = ("Tags", "ReservedConcurrentExecutions", "RecursiveLoop")
"""Settings of a function that are not part of a version."""


# Versions


def _named_versions(alias: View) -> Iterator[Any]:
    for prop in ("FunctionVersion", "RoutingConfig/AdditionalVersionWeights/*/FunctionVersion"):
        for _, value in alias.values(prop):
            yield value


def _used_versions(before: Graph, after: Graph) -> Iterator[Violation]:
    for version, member in removed(before, after):
        if version.type != VERSION or version.body.get("DeletionPolicy") in ("Retain", "RetainExceptOnCreate"):
            continue
        mine = function_of(before, version)
        for old, new in pairs(before, after, ALIAS):
            its = function_of(before, old)
            if mine is None or its is None or not same_one(mine.function, its.function):
                continue
            now = list(_named_versions(new))
            refers = any(
                (found := before.target(old, value)) is not None and same_one(found.view, version) and value in now
                for value in _named_versions(old)
            )
            if refers or any((number_ := literal(value)) is not None and number_.isdigit() for value in now):
                yield Violation(
                    ("/",),
                    view=version,
                    member=member,
                    alias=new.id,
                    may="still points" if refers else "may still point",
                )
                break
    yield from _same_version(before, after)


def _same_version(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, VERSION):
        sure = [path for path, effect in changes(old, new) if effect == "replace" and path != ("FunctionName",)]
        was, now = function_of(before, old), function_of(after, new)
        if not sure or was is None or now is None:
            continue
        if was.function.id == now.function.id and _settings(was.function) == _settings(now.function):
            yield Violation(
                sure[0],
                view=new,
                message="the code and settings of {function} stay, so Lambda publishes no new version for another {prop}",
                fix="change it together with the code",
                function=now.function.id,
            )


def _settings(function: View) -> dict[str, Any]:
    return {name: value for name, value in function.properties.items() if name not in _PUBLISHED}


def _kept_version(before: Graph, after: Graph) -> Iterator[Violation]:
    """New code under a version that stays what it is."""
    for old, new in pairs(before, after, VERSION):
        was, now = function_of(before, old), function_of(after, new)
        if was is None or now is None or was.function.id != now.function.id or changes(old, new):
            continue
        moved = sorted(
            name
            for name in {*_settings(was.function), *_settings(now.function)}
            if differs(was.function.get(name), now.function.get(name))
        )
        if moved:
            yield Violation(("FunctionName",), view=new, function=now.function.id, names=", ".join(moved))


# Functions and mappings


def _again(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, MAPPING):
        source, function = (differs(old.get(name), new.get(name)) for name in ("EventSourceArn", "FunctionName"))
        if source:
            yield Violation(
                ("EventSourceArn",),
                view=new,
                severity="warning",
                message="another source makes a new mapping, which begins at {start}: records can be missed or come twice",
                fix="remove the mapping once the old source is empty, and add a new one",
                start=_start(new),
            )
            continue
        for name in ("StartingPosition", "StartingPositionTimestamp"):
            if source is False and function is False and differs(old.get(name), new.get(name)):
                yield Violation((name,), view=new, name=name)
                break
    yield from _closed_runtimes(before, after)


def _start(mapping: View) -> str:
    position = mapping.get("StartingPosition")
    return position if isinstance(position, str) and not is_unknown(position) else "its own position"


def _closed_runtimes(before: Graph, after: Graph) -> Iterator[Violation]:
    now = runtimes.today()
    for old, new in pairs(before, after, FUNCTION):
        runtime = new.get("Runtime")
        if not isinstance(runtime, str) or runtime not in runtimes.LIFECYCLE or old.properties == new.properties:
            continue
        closed = runtimes.LIFECYCLE[runtime][2]
        if closed <= now and old.get("Runtime") is not ABSENT:
            yield Violation(
                ("Runtime",),
                view=new,
                message="since {closed} functions with {value} are not updated any more",
                fix="change to {newest} in the same update",
                value=runtime,
                closed=closed,
                newest=runtimes.NEWEST[runtimes.family(runtime)],
            )


# Examples


def _of(type: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties}


def _function(key: str = "one.zip", runtime: str = "python3.14") -> dict[str, Any]:
    return _of(
        FUNCTION, Role="arn:aws:iam::123456789012:role/r", Code={"S3Bucket": "code-bucket", "S3Key": key}, Handler="a.b",
        Runtime=runtime,
    )  # fmt: skip


def _versions(*ids: str, live: Any = None, key: str = "one.zip", **properties: Any) -> dict[str, Any]:
    alias = {"Live": _of(ALIAS, FunctionName={"Ref": "Work"}, FunctionVersion=live, Name="live")} if live else {}
    versions = {id: _of(VERSION, FunctionName={"Ref": "Work"}, **properties) for id in ids}
    return {"Resources": {"Work": _function(key), **versions, **alias}}


def _version(id: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [id, "Version"]}


def _reading(source: str, **properties: Any) -> dict[str, Any]:
    arn = f"arn:aws:kinesis:us-east-1:123456789012:stream/{source}"
    return _of(MAPPING, FunctionName="f", EventSourceArn=arn, **properties)


RULES: tuple[Rule, ...] = (
    Rule(
        "LAM010", VERSION, "warning",
        "{function} changes ({names}), and {id} stays the version it is: it never gets the change",
        scope="update",
        check=_kept_version,
        fix="give each version a resource of its own (a number or a hash of the code in its id)",
        source="CloudFormation resource schema, AWS::Lambda::Version; course notes, Lambda",
        good=(
            Update(_versions("V1"), _versions("V2", key="two.zip")),
            Update(_versions("V1"), _versions("V1", key="two.zip", Description="two")),
        ),
        bad=Update(_versions("V1"), _versions("V1", key="two.zip")),
    ),
    Rule(
        "UPD022", VERSION, "warning",
        "the version {id} goes, and the alias {alias} {may} to it",
        scope="update",
        check=_used_versions,
        fix="move the alias first, and remove the version in a later update",
        source="Lambda API Reference, DeleteFunction; PublishVersion; course notes, Lambda",
        good=(
            Update(_versions("V1", live=_version("V1")), _versions("V2", live=_version("V2"), key="two.zip")),
            Update(_versions("V1", "V2", live=_version("V2")), _versions("V2", live=_version("V2"))),
        ),
        bad=(
            Update(_versions("V1", "V2", live=_version("V1")), _versions("V2", live=_version("V1"))),
            Update(_versions("V1", live="1"), _versions(live="1")),
            Update(_versions("V1"), _versions("V1", Description="again")),
        ),
    ),
    Rule(
        "UPD023", (MAPPING, FUNCTION), "error",
        "another {name} makes a second mapping of the same source and function, which Lambda refuses",
        scope="update",
        check=_again,
        fix="remove the mapping in one update, and add it under a new id in the next",
        source="CloudFormation resource schema, AWS::Lambda::EventSourceMapping; Lambda Developer Guide, Lambda runtimes",
        good=(
            Update(
                _reading("orders", StartingPosition="LATEST", BatchSize=10),
                _reading("orders", StartingPosition="LATEST", BatchSize=100),
            ),
            Update(_function(), _function("two.zip")),
        ),
        bad=(
            Update(
                _reading("orders", StartingPosition="LATEST"), _reading("orders", StartingPosition="TRIM_HORIZON")
            ),
            Update(_reading("orders", StartingPosition="LATEST"), _reading("other", StartingPosition="LATEST")),
            Update(_function(runtime="python2.7"), _function("two.zip", "python2.7")),
        ),
    ),
)  # fmt: skip
