"""L1 at run time: modules and classes made on access, attributes as deploy-time values, properties that are checked."""

from __future__ import annotations

import importlib.util
import pydoc
import shutil
import subprocess
import sys
from typing import Any

import pytest

from awsdeck import App, ConstraintError, ConstructError, CustomType, ListToken, Resource, Stack, Token, catalog, cfn
from awsdeck.cfn import names as naming
from awsdeck.cfn import stubs
from awsdeck.cfn.build import service_module
from awsdeck.synth import synthesize

l1: Any = cfn
sqs = importlib.import_module("awsdeck.cfn.sqs")
Queue = sqs.Queue

CLUSTER: Any = {"Engine": "aurora-mysql", "MasterUsername": "admin", "ManageMasterUserPassword": True}


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


# names


def test_every_way_of_importing_leads_to_the_same_class() -> None:
    scope: dict[str, Any] = {}
    exec("import awsdeck.cfn.s3; from awsdeck.cfn import sqs; from awsdeck.cfn.sqs import Queue", scope)
    assert Queue is scope["Queue"] is scope["sqs"].Queue is l1.sqs.Queue is cfn.resource_class("AWS::SQS::Queue")
    assert scope["awsdeck"].cfn.s3.Bucket.TYPE == "AWS::S3::Bucket"
    assert issubclass(Queue, Resource)
    assert Queue.__module__ == "awsdeck.cfn.sqs"


def test_classes_are_made_when_they_are_first_asked_for() -> None:
    module = importlib.import_module("awsdeck.cfn.kinesisvideo")
    assert "Stream" not in vars(module)
    assert module.Stream.TYPE == "AWS::KinesisVideo::Stream"
    assert "Stream" in vars(module)


def test_every_service_has_a_module_under_its_name_in_lower_case() -> None:
    listed = dir(cfn)
    assert len(listed) == len(catalog.services())
    assert {"ec2", "elasticloadbalancingv2", "lambda_", "alexa_ask", "amzn_sdc"} <= {*listed}
    for name in listed:
        assert name.isidentifier()
        assert dir(getattr(cfn, name)) == sorted(catalog.services()[naming.modules()[name]])


def test_a_service_lists_its_types_and_gives_them_all_to_a_star() -> None:
    assert dir(sqs) == ["Queue", "QueueInlinePolicy", "QueuePolicy"]
    scope: dict[str, Any] = {}
    exec("from awsdeck.cfn.sqs import *", scope)
    assert scope["QueuePolicy"] is sqs.QueuePolicy


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("from awsdeck.cfn import sqss", "CloudFormation has no service 'sqss'; did you mean 'sqs'?"),
        ("import awsdeck.cfn.dynamdb", "CloudFormation has no service 'dynamdb'; did you mean 'dynamodb'?"),
        (
            "from awsdeck.cfn.lambda_ import Funktion",
            "AWS::Lambda has no resource type 'Funktion'; did you mean 'Function'?",
        ),
    ],
)
def test_a_wrong_import_says_what_was_probably_meant(statement: str, message: str) -> None:
    with pytest.raises(ImportError) as caught:
        exec(statement)
    assert str(caught.value) == message


def test_a_wrong_name_says_what_was_probably_meant(stack: Stack) -> None:
    with pytest.raises(AttributeError, match="no service 'Lambda'; did you mean 'lambda_'"):
        service_module("Lambda")
    with pytest.raises(AttributeError, match="AWS::SQS has no resource type 'Quue'; did you mean 'Queue'"):
        _ = sqs.Quue
    with pytest.raises(AttributeError, match="AWS::SQS::Queue has no property or attribute 'Arm'; did you mean 'Arn'"):
        _ = Queue(stack, "Q").Arm
    with pytest.raises(AttributeError, match="type object 'Queue' has no attribute 'Arn'"):
        _ = Queue.Arn


def test_the_package_s_own_files_are_still_found_beside_the_services() -> None:
    assert importlib.import_module("awsdeck.cfn.values").__file__ is not None
    assert importlib.util.find_spec("awsdeck.cfn.sqs") is not None


