"""A synthesized template, and what a test may say of it."""

from __future__ import annotations

import json
import os

from .matchers import MISSING, Difference, absent, differences
from .snapshot import Snapshot, settled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from ..assembly import Origin
    from ..tree import App, Stack

MOST = 12
"""Differences that a message shows."""


class Assertions:
    """One template. What does not hold raises `AssertionError` with the nearest resource and how it differs.

    Values may be exact, `like(…)`, `any_value`, `absent`, compiled patterns, and deploy-time values of the same app.
    """

    def __init__(
        self,
        template: Mapping[str, Any],
        *,
        name: str = "template",
        origins: Mapping[str, Origin] | None = None,
        assets: Iterable[Mapping[str, Any]] = (),
        stack: Stack | None = None,
    ) -> None:
        self.template = template
        self.name = name
        self._origins = dict(origins or {})
        self._assets = [dict(asset) for asset in assets]
        self._stack = stack

    @property
    def resources(self) -> dict[str, Any]:
        """The resources by logical id."""
        return dict(self.template.get("Resources") or {})

    @property
    def outputs(self) -> dict[str, Any]:
        """The outputs by name."""
        return dict(self.template.get("Outputs") or {})

    def __getitem__(self, logical_id: str) -> Any:
        __tracebackhide__ = True
        if logical_id not in self.resources:
            raise AssertionError(f"{self.name} has no resource {logical_id}; it has {_listed(self.resources)}")
        return self.resources[logical_id]

    def find(self, type: str, /, **properties: Any) -> dict[str, Any]:
        """The resources of a type with these properties, by logical id; none may fit."""
        __tracebackhide__ = True
        self._known(type, properties)
        return {id: body for id, body in self._of(type) if not self._apart(body, {}, properties)}

    def has(self, type: str, body: Mapping[str, Any] | None = None, /, **properties: Any) -> str:
        """There is such a resource; its logical id. `body` is what stands beside the properties: `{"DependsOn": …}`."""
        __tracebackhide__ = True
        self._known(type, properties)
        candidates = list(self._of(type))
        apart = [(id, self._apart(found, dict(body or {}), properties)) for id, found in candidates]
        for id, wrong in apart:
            if not wrong:
                return id
        raise AssertionError(self._nearest(type, {**(body or {}), **properties}, apart))

    def lacks(self, type: str, /, **properties: Any) -> None:
        """There is no such resource."""
        __tracebackhide__ = True
        found = self.find(type, **properties)
        if found:
            raise AssertionError(f"{_asked(type, properties)} is there: {', '.join(map(self._shown, found))}")

    def count(self, type: str, number: int, /, **properties: Any) -> None:
        """There are exactly so many."""
        __tracebackhide__ = True
        found = self.find(type, **properties)
        if len(found) != number:
            there = f": {', '.join(map(self._shown, found))}" if found else ""
            raise AssertionError(f"{_asked(type, properties)}: {number} wanted, {len(found)} there{there}")

    def has_output(self, name: str, /, **fields: Any) -> None:
        """There is such an output, with these fields (`Value=`, `Export=` …)."""
        __tracebackhide__ = True
        if name not in self.outputs:
            raise AssertionError(f"{self.name} has no output {name}; it has {_listed(self.outputs)}")
        wrong = self._apart({"Properties": self.outputs[name]}, {}, fields)
        if wrong:
            raise AssertionError("\n".join([f"the output {name} of {self.name} differs:", *_table(wrong)]))

    def matches_snapshot(self, name: str | None = None) -> None:
        """The template is as it was when the snapshot was taken, but for hashes of assets.

        Snapshots lie in `snapshots/` beside the test, one for each test and `name`; `--update-snapshots` takes them.
        """
        __tracebackhide__ = True
        snapshot = Snapshot.of_this_test(name or "")
        now = settled(self.template, self._assets)
        if snapshot.updating:
            snapshot.write(now)
            return
        before = snapshot.read()
        if before is None:
            raise AssertionError(f"there is no snapshot {snapshot.shown}; take it with --update-snapshots")
        wrong = list(differences(before, now))
        if wrong:
            head = f"{self.name} is not as in {snapshot.shown}; if that is meant: --update-snapshots"
            raise AssertionError("\n".join([head, *_table(wrong)]))

    def _of(self, type: str) -> Iterable[tuple[str, Any]]:
        return [
            (id, body) for id, body in self.resources.items() if isinstance(body, dict) and body.get("Type") == type
        ]

    def _apart(
        self, found: Mapping[str, Any], beside: Mapping[str, Any], properties: Mapping[str, Any]
    ) -> list[Difference]:
        given = found.get("Properties") or {}
        wrong = [one for name, want in beside.items()
                 for one in differences(want, found.get(name, MISSING), self._plain, (name,))]  # fmt: skip
        for name, want in properties.items():
            wrong += differences(want, given.get(name, MISSING), self._plain, (name,))
        return wrong

    def _plain(self, text: str) -> Any:
        """What a string of the test stands for in this template."""
        from ..tokens import express, finish, has_marker

        if not has_marker(text) or self._stack is None:
            return text
        return finish(express(text), self._stack.wiring.provisional)

    def _known(self, type: str, properties: Iterable[str]) -> None:
        """Raise `AssertionError` for a type or property that does not exist: such a test could never fail rightly."""
        __tracebackhide__ = True
        from difflib import get_close_matches

        from .. import catalog

        known = catalog.find(type)
        if known is None:
            types = {body["Type"] for _, body in self.resources.items() if isinstance(body, dict) and "Type" in body}
            if type not in types and type.startswith("AWS::"):
                close = catalog.suggest(type) or next(iter(get_close_matches(type, types, 1)), None)
                raise AssertionError(f"there is no type {type}" + (f"; did you mean {close}?" if close else ""))
            return
        for name in properties:
            if name not in known.properties:
                close = next(iter(get_close_matches(name, list(known.properties), 1)), None)
                raise AssertionError(f"{type} has no property {name}" + (f"; did you mean {close}?" if close else ""))

    def _shown(self, id: str) -> str:
        origin = self._origins.get(id)
        return f"{id} ({origin.file}:{origin.line})" if origin is not None and origin.file else id

    def _nearest(self, type: str, wanted: Mapping[str, Any], apart: list[tuple[str, list[Difference]]]) -> str:
        if not apart:
            there = sorted({str(body.get("Type")) for body in self.resources.values() if isinstance(body, dict)})
            return f"{self.name} has no {type}; it has {', '.join(there) or 'no resources'}"
        id, wrong = min(
            apart, key=lambda one: sum(2 if d.wanted is MISSING or d.found is MISSING else 1 for d in one[1])
        )
        which = "it is" if len(apart) == 1 else f"the nearest of {len(apart)} is"
        return "\n".join([f"{self.name}: no {_asked(type, wanted)}", f"{which} {self._shown(id)}:", *_table(wrong)])


