"""What happens in nested stacks is told as part of the stack, and a failure is looked for as deep as it lies."""

from __future__ import annotations

import hashlib
import itertools
import json
from typing import Any

import pytest

from awsdeck.assembly import Assembly, Origin, StackArtifact
from awsdeck.deploy import EventRecord, deploy, destroy, details, events, follow, timelines
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Script
from awsdeck.deploy.watch.failure import root_cause
from awsdeck.errors import NotClean, RolledBack

STACK = "AWS::CloudFormation::Stack"
TOPIC: dict[str, Any] = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}}


class Nest:
    """A stack with nested stacks, and the files they are made from."""

    def __init__(self, folder: Any) -> None:
        self.folder = folder
        self.files: dict[str, Any] = {}

    def nested(self, template: dict[str, Any], **attributes: Any) -> dict[str, Any]:
        text = json.dumps(template)
        name = f"{hashlib.sha256(text.encode()).hexdigest()}.template.json"
        path = self.folder / name
        path.write_text(text)
        self.files[f"awsdeck/{name}"] = lambda: str(path)
        url = {"Fn::Sub": f"https://s3.${{AWS::Region}}.${{AWS::URLSuffix}}/${{AssetsBucket}}/awsdeck/{name}"}
        return {"Type": STACK, "Properties": {"TemplateURL": url}, **attributes}

    def assembly(self, resources: dict[str, Any], nested: dict[str, int] | None = None) -> Assembly:
        template = {"Parameters": {"AssetsBucket": {"Type": "String"}}, "Resources": resources}
        origins = {name: Origin(f"shop/{name}", "deck.py", line) for line, name in enumerate(resources, 10)}
        inner = {
            name: Origin(f"shop/{name.replace('.', '/')}", "deck.py", line) for name, line in (nested or {}).items()
        }
        assets = [
            {"id": "x", "hash": "0" * 64, "key": key, "kind": "template", "path": "assets/x", "source": "x"}
            for key in self.files
        ]
        return Assembly(
            [StackArtifact("shop", template, assets=assets, files=self.files, origins=origins, nested=inner)]
        )


@pytest.fixture
def nest(tmp_path: Any) -> Nest:
    return Nest(tmp_path)


def run(fake: FakeCloudFormation, assembly: Assembly, listener: Any = None, **options: Any) -> Any:
    return deploy(assembly, aws=fake.aws(), observer=listener, bucket="assets", **options)


def test_what_happens_in_a_nested_stack_is_told_by_its_path(
    fake: FakeCloudFormation, nest: Nest, listener: Any
) -> None:
    deep = nest.nested({"Resources": {"Deep": TOPIC}})
    made = nest.assembly(
        {"First": TOPIC, "Orders": nest.nested({"Resources": {"Queue": TOPIC, "Inner": deep}})},
        {"Orders.Queue": 21, "Orders.Inner": 22, "Orders.Inner.Deep": 23},
    )
    fake.script("shop", Script(seconds=30, nested={"Orders": Script(seconds=30)}))
    assert run(fake, made, listener).ok
    told = [(event.record.name, event.record.status) for event in listener.events]
    for name in ("Orders.Queue", "Orders.Inner", "Orders.Inner.Deep", "Orders"):
        assert (name, "CREATE_COMPLETE") in told, name
    assert told.index(("Orders.Queue", "CREATE_COMPLETE")) < told.index(("Orders", "CREATE_COMPLETE"))
    deepest = next(event for event in listener.events if event.record.name == "Orders.Inner.Deep")
    assert deepest.to_dict()["line"] == 23
    assert deepest.to_dict()["logical_id"] == "Orders.Inner.Deep"
    assert len(told) == len(set(told)), "everything is told once"


def test_the_cause_of_a_failure_is_the_resource_deep_inside_with_its_line(
    fake: FakeCloudFormation, nest: Nest, listener: Any
) -> None:
    deep = nest.nested({"Resources": {"Deep": TOPIC}})
    made = nest.assembly(
        {"Orders": nest.nested({"Resources": {"Queue": TOPIC, "Inner": deep}})}, {"Orders.Inner.Deep": 23}
    )
    inner = Script(fail={"Deep": "arn already exists"}, seconds=40)
    fake.script("shop", Script(seconds=1, nested={"Orders": Script(seconds=40, nested={"Inner": inner})}))
    with pytest.raises(RolledBack) as caught:
        run(fake, made, listener)
    text = str(caught.value)
    assert text.startswith("deck.py:23: Orders.Inner.Deep (AWS::SNS::Topic) failed: arn already exists")
    assert "in shop/Orders/Inner/Deep" in text
    assert "Embedded stack" not in text
    failure = listener.results[0].failure
    assert (failure.logical_id, failure.place.line) == ("Orders.Inner.Deep", 23)
    assert [event.name for event in failure.others] == [], "the stacks around it say nothing of their own"


def test_a_failure_that_is_over_is_found_inside_just_as_well(fake: FakeCloudFormation, nest: Nest) -> None:
    made = nest.assembly({"Orders": nest.nested({"Resources": {"Queue": TOPIC}})}, {"Orders.Queue": 21})
    fake.script("shop", Script(nested={"Orders": Script(fail={"Queue": "no"})}))
    with pytest.raises(RolledBack):
        run(fake, made)
    with pytest.raises(RolledBack, match=r"Orders\.Queue") as caught:
        follow(made, aws=fake.aws())
    assert "deck.py:21" in str(caught.value)


