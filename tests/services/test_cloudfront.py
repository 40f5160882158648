"""Distributions: what they render, whom they let in, what they refuse, and at which line."""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

from awsdeck import (
    ALB,
    VPC,
    AliasTarget,
    App,
    Behavior,
    CachePolicy,
    Certificate,
    CloudFrontDistribution,
    CloudFrontFunction,
    ConstraintError,
    ConstructError,
    CorsHeaders,
    ErrorPage,
    IAMRole,
    KeyGroup,
    KeyValueStore,
    KMSKey,
    LambdaFunction,
    Origin,
    OriginGroup,
    OriginRequestPolicy,
    PublicKey,
    ResponseHeadersPolicy,
    RestApi,
    S3Bucket,
    SQSQueue,
    Stack,
    Website,
    inline,
)
from awsdeck.rules.cloudfront.managedpolicies import CACHING, HEADERS, REQUESTS
from awsdeck.rules.route53.websites import CLOUDFRONT_ZONE
from awsdeck.synth import synthesize

PEM = "-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA{}\n-----END PUBLIC KEY-----\n"
CODE = inline("function handler(event) { return event.request; }")
PYTHON = inline("def handler(event, context):\n    return event\n")
OWN = {"Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Site}"}
ANY = {"Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/*"}


@pytest.fixture
def app(tmp_path: pathlib.Path) -> App:
    made = App()
    made.folder = str(tmp_path)
    return made


@pytest.fixture
def stack(app: App) -> Stack:
    return Stack(app, "edge", region="us-east-1")


@pytest.fixture
def west(app: App) -> Stack:
    return Stack(app, "west", region="eu-west-1")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def properties(stack: Stack, id: str) -> dict[str, Any]:
    found: dict[str, Any] = resources(stack)[id]["Properties"]
    return found


def config(stack: Stack, id: str = "Site") -> dict[str, Any]:
    found: dict[str, Any] = properties(stack, id)["DistributionConfig"]
    return found


