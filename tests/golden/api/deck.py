"""An API of many kinds of targets with stages, plans and a name; one from a file; and one inside a VPC."""

from awsdeck import (
    NLB,
    VPC,
    Alarm,
    ApiAccount,
    ApiCache,
    ApiCanary,
    ApiModel,
    App,
    Authorizer,
    Certificate,
    Cors,
    DynamoDBTable,
    HostedZone,
    HttpApi,
    IAMRole,
    InterfaceEndpoint,
    JwtAuthorizer,
    LambdaFunction,
    MethodSettings,
    Output,
    Principal,
    RestApi,
    SNSTopic,
    SQSQueue,
    Stack,
    Throttle,
    UserPool,
    VpcLink,
    call_table,
    http,
    inline,
    mock,
    route,
    send_message,
    soap,
)

CODE = inline("def handler(event, context):\n    return {'statusCode': 200, 'body': 'ok'}\n")

app = App()
net = Stack(app, "net", region="eu-west-1")
vpc = VPC(net, "Vpc", availability_zones=2, nat_gateways="none")
balancer = NLB(net, "Balancer", vpc=vpc, scheme="internal")

shop = Stack(app, "shop", region="eu-west-1")
ApiAccount(shop, "Account")
zone = HostedZone(shop, "Zone", name="example.com")
certificate = Certificate(shop, "Certificate", domain="api.example.com", zone=zone)
users = UserPool(shop, "Users", deletion_protection=True)
users.add_domain("shop-example")
web = users.client("Web", callbacks=["https://shop.example.com/signed-in"], logouts=["https://shop.example.com/"])

orders = LambdaFunction(shop, "Orders", code=CODE, runtime="python3.13", tracing=True)
live = orders.alias("live")
checker = LambdaFunction(shop, "Checker", code=CODE, runtime="python3.13", tracing=True)
table = DynamoDBTable(shop, "Table", partition_key="id", billing="on-demand")
jobs = SQSQueue(shop, "Jobs")
ordered = SQSQueue(shop, "Ordered", fifo=True, deduplication="content")
placed = SNSTopic(shop, "Placed")
link = VpcLink(shop, "Link", balancer=balancer)

order = ApiModel("Order", {"type": "object", "required": ["item"], "properties": {"item": {"type": "string"}}})
tokens = Authorizer.token(checker, name="Tokens", pattern="^Bearer .+$", ttl=60)

api = RestApi(
    shop,
    "Api",
    description="what customers and their programs ask",
    routes={
        "GET /": route(mock({"service": "shop"}), public="says what this is, and nothing else"),
        "GET /orders": route(live, query={"page": False}, cache_by=["page"]),
        "POST /orders": route(live, body=order),
        "GET /orders/{id}": route(
            call_table(table, "GetItem", {"Key": {"id": {"S": "$util.escapeJavaScript($input.params('id'))"}}}),
            scopes=["openid"],
        ),
        "POST /jobs": route(jobs, auth=tokens, api_key=True),
        "POST /jobs/{customer}": route(
            send_message(ordered, group="$input.params('customer')"), auth=tokens, api_key=True
        ),
        "POST /news": route(placed, auth="iam"),
        "POST /legacy": route(soap("https://soap.example.com/orders"), auth="iam"),
        "ANY /inside/{proxy+}": route(http("http://inside.example.com/{proxy}", link=link), auth="iam"),
    },
    auth=users,
    cors=Cors(["https://shop.example.com"], credentials=True, max_age=600),
    domain="api.example.com",
    certificate=certificate,
    minimum_compression=1024,
    binary=["image/png"],
    throttle=Throttle(rate=500, burst=200),
    cache=ApiCache("0.5", ttl=60),
    methods={
        "GET /orders": MethodSettings(cache_ttl=10, throttle=Throttle(100, 50)),
        "GET /orders/{id}": MethodSettings(cached=False),
    },
    access_log=True,
    log="error",
    metrics=True,
    tracing=True,
    variables={"color": "blue"},
    keep_deployments=True,
)
api.stage(
    "next",
    throttle=Throttle(rate=10, burst=10),
    canary=ApiCanary(10, base="a1b2c3", variables={"color": "green"}),
    variables={"color": "blue"},
    access_log=True,
    tracing=True,
)
api.usage_plan(
    "basic", rate=10, burst=5, quota=(10_000, "month"), keys=["Partner"], methods={"POST /jobs": Throttle(1, 1)}
)
api.grant_invoke(IAMRole(shop, "Reporter", assumed_by="ec2.amazonaws.com"), "POST", "/news", stage="prod")
zone.alias("api", api)
Alarm(shop, "Failing", metric=api.metric("5XXError"), threshold=5)
Output(shop, "Url", api.url)

imported = RestApi.from_openapi(
    shop, "Imported", "src/api.yaml", integrations={"listItems": live, "addItem": jobs}, access_log=True
)

small = HttpApi(
    shop,
    "Small",
    routes={"GET /prices/{day}": live, "ANY /old/{proxy+}": "https://old.example.com/{proxy}", "$default": live},
    auth=JwtAuthorizer.cognito(users, web),
    cors=Cors(["https://shop.example.com"]),
    throttle=Throttle(rate=100, burst=50),
    access_log=True,
)
Output(shop, "SmallUrl", small.url)

inner = Stack(app, "inner", region="eu-west-1")
door = InterfaceEndpoint(inner, "Door", vpc=vpc, service="execute-api")
private = RestApi(
    inner,
    "Private",
    routes={"GET /status": mock({"ok": True})},
    endpoint="private",
    vpc_endpoints=[door],
)
shared = RestApi(inner, "Shared", routes={"GET /rates": mock({"eur": 1})}, auth="iam", endpoint="edge")
shared.grant_invoke(Principal.organization("o-a1b2c3d4e5"), "GET", "/rates")
app.synth()
