"""What each state of a definition may say, field by field.

Source: Step Functions Developer Guide, using Amazon States Language: workflow states, error handling, paths, JSONata.
"""

from __future__ import annotations

import re

from ..vocabulary import grouped, is_unknown
from .statelanguage import opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, TypeGuard

    from .statelanguage import State

    Path = tuple[str | int, ...]
    Problem = tuple[str, Path, str, str | None, str | None]
    """Rule, place, what is wrong, severity (None: the rule's), the way out."""

SECONDS_MOST = 99_999_999
DELAY_MOST = 31_622_400
LABEL_MOST = 40
TERMINAL = ("Succeed", "Fail")
_GOING_ON = ("Next", "End")
_PATHS = ("InputPath", "OutputPath")
FIELDS: dict[str, tuple[str, ...]] = {
    "Task": (
        "Resource", "Parameters", "Arguments", "ResultSelector", "ResultPath", "Retry", "Catch", "TimeoutSeconds",
        "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath", "Credentials", "Assign", "Output",
        *_PATHS, *_GOING_ON,
    ),
    "Pass": ("Result", "ResultPath", "Parameters", "Assign", "Output", *_PATHS, *_GOING_ON),
    "Choice": ("Choices", "Default", "Assign", "Output", *_PATHS),
    "Wait": ("Seconds", "Timestamp", "SecondsPath", "TimestampPath", "Assign", "Output", *_PATHS, *_GOING_ON),
    "Succeed": ("Output", *_PATHS),
    "Fail": ("Error", "Cause", "ErrorPath", "CausePath"),
    "Parallel": (
        "Branches", "Parameters", "Arguments", "ResultSelector", "ResultPath", "Retry", "Catch", "Assign", "Output",
        *_PATHS, *_GOING_ON,
    ),
    "Map": (
        "ItemProcessor", "Iterator", "Items", "ItemsPath", "ItemSelector", "ItemReader", "ItemBatcher", "ResultWriter",
        "MaxConcurrency", "MaxConcurrencyPath", "ToleratedFailureCount", "ToleratedFailureCountPath",
        "ToleratedFailurePercentage", "ToleratedFailurePercentagePath", "Label", "Parameters", "Arguments", "ResultSelector",
        "ResultPath", "Retry", "Catch", "Assign", "Output", *_PATHS, *_GOING_ON,
    ),
}  # fmt: skip
"""What a state of each kind takes besides Type, Comment and QueryLanguage."""
ONLY = {
    "JSONPath": (
        "InputPath", "OutputPath", "Parameters", "ResultPath", "ResultSelector", "ItemsPath", "SecondsPath",
        "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "ErrorPath", "CausePath", "MaxConcurrencyPath",
        "ToleratedFailureCountPath", "ToleratedFailurePercentagePath",
    ),
    "JSONata": ("Arguments", "Output"),
}  # fmt: skip
"""Fields that belong to one of the two query languages."""
INSTEAD = {
    "InputPath": "Arguments or Output with $states.input", "OutputPath": "Output", "Parameters": "Arguments",
    "ResultPath": "Assign or Output", "ResultSelector": "Output with $states.result", "ItemsPath": "Items",
    "Arguments": "Parameters", "Output": "ResultSelector, ResultPath and OutputPath",
}  # fmt: skip
TOP = ("Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version")
"""What a definition says beside its states."""
_DISTRIBUTED = (
    "ItemReader", "ItemBatcher", "ResultWriter", "Label", "ToleratedFailureCount", "ToleratedFailureCountPath",
    "ToleratedFailurePercentage", "ToleratedFailurePercentagePath",
)  # fmt: skip
_COMPARED = ("Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals")
OPERATORS: dict[str, str] = {
    **{f"{kind}{how}": kind for kind in ("String", "Numeric", "Timestamp") for how in _COMPARED},
    **{f"{kind}{how}Path": "Path" for kind in ("String", "Numeric", "Timestamp") for how in _COMPARED},
    "BooleanEquals": "Boolean", "BooleanEqualsPath": "Path", "StringMatches": "String",
    "IsPresent": "Boolean", "IsNull": "Boolean", "IsBoolean": "Boolean", "IsNumeric": "Boolean", "IsString": "Boolean",
    "IsTimestamp": "Boolean",
}  # fmt: skip
"""What a comparison in a choice rule compares with."""
_JOINERS = ("And", "Or", "Not")
_INTRINSICS = (
    "Array", "ArrayPartition", "ArrayContains", "ArrayRange", "ArrayGetItem", "ArrayLength", "ArrayUnique",
    "Base64Encode", "Base64Decode", "Hash", "JsonMerge", "JsonToString", "StringToJson", "MathRandom", "MathAdd",
    "StringSplit", "UUID", "Format",
)  # fmt: skip
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_TEMPLATE_FIELDS = ("Parameters", "ResultSelector", "ItemSelector")
_PLAIN_PATH = re.compile(r"\$\$?\.[A-Za-z_][\w.]*(\[\d+\])?")