def default(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = config(stack)["DefaultCacheBehavior"]
    return found


def of_type(stack: Stack, type: str) -> list[str]:
    return [id for id, body in resources(stack).items() if body["Type"] == f"AWS::CloudFront::{type}"]


def rules(caught: pytest.ExceptionInfo[ConstraintError]) -> set[str]:
    assert all(str(finding.file).endswith("test_cloudfront.py") for finding in caught.value.findings)
    return {finding.rule for finding in caught.value.findings}


def function(stack: Stack, id: str = "Fn", **given: Any) -> LambdaFunction:
    return LambdaFunction(stack, id, code=PYTHON, runtime="python3.13", **given)


# Buckets


def test_a_bucket_is_read_by_this_distribution_alone(stack: Stack) -> None:
    CloudFrontDistribution(stack, "Site", origin=S3Bucket(stack, "Files"))
    made = resources(stack)
    (origin,) = made["Site"]["Properties"]["DistributionConfig"]["Origins"]
    assert origin == {
        "Id": "origin1",
        "DomainName": {"Fn::GetAtt": ["Files", "RegionalDomainName"]},
        "OriginAccessControlId": {"Fn::GetAtt": ["SiteAccessS3", "Id"]},
        "S3OriginConfig": {"OriginAccessIdentity": ""},
    }
    assert made["SiteAccessS3"]["Properties"]["OriginAccessControlConfig"] == {
        "Name": "edge-Site-us-east-1-s3",
        "OriginAccessControlOriginType": "s3",
        "SigningBehavior": "always",
        "SigningProtocol": "sigv4",
    }
    (_, read) = made["FilesPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert read == {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": {"Fn::Sub": "${Files.Arn}/*"},
        "Condition": {"StringEquals": {"AWS:SourceArn": OWN}},
    }


def test_what_is_safe_is_the_default(stack: Stack) -> None:
    CloudFrontDistribution(stack, "Site", origin=S3Bucket(stack, "Files"))
    told = config(stack)
    assert told["DefaultCacheBehavior"] == {
        "TargetOriginId": "origin1",
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": ["GET", "HEAD"],
        "Compress": True,
        "CachePolicyId": CACHING["CachingOptimized"],
    }
    assert (told["HttpVersion"], told["IPV6Enabled"], told["DefaultRootObject"]) == ("http2and3", True, "index.html")
    assert set(told) == {
        "Enabled",
        "Origins",
        "DefaultCacheBehavior",
        "HttpVersion",
        "IPV6Enabled",
        "DefaultRootObject",
    }


def test_the_key_of_a_bucket_lets_distributions_of_this_account_decrypt_and_no_circle_arises(stack: Stack) -> None:
    key = KMSKey(stack, "Key")
    CloudFrontDistribution(stack, "Site", origin=S3Bucket(stack, "Files", encryption="kms", key=key))
    (_, decrypt) = properties(stack, "Key")["KeyPolicy"]["Statement"]
    assert decrypt["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert decrypt["Action"] == "kms:Decrypt"
    assert decrypt["Condition"] == {"ArnLike": {"aws:SourceArn": ANY}}


def test_a_bucket_of_another_stack_lets_distributions_of_this_account_in(app: App, stack: Stack, west: Stack) -> None:
    CloudFrontDistribution(stack, "Site", origin=S3Bucket(west, "Files"))
    (_, read) = properties(west, "FilesPolicy")["PolicyDocument"]["Statement"]
    assert read["Condition"] == {"ArnLike": {"AWS:SourceArn": ANY}}
    assert config(stack)["Origins"][0]["DomainName"] == {"Ref": "FromFilesRegionalDomainName"}
    assert synthesize(app)["edge"].dependencies == ("west",)


def test_one_bucket_for_two_paths_is_let_in_once(stack: Stack) -> None:
    files = S3Bucket(stack, "Files")
    shielded = Behavior(Origin(files, shield="eu-west-1", attempts=1, connect_timeout=2))
    CloudFrontDistribution(stack, "Site", origin=files, behaviors={"/a/*": Behavior(files), "/b/*": shielded})
    told = config(stack)
    assert [one["TargetOriginId"] for one in told["CacheBehaviors"]] == ["origin1", "origin2"]
    assert told["Origins"][1]["OriginShield"] == {"Enabled": True, "OriginShieldRegion": "eu-west-1"}
    assert (told["Origins"][1]["ConnectionAttempts"], told["Origins"][1]["ConnectionTimeout"]) == (1, 2)
    assert len(properties(stack, "FilesPolicy")["PolicyDocument"]["Statement"]) == 2
    assert of_type(stack, "OriginAccessControl") == ["SiteAccessS3"]


def test_a_website_is_reached_over_http_at_its_own_endpoint(stack: Stack) -> None:
    site = S3Bucket(stack, "Files", website=Website("index.html"), public="policy")
    CloudFrontDistribution(stack, "Site", origin=site)
    (origin,) = config(stack)["Origins"]
    assert origin["DomainName"] == {"Fn::Select": [2, {"Fn::Split": ["/", {"Fn::GetAtt": ["Files", "WebsiteURL"]}]}]}
    assert origin["CustomOriginConfig"] == {"OriginProtocolPolicy": "http-only"}
    assert "OriginAccessControlId" not in origin
    assert "DefaultRootObject" not in config(stack)


def test_a_bucket_with_a_website_can_be_reached_itself(stack: Stack) -> None:
    site = S3Bucket(stack, "Files", website=Website("index.html"))
    CloudFrontDistribution(stack, "Site", origin=Origin(site, website=False, read_timeout=60))
    (origin,) = config(stack)["Origins"]
    assert origin["S3OriginConfig"] == {"OriginAccessIdentity": "", "OriginReadTimeout": 60}


def test_a_bucket_that_exists_already_is_warned_of(stack: Stack) -> None:
    CloudFrontDistribution(stack, "Site", origin=S3Bucket.from_name(stack, "Files", "pages"))
    found = [finding for finding in stack.node.root_app.findings if finding.rule == "CFR017"]
    assert [finding.severity for finding in found] == ["warning"]
    assert "edge/Files" in found[0].message
    assert config(stack)["Origins"][0]["DomainName"] == {"Fn::Sub": "pages.s3.${AWS::Region}.${AWS::URLSuffix}"}


# Other origins


def test_a_load_balancer_is_asked_over_https_under_the_viewers_name_and_nothing_is_kept(stack: Stack) -> None:
    vpc = VPC(stack, "Vpc", availability_zones=2, nat_gateways="none")
    CloudFrontDistribution(stack, "Site", origin=ALB(stack, "Front", vpc=vpc))
    (origin,) = config(stack)["Origins"]
    assert origin["DomainName"] == {"Fn::GetAtt": ["Front", "DNSName"]}
    assert origin["CustomOriginConfig"] == {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]}
    told = default(stack)
    assert told["CachePolicyId"] == CACHING["CachingDisabled"]
    assert told["OriginRequestPolicyId"] == REQUESTS["AllViewer"]
    assert told["AllowedMethods"] == ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"]


def test_a_functions_address_answers_this_distribution_alone(stack: Stack) -> None:
    CloudFrontDistribution(stack, "Site", origin=function(stack).add_url())
    made = resources(stack)
    (origin,) = made["Site"]["Properties"]["DistributionConfig"]["Origins"]
    assert origin["OriginAccessControlId"] == {"Fn::GetAtt": ["SiteAccessLambda", "Id"]}
    assert (
        made["SiteAccessLambda"]["Properties"]["OriginAccessControlConfig"]["OriginAccessControlOriginType"] == "lambda"
    )
    assert made["SiteCallByCloudFront"]["Properties"] == {
        "Action": "lambda:InvokeFunctionUrl",
        "FunctionName": {"Fn::GetAtt": ["Fn", "Arn"]},
        "FunctionUrlAuthType": "AWS_IAM",
        "Principal": "cloudfront.amazonaws.com",
        "SourceArn": OWN,
    }
    assert made["SiteCallByCloudFrontInvoke"]["Properties"] == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Fn::GetAtt": ["Fn", "Arn"]},
        "InvokedViaFunctionUrl": True,
        "Principal": "cloudfront.amazonaws.com",
        "SourceArn": OWN,
    }
    assert default(stack)["OriginRequestPolicyId"] == REQUESTS["AllViewerExceptHostHeader"]


