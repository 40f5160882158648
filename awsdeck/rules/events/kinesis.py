"""Amazon Kinesis Data Streams: what the documentation demands beyond the resource schema."""

from __future__ import annotations

from ..templates.update import pairs
from ..vocabulary import ABSENT, Between, Is, Present, Rule, Unset, Update, Violation, is_unknown, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

STREAM = "AWS::Kinesis::Stream"
RETENTION_LEAST = 24
RETENTION_MOST = 8_760
"""Hours that records are kept, a day to a year. Source: Kinesis Data Streams Developer Guide, quotas and limits."""


def _shards(view: View) -> Iterator[Violation]:
    mode = view.get("StreamModeDetails/StreamMode", "PROVISIONED")
    if not is_unknown(mode) and mode == "PROVISIONED" and view.get("ShardCount") is ABSENT:
        yield Violation(("ShardCount",))


def _scaled(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, STREAM):
        was, now = number(old.get("ShardCount")), number(new.get("ShardCount"))
        if was and now and not was / 2 <= now <= was * 2:
            step = int(was * 2 if now > was else -(-was // 2))
            yield Violation(("ShardCount",), view=new, was=was, now=now, step=step)


def _forgotten(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, STREAM):
        was = number(old.get("RetentionPeriodHours", RETENTION_LEAST))
        now = number(new.get("RetentionPeriodHours", RETENTION_LEAST))
        if was is not None and now is not None and now < was:
            yield Violation(("RetentionPeriodHours",), view=new, was=was, now=now)


def _from_to(old: dict[str, Any], new: dict[str, Any]) -> Update:
    one, other = ({"Resources": {"It": {"Type": STREAM, "Properties": body}}} for body in (old, new))
    return Update(one, other)


RULES: tuple[Rule, ...] = (
    Rule(
        "KIN001", STREAM, "error",
        "an ON_DEMAND stream has as many shards as it needs, and takes no ShardCount",
        when={"StreamModeDetails/StreamMode": Is("ON_DEMAND")},
        then={"ShardCount": Unset()},
        fix="leave ShardCount out, or choose PROVISIONED",
        source="CloudFormation resource schema, AWS::Kinesis::Stream; Kinesis Data Streams Developer Guide, capacity mode",
        verified="docs",
        good={"StreamModeDetails": {"StreamMode": "ON_DEMAND"}},
        bad={"StreamModeDetails": {"StreamMode": "ON_DEMAND"}, "ShardCount": 2},
    ),
    Rule(
        "KIN002", STREAM, "error",
        "a PROVISIONED stream says how many shards it has",
        check=_shards,
        fix="give ShardCount, or StreamModeDetails with ON_DEMAND",
        source="CloudFormation resource schema, AWS::Kinesis::Stream; Kinesis API Reference, CreateStream",
        verified="docs",
        good=({"ShardCount": 1}, {"StreamModeDetails": {"StreamMode": {"Ref": "Mode"}}}),
        bad=({"RetentionPeriodHours": 24}, {"StreamModeDetails": {"StreamMode": "PROVISIONED"}}),
    ),
    Rule(
        "KIN003", STREAM, "error",
        "records are kept from a day to a year",
        then={"RetentionPeriodHours": Between(RETENTION_LEAST, RETENTION_MOST, "hours")},
        source="CloudFormation resource schema, AWS::Kinesis::Stream",
        good={"ShardCount": 1, "RetentionPeriodHours": 168},
        bad={"ShardCount": 1, "RetentionPeriodHours": 12},
    ),
    Rule(
        "KIN004", STREAM, "info",
        "the stream's records are not encrypted at rest",
        then={"StreamEncryption": Present()},
        fix="give StreamEncryption with EncryptionType KMS and KeyId alias/aws/kinesis or a key of your own",
        source="Kinesis Data Streams Developer Guide, data protection, server-side encryption",
        verified="docs",
        good={"ShardCount": 1, "StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}},
        bad={"ShardCount": 1},
    ),
    Rule(
        "UPD031", STREAM, "warning",
        "from {was} to {now} shards is more than one step: by default a stream at most doubles or halves at once",
        scope="update",
        check=_scaled,
        fix="go to {step} shards first, or have AWS raise the quota",
        source="Kinesis API Reference, UpdateShardCount",
        verified="docs",
        good=(
            _from_to({"ShardCount": 2}, {"ShardCount": 4}),
            _from_to({"ShardCount": 5}, {"ShardCount": 3}),
            _from_to({"ShardCount": {"Ref": "Shards"}}, {"ShardCount": 9}),
            _from_to({"ShardCount": 9}, {"StreamModeDetails": {"StreamMode": "ON_DEMAND"}}),
        ),
        bad=(_from_to({"ShardCount": 2}, {"ShardCount": 5}), _from_to({"ShardCount": 5}, {"ShardCount": 2})),
    ),
    Rule(
        "UPD032", STREAM, "warning",
        "records older than {now} hours can no longer be read: they were kept {was}",
        scope="update",
        check=_forgotten,
        fix="make sure that every consumer has read them",
        source="Kinesis API Reference, DecreaseStreamRetentionPeriod",
        verified="docs",
        good=(
            _from_to({"ShardCount": 1}, {"ShardCount": 1, "RetentionPeriodHours": 48}),
            _from_to({"ShardCount": 1, "RetentionPeriodHours": {"Ref": "Hours"}}, {"ShardCount": 1}),
        ),
        bad=(
            _from_to({"ShardCount": 1, "RetentionPeriodHours": 48}, {"ShardCount": 1}),
            _from_to({"ShardCount": 1, "RetentionPeriodHours": 48}, {"ShardCount": 1, "RetentionPeriodHours": 30}),
        ),
    ),
)  # fmt: skip
