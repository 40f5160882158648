"""Known failures are told with what usually helps, and unknown ones are left as they are."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.deploy import deploy
from awsdeck.deploy.fake import FakeCloudFormation, Script
from awsdeck.deploy.watch.remedies import REMEDIES, advice
from awsdeck.errors import RolledBack

HANDLER = 'Resource handler returned message: "{}" (RequestToken: 1, HandlerErrorCode: {})'
KNOWN = [
    ("Role arn:aws:iam::123456789012:role/cfn is invalid or cannot be assumed", "", "role"),
    ("The following hook(s) failed: [Company::S3::Encrypted]", "AWS::S3::Bucket", "hook"),
    ("Export shop-vpc cannot be deleted as it is in use by web", "", "export"),
    ("Cannot update export shop-vpc as it is in use by web", "", "export"),
    (HANDLER.format("Error occurred during operation 'ECS Deployment Circuit Breaker was triggered'.", "GeneralServiceException"), "AWS::ECS::Service", "circuit-breaker"),
    ("CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [1]", "Custom::X", "custom-resource"),
    ("Custom Resource failed to stabilize in expected time", "AWS::CloudFormation::CustomResource", "custom-resource"),
    (HANDLER.format("The certificate is still pending validation", "InvalidRequest"), "AWS::CloudFront::Distribution", "certificate"),
    ("The specified SSL certificate doesn't exist, isn't in us-east-1 region", "AWS::CloudFront::Distribution", "certificate-region"),
    ("resource sg-1 has a dependent object (Service: Ec2, Status Code: 400)", "AWS::EC2::SecurityGroup", "dependent-object"),
    ("The subnet 'subnet-1' has dependencies and cannot be deleted.", "AWS::EC2::Subnet", "dependent-object"),
    ("Network interface 'eni-1' is currently in use.", "AWS::EC2::NetworkInterface", "network-interface"),
    ("The bucket you tried to delete is not empty", "AWS::S3::Bucket", "bucket-not-empty"),
    ("The repository with name 'a' in registry with id '1' cannot be deleted because it still contains images", "AWS::ECR::Repository", "repository-not-empty"),
    ("The image id '[ami-0abc]' does not exist", "AWS::EC2::Instance", "image"),
    ("We currently do not have sufficient p5.48xlarge capacity in the zone", "AWS::EC2::Instance", "capacity"),
    (HANDLER.format("Rate exceeded", "Throttling"), "AWS::Logs::LogGroup", "rate"),
    (HANDLER.format("The maximum number of VPCs has been reached.", "ServiceLimitExceeded"), "AWS::EC2::VPC", "limit"),
    ("You have requested more vCPU capacity than your current vCPU limit of 32 allows: VcpuLimitExceeded", "AWS::EC2::Instance", "limit"),
    (HANDLER.format("orders already exists", "AlreadyExists"), "AWS::SQS::Queue", "exists"),
    ("shop-uploads already exists in stack arn:aws:cloudformation:eu-west-1:1:stack/x/1", "AWS::S3::Bucket", "exists"),
    (HANDLER.format("User: arn:aws:iam::1:user/x is not authorized to perform: sqs:CreateQueue on resource: y", "AccessDenied"), "AWS::SQS::Queue", "denied"),
    ("API: s3:CreateBucket Access Denied", "AWS::S3::Bucket", "denied"),
    ("Failed to receive 1 resource signal(s) within the specified duration", "AWS::AutoScaling::AutoScalingGroup", "signal"),
    ("Action denied by stack policy: Statement [#1] does not allow [Update:Replace]", "AWS::RDS::DBInstance", "stack-policy"),
    ("Cannot delete protected DB Instance, please disable deletion protection and try again.", "AWS::RDS::DBInstance", "deletion-protection"),
    ("Internal Failure", "AWS::SQS::Queue", "internal"),
    (HANDLER.format("Exceeded attempts to wait", "NotStabilized"), "AWS::RDS::DBInstance", "not-stabilized"),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "type", "name"), KNOWN, ids=[f"{name}-{n}" for n, (_, _, name) in enumerate(KNOWN)])
def test_a_known_failure_is_told_with_what_helps(reason: str, type: str, name: str) -> None:
    found = advice(reason, type, stack="shop")
    assert found is not None
    assert found.name == name
    assert found.source.startswith("https://docs.aws.amazon.com/")
    assert "{" not in found.fix


def test_every_remedy_is_proved_by_a_reason() -> None:
    proved = {name for _, _, name in KNOWN}
    assert {remedy.name for remedy in REMEDIES} - proved == {"subscription", "termination-protection", "encryption-key"}
    for reason, name in (
        ("OptInRequired: In order to use this AWS Marketplace product you need to accept terms", "subscription"),
        ("cannot be deleted while TerminationProtection is enabled", "termination-protection"),
        ("The KMS key arn:aws:kms:1 is disabled", "encryption-key"),
    ):
        found = advice(reason)
        assert found is not None
        assert found.name == name


def test_an_action_that_is_not_allowed_is_named() -> None:
    found = advice("User: x is not authorized to perform: kms:CreateGrant on resource: y because no policy allows it")
    assert found is not None
    assert "allow kms:CreateGrant" in found.fix


@pytest.mark.parametrize(
    "reason", ["", "Property QueueName is odd", "no", "Resource creation Initiated", "User Initiated"]
)
def test_what_is_not_known_gets_no_advice(reason: str) -> None:
    assert advice(reason, "AWS::SQS::Queue") is None


def test_a_failure_carries_its_remedy_and_the_state_of_the_stack(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    fake.script("shop", Script(fail={"Topic": "Placed already exists"}))
    with pytest.raises(RolledBack) as caught:
        deploy(make.shop(), aws=fake.aws(), observer=listener)
    failure = listener.results[0].failure
    assert "bring what is there into the stack" in failure.fix
    assert failure.state == "its resources are deleted again; the next deploy removes the empty stack and starts anew"
    assert f"likely fix: {failure.fix}" in str(caught.value)
    assert {"fix", "source", "state"} <= failure.to_dict().keys()


def test_what_a_hook_has_found_is_told_with_its_remedy(fake: FakeCloudFormation, make: Any, listener: Any) -> None:
    hook = "Company::Sns::Encrypted"
    fake.hook_results[f"{hook}/Topic"] = [
        {"AnnotationName": "SNS.1", "Status": "FAILED", "StatusMessage": "not encrypted",
         "RemediationMessage": "give it a key", "SeverityLevel": "HIGH"},
        {"AnnotationName": "SNS.2", "Status": "PASSED", "StatusMessage": "has tags"},
    ]  # fmt: skip
    fake.script("shop", Script(fail={"Topic": f"The following hook(s) failed: [{hook}]"}, hooks={"Topic": hook}))
    with pytest.raises(RolledBack) as caught:
        deploy(make.shop(), aws=fake.aws(), observer=listener)
    assert f"{hook} SNS.1: not encrypted (give it a key)" in str(caught.value)
    assert "has tags" not in str(caught.value)
    [found] = listener.results[0].failure.objections
    assert found.to_dict()["severity"] == "HIGH"
    assert any(event.record.hook == hook for event in listener.events)


def test_findings_of_a_hook_that_may_not_be_asked_are_left_out(
    fake: FakeCloudFormation, make: Any, listener: Any
) -> None:
    hook = "Company::Sns::Encrypted"
    fake.script("shop", Script(fail={"Topic": f"The following hook(s) failed: [{hook}]"}, hooks={"Topic": hook}))
    with pytest.raises(RolledBack, match="hook"):
        deploy(make.shop(), aws=fake.aws(), observer=listener)
    assert listener.results[0].failure.objections == ()