def test_folders_of_stubs_do_not_hide_the_services(tmp_path: Any) -> None:
    package = tmp_path / "awsdeck"
    shutil.copytree(stubs.HERE + "/..", package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(catalog.SCHEMAS, package / "schemas")
    stubs.write(package / "cfn")
    program = "import awsdeck.cfn.sqs, awsdeck; print(awsdeck.cfn.sqs.Queue.TYPE, awsdeck.__file__)"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["AWS::SQS::Queue", str(package / "__init__.py")]


def test_help_lists_properties_and_attributes() -> None:
    text = pydoc.plain(pydoc.render_doc(cfn.lambda_.Function))
    assert "AWS::Lambda::Function." in text
    assert "Code (required)" in text
    assert "SnapStartResponse.ApplyOn" in text
    assert "Every resource type of AWS::SQS" in pydoc.plain(pydoc.render_doc(sqs))
    assert "    FifoQueue\n" in Queue.__doc__


def test_a_resource_lists_its_properties_and_attributes(stack: Stack) -> None:
    listed = dir(l1.ec2.SecurityGroup(stack, "G", GroupDescription="g"))
    assert {"GroupDescription", "GroupId", "node", "ref"} <= {*listed}
    assert {"Endpoint", "DBClusterArn"} <= {*dir(l1.rds.DBCluster(stack, "C", **CLUSTER))}


def test_nested_values_have_a_type_to_annotate_with_that_makes_dictionaries() -> None:
    rule = l1.s3.Bucket.RuleProperty(Status="Enabled")
    assert rule == {"Status": "Enabled"}
    with pytest.raises(AttributeError):
        _ = l1.s3.Bucket.NoSuchProperty


def test_private_types_get_a_module_as_soon_as_they_are_known(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    from awsdeck.catalog import store

    assert "acme_widgets" not in dir(cfn)
    monkeypatch.setattr(store, "_added", dict(store._added))
    monkeypatch.setattr(naming, "_modules", {})
    catalog.add(
        {
            "typeName": "Acme::Widgets::Widget",
            "properties": {"Size": {"type": "integer"}, "Arn": {"type": "string"}},
            "readOnlyProperties": ["/properties/Arn"],
            "required": ["Size"],
            "additionalProperties": False,
        }
    )
    acme_widgets = importlib.import_module("awsdeck.cfn.acme_widgets")
    widget = acme_widgets.Widget(stack, "W", Size=3)
    assert isinstance(widget.Arn, Token)
    assert widget.body == {"Type": "Acme::Widgets::Widget", "Properties": {"Size": 3}}
    with pytest.raises(ConstraintError):
        acme_widgets.Widget(stack, "X")
    monkeypatch.undo()
    store._found.clear()


# attributes


def test_attributes_and_ref_are_deploy_time_values(stack: Stack) -> None:
    queue = Queue(stack, "Orders")
    assert isinstance(queue.Arn, Token)
    sqs.QueuePolicy(
        stack,
        "Policy",
        Queues=[queue.ref],
        PolicyDocument={
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sqs:SendMessage",
                    "Principal": {"Service": "sns.amazonaws.com"},
                    "Resource": queue.Arn,
                    "Condition": {"ArnLike": {"aws:SourceArn": f"{queue.Arn}/x"}},
                }
            ],
        },
    )
    made = resources(stack)["Policy"]["Properties"]
    assert made["Queues"] == [{"Ref": "Orders"}]
    (statement,) = made["PolicyDocument"]["Statement"]
    assert statement["Resource"] == {"Fn::GetAtt": ["Orders", "Arn"]}
    assert statement["Condition"]["ArnLike"]["aws:SourceArn"] == {"Fn::Sub": "${Orders.Arn}/x"}


def test_dotted_attributes_are_reached_with_dots(stack: Stack) -> None:
    cluster = l1.rds.DBCluster(stack, "Db", **CLUSTER)
    queue = Queue(stack, "Q", QueueName=cluster.Endpoint.Address)
    assert queue.properties == {"QueueName": {"Fn::GetAtt": ["Db", "Endpoint.Address"]}}
    with pytest.raises(ConstructError, match=r"no attribute 'Endpoint.Adress'; did you mean 'Endpoint.Address'"):
        _ = cluster.Endpoint.Adress


def test_an_object_among_the_attributes_leads_to_what_is_in_it(stack: Stack) -> None:
    settings = [{"Prefix": "", "BranchName": "main"}]
    domain = l1.amplify.Domain(stack, "D", AppId="d1", DomainName="example.com", SubDomainSettings=settings)
    queue = Queue(stack, "Q", QueueName=domain.Certificate.CertificateArn)
    assert queue.properties["QueueName"] == {"Fn::GetAtt": ["D", "Certificate.CertificateArn"]}


