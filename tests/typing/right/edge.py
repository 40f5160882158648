"""Distributions as they are meant to be written."""

from typing import assert_type

from awsdeck import (
    AliasTarget,
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
    LambdaFunction,
    Origin,
    OriginGroup,
    OriginRequestPolicy,
    PublicKey,
    ResponseHeadersPolicy,
    S3Bucket,
    Stack,
    inline,
)

stack = Stack(App(), "edge", region="us-east-1")
zone = HostedZone.from_id(stack, "Zone", "Z1D633PJN98FT9", "example.org")
files = S3Bucket(stack, "Files")
store = KeyValueStore(stack, "Routes", source=(files, "routes.json"))
near = CloudFrontFunction(stack, "Near", code=inline("function handler(event) { return event.request; }"), store=store)
far = LambdaFunction(stack, "Far", code="src/far", handler="app.handle", runtime="python3.13")
careful = ResponseHeadersPolicy(stack, "Careful", frames="same-origin", cors=CorsHeaders(["https://example.org"]))
keyed = CachePolicy(stack, "Keyed", default_ttl=60, headers=["Accept"], cookies="all", query_strings=["page"])
told = OriginRequestPolicy(stack, "Told", cloudfront_headers=["CloudFront-Viewer-Country"])
paid = KeyGroup(stack, "Paid", keys=[PublicKey(stack, "Signer", key="keys/films.pem"), "K2JCJMDEHXQW5F"])
known = KeyGroup.from_id(stack, "Known", "a1b2c3d4")

site = CloudFrontDistribution(
    stack,
    "Site",
    origin=OriginGroup(Origin(files, shield="eu-west-1"), "spare.example.org", on=[500]),
    behavior=Behavior(cache=keyed, requests=told, responses=careful, on_request=near, on_origin_request=far.version()),
    behaviors={
        "/call": Behavior(far.add_url(), methods="all"),
        "/films/*": Behavior(signed_by=[paid, known], responses="SecurityHeadersPolicy"),
    },
    errors={404: "/404.html", 500: ErrorPage("/sorry.html", seconds=5)},
    aliases=["example.org"],
    certificate=Certificate(stack, "Certificate", domain="example.org", zone=zone),
    allow_countries=["DE", "FR"],
    price_class="100",
    logs=S3Bucket(stack, "Logs"),
)
site.add_behavior("/more/*", Behavior("more.example.org", viewers="https-only"))
site.grant_invalidate(IAMRole(stack, "Publisher", assumed_by="codebuild.amazonaws.com"))
zone.alias("", site)
assert_type(site.alias_target(), AliasTarget)
text: str = f"https://{site.domain_name}/{site.id}/{site.arn}"
zone.alias("www", CloudFrontDistribution.from_id(stack, "Old", "EDFDVBD6EXAMPLE", "d111111abcdef8.cloudfront.net"))
