"""Amazon DynamoDB: tables, their indexes, capacity and replicas, who may read, write and follow them."""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules import check_hints
from ...rules.limits import ACCELERATOR_NODES_ADVISED
from ...source import caller
from ...tokens import has_marker, select, split
from ..existing import Existing, arn_here, checked_arn, checked_name, part
from ..hints import check, hold
from ..security.keys import KeyAccess, grant_key, key_arn
from ..security.policy import Document, Principal, both, give, listed
from .tablecapacity import ScaledCapacity, scale
from .tablekeys import GlobalIndex, LocalIndex, key_schema, projection_of, several, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any, Literal

    from ...planning.load import Load
    from ...resource import Resource
    from ...rules.vocabulary import Mode
    from ...tokens import Token
    from ..cloudwatch.metric import Metric
    from ..security.policy import Conditions, Grant, Grantee, Statement
    from ..vpc.subnet import SubnetChoice, VPCAccess
    from .dax import DAXCluster
    from .tablekeys import Key, Projection


TABLE = "AWS::DynamoDB::Table"
GLOBAL_TABLE = "AWS::DynamoDB::GlobalTable"

READ_INDEX = ("dynamodb:Query", "dynamodb:Scan")
READ_OWN = ("dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:Query")
READ = (*READ_OWN, "dynamodb:DescribeTable", "dynamodb:Scan")
WRITE_OWN = ("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
WRITE = (*WRITE_OWN, "dynamodb:DescribeTable")
FOLLOW = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
BILLING = {"on-demand": "PAY_PER_REQUEST", "provisioned": "PROVISIONED"}
STREAMS = {
    "keys-only": "KEYS_ONLY",
    "new-image": "NEW_IMAGE",
    "old-image": "OLD_IMAGE",
    "new-and-old-images": "NEW_AND_OLD_IMAGES",
}
CLASSES = {"standard": "STANDARD", "infrequent-access": "STANDARD_INFREQUENT_ACCESS"}


class TableReplica:
    """A copy of a table in another region; what is left out is as on the table.

    - `key`: a customer key of that region, when the table has one.

    Source: DynamoDB Developer Guide, global tables.
    """

    __slots__ = ("region", "key", "point_in_time_recovery", "deletion_protection", "table_class", "read_capacity")

    def __init__(
        self,
        region: str,
        *,
        key: KeyAccess | str | None = None,
        point_in_time_recovery: bool | int | None = None,
        deletion_protection: bool | None = None,
        table_class: Literal["standard", "infrequent-access"] | None = None,
        read_capacity: int | ScaledCapacity | None = None,
    ) -> None:
        self.region = region
        self.key = key
        self.point_in_time_recovery = point_in_time_recovery
        self.deletion_protection = deletion_protection
        self.table_class = table_class
        self.read_capacity = read_capacity


class TableAccess(Construct):
    """Who may do what with a table, whether it is made here or exists already."""

    if TYPE_CHECKING:
        key: KeyAccess | str | None

        def _state(self, statement: Statement) -> Resource: ...
        def _state_stream(self, statement: Statement) -> Resource: ...

    arn = attribute("Arn")
    stream_arn = attribute("StreamArn")
    table_name = ref()
    accelerated = False
    """Whether a DAX cluster stands in front of it."""

    def index_arn(self, name: str) -> str:
        """The ARN of one of the indexes, or of those that a pattern such as `*` fits."""
        return f"{self.arn}/index/{name}"

    def grant_read(
        self,
        who: str | Principal | Grantee,
        *,
        leading_keys: str | Sequence[str] | None = None,
        when: Conditions | None = None,
    ) -> Grant:
        """Let somebody read items, also through the indexes; with a customer key, use it too.

        `leading_keys` narrows it to items with these partition keys, so that users see only their own records:
        `"${cognito-identity.amazonaws.com:sub}"`. Then there is no scan, which heeds no keys, and no global index,
        which has keys of its own.
        """
        conditions = _leading(leading_keys, when)
        narrow = leading_keys is not None
        self._bounded(who, narrow=narrow)
        self._grant_key(who, "kms:Decrypt")
        granted = give(who, READ_OWN if narrow else READ, on=[self._table(who)], through=self._state, when=conditions)
        self._read_indexes(who, conditions, narrow=narrow)
        return granted

    def grant_write(
        self,
        who: str | Principal | Grantee,
        *,
        leading_keys: str | Sequence[str] | None = None,
        when: Conditions | None = None,
    ) -> Grant:
        """Let somebody put, update and delete items, only those with these partition keys when they are given."""
        conditions = _leading(leading_keys, when)
        self._grant_key(who, "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
        actions = WRITE if leading_keys is None else WRITE_OWN
        return give(who, actions, on=[self._table(who)], through=self._state, when=conditions)

    def grant_read_write(
        self,
        who: str | Principal | Grantee,
        *,
        leading_keys: str | Sequence[str] | None = None,
        when: Conditions | None = None,
    ) -> Grant:
        """Let somebody read and write."""
        self.grant_read(who, leading_keys=leading_keys, when=when)
        return self.grant_write(who, leading_keys=leading_keys, when=when)

    def grant_stream(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody follow the table's changes; with a customer key, use it too."""
        self._followed()
        self._grant_key(who, "kms:Decrypt")
        if not _holds_permissions(who):
            return give(who, FOLLOW, on=["*"], through=self._state_stream, when=when)
        give(who, ["dynamodb:ListStreams"], on=[f"{self.arn}/stream/*"], through=self._state_stream, when=when)
        return give(who, FOLLOW, on=[self.stream_arn], through=self._state_stream, when=when)

    def metric(
        self,
        name: str,
        *,
        index: str | None = None,
        operation: str | None = None,
        statistic: str = "Sum",
        period: int = 300,
    ) -> Metric:
        """What DynamoDB says of the table, one of its indexes or one `operation` (`"GetItem"`) on it.

        Such as `ThrottledRequests`, `SystemErrors` (both by operation), `ConsumedReadCapacityUnits`, `WriteThrottleEvents`.
        Source: DynamoDB Developer Guide, DynamoDB metrics and dimensions.
        """
        from ..cloudwatch.metric import Metric

        dimensions: dict[str, str] = {"TableName": self.table_name}
        if index is not None:
            dimensions["GlobalSecondaryIndexName"] = index
        if operation is not None:
            dimensions["Operation"] = operation
        return Metric("AWS/DynamoDB", name, dimensions, statistic=statistic, period=period)

    def _followed(self) -> None:
        """Raise `ConstructError` when the table has no stream."""

    def _bounded(self, who: object, *, narrow: bool) -> None:
        """Raise `ConstructError` when the table's policy could not keep somebody away from its global indexes."""

    def _table(self, who: object) -> str:
        """How a statement for somebody names the table."""
        return self.arn

    def _indexes(self, *, narrow: bool) -> Sequence[str]:
        """The names of the indexes to read, or of those that share the table's partition key."""
        return ()

    def _read_indexes(self, who: str | Principal | Grantee, conditions: Conditions | None, *, narrow: bool) -> None:
        names = self._indexes(narrow=narrow)
        if names:
            actions = READ_INDEX[:1] if narrow else READ_INDEX
            on = [f"{self._table(who)}/index/{name}" for name in names]
            give(who, actions, on=on, through=self._state, when=conditions)

    def _grant_key(self, who: str | Principal | Grantee, *actions: str) -> None:
        grant_key(self, self.key, who, actions, via="dynamodb")


@construct
class DynamoDBTable(TableAccess):
    """A table, encrypted, recoverable to any second of 35 days, whose items outlive its removal from the stack.

    - `partition_key`, `sort_key`: `"id"` (a string) or with its type: `("placed_at", "N")` for numbers, "B" for bytes.
      An attribute that several keys share is typed once. Neither can change without a new table.
    - `local_indexes`: `LocalIndex`es, at most 5, only when the table is made; `global_indexes`: `GlobalIndex`es, or
      later `add_global_index(…)`, at most 20 unless AWS raised it.
    - `billing`: "on-demand" (default), or "provisioned" with `read_capacity` and `write_capacity`: units a second, or
      `ScaledCapacity(least, most)`. `max_read_units`, `max_write_units` bound what on-demand may use.
    - `expected`: a `Load(reads=80, item_kb=3, consistent=True)`; the table is provisioned for it, unless `billing` or a
      capacity says otherwise, and everything else that is said is checked against it.
    - `ttl`: the number attribute with the second (since 1970) after which an item is deleted.
    - `stream`: what is told of every change: "keys-only", "new-image", "old-image", "new-and-old-images"; kept 24 hours.
    - `kinesis_stream`: the ARN of a Kinesis stream that gets the changes too.
    - `key`: a `KMSKey`, or an ARN, id or alias. `encryption`: "dynamodb" (default without a key: one of AWS, free), or
      "kms" (default with one; AWS's own `aws/dynamodb` key if there is none).
    - `point_in_time_recovery`: on, for 35 days; a number for fewer days (1 to 35), False for none.
    - `deletion_protection`: refuse every deletion (off: the table is kept anyway when it leaves the stack).
    - `contributor_insights`: count which keys are asked for most. `table_class`: "standard", "infrequent-access".
    - `replicas`: other regions, by name or as `TableReplica`; the table becomes a global table, with a stream, and scales
      its writes. The stack needs its region.
    - `name`: a fixed name, 3 to 255 letters, digits, `_`, `.` and `-`; then the table cannot be replaced. Leave it out
      unless somebody else needs to know it.

    What the table is used for can be told, and is checked: `traffic` ("steady", "spiky", "unpredictable" …),
    `expected_reads` and `expected_writes` (a second) with `item_size` (bytes), `consistent_reads`,
    `expected_transactions`, `partition_key_values` and `expected_partitions` (how many), `data_kind` ("session",
    "event-log", "temporary" …), `exact_expiry`, `stream_needs` ("new", "old") and `stream_hours`. See also
    `expect_query(…)`, `expect_scan(…)` and `ItemPlan`.

    Source: DynamoDB Developer Guide; course notes, DynamoDB.
    """

    partition_key: Key
    sort_key: Key | None = None
    name: str | None = None
    billing: Literal["on-demand", "provisioned"] | None = None
    expected: Load | None = None
    read_capacity: int | ScaledCapacity | Token | None = None
    write_capacity: int | ScaledCapacity | Token | None = None
    max_read_units: int | Token | None = None
    max_write_units: int | Token | None = None
    local_indexes: Sequence[LocalIndex] = ()
    global_indexes: Sequence[GlobalIndex] = ()
    ttl: str | None = None
    stream: Literal["keys-only", "new-image", "old-image", "new-and-old-images"] | None = None
    kinesis_stream: str | None = None
    encryption: Literal["dynamodb", "kms"] | None = None
    key: KeyAccess | str | None = None
    point_in_time_recovery: bool | int = True
    deletion_protection: bool = False
    contributor_insights: bool = False
    table_class: Literal["standard", "infrequent-access"] = "standard"
    replicas: Sequence[str | TableReplica] = ()
    traffic: Literal["steady", "predictable", "spiky", "unpredictable", "unknown"] | None = None
    expected_reads: float | None = None
    expected_writes: float | None = None
    item_size: int | None = None
    consistent_reads: bool | None = None
    expected_transactions: bool | None = None
    partition_key_values: int | None = None
    expected_partitions: int | None = None
    data_kind: str | None = None
    exact_expiry: bool | None = None
    stream_needs: Literal["new", "old"] | Sequence[Literal["new", "old"]] | None = None
    stream_hours: float | None = None

    def build(self) -> None:
        """Make the table and what scales it."""
        self._expect_load()
        self._policy = Document()
        self._stream_policy = Document()
        self._globals = list(self.global_indexes)
        self._readers: list[tuple[Any, Conditions | None]] = []
        self._kept_to_keys = False
        if self.encryption is None:
            self.encryption = "dynamodb" if self.key is None else "kms"
        if self.key is not None and self.encryption != "kms":
            raise ConstructError(
                f'{self.node.path}: key= goes with encryption="kms", not {self.encryption!r}', place=caller(),
                fix='write encryption="kms", or leave the key out',
            )  # fmt: skip
        if self.replicas:
            resource_class(GLOBAL_TABLE)(self, MAIN, **self._shared(), **self._everywhere())
        else:
            resource_class(TABLE)(self, MAIN, **self._shared(), **self._here())
            scale(self, "", "table", f"table/{self.table_name}", self.read_capacity, self.write_capacity)
            for index in self._globals:
                self._scale_index(index)
        check(self, **self._hints())

    def _expect_load(self) -> None:
        load = self.expected
        if self.billing is None:
            self.billing = "on-demand" if load is None else "provisioned"
        if load is None:
            return
        if self.billing == "provisioned":
            self.read_capacity = load.read_units if self.read_capacity is None else self.read_capacity
            self.write_capacity = load.write_units if self.write_capacity is None else self.write_capacity
        self.expected_reads = load.reads if self.expected_reads is None else self.expected_reads
        self.expected_writes = load.writes if self.expected_writes is None else self.expected_writes
        self.item_size = load.item_bytes if self.item_size is None else self.item_size
        self.consistent_reads = load.consistent if self.consistent_reads is None else self.consistent_reads

    def add_global_index(
        self,
        name: str,
        *,
        partition_key: Key | list[Key],
        sort_key: Key | list[Key] | None = None,
        projection: Projection = "all",
        read_capacity: int | ScaledCapacity | None = None,
        write_capacity: int | ScaledCapacity | None = None,
        max_read_units: int | None = None,
        max_write_units: int | None = None,
    ) -> str:
        """Add a `GlobalIndex` and return its ARN; on a deployed table one at a time can be added or removed."""
        index = GlobalIndex(
            name, partition_key=partition_key, sort_key=sort_key, projection=projection, read_capacity=read_capacity,
            write_capacity=write_capacity, max_read_units=max_read_units, max_write_units=max_write_units,
        )  # fmt: skip
        if self._kept_to_keys:
            raise self._unbounded()
        self._globals.append(index)
        try:
            changed: dict[str, Any] = {
                "AttributeDefinitions": self._definitions(), "GlobalSecondaryIndexes": self._global_indexes(),
            }  # fmt: skip
            if self.replicas:
                changed["Replicas"] = self._replicas()
            self.node.resource.set(**changed)
        except Exception:
            self._globals.pop()
            raise
        if not self.replicas:
            self._scale_index(index)
        for who, conditions in self._readers:
            super()._read_indexes(who, conditions, narrow=False)
        return self.index_arn(name)

    def _hints(self) -> dict[str, Any]:
        told = (
            "billing", "traffic", "expected_reads", "expected_writes", "item_size", "consistent_reads",
            "expected_transactions", "partition_key_values", "expected_partitions", "data_kind", "exact_expiry",
            "stream", "stream_needs", "stream_hours", "ttl",
        )  # fmt: skip
        capacities = {"read_capacity": self.read_capacity, "write_capacity": self.write_capacity}
        scaled = any(isinstance(capacity, ScaledCapacity) for capacity in capacities.values())
        return {
            **{name: getattr(self, name) for name in told},
            **{name: one.most if isinstance(one, ScaledCapacity) else one for name, one in capacities.items()},
            "auto_scaling": scaled or None,
            "partition_key": typed(self.partition_key)[0],
        }

    def expect_query(self, *attributes: str, index: str | None = None, consistent_read: bool = False) -> None:
        """Tell that a query will ask for these attributes by value, through an index when one is named; it is checked.

        Without an index named, the table or any index that begins with one of them will do.
        """
        local, globally = self._local_names(), [one.name for one in self._globals]
        if index is not None and index not in (*local, *globally):
            raise ConstructError(
                f"{self.node.path} has no index {index!r}", place=caller(),
                fix=f"one of: {', '.join([*local, *globally]) or 'there are none yet'}",
            )  # fmt: skip
        own = typed(self.partition_key)[0]
        keys = {name: [own] for name in local}
        keys.update((one.name, [typed(key)[0] for key in several(one.partition_key)]) for one in self._globals)
        self._expect(
            operation="query",
            attributes=list(attributes),
            keys=[keys[index]] if index is not None else [[own], *keys.values()],
            index=None if index is None else "global" if index in globally else "local",
            consistent_read=consistent_read or None,
        )

    def expect_scan(
        self, *, limit: int | None = None, projection: Sequence[str] | None = None, large: bool | None = None
    ) -> None:
        """Tell that the table will be scanned, in pages of `limit` items, for the attributes in `projection`."""
        attributes = None if projection is None else list(projection)
        self._expect(operation="scan", limit=limit, projection=attributes, large=large)

    def _expect(self, **hints: Any) -> None:
        app = self.node.root_app
        told = {name: value for name, value in hints.items() if value is not None}
        if self.accelerated:
            told["dax"] = True
        findings = check_hints("DynamoDBQuery", self.node.plain_id, told, app.limits)
        place = caller()
        app.report([finding.at(place) for finding in findings], self.node)

    def accelerate(
        self,
        id: str = "Accelerator",
        *,
        vpc: VPCAccess,
        nodes: int | Token = ACCELERATOR_NODES_ADVISED,
        node_type: str | Token = "dax.t3.small",
        subnets: SubnetChoice = None,
        record_ttl: float | None = None,
        query_ttl: float | None = None,
        access: Literal["read", "read-write"] = "read-write",
    ) -> DAXCluster:
        """Put a DAX cluster of its own in front of the table, and return it; see `DAXCluster` for the keywords.

        One that several tables share, or that needs more to be said, is `DAXCluster(…)` with `accelerate(table)`.
        """
        from .dax import DAXCluster

        cluster = DAXCluster(
            self, id, vpc=vpc, nodes=nodes, node_type=node_type, subnets=subnets, record_ttl=record_ttl,
            query_ttl=query_ttl,
        )  # fmt: skip
        cluster.accelerate(self, access=access)
        return cluster

    # What both kinds of table say alike

    def _shared(self) -> dict[str, Any]:
        stream = self.stream or ("new-and-old-images" if self.replicas else None)
        return {
            "TableName": self.name,
            "BillingMode": BILLING[self.billing or "on-demand"],
            "KeySchema": key_schema(self.partition_key, self.sort_key),
            "AttributeDefinitions": self._definitions(),
            "LocalSecondaryIndexes": self._local_indexes(),
            "GlobalSecondaryIndexes": self._global_indexes(),
            "TimeToLiveSpecification": None if self.ttl is None else {"AttributeName": self.ttl, "Enabled": True},
            "StreamSpecification": None if stream is None else {"StreamViewType": STREAMS[stream]},
        }

    def _keys(self) -> Iterator[Key]:
        for one in (self.partition_key, self.sort_key, *(index.sort_key for index in self.local_indexes)):
            yield from several(one)
        for index in self._globals:
            yield from several(index.partition_key)
            yield from several(index.sort_key)

    def _definitions(self) -> list[dict[str, str]]:
        types: dict[str, str | None] = {}
        for name, type in map(typed, self._keys()):
            known = types.get(name)
            if known is not None and type is not None and known != type:
                raise ConstructError(
                    f"{self.node.path}: the attribute {name!r} is {known!r} in one key and {type!r} in another",
                    place=caller(), fix="an attribute has one type; write it once",
                )  # fmt: skip
            types[name] = type or known
        return [{"AttributeName": name, "AttributeType": type or "S"} for name, type in types.items()]

    def _local_indexes(self) -> list[dict[str, Any]] | None:
        made = [
            {
                "IndexName": index.name,
                "KeySchema": key_schema(self.partition_key, index.sort_key),
                "Projection": projection_of(index.projection),
            }
            for index in self.local_indexes
        ]
        return made or None

    def _global_indexes(self) -> list[dict[str, Any]] | None:
        return [self._global_index(index) for index in self._globals] or None

    def _global_index(self, index: GlobalIndex) -> dict[str, Any]:
        body: dict[str, Any] = {
            "IndexName": index.name,
            "KeySchema": key_schema(index.partition_key, index.sort_key),
            "Projection": projection_of(index.projection),
        }
        if self.replicas:
            return {**body, **self._writes(self._index_capacity(index)[1], index.max_write_units)}
        return {
            **body,
            "ProvisionedThroughput": _throughput(*self._index_capacity(index)),
            "OnDemandThroughput": _most(index.max_read_units, index.max_write_units),
            "ContributorInsightsSpecification": {"Enabled": True} if self.contributor_insights else None,
        }

    def _index_capacity(self, index: GlobalIndex) -> tuple[Any, Any]:
        """Units of an index to read and to write: its own, else the table's."""
        if self.billing != "provisioned":
            return index.read_capacity, index.write_capacity
        return index.read_capacity or self.read_capacity, index.write_capacity or self.write_capacity

    # A table of one region

    def _here(self) -> dict[str, Any]:
        return {
            "ProvisionedThroughput": _throughput(self.read_capacity, self.write_capacity),
            "OnDemandThroughput": _most(self.max_read_units, self.max_write_units),
            "SSESpecification": self._encryption(),
            "KinesisStreamSpecification": None if self.kinesis_stream is None else {"StreamArn": self.kinesis_stream},
            "PointInTimeRecoverySpecification": _recovery(self.point_in_time_recovery),
            "ContributorInsightsSpecification": {"Enabled": True} if self.contributor_insights else None,
            "TableClass": None if self.table_class == "standard" else CLASSES[self.table_class],
            "DeletionProtectionEnabled": True if self.deletion_protection else None,
        }

    def _encryption(self) -> dict[str, Any] | None:
        if self.encryption != "kms":
            return None
        return {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key_arn(self.key)}

    def _scale_index(self, index: GlobalIndex) -> None:
        word = "".join(piece[:1].upper() + piece[1:] for piece in re.findall(r"[A-Za-z0-9]+", index.name))
        scale(
            self, word, "index", f"table/{self.table_name}/index/{index.name}", *self._index_capacity(index)
        )  # fmt: skip

    # A table of several regions

    def _everywhere(self) -> dict[str, Any]:
        return {
            **self._writes(self.write_capacity, self.max_write_units),
            "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"} if self.encryption == "kms" else None,
            "Replicas": self._replicas(),
        }

    def _writes(self, capacity: Any, most: Any) -> dict[str, Any]:
        if capacity is not None and not isinstance(capacity, ScaledCapacity):
            raise ConstructError(
                f"{self.node.path}: a global table scales its writes", place=caller(),
                fix="write_capacity=ScaledCapacity(least, most)",
            )  # fmt: skip
        settings = None if capacity is None else {"WriteCapacityAutoScalingSettings": capacity.settings()}
        return {
            "WriteProvisionedThroughputSettings": settings,
            "WriteOnDemandThroughputSettings": None if most is None else {"MaxWriteRequestUnits": most},
        }

    def _replicas(self) -> list[dict[str, Any]]:
        assert self.node.stack is not None
        home = self.node.stack.region
        if home is None:
            raise ConstructError(
                f"{self.node.path}: a table with replicas stands in a stack without a region", place=caller(),
                fix=f'give it one: Stack(app, "{self.node.stack.name}", region="eu-west-1")',
            )  # fmt: skip
        if self.stream not in (None, "new-and-old-images"):
            raise ConstructError(
                f"{self.node.path}: replicas follow each other by a stream of new and old images, not {self.stream!r}",
                place=caller(), fix='stream="new-and-old-images", or leave it out',
            )  # fmt: skip
        others = [one if isinstance(one, TableReplica) else TableReplica(one) for one in self.replicas]
        wrong = next((one.region for one in others if not _REGION.fullmatch(one.region)), None)
        if wrong is not None:
            raise ConstructError(f"{self.node.path}: {wrong!r} is no region", place=caller(), fix='such as "us-east-1"')
        regions = [home, *(replica.region for replica in others)]
        twice = next((region for region in regions if regions.count(region) > 1), None)
        if twice is not None:
            raise ConstructError(
                f"{self.node.path}: {twice} holds the table twice", place=caller(),
                fix="name each other region once; the stack's own has the table anyway",
            )  # fmt: skip
        return [self._replica(TableReplica(home, key=self.key), own=True), *(self._replica(one) for one in others)]

    def _replica(self, replica: TableReplica, *, own: bool = False) -> dict[str, Any]:
        if self.key is not None and replica.key is None:
            raise ConstructError(
                f"{self.node.path}: the replica in {replica.region} has no key", place=caller(),
                fix=f'a customer key is needed in every region: TableReplica("{replica.region}", key=…)',
            )  # fmt: skip
        recovery, protection = replica.point_in_time_recovery, replica.deletion_protection
        kind = replica.table_class or self.table_class
        insights = {"Enabled": True} if self.contributor_insights else None
        indexes = []
        for index in self._globals:
            read = self._reads(self._index_capacity(index)[0], index.max_read_units)
            if any(read.values()) or insights:
                indexes.append({"IndexName": index.name, "ContributorInsightsSpecification": insights, **read})
        kinesis = self.kinesis_stream if own else None
        return {
            "Region": replica.region,
            "SSESpecification": None if replica.key is None else {"KMSMasterKeyId": key_arn(replica.key)},
            "PointInTimeRecoverySpecification": _recovery(
                self.point_in_time_recovery if recovery is None else recovery
            ),
            "DeletionProtectionEnabled": (self.deletion_protection if protection is None else protection) or None,
            "TableClass": None if kind == "standard" else CLASSES[kind],
            "ContributorInsightsSpecification": insights,
            "KinesisStreamSpecification": None if kinesis is None else {"StreamArn": kinesis},
            "GlobalSecondaryIndexes": indexes or None,
            **self._reads(replica.read_capacity or self.read_capacity, self.max_read_units),
            **(self._policies() if own else {}),
        }

    def _reads(self, capacity: Any, most: Any) -> dict[str, Any]:
        settings = None
        if capacity is not None:
            scaled = isinstance(capacity, ScaledCapacity)
            settings = (
                {"ReadCapacityAutoScalingSettings": capacity.settings()} if scaled else {"ReadCapacityUnits": capacity}
            )
        return {
            "ReadProvisionedThroughputSettings": settings,
            "ReadOnDemandThroughputSettings": None if most is None else {"MaxReadRequestUnits": most},
        }

    def _policies(self) -> dict[str, Any]:
        return {
            "ResourcePolicy": {"PolicyDocument": self._policy} if self._policy.statements else None,
            "ReplicaStreamSpecification": (
                {"ResourcePolicy": {"PolicyDocument": self._stream_policy}} if self._stream_policy.statements else None
            ),
        }

    def settle(self) -> None:
        """Give every replica the tags of the tree, which CloudFormation keeps there and not on a global table."""
        tags: dict[str, str] = {}
        for node in self.node.above():
            for key, value in (node.tags or {}).items():
                tags.setdefault(key, value)
        if self.replicas and tags:
            entries = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
            resource = self.node.resource
            replicas = [{**replica, "Tags": entries} for replica in resource.given()["Replicas"]]
            resource._assign({"Replicas": replicas})

    # Permissions

    def _state(self, statement: Statement) -> Resource:
        self._policy.add(statement)
        if self.replicas:
            self.node.resource.set(Replicas=self._replicas())
        else:
            self.node.resource.set(ResourcePolicy={"PolicyDocument": self._policy})
        return self.node.resource

    def _state_stream(self, statement: Statement) -> Resource:
        self._stream_policy.add(statement)
        if self.replicas:
            self.node.resource.set(Replicas=self._replicas())
        else:
            view = None if self.stream is None else STREAMS[self.stream]
            policy = {"PolicyDocument": self._stream_policy}
            self.node.resource.set(StreamSpecification={"StreamViewType": view, "ResourcePolicy": policy})
        return self.node.resource

    def _followed(self) -> None:
        if self.stream is None and not self.replicas:
            raise ConstructError(
                f"{self.node.path} has no stream", place=caller(), fix='make it with stream="new-and-old-images"'
            )

    def _local_names(self) -> Sequence[str]:
        return [index.name for index in self.local_indexes]

    def _table(self, who: object) -> str:
        """The table for an identity; in the table's own policy its ARN would close a circle, so there it is by name."""
        if _holds_permissions(who):
            return self.arn
        return "*" if self.name is None else arn_here("dynamodb", f"table/{self.name}")

    def _nameless(self, who: object) -> bool:
        """Whether a statement for somebody is of the table and all its indexes, as it cannot tell them apart."""
        return self.name is None and not _holds_permissions(who)

    def _bounded(self, who: object, *, narrow: bool) -> None:
        if narrow and self._nameless(who):
            if self._globals:
                raise self._unbounded()
            self._kept_to_keys = True

    def _unbounded(self) -> ConstructError:
        return ConstructError(
            f"{self.node.path}: a policy of a table without a name speaks of its global indexes too, whose keys are "
            "others than the leading_keys granted",
            place=caller(),
            fix="give the table a name=, or the permission to a role",
        )

    def _indexes(self, *, narrow: bool) -> Sequence[str]:
        return self._local_names() if narrow else [*self._local_names(), *(index.name for index in self._globals)]

    def _read_indexes(self, who: str | Principal | Grantee, conditions: Conditions | None, *, narrow: bool) -> None:
        if self._nameless(who):
            return
        super()._read_indexes(who, conditions, narrow=narrow)
        if not narrow:  # and of those that are added later
            self._readers.append((who, conditions))

    @staticmethod
    def from_name(
        scope: Construct,
        id: str,
        name: str,
        *,
        indexes: bool | Sequence[str] = False,
        key: KeyAccess | str | None = None,
    ) -> ExistingTable:
        """A table of this account and region that exists already.

        `indexes` are the names of its indexes, or True for whichever it has; `key` is its customer key.
        """
        checked_name(name, pattern=r"[\w.-]{3,255}")
        values = {"arn": arn_here("dynamodb", f"table/{name}"), "table_name": name}
        return ExistingTable(scope, id, values=values, indexes=indexes, key=key)

    @staticmethod
    def from_arn(
        scope: Construct,
        id: str,
        arn: str,
        *,
        stream_arn: str | None = None,
        indexes: bool | Sequence[str] = False,
        key: KeyAccess | str | None = None,
    ) -> ExistingTable:
        """A table that exists already, by ARN; its stream can be followed when `stream_arn` is given."""
        example = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
        arn = checked_arn(arn, "dynamodb", example, r"table/[\w.-]{3,255}")
        values = {"arn": arn, "table_name": _after_slash(part(arn, 5))}
        if stream_arn is not None:
            values["stream_arn"] = stream_arn
        return ExistingTable(scope, id, values=values, indexes=indexes, key=key)


@construct
class ExistingTable(Existing, TableAccess):
    """A table made elsewhere; see `DynamoDBTable.from_name`."""

    WHAT = "table"
    indexes: bool | Sequence[str] = False

    def _state_stream(self, statement: Statement) -> Resource:
        return self._state(statement)

    def _followed(self) -> None:
        if "stream_arn" not in self.values:
            raise ConstructError(
                f"the stream of {self.node.path} is not known", place=caller(),
                fix="DynamoDBTable.from_arn(…, stream_arn=…)",
            )  # fmt: skip

    def _indexes(self, *, narrow: bool) -> Sequence[str]:
        if narrow or self.indexes is False:
            return ()
        return ["*"] if self.indexes is True else listed(self.indexes)


class ItemPlan:
    """How large an item, its keys and a transaction over several will be; held against DynamoDB's limits.

    - `size`: bytes, at most 409,600 (400 KB) with all names and values.
    - `partition_key_size`, `sort_key_size`: bytes, at most 2,048 and 1,024.
    - `transaction_items`, `transaction_size`: at most 100 items and 4 MB together, in one account and region.

    Raises `ConstraintError` at the user's line. Source: DynamoDB Developer Guide, quotas; course notes, DynamoDB.
    """

    def __init__(
        self,
        size: int,
        *,
        partition_key_size: int | None = None,
        sort_key_size: int | None = None,
        transaction_items: int | None = None,
        transaction_size: int | None = None,
        limits: Mode = "documented",
    ) -> None:
        hold(
            "DynamoDBItem", limits, item_size=size, partition_key_size=partition_key_size, sort_key_size=sort_key_size,
            transaction_items=transaction_items, transaction_size=transaction_size,
        )  # fmt: skip
        self.size = size


def _holds_permissions(who: object) -> bool:
    """Whether somebody has permissions of their own, so that the table's policy need not speak of them."""
    return not isinstance(who, str | Principal) and hasattr(who, "allow")


def _leading(keys: str | Sequence[str] | None, when: Conditions | None) -> Conditions | None:
    if keys is None:
        return when
    several = [keys] if isinstance(keys, str) else list(keys)
    if not several:
        raise ConstructError("leading_keys=[] leaves no item", place=caller(), fix="name a key, or leave it out")
    pattern = any("*" in str.__str__(key) for key in several)
    operator = "ForAllValues:StringLike" if pattern else "ForAllValues:StringEquals"
    return both({operator: {"dynamodb:LeadingKeys": several}}, when or {})


def _throughput(read: Any, write: Any) -> dict[str, Any] | None:
    units = [one.least if isinstance(one, ScaledCapacity) else one for one in (read, write)]
    if units == [None, None]:
        return None
    return {"ReadCapacityUnits": units[0], "WriteCapacityUnits": units[1]}


def _most(read: Any, write: Any) -> dict[str, Any] | None:
    return None if read is None and write is None else {"MaxReadRequestUnits": read, "MaxWriteRequestUnits": write}


def _recovery(days: bool | int) -> dict[str, Any] | None:
    if days is False:
        return None
    return {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": None if days is True else days}


def _after_slash(text: str) -> str:
    return select(1, split("/", text)) if has_marker(text) else text.partition("/")[2]