def test_two_functions_get_permissions_of_their_own(stack: Stack) -> None:
    one, two = function(stack, "One").add_url(), function(stack, "Two").add_url()
    CloudFrontDistribution(stack, "Site", origin=one, behaviors={"/two": Behavior(two)})
    names = {id: body["Properties"]["FunctionName"] for id, body in resources(stack).items() if "CallBy" in id}
    assert names == {
        "SiteCallByCloudFront": {"Fn::GetAtt": ["One", "Arn"]},
        "SiteCallByCloudFrontInvoke": {"Fn::GetAtt": ["One", "Arn"]},
        "SiteCallByCloudFront2": {"Fn::GetAtt": ["Two", "Arn"]},
        "SiteCallByCloudFront2Invoke": {"Fn::GetAtt": ["Two", "Arn"]},
    }


def test_a_function_of_another_stack_is_let_be_called_there(stack: Stack, west: Stack) -> None:
    CloudFrontDistribution(stack, "Site", origin=function(west).add_url())
    told = properties(west, "FnUrlCallByCloudFront")
    assert told["SourceArn"] == ANY
    assert not any("CallBy" in id for id in resources(stack))


def test_an_address_that_lets_everybody_in_needs_nothing(stack: Stack) -> None:
    CloudFrontDistribution(stack, "Site", origin=function(stack).add_url(auth="none"))
    assert of_type(stack, "OriginAccessControl") == []
    assert not any("CallBy" in id for id in resources(stack))


def test_an_api_is_asked_at_its_stage_under_its_own_name(stack: Stack, west: Stack) -> None:
    api = RestApi(stack, "Api", routes={"GET /x": function(stack)})
    CloudFrontDistribution(stack, "Site", origin="a.example.com", behaviors={"/api/*": Behavior(api)})
    CloudFrontDistribution(west, "Far", origin=Origin(api, path="/v1"))
    asked = config(stack)["Origins"][1]
    assert asked["DomainName"] == {"Fn::Sub": "${Api}.execute-api.us-east-1.${AWS::URLSuffix}"}
    assert asked["OriginPath"] == {"Fn::Sub": "/${ApiStage}"}
    (told,) = config(stack)["CacheBehaviors"]
    assert told["OriginRequestPolicyId"] == REQUESTS["AllViewerExceptHostHeader"]
    assert told["CachePolicyId"] == CACHING["CachingDisabled"]
    (far,) = config(west, "Far")["Origins"]
    assert far["DomainName"] == {"Fn::Sub": "${FromApi}.execute-api.us-east-1.${AWS::URLSuffix}"}
    assert far["OriginPath"] == {"Fn::Sub": "/${FromApiStage}/v1"}


def test_a_host_says_how_it_is_asked(stack: Stack) -> None:
    origin = Origin(
        "web.example.com", path="/v1", headers={"X-From": "edge"}, protocol="match-viewer", http_port=8080, https_port=8443,
        tls="1.1", read_timeout=60, keepalive=30,
    )  # fmt: skip
    CloudFrontDistribution(stack, "Site", origin=origin)
    assert config(stack)["Origins"] == [{
        "Id": "origin1",
        "DomainName": "web.example.com",
        "OriginPath": "/v1",
        "OriginCustomHeaders": [{"HeaderName": "X-From", "HeaderValue": "edge"}],
        "CustomOriginConfig": {
            "OriginProtocolPolicy": "match-viewer", "HTTPPort": 8080, "HTTPSPort": 8443,
            "OriginSSLProtocols": ["TLSv1.1", "TLSv1.2"], "OriginReadTimeout": 60, "OriginKeepaliveTimeout": 30,
        },
    }]  # fmt: skip


@pytest.mark.parametrize("host", ["https://web.example.com", "web.example.com/v1", "web example"])
def test_a_url_is_no_host(stack: Stack, host: str) -> None:
    with pytest.raises(ConstructError, match="no host name"):
        CloudFrontDistribution(stack, "Site", origin=host)


@pytest.mark.parametrize("path", ["v1", "/v1/"])
def test_a_path_in_front_begins_with_a_slash_and_ends_without(path: str) -> None:
    with pytest.raises(ConstructError, match="path="):
        Origin("web.example.com", path=path)


def test_something_else_is_no_origin(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="SQSQueue is no origin"):
        CloudFrontDistribution(stack, "Site", origin=SQSQueue(stack, "Q"))  # type: ignore[arg-type]


def test_a_second_origin_takes_over(stack: Stack) -> None:
    group = OriginGroup(S3Bucket(stack, "One"), S3Bucket(stack, "Two"), on=[500, 404])
    CloudFrontDistribution(stack, "Site", origin=group, behaviors={"/x": Behavior(group)})
    told = config(stack)
    assert told["OriginGroups"] == {"Quantity": 1, "Items": [{
        "Id": "group1",
        "FailoverCriteria": {"StatusCodes": {"Quantity": 2, "Items": [500, 404]}},
        "Members": {"Quantity": 2, "Items": [{"OriginId": "origin1"}, {"OriginId": "origin2"}]},
    }]}  # fmt: skip
    assert told["DefaultCacheBehavior"]["TargetOriginId"] == "group1"
    assert told["DefaultRootObject"] == "index.html"


