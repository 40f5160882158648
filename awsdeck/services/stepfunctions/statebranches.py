"""States that run other states: several chains at once, or one chain for each item of a list.

Source: Step Functions Developer Guide, Parallel workflow state; Map workflow state.
"""

from __future__ import annotations

from ...tokens import AWS
from .choice import Var, template
from .stateflow import Guarded, first_of, flow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, Literal, Unpack

    from ..s3.s3 import BucketAccess
    from .choice import Expr, Language
    from .stateflow import Chain, Fields, State


class Parallel(Guarded):
    """A state that runs several chains at once and goes on when all have ended, with a list of what they gave."""

    KIND = "Parallel"

    def __init__(
        self, name: str, *branches: State | Chain, arguments: Mapping[str, Any] | None = None, **fields: Unpack[Fields]
    ) -> None:
        super().__init__(name, fields)
        self.branches = [first_of(branch) for branch in branches]
        self.arguments = arguments

    def inner(self) -> Iterator[State]:
        """The first state of each branch."""
        yield from self.branches

    def own(self, language: Language, outer: Language) -> dict[str, Any]:
        """The branches."""
        made: dict[str, Any] = {"Branches": [flow(branch, outer) for branch in self.branches]}
        if self.arguments is not None:
            made["Arguments" if language == "JSONata" else "Parameters"] = template(self.arguments, language)
        return made


class Map(Guarded):
    """A state that runs a chain for each item of a list, and goes on when all have ended, with a list of what they gave.

    - `each`: what is done with an item; `items`: where the list is (`"$.orders"`, `var`, or in JSONata `expr("…")`), the
      whole input by default; `item`: what a run gets instead of the bare item, with `var("$$.Map.Item.Value")` in it.
    - `max_concurrency`: runs at once, 40 at most inside one execution; 0, as many as possible, by default.

    For millions of items, or items in S3, see `DistributedMap`.
    """

    KIND = "Map"

    def __init__(
        self, name: str, each: State | Chain, *, items: str | Var | Expr | None = None,
        item: Mapping[str, Any] | None = None, max_concurrency: int | None = None, **fields: Unpack[Fields],
    ) -> None:  # fmt: skip
        super().__init__(name, fields)
        self.each = first_of(each)
        self.items = items
        self.item = item
        self.max_concurrency = max_concurrency

    def inner(self) -> Iterator[State]:
        """The first state of what is done with an item."""
        yield self.each

    def own(self, language: Language, outer: Language) -> dict[str, Any]:
        """What is done with which items."""
        made: dict[str, Any] = {"ItemProcessor": {"ProcessorConfig": self.mode(), **flow(self.each, outer)}}
        if self.items is not None:
            items = self.items.path if isinstance(self.items, Var) and language == "JSONPath" else self.items
            made["ItemsPath" if language == "JSONPath" else "Items"] = template(items, language)
        if self.item is not None:
            made["ItemSelector"] = template(self.item, language)
        if self.max_concurrency is not None:
            made["MaxConcurrency"] = self.max_concurrency
        return made

    def mode(self) -> dict[str, Any]:
        """How the runs are made."""
        return {"Mode": "INLINE"}


class DistributedMap(Map):
    """A Map whose runs are executions of their own, for as many as 10,000 at once; only in a standard machine.

    - `express`: they are express executions, of five minutes at most.
    - `bucket` and `object_key`: the items are read from an object, `format` "JSON", "CSV" or "JSONL"; without a key from
      the list of a bucket's objects, below `prefix`.
    - `batch`: so many items for each run. `results`: a bucket for what the runs gave, below `results_prefix`.
    - `tolerated_failures`, in percent: so many runs may fail (0 by default). `label`: part of the runs' names, at most 40
      characters.

    The role may start, watch and stop executions of its own machine, read the items and write the results.
    Source: Step Functions Developer Guide, using Map state in distributed mode.
    """

    def __init__(
        self, name: str, each: State | Chain, *, items: str | Var | Expr | None = None,
        item: Mapping[str, Any] | None = None, max_concurrency: int | None = None, express: bool = False,
        bucket: BucketAccess | None = None, object_key: str | Var | Expr | None = None, prefix: str | None = None,
        format: Literal["JSON", "CSV", "JSONL"] = "JSON", batch: int | None = None,
        results: BucketAccess | None = None, results_prefix: str | None = None, tolerated_failures: float | None = None,
        label: str | None = None, **fields: Unpack[Fields],
    ) -> None:  # fmt: skip
        super().__init__(name, each, items=items, item=item, max_concurrency=max_concurrency, **fields)
        self.express = express
        self.bucket = bucket
        self.object_key = object_key
        self.prefix = prefix
        self.format = format
        self.batch = batch
        self.results = results
        self.results_prefix = results_prefix
        self.tolerated_failures = tolerated_failures
        self.label = label
        self.needs.append(self._let)

    def mode(self) -> dict[str, Any]:
        """How the runs are made."""
        return {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS" if self.express else "STANDARD"}

    def own(self, language: Language, outer: Language) -> dict[str, Any]:
        """What is done with which items, and where they and the results are."""
        made = super().own(language, outer)
        inside = "Arguments" if language == "JSONata" else "Parameters"
        if self.bucket is not None:
            made["ItemReader"] = self._reader(inside, language)
        if self.batch is not None:
            made["ItemBatcher"] = {"MaxItemsPerBatch": self.batch}
        if self.results is not None:
            place = {"Bucket": self.results.bucket_name, "Prefix": self.results_prefix or self.name}
            made["ResultWriter"] = {"Resource": _s3("putObject"), inside: place}
        if self.tolerated_failures is not None:
            made["ToleratedFailurePercentage"] = self.tolerated_failures
        if self.label is not None:
            made["Label"] = self.label
        return made

    def _reader(self, inside: str, language: Language) -> dict[str, Any]:
        assert self.bucket is not None
        where: dict[str, Any] = {"Bucket": self.bucket.bucket_name}
        if self.object_key is None:
            where |= {} if self.prefix is None else {"Prefix": self.prefix}
            return {"Resource": _s3("listObjectsV2"), inside: where}
        config: dict[str, Any] = {"InputType": self.format}
        if self.format == "CSV":
            config["CSVHeaderLocation"] = "FIRST_ROW"
        where = template({**where, "Key": self.object_key}, language)
        return {"Resource": _s3("getObject"), "ReaderConfig": config, inside: where}

    def _let(self, machine: Any, role: Any) -> None:
        role.allow("states:StartExecution", on=machine.arn)
        role.allow(
            "states:DescribeExecution",
            "states:StopExecution",
            on=[f"{machine.executions}:*", f"{machine.executions}/*"],
        )
        if self.bucket is not None:
            self.bucket.grant_read(role)
        if self.results is not None:
            self.results.grant_write(role)


def _s3(action: str) -> str:
    return f"arn:{AWS.Partition}:states:::s3:{action}"
