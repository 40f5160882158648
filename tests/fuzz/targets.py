"""What is fed with arbitrary bytes, and what holds whatever they are.

Every target takes bytes and comes back, or has found a mistake: an exception other than a `DeckError`, a hang, too much
memory, or a promise that is not kept. None needs the fuzzer, so what it has found is replayed by the tests.
"""

from __future__ import annotations

import copy
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from awsdeck.diff import diff
from awsdeck.errors import DeckError
from awsdeck.jsontext import render_json
from awsdeck.lint import lint
from awsdeck.references import sub_parts
from awsdeck.template import load, loads, render_yaml, walk
from benchmarks.lint.mutants import bases

from .choices import Choices

FOUND = Path(__file__).parent / "found"
"""Inputs that once showed a mistake, in one folder for each target."""


@cache
def texts() -> tuple[str, ...]:
    """Good templates, small ones first."""
    return tuple(sorted((base.text for base in bases()), key=len))


@cache
def datas() -> tuple[dict[str, Any], ...]:
    return tuple(loads(text).data for text in texts())


def whole_file(content: bytes) -> None:
    """A file is read or refused in words; what was read is the same after it was written in JSON and in YAML."""
    with _file(content) as path:
        try:
            template = load(path)
        except DeckError:
            return
    for place, _ in walk(template.data):
        template.place(place)
    try:
        written = render_json(template.data)
    except (DeckError, ValueError, TypeError):
        return  # a number that JSON has not
    assert _same(loads(written).data, template.data)
    assert _same(loads(render_yaml(template.data)).data, template.data)


def linted_file(content: bytes) -> None:
    """Whatever a file holds, linting it gives findings with words."""
    with _file(content) as path:
        _spoken(lint(path, limits="current", packs=["security"]))


def json_text(content: bytes) -> None:
    """Text that begins like JSON is read as `json` reads it, or refused."""
    text = "{" + content.decode("utf-8", "replace")
    try:
        data = loads(text, file="a.json").data
    except DeckError:
        return
    assert _same(data, json.loads(text))


def changed_template(content: bytes) -> None:
    """A good template with any values at any places is judged."""
    _judged(_changed(Choices(content)))


def old_and_new(content: bytes) -> None:
    """Any two templates are compared, and one with itself is without a change."""
    choices = Choices(content)
    old, new = _changed(choices), _changed(choices)
    diff(old, new)
    diff(None, new)
    assert not diff(new, copy.deepcopy(new)).resources


