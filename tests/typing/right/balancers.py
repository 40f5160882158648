"""Load balancers as users write them; nothing to say about any of it."""

from typing import assert_type

from awsdeck import (
    ALB,
    CLB,
    NLB,
    VPC,
    App,
    AutoScalingGroup,
    Certificate,
    CLBListener,
    CognitoLogin,
    EC2Instance,
    FixedResponse,
    Forward,
    LambdaFunction,
    LaunchTemplate,
    Listener,
    OIDCLogin,
    Parameter,
    Redirect,
    S3Bucket,
    Secret,
    Stack,
    TargetGroup,
    TargetHealth,
    Token,
    inline,
)

app = App()
stack = Stack(app, "shop")
vpc = VPC(stack, "Vpc")
logs = S3Bucket(stack, "Logs")
certificate = Certificate(stack, "Certificate", domain="example.com")
box = EC2Instance(stack, "Box", image="ami-0abcdef1234567890", instance_type="m5.large", vpc=vpc)
function = LambdaFunction(stack, "Answer", code=inline("def handler(e, c): ..."), runtime="python3.13")
template = LaunchTemplate(stack, "Template", image="ami-0abcdef1234567890", instance_type="m5.large", vpc=vpc)
scaling = AutoScalingGroup(stack, "Scaling", launch_template=template, vpc=vpc, max=2)

web = ALB(stack, "Web", vpc=vpc, idle_timeout=Parameter(stack, "Idle", type="Number").ref, access_logs=logs)
pages = TargetGroup(
    stack,
    "Pages",
    vpc=vpc,
    port=8080,
    targets=[box, scaling],
    health=TargetHealth("/up", port=9000),
    algorithm="least-outstanding",
    sticky="lb-cookie",
    sticky_seconds=60,
)
work = TargetGroup(stack, "Work", targets=[function.alias("live")])
addresses = TargetGroup(stack, "Addresses", vpc=vpc, kind="ip")
addresses.add("10.0.1.5", "10.0.1.6")

https = web.add_listener(certificate=certificate, certificates=["arn:aws:acm:…"], default=pages, redirect_http=True)
https.add_rule(work, path="/api/*", host=["a.example.com", "b.example.com"], headers={"X-A": ["1", "2"]})
https.add_rule(Forward((pages, 9), (addresses, 1), sticky_seconds=60), query={"a": "1"}, priority=5)
https.add_rule(Redirect(host="example.com"), methods="GET", source_ip=["10.0.0.0/8"])
https.add_rule(FixedResponse(503, "later"), query=["x"])
https.add_rule(
    OIDCLogin(
        issuer="https://id.example.com",
        authorization_endpoint="https://id.example.com/a",
        token_endpoint="https://id.example.com/t",
        user_info_endpoint="https://id.example.com/u",
        client_id="shop",
        client_secret=Secret(stack, "Secret"),
        then=pages,
    ),
    path="/staff",
)
https.add_rule(CognitoLogin(user_pool="arn:aws:…", client_id="c", domain="shop", then=Forward(pages)), path="/me")
web.add_listener(8080, open_to=[box, "10.0.0.0/8"])
Listener.from_arn(stack, "There", "arn:aws:elasticloadbalancing:…").add_rule(pages, path="/", priority=1)

front = NLB(stack, "Front", vpc=vpc, elastic_ips="new", cross_zone=True)
front.add_listener(443, default=TargetGroup(stack, "Chain", protocol="TCP", targets=[web]), alpn="HTTP2Only")
old = CLB(stack, "Old", vpc=vpc, listeners=[CLBListener(80), CLBListener(443, "HTTPS", certificate=certificate)])
old.add(box)

text: str = web.alias_target().dns_name
web.metric("RequestCount", period=60)
web.connections.allow_from(box, 80)
assert_type(web.arn, Token)
