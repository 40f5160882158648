"""Spot Instances: what their requests may say, and what they cannot be combined with."""

from __future__ import annotations

from ..limits import SPOT_PRICE_LEAST
from ..vocabulary import ABSENT, Limit, Rule, Violation, is_unknown, number, text, truth
from .instancetypes import families, family_of
from .launching import DATA, INSTANCE, TEMPLATE, Launch, launches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

FLEET = "AWS::EC2::SpotFleet"
GROUP = "AWS::AutoScaling::AutoScalingGroup"
CONFIGURATION = "AWS::AutoScaling::LaunchConfiguration"
MARKET = "InstanceMarketOptions"
OPTIONS = f"{MARKET}/SpotOptions"
MARKETS = ("spot", "on-demand", "capacity-block", "interruptible-capacity-reservation")
HOSTS = ("HostId", "HostResourceGroupArn")
KEPT = ("stop", "hibernate")
FLEET_DATA = "SpotFleetRequestConfigData"

PRICES = {
    TEMPLATE: f"{DATA}/{OPTIONS}/MaxPrice",
    GROUP: "MixedInstancesPolicy/InstancesDistribution/SpotMaxPrice",
    CONFIGURATION: "SpotPrice",
    FLEET: f"{FLEET_DATA}/SpotPrice",
}
"""Where a bid stands."""


def _known(value: Any) -> bool:
    return value is not ABSENT and value is not None and not is_unknown(value)


def _options(launch: Launch) -> dict[str, Any] | None:
    """The options of a Spot request that can be read."""
    given = launch.told(OPTIONS)
    return given if launch.is_spot and isinstance(given, dict) and not is_unknown(given) else None


def _there(launch: Launch, path: str, **values: Any) -> Violation:
    """A violation in the launch template: what an instance starts from is refused, what nothing does may be mended."""
    started = launch.instance is not None
    return Violation(
        (DATA, *path.split("/")), view=launch.template, severity="error" if started else "warning",
        by=launch.instance.id if launch.instance is not None else "an instance", **values,
    )  # fmt: skip


def _on_host(launch: Launch) -> str | None:
    if launch.get("Tenancy") == "host":
        return "Tenancy"
    return next((name for name in HOSTS if launch.get(name) is not ABSENT and not is_unknown(launch.get(name))), None)


def _template_on_host(view: View) -> Iterator[Violation]:
    launch = Launch(None, view)
    place = _on_host(launch)
    if launch.is_spot and place is not None:
        yield Violation(launch.find(place)[2])


