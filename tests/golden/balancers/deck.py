"""A shop behind load balancers: HTTPS with rules and sign-in, a fixed address in front, raw TCP and UDP, a legacy one."""

from awsdeck import (
    ALB,
    CLB,
    NLB,
    VPC,
    Alarm,
    App,
    Certificate,
    CLBListener,
    CognitoLogin,
    EC2Instance,
    FixedResponse,
    Forward,
    HostedZone,
    LambdaFunction,
    OIDCLogin,
    Output,
    Parameter,
    Redirect,
    S3Bucket,
    Secret,
    SecurityGroup,
    Stack,
    TargetGroup,
    TargetHealth,
    inline,
)

app = App()
shop = Stack(app, "shop", region="eu-west-1", tags={"team": "shop"})
vpc = VPC(shop, "Vpc")
zone = HostedZone(shop, "Zone", name="example.com")
certificate = Certificate(shop, "Certificate", domain="example.com", names=["*.example.com"], zone=zone)
partner = Certificate(shop, "PartnerCertificate", domain="shop.example.com", zone=zone)
logs = S3Bucket(shop, "Logs")
image = Parameter(shop, "Image", type="AWS::EC2::Image::Id").ref

web = ALB(
    shop,
    "Web",
    vpc=vpc,
    idle_timeout=120,
    response_seconds=90,
    needs_client_ip=True,
    access_logs=logs,
    access_logs_prefix="web",
    connection_logs=logs,
    connection_logs_prefix="connections",
    waf=Parameter(shop, "WebAcl").ref,
    deletion_protection=True,
    desync="strictest",
)
machines = [
    EC2Instance(shop, f"Machine{n}", image=image, instance_type="m5.large", vpc=vpc, subnets=[subnet])
    for n, subnet in enumerate(vpc.subnets("private"), 1)
]
pages = TargetGroup(
    shop,
    "Pages",
    port=8080,
    targets=machines,
    health=TargetHealth("/up", port=9000, interval=15, timeout=5, codes="200-299"),
    deregistration_delay=30,
    slow_start=60,
    algorithm="least-outstanding",
    sticky="app-cookie",
    sticky_cookie="SESSION",
    sticky_seconds=3_600,
)
canary = TargetGroup(shop, "Canary", vpc=vpc, port=8080, kind="ip")
canary.add("10.0.64.20")
answer = LambdaFunction(
    shop, "Answer", code=inline("def handler(event, context):\n    return {'statusCode': 200}\n"), runtime="python3.13",
    timeout=60,
)  # fmt: skip
functions = TargetGroup(shop, "Functions", targets=[answer], multi_value_headers=True)

https = web.add_listener(certificate=certificate, certificates=[partner], default=pages, redirect_http=True)
https.add_rule(Forward((pages, 9), (canary, 1), sticky_seconds=600), path=["/shop/*", "/basket/*"])
https.add_rule(functions, host="api.example.com", methods=["GET", "POST"], headers={"X-Tenant": "a*"})
https.add_rule(Redirect(host="example.com", path="/"), host="www.example.com")
https.add_rule(FixedResponse(503, "back soon"), query={"preview": ["1", "yes"]}, priority=5)
secret = Secret(shop, "ClientSecret")
https.add_rule(
    OIDCLogin(
        issuer="https://login.example.com",
        authorization_endpoint="https://login.example.com/authorize",
        token_endpoint="https://login.example.com/token",
        user_info_endpoint="https://login.example.com/userinfo",
        client_id="shop",
        client_secret=secret.value(),
        then=pages,
        session_seconds=3_600,
    ),
    path="/staff/*",
    source_ip=["10.0.0.0/8", "192.168.0.0/16"],
)
https.add_rule(
    CognitoLogin(
        user_pool=Parameter(shop, "UserPool").ref,
        client_id=Parameter(shop, "UserPoolClient").ref,
        domain="shop",
        then=pages,
    ),
    path="/account/*",
)

front = NLB(
    shop,
    "Front",
    vpc=vpc,
    elastic_ips="new",
    cross_zone=True,
    access_logs=logs,
    access_logs_prefix="front",
)
front.add_listener(443, default=TargetGroup(shop, "BehindFront", protocol="TCP", port=443, targets=[web]))

inside = NLB(
    shop, "Inside", vpc=vpc, scheme="internal", private_ips=["10.0.64.10", "10.0.80.10"], dns_affinity="partial"
)
database = TargetGroup(shop, "Database", vpc=vpc, protocol="TCP", port=5432, kind="ip", proxy_protocol=True)
database.add("10.0.64.30")
names = TargetGroup(
    shop, "Names", protocol="TCP_UDP", port=53, targets=machines, health=TargetHealth(port=9000, protocol="TCP"),
    sticky="source-ip",
)  # fmt: skip
clients = SecurityGroup(shop, "Clients", vpc=vpc)
inside.add_listener(5432, default=database, open_to=[clients], idle_timeout=600)
inside.add_listener(53, protocol="TCP_UDP", default=names, open_to=[vpc.cidr])
inside.add_listener(8443, certificate=certificate, default=TargetGroup(shop, "Plain", vpc=vpc, protocol="TCP", port=8080),
                    alpn="HTTP2Preferred")  # fmt: skip

old = CLB(
    shop,
    "Old",
    vpc=vpc,
    listeners=[
        CLBListener(80, instance_port=8080, sticky="lb-cookie", sticky_seconds=3_600),
        CLBListener(443, "HTTPS", instance_port=8080, instance_protocol="HTTP", certificate=certificate),
        CLBListener(25, "TCP", instance_port=2525, proxy_protocol=True),
    ],
    targets=machines,
    health=TargetHealth("/up", port=9000, interval=15, healthy=3),
    access_logs=logs,
    access_logs_prefix="old",
)
old.node.ignore("ELB018", reason="kept until its last client has moved")

Alarm(shop, "Errors", metric=web.metric("HTTPCode_ELB_5XX_Count"), threshold=10, missing="ignore")
Alarm(shop, "Unhealthy", metric=pages.metric("UnHealthyHostCount", statistic="Maximum"), threshold=0, comparison=">")
zone.alias("", web)
zone.alias("fixed", front)
zone.alias("old", old)
Output(shop, "Address", web.dns_name)
app.synth()