def test_an_attribute_that_is_a_list_is_picked_from_by_number(stack: Stack) -> None:
    zone = l1.route53.HostedZone(stack, "Zone", Name="example.com")
    assert isinstance(zone.NameServers, ListToken)
    queue = Queue(stack, "Q", QueueName=zone.NameServers[0])
    assert queue.properties["QueueName"] == {"Fn::Select": [0, {"Fn::GetAtt": ["Zone", "NameServers"]}]}


def test_outputs_of_a_nested_stack_are_attributes_of_any_name(stack: Stack) -> None:
    nested = l1.cloudformation.Stack(stack, "Net", TemplateURL="https://example.com/net.json")
    queue = Queue(stack, "Q", QueueName=nested.Outputs.VpcId)
    assert queue.properties["QueueName"] == {"Fn::GetAtt": ["Net", "Outputs.VpcId"]}


def test_an_attribute_can_be_asked_for_by_its_name_as_text(stack: Stack) -> None:
    queue = Queue(stack, "Q")
    assert queue.get_att("Arn") == queue.Arn
    with pytest.raises(ConstructError, match="no attribute 'arn'"):
        queue.get_att("arn")


def test_a_name_that_is_both_reads_as_the_attribute_and_is_set_as_the_property(stack: Stack) -> None:
    queue = Queue(stack, "Q", QueueName="orders")
    other = Queue(stack, "Other", QueueName=f"{queue.QueueName}-2")
    queue.QueueName = "sales"
    assert queue.properties == {"QueueName": "sales"}
    assert other.properties == {"QueueName": {"Fn::Sub": "${Q.QueueName}-2"}}


# properties


def test_properties_are_read_and_assigned_under_cloudformation_s_names(stack: Stack) -> None:
    queue = Queue(stack, "Q", DelaySeconds=5)
    assert queue.DelaySeconds == 5
    assert queue.FifoQueue is None
    queue.DelaySeconds = 10
    assert resources(stack)["Q"]["Properties"] == {"DelaySeconds": 10}


def test_none_removes_a_property(stack: Stack) -> None:
    queue = Queue(stack, "Q", DelaySeconds=5, KmsMasterKeyId=None)
    queue.DelaySeconds = None
    assert queue.properties == {}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DelaySeconds", 901, "900"),
        ("DelaySecond", 5, "did you mean 'DelaySeconds'"),
        ("FifoQueue", "maybe", "FifoQueue"),
        ("Tags", [{"Key": "a"}], "Value"),
    ],
)
def test_what_is_wrong_is_refused_by_keyword_and_by_assignment_and_changes_nothing(
    stack: Stack, name: str, value: Any, message: str
) -> None:
    with pytest.raises(ConstraintError, match=message):
        Queue(stack, "Made", **{name: value})
    queue = Queue(stack, "Q", DelaySeconds=5)
    with pytest.raises(ConstraintError, match=message):
        setattr(queue, name, value)
    assert queue.properties == {"DelaySeconds": 5}


def test_a_property_that_aws_sets_is_refused(stack: Stack) -> None:
    with pytest.raises(ConstraintError, match="Arn is set by AWS and cannot be given"):
        Queue(stack, "Q", Arn="arn:aws:sqs:eu-west-1:123456789012:q")


def test_every_mistake_is_reported_at_once_with_its_line(stack: Stack) -> None:
    with pytest.raises(ConstraintError) as caught:
        Queue(
            stack,
            "Q",
            DelaySeconds=901,
            FifoQue=True,
        )
    lines = [finding.line for finding in caught.value.findings]
    start = test_every_mistake_is_reported_at_once_with_its_line.__code__.co_firstlineno
    assert sorted(line - start for line in lines if line) == [5, 6]


def test_a_resource_of_a_type_named_by_text_takes_any_property(stack: Stack) -> None:
    custom = CustomType(
        stack, "Seed", type="Custom::Seed", ServiceToken="arn:aws:lambda:eu-west-1:123456789012:function:f"
    )
    custom.Rows = 3
    assert custom.Rows == 3
    assert resources(stack)["Seed"]["Properties"]["Rows"] == 3
    assert isinstance(custom.get_att("Anything"), Token)
