"""What every place of the tree knows: its path, its logical id, its source line, its children, what it depends on.

All of it hangs on `.node`, so that property names stay free for AWS.
"""

from __future__ import annotations

import re

from .errors import ConstructError, Place
from .source import caller, caller_spot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .constructs import Construct
    from .resource import Resource, Untyped
    from .tree import App, AspectFunction, Stack

MAIN = "Resource"
"""The id of the resource that a construct mainly stands for; it adds nothing to the logical id."""

_WORD = r"[A-Za-z0-9]+"
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
        self.spot = caller_spot(3)  # what calls this is the construct's own __init__, or a part of it
        self.dependencies: list[Construct] | None = None
        self.ignored: dict[str, tuple[str, str | None]] | None = None
        self.tags: dict[str, str] | None = None
        self.removal: str | None = None
        self.fixed_id: str | None = None
        self.final_id: str | None = None
        self.serial: int | None = None
        self._plain_id: str | None = None
        if scope is None:
            self.root_app: App = host  # type: ignore[assignment]
            self.stack: Stack | None = None
            return
        if type(id) is not str or not id or "/" in id or not id.isprintable():
            raise ConstructError(
                f"{type(host).__name__}: {id!r} cannot be an id", place=caller(),
                fix="use a non-empty string without slashes",
            )  # fmt: skip
        above: Any = getattr(scope, "node", None)
        if above.__class__ is not Node:
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
    def own_stack(self) -> Stack:
        """The stack it stands in. Raises `ConstructError` for what stands outside of one."""
        if self.stack is None:
            what = f"{type(self.host).__name__} {self.id!r}"
            raise ConstructError(f"{what} stands outside a stack", place=caller(), fix="give it a Stack as its scope")
        return self.stack

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
    def label(self) -> str:
        """The path as people say it: a resource that a construct mainly stands for goes by the construct's."""
        main = self.id == MAIN and self.scope is not None and self.scope.node.host is not self.stack
        return self.scope.node.path if main and self.scope is not None else self.path

    @property
    def source(self) -> Place | None:
        """File and line in the user's code that made this construct."""
        return Place(*self.spot) if self.spot else None

    @property
    def logical_id(self) -> str:
        """The name in the template: the path below the stack in CamelCase, final after synthesis."""
        return self.final_id or self.fixed_id or self._plain_id or self.plain_id

    @property
    def plain_id(self) -> str:
        """The logical id as the path alone gives it, before collisions are resolved."""
        if self._plain_id is None:
            self._plain_id = self._path_id()
        return self._plain_id

    def _path_id(self) -> str:
        words: list[str] = []
        node: Node = self
        while node.scope is not None and node.host is not self.stack:
            if node.id != MAIN or (not words and node.scope.node.host is self.stack):
                words.append(node.id)
            node = node.scope.node
        if len(words) == 1 and words[0].isalnum() and words[0].isascii():
            name = words[0]
        else:
            name = "".join([_camel(word) for word in reversed(words)])
        return name if 0 < len(name) <= _LONGEST else self.hashed_id(name)

    def hashed_id(self, name: str) -> str:
        """The logical id with eight characters of the path's hash, for names that are taken or too long."""
        from hashlib import sha256

        digest = sha256(self.path.encode()).hexdigest()[:8].upper()
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
        found: Any = self.host if self.host._is_resource else self.children.get(MAIN)
        if found is not None and found._is_resource:
            return found  # type: ignore[no-any-return]
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
        for other in others:
            if not isinstance(getattr(other, "node", None), Node):
                raise ConstructError(
                    f"{self.path} cannot depend on a {type(other).__name__}", place=caller(), fix="give constructs"
                )
        self.root_app.unlocked("a dependency")
        self.dependencies = [*(self.dependencies or ()), *others]

    def retain(self, keep: bool = True) -> None:
        """Whether what is below outlives its removal from the template.

        Resources that hold data do by default. `retain(False)` lets CloudFormation delete them with their data; on a
        stack it says so for all of them. The nearest word up the tree counts.
        """
        self.removal = "Retain" if keep else "Delete"
        self.root_app.keeps = True

    def moved(self, was: str) -> None:
        """Say what this was called before, so that `awsdeck refactor` can carry what is deployed over to it.

        `was` is the former logical id, `stack/LogicalId` when it stood in another stack. Of a construct with several
        resources all come along: where `Table` has become `Orders`, `TableKey` has become `OrdersKey`. Once every
        deployment has been refactored the line can go.
        """
        if re.fullmatch(r"([A-Za-z][A-Za-z0-9-]{0,127}/)?[A-Za-z0-9]{1,255}", was) is None:
            raise ConstructError(
                f"{was!r} cannot be what {self.path} was called", place=caller(),
                fix="write the former logical id, or stack/LogicalId",
            )  # fmt: skip
        if self.own_stack.parent is not None:
            raise ConstructError(
                f"{self.path} stands in a nested stack, and what is moved there cannot be carried over", place=caller(),
                fix="leave the line out; keep the data with node.retain() and import it",
            )  # fmt: skip
        self.root_app.unlocked("a move")
        self.root_app.moves.append((self, was))

    def ignore(self, rule: str, *, reason: str, until: str | None = None) -> None:
        """Do not report this rule for anything below; `reason` is for the reader, `until` a date (YYYY-MM-DD).

        To let a construct be made that breaks the rule, say it on its scope before.
        """
        if not reason.strip():
            raise ConstructError(f"ignoring {rule} needs a reason", place=caller(), fix="say why it is right here")
        if until is not None and not _is_date(until):
            raise ConstructError(
                f"{until!r} is not a date", place=caller(), fix="write a day of the calendar as YYYY-MM-DD"
            )
        self.ignored = {**(self.ignored or {}), rule.upper(): (reason, until)}

    def tag(self, key: str, value: str) -> None:
        """Tag every resource below that can be tagged, in the shape its type wants."""
        if key.lower().startswith("aws:"):
            raise ConstructError(
                f"the tag {key!r} is reserved", place=caller(), fix="tags must not begin with aws:",
            )  # fmt: skip
        self.tags = {**(self.tags or {}), key: value}

    def aspect(self, function: AspectFunction, *, order: int = 0) -> None:
        """Call `function` with this construct and everything below before synthesis; lower orders first.

        It may change constructs and add new ones; `awsdeck synth --verbose` lists what each aspect did.
        """
        from .aspects import Aspect

        self.root_app.unlocked("an aspect")
        self.root_app.aspects.append(Aspect(function, self, order))

    def override(self, path: str, value: Any) -> None:
        """Set a value of the resource as it stands in the template: `override("Properties.Tags.0.Value", "x")`.

        The way out when a construct does not offer a property. The result is checked like everything else;
        None removes the value.
        """
        self.resource.override(path, value)


def _is_date(text: str) -> bool:
    import datetime as dt

    try:
        return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None and bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def _camel(word: str) -> str:
    if word.isalnum() and word.isascii():
        return word[:1].upper() + word[1:]
    return "".join(part[:1].upper() + part[1:] for part in re.findall(_WORD, word))


def _node_of(scope: object, host: Construct, id: str) -> Node:
    node = getattr(scope, "node", None)
    if isinstance(node, Node):
        return node
    raise ConstructError(
        f"{type(host).__name__} {id!r}: the scope is a {type(scope).__name__}", place=caller(),
        fix="the first argument is the stack or construct it belongs to",
    )  # fmt: skip
