"""Load balancers, listeners, rules and target groups: what they render, whom they let in, what they refuse and where."""

from __future__ import annotations

from typing import Any

import pytest

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
    ConstraintError,
    ConstructError,
    EC2Instance,
    FixedResponse,
    Forward,
    Generate,
    LambdaFunction,
    LaunchTemplate,
    Listener,
    OIDCLogin,
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
from awsdeck.synth import synthesize

CERTIFICATE = "arn:aws:acm:eu-west-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/0123456789abcdef/fedcba9876543210"
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/0123456789abcdef"
SERVICE = "elasticloadbalancing.amazonaws.com"
EVERYBODY = "0.0.0.0/0"


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def vpc(stack: Stack) -> VPC:
    return VPC(stack, "Vpc")


@pytest.fixture
def web(stack: Stack, vpc: VPC) -> ALB:
    return ALB(stack, "Web", vpc=vpc)


@pytest.fixture
def front(stack: Stack, vpc: VPC) -> NLB:
    return NLB(stack, "Front", vpc=vpc)


@pytest.fixture
def pages(stack: Stack, vpc: VPC) -> TargetGroup:
    return TargetGroup(stack, "Pages", vpc=vpc, port=8080)


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def properties(stack: Stack, id: str) -> dict[str, Any]:
    found: dict[str, Any] = resources(stack)[id]["Properties"]
    return found


def of(stack: Stack, type: str) -> dict[str, dict[str, Any]]:
    return {id: body["Properties"] for id, body in resources(stack).items() if body["Type"] == type}


def attributes(stack: Stack, id: str, name: str = "LoadBalancerAttributes") -> dict[str, Any]:
    return {entry["Key"]: entry["Value"] for entry in properties(stack, id)[name]}


def opened(stack: Stack, way: str = "Ingress") -> list[tuple[str, str, int]]:
    """Every rule of a security group: whose, for whom, on which port."""
    found = []
    for body in of(stack, f"AWS::EC2::SecurityGroup{way}").values():
        far = body.get("CidrIp") or body.get("CidrIpv6")
        if far is None:
            far = (body.get("SourceSecurityGroupId") or body["DestinationSecurityGroupId"])["Fn::GetAtt"][0]
        port = body["FromPort"] if body["FromPort"] == body["ToPort"] else -1
        found.append(
            (body["GroupId"]["Fn::GetAtt"][0].removesuffix("SecurityGroup"), far.removesuffix("SecurityGroup"), port)
        )
    return sorted(found)


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    assert all(str(finding.file).endswith("test_loadbalancer.py") for finding in caught.value.findings)
    assert all(finding.line for finding in caught.value.findings)
    return {finding.rule for finding in caught.value.findings}


def warned(stack: Stack) -> set[str]:
    synthesize(stack.node.root_app)
    return {finding.rule for finding in stack.node.root_app.findings if finding.severity == "warning"}


def machine(stack: Stack, id: str, vpc: VPC, **more: Any) -> EC2Instance:
    return EC2Instance(
        stack, id, image="ami-0abcdef1234567890", instance_type="m5.large", vpc=vpc, subnets="private", **more
    )


def function(stack: Stack, id: str = "Answer", **more: Any) -> LambdaFunction:
    return LambdaFunction(stack, id, code=inline("def handler(event, context): ..."), runtime="python3.13", **more)


# Application Load Balancers


def test_an_alb_stands_in_public_subnets_behind_a_group_of_its_own_that_lets_nothing_out(
    stack: Stack, web: ALB
) -> None:
    made = resources(stack)
    body = made["Web"]["Properties"]
    assert body["Scheme"] == "internet-facing"
    assert body["Subnets"] == [{"Ref": "VpcPublic1"}, {"Ref": "VpcPublic2"}]
    assert body["SecurityGroups"] == [{"Fn::GetAtt": ["WebSecurityGroup", "GroupId"]}]
    assert made["WebSecurityGroup"]["Properties"]["SecurityGroupEgress"][0]["CidrIp"] == "127.0.0.1/32"
    assert made["Web"]["DependsOn"] == ["VpcPublicToInternet"]
    assert web.front is not None


def test_an_internal_alb_stands_in_private_subnets_and_opens_to_nobody(
    stack: Stack, vpc: VPC, pages: TargetGroup
) -> None:
    alb = ALB(stack, "Inner", vpc=vpc, scheme="internal")
    alb.add_listener(default=pages)
    made = resources(stack)
    assert made["Inner"]["Properties"]["Subnets"] == [{"Ref": "VpcPrivate1"}, {"Ref": "VpcPrivate2"}]
    assert "DependsOn" not in made["Inner"]
    assert opened(stack) == []


def test_safe_settings_are_written_out(stack: Stack, web: ALB) -> None:
    found = attributes(stack, "Web")
    assert found["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert found["routing.http.desync_mitigation_mode"] == "defensive"
    assert found["deletion_protection.enabled"] == "false"
    assert found["idle_timeout.timeout_seconds"] == "60"
    assert "zonal_shift.config.enabled" not in found
    assert not any(key.startswith("health_check_logs") for key in found)
    assert web.listeners == []


def test_what_is_chosen_is_written_as_the_attributes_want_it(stack: Stack, vpc: VPC) -> None:
    ALB(
        stack, "Web", vpc=vpc, idle_timeout=300, keep_alive=600, x_forwarded_for="preserve", client_port=True,
        preserve_host=True, drop_invalid_headers=False, desync="strictest", http2=False, tls_headers=True,
        waf_fail_open=True, deletion_protection=True, zonal_shift=True, addresses="dualstack", name="web",
    )  # fmt: skip
    assert attributes(stack, "Web") == {
        "deletion_protection.enabled": "true", "idle_timeout.timeout_seconds": "300", "client_keep_alive.seconds": "600",
        "routing.http.desync_mitigation_mode": "strictest", "routing.http.drop_invalid_header_fields.enabled": "false",
        "routing.http.preserve_host_header.enabled": "true",
        "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "true", "routing.http.xff_client_port.enabled": "true",
        "routing.http.xff_header_processing.mode": "preserve", "routing.http2.enabled": "false",
        "waf.fail_open.enabled": "true", "zonal_shift.config.enabled": "true", "access_logs.s3.enabled": "false",
        "connection_logs.s3.enabled": "false",
    }  # fmt: skip
    assert properties(stack, "Web")["IpAddressType"] == "dualstack"
    assert properties(stack, "Web")["Name"] == "web"


def test_a_parameter_can_be_the_idle_timeout(stack: Stack, vpc: VPC) -> None:
    ALB(stack, "Web", vpc=vpc, idle_timeout=Parameter(stack, "Idle", type="Number").ref)
    assert attributes(stack, "Web")["idle_timeout.timeout_seconds"] == {"Ref": "Idle"}


def test_a_web_acl_is_associated_by_its_arn(stack: Stack, vpc: VPC) -> None:
    arn = "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/web/11111111-2222-3333-4444-555555555555"
    ALB(stack, "Web", vpc=vpc, waf=arn)
    with pytest.raises(ConstructError, match="wafv2"):
        ALB(stack, "Other", vpc=vpc, waf="arn:aws:wafv2:us-east-1:123456789012:global/webacl/web/1")
    assert properties(stack, "WebWaf") == {"ResourceArn": {"Ref": "Web"}, "WebACLArn": arn}


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"idle_timeout": 4_001}, "ELB008"),
        ({"keep_alive": 59}, "ELB025"),
        ({"name": "internal-web"}, "ELB017"),
        ({"name": "a_b"}, "ELB017"),
        ({"subnets": ["subnet-0123456789abcdef0"]}, "ELB004"),
    ],
)
def test_what_the_documentation_forbids_is_an_error_at_the_line(
    stack: Stack, vpc: VPC, keywords: dict[str, Any], rule: str
) -> None:
    with pytest.raises(ConstraintError) as caught:
        ALB(stack, "Web", vpc=vpc, **keywords)
    assert rules(caught) == {rule}
    assert caught.value.findings[0].source


