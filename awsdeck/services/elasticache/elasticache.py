"""Amazon ElastiCache: what caches of every engine share; see `redis`, `memcached` and `serverlesscache` for them.

Source: ElastiCache User Guide; course notes, ElastiCache.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...errors import ConstructError
from ...rules.elasticache.cacheengines import family
from ...source import caller
from ...tokens import has_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal, TypeAlias

    from ...constructs import Construct
    from ...tokens import Token
    from ..cloudwatch.logs import LogGroupAccess
    from ..messaging.sns import TopicAccess
    from ..vpc.subnet import Placement

    Need: TypeAlias = Literal[
        "auth", "backups", "data-types", "failover", "persistence", "pub-sub", "ranking"
    ]  # fmt: skip
    Pattern: TypeAlias = Literal["lazy", "write-through"]

SUBNET_GROUP = "AWS::ElastiCache::SubnetGroup"
PARAMETER_GROUP = "AWS::ElastiCache::ParameterGroup"
NAMESPACE = "AWS/ElastiCache"
LOGS = {"slow": "slow-log", "engine": "engine-log"}
FORMATS = ("json", "text")
PATTERNS = ("lazy", "write-through")


class CacheStrategy:
    """How a program fills its cache, told to a cache so that it is checked: `CacheStrategy("lazy", ttl=300)`.

    - "lazy": what is missing is read from the database and put into the cache; "write-through": what is written to
      the database is written to the cache too. Both together leave the fewest gaps.
    - `ttl`: seconds after which a value is read anew, 1 or more. Without one, what was loaded lazily stays stale.

    Nothing of it stands in the template. Source: ElastiCache User Guide, Caching strategies; course notes, ElastiCache.
    """

    __slots__ = ("patterns", "ttl")

    def __init__(self, *patterns: Pattern, ttl: float | None = None) -> None:
        wrong = [pattern for pattern in patterns if pattern not in PATTERNS]
        if wrong or not patterns:
            raise ConstructError(
                f"a caching strategy {wrong[0]!r}" if wrong else "a caching strategy without a pattern", place=caller(),
                fix='"lazy", "write-through", or both',
            )  # fmt: skip
        self.patterns: tuple[Pattern, ...] = patterns
        self.ttl = ttl


class CacheLog:
    """A log of Redis or Valkey and where it goes: `CacheLog("slow", log_group)`.

    - `kind`: "slow" (commands that took long; Redis 6.0, Valkey 7.2) or "engine" (what the engine says; Redis 6.2).
    - `to`: a `LogGroup`, or the name of one; `firehose`: in place of it, the name of a Firehose delivery stream.
    - `format`: "json" or "text".

    Source: ElastiCache User Guide, Log delivery.
    """

    __slots__ = ("kind", "to", "firehose", "format")

    def __init__(
        self,
        kind: Literal["slow", "engine"],
        to: LogGroupAccess | str | None = None,
        *,
        firehose: str | None = None,
        format: Literal["json", "text"] = "json",
    ) -> None:
        if str(kind) not in LOGS or str(format) not in FORMATS:
            raise ConstructError(
                f"a log {kind!r} as {format!r}", place=caller(), fix='"slow" or "engine", as "json" or "text"'
            )
        if (to is None) == (firehose is None):
            raise ConstructError(
                f"the {kind} log goes to one place", place=caller(),
                fix="give a log group, or the name of a delivery stream as firehose=",
            )  # fmt: skip
        self.kind = kind
        self.to = to
        self.firehose = firehose
        self.format = format

    def delivery(self) -> dict[str, Any]:
        """The entry of `LogDeliveryConfigurations`."""
        if self.firehose is not None:
            kind: str = "kinesis-firehose"
            details: dict[str, Any] = {"KinesisFirehoseDetails": {"DeliveryStream": self.firehose}}
        else:
            kind = "cloudwatch-logs"
            name = self.to if isinstance(self.to, str) else getattr(self.to, "log_group_name", None)
            if name is None:
                raise ConstructError(
                    f"the {self.kind} log cannot go to a {type(self.to).__name__}", place=caller(),
                    fix="give a LogGroup, or the name of one",
                )  # fmt: skip
            details = {"CloudWatchLogsDetails": {"LogGroup": name}}
        return {
            "LogType": LOGS[self.kind],
            "LogFormat": self.format,
            "DestinationType": kind,
            "DestinationDetails": details,
        }


def hints(strategy: CacheStrategy | None, write_ratio: float | None) -> dict[str, Any]:
    """What a construct was told of its use, as rules read it."""
    told: dict[str, Any] = {"write_ratio": write_ratio}
    if strategy is not None:
        if not isinstance(strategy, CacheStrategy):
            raise ConstructError(
                f"strategy= is a {type(strategy).__name__}", place=caller(), fix='CacheStrategy("lazy", ttl=300)'
            )
        told.update(strategy=list(strategy.patterns), ttl=strategy.ttl)
    return told


def subnet_group(owner: Construct, placement: Placement) -> Token:
    """Make the subnet group of a cache (its child "Subnets") and return its name."""
    made = resource_class(SUBNET_GROUP)(
        owner, "Subnets", Description=f"where {owner.node.path} stands", SubnetIds=placement.ids
    )
    return made.ref


def parameter_group(owner: Construct, engine: str, version: object, parameters: Mapping[str, Any] | str | None) -> Any:
    """The name of a parameter group: one that exists, or one made here (the child "Parameters") of these values."""
    if parameters is None or isinstance(parameters, str):
        return parameters
    values = {name: _spelled(value) for name, value in parameters.items()}
    made = resource_class(PARAMETER_GROUP)(
        owner,
        "Parameters",
        CacheParameterGroupFamily=family_of(owner, engine, version),
        Description=f"parameters of {owner.node.path}",
        Properties=values,
    )
    return made.ref


def family_of(owner: Construct, engine: str, version: object) -> str:
    """The parameter group family; raises `ConstructError` where the version does not tell it."""
    known = family(engine, version) if isinstance(version, str) and not has_marker(version) else None
    if known is None:
        raise ConstructError(
            f"{owner.node.path}: the version does not tell which parameters there are", place=caller(),
            fix='write engine_version="7.1", or give the name of a parameter group as parameters=',
        )  # fmt: skip
    return known


def _spelled(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else str(value)


def topic_arn(owner: Construct, topic: TopicAccess | str | None) -> str | None:
    """The ARN of the topic that is told of events."""
    if topic is None or isinstance(topic, str):
        return topic
    arn: str | None = getattr(topic, "arn", None)
    if arn is None:
        raise ConstructError(
            f"{owner.node.path}: notifications= is a {type(topic).__name__}", place=caller(),
            fix="give an SNSTopic, or the ARN of one",
        )  # fmt: skip
    return arn


def fixed_name(owner: Construct, most: int = 40) -> str:
    """A name for what CloudFormation lets go without none: the stack and the path below it, in small letters."""
    stack = owner.node.stack
    words = re.findall(
        r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", f"{stack.name if stack is not None else ''} {owner.node.plain_id}"
    )
    name = "-".join(word.lower() for word in words)
    if len(name) <= most:
        return name
    from hashlib import sha256

    return f"{name[: most - 9].rstrip('-')}-{sha256(name.encode()).hexdigest()[:8]}"


def each(values: Sequence[CacheLog]) -> list[dict[str, Any]] | None:
    """The entries of several logs, None for none."""
    for one in values:
        if not isinstance(one, CacheLog):
            raise ConstructError(f"a {type(one).__name__} is no log", place=caller(), fix='CacheLog("slow", log_group)')
    return [one.delivery() for one in values] or None
