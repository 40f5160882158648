"""One CloudFormation resource of any type. It checks itself through the catalog and the rules as it is made."""

from __future__ import annotations

import marshal

from . import catalog
from .constructs import Construct
from .errors import ConstructError, TokenError
from .node import Node
from .plaintext import may_hold, with_plain_secrets
from .rules import View, check_resource
from .rules.view import may_vary
from .source import caller, caller_spot
from .tokens import ListToken, attribute_of, express, finish, name_of, reference, render, revive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar

    from .catalog import ResourceType
    from .errors import Finding
    from .sections import Condition
    from .tokens import Site, Token
    from .wiring import Wiring

    Change = tuple[str, tuple[str, int] | None, dict[str, Any], list[str]]

_NOTHING: frozenset[str] = frozenset()
_OWN = frozenset(("node", "properties", "body", "_sites", "_overrides", "_told", "_history", "__class__"))


class Resource(Construct):
    """A resource under CloudFormation's own names: `sqs.Queue(stack, "Q", FifoQueue=True)`.

    Attributes are deploy-time values under CloudFormation's names (`q.Arn`, `db.Endpoint.Address`), `q.ref` is `Ref`.
    Assigning to a property (`q.DelaySeconds = 5`) is checked like the keywords. Raises `ConstraintError` with every
    mistake at the user's line.
    """

    __slots__ = ("properties", "body", "_sites", "_overrides", "_told", "_history")
    TYPE: ClassVar[str] = ""
    _is_resource: ClassVar[bool] = True
    properties: dict[str, Any]
    body: dict[str, Any]
    _sites: list[Site]
    _overrides: list[tuple[str, dict[str, Any]]] | None
    _told: bool
    _history: list[Change] | None

    if TYPE_CHECKING:

        def __init__(self, scope: Construct, id: str, /, **properties: Any) -> None: ...

    else:

        def __init__(self, scope, id, /, **properties):
            node = Node(self, scope, id)
            _set = object.__setattr__
            _set(self, "node", node)
            _set(self, "_overrides", None)
            _set(self, "_told", False)
            _set(self, "_history", None)
            if node.stack is None:
                raise ConstructError(
                    f"{self.TYPE} {id!r} stands outside a stack", place=caller(), fix="give it a Stack as its scope"
                )
            sites: list[Site] = []
            plain = render(properties, node.stack.wiring.provisional, sites)
            _set(self, "properties", plain)
            _set(self, "_sites", sites)
            _set(self, "body", {"Type": self.TYPE, "Properties": plain})
            self.check()

    @property
    def type(self) -> ResourceType | None:
        """What the catalog knows of this type; None for custom resources and types it does not have."""
        return catalog.find(self.TYPE)

    @property
    def ref(self) -> Token:
        """What `Ref` gives for this type, at deploy time."""
        return reference(self)

    def get_att(self, name: str) -> Token:
        """What `Fn::GetAtt` gives for the attribute `name` (dots allowed), at deploy time."""
        known = self.type
        if known is not None and known.attributes and not self._has_attribute(known, name):
            from difflib import get_close_matches

            close = get_close_matches(name, known.attributes, 1)
            raise ConstructError(
                f"{self.TYPE} has no attribute {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""),
                place=caller(),
                fix=f"one of: {', '.join(known.attributes)}",
            )
        return attribute_of(self, name)

    @staticmethod
    def _has_attribute(known: ResourceType, name: str) -> bool:
        return name in known.attributes or any(a.endswith(".*") and name.startswith(a[:-1]) for a in known.attributes)

    def gives_list(self, attribute: str | None) -> bool:
        """Whether an attribute is a list; `Ref` never is."""
        known = self.type
        return attribute is not None and known is not None and _kind(known, attribute) == "list"

    if not TYPE_CHECKING:  # the stubs say which names there are

        def __getattr__(self, name):
            if name.startswith("_"):
                raise AttributeError(name)
            known = catalog.find(self.TYPE)
            if known is not None:
                found = _attribute(self, known, name)
                if found is not None:
                    return found
                if name in known.properties:
                    return self.given().get(name)
            elif name in self.properties:
                return self.given()[name]
            from .cfn.names import UnknownAttribute

            raise UnknownAttribute(self.TYPE, name)

        def __setattr__(self, name, value):
            if name in _OWN:
                object.__setattr__(self, name, value)
            else:
                self.set(**{name: value})

    def __dir__(self) -> list[str]:
        known = catalog.find(self.TYPE)
        names = [] if known is None else [*known.properties, *(name.partition(".")[0] for name in known.attributes)]
        return sorted({*object.__dir__(self), *names})

    def set(self, **properties: Any) -> None:
        """Set properties, or remove those given as None; the whole resource is checked again.

        Raises `ConstraintError`; the resource is then as it was before.
        """
        self.node.root_app.unlocked(f"a property of {self.node.label}")
        held = [name for name in properties if name in self.properties]
        self._assign(properties)
        self._history = [*(self._history or ()), ("set", caller_spot(), properties, held)]

    @property
    def history(self) -> list[Change]:
        """What was set or overridden after the resource was made.

        Each as "set" or "override", the user's line, the values as given, and the names that had a value before.
        """
        return self._history or []

    def _assign(self, properties: dict[str, Any]) -> None:
        before, sites_before = dict(self.properties), self._sites
        self._sites = [site for site in sites_before if site.top not in properties]
        fresh: list[Site] = []
        assert self.node.stack is not None
        plain = render(properties, self.node.stack.wiring.provisional, fresh)
        for site in fresh:
            if site.holder is plain:
                site.holder = self.properties
        for name in properties:
            self.properties.pop(name, None)
        self.properties.update(plain)
        self._sites = [*self._sites, *fresh]
        try:
            self.check()
        except Exception:
            self.properties.clear()
            self.properties.update(before)
            self._sites = sites_before
            raise

    def given(self) -> dict[str, Any]:
        """A copy of the properties as they were given, deploy-time values as tokens: good for another resource.

        So is what `queue.Tags` gives: to change the resource, assign to it (`queue.Tags = [*queue.Tags, more]`).
        """
        plain: dict[str, Any] = revive(self.properties, self._sites)
        return plain

    def when(self, condition: Condition) -> None:
        """Make this resource only when the condition holds."""
        self.node.root_app.unlocked("a condition")
        if hasattr(condition, "node") and self.node.stack is not None:
            finish(name_of(condition), self.node.stack.wiring.provisional)
        self.body["Condition"] = condition

    def override(self, path: str, value: Any) -> None:
        """Set a value of the finished resource by its path; see `Node.override`."""
        self.node.root_app.unlocked("an override")
        steps = path.split(".")
        held = [name for name in steps[1:2] if name in self.properties]
        if steps == ["Properties"]:
            if not isinstance(value, dict | None):
                raise ConstructError(f"Properties of {self.node.label}: {value!r}", place=caller(), fix="a dictionary")
            held = list(self.properties)
            self._assign({**dict.fromkeys(held), **(value or {})})
        elif steps[0] == "Properties":
            plain = _with(self.given(), steps[1:], value, path)
            self._assign({steps[1]: plain.get(steps[1])})
        else:
            self._override(path, value)
        self._history = [*(self._history or ()), ("override", caller_spot(), {path: value}, held)]

    def _override(self, path: str, value: Any) -> None:
        """Set what stands beside the properties, and check the whole as it will be."""
        before, sites_before = self._overrides, self._sites
        fresh: list[Site] = []
        assert self.node.stack is not None
        holder = render({path: value}, self.node.stack.wiring.provisional, fresh)
        for site in fresh:
            site.top = None  # no property
        if path == "Type" and not isinstance(holder.get(path), str):
            raise ConstructError(f"Type of {self.node.label}: {value!r}", place=caller(), fix="the name of a type")
        self._overrides = [*(before or ()), (path, holder)]
        self._sites = [*sites_before, *fresh]
        try:
            self.check()
        except Exception:
            self._overrides, self._sites = before, sites_before
            raise

    def check(self) -> None:
        """Hold the resource against the catalog and the rules; raises `ConstraintError` with all that is wrong."""
        node = self.node
        app = node.root_app
        body = self.body
        policy = self.removal_policy()
        content = self._content(policy)
        findings: list[Finding] | None = []
        if content is None or not app.is_sound(content):
            findings = app.said_of(content, node.logical_id) if content is not None else None
        if findings is None:
            if policy is not None or self._overrides:
                body = self._whole(policy)
            asked = None if content is None or may_vary(content) else _NOTHING
            findings = check_resource(View(node.logical_id, body["Type"], body, mode=app.limits, asked=asked))
            known = self.type
            if may_hold(self.TYPE, known):
                asked_of: list[str] = []
                findings = with_plain_secrets(
                    findings, known, self.TYPE, node.logical_id, self.properties,
                    lambda name: asked_of.append(name) or self._shows(name),  # type: ignore[func-returns-value]
                )  # fmt: skip
                if asked_of:  # then what parameters there are in the stack matters too
                    content = None
            if content is not None:
                app.remember(content, node.logical_id, findings)
        if self._told:
            app.forget(node)
            self._told = False
        if findings:
            self._refuse_remains()
            self._told = True
            app.report(findings, node)

    def _refuse_remains(self) -> None:
        """Where a deploy-time value was cut, say that, and not what the schema thinks of the rest."""
        from .remains import FIX, SAID, remains

        paths = ["/".join(map(str, path)) for path in remains(self.properties)]
        if paths:
            raise TokenError(f"{self.node.label}, {', '.join(paths)}: {SAID}", place=caller(), fix=FIX)

    def _shows(self, name: str) -> bool:
        """Whether a parameter of the stack is text that everybody sees."""
        stack = self.node.stack
        return stack is not None and any(
            one.node.logical_id == name
            and one.body["Type"] == "String"  # type: ignore[attr-defined]
            and "NoEcho" not in one.body  # type: ignore[attr-defined]
            for one in stack.wiring.declared
        )

    def _content(self, policy: str | None) -> bytes | None:
        """All that a check looks at, the same for equal resources, and with it the resource's name where that may matter.

        Stacks of several stages or regions are alike, and what is alike is checked once. None for what has no bytes.
        """
        if len(self.body) > 2 or self._overrides:
            return None
        try:
            content = marshal.dumps((self.TYPE, policy, self.properties), 2)
        except ValueError:  # nothing that a template can hold
            return None
        name = self.node.logical_id.encode()
        return content + name if name in content else content

    def add_tags(self, tags: dict[str, str]) -> None:
        """Add tags in the shape this type wants; tags it already has stay, and types without tags are left alone."""
        known = self.type
        if known is None or known.tag_property is None:
            return
        given = self.properties.get(known.tag_property)
        if isinstance(given, dict) and any(name == "Ref" or name.startswith("Fn::") for name in given):
            return  # what the tags are is only known at deploy time
        if known.tags_as == "map":
            missing: Any = {key: value for key, value in tags.items() if key not in (given or {})}
        else:
            own = {item.get("Key") for item in given or () if isinstance(item, dict)}
            extra = {"PropagateAtLaunch": True} if self.TYPE == "AWS::AutoScaling::AutoScalingGroup" else {}
            missing = [{"Key": key, "Value": value, **extra} for key, value in sorted(tags.items()) if key not in own]
        fresh: list[Site] = []
        assert self.node.stack is not None
        plain: Any = render(missing, self.node.stack.wiring.provisional, fresh, (known.tag_property,))
        if given is None:
            self.properties[known.tag_property] = plain
        elif known.tags_as == "map":
            for site in fresh:
                site.holder = given if site.holder is plain else site.holder
            given.update(plain)
        else:
            self.properties[known.tag_property].extend(plain)
        self._sites = [*self._sites, *fresh]

    def link(self, wiring: Wiring) -> None:
        """Write every deploy-time value with final logical ids."""
        for site in self._sites:
            site.write(wiring.final)

    def removal_policy(self) -> str | None:
        """What becomes of the resource when it leaves the template; Retain or Snapshot where it holds data."""
        known = catalog.find(self.TYPE)
        if self.node.root_app.keeps:  # somebody has said so of something
            for node in self.node.above():
                if node.removal is not None:
                    return node.removal if node.removal != "Delete" or (known is not None and known.stateful) else None
        return known.removal_of(self.properties) if known is not None else None

    def finished(self) -> dict[str, Any]:
        """The resource as it stands in the template; call after `link`."""
        body = self._whole(self.removal_policy())
        if not self.properties:
            body.pop("Properties", None)
        return body

    def _whole(self, policy: str | None) -> dict[str, Any]:
        """The resource with what stands beside its properties, overrides last."""
        body = dict(self.body)
        if policy is not None:
            body["DeletionPolicy"] = body["UpdateReplacePolicy"] = policy
        condition = body.get("Condition")
        if condition is not None and not isinstance(condition, str):
            body["Condition"] = condition.node.logical_id
        for path, holder in self._overrides or ():
            body = _with(body, path.split("."), holder.get(path), path)
        return body


