"""Amazon EventBridge and EventBridge Scheduler: what the documentation demands beyond the resource schema."""

from __future__ import annotations

import json
import re

from ..policies.access import FUNCTION, Permissions, fifo, generated, literal
from ..vocabulary import ABSENT, IsNot, Rule, Violation, as_list, is_unknown, number
from .patterns import TOP, pattern_problems
from .schedules import schedule_problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

RULE = "AWS::Events::Rule"
SCHEDULE = "AWS::Scheduler::Schedule"
QUEUE = "AWS::SQS::Queue"
TOPIC = "AWS::SNS::Topic"
TARGETS_MOST = 5
"""Targets of one rule. Source: EventBridge User Guide, quotas."""
WINDOW_MOST = 1_440
"""Minutes of a flexible time window. Source: EventBridge Scheduler API Reference, FlexibleTimeWindow."""
_PLACEHOLDER = re.compile(r"<([A-Za-z0-9_.-]+)>")
_ROLES = {
    "AWS::StepFunctions::StateMachine": "a state machine", "AWS::Kinesis::Stream": "a Kinesis stream",
    "AWS::KinesisFirehose::DeliveryStream": "a delivery stream", "AWS::Events::EventBus": "an event bus",
    "AWS::ECS::Cluster": "an ECS cluster", "AWS::Batch::JobQueue": "a Batch queue",
}  # fmt: skip
"""Targets that EventBridge reaches through a role, and not through their own policy."""
_SENDS = {QUEUE: "sqs:SendMessage", TOPIC: "sns:Publish", FUNCTION: "lambda:InvokeFunction"}


def _asked(view: View) -> Iterator[Violation]:
    given = [name for name in ("EventPattern", "ScheduleExpression") if view.get(name) is not ABSENT]
    if not given:
        yield Violation((), problem="a rule without a pattern or a schedule", fix="give EventPattern")
    bus = view.get("EventBusName", "default")
    own = isinstance(bus, str) and not is_unknown(bus) and bus != "default" and not bus.endswith("event-bus/default")
    if "ScheduleExpression" in given and own:
        yield Violation(
            ("EventBusName",),
            problem="schedules run on the default event bus alone",
            fix="leave EventBusName out, or use AWS::Scheduler::Schedule",
        )


def _expression(view: View) -> Iterator[Violation]:
    scheduler = view.type == SCHEDULE
    written = view.get("ScheduleExpression")
    if isinstance(written, str) and not is_unknown(written):
        wrong = schedule_problem(written, scheduler=scheduler)
        if wrong is not None:
            yield Violation(("ScheduleExpression",), problem=wrong[0], fix=wrong[1])


def _pattern(view: View) -> Iterator[Violation]:
    pattern = view.get("EventPattern")
    if isinstance(pattern, str) and not is_unknown(pattern):
        try:
            pattern = json.loads(pattern)
        except ValueError as error:
            yield Violation(("EventPattern",), problem=f"the pattern is not JSON: {error}", fix="write an object")
            return
        text = True
    else:
        text = False
    if pattern is ABSENT or is_unknown(pattern):
        return
    for path, problem, fix in pattern_problems(pattern):
        yield Violation(("EventPattern",) if text else ("EventPattern", *path), problem=problem, fix=fix)
    for name in pattern if isinstance(pattern, dict) else ():
        if name not in TOP and not str(name).startswith("Fn::"):
            yield Violation(
                ("EventPattern",) if text else ("EventPattern", name),
                severity="warning",
                problem=f"no event has {name!r} at its top",
                fix=f"one of {', '.join(TOP[:-1])}; what is an event's own stands below detail",
            )


def _targets(view: View) -> Iterator[Violation]:
    targets = as_list(view.get("Targets"))
    if len(targets) > TARGETS_MOST and not any(is_unknown(one) for one in targets):
        yield Violation(
            ("Targets",), problem=f"{len(targets)} targets", allowed=f"at most {TARGETS_MOST}", fix="make a second rule"
        )
    seen: set[str] = set()
    for index, target in enumerate(targets):
        if not isinstance(target, dict) or is_unknown(target):
            continue
        id = target.get("Id")
        if isinstance(id, str) and not is_unknown(id):
            if id in seen:
                yield Violation(("Targets", index, "Id"), problem=f"{id!r} is the Id of two targets", fix="rename one")
            seen.add(id)
        inputs = [name for name in ("Input", "InputPath", "InputTransformer") if name in target]
        if len(inputs) > 1:
            yield Violation(
                ("Targets", index, inputs[1]), problem=f"{' and '.join(inputs)} exclude each other", fix="give one"
            )
        yield from _transformed(target.get("InputTransformer"), ("Targets", index, "InputTransformer"))


