"""AWS X-Ray: what the documentation demands beyond the resource schema."""

from __future__ import annotations

from ..vocabulary import AtLeast, Between, Is, Limit, Rule, Test, Violation, as_list, is_unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

SAMPLING = "AWS::XRay::SamplingRule"
GROUP = "AWS::XRay::Group"
CONSTRUCT = "awsdeck::XRayTracing"
NAME_MOST = 32
PRIORITY_MOST = 9_999

INTEGRATED = Limit(
    ("api-gateway", "beanstalk", "ec2", "lambda", "load-balancer"),
    ("api-gateway", "app-runner", "appsync", "beanstalk", "ec2", "ecs", "eventbridge", "lambda", "load-balancer", "s3",
     "sns", "sqs", "step-functions"),
    "2026",
)  # fmt: skip
"""Services that work with X-Ray. A service that joined after the notes is never refused."""
SDKS = ("java", "go", "node.js", "python", "ruby", ".net")
_ALIKE = {
    "node": "node.js",
    "nodejs": "node.js",
    "javascript": "node.js",
    "golang": "go",
    "dotnet": ".net",
    "c#": ".net",
}


def _known_services(view: View) -> Iterator[Violation]:
    for index, service in enumerate(as_list(view.get("services"))):
        if isinstance(service, str) and not is_unknown(service) and service not in INTEGRATED.current:
            yield Violation(("services", index), service=service, allowed=", ".join(INTEGRATED.current))


def _languages(view: View) -> Iterator[Violation]:
    for index, language in enumerate(as_list(view.get("languages"))):
        if isinstance(language, str) and _ALIKE.get(language.lower(), language.lower()) not in SDKS:
            yield Violation(("languages", index), language=language, allowed=", ".join(SDKS))


_NUMBERS: tuple[tuple[str, Test], ...] = (
    ("Priority", Between(1, PRIORITY_MOST)),
    ("FixedRate", Between(0, 1, fraction=True)),
    ("ReservoirSize", AtLeast(0)),
    ("Version", Is(1)),
)
_NEEDED = ("FixedRate", "Host", "HTTPMethod", "Priority", "ReservoirSize", "ResourceARN", "ServiceName", "ServiceType",
           "URLPath")  # fmt: skip


def _sampling(view: View) -> Iterator[Violation]:
    rule = view.get("SamplingRule")
    if not isinstance(rule, dict) or is_unknown(rule):
        return
    for name, test in _NUMBERS:
        value = rule.get(name)
        if value is not None and test(value, view.mode) is False:
            allowed = test.allowed(view.mode)
            problem = f"{name} is {value}"
            yield Violation(("SamplingRule", name), problem=problem, allowed=allowed, fix=f"{name}: {allowed}")
    missing = [name for name in _NEEDED if name not in rule]
    if missing:
        yield Violation(
            ("SamplingRule",),
            problem=f"a sampling rule needs {', '.join(missing)}",
            fix='"*" fits everything; Priority, FixedRate and ReservoirSize are numbers',
        )
    called = rule.get("RuleName")
    if isinstance(called, str) and not is_unknown(called) and not 1 <= len(called) <= NAME_MOST:
        yield Violation(
            ("SamplingRule", "RuleName"), problem=f"the name has {len(called)} characters", fix=f"1 to {NAME_MOST}"
        )


def _group(view: View) -> Iterator[Violation]:
    name = view.get("GroupName")
    if not isinstance(name, str) or is_unknown(name):
        return
    if name == "Default":
        yield Violation(("GroupName",), problem="the group Default exists in every account", fix="choose another name")
    elif not 1 <= len(name) <= NAME_MOST:
        yield Violation(("GroupName",), problem=f"the name has {len(name)} characters", fix=f"1 to {NAME_MOST}")


# The rules


_SAMPLING: dict[str, Any] = {
    "RuleName": "checkout", "Priority": 100, "FixedRate": 0.05, "ReservoirSize": 1, "Host": "*", "HTTPMethod": "*",
    "ResourceARN": "*", "ServiceName": "*", "ServiceType": "*", "URLPath": "/checkout", "Version": 1,
}  # fmt: skip


RULES: tuple[Rule, ...] = (
    Rule(
        "XRY002", CONSTRUCT, "error",
        "X-Ray does not work with {service}",
        scope="construct",
        check=_known_services,
        fix="one of {allowed}",
        source="X-Ray Developer Guide, integrating X-Ray with other AWS services; course notes, X-Ray",
        verified="docs",
        limit=INTEGRATED,
        good=({"services": ["lambda", "beanstalk"]}, {"services": ["sns"]}),
        bad={"services": ["rds"]},
    ),
    Rule(
        "XRY003", CONSTRUCT, "error",
        "there is no X-Ray SDK for {language}",
        scope="construct",
        check=_languages,
        fix="use OpenTelemetry, which X-Ray takes traces from; SDKs exist for {allowed}",
        source="X-Ray Developer Guide, instrumenting your application; course notes, X-Ray",
        verified="docs",
        limit=Limit(SDKS, SDKS, "2026-02"),
        good={"languages": ["Python", "Node.js", "golang"]},
        bad={"languages": ["rust"]},
    ),
    Rule(
        "XRY004", SAMPLING, "error",
        "a sampling rule says what it fits, how often, and in which order",
        check=_sampling,
        source="CloudFormation resource schema, AWS::XRay::SamplingRule; X-Ray Developer Guide, configuring sampling rules",
        good=({"SamplingRule": _SAMPLING}, {"SamplingRule": {**_SAMPLING, "FixedRate": {"Ref": "Rate"}}}),
        bad=(
            {"SamplingRule": {**_SAMPLING, "Priority": 0}},
            {"SamplingRule": {**_SAMPLING, "FixedRate": 5}},
            {"SamplingRule": {**_SAMPLING, "ReservoirSize": -1}},
            {"SamplingRule": {"RuleName": "short", "Priority": 1, "FixedRate": 1, "ReservoirSize": 0}},
            {"SamplingRule": {**_SAMPLING, "RuleName": "n" * 33}},
        ),
    ),
    Rule(
        "XRY006", GROUP, "error",
        "a group has a name of its own, of 1 to 32 characters",
        check=_group,
        source="X-Ray API Reference, CreateGroup",
        good={"GroupName": "slow"},
        bad=({"GroupName": "Default"}, {"GroupName": "n" * 33}),
    ),
)  # fmt: skip