def test_one_zone_is_too_few_and_the_error_says_where_and_how_to_mend_it(stack: Stack) -> None:
    small = VPC(stack, "Small", availability_zones=1)
    with pytest.raises(ConstraintError, match="at least two Availability Zones") as caught:
        ALB(stack, "Web", vpc=small)
    assert rules(caught) == {"ELB004"}
    assert "availability_zones=2" in str(caught.value.findings[0].fix)


def test_one_subnet_of_two_is_too_few_as_well(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstraintError) as caught:
        ALB(stack, "Web", vpc=vpc, subnets=[vpc.subnets("public")[0]])
    assert rules(caught) == {"ELB004"}


# Listeners


def test_a_certificate_makes_it_https_with_a_modern_policy_open_to_everybody(
    stack: Stack, web: ALB, pages: TargetGroup
) -> None:
    listener = web.add_listener(certificate=CERTIFICATE, default=pages)
    assert properties(stack, "WebListener443") == {
        "LoadBalancerArn": {"Ref": "Web"}, "Port": 443, "Protocol": "HTTPS",
        "Certificates": [{"CertificateArn": CERTIFICATE}], "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": {"Ref": "Pages"}}],
    }  # fmt: skip
    assert opened(stack) == [("Web", EVERYBODY, 443)]
    assert web.listeners == [listener]


def test_a_certificate_may_be_a_construct_and_more_of_them_are_added_one_by_one(
    stack: Stack, web: ALB, pages: TargetGroup
) -> None:
    first, second = (Certificate(stack, f"C{n}", domain=f"{n}.example.com") for n in range(2))
    listener = web.add_listener(
        certificate=first, certificates=[second], default=pages, ssl_policy="ELBSecurityPolicy-X"
    )
    listener.add_certificate(CERTIFICATE)
    assert properties(stack, "WebListener443")["SslPolicy"] == "ELBSecurityPolicy-X"
    assert properties(stack, "WebListener443")["Certificates"] == [{"CertificateArn": {"Ref": "C0"}}]
    assert of(stack, "AWS::ElasticLoadBalancingV2::ListenerCertificate") == {
        "WebListener443Certificate2": {
            "ListenerArn": {"Ref": "WebListener443"}, "Certificates": [{"CertificateArn": {"Ref": "C1"}}],
        },
        "WebListener443Certificate3": {
            "ListenerArn": {"Ref": "WebListener443"}, "Certificates": [{"CertificateArn": CERTIFICATE}],
        },
    }  # fmt: skip


def test_http_is_redirected_with_one_argument(stack: Stack, web: ALB, pages: TargetGroup) -> None:
    web.add_listener(8443, certificate=CERTIFICATE, default=pages, redirect_http=True)
    plain = properties(stack, "WebListener80")
    assert plain["Protocol"] == "HTTP"
    assert plain["DefaultActions"] == [
        {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "8443", "StatusCode": "HTTP_301"}}
    ]
    assert opened(stack) == [("Web", EVERYBODY, 80), ("Web", EVERYBODY, 8443)]
    assert "ELB023" not in warned(stack)


def test_redirecting_to_itself_is_refused(web: ALB, pages: TargetGroup) -> None:
    with pytest.raises(ConstructError, match="certificate"):
        web.add_listener(8080, default=pages, redirect_http=True)


def test_plain_http_beside_https_is_warned_about(stack: Stack, web: ALB, pages: TargetGroup) -> None:
    web.add_listener(certificate=CERTIFICATE, default=pages)
    web.add_listener(80, default=pages)
    assert "ELB023" in warned(stack)


def test_what_no_rule_takes_is_not_found_by_default(stack: Stack, web: ALB) -> None:
    web.add_listener()
    assert properties(stack, "WebListener80")["DefaultActions"] == [
        {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "ContentType": "text/plain"}}
    ]


def test_who_may_connect_can_be_chosen(stack: Stack, vpc: VPC, web: ALB) -> None:
    client = SecurityGroup(stack, "Client", vpc=vpc)
    web.add_listener(80, open_to=[client, "10.1.0.0/16"])
    web.add_listener(81, open_to="nobody")
    with pytest.raises(ConstructError, match="nobody"):
        web.add_listener(82, open_to="everyone")
    assert opened(stack) == [("Web", "10.1.0.0/16", 80), ("Web", "Client", 80)]


def test_a_group_of_the_users_own_is_opened_only_when_asked(stack: Stack, vpc: VPC) -> None:
    own = SecurityGroup(stack, "Own", vpc=vpc)
    web = ALB(stack, "Web", vpc=vpc, security_groups=[own])
    web.add_listener(80)
    web.add_listener(81, open_to="anyone")
    assert opened(stack) == [("Own", EVERYBODY, 81)]


def test_a_network_with_ipv6_is_open_to_everybody_there_too(stack: Stack) -> None:
    web = ALB(stack, "Web", vpc=VPC(stack, "Six", ipv6=True), addresses="dualstack")
    web.add_listener(80)
    assert opened(stack) == [("Web", EVERYBODY, 80), ("Web", "::/0", 80)]


@pytest.mark.parametrize("who", ["everyone", 5, {"a": 1}])
def test_something_else_than_a_list_of_peers_is_refused(stack: Stack, vpc: VPC, web: ALB, who: Any) -> None:
    with pytest.raises(ConstructError, match="open_to="):
        web.add_listener(80, open_to=who)
    with pytest.raises(ConstructError, match="open_to="):
        CLB(stack, "Old", vpc=vpc, listeners=[CLBListener(80, open_to=who)])


def test_headers_are_given_by_name(web: ALB) -> None:
    with pytest.raises(ConstructError, match="headers="):
        web.add_listener(80).add_rule(FixedResponse(), headers=["X-A"])  # type: ignore[arg-type]


def test_client_certificates_are_checked_or_passed_on(stack: Stack, web: ALB) -> None:
    store = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:truststore/people/0123456789abcdef"
    web.add_listener(443, certificate=CERTIFICATE, client_certificates=store)
    web.add_listener(444, certificate=CERTIFICATE, client_certificates="passthrough")
    assert properties(stack, "WebListener443")["MutualAuthentication"] == {"Mode": "verify", "TrustStoreArn": store}
    assert properties(stack, "WebListener444")["MutualAuthentication"] == {"Mode": "passthrough"}


@pytest.mark.parametrize("protocol", ["TCP", "TLS", "UDP"])
def test_an_alb_listens_on_http_and_https_alone(web: ALB, pages: TargetGroup, protocol: str) -> None:
    with pytest.raises(ConstraintError, match="Application Load Balancer cannot listen on") as caught:
        web.add_listener(5432, protocol=protocol, default=pages)
    assert rules(caught) == {"ELB001"}
    assert caught.value.findings[0].allowed == "HTTP, HTTPS"
    assert "NLB" in str(caught.value.findings[0].fix)


def test_https_needs_a_certificate(web: ALB, pages: TargetGroup) -> None:
    with pytest.raises(ConstraintError, match="exactly one certificate") as caught:
        web.add_listener(443, protocol="HTTPS", default=pages)
    assert rules(caught) == {"ELB003"}