def top(body: Mapping[str, Any]) -> Iterator[Problem]:
    """Everything wrong with what a definition says beside its states."""
    yield from _whole(body, "TimeoutSeconds", (), 1, SECONDS_MOST)
    if isinstance(body.get("TimeoutSeconds"), str) and not opened(body["TimeoutSeconds"]):
        yield (
            "SFN004",
            ("TimeoutSeconds",),
            "TimeoutSeconds is text",
            None,
            f"a whole number from 1 to {SECONDS_MOST:,}",
        )
    for name in body:
        if name not in TOP and not opened(name) and not name.startswith(("Fn::", "${")):
            from difflib import get_close_matches

            close = get_close_matches(name, TOP, 1, 0.8)
            fix = f"did you mean {close[0]}?" if close else f"take it out; there is {', '.join(TOP)}"
            yield "SFN007", (name,), f"a definition has no field {name}", None, fix


def problems(state: State) -> Iterator[Problem]:
    """Everything wrong inside one state."""
    kind = state.kind
    if kind is None or kind not in FIELDS:
        return
    yield from _fields(state, kind)
    if kind in ("Task", "Parallel", "Map"):
        yield from _errors(state)
    yield from _written(state)
    check = {"Task": _task, "Wait": _wait, "Choice": _choice, "Parallel": _parallel, "Map": _map}.get(kind)
    if check is not None:
        yield from check(state)


def _fields(state: State, kind: str) -> Iterator[Problem]:
    known = {"Type", "Comment", "QueryLanguage", *FIELDS[kind]}
    for name in state.body:
        if name in known or opened(name) or name.startswith("Fn::"):
            continue
        from difflib import get_close_matches

        close = get_close_matches(name, sorted(known), 1, 0.8)
        if name in ("Next", "End"):
            continue  # said with what a state leads to
        fix = f"did you mean {close[0]}?" if close else "take it out"
        yield "SFN007", (*state.path, name), f"a {kind} state has no field {name}", None, fix
    language = state.language
    other = {"JSONPath": "JSONata", "JSONata": "JSONPath"}.get(language or "")
    for name in ONLY.get(other or "", ()):
        if name in state.body and name in known:
            instead = INSTEAD.get(name)
            yield (
                "SFN007", (*state.path, name), f"{name} belongs to {other}, and the state's query language is {language}",
                None, f"use {instead}, or set QueryLanguage to {other}" if instead else f"set QueryLanguage to {other}",
            )  # fmt: skip
    if language is not None and language not in ("JSONPath", "JSONata"):
        yield "SFN007", (*state.path, "QueryLanguage"), f"{language} is no query language", None, "JSONPath or JSONata"


# errors


