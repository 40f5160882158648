"""The tree of a user's program: App › Stack › Construct › Resource, and what every node of it knows.

Everything of the tree's own hangs on `.node`, so that property names stay free for AWS.
"""

from __future__ import annotations

import hashlib
import os
import re

from . import settings, uncaught
from .errors import ConstraintError, ConstructError, Finding, Place
from .source import caller, caller_spot
from .tokens import attribute_of, reference
from .wiring import Wiring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any, ClassVar, TypeVar, dataclass_transform

    from .assembly import Assembly
    from .resource import Resource, Untyped
    from .rules.vocabulary import Mode
    from .tokens import Token

    C = TypeVar("C", bound=type)
else:

    def dataclass_transform(**_: object) -> object:
        return lambda decorator: decorator


MAIN = "Resource"
"""The id of the resource that a construct mainly stands for; it adds nothing to the logical id."""

_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}")
_WORD = re.compile(r"[A-Za-z0-9]+")
_LONGEST = 255


class Node:
    """A place in the tree: its path, its children, the line that made it, what it depends on, the app at the top."""

    __slots__ = (
        "host", "id", "scope", "children", "spot", "stack", "dependencies", "ignored", "tags", "removal",
        "fixed_id", "final_id", "serial", "root_app", "_plain_id",
    )  # fmt: skip

    def __init__(self, host: Construct, scope: Construct | None, id: str) -> None:
        self.host = host
        self.id = id
        self.scope = scope
        self.children: dict[str, Construct] = {}
        self.spot = caller_spot()
        self.dependencies: list[Construct] | None = None
        self.ignored: dict[str, tuple[str, str | None]] | None = None
        self.tags: dict[str, str] | None = None
        self.removal: str | None = None
        self.fixed_id: str | None = None
        self.final_id: str | None = None
        self.serial: int | None = None
        self._plain_id: str | None = None
        if scope is None:
            assert isinstance(host, App)
            self.root_app: App = host
            self.stack: Stack | None = None
            return
        if type(id) is not str or not id or "/" in id or not id.isprintable():
            raise ConstructError(
                f"{type(host).__name__}: {id!r} cannot be an id", place=caller(),
                fix="use a non-empty string without slashes",
            )  # fmt: skip
        above = _node_of(scope, host, id)
        other = above.children.get(id)
        if other is not None:
            raise ConstructError(
                f"{above.path or 'the app'} already holds a {type(other).__name__} with the id {id!r}, made at "
                f"{other.node.source}",
                place=caller(),
                fix="give one of the two another id",
            )
        self.root_app = above.root_app
        self.stack = above.stack
        if self.root_app.locked:
            self.root_app.unlocked(f"{type(host).__name__} {id!r}")
        above.children[id] = host

    @property
    def path(self) -> str:
        """The ids from the top, with slashes: `shop/Orders`."""
        ids: list[str] = []
        node: Node | None = self
        while node is not None and node.scope is not None:
            ids.append(node.id)
            node = node.scope.node
        return "/".join(reversed(ids))

    @property
    def source(self) -> Place | None:
        """File and line in the user's code that made this construct."""
        return Place(*self.spot) if self.spot else None

    @property
    def logical_id(self) -> str:
        """The name in the template: the path below the stack in CamelCase, final after synthesis."""
        return self.final_id or self.fixed_id or self.plain_id

    @property
    def plain_id(self) -> str:
        """The logical id as the path alone gives it, before collisions are resolved."""
        if self._plain_id is None:
            self._plain_id = self._path_id()
        return self._plain_id

    def _path_id(self) -> str:
        words: list[str] = []
        node: Node = self
        while node.scope is not None and node.host is not node.stack:
            if node.id != MAIN or (not words and node.scope.node.host is node.stack):
                words.append(node.id)
            node = node.scope.node
        if len(words) == 1 and words[0].isalnum() and words[0].isascii():
            name = words[0]
        else:
            name = "".join(part[:1].upper() + part[1:] for word in reversed(words) for part in _WORD.findall(word))
        return name if 0 < len(name) <= _LONGEST else self.hashed_id(name)

    def hashed_id(self, name: str) -> str:
        """The logical id with eight characters of the path's hash, for names that are taken or too long."""
        digest = hashlib.sha256(self.path.encode()).hexdigest()[:8].upper()
        return f"{name[: _LONGEST - 8]}{digest}"

    def override_logical_id(self, logical_id: str) -> None:
        """Give the resource a logical id of your own (letters and digits, at most 255).

        On a construct it names the resource the construct mainly stands for.
        """
        if not (logical_id.isascii() and logical_id.isalnum() and len(logical_id) <= _LONGEST):
            raise ConstructError(
                f"{logical_id!r} cannot be a logical id", place=caller(),
                fix="use letters and digits only, at most 255",
            )  # fmt: skip
        self.root_app.unlocked("a logical id")
        self._named().fixed_id = logical_id

    def _named(self) -> Node:
        main = self.children.get(MAIN)
        return main.node if main is not None else self

    def walk(self) -> Iterator[Construct]:
        """This construct and everything below it, parents first, in the order they were made."""
        waiting = [self.host]
        while waiting:
            construct = waiting.pop()
            yield construct
            waiting.extend(reversed(construct.node.children.values()))

    def above(self) -> Iterator[Node]:
        """This node and those above it, up to the app."""
        node: Node = self
        yield node
        while node.scope is not None:
            node = node.scope.node
            yield node

    @property
    def resource(self) -> Untyped:
        """The CloudFormation resource this construct mainly stands for; assigning to its properties is checked too."""
        from .resource import Resource

        found: Any = self.host if isinstance(self.host, Resource) else self.children.get(MAIN)
        if isinstance(found, Resource):
            return found  # type: ignore[return-value]
        raise ConstructError(
            f"{type(self.host).__name__} {self.path} does not stand for one resource", place=caller(),
            fix="look through .node.resources",
        )  # fmt: skip

    @property
    def resources(self) -> list[Resource]:
        """Every CloudFormation resource below this construct."""
        from .resource import Resource

        return [construct for construct in self.walk() if isinstance(construct, Resource)]

    def depends_on(self, *others: Construct) -> None:
        """Create this after the others, and delete it before them.

        Stands as `DependsOn` on every resource below; across stacks the whole stack waits.
        """
        self.root_app.unlocked("a dependency")
        self.dependencies = [*(self.dependencies or ()), *others]

    def retain(self, keep: bool = True) -> None:
        """Whether what is below outlives its removal from the template.

        Resources that hold data do by default. `retain(False)` lets CloudFormation delete them with their data; on a
        stack it says so for all of them. The nearest word up the tree counts.
        """
        self.removal = "Retain" if keep else "Delete"

    def ignore(self, rule: str, *, reason: str, until: str | None = None) -> None:
        """Do not report this rule for anything below; `reason` is for the reader, `until` a date (YYYY-MM-DD).

        To let a construct be made that breaks the rule, say it on its scope before.
        """
        if not reason.strip():
            raise ConstructError(f"ignoring {rule} needs a reason", place=caller(), fix="say why it is right here")
        if until is not None and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", until):
            raise ConstructError(f"{until!r} is not a date", place=caller(), fix="write YYYY-MM-DD")
        self.ignored = {**(self.ignored or {}), rule.upper(): (reason, until)}

    def tag(self, key: str, value: str) -> None:
        """Tag every resource below that can be tagged, in the shape its type wants."""
        if key.lower().startswith("aws:"):
            raise ConstructError(
                f"the tag {key!r} is reserved", place=caller(), fix="tags must not begin with aws:",
            )  # fmt: skip
        self.tags = {**(self.tags or {}), key: value}

    def override(self, path: str, value: Any) -> None:
        """Set a value of the resource as it stands in the template: `override("Properties.Tags.0.Value", "x")`.

        The way out when a construct does not offer a property. The result is checked like everything else;
        None removes the value.
        """
        self.resource.override(path, value)


