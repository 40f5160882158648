"""Decisions that bytes make: the same bytes always make the same ones, with or without a fuzzer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

FUNCTIONS = (
    "Ref", "Condition", "Fn::And", "Fn::Base64", "Fn::Cidr", "Fn::Equals", "Fn::FindInMap", "Fn::ForEach::X",
    "Fn::GetAZs", "Fn::GetAtt", "Fn::If", "Fn::ImportValue", "Fn::Join", "Fn::Length", "Fn::Not", "Fn::Or", "Fn::Select",
    "Fn::Split", "Fn::Sub", "Fn::ToJsonString", "Fn::Transform", "Fn::Nothing",
)  # fmt: skip
WORDS = (
    "", "*", "?", "${", "${}", "${A.B}", "${!A}", "${AWS::Region}", "{{resolve:ssm:a}}", "{{resolve:secretsmanager:a:b",
    "arn:aws:s3:::a", "arn:aws:iam::123456789012:root", "arn:", "10.0.0.0/33", "::/0", "true", "0", "-1", "1e400", "007",
    "9" * 400, "a" * 300, "Jobs", "AWS::NoValue", "AWS::Region", "AWS::S3::Bucket", "AWS::Serverless-2016-10-31",
    "AWS::LanguageExtensions", "cron(0 12 * * ? *)", "rate(1 day)", "(a+)+$", "^(a|aa)+$", "*a*a*a*a*a*a*a*b", "[", "\\",
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}',
    '{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}', "\ud800", "\u2028", "\x00", "é",
)  # fmt: skip


class Choices:
    """Bytes, from their start to their end; where there are none left, everything is the first of its kind."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def number(self, below: int) -> int:
        """A number from 0 on."""
        size = 1 if below <= 256 else 3
        piece = self.data[self.at : self.at + size]
        self.at += size
        return int.from_bytes(piece, "big") % below

    def one_of(self, several: Sequence[Any]) -> Any:
        return several[self.number(len(several))]

    def text(self) -> str:
        if self.number(3):
            return str(self.one_of(WORDS)) + (str(self.one_of(WORDS)) if self.number(2) else "")
        size = self.number(40)
        piece = self.data[self.at : self.at + size]
        self.at += size
        return piece.decode("utf-8", "replace")

    def rest(self) -> bytes:
        return self.data[self.at :]

    def value(self, levels: int = 4) -> Any:
        """A value that could stand in a template."""
        kind = self.number(8 if levels else 5)
        if kind < 3:
            return self.text()
        if kind == 3:
            return self.one_of((None, True, False, 0, -1, 2**70, 1.5, float("inf"), float("nan"), "", [], {}))
        if kind == 4:
            return self.number(70_000)
        if kind == 5:
            return [self.value(levels - 1) for _ in range(self.number(5))]
        if kind == 6:
            return {self.one_of(FUNCTIONS): self.value(levels - 1)}
        return {self.text(): self.value(levels - 1) for _ in range(self.number(4))}
