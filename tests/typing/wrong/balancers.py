"""Mistakes with load balancers that a type checker finds."""

from awsdeck import (
    ALB,
    CLB,
    NLB,
    VPC,
    App,
    CLBListener,
    FixedResponse,
    Forward,
    OIDCLogin,
    S3Bucket,
    Stack,
    TargetGroup,
)

app = App()
stack = Stack(app, "shop")
vpc = VPC(stack, "Vpc")
web = ALB(stack, "Web", vpc=vpc)
front = NLB(stack, "Front", vpc=vpc)
pages = TargetGroup(stack, "Pages", vpc=vpc)
ALB(stack, "NoNetwork")  # wrong: vpc
ALB(stack, "Header", vpc=vpc, x_forwarded_for="keep")  # wrong: keep
ALB(stack, "Scheme", vpc=vpc, scheme="public")  # wrong: public
ALB(stack, "Unknown", vpc=vpc, idle_timout=60)  # wrong: idle_timout
ALB(stack, "LogsAsText", vpc=vpc, access_logs="logs")  # wrong: access_logs
web.add_listener(default="pages")  # wrong: default
web.add_listener(alpn="HTTP2Only")  # wrong: alpn
front.add_listener(80)  # wrong: default
front.add_listener(80, default=pages, redirect_http=True)  # wrong: redirect_http
web.add_listener(80).add_rule(pages, hosts="example.com")  # wrong: hosts
web.add_listener(81).add_rule(S3Bucket(stack, "Logs"), path="/")  # wrong: S3Bucket
pages.add(S3Bucket(stack, "More"))  # wrong: S3Bucket
Forward("pages")  # wrong: TargetGroupAccess
FixedResponse("404")  # wrong: int
OIDCLogin(issuer="https://id.example.com", then=pages)  # wrong: client_secret
TargetGroup(stack, "Protocol", vpc=vpc, protocol="GENEVE")  # wrong: GENEVE
TargetGroup(stack, "Sticky", vpc=vpc, sticky="cookie")  # wrong: cookie
CLB(stack, "NoListeners", vpc=vpc)  # wrong: listeners
CLBListener(80, "UDP")  # wrong: UDP
