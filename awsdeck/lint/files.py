"""From what a user names to templates: files, folders, globs, standard input, assemblies."""

from __future__ import annotations

import json
import os

from ..assembly import MANIFEST, Assembly, Origin, StackArtifact
from ..catalog import find
from ..errors import DeckError, Finding, Place, TemplateError
from ..rules.vocabulary import is_unknown
from ..template import Template, is_template, load
from .own import UNREADABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

ENDINGS = (".json", ".yaml", ".yml", ".template")
SKIPPED = frozenset(("node_modules", "__pycache__", "site-packages", "venv"))
_WORTH = (b"AWSTemplateFormatVersion", b"AWS::", b"Fn::")


class Unreadable:
    """Something that cannot be linted, and why."""

    __slots__ = ("error", "file")

    def __init__(self, error: DeckError, file: str) -> None:
        self.error = error
        self.file = file

    def finding(self) -> Finding:
        """The reason as a finding."""
        return unreadable(self.error, self.file)


class Source:
    """Templates that belong together: one file, or all stacks of an assembly (`stacks` then has each by its name)."""

    __slots__ = ("templates", "stacks", "project")

    def __init__(
        self, templates: list[Template], stacks: dict[str, StackArtifact] | None = None, project: str = ""
    ) -> None:
        self.templates = templates
        self.stacks = stacks or {}
        self.project = project

    @property
    def partial(self) -> bool:
        """Whether there are templates of it, of nested stacks, that are not among these."""
        return any(asset.get("kind") == "template" for stack in self.stacks.values() for asset in stack.assets)

    def locate(self, finding: Finding, template: Template) -> Finding:
        """The finding with its file and line: where the construct was made, or where it stands in the template."""
        origin = self._origin(finding.resource, template)
        if origin is not None:
            finding = finding.replace(construct=origin.construct)
        if finding.ring:
            finding = finding.along(self._place(str(step[1]), step, template) for step in finding.ring)
        return finding.at(self._place(finding.resource, finding.path, template, finding.element))

    def _origin(self, resource: str | None, template: Template) -> Origin | None:
        stack = self.stacks.get(template.name)
        return stack.origins.get(resource) if stack is not None and resource else None

    def _place(
        self, resource: str | None, path: tuple[str | int, ...], template: Template, element: str | None = None
    ) -> Place | None:
        origin = self._origin(resource, template)
        if origin is not None and origin.file:
            return Place(_short(os.path.normpath(os.path.join(self.project, origin.file))), origin.line)
        return spot(template, path, element)


def spot(template: Template, path: tuple[str | int, ...], element: str | None = None) -> Place | None:
    """Where the value at a path is written; the key of it for a list or mapping, or for what is not there at all.

    A function of CloudFormation's (`!Ref A`) is a value. A property that does not exist is at its key. A path may lead
    on into a text that is JSON; `element` is what is meant of a text.
    """
    value: Any = template.data
    steps = 0
    for step in path:
        inner = isinstance(value, dict | list)
        if _is_text(value, step):
            element = element or ""
        try:
            value = value[step] if inner else None
        except (KeyError, IndexError, TypeError):
            break
        if value is None:
            break
        steps += 1
    if element is not None:
        from .inside import inside

        found = inside(template, path, element)
        if found is not None:
            return found
    container = isinstance(value, list) or (isinstance(value, dict) and not is_unknown(value))
    return template.place(path[:steps], key=value is None or container or _is_no_property(template.data, path))


def _is_text(value: Any, step: str | int) -> bool:
    """Whether a step goes into a text, as it stands or in a `Fn::Sub`."""
    return isinstance(value, str) or (isinstance(value, dict) and "Fn::Sub" in value and step not in value)


def _is_no_property(data: dict[str, Any], path: tuple[str | int, ...]) -> bool:
    """Whether a path, which is there, leads to a property that the type of its resource does not have."""
    if "Properties" not in path or not isinstance(path[-1], str):
        return False
    start = path.index("Properties")
    body: Any = data
    for step in path[:start]:
        body = body[step]
    below = path[start + 1 :]
    kind = find(str(body.get("Type"))) if isinstance(body, dict) and below and path[0] == "Resources" else None
    if kind is None or any(str(step).startswith("Fn::") or step == "Ref" for step in below):
        return False
    return kind.shape(below) is None


def unreadable(error: DeckError, file: str) -> Finding:
    """An error about a file as a finding."""
    place = error.place or Place(file)
    message = error.message.removeprefix(f"cannot read {file}: ") if error.place is None else error.message
    if message != error.message:
        message = f"cannot be read: {message}"
    return Finding(UNREADABLE, "error", message, file=place.file, line=place.line, column=place.column, fix=error.fix)


