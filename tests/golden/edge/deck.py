"""A distribution over everything it can serve: private files, a failover, an API, signed films, functions on the way."""

from awsdeck import (
    ALB,
    VPC,
    Alarm,
    App,
    Behavior,
    CachePolicy,
    Certificate,
    CloudFrontDistribution,
    CloudFrontFunction,
    CorsHeaders,
    ErrorPage,
    HostedZone,
    IAMRole,
    KeyGroup,
    KeyValueStore,
    KMSKey,
    LambdaFunction,
    Origin,
    OriginGroup,
    OriginRequestPolicy,
    Output,
    PublicKey,
    ResponseHeadersPolicy,
    S3Bucket,
    Stack,
    TargetGroup,
    Website,
    inline,
)

app = App()
edge = Stack(app, "edge", region="us-east-1")

zone = HostedZone(edge, "Zone", name="example.com")
certificate = Certificate(edge, "Certificate", domain="www.example.com", names=["films.example.com"], zone=zone)

# the site itself: a private bucket, another one when it fails, headers that make browsers careful
key = KMSKey(edge, "Key")
files = S3Bucket(edge, "Files", encryption="kms", key=key, versioned=True)
spare = S3Bucket(edge, "Spare")
routes = KeyValueStore(edge, "Routes", comment="where old addresses lead")
redirect = CloudFrontFunction(
    edge,
    "Redirect",
    code=inline("""import cf from 'cloudfront';

const routes = cf.kvs();

async function handler(event) {
    const request = event.request;
    try {
        const location = await routes.get(request.uri);
        return { statusCode: 301, headers: { location: { value: location } } };
    } catch (error) {
        return request;
    }
}
"""),
    store=routes,
)
rewrite = LambdaFunction(
    edge,
    "Rewrite",
    code=inline("def handler(event, context):\n    return event['Records'][0]['cf']['request']\n"),
    runtime="python3.13",
    timeout=5,
    memory=128,
)
careful = ResponseHeadersPolicy(
    edge,
    "Careful",
    content="default-src 'self'",
    https_subdomains=True,
    headers={"X-Served-By": "edge"},
    remove=["Server"],
    cors=CorsHeaders(["https://shop.example.com"], credentials=True, headers=["Authorization"], max_age=600),
    timing=5,
)

# what changes with whoever asks
vpc = VPC(edge, "Vpc", cidr="10.0.0.0/16", availability_zones=2, nat_gateways="none")
balancer = ALB(edge, "Balancer", vpc=vpc)
web = TargetGroup(edge, "Web", vpc=vpc, port=8080, targets=["10.0.0.10"])
balancer.add_listener(443, certificate=certificate, default=web)
quote = LambdaFunction(
    edge, "Quote", code=inline("def handler(event, context):\n    return 'be kind'\n"), runtime="python3.13"
)
address = quote.add_url()
keyed = CachePolicy(
    edge, "Keyed", default_ttl=60, max_ttl=3600, headers=["Accept-Language"], cookies=["language"],
    query_strings_except=["utm_source"],
)  # fmt: skip
told = OriginRequestPolicy(
    edge, "Told", cloudfront_headers=["CloudFront-Viewer-Country"], cookies="all", query_strings="all"
)

# films for those who have paid: two keys, of which one can be changed at a time
PEM = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0{}
-----END PUBLIC KEY-----
"""
keys = [PublicKey(edge, f"Signer{number}", key=PEM.format(number)) for number in (1, 2)]
paid = KeyGroup(edge, "Paid", keys=keys)
films = S3Bucket(edge, "Films")
old = S3Bucket(edge, "Old", website=Website("index.html", error="error.html"), public="policy")
old.grant_public_read()

logs = S3Bucket(edge, "Logs")
site = CloudFrontDistribution(
    edge,
    "Site",
    origin=OriginGroup(Origin(files, shield="us-east-1", attempts=2, connect_timeout=5), spare, on=[500, 503]),
    behavior=Behavior(responses=careful, on_request=redirect, on_origin_request=rewrite.version()),
    behaviors={
        "/api/quote": Behavior(address),
        "/api/*": Behavior(balancer, cache=keyed, requests=told, methods="all", viewers="https-only"),
        "/films/*": Behavior(films, signed_by=paid, responses="SecurityHeadersPolicy"),
        "/old/*": Behavior(old, methods="read-options", cache_options=True),
        "/partner/*": Behavior(
            Origin("partner.example.net", path="/v1", headers={"X-From": "edge"}, read_timeout=60, keepalive=60),
            requests="AllViewerExceptHostHeader",
        ),
    },
    errors={404: "/404.html", 500: ErrorPage("/sorry.html", seconds=5), 503: "/sorry.html"},
    aliases=["www.example.com"],
    certificate=certificate,
    deny_countries=["KP"],
    price_class="100",
    web_acl="arn:aws:wafv2:us-east-1:123456789012:global/webacl/edge/1234abcd-12ab-34cd-56ef-1234567890ab",
    logs=logs,
    logs_prefix="site",
    detailed_metrics=True,
    comment="what customers see",
)
zone.alias("www", site)
Alarm(edge, "Failing", metric=site.metric("5xxErrorRate"), threshold=5, periods=3)
Alarm(edge, "Stumbling", metric=redirect.metric("FunctionExecutionErrors"), threshold=0, comparison=">")

publisher = IAMRole(edge, "Publisher", assumed_by="codebuild.amazonaws.com")
files.grant_write(publisher)
site.grant_invalidate(publisher)

cinema = CloudFrontDistribution(
    edge, "Cinema", origin=films, signed_by=paid, restricted=True, aliases=["films.example.com"], certificate=certificate,
    minimum_tls="1.3", allow_countries=["DE", "AT", "CH"], root="films.html",
)  # fmt: skip
zone.alias("films", cinema, type="AAAA")

Output(edge, "Address", value=site.domain_name)
Output(edge, "DistributionId", value=site.id, description="for invalidations")

# another region: the certificate and the distribution need not stand together, nor the bucket
west = Stack(app, "west", region="eu-west-1")
pages = S3Bucket(west, "Pages")
shop = Certificate(edge, "Shop", domain="shop.example.com", zone=zone)
CloudFrontDistribution(west, "Front", origin=pages, aliases=["shop.example.com"], certificate=shop, single_page=True)

app.synth()
