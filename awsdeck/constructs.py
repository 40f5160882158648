"""What a user's own building block is made of: the decorator, its keywords, and deploy-time attributes."""

from __future__ import annotations

from .errors import ConstructError, Place
from .node import Node
from .source import caller
from .tokens import attribute_of, reference

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, ClassVar, TypeVar, dataclass_transform

    from .tokens import Token

    C = TypeVar("C", bound=type)
    Hook = TypeVar("Hook", bound=Callable[[Any], object])
else:

    def dataclass_transform(**_: object) -> object:
        return lambda decorator: decorator


class Field:
    """The default of a keyword that must be made anew for every construct, and what users call it if not by its name."""

    __slots__ = ("factory", "alias")

    def __init__(self, factory: Callable[[], Any], alias: str | None = None) -> None:
        self.factory = factory
        self.alias = alias


def field(*, factory: Callable[[], Any] | None = None, kw_only: bool = True, alias: str | None = None) -> Any:
    """A keyword whose default is made by calling `factory`, as `list` or `dict`; without one it must be given.

    `alias`: how the keyword is called, where a method has the attribute's name already; it needs a `factory`.
    """
    return _REQUIRED if factory is None else Field(factory, alias)


_REQUIRED = object()


@dataclass_transform(kw_only_default=True, field_specifiers=(field,))
def construct(cls: C) -> C:
    """Turn a class with annotated keywords into a construct: `name: str | None = None` becomes `name=`.

    Annotations without a default are required. `build` is called when all are set.
    """
    own = cls.__annotations__
    fields = dict(getattr(cls, "_fields", {}))
    kinds = dict(getattr(cls, "_kinds", {}))
    for name in own:
        if not name.startswith("_") and not str(own[name]).startswith("ClassVar"):
            fields[name] = cls.__dict__.get(name, _REQUIRED)
            kinds[name] = (own[name], cls.__module__)
    cls._fields = fields  # type: ignore[attr-defined]
    cls._kinds = kinds  # type: ignore[attr-defined]
    cls._field_defaults = {name: value for name, value in fields.items() if value is not _REQUIRED}  # type: ignore[attr-defined]
    cls._field_factories = [name for name, value in fields.items() if type(value) is Field]  # type: ignore[attr-defined]
    aliases = {value.alias: name for name, value in fields.items() if type(value) is Field and value.alias is not None}
    cls._aliases = aliases  # type: ignore[attr-defined]
    return cls


class Rooted:
    """What has a place in the tree."""

    __slots__ = ("node", "__weakref__")
    node: Node
    _is_resource: ClassVar[bool] = False

    def __repr__(self) -> str:
        node = getattr(self, "node", None)
        return f"<{type(self).__name__} {node.label if node is not None else ''} \\ufde0>"  # as tokens: never in a template

    if not TYPE_CHECKING:

        def __str__(self, *_):
            own = {name for cls in type(self).__mro__ for name, value in vars(cls).items() if hasattr(value, "__get__")}
            values = ", ".join(f".{name}" for name in ("ref", "arn", "url", "name") if name in own)
            raise ConstructError(
                f"{type(self).__name__} {self.node.label} itself stands in text", place=caller(),
                fix=f"say which value of it: {values or '.ref, .arn or another attribute'}",
            )  # fmt: skip

        __format__ = __add__ = __radd__ = __str__


@construct
class Construct(Rooted):
    """A node of the tree that groups resources. Decorate subclasses with `@construct` and give them a `build`.

    `scope` is the stack or construct it belongs to, `id` its name there. Raises `ConstructError` at the user's line
    for an unknown or missing keyword, or an id used twice.
    """

    __slots__ = ()
    _fields: ClassVar[dict[str, Any]] = {}
    _kinds: ClassVar[dict[str, tuple[Any, str]]] = {}
    _field_defaults: ClassVar[dict[str, Any]] = {}
    _field_factories: ClassVar[list[str]] = []
    _aliases: ClassVar[dict[str, str]] = {}
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
    made = type(host)
    fields = made._fields
    values = {**made._field_defaults, **given}
    if given.keys() <= fields.keys():
        wrong = _wrong(host, given) if given else []
        if wrong:
            raise ConstructError("\n".join(wrong), place=caller())
        if len(values) == len(fields):
            for name in made._field_factories:
                if name not in given:
                    values[name] = fields[name].factory()
            for name, value in values.items():
                setattr(host, name, value)
            return
    aliases = made._aliases
    if not given.keys().isdisjoint(aliases):
        _fill(host, {aliases.get(name, name): value for name, value in given.items()})
        return
    missing = [name for name in fields if name not in values]
    kind = type(host).__name__
    lines = [_unknown(kind, name, [_called(host, one) for one in fields]) for name in given if name not in fields]
    if missing:
        lines.append(f"{kind} {host.node.path} needs {', '.join(name + '=' for name in missing)}")
    raise ConstructError("\n".join(lines), place=caller())


