"""Load balancers: what MiniStack's handlers leave out."""

from __future__ import annotations

from .call import call
from .kind import Properties


def targets(group: str, old: Properties, new: Properties) -> None:
    """AWS::ElasticLoadBalancingV2::TargetGroup: whom it sends requests to."""
    before, after = old.get("Targets") or [], new.get("Targets") or []
    gone = [target for target in before if target not in after]
    fresh = [target for target in after if target not in before]
    if gone:
        call("elbv2", "DeregisterTargets", TargetGroupArn=group, Targets=gone)
    if fresh:
        call("elbv2", "RegisterTargets", TargetGroupArn=group, Targets=fresh)


def subnets(balancer: str, old: Properties, new: Properties) -> None:
    """AWS::ElasticLoadBalancingV2::LoadBalancer: where it stands when each subnet is given with an address."""
    mappings = new.get("SubnetMappings")
    if mappings:  # MiniStack's own update takes them away again
        call("elbv2", "SetSubnets", LoadBalancerArn=balancer, SubnetMappings=mappings)
