"""Mistakes with caches and accelerators."""

from awsdeck import (
    VPC,
    App,
    CacheLog,
    CacheStrategy,
    DAXCluster,
    MemcachedCluster,
    RedisCluster,
    ServerlessCache,
    Stack,
)

app = App()
stack = Stack(app, "shop")
vpc = VPC(stack, "Vpc")
RedisCluster(stack, "NoNetwork")  # wrong: vpc
RedisCluster(stack, "Engine", vpc=vpc, engine="memcached")  # wrong: memcached
RedisCluster(stack, "Replicas", vpc=vpc, replicas="2")  # wrong: replicas
RedisCluster(stack, "Needs", vpc=vpc, needs=["sorting"])  # wrong: sorting
MemcachedCluster(stack, "Snapshots", vpc=vpc, snapshot_retention=5)  # wrong: snapshot_retention
ServerlessCache(stack, "Nodes", vpc=vpc, nodes=3)  # wrong: nodes
CacheLog("audit", "log")  # wrong: audit
CacheStrategy("eager")  # wrong: eager
fast = DAXCluster(stack, "Fast", vpc=vpc, consistency="sometimes")  # wrong: sometimes
fast.accelerate("orders")  # wrong: TableAccess
print(fast.primary_endpoint)  # wrong: primary_endpoint