def _wrong(host: Construct, given: dict[str, Any]) -> list[str]:
    from .keywords import complaint

    kinds = type(host)._kinds
    said = []
    for name, value in given.items():
        words = complaint(*kinds[name], value)
        if words is not None:
            said.append(f"{type(host).__name__} {host.node.path}: {_called(host, name)}= {words}")
    return said


def _called(host: Construct, name: str) -> str:
    """How users call the keyword behind an attribute."""
    return next((alias for alias, own in type(host)._aliases.items() if own == name), name)


def _unknown(kind: str, name: str, fields: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, list(fields), 1)
    hint = f"; did you mean {close[0]!r}?" if close else f"; it takes {', '.join(sorted(fields)) or 'none'}"
    return f"{kind} has no keyword {name!r}{hint}"


class attribute:  # noqa: N801  (reads like a keyword where it is used)
    """On a construct's class: an attribute of its main resource, by CloudFormation's name (`arn = attribute("Arn")`)."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, host: Construct | None, owner: type | None = None) -> Token:
        if host is None:
            return self  # type: ignore[return-value]
        if (what := getattr(host, "WHAT", None)) is not None:
            raise _untold(host, what, self.name)
        return attribute_of(host.node.resource, self.name)


class ref:  # noqa: N801  (reads like a keyword where it is used)
    """On a construct's class: what `Ref` of its main resource gives (`url = ref()` on a queue)."""

    __slots__ = ()

    def __get__(self, host: Construct | None, owner: type | None = None) -> Token:
        if host is None:
            return self  # type: ignore[return-value]
        if (what := getattr(host, "WHAT", None)) is not None:
            raise _untold(host, what, "what Ref gives")
        return reference(host.node.resource)


def _untold(host: Construct, what: str, name: str) -> ConstructError:
    return ConstructError(
        f"the {what} {host.node.path} exists already, and its {name} is not known here", place=caller(),
        fix="give the value where it is taken into the app, as far as that takes it, or use what was given there",
    )  # fmt: skip


class Hooked(Construct):
    """A construct that has functions called around the deploys of the stacks in it."""

    __slots__ = ("before", "after")
    before: list[Callable[[Any], object]]
    after: list[Callable[[Any], object]]

    def before_deploy(self, function: Hook) -> Hook:
        """Call a function of the `awsdeck.deploy.StackPlan` before every deploy of the stack, or of every stack in the
        stage or app, once it is approved and before anything is changed. A text that it returns refuses the deploy. Can
        be written as a decorator.
        """
        return self._hook(self.before, "before_deploy", function)

    def after_deploy(self, function: Hook) -> Hook:
        """Call a function of the `awsdeck.deploy.StackResult` after every deploy of the stack, or of every stack in the
        stage or app, that was begun, well or not. A text that it returns makes it a failure; nothing is undone. Can be
        written as a decorator.
        """
        return self._hook(self.after, "after_deploy", function)

    def _hook(self, hooks: list[Callable[[Any], object]], name: str, function: Hook) -> Hook:
        self.node.root_app.unlocked(name)
        if not callable(function):
            raise ConstructError(
                f"{name}({function!r})", place=caller(), fix="give it a function, not what one returns"
            )
        around: Any = getattr(self, "root", self)
        if around is not self:
            raise ConstructError(
                f"{name} of a nested stack, which is never deployed by itself", place=caller(),
                fix=f"write it for {around.name}, the stack around it",
            )  # fmt: skip
        hooks.append(function)
        return function


class Deployable(Hooked):
    """A construct with terms on which stacks are deployed: a stack, or a stage whose stacks share them."""

    __slots__ = (
        "termination_protection", "role", "execution_role", "notification_arns", "rollback_triggers", "monitoring",
        "stack_policy",
    )  # fmt: skip
    termination_protection: bool
    role: str | None
    execution_role: str | None
    notification_arns: Sequence[str] | None
    rollback_triggers: Sequence[str] | None
    monitoring: int | None
    stack_policy: Mapping[str, Any] | None

    def _agree(self, what: str, stage: Deployable | None, tags: Mapping[str, str], **given: Any) -> None:
        """Take these terms, and those of the stage where there are none; raise for what cannot be."""
        said: dict[str, Any] = {"tags": tags} if tags else {}
        for name, value in given.items():
            if value is not None:
                passing = hasattr(value, "__iter__") and not hasattr(value, "__len__")
                said[name] = tuple(value) if passing else value
            setattr(self, name, said.get(name, getattr(stage, name, None)))
        if not said:
            return
        from .terms import problems

        found = problems(**said)
        if found:
            from .source import keyword_line

            spot = self.node.spot
            places = [Place(spot[0], keyword_line(*spot, [one.name])) if spot else None for one in found]
            lines: list[str] = []
            for one, place in zip(found, places, strict=True):
                where = f"{place}: " if place is not None and lines else ""
                lines += [f"{where}{what}: {one.text}", f"    fix: {one.fix}"]
            raise ConstructError("\n".join(lines[:-1]), place=places[0], fix=found[-1].fix)