def template_of(what: Stack | App | str | os.PathLike[str] | Mapping[str, Any]) -> Assertions:
    """The template of a stack (or of an app's only stack), of a file, or as data. An app is synthesized once."""
    from ..tree import App, Stack

    if isinstance(what, App | Stack):
        app: App = what.node.root_app
        if app.assembly is None:
            from ..synth import synthesize

            app.assembly = synthesize(app)
        stack = what if isinstance(what, Stack) else _only(app)
        artifact = app.assembly[stack.name]
        return Assertions(
            artifact.template, name=stack.name, origins=artifact.origins, assets=artifact.assets, stack=stack
        )  # fmt: skip
    if isinstance(what, str | os.PathLike):
        from ..template import load

        path = os.fspath(what)
        return Assertions(load(path).data, name=os.path.basename(path))
    return Assertions(what)


def _only(app: App) -> Stack:
    from ..errors import ConstructError
    from ..source import caller

    stacks = app.stacks
    if len(stacks) != 1:
        names = ", ".join(stack.name for stack in stacks) or "none"
        raise ConstructError(f"the app has {len(stacks)} stacks: {names}", place=caller(), fix="give one of them")
    return stacks[0]


def _asked(type: str, properties: Mapping[str, Any]) -> str:
    told = ", ".join(f"{name} {'absent' if value is absent else _short(value)}" for name, value in properties.items())
    return f"{type} with {told}" if told else type


def _table(wrong: list[Difference]) -> list[str]:
    width = min(max(len(one.place) for one in wrong), 48)
    lines = [f"    {one.place.ljust(width)}  wanted {_short(one.wanted)}, is {_short(one.found)}" for one in wrong]
    return lines if len(lines) <= MOST else [*lines[:MOST], f"    … and {len(lines) - MOST} more"]


def _short(value: Any) -> str:
    if isinstance(value, dict | list):
        try:
            text = json.dumps(value, ensure_ascii=False)
        except TypeError:
            text = repr(value)
    else:
        text = repr(value)
    return text if len(text) <= 100 else text[:99] + "…"


def _listed(names: Iterable[str]) -> str:
    names = sorted(names)
    return ", ".join(names[:MOST]) + (" …" if len(names) > MOST else "") if names else "none"
