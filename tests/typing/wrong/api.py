"""Lines with REST APIs that both type checkers refuse."""

from awsdeck import ApiCache, App, Authorizer, Cors, HttpApi, RestApi, Stack, Throttle, UserPool, http, mock, route

stack = Stack(App(), "shop")
PING = {"GET /ping": mock()}
RestApi(stack, "A", routes={"GET /a": 5})  # wrong: int
RestApi(stack, "B", routes=PING, auth="cognito")  # wrong: cognito
RestApi(stack, "C", routes=PING, endpoint="global")  # wrong: global
RestApi(stack, "D", routes=PING, cache=ApiCache("7"))  # wrong: 7
RestApi(stack, "E", routes=PING, throttle=Throttle("fast"))  # wrong: float
RestApi(stack, "F", routes=PING, cors=Cors(5))  # wrong: Sequence[str]
RestApi(stack, "G", routes=PING, log="debug")  # wrong: debug
RestApi(stack, "H", routes=PING).usage_plan("x", quota=(10, "year"))  # wrong: year
route(mock(), bodies=None)  # wrong: bodies
http(5)  # wrong: http
Authorizer.token("function")  # wrong: token
UserPool(stack, "I", mfa="always")  # wrong: always
HttpApi(stack, "J", routes={"GET /a": 5})  # wrong: int
HttpApi(stack, "K", routes={}, auth="cognito")  # wrong: cognito
RestApi.from_openapi(stack, "L", "api.yaml", colour="red")  # wrong: colour
RestApi.from_openapi(stack, "M", "api.yaml", endpoint="global")  # wrong: global