def _errors(state: State) -> Iterator[Problem]:
    for name in ("Retry", "Catch"):
        items = state.body.get(name)
        if items is None or opened(items):
            continue
        if not isinstance(items, list):
            yield "SFN004", (*state.path, name), f"{name} is a list", None, None
            continue
        for index, item in enumerate(items):
            if isinstance(item, dict) and not is_unknown(item):
                path = (*state.path, name, index)
                yield from _caught(name, item, path, last=index == len(items) - 1)
                if name == "Retry":
                    yield from _retried(item, path)
                elif "Next" not in item:
                    yield "SFN002", path, "a catcher without Next", None, "say which state handles the error"


_ERRORS = tuple(
    f"States.{name}" for name in (
        "ALL", "BranchFailed", "DataLimitExceeded", "ExceedToleratedFailureThreshold", "Http.Socket", "HeartbeatTimeout",
        "IntrinsicFailure", "ItemReaderFailed", "NoChoiceMatched", "ParameterPathFailure", "Permissions",
        "QueryEvaluationError", "ResultPathMatchFailure", "ResultWriterFailed", "Runtime", "TaskFailed", "Timeout",
    )
)  # fmt: skip


def _caught(name: str, item: dict[str, Any], path: Path, *, last: bool) -> Iterator[Problem]:
    errors = item.get("ErrorEquals")
    if opened(errors):
        return
    if not isinstance(errors, list) or not errors:
        yield "SFN004", path, f"{name} without ErrorEquals", None, 'name errors, or ["States.ALL"]'
        return
    if "States.ALL" in errors and (len(errors) > 1 or not last):
        how = "alone in its list" if len(errors) > 1 else f"in the last entry of {name}"
        yield "SFN004", (*path, "ErrorEquals"), f"States.ALL must stand {how}", None, None
    for error in errors:
        if isinstance(error, str) and error.startswith("States.") and error not in _ERRORS:
            yield (
                "SFN004",
                (*path, "ErrorEquals"),
                f"no error is called {error}",
                "warning",
                f"one of {', '.join(_ERRORS)}",
            )


def _retried(item: dict[str, Any], path: Path) -> Iterator[Problem]:
    for field, low, high in (
        ("MaxAttempts", 0, SECONDS_MOST),
        ("IntervalSeconds", 0, SECONDS_MOST),
        ("MaxDelaySeconds", 1, DELAY_MOST),
    ):
        yield from _whole(item, field, path, low, high)
    rate, interval, delay = item.get("BackoffRate"), item.get("IntervalSeconds", 1), item.get("MaxDelaySeconds")
    if _is_number(rate) and rate < 0:
        yield "SFN004", (*path, "BackoffRate"), f"BackoffRate is {rate}", None, "1.0 or more; 2.0 is the default"
    elif _is_number(rate) and rate < 1:
        yield (
            "SFN004", (*path, "BackoffRate"), f"BackoffRate {rate} waits less with every attempt", "warning",
            "1.0 or more; 2.0 is the default",
        )  # fmt: skip
    if interval == 0 and not isinstance(interval, bool):
        yield "SFN004", (*path, "IntervalSeconds"), "IntervalSeconds 0 retries without a pause", "warning", "1 or more"
    if _is_number(delay) and _is_number(interval) and 1 <= delay <= interval:
        yield (
            "SFN004", (*path, "MaxDelaySeconds"), f"MaxDelaySeconds {delay} is not above IntervalSeconds {interval}", None,
            "the longest pause must be longer than the first",
        )  # fmt: skip
    jitter = item.get("JitterStrategy")
    if isinstance(jitter, str) and not opened(jitter) and jitter not in ("FULL", "NONE"):
        yield "SFN004", (*path, "JitterStrategy"), f"JitterStrategy is {jitter}", None, "FULL or NONE"


def _whole(body: Any, field: str, path: Path, low: int, high: int) -> Iterator[Problem]:
    value = body.get(field)
    if value is None or isinstance(value, str) or opened(value):  # text: JSONata, or still open
        return
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        yield (
            "SFN004", (*path, field), f"{field} is {grouped(value)}", None, f"a whole number from {low} to {high:,}",
        )  # fmt: skip


