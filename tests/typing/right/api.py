"""Programs with REST APIs that both type checkers accept."""

from awsdeck import (
    ApiAccount,
    ApiCache,
    ApiCanary,
    ApiKey,
    ApiModel,
    App,
    Authorizer,
    Cors,
    DynamoDBTable,
    HttpApi,
    IAMRole,
    JwtAuthorizer,
    LambdaFunction,
    MethodSettings,
    Output,
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

app = App()
stack = Stack(app, "shop", region="eu-west-1")
ApiAccount(stack, "Account")
function = LambdaFunction(stack, "F", code=inline("def handler(e, c): pass"), runtime="python3.13")
queue, topic = SQSQueue(stack, "Q", fifo=True), SNSTopic(stack, "T")
table = DynamoDBTable(stack, "Table", partition_key="id")
users = UserPool(stack, "Users", sign_in_by=["email", "phone"], mfa="required")
client_id: str = users.client("Web", callbacks=["https://example.com"], sign_in=["srp"]).client_id
link = VpcLink(stack, "Link", balancer="arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/a/b")
order = ApiModel("Order", {"type": "object"})

api = RestApi(
    stack,
    "Api",
    routes={
        "GET /orders": function,
        "POST /orders": route(function.alias("live"), body=order, auth="iam"),
        "PUT /orders": function.version(),
        "POST /news": topic,
        "POST /jobs": send_message(queue, group="all"),
        "GET /items/{id}": call_table(table, "GetItem", {"Key": {"id": {"S": "$input.params('id')"}}}),
        "ANY /x/{proxy+}": http("https://example.com/{proxy}", link=link, timeout=1_000),
        "ANY /y/{proxy+}": "https://example.com/{proxy}",
        "POST /soap": soap("https://example.com"),
        "GET /": route(mock({"ok": True}), public="a greeting", query={"page": False}, headers=["X-Id"]),
    },
    auth=users,
    cors=Cors(["*"]),
    throttle=Throttle(rate=10.5, burst=5),
    cache=ApiCache("6.1", ttl=60),
    methods={"GET /orders": MethodSettings(cached=False)},
    access_log=True,
    log="error",
)
next_stage = api.stage("next", canary=ApiCanary(10, base="a1b2c3"), access_log=True)
plan = api.usage_plan("basic", rate=1, quota=(100, "week"), keys=["A", ApiKey(stack, "B")], stages=[next_stage])
api.grant_invoke(IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com"), "GET", "/orders")
Output(stack, "Url", api.url)
other = RestApi(stack, "Other", routes={"GET /": mock()}, auth=Authorizer.token(function, ttl=0), endpoint="edge")
known = RestApi.from_id(stack, "Known", "a1b2c3")
arn: str = known.arn_for_execute("GET", "/orders")
small = HttpApi(
    stack,
    "Small",
    routes={"GET /a": function, "$default": "https://example.com"},
    auth=JwtAuthorizer("https://login.example.com", ["web"]),
    cors=Cors(["*"]),
    throttle=Throttle(1, 1),
)
url: str = small.url
