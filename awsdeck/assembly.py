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

    `ignore` are the rules that the deck ignores for it, each with its `reason` and perhaps `until`.
    """

    __slots__ = ("construct", "file", "line", "ignore")

    def __init__(
        self,
        construct: str,
        file: str | None = None,
        line: int | None = None,
        ignore: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.construct = construct
        self.file = file
        self.line = line
        self.ignore = ignore or {}

    def place(self) -> Place | None:
        """File and line, when they are known."""
        return Place(self.file, self.line) if self.file else None


class StackArtifact:
    """One stack of an assembly: its template and everything a deploy of it needs.

    `name` is the stack's name in CloudFormation and in the manifest; `region` and `account` are None when the deploy
    decides; `dependencies` are names of stacks in the same assembly; `origins` maps logical ids to their source.
    `assets` are what the template wants to find in a bucket, as the manifest has them; `files` makes the zip for a key
    in the bucket and gives its path. `inputs` are parameters that a deploy fills with an output of another stack of the
    assembly, in whatever region that is: its name and the output's. `ignore` are the rules that the deck ignores for the
    whole stack.
    """

    __slots__ = (
        "name", "template", "region", "account", "dependencies", "parameters", "inputs", "tags",
        "termination_protection", "assets", "files", "origins", "ignore",
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
        assets: Iterable[Mapping[str, Any]] = (),
        files: Mapping[str, Callable[[], str]] | None = None,
        origins: Mapping[str, Origin] | None = None,
        ignore: Mapping[str, Mapping[str, str]] | None = None,
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
        self.assets = tuple(dict(asset) for asset in assets)
        self.files = dict(files or {})
        self.origins = dict(origins or {})
        self.ignore = dict(ignore or {})

    @property
    def template_file(self) -> str:
        """The template's file name inside the assembly."""
        return f"{self.name}.template.json"

    def to_manifest(self) -> dict[str, Any]:
        """This stack's entry in the manifest."""
        entry: dict[str, Any] = {
            "template": self.template_file,
            "dependencies": sorted(self.dependencies),
            "resources": {
                logical_id: {
                    "construct": origin.construct,
                    **({"file": origin.file} if origin.file else {}),
                    **({"line": origin.line} if origin.line else {}),
                    **({"ignore": origin.ignore} if origin.ignore else {}),
                }
                for logical_id, origin in self.origins.items()
            },
        }
        optional = {
            "region": self.region,
            "account": self.account,
            "parameters": self.parameters,
            "inputs": {name: {"stack": stack, "output": output} for name, (stack, output) in self.inputs.items()},
            "tags": self.tags,
            "terminationProtection": self.termination_protection,
            "assets": list(self.assets),
            "ignore": self.ignore,
        }
        entry.update({name: value for name, value in optional.items() if value})
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
            assets=entry.get("assets", ()),
            files={
                asset["key"]: partial(os.path.join, folder, ASSETS, os.path.basename(asset["path"]))
                for asset in entry.get("assets", ())
            },
            origins={
                logical_id: Origin(origin["construct"], origin.get("file"), origin.get("line"), origin.get("ignore"))
                for logical_id, origin in entry.get("resources", {}).items()
            },
            ignore=entry.get("ignore"),
        )


class Assembly:
    """Stacks in the order in which they can be deployed: a stack never comes before one it depends on."""

    def __init__(self, stacks: Iterable[StackArtifact]) -> None:
        self.stacks = {stack.name: stack for stack in stacks}

    def __iter__(self) -> Iterator[StackArtifact]:
        return iter(self.stacks.values())

    def __getitem__(self, name: str) -> StackArtifact:
        return self.stacks[name]

    def __len__(self) -> int:
        return len(self.stacks)

    def manifest(self) -> dict[str, Any]:
        """The manifest as plain data (`schemas/manifest.schema.json`)."""
        return {"version": VERSION, "stacks": {name: stack.to_manifest() for name, stack in self.stacks.items()}}

    def templates(self) -> list[Template]:
        """The templates, named for their stacks."""
        return [Template.from_dict(stack.template, name=stack.name) for stack in self]

    def write(self, folder: str, *, yaml: bool = False) -> list[str]:
        """Write the folder and return the paths written; every file is replaced at once or not at all.

        With `yaml` each template is written a second time, as `<stack>.template.yaml`.
        Raises `InputError` when the folder cannot be written.
        """
        try:
            os.makedirs(folder, exist_ok=True)
        except OSError as problem:
            raise InputError(f"cannot make the folder {folder}: {problem.strerror}") from None
        texts = {stack.template_file: render_json(stack.template) for stack in self}
        if yaml:
            texts.update({f"{stack.name}.template.yaml": render_yaml(stack.template) for stack in self})
        texts[MANIFEST] = render_json(self.manifest())
        zips = {os.path.basename(key): make for stack in self for key, make in stack.files.items()}
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
                for name, entry in manifest["stacks"].items()
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
