"""The tree: ids, paths, source lines, what is refused and where."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from awsdeck import (
    AWS,
    App,
    Condition,
    ConstraintError,
    Construct,
    ConstructError,
    Mapping,
    Output,
    Parameter,
    S3Bucket,
    SQSQueue,
    Stack,
    Stage,
    TokenError,
    attribute,
    construct,
    equals,
    field,
    if_,
)  # fmt: skip
from awsdeck.assembly import Assembly
from awsdeck.cfn import s3, sns, sqs
from awsdeck.synth import synthesize


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def stack(app: App) -> Stack:
    return Stack(app, "shop")


def template(app: App, name: str = "shop") -> dict[str, Any]:
    return assemble(app)[name].template


def assemble(app: App) -> Assembly:
    if app.assembly is None:
        app.assembly = synthesize(app)
    return app.assembly


@construct
class Pair(Construct):
    """Two queues."""

    fifo: bool = False
    labels: list[str] = field(factory=list)
    size: int

    def build(self) -> None:
        self.first = sqs.Queue(self, "First", FifoQueue=True if self.fifo else None)
        self.second = sqs.Queue(self, "second-one")


def test_a_path_names_every_step_and_logical_ids_are_the_path_in_camel_case(app: App, stack: Stack) -> None:
    pair = Pair(stack, "orders", size=1)
    assert pair.node.path == "shop/orders"
    assert pair.first.node.path == "shop/orders/First"
    assert pair.first.node.logical_id == "OrdersFirst"
    assert pair.second.node.logical_id == "OrdersSecondOne"
    assert set(template(app)["Resources"]) == {"OrdersFirst", "OrdersSecondOne"}


def test_a_resource_directly_below_the_stack_keeps_its_id_as_written(stack: Stack) -> None:
    assert sqs.Queue(stack, "orders").node.logical_id == "orders"
    assert SQSQueue(stack, "Failed").node.resource.node.logical_id == "Failed"


def test_when_two_paths_give_one_logical_id_the_shorter_keeps_it_whatever_the_order(app: App) -> None:
    first = Stack(app, "a")
    Pair(first, "Orders", size=1)
    sqs.Queue(first, "OrdersFirst")
    second = Stack(app, "b")
    sqs.Queue(second, "OrdersFirst")
    Pair(second, "Orders", size=1)
    one, other = (set(template_of(app, name)) for name in ("a", "b"))
    assert "OrdersFirst" in one
    assert "OrdersFirst" in other
    assert len(one) == 3
    assert {len(id) for id in one} == {len(id) for id in other}
    paths = {id: origin.construct for id, origin in assemble(app)["a"].origins.items()}
    assert paths["OrdersFirst"] == "a/OrdersFirst"


def test_of_two_paths_of_one_depth_the_first_in_the_alphabet_keeps_the_id_whatever_the_order(app: App) -> None:
    for name, ids in (("a", ("my-queue", "MyQueue")), ("b", ("MyQueue", "my-queue"))):
        stack = Stack(app, name)
        for id in ids:
            sqs.Queue(stack, id)
    for name in ("a", "b"):
        assert assemble(app)[name].origins["MyQueue"].construct == f"{name}/MyQueue"


def template_of(app: App, name: str) -> dict[str, Any]:
    made: dict[str, Any] = assemble(app)[name].template["Resources"]
    return made


def test_a_logical_id_of_ones_own_is_taken_and_checked(app: App, stack: Stack) -> None:
    bucket = S3Bucket(stack, "Uploads")
    bucket.node.override_logical_id("MyBucket1")
    with pytest.raises(ConstructError, match="letters and digits"):
        bucket.node.override_logical_id("my-bucket")
    assert "MyBucket1" in template(app)["Resources"]


def test_two_constructs_with_one_id_are_refused_naming_the_first_ones_line(stack: Stack) -> None:
    sqs.Queue(stack, "Orders")
    with pytest.raises(ConstructError) as caught:
        sns.Topic(stack, "Orders")
    assert "already holds a Queue" in caught.value.message
    assert "test_tree.py:" in caught.value.message
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_tree.py")


@pytest.mark.parametrize("id", ["", "a/b", "a\n", 7, None])
def test_an_id_must_be_text_without_slashes(stack: Stack, id: Any) -> None:
    with pytest.raises(ConstructError, match="cannot be an id"):
        sqs.Queue(stack, id)


def test_a_scope_must_be_in_the_tree(app: App) -> None:
    with pytest.raises(ConstructError, match="the scope is a str"):
        SQSQueue("shop", "Q")  # type: ignore[arg-type]
    with pytest.raises(ConstructError, match="outside a stack"):
        sqs.Queue(app, "Q")


def test_a_keyword_misspelt_or_missing_is_told_at_the_line_all_at_once(stack: Stack) -> None:
    with pytest.raises(ConstructError) as caught:
        Pair(stack, "P", fiffo=True, colour="red")  # type: ignore[call-arg]
    said = str(caught.value)
    assert "'fiffo'; did you mean 'fifo'?" in said
    assert "'colour'" in said
    assert "size=" in said
    assert "test_tree.py:" in said


def test_a_default_made_by_a_factory_is_made_anew(stack: Stack) -> None:
    one, other = Pair(stack, "A", size=1), Pair(stack, "B", size=1)
    one.labels.append("x")
    assert other.labels == []


def test_a_construct_written_with_init_works_too(app: App, stack: Stack) -> None:
    class Inbox(Construct):
        def __init__(self, scope: Construct, id: str, *, fifo: bool) -> None:
            super().__init__(scope, id)
            self.queue = SQSQueue(self, "Queue", fifo=fifo)

    Inbox(stack, "In", fifo=True)
    assert template(app)["Resources"]["InQueue"]["Properties"]["FifoQueue"] is True


def test_an_attribute_of_a_construct_is_its_main_resources(app: App, stack: Stack) -> None:
    @construct
    class Box(Construct):
        """A bucket."""

        arn = attribute("Arn")

        def build(self) -> None:
            s3.Bucket(self, "Resource")

    Output(stack, "Arn", Box(stack, "Box").arn)
    assert template(app)["Outputs"]["Arn"]["Value"] == {"Fn::GetAtt": ["Box", "Arn"]}


def test_every_mistake_of_a_resource_comes_in_one_error_each_at_its_own_line(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        sqs.Queue(
            stack,
            "Q",
            VisibilityTimeout=50_000,
            DelaySeconds=-1,
            Fifo=True,  # type: ignore[call-arg]
        )
    findings = {finding.path[3]: finding for finding in caught.value.findings}
    assert set(findings) == {"VisibilityTimeout", "DelaySeconds", "Fifo"}
    assert "FifoQueue" in str(findings["Fifo"])
    lines = [findings[name].line for name in ("VisibilityTimeout", "DelaySeconds", "Fifo")]
    assert lines == list(range(lines[0] or 0, (lines[0] or 0) + 3))
    for finding in findings.values():
        assert finding.file is not None
        assert finding.file.endswith("test_tree.py")
        assert finding.construct == "shop/Q"
        assert finding.source


def test_assigning_to_a_property_is_checked_and_a_refused_value_changes_nothing(stack: Stack) -> None:
    queue = sqs.Queue(stack, "Q", DelaySeconds=5)
    queue.DelaySeconds = 10
    with pytest.raises(ConstraintError):
        queue.DelaySeconds = 901
    assert queue.properties == {"DelaySeconds": 10}
    queue.DelaySeconds = None
    assert queue.properties == {}


def test_what_holds_data_outlives_its_removal_and_the_rest_does_not(app: App, stack: Stack) -> None:
    from awsdeck.cfn import dynamodb, rds

    s3.Bucket(stack, "B")
    rds.DBInstance(stack, "D", DBInstanceClass="db.t3.micro", Engine="postgres", AllocatedStorage="20",
                   MasterUsername="admin1", ManageMasterUserPassword=True)  # fmt: skip
    sqs.Queue(stack, "Q")
    loose = dynamodb.Table(stack, "T", AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                           KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST")  # fmt: skip
    loose.node.retain(False)
    made = template(app)["Resources"]
    assert made["B"]["DeletionPolicy"] == made["B"]["UpdateReplacePolicy"] == "Retain"
    assert made["D"]["DeletionPolicy"] == "Snapshot"
    assert made["T"]["DeletionPolicy"] == "Delete"
    assert "DeletionPolicy" not in made["Q"]


def test_a_stack_can_say_that_its_data_may_go(app: App, stack: Stack) -> None:
    stack.node.retain(False)
    s3.Bucket(stack, "B")
    sqs.Queue(stack, "Q")
    made = template(app)["Resources"]
    assert made["B"]["DeletionPolicy"] == "Delete"
    assert "DeletionPolicy" not in made["Q"]


def test_a_dependency_holds_for_every_resource_below(app: App, stack: Stack) -> None:
    pair = Pair(stack, "P", size=1)
    topic = sns.Topic(stack, "T")
    topic.node.depends_on(pair)
    assert template(app)["Resources"]["T"]["DependsOn"] == ["PFirst", "PSecondOne"]


def test_an_override_reaches_any_value_and_is_checked(app: App, stack: Stack) -> None:
    queue = SQSQueue(stack, "Q")
    queue.node.override("Properties.VisibilityTimeout", 60)
    queue.node.override("Metadata.Note", "by hand")
    with pytest.raises(ConstraintError):
        queue.node.override("Properties.VisibilityTimeout", 50_000)
    made = template(app)["Resources"]["Q"]
    assert made["Properties"]["VisibilityTimeout"] == 60
    assert made["Metadata"] == {"Note": "by hand"}


def test_an_override_of_none_removes_the_value(app: App, stack: Stack) -> None:
    SQSQueue(stack, "Q").node.override("Properties.ReceiveMessageWaitTimeSeconds", None)
    assert "ReceiveMessageWaitTimeSeconds" not in template(app)["Resources"]["Q"]["Properties"]


def test_a_rule_ignored_on_the_scope_lets_the_construct_be_made(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="needs a reason"):
        stack.node.ignore("SQS005", reason=" ")
    stack.node.ignore("SQS005", reason="a queue that was made before the rule")
    sqs.Queue(stack, "Q", QueueName="orders.fifo")


def test_an_ignored_rule_counts_again_after_its_day(stack: Stack) -> None:
    yesterday = (dt.date.today() - dt.timedelta(days=1)).isoformat()
    stack.node.ignore("SQS005", reason="until the move", until=yesterday)
    with pytest.raises(ConstraintError):
        sqs.Queue(stack, "Q", QueueName="orders.fifo")


def test_tags_go_to_what_can_carry_them_and_own_tags_win(app: App, stack: Stack) -> None:
    from awsdeck.cfn import glue

    stack.node.tag("team", "shop")
    sqs.Queue(stack, "Q", Tags=[{"Key": "team", "Value": "mine"}])
    sns.Topic(stack, "T").node.tag("cost", "7")
    glue.Job(stack, "J", Command={"Name": "glueetl"}, Role="r")
    sqs.QueuePolicy(stack, "P", Queues=["u"], PolicyDocument={"Version": "2012-10-17", "Statement": []})
    made = template(app)["Resources"]
    assert made["Q"]["Properties"]["Tags"] == [{"Key": "team", "Value": "mine"}]
    assert made["T"]["Properties"]["Tags"] == [{"Key": "cost", "Value": "7"}, {"Key": "team", "Value": "shop"}]
    assert made["J"]["Properties"]["Tags"] == {"team": "shop"}
    assert "Tags" not in made["P"]["Properties"]
    with pytest.raises(ConstructError, match="reserved"):
        stack.node.tag("aws:x", "y")


def test_nothing_can_be_added_after_synthesis(app: App, stack: Stack) -> None:
    queue = sqs.Queue(stack, "Q")
    assemble(app)
    with pytest.raises(ConstructError, match="after synth"):
        sqs.Queue(stack, "R")
    with pytest.raises(ConstructError, match="after synth"):
        queue.DelaySeconds = 4


@pytest.mark.parametrize("name", ["1shop", "my shop", "ü", "a" * 129, ""])
def test_a_stack_name_cloudformation_would_refuse_is_refused(app: App, name: str) -> None:
    with pytest.raises(ConstructError):
        Stack(app, "x", name=name)


def test_two_stacks_of_one_name_are_refused_because_names_choose_them_on_the_command_line(app: App) -> None:
    Stack(app, "a", name="shop", region="eu-west-1")
    with pytest.raises(ConstructError, match="two stacks are called 'shop'"):
        Stack(app, "b", name="shop", region="us-east-1")


def test_sections_render_as_cloudformation_writes_them(app: App, stack: Stack) -> None:
    stage = Parameter(stack, "Stage", allowed_values=["dev", "prod"], default="dev", description="where")
    zones = Parameter(stack, "Zones", type="List<AWS::EC2::AvailabilityZone::Name>")
    secret = Parameter(stack, "Secret", secret=True)
    sizes = Mapping(stack, "Sizes", {"dev": {"wait": 1}, "prod": {"wait": 20}})
    production = Condition(stack, "Production", equals(stage.ref, "prod"))
    Condition(stack, "Loud", ~production & (equals(zones.items[0], "a") | production))
    queue = sqs.Queue(stack, "Q", ReceiveMessageWaitTimeSeconds=sizes.find(stage.ref, "wait"))
    queue.when(production)
    Output(stack, "Url", queue.ref, description="where to send", export=f"shop-{stage.ref}", condition=production)
    Output(stack, "Nothing", secret.ref)
    made = template(app)
    assert made["Parameters"] == {
        "Stage": {"Type": "String", "AllowedValues": ["dev", "prod"], "Default": "dev", "Description": "where"},
        "Zones": {"Type": "List<AWS::EC2::AvailabilityZone::Name>"},
        "Secret": {"Type": "String", "NoEcho": True},
    }
    assert made["Conditions"]["Loud"] == {
        "Fn::And": [
            {"Fn::Not": [{"Condition": "Production"}]},
            {"Fn::Or": [
                {"Fn::Equals": [{"Fn::Select": [0, {"Ref": "Zones"}]}, "a"]}, {"Condition": "Production"},
            ]},
        ]
    }  # fmt: skip
    assert made["Resources"]["Q"]["Condition"] == "Production"
    assert made["Resources"]["Q"]["Properties"] == {
        "ReceiveMessageWaitTimeSeconds": {"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "wait"]}
    }
    assert made["Outputs"]["Url"] == {
        "Value": {"Ref": "Q"}, "Description": "where to send", "Export": {"Name": {"Fn::Sub": "shop-${Stage}"}},
        "Condition": "Production",
    }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        lambda s: Parameter(s, "P", type="Strin"),
        lambda s: Parameter(s, "P", default="x", allowed_values=["a"]),
        lambda s: Parameter(s, "P", type="CommaDelimitedList").ref,
        lambda s: Parameter(s, "P").items,
        lambda s: Condition(s, "C", True),  # type: ignore[arg-type]
        lambda s: bool(Condition(s, "C", equals("a", "b"))),
        lambda s: bool(equals("a", "b")),
        lambda s: Mapping(s, "M", {"a": {"b c": 1}}),
        lambda s: Mapping(s, "M", {"a": {"b": 1}}).find("zz", "b"),
        lambda s: Mapping(s, "M", {"a": {"b": 1}}).find(AWS.Region, "zz"),
    ],
)
def test_a_section_used_wrongly_is_refused_at_the_line(stack: Stack, wrong: Any) -> None:
    with pytest.raises(ConstructError) as caught:
        wrong(stack)
    assert caught.value.place is not None
    assert caught.value.fix


@pytest.mark.parametrize(
    "wrong",
    [
        lambda s, q: Parameter(s, "P", default=q.Arn),
        lambda s, q: Parameter(s, "P", description=f"in {AWS.Region}"),
        lambda s, q: Mapping(s, "M", {"a": {"b": q.Arn}}),
        lambda s, q: Condition(s, "C", equals(q.Arn, "x")),
        lambda s, q: Condition(s, "C", ~equals("x", q.ref)),
    ],
)
def test_a_deploy_time_value_is_refused_where_none_is_filled_in(stack: Stack, wrong: Any) -> None:
    with pytest.raises(TokenError) as caught:
        wrong(stack, sqs.Queue(stack, "Q"))
    assert caught.value.place is not None
    assert caught.value.fix


def test_an_output_of_a_broken_value_says_where_it_stands(stack: Stack) -> None:
    with pytest.raises(TokenError, match="Value: a deploy-time value"):
        Output(stack, "O", f"x{AWS.Region}"[:-3])


@pytest.mark.parametrize(
    "use",
    [
        lambda s, c, m: Output(s, "O", "x", condition=c),
        lambda s, c, m: sqs.Queue(s, "Q").when(c),
        lambda s, c, m: sqs.Queue(s, "Q", QueueName=if_(c, "a", "b")),
        lambda s, c, m: Output(s, "O", m.find("a", "b")),
    ],
)
def test_a_condition_or_mapping_of_another_stack_is_refused_at_the_line(app: App, stack: Stack, use: Any) -> None:
    other = Stack(app, "other")
    with pytest.raises(ConstructError, match="of other; the template of shop cannot name it") as caught:
        use(stack, Condition(other, "C", equals("a", "b")), Mapping(other, "M", {"a": {"b": "1"}}))
    assert caught.value.place is not None


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({"account": 123}, "account=123"),
        ({"account": "1234"}, "twelve digits"),
        ({"region": "Ireland"}, "region='Ireland'"),
        ({"region": AWS.Region}, "region="),
    ],
)
def test_a_region_or_account_that_cannot_be_one_is_refused(app: App, place: Any, said: str) -> None:
    for make in (Stack, Stage):
        with pytest.raises(ConstructError, match=said):
            make(app, f"x{make.__name__}", **place)


def test_a_region_nobody_knows_is_a_warning_with_a_suggestion(app: App) -> None:
    sqs.Queue(Stack(app, "s", region="eu-wst-1"), "Q")
    assemble(app)
    (finding,) = [finding for finding in app.findings if finding.rule == "XSV022"]
    assert finding.severity == "warning"
    assert finding.fix is not None
    assert "eu-west-1" in finding.fix


def test_a_stack_without_resources_is_refused(app: App, stack: Stack) -> None:
    with pytest.raises(ConstraintError, match="at least one"):
        synthesize(app)


@pytest.mark.parametrize(
    ("path", "value", "rule"),
    [
        ("Properties", {"VisibilityTimeout": 99_999}, "SQS002"),
        ("Type", "AWS::SNS::Topic", "XSV018"),
    ],
)
def test_an_override_of_the_whole_is_checked_and_a_refused_one_changes_nothing(
    app: App, stack: Stack, path: str, value: Any, rule: str
) -> None:
    queue = sqs.Queue(stack, "Q", DelaySeconds=5)
    with pytest.raises(ConstraintError) as caught:
        queue.override(path, value)
    assert {finding.rule for finding in caught.value.findings} == {rule}
    assert template(app)["Resources"]["Q"] == {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}


def test_an_override_of_all_properties_replaces_them(app: App, stack: Stack) -> None:
    queue = sqs.Queue(stack, "Q", DelaySeconds=5)
    queue.override("Properties", {"VisibilityTimeout": 60})
    assert template(app)["Resources"]["Q"]["Properties"] == {"VisibilityTimeout": 60}


def test_a_snapshot_that_saves_nothing_is_told_of_an_override_too(app: App, stack: Stack) -> None:
    sqs.Queue(stack, "Q").override("DeletionPolicy", "Snapshot")
    assert "XSV017" in {finding.rule for finding in app.findings}


def test_what_a_property_gives_is_a_copy_with_and_without_deploy_time_values(app: App, stack: Stack) -> None:
    plain = sqs.Queue(stack, "P", Tags=[{"Key": "a", "Value": "b"}])
    named = sqs.Queue(stack, "N", Tags=[{"Key": "a", "Value": plain.Arn}])
    for queue in (plain, named):
        queue.Tags.append({"bogus": 1})
        queue.given()["Tags"][0]["Key"] = "c"
        assert len(queue.Tags) == 1
        assert queue.Tags[0]["Key"] == "a"


@pytest.mark.parametrize("until", ["2020-13-45", "2020-02-30", "tomorrow"])
def test_a_day_that_is_not_in_the_calendar_is_refused(stack: Stack, until: str) -> None:
    with pytest.raises(ConstructError, match="not a date"):
        stack.node.ignore("SQS002", reason="x", until=until)


def test_a_property_read_back_can_be_given_to_a_resource_of_another_stack(app: App, stack: Stack) -> None:
    queue = sqs.Queue(stack, "Q")
    first = sns.Topic(stack, "T", DisplayName=f"x-{queue.QueueName}", Tags=[{"Key": "queue", "Value": queue.ref}])
    second = sns.Topic(Stack(app, "other"), "U", DisplayName=first.given()["DisplayName"], Tags=first.Tags)
    assert second.node.path == "other/U"
    assert template(app, "other")["Resources"]["U"]["Properties"] == {
        "DisplayName": {
            "Fn::Sub": ["x-${ShopQQueueName}", {"ShopQQueueName": {"Fn::ImportValue": "shop:Q-QueueName"}}]
        },
        "Tags": [{"Key": "queue", "Value": {"Fn::ImportValue": "shop:Q"}}],
    }


def test_a_property_replaced_takes_its_references_with_it(app: App, stack: Stack) -> None:
    other = Stack(app, "other")
    topic = sns.Topic(stack, "T", Tags=[{"Key": "queue", "Value": sqs.Queue(other, "Q").ref}])
    topic.Tags = [{"Key": "a", "Value": "b"}]
    assert "Outputs" not in template(app, "other")
    assert assemble(app)["shop"].dependencies == ()


def test_an_override_beside_a_deploy_time_value_leaves_it_one(app: App, stack: Stack) -> None:
    queue = sqs.Queue(stack, "Q")
    topic = sns.Topic(stack, "T", Tags=[{"Key": "queue", "Value": queue.ref}])
    topic.node.override("Properties.Tags.1", {"Key": "a", "Value": "b"})
    queue.node.override_logical_id("Renamed")
    tags = template(app)["Resources"]["T"]["Properties"]["Tags"]
    assert tags == [{"Key": "queue", "Value": {"Ref": "Renamed"}}, {"Key": "a", "Value": "b"}]


def test_what_only_aws_sets_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match="set by AWS"):
        sqs.Queue(stack, "Q", Arn="arn:aws:sqs:eu-west-1:123456789012:q")  # type: ignore[call-arg]


@pytest.mark.parametrize(("path", "value"), [("Properties", "x"), ("Type", 5), ("Type", None)])
def test_an_override_that_leaves_no_resource_is_refused(stack: Stack, path: str, value: Any) -> None:
    with pytest.raises(ConstructError, match=path) as caught:
        sqs.Queue(stack, "Q").override(path, value)
    assert caught.value.place is not None
