"""Access logs of CloudFront distributions, delivered to a bucket by CloudWatch Logs.

Source: CloudFront Developer Guide, configure standard logging (v2); CloudWatch Logs User Guide, enable logging from AWS
services.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...tokens import AWS, attribute_of
from ..existing import Existing
from ..security.policy import Principal, Statement
from .edgename import own_name
from .origin import reach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ...constructs import Construct
    from ..s3.s3 import BucketAccess

SOURCE = "AWS::Logs::DeliverySource"
DESTINATION = "AWS::Logs::DeliveryDestination"
DELIVERY = "AWS::Logs::Delivery"
HOME = "us-east-1"


def deliver(owner: Construct, arn: str, bucket: BucketAccess, prefix: str | None, form: str) -> None:
    """Deliver the access logs of a distribution: its delivery source, a destination, and the delivery between them.

    The bucket's policy lets log delivery write below the account's own path, or below `prefix`; nothing is done to a
    bucket that exists already.
    """
    name = own_name(owner, None, "-logs")
    home = "" if not prefix else f"/{prefix.strip('/')}"
    source = resource_class(SOURCE)(owner, "LogSource", Name=name, LogType="ACCESS_LOGS", ResourceArn=arn)
    destination = resource_class(DESTINATION)(
        owner,
        "LogDestination",
        Name=name,
        DestinationResourceArn=f"{reach(owner, bucket, bucket.arn)}{home}",
        OutputFormat=form,
    )
    delivery = resource_class(DELIVERY)(
        owner,
        "LogDelivery",
        DeliverySourceName=source.node.resource.ref,
        DeliveryDestinationArn=attribute_of(destination.node.resource, "Arn"),
    )
    if isinstance(bucket, Existing):
        return
    written = Statement(
        ["s3:PutObject"],
        [f"{bucket.arn}{home}/*" if home else f"{bucket.arn}/AWSLogs/{AWS.AccountId}/*"],
        principal=Principal.service("delivery.logs.amazonaws.com"),
        conditions={
            "StringEquals": {"aws:SourceAccount": AWS.AccountId, "s3:x-amz-acl": "bucket-owner-full-control"},
            "ArnLike": {"aws:SourceArn": f"arn:{AWS.Partition}:logs:{HOME}:{AWS.AccountId}:delivery-source:*"},
        },
    )
    policy = bucket._state(written)
    if bucket.node.stack is owner.node.stack:
        delivery.node.depends_on(policy)