class Field:
    """The default of a keyword that must be made anew for every construct."""

    __slots__ = ("factory",)

    def __init__(self, factory: Callable[[], Any]) -> None:
        self.factory = factory


def field(*, factory: Callable[[], Any] | None = None, kw_only: bool = True, alias: str | None = None) -> Any:
    """A keyword whose default is made by calling `factory`, as `list` or `dict`; without one it must be given."""
    return _REQUIRED if factory is None else Field(factory)


_REQUIRED = object()


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def construct(cls: C) -> C:
    """Turn a class with annotated keywords into a construct: `name: str | None = None` becomes `name=`.

    Annotations without a default are required. `build` is called when all are set.
    """
    own = cls.__annotations__
    fields = dict(getattr(cls, "_fields", {}))
    for name in own:
        if not name.startswith("_") and not str(own[name]).startswith("ClassVar"):
            fields[name] = cls.__dict__.get(name, _REQUIRED)
    cls._fields = fields  # type: ignore[attr-defined]
    return cls


class Rooted:
    """What has a place in the tree."""

    __slots__ = ("node", "__weakref__")
    node: Node


@construct
class Construct(Rooted):
    """A node of the tree that groups resources. Decorate subclasses with `@construct` and give them a `build`.

    `scope` is the stack or construct it belongs to, `id` its name there. Raises `ConstructError` at the user's line
    for an unknown or missing keyword, or an id used twice.
    """

    __slots__ = ()
    _fields: ClassVar[dict[str, Any]] = {}
    _scope: Construct = field(kw_only=False, alias="scope")
    _id: str = field(kw_only=False, alias="id")

    if not TYPE_CHECKING:

        def __init__(self, scope, id, **given):
            self.node = Node(self, scope, id)
            _fill(self, given)
            self.build()

    def build(self) -> None:
        """Make the resources; called once all keywords are set."""


