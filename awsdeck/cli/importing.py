"""`awsdeck import`: take resources that exist already into a stack."""

from __future__ import annotations

import os

from ..errors import InputError
from .account import OPTIONS, open_account
from .command import Argument, Command, Option
from .deck import assemble, stacks_named
from .synth import deck_report, failed
from .watching import confirming, watched, watching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..deploy import Candidate, Result
    from .context import Context


def import_(
    context: Context,
    stack: str,
    resource: list[str],
    mapping: str | None,
    write_mapping: str | None,
    retain: bool,
    parameters: list[str],
    bucket: str | None,
    role: str | None,
    timeout: int | None,
    local: bool,
    profile: str | None,
    region: str | None,
) -> int:
    """Import resources of the deck into its stack, and change nothing else."""
    from ..deploy import import_resources, importable, read_mapping
    from .deploy import pairs

    loaded, assembly = assemble(context)
    if assembly is None:
        return failed(context, loaded, deck_report(context, loaded, None))
    names = stacks_named(assembly, [stack])
    if len(names) != 1:
        raise InputError(f"{stack} means {', '.join(names)}", fix="name one stack")
    aws, _ = open_account(context, local, profile, region, start=True)
    offered = importable(assembly[names[0]], aws)
    if write_mapping is not None:
        return _write(context, write_mapping, offered)
    given: dict[str, str | Mapping[str, str]] = dict(read_mapping(mapping)) if mapping is not None else {}
    given.update(_ids(resource))
    if not given:
        given.update(_asked(context, names[0], offered))
    watch = watching(context)

    def work() -> Result:
        return import_resources(
            assembly,
            aws=aws,
            stack=names[0],
            identifiers=given,
            retain=retain,
            parameters={**context.config.get("parameters", {}), **pairs(parameters)},
            confirm=confirming(context, watch, approve=True, local=local),
            observer=watch,
            bucket=bucket or context.config.get("deploy.bucket"),
            role=role or context.config.get("deploy.role"),
            timeout=timeout,
        )

    return watched(context, watch, work)[0]


def _ids(given: list[str]) -> dict[str, str]:
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise InputError(
                f"--resource takes ID=PHYSICAL-ID: {text!r} is none", fix="write --resource ID=PHYSICAL-ID"
            )
        found[name] = value
    return found


def _write(context: Context, path: str, offered: Mapping[str, Candidate]) -> int:
    """Write a mapping file with what is known; what is empty has to be filled in, or is not imported."""
    import json

    from ..output import write_atomic

    data = {name: one.to_mapping() for name, one in offered.items() if one.importable}
    if not data:
        raise InputError("there is nothing to import: the stack has every resource of the deck that could be")
    if os.path.exists(path):
        raise InputError(f"{path} is there already", fix="name another file, or remove it first")
    write_atomic(path, json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    if context.json:
        context.screen.data({"version": 1, "mapping": path, "resources": data})
    else:
        context.screen.say(f"{path} is written: fill in what is empty, leave out what is not to be imported")
    others = ", ".join(f"{name} ({one.type})" for name, one in offered.items() if not one.importable)
    if others:
        context.screen.note(f"CloudFormation does not import {others}")
    return 0


def _asked(context: Context, stack: str, offered: Mapping[str, Candidate]) -> dict[str, Mapping[str, str]]:
    """Identifiers from a person, resource by resource; what is left empty is not imported."""
    import sys

    if context.json or sys.stdin is None or not sys.stdin.isatty():
        able = ", ".join(name for name, one in offered.items() if one.importable)
        raise InputError(
            f"{stack}: nothing to import is named",
            fix=f"say --resource ID=physical-id or --mapping FILE; to import there is: {able or 'nothing'}",
        )
    found: dict[str, Mapping[str, str]] = {}
    for name, one in offered.items():
        if not one.importable:
            context.screen.note(f"{name}: CloudFormation does not import {one.type}")
            continue
        context.screen.say(
            f"{context.screen.paint(name, 'bold')}  {one.type}" + (f"  {one.place}" if one.place else "")
        )
        values: dict[str, str] = {}
        for part in one.parts:
            usual = f" [{one.known[part]}, - for no]" if part in one.known else " [empty for no]"
            context.screen.put(context.screen.err, f"  {part}{usual}: ", flush=True)
            answer = sys.stdin.readline().strip()
            values[part] = "" if answer == "-" else answer or one.known.get(part, "")
            if not values[part]:
                break
        if all(values.get(part) for part in one.parts):
            found[name] = values
    return found


COMMANDS = (
    Command(
        "import", import_, "Take resources that exist already into a stack of the deck.",
        Argument("stack", "The stack, new or deployed.", metavar="STACK", required=True),
        Option("--resource", "What a resource of the deck goes by in AWS; A|B where it goes by two.", "list", metavar="ID=PHYSICAL-ID"),
        Option("--mapping", "The same for many, in a JSON file.", metavar="FILE"),
        Option("--write-mapping", "Write a file to fill in, and stop.", metavar="FILE"),
        Option("--retain", "Set DeletionPolicy: Retain for the import where the deck says nothing.", "flag"),
        Option("--parameters", "A value for a template parameter.", "list", metavar="NAME=VALUE"),
        Option("--bucket", "The bucket for files, and for templates that are too large for a request.", metavar="NAME"),
        Option("--role", "The role that CloudFormation works with.", metavar="ARN"),
        Option("--timeout", "Stop watching after so long; the operation goes on.", "number", metavar="SECONDS"),
        *OPTIONS,
        epilog="Nothing of a resource changes, and nothing else is deployed. Without --resource and --mapping a terminal "
        "asks for each resource that the stack does not have.",
    ),
)  # fmt: skip
