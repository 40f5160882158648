"""The way from an API into a VPC: a link to Network Load Balancers.

Source: API Gateway Developer Guide, private integrations for REST APIs.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...node import MAIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..elb.loadbalancer import NLBAccess

VPC_LINK = "AWS::ApiGateway::VpcLink"


@construct
class VpcLink(Construct):
    """Lets an API reach what stands behind a Network Load Balancer of this account and region.

    - `balancer`: an `NLB`, or its ARN; internal ones do.
    - `name`: the id by default.

    It takes some minutes to make. Routes use it as `http("http://orders.internal/…", link=link)`.
    """

    balancer: NLBAccess | str
    name: str | None = None
    description: str | None = None

    id = ref()

    def build(self) -> None:
        """Make the link."""
        resource_class(VPC_LINK)(
            self,
            MAIN,
            Name=self.node.plain_id if self.name is None else self.name,
            Description=self.description,
            TargetArns=[self.balancer if isinstance(self.balancer, str) else self.balancer.arn],
        )
