"""The assembly: what synthesis leaves behind, and all that lint, diff and deploy need to know.

A folder (`awsdeck.out` unless told otherwise) with `manifest.json` and one `<stack>.template.json` per stack. It holds
plain data only, so that it can be written on one machine and deployed from another.
"""

from __future__ import annotations

import json
import os
from functools import partial

from .errors import InputError, Place
from .output import reason, write_atomic
from .template import Template, render_json, render_yaml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

MANIFEST = "manifest.json"
VERSION = 1
FOLDER = "awsdeck.out"
ASSETS = "assets"
"""The folder inside it with the zips that templates refer to."""
ASSETS_BUCKET = "AssetsBucket"
"""The parameter of a stack with assets that says in which bucket they are."""


class Origin:
    """Where a resource of a template comes from: the construct's path and the line that made it.

    `ignore` are the rules that the deck ignores for it, each with its `reason` and perhaps `until`; `moved` is what it
    was called before, `stack/LogicalId`.
    """

    __slots__ = ("construct", "file", "line", "ignore", "moved")

    def __init__(
        self,
        construct: str,
        file: str | None = None,
        line: int | None = None,
        ignore: Mapping[str, Mapping[str, str]] | None = None,
        moved: Iterable[str] = (),
    ) -> None:
        self.construct = construct
        self.file = file
        self.line = line
        self.ignore = ignore or {}
        self.moved = tuple(moved)

    def place(self) -> Place | None:
        """File and line, when they are known."""
        return Place(self.file, self.line) if self.file else None

    def to_manifest(self) -> dict[str, Any]:
        """As a manifest has it; what is not known is left out."""
        fields = {
            "construct": self.construct,
            "file": self.file,
            "line": self.line,
            "ignore": self.ignore,
            "moved": list(self.moved),
        }
        return {name: value for name, value in fields.items() if value or name == "construct"}

    @classmethod
    def from_manifest(cls, entry: Mapping[str, Any]) -> Origin:
        """The origin that a manifest describes."""
        moved = entry.get("moved", ())
        return cls(entry["construct"], entry.get("file"), entry.get("line"), entry.get("ignore"), moved)


