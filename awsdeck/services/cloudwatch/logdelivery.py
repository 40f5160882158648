"""Logs of load balancers: what the bucket that they go to must allow.

Source: User Guides for Application, Network and Classic Load Balancers, enable access logs.
"""

from __future__ import annotations

from ...tokens import AWS
from ..existing import Existing, arn_here
from ..security.policy import Principal, Statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from ...resource import Resource
    from ..s3.s3 import BucketAccess

DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"
NETWORK_DELIVERY = "delivery.logs.amazonaws.com"
ACCOUNTS = {
    "af-south-1": "098369216593", "ap-east-1": "754344448648", "ap-northeast-1": "582318560864",
    "ap-northeast-2": "600734575887", "ap-northeast-3": "383597477331", "ap-south-1": "718504428378",
    "ap-southeast-1": "114774131450", "ap-southeast-2": "783225319266", "ap-southeast-3": "589379963580",
    "ca-central-1": "985666609251", "cn-north-1": "638102146993", "cn-northwest-1": "037604701340",
    "eu-central-1": "054676820928", "eu-north-1": "897822967062", "eu-south-1": "635631232127",
    "eu-west-1": "156460612806", "eu-west-2": "652711504416", "eu-west-3": "009996457667", "me-south-1": "076674570225",
    "sa-east-1": "507241528517", "us-east-1": "127311923021", "us-east-2": "033677994240",
    "us-gov-east-1": "190560391635", "us-gov-west-1": "048591011584", "us-west-1": "027434742980",
    "us-west-2": "797873946194",
}  # fmt: skip
"""The accounts of AWS's own that write the logs of Classic Load Balancers in regions from before August 2022."""


def deliver(
    balancer: Resource,
    bucket: BucketAccess | None,
    prefix: str | None,
    kind: Literal["application", "network", "classic"] = "application",
) -> None:
    """Let log delivery write a load balancer's logs to a bucket, and the load balancer wait for that permission.

    The path holds the number of the account whose load balancer it is, so nobody else's logs can come here: that is why
    AWS's policy for Application and Classic Load Balancers has no condition. Nothing is done to a bucket that exists
    already.
    """
    if bucket is None or isinstance(bucket, Existing):
        return
    home = f"{prefix.strip('/')}/" if prefix else ""
    paths = [f"{bucket.arn}/{home}AWSLogs/{AWS.AccountId}/*"]
    if kind == "network":
        _deliver_network(balancer, bucket, paths)
        return
    writers = [Principal.service(DELIVERY)]
    region = balancer.node.stack.region if balancer.node.stack is not None else None
    if kind == "classic" and isinstance(region, str) and region in ACCOUNTS:
        writers.append(Principal.account(ACCOUNTS[region]))
    for writer in writers:
        balancer.node.depends_on(bucket._state(Statement(["s3:PutObject"], paths, principal=writer)))


def _deliver_network(balancer: Resource, bucket: BucketAccess, paths: list[str]) -> None:
    source: dict[str, dict[str, Any]] = {
        "StringEquals": {"aws:SourceAccount": AWS.AccountId},
        "ArnLike": {"aws:SourceArn": arn_here("logs", "*")},
    }
    owned = {"StringEquals": {**source["StringEquals"], "s3:x-amz-acl": "bucket-owner-full-control"}}
    delivery = Principal.service(NETWORK_DELIVERY)
    bucket._state(Statement(["s3:GetBucketAcl"], [bucket.arn], principal=delivery, conditions=source))
    written = Statement(["s3:PutObject"], paths, principal=delivery, conditions={**source, **owned})
    balancer.node.depends_on(bucket._state(written))