def texts_inside(content: bytes) -> None:
    """Text in the places where it is a language of its own: Sub, references, policies, schedules, machines, loops."""
    text = content.decode("utf-8", "replace")
    assert all(kind in ("text", "name") for kind, _ in sub_parts(text))
    half = text[: len(text) // 2]
    resources: dict[str, Any] = {
        "Sub": _of("AWS::SNS::Topic", DisplayName={"Fn::Sub": text}),
        "Mapped": _of("AWS::SNS::Topic", DisplayName={"Fn::Sub": [text, {half: text, "A": {"Ref": text}}]}),
        "Att": _of("AWS::SNS::Topic", DisplayName={"Fn::GetAtt": text}, TopicName={"Ref": text}),
        "Dynamic": _of("AWS::SSM::Parameter", Type="String", Value="{{resolve:" + text + "}}"),
        "Form": _of("AWS::SSM::Parameter", Type="String", Value=half, AllowedPattern=text),
        "Cron": _of("AWS::Events::Rule", ScheduleExpression="cron(" + text + ")"),
        "Rate": _of("AWS::Scheduler::Schedule", ScheduleExpression=text, ScheduleExpressionTimezone=half,
                    FlexibleTimeWindow={"Mode": "OFF"}, Target={"Arn": text, "RoleArn": half}),
        "Machine": _of("AWS::StepFunctions::StateMachine", RoleArn=text, DefinitionString=text),
        "States": _of("AWS::StepFunctions::StateMachine", RoleArn=half, Definition={
            "StartAt": "A", "QueryLanguage": half, "States": {"A": {
                "Type": "Task", "Resource": text, "InputPath": text, "ResultPath": "$." + half, "End": True,
                "Parameters": {"a.$": text, "b": "{%" + half + "%}"}}}}),
        "Policy": _of("AWS::IAM::ManagedPolicy", PolicyDocument={"Version": half, "Statement": [
            {"Effect": "Allow", "Action": ["s3:" + half, "s3:" + text], "Resource": [text, "arn:aws:s3:::" + half],
             "Condition": {"StringLike": {text: half}, half: {"aws:SourceIp": text}}}]}),
        "Trust": _of("AWS::IAM::Role", AssumeRolePolicyDocument=text, RoleName=half, Path=text),
        "Bucket": _of("AWS::S3::BucketPolicy", Bucket=half, PolicyDocument={"Statement": {
            "Effect": "Deny", "Principal": {"AWS": text}, "Action": text, "Resource": "arn:aws:s3:::" + text}}),
        "Board": _of("AWS::CloudWatch::Dashboard", DashboardBody=text),
        "Api": _of("AWS::ApiGateway::RestApi", Body={"paths": {text: {half: {}}}}, Name=half),
        "Network": _of("AWS::EC2::Subnet", VpcId=half, CidrBlock=text, AvailabilityZone=half),
        "Data": _of("AWS::EC2::Instance", ImageId=half, UserData=text, InstanceType=text),
        "Zone": _of("AWS::Route53::RecordSet", Name=text, Type="TXT", TTL=half, ResourceRecords=[text], HostedZoneName=half),
        "Front": _of("AWS::CloudFront::Distribution", DistributionConfig={
            "Enabled": True, "Aliases": [text], "Origins": [{"Id": "o", "DomainName": half}],
            "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "https-only"},
            "CacheBehaviors": [{"PathPattern": one, "TargetOriginId": "o"} for one in (text, half)]}),
        "Pattern": _of("AWS::Events::Rule", EventPattern={"detail": {text: [{"wildcard": text}, {half: text}]}}),
        "Fn::ForEach::Loop": ["L", [text, half], {"T${L}" + half: _of("AWS::SNS::Topic", DisplayName={"Ref": "L"})}],
        "Other": {"Type": text, "DependsOn": half},
    }  # fmt: skip
    _judged({
        "Transform": "AWS::LanguageExtensions", "Description": text,
        "Parameters": {"P": {"Type": "String", "AllowedPattern": text, "Default": half}, "Q": {"Type": text}},
        "Conditions": {"C": {"Fn::Equals": [{"Ref": text}, half]}}, "Resources": resources,
        "Outputs": {"O": {"Value": {"Fn::Sub": half}, "Export": {"Name": text}}},
    })  # fmt: skip


TARGETS: dict[str, Callable[[bytes], None]] = {
    "file": whole_file,
    "json": json_text,
    "lint": linted_file,
    "change": changed_template,
    "texts": texts_inside,
    "diff": old_and_new,
}


def seeds(target: str) -> Iterator[bytes]:
    """Where to begin."""
    for text in texts():
        if target in ("file", "lint") and len(text) < 8_000:
            yield text.encode()
        elif target == "json" and len(text) < 20_000:
            yield json.dumps(loads(text).data).encode()[1:]
    if target == "texts":
        yield from (
            b"${A}-${!B}-${C.Arn}", b"ssm:/a/b:1", b"0 12 ? * MON-FRI *", b"rate(5 minutes)", b"10.0.0.0/16", b"s3:Get*",
            b'{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "Next": "B"}, "B": {"Type": "Succeed"}}}',
            b'{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}',
            b"States.Format('{}', $.a[0].b)", b"arn:aws:states:::lambda:invoke", b"^[a-z]+(-[a-z]+)*$", b"*.example.com",
        )  # fmt: skip
    for number in range(24):
        yield bytes((number * 37 + place * 11) % 256 for place in range(40 + number))


def _of(type: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties}


def _changed(choices: Choices) -> dict[str, Any]:
    data: Any = copy.deepcopy(choices.one_of(datas()))
    for _ in range(1 + choices.number(4)):
        places = [place for place, _ in walk(data) if place]
        *way, last = places[choices.number(len(places))]
        holder = data
        for step in way:
            holder = holder[step]
        what = choices.number(6)
        if what == 0 and isinstance(holder, dict):
            holder[choices.text()] = holder.pop(last)
        elif what == 1 and len(holder) > 1:
            del holder[last]
        elif what == 2:
            other = places[choices.number(len(places))]
            found: Any = data
            for step in other:
                found = found[step]
            holder[last] = copy.deepcopy(found)
        else:
            holder[last] = choices.value()
    return dict(data)


def _judged(data: dict[str, Any]) -> None:
    _spoken(lint(data, limits="current", packs=["security"]))
    _spoken(lint(data, parameters={"Stage": "prod", "P": "a"}, regions=["eu-west-1"]))


def _spoken(findings: list[Any]) -> None:
    for one in findings:
        assert one.message
        assert str(one)


def _same(one: Any, other: Any) -> bool:
    """Equal, types too, in whatever order; NaN is itself."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


class _file:  # noqa: N801 - used as a statement
    """Bytes as a file, for as long as it takes."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.path = ""

    def __enter__(self) -> str:
        number, self.path = tempfile.mkstemp(suffix=".yaml")
        with os.fdopen(number, "wb") as file:
            file.write(self.content)
        return self.path

    def __exit__(self, *_: object) -> None:
        os.unlink(self.path)