def test_what_cannot_fail_over_is_told(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        CloudFrontDistribution(
            stack, "Site", origin=OriginGroup("a.example.com", "b.example.com", on=[418]),
            behaviors={"/a b": Behavior()},
        )  # fmt: skip
    assert rules(caught) == {"CFR012", "CFR020"}


# How it behaves


def test_behaviours_keep_their_order(stack: Stack) -> None:
    site = CloudFrontDistribution(
        stack, "Site", origin="web.example.com",
        behaviors={"/b/*": Behavior(compress=False), "/a/*": Behavior(viewers="https-only", methods="read-options")},
    )  # fmt: skip
    site.add_behavior("*.jpg", Behavior("images.example.com", cache_options=True, methods="read-options"))
    listed = config(stack)["CacheBehaviors"]
    assert [one["PathPattern"] for one in listed] == ["/b/*", "/a/*", "*.jpg"]
    assert [one["TargetOriginId"] for one in listed] == ["origin1", "origin1", "origin2"]
    assert listed[0]["Compress"] is False
    assert listed[1]["AllowedMethods"] == ["GET", "HEAD", "OPTIONS"]
    assert listed[2]["CachedMethods"] == ["GET", "HEAD", "OPTIONS"]


def test_a_pattern_twice_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match="told twice") as caught:
        CloudFrontDistribution(
            stack, "Site", origin="web.example.com", behaviors={"/a/*": Behavior(), "a/*": Behavior()}
        )
    assert rules(caught) == {"CFR011"}


def test_a_pattern_added_twice_is_refused(stack: Stack) -> None:
    site = CloudFrontDistribution(stack, "Site", origin="web.example.com", behaviors={"/a/*": Behavior()})
    with pytest.raises(ConstraintError, match="told twice"):
        site.add_behavior("/a/*", Behavior())


def test_the_default_behaviour_has_the_distributions_origin(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="origin of its own"):
        CloudFrontDistribution(stack, "Site", origin="web.example.com", behavior=Behavior("b.example.com"))


def test_something_else_is_no_behaviour(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="stands for '/a'") as caught:
        CloudFrontDistribution(stack, "Site", origin="a.example.com", behaviors={"/a": "b.example.com"})  # type: ignore[dict-item]
    assert caught.value.fix == "give a Behavior: Behavior(origin)"


@pytest.mark.parametrize(
    ("given", "said"),
    [({"cache": "CacheOptimized"}, "CachingOptimized"), ({"requests": "AllViewers"}, "AllViewer"),
     ({"responses": "SecurityHeader"}, "SecurityHeadersPolicy")],
)  # fmt: skip
def test_a_policy_that_aws_does_not_have_is_refused_and_the_right_one_named(
    stack: Stack, given: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConstructError, match="AWS has no") as caught:
        CloudFrontDistribution(stack, "Site", origin="a.example.com", behavior=Behavior(**given))
    assert f"did you mean '{said}'" in (caught.value.fix or "")


def test_policies_go_by_name_with_or_without_managed_by_id_and_by_construct(stack: Stack) -> None:
    own = OriginRequestPolicy(stack, "Told", headers="all")
    behavior = Behavior(cache="Managed-Amplify", requests=own, responses=HEADERS["SimpleCORS"])
    CloudFrontDistribution(stack, "Site", origin="a.example.com", behavior=behavior)
    told = default(stack)
    assert told["CachePolicyId"] == CACHING["Amplify"]
    assert told["OriginRequestPolicyId"] == {"Ref": "Told"}
    assert told["ResponseHeadersPolicyId"] == HEADERS["SimpleCORS"]


def test_a_cache_policy_says_what_counts(stack: Stack) -> None:
    CachePolicy(
        stack, "Keyed", default_ttl=60, min_ttl=1, max_ttl=600, headers=["Accept"], cookies="all", query_strings=["page"],
        comment="pages", name="keyed",
    )  # fmt: skip
    assert properties(stack, "Keyed")["CachePolicyConfig"] == {
        "Name": "keyed", "Comment": "pages", "MinTTL": 1, "DefaultTTL": 60, "MaxTTL": 600,
        "ParametersInCacheKeyAndForwardedToOrigin": {
            "EnableAcceptEncodingGzip": True, "EnableAcceptEncodingBrotli": True,
            "HeadersConfig": {"HeaderBehavior": "whitelist", "Headers": ["Accept"]},
            "CookiesConfig": {"CookieBehavior": "all"},
            "QueryStringsConfig": {"QueryStringBehavior": "whitelist", "QueryStrings": ["page"]},
        },
    }  # fmt: skip


def test_where_nothing_is_kept_nothing_is_compressed_apart(stack: Stack) -> None:
    CachePolicy(stack, "Never", default_ttl=0, max_ttl=0)
    keyed = properties(stack, "Never")["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
    assert keyed["EnableAcceptEncodingGzip"] is False
    assert keyed["EnableAcceptEncodingBrotli"] is False


def test_times_out_of_order_are_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match="MinTTL is 100 and DefaultTTL is 60") as caught:
        CachePolicy(stack, "Keyed", min_ttl=100, default_ttl=60)
    assert rules(caught) == {"CFR013"}


