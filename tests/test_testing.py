"""What tests of decks can say: matchers with readable failures, snapshots, the plugin, deploys on this machine."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck import App, ConstructError, IAMRole, Output, S3Bucket, SQSQueue, Stack
from awsdeck.errors import InputError
from awsdeck.testing import Assertions, absent, any_value, like, template_of
from awsdeck.testing.engine import Ground
from awsdeck.testing.snapshot import settled

if TYPE_CHECKING:
    from awsdeck.local import Engine

ROOT = Path(__file__).parents[1]


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def template(stack: Stack) -> Assertions:
    failed = SQSQueue(stack, "Failed", fifo=True)
    orders = SQSQueue(stack, "Orders", fifo=True, visibility_timeout=120, dead_letter=failed.after(5))
    SQSQueue(stack, "Incoming")
    role = IAMRole(stack, "Role", assumed_by="ec2.amazonaws.com")
    orders.grant_send(role)
    Output(stack, "Url", orders.url)
    return template_of(stack)


def message(call: Any) -> str:
    with pytest.raises(AssertionError) as caught:
        call()
    return str(caught.value)


def test_a_resource_is_found_by_type_and_properties(template: Assertions) -> None:
    assert template.has("AWS::SQS::Queue", FifoQueue=True, VisibilityTimeout=120) == "Orders"
    assert set(template.find("AWS::SQS::Queue", FifoQueue=True)) == {"Failed", "Orders"}
    template.count("AWS::SQS::Queue", 3)
    template.count("AWS::SQS::Queue", 1, FifoQueue=absent)
    template.lacks("AWS::SQS::Queue", DelaySeconds=any_value)
    template.has("AWS::SQS::Queue", {"Type": "AWS::SQS::Queue", "DependsOn": absent}, RedrivePolicy=any_value)
    assert template["Incoming"]["Type"] == "AWS::SQS::Queue"


def test_parts_of_a_value_are_enough_with_like(template: Assertions) -> None:
    template.has("AWS::SQS::Queue", RedrivePolicy=like({"maxReceiveCount": 5}))
    template.has(
        "AWS::IAM::Policy",
        PolicyDocument=like({"Statement": [{"Action": ["sqs:SendMessage"], "Effect": "Allow"}]}),
        PolicyName=re.compile("Role.*"),
    )
    template.lacks("AWS::SQS::Queue", RedrivePolicy=like({"maxReceiveCount": 4}))
    template.lacks("AWS::SQS::Queue", RedrivePolicy={"maxReceiveCount": 5})


def test_deploy_time_values_stand_for_what_they_become(stack: Stack, template: Assertions) -> None:
    failed: Any = stack.node.children["Failed"]
    template.has("AWS::SQS::Queue", RedrivePolicy={"deadLetterTargetArn": failed.arn, "maxReceiveCount": 5})
    role: Any = stack.node.children["Role"]
    template.has("AWS::IAM::Policy", Roles=[role.role_name])
    orders: Any = stack.node.children["Orders"]
    template.has_output("Url", Value=orders.url)


def test_a_failure_shows_the_nearest_resource_with_its_line_and_what_differs(template: Assertions) -> None:
    text = message(lambda: template.has("AWS::SQS::Queue", FifoQueue=True, VisibilityTimeout=60, DelaySeconds=9))
    line = next(n for n, one in enumerate(Path(__file__).read_text().splitlines(), 1) if "dead_letter=failed" in one)
    assert text.splitlines() == [
        "shop: no AWS::SQS::Queue with FifoQueue True, VisibilityTimeout 60, DelaySeconds 9",
        f"the nearest of 3 is Failed (test_testing.py:{line - 1}):",
        "    VisibilityTimeout  wanted 60, is 30",
        "    DelaySeconds       wanted 9, is absent",
    ]
    inside = message(lambda: template.has("AWS::SQS::Queue", RedrivePolicy=like({"maxReceiveCount": 9})))
    assert "RedrivePolicy.maxReceiveCount  wanted 9, is 5" in inside
    statement = message(
        lambda: template.has("AWS::IAM::Policy", PolicyDocument=like({"Statement": [{"Effect": "Deny"}]}))
    )
    assert "PolicyDocument.Statement.0.Effect  wanted 'Deny', is 'Allow'" in statement


def test_every_kind_of_failure_says_what_is_there(template: Assertions) -> None:
    assert message(lambda: template.count("AWS::SQS::Queue", 2)).startswith(
        "AWS::SQS::Queue: 2 wanted, 3 there: Failed ("
    )
    assert "is there: Incoming (" in message(lambda: template.lacks("AWS::SQS::Queue", FifoQueue=absent))
    assert "it has AWS::IAM::Policy, AWS::IAM::Role, AWS::SQS::Queue" in message(
        lambda: template.has("AWS::SNS::Topic")
    )
    assert "no output Arn; it has Url" in message(lambda: template.has_output("Arn"))
    assert "Value  wanted 'x', is {" in message(lambda: template.has_output("Url", Value="x"))
    assert "no resource Order; it has Failed" in message(lambda: template["Order"])


def test_a_type_or_property_that_does_not_exist_is_a_mistake_of_the_test(template: Assertions) -> None:
    assert "did you mean AWS::SQS::Queue?" in message(lambda: template.count("AWS::SQS::Queu", 0))
    assert "did you mean FifoQueue?" in message(lambda: template.lacks("AWS::SQS::Queue", Fifo=True))


def test_lists_are_compared_item_by_item_unless_like() -> None:
    template = template_of({"Resources": {"X": {"Type": "Custom::X", "Properties": {"Items": [1, {"a": 1, "b": 2}]}}}})
    template.has("Custom::X", Items=[1, {"a": 1, "b": 2}])
    template.has("Custom::X", Items=like([{"a": 1}]))
    template.has("Custom::X", Items=like([{"b": any_value, "c": absent}, 1]))
    assert "Items.1.b  wanted absent, is 2" in message(lambda: template.has("Custom::X", Items=[1, {"a": 1}]))
    assert "Items.2  wanted 3, is absent" in message(lambda: template.has("Custom::X", Items=[1, {"a": 1, "b": 2}, 3]))
    assert "wanted True, is 1" in message(lambda: template.has("Custom::X", Items=[True, any_value]))


def test_a_template_file_is_as_good(tmp_path: Path) -> None:
    file = tmp_path / "queue.yaml"
    file.write_text("Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: {DelaySeconds: 5}\n")
    assert template_of(file).has("AWS::SQS::Queue", DelaySeconds=5) == "Q"


def test_an_app_of_several_stacks_has_no_single_template(stack: Stack) -> None:
    SQSQueue(stack, "Q")
    SQSQueue(Stack(stack.node.root_app, "other"), "Q")
    with pytest.raises(ConstructError, match="has 2 stacks: shop, other"):
        template_of(stack.node.root_app)
    template_of(stack.node.root_app.stacks[1]).count("AWS::SQS::Queue", 1)


def test_an_app_is_synthesized_once(stack: Stack) -> None:
    SQSQueue(stack, "Q")
    assert template_of(stack).template is template_of(stack.node.root_app).template


def test_hashes_of_files_do_not_count_in_snapshots() -> None:
    def function(digest: str) -> dict[str, Any]:
        short = digest[:10].upper()
        return {
            "Resources": {
                "F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"S3Key": f"awsdeck/{digest}.zip"}}},
                f"FVersion{short}": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "F"}}},
                "Live": {
                    "Type": "AWS::Lambda::Alias",
                    "Properties": {"FunctionVersion": {"Fn::GetAtt": [f"FVersion{short}", "Version"]}},
                },
            }
        }

    one, other = function("ab12" * 16), function("0123456789abcdef" * 4)
    assert settled(one) == settled(other)
    assert settled(one)["Resources"]["F"]["Properties"]["Code"] == {"S3Key": "awsdeck/HASH.zip"}
    one["Resources"]["F"]["Properties"]["MemorySize"] = 256
    assert settled(one) != settled(other)


def test_a_snapshot_belongs_to_a_test(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    SQSQueue(stack, "Q")
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    with pytest.raises(InputError, match="none is running"):
        template_of(stack).matches_snapshot()


# The plugin, in a run of its own

DECK = """
from awsdeck import App, IAMRole, SQSQueue, Stack