def _fill(host: Construct, given: dict[str, Any]) -> None:
    fields = type(host)._fields
    if given.keys() <= fields.keys():
        missing = [name for name, default in fields.items() if default is _REQUIRED and name not in given]
        if not missing:
            for name, default in fields.items():
                value = given.get(name, default)
                setattr(host, name, value.factory() if type(value) is Field else value)
            return
    else:
        missing = [name for name, default in fields.items() if default is _REQUIRED and name not in given]
    kind = type(host).__name__
    lines = [_unknown(kind, name, fields) for name in given if name not in fields]
    if missing:
        lines.append(f"{kind} {host.node.path} needs {', '.join(name + '=' for name in missing)}")
    raise ConstructError("\n".join(lines), place=caller())


def _unknown(kind: str, name: str, fields: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, list(fields), 1)
    hint = f"; did you mean {close[0]!r}?" if close else f"; it takes {', '.join(sorted(fields)) or 'none'}"
    return f"{kind} has no keyword {name!r}{hint}"


def _node_of(scope: object, host: Construct, id: str) -> Node:
    node = getattr(scope, "node", None)
    if isinstance(node, Node):
        return node
    raise ConstructError(
        f"{type(host).__name__} {id!r}: the scope is a {type(scope).__name__}", place=caller(),
        fix="the first argument is the stack or construct it belongs to",
    )  # fmt: skip


class attribute:  # noqa: N801  (reads like a keyword where it is used)
    """On a construct's class: an attribute of its main resource, by CloudFormation's name (`arn = attribute("Arn")`)."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, host: Construct | None, owner: type | None = None) -> Token:
        if host is None:
            return self  # type: ignore[return-value]
        return attribute_of(host.node.resource, self.name)


class ref:  # noqa: N801  (reads like a keyword where it is used)
    """On a construct's class: what `Ref` of its main resource gives (`url = ref()` on a queue)."""

    __slots__ = ()

    def __get__(self, host: Construct | None, owner: type | None = None) -> Token:
        if host is None:
            return self  # type: ignore[return-value]
        return reference(host.node.resource)


class Stack(Construct):
    """One CloudFormation stack; `id` is its name there unless `name` is given.

    - `region`, `account`: where it goes; None leaves it to the deploy. References between stacks of different
      regions or accounts are refused.
    - `tags`: stack tags, which CloudFormation puts on every resource that can carry them.
    - `termination_protection`: CloudFormation refuses to delete the stack while it is on.
    """

    __slots__ = (
        "name", "region", "account", "description", "tags", "termination_protection", "transform", "metadata", "wiring",
        "__dict__",
    )  # fmt: skip

    def __init__(
        self,
        scope: App,
        id: str,
        *,
        name: str | None = None,
        region: str | None = None,
        account: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        termination_protection: bool = False,
    ) -> None:
        if not isinstance(scope, App):
            raise ConstructError(
                f"the stack {id!r} stands in a {type(scope).__name__}", place=caller(),
                fix="give it the App as its scope",
            )  # fmt: skip
        self.node = Node(self, scope, id)
        self.node.stack = self
        self.name = id if name is None else name
        if not _STACK_NAME.fullmatch(self.name):
            raise ConstructError(
                f"{self.name!r} cannot be a stack's name", place=caller(),
                fix="begin with a letter, then letters, digits and hyphens, at most 128",
            )  # fmt: skip
        twin = next((s for s in scope.stacks if s is not self and s._at() == (self.name, region, account)), None)
        if twin is not None:
            raise ConstructError(
                f"two stacks are called {self.name!r} in one place; the other is made at {twin.node.source}",
                place=caller(), fix="give one of them another name or region",
            )  # fmt: skip
        self.region = region
        self.account = account
        self.description = description
        self.tags = dict(tags or {})
        for key in self.tags:
            if key.lower().startswith("aws:"):
                raise ConstructError(f"the tag {key!r} is reserved", place=caller(), fix="do not begin with aws:")
        self.termination_protection = termination_protection
        self.transform: list[str] = []
        self.metadata: dict[str, Any] = {}
        self.wiring = Wiring(self)

    def _at(self) -> tuple[str, str | None, str | None]:
        return self.name, self.region, self.account


