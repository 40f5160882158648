"""What a Route 53 alias record points to."""

from __future__ import annotations

from ...errors import ConstructError
from ...rules.route53.websites import WEBSITE_ZONES, website_endpoint
from ...source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from ..s3.s3 import BucketAccess

    class Aliased(Protocol):
        """A construct that an alias record can point to."""

        def alias_target(self) -> AliasTarget:
            """Where its traffic goes."""
            ...


class AliasTarget:
    """Where an alias record sends its traffic: the DNS name, and the hosted zone of the AWS service that answers for it.

    - `dns_name`: the name of the load balancer, distribution, website endpoint or other record.
    - `hosted_zone_id`: the id of the zone that name lies in, which is the service's and not your own.
    - `evaluate_health`: whether Route 53 answers with it only while it is healthy. It must be False for a CloudFront
      distribution.

    Source: Route 53 API Reference, AliasTarget.
    """

    __slots__ = ("dns_name", "hosted_zone_id", "evaluate_health")

    def __init__(self, dns_name: str, hosted_zone_id: str, evaluate_health: bool = True) -> None:
        self.dns_name = dns_name
        self.hosted_zone_id = hosted_zone_id
        self.evaluate_health = evaluate_health

    def to_cloudformation(self) -> dict[str, Any]:
        """The target as CloudFormation writes it."""
        return {
            "DNSName": self.dns_name,
            "HostedZoneId": self.hosted_zone_id,
            "EvaluateTargetHealth": self.evaluate_health,
        }


def target_of(target: Aliased | AliasTarget | BucketAccess) -> AliasTarget:
    """Where an alias leads that was given as a construct or as a target; a bucket stands for its website."""
    if isinstance(target, AliasTarget):
        return target
    made: Any = getattr(target, "alias_target", None)
    if made is not None:
        found: AliasTarget = made()
        return found
    if hasattr(target, "website"):
        return _website(target)
    raise ConstructError(
        f"Route 53 has no alias for a {type(target).__name__}", place=caller(),
        fix="give a load balancer, a distribution, a website bucket, another record, or an AliasTarget",
    )  # fmt: skip


def _website(bucket: Any) -> AliasTarget:
    stack = bucket.node.stack
    region = None if stack is None else stack.region
    if region not in WEBSITE_ZONES:
        raise ConstructError(
            f"the website endpoint of {bucket.node.path} depends on its region, "
            + ("which is not known" if region is None else f"and {region} has none that is known"),
            place=caller(),
            fix='give its stack region="eu-west-1" or the like',
        )
    return AliasTarget(website_endpoint(region), WEBSITE_ZONES[region], evaluate_health=False)