def test_http_has_no_certificate(web: ALB, pages: TargetGroup) -> None:
    with pytest.raises(ConstraintError, match="has no certificate"):
        web.add_listener(80, protocol="HTTP", certificate=CERTIFICATE, default=pages)
    with pytest.raises(ConstructError, match="is no certificate"):
        web.add_listener(443, certificate="web", default=pages)


def test_one_port_has_one_listener(web: ALB, pages: TargetGroup) -> None:
    web.add_listener(80, default=pages)
    with pytest.raises(ConstraintError, match=r"shop/Web/Listener80 \(.*test_loadbalancer.py:\d+\)") as caught:
        web.add_listener(80, default=pages)
    assert rules(caught) == {"ELB027"}


# Rules and actions


def conditions(stack: Stack, id: str) -> list[Any]:
    found: list[Any] = properties(stack, id)["Conditions"]
    return found


def test_every_condition_is_rendered(stack: Stack, web: ALB, pages: TargetGroup) -> None:
    web.add_listener(80).add_rule(
        pages, host="a.example.com", path="/a/*", methods="GET", source_ip="10.0.0.0/8", headers={"X-A": "1"}
    )
    web.add_listener(81).add_rule(pages, query={"a": ["1", "2"]})
    web.add_listener(82).add_rule(pages, query=["x", "y"])
    assert conditions(stack, "WebListener80Rule10") == [
        {"Field": "host-header", "HostHeaderConfig": {"Values": ["a.example.com"]}},
        {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a/*"]}},
        {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
        {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}},
        {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-A", "Values": ["1"]}},
    ]
    assert conditions(stack, "WebListener81Rule10")[0]["QueryStringConfig"] == {
        "Values": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    }
    assert conditions(stack, "WebListener82Rule10")[0]["QueryStringConfig"] == {
        "Values": [{"Value": "x"}, {"Value": "y"}]
    }


def test_automatic_priorities_go_on_where_the_last_one_was(stack: Stack, web: ALB, pages: TargetGroup) -> None:
    listener = web.add_listener(80)
    listener.add_rule(pages, path="/a")
    listener.add_rule(pages, path="/b")
    before = {id: body["Priority"] for id, body in of(stack, "AWS::ElasticLoadBalancingV2::ListenerRule").items()}
    assert sorted(before.values()) == [10, 20]


def test_a_rule_added_at_the_end_changes_none_of_the_others() -> None:
    def priorities(*paths: str) -> dict[str, int]:
        stack = Stack(App(), "shop", region="eu-west-1")
        vpc = VPC(stack, "Vpc")
        listener = ALB(stack, "Web", vpc=vpc).add_listener(80)
        for path in paths:
            listener.add_rule(FixedResponse(), path=path)
        found = of(stack, "AWS::ElasticLoadBalancingV2::ListenerRule").values()
        return {body["Conditions"][0]["PathPatternConfig"]["Values"][0]: body["Priority"] for body in found}

    first = priorities("/a", "/b")
    assert {path: number for path, number in priorities("/a", "/b", "/c").items() if path in first} == first


def test_automatic_priorities_step_over_those_that_are_taken(web: ALB, pages: TargetGroup) -> None:
    listener = web.add_listener(80)
    listener.add_rule(pages, path="/a", priority=10)
    assert listener.add_rule(pages, path="/b").priority == 20
    assert listener.add_rule(pages, path="/c", priority=15).priority == 15
    assert listener.add_rule(pages, path="/d").priority == 30


def test_a_second_rule_of_the_same_priority_is_refused_with_the_place_of_the_first(
    web: ALB, pages: TargetGroup
) -> None:
    listener = web.add_listener(80)
    listener.add_rule(pages, path="/a", priority=7)
    with pytest.raises(ConstraintError, match=r"shop/Web/Listener80/Rule7 \(.*test_loadbalancer.py:\d+\)") as caught:
        listener.add_rule(pages, path="/b", priority=7)
    assert rules(caught) == {"ELB015"}
    with pytest.raises(ConstraintError) as caught:
        listener.add_rule(pages, path="/b", priority=7, id="Own")
    assert rules(caught) == {"ELB015"}


@pytest.mark.parametrize("priority", [0, 50_001])
def test_a_priority_out_of_range_is_refused(web: ALB, pages: TargetGroup, priority: int) -> None:
    with pytest.raises(ConstraintError) as caught:
        web.add_listener(80).add_rule(pages, path="/a", priority=priority)
    assert rules(caught) == {"ELB015"}


@pytest.mark.parametrize(
    "keywords",
    [{}, {"path": ["/a", "/b", "/c"], "host": ["a.example.com", "b.example.com", "c.example.com"]}],
)
def test_a_rule_has_one_to_five_values(web: ALB, pages: TargetGroup, keywords: dict[str, Any]) -> None:
    with pytest.raises(ConstraintError) as caught:
        web.add_listener(80).add_rule(pages, **keywords)
    assert rules(caught) == {"ELB016"}


def test_requests_are_divided_by_weight_and_stay_where_they_went(
    stack: Stack, vpc: VPC, web: ALB, pages: TargetGroup
) -> None:
    other = TargetGroup(stack, "Other", vpc=vpc)
    web.add_listener(80, default=Forward((pages, 9), (other, 1), sticky_seconds=600))
    assert properties(stack, "WebListener80")["DefaultActions"] == [
        {
            "Type": "forward",
            "ForwardConfig": {
                "TargetGroups": [
                    {"TargetGroupArn": {"Ref": "Pages"}, "Weight": 9}, {"TargetGroupArn": {"Ref": "Other"}, "Weight": 1},
                ],
                "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 600},
            },
        }
    ]  # fmt: skip


def test_wrong_weights_and_too_many_groups_are_refused(stack: Stack, vpc: VPC, web: ALB, pages: TargetGroup) -> None:
    with pytest.raises(ConstraintError) as caught:
        web.add_listener(80, default=Forward((pages, 1_000)))
    assert rules(caught) == {"ELB028"}
    groups = [TargetGroup(stack, f"G{n}", vpc=vpc) for n in range(6)]
    with pytest.raises(ConstraintError, match="at most 5"):
        web.add_listener(81, default=Forward(*groups))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (Forward, "to nothing"),
        (lambda: Forward("pages"), "a str"),  # type: ignore[arg-type]
        (lambda: Forward((1, 2, 3)), "a tuple"),  # type: ignore[arg-type]
        (lambda: Redirect(path="a"), "absolute"),
        (lambda: FixedResponse(302), "400 to 599"),
        (lambda: FixedResponse(True), "200 to 299"),
    ],
)
def test_an_action_says_at_once_what_is_wrong_with_it(wrong: Any, words: str) -> None:
    with pytest.raises(ConstructError, match=words) as caught:
        wrong()
    assert "test_loadbalancer.py" in str(caught.value.place)


def test_something_else_than_an_action_is_refused(web: ALB) -> None:
    with pytest.raises(ConstructError, match="says nothing of what to do"):
        web.add_listener(80, default="pages")  # type: ignore[arg-type]


def test_a_redirect_keeps_what_it_is_not_told_to_change(stack: Stack, web: ALB) -> None:
    listener = web.add_listener(443, certificate=CERTIFICATE)
    listener.add_rule(Redirect(host="example.com", permanent=False), host="www.example.com")
    listener.add_rule(Redirect(protocol="#{protocol}", path="/new/#{path}", query="#{query}"), path="/old/*")
    found = [properties(stack, f"WebListener443Rule{n}")["Actions"][0]["RedirectConfig"] for n in (10, 20)]
    assert found == [
        {"Protocol": "HTTPS", "Port": "443", "Host": "example.com", "StatusCode": "HTTP_302"},
        {
            "Protocol": "#{protocol}", "Port": "#{port}", "Path": "/new/#{path}", "Query": "#{query}",
            "StatusCode": "HTTP_301",
        },
    ]  # fmt: skip


def test_a_redirect_that_leads_back_to_itself_is_refused(web: ALB) -> None:
    with pytest.raises(ConstraintError, match="come back for ever") as caught:
        web.add_listener(80, default=Redirect(protocol="#{protocol}"))
    assert rules(caught) == {"ELB028"}
    with pytest.raises(ConstraintError, match="come back for ever"):
        web.add_listener(443, certificate=CERTIFICATE, default=Redirect())
    web.add_listener(8443, certificate=CERTIFICATE).add_rule(Redirect(port=8443), path="/a")
    with pytest.raises(ConstraintError, match="come back for ever"):
        synthesize(web.node.root_app)


def oidc(then: Any, secret: Any, **more: Any) -> OIDCLogin:
    return OIDCLogin(
        issuer="https://id.example.com", authorization_endpoint="https://id.example.com/a",
        token_endpoint="https://id.example.com/t", user_info_endpoint="https://id.example.com/u", client_id="shop",
        client_secret=secret, then=then, **more,
    )  # fmt: skip


def test_people_sign_in_first_and_the_secret_never_stands_in_the_template(
    stack: Stack, web: ALB, pages: TargetGroup
) -> None:
    secret = Secret(stack, "ClientSecret", generate=Generate(key="key"))
    web.add_listener(
        certificate=CERTIFICATE,
        default=oidc(
            pages, secret.value("key"), session_seconds=60, scope="openid email", cookie="Auth", extra={"a": "b"}
        ),
    )
    first, second = properties(stack, "WebListener443")["DefaultActions"]
    assert (first["Type"], first["Order"], second["Type"], second["Order"]) == ("authenticate-oidc", 1, "forward", 2)
    config = first["AuthenticateOidcConfig"]
    assert config["ClientSecret"] == {"Fn::Sub": "{{resolve:secretsmanager:${ClientSecret}:SecretString:key::}}"}
    assert config["SessionTimeout"] == "60"
    assert config["OnUnauthenticatedRequest"] == "authenticate"
    assert config["AuthenticationRequestExtraParams"] == {"a": "b"}
    assert ("Web", EVERYBODY, 443) in opened(stack, "Egress")


def test_a_whole_secret_will_do(stack: Stack, web: ALB, pages: TargetGroup) -> None:
    web.add_listener(certificate=CERTIFICATE).add_rule(
        oidc(pages, Secret(stack, "ClientSecret"), session_seconds=60), path="/a"
    )
    config = properties(stack, "WebListener443Rule10")["Actions"][0]["AuthenticateOidcConfig"]
    assert "resolve:secretsmanager" in str(config["ClientSecret"])
    assert config["SessionTimeout"] == 60


@pytest.mark.parametrize("secret", ["hunter2", 5])
def test_a_plain_client_secret_is_refused(pages: TargetGroup, secret: Any) -> None:
    with pytest.raises(ConstructError, match="client_secret=") as caught:
        oidc(pages, secret)
    assert "Secret" in str(caught.value.fix)


def test_a_provider_is_asked_over_https_alone(stack: Stack, pages: TargetGroup) -> None:
    with pytest.raises(ConstructError, match="no https address"):
        OIDCLogin(
            issuer="http://id.example.com", authorization_endpoint="https://a", token_endpoint="https://t",
            user_info_endpoint="https://u", client_id="c", client_secret=Secret(stack, "S"), then=pages,
        )  # fmt: skip


def test_only_https_asks_who_somebody_is(web: ALB, pages: TargetGroup) -> None:
    pool = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_a"
    with pytest.raises(ConstraintError, match="only an HTTPS listener") as caught:
        web.add_listener(80, default=CognitoLogin(user_pool=pool, client_id="c", domain="shop", then=pages))
    assert rules(caught) == {"ELB028"}


def test_a_rule_can_stand_in_another_stack(stack: Stack, web: ALB) -> None:
    listener = web.add_listener(80)
    other = Stack(stack.node.root_app, "other", region="eu-west-1")
    listener.add_rule(FixedResponse(), path="/a", scope=other)
    with pytest.raises(ConstraintError):
        listener.add_rule(FixedResponse(), path="/b", priority=10)
    assert "Listener80Rule10" in resources(other)


# What exists already


def test_rules_are_added_to_a_listener_that_exists(stack: Stack, vpc: VPC) -> None:
    listener = Listener.from_arn(stack, "Listener", LISTENER, protocol="HTTP", security_groups=["sg-0123456789abcdef0"])
    group = TargetGroup(stack, "Mine", port=8080, targets=[machine(stack, "Box", vpc)])
    listener.add_rule(group, path="/mine/*", priority=300)
    with pytest.raises(ConstructError, match="priority="):
        listener.add_rule(group, path="/b")
    with pytest.raises(ConstraintError):
        listener.add_rule(group, path="/b", priority=300)
    with pytest.raises(ConstructError, match="is not the ARN"):
        Listener.from_arn(stack, "Wrong", BALANCER)
    rule = properties(stack, "ListenerRule300")
    assert rule["ListenerArn"] == LISTENER
    ingress = list(of(stack, "AWS::EC2::SecurityGroupIngress").values())
    assert [(one["SourceSecurityGroupId"], one["FromPort"]) for one in ingress] == [("sg-0123456789abcdef0", 8080)]


def test_a_listener_is_added_to_a_load_balancer_that_exists(stack: Stack) -> None:
    web = ALB.from_arn(stack, "Web", BALANCER, dns_name="web-1.eu-west-1.elb.amazonaws.com", hosted_zone_id="Z1")
    web.add_listener(8080)
    assert properties(stack, "WebListener8080")["LoadBalancerArn"] == BALANCER
    assert web.full_name == "app/web/0123456789abcdef"
    assert web.alias_target().hosted_zone_id == "Z1"
    with pytest.raises(ConstructError, match="security_groups="):
        _ = web.connections
    with pytest.raises(ConstructError, match="is not the ARN"):
        NLB.from_arn(stack, "Net", BALANCER)


# Target groups


def test_instances_are_reached_on_the_ports_of_requests_and_health_checks_alone(
    stack: Stack, vpc: VPC, web: ALB
) -> None:
    box = machine(stack, "Box", vpc)
    group = TargetGroup(stack, "Pages", port=8080, targets=[box], health=TargetHealth("/up", port=9000))
    web.add_listener(80, default=group, open_to="nobody")
    group.add(machine(stack, "Late", vpc))
    wanted = [("Box", "Web", 8080), ("Box", "Web", 9000), ("Late", "Web", 8080), ("Late", "Web", 9000)]
    assert opened(stack) == wanted
    assert opened(stack, "Egress") == sorted((far, near, port) for near, far, port in wanted)
    assert properties(stack, "Pages")["Targets"] == [{"Id": {"Ref": "Box"}}, {"Id": {"Ref": "Late"}}]
    assert properties(stack, "Pages")["VpcId"] == {"Ref": "Vpc"}


def test_two_listeners_open_a_target_once(stack: Stack, vpc: VPC, web: ALB) -> None:
    group = TargetGroup(stack, "Pages", targets=[machine(stack, "Box", vpc)])
    first = web.add_listener(80, default=group, open_to="nobody")
    rule = first.add_rule(group, path="/a")
    second = web.add_listener(81, default=group, open_to="nobody")
    assert group.senders == [first, rule, second]
    assert opened(stack) == [("Box", "Web", 80)]


def test_an_auto_scaling_group_joins(stack: Stack, vpc: VPC, web: ALB) -> None:
    template = LaunchTemplate(stack, "Template", image="ami-0abcdef1234567890", instance_type="m5.large", vpc=vpc)
    scaling = AutoScalingGroup(stack, "Scaling", launch_template=template, vpc=vpc, min=1, max=2)
    group = TargetGroup(stack, "Pages", vpc=vpc, port=8080, targets=[scaling])
    web.add_listener(80, default=group, open_to="nobody")
    assert properties(stack, "Scaling")["TargetGroupARNs"] == [{"Ref": "Pages"}]
    assert [(far, port) for _, far, port in opened(stack)] == [("Web", 8080)]


def test_addresses_are_reached_by_their_own_block_and_told_when_outside(stack: Stack, vpc: VPC, web: ALB) -> None:
    group = TargetGroup(stack, "Pages", vpc=vpc, port=8080)
    group.add("10.0.1.5", "192.168.1.1")
    web.add_listener(80, default=group, open_to="nobody")
    assert properties(stack, "Pages")["TargetType"] == "ip"
    assert properties(stack, "Pages")["Targets"] == [
        {"Id": "10.0.1.5"}, {"Id": "192.168.1.1", "AvailabilityZone": "all"},
    ]  # fmt: skip
    assert opened(stack, "Egress") == [("Web", "10.0.1.5/32", 8080), ("Web", "192.168.1.1/32", 8080)]


def test_a_public_address_is_no_target(vpc: VPC, pages: TargetGroup) -> None:
    with pytest.raises(ConstraintError) as caught:
        pages.add("8.8.8.8")
    assert rules(caught) == {"ELB030"}


def test_a_function_is_invoked_by_target_groups_of_this_account_and_region_alone(stack: Stack, web: ALB) -> None:
    group = TargetGroup(stack, "Work", targets=[function(stack)], health=TargetHealth("/up"), multi_value_headers=True)
    web.add_listener(80, default=group)
    made = resources(stack)
    (permission,) = [id for id, body in made.items() if body["Type"] == "AWS::Lambda::Permission"]
    assert made[permission]["Properties"] == {
        "Action": "lambda:InvokeFunction", "FunctionName": {"Fn::GetAtt": ["Answer", "Arn"]}, "Principal": SERVICE,
        "SourceArn": {
            "Fn::Sub": "arn:${AWS::Partition}:elasticloadbalancing:${AWS::Region}:${AWS::AccountId}:targetgroup/*"
        },
    }  # fmt: skip
    assert made["Work"]["DependsOn"] == [permission]
    assert made["Work"]["Properties"] == {
        "TargetType": "lambda", "Targets": [{"Id": {"Fn::GetAtt": ["Answer", "Arn"]}}], "HealthCheckEnabled": True,
        "HealthCheckPath": "/up",
        "TargetGroupAttributes": [{"Key": "lambda.multi_value_headers.enabled", "Value": "true"}],
    }  # fmt: skip


def test_a_function_behind_a_named_group_is_invoked_by_that_one_alone(stack: Stack) -> None:
    TargetGroup(stack, "Work", targets=[function(stack)], name="work")
    (permission,) = of(stack, "AWS::Lambda::Permission").values()
    assert permission["SourceArn"]["Fn::Sub"].endswith(":targetgroup/work/*")


def test_an_alias_can_be_a_target(stack: Stack) -> None:
    live = function(stack).alias("live")
    TargetGroup(stack, "Work", targets=[live])
    (alias,) = of(stack, "AWS::Lambda::Alias")
    assert properties(stack, "Work")["Targets"] == [{"Id": {"Ref": alias}}]


def test_a_function_slower_than_the_idle_timeout_is_warned_about(stack: Stack, vpc: VPC) -> None:
    group = TargetGroup(stack, "Work", targets=[function(stack, timeout=120)])
    ALB(stack, "Web", vpc=vpc, idle_timeout=90).add_listener(80, default=group)
    assert "ELB009" in warned(stack)


def test_a_timeout_long_enough_is_not(stack: Stack, vpc: VPC) -> None:
    group = TargetGroup(stack, "Work", targets=[function(stack, timeout=120)])
    ALB(stack, "Web", vpc=vpc, idle_timeout=120).add_listener(80, default=group)
    assert "ELB009" not in warned(stack)


def test_answers_that_are_told_to_be_slow_are_held_against_the_idle_timeout(stack: Stack, vpc: VPC) -> None:
    ALB(stack, "Slow", vpc=vpc, response_seconds=90)
    (finding,) = [one for one in stack.node.root_app.findings if one.rule == "ELB009"]
    assert "HTTP 504" in finding.message
    assert finding.construct == "shop/Slow"
    slow = TargetGroup(stack, "Reports", vpc=vpc, response_seconds=200)
    ALB(stack, "Web", vpc=vpc, idle_timeout=120).add_listener(80, default=slow)
    told = [one.message for one in stack.node.root_app.findings if one.construct == "shop/Web" and one.rule == "ELB009"]
    assert len(told) == 1
    assert "shop/Reports may take 200 seconds" in told[0]


def test_an_alb_behind_an_nlb_is_registered_once_it_listens(stack: Stack, vpc: VPC, web: ALB, front: NLB) -> None:
    group = TargetGroup(stack, "Chain", protocol="TCP", port=443, targets=[web])
    front.add_listener(443, default=group)
    web.add_listener(80)
    web.add_listener(443, certificate=CERTIFICATE)
    made = resources(stack)
    assert made["Chain"]["DependsOn"] == ["WebListener443"]
    assert made["Chain"]["Properties"] == {
        "TargetType": "alb", "VpcId": {"Ref": "Vpc"}, "Port": 443, "Protocol": "TCP", "HealthCheckProtocol": "HTTPS",
        "Targets": [{"Id": {"Ref": "Web"}}],
    }  # fmt: skip
    assert ("Web", "Front", 443) in opened(stack)
    assert ("Front", "Web", 443) in opened(stack, "Egress")


def test_targets_of_different_kinds_do_not_mix(stack: Stack, vpc: VPC, pages: TargetGroup) -> None:
    pages.add(machine(stack, "Box", vpc))
    with pytest.raises(ConstructError, match="of kind ip does not go with them"):
        pages.add("10.0.1.5")
    with pytest.raises(ConstructError, match="is no target"):
        pages.add(SecurityGroup(stack, "G", vpc=vpc))  # type: ignore[arg-type]
    with pytest.raises(ConstructError, match="has no port"):
        TargetGroup(stack, "Empty", vpc=vpc).add(function(stack))
    box = machine(stack, "Again", vpc)
    pages.add(box)
    with pytest.raises(ConstructError, match="already"):
        pages.add(box)


@pytest.mark.parametrize(
    ("keywords", "rule"),
    [
        ({"health": TargetHealth(interval=5, timeout=10)}, "ELB013"),
        ({"health": TargetHealth(healthy=1)}, "ELB013"),
        ({"health": TargetHealth(protocol="TCP")}, "ELB012"),
        ({"sticky": "source-ip"}, "ELB014"),
        ({"sticky": "app-cookie"}, "ELB014"),
        ({"sticky": "app-cookie", "sticky_cookie": "AWSALB"}, "ELB014"),
        ({"sticky": "lb-cookie", "sticky_seconds": 604_801}, "ELB014"),
        ({"protocol": "TCP", "sticky": "lb-cookie"}, "ELB014"),
        ({"protocol": "TCP", "algorithm": "round-robin"}, "ELB029"),
        ({"protocol": "UDP", "preserve_client_ip": False}, "ELB029"),
        ({"proxy_protocol": True}, "ELB029"),
        ({"slow_start": 29}, "ELB029"),
        ({"deregistration_delay": 3_601}, "ELB029"),
        ({"anomaly_mitigation": True}, "ELB029"),
        ({"name": "a" * 33}, "ELB017"),
    ],
)
def test_a_target_group_that_cannot_be_is_an_error_at_the_line(
    stack: Stack, vpc: VPC, keywords: dict[str, Any], rule: str
) -> None:
    with pytest.raises(ConstraintError) as caught:
        TargetGroup(stack, "Pages", vpc=vpc, **{"port": 80, **keywords})
    assert rules(caught) == {rule}


def test_a_target_group_needs_a_network_unless_it_is_for_a_function(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match="needs VpcId") as caught:
        TargetGroup(stack, "Pages")
    assert rules(caught) == {"ELB011"}


def test_seconds_for_stickiness_go_with_cookies(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstructError, match="for cookies"):
        TargetGroup(stack, "Pages", vpc=vpc, sticky_seconds=60)


def test_every_setting_of_a_target_group(stack: Stack, vpc: VPC) -> None:
    TargetGroup(
        stack, "Pages", vpc=vpc, algorithm="weighted-random", anomaly_mitigation=True, sticky="lb-cookie",
        sticky_seconds=60, cross_zone=False, protocol_version="GRPC", health=TargetHealth("/a.B/c", grpc_codes="0"),
        protocol="HTTPS",
    )  # fmt: skip
    assert attributes(stack, "Pages", "TargetGroupAttributes") == {
        "load_balancing.algorithm.type": "weighted_random", "load_balancing.algorithm.anomaly_mitigation": "on",
        "load_balancing.cross_zone.enabled": "false", "stickiness.enabled": "true", "stickiness.type": "lb_cookie",
        "stickiness.lb_cookie.duration_seconds": "60",
    }  # fmt: skip
    body = properties(stack, "Pages")
    assert (body["Port"], body["ProtocolVersion"], body["Matcher"]) == (443, "GRPC", {"GrpcCode": "0"})


@pytest.mark.parametrize(
    ("balancer", "listener", "group"),
    [("alb", "HTTP", "TCP"), ("nlb", "TCP_UDP", "TCP"), ("nlb", "TCP", "HTTP"), ("nlb", "UDP", "TCP")],
)
def test_a_group_that_does_not_fit_its_listener_is_refused(
    stack: Stack, vpc: VPC, web: ALB, front: NLB, balancer: str, listener: str, group: Any
) -> None:
    made = TargetGroup(stack, "G", vpc=vpc, port=80, protocol=group)
    with pytest.raises(ConstraintError, match="cannot forward to") as caught:
        (web if balancer == "alb" else front).add_listener(80, protocol=listener, default=made)
    assert rules(caught) == {"ELB002"}


def test_a_rule_is_refused_a_group_that_does_not_fit_at_its_own_line(stack: Stack, vpc: VPC, web: ALB) -> None:
    made = TargetGroup(stack, "G", vpc=vpc, port=80, protocol="TCP")
    listener = web.add_listener(80)
    with pytest.raises(ConstraintError) as caught:
        listener.add_rule(made, path="/a")
    assert rules(caught) == {"ELB002"}
    assert caught.value.findings[0].construct == "shop/Web/Listener80/Rule10"


def test_a_function_behind_an_nlb_is_refused(stack: Stack, front: NLB) -> None:
    with pytest.raises(ConstraintError) as caught:
        front.add_listener(80, default=TargetGroup(stack, "Work", targets=[function(stack)]))
    assert rules(caught) == {"ELB002"}


def test_a_target_group_that_exists_can_be_forwarded_to(stack: Stack, web: ALB) -> None:
    arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"
    web.add_listener(80, default=TargetGroup.from_arn(stack, "Old", arn))
    assert properties(stack, "WebListener80")["DefaultActions"][0]["TargetGroupArn"] == arn


# Network Load Balancers


def test_an_nlb_has_a_group_of_its_own_too(stack: Stack, vpc: VPC, front: NLB) -> None:
    group = TargetGroup(stack, "G", protocol="TCP_UDP", port=53, targets=[machine(stack, "Box", vpc)])
    front.add_listener(53, protocol="TCP_UDP", default=group)
    assert properties(stack, "Front")["Type"] == "network"
    assert attributes(stack, "Front")["load_balancing.cross_zone.enabled"] == "false"
    assert opened(stack) == sorted(
        [("Box", "Front", 53), ("Box", "Front", 53), ("Front", EVERYBODY, 53), ("Front", EVERYBODY, 53)]
    )


def test_udp_targets_are_checked_over_tcp(stack: Stack, vpc: VPC, front: NLB) -> None:
    group = TargetGroup(stack, "G", protocol="UDP", port=514, targets=[machine(stack, "Box", vpc)])
    front.add_listener(514, protocol="UDP", default=group, open_to="nobody")
    found = [(body["IpProtocol"], body["FromPort"]) for body in of(stack, "AWS::EC2::SecurityGroupIngress").values()]
    assert sorted(found) == [("tcp", 514), ("udp", 514)]


def test_an_nlb_without_groups_opens_nothing(stack: Stack, vpc: VPC) -> None:
    nlb = NLB(stack, "Front", vpc=vpc, security_groups=[])
    nlb.add_listener(80, default=TargetGroup(stack, "G", protocol="TCP", port=80, targets=[machine(stack, "Box", vpc)]))
    with pytest.raises(ConstructError, match="no security groups"):
        nlb.add_listener(81, default=TargetGroup(stack, "H", vpc=vpc, protocol="TCP", port=80), open_to="anyone")
    assert "SecurityGroups" not in properties(stack, "Front")
    assert opened(stack) == []


def test_elastic_ips_are_made_or_given_one_for_each_subnet(stack: Stack, vpc: VPC) -> None:
    NLB(stack, "New", vpc=vpc, elastic_ips="new")
    NLB(stack, "Given", vpc=vpc, elastic_ips=["eipalloc-1", "eipalloc-2"])
    with pytest.raises(ConstructError, match="1 addresses for 2 subnets"):
        NLB(stack, "Few", vpc=vpc, elastic_ips=["eipalloc-1"])
    with pytest.raises(ConstructError, match="takes 'new'"):
        NLB(stack, "Odd", vpc=vpc, elastic_ips="old")
    assert len(of(stack, "AWS::EC2::EIP")) == 2 + len([id for id in of(stack, "AWS::EC2::EIP") if id.startswith("Vpc")])
    assert properties(stack, "New")["SubnetMappings"][0] == {
        "SubnetId": {"Ref": "VpcPublic1"}, "AllocationId": {"Fn::GetAtt": ["NewAddress1", "AllocationId"]},
    }  # fmt: skip
    assert [one["AllocationId"] for one in properties(stack, "Given")["SubnetMappings"]] == ["eipalloc-1", "eipalloc-2"]


def test_private_addresses_are_for_internal_ones(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstraintError) as caught:
        NLB(stack, "Front", vpc=vpc, private_ips=["10.0.0.10", "10.0.16.10"])
    assert rules(caught) == {"ELB005"}
    with pytest.raises(ConstraintError, match="private addresses only"):
        NLB(stack, "Inner", vpc=vpc, scheme="internal", elastic_ips=["eipalloc-1", "eipalloc-2"])


def test_a_private_address_of_another_subnet_is_found_at_synth(stack: Stack, vpc: VPC) -> None:
    NLB(stack, "Inner", vpc=vpc, scheme="internal", private_ips=["10.9.9.9", "10.9.9.10"])
    with pytest.raises(ConstraintError, match="is not an address of") as caught:
        synthesize(stack.node.root_app)
    assert rules(caught) == {"ELB005"}


def test_tls_ends_at_an_nlb_with_a_certificate(stack: Stack, vpc: VPC, front: NLB) -> None:
    front.add_listener(
        443, certificate=CERTIFICATE, default=TargetGroup(stack, "G", vpc=vpc, protocol="TCP", port=80),
        alpn="HTTP2Preferred", idle_timeout=600,
    )  # fmt: skip
    body = properties(stack, "FrontListener443")
    assert body["Protocol"] == "TLS"
    assert body["AlpnPolicy"] == ["HTTP2Preferred"]
    assert body["ListenerAttributes"] == [{"Key": "tcp.idle_timeout.seconds", "Value": "600"}]
    assert body["SslPolicy"].startswith("ELBSecurityPolicy-TLS13")


def test_an_nlb_does_not_speak_http(stack: Stack, vpc: VPC, front: NLB) -> None:
    with pytest.raises(ConstraintError, match="Network Load Balancer cannot listen on HTTP") as caught:
        front.add_listener(80, protocol="HTTP", default=TargetGroup(stack, "G", vpc=vpc))
    assert "ELB001" in rules(caught)


def test_rules_about_paths_need_an_alb(stack: Stack, vpc: VPC, front: NLB) -> None:
    group = TargetGroup(stack, "G", vpc=vpc, protocol="TCP", port=80)
    front.add_listener(80, default=group).add_rule(group, path="/a")
    with pytest.raises(ConstraintError, match="Application Load Balancer") as caught:
        synthesize(stack.node.root_app)
    assert rules(caught) == {"ELB016"}


def test_a_dual_stack_nlb_tells_kinds_of_addresses_apart(stack: Stack, vpc: VPC) -> None:
    nlb = NLB(stack, "Front", vpc=vpc, addresses="dualstack", dns_affinity="full")
    group = TargetGroup(stack, "G", vpc=vpc, protocol="TCP", port=80)
    nlb.add_listener(80, default=group).add_rule(group, address_type="ipv6")
    assert conditions(stack, "FrontListener80Rule10") == [
        {"Field": "source-ip", "SourceIpConfig": {"IpAddressType": "ipv6"}}
    ]
    assert attributes(stack, "Front")["dns_record.client_routing_policy"] == "availability_zone_affinity"


@pytest.mark.parametrize(
    ("keywords", "hidden"),
    [
        ({"kind": "ip"}, True),
        ({"kind": "instance"}, False),
        ({"kind": "ip", "preserve_client_ip": True}, False),
        ({"kind": "ip", "proxy_protocol": True}, False),
        ({"kind": "instance", "preserve_client_ip": False}, True),
    ],
)
def test_targets_that_need_the_clients_address_and_do_not_see_it(
    stack: Stack, vpc: VPC, keywords: dict[str, Any], hidden: bool
) -> None:
    nlb = NLB(stack, "Front", vpc=vpc, needs_client_ip=True)
    nlb.add_listener(80, default=TargetGroup(stack, "G", vpc=vpc, protocol="TCP", port=80, **keywords))
    assert ("ELB010" in warned(stack)) is hidden


def test_removing_the_header_that_targets_need_is_warned_about(stack: Stack, vpc: VPC) -> None:
    ALB(stack, "Web", vpc=vpc, needs_client_ip=True, x_forwarded_for="remove")
    assert "ELB010" in warned(stack)


# Logs


def test_log_delivery_may_write_below_this_account_and_nothing_else(stack: Stack, vpc: VPC) -> None:
    logs = S3Bucket(stack, "Logs", tls_only=False)
    ALB(stack, "Web", vpc=vpc, access_logs=logs, access_logs_prefix="web", health_check_logs=logs)
    made = resources(stack)
    assert made["LogsPolicy"]["Properties"]["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow", "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": [
                {"Fn::Sub": "${Logs.Arn}/web/AWSLogs/${AWS::AccountId}/*"},
                {"Fn::Sub": "${Logs.Arn}/AWSLogs/${AWS::AccountId}/*"},
            ],
        }
    ]  # fmt: skip
    assert "LogsPolicy" in made["Web"]["DependsOn"]
    found = attributes(stack, "Web")
    assert found["access_logs.s3.bucket"] == {"Ref": "Logs"}
    assert found["access_logs.s3.prefix"] == "web"
    assert found["health_check_logs.s3.enabled"] == "true"


def test_an_nlbs_logs_come_from_another_service_that_looks_at_the_bucket_first(stack: Stack, vpc: VPC) -> None:
    logs = S3Bucket(stack, "Logs", tls_only=False)
    NLB(stack, "Front", vpc=vpc, access_logs=logs)
    source = {
        "ArnLike": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*"}},
    }
    assert properties(stack, "LogsPolicy")["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "s3:GetBucketAcl",
            "Resource": {"Fn::GetAtt": ["Logs", "Arn"]},
            "Condition": {**source, "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        },
        {
            "Effect": "Allow", "Principal": {"Service": "delivery.logs.amazonaws.com"}, "Action": "s3:PutObject",
            "Resource": {"Fn::Sub": "${Logs.Arn}/AWSLogs/${AWS::AccountId}/*"},
            "Condition": {
                **source,
                "StringEquals": {
                    "aws:SourceAccount": {"Ref": "AWS::AccountId"}, "s3:x-amz-acl": "bucket-owner-full-control",
                },
            },
        },
    ]  # fmt: skip


@pytest.mark.parametrize(("region", "writers"), [("eu-west-1", 2), ("eu-central-2", 1)])
def test_a_classic_ones_logs_are_written_by_an_account_of_the_region_where_that_is_old(
    region: str, writers: int
) -> None:
    stack = Stack(App(), "shop", region=region)
    logs = S3Bucket(stack, "Logs", tls_only=False)
    CLB(stack, "Old", vpc=VPC(stack, "Vpc"), listeners=[CLBListener(80)], access_logs=logs)
    found = properties(stack, "LogsPolicy")["PolicyDocument"]["Statement"]
    assert len(found) == writers
    assert {str(one["Resource"]) for one in found} == {"{'Fn::Sub': '${Logs.Arn}/AWSLogs/${AWS::AccountId}/*'}"}
    if writers == 2:
        assert found[1]["Principal"] == {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::156460612806:root"}}


def test_a_bucket_that_exists_must_allow_it_already(stack: Stack, vpc: VPC) -> None:
    ALB(stack, "Web", vpc=vpc, access_logs=S3Bucket.from_name(stack, "Logs", "central-logs"))
    assert attributes(stack, "Web")["access_logs.s3.bucket"] == "central-logs"
    assert of(stack, "AWS::S3::BucketPolicy") == {}


def test_a_bucket_encrypted_with_kms_takes_no_logs_of_an_alb(stack: Stack, vpc: VPC) -> None:
    ALB(stack, "Web", vpc=vpc, access_logs=S3Bucket(stack, "Logs", encryption="kms"))
    with pytest.raises(ConstraintError, match="SSE-S3") as caught:
        synthesize(stack.node.root_app)
    assert rules(caught) == {"ELB026"}


def test_a_prefix_must_not_hold_what_is_put_behind_it(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstraintError, match="AWSLogs") as caught:
        ALB(stack, "Web", vpc=vpc, access_logs=S3Bucket(stack, "Logs"), access_logs_prefix="AWSLogs")
    assert rules(caught) == {"ELB025"}


# Classic Load Balancers


def test_a_classic_load_balancer_is_made_with_all_it_has_and_warned_about(stack: Stack, vpc: VPC) -> None:
    box = machine(stack, "Box", vpc)
    clb = CLB(
        stack,
        "Old",
        vpc=vpc,
        listeners=[
            CLBListener(80, instance_port=8080, sticky="app-cookie", sticky_cookie="SESSION"),
            CLBListener(443, "HTTPS", instance_port=8080, certificate=CERTIFICATE, sticky="lb-cookie"),
            CLBListener(25, "TCP", open_to=["10.0.0.0/8"], proxy_protocol=True),
        ],
        targets=[box],
        health=TargetHealth("/up", port=9000),
        access_logs=S3Bucket(stack, "Logs"),
        draining=None,
    )
    body = properties(stack, "Old")
    assert [one["LoadBalancerPort"] for one in body["Listeners"]] == ["80", "443", "25"]
    assert body["AppCookieStickinessPolicy"] == [{"PolicyName": "sticky-80", "CookieName": "SESSION"}]
    assert body["LBCookieStickinessPolicy"] == [{"PolicyName": "sticky-443"}]
    assert body["HealthCheck"]["Target"] == "HTTP:9000/up"
    assert body["ConnectionDrainingPolicy"] == {"Enabled": False}
    assert body["CrossZone"] is True
    assert body["Instances"] == [{"Ref": "Box"}]
    assert [policy["PolicyType"] for policy in body["Policies"]] == [
        "SSLNegotiationPolicyType",
        "ProxyProtocolPolicyType",
    ]
    assert {(near, far, port) for near, far, port in opened(stack) if near == "Box"} == {
        ("Box", "Old", 25), ("Box", "Old", 8080), ("Box", "Old", 9000),
    }  # fmt: skip
    assert {(far, port) for near, far, port in opened(stack) if near == "Old"} == {
        (EVERYBODY, 80), (EVERYBODY, 443), ("10.0.0.0/8", 25),
    }  # fmt: skip
    assert warned(stack) == {"ELB018"}
    target = clb.alias_target()
    assert target.dns_name is not None


def test_a_classic_load_balancer_connects_to_check_health_by_default(stack: Stack, vpc: VPC) -> None:
    CLB(stack, "Old", vpc=vpc, scheme="internal", listeners=[CLBListener(5432, "TCP")])
    assert properties(stack, "Old")["HealthCheck"] == {
        "Target": "TCP:5432", "Interval": "30", "Timeout": "5", "HealthyThreshold": "10", "UnhealthyThreshold": "2",
    }  # fmt: skip
    assert opened(stack) == []


@pytest.mark.parametrize(
    ("listeners", "more", "rule"),
    [
        ([CLBListener(443, "HTTPS")], {}, "ELB019"),
        ([CLBListener(80, instance_protocol="TCP")], {}, "ELB019"),
        ([CLBListener(80), CLBListener(80)], {}, "ELB019"),
        ([CLBListener(25, "TCP", sticky="lb-cookie")], {}, "ELB020"),
        ([CLBListener(80)], {"health": TargetHealth(interval=5, timeout=5)}, "ELB021"),
        ([CLBListener(80)], {"idle_timeout": 4_001}, "ELB008"),
        ([CLBListener(80)], {"name": "-old"}, "ELB017"),
    ],
)
def test_a_classic_load_balancer_that_cannot_be_is_an_error_at_the_line(
    stack: Stack, vpc: VPC, listeners: list[CLBListener], more: dict[str, Any], rule: str
) -> None:
    with pytest.raises(ConstraintError) as caught:
        CLB(stack, "Old", vpc=vpc, listeners=listeners, **more)
    assert rule in rules(caught)


def test_what_a_classic_load_balancer_does_not_take(stack: Stack, vpc: VPC) -> None:
    with pytest.raises(ConstructError, match="listens on nothing"):
        CLB(stack, "None", vpc=vpc, listeners=[])
    with pytest.raises(ConstructError, match="belong together"):
        CLBListener(80, sticky="app-cookie")
    with pytest.raises(ConstructError, match="sticky="):
        CLBListener(80, sticky="ip")  # type: ignore[arg-type]
    old = CLB(stack, "Old", vpc=vpc, listeners=[CLBListener(80)])
    with pytest.raises(ConstructError, match="is no target"):
        old.add("10.0.1.5")  # type: ignore[arg-type]


def test_a_tcp_listener_hides_the_clients_address(stack: Stack, vpc: VPC) -> None:
    CLB(stack, "Old", vpc=vpc, listeners=[CLBListener(80), CLBListener(25, "TCP")], needs_client_ip=True)
    assert "ELB010" in warned(stack)


# What others ask for


def test_metrics_name_the_load_balancer_and_the_target_group(
    stack: Stack, vpc: VPC, web: ALB, pages: TargetGroup
) -> None:
    with pytest.raises(ConstructError, match="no load balancer sends requests here yet"):
        pages.metric("HealthyHostCount")
    web.add_listener(80, default=pages)
    requests, healthy = web.metric("RequestCount"), pages.metric("HealthyHostCount")
    assert (requests.namespace, requests.statistic, list(requests.dimensions)) == (
        "AWS/ApplicationELB", "Sum", ["LoadBalancer"],
    )  # fmt: skip
    assert (healthy.statistic, list(healthy.dimensions)) == ("Average", ["TargetGroup", "LoadBalancer"])
    assert NLB(stack, "Front", vpc=vpc).metric("ActiveFlowCount").namespace == "AWS/NetworkELB"
    old = CLB(stack, "Old", vpc=vpc, listeners=[CLBListener(80)])
    assert (old.metric("Latency").namespace, old.metric("Latency").statistic) == ("AWS/ELB", "Average")


def test_a_load_balancer_in_one_stack_serves_targets_of_another(stack: Stack, vpc: VPC, web: ALB) -> None:
    app = stack.node.root_app
    other = Stack(app, "other", region="eu-west-1")
    group = TargetGroup(other, "G", port=8080, targets=[machine(other, "Box", vpc)])
    web.add_listener(80).add_rule(group, path="/a", scope=other)
    made = synthesize(app)
    assert made["other"].dependencies == ("shop",)
    assert made["shop"].dependencies == ()


def test_what_an_existing_load_balancer_was_not_told_is_asked_for(stack: Stack) -> None:
    arn = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188"
    with pytest.raises(ConstructError, match="exists already, and its DNSName is not known here"):
        ALB.from_arn(stack, "Front", arn).alias_target()


def test_a_mistake_that_template_and_construct_show_is_told_once(
    stack: Stack, vpc: VPC, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("awsdeck.settings.gathering", True)
    ALB(stack, "Front", vpc=vpc, subnets=[vpc.subnets("public")[0]])
    synthesize(stack.node.root_app)
    told = [finding for finding in stack.node.root_app.findings if finding.rule == "ELB004"]
    assert [finding.type for finding in told] == ["AWS::ElasticLoadBalancingV2::LoadBalancer"]
