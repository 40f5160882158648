"""Mistakes that show while one types: tables."""

from awsdeck import (
    App,
    CorsRule,
    DynamoDBTable,
    GlobalIndex,
    ItemPlan,
    LifecycleRule,
    LocalIndex,
    ScaledCapacity,
    Stack,
    TableReplica,
    UploadPlan,
    Website,
)

stack = Stack(App(), "shop")
DynamoDBTable(stack, "T1", partition_key="id", stream="new")  # wrong: stream
DynamoDBTable(stack, "T2", partition_key="id", billing="reserved")  # wrong: billing
GlobalIndex("by-mail", partition_key=5)  # wrong: partition_key
LocalIndex("by-day", sort_key=5)  # wrong: sort_key
ScaledCapacity("5", 50)  # wrong: int
TableReplica(5)  # wrong: str
ItemPlan("400")  # wrong: int
UploadPlan(size_bytes="1 GB")  # wrong: size_bytes
LifecycleRule(expire_after="30 days")  # wrong: expire_after
LifecycleRule(to={"COLD": 30})  # wrong: dict
CorsRule("https://example.com", methods=["OPTIONS"])  # wrong: OPTIONS
Website(5)  # wrong: str
