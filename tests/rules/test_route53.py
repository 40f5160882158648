"""Records, zones, health checks and certificates: the near misses of each rule, and what stays unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules import Graph, check_update
from awsdeck.template import Template

if TYPE_CHECKING:
    from .conftest import Ask, AskAll

RECORD = "AWS::Route53::RecordSet"
GROUP = "AWS::Route53::RecordSetGroup"
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
STAGE = {"Stage": {"Type": "String"}}
LB = {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Type": "application"}}


def of(type: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties}


def record(condition: str | None = None, **properties: Any) -> dict[str, Any]:
    given = {"Name": "www.example.com", "Type": "A", "TTL": "60", "ResourceRecords": ["192.0.2.1"], **properties}
    body = of(RECORD, **{"HostedZoneName": "example.com.", **given})
    return body if condition is None else {**body, "Condition": condition}


def alias(dns: Any, zone: Any, **properties: Any) -> dict[str, Any]:
    target = {"DNSName": dns, "HostedZoneId": zone}
    return of(RECORD, **{
        "HostedZoneName": "example.com.", "Name": "www.example.com", "Type": "A", "AliasTarget": target, **properties,
    })  # fmt: skip


def att(id: str, name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [id, name]}


def zone(**properties: Any) -> dict[str, Any]:
    return of("AWS::Route53::HostedZone", **{"Name": "example.com", **properties})


def in_zone(**properties: Any) -> dict[str, Any]:
    made = record(**properties)
    del made["Properties"]["HostedZoneName"]
    made["Properties"]["HostedZoneId"] = {"Ref": "Zone"}
    return made


# Which zone


@pytest.mark.parametrize(
    "given",
    [
        {"HostedZoneId": {"Fn::If": ["Prod", "Z1", {"Ref": "AWS::NoValue"}]},
         "HostedZoneName": {"Fn::If": ["Prod", {"Ref": "AWS::NoValue"}, "example.com."]}},
        {"HostedZoneId": {"Ref": "AWS::NoValue"}, "HostedZoneName": {"Fn::Sub": "${Domain}."}},
        {"HostedZoneName": {"Ref": "Domain"}},
    ],
)  # fmt: skip
def test_one_zone_is_enough_however_conditions_fall(ask: Ask, given: dict[str, Any]) -> None:
    parameters = {**STAGE, "Domain": {"Type": "String"}}
    made = of(RECORD, Name="www.example.com", Type="A", TTL="60", ResourceRecords=["192.0.2.1"], **given)
    said = ask({"R": made}, Conditions=PROD, Parameters=parameters)
    assert not said.of("R53001") + said.of("R53002") + said.of("XSV018")


def test_a_missing_zone_is_told_once(ask: Ask) -> None:
    said = ask({"R": of(RECORD, Name="www.example.com", Type="A", TTL="60", ResourceRecords=["192.0.2.1"])})
    assert [finding.rule for finding in said.findings] == ["R53001"]


def test_a_group_says_the_zone_of_its_records(ask: Ask) -> None:
    one = {"Name": "www.example.com", "Type": "A", "TTL": "60", "ResourceRecords": ["192.0.2.1"]}
    assert not ask({"G": of(GROUP, HostedZoneId="Z1", RecordSets=[one])}).findings
    assert [finding.rule for finding in ask({"G": of(GROUP, RecordSets=[one])}).findings] == ["R53001"]


# Names


@pytest.mark.parametrize("name", ["example.com", "EXAMPLE.com."])
def test_the_top_of_a_zone_of_the_template_takes_no_cname(ask: Ask, name: str) -> None:
    made = in_zone(Name=name, Type="CNAME", ResourceRecords=["lb.example.net"])
    assert ask({"R": made, "Zone": zone(Name="Example.COM.")}).severities("R53004") == ["error"]


@pytest.mark.parametrize("name", ["www.example.com", {"Ref": "Domain"}, {"Fn::Sub": "${Domain}"}])
def test_other_names_and_unknown_ones_take_it(ask: Ask, name: Any) -> None:
    made = in_zone(Name=name, Type="CNAME", ResourceRecords=["lb.example.net"])
    said = ask({"R": made, "Zone": zone()}, Parameters={"Domain": {"Type": "String"}})
    assert not said.of("R53004") + said.of("R53005")


def test_the_value_of_a_parameter_counts_when_it_is_known(ask: Ask) -> None:
    made = in_zone(Name={"Fn::Sub": "www.${Domain}"})
    known = {"parameters": {"Domain": "example.org"}}
    said = ask({"R": made, "Zone": zone()}, member=known, Parameters={"Domain": {"Type": "String"}})
    assert said.severities("R53005") == ["error"]


def test_the_end_of_a_longer_name_is_not_its_zone(ask: Ask) -> None:
    assert ask({"R": record(Name="www.notexample.com")}).severities("R53005") == ["error"]
    assert not ask({"R": record(Name="a.b.example.com.")}).of("R53005")


# Values


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("A", "0.0.0.0"),
        ("AAAA", "::"),
        ("AAAA", "2001:db8::192.0.2.1"),
        ("CNAME", "_x.acm-validations.aws."),
        ("NS", "ns-1.awsdns-01.org."),
        ("MX", "0 ."),
        ("TXT", '"a \\" b"'),
        ("TXT", '"' + "\\303" * 255 + '"'),
        ("TXT", '"one" "two"   "three"'),
        ("CAA", '128 issue ";"'),
        ("SRV", "0 0 0 ."),
        ("DS", "12345 13 2 0123 ABCD"),
        ("HTTPS", "1 ."),
        ("SVCB", '16 foo.example.com alpn="h2,h3" port=8004'),
        ("NAPTR", '100 50 "u" "E2U+sip" "!^.*$!sip:x@example.com!" .'),
        ("PTR", "host.example.com"),
        ("SOA", "ns-2048.awsdns-64.net hostmaster.awsdns.com 1 7200 900 1209600 86400"),
        ("SPF", '"v=spf1 ip4:192.168.0.1/16 -all"'),
        ("A", {"Ref": "Address"}),
    ],
)
def test_values_as_the_guide_writes_them_are_fine(ask: Ask, type: str, value: Any) -> None:
    said = ask({"R": record(Type=type, ResourceRecords=[value])}, Parameters={"Address": {"Type": "String"}})
    assert not said.of("R53006")


@pytest.mark.parametrize(
    ("type", "value"),
    [
        ("A", "192.0.2"), ("A", "192.0.2.1/32"), ("AAAA", "fe80::1%eth0"), ("MX", "70000 mail.example.com"),
        ("TXT", '"unfinished'), ("TXT", "plain"), ("CAA", "0 issue amazon.com"), ("SRV", "1 2 mail.example.com"),
        ("DS", "12345 13 2 xyz"), ("CNAME", "two names"), ("SVCB", "foo.example.com"),
    ],
)  # fmt: skip
def test_other_values_are_told_at_their_place(ask: Ask, type: str, value: str) -> None:
    said = ask({"R": record(Type=type, ResourceRecords=[value])})
    assert said.where("R53006") == [("R", "Properties", "ResourceRecords", 0)]
    assert said.severities("R53006") == ["error"]


def test_a_cname_to_an_address_is_a_warning(ask: Ask) -> None:
    assert ask({"R": record(Type="CNAME", ResourceRecords=["192.0.2.1"])}).severities("R53006") == ["warning"]


# Routing


@pytest.mark.parametrize(
    "given",
    [
        {"Weight": {"Ref": "Share"}, "SetIdentifier": "a"},
        {"Weight": "0", "SetIdentifier": {"Ref": "Name"}},
        {"MultiValueAnswer": False},
        {"MultiValueAnswer": {"Ref": "Many"}, "SetIdentifier": "a"},
        {"TTL": {"Ref": "Ttl"}},
        {"TTL": 0},
        {"CidrRoutingConfig": {"CollectionId": att("C", "Id"), "LocationName": "*"}, "SetIdentifier": "x" * 128},
    ],
)
def test_policies_that_are_whole_or_unknown_are_fine(ask: Ask, given: dict[str, Any]) -> None:
    said = ask({"R": record(**given)}, Parameters={n: {"Type": "String"} for n in ("Share", "Name", "Many", "Ttl")})
    assert not said.of("R53007") + said.of("R53008")


# Together


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (record(), record(Type="AAAA", ResourceRecords=["2001:db8::1"])),
        (record("Prod"), record("Test")),
        (record(Name={"Fn::If": ["Prod", "a.example.com", "b.example.com"]}),
         record(Name={"Fn::If": ["Prod", "b.example.com", "a.example.com"]})),
        (record(), record(HostedZoneName="example.com.", Name={"Ref": "Name"})),
        (record(Weight=1, SetIdentifier={"Ref": "Name"}), record(Weight=1, SetIdentifier={"Ref": "Name"})),
        (record(Region="eu-west-1", SetIdentifier="a"), record(Region="us-east-1", SetIdentifier="b", TTL="300")),
        (record(Type="NS", ResourceRecords=["ns.example.net"]), record(Type="DS", ResourceRecords=["1 13 2 ab"])),
    ],
)  # fmt: skip
def test_records_that_may_stand_together(ask: Ask, one: dict[str, Any], other: dict[str, Any]) -> None:
    said = ask({"One": one, "Other": other}, Conditions=PROD, Parameters={**STAGE, "Name": {"Type": "String"}})
    assert not said.of("R53009")


def test_zones_of_one_name_are_not_taken_for_one(ask: Ask) -> None:
    public, private = in_zone(), in_zone()
    private["Properties"]["HostedZoneId"] = {"Ref": "Inside"}
    vpcs = [{"VPCId": "vpc-0a1b2c3d4e5f60718", "VPCRegion": "eu-west-1"}]
    said = ask({"A": public, "B": private, "Zone": zone(), "Inside": zone(VPCs=vpcs)})
    assert not said.of("R53009")


def test_records_of_two_stacks_meet_in_one_zone_of_an_account(ask_all: AskAll) -> None:
    stacks = {"one": {"A": record()}, "two": {"B": record()}}
    same = {name: {"account": "123456789012"} for name in stacks}
    assert ask_all(stacks, same).severities("R53009") == ["error"]
    assert not ask_all(stacks, {**same, "two": {"account": "210987654321"}}).of("R53009")
    assert not ask_all(stacks).of("R53009")


def test_the_other_half_of_a_failover_may_stand_elsewhere(ask: Ask) -> None:
    check = "11111111-2222-3333-4444-555555555555"
    said = ask({"P": record(Failover="PRIMARY", SetIdentifier="p", HealthCheckId=check)})
    assert said.severities("R53016") == ["warning"]
    both = {
        "P": record(Failover="PRIMARY", SetIdentifier="p", HealthCheckId={"Ref": "Check"}),
        "S": record(Failover="SECONDARY", SetIdentifier="s"),
    }
    assert not ask(both, Parameters={"Check": {"Type": "String"}}).of("R53016")


def test_an_alias_that_watches_its_target_needs_no_health_check(ask: Ask) -> None:
    target = {"DNSName": att("Lb", "DNSName"), "HostedZoneId": att("Lb", "CanonicalHostedZoneID")}
    primary = of(
        RECORD, HostedZoneName="example.com.", Name="www.example.com", Type="A", Failover="PRIMARY", SetIdentifier="p",
        AliasTarget={**target, "EvaluateTargetHealth": "true"},
    )  # fmt: skip
    said = ask({"P": primary, "S": record(Failover="SECONDARY", SetIdentifier="s"), "Lb": LB})
    assert not said.of("R53016")


# Aliases


SITE = "s3-website-eu-west-1.amazonaws.com", "Z1BKCTXD74EZPE"


def bucket(name: Any, *, website: bool = True) -> dict[str, Any]:
    pages = {"WebsiteConfiguration": {"IndexDocument": "index.html"}} if website else {}
    return of("AWS::S3::Bucket", **({"BucketName": name} if name else {}), **pages)


@pytest.mark.parametrize(
    "buckets",
    [
        {},
        {"Logs": bucket("shop-logs", website=False)},
        {"Site": bucket("www.example.com"), "Other": bucket("other.example.com")},
        {"Site": bucket({"Ref": "Name"})},
        {"Site": bucket({"Fn::Sub": "${AWS::StackName}"}), "Other": bucket("other.example.com")},
    ],
)
def test_a_website_that_may_be_there_is_fine(ask: Ask, buckets: dict[str, Any]) -> None:
    said = ask({"R": alias(*SITE), **buckets}, Parameters={"Name": {"Type": "String"}})
    assert not said.of("R53010") + said.of("R53011")


def test_a_bucket_that_another_record_means_is_not_missed(ask: Ask) -> None:
    other = alias(*SITE, Name="pages.example.com")
    said = ask({"R": alias(*SITE), "Other": other, "Site": bucket("pages.example.com")})
    assert not said.of("R53010")


@pytest.mark.parametrize(
    ("dns", "id"),
    [
        ("D1.cloudfront.net.", "Z2FDTNDATAQYW2"),
        ("d1.cloudfront.net", {"Ref": "Id"}),
        ({"Ref": "Name"}, "Z1"),
        (att("Lb", "DNSName"), att("Lb", "CanonicalHostedZoneID")),
        ("vpce-1.eu-west-1.vpce.amazonaws.com", "Z38GZ743OKFT7T"),
    ],
)
def test_zones_that_fit_or_are_unknown_are_fine(ask: Ask, dns: Any, id: Any) -> None:
    said = ask({"R": alias(dns, id), "Lb": LB}, Parameters={"Id": {"Type": "String"}, "Name": {"Type": "String"}})
    assert not said.of("R53011") + said.of("R53012") + said.of("R53013")


def test_another_balancers_zone_is_a_warning(ask: Ask) -> None:
    made = alias(att("Lb", "DNSName"), att("Other", "CanonicalHostedZoneID"))
    assert ask({"R": made, "Lb": LB, "Other": LB}).severities("R53011") == ["warning"]


@pytest.mark.parametrize(
    "config",
    [
        {"Aliases": ["www.example.com"]},
        {"Aliases": ["*.example.com"]},
        {"Aliases": [{"Ref": "Name"}]},
        {"Aliases": {"Ref": "Names"}},
        {"ConnectionMode": "tenant-only"},
    ],
)
def test_a_distribution_that_may_answer_is_fine(ask: Ask, config: dict[str, Any]) -> None:
    cdn = of("AWS::CloudFront::Distribution", DistributionConfig={"Enabled": True, **config})
    said = ask(
        {"R": alias(att("Cdn", "DomainName"), "Z2FDTNDATAQYW2"), "Cdn": cdn},
        Parameters={"Name": {"Type": "String"}, "Names": {"Type": "CommaDelimitedList"}},
    )
    assert not said.of("R53012")


def test_a_wildcard_covers_one_label_alone(ask: Ask) -> None:
    cdn = of("AWS::CloudFront::Distribution", DistributionConfig={"Enabled": True, "Aliases": ["*.example.com"]})
    for name in ("example.com", "a.b.example.com"):
        made = alias(att("Cdn", "DomainName"), "Z2FDTNDATAQYW2", Name=name)
        assert ask({"R": made, "Cdn": cdn}).severities("R53012") == ["warning"], name


# Health checks and certificates


@pytest.mark.parametrize(
    "config",
    [
        {"Type": "HTTP", "IPAddress": {"Ref": "Ip"}, "RequestInterval": "30", "FailureThreshold": "10"},
        {"Type": {"Ref": "Kind"}, "RequestInterval": 10},
        {"Type": "CALCULATED", "ChildHealthChecks": {"Ref": "Checks"}},
        {"Type": "TCP", "FullyQualifiedDomainName": "x.org", "Port": {"Ref": "Port"}, "Regions": [{"Ref": "Region"}]},
        {"Type": "RECOVERY_CONTROL", "RoutingControlArn": "arn:aws:route53-recovery-control::123456789012:x"},
    ],
)
def test_health_checks_that_are_whole_or_unknown_are_fine(ask: Ask, config: dict[str, Any]) -> None:
    names = ("Ip", "Kind", "Checks", "Port", "Region")
    said = ask(
        {"C": of("AWS::Route53::HealthCheck", HealthCheckConfig=config)},
        Parameters={n: {"Type": "String"} for n in names},
    )
    assert not said.of("R53015")


def certificate(**properties: Any) -> dict[str, Any]:
    return of("AWS::CertificateManager::Certificate", **{"DomainName": "example.com", **properties})


@pytest.mark.parametrize(
    "properties",
    [
        {"DomainName": {"Ref": "Domain"}, "ValidationMethod": "DNS"},
        {"ValidationMethod": {"Ref": "Method"}},
        {"ValidationMethod": "DNS", "DomainValidationOptions": [{"DomainName": {"Ref": "Domain"}, "HostedZoneId": "Z1"}]},
        {"ValidationMethod": "DNS", "SubjectAlternativeNames": ["*.example.com"],
         "DomainValidationOptions": [{"DomainName": "example.com", "HostedZoneId": {"Ref": "Zone"}}]},
        {"CertificateAuthorityArn": "arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/x",
         "KeyAlgorithm": "RSA_4096"},
    ],
)  # fmt: skip
def test_certificates_that_may_be_issued_by_themselves_are_fine(ask: Ask, properties: dict[str, Any]) -> None:
    names = ("Domain", "Method", "Zone")
    said = ask({"C": certificate(**properties)}, Parameters={name: {"Type": "String"} for name in names})
    assert not [finding for finding in said.findings if finding.rule.startswith("ACM")]


# Updates


def update(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    graphs = []
    for resources in (old, new):
        graph = Graph()
        graph.add(Template.from_dict({"Resources": resources}, "dns"))
        graphs.append(graph)
    return [finding.message for finding in check_update(*graphs) if finding.rule == "UPD028"]


@pytest.mark.parametrize(
    "new",
    [
        record(Name="WWW.example.com."),
        record(TTL="300"),
        record(Name={"Ref": "Name"}),
        record(Type="AAAA", SetIdentifier="b"),
        {**in_zone(), "Properties": {**in_zone()["Properties"], "HostedZoneId": "Z1"}},
    ],
)
def test_changes_that_keep_the_name_resolving_are_silent(new: dict[str, Any]) -> None:
    assert not update({"R": record()}, {"R": new})


def test_a_name_that_goes_is_named() -> None:
    (said,) = update({"R": record()}, {"R": record(Name="web.example.com")})
    assert "www.example.com does not resolve any more once web.example.com has taken its place" in said