def nothing_in(path: str) -> Finding:
    """A path that was named and leads to no template, as a finding."""
    fix = "name files in JSON or YAML, a folder of them, or a deck"
    return Finding(UNREADABLE, "error", "there is no template in it", file=path, fix=fix)


def sources(paths: Iterable[str], *, strict: bool = True) -> Iterator[Source | Unreadable]:
    """The templates behind the paths, in the order of the paths; a file that two paths lead to is read once.

    A file that is named and is no template is unreadable, unless `strict` is off: then it is left out.
    """
    for found in listed(paths):
        source = found if isinstance(found, Unreadable) else found.read(strict=strict)
        if source is not None:
            yield source


class Candidate:
    """A file or folder that may hold templates; `named` says whether the user named it."""

    __slots__ = ("file", "named")

    def __init__(self, file: str, named: bool) -> None:
        self.file = file
        self.named = named

    def read(self, *, strict: bool = True) -> Source | Unreadable | None:
        """What is in it; None for a file that nobody meant."""
        return _assembly(self.file) if os.path.isdir(self.file) else _file(self.file, self.named and strict)


def listed(paths: Iterable[str]) -> Iterator[Candidate | Unreadable]:
    """What there is to read behind the paths, each once."""
    seen: set[str] = set()
    for path in paths:
        for found in _expand(path):
            if isinstance(found, Unreadable):
                yield found
                continue
            file, named = found
            real = file if file == "-" else os.path.realpath(file)
            if real not in seen:
                seen.add(real)
                yield Candidate(file, named)


def _expand(path: str) -> Iterator[tuple[str, bool] | Unreadable]:
    """Files and assemblies below a path, and whether the user named each of them."""
    if os.path.isdir(path):
        if os.path.exists(os.path.join(path, MANIFEST)) and _manifest(path) is not None:
            yield path, True
        else:
            yield from ((file, False) for file in _walk(path))
    elif path == "-" or os.path.lexists(path) or not any(character in path for character in "*?["):
        yield path, True
    else:
        from glob import glob

        found = sorted(glob(path, recursive=True))
        if not found:
            yield Unreadable(TemplateError(f"no file matches {path}"), path)
        yield from ((file, False) for file in found if not os.path.isdir(file))


def _walk(folder: str) -> Iterator[str]:
    for here, folders, files in os.walk(folder):
        if here != folder and MANIFEST in files and _manifest(here) is not None:
            folders.clear()
            yield here
            continue
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
        for name in sorted(files):
            file = os.path.join(here, name)
            if name.lower().endswith(ENDINGS) and (os.path.isfile(file) or not os.path.exists(file)):
                yield file  # a pipe or device would be waited for; a link to nothing is worth a complaint


def _file(file: str, named: bool) -> Source | Unreadable | None:
    """One template; None for a file that nobody named and that does not look like a template."""
    if not named and not _worth_reading(file):
        return None
    try:
        template = load(file)
    except DeckError as error:
        return Unreadable(error, "<stdin>" if file == "-" else file)
    if is_template(template.data) or (named and "Resources" in template.data):
        return Source([template])
    if not named:
        return None
    stray = TemplateError("not a CloudFormation template: it has no Resources", place=Place(template.file or file))
    return Unreadable(stray, file)


def _worth_reading(file: str) -> bool:
    """Whether a file of a folder mentions CloudFormation at all; one that cannot be opened is worth a complaint."""
    try:
        with open(file, "rb") as text:
            content = text.read(10 * 1024 * 1024)
    except OSError:
        return not os.path.isdir(file)
    return any(word in content for word in _WORTH) and b"Resources" in content


def _manifest(folder: str) -> dict[str, Any] | None:
    try:
        with open(os.path.join(folder, MANIFEST), encoding="utf-8") as file:
            manifest = json.load(file)
    except (OSError, ValueError):
        return None
    stacks = manifest.get("stacks") if isinstance(manifest, dict) else None
    return manifest if isinstance(stacks, dict) and "version" in manifest else None


def _assembly(folder: str) -> Source | Unreadable:
    """An assembly with the lines its constructs were made at."""
    manifest = _manifest(folder) or {}
    templates, stacks = [], {}
    try:
        for name, entry in manifest["stacks"].items():
            template = load(os.path.join(folder, os.path.basename(entry["template"])))
            template.name = name
            templates.append(template)
            stacks[name] = StackArtifact.from_manifest(name, entry, template.data)
    except DeckError as error:
        return Unreadable(error, folder)
    except (KeyError, TypeError, AttributeError, ValueError):
        try:
            Assembly.load(folder)  # says exactly what is wrong
        except DeckError as error:
            return Unreadable(error, os.path.join(folder, MANIFEST))
        raise
    return Source(templates, stacks, os.path.dirname(os.path.abspath(folder)))


def _short(file: str) -> str:
    """The path as somebody in the current folder would write it."""
    here = os.getcwd() + os.sep
    return file.removeprefix(here)
