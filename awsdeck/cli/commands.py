"""Which command is found in which file, so that one can be run without loading the others."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .command import Command

HOMES = {
    "init": "init",
    "synth": "synth",
    "lint": "lint",
    "diff": "diff",
    "plan": "plan",
    "apply": "plan",
    "deploy": "deploy",
    "destroy": "destroy",
    "ls": "synth",
    "status": "stacks",
    "outputs": "stacks",
    "events": "events",
    "timeline": "timeline",
    "follow": "follow",
    "rollback": "recover",
    "cancel": "recover",
    "import": "importing",
    "stackset": "stackset",
    "refactor": "refactor",
    "rename": "refactor",
    "protect": "guards",
    "policy": "guards",
    "clean": "clean",
    "drift": "drift",
    "explain": "explain",
    "why": "why",
    "permissions": "permissions",
    "bootstrap": "bootstrap",
    "purchases": "purchases",
    "calc": "calc",
    "advise": "advise",
    "doctor": "doctor",
    "local": "local",
    "schema": "schema",
}
"""The first word of every command, in the order of the help."""
GROUPS = {
    "stackset": "One template in many accounts and regions.",
    "protect": "Keep deployed stacks from being deleted.",
    "policy": "What updates of a deployed stack may not touch.",
    "calc": "The arithmetic of the course notes: capacity, prices, throttling, backups.",
    "advise": "The decisions of the course notes: what to choose, and why.",
    "local": "The embedded CloudFormation on this machine.",
    "schema": "Resource types of your own.",
}


def of_word(word: str) -> tuple[Command, ...]:
    """The commands that begin with a word: one, or those of a group."""
    home = HOMES.get(word)
    if home is None:
        return ()
    commands: tuple[Command, ...] = import_module(f".{home}", __package__).COMMANDS
    return tuple(command for command in commands if command.words[0] == word)


def every() -> list[Command]:
    """All commands, in the order of the help."""
    return [command for word in HOMES for command in of_word(word)]
