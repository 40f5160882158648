"""Hosted zones, records and certificates as they are meant to be written."""

from typing import assert_type

from awsdeck import (
    AliasTarget,
    App,
    Certificate,
    CIDRCollection,
    HostedZone,
    Route53HealthCheck,
    Route53Record,
    Routing,
    S3Bucket,
    Stack,
    Website,
)

stack = Stack(App(), "dns", region="us-east-1")
zone = HostedZone(stack, "Zone", name="example.com", vpcs=[("vpc-0a1b2c3d4e5f60718", "us-east-1")])
known = HostedZone.from_id(stack, "Known", "Z1D633PJN98FT9", "example.org")
check = Route53HealthCheck(stack, "Check", domain="www.example.org", protocol="https", interval=10)

record = known.a("www", "192.0.2.1", ttl=60, routing=Routing.weighted(10), set_identifier="a", health_check=check)
assert_type(record, Route53Record)
known.mx("", (10, "mail.example.org"), "20 mail.example.net")
known.https("", (1, ".", {"alpn": "h2"}))
known.record("x", "TXT", '"hello"', comment="said")
known.delegate("dev", zone)
known.ns("lab", zone.name_servers)
known.alias("web", record, routing=Routing.latency("eu-west-1"))
known.alias("", AliasTarget("d1.cloudfront.net", "Z2FDTNDATAQYW2", evaluate_health=False), type="AAAA")
known.alias("pages", S3Bucket(stack, "Site", name="pages.example.org", website=Website("index.html")))
offices = CIDRCollection(stack, "Offices", name="offices", locations={"berlin": ["198.51.100.0/24"]})
known.a("desk", "192.0.2.2", routing=Routing.cidr(offices, "berlin"))
certificate = Certificate(stack, "Certificate", domain="example.org", names=["*.example.org"], zone=known)
text: str = certificate.arn
