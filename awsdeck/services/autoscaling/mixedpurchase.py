"""Groups of several instance types, some of them on demand and some of them Spot.

Source: EC2 Auto Scaling User Guide, Auto Scaling groups with multiple instance types and purchase options.
"""

from __future__ import annotations

from ...errors import ConstructError
from ...source import caller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal, TypeAlias

    from ...tokens import Token
    from ..ec2.families import InstanceType
    from ..ec2.launchtemplate import LaunchTemplateAccess

    SpotStrategy = Literal[
        "price-capacity-optimized", "capacity-optimized", "capacity-optimized-prioritized", "lowest-price"
    ]
    OnDemandStrategy = Literal["prioritized", "lowest-price"]
    Span: TypeAlias = tuple[float, float | None]
    """The least and the most, or None for no most."""


class InstanceNeeds:
    """What instances must have, in place of a list of types: Auto Scaling takes whichever types do.

    - `vcpus`, `memory`: the least and the most, None for no most: `(2, 8)`, `(4_096, None)`; memory in MiB.
    - `memory_per_vcpu`: GiB. `network`: Gbit/s. `local_storage`: "included" (default), "required" or "excluded".
    - `manufacturers`: of the processor: "intel", "amd", "amazon-web-services".
    - `generations`: "current", "previous". `burstable`, `bare_metal`: "excluded" (default), "included", "required".
    - `only` or `but`: types with `*`, such as "m5.*": allowed ones alone, or excluded ones.

    Source: EC2 Auto Scaling User Guide, attribute-based instance type selection.
    """

    __slots__ = ("body",)

    def __init__(
        self,
        vcpus: Span,
        memory: Span,
        *,
        memory_per_vcpu: Span | None = None,
        network: Span | None = None,
        manufacturers: Sequence[Literal["intel", "amd", "amazon-web-services"]] = (),
        generations: Sequence[Literal["current", "previous"]] = (),
        burstable: Literal["excluded", "included", "required"] | None = None,
        bare_metal: Literal["excluded", "included", "required"] | None = None,
        local_storage: Literal["excluded", "included", "required"] | None = None,
        only: Sequence[str] = (),
        but: Sequence[str] = (),
    ) -> None:
        if only and but:
            raise ConstructError(
                "only= names the types that are allowed and but= those that are not; both are given", place=caller(),
                fix="keep one of them",
            )  # fmt: skip
        self.body: dict[str, Any] = {
            "VCpuCount": _span("vcpus", vcpus),
            "MemoryMiB": _span("memory", memory),
            "MemoryGiBPerVCpu": _span("memory_per_vcpu", memory_per_vcpu),
            "NetworkBandwidthGbps": _span("network", network),
            "CpuManufacturers": list(manufacturers) or None,
            "InstanceGenerations": list(generations) or None,
            "BurstablePerformance": burstable,
            "BareMetal": bare_metal,
            "LocalStorage": local_storage,
            "AllowedInstanceTypes": list(only) or None,
            "ExcludedInstanceTypes": list(but) or None,
        }

    def to_cloudformation(self) -> dict[str, Any]:
        """The `InstanceRequirements` of an override."""
        return self.body


class MixedPurchase:
    """Several instance types in one group, a part of them on demand and the rest Spot.

    - `instance_types`: the types, best first; with weights as pairs: `[("m5.large", 1), ("m5.xlarge", 2)]`, and the
      group's sizes then count weights. Or `InstanceNeeds(…)`. Left out, the launch template's type alone.
    - `on_demand_base`: how many are always on demand (0); `on_demand_percent_above`: the part of the others that is, 0
      to 100 percent (0: all Spot).
    - `spot_strategy`: "price-capacity-optimized" (default: seldom interrupted, and cheap), "capacity-optimized",
      "capacity-optimized-prioritized" (in the order of the list, as far as it goes), or "lowest-price", with
      `spot_pools` 1 to 20.
    - `on_demand_strategy`: "prioritized" (the order of the list, default) or "lowest-price" (default of `InstanceNeeds`).
    - `spot_max_price`: the most to pay, in USD an hour; left out, the current Spot price, which AWS advises.

    Source: EC2 Auto Scaling User Guide, allocation strategies for multiple instance types; course notes, EC2.
    """

    __slots__ = (
        "instance_types", "on_demand_base", "on_demand_percent_above", "spot_strategy", "on_demand_strategy",
        "spot_max_price", "spot_pools",
    )  # fmt: skip

    def __init__(
        self,
        instance_types: Sequence[InstanceType | tuple[InstanceType, int]] | InstanceNeeds = (),
        *,
        on_demand_base: int | Token = 0,
        on_demand_percent_above: int | Token = 0,
        spot_strategy: SpotStrategy = "price-capacity-optimized",
        on_demand_strategy: OnDemandStrategy | None = None,
        spot_max_price: float | str | None = None,
        spot_pools: int | Token | None = None,
    ) -> None:
        if isinstance(instance_types, str):
            raise ConstructError(
                f"instance_types={instance_types!r} is one", place=caller(), fix=f"a list: [{instance_types!r}]"
            )
        self.instance_types = instance_types
        self.on_demand_base = on_demand_base
        self.on_demand_percent_above = on_demand_percent_above
        self.spot_strategy = spot_strategy
        self.on_demand_strategy = on_demand_strategy
        self.spot_max_price = spot_max_price
        self.spot_pools = spot_pools

    @property
    def uses_spot(self) -> bool:
        """Whether some of the instances may be Spot."""
        return self.on_demand_percent_above != 100

    def first_type(self) -> InstanceType | None:
        """The best type, which a launch template of the group is made with."""
        if isinstance(self.instance_types, InstanceNeeds) or not self.instance_types:
            return None
        first = self.instance_types[0]
        return first[0] if isinstance(first, tuple) else first

    def policy(self, template: LaunchTemplateAccess) -> dict[str, Any]:
        """The `MixedInstancesPolicy` of a group that is made from a launch template."""
        price = self.spot_max_price
        return {
            "LaunchTemplate": {
                "LaunchTemplateSpecification": template.specification(),
                "Overrides": self._overrides() or None,
            },
            "InstancesDistribution": {
                "OnDemandBaseCapacity": self.on_demand_base,
                "OnDemandPercentageAboveBaseCapacity": self.on_demand_percent_above,
                "OnDemandAllocationStrategy": self.on_demand_strategy,
                "SpotAllocationStrategy": self.spot_strategy,
                "SpotInstancePools": self.spot_pools,
                "SpotMaxPrice": price
                if price is None or isinstance(price, str)
                else f"{price:.6f}".rstrip("0").rstrip("."),
            },
        }

    def _overrides(self) -> list[dict[str, Any]]:
        if isinstance(self.instance_types, InstanceNeeds):
            return [{"InstanceRequirements": self.instance_types.to_cloudformation()}]
        found: list[dict[str, Any]] = []
        for one in self.instance_types:
            if isinstance(one, str):
                found.append({"InstanceType": one})
            elif isinstance(one, tuple) and len(one) == 2:
                found.append({"InstanceType": one[0], "WeightedCapacity": str(one[1])})
            else:
                raise ConstructError(
                    f"{one!r} is no instance type", place=caller(), fix='"m5.large", or with a weight ("m5.large", 1)'
                )
        return found


def _span(name: str, given: Span | None) -> dict[str, Any] | None:
    if given is None:
        return None
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise ConstructError(f"{name}={given!r}", place=caller(), fix="the least and the most: (2, 8), or (2, None)")
    return {"Min": given[0], "Max": given[1]}