def _instance_on_host(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        if launch.instance is None or launch.template is None or not launch.is_spot:
            continue
        place = _on_host(launch)
        if place is not None and _on_host(Launch(None, launch.template)) is None:
            _, view, path = launch.find(place)
            yield Violation(path, view=view)


def _persistent(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        options = _options(launch)
        if options is None or options.get("SpotInstanceType") != "persistent":
            continue
        behaviour = options.get("InstanceInterruptionBehavior", "terminate")
        asleep = launch.get("HibernationOptions/Configured")
        if behaviour == "terminate" and truth(False if asleep is ABSENT else asleep) is False:
            yield _there(launch, f"{OPTIONS}/InstanceInterruptionBehavior", behaviour=behaviour)


def _until(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        options = _options(launch)
        if options is None or options.get("ValidUntil") is None or is_unknown(options.get("SpotInstanceType")):
            continue
        if options.get("SpotInstanceType", "one-time") != "persistent":
            yield _there(launch, f"{OPTIONS}/ValidUntil")


def _interrupted(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        options = _options(launch)
        if options is None or options.get("InstanceInterruptionBehavior") not in KEPT:
            continue
        if options.get("SpotInstanceType", "one-time") == "one-time":
            yield _there(
                launch, f"{OPTIONS}/InstanceInterruptionBehavior", behaviour=options["InstanceInterruptionBehavior"]
            )


def _grouped(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        options = _options(launch)
        group, view, path = launch.find("PlacementGroupName")
        if options is not None and options.get("InstanceInterruptionBehavior") == "stop" and _known_group(group):
            yield Violation(path, view=view, severity="error" if launch.instance is not None else "warning")


def _known_group(group: Any) -> bool:
    """Whether a placement group is named; one made in the template is, too."""
    return group is not ABSENT and not (isinstance(group, dict) and ("Fn::If" in group or "Fn::Unknown" in group))


def _protected(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        value, view, path = launch.find("DisableApiTermination")
        if launch.is_spot and truth(value) is True:
            yield Violation(path, view=view, severity="error" if launch.instance is not None else "warning")


def _sold(graph: Graph) -> Iterator[Violation]:
    for launch in launches(graph):
        if not launch.is_spot:
            continue
        kind, view, path = launch.find("InstanceType")
        family = families().get(family_of(kind) or "")
        if family is not None and family.spot is False:
            yield Violation(path, view=view, family=family.name)


def _market(view: View) -> Iterator[Violation]:
    given = view.get(f"{DATA}/{MARKET}")
    if not isinstance(given, dict) or is_unknown(given) or not given:
        return
    kind = given.get("MarketType", ABSENT)
    path = (DATA, MARKET, "MarketType")
    if kind is ABSENT:
        yield Violation(path, problem="MarketType is missing", allowed=", ".join(MARKETS))
    elif _known(kind) and text(kind) not in MARKETS:
        yield Violation(path, problem=f"there is no MarketType {kind!r}", allowed=", ".join(MARKETS))
    elif _known(kind) and kind != "spot" and "SpotOptions" in given:
        yield Violation(
            (DATA, MARKET, "SpotOptions"), severity="warning", problem=f"SpotOptions mean nothing to a {kind} request",
            fix="leave them out, or ask for spot",
        )  # fmt: skip


def _price(view: View) -> Iterator[Violation]:
    for path, value in view.values(PRICES[view.type]):
        if not _known(value) or (view.type == GROUP and value == ""):
            continue
        amount = number(value)
        if amount is None or amount < SPOT_PRICE_LEAST:
            yield Violation(path, value=value, severity="error", allowed=f"a decimal of at least {SPOT_PRICE_LEAST}")
        elif view.mode == "current":
            yield Violation(
                path, message="a maximum price of {value} USD an hour makes interruptions more frequent, and saves nothing",
                value=value, fix="leave it out: what is paid is the current Spot price",
            )  # fmt: skip


def _fleet(view: View) -> Iterator[Violation]:
    given = view.get(FLEET_DATA)
    if not isinstance(given, dict) or is_unknown(given):
        return
    old, new = given.get("LaunchSpecifications", ABSENT), given.get("LaunchTemplateConfigs", ABSENT)
    if (old is ABSENT) is (new is ABSENT) and not is_unknown(old) and not is_unknown(new):
        has = (
            "neither LaunchTemplateConfigs nor LaunchSpecifications"
            if old is ABSENT
            else "both ways to start instances"
        )
        yield Violation((FLEET_DATA,), problem=f"the fleet has {has}", fix="give LaunchTemplateConfigs alone")
    for name in ("TargetCapacity", "IamFleetRole"):
        if name not in given:
            yield Violation((FLEET_DATA, name), problem=f"the fleet has no {name}")
    wanted = number(given.get("OnDemandTargetCapacity"))
    if wanted and old is not ABSENT and new is ABSENT:
        yield Violation(
            (FLEET_DATA, "OnDemandTargetCapacity"),
            problem="instances on demand cannot be started from LaunchSpecifications",
            fix="give LaunchTemplateConfigs instead",
        )
    whole = number(given.get("TargetCapacity"))
    if wanted and whole is not None and wanted > whole:
        yield Violation(
            (FLEET_DATA, "OnDemandTargetCapacity"), severity="warning",
            problem=f"{wanted:g} on demand are more than the {whole:g} of the whole target",
        )  # fmt: skip


# Examples


def _template(**data: Any) -> dict[str, Any]:
    return {"Type": TEMPLATE, "Properties": {DATA: {"ImageId": "ami-12345678", "InstanceType": "m5.large", **data}}}


def _spot(**options: Any) -> dict[str, Any]:
    return {MARKET: {"MarketType": "spot", **({"SpotOptions": options} if options else {})}}


def _launched(data: dict[str, Any], **properties: Any) -> dict[str, Any]:
    start = {"LaunchTemplateId": {"Ref": "Start"}, "Version": {"Fn::GetAtt": ["Start", "LatestVersionNumber"]}}
    return {
        "Resources": {
            "Start": _template(**data),
            "Box": {"Type": INSTANCE, "Properties": {"LaunchTemplate": start, **properties}},
        }
    }


_STOP = {"SpotInstanceType": "persistent", "InstanceInterruptionBehavior": "stop"}
_FLEET = {"IamFleetRole": "arn:aws:iam::123456789012:role/f", "TargetCapacity": 2}
_OVERRIDES = [{"LaunchTemplateSpecification": {"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "1"}}]
_SOURCE = "EC2 API Reference, SpotMarketOptions"

RULES: tuple[Rule, ...] = (
    Rule(
        "EC2001", TEMPLATE, "error",
        "a Spot Instance cannot run on a Dedicated Host",
        check=_template_on_host,
        fix="leave InstanceMarketOptions out, or the host; Tenancy dedicated goes with Spot",
        source="EC2 API Reference, SpotPlacement; course notes, EC2",
        good=(_template(Placement={"Tenancy": "host"}), _template(**_spot(), Placement={"Tenancy": "dedicated"})),
        bad=(
            _template(**_spot(), Placement={"Tenancy": "host"}),
            _template(**_spot(), Placement={"HostId": "h-0123456789abcdef0"}),
        ),
    ),
    Rule(
        "EC2001", (INSTANCE, TEMPLATE), "error",
        "a Spot Instance cannot run on a Dedicated Host",
        scope="graph",
        check=_instance_on_host,
        fix="start it from a launch template without InstanceMarketOptions, or leave the host out",
        source="EC2 API Reference, SpotPlacement; course notes, EC2",
        good=(_launched(_spot(), Tenancy="dedicated"), _launched({}, Tenancy="host")),
        bad=_launched(_spot(), Tenancy="host"),
    ),
    Rule(
        "EC2002", (TEMPLATE, INSTANCE), "error",
        "a persistent Spot request cannot {behaviour} its instance: {by} would not start",
        scope="graph",
        check=_persistent,
        fix="set InstanceInterruptionBehavior to stop or hibernate, or make the request one-time",
        source=_SOURCE,
        good=(
            _launched(_spot(**_STOP)),
            _launched(_spot(SpotInstanceType="persistent"), HibernationOptions={"Configured": True}),
            _launched(_spot()),
        ),
        bad=(
            _launched(_spot(SpotInstanceType="persistent")),
            _template(**_spot(SpotInstanceType="persistent", InstanceInterruptionBehavior="terminate")),
        ),
    ),
    Rule(
        "EC2003", (TEMPLATE, INSTANCE), "error",
        "ValidUntil is for persistent Spot requests, and this one is made once: {by} would not start",
        scope="graph",
        check=_until,
        fix="leave ValidUntil out, or make the request persistent",
        source=_SOURCE,
        good=_launched(_spot(**_STOP, ValidUntil="2027-01-01T00:00:00Z")),
        bad=_launched(_spot(ValidUntil="2027-01-01T00:00:00Z")),
    ),
    Rule(
        "EC2004", TEMPLATE, "error",
        "market options say what to ask for with MarketType",
        check=_market,
        fix="set MarketType to spot where SpotOptions are given",
        source="CloudFormation resource schema, AWS::EC2::LaunchTemplate InstanceMarketOptions",
        good=(_template(**_spot(MaxPrice="0.05")), _template(InstanceMarketOptions={})),
        bad=(
            _template(InstanceMarketOptions={"SpotOptions": {"MaxPrice": "0.05"}}),
            _template(InstanceMarketOptions={"MarketType": "capacity-block", "SpotOptions": {"MaxPrice": "0.05"}}),
        ),
    ),
    Rule(
        "EC2005", tuple(PRICES), "warning",
        "a maximum price is given in USD an hour",
        check=_price,
        fix='write a number such as "0.05", or leave it out and pay the current Spot price',
        source="EC2 API Reference, SpotMarketOptions; Auto Scaling API Reference, InstancesDistribution; course notes, EC2",
        limit=Limit("any price may be bid", "a maximum price is discouraged", "2017-11"),
        good=(
            _template(**_spot(MaxPrice="0.031")),
            {"Type": GROUP, "Properties": {"MinSize": "0", "MaxSize": "1", "MixedInstancesPolicy": {
                "LaunchTemplate": _OVERRIDES[0], "InstancesDistribution": {"SpotMaxPrice": ""},
            }}},
        ),
        bad=(
            _template(**_spot(MaxPrice="free")),
            {"Type": CONFIGURATION, "Properties": {
                "ImageId": "ami-12345678", "InstanceType": "m5.large", "SpotPrice": "0.0001",
            }},
        ),
    ),
    Rule(
        "EC2025", FLEET, "error",
        "a Spot fleet says how many instances it wants and how to start them",
        check=_fleet,
        source="CloudFormation resource schema, AWS::EC2::SpotFleet; EC2 API Reference, SpotFleetRequestConfigData",
        good={"Type": FLEET, "Properties": {FLEET_DATA: {**_FLEET, "LaunchTemplateConfigs": _OVERRIDES}}},
        bad=(
            {"Type": FLEET, "Properties": {FLEET_DATA: _FLEET}},
            {"Type": FLEET, "Properties": {FLEET_DATA: {
                **_FLEET, "OnDemandTargetCapacity": 3, "LaunchTemplateConfigs": _OVERRIDES,
            }}},
        ),
    ),
    Rule(
        "EC2028", (TEMPLATE, INSTANCE), "error",
        "to {behaviour} an interrupted Spot Instance the request must be persistent, and this one is made once",
        scope="graph",
        check=_interrupted,
        fix="set SpotInstanceType to persistent, or InstanceInterruptionBehavior to terminate",
        source="EC2 User Guide, behavior of Spot Instance interruptions",
        verified="docs",
        good=(_launched(_spot(**_STOP)), _launched(_spot(InstanceInterruptionBehavior="terminate"))),
        bad=(
            _launched(_spot(InstanceInterruptionBehavior="stop")),
            _template(**_spot(InstanceInterruptionBehavior="hibernate", SpotInstanceType="one-time")),
        ),
    ),
    Rule(
        "EC2029", (INSTANCE, TEMPLATE), "error",
        "a Spot Instance that is stopped when it is interrupted cannot stand in a placement group",
        scope="graph",
        check=_grouped,
        fix="leave the placement group out, or let it be terminated",
        # No page says so; the words of the refusal are "The parameter GroupName within placement information cannot be
        # specified when instanceInterruptionBehavior is set to 'STOP'".
        source="the answer of the EC2 API to RunInstances, InvalidParameterCombination",
        verified="partly",
        good=(_launched(_spot(), PlacementGroupName="near"), _launched(_spot(**_STOP))),
        bad=_launched(_spot(**_STOP), PlacementGroupName="near"),
    ),
    Rule(
        "EC2034", (INSTANCE, TEMPLATE), "warning",
        "instances of the family {family} are not known to be sold as Spot Instances",
        scope="graph",
        check=_sold,
        fix="choose another family, or buy it on demand",
        source="EC2 API Reference, DescribeInstanceTypes, SupportedUsageClasses (2026-11)",
        good=_launched(_spot(), InstanceType="c5.large"),
        bad=_launched(_spot(), InstanceType="hpc7g.4xlarge"),
    ),
    Rule(
        "EC2036", (INSTANCE, TEMPLATE), "error",
        "a Spot Instance cannot be protected from being terminated",
        scope="graph",
        check=_protected,
        fix="leave DisableApiTermination out, or buy it on demand",
        source="EC2 User Guide, change instance termination protection",
        verified="docs",
        good=(_launched(_spot()), _launched({}, DisableApiTermination=True)),
        bad=_launched(_spot(), DisableApiTermination=True),
    ),
)  # fmt: skip