@pytest.mark.parametrize(
    "given",
    [{"cookies": "all", "cookies_except": ["a"]}, {"query_strings": ["a"], "query_strings_except": ["b"]}],
)
def test_what_counts_is_named_once(stack: Stack, given: dict[str, Any]) -> None:
    with pytest.raises(ConstructError, match="named twice"):
        CachePolicy(stack, "Keyed", **given)


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({}, {"HeaderBehavior": "none"}),
        ({"headers": "all"}, {"HeaderBehavior": "allViewer"}),
        ({"headers": ["A"]}, {"HeaderBehavior": "whitelist", "Headers": ["A"]}),
        ({"headers_except": ["Host"]}, {"HeaderBehavior": "allExcept", "Headers": ["Host"]}),
        ({"cloudfront_headers": ["CloudFront-Viewer-City"]},
         {"HeaderBehavior": "allViewerAndWhitelistCloudFront", "Headers": ["CloudFront-Viewer-City"]}),
    ],
)  # fmt: skip
def test_an_origin_is_told_these_headers(stack: Stack, given: dict[str, Any], made: dict[str, Any]) -> None:
    OriginRequestPolicy(stack, "Told", **given)
    assert properties(stack, "Told")["OriginRequestPolicyConfig"]["HeadersConfig"] == made


def test_headers_for_an_origin_are_named_once(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="headers are named twice"):
        OriginRequestPolicy(stack, "Told", headers_except=["Host"], cloudfront_headers=["CloudFront-Viewer-City"])


def test_browsers_are_made_careful_unless_it_is_left_out(stack: Stack) -> None:
    ResponseHeadersPolicy(stack, "Careful")
    ResponseHeadersPolicy(stack, "Careless", https_seconds=None, frames=None, sniffing=True, referrer=None)
    assert properties(stack, "Careful")["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"] == {
        "StrictTransportSecurity": {
            "AccessControlMaxAgeSec": 31_536_000, "IncludeSubdomains": False, "Override": True,
        },
        "ContentTypeOptions": {"Override": True},
        "FrameOptions": {"FrameOption": "DENY", "Override": True},
        "ReferrerPolicy": {"ReferrerPolicy": "strict-origin-when-cross-origin", "Override": True},
    }  # fmt: skip
    assert set(properties(stack, "Careless")["ResponseHeadersPolicyConfig"]) == {"Name"}


def test_credentials_are_not_for_everybody(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        ResponseHeadersPolicy(stack, "Open", cors=CorsHeaders(["*"], credentials=True))
    assert rules(caught) == {"CFR027"}
    assert len(caught.value.findings) == 2  # origins, and headers


# Who may watch


def test_only_who_has_a_signature_may_watch(stack: Stack) -> None:
    key = PublicKey(stack, "Signer", key=PEM.format("a"))
    group = KeyGroup(stack, "Paid", keys=[key, "K2JCJMDEHXQW5F"])
    other = KeyGroup.from_id(stack, "Other", "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111")
    CloudFrontDistribution(
        stack, "Site", origin="a.example.com", signed_by=group, restricted=True,
        behaviors={"/open/*": Behavior(signed_by=[]), "/b/*": Behavior(signed_by=[group, other])},
    )  # fmt: skip
    (signer,) = of_type(stack, "PublicKey")
    assert properties(stack, "Paid")["KeyGroupConfig"]["Items"] == [{"Ref": signer}, "K2JCJMDEHXQW5F"]
    assert default(stack)["TrustedKeyGroups"] == [{"Ref": "Paid"}]
    open_, both = config(stack)["CacheBehaviors"]
    assert "TrustedKeyGroups" not in open_
    assert both["TrustedKeyGroups"] == [{"Ref": "Paid"}, "a1b2c3d4-5678-90ab-cdef-EXAMPLE11111"]


def test_another_key_is_another_resource(app: App) -> None:
    stacks = [Stack(app, f"s{letter}", region="us-east-1") for letter in "ab"]
    for stack in stacks:
        PublicKey(stack, "Signer", key=PEM.format(stack.name))
    ids = {id for stack in stacks for id in of_type(stack, "PublicKey")}
    assert len(ids) == 2
    assert all(id.startswith("Signer") for id in ids)


def test_a_public_key_may_stand_in_a_file(stack: Stack, tmp_path: pathlib.Path) -> None:
    (tmp_path / "films.pem").write_text(PEM.format("a"))
    PublicKey(stack, "Signer", key="films.pem")
    (id,) = of_type(stack, "PublicKey")
    assert properties(stack, id)["PublicKeyConfig"]["EncodedKey"] == PEM.format("a")


def test_a_private_key_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match="private key") as caught:
        PublicKey(stack, "Signer", key="-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n")
    assert rules(caught) == {"CFR026"}


def test_paid_content_without_signatures_is_warned_of(stack: Stack) -> None:
    CloudFrontDistribution(stack, "Site", origin="a.example.com", restricted=True)
    assert [finding.severity for finding in stack.node.root_app.findings if finding.rule == "CFR007"] == ["warning"]


def test_a_key_alone_cannot_sign(stack: Stack) -> None:
    key = PublicKey(stack, "Signer", key=PEM.format("a"))
    with pytest.raises(ConstructError, match="PublicKey cannot sign"):
        CloudFrontDistribution(stack, "Site", origin="a.example.com", signed_by=key)  # type: ignore[arg-type]