class App(Construct):
    """The top of a program. `limits` is "documented" (the course notes' numbers) or "current" (today's AWS).

    `synth()` at the end of a deck writes the templates when the file is run by Python.
    """

    __slots__ = ("limits", "folder", "locked", "assembly", "_noted", "_findings", "__dict__")

    def __init__(self, *, limits: Mode | None = None) -> None:
        if limits not in (None, "documented", "current"):
            raise ConstructError(
                f"limits={limits!r}", place=caller(), fix='"documented" or "current"',
            )  # fmt: skip
        self.limits: Mode = settings.limits or limits or settings.configured_limits() or "documented"
        self._noted: list[tuple[Finding, Node]] = []
        self._findings: list[Finding] | None = None
        self.locked = False
        self.assembly: Assembly | None = None
        self.node = Node(self, None, "")
        self.folder = _project(self.node.spot)
        if settings.hosted:
            settings.apps.append(self)
        else:
            uncaught.speak_plainly()

    @property
    def stacks(self) -> list[Stack]:
        """The stacks in the order they were made."""
        return [child for child in self.node.children.values() if isinstance(child, Stack)]

    def unlocked(self, what: str) -> None:
        """Raise `ConstructError` when synthesis has begun."""
        if self.locked:
            raise ConstructError(f"{what} comes after synth()", place=caller(), fix="call app.synth() last")

    @property
    def findings(self) -> list[Finding]:
        """Warnings and hints so far, with their places; while the command line loads the deck, errors too."""
        if self._findings is None:
            self._findings = [located(*noted) for noted in self._noted if not suppressed(noted[0].rule, noted[1])]
        return self._findings

    def report(self, findings: Iterable[Finding], node: Node) -> None:
        """Take findings about a construct: errors are raised at once, or gathered while the command line loads."""
        errors: list[Finding] = []
        for finding in findings:
            if finding.severity != "error" or settings.gathering:
                self.note(finding, node)
            elif not suppressed(finding.rule, node):
                errors.append(located(finding, node))
        if errors:
            raise ConstraintError(errors)

    def note(self, finding: Finding, node: Node) -> None:
        """Take a finding that does not stop the program."""
        self._noted.append((finding, node))
        self._findings = None

    def forget(self, node: Node) -> None:
        """Drop what was found of a resource, which is about to be checked again."""
        self._noted = [noted for noted in self._noted if noted[1] is not node]
        self._findings = None

    def synth(self, folder: str | None = None) -> Assembly:
        """Make the templates and write them to `folder` (default `awsdeck.out` in the project).

        Raises `ConstraintError`, `TokenError` or `CycleError` with every place. While `awsdeck` itself runs the deck
        nothing is written here.
        """
        from .synth import synthesize

        if self.assembly is None:
            self.assembly = synthesize(self)
        if not settings.hosted or folder is not None:
            from .assembly import FOLDER

            self.assembly.write(os.path.join(self.folder, FOLDER) if folder is None else folder)
        return self.assembly


def suppressed(rule: str, node: Node) -> bool:
    """Whether a rule is ignored for this node by its own word or one above it, and the word still counts."""
    for above in node.above():
        if above.ignored and rule in above.ignored:
            until = above.ignored[rule][1]
            if until is None or _today() <= until:
                return True
    return False


def located(finding: Finding, node: Node) -> Finding:
    """The finding with the construct's path and its file and line."""
    from .source import keyword_line

    host = node
    while host.id == MAIN and host.scope is not None:
        host = host.scope.node
    place = {"construct": host.path, "stack": node.stack.name if node.stack else None}
    if node.spot is None or finding.file is not None:
        return finding.replace(**place)
    file, line = node.spot
    names: list[str] = []
    if finding.severity != "info" and finding.path[2:3] == ("Properties",):
        names = [str(step) for step in finding.path[3:]]
    return finding.replace(**place, file=file, line=keyword_line(file, line, names) if names else line)


def _today() -> str:
    import datetime as dt

    return dt.date.today().isoformat()


def _project(spot: tuple[str, int] | None) -> str:
    start = os.path.dirname(os.path.abspath(spot[0])) if spot else os.getcwd()
    folder = start
    while True:
        if os.path.exists(os.path.join(folder, "awsdeck.toml")):
            return folder
        above = os.path.dirname(folder)
        if above == folder:
            return start
        folder = above
