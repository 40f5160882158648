"""`awsdeck schema`: resource types that are not AWS's own."""

from __future__ import annotations

import json
import os

from ..errors import InputError
from .command import Argument, Command, Option
from .context import SCHEMA_FOLDER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .context import Context


def add(context: Context, source: str, profile: str | None, region: str | None) -> int:
    """Make a type known to this project: from a file, or from the account's registry when it is named by its type."""
    from .. import catalog
    from ..output import write_atomic

    folder = os.path.join(context.config.folder, SCHEMA_FOLDER)
    schema: Any
    if "::" in source and not os.path.exists(source):
        schema = _from_registry(source, profile, region)
    else:
        try:
            with open(source, encoding="utf-8-sig") as file:
                schema = json.load(file)
        except OSError as error:
            raise InputError(f"{source} cannot be read: {error.strerror or error}") from None
        except ValueError as error:
            raise InputError(f"{source} is not JSON: {error}") from None
    given = schema.get("typeName") if isinstance(schema, dict) else None
    hidden = isinstance(given, str) and given.startswith("AWS::") and catalog.find(given) is not None
    known = catalog.add(schema)
    target = os.path.join(folder, known.name.replace("::", "-").lower() + ".json")
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}") from None
    write_atomic(target, json.dumps(schema, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
    if hidden:
        context.screen.note(
            f"{known.name} is one of AWS's own: from now on this file counts in this project, not theirs"
        )
    if context.json:
        context.screen.data({"version": 1, "type": known.name, "file": os.path.relpath(target), "hides": hidden})
    else:
        context.screen.say(f"{known.name} is known in this project: {os.path.relpath(target)}")
    return 0


def _from_registry(name: str, profile: str | None, region: str | None) -> Any:
    from ..deploy import AWS

    client = AWS(profile=profile, region=region).client("cloudformation", region)
    try:
        answer = client.describe_type(Type="RESOURCE", TypeName=name)
    except Exception as error:
        if type(error).__module__.startswith("botocore"):
            raise InputError(f"the registry does not give {name}: {error}") from None
        raise
    return json.loads(answer["Schema"])


COMMANDS = (
    Command(
        "schema add",
        add,
        "Make a private resource type known to this project.",
        Argument(
            "source",
            "A registry schema in JSON, or the name of a type in the account's registry.",
            metavar="FILE|TYPE",
            required=True,
        ),
        Option("--profile", "The AWS profile.", metavar="NAME"),
        Option("--region", "The AWS region.", metavar="NAME"),
    ),
)
