"""Runs a user's deck and finds its App; whatever goes wrong there is told with the user's own line."""

from __future__ import annotations

import os
import sys

from .. import settings
from ..errors import DeckError, DeckLoadError, InputError, Place
from ..output import reason
from ..source import HERE, raised_at
from .trouble import told

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ..assembly import Assembly
    from ..tree import App
    from .context import Context


class Loaded:
    """An app, and the assembly once it is made; `broken` is what stopped the deck half-way, after findings."""

    __slots__ = ("app", "broken")

    def __init__(self, app: App, broken: DeckError | None = None) -> None:
        self.app = app
        self.broken = broken


def load(context: Context, given: str | None = None) -> Loaded:
    """Run the deck with mistakes gathered on its app.

    Raises `DeckLoadError` when it does not run to its end or has no single App; what a construct has to complain of
    passes through. A deck that breaks off after findings gives both, because the first are often the cause.
    """
    target = context.deck(given)
    settings.apps.clear()
    _forget()
    broken: DeckError | None = None
    module: ModuleType | None = None
    file, name = _split(target)
    with _Hosting(context):
        try:
            module = _run_file(file) if file else _import(target.partition(":")[0])
        except DeckError as error:
            broken = error
        if broken is not None:
            if len(settings.apps) == 1 and settings.apps[0].findings:
                return Loaded(settings.apps[0], broken)
            raise broken
        assert module is not None
        return Loaded(_app(module, name, target))


def assemble(context: Context, given: str | None = None) -> tuple[Loaded, Assembly | None]:
    """The app and its assembly; None when it has errors, which are then among the app's findings or `broken`."""
    loaded = load(context, given)
    if loaded.broken is not None:
        return loaded, None
    try:
        with _Hosting(context):
            assembly = loaded.app.synth()
    except DeckError as error:
        loaded.broken = error
        return loaded, None
    if any(finding.severity == "error" for finding in loaded.app.findings):
        return loaded, None
    return loaded, assembly


def is_deck(path: str) -> bool:
    """Whether a path or MODULE:NAME on the command line means Python."""
    if path.endswith(".py"):
        return True
    head, colon, name = path.rpartition(":")
    if not colon or not name.isidentifier() or os.path.exists(path):
        return False
    return head.endswith(".py") or all(part.isidentifier() for part in head.split("."))


def _split(target: str) -> tuple[str | None, str | None]:
    """The file (None for a module) and the name of the App in it."""
    if target.endswith(".py") or os.path.exists(target):
        return target, None
    head, colon, name = target.rpartition(":")
    if colon and head.endswith(".py"):
        return head, name
    if colon and head and all(part.isidentifier() for part in head.split(".")):
        return None, name
    if colon:
        raise DeckLoadError(f"{target!r} is no deck", fix="name a Python file, or MODULE:NAME of the App")
    return target, None


class _Hosting:
    """While a deck is at work: mistakes are gathered, `app.synth()` writes nothing, and what is printed goes to
    standard error, also by child processes.
    """

    __slots__ = ("context", "out", "saved")

    def __init__(self, context: Context) -> None:
        self.context = context

    def __enter__(self) -> None:
        settings.hosted = settings.gathering = True
        settings.limits = self.context.limits
        settings.config_limits = self.context.config.get("limits")
        self.out = sys.stdout
        self.saved: int | None = None
        try:
            if sys.stdout is not None:
                sys.stdout.flush()
            self.saved = os.dup(1)
            os.dup2(2, 1)
        except (OSError, ValueError):
            pass
        sys.stdout = sys.stderr

    def __exit__(self, *_: object) -> None:
        sys.stdout = self.out
        if self.saved is not None:
            os.dup2(self.saved, 1)
            os.close(self.saved)
        settings.hosted = settings.gathering = False
        settings.limits = settings.config_limits = None