app = App()
shop = Stack(app, "shop", region="eu-west-1")
orders = SQSQueue(shop, "Orders", visibility_timeout=120)
worker = IAMRole(shop, "Worker", assumed_by="ec2.amazonaws.com")
orders.grant_send(worker)
app.synth()
"""
TESTS = """
from awsdeck.testing import can


def test_template(template):
    template.has("AWS::SQS::Queue", VisibilityTimeout=120)


def test_snapshot(template):
    template.matches_snapshot()


def test_permissions(deck):
    assert can(deck["shop/Worker"], "sqs:SendMessage", deck["shop/Orders"])
    assert not can(deck["shop/Worker"], "sqs:ReceiveMessage", deck["shop/Orders"])
    deck.template("shop").count("AWS::IAM::Role", 1)
"""


class Project:
    """A user's project with a deck and its tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("deck.py", DECK)
        self.write("tests/test_deck.py", TESTS)
        self.write("pytest.ini", "[pytest]")  # a project of its own, wherever the folder is

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")

    def run(self, *words: str) -> tuple[int, str]:
        """Pytest with the plugin, whether it is installed here or not."""
        installed = any(point.name == "awsdeck" for point in importlib.metadata.entry_points(group="pytest11"))
        plugin = [] if installed else ["-p", "awsdeck.testing.plugin"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "AWSDECK"))}
        environment["PYTHONPATH"] = str(ROOT)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(self.folder), *plugin, *words],
            cwd=self.folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_the_plugin_runs_the_deck_once_and_keeps_snapshots(project: Project) -> None:
    code, said = project.run()
    assert code == 1
    assert "there is no snapshot tests/snapshots/test_deck/test_snapshot.json; take it with --update-snapshots" in said
    assert "2 passed" in said
    code, said = project.run("--update-snapshots")
    assert code == 0, said
    kept = project.folder / "tests/snapshots/test_deck/test_snapshot.json"
    assert json.loads(kept.read_text())["Resources"]["Orders"]["Properties"]["VisibilityTimeout"] == 120
    assert project.run()[0] == 0
    project.write("deck.py", DECK.replace("120", "60"))
    code, said = project.run("-k", "snapshot")
    assert code == 1
    assert "Resources.Orders.Properties.VisibilityTimeout  wanted 120, is 60" in said
    assert not (project.folder / "awsdeck.out").exists()