def _transformed(transformer: Any, path: tuple[str | int, ...]) -> Iterator[Violation]:
    if not isinstance(transformer, dict) or is_unknown(transformer):
        return
    template, paths = transformer.get("InputTemplate"), transformer.get("InputPathsMap", {})
    if not isinstance(template, str) or is_unknown(template) or not isinstance(paths, dict) or is_unknown(paths):
        return
    for name in dict.fromkeys(_PLACEHOLDER.findall(template)):
        if name not in paths and not name.startswith("aws.events."):
            yield Violation(
                (*path, "InputTemplate"), problem=f"the template holds <{name}>, which InputPathsMap does not name",
                fix=f"add {name} to InputPathsMap",
            )  # fmt: skip


def _left_over(graph: Graph, view: View, path: Any, target: dict[str, Any]) -> Iterator[Violation]:
    """Where events go that could not be delivered."""
    given = target.get("DeadLetterConfig")
    found = graph.target(view, given.get("Arn")) if isinstance(given, dict) else None
    if found is not None and (found.view.type != QUEUE or fifo(found.view) is True):
        what = "a FIFO queue" if found.view.type == QUEUE else f"{found.view.type}"
        yield Violation(
            (*path, "DeadLetterConfig", "Arn"), view=view,
            problem=f"what could not be delivered goes to a standard queue, and {found.view.id} is {what}",
            fix="give a queue without FifoQueue",
        )  # fmt: skip


