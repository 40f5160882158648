"""Caches and accelerators: what their keywords take, and what their attributes are."""

from typing import assert_type

from awsdeck import (
    VPC,
    App,
    CacheLog,
    CacheStrategy,
    CacheUser,
    CacheUserGroup,
    DAXCluster,
    DynamoDBTable,
    GlobalDatastore,
    IAMRole,
    KMSKey,
    LogGroup,
    MemcachedCluster,
    Metric,
    Parameter,
    RedisCluster,
    Secret,
    SecurityGroup,
    ServerlessCache,
    SNSTopic,
    Stack,
    Token,
)

app = App()
stack = Stack(app, "shop")
vpc = VPC(stack, "Vpc")
web = SecurityGroup(stack, "Web", vpc=vpc)
role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")

user = CacheUser(stack, "User", access="on ~* +@read")
other = CacheUser(stack, "Other", authentication="password", passwords=[Secret(stack, "Password")])
users = CacheUserGroup(stack, "Users", users=[user, other, "default"], engine="redis")
sessions = RedisCluster(
    stack,
    "Sessions",
    vpc=vpc,
    node_type=Parameter(stack, "NodeType").ref,
    subnets="private",
    security_groups=[web, "sg-0123abcd"],
    key=KMSKey(stack, "Key"),
    tls="preferred",
    auth_token=Secret(stack, "Token").value("token"),
    parameters={"timeout": 60},
    logs=[CacheLog("slow", LogGroup(stack, "Log")), CacheLog("engine", firehose="logs", format="text")],
    notifications=SNSTopic(stack, "Events"),
    strategy=CacheStrategy("lazy", "write-through", ttl=60),
    needs=["ranking", "pub-sub"],
)
sharded = RedisCluster(stack, "Sharded", vpc=vpc, engine="valkey", shards=3, users=users)
made = RedisCluster(stack, "Made", vpc=vpc, auth_token="generate")
known = RedisCluster.from_endpoint(
    stack, "Known", "cache.example.com", name="sessions", security_groups=["sg-0123abcd"]
)
store = GlobalDatastore(stack, "Everywhere", primary=sessions)
pages = MemcachedCluster(stack, "Pages", vpc=vpc, nodes=3, cross_az=True)
carts = ServerlessCache(stack, "Carts", vpc=vpc, engine="valkey", storage=(1, None), users=users)
for cache in (sessions, pages, carts, known):
    cache.connections.allow_from(web)
for granting in (sharded, carts, known):
    granting.grant_connect(role, user)
made.auth_secret.grant_read(role)

assert_type(sessions.primary_endpoint, Token)
assert_type(sharded.configuration_endpoint, Token)
assert_type(sessions.url, str)
assert_type(sessions.metric("Evictions", node=2), Metric)
assert_type(pages.metric("GetHits"), Metric)
assert_type(carts.arn, Token)
assert_type(store.id, Token)
assert_type(known.endpoint, str)

table = DynamoDBTable(stack, "Orders", partition_key="id")
fast = DAXCluster(stack, "Fast", vpc=vpc, nodes=3, record_ttl=0.5, role=role, consistency="eventual")
fast.accelerate(table, access="read")
fast.grant_read_write(role)
assert_type(table.accelerate(vpc=vpc, nodes=5), DAXCluster)
assert_type(fast.endpoint, Token)
