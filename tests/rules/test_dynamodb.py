"""Tables: the near misses of each rule, and what a table's construct is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.rules.dynamodb.workload import read_units, write_units

if TYPE_CHECKING:
    from .conftest import Ask, AskHints

TABLE = "AWS::DynamoDB::Table"
PROD = {"Prod": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}}
STAGE = {"Stage": {"Type": "String"}, "Text": {"Type": "String"}}
NOTHING = {"Ref": "AWS::NoValue"}
HASH = {"AttributeName": "pk", "KeyType": "HASH"}
RANGE = {"AttributeName": "sk", "KeyType": "RANGE"}


def key(name: str, kind: str = "HASH") -> dict[str, str]:
    return {"AttributeName": name, "KeyType": kind}


def table(*attributes: str, **properties: Any) -> dict[str, Any]:
    given = {
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in attributes or ("pk",)],
        "KeySchema": [HASH],
        "BillingMode": "PAY_PER_REQUEST",
        **properties,
    }
    return {"Type": TABLE, "Properties": {name: value for name, value in given.items() if value is not None}}


def index(name: str, *keys: dict[str, str], **properties: Any) -> dict[str, Any]:
    return {"IndexName": name, "KeySchema": list(keys), "Projection": {"ProjectionType": "ALL"}, **properties}


def units(reads: Any, writes: Any) -> dict[str, Any]:
    return {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}


@pytest.mark.parametrize(
    ("schema", "wrong"),
    [
        ([HASH], False),
        ([HASH, RANGE], False),
        ([RANGE, HASH], True),
        ([RANGE], True),
        ([HASH, key("sk")], True),
        ([], True),
        ([HASH, key("pk", "RANGE")], True),
        ([{"AttributeName": {"Ref": "Text"}, "KeyType": "HASH"}], False),
        ({"Fn::If": ["Prod", [HASH], [RANGE]]}, True),
        ([HASH, {"Fn::If": ["Prod", RANGE, NOTHING]}], False),
    ],
)
def test_a_primary_key_is_a_partition_key_and_perhaps_a_sort_key(ask: Ask, schema: Any, wrong: bool) -> None:
    said = ask({"T": table("pk", "sk", KeySchema=schema)}, Conditions=PROD, Parameters=STAGE)
    assert bool(said.of("DDB001")) is wrong


def test_definitions_and_keys_name_the_same_attributes(ask: Ask) -> None:
    by_mail = [index("by-mail", key("mail"))]
    assert not ask({"T": table("pk", "mail", GlobalSecondaryIndexes=by_mail)}).of("DDB002")
    (missing,) = ask({"T": table("pk", GlobalSecondaryIndexes=by_mail)}).of("DDB002")
    assert "mail" in missing.message
    (unused,) = ask({"T": table("pk", "mail")}).of("DDB002")
    assert "mail" in unused.message


def test_definitions_are_not_judged_where_a_key_is_unknown(ask: Ask) -> None:
    by_text: dict[str, Any] = {"AttributeName": {"Ref": "Text"}, "KeyType": "HASH"}
    unknown = [index("by-text", by_text)]
    resources = {"T": table("pk", "mail", GlobalSecondaryIndexes=unknown)}
    assert not ask(resources, Parameters=STAGE).of("DDB002")
    assert not ask({"T": table("pk", "mail", GlobalSecondaryIndexes={"Ref": "Text"})}, Parameters=STAGE).of("DDB002")


def test_an_index_that_a_condition_leaves_out_takes_its_definition_with_it(ask: Ask) -> None:
    mail = {"Fn::If": ["Prod", {"AttributeName": "mail", "AttributeType": "S"}, NOTHING]}
    indexes = {"Fn::If": ["Prod", [index("by-mail", key("mail"))], NOTHING]}
    definitions = [{"AttributeName": "pk", "AttributeType": "S"}, mail]
    both = table(AttributeDefinitions=definitions, GlobalSecondaryIndexes=indexes)
    assert not ask({"T": both}, Conditions=PROD, Parameters=STAGE).of("DDB002")
    one = table(AttributeDefinitions=definitions)
    assert ask({"T": one}, Conditions=PROD, Parameters=STAGE).of("DDB002")


@pytest.mark.parametrize(
    ("billing", "throughput", "rule"),
    [
        (None, None, "DDB003"),
        (None, units(5, 5), None),
        ("PROVISIONED", units("1", 1), None),
        ("PROVISIONED", units(0, 1), "DDB003"),
        ("PROVISIONED", {"Ref": "Text"}, None),
        ({"Ref": "Text"}, None, None),
        ("PAY_PER_REQUEST", None, None),
        ("PAY_PER_REQUEST", units(0, 0), None),
        ("PAY_PER_REQUEST", units(1, 1), "DDB004"),
        ("PAY_PER_REQUEST", {"Fn::If": ["Prod", units(1, 1), NOTHING]}, "DDB004"),
    ],
)
def test_capacity_is_given_where_it_is_provisioned(ask: Ask, billing: Any, throughput: Any, rule: str | None) -> None:
    said = ask({"T": table(BillingMode=billing, ProvisionedThroughput=throughput)}, Conditions=PROD, Parameters=STAGE)
    found = {finding.rule for finding in said.findings} & {"DDB003", "DDB004"}
    assert found == ({rule} if rule else set())


def test_a_table_whose_billing_and_capacity_change_together_is_fine(ask: Ask) -> None:
    both = table(
        BillingMode={"Fn::If": ["Prod", "PROVISIONED", "PAY_PER_REQUEST"]},
        ProvisionedThroughput={"Fn::If": ["Prod", units(5, 5), NOTHING]},
    )
    said = ask({"T": both}, Conditions=PROD, Parameters=STAGE)
    assert not said.of("DDB003")
    assert not said.of("DDB004")


def test_a_local_index_keeps_the_partition_key(ask: Ask) -> None:
    def severities(*keys: dict[str, str], schema: list[dict[str, str]] | None = None) -> list[str]:
        local = table(
            "pk", "sk", "alt", KeySchema=schema or [HASH, RANGE], LocalSecondaryIndexes=[index("by-alt", *keys)]
        )
        return ask({"T": local}).severities("DDB007")

    assert severities(HASH, key("alt", "RANGE")) == []
    assert severities(key("alt"), RANGE) == ["error"]
    assert severities(HASH, RANGE) == ["warning"]
    assert severities(HASH, key("alt", "RANGE"), schema=[HASH]) == ["error"]


@pytest.mark.parametrize("mode", ["documented", "current"])
def test_a_key_of_several_attributes_is_younger_than_the_notes_and_never_refused(ask: Ask, mode: Any) -> None:
    many = [index("many", *(key(n) for n in "abcd"), *(key(n, "RANGE") for n in "efgh"))]
    assert not ask({"T": table("pk", *"abcdefgh", GlobalSecondaryIndexes=many)}, mode).of("DDB008")
    mixed = [index("mixed", key("a"), key("b", "RANGE"), key("c"))]
    assert ask({"T": table("pk", *"abc", GlobalSecondaryIndexes=mixed)}, mode).severities("DDB008") == ["error"]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("abc", False), ("a.b-c_D9", False), ("ab", True), ("a b c", True), ("x" * 255, False), ("x" * 256, True),
        ("arn:aws:dynamodb:eu-west-1:123456789012:table/orders", False), ({"Fn::Sub": "${Text}!"}, False),
    ],
)  # fmt: skip
def test_a_table_name_has_3_to_255_characters(ask: Ask, name: Any, wrong: bool) -> None:
    assert bool(ask({"T": table(TableName=name)}, Parameters=STAGE).of("DDB009")) is wrong


def test_local_and_global_indexes_share_their_names(ask: Ask) -> None:
    both = table(
        "pk", "sk", "alt", KeySchema=[HASH, RANGE],
        LocalSecondaryIndexes=[index("by-alt", HASH, key("alt", "RANGE"))],
        GlobalSecondaryIndexes=[index("by-alt", key("alt"))],
    )  # fmt: skip
    assert ask({"T": both}).severities("DDB009") == ["error"]


def test_expiry_needs_an_attribute_and_reads_only_numbers(ask: Ask) -> None:
    def severities(**properties: Any) -> list[str]:
        return ask({"T": table(TimeToLiveSpecification=properties)}, Parameters=STAGE).severities("DDB012")

    assert severities(Enabled="true", AttributeName="expires") == []
    assert severities(Enabled=True, AttributeName={"Ref": "Text"}) == []
    assert severities(Enabled=True) == ["error"]
    assert severities(Enabled=True, AttributeName="") == ["error"]
    assert severities(Enabled={"Ref": "Text"}) == []
    assert severities(Enabled=True, AttributeName="pk") == ["warning"]


def test_three_readers_of_a_stream_are_too_many_unless_one_is_off(ask: Ask) -> None:
    read = {"EventSourceArn": {"Fn::GetAtt": ["T", "StreamArn"]}, "StartingPosition": "LATEST"}
    resources: dict[str, Any] = {"T": table(StreamSpecification={"StreamViewType": "NEW_IMAGE"})}
    for name in "abc":
        properties = {**read, "FunctionName": name}
        resources[f"M{name}"] = {"Type": "AWS::Lambda::EventSourceMapping", "Properties": properties}
    assert ask(resources).severities("DDB016") == ["warning"]
    resources["Ma"]["Properties"]["Enabled"] = False
    assert not ask(resources).of("DDB016")


@pytest.mark.parametrize(
    ("condition", "actions", "warned"),
    [
        ({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["x"]}}, ["dynamodb:GetItem"], 0),
        ({"ForAllValues:StringLike": {"dynamodb:leadingkeys": ["x"]}}, ["dynamodb:Query"], 0),
        ({"StringEquals": {"dynamodb:LeadingKeys": ["x"]}}, ["dynamodb:GetItem"], 1),
        ({"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["x"]}}, ["dynamodb:*"], 1),
        ({"StringEquals": {"dynamodb:LeadingKeys": ["x"]}}, ["dynamodb:GetItem", "dynamodb:S*"], 2),
        ({"StringEquals": {"aws:SourceAccount": "x"}}, ["dynamodb:*"], 0),
    ],
)
def test_leading_keys_are_tested_for_all_values_and_without_scans(
    ask: Ask, condition: dict[str, Any], actions: list[str], warned: int
) -> None:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*", "Condition": condition}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}
    assert len(ask({"P": policy}).of("DDB024")) == warned


def test_a_table_that_a_parameter_protects_is_not_judged(ask: Ask) -> None:
    recovery = {"PointInTimeRecoveryEnabled": {"Ref": "Text"}}
    open_table = table(DeletionProtectionEnabled={"Ref": "Text"}, PointInTimeRecoverySpecification=recovery)
    assert not ask({"T": open_table}, Parameters=STAGE).of("DDB025")


# What a construct is told


@pytest.mark.parametrize(
    ("reads", "size", "strong", "units"),
    [(80, 3_072, True, 80), (80, 3_072, False, 40), (80, 4_096, True, 80), (80, 4_097, True, 160), (1, 3_072, False, 1),
     (7, 9_216, False, 11), (5, 0, True, 5)],
)  # fmt: skip
def test_reads_are_rounded_for_each_item_and_halved_afterwards(
    reads: float, size: float, strong: bool, units: int
) -> None:
    assert read_units(reads, size, strong=strong) == units


@pytest.mark.parametrize(("writes", "size", "units"), [(100, 512, 100), (100, 1_024, 100), (10, 1_536, 20)])
def test_writes_are_rounded_for_each_item(writes: float, size: float, units: int) -> None:
    assert write_units(writes, size) == units
    assert write_units(writes, size, transactions=True) == 2 * units


def test_capacity_is_compared_with_what_is_expected(ask_hints: AskHints) -> None:
    told = {"expected_reads": 80, "item_size": 3_072, "consistent_reads": True}
    assert not ask_hints("DynamoDBTable", read_capacity=80, **told).of("DDB022")
    assert ask_hints("DynamoDBTable", read_capacity=79, **told).of("DDB022")
    assert not ask_hints("DynamoDBTable", read_capacity=79, billing="on-demand", **told).of("DDB022")
    assert not ask_hints("DynamoDBTable", read_capacity={"Ref": "Units"}, **told).of("DDB022")


def test_a_query_is_by_partition_key(ask_hints: AskHints) -> None:
    keys = [["pk", "sk"], ["email", "placed_at"]]
    assert not ask_hints("DynamoDBQuery", operation="query", attributes=["email"], keys=keys).of("DDB018")
    assert ask_hints("DynamoDBQuery", operation="query", attributes=["placed_at"], keys=keys).severities("DDB018") == [
        "error"
    ]


@pytest.mark.parametrize(
    ("hints", "severities"),
    [
        ({"index": "global", "consistent_read": True}, ["error"]),
        ({"index": "local", "consistent_read": True}, []),
        ({"consistent_read": True}, []),
        ({"dax": True, "consistent_read": True}, ["warning"]),
        ({"dax": True}, []),
    ],
)
def test_strong_reads_are_for_tables_and_local_indexes(
    ask_hints: AskHints, hints: dict[str, Any], severities: list[str]
) -> None:
    assert ask_hints("DynamoDBQuery", **hints).severities("DDB020") == severities


def test_a_stream_carries_the_images_its_readers_need(ask_hints: AskHints) -> None:
    assert not ask_hints("DynamoDBTable", stream="NEW_IMAGE", stream_needs="new").of("DDB015")
    assert ask_hints("DynamoDBTable", stream="old-image", stream_needs=["old", "new"]).of("DDB015")
    assert ask_hints("DynamoDBTable", stream_hours=25).of("DDB015")
