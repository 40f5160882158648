"""Deploys through a bad line: real HTTP, real retries, the embedded CloudFormation at the other end."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import AWS, deploy, destroy
from awsdeck.errors import RolledBack
from tests.deploy.proxy import Proxy, Trouble, before

if TYPE_CHECKING:
    from awsdeck.local import Engine

pytestmark = [pytest.mark.local, pytest.mark.timeout(120)]


class Hurried:
    """A clock on which everything takes a twentieth of the time."""

    def __init__(self) -> None:
        self.started = time.time()

    def now(self) -> float:
        return self.started + 20 * (time.time() - self.started)

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        stop.wait(seconds / 20)


@pytest.fixture
def proxy(local_engine: Engine) -> Iterator[Proxy]:
    with before(local_engine.url) as door:
        yield door


@pytest.fixture
def aws(proxy: Proxy, local_engine: Engine) -> AWS:
    keys = (local_engine.access_key, local_engine.secret_key)
    return AWS(endpoint_url=proxy.url, region="eu-west-1", credentials=keys, clock=Hurried())


@pytest.fixture
def name() -> str:
    return f"line-{secrets.token_hex(4)}"


def shop(name: str, timeout: Any = 30) -> Assembly:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": timeout}}
    return Assembly(
        [StackArtifact(name, {"Resources": {"Queue": queue}, "Outputs": {"Url": {"Value": {"Ref": "Queue"}}}})]
    )


def there(engine: Engine, name: str) -> list[str]:
    """The statuses of all stacks of that name, as the engine itself has them."""
    keys = (engine.access_key, engine.secret_key)
    client = AWS(endpoint_url=engine.url, region="eu-west-1", credentials=keys).client("cloudformation")
    return [one["StackStatus"] for one in client.describe_stacks()["Stacks"] if one["StackName"] == name]


@pytest.mark.parametrize("trouble", ["throttle", "fail", "cut", "slow"])
@pytest.mark.parametrize("operation", ["DescribeStacks", "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet"])
def test_a_call_that_meets_trouble_is_said_again_and_done_once(
    aws: AWS, proxy: Proxy, local_engine: Engine, name: str, operation: str, trouble: Trouble
) -> None:
    proxy.troubles = lambda asked, number: trouble if asked == operation and number == 1 else None
    assert deploy(shop(name), aws=aws).stacks[name].status == "created"
    assert there(local_engine, name) == ["CREATE_COMPLETE"]


def test_a_start_whose_answer_is_lost_is_followed_and_not_repeated(
    aws: AWS, proxy: Proxy, local_engine: Engine, name: str
) -> None:
    proxy.troubles = lambda asked, number: "lose" if asked == "ExecuteChangeSet" and number == 1 else None
    assert deploy(shop(name), aws=aws).stacks[name].status == "created"
    assert there(local_engine, name) == ["CREATE_COMPLETE"]


def test_events_that_never_arrive_change_no_verdict(aws: AWS, proxy: Proxy, name: str) -> None:
    proxy.troubles = lambda asked, number: "fail" if asked == "DescribeStackEvents" and number < 3 else None
    assert deploy(shop(name), aws=aws).stacks[name].status == "created"


@pytest.mark.parametrize("seed", range(5))
def test_a_line_that_is_bad_all_the_time_gives_the_verdict_of_the_server(
    aws: AWS, proxy: Proxy, local_engine: Engine, name: str, seed: int
) -> None:
    luck = random.Random(seed)
    kinds: list[Trouble] = ["throttle", "fail", "cut", "slow"]
    proxy.troubles = lambda asked, number: luck.choice(kinds) if luck.random() < 0.25 else None
    assert deploy(shop(name), aws=aws).stacks[name].status == "created"
    assert there(local_engine, name) == ["CREATE_COMPLETE"]
    with pytest.raises(RolledBack):
        deploy(shop(name, timeout="not a number"), aws=aws)
    assert there(local_engine, name) == ["UPDATE_ROLLBACK_COMPLETE"]
    assert destroy(shop(name), aws=aws, confirm=lambda plan: True).stacks[name].status == "deleted"
    assert there(local_engine, name) in ([], ["DELETE_COMPLETE"])
    assert proxy.count("ExecuteChangeSet") >= 2
