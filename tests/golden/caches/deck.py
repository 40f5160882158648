"""A shop's caches: sessions in Redis, a leaderboard in shards, pages in Memcached, carts without nodes, and DAX."""

from awsdeck import (
    VPC,
    Alarm,
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
    Output,
    RedisCluster,
    SecurityGroup,
    ServerlessCache,
    SNSTopic,
    Stack,
)

app = App()
shop = Stack(app, "shop", region="eu-west-1")
vpc = VPC(shop, "Vpc", availability_zones=3)
web = SecurityGroup(shop, "Web", vpc=vpc, description="what serves customers")
server = IAMRole(shop, "Server", assumed_by="ec2.amazonaws.com")
events = SNSTopic(shop, "CacheEvents")

sessions = RedisCluster(
    shop,
    "Sessions",
    vpc=vpc,
    node_type="cache.r7g.large",
    replicas=2,
    key=KMSKey(shop, "Key"),
    auth_token="generate",
    parameters={"maxmemory-policy": "volatile-lru"},
    logs=[
        CacheLog("slow", LogGroup(shop, "SlowLog", retention=30)),
        CacheLog("engine", firehose="cache-logs", format="text"),
    ],
    snapshot_retention=7,
    snapshot_window="02:00-03:00",
    maintenance_window="sun:04:00-sun:05:00",
    notifications=events,
    strategy=CacheStrategy("lazy", "write-through", ttl=3_600),
    needs=["persistence", "failover", "auth"],
)
sessions.connections.allow_from(web)
sessions.auth_secret.grant_read(server)
full = Alarm(
    shop, "SessionsFull", metric=sessions.metric("DatabaseMemoryUsagePercentage", statistic="Maximum"), threshold=80
)
full.notify(events)
GlobalDatastore(shop, "Everywhere", primary=sessions)

player = CacheUser(shop, "Player", access="on ~scores:* +@sortedset +@connection")
players = CacheUserGroup(shop, "Players", users=[player])
scores = RedisCluster(
    shop,
    "Scores",
    vpc=vpc,
    engine="valkey",
    node_type="cache.r6gd.xlarge",
    shards=3,
    users=players,
    restore_from="scores-2026",
    needs=["ranking"],
)
scores.connections.allow_from(web)
scores.grant_connect(server, player)

pages = MemcachedCluster(
    shop,
    "Pages",
    vpc=vpc,
    nodes=3,
    parameters={"max_item_size": 4_194_304},
    notifications=events,
    strategy=CacheStrategy("lazy", ttl=60),
    write_ratio=0.05,
)
pages.connections.allow_from(web)

carts = ServerlessCache(
    shop, "Carts", vpc=vpc, engine="valkey", major_version="8", storage=(None, 10), units=(None, 5_000), users=players
)
carts.connections.allow_from(web)
carts.grant_connect(server, player)

products = DynamoDBTable(shop, "Products", partition_key="sku")
products.add_global_index("by-brand", partition_key="brand")
prices = DynamoDBTable(shop, "Prices", partition_key="sku")
fast = DAXCluster(shop, "Fast", vpc=vpc, record_ttl=60, notifications=events, write_ratio=0.1, microseconds=True)
fast.accelerate(products)
fast.accelerate(prices, access="read")
fast.connections.allow_from(web)
fast.grant_read(server)

stock = DynamoDBTable(shop, "Stock", partition_key="sku")
stock.accelerate(vpc=vpc, node_type="dax.r5.large", access="read")

Output(shop, "SessionsUrl", sessions.url)
Output(shop, "SessionsReader", sessions.reader_endpoint)
Output(shop, "ScoresEndpoint", scores.configuration_endpoint)
Output(shop, "PagesEndpoint", pages.endpoint)
Output(shop, "CartsUrl", carts.url)
Output(shop, "ProductsEndpoint", fast.url)

abroad = Stack(app, "abroad", region="us-east-1")
near = VPC(abroad, "Vpc")
RedisCluster(abroad, "Sessions", vpc=near, global_datastore="ldgnf-shop-everywhere", key=KMSKey(abroad, "Key"))
app.synth()
