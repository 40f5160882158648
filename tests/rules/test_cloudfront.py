"""Distributions: the near misses of each rule, what stays unknown, and what goes from one deploy to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules import Graph, check_update
from awsdeck.rules.cloudfront.managedpolicies import CACHING, REQUESTS
from awsdeck.template import Template

if TYPE_CHECKING:
    from .conftest import Ask, AskAll, AskHints

ARN = "arn:aws:acm:us-east-1:123456789012:certificate/1234abcd-12ab-34cd-56ef-1234567890ab"
SHOWN = {"AcmCertificateArn": ARN, "SslSupportMethod": "sni-only"}
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}, "Test": {"Fn::Not": [{"Condition": "Prod"}]}}
STAGE = {"Stage": {"Type": "String"}}
NOTHING = {"Ref": "AWS::NoValue"}
HTTPS = {"OriginProtocolPolicy": "https-only"}


def behavior(**given: Any) -> dict[str, Any]:
    return {
        "TargetOriginId": "web", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": CACHING["CachingOptimized"],
        **given,
    }  # fmt: skip


def origin(**given: Any) -> dict[str, Any]:
    body = {"Id": "web", "DomainName": "web.example.com", **given}
    return body if "S3OriginConfig" in body or "CustomOriginConfig" in body else {**body, "CustomOriginConfig": HTTPS}


def distribution(**told: Any) -> dict[str, Any]:
    config = {"Enabled": True, "Origins": [origin()], "DefaultCacheBehavior": behavior(), **told}
    return {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": config}}


def silent(ask: Ask, resources: dict[str, Any], **rest: Any) -> bool:
    return not [one for one in ask(resources, **rest).findings if one.rule.startswith(("CFR", "XSV018"))]


# Origins


@pytest.mark.parametrize("target", [{"Ref": "Chosen"}, {"Fn::Sub": "${Chosen}"}, {"Fn::If": ["Prod", "web", "web"]}])
def test_a_target_that_only_the_deploy_knows_is_left_alone(ask: Ask, target: Any) -> None:
    made = distribution(DefaultCacheBehavior=behavior(TargetOriginId=target))
    said = ask({"D": made}, Parameters={**STAGE, "Chosen": {"Type": "String"}}, Conditions=PROD)
    assert not said.of("CFR001")


def test_equal_functions_name_the_same_origin(ask: Ask) -> None:
    id = {"Fn::Sub": "${AWS::StackName}-web"}
    made = distribution(Origins=[origin(Id=id)], DefaultCacheBehavior=behavior(TargetOriginId=id))
    assert silent(ask, {"D": made})


def test_an_origin_that_comes_with_a_condition_is_missed_without_it(ask: Ask) -> None:
    listed = [origin(), {"Fn::If": ["Prod", origin(Id="api"), NOTHING]}]
    asked = {"Fn::If": ["Prod", [behavior(PathPattern="/api/*", TargetOriginId="api")], NOTHING]}
    assert silent(ask, {"D": distribution(Origins=listed, CacheBehaviors=asked)}, Parameters=STAGE, Conditions=PROD)
    always = [behavior(PathPattern="/api/*", TargetOriginId="api")]
    said = ask({"D": distribution(Origins=listed, CacheBehaviors=always)}, Parameters=STAGE, Conditions=PROD)
    assert said.where("CFR001") == [
        ("D", "Properties", "DistributionConfig", "CacheBehaviors", 0, "TargetOriginId"),
    ]  # fmt: skip


def test_the_old_way_of_writing_one_origin_is_let_be(ask: Ask) -> None:
    old = {"DNSName": "web.example.com", "OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]}
    made = distribution(CustomOrigin=old)
    del made["Properties"]["DistributionConfig"]["Origins"]
    assert not ask({"D": made}).of("CFR001")


@pytest.mark.parametrize(
    "domain",
    [
        "b.s3.amazonaws.com", "b.s3-eu-west-1.amazonaws.com", "b.s3.dualstack.eu-west-1.amazonaws.com",
        "b.s3.cn-north-1.amazonaws.com.cn", "x.mrap.accesspoint.s3-global.amazonaws.com",
        "one-123456789012.s3-accesspoint.eu-west-1.amazonaws.com",
        {"Fn::GetAtt": ["B", "DomainName"]}, {"Fn::Sub": "${B}.s3.${AWS::Region}.${AWS::URLSuffix}"}, {"Ref": "Domain"},
        {"Fn::Sub": "${Domain}"}, {"Fn::Join": [".", [{"Ref": "B"}, "s3", {"Ref": "AWS::URLSuffix"}]]},
    ],
)  # fmt: skip
def test_every_name_of_a_bucket_is_known(ask: Ask, domain: Any) -> None:
    made = distribution(Origins=[origin(DomainName=domain, S3OriginConfig={}, OriginAccessControlId="E1")])
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {}}
    assert not ask({"D": made, "B": bucket}, Parameters={"Domain": {"Type": "String"}}).of("CFR002")


def test_an_empty_identity_beside_an_access_control_is_how_it_is_written(ask: Ask) -> None:
    told = {"OriginAccessIdentity": ""}
    made = origin(DomainName="b.s3.amazonaws.com", S3OriginConfig=told, OriginAccessControlId={"Ref": "Control"})
    assert not ask({"D": distribution(Origins=[made])}, Parameters={"Control": {"Type": "String"}}).of("CFR002")


def test_a_website_in_a_sub_is_seen(ask: Ask) -> None:
    domain = {"Fn::Sub": "${B}.s3-website-${AWS::Region}.amazonaws.com"}
    made = distribution(Origins=[origin(DomainName=domain, S3OriginConfig={})])
    assert ask({"D": made, "B": {"Type": "AWS::S3::Bucket", "Properties": {}}}).severities("CFR002") == ["error"]


def test_a_website_url_is_no_host(ask: Ask) -> None:
    domain = {"Fn::GetAtt": ["B", "WebsiteURL"]}
    made = distribution(Origins=[origin(DomainName=domain, CustomOriginConfig={"OriginProtocolPolicy": "http-only"})])
    (found,) = ask({"D": made, "B": {"Type": "AWS::S3::Bucket", "Properties": {}}}).of("CFR002")
    assert "URL" in found.message


@pytest.mark.parametrize("seconds", [1, "120", {"Ref": "Seconds"}])
def test_what_an_origin_may_take_is_let_be(ask: Ask, seconds: Any) -> None:
    made = origin(CustomOriginConfig={**HTTPS, "OriginReadTimeout": seconds}, ConnectionAttempts="1")
    assert silent(ask, {"D": distribution(Origins=[made])}, Parameters={"Seconds": {"Type": "Number"}})


def test_a_longer_answer_is_advice(ask: Ask) -> None:
    made = origin(CustomOriginConfig={**HTTPS, "OriginReadTimeout": 180})
    for mode in ("documented", "current"):
        assert ask({"D": distribution(Origins=[made])}, mode).severities("CFR011") == ["warning"]


def test_a_bucket_that_lets_everybody_in_under_a_condition_is_let_be(ask: Ask) -> None:
    statement = {
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": {"Fn::Sub": "${B.Arn}/*"},
        "Condition": {"StringEquals": {"aws:Referer": "secret"}},
    }  # fmt: skip
    policy = {"Bucket": {"Ref": "B"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    made = origin(DomainName={"Fn::GetAtt": ["B", "DomainName"]}, S3OriginConfig={}, OriginAccessControlId="E1")
    said = ask({
        "D": distribution(Origins=[made]), "B": {"Type": "AWS::S3::Bucket", "Properties": {}},
        "P": {"Type": "AWS::S3::BucketPolicy", "Properties": policy},
    })  # fmt: skip
    assert not said.of("CFR008")


def test_a_public_website_is_not_around_cloudfront(ask: Ask) -> None:
    url = {"Fn::Select": [2, {"Fn::Split": ["/", {"Fn::GetAtt": ["B", "WebsiteURL"]}]}]}
    made = origin(DomainName=url, CustomOriginConfig={"OriginProtocolPolicy": "http-only"})
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"WebsiteConfiguration": {"IndexDocument": "index.html"}}}
    said = ask({"D": distribution(Origins=[made]), "B": bucket})
    assert not said.of("CFR008") + said.of("CFR002")


def encrypted(key: Any, policy: dict[str, Any]) -> dict[str, Any]:
    made = origin(DomainName={"Fn::GetAtt": ["B", "DomainName"]}, S3OriginConfig={}, OriginAccessControlId="E1")
    rule = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    bucket = {"BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]}}
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*", **policy}
    return {
        "D": distribution(Origins=[made]),
        "B": {"Type": "AWS::S3::Bucket", "Properties": bucket},
        "K": {
            "Type": "AWS::KMS::Key",
            "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": [statement]}},
        },
    }


@pytest.mark.parametrize(
    "key", [{"Ref": "Key"}, "arn:aws:kms:eu-west-1:123456789012:key/1234", {"Fn::ImportValue": "k"}]
)
def test_a_key_that_is_not_here_is_let_be(ask: Ask, key: Any) -> None:
    made = encrypted(key, {"Principal": {"AWS": "123456789012"}})
    assert not ask(made, Parameters={"Key": {"Type": "String"}}).of("CFR030")


def test_a_key_that_lets_cloudfront_under_a_condition_is_let_be(ask: Ask) -> None:
    only = {"StringEquals": {"aws:SourceArn": {"Fn::Sub": "arn:aws:cloudfront::${AWS::AccountId}:distribution/${D}"}}}
    made = encrypted({"Ref": "K"}, {"Principal": {"Service": "cloudfront.amazonaws.com"}, "Condition": only})
    assert not ask(made).of("CFR030")


def test_a_bucket_whose_policy_may_stand_elsewhere_is_let_be(ask: Ask) -> None:
    made = origin(DomainName={"Fn::GetAtt": ["B", "DomainName"]}, S3OriginConfig={}, OriginAccessControlId="E1")
    resources = {"D": distribution(Origins=[made]), "B": {"Type": "AWS::S3::Bucket", "Properties": {}}}
    assert not ask(resources).of("CFR031")


@pytest.mark.parametrize("document", [{"Ref": "Policy"}, {"Version": "2012-10-17", "Statement": [{"Ref": "Policy"}]}])
def test_a_policy_that_is_not_known_is_let_be(ask: Ask, document: Any) -> None:
    made = origin(DomainName={"Fn::GetAtt": ["B", "DomainName"]}, S3OriginConfig={}, OriginAccessControlId="E1")
    resources = {
        "D": distribution(Origins=[made]), "B": {"Type": "AWS::S3::Bucket", "Properties": {}},
        "P": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "B"}, "PolicyDocument": document}},
    }  # fmt: skip
    assert not ask(resources, Parameters={"Policy": {"Type": "String"}}).of("CFR031")


# Certificates and names


@pytest.mark.parametrize(
    "arn",
    [ARN, {"Ref": "Arn"}, {"Fn::Sub": ARN.replace("us-east-1", "${AWS::Region}")},
     ARN.replace("arn:aws:", "arn:aws-cn:").replace("us-east-1", "cn-north-1")],
)  # fmt: skip
def test_a_certificate_whose_region_fits_or_is_not_known_is_let_be(ask: Ask, arn: Any) -> None:
    made = distribution(ViewerCertificate={"AcmCertificateArn": arn, "SslSupportMethod": "sni-only"})
    assert not ask({"D": made}, Parameters={"Arn": {"Type": "String"}}).of("CFR003")


def test_the_region_of_the_stack_counts_where_it_is_known(ask: Ask) -> None:
    arn = {"Fn::Sub": ARN.replace("us-east-1", "${AWS::Region}")}
    made = distribution(ViewerCertificate={"AcmCertificateArn": arn, "SslSupportMethod": "sni-only"})
    assert ask({"D": made}, member={"region": "eu-west-1"}).severities("CFR003") == ["error"]


def test_a_certificate_by_condition_is_enough(ask: Ask) -> None:
    made = distribution(
        Aliases={"Fn::If": ["Prod", ["www.example.com"], NOTHING]},
        ViewerCertificate={"Fn::If": ["Prod", SHOWN, NOTHING]},
    )
    assert silent(ask, {"D": made}, Parameters=STAGE, Conditions=PROD)


def test_a_certificate_of_another_stack_is_seen(ask_all: AskAll) -> None:
    made = distribution(
        ViewerCertificate={"AcmCertificateArn": {"Fn::ImportValue": "c"}, "SslSupportMethod": "sni-only"}
    )
    certificate = {"Type": "AWS::CertificateManager::Certificate", "Properties": {"DomainName": "a.example.com"}}
    stacks = {"one": {"D": made}, "two": {"C": certificate}}
    assert not ask_all(stacks).of("CFR003")


def test_no_names_need_no_certificate(ask: Ask) -> None:
    assert silent(ask, {"D": distribution(Aliases=[])})
    assert silent(ask, {"D": distribution(Aliases=[NOTHING])})


@pytest.mark.parametrize(
    "name", ["*.example.com", "WWW.Example.com", "a_b.example.com", "xn--bcher-kva.example", {"Ref": "N"}]
)
def test_a_name_that_dns_knows_is_let_be(ask: Ask, name: Any) -> None:
    made = distribution(Aliases=[name], ViewerCertificate=SHOWN)
    assert silent(ask, {"D": made}, Parameters={"N": {"Type": "String"}})


def test_the_same_name_under_conditions_that_exclude_each_other_is_let_be(ask: Ask) -> None:
    one = distribution(Aliases=["www.example.com"], ViewerCertificate=SHOWN)
    resources = {"A": {**one, "Condition": "Prod"}, "B": {**one, "Condition": "Test"}}
    assert not ask(resources, Parameters=STAGE, Conditions=PROD).of("CFR009")
    assert ask({"A": one, "B": one}).severities("CFR009") == ["error"]


def test_a_staging_distribution_may_share_a_name(ask: Ask) -> None:
    one = distribution(Aliases=["www.example.com"], ViewerCertificate=SHOWN)
    two = distribution(Aliases=["www.example.com"], ViewerCertificate=SHOWN, Staging=True)
    assert not ask({"A": one, "B": two}).of("CFR009")


# What is no more, errors, countries, firewalls


def test_rtmp_is_warned_of_in_the_limits_of_the_notes_and_refused_today(ask: Ask) -> None:
    told = {
        "Comment": "films", "Enabled": True, "TrustedSigners": {"Enabled": False},
        "S3Origin": {"DomainName": "b.s3.amazonaws.com", "OriginAccessIdentity": ""},
    }  # fmt: skip
    made = {
        "Type": "AWS::CloudFront::StreamingDistribution", "Properties": {"StreamingDistributionConfig": told, "Tags": []},
    }  # fmt: skip
    assert ask({"S": made}).severities("CFR004") == ["warning"]
    assert ask({"S": made}, "current").severities("CFR004") == ["error"]


def test_empty_texts_in_error_pages_count_as_left_out(ask: Ask) -> None:
    page = {"ErrorCode": 404, "ResponsePagePath": "", "ErrorCachingMinTTL": 10}
    assert not ask({"D": distribution(CustomErrorResponses=[page])}).of("CFR010")


@pytest.mark.parametrize("page", ["/index.html", {"Fn::Sub": "${Root}/index.html"}, {"Ref": "Root"}])
def test_a_page_that_may_begin_with_a_slash_is_let_be(ask: Ask, page: Any) -> None:
    told = {"ErrorCode": "404", "ResponseCode": "200", "ResponsePagePath": page}
    assert silent(ask, {"D": distribution(CustomErrorResponses=[told])}, Parameters={"Root": {"Type": "String"}})


def test_an_error_code_that_is_none_is_told_once(ask: Ask) -> None:
    told = {"ErrorCode": 418, "ResponseCode": 418, "ResponsePagePath": "/teapot.html"}
    assert [one.rule for one in ask({"D": distribution(CustomErrorResponses=[told])}).findings] == ["CFR010"]


def test_countries_from_a_parameter_are_let_be(ask: Ask) -> None:
    told = {"GeoRestriction": {"RestrictionType": "whitelist", "Locations": {"Ref": "Countries"}}}
    parameters = {"Countries": {"Type": "CommaDelimitedList"}}
    assert silent(ask, {"D": distribution(Restrictions=told)}, Parameters=parameters)


@pytest.mark.parametrize(
    "acl", ["", "473e64fd-f30b-4765-81a0-62ad96dd167a", {"Fn::GetAtt": ["W", "Arn"]}, {"Ref": "Acl"}]
)
def test_a_firewall_that_may_be_right_is_let_be(ask: Ask, acl: Any) -> None:
    firewall = {"Type": "AWS::WAFv2::WebACL", "Properties": {
        "Scope": "CLOUDFRONT", "DefaultAction": {"Allow": {}},
        "VisibilityConfig": {"CloudWatchMetricsEnabled": True, "MetricName": "m", "SampledRequestsEnabled": True},
    }}  # fmt: skip
    said = ask({"D": distribution(WebACLId=acl), "W": firewall}, Parameters={"Acl": {"Type": "String"}})
    assert not said.of("CFR021")


# Behaviours


@pytest.mark.parametrize(
    "given",
    [{"AllowedMethods": ["OPTIONS", "HEAD", "GET"], "CachedMethods": ["HEAD", "GET"]}, {"AllowedMethods": {"Ref": "Methods"}},
     {"AllowedMethods": ["GET", {"Ref": "Other"}]}, {"CachedMethods": ["GET", "HEAD"]}],
)  # fmt: skip
def test_methods_in_any_order_or_not_known_are_let_be(ask: Ask, given: dict[str, Any]) -> None:
    parameters = {"Methods": {"Type": "CommaDelimitedList"}, "Other": {"Type": "String"}}
    assert silent(ask, {"D": distribution(DefaultCacheBehavior=behavior(**given))}, Parameters=parameters)


def test_plain_http_is_a_warning(ask: Ask) -> None:
    made = distribution(DefaultCacheBehavior=behavior(ViewerProtocolPolicy="allow-all"))
    assert ask({"D": made}).severities("CFR005") == ["warning"]


def test_times_that_are_not_stated_follow_those_that_are(ask: Ask) -> None:
    told = behavior(ForwardedValues={"QueryString": False}, MinTTL=31_536_001)
    del told["CachePolicyId"]
    assert silent(ask, {"D": distribution(DefaultCacheBehavior=told)})


def test_a_cache_policy_by_condition_counts_in_its_world(ask: Ask) -> None:
    told = behavior(
        CachePolicyId={"Fn::If": ["Prod", CACHING["Amplify"], NOTHING]},
        ForwardedValues={"Fn::If": ["Prod", NOTHING, {"QueryString": False}]},
    )
    assert silent(ask, {"D": distribution(DefaultCacheBehavior=told)}, Parameters=STAGE, Conditions=PROD)


@pytest.mark.parametrize(
    ("first", "second"),
    [("/api/v1/*", "/api/*"), ("*.jpg", "*.jpeg"), ("/a/?", "/a/*"), ("/a/*", "/A/*"), ("/a*", "b/a*")],
)
def test_patterns_that_leave_something_to_each_other_are_let_be(ask: Ask, first: str, second: str) -> None:
    listed = [behavior(PathPattern=first), behavior(PathPattern=second)]
    assert silent(ask, {"D": distribution(CacheBehaviors=listed)})


@pytest.mark.parametrize(("first", "second"), [("/api/*", "/api/v1/*"), ("*", "/x"), ("/a/?/c", "/a/b/c")])
def test_a_pattern_that_never_gets_a_request_is_told(ask: Ask, first: str, second: str) -> None:
    listed = [behavior(PathPattern=first), behavior(PathPattern=second)]
    assert ask({"D": distribution(CacheBehaviors=listed)}).severities("CFR012") == ["warning"]


def test_the_same_pattern_is_told_once(ask: Ask) -> None:
    listed = [behavior(PathPattern="/a/*"), behavior(PathPattern="a/*")]
    assert [one.rule for one in ask({"D": distribution(CacheBehaviors=listed)}).findings] == ["CFR011"]


def test_old_signers_are_advised_against(ask: Ask) -> None:
    made = distribution(DefaultCacheBehavior=behavior(TrustedSigners=["self"]))
    assert ask({"D": made}).severities("CFR007") == ["warning"]
    assert silent(ask, {"D": distribution(DefaultCacheBehavior=behavior(TrustedSigners=[]))})


def test_content_that_is_for_everybody_needs_no_signature(ask_hints: AskHints) -> None:
    assert not ask_hints("CloudFrontDistribution", restricted=False, signed=False).findings
    assert not ask_hints("CloudFrontDistribution", signed=False).findings


# Functions


def lambdas(*events: str, arn: Any) -> dict[str, Any]:
    listed = [{"EventType": event, "LambdaFunctionARN": arn} for event in events]
    return distribution(DefaultCacheBehavior=behavior(LambdaFunctionAssociations=listed))


@pytest.mark.parametrize(
    "arn",
    ["arn:aws:lambda:us-east-1:123456789012:function:edge:12", {"Ref": "Arn"},
     {"Fn::Sub": "arn:aws:lambda:us-east-1:${AWS::AccountId}:function:edge:${Number}"}],
)  # fmt: skip
def test_a_version_that_fits_or_is_not_known_is_let_be(ask: Ask, arn: Any) -> None:
    parameters = {"Arn": {"Type": "String"}, "Number": {"Type": "String"}}
    assert silent(ask, {"D": lambdas("viewer-request", arn=arn)}, Parameters=parameters)


def edge(event: str = "origin-request", **given: Any) -> dict[str, Any]:
    role = "arn:aws:iam::123456789012:role/edge"
    told = {"Code": {"ZipFile": "x"}, "Handler": "index.handler", "Role": role, "Runtime": "python3.13", **given}
    return {
        "D": lambdas(event, arn={"Ref": "V"}),
        "V": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "F"}}},
        "F": {"Type": "AWS::Lambda::Function", "Properties": told},
    }


@pytest.mark.parametrize(
    "given",
    [{}, {"MemorySize": 10_240, "Timeout": 30}, {"Architectures": ["x86_64"]}, {"Layers": []}, {"Timeout": {"Ref": "T"}},
     {"Environment": {"Fn::If": ["Prod", NOTHING, NOTHING]}}],
)  # fmt: skip
def test_a_function_that_may_run_at_the_edge_is_let_be(ask: Ask, given: dict[str, Any]) -> None:
    parameters = {**STAGE, "T": {"Type": "Number"}}
    said = ask(edge(**given), member={"region": "us-east-1"}, Parameters=parameters, Conditions=PROD)
    assert not said.of("CFR015")


def test_everything_that_keeps_a_function_from_the_edge_is_told_at_once(ask: Ask) -> None:
    given = {
        "Environment": {"Variables": {"A": "b"}}, "Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:l:1"],
        "Architectures": ["arm64"], "Timeout": 60, "MemorySize": 512, "TracingConfig": {"Mode": "Active"},
    }  # fmt: skip
    said = ask(edge("viewer-request", **given), member={"region": "us-east-1"})
    assert len(said.of("CFR015")) == 6


@pytest.mark.parametrize(("services", "found"), [(["lambda", "edgelambda"], 0), (["lambda"], 1)])
def test_a_role_must_trust_the_edge_too(ask: Ask, services: list[str], found: int) -> None:
    principal = {"Service": [f"{name}.amazonaws.com" for name in services]}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = {"Version": "2012-10-17", "Statement": [statement]}
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}}
    said = ask({**edge(Role={"Fn::GetAtt": ["R", "Arn"]}), "R": role}, member={"region": "us-east-1"})
    assert len(said.of("CFR015")) == found


@pytest.mark.parametrize("code", [{"Ref": "Code"}, {"Fn::Sub": "function handler(event) { return '${Site}' }"}])
def test_code_that_is_not_known_is_let_be(ask: Ask, code: Any) -> None:
    told = {"Name": "f", "FunctionCode": code, "FunctionConfig": {"Comment": "", "Runtime": "cloudfront-js-2.0"}}
    parameters = {"Code": {"Type": "String"}, "Site": {"Type": "String"}}
    assert not ask({"F": {"Type": "AWS::CloudFront::Function", "Properties": told}}, Parameters=parameters).of("CFR016")


# Logs and the host's name


@pytest.mark.parametrize("owner", ["BucketOwnerPreferred", "ObjectWriter", {"Ref": "Owner"}])
def test_a_bucket_that_takes_acls_may_take_logs(ask: Ask, owner: Any) -> None:
    bucket = {"OwnershipControls": {"Rules": [{"ObjectOwnership": owner}]}}
    made = distribution(Logging={"Bucket": {"Fn::GetAtt": ["B", "DomainName"]}})
    said = ask(
        {"D": made, "B": {"Type": "AWS::S3::Bucket", "Properties": bucket}}, Parameters={"Owner": {"Type": "String"}}
    )
    assert not said.of("CFR018")


def test_a_bucket_by_its_bare_name_is_told(ask: Ask) -> None:
    assert ask({"D": distribution(Logging={"Bucket": "logs"})}).severities("CFR018") == ["error"]
    assert not ask({"D": distribution(Logging={"Bucket": "logs.s3.amazonaws.com"})}).of("CFR018")


@pytest.mark.parametrize(
    ("given", "policy"),
    [
        ({"DomainName": "b.s3.amazonaws.com", "S3OriginConfig": {}}, REQUESTS["CORS-S3Origin"]),
        ({"DomainName": "lb-1.eu-west-1.elb.amazonaws.com"}, REQUESTS["AllViewer"]),
        ({"DomainName": "abc.execute-api.eu-west-1.amazonaws.com"}, REQUESTS["AllViewerExceptHostHeader"]),
        ({"DomainName": "abc.execute-api.eu-west-1.amazonaws.com"}, {"Ref": "Policy"}),
    ],
)
def test_an_origin_that_is_asked_under_a_name_it_knows_is_let_be(ask: Ask, given: dict[str, Any], policy: Any) -> None:
    made = distribution(Origins=[origin(**given)], DefaultCacheBehavior=behavior(OriginRequestPolicyId=policy))
    assert not ask({"D": made}, Parameters={"Policy": {"Type": "String"}}).of("CFR028")


# From one deploy to the next


def changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    graphs = []
    for resources in (before, after):
        graph = Graph()
        graph.add(Template.from_dict({"Resources": resources}, "site"))
        graphs.append(graph)
    return [finding.message for finding in check_update(*graphs) if finding.rule == "UPD028"]


def answering(*names: Any) -> dict[str, Any]:
    return distribution(Aliases=list(names), ViewerCertificate=SHOWN)


def test_a_name_that_moves_to_another_distribution_is_told(ask: Ask) -> None:
    (said,) = changed(
        {"A": answering("www.example.com"), "B": answering()}, {"A": answering(), "B": answering("WWW.example.com")}
    )
    assert "www.example.com belongs to A" in said


def test_a_name_that_goes_is_told_with_its_distribution_and_without(ask: Ask) -> None:
    before = {"A": answering("www.example.com"), "B": answering("b.example.com")}
    (said,) = changed(before, {"A": answering(), "B": answering("b.example.com")})
    assert said == "A answers for www.example.com no more: viewers get an error as long as DNS leads here"
    (said,) = changed(before, {"B": answering("b.example.com")})
    assert said == "www.example.com leads to a distribution that goes"


def test_names_that_stay_come_or_are_not_known_are_let_be() -> None:
    before = {"A": answering("www.example.com")}
    assert not changed(before, {"A": answering("b.example.com", "www.example.com")})
    assert not changed(before, {"A": answering({"Ref": "AWS::StackName"})})