def _run_file(path: str) -> ModuleType:
    from types import ModuleType

    full = os.path.abspath(path)
    try:
        with open(full, "rb") as stream:
            source = stream.read()
    except OSError as error:
        fix = "name it with --app, or run `awsdeck init`" if isinstance(error, FileNotFoundError) else None
        raise DeckLoadError(f"cannot read the deck {path}: {reason(error, full)}", fix=fix) from None
    name = os.path.basename(path).removesuffix(".py")
    if not name.isidentifier() or name in sys.modules:
        name = "__deck__"
    module = ModuleType(name)
    module.__file__ = full
    folder = os.path.dirname(full)
    if folder not in sys.path:
        sys.path.insert(0, folder)
        _of_deck["path"] = {folder}
    before = set(sys.modules)
    sys.modules[name] = module
    try:
        exec(compile(source, full, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - a deck is a program
    except SystemExit as stop:
        if stop.code not in (None, 0) or not settings.apps:
            raise DeckLoadError(
                f"the deck ends itself with sys.exit({'' if stop.code is None else repr(stop.code)})",
                place=raised_at(stop.__traceback__, full), fix="let it run to its end",
            ) from None  # fmt: skip
    except (DeckError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise told(error, full, _as_module(path)) from error
    finally:
        _of_deck["modules"] = {name for name in set(sys.modules) - before if _lies_in(sys.modules[name], folder)}
    return module


def _as_module(path: str) -> str | None:
    """The deck as MODULE, for one below the current folder."""
    parts = os.path.relpath(path).removesuffix(".py").split(os.sep)
    return ".".join(parts) if len(parts) > 1 and all(part.isidentifier() for part in parts) else None


_of_deck: dict[str, set[str]] = {}


def _forget() -> None:
    """Let go of the modules of the deck before, so that another deck finds its own under the same names."""
    for name in _of_deck.pop("modules", ()):
        sys.modules.pop(name, None)
    for folder in _of_deck.pop("path", ()):
        if folder in sys.path:
            sys.path.remove(folder)


def _lies_in(module: ModuleType, folder: str) -> bool:
    file = vars(module).get("__file__") or ""  # not getattr: some modules make what they are asked for
    return file.startswith(folder + os.sep) and not file.startswith(HERE) and "site-packages" not in file


def _import(name: str) -> ModuleType:
    from importlib import import_module

    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        return import_module(name)
    except (DeckError, KeyboardInterrupt):
        raise
    except BaseException as error:
        if isinstance(error, ModuleNotFoundError) and error.name and name.startswith(error.name):
            raise DeckLoadError(
                f"there is no module {error.name}", fix="run it in the folder the module is in"
            ) from None
        raise told(error, None) from error


def _app(module: ModuleType, name: str | None, target: str) -> App:
    from ..tree import App

    if name is not None:
        found: Any = getattr(module, name, None)
        if callable(found) and not isinstance(found, App):
            found = found()
        if isinstance(found, App):
            return found
        raise DeckLoadError(f"{target}: {name} is not an App", fix="name the variable that holds the App")
    apps = {id(value): value for value in vars(module).values() if isinstance(value, App)}
    if not apps:
        apps = {id(app): app for app in settings.apps}
    if len(apps) == 1:
        return next(iter(apps.values()))
    if not apps:
        guarded = _guard_line(module.__file__)
        raise DeckLoadError(
            "the deck makes no App" if guarded is None else "the deck makes its App only when it is run by itself",
            place=Place(module.__file__ or target, guarded),
            fix="write app = App() at the top level of the file" + (", above this line" if guarded else ""),
        )
    lines = [str(_short(app.node.source)) for app in apps.values()]
    raise DeckLoadError(
        f"{target} makes {len(apps)} Apps, at {' and at '.join(lines)}",
        fix="keep one, or say which with --app FILE:NAME",
    )


def _short(place: Place | None) -> Place | None:
    from .show import short_place

    return short_place(place)


def _guard_line(file: str | None) -> int | None:
    """The line of `if __name__ == "__main__":`, when there is one."""
    try:
        with open(file or "", encoding="utf-8") as text:
            return next((n for n, line in enumerate(text, 1) if line.startswith("if __name__")), None)
    except (OSError, UnicodeDecodeError):
        return None


def stacks_named(assembly: Assembly, names: list[str]) -> list[str]:
    """The stacks that names and patterns such as `shop-*` mean, in the order of the assembly; all when there are none."""
    return _named(list(assembly.stacks), names, "stack", list(assembly.sets))


def sets_named(assembly: Assembly, names: list[str]) -> list[str]:
    """The stack sets that names and patterns mean; all when there are none."""
    return _named(list(assembly.sets), names, "stack set", list(assembly.stacks))


def anything_named(assembly: Assembly, names: list[str]) -> list[str]:
    """The stacks and stack sets that names and patterns mean; all when there are none."""
    return _named([*assembly.stacks, *assembly.sets], names, "stack", [])


def with_needs(context: Context, assembly: Assembly, names: list[str], *, exclusively: bool) -> list[str]:
    """The stacks and those they need, in the order of the assembly; only the stacks with `exclusively`."""
    if exclusively:
        return names
    chosen, waiting = set(names), list(names)
    while waiting:
        name = waiting.pop()
        for need in assembly[name].dependencies:
            if need in assembly.stacks and need not in chosen:
                chosen.add(need)
                waiting.append(need)
                context.screen.note(f"{need} comes along because {name} needs it; --exclusively leaves it out")
    return [name for name in assembly.stacks if name in chosen]


def _named(known: list[str], names: list[str], kind: str, others: list[str]) -> list[str]:
    if not names:
        return known
    from fnmatch import fnmatchcase

    chosen: set[str] = set()
    for name in names:
        found = [one for one in known if one == name or fnmatchcase(one, name)]
        if not found:
            from difflib import get_close_matches

            if name in others:
                other = "stack set" if kind == "stack" else "stack"
                command = "`awsdeck stackset`" if kind == "stack" else "`awsdeck deploy` and its like"
                raise InputError(f"{name} is a {other}, no {kind}", fix=f"use {command}")
            close = get_close_matches(name, known, 1)
            raise InputError(
                f"there is no {kind} {name}",
                fix=f"did you mean {close[0]}?" if close else f"the {kind}s are: {', '.join(known) or 'none'}",
            )
        chosen.update(found)
    return [one for one in known if one in chosen]