# kinds of states


def _task(state: State) -> Iterator[Problem]:
    resource = state.body.get("Resource")
    if resource is None:
        yield "SFN004", state.path, "a Task without Resource", None, "say what it does, as an ARN"
    elif not opened(resource):
        yield from _resource(state, resource)
    yield from _whole(state.body, "TimeoutSeconds", state.path, 1, SECONDS_MOST)
    yield from _whole(state.body, "HeartbeatSeconds", state.path, 1, SECONDS_MOST)
    beat, timeout = state.body.get("HeartbeatSeconds"), state.body.get("TimeoutSeconds")
    if _is_number(beat) and _is_number(timeout) and beat >= timeout:
        yield (
            "SFN004", (*state.path, "HeartbeatSeconds"), f"HeartbeatSeconds {beat} is not below TimeoutSeconds {timeout}",
            None, "a heartbeat must be due before the task times out",
        )  # fmt: skip
    for one in ("TimeoutSeconds", "HeartbeatSeconds"):
        if one in state.body and f"{one}Path" in state.body:
            yield "SFN004", (*state.path, f"{one}Path"), f"{one} and {one}Path exclude each other", None, "give one"


_ACTIONS = {
    "apigateway": ("invoke",), "batch": ("submitJob",), "dynamodb": ("deleteItem", "getItem", "putItem", "updateItem"),
    "ecs": ("runTask",), "events": ("putEvents",), "glue": ("startJobRun",), "http": ("invoke",), "lambda": ("invoke",),
    "sns": ("publish",), "sqs": ("sendMessage",), "states": ("startExecution",),
}  # fmt: skip
"""What Step Functions does itself in these services. Source: Step Functions Developer Guide, integrating services."""
_WAITLESS = ("lambda", "sqs", "sns", "dynamodb", "events", "http", "apigateway")
_SDK = re.compile(r"[a-z0-9]+:[a-z]\w*(\.waitForTaskToken)?")


def _resource(state: State, resource: Any) -> Iterator[Problem]:
    place = (*state.path, "Resource")
    if not isinstance(resource, str) or not resource.startswith("arn:"):
        yield (
            "SFN004", place, f"Resource {grouped(resource)} is no ARN", None,
            "the ARN of a function or activity, or arn:aws:states:::service:action",
        )  # fmt: skip
        return
    parts = resource.split(":", 5)
    if len(parts) < 6 or parts[2] != "states" or parts[3] or parts[4]:
        return
    what = parts[5]
    if what.startswith("aws-sdk:"):
        if not _SDK.fullmatch(what.removeprefix("aws-sdk:")):
            yield (
                "SFN004", place, f"{what} is no call of the AWS SDK", None,
                "service and action as in arn:aws:states:::aws-sdk:s3:listBuckets, the action with a small first letter",
            )  # fmt: skip
        return
    service = what.partition(":")[0]
    action = what.partition(":")[2].partition(".")[0]
    if service in _ACTIONS and action not in _ACTIONS[service]:
        yield (
            "SFN004", place, f"Step Functions has no integration {service}:{action}", None,
            f"{' or '.join(f'{service}:{one}' for one in _ACTIONS[service])}, or arn:aws:states:::aws-sdk:service:action",
        )  # fmt: skip
    elif service in _WAITLESS and re.search(r"\.sync(:\d)?$", what):
        yield "SFN004", place, f"{service} has no jobs that Step Functions could wait for", None, "take .sync away"