if TYPE_CHECKING:

    class Untyped(Resource):
        """A resource of a type that only the running program knows: any name may be a property of it."""

        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: Any) -> None: ...

else:
    Untyped = Resource


class CustomType(Untyped):
    """A resource of a type named by text, for custom and private types: `CustomType(stack, "X", type="Custom::X")`."""

    __slots__ = ("TYPE",)

    if TYPE_CHECKING:

        def __init__(self, scope: Construct, id: str, /, *, type: str, **properties: Any) -> None: ...

    else:

        def __init__(self, scope, id, /, *, type, **properties):
            object.__setattr__(self, "TYPE", type)
            Resource.__init__(self, scope, id, **properties)


class AttributeGroup:
    """Attributes that share a beginning: `db.Endpoint` leads to `db.Endpoint.Address`."""

    __slots__ = ("_resource", "_prefix")

    def __init__(self, resource: Resource, prefix: str) -> None:
        self._resource = resource
        self._prefix = prefix

    def __repr__(self) -> str:
        return f"<attributes {self._resource.node.label}.{self._prefix} \\ufde0>"

    if not TYPE_CHECKING:

        def __str__(self, *_):
            known = self._resource.type
            group = self._prefix + "."
            names = [name for name in (known.attributes if known else ()) if name.startswith(group)]
            raise ConstructError(
                f"{self._prefix} of {self._resource.node.label} is a group of attributes, not text", place=caller(),
                fix=f"say which of them: {', '.join(names)}",
            )  # fmt: skip

        __format__ = __add__ = __radd__ = __str__

    def __getattr__(self, name: str) -> Token | ListToken | AttributeGroup:
        full = f"{self._prefix}.{name}"
        known = self._resource.type
        found = None if known is None else _attribute(self._resource, known, full)
        return self._resource.get_att(full) if found is None else found


