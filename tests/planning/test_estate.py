"""The figures of templates: what tables carry, what APIs let through, what functions, volumes and databases come to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from awsdeck import ConstructError, planning
from awsdeck.planning.estate import KINDS, estate, totals


def template(type: str, /, *, parameters: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"Resources": {"It": {"Type": type, "Properties": properties}}}
    return found if parameters is None else {**found, "Parameters": parameters}


def only(kind: str, given: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    found = estate(given, **keywords)
    assert [name for name in KINDS if found[name]] == [kind]
    (entry,) = found[kind]
    return entry


TABLE = "AWS::DynamoDB::Table"
UNITS = {"ReadCapacityUnits": 80, "WriteCapacityUnits": "20"}


def test_a_table_carries_what_its_units_do_with_those_of_its_indexes() -> None:
    index = {"IndexName": "by-day", "ProvisionedThroughput": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 20}}
    entry = only("tables", template(TABLE, ProvisionedThroughput=UNITS, GlobalSecondaryIndexes=[index]))
    assert (entry["read_units"], entry["write_units"]) == (80, 20)
    assert entry["kb_per_second"] == {"strong_read": 320, "eventual_read": 640, "write": 20}
    assert (entry["total_read_units"], entry["total_write_units"]) == (90, 40)
    assert entry["unknown"] == []


def test_on_demand_provisions_nothing() -> None:
    given = template(TABLE, BillingMode="PAY_PER_REQUEST", OnDemandThroughput={"MaxReadRequestUnits": 500})
    entry = only("tables", given)
    assert (entry["mode"], entry["read_units"], entry["read_units_most"]) == ("on-demand", None, 500)


def test_what_only_the_deploy_knows_is_said_to_be_unknown() -> None:
    units = {"ReadCapacityUnits": {"Fn::If": ["Big", 100, 5]}, "WriteCapacityUnits": {"Ref": "Writes"}}
    parameters = {"Writes": {"Type": "Number", "Default": "7"}}
    entry = only("tables", template(TABLE, parameters=parameters, ProvisionedThroughput=units))
    assert (entry["read_units"], entry["write_units"], entry["kb_per_second"]) == (None, 7, None)
    assert (entry["unknown"], entry["assumed"]) == (["read_units"], ["write_units"])
    assert (entry["total_read_units"], entry["total_write_units"]) == (None, 7)


def test_scaling_of_tables_and_indexes_is_found_by_reference() -> None:
    given = template(
        TABLE, ProvisionedThroughput=UNITS, GlobalSecondaryIndexes=[{"IndexName": "i", "ProvisionedThroughput": UNITS}]
    )
    for name, resource, dimension in (
        ("Table", {"Fn::Sub": "table/${It}"}, "dynamodb:table:ReadCapacityUnits"),
        ("Index", {"Fn::Join": ["/", ["table", {"Ref": "It"}, "index", "i"]]}, "dynamodb:index:WriteCapacityUnits"),
    ):
        target = {"ResourceId": resource, "ScalableDimension": dimension, "MinCapacity": 5, "MaxCapacity": 50}
        given["Resources"][name] = {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": target}
    entry = only("tables", given)
    assert (entry["read_scaling"], entry["write_scaling"]) == ([5, 50], None)
    assert (entry["indexes"][0]["read_scaling"], entry["indexes"][0]["write_scaling"]) == (None, [5, 50])


def test_a_global_table_is_read_in_its_region() -> None:
    def replica(region: str, units: int) -> dict[str, Any]:
        return {"Region": region, "ReadProvisionedThroughputSettings": {"ReadCapacityUnits": units}}

    scaled = {"WriteCapacityAutoScalingSettings": {"MinCapacity": 4, "MaxCapacity": 40}}
    given = template(
        "AWS::DynamoDB::GlobalTable",
        BillingMode="PROVISIONED",
        Replicas=[replica("us-east-1", 5), replica("eu-west-1", 9)],
        WriteProvisionedThroughputSettings=scaled,
    )
    entry = only("tables", given, region="eu-west-1")
    assert (entry["read_units"], entry["write_units"], entry["write_scaling"]) == (9, 4, [4, 40])
    assert only("tables", given)["read_units"] == 5


def test_stages_and_plans_are_held_against_the_account() -> None:
    everything = {"ResourcePath": "/*", "HttpMethod": "*", "ThrottlingRateLimit": 20_000, "ThrottlingBurstLimit": 100}
    one = {"ResourcePath": "/~1orders", "HttpMethod": "GET", "ThrottlingRateLimit": 5}
    found = estate(template("AWS::ApiGateway::Stage", RestApiId="a", MethodSettings=[everything, one]))["apis"]
    assert [entry["where"] for entry in found] == ["", "GET /orders"]
    assert (found[0]["rate"], found[0]["effective_rate"], found[0]["effective_burst"]) == (20_000, 10_000, 100)
    plan = template("AWS::ApiGateway::UsagePlan", Throttle={"RateLimit": 50}, Quota={"Limit": 1_000, "Period": "DAY"})
    entry = only("apis", plan)
    assert (entry["rate"], entry["burst"], entry["quota"]) == (50, None, {"requests": 1_000, "period": "DAY"})


def test_newer_regions_let_less_through_and_a_stage_without_limits_has_the_accounts() -> None:
    entry = only("apis", template("AWS::ApiGatewayV2::Stage", ApiId="a"), region="af-south-1")
    assert (entry["rate"], entry["effective_rate"], entry["effective_burst"]) == (None, 2_500, 1_250)
    assert only("apis", template("AWS::ApiGatewayV2::Stage", ApiId="a"))["account_rate"] == 10_000


def test_http_apis_limit_routes() -> None:
    given = template(
        "AWS::ApiGatewayV2::Stage",
        DefaultRouteSettings={"ThrottlingRateLimit": {"Ref": "Rate"}},
        RouteSettings={"GET /orders": {"ThrottlingBurstLimit": 3}},
    )
    whole, route = estate(given)["apis"]
    assert (whole["rate"], whole["unknown"]) == (None, ["rate"])
    assert (route["where"], route["burst"]) == ("GET /orders", 3)


def test_a_million_calls_are_priced_by_memory_time_and_the_limits_of_the_run() -> None:
    given = template("AWS::Lambda::Function", MemorySize=1_024, Timeout=10)
    documented = only("functions", given, duration_ms=120)
    current = only("functions", given, duration_ms=120, limits="current")
    assert documented["price"] == Decimal("0.20") + Decimal(200_000) * Decimal("0.00001667")
    assert current["price"] == Decimal("0.20") + Decimal(120_000) * Decimal("0.00001667")
    assert documented["price_at_timeout"] == Decimal("0.20") + Decimal(10_000_000) * Decimal("0.00001667")


def test_a_call_takes_no_longer_than_the_timeout_and_what_is_unknown_has_no_price() -> None:
    assert only("functions", template("AWS::Lambda::Function", Timeout=1), duration_ms=5_000)["duration_ms"] == 1_000
    unknown = only("functions", template("AWS::Lambda::Function", MemorySize={"Ref": "Memory"}))
    assert (unknown["price"], unknown["timeout_s"], unknown["unknown"]) == (None, 3, ["memory_mb"])


@pytest.mark.parametrize(
    ("type", "properties", "words"),
    [
        ("AWS::EC2::Host", {"InstanceFamily": "m5"}, {"purchase": "dedicated host", "type": "m5"}),
        ("AWS::EC2::CapacityReservation", {"InstanceType": "m5.large", "InstanceCount": 2}, {"count": 2}),
        ("AWS::EC2::SpotFleet", {"SpotFleetRequestConfigData": {"TargetCapacity": 4}}, {"purchase": "spot fleet", "capacity": 4}),
        ("AWS::EC2::Instance", {"Tenancy": "dedicated"}, {"purchase": "dedicated instance"}),
        (
            "AWS::EC2::LaunchTemplate",
            {"LaunchTemplateData": {"InstanceMarketOptions": {"MarketType": "spot", "SpotOptions": {"MaxPrice": "0.05"}}}},
            {"purchase": "spot", "max_price": "0.05"},
        ),
        (
            "AWS::AutoScaling::AutoScalingGroup",
            {"MixedInstancesPolicy": {"InstancesDistribution": {"OnDemandPercentageAboveBaseCapacity": 20}}},
            {"on_demand_base": 0, "on_demand_percent": 20},
        ),
        (
            "AWS::ElasticBeanstalk::Environment",
            {"OptionSettings": [
                {"Namespace": "aws:ec2:instances", "OptionName": "EnableSpot", "Value": "true"},
                {"Namespace": "aws:ec2:instances", "OptionName": "SpotFleetOnDemandBase", "Value": "1"},
            ]},
            {"purchase": "spot and on demand", "on_demand_base": "1"},
        ),
    ],
)  # fmt: skip
def test_instances_that_are_not_simply_on_demand_are_listed(
    type: str, properties: dict[str, Any], words: dict[str, Any]
) -> None:
    entry = only("instances", template(type, **properties))
    assert {name: entry[name] for name in words} == words


@pytest.mark.parametrize(
    "type", ["AWS::EC2::Instance", "AWS::AutoScaling::AutoScalingGroup", "AWS::EC2::LaunchTemplate"]
)
def test_on_demand_is_not_worth_a_line(type: str) -> None:
    assert not any(estate(template(type)).values())


def test_gp2_has_a_baseline_and_bursts() -> None:
    entry = only("volumes", template("AWS::EC2::Volume", Size=100))
    assert (entry["type"], entry["iops"], entry["burst_iops"], entry["burst_seconds"]) == ("gp2", 300, 3_000, 2_000)
    cap = template("AWS::EC2::Volume", VolumeType="gp2", Size=6_000)
    assert (only("volumes", cap)["iops"], only("volumes", cap, limits="current")["iops"]) == (10_000, 16_000)


def test_disks_of_instances_count_and_sizes_may_be_unknown() -> None:
    disks = [
        {"DeviceName": "/dev/xvda", "Ebs": {"VolumeType": "gp3"}},
        {"DeviceName": "/dev/sdf", "Ebs": {"VolumeType": "io1", "VolumeSize": 500, "Iops": 9_000}},
        {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
    ]
    found = estate(template("AWS::EC2::LaunchTemplate", LaunchTemplateData={"BlockDeviceMappings": disks}))["volumes"]
    assert [(one["device"], one["size_gib"], one["iops"]) for one in found] == [
        ("/dev/xvda", None, 3_000),
        ("/dev/sdf", 500, 9_000),
    ]
    assert [one["unknown"] for one in found] == [["size_gib"], []]


def test_backups_are_free_up_to_the_size_of_the_database() -> None:
    entry = only("databases", template("AWS::RDS::DBInstance", Engine="mysql", AllocatedStorage="100"))
    assert (entry["free_backup_gib"], entry["backup_days"]) == (100, 1)
    off = template("AWS::RDS::DBInstance", Engine="mysql", AllocatedStorage=100, BackupRetentionPeriod=0)
    assert only("databases", off)["free_backup_gib"] == 0
    aurora = only("databases", template("AWS::RDS::DBCluster", Engine="aurora-mysql"))
    assert (aurora["free_backup_gib"], aurora["unknown"]) == (None, ["allocated_gib"])
    assert not estate(template("AWS::RDS::DBInstance", Engine="aurora-mysql", DBClusterIdentifier="c"))["databases"]


def test_totals_leave_out_what_is_unknown_and_count_it() -> None:
    given = template(TABLE, ProvisionedThroughput=UNITS)
    given["Resources"]["Other"] = {
        "Type": TABLE,
        "Properties": {"ProvisionedThroughput": {"ReadCapacityUnits": {"Ref": "X"}, "WriteCapacityUnits": 5}},
        "Condition": "Big",
    }
    found = estate(given)
    assert found["tables"][1]["condition"] == "Big"
    sums = totals(found)
    assert (sums["read_units"], sums["write_units"], sums["with_unknown_figures"]) == (80, 25, 1)


ODD: list[Any] = [
    None,
    [],
    {},
    "",
    "x",
    5,
    -1,
    True,
    {"Ref": "X"},
    {"Ref": []},
    {"Fn::If": 5},
    [None],
    [{}],
    [{"Ref": "X"}],
    {"a": {}},
]


@pytest.mark.parametrize(
    "type",
    [
        TABLE, "AWS::DynamoDB::GlobalTable", "AWS::ApiGateway::Stage", "AWS::ApiGateway::UsagePlan",
        "AWS::ApiGateway::Deployment", "AWS::ApiGatewayV2::Stage", "AWS::Lambda::Function", "AWS::EC2::LaunchTemplate",
        "AWS::EC2::Instance", "AWS::EC2::Volume", "AWS::AutoScaling::AutoScalingGroup", "AWS::RDS::DBInstance",
        "AWS::ElasticBeanstalk::Environment", "AWS::ApplicationAutoScaling::ScalableTarget",
    ],
)  # fmt: skip
@pytest.mark.parametrize("odd", ODD, ids=str)
def test_nothing_in_a_template_makes_it_stumble(type: str, odd: Any) -> None:
    names = (
        "BillingMode", "ProvisionedThroughput", "GlobalSecondaryIndexes", "Replicas", "MethodSettings", "Throttle",
        "ApiStages", "StageDescription", "DefaultRouteSettings", "RouteSettings", "MemorySize", "Timeout",
        "LaunchTemplateData", "BlockDeviceMappings", "Tenancy", "VolumeType", "Size", "Iops", "MixedInstancesPolicy", "Engine",
        "AllocatedStorage", "BackupRetentionPeriod", "OptionSettings", "ResourceId", "ScalableDimension", "TableName",
    )  # fmt: skip
    for name in names:
        estate(template(type, **{name: odd}))
    estate({"Resources": {"It": {"Type": type, "Properties": odd}}})
    estate({"Resources": {"It": odd}})
    estate({"Resources": odd})


# The cheapest volume


@pytest.mark.parametrize(
    ("iops", "size", "type", "provisioned"),
    [
        (100, 8, "gp3", None),
        (3_000, 1, "gp3", None),
        (5_000, 10, "gp3", 5_000),
        (5_001, 10, "io2", 5_001),
        (80_000, None, "gp3", 80_000),
        (80_001, None, "io2", 80_001),
        (256_000, 256, "io2", 256_000),
    ],
)
def test_the_cheapest_volume_that_gives_so_many_iops(
    iops: int, size: int | None, type: str, provisioned: int | None
) -> None:
    found = planning.volume(iops=iops, size_gib=size)
    assert (found.type, found.iops) == (type, provisioned)


@pytest.mark.parametrize(
    ("iops", "size", "fix"), [(300_000, None, "RAID 0"), (20_000, 10, "20 GiB or more"), (-1, 5, "0 or more")]
)
def test_what_no_volume_gives_is_refused(iops: int, size: int | None, fix: str) -> None:
    with pytest.raises(ConstructError, match=fix):
        planning.volume(iops=iops, size_gib=size)
