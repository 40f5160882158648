"""How the instances of a template are bought, where it is not simply on demand."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .reading import Reading

    Entry = dict[str, Any]


def _market(reading: Reading) -> list[Entry]:
    data = reading.get("LaunchTemplateData", name="purchase")
    options = reading.get("InstanceMarketOptions", name="purchase", holder=data or {})
    if not isinstance(options, dict) or options.get("MarketType") != "spot":
        return _tenancy(reading, data)
    price = reading.get("SpotOptions", "MaxPrice", name="max_price", holder=options)
    return [reading.entry(purchase="spot", max_price=price)]


def _tenancy(reading: Reading, holder: Any) -> list[Entry]:
    placement = reading.get("Placement", name="purchase", holder=holder or {})
    tenancy = placement.get("Tenancy") if isinstance(placement, dict) else None
    words = {"host": "dedicated host", "dedicated": "dedicated instance"}
    return [reading.entry(purchase=words[tenancy])] if isinstance(tenancy, str) and tenancy in words else []


def _instance(reading: Reading) -> list[Entry]:
    tenancy = reading.get("Tenancy", name="purchase")
    words = {"host": "dedicated host", "dedicated": "dedicated instance"}
    return [reading.entry(purchase=words[tenancy])] if isinstance(tenancy, str) and tenancy in words else []


def _group(reading: Reading) -> list[Entry]:
    policy = reading.get("MixedInstancesPolicy", name="purchase")
    if not isinstance(policy, dict):
        return []
    spread = reading.get("InstancesDistribution", name="purchase", holder=policy) or {}
    percent = reading.number(
        "OnDemandPercentageAboveBaseCapacity", name="on_demand_percent", holder=spread, default=100
    )
    if percent == 100:
        return []
    return [
        reading.entry(
            purchase="spot and on demand",
            on_demand_base=reading.number("OnDemandBaseCapacity", name="on_demand_base", holder=spread, default=0),
            on_demand_percent=percent,
            max_price=reading.get("SpotMaxPrice", name="max_price", holder=spread),
        )
    ]


def _fleet(reading: Reading) -> list[Entry]:
    capacity = reading.number("SpotFleetRequestConfigData", "TargetCapacity", name="capacity")
    return [reading.entry(purchase="spot fleet", capacity=capacity)]


def _host(reading: Reading) -> list[Entry]:
    kind = reading.get("InstanceType", name="type") or reading.get("InstanceFamily", name="type")
    return [reading.entry(purchase="dedicated host", type=kind)]


def _reservation(reading: Reading) -> list[Entry]:
    return [
        reading.entry(
            purchase="capacity reservation",
            type=reading.get("InstanceType", name="type"),
            count=reading.number("InstanceCount", name="count"),
        )
    ]


def _beanstalk(reading: Reading) -> list[Entry]:
    wanted = {
        ("aws:ec2:instances", "EnableSpot"): "spot",
        ("aws:ec2:instances", "SpotFleetOnDemandBase"): "on_demand_base",
        ("aws:ec2:instances", "SpotFleetOnDemandAboveBasePercentage"): "on_demand_percent",
        ("aws:ec2:instances", "SpotMaxPrice"): "max_price",
    }
    said: dict[str, Any] = {}
    for option in reading.entries("OptionSettings", name="purchase"):
        name = wanted.get((str(option.get("Namespace")), str(option.get("OptionName"))))
        if name is not None:
            said[name] = reading.plain(option.get("Value"), name)
    if str(said.pop("spot", "")).lower() != "true":
        return []
    return [reading.entry(purchase="spot and on demand", **said)]


PURCHASES: dict[Any, Callable[[Reading], list[Entry]]] = {
    "AWS::EC2::LaunchTemplate": _market,
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::SpotFleet": _fleet,
    "AWS::EC2::Host": _host,
    "AWS::EC2::CapacityReservation": _reservation,
    "AWS::AutoScaling::AutoScalingGroup": _group,
    "AWS::ElasticBeanstalk::Environment": _beanstalk,
}