def _reached(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(RULE, SCHEDULE):
        for path, target in view.values("Targets/*" if view.type == RULE else "Target"):
            if not isinstance(target, dict) or is_unknown(target):
                continue
            yield from _left_over(graph, view, path, target)
            found = graph.target(view, target.get("Arn"))
            if found is None:
                continue
            kind = _ROLES.get(found.view.type) if view.type == RULE else None
            if kind is not None and "RoleArn" not in target and view.get("RoleArn") is ABSENT:
                yield Violation(
                    path, view=view, problem=f"EventBridge reaches {kind} through a role, and there is none",
                    fix="give RoleArn, a role that events.amazonaws.com may take on",
                )  # fmt: skip
            parameters = target.get("SqsParameters")
            if found.view.type == QUEUE and parameters is None and fifo(found.view) is True:
                yield Violation(
                    path, view=view, problem=f"{found.view.id} is first-in-first-out, and the target has no message group",
                    fix="give SqsParameters with MessageGroupId",
                )  # fmt: skip


def _may_send(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(RULE):
        for path, value in view.values("Targets/*/Arn"):
            found = graph.target(view, value)
            if found is None or found.view.type not in _SENDS or generated(view, found.view):
                continue
            permissions = graph.kept(Permissions)
            if permissions.granted("events", _SENDS[found.view.type], found.view, view)[0] is False:
                yield Violation(path, view=view, target=found.view.id, action=_SENDS[found.view.type])


def _zone(view: View) -> Iterator[Violation]:
    zone = view.get("ScheduleExpressionTimezone")
    if not isinstance(zone, str):
        return
    from difflib import get_close_matches
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

    try:
        ZoneInfo(zone)
    except (ValueError, ZoneInfoNotFoundError):
        known = available_timezones()
        if known:  # some systems have none at all
            close = get_close_matches(zone, sorted(known), 1)
            fix = f"did you mean {close[0]}?" if close else "a name of the IANA database, such as Europe/Berlin"
            yield Violation(("ScheduleExpressionTimezone",), zone=zone, fix=fix)


def _window(view: View) -> Iterator[Violation]:
    mode, minutes = view.get("FlexibleTimeWindow/Mode"), view.get("FlexibleTimeWindow/MaximumWindowInMinutes")
    if mode == "FLEXIBLE" and minutes is ABSENT:
        yield Violation(
            ("FlexibleTimeWindow",), problem="a flexible window needs MaximumWindowInMinutes", fix=f"1 to {WINDOW_MOST}"
        )
    elif mode == "OFF" and minutes is not ABSENT:
        yield Violation(
            ("FlexibleTimeWindow", "MaximumWindowInMinutes"), problem="no window, but minutes for it",
            fix="Mode FLEXIBLE, or take it out",
        )  # fmt: skip
    given = number(minutes)
    if given is not None and not 1 <= given <= WINDOW_MOST:
        yield Violation(
            ("FlexibleTimeWindow", "MaximumWindowInMinutes"), problem=f"a window of {given} minutes",
            allowed=f"1 to {WINDOW_MOST:,}", fix=f"1 to {WINDOW_MOST:,}",
        )  # fmt: skip
    start, end = literal(view.get("StartDate")), literal(view.get("EndDate"))
    if start and end and re.match(r"\d{4}-", start) and re.match(r"\d{4}-", end) and end[:19] <= start[:19]:
        yield Violation(("EndDate",), problem="the schedule ends before it begins", fix="EndDate after StartDate")


# The rules


_EC2 = {"source": ["aws.ec2"]}


def _sent(**properties: Any) -> dict[str, Any]:
    return {"EventPattern": _EC2, "Targets": [{"Id": "A", "Arn": "arn:aws:sqs:eu-west-1:123456789012:q", **properties}]}


def _to(type: str, target: dict[str, Any] | None = None, policy: Any = None, **properties: Any) -> dict[str, Any]:
    rule = {"EventPattern": _EC2, "Targets": [{"Id": "A", "Arn": {"Fn::GetAtt": ["T", "Arn"]}, **(target or {})}]}
    resources = {"T": {"Type": type, "Properties": properties}, "R": {"Type": RULE, "Properties": rule}}
    if policy is not None:
        statement = {
            "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage",
            "Resource": {"Fn::GetAtt": ["T", "Arn"]}, **policy,
        }  # fmt: skip
        document = {"Version": "2012-10-17", "Statement": [statement]}
        resources["P"] = {
            "Type": "AWS::SQS::QueuePolicy", "Properties": {"Queues": [{"Ref": "T"}], "PolicyDocument": document},
        }  # fmt: skip
    return {"Resources": resources}


def _plans(type: str, **properties: Any) -> dict[str, Any]:
    target = {"Arn": {"Fn::GetAtt": ["T", "Arn"]}, "RoleArn": "arn:aws:iam::123456789012:role/r"}
    plan = {"Type": SCHEDULE, "Properties": _planned(Target=target)}
    return {"Resources": {"T": {"Type": type, "Properties": properties}, "S": plan}}


def _planned(expression: str = "rate(5 minutes)", **properties: Any) -> dict[str, Any]:
    target = {"Arn": "arn:aws:sqs:eu-west-1:123456789012:q", "RoleArn": "arn:aws:iam::123456789012:role/r"}
    window = {"FlexibleTimeWindow": {"Mode": "OFF"}}
    return {"ScheduleExpression": expression, "Target": target, **window, **properties}


_GUIDE = "EventBridge User Guide"
RULES: tuple[Rule, ...] = (
    Rule(
        "EVB001", RULE, "error",
        "a rule has a pattern or a schedule",
        check=_asked,
        source="EventBridge API Reference, PutRule; EventBridge User Guide, rules that run on a schedule",
        verified="docs",
        good=({"EventPattern": _EC2}, {"ScheduleExpression": "rate(1 hour)"}),
        bad=({"State": "ENABLED"}, {"ScheduleExpression": "rate(1 hour)", "EventBusName": "orders"}),
    ),
    Rule(
        "EVB002", (RULE, SCHEDULE), "error",
        "a schedule is rate(…) or cron(…), for Scheduler also at(…)",
        check=_expression,
        source=f"{_GUIDE}, setting a schedule pattern; EventBridge Scheduler User Guide, schedule types",
        verified="docs",
        good=(
            {"ScheduleExpression": "cron(0 12 ? * MON-FRI *)"},
            {"ScheduleExpression": "cron(0/15 8-17 L * ? 2026-2030)"},
            {"Type": SCHEDULE, "Properties": _planned("at(2026-12-24T18:00:00)")},
            {"ScheduleExpression": {"Ref": "When"}},
        ),
        bad=(
            {"ScheduleExpression": "rate(1 minutes)"},
            {"ScheduleExpression": "rate(5 minute)"},
            {"ScheduleExpression": "cron(0 12 * * *)"},
            {"ScheduleExpression": "cron(0 12 * * * *)"},
            {"ScheduleExpression": "cron(0 25 * * ? *)"},
            {"ScheduleExpression": "at(2026-12-24T18:00:00)"},
            {"Type": SCHEDULE, "Properties": _planned("at(tomorrow)")},
        ),
    ),
    Rule(
        "EVB003", RULE, "error",
        "a pattern lists for each field what fits",
        check=_pattern,
        source=f"{_GUIDE}, creating event patterns; comparison operators",
        verified="docs",
        good=(
            {"EventPattern": {"source": ["aws.ec2"], "detail": {"n": [{"numeric": [">", 5]}], "k": [{"exists": True}]}}},
            {"EventPattern": {"$or": [{"source": ["a"]}, {"detail": {"b": [{"anything-but": {"prefix": "c"}}]}}]}},
            {"EventPattern": '{"source": ["aws.ec2"]}'},
        ),
        bad=(
            {"EventPattern": {"source": "aws.ec2"}},
            {"EventPattern": {"source": []}},
            {"EventPattern": {"detail": {"n": [{"numeric": ["above", 5]}]}}},
            {"EventPattern": {"detail": {"n": [{"starts-with": "a"}]}}},
            {"EventPattern": {"bucket": ["uploads"]}},
            {"EventPattern": "source"},
        ),
    ),
    Rule(
        "EVB004", RULE, "error",
        "a rule has at most five targets, each with an Id of its own and one kind of input",
        check=_targets,
        source=f"{_GUIDE}, quotas; EventBridge API Reference, Target; input transformation",
        verified="docs",
        good=_sent(InputTransformer={"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '"<n> <aws.events.rule-arn>"'}),
        bad=(
            {"EventPattern": _EC2, "Targets": [{"Id": str(n), "Arn": "arn:aws:a"} for n in range(6)]},
            {"EventPattern": _EC2, "Targets": [{"Id": "A", "Arn": "arn:aws:a"}, {"Id": "A", "Arn": "arn:aws:b"}]},
            _sent(Input="{}", InputPath="$.detail"),
            _sent(InputTransformer={"InputPathsMap": {"m": "$.m"}, "InputTemplate": '"<n>"'}),
        ),
    ),
    Rule(
        "EVB005", (RULE, SCHEDULE), "error",
        "EventBridge can reach its targets",
        scope="graph",
        check=_reached,
        source=f"{_GUIDE}, targets; using identity-based policies; SQS queues as targets",
        verified="docs",
        good=(_to("AWS::Kinesis::Stream", {"RoleArn": "arn:aws:iam::123456789012:role/r"}), _to(QUEUE),
              _to(QUEUE, {"SqsParameters": {"MessageGroupId": "a"}}, FifoQueue=True), _plans("AWS::Kinesis::Stream")),
        bad=(
            _to("AWS::Kinesis::Stream"), _to(QUEUE, FifoQueue=True), _plans(QUEUE, FifoQueue=True),
            _to(FUNCTION, {"DeadLetterConfig": {"Arn": {"Ref": "T"}}}, Code={"ZipFile": ""}, Role="r"),
        ),
    ),
    Rule(
        "EVB006", RULE, "warning",
        "nothing lets EventBridge use {target}: events for it are lost",
        scope="graph",
        check=_may_send,
        fix="allow events.amazonaws.com {action} in a policy, or permission, of {target}",
        source=f"{_GUIDE}, using resource-based policies: Lambda, SQS and SNS permissions",
        verified="docs",
        good=(_to(QUEUE, policy={}), _to(QUEUE, policy={"Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["R", "Arn"]}}}})),
        bad=(_to(QUEUE), _to(FUNCTION, Code={"ZipFile": ""}, Role="r"), _to(QUEUE, policy={"Principal": {"Service": "s3.amazonaws.com"}})),
    ),
    Rule(
        "EVB008", SCHEDULE, "warning",
        "there is no time zone {zone}, as far as is known here",
        check=_zone,
        source="EventBridge Scheduler User Guide, schedule types, time zones",
        verified="docs",
        good=(
            _planned(ScheduleExpressionTimezone="Europe/Berlin"), _planned(ScheduleExpressionTimezone="UTC"),
            _planned(ScheduleExpressionTimezone={"Ref": "Zone"}),
        ),
        bad=(_planned(ScheduleExpressionTimezone="Europe/Berln"), _planned(ScheduleExpressionTimezone="../etc/passwd")),
    ),
    Rule(
        "EVB007", SCHEDULE, "error",
        "a flexible window has minutes, and a schedule begins before it ends",
        check=_window,
        source="EventBridge Scheduler API Reference, FlexibleTimeWindow; CreateSchedule",
        verified="docs",
        good=(_planned(), _planned(FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15})),
        bad=(
            _planned(FlexibleTimeWindow={"Mode": "FLEXIBLE"}),
            _planned(FlexibleTimeWindow={"Mode": "OFF", "MaximumWindowInMinutes": 15}),
            _planned(FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}),
            _planned(StartDate="2026-12-01T00:00:00Z", EndDate="2026-11-01T00:00:00Z"),
        ),
    ),
    Rule(
        "EVB009", "AWS::Events::EventBus", "error",
        "every account has the bus default already",
        then={"Name": IsNot("default")},
        fix="choose another name, or leave the bus out: rules without EventBusName stand on the default one",
        source="EventBridge API Reference, CreateEventBus",
        verified="docs",
        good={"Name": "orders"},
        bad={"Name": "default"},
    ),
)  # fmt: skip
