"""Mistakes with distributions that a type checker finds."""

from awsdeck import (
    App,
    Behavior,
    CloudFrontDistribution,
    CloudFrontFunction,
    KeyGroup,
    LambdaFunction,
    Origin,
    PublicKey,
    ResponseHeadersPolicy,
    SQSQueue,
    Stack,
    inline,
)

stack = Stack(App(), "edge", region="us-east-1")
key = PublicKey(stack, "Signer", key="keys/films.pem")
far = LambdaFunction(stack, "Far", code="src/far", handler="app.handle", runtime="python3.13")
CloudFrontDistribution(stack, "Nothing")  # wrong: origin
CloudFrontDistribution(stack, "Queue", origin=SQSQueue(stack, "Q"))  # wrong: SQSQueue
CloudFrontDistribution(stack, "Site", origin="a.example.com", price_class="50")  # wrong: 50
CloudFrontDistribution(stack, "Http", origin="a.example.com", http="4")  # wrong: 4
CloudFrontDistribution(stack, "Paths", origin="a.example.com", behaviors={"/a": "b.example.com"})  # wrong: str
CloudFrontDistribution(stack, "Signed", origin="a.example.com", signed_by=key)  # wrong: PublicKey
Behavior(viewers="http")  # wrong: http
Behavior(on_origin_request=CloudFrontFunction(stack, "Near", code=inline("x")))  # wrong: CloudFrontFunction
Behavior(on_request=far)  # wrong: LambdaFunction
Behavior(method="all")  # wrong: method
Origin("a.example.com", protocol="https")  # wrong: https
KeyGroup(stack, "Paid", keys=[5])  # wrong: int
ResponseHeadersPolicy(stack, "Careful", frames="sameorigin")  # wrong: sameorigin