def _wait(state: State) -> Iterator[Problem]:
    names = ("Seconds", "SecondsPath", "Timestamp", "TimestampPath")
    given = [name for name in names if name in state.body]
    if len(given) != 1:
        said = "none" if not given else " and ".join(given)
        yield (
            "SFN004", state.path, f"a Wait takes one of Seconds, SecondsPath, Timestamp and TimestampPath, and has {said}",
            None, "such as Seconds: 10",
        )  # fmt: skip
        return
    yield from _whole(state.body, "Seconds", state.path, 0, SECONDS_MOST)
    seconds, moment = state.body.get("Seconds"), state.body.get("Timestamp")
    if isinstance(seconds, str) and not opened(seconds) and not _is_jsonata(seconds):
        yield "SFN004", (*state.path, "Seconds"), f"Seconds is the text {seconds!r}", None, "a number, or {% … %}"
    if isinstance(moment, str) and not opened(moment) and not _is_jsonata(moment) and not _TIMESTAMP.fullmatch(moment):
        yield (
            "SFN004", (*state.path, "Timestamp"), f"{moment!r} is no point in time", None, "such as 2026-11-25T12:00:00Z",
        )  # fmt: skip


def _parallel(state: State) -> Iterator[Problem]:
    branches = state.body.get("Branches")
    if not opened(branches) and (not isinstance(branches, list) or not branches):
        yield "SFN009", state.path, "a Parallel without Branches", None, "give at least one, with StartAt and States"


def _map(state: State) -> Iterator[Problem]:
    given = [name for name in ("ItemProcessor", "Iterator") if name in state.body]
    if len(given) != 1:
        said = "both" if given else "neither"
        yield "SFN009", state.path, f"a Map takes ItemProcessor or Iterator, and has {said}", None, "give ItemProcessor"
        return
    processor = state.body[given[0]]
    config = processor.get("ProcessorConfig", {}) if isinstance(processor, dict) else {}
    mode = config.get("Mode", "INLINE") if isinstance(config, dict) and not is_unknown(config) else None
    if mode == "INLINE":
        for name in _DISTRIBUTED:
            if name in state.body:
                yield (
                    "SFN009", (*state.path, name), f"{name} belongs to a distributed Map, and this one runs inline", None,
                    "set ProcessorConfig Mode DISTRIBUTED and ExecutionType, or leave it out",
                )  # fmt: skip
    elif isinstance(mode, str) and mode != "DISTRIBUTED":
        yield (
            "SFN009", (*state.path, given[0], "ProcessorConfig", "Mode"), f"a Map does not run in mode {mode}", None,
            "INLINE or DISTRIBUTED",
        )  # fmt: skip
    elif mode == "DISTRIBUTED" and "ExecutionType" not in config:
        yield (
            "SFN009", (*state.path, given[0], "ProcessorConfig"), "a distributed Map needs ExecutionType", None,
            "STANDARD or EXPRESS",
        )  # fmt: skip
    yield from _whole(state.body, "MaxConcurrency", state.path, 0, SECONDS_MOST)
    yield from _whole(state.body, "ToleratedFailureCount", state.path, 0, SECONDS_MOST)
    share = state.body.get("ToleratedFailurePercentage")
    if _is_number(share) and not 0 <= share <= 100:
        yield "SFN009", (*state.path, "ToleratedFailurePercentage"), f"{share} percent", None, "0 to 100"
    label = state.body.get("Label")
    if isinstance(label, str) and not opened(label) and len(label) > LABEL_MOST:
        yield "SFN009", (*state.path, "Label"), f"Label has {len(label)} characters", None, f"at most {LABEL_MOST}"


# choices


def _choice(state: State) -> Iterator[Problem]:
    choices = state.body.get("Choices")
    if opened(choices):
        return
    if not isinstance(choices, list) or not choices:
        yield "SFN008", state.path, "a Choice without Choices", None, "give at least one"
        return
    for index, rule in enumerate(choices):
        if not isinstance(rule, dict) or is_unknown(rule):
            continue
        path = (*state.path, "Choices", index)
        if "Next" not in rule:
            yield "SFN002", path, "a choice without Next", None, "say which state it leads to"
        if state.language == "JSONata":
            yield from _condition(rule, path)
        elif state.language == "JSONPath":
            yield from _compared(rule, path, top=True)
    if "Default" not in state.body:
        yield (
            "SFN008", state.path, "without Default the execution fails when no choice fits", "info",
            "give Default, if only a Fail state that says so",
        )  # fmt: skip