def _attribute(resource: Resource, known: ResourceType, name: str) -> Token | ListToken | AttributeGroup | None:
    kinds = _attributes.get(known)
    if kinds is None:
        kinds = _attributes[known] = {}
    kind = kinds.get(name)
    if kind is None:
        kind = kinds[name] = _kind(known, name)
    if kind == "one":
        return attribute_of(resource, name)
    if kind == "list":
        return ListToken(express(attribute_of(resource, name)))
    return AttributeGroup(resource, name) if kind == "group" else None


_attributes: dict[ResourceType, dict[str, str]] = {}


def _kind(known: ResourceType, name: str) -> str:
    """What an attribute of a type is: one value, a list, a group of attributes, or nothing at all."""
    if any(attribute.startswith(name + ".") for attribute in known.attributes):
        return "group"
    if name not in known.attributes:
        return "none"
    shape = known.shape(name.split("."))
    return "list" if shape is not None and shape.kind == "list" else "one"


def _with(data: Any, steps: list[str], value: Any, path: str) -> Any:
    """A copy of the data with one value set at the steps, or removed when it is None."""
    step, rest = steps[0], steps[1:]
    if isinstance(data, list):
        if not step.isdigit() or int(step) > len(data):
            raise ConstructError(f"{path}: there is no entry {step}", place=caller(), fix=f"0 to {len(data)}")
        items = list(data)
        place = int(step)
        if rest:
            items[place : place + 1] = [_with(items[place] if place < len(items) else {}, rest, value, path)]
        else:
            items[place : place + 1] = [] if value is None else [value]
        return items
    if data is not None and not isinstance(data, dict):
        raise ConstructError(f"{path}: {step!r} would stand inside {data!r}", place=caller(), fix="check the path")
    entries = dict(data or {})
    if rest:
        entries[step] = _with(entries.get(step), rest, value, path)
    elif value is None:
        entries.pop(step, None)
    else:
        entries[step] = value
    return entries
