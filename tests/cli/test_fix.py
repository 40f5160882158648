"""`lint --fix`: what can only be meant one way is mended, and nothing else of the file changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from awsdeck.template import loads

if TYPE_CHECKING:
    from .conftest import Project

YAML = """\
# the top
Resources:
  Orders:   # a queue
    Type: AWS::SQS::Queue
    DeletionPolicy: retain
    Properties:
      QueueName: orders   # its name
      FifoQueue: true
      DelaySecond: 5
  Placed:
    Type: AWS::SNS::Topic
    Properties: {TopicName: "placed", FifoTopic: true, KmsMasterKeyId: alias/aws/sns}
  Files:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    UpdateReplacePolicy: Retain
    Properties:
      VersioningConfiguration: {Status: 'enabled'}
      Tags: [{Key: account, Value: 012345678901}]   # ünïcode
"""
MENDED = (
    YAML.replace("DeletionPolicy: retain", "DeletionPolicy: Retain")
    .replace("QueueName: orders", "QueueName: orders.fifo")
    .replace("DelaySecond: 5", "DelaySeconds: 5")
    .replace('"placed"', '"placed.fifo"')
    .replace("'enabled'", "'Enabled'")
    .replace("012345678901", "'012345678901'")
)


def read(project: Project, name: str) -> str:
    return (project.folder / name).read_bytes().decode()


def test_mistakes_are_mended_and_comments_and_layout_stay(empty: Project) -> None:
    empty.write("t.yaml", YAML)
    answer = empty.run("lint", "t.yaml", "--fix")
    assert read(empty, "t.yaml") == MENDED
    assert "-      QueueName: orders   # its name" in answer.err
    assert "+      QueueName: orders.fifo   # its name" in answer.err
    assert "t.yaml: 6 mended" in answer.err
    assert "SQS005" not in answer.out
    again = empty.run("lint", "t.yaml", "--fix")
    assert read(empty, "t.yaml") == MENDED
    assert "mended" not in again.err


def test_windows_line_ends_and_a_byte_order_mark_stay(empty: Project) -> None:
    (empty.folder / "t.yaml").write_bytes(b"\xef\xbb\xbf" + YAML.replace("\n", "\r\n").encode())
    empty.run("lint", "t.yaml", "--fix")
    assert read(empty, "t.yaml") == "\ufeff" + MENDED.replace("\n", "\r\n")


def test_json_is_mended_in_its_own_layout(empty: Project) -> None:
    text = '{"Resources":{"Q":{"Type":"AWS::SQS::Queue",\n\t"Properties":{"FifoQueue":true,"QueueName":"a\\u00e9"  ,"DelaySecond":1}}}}'
    empty.write("t.json", text)
    empty.run("lint", "t.json", "--fix")
    assert read(empty, "t.json") == text.replace("DelaySecond", "DelaySeconds"), "an escaped name is left alone"


def test_what_may_be_meant_in_several_ways_is_left_alone(empty: Project) -> None:
    text = "Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: {DelaySeconds: 1000, Zzz: 1}\n"
    empty.write("t.yaml", text)
    answer = empty.run("lint", "t.yaml", "--fix")
    assert answer.code == 4
    assert read(empty, "t.yaml") == text


def test_a_value_that_stands_in_two_places_by_an_alias_is_left_alone(empty: Project) -> None:
    text = (
        "Resources:\n  A:\n    Type: AWS::SQS::Queue\n    Properties: {QueueName: &n orders, FifoQueue: true}\n"
        "  B:\n    Type: AWS::SQS::Queue\n    Properties: {QueueName: *n}\n"
    )
    empty.write("t.yaml", text)
    empty.run("lint", "t.yaml", "--fix")
    assert read(empty, "t.yaml") == text


@pytest.mark.parametrize("name", ["deck.py", "-"])
def test_what_is_no_file_of_a_template_is_only_checked(empty: Project, name: str) -> None:
    empty.write(
        "deck.py", "from awsdeck import App, SQSQueue, Stack\n\napp = App()\nSQSQueue(Stack(app, 'shop'), 'Q')\n"
    )
    if name == "deck.py":
        assert empty.run("lint", name, "--fix").code == 0
    else:
        with empty.start("lint", "-", "--fix", stdin=-1) as process:
            out, _ = process.communicate(YAML, timeout=60)
        assert "SQS005" in out


def test_the_mended_text_says_the_same_but_for_the_mistakes() -> None:
    old, new = loads(YAML).data, loads(MENDED).data
    assert new["Resources"]["Orders"]["Properties"] == {
        "QueueName": "orders.fifo",
        "FifoQueue": True,
        "DelaySeconds": 5,
    }
    assert old["Resources"].keys() == new["Resources"].keys()


def test_a_name_in_a_sub_is_mended_and_the_text_around_it_stays(empty: Project) -> None:
    file = empty.write(
        "t.yaml",
        """
        Resources:
          Bucket: {Type: AWS::S3::Bucket, DeletionPolicy: Retain, UpdateReplacePolicy: Retain}
          A: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub "${Buket}"}}
          B: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub "to ${Buket} and ${Bucket.Anr}, ${!Buket}"}}
          C:
            Type: AWS::SNS::Topic
            Properties:
              DisplayName: !Sub |
                x ${Buket}   # no comment
                y ${AWS::Regon}
              TopicName: !Ref Buket  # a comment
        """,
    )
    before = file.read_text()
    empty.run("lint", "t.yaml", "--fix")
    wrong = (("${Buket}", "${Bucket}"), (".Anr", ".Arn"), ("Regon", "Region"), ("!Ref Buket", "!Ref Bucket"))
    after = before
    for old, new in wrong:
        after = after.replace(old, new)
    assert file.read_text() == after