def test_a_group_without_keys_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="nobody could sign"):
        KeyGroup(stack, "Paid", keys=[])


# Functions on the way


def test_functions_are_called_where_they_are_told(stack: Stack) -> None:
    near = CloudFrontFunction(stack, "Near", code=CODE)
    far = function(stack, "Far")
    CloudFrontDistribution(
        stack, "Site", origin="a.example.com",
        behavior=Behavior(
            on_request=near, on_response=near, on_origin_request=far.version(), on_origin_response=far.version(), body=True
        ),
    )  # fmt: skip
    told = default(stack)
    assert [one["EventType"] for one in told["FunctionAssociations"]] == ["viewer-request", "viewer-response"]
    assert told["FunctionAssociations"][0]["FunctionARN"] == {"Fn::GetAtt": ["Near", "FunctionARN"]}
    asked, answered = told["LambdaFunctionAssociations"]
    assert (asked["EventType"], asked["IncludeBody"]) == ("origin-request", True)
    assert "IncludeBody" not in answered
    assert asked["LambdaFunctionARN"]["Ref"].startswith("FarVersion")
    trusted = [
        one["Principal"]["Service"] for one in properties(stack, "FarRole")["AssumeRolePolicyDocument"]["Statement"]
    ]
    assert trusted == ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]


def test_a_function_is_live_and_of_runtime_2(stack: Stack, tmp_path: pathlib.Path) -> None:
    (tmp_path / "edge.js").write_text(CODE.text)
    store = KeyValueStore(stack, "Routes", source=(S3Bucket(stack, "Files"), "routes.json"))
    CloudFrontFunction(stack, "Near", code="edge.js", store=store, comment="routes")
    assert properties(stack, "Near") == {
        "Name": "edge-Near-us-east-1",
        "AutoPublish": True,
        "FunctionCode": CODE.text,
        "FunctionConfig": {
            "Comment": "routes",
            "Runtime": "cloudfront-js-2.0",
            "KeyValueStoreAssociations": [{"KeyValueStoreARN": {"Fn::GetAtt": ["Routes", "Arn"]}}],
        },
    }
    assert properties(stack, "Routes")["ImportSource"] == {
        "SourceType": "S3", "SourceArn": {"Fn::Sub": "${Files.Arn}/routes.json"},
    }  # fmt: skip


def test_a_function_that_is_too_large_or_reads_a_store_too_early_is_refused(stack: Stack) -> None:
    store = KeyValueStore(stack, "Routes")
    with pytest.raises(ConstraintError) as caught:
        CloudFrontFunction(stack, "Near", code=inline(CODE.text + " " * 10_240), runtime="1.0", store=store)
    assert rules(caught) == {"CFR016"}
    assert len(caught.value.findings) == 2


@pytest.mark.parametrize(("file", "said"), [("none.js", "cannot be read"), ("image.js", "is no text")])
def test_a_file_that_is_not_there_or_no_text_is_told(
    stack: Stack, tmp_path: pathlib.Path, file: str, said: str
) -> None:
    (tmp_path / "image.js").write_bytes(b"\xff\xfe\x00\xff")
    with pytest.raises(ConstructError, match=said):
        CloudFrontFunction(stack, "Near", code=file)


def test_long_names_fit_and_stay_apart(app: App) -> None:
    stack = Stack(app, "a" * 60, region="ap-southeast-1")
    CloudFrontFunction(stack, "One", code=CODE)
    CloudFrontFunction(stack, "Two", code=CODE)
    names = [properties(stack, id)["Name"] for id in ("One", "Two")]
    assert all(len(name) <= 64 for name in names)
    assert names[0] != names[1]
    assert all(name.endswith("-ap-southeast-1") for name in names)


def test_both_kinds_of_functions_on_viewer_events_are_refused(stack: Stack) -> None:
    near, far = CloudFrontFunction(stack, "Near", code=CODE), function(stack, "Far", timeout=5, memory=128)
    with pytest.raises(ConstraintError) as caught:
        CloudFrontDistribution(
            stack, "Site", origin="a.example.com", behavior=Behavior(on_request=near, on_response=far.version())
        )  # fmt: skip
    assert rules(caught) == {"CFR014"}


def test_a_function_at_the_edge_stands_in_virginia_and_has_a_number(stack: Stack, west: Stack) -> None:
    far = function(west, "Far")
    with pytest.raises(ConstraintError, match="stands in eu-west-1") as caught:
        CloudFrontDistribution(
            west, "Site", origin="a.example.com", behavior=Behavior(on_origin_request=far.version("$LATEST"))
        )  # fmt: skip
    assert rules(caught) == {"CFR015"}
    assert len(caught.value.findings) == 2


def test_a_function_of_virginia_serves_a_distribution_elsewhere(stack: Stack, west: Stack) -> None:
    far = function(stack, "Far")
    CloudFrontDistribution(
        west, "Site", origin="a.example.com",
        behavior=Behavior(on_origin_request=far.version(), on_origin_response=far.version("3")),
    )  # fmt: skip
    current, third = default(west)["LambdaFunctionAssociations"]
    assert current["LambdaFunctionARN"]["Ref"].startswith("FromFarVersion")
    assert third["LambdaFunctionARN"] == {"Fn::Sub": "${FromFarArn}:3"}


