"""Templates that belong together: exports of one file and imports of another, nested stacks with a template beside."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from awsdeck.lint import lint

if TYPE_CHECKING:
    from pathlib import Path

    from awsdeck.errors import Finding

NETWORK = """
Parameters: {Name: {Type: String}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
Outputs:
  Vpc: {Value: !Ref Vpc, Export: {Name: %s}}
"""
SHOP = """
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {GroupDescription: shop, VpcId: !ImportValue %s}}
"""
PARENT = """
Parameters: {Text: {Type: String}}
Resources:
  Queues:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: parts/queues.yaml
      Parameters: {Delay: %s, Name: !Ref Text}
  Topic: {Type: AWS::SNS::Topic, Properties: {DisplayName: !GetAtt Queues.Outputs.%s}}
"""
QUEUES = """
Parameters:
  Delay: {Type: Number, MaxValue: 900}
  Name: {Type: String}
  Kept: {Type: Number, Default: 60}
Resources:
  Orders:
    Type: AWS::SQS::Queue
    Properties: {DelaySeconds: !Ref Delay, QueueName: !Ref Name, MessageRetentionPeriod: !Ref Kept}
Outputs:
  OrdersName: {Value: !GetAtt Orders.QueueName}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parts").mkdir()
    write(tmp_path / "parts" / "queues.yaml", QUEUES)
    return tmp_path


def write(path: Path, text: str) -> str:
    path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return str(path)


def imports(folder: Path, exported: str, imported: str, *, both: bool = True) -> list[tuple[str, str | None]]:
    files = [write(folder / "shop.yaml", SHOP % imported)]
    if both:
        files.append(write(folder / "network.yaml", NETWORK % exported))
    return [(one.severity, one.fix) for one in lint(files, severity="info", select=["XSV003"])]


def test_an_import_that_another_file_exports_is_fine(folder: Path) -> None:
    assert imports(folder, "net-vpc", "net-vpc") == []


@pytest.mark.parametrize(
    "name", ["!Sub '${Name}-vpc'", "!Join ['-', [!Ref Name, vpc]]", "!Sub ['${N}-vpc', {N: !Ref Name}]"]
)
def test_an_import_may_be_what_a_name_becomes_that_is_made_later(folder: Path, name: str) -> None:
    assert imports(folder, name, "net-vpc") == []


def test_an_import_that_is_nearly_what_another_file_exports_is_a_warning(folder: Path) -> None:
    assert imports(folder, "net-vpc", "net-vcp") == [("warning", "did you mean net-vpc?")]


@pytest.mark.parametrize("imported", ["net-vp", "net-vpcc", "net-vbc", "Net-VPC", "ent-vpc"])
def test_one_slip_is_seen(folder: Path, imported: str) -> None:
    assert imports(folder, "net-vpc", imported) == [("warning", "did you mean net-vpc?")]


@pytest.mark.parametrize("imported", ["net-subnet", "net-vpcs1", "old-vpc", "net-cidr"])
def test_a_name_made_the_same_way_is_not_taken_for_a_slip(folder: Path, imported: str) -> None:
    assert [severity for severity, _ in imports(folder, "net-vpc", imported)] == ["info"]


def test_a_template_is_not_told_to_import_its_own_export(folder: Path) -> None:
    text = SHOP % "shop-group" + "Outputs:\n  G: {Value: !Ref Group, Export: {Name: shop-groups}}\n"
    (finding,) = lint(write(folder / "shop.yaml", text), severity="info", select=["XSV003"])
    assert finding.severity == "info"


def test_an_import_of_what_nobody_here_exports_is_a_hint(folder: Path) -> None:
    assert imports(folder, "net-vpc", "company-wide-zone") == [("info", "export it, or correct the name")]
    assert imports(folder, "", "net-vpc", both=False) == [("info", "export it, or correct the name")]


def parent(folder: Path, *, delay: str = "5", output: str = "OrdersName", text: str = PARENT) -> list[Finding]:
    return [one for one in lint(write(folder / "parent.yaml", text % (delay, output))) if one.rule == "LNT007"]


def test_a_nested_stack_that_fits_its_template_is_silent(folder: Path) -> None:
    assert parent(folder) == []
    assert parent(folder, delay="!Ref Text") == []


def test_a_value_that_the_template_beside_refuses_is_pointed_at(folder: Path) -> None:
    (finding,) = parent(folder, delay="901")
    assert (finding.severity, finding.line, finding.resource) == ("error", 7, "Queues")
    assert "outside of MinValue and MaxValue" in finding.message


def test_parameters_that_are_not_there_or_missing_are_told(folder: Path) -> None:
    text = PARENT.replace("Name: !Ref Text", "Nam: !Ref Text")
    unknown, missing = sorted(parent(folder, text=text), key=lambda one: one.message, reverse=True)
    assert missing.message.endswith("has no parameter Nam")
    assert missing.fix == "did you mean Name?"
    assert unknown.message.endswith("needs the parameter Name")


def test_an_output_that_is_not_there_is_pointed_at_also_in_text(folder: Path) -> None:
    (finding,) = parent(folder, output="OrderName")
    assert (finding.line, finding.resource, finding.fix) == (8, "Topic", "did you mean OrdersName?")
    text = PARENT.replace("!GetAtt Queues.Outputs.%s", "!Sub '${AWS::Region} ${Queues.Outputs.%s}'")
    (inside,) = parent(folder, output="Nothing", text=text)
    assert inside.column == finding.column + len("!Sub '${AWS::Region} ") if finding.column else False


def test_a_template_that_is_not_there_is_a_warning(folder: Path) -> None:
    (finding,) = parent(folder, text=PARENT.replace("parts/queues.yaml", "parts/queue.yaml"))
    assert (finding.severity, finding.line) == ("warning", 6)


@pytest.mark.parametrize(
    "address", ["https://s3.amazonaws.com/b/queues.yaml", "!Sub 'https://${Text}/q.yaml'", "!Ref Text"]
)
def test_a_template_elsewhere_is_left_alone(folder: Path, address: str) -> None:
    assert parent(folder, output="Nothing", text=PARENT.replace("parts/queues.yaml", address)) == []


def test_a_suppression_counts_for_a_nested_stack_too(folder: Path) -> None:
    ignore = "Type: AWS::CloudFormation::Stack\n    Metadata: {awsdeck: {ignore: [{rule: LNT007, reason: made by the build}]}}"
    text = PARENT.replace("Type: AWS::CloudFormation::Stack", ignore)
    assert parent(folder, delay="901", text=text) == []


def test_outputs_that_a_transform_may_make_are_not_missed(folder: Path) -> None:
    write(folder / "parts" / "queues.yaml", "Transform: MyMacro\n" + QUEUES.lstrip("\n"))
    assert parent(folder, output="Nothing") == []
