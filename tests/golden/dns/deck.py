"""A public zone with records of every type and routing policy, a signed one, a private one, and certificates."""

from awsdeck import (
    VPC,
    Alarm,
    AliasTarget,
    App,
    Certificate,
    CIDRCollection,
    HostedZone,
    KMSKey,
    LogGroup,
    Metric,
    Output,
    Route53HealthCheck,
    Routing,
    S3Bucket,
    Stack,
    Website,
)

app = App()
dns = Stack(app, "dns", region="us-east-1")

log = LogGroup(dns, "Queries", name="/aws/route53/example.com")
zone = HostedZone(dns, "Zone", name="example.com", query_log=log, comment="what customers ask for")
Output(dns, "NameServers", value=zone.name_servers[0], description="give all four to the registrar")

zone.a("api", "192.0.2.1", "192.0.2.2", ttl=60)
zone.aaaa("api", "2001:db8::1")
zone.cname("shop", "storefront.example.net")
zone.mx("", (10, "mail1.example.com"), (20, "mail2.example.com"))
zone.txt("", "v=spf1 include:example.net -all", "site-verification=0a1b2c3d")
zone.txt("key._domainkey", "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" * 12)
zone.spf("mail1", "v=spf1 a -all")
zone.srv("_sip._tcp", (1, 10, 5060, "sip.example.com"))
zone.caa("", "amazon.com", (0, "iodef", "mailto:security@example.com"))
zone.naptr("sip", (100, 50, "s", "SIP+D2U", "", "_sip._udp.example.com"))
zone.tlsa("_443._tcp.api", (3, 1, 1, "0b9fa5a59eed715c26c1020c711b4f6ec42d58b0015e14337a39dad301c5afc3"))
zone.sshfp("box", (4, 2, "123456789abcdef67890123456789abcdef67890123456789abcdef123456789"))
zone.svcb("_dns.resolver", (1, "dns.example.net", {"alpn": "dot"}))
zone.https("", (1, ".", {"alpn": "h3,h2"}))
zone.ds("signed", (12345, 13, 2, "2bb183af5f22588179a53b0a98631fad1a292118ac5f0ef4d2cf0c9d1bb1f9ff"))
zone.ns("partner", "ns1.example.net", "ns2.example.net")

health = Route53HealthCheck(
    dns, "Front", domain="front.example.com", protocol="https", path="/health", search="ok", interval=10, failures=2,
    regions=["eu-west-1", "us-east-1", "us-west-2"], measure_latency=True,
)  # fmt: skip
port = Route53HealthCheck(dns, "Port", ip="192.0.2.10", protocol="tcp", port=5432)
slow = Alarm(
    dns, "Slow", metric=Metric("Shop", "Latency", {"Site": "front"}, statistic="p99", period=60), threshold=2,
)  # fmt: skip
quiet = Route53HealthCheck(dns, "Quiet", alarm=slow, without_data="healthy")
whole = Route53HealthCheck(dns, "Whole", children=[health, port, quiet], healthy=2)
Alarm(dns, "FrontDown", metric=health.metric(), threshold=1, comparison="<", missing="breaching")

zone.a("front", "192.0.2.10", routing=Routing.failover("primary"), health_check=whole, ttl=60)
zone.a("front", "192.0.2.11", routing=Routing.failover("secondary"), ttl=60)
zone.a("www", "192.0.2.20", routing=Routing.weighted(90), set_identifier="blue")
zone.a("www", "192.0.2.21", routing=Routing.weighted(10), set_identifier="green")
zone.a("near", "192.0.2.30", routing=Routing.latency("eu-west-1"))
zone.a("near", "192.0.2.31", routing=Routing.latency("us-east-1"))
zone.a("local", "192.0.2.40", routing=Routing.geolocation(country="DE"))
zone.a("local", "192.0.2.41", routing=Routing.geolocation(continent="EU"))
zone.a("local", "192.0.2.42", routing=Routing.geolocation())
zone.a("around", "192.0.2.50", routing=Routing.geoproximity(region="eu-west-1", bias=20))
zone.a("around", "192.0.2.51", routing=Routing.geoproximity(latitude="40.71", longitude="-74.01"))
zone.a("many", "192.0.2.60", routing=Routing.multivalue(), health_check=port)
zone.a("many", "192.0.2.61", routing=Routing.multivalue())
offices = CIDRCollection(dns, "Offices", name="offices", locations={"berlin": ["198.51.100.0/24"]})
zone.a("desk", "192.0.2.70", routing=Routing.cidr(offices, "berlin"))
zone.a("desk", "192.0.2.71", routing=Routing.cidr(offices))

site = S3Bucket(
    dns, "Site", name="pages.example.com", website=Website("index.html", error="error.html"), public="policy"
)
site.grant_public_read()
site.node.ignore("S3002", reason="S3 finds the bucket of a website by the record's name")
zone.alias("pages", site)
zone.alias("", AliasTarget("d111111abcdef8.cloudfront.net", "Z2FDTNDATAQYW2", evaluate_health=False))

signed = HostedZone(dns, "Signed", name="signed.example.com")
zone.delegate("signed", signed)
signed.sign(KMSKey(dns, "Signer", spec="ecc-nist-p256", usage="sign-verify"), name="first")

vpc = VPC(dns, "Vpc", cidr="10.0.0.0/16", availability_zones=2, nat_gateways="none")
inside = HostedZone(dns, "Inside", name="shop.internal", vpcs=[vpc])
inside.a("db", "10.0.1.10")
reverse = HostedZone(dns, "Reverse", name="1.0.10.in-addr.arpa", vpcs=[vpc])
reverse.ptr("10", "db.shop.internal")
partner = HostedZone.from_id(dns, "Partner", "Z1D633PJN98FT9", "example.org")
shop = partner.a("shop", "192.0.2.80")
partner.alias("", shop)

certificate = Certificate(
    dns, "Certificate", domain="example.com", names=["*.example.com", "shop.example.org"],
    zone={"example.com": zone, "shop.example.org": partner}, key_algorithm="ecdsa-p256",
)  # fmt: skip
Alarm(dns, "Expiry", metric=certificate.metric(), threshold=30, comparison="<")
Output(dns, "CertificateArn", value=certificate.arn)

app.synth()
