"""The process that renders: Jinja's sandbox, in a process that may use little time, memory and output.

It gets one JSON text on standard input and answers with one on standard output; it touches no file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from difflib import get_close_matches
from types import FrameType
from typing import Any, NoReturn

from jinja2 import Environment, FunctionLoader, StrictUndefined, TemplateNotFound, TemplateSyntaxError
from jinja2.exceptions import SecurityError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment


class OutOfTime(Exception):
    """The time is up."""


class TooMuch(Exception):
    """The files grow beyond the bound."""


def main() -> None:
    """Render what standard input asks for."""
    order = json.load(sys.stdin.buffer)
    bound(order["seconds"], order["memory"])
    answer = render(order)
    sys.stdout.buffer.write(json.dumps(answer).encode())


def bound(seconds: int, memory: int) -> None:
    """Set what the system can hold this process to: where it cannot, the process that started it still ends it."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (2 * seconds, 2 * seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with suppress(ImportError, AttributeError):
        import signal

        signal.signal(signal.SIGALRM, _out_of_time)
        signal.setitimer(signal.ITIMER_REAL, seconds, 1)


def render(order: Mapping[str, Any]) -> dict[str, Any]:
    """The paths and texts of all files, or the first error with its file and line."""
    files: list[dict[str, Any]] = order["files"]
    answers: dict[str, Any] = order["answers"]
    jinja = environment({file["path"]: file for file in files})
    room = order["output"]
    made = []
    for file in files:
        try:
            path = "/".join(_name(jinja, part, answers) for part in file["goal"].split("/"))
            text = None
            if file["text"] is not None:
                text = _text(jinja, file["path"], answers, room)
                room -= len(text)
            made.append({"path": path, "text": text})
        except Exception as error:  # noqa: BLE001 - a template can raise anything, and all of it is a mistake in it
            name, line = _place(error, files) or (file["file"], None)
            return {"error": _in_words(error, answers), "file": name, "line": line}
    return {"files": made}


def environment(files: Mapping[str, Mapping[str, Any]]) -> Environment:
    """Jinja without a way out: no attributes with underscores, no changes to values, nothing that differs by chance."""

    def load(name: str) -> tuple[str, str | None, None] | None:
        file = files.get(name)
        return None if file is None or file["text"] is None else (file["text"], file["file"], None)

    jinja = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(load),
        undefined=StrictUndefined,
        autoescape=False,  # Python, TOML and Markdown are written, not HTML
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    del jinja.globals["lipsum"], jinja.filters["random"]
    jinja.filters["quoted"] = quoted
    return jinja


def quoted(value: object) -> str:
    """A text in double quotes, as Python, TOML, JSON and YAML all read it."""
    return json.dumps(str(value), ensure_ascii=False)


def _text(jinja: Environment, name: str, answers: Mapping[str, Any], room: int) -> str:
    parts = []
    for part in jinja.get_template(name).generate(**answers):
        room -= len(part)
        if room < 0:
            raise TooMuch
        parts.append(part)
    return "".join(parts)


def _name(jinja: Environment, part: str, answers: Mapping[str, Any]) -> str:
    if "{" not in part:
        return part
    name = jinja.from_string(part).render(**answers)
    if "/" in name:
        raise ValueError(f"the name {part} becomes {name}, and a name has no slash")
    return name


def _out_of_time(number: int, frame: FrameType | None) -> NoReturn:
    raise OutOfTime


def _place(error: BaseException, files: list[dict[str, Any]]) -> tuple[str, int] | None:
    """The innermost place in a template; Jinja puts the templates' own lines into the traceback."""
    if isinstance(error, TemplateSyntaxError) and error.filename:
        return error.filename, error.lineno
    names = {file["file"] for file in files}
    found = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename in names:
            found = trace.tb_frame.f_code.co_filename, trace.tb_lineno
        trace = trace.tb_next
    return found


def _in_words(error: Exception, answers: Mapping[str, Any]) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no template {error.name!r} in this blueprint"
    if isinstance(error, OutOfTime):
        return "this takes too long"
    if isinstance(error, TooMuch):
        return "the files become too large"
    if isinstance(error, MemoryError):
        return "this needs too much memory"
    if isinstance(error, RecursionError):
        return "this calls itself without an end"
    if isinstance(error, SecurityError):
        return f"this is not allowed in a blueprint: {error}"
    message = str(error) or type(error).__name__
    if isinstance(error, UndefinedError) and message.startswith("'"):
        close = get_close_matches(message.split("'")[1], list(answers), 1)
        return message + (f"; did you mean {close[0]!r}?" if close else f"; answers are {', '.join(answers)}")
    return message


if __name__ == "__main__":
    main()
