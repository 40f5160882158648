"""Exports that other stacks use: taken away or changed in the order that CloudFormation allows, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.assembly import Assembly, StackArtifact
from awsdeck.deploy import deploy
from awsdeck.deploy.fake import Denied, FakeCloudFormation, Script
from awsdeck.errors import ApprovalNeeded, DeployError, RolledBack


def topic(name: Any = "a") -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": name}}


def relay(name: Any = "r", **attributes: Any) -> dict[str, Any]:
    return {**topic(name), **attributes}


def exporting(*names: str, **more: Any) -> dict[str, Any]:
    """A template with a topic for each name, and its address as an export."""
    outputs = {f"Export{name}": {"Value": {"Ref": name}, "Export": {"Name": f"net:{name}"}} for name in names}
    return {"Resources": {"Topic": topic(), **{name: relay() for name in names}, **more}, "Outputs": outputs}


def using(*names: str) -> dict[str, Any]:
    """A template whose topics are named after what it imports."""
    used = {f"Uses{name}": topic({"Fn::ImportValue": f"net:{name}"}) for name in names}
    return {"Resources": {"Own": topic("own"), **used}}


def assembly(*artifacts: StackArtifact) -> Assembly:
    return Assembly(artifacts)


def net(template: dict[str, Any], **options: Any) -> StackArtifact:
    return StackArtifact("net", template, **options)


def web(template: dict[str, Any], *needs: str, name: str = "web") -> StackArtifact:
    return StackArtifact(name, template, dependencies=needs)


@pytest.fixture
def there(fake: FakeCloudFormation) -> FakeCloudFormation:
    """net exports two topics, and web imports both."""
    deploy(assembly(net(exporting("Jobs", "Mails")), web(using("Jobs", "Mails"), "net")), aws=fake.aws())
    fake.calls.clear()
    return fake


def executed(fake: FakeCloudFormation) -> list[str]:
    """The stacks for which change sets were made, in order."""
    names = [call.arguments["StackName"] for call in fake.calls if call.operation == "CreateChangeSet"]
    return [name.split("/")[1] if "/" in name else name for name in names]


def held(fake: FakeCloudFormation, name: str) -> set[str]:
    stack = next(one for one in fake.stacks if one.name == name)
    return {body["Export"]["Name"] for body in stack.template.get("Outputs", {}).values()}


def resources(fake: FakeCloudFormation, name: str) -> set[str]:
    stack = next(one for one in fake.stacks if one.name == name)
    return {key for key, item in stack.resources.items() if item["ResourceStatus"] != "DELETE_COMPLETE"}


def test_the_scripted_cloudformation_holds_on_to_exports_as_the_real_one_does(there: FakeCloudFormation) -> None:
    there.choose = lambda operation, number: Denied() if operation == "ListImports" else None  # nobody looks ahead
    with pytest.raises(RolledBack, match="Export net:Mails cannot be deleted as it is in use by web"):
        deploy(assembly(net(exporting("Jobs"))), aws=there.aws())


def test_an_export_goes_after_its_importer_has_let_go(there: FakeCloudFormation, listener: Any) -> None:
    new = assembly(net(exporting("Jobs", More=relay("more"))), web(using("Jobs"), "net"))
    result = deploy(new, aws=there.aws(), observer=listener)
    assert result.ok
    assert executed(there) == ["net", "web", "net"]
    assert held(there, "net") == {"net:Jobs"}
    assert "Mails" not in resources(there, "net")
    first, middle, last = listener.plans
    assert (first.phase, middle.phase, last.phase) == ((1, 2), None, (2, 2))
    assert first.to_dict()["phases"] == 2
    assert any("keeps net:Mails and with it Mails until web no longer imports it" in note for note in first.notes)
    assert any("removes net:Mails" in note for note in last.notes)
    assert [one.phase for one in listener.results] == [(1, 2), None, (2, 2)]


def test_a_first_phase_with_nothing_to_do_does_nothing(there: FakeCloudFormation, listener: Any) -> None:
    deploy(assembly(net(exporting("Jobs")), web(using("Jobs"), "net")), aws=there.aws(), observer=listener)
    assert executed(there) == ["web", "net"]
    assert [one.status for one in listener.results] == ["unchanged", "updated", "updated"]


def test_the_first_phase_takes_everything_else_along(there: FakeCloudFormation, listener: Any) -> None:
    new = exporting("Jobs", More=relay("more"))
    deploy(assembly(net(new), web(using("Jobs"), "net")), aws=there.aws(), observer=listener)
    assert {change.logical_id for change in listener.plans[0].changes} == {"More"}
    assert {change.logical_id for change in listener.plans[-1].changes} == {"Mails"}


def test_what_a_kept_resource_stands_on_is_kept_with_it(fake: FakeCloudFormation) -> None:
    old = exporting("Jobs", "Mails")
    old["Conditions"] = {"Big": {"Fn::Equals": [{"Ref": "Size"}, "big"]}}
    old["Parameters"] = {"Size": {"Type": "String", "Default": "big"}}
    old["Resources"]["Mails"] = relay({"Fn::If": ["Big", "a", "b"]}, DependsOn="Before")
    old["Resources"]["Before"] = topic("before")
    fake.add_stack("net", old, parameters={"Size": "big"})
    fake.add_stack("web", using("Jobs", "Mails"))
    assert deploy(assembly(net(exporting("Jobs")), web(using("Jobs"), "net")), aws=fake.aws()).ok
    assert resources(fake, "net") == {"Topic", "Jobs"}


def test_an_importer_that_needs_nothing_more_simply_goes_first(there: FakeCloudFormation, listener: Any) -> None:
    result = deploy(assembly(net({"Resources": {"Topic": topic()}}), web(using())), aws=there.aws(), observer=listener)
    assert result.ok
    assert executed(there) == ["web", "net"]
    assert any("waits for web" in note for note in listener.plans[1].notes)


def test_a_chain_of_importers_is_seen_through(fake: FakeCloudFormation) -> None:
    fake.add_stack("net", exporting("Jobs", "Mails"))
    fake.add_stack("data", using("Jobs"))
    fake.add_stack("web", using("Mails"))
    new = assembly(net(exporting("Jobs")), web(using("Jobs"), "net", name="data"), web(using(), "data"))
    assert deploy(new, aws=fake.aws()).ok
    assert executed(fake) == ["web", "net"]
    assert held(fake, "net") == {"net:Jobs"}


def test_an_importer_outside_this_deploy_is_in_the_way_before_anything_happens(there: FakeCloudFormation) -> None:
    new = assembly(net(exporting("Jobs")), web(using("Jobs"), "net"))
    with pytest.raises(DeployError, match="net:Mails goes, and web imports it; add web to this deploy"):
        deploy(new, aws=there.aws(), stacks=["net"])
    assert not {"CreateChangeSet", "ExecuteChangeSet"} & set(there.operations())


def test_an_importer_that_no_deck_knows_is_named_too(there: FakeCloudFormation) -> None:
    there.imports["net:Mails"] = ["legacy"]
    with pytest.raises(DeployError, match="legacy imports it"):
        deploy(assembly(net(exporting("Jobs")), web(using("Jobs"), "net")), aws=there.aws())
    assert "CreateChangeSet" not in there.operations()


def test_an_importer_that_goes_on_importing_what_goes_is_a_mistake(there: FakeCloudFormation) -> None:
    new = assembly(net(exporting("Jobs")), web(using("Jobs", "Mails"), "net"))
    with pytest.raises(DeployError, match="also after this deploy"):
        deploy(new, aws=there.aws())
    assert "CreateChangeSet" not in there.operations()


def test_imports_by_the_name_in_a_parameter_are_understood(there: FakeCloudFormation) -> None:
    named = using("Jobs")
    named["Parameters"] = {"Net": {"Type": "String"}}
    named["Resources"]["More"] = topic({"Fn::ImportValue": {"Fn::Sub": "${Net}:Mails"}})
    new = assembly(net(exporting("Jobs")), web(named, "net"))
    with pytest.raises(DeployError, match="also after this deploy"):
        deploy(new, aws=there.aws(), parameters={"web:Net": "net"})
    there.calls.clear()
    assert deploy(new, aws=there.aws(), parameters={"web:Net": "other"}).ok


def test_a_value_that_changes_is_written_out_meanwhile(there: FakeCloudFormation, listener: Any) -> None:
    new = exporting("Jobs", "Mails")
    new["Outputs"]["ExportMails"]["Value"] = {"Fn::GetAtt": ["Mails", "Arn"]}
    result = deploy(assembly(net(new), web(using("Jobs", "Mails"), "net")), aws=there.aws(), observer=listener)
    assert result.ok
    assert executed(there) == ["web", "net", "web"]
    assert [plan.phase for plan in listener.plans] == [(1, 2), None, (2, 2)]
    assert any(
        "writes the present value of net:Mails out and goes on with it" in note for note in listener.plans[0].notes
    )
    stack = next(one for one in there.stacks if one.name == "web")
    assert stack.template == using("Jobs", "Mails")


def test_writing_out_changes_nothing_else(there: FakeCloudFormation, listener: Any) -> None:
    new = exporting("Jobs", "Mails")
    new["Outputs"]["ExportMails"]["Value"] = {"Fn::GetAtt": ["Mails", "Arn"]}
    later = using("Jobs", "Mails")
    later["Resources"]["Own"] = topic("something else")
    deploy(assembly(net(new), web(later, "net")), aws=there.aws(), tags={"team": "shop"}, observer=listener)
    assert [change.logical_id for change in listener.plans[0].changes] == ["UsesMails"]
    assert listener.plans[0].tags == {}
    assert "Own" in {change.logical_id for change in listener.plans[2].changes}


def test_a_changed_value_with_an_importer_outside_is_refused(there: FakeCloudFormation) -> None:
    new = exporting("Jobs", "Mails")
    new["Outputs"]["ExportMails"]["Value"] = "other"
    with pytest.raises(DeployError, match="net:Mails gets another value, and web imports it"):
        deploy(assembly(net(new), web(using("Jobs", "Mails"), "net")), aws=there.aws(), stacks=["net"])
    assert "CreateChangeSet" not in there.operations()


def test_what_the_last_phase_needs_a_yes_for_is_asked_before_the_first(fake: FakeCloudFormation) -> None:
    old = exporting("Jobs", "Mails")
    old["Resources"]["Mails"] = {"Type": "AWS::SQS::Queue", "Properties": {}}
    fake.add_stack("net", old)
    fake.add_stack("web", using("Jobs", "Mails"))
    new = exporting("Jobs", More=relay("more"))
    with pytest.raises(ApprovalNeeded, match="what is waiting in it"):
        deploy(assembly(net(new), web(using("Jobs"), "net")), aws=fake.aws())
    assert "ExecuteChangeSet" not in fake.operations()
    assert deploy(assembly(net(new), web(using("Jobs"), "net")), aws=fake.aws(), confirm=lambda plan: True).ok


def test_data_that_the_last_phase_would_lose_is_asked_about_before_the_first(fake: FakeCloudFormation) -> None:
    table = {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "orders"}}
    old = exporting("Jobs")
    old["Resources"]["Table"] = table
    old["Outputs"]["ExportTable"] = {"Value": {"Ref": "Table"}, "Export": {"Name": "net:Table"}}
    fake.add_stack("net", old)
    fake.add_stack("web", using("Jobs", "Table"))
    new = assembly(net(exporting("Jobs")), web(using("Jobs"), "net"))
    with pytest.raises(ApprovalNeeded, match="--allow-destroy Table"):
        deploy(new, aws=fake.aws())
    assert "CreateChangeSet" not in fake.operations()
    assert deploy(new, aws=fake.aws(), allow_destroy=["Table"]).ok
    assert "Table" not in resources(fake, "net")


def test_when_the_importer_fails_the_export_stays(there: FakeCloudFormation, listener: Any) -> None:
    there.script("web", Script(fail={"Own": "no such luck"}))
    later = using("Jobs")
    later["Resources"]["Own"] = topic("something else")
    with pytest.raises(RolledBack, match="no such luck"):
        deploy(assembly(net(exporting("Jobs")), web(later, "net")), aws=there.aws(), observer=listener)
    assert held(there, "net") == {"net:Jobs", "net:Mails"}
    assert [(one.name, one.status) for one in listener.results] == [
        ("net", "unchanged"), ("web", "failed"), ("net", "skipped"),
    ]  # fmt: skip
    there.calls.clear()
    assert deploy(assembly(net(exporting("Jobs")), web(using("Jobs"), "net")), aws=there.aws()).ok
    assert held(there, "net") == {"net:Jobs"}


def test_exports_that_nobody_imports_go_at_once(fake: FakeCloudFormation) -> None:
    fake.add_stack("net", exporting("Jobs", "Mails"))
    assert deploy(assembly(net(exporting("Jobs"))), aws=fake.aws()).ok
    assert executed(fake) == ["net"]


def test_who_may_not_ask_for_importers_can_still_deploy(fake: FakeCloudFormation) -> None:
    fake.add_stack("net", exporting("Jobs", "Mails"))
    fake.choose = lambda operation, number: Denied() if operation == "ListImports" else None
    assert deploy(assembly(net(exporting("Jobs"))), aws=fake.aws()).ok
