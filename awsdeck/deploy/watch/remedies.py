"""Failures of CloudFormation that are known, and what can be done about each."""

from __future__ import annotations

import re
from re import Pattern

from attrs import field, frozen

GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"
TROUBLE = f"{GUIDE}/troubleshooting.html"


def _compiled(text: str) -> Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.DOTALL)


@frozen
class Remedy:
    """What to do about a failure whose reason has `pattern` in it, for resources whose type begins with `types`.

    `fix` may have the pattern's named groups in it, as `{name}`; `source` is where it is documented.
    """

    name: str
    pattern: Pattern[str] = field(converter=_compiled)
    fix: str
    source: str
    types: str = ""


@frozen
class Advice:
    """A remedy for one failure, in words."""

    name: str
    fix: str
    source: str


REMEDIES: tuple[Remedy, ...] = (
    Remedy(
        "role",
        r"role\s+(?P<role>arn:\S+)?\s*is invalid or cannot be assumed",
        "CloudFormation keeps working with the role a stack was given; make the role again, let "
        "cloudformation.amazonaws.com assume it, or give the stack another with --role",
        f"{GUIDE}/using-iam-servicerole.html",
    ),
    Remedy(
        "hook",
        r"the following hook\(s\)(?:/validation)? failed",
        "change what the hook objects to, or ask those who run the hook; `awsdeck events {stack}` shows its findings",
        "https://docs.aws.amazon.com/cloudformation-cli/latest/hooks-userguide/what-is-cloudformation-hooks.html",
    ),
    Remedy(
        "export",
        r"export (?P<export>\S+) cannot be (?:deleted|updated) as it is in use by (?P<users>[^.\n]+)"
        r"|cannot (?:update|delete) export (?P<other>\S+) as it is in use",
        "deploy the stacks that import it first, without the import; then this one",
        f"{GUIDE}/using-cfn-stack-exports.html",
    ),
    Remedy(
        "circuit-breaker",
        r"deployment circuit breaker was triggered",
        "the service's tasks do not stay up: look at why they stopped in the service's events and the containers' "
        "logs (image, health check, secrets, memory), not at the stack",
        "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html",
    ),
    Remedy(
        "custom-resource",
        r"did not receive a response from your custom resource|custom resource failed to stabilize in expected time",
        "the function behind it did not answer: look at its log for the request id, and at whether it can reach S3 "
        "(a function in a VPC needs a way out); ServiceTimeout shortens the wait",
        f"{GUIDE}/template-custom-resources.html",
    ),
    Remedy(
        "certificate",
        r"certificate.{0,80}(?:pending[ _]validation|not (?:yet )?(?:issued|valid|fully validated))"
        r"|(?:unsupported|not supported) certificate"
        r"|content of dns record is",
        "the certificate is not validated yet: add the CNAME record it waits for to the domain's public zone, or let "
        "the deck make it by naming the hosted zone",
        "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
    ),
    Remedy(
        "certificate-region",
        r"certificate.{0,120}us-east-1",
        "CloudFront takes certificates from us-east-1 only: put the certificate into a stack there",
        "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html",
    ),
    Remedy(
        "network-interface",
        r"network interface.{0,80}(?:in use|currently in use)"
        r"|networkinterfaces? associated with the lambda function",
        "Lambda lets go of its network interfaces some time after the function, up to 45 minutes; run it again then",
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
    ),
    Remedy(
        "dependent-object",
        r"has a dependent object|DependencyViolation|has dependencies and cannot be deleted|mapped public address",
        "something outside the stack still uses it, often a network interface or a rule of another security group; "
        "find it in the EC2 console, remove it, and run it again",
        TROUBLE,
        "AWS::EC2::",
    ),
    Remedy(
        "bucket-not-empty",
        r"bucket you tried to delete is not empty|BucketNotEmpty",
        "empty the bucket, all versions too, and run it again; or keep it with DeletionPolicy: Retain",
        TROUBLE,
        "AWS::S3::",
    ),
    Remedy(
        "repository-not-empty",
        r"repository.{0,120}cannot be deleted because it still contains images|RepositoryNotEmpty",
        "delete the images in the repository, or set EmptyOnDelete on it and deploy that first",
        "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-delete.html",
        "AWS::ECR::",
    ),
    Remedy(
        "image",
        r"InvalidAMIID|image id '?\[?(?P<image>ami-\w+)\]?'? (?:does not exist|is not valid)|ami-\w+.{0,40}does not exist",
        "images are different in each region and old ones disappear: choose one of this region, best by an SSM "
        "parameter such as /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/finding-an-ami.html",
    ),
    Remedy(
        "capacity",
        r"InsufficientInstanceCapacity|do(?:es)? not have sufficient .{0,60}capacity",
        "AWS has no such instance free in this availability zone now: allow other zones or types, or try later",
        "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html",
    ),
    Remedy(
        "rate",
        r"rate exceeded|ThrottlingException|TooManyRequests|RequestLimitExceeded",
        "the service was asked too often at once; deploy again, with DependsOn between resources of this type if it "
        "happens often",
        TROUBLE,
    ),
    Remedy(
        "limit",
        r"limit ?exceeded|exceeds? (?:the )?(?:maximum|limit|quota)|quota.{0,60}exceeded"
        r"|maximum number of|ServiceQuotaExceeded|VcpuLimitExceeded",
        "a quota of the account is used up: ask for more in Service Quotas, or remove what is not needed any more",
        TROUBLE,
    ),
    Remedy(
        "exists",
        r"already exists|AlreadyExists|BucketAlreadyOwnedByYou|EntityAlreadyExists|name.{0,40}(?:is )?not available",
        "something of that name is there already, perhaps kept when its stack was deleted: leave the name out so that "
        "CloudFormation chooses one, take another, or bring what is there into the stack with an import",
        TROUBLE,
    ),
    Remedy(
        "denied",
        r"not authorized to perform:? (?P<action>[\w-]+:\w+)",
        "allow {action} for the identity or role that CloudFormation works with; `awsdeck permissions` prints the "
        "policy it needs",
        TROUBLE,
    ),
    Remedy(
        "denied",
        r"access ?denied|UnauthorizedOperation|not authorized|explicit deny",
        "the identity or role that CloudFormation works with lacks a permission; `awsdeck permissions` prints the "
        "policy it needs. A service control policy may deny it as well",
        TROUBLE,
    ),
    Remedy(
        "subscription",
        r"OptInRequired|subscribe to (?:this|the) .{0,40}(?:product|service)|SubscriptionRequired",
        "accept the terms of the product in AWS Marketplace, or sign the account up for the service",
        TROUBLE,
    ),
    Remedy(
        "signal",
        r"failed to receive \d+ resource signal|received \d+ (?:failure|success) signal|wait ?condition timed out"
        r"|WaitCondition received failed",
        "the instances did not report that they are ready: look at /var/log/cloud-init-output.log and cfn-init.log on "
        "one, and whether it can reach CloudFormation; keep it for looking with --no-rollback",
        TROUBLE,
    ),
    Remedy(
        "stack-policy",
        r"action denied by stack policy",
        "the stack's policy forbids this update of the resource: change the policy first, or leave the resource as it is",
        f"{GUIDE}/protect-stack-resources.html",
    ),
    Remedy(
        "termination-protection",
        r"termination ?protection",
        "switch the protection off first: of a stack with `awsdeck destroy --disable-protection`, of a resource where "
        "it is set",
        f"{GUIDE}/using-cfn-protect-stacks.html",
    ),
    Remedy(
        "deletion-protection",
        r"deletion ?protection",
        "switch the resource's deletion protection off with a deploy of its own, then delete it",
        TROUBLE,
    ),
    Remedy(
        "encryption-key",
        r"kms.{0,80}(?:disabled|pending deletion|not found|invalid state)|KMSInvalidState|KeyUnavailable",
        "the key it is encrypted with cannot be used: enable it or cancel its deletion, and look at its key policy",
        "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
    ),
    Remedy(
        "internal",
        r"internal failure|InternalFailure|ServiceInternalError|ServiceUnavailable",
        "the service failed for reasons of its own: deploy again, and ask AWS when it stays",
        TROUBLE,
    ),
    Remedy(
        "not-stabilized",
        r"not ?stabilized|did not stabilize|exceeded attempts to wait|resource timed out",
        "the resource was made and did not become ready in time: look at its own logs and events for why",
        TROUBLE,
    ),
)
"""The first that fits is taken, so what is special stands before what is general."""


def advice(reason: str, type: str = "", *, stack: str = "") -> Advice | None:
    """What is known about a failure's reason; None when nothing is."""
    for remedy in REMEDIES:
        if not type.startswith(remedy.types):
            continue
        found = remedy.pattern.search(reason)
        if found is not None:
            words = {name: value or "it" for name, value in found.groupdict().items()}
            return Advice(remedy.name, remedy.fix.format(**words, stack=stack), remedy.source)
    return None
