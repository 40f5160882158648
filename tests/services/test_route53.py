"""Hosted zones, records, health checks and certificates: what they render, what they refuse, and at which line."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck import (
    Alarm,
    AliasTarget,
    App,
    Certificate,
    CIDRCollection,
    ConstraintError,
    ConstructError,
    HostedZone,
    KMSKey,
    LogGroup,
    Metric,
    Parameter,
    Route53HealthCheck,
    Routing,
    S3Bucket,
    SQSQueue,
    Stack,
    Website,
)
from awsdeck.synth import synthesize


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "dns", region="us-east-1")


@pytest.fixture
def zone(stack: Stack) -> HostedZone:
    return HostedZone(stack, "Zone", name="example.com")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def properties(stack: Stack, id: str) -> dict[str, Any]:
    found: dict[str, Any] = resources(stack)[id]["Properties"]
    return found


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    assert all(str(finding.file).endswith("test_route53.py") for finding in caught.value.findings)
    return {finding.rule for finding in caught.value.findings}


# Zones


def test_a_zone_is_public_and_is_known_by_its_name_without_a_dot(stack: Stack) -> None:
    zone = HostedZone(stack, "Zone", name="example.com.")
    assert properties(stack, "Zone") == {"Name": "example.com"}
    assert not zone.private


def test_a_zone_for_networks_is_private(stack: Stack) -> None:
    zone = HostedZone(stack, "Zone", name="shop.internal", vpcs=[("vpc-0a1b2c3d4e5f60718", "eu-west-1")])
    assert properties(stack, "Zone")["VPCs"] == [{"VPCId": "vpc-0a1b2c3d4e5f60718", "VPCRegion": "eu-west-1"}]
    assert zone.private


def test_something_that_is_no_network_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="no network"):
        HostedZone(stack, "Zone", name="shop.internal", vpcs=["vpc-0a1b2c3d4e5f60718"])  # type: ignore[list-item]


def test_queries_are_logged_only_by_route53_and_only_for_this_account(stack: Stack) -> None:
    log = LogGroup(stack, "Log", name="/aws/route53/example.com")
    HostedZone(stack, "Zone", name="example.com", query_log=log)
    made = resources(stack)
    group = "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Log}"
    assert made["Zone"]["Properties"]["QueryLoggingConfig"] == {"CloudWatchLogsLogGroupArn": {"Fn::Sub": group}}
    assert made["Zone"]["DependsOn"] == ["ZoneQueryLogPolicy"]
    document = made["ZoneQueryLogPolicy"]["Properties"]["PolicyDocument"]["Fn::Sub"]
    assert f'"Resource":"{group}:*"' in document
    assert '"Action":["logs:CreateLogStream","logs:PutLogEvents"]' in document
    assert '"aws:SourceAccount":"${AWS::AccountId}"' in document


@pytest.mark.parametrize(
    ("log", "vpcs"),
    [
        ("arn:aws:logs:eu-west-1:123456789012:log-group:/aws/route53/x", None),
        ("arn:aws:logs:us-east-1:123456789012:log-group:/aws/route53/x:*", [("vpc-0a1b2c3d4e5f60718", "eu-west-1")]),
    ],
)
def test_a_log_that_route53_cannot_write_is_an_error(stack: Stack, log: str, vpcs: Any) -> None:
    with pytest.raises(ConstraintError) as caught:
        HostedZone(stack, "Zone", name="example.com", query_log=log, vpcs=vpcs)
    assert rules(caught) == {"R53017"}


def test_signing_lets_route53_use_the_key_and_turns_signing_on_after_the_key(stack: Stack, zone: HostedZone) -> None:
    zone.sign(KMSKey(stack, "Key", spec="ecc-nist-p256", usage="sign-verify"))
    made = resources(stack)
    assert made["ZoneSigningKey"]["Properties"] == {
        "HostedZoneId": {"Ref": "Zone"}, "KeyManagementServiceArn": {"Fn::GetAtt": ["Key", "Arn"]}, "Name": "main",
        "Status": "ACTIVE",
    }  # fmt: skip
    assert made["ZoneDNSSEC"]["DependsOn"] == ["ZoneSigningKey"]
    statements = made["Key"]["Properties"]["KeyPolicy"]["Statement"][1:]
    assert [statement["Principal"] for statement in statements] == [{"Service": "dnssec-route53.amazonaws.com"}] * 2
    assert [statement["Action"] for statement in statements] == [
        ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"], "kms:CreateGrant",
    ]  # fmt: skip


def test_a_key_that_cannot_sign_is_told_at_synthesis(stack: Stack, zone: HostedZone) -> None:
    zone.sign(KMSKey(stack, "Key", spec="ecc-nist-p384", usage="sign-verify"))
    with pytest.raises(ConstraintError) as caught:
        stack.node.root_app.synth()
    assert rules(caught) == {"R53018"}


def test_a_sub_zone_is_handed_over_with_its_own_name_servers(stack: Stack, zone: HostedZone) -> None:
    zone.delegate("dev", HostedZone(stack, "Dev", name="dev.example.com"))
    zone.delegate("partner", ["ns1.example.net", "ns2.example.net"])
    assert properties(stack, "ZoneDevNS")["ResourceRecords"] == {"Fn::GetAtt": ["Dev", "NameServers"]}
    assert properties(stack, "ZonePartnerNS")["ResourceRecords"] == ["ns1.example.net", "ns2.example.net"]


def test_an_existing_zone_takes_records_and_its_id_is_checked(stack: Stack) -> None:
    zone = HostedZone.from_id(stack, "Zone", "/hostedzone/Z1D633PJN98FT9", "example.com")
    zone.a("www", "192.0.2.1")
    assert properties(stack, "ZoneWwwA")["HostedZoneId"] == "Z1D633PJN98FT9"
    with pytest.raises(ConstructError, match="not the id of a hosted zone"):
        HostedZone.from_id(stack, "Other", "example.com", "example.com")


# Records


def test_an_address_has_the_whole_name_and_five_minutes(stack: Stack, zone: HostedZone) -> None:
    zone.a("www", "192.0.2.1")
    assert properties(stack, "ZoneWwwA") == {
        "HostedZoneId": {"Ref": "Zone"}, "Name": "www.example.com.", "Type": "A", "TTL": "300",
        "ResourceRecords": ["192.0.2.1"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "name", "id"),
    [
        ("", "example.com.", "ZoneApexA"),
        ("@", "example.com.", "ZoneApexA"),
        ("example.com", "example.com.", "ZoneApexA"),
        ("www.example.com", "www.example.com.", "ZoneWwwA"),
        ("www.example.com.", "www.example.com.", "ZoneWwwA"),
        ("*.dev", "*.dev.example.com.", "ZoneAnyDevA"),
        ("notexample.com", "notexample.com.example.com.", "ZoneNotexampleComA"),
    ],
)
def test_a_name_stands_below_its_zone(stack: Stack, zone: HostedZone, given: str, name: str, id: str) -> None:
    zone.a(given, "192.0.2.1")
    assert properties(stack, id)["Name"] == name


def test_a_zone_whose_name_only_the_deploy_knows_takes_records_too(stack: Stack) -> None:
    zone = HostedZone(stack, "Zone", name=Parameter(stack, "Domain").ref)
    zone.a("www", "192.0.2.1")
    zone.a("", "192.0.2.1")
    assert properties(stack, "ZoneWwwA")["Name"] == {"Fn::Sub": "www.${Domain}."}
    assert properties(stack, "ZoneApexA")["Name"] == {"Fn::Sub": "${Domain}."}


@pytest.mark.parametrize(
    ("type", "values", "written"),
    [
        ("aaaa", ["2001:db8::1"], ["2001:db8::1"]),
        ("cname", ["lb.example.net"], ["lb.example.net"]),
        ("mx", [(10, "a.example.com"), "20 b.example.com"], ["10 a.example.com", "20 b.example.com"]),
        ("srv", [(1, 10, 5060, "sip.example.com")], ["1 10 5060 sip.example.com"]),
        ("caa", ["amazon.com", (128, "issuewild", ";")], ['0 issue "amazon.com"', '128 issuewild ";"']),
        ("ns", ["ns1.example.net"], ["ns1.example.net"]),
        ("ptr", ["www.example.com"], ["www.example.com"]),
        ("spf", ["v=spf1 -all"], ['"v=spf1 -all"']),
        ("naptr", [(1, 2, "u", "E2U+sip", "!^.*$!x!", ".")], ['1 2 "u" "E2U+sip" "!^.*$!x!" .']),
        ("ds", [(12345, 13, 2, "ab")], ["12345 13 2 ab"]),
        ("tlsa", [(3, 1, 1, "ab")], ["3 1 1 ab"]),
        ("sshfp", [(4, 2, "ab")], ["4 2 ab"]),
        ("svcb", [(0, "dns.example.net")], ["0 dns.example.net"]),
        ("https", [(1, ".", {"alpn": "h3,h2", "port": "8443"})], ['1 . alpn="h3,h2" port=8443']),
    ],
)
def test_each_type_is_written_as_route53_reads_it(
    stack: Stack, zone: HostedZone, type: str, values: list[Any], written: list[str]
) -> None:
    made = getattr(zone, type)("x", *values)
    assert made.node.resource.properties["ResourceRecords"] == written
    assert made.type == type.upper()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("v=spf1 -all", '"v=spf1 -all"'),
        ('say "hi"\\', '"say \\042hi\\042\\134"'),
        ("grün", '"gr\\303\\274n"'),
        ("x" * 255, '"' + "x" * 255 + '"'),
        ("x" * 300, '"' + "x" * 255 + '" "' + "x" * 45 + '"'),
    ],
)
def test_texts_are_quoted_escaped_and_cut_where_dns_wants_it(
    stack: Stack, zone: HostedZone, text: str, written: str
) -> None:
    zone.txt("x", text)
    assert properties(stack, "ZoneXTXT")["ResourceRecords"] == [written]


def test_a_text_with_a_deploy_time_value_stays_in_one_piece(stack: Stack, zone: HostedZone) -> None:
    zone.txt("x", f"owner={Parameter(stack, 'Owner').ref}")
    assert properties(stack, "ZoneXTXT")["ResourceRecords"] == [{"Fn::Sub": '"owner=${Owner}"'}]


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (lambda zone: zone.a("www", "web.example.com"), "R53006"),
        (lambda zone: zone.aaaa("www", "192.0.2.1"), "R53006"),
        (lambda zone: zone.mx("", "mail.example.com"), "R53006"),
        (lambda zone: zone.cname("", "lb.example.net"), "R53004"),
        (lambda zone: zone.cname("example.com", "lb.example.net"), "R53004"),
        (lambda zone: zone.a("www.example.org.", "192.0.2.1"), "R53005"),
        (lambda zone: zone.a("www", "192.0.2.1", ttl=-1), "R53008"),
        (lambda zone: zone.a("www", "192.0.2.1", routing=Routing.weighted(256), set_identifier="a"), "R53008"),
        (lambda zone: zone.a("www", "192.0.2.1", routing=Routing.weighted(5)), "R53007"),
        (lambda zone: zone.a("www", "192.0.2.1", set_identifier="a"), "R53007"),
        (lambda zone: zone.cname("www", "x.example.net", routing=Routing.multivalue()), "R53008"),
        (lambda zone: zone.alias("www", AliasTarget("d1.cloudfront.net", "Z1", False)), "R53011"),
    ],
)
def test_what_route53_would_refuse_is_an_error_at_the_line(zone: HostedZone, make: Any, rule: str) -> None:
    with pytest.raises(ConstraintError) as caught:
        make(zone)
    assert rules(caught) == {rule}


def test_the_top_of_an_existing_zone_takes_no_cname_either(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        HostedZone.from_id(stack, "Zone", "Z1D633PJN98FT9", "example.com").cname("", "lb.example.net")
    assert rules(caught) == {"R53004"}
    assert caught.value.findings[0].fix == "use zone.alias(…), or an A record"


def test_two_records_of_one_name_and_type_need_a_routing_policy(zone: HostedZone) -> None:
    zone.a("www", "192.0.2.1")
    with pytest.raises(ConstructError, match="already holds"):
        zone.a("www", "192.0.2.2")


def test_a_cname_beside_another_type_is_told_at_synthesis(stack: Stack, zone: HostedZone) -> None:
    zone.cname("www", "lb.example.net")
    zone.txt("www", "hello")
    with pytest.raises(ConstraintError) as caught:
        stack.node.root_app.synth()
    assert rules(caught) == {"R53009"}


# Routing


@pytest.mark.parametrize(
    ("routing", "identifier", "property", "value"),
    [
        (Routing.latency("eu-west-1"), "eu-west-1", "Region", "eu-west-1"),
        (Routing.failover("secondary"), "secondary", "Failover", "SECONDARY"),
        (Routing.geolocation(country="US", subdivision="TX"), "US-TX", "GeoLocation",
         {"CountryCode": "US", "SubdivisionCode": "TX"}),
        (Routing.geolocation(continent="EU"), "EU", "GeoLocation", {"ContinentCode": "EU"}),
        (Routing.geolocation(), "default", "GeoLocation", {"CountryCode": "*"}),
        (Routing.geoproximity(region="eu-west-1", bias=-5), "eu-west-1", "GeoProximityLocation",
         {"AWSRegion": "eu-west-1", "Bias": -5}),
        (Routing.geoproximity(latitude="1.5", longitude="2"), "1.5,2", "GeoProximityLocation",
         {"Coordinates": {"Latitude": "1.5", "Longitude": "2"}}),
        (Routing.multivalue(), "192.0.2.1", "MultiValueAnswer", True),
    ],
)  # fmt: skip
def test_a_policy_brings_the_identifier_that_it_can_know(
    zone: HostedZone, routing: Routing, identifier: str, property: str, value: Any
) -> None:
    made = zone.a("www", "192.0.2.1", routing=routing).node.resource.properties
    assert (made["SetIdentifier"], made[property]) == (identifier, value)


def test_an_identifier_given_counts(stack: Stack, zone: HostedZone) -> None:
    zone.a("www", "192.0.2.1", routing=Routing.weighted(1), set_identifier="blue")
    zone.a("www", "192.0.2.2", routing=Routing.weighted(2), set_identifier="green")
    assert {"ZoneWwwABlue", "ZoneWwwAGreen"} < resources(stack).keys()


def test_addresses_of_a_collection_choose_by_location(stack: Stack, zone: HostedZone) -> None:
    offices = CIDRCollection(stack, "Offices", name="offices", locations={"berlin": ["198.51.100.0/24"]})
    zone.a("desk", "192.0.2.1", routing=Routing.cidr(offices, "berlin"))
    zone.a("desk", "192.0.2.2", routing=Routing.cidr(offices))
    collection = {"Fn::GetAtt": ["Offices", "Id"]}
    assert properties(stack, "ZoneDeskABerlin")["CidrRoutingConfig"] == {
        "CollectionId": collection, "LocationName": "berlin",
    }  # fmt: skip
    assert properties(stack, "ZoneDeskADefault")["CidrRoutingConfig"] == {
        "CollectionId": collection, "LocationName": "*",
    }  # fmt: skip


# Aliases


class Balancer:
    """Anything that says where its traffic goes."""

    def alias_target(self) -> AliasTarget:
        return AliasTarget("lb-1.us-east-1.elb.amazonaws.com", "Z35SXDOTRQ7X7K")


def test_an_alias_leads_to_whatever_says_where_it_is(stack: Stack, zone: HostedZone) -> None:
    zone.alias("", Balancer())
    zone.alias("", Balancer(), type="AAAA", evaluate_health=False)
    target = {"DNSName": "lb-1.us-east-1.elb.amazonaws.com", "HostedZoneId": "Z35SXDOTRQ7X7K"}
    first = properties(stack, "ZoneApexA")
    assert first["AliasTarget"] == {**target, "EvaluateTargetHealth": True}
    assert first.keys().isdisjoint({"TTL", "ResourceRecords"})
    assert properties(stack, "ZoneApexAAAA")["AliasTarget"] == {**target, "EvaluateTargetHealth": False}


def test_an_alias_of_another_record_has_its_type_and_stays_in_the_zone(zone: HostedZone) -> None:
    made = zone.alias("web", zone.aaaa("www", "2001:db8::1")).node.resource.properties
    assert made["Type"] == "AAAA"
    assert made["AliasTarget"] == {
        "DNSName": "www.example.com.", "HostedZoneId": {"Ref": "Zone"}, "EvaluateTargetHealth": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("region", "endpoint", "id"),
    [
        ("eu-west-1", "s3-website-eu-west-1.amazonaws.com", "Z1BKCTXD74EZPE"),
        ("eu-central-1", "s3-website.eu-central-1.amazonaws.com", "Z21DNDUVLTQW6Q"),
    ],
)
def test_an_alias_of_a_bucket_leads_to_the_website_endpoint_of_its_region(region: str, endpoint: str, id: str) -> None:
    stack = Stack(App(), "dns", region=region)
    zone = HostedZone(stack, "Zone", name="example.com")
    zone.alias("www", S3Bucket(stack, "Site", name="www.example.com", website=Website("index.html")))
    assert properties(stack, "ZoneWwwA")["AliasTarget"] == {
        "DNSName": endpoint, "HostedZoneId": id, "EvaluateTargetHealth": False,
    }  # fmt: skip


@pytest.mark.parametrize("given", [{"name": "shop-pages"}, {}])
def test_a_bucket_named_otherwise_shows_nothing_and_is_an_error(stack: Stack, zone: HostedZone, given: Any) -> None:
    bucket = S3Bucket(stack, "Site", website=Website("index.html"), **given)
    with pytest.raises(ConstraintError) as caught:
        zone.alias("www", bucket)
    assert rules(caught) == {"R53010"}


def test_a_bucket_that_is_no_website_is_an_error(stack: Stack, zone: HostedZone) -> None:
    with pytest.raises(ConstraintError) as caught:
        zone.alias("www", S3Bucket(stack, "Site", name="www.example.com"))
    assert rules(caught) == {"R53010"}


def test_what_route53_has_no_alias_for_is_refused(stack: Stack, zone: HostedZone) -> None:
    with pytest.raises(ConstructError, match="no alias for a SQSQueue"):
        zone.alias("www", SQSQueue(stack, "Q"))  # type: ignore[arg-type]


def test_a_website_in_no_known_region_is_refused(zone: HostedZone) -> None:
    stack = Stack(zone.node.root_app, "anywhere")
    with pytest.raises(ConstructError, match="depends on its region") as caught:
        zone.alias("www", S3Bucket(stack, "Site", name="www.example.com", website=Website("index.html")))
    assert "test_route53.py" in str(caught.value)


# Health checks


@pytest.mark.parametrize(
    ("keywords", "config"),
    [
        ({"domain": "www.example.com"}, {"Type": "HTTP", "Port": 80, "FullyQualifiedDomainName": "www.example.com"}),
        ({"domain": "x.org", "protocol": "https", "search": "ok", "path": "/up"},
         {"Type": "HTTPS_STR_MATCH", "Port": 443, "SearchString": "ok", "ResourcePath": "/up", "EnableSNI": True}),
        ({"ip": "192.0.2.1", "protocol": "tcp", "port": 22, "interval": 10, "failures": 1},
         {"Type": "TCP", "Port": 22, "IPAddress": "192.0.2.1", "RequestInterval": 10, "FailureThreshold": 1}),
        ({"domain": "x.org", "inverted": True, "measure_latency": True}, {"Inverted": True, "MeasureLatency": True}),
        ({"alarm": "slow", "alarm_region": "eu-west-1"},
         {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Name": "slow", "Region": "eu-west-1"}}),
    ],
)  # fmt: skip
def test_a_health_check_asks_what_it_was_told_to(stack: Stack, keywords: Any, config: dict[str, Any]) -> None:
    Route53HealthCheck(stack, "Check", **keywords)
    made = properties(stack, "Check")["HealthCheckConfig"]
    assert {key: made.get(key) for key in config} == config


def test_checks_can_be_counted_together_and_follow_an_alarm(stack: Stack) -> None:
    alarm = Alarm(stack, "Slow", metric=Metric("Shop", "Latency"), threshold=1)
    quiet = Route53HealthCheck(stack, "Quiet", alarm=alarm, without_data="unhealthy")
    Route53HealthCheck(stack, "Whole", children=[quiet, "11111111-2222-3333-4444-555555555555"])
    assert properties(stack, "Quiet")["HealthCheckConfig"] == {
        "Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": {"Name": {"Ref": "Slow"}, "Region": "us-east-1"},
        "InsufficientDataHealthStatus": "Unhealthy",
    }  # fmt: skip
    assert properties(stack, "Whole")["HealthCheckConfig"] == {
        "Type": "CALCULATED", "HealthThreshold": 2,
        "ChildHealthChecks": [{"Fn::GetAtt": ["Quiet", "HealthCheckId"]}, "11111111-2222-3333-4444-555555555555"],
    }  # fmt: skip


@pytest.mark.parametrize("keywords", [{}, {"domain": "x.org", "children": []}, {"alarm": "slow"}])
def test_a_health_check_watches_one_kind_of_thing(stack: Stack, keywords: Any) -> None:
    with pytest.raises(ConstructError, match="Check"):
        Route53HealthCheck(stack, "Check", **keywords)


@pytest.mark.parametrize(
    "keywords",
    [
        {"domain": "x.org", "failures": 11},
        {"domain": "x.org", "regions": ["eu-west-1"]},
        {"ip": "192.0.2.1", "protocol": "tcp"},
        {"children": []},
    ],
)
def test_a_health_check_that_route53_refuses_is_an_error(stack: Stack, keywords: Any) -> None:
    with pytest.raises(ConstraintError) as caught:
        Route53HealthCheck(stack, "Check", **keywords)
    assert rules(caught) == {"R53015"}


# Certificates


def test_a_certificate_proves_each_domain_once_in_its_zone(stack: Stack, zone: HostedZone) -> None:
    other = HostedZone.from_id(stack, "Other", "Z1D633PJN98FT9", "example.org")
    Certificate(
        stack, "Certificate", domain="example.com", names=["*.example.com", "example.org"],
        zone={"example.com": zone, "example.org": other},
    )  # fmt: skip
    assert properties(stack, "Certificate") == {
        "DomainName": "example.com", "SubjectAlternativeNames": ["*.example.com", "example.org"],
        "ValidationMethod": "DNS",
        "DomainValidationOptions": [
            {"DomainName": "example.com", "HostedZoneId": {"Ref": "Zone"}},
            {"DomainName": "example.org", "HostedZoneId": "Z1D633PJN98FT9"},
        ],
    }  # fmt: skip


def test_what_a_certificate_can_be_told_is_rendered(stack: Stack, zone: HostedZone) -> None:
    made = Certificate(
        stack, "Certificate", domain="*.example.com", zone=zone, key_algorithm="ecdsa-p384", transparency=False,
        exportable=True,
    )  # fmt: skip
    rendered = properties(stack, "Certificate")
    assert rendered["KeyAlgorithm"] == "EC_secp384r1"
    assert rendered["CertificateTransparencyLoggingPreference"] == "DISABLED"
    assert rendered["CertificateExport"] == "ENABLED"
    assert rendered["DomainValidationOptions"][0]["DomainName"] == "*.example.com"
    assert made.region == "us-east-1"


def test_a_certificate_without_a_zone_waits_and_that_is_a_warning(stack: Stack) -> None:
    Certificate(stack, "Certificate", domain="example.com")
    assert [(one.rule, one.severity) for one in stack.node.root_app.findings] == [("ACM002", "warning")]


@pytest.mark.parametrize(
    ("domain", "vpcs"), [("www.example.org", None), ("www.example.com", [("vpc-0a1b2c3d4e5f60718", "eu-west-1")])]
)
def test_a_zone_that_cannot_prove_the_domain_is_an_error(stack: Stack, domain: str, vpcs: Any) -> None:
    zone = HostedZone(stack, "Zone", name="example.com", vpcs=vpcs)
    with pytest.raises(ConstraintError) as caught:
        Certificate(stack, "Certificate", domain=domain, zone=zone)
    assert rules(caught) == {"ACM004"}


def test_a_domain_without_its_zone_is_refused(stack: Stack, zone: HostedZone) -> None:
    with pytest.raises(ConstructError, match=r"no hosted zone is given for 'example\.org'"):
        Certificate(stack, "Certificate", domain="example.com", names=["example.org"], zone={"example.com": zone})


def test_an_existing_certificate_knows_its_region_and_other_arns_are_refused(stack: Stack) -> None:
    arn = "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    made = Certificate.from_arn(stack, "Certificate", arn)
    assert (made.arn, made.region) == (arn, "eu-west-1")
    assert Certificate.from_arn(stack, "Later", Parameter(stack, "Arn").ref).region is None
    with pytest.raises(ConstructError, match="not the ARN"):
        Certificate.from_arn(stack, "Other", "arn:aws:iam::123456789012:server-certificate/x")


def test_names_of_the_same_certificate_are_measured_by_its_arn(stack: Stack, zone: HostedZone) -> None:
    Alarm(stack, "Expiry", metric=Certificate(stack, "C", domain="example.com", zone=zone).metric(), threshold=30)
    made = properties(stack, "Expiry")
    assert made["Dimensions"] == [{"Name": "CertificateArn", "Value": {"Ref": "C"}}]
    assert (made["Namespace"], made["MetricName"], made["Period"]) == (
        "AWS/CertificateManager", "DaysToExpiry", 86_400,
    )  # fmt: skip


# Values of the wrong kind


@pytest.mark.parametrize(
    "make",
    [
        lambda zone: zone.a(None, "192.0.2.1"),
        lambda zone: zone.record("x", 5, "y"),
        lambda zone: zone.txt("x", 5),
        lambda zone: zone.caa("x", (0, "issue")),
        lambda zone: zone.naptr("x", (1, 2)),
        lambda zone: zone.https("x", (1, ".", "alpn")),
        lambda zone: zone.delegate("x", "ns.example.org"),
        lambda zone: zone.a("x", "192.0.2.1", routing=Routing.cidr("Z1", "office")),  # type: ignore[arg-type]
        lambda zone: Routing.failover(None) and zone.a("x", "192.0.2.1", routing=Routing.failover(None)),  # type: ignore[arg-type,truthy-bool]
        lambda zone: HostedZone.from_id(zone, "Other", None, "example.org"),  # type: ignore[arg-type]
        lambda zone: HostedZone(zone, "Private", name="example.org", vpcs=[]),
        lambda zone: HostedZone(zone, "Private", name="example.org", vpcs=[("vpc-1",)]),  # type: ignore[list-item]
        lambda zone: HostedZone(zone, "Logged", name="example.org", query_log=5),  # type: ignore[arg-type]
        lambda zone: CIDRCollection(zone, "Blocks", name="blocks", locations={"office": "192.0.2.0/24"}),
    ],
)
def test_a_value_of_the_wrong_kind_is_told_at_its_line(zone: HostedZone, make: Any) -> None:
    with pytest.raises((ConstructError, ConstraintError), match=r"test_route53\.py:\d+: "):
        make(zone)


def test_numbers_and_texts_in_one_piece_are_taken_as_they_are(stack: Stack, zone: HostedZone) -> None:
    zone.https("x", (1, ".", {"port": 8443}))  # type: ignore[dict-item]
    zone.naptr("n", '100 10 "u" "E2U+sip" "!^.*$!sip:info@example.com!" .')
    made = synthesize(stack.node.root_app)["dns"].template["Resources"]
    assert made["ZoneXHTTPS"]["Properties"]["ResourceRecords"] == ["1 . port=8443"]
    assert made["ZoneNNAPTR"]["Properties"]["ResourceRecords"][0].startswith("100 10 ")