def _condition(rule: dict[str, Any], path: Path) -> Iterator[Problem]:
    condition = rule.get("Condition")
    if "Variable" in rule or any(name in rule for name in _JOINERS):
        yield "SFN008", path, "Variable, And, Or and Not belong to JSONPath", None, 'write Condition: "{% … %}"'
    elif condition is None:
        yield "SFN008", path, "a choice without Condition", None, 'such as Condition: "{% $states.input.n > 5 %}"'
    elif isinstance(condition, str) and not opened(condition) and not _is_jsonata(condition):
        yield "SFN008", (*path, "Condition"), f"{condition!r} is not JSONata", None, "put it between {% and %}"


def _compared(rule: dict[str, Any], path: Path, *, top: bool) -> Iterator[Problem]:
    if "Condition" in rule:
        yield (
            "SFN008",
            path,
            "Condition belongs to JSONata",
            None,
            "use Variable and a comparison, or QueryLanguage JSONata",
        )
        return
    if not top and "Next" in rule:
        yield "SFN008", (*path, "Next"), "Next stands in the outermost rule alone", None, "move it there"
    joined = [name for name in _JOINERS if name in rule]
    named = [name for name in rule if name in OPERATORS]
    if len(joined) + len(named) != 1:
        extra = [name for name in rule if name not in (*OPERATORS, *_JOINERS, "Variable", "Next", "Comment", "Assign")]
        said = "none" if not joined + named else " and ".join(joined + named)
        hint = f" ({', '.join(extra)} is unknown)" if extra and not joined + named else ""
        yield (
            "SFN008", path, f"a rule makes one comparison, or And, Or or Not, and has {said}{hint}", None,
            "such as Variable and NumericGreaterThan; join several with And",
        )  # fmt: skip
        return
    if joined:
        inner = rule[joined[0]]
        items = inner if isinstance(inner, list) else [inner]
        if joined[0] != "Not" and not opened(inner) and (not isinstance(inner, list) or not inner):
            yield "SFN008", (*path, joined[0]), f"{joined[0]} takes a list of rules", None, None
        for index, item in enumerate(items):
            if isinstance(item, dict) and not is_unknown(item):
                step = (joined[0], index) if isinstance(inner, list) else (joined[0],)
                yield from _compared(item, (*path, *step), top=False)
        return
    strange = [name for name in rule if name not in (*named, "Variable", "Next", "Comment", "Assign")]
    if strange:
        yield (
            "SFN008",
            (*path, strange[0]),
            f"there is no comparison {strange[0]}",
            None,
            f"leave it out beside {named[0]}",
        )
    if "Variable" not in rule:
        yield "SFN008", path, "a comparison without Variable", None, "name what is compared, such as $.amount"
    operator = named[0]
    value, wanted = rule[operator], OPERATORS[operator]
    if not opened(value) and not _suits(value, wanted):
        words = {"Path": "a path", "Numeric": "a number", "Boolean": "true or false", "Timestamp": "a point in time"}
        yield (
            "SFN008", (*path, operator), f"{operator} compares with {words.get(wanted, 'text')}, not {grouped(value)}", None,
            None,
        )  # fmt: skip


def _suits(value: Any, wanted: str) -> bool:
    if wanted == "Numeric":
        return _is_number(value)
    if wanted == "Boolean":
        return isinstance(value, bool)
    if wanted == "Timestamp":
        return isinstance(value, str) and _TIMESTAMP.fullmatch(value) is not None
    return isinstance(value, str)


# paths and expressions