def test_only_what_happened_in_this_operation_is_told_of_a_nested_stack(
    fake: FakeCloudFormation, nest: Nest, listener: Any
) -> None:
    fake.script("shop", Script(seconds=20, nested={"Orders": Script(seconds=20)}))
    assert run(fake, nest.assembly({"Orders": nest.nested({"Resources": {"Queue": TOPIC}})})).ok
    fake.clock.sleep(500, None)  # type: ignore[arg-type]
    changed = nest.nested({"Resources": {"Queue": TOPIC, "Second": TOPIC}})
    fake.script("shop", Script(seconds=20, nested={"Orders": Script(seconds=20)}))
    assert run(fake, nest.assembly({"Orders": changed}), listener).ok
    told = [(event.record.name, event.record.status) for event in listener.events]
    assert ("Orders.Second", "CREATE_COMPLETE") in told
    assert not [name for name, _ in told if name == "Orders.Queue"]


def test_many_nested_stacks_are_asked_a_few_at_a_time(fake: FakeCloudFormation, nest: Nest) -> None:
    many = {f"N{n:02}": nest.nested({"Resources": {f"T{n}": TOPIC}}) for n in range(30)}
    fake.script("shop", Script(seconds=5, nested={name: Script(seconds=5) for name in many}))
    assert run(fake, nest.assembly(many)).ok
    looks = [index for index, name in enumerate(fake.operations()) if name == "DescribeStacks"]
    between = [fake.operations()[a:b].count("DescribeStackEvents") for a, b in itertools.pairwise(looks)]
    assert max(between) <= 6, "its own, and five nested ones"


def test_nested_events_that_may_not_be_read_are_a_warning(fake: FakeCloudFormation, nest: Nest, listener: Any) -> None:
    made = nest.assembly({"Orders": nest.nested({"Resources": {"Queue": TOPIC}})})
    root = [""]

    def choose(operation: str, number: int) -> Any:
        call = fake.calls[-1]
        if operation == "ExecuteChangeSet":
            root[0] = fake.stacks[0].id
        return (
            Denied()
            if operation == "DescribeStackEvents" and root[0] and call.arguments["StackName"] != root[0]
            else None
        )

    fake.choose = choose
    fake.script("shop", Script(seconds=30, nested={"Orders": Script(seconds=60)}))
    assert run(fake, made, listener).ok
    assert len([one for one in listener.notices if "events cannot be read" in one.message]) == 1


def test_what_could_not_be_deleted_inside_is_left_over_by_its_path(fake: FakeCloudFormation, nest: Nest) -> None:
    made = nest.assembly({"Orders": nest.nested({"Resources": {"Queue": TOPIC}}), "Other": TOPIC})
    assert run(fake, made).ok
    fake.script("shop", Script(nested={"Orders": Script(stuck={"Queue": "it is not empty"})}))
    without = nest.assembly({"Other": TOPIC})
    result = run(fake, without, confirm=lambda plan: True).stacks["shop"]
    assert fake.status("shop") == "UPDATE_COMPLETE"
    left = {item.logical_id: item.reason for item in result.leftovers}
    assert left["Orders.Queue"] == "it is not empty"


def test_a_deletion_that_fails_inside_names_the_resource(fake: FakeCloudFormation, nest: Nest) -> None:
    made = nest.assembly({"Orders": nest.nested({"Resources": {"Queue": TOPIC}})}, {"Orders.Queue": 21})
    assert run(fake, made).ok
    fake.script(
        "shop", Script(nested={"Orders": Script(stuck={"Queue": "The bucket you tried to delete is not empty"})})
    )
    with pytest.raises(NotClean) as caught:
        destroy(made, aws=fake.aws(), confirm=lambda plan: True)
    assert str(caught.value).startswith("deck.py:21: Orders.Queue")


def test_events_and_the_timeline_of_the_past_go_into_nested_stacks(fake: FakeCloudFormation, nest: Nest) -> None:
    made = nest.assembly({"Orders": nest.nested({"Resources": {"Queue": TOPIC, "Slow": TOPIC}})})
    fake.script("shop", Script(nested={"Orders": Script(seconds=15)}))
    assert run(fake, made).ok
    names = {event.name for event in events(made, aws=fake.aws())["shop"]}
    assert {"Orders", "Orders.Queue", "Orders.Slow"} <= names
    line = timelines(made, aws=fake.aws())["shop"]
    assert {span.name: round(span.seconds or 0) for span in line.spans if "." in span.name} == {
        "Orders.Queue": 15,
        "Orders.Slow": 15,
    }
    assert line.critical[0] == "Orders"
    assert "Orders.Slow" in line.critical
    assert {one.logical_id for one in details(made, aws=fake.aws())["shop"].resources} == {
        "Orders",
        "Orders.Queue",
        "Orders.Slow",
    }


def record(name: str, status: str, at: float, *, type: str = "AWS::SNS::Topic", path: str = "") -> EventRecord:
    return EventRecord(
        f"{path}{name}{at}", at, name, f"id-{name}", type, status, f"{name} failed", path=path, stack_id="s"
    )


def test_the_echo_of_a_nested_failure_is_never_the_cause_whatever_the_order() -> None:
    inner = record("Queue", "CREATE_FAILED", 5, path="Orders")
    cancelled = EventRecord(
        "c", 5, "B", "b", "AWS::SNS::Topic", "CREATE_FAILED", "Resource creation cancelled", path="Orders"
    )
    echo = record("Orders", "CREATE_FAILED", 5, type=STACK)
    later = record("Else", "CREATE_FAILED", 9)
    for order in ([echo, later, cancelled, inner], [inner, echo, later, cancelled], [later, echo, cancelled, inner]):
        assert root_cause(tuple(order)) is inner
    assert root_cause((echo, later)) is echo
    first = record("Before", "CREATE_FAILED", 1)
    assert root_cause((echo, inner, first)) is first
