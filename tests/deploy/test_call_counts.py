"""How often CloudFormation is asked: a bound for each kind of deploy, which is what makes a hundred stacks possible."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import deploy, destroy, plan
from awsdeck.deploy.fake import FakeCloudFormation, Script

EACH = 20  # resources in a stack
SECONDS = 6.0  # that an operation takes: every look at it is a call more


def body(display: str = "a", count: int = EACH) -> dict[str, Any]:
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": display}}
    return {"Resources": {f"Topic{number}": topic for number in range(count)}}


def app(count: int, display: str = "a") -> Assembly:
    return Assembly([StackArtifact(f"stack-{number}", body(display)) for number in range(count)])


def there(count: int) -> FakeCloudFormation:
    fake = FakeCloudFormation()
    for number in range(count):
        fake.add_stack(f"stack-{number}", body())
        fake.script(f"stack-{number}", Script(seconds=SECONDS / EACH))
    return fake


def a_stack(fake: FakeCloudFormation, count: int) -> Counter[str]:
    """Calls for one stack, rounded up, by operation."""
    return Counter({name: -(-number // count) for name, number in Counter(fake.operations()).items()})


WRITES = {"CreateChangeSet": 1, "ExecuteChangeSet": 1}


def written(fake: FakeCloudFormation) -> Counter[str]:
    return Counter(name for name in fake.operations() if not name.startswith(("Describe", "List", "Get")))


def agreed(_: object) -> bool:
    return True


def test_a_new_stack_takes_at_most_eighteen_calls_of_which_two_write() -> None:
    fake = FakeCloudFormation()
    fake.script("stack-0", Script(seconds=SECONDS / EACH))
    assert deploy(app(1), aws=fake.aws()).ok
    assert written(fake) == WRITES
    assert len(fake.calls) <= 18, Counter(fake.operations())


def test_an_update_takes_at_most_twenty_calls_of_which_two_write() -> None:
    fake = there(1)
    assert deploy(app(1, "b"), aws=fake.aws()).ok
    assert written(fake) == WRITES
    assert len(fake.calls) <= 20, Counter(fake.operations())


def test_a_stack_without_changes_takes_at_most_five_calls_and_none_writes() -> None:
    fake = there(1)
    assert deploy(app(1), aws=fake.aws()).ok
    assert not written(fake)
    assert len(fake.calls) <= 5, Counter(fake.operations())


def test_a_destruction_takes_at_most_fourteen_calls_of_which_one_writes() -> None:
    fake = there(1)
    assert destroy(app(1), aws=fake.aws(), confirm=agreed).ok
    assert written(fake) == {"DeleteStack": 1}
    assert len(fake.calls) <= 14, Counter(fake.operations())


@pytest.mark.parametrize("minutes", [10, 60])
def test_a_long_operation_is_looked_at_five_times_a_minute(minutes: int) -> None:
    fake = FakeCloudFormation()
    fake.script("stack-0", Script(seconds=minutes * 60 / EACH))
    assert deploy(app(1), aws=fake.aws()).ok
    asked = Counter(fake.operations())
    assert asked["DescribeStacks"] <= 15 + 5 * minutes
    assert asked["DescribeStackEvents"] <= 5, "nobody listens, so only the end is explained"


def test_the_number_of_resources_costs_no_calls() -> None:
    few, many = FakeCloudFormation(), FakeCloudFormation()
    for fake, count in ((few, 2), (many, 200)):
        fake.script("shop", Script(seconds=SECONDS / count))
        assert deploy(Assembly([StackArtifact("shop", body(count=count))]), aws=fake.aws()).ok
    assert len(many.calls) <= len(few.calls) + 8  # more pages of events and of the change set


def test_a_hundred_stacks_take_at_most_fourteen_calls_each_at_sixteen_at_once() -> None:
    fake = FakeCloudFormation()
    for number in range(100):
        fake.script(f"stack-{number}", Script(seconds=SECONDS / EACH))
    assert deploy(app(100), aws=fake.aws(), concurrency=16).ok
    assert written(fake) == {name: 100 * number for name, number in WRITES.items()}
    assert len(fake.calls) / 100 <= 14, a_stack(fake, 100)


def test_a_hundred_stacks_without_changes_take_at_most_four_calls_each() -> None:
    fake = there(100)
    assert deploy(app(100), aws=fake.aws(), concurrency=16).ok
    assert not written(fake)
    assert len(fake.calls) / 100 <= 4, a_stack(fake, 100)


def test_a_plan_of_a_hundred_stacks_takes_at_most_nine_calls_each_and_leaves_nothing() -> None:
    fake = there(100)
    made = plan(app(100, "b"), aws=fake.aws(), concurrency=16)
    assert len(made.plans) == 100
    assert written(fake) == {"CreateChangeSet": 100, "DeleteChangeSet": 100}
    assert len(fake.calls) / 100 <= 9, a_stack(fake, 100)