def test_a_failure_in_the_plugin_points_at_the_test_and_not_at_awsdeck(project: Project) -> None:
    project.write("tests/test_deck.py", "def test_it(template):\n    template.has('AWS::SQS::Queue', DelaySeconds=9)\n")
    code, said = project.run()
    assert code == 1
    assert "the nearest" in said or "it is Orders (deck.py:5)" in said
    assert "assertions.py" not in said


def test_a_deck_with_mistakes_fails_its_tests_with_every_finding(project: Project) -> None:
    project.write("deck.py", DECK.replace("visibility_timeout=120", "visibility_timeout=50_000, retention=5"))
    code, said = project.run("-k", "template")
    assert code == 1
    assert "SQS002" in said
    assert "SQS001" in said
    assert "deck.py:5" in said


def test_another_deck_can_be_named(project: Project) -> None:
    project.write("infra/main.py", DECK.replace("120", "90"))
    code, said = project.run("--deck", "infra/main.py", "-k", "test_template")
    assert code == 1
    assert "wanted 120, is 90" in said


def test_a_run_without_decks_loads_nothing_of_awsdeck_but_the_plugin(project: Project) -> None:
    project.write(
        "tests/test_deck.py",
        """
        import sys

        def test_nothing_is_loaded():
            ours = {name for name in sys.modules if name.split(".")[0] == "awsdeck"}
            assert ours == {"awsdeck", "awsdeck.testing", "awsdeck.testing.plugin"}
            assert "boto3" not in sys.modules
        """,
    )
    code, said = project.run()
    assert code == 0, said


def test_a_stack_deploys_locally_with_those_it_needs(local_engine: Engine, tmp_path: Path) -> None:
    app = App()
    ground_stack, shop = Stack(app, "t-ground", region="eu-west-1"), Stack(app, "t-shop", region="eu-west-1")
    failed = SQSQueue(ground_stack, "Failed")
    orders = SQSQueue(shop, "Orders", dead_letter=failed.after(3))
    Output(shop, "Url", orders.url)
    ground = Ground(str(tmp_path))
    ground._engine = local_engine
    deployed = ground.deploys_locally(shop)
    assert deployed is ground.deploys_locally(shop)
    attributes = deployed.client("sqs").get_queue_attributes(
        QueueUrl=deployed.outputs["Url"], AttributeNames=["RedrivePolicy"]
    )["Attributes"]
    assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] in (3, "3")
    assert deployed.recorded == []


def test_names_of_the_testing_package_load_on_first_use() -> None:
    import awsdeck.testing

    names: list[str] = awsdeck.testing.__dict__["__all__"]
    assert names == sorted(names)
    for name in names:
        assert getattr(awsdeck.testing, name) is not None
    with pytest.raises(AttributeError, match="has no 'likes'"):
        getattr(awsdeck.testing, "likes")  # noqa: B009


def test_a_bucket_policy_is_read_like_any_other(stack: Stack) -> None:
    S3Bucket(stack, "B")
    template_of(stack).has(
        "AWS::S3::BucketPolicy", PolicyDocument=like({"Statement": [{"Sid": "DenyPlainHttp", "Effect": "Deny"}]})
    )