def test_something_else_is_no_function(stack: Stack) -> None:
    behavior = Behavior(on_request=function(stack))  # type: ignore[arg-type]
    with pytest.raises(ConstructError, match="cannot call a LambdaFunction") as caught:
        CloudFrontDistribution(stack, "Site", origin="a.example.com", behavior=behavior)
    assert "function.version()" in (caught.value.fix or "")


# Names, certificates, errors, countries


def test_names_are_shown_with_a_certificate_and_tls_1_2(stack: Stack) -> None:
    certificate = Certificate(stack, "Cert", domain="www.example.com", validation="email")
    CloudFrontDistribution(stack, "Site", origin="a.example.com", aliases=["www.example.com"], certificate=certificate)
    assert config(stack)["Aliases"] == ["www.example.com"]
    assert config(stack)["ViewerCertificate"] == {
        "AcmCertificateArn": {"Ref": "Cert"}, "SslSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021",
    }  # fmt: skip


def test_a_certificate_of_another_region_is_refused_at_the_line(stack: Stack, west: Stack) -> None:
    certificate = Certificate(west, "Cert", domain="www.example.com", validation="email")
    with pytest.raises(ConstraintError, match="stands in eu-west-1") as caught:
        CloudFrontDistribution(stack, "Site", origin="a.example.com", certificate=certificate)
    assert rules(caught) == {"CFR003"}
    assert 'region="us-east-1"' in str(caught.value)


def test_an_arn_of_another_region_is_refused_too(stack: Stack) -> None:
    arn = "arn:aws:acm:eu-west-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
    for given in (arn, Certificate.from_arn(stack, "Cert", arn)):
        with pytest.raises(ConstraintError) as caught:
            CloudFrontDistribution(stack, f"Site{type(given).__name__}", origin="a.example.com", certificate=given)
        assert rules(caught) == {"CFR003"}


def test_a_certificate_of_virginia_serves_a_distribution_elsewhere(app: App, stack: Stack, west: Stack) -> None:
    certificate = Certificate(stack, "Cert", domain="www.example.com", validation="email")
    CloudFrontDistribution(west, "Site", origin="a.example.com", aliases=["www.example.com"], certificate=certificate)
    assert config(west)["ViewerCertificate"]["AcmCertificateArn"] == {"Ref": "FromCert"}
    assert synthesize(app)["west"].inputs == {"FromCert": ("edge", "ExportCert")}