def _written(state: State) -> Iterator[Problem]:
    if state.language == "JSONata":
        yield from _expressions(state.body, state.path)
        return
    if state.language != "JSONPath":
        return
    for name in ONLY["JSONPath"]:
        value = state.body.get(name)
        if name in _TEMPLATE_FIELDS or not isinstance(value, str) or opened(value):
            continue
        wrong = path_problem(value, reference=name == "ResultPath")
        if wrong is not None and not (name in ("ErrorPath", "CausePath") and value.startswith("States.")):
            yield "SFN007", (*state.path, name), f"{name} {value!r} {wrong}", None, "such as $.order.id"
    for name in (*_TEMPLATE_FIELDS, "Assign"):
        yield from _template(state.body.get(name), (*state.path, name))
    choices = state.body.get("Choices")
    for index, rule in enumerate(choices if isinstance(choices, list) else ()):
        yield from _variables(rule, (*state.path, "Choices", index))


def _variables(rule: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(rule, dict) or is_unknown(rule):
        return
    value = rule.get("Variable")
    if isinstance(value, str) and not opened(value):
        wrong = path_problem(value)
        if wrong is not None:
            yield "SFN007", (*path, "Variable"), f"Variable {value!r} {wrong}", None, "such as $.order.id"
    for joiner in _JOINERS:
        inner = rule.get(joiner)
        for item in inner if isinstance(inner, list) else [inner]:
            yield from _variables(item, (*path, joiner))


def _template(value: Any, path: Path) -> Iterator[Problem]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _template(item, (*path, index))
    if not isinstance(value, dict) or is_unknown(value):
        return
    for name, item in value.items():
        place = (*path, name)
        if not isinstance(name, str):
            continue
        if name.endswith(".$"):
            if opened(item):
                continue
            wrong = path_problem(item) if isinstance(item, str) else "is no path"
            if wrong is not None:
                yield (
                    "SFN007",
                    place,
                    f"{name} is {grouped(item)!r}, which {wrong}",
                    None,
                    "a path, or States.Format(…)",
                )
        elif isinstance(item, str) and _PLAIN_PATH.fullmatch(item):
            yield (
                "SFN007", place, f"{name} is the text {item!r}, not what stands there", "warning", f"name the key {name}.$",
            )  # fmt: skip
        else:
            yield from _template(item, place)


def path_problem(value: str, *, reference: bool = False) -> str | None:
    """What is wrong with a JSONPath, a variable or an intrinsic function; None when it can be read."""
    if value.startswith("States."):
        function, found, _ = value.partition("(")
        if reference or not found or not value.endswith(")"):
            return "is no call of a function"
        name = function.removeprefix("States.")
        return None if name in _INTRINSICS else f"calls {function}, which Step Functions does not know"
    if not value.startswith("$"):
        return "does not begin with $"
    bare = re.sub(r"'(\\.|[^'\\])*'|\"(\\.|[^\"\\])*\"", "''", value)
    if bare.count("[") != bare.count("]") or bare.count("(") != bare.count(")"):
        return "has brackets that do not close"
    if "'" in bare.replace("''", "") or '"' in bare:
        return "has quotes that do not close"
    if bare.endswith(".") or "..." in bare:
        return "has a step without a name"
    if reference and (bare.startswith("$$") or re.search(r"\.\.|[@:?*]", bare)):
        return "may lead to several places, and a result goes to one"
    return None


def _expressions(value: Any, path: Path) -> Iterator[Problem]:
    if isinstance(value, str):
        if not opened(value) and value.lstrip().startswith("{%") != value.rstrip().endswith("%}"):
            yield "SFN007", path, f"{grouped(value)} is an expression with one end", None, "write {% … %}"
        return
    if isinstance(value, dict) and not is_unknown(value):
        for name, item in value.items():
            if name not in ("ItemProcessor", "Iterator", "Branches", "Comment"):
                yield from _expressions(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _expressions(item, (*path, index))


def _is_jsonata(value: str) -> bool:
    return value.startswith("{%") and value.endswith("%}")


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
