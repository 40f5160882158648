"""Mistakes that show while one types: web."""

from awsdeck import (
    AliasTarget,
    ApiAccount,
    ApiCanary,
    ApiDomain,
    ApiKey,
    ApiModel,
    ApiStage,
    App,
    CachePolicy,
    CIDRCollection,
    CognitoLogin,
    CorsHeaders,
    ErrorPage,
    JwtAuthorizer,
    KeyValueStore,
    MethodSettings,
    OriginGroup,
    OriginRequestPolicy,
    Redirect,
    Stack,
    TargetHealth,
    UsagePlan,
    VpcLink,
)

stack = Stack(App(), "shop")
ApiDomain(stack, "A1", domain="api.example.com", certificate="arn", tls="1.3")  # wrong: tls
ApiStage(stack, "A2", api="api", name="prod")  # wrong: api
ApiKey(stack, "A3", enabled="yes")  # wrong: enabled
UsagePlan(stack, "A4", stages=["prod"])  # wrong: str
ApiAccount(stack, "A5", role=5)  # wrong: role
ApiCanary("ten", base="7")  # wrong: float
ApiModel("Order", [])  # wrong: Mapping[str
MethodSettings(log="debug")  # wrong: log
JwtAuthorizer("https://issuer.example.com", 5)  # wrong: Sequence[str]
VpcLink(stack, "A6", balancer=5)  # wrong: balancer
CognitoLogin(user_pool="p", client_id="c", domain="d", then=5)  # wrong: then
Redirect(protocol="TCP")  # wrong: protocol
TargetHealth(port="80")  # wrong: port
CachePolicy(stack, "A7", headers=5)  # wrong: headers
OriginRequestPolicy(stack, "A8", comment=5)  # wrong: comment
OriginGroup(5, 6)  # wrong: BalancerAccess
KeyValueStore(stack, "A9", source="bucket")  # wrong: source
CorsHeaders(5)  # wrong: Sequence[str]
ErrorPage(status="404")  # wrong: status
AliasTarget(5, "Z1")  # wrong: str
CIDRCollection(stack, "A10", name="offices", locations=[])  # wrong: locations