class StackArtifact:
    """One stack of an assembly: its template and everything a deploy of it needs.

    `name` is the stack's name in CloudFormation and in the manifest; `region` and `account` are None when the deploy
    decides; `dependencies` are names of stacks in the same assembly; `origins` maps logical ids to their source.
    `assets` are what the template wants to find in a bucket, as the manifest has them; `files` makes the zip for a key
    in the bucket and gives its path. `inputs` are parameters that a deploy fills with an output of another stack of the
    assembly, in whatever region that is: its name and the output's. `ignore` are the rules that the deck ignores for the
    whole stack. `role` is taken on to deploy it, `execution_role` is what CloudFormation works with. Where
    `notification_arns`, `rollback_triggers`, `monitoring` (minutes) or `stack_policy` is None, a deploy leaves the stack's
    own as it is; empty ones take it away. `before` and `after` are functions of the deck's own to call around a deploy,
    with the plan and with the result; they are in no manifest. `spread` says to which accounts and regions a stack set goes,
    as the manifest has it. `nested` are the sources of what stands in nested stacks, by `Nested.Id`.
    """

    __slots__ = (
        "name", "template", "region", "account", "dependencies", "parameters", "inputs", "tags",
        "termination_protection", "role", "execution_role", "notification_arns", "rollback_triggers", "monitoring",
        "stack_policy", "before", "after", "assets", "files", "origins", "ignore", "nested",
        "spread",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        template: dict[str, Any],
        *,
        region: str | None = None,
        account: str | None = None,
        dependencies: Iterable[str] = (),
        parameters: Mapping[str, str] | None = None,
        inputs: Mapping[str, tuple[str, str]] | None = None,
        tags: Mapping[str, str] | None = None,
        termination_protection: bool = False,
        role: str | None = None,
        execution_role: str | None = None,
        notification_arns: Iterable[str] | None = None,
        rollback_triggers: Iterable[str] | None = None,
        monitoring: int | None = None,
        stack_policy: Mapping[str, Any] | None = None,
        before: Iterable[Callable[[Any], object]] = (),
        after: Iterable[Callable[[Any], object]] = (),
        assets: Iterable[Mapping[str, Any]] = (),
        files: Mapping[str, Callable[[], str]] | None = None,
        origins: Mapping[str, Origin] | None = None,
        ignore: Mapping[str, Mapping[str, str]] | None = None,
        nested: Mapping[str, Origin] | None = None,
        spread: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.template = template
        self.region = region
        self.account = account
        self.dependencies = tuple(dependencies)
        self.parameters = dict(parameters or {})
        self.inputs = dict(inputs or {})
        self.tags = dict(tags or {})
        self.termination_protection = termination_protection
        self.role = role
        self.execution_role = execution_role
        self.notification_arns = None if notification_arns is None else tuple(notification_arns)
        self.rollback_triggers = None if rollback_triggers is None else tuple(rollback_triggers)
        self.monitoring = monitoring
        self.stack_policy = None if stack_policy is None else dict(stack_policy)
        self.before = tuple(before)
        self.after = tuple(after)
        self.assets = tuple(dict(asset) for asset in assets)
        self.files = dict(files or {})
        self.origins = dict(origins or {})
        self.ignore = dict(ignore or {})
        self.nested = dict(nested or {})
        self.spread = None if spread is None else dict(spread)

    def origin(self, name: str) -> Origin | None:
        """Where a resource comes from; `Nested.Id` is one in a nested stack."""
        return self.origins.get(name) or self.nested.get(name)

    @property
    def template_file(self) -> str:
        """The template's file name inside the assembly."""
        return f"{self.name}.template.json"

    def to_manifest(self) -> dict[str, Any]:
        """This stack's entry in the manifest."""
        entry: dict[str, Any] = {
            "template": self.template_file,
            "dependencies": sorted(self.dependencies),
            "resources": {logical_id: origin.to_manifest() for logical_id, origin in self.origins.items()},
        }
        optional = {
            "region": self.region,
            "account": self.account,
            "parameters": self.parameters,
            "inputs": {name: {"stack": stack, "output": output} for name, (stack, output) in self.inputs.items()},
            "tags": self.tags,
            "terminationProtection": self.termination_protection,
            "role": self.role,
            "executionRole": self.execution_role,
            "assets": list(self.assets),
            "ignore": self.ignore,
            "nested": {name: origin.to_manifest() for name, origin in self.nested.items()},
            "spread": self.spread,
        }
        entry.update({name: value for name, value in optional.items() if value})
        settled = {
            "notificationArns": None if self.notification_arns is None else list(self.notification_arns),
            "rollbackTriggers": None if self.rollback_triggers is None else list(self.rollback_triggers),
            "monitoring": self.monitoring,
            "stackPolicy": self.stack_policy,
        }
        entry.update({name: value for name, value in settled.items() if value is not None})
        return entry

    @classmethod
    def from_manifest(
        cls, name: str, entry: Mapping[str, Any], template: dict[str, Any], folder: str = "."
    ) -> StackArtifact:
        """The stack that a manifest's entry describes; `folder` is where the manifest lies."""
        return cls(
            name,
            template,
            region=entry.get("region"),
            account=entry.get("account"),
            dependencies=entry.get("dependencies", ()),
            parameters=entry.get("parameters"),
            inputs={name: (one["stack"], one["output"]) for name, one in entry.get("inputs", {}).items()},
            tags=entry.get("tags"),
            termination_protection=entry.get("terminationProtection", False),
            role=entry.get("role"),
            execution_role=entry.get("executionRole"),
            notification_arns=entry.get("notificationArns"),
            rollback_triggers=entry.get("rollbackTriggers"),
            monitoring=entry.get("monitoring"),
            stack_policy=entry.get("stackPolicy"),
            assets=entry.get("assets", ()),
            files={
                asset["key"]: partial(os.path.join, folder, ASSETS, os.path.basename(asset["path"]))
                for asset in entry.get("assets", ())
            },
            origins={id: Origin.from_manifest(origin) for id, origin in entry.get("resources", {}).items()},
            ignore=entry.get("ignore"),
            nested={id: Origin.from_manifest(origin) for id, origin in entry.get("nested", {}).items()},
            spread=entry.get("spread"),
        )


class Assembly:
    """Stacks in the order in which they can be deployed: a stack never comes before one it depends on.

    `sets` are the stack sets, which belong to the assembly and are no stacks of it: they have a deploy of their own.
    """

    def __init__(self, stacks: Iterable[StackArtifact]) -> None:
        given = {stack.name: stack for stack in stacks}
        self.stacks = {name: stack for name, stack in given.items() if stack.spread is None}
        self.sets = {name: stack for name, stack in given.items() if stack.spread is not None}

    @property
    def everything(self) -> dict[str, StackArtifact]:
        """Stacks and stack sets: all that has a template."""
        return {**self.stacks, **self.sets}

    def __iter__(self) -> Iterator[StackArtifact]:
        return iter(self.stacks.values())

    def __getitem__(self, name: str) -> StackArtifact:
        return self.stacks[name]

    def __len__(self) -> int:
        return len(self.stacks)

    def manifest(self) -> dict[str, Any]:
        """The manifest as plain data (`schemas/manifest.schema.json`)."""
        entries = {"stacks": {name: stack.to_manifest() for name, stack in self.stacks.items()}}
        if self.sets:
            entries["stackSets"] = {name: stack.to_manifest() for name, stack in self.sets.items()}
        return {"version": VERSION, **entries}

    def templates(self) -> list[Template]:
        """The templates, named for their stacks and stack sets."""
        return [Template.from_dict(stack.template, name=stack.name) for stack in self.everything.values()]

    def write(self, folder: str, *, yaml: bool = False) -> list[str]:
        """Write the folder and return the paths written; every file is replaced at once or not at all.

        With `yaml` each template is written a second time, as `<stack>.template.yaml`.
        Raises `InputError` when the folder cannot be written.
        """
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as problem:
            raise InputError(f"cannot make the folder {folder}: {problem.strerror}") from None
        everything = self.everything.values()
        texts = {stack.template_file: render_json(stack.template) for stack in everything}
        if yaml:
            texts.update({f"{stack.name}.template.yaml": render_yaml(stack.template) for stack in everything})
        texts[MANIFEST] = render_json(self.manifest())
        zips = {os.path.basename(key): make for stack in everything for key, make in stack.files.items()}
        for name, make in zips.items():
            _place(make, os.path.join(folder, ASSETS), name)
        for name, text in texts.items():
            write_atomic(os.path.join(folder, name), text)
        _remove_stale(folder, set(texts), set(zips))
        return [os.path.join(folder, name) for name in (*texts, *(os.path.join(ASSETS, name) for name in zips))]

    @classmethod
    def load(cls, folder: str) -> Assembly:
        """Read an assembly back; raises `InputError` when it is missing, damaged or of another version."""
        path = os.path.join(folder, MANIFEST)
        try:
            with open(path, encoding="utf-8") as file:
                manifest = json.load(file)
        except FileNotFoundError:
            raise InputError(f"{folder} holds no {MANIFEST}", fix="run `awsdeck synth` first") from None
        except (OSError, ValueError) as problem:
            raise InputError(f"cannot read {path}: {problem}") from None
        if not isinstance(manifest, dict) or manifest.get("version") != VERSION:
            raise InputError(f"{path} is not an assembly of version {VERSION}", fix="run `awsdeck synth` again")
        from jsonschema import Draft202012Validator

        from .catalog.store import SCHEMAS

        with open(os.path.join(SCHEMAS, "manifest.schema.json"), encoding="utf-8") as file:
            validator = Draft202012Validator(json.load(file))
        damage = [
            f"{path} is damaged at {error.json_path}: {error.message}" for error in validator.iter_errors(manifest)
        ]
        if damage:
            raise InputError("\n".join(damage), fix="run `awsdeck synth` again")
        return cls(
            in_deploy_order(
                StackArtifact.from_manifest(
                    name, entry, _template(os.path.join(folder, os.path.basename(entry["template"]))), folder
                )
                for name, entry in {**manifest["stacks"], **manifest.get("stackSets", {})}.items()
            )
        )


def _template(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            template: dict[str, Any] = json.load(file)
    except (OSError, ValueError) as problem:
        raise InputError(f"cannot read {path}: {problem}") from None
    return template


def in_deploy_order(stacks: Iterable[StackArtifact]) -> list[StackArtifact]:
    """Every stack after those it depends on; stacks that are free keep the order of their names."""
    waiting = {stack.name: stack for stack in sorted(stacks, key=lambda stack: stack.name)}
    ordered: list[StackArtifact] = []
    while waiting:
        ready = [s for s in waiting.values() if not any(name in waiting and name != s.name for name in s.dependencies)]
        if not ready:
            raise InputError(f"stacks depend on each other in a ring: {', '.join(waiting)}")
        ordered += [waiting.pop(stack.name) for stack in ready]
    return ordered


def _place(make: Callable[[], str], folder: str, name: str) -> None:
    """Put a zip into the assembly; its name says what it holds, so one that is there is the right one."""
    target = os.path.join(folder, name)
    if os.path.exists(target):
        return
    import shutil

    source = make()
    beside = f"{target}.{os.getpid()}.tmp"
    try:
        os.makedirs(folder, exist_ok=True)
        shutil.copyfile(source, beside)
        os.replace(beside, target)
    except OSError as problem:
        raise InputError(f"cannot write {target}: {reason(problem, target)}") from None
    finally:
        if os.path.exists(beside):
            os.unlink(beside)


def _remove_stale(folder: str, current: set[str], zips: set[str]) -> None:
    for name in os.listdir(folder):
        if name.endswith((".template.json", ".template.yaml")) and name not in current:
            os.unlink(os.path.join(folder, name))
    assets = os.path.join(folder, ASSETS)
    if os.path.isdir(assets):
        for name in os.listdir(assets):
            if name.endswith((".zip", ".template.json")) and name not in zips:
                os.unlink(os.path.join(assets, name))
        if not os.listdir(assets):
            os.rmdir(assets)