def test_names_without_a_certificate_and_what_is_no_name_are_told_together(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        CloudFrontDistribution(stack, "Site", origin="a.example.com", aliases=["https://www.example.com"])
    assert rules(caught) == {"CFR003", "CFR009"}


def test_one_page_answers_for_all_that_is_not_found(stack: Stack) -> None:
    CloudFrontDistribution(
        stack, "Site", origin=S3Bucket(stack, "Files"), single_page=True,
        errors={404: "/404.html", 500: ErrorPage("/sorry.html", status=503, seconds=0), 502: ErrorPage(seconds=1)},
    )  # fmt: skip
    assert config(stack)["CustomErrorResponses"] == [
        {"ErrorCode": 403, "ResponsePagePath": "/index.html", "ResponseCode": 200, "ErrorCachingMinTTL": 10},
        {"ErrorCode": 404, "ResponsePagePath": "/404.html", "ResponseCode": 404, "ErrorCachingMinTTL": 10},
        {"ErrorCode": 500, "ResponsePagePath": "/sorry.html", "ResponseCode": 503, "ErrorCachingMinTTL": 0},
        {"ErrorCode": 502, "ErrorCachingMinTTL": 1},
    ]


def test_one_page_would_answer_for_an_api_too_which_is_warned_of(stack: Stack) -> None:
    site = CloudFrontDistribution(stack, "Site", origin=S3Bucket(stack, "Files"), single_page=True)
    assert not stack.node.root_app.findings
    site.add_behavior("/api/*", Behavior(function(stack).add_url()))
    (found,) = stack.node.root_app.findings
    assert (found.rule, found.severity) == ("CFR029", "warning")
    assert "/api/*" in found.message


def test_wrong_errors_and_roots_are_told_together(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        CloudFrontDistribution(stack, "Site", origin="a.example.com", root="/index.html", errors={418: "/teapot.html"})
    assert rules(caught) == {"CFR010"}
    assert len(caught.value.findings) == 2


def test_countries_are_allowed_or_denied(stack: Stack) -> None:
    CloudFrontDistribution(stack, "Site", origin="a.example.com", allow_countries=["DE"])
    CloudFrontDistribution(stack, "Other", origin="a.example.com", deny_countries=["FR"])
    assert config(stack)["Restrictions"] == {"GeoRestriction": {"RestrictionType": "whitelist", "Locations": ["DE"]}}
    assert config(stack, "Other")["Restrictions"]["GeoRestriction"]["RestrictionType"] == "blacklist"


def test_both_are_refused_and_so_is_a_country_that_is_none(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        CloudFrontDistribution(stack, "Site", origin="a.example.com", allow_countries=["DE"], deny_countries=["FR"])
    assert rules(caught) == {"CFR019"}
    with pytest.raises(ConstraintError, match="UK"):
        CloudFrontDistribution(stack, "Other", origin="a.example.com", allow_countries=["UK"])


def test_a_web_acl_of_a_region_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        CloudFrontDistribution(
            stack, "Site", origin="a.example.com", web_acl="arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/b"
        )
    assert rules(caught) == {"CFR021"}


# Logs, metrics, and who may do what


def test_logs_are_delivered_to_a_bucket_without_acls(stack: Stack) -> None:
    CloudFrontDistribution(stack, "Site", origin="a.example.com", logs=S3Bucket(stack, "Logs"), logs_format="json")
    made = resources(stack)
    assert made["SiteLogSource"]["Properties"] == {
        "Name": "edge-Site-us-east-1-logs", "LogType": "ACCESS_LOGS", "ResourceArn": OWN,
    }  # fmt: skip
    assert made["SiteLogDestination"]["Properties"] == {
        "Name": "edge-Site-us-east-1-logs", "DestinationResourceArn": {"Fn::GetAtt": ["Logs", "Arn"]}, "OutputFormat": "json",
    }  # fmt: skip
    assert made["SiteLogDelivery"]["DependsOn"] == ["LogsPolicy"]
    (_, write) = made["LogsPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert write["Action"] == "s3:PutObject"
    assert write["Resource"] == {"Fn::Sub": "${Logs.Arn}/AWSLogs/${AWS::AccountId}/*"}
    assert write["Condition"]["StringEquals"]["aws:SourceAccount"] == {"Ref": "AWS::AccountId"}


def test_logs_of_another_region_than_virginia_are_refused(west: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        CloudFrontDistribution(west, "Site", origin="a.example.com", logs=S3Bucket(west, "Logs"))
    assert rules(caught) == {"CFR022"}


def test_a_role_is_let_invalidate_this_distribution(stack: Stack) -> None:
    role = IAMRole(stack, "Publisher", assumed_by="codebuild.amazonaws.com")
    CloudFrontDistribution(stack, "Site", origin="a.example.com").grant_invalidate(role)
    assert properties(stack, "PublisherPolicy")["PolicyDocument"]["Statement"] == [{
        "Effect": "Allow", "Action": ["cloudfront:CreateInvalidation", "cloudfront:GetInvalidation"], "Resource": OWN,
    }]  # fmt: skip


def test_a_service_cannot_be_let_invalidate(stack: Stack) -> None:
    site = CloudFrontDistribution(stack, "Site", origin="a.example.com")
    with pytest.raises(ConstructError, match="no policy of its own"):
        site.grant_invalidate("codebuild.amazonaws.com")  # type: ignore[arg-type]


def test_records_and_alarms_know_it(stack: Stack) -> None:
    site = CloudFrontDistribution(stack, "Site", origin="a.example.com", detailed_metrics=True)
    target = site.alias_target()
    assert isinstance(target, AliasTarget)
    assert (target.hosted_zone_id, target.evaluate_health) == (CLOUDFRONT_ZONE, False)
    assert [site.metric(name).statistic for name in ("Requests", "5xxErrorRate", "503ErrorRate")] == [
        "Sum", "Average", "Average",
    ]  # fmt: skip
    assert properties(stack, "SiteMonitoring")["DistributionId"] == {"Ref": "Site"}


def test_one_that_exists_is_known_by_its_id_and_name(stack: Stack) -> None:
    known = CloudFrontDistribution.from_id(stack, "Known", "EDFDVBD6EXAMPLE", "d111111abcdef8.cloudfront.net")
    role = IAMRole(stack, "Publisher", assumed_by="codebuild.amazonaws.com")
    known.grant_invalidate(role)
    (statement,) = properties(stack, "PublisherPolicy")["PolicyDocument"]["Statement"]
    assert statement["Resource"] == {
        "Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/EDFDVBD6EXAMPLE"
    }
    assert known.alias_target().dns_name == "d111111abcdef8.cloudfront.net"


@pytest.mark.parametrize(
    ("make", "instead"),
    [
        (lambda stack: PublicKey(stack, "Key", key="nonsense"), "-----BEGIN PUBLIC KEY-----"),
        (lambda stack: CloudFrontFunction(stack, "F", code="function handler(event) {}"), "inline(…)"),
    ],
)
def test_text_that_was_meant_for_a_file_is_told_how_to_be_given(stack: Stack, make: Any, instead: str) -> None:
    with pytest.raises(ConstructError) as caught:
        make(stack)
    assert instead in (caught.value.fix or "")


def test_a_policy_for_requests_cannot_name_the_authorization(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        OriginRequestPolicy(stack, "Told", headers=["X-Customer", "Authorization"])
    assert rules(caught) == {"CFR032"}


@pytest.mark.parametrize(
    "make",
    [
        lambda app: CloudFrontDistribution(app, "D", origin="web.example.com"),
        lambda app: CloudFrontFunction(app, "D", code=inline("function handler(event) { return event.request; }")),
    ],
)
def test_what_stands_outside_a_stack_is_told_so(make: Any) -> None:
    with pytest.raises(ConstructError, match="'D' stands outside a stack"):
        make(App())
