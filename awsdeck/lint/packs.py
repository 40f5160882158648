"""Rules that somebody asks for: packs that come along, and files of a project's own."""

from __future__ import annotations

import os
import re

from ..errors import DeckError, InputError, Place
from ..rules import Rule, all_rules
from .own import OWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

PACKS = {"security": "encryption, public access, logging, least privilege and backups, as auditors look at them"}
"""The packs there are. They say what is good practice, not what is valid, so none is on by itself."""
_ID = re.compile(r"[A-Z][A-Z0-9]*[A-Z]\d{3}|[A-Z]{2,}\d{3}")


def pack(name: str) -> tuple[Rule, ...]:
    """The rules of a pack. Raises `InputError` for a pack that does not exist."""
    if name not in PACKS:
        raise InputError(f"there is no pack {name!r}", fix=f"one of: {', '.join(PACKS)}")
    from importlib import import_module

    rules: tuple[Rule, ...] = import_module(f"..rules.packs.{name}", __package__).RULES
    return rules


def find_in_packs(id: str) -> Rule | None:
    """The rule with this id (letters count as capitals) in whatever pack has it."""
    return next((rule for name in PACKS for rule in pack(name) if rule.id == id.upper()), None)


def own_rules(files: Iterable[str]) -> tuple[Rule, ...]:
    """The rules of a project's own: Python files or packages, each with `RULES`, a tuple of `awsdeck.rules.Rule`.

    Raises `InputError` for a file that cannot be read or run, has no rules, or uses an id that is taken.
    """
    found: list[Rule] = []
    taken = {rule.id for rule in all_rules()} | OWN.keys()
    for file in files:
        for rule in _run(file):
            if not isinstance(rule, Rule):
                raise InputError(f"RULES holds {rule!r}, which is no Rule", place=Place(file))
            if not _ID.fullmatch(rule.id) or rule.id in taken:
                why = "is taken" if rule.id in taken else "is no id"
                raise InputError(
                    f"the rule id {rule.id!r} {why}",
                    place=Place(file),
                    fix="letters of your own and three digits: ACME001",
                )
            found.append(rule)
        taken |= {rule.id for rule in found}
    return tuple(found)


def _run(file: str) -> Iterable[object]:
    package = os.path.join(file, "__init__.py")
    if not os.path.isfile(file) and not os.path.isfile(package):
        raise InputError(
            f"there is no file {file} with rules",
            fix="name Python files, or packages with an __init__.py, in lint.rules",
        )
    try:
        rules = _rules_of_package(package) if os.path.isdir(file) else _rules_of_file(file)
    except DeckError:
        raise
    except SyntaxError as error:
        raise InputError(f"{error.msg}", place=Place(error.filename or file, error.lineno, error.offset)) from None
    except Exception as error:  # noqa: BLE001  (whatever the code of a user raises)
        line = None
        trace = error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename in (file, package):
                line = trace.tb_lineno
            trace = trace.tb_next
        raise InputError(f"the rules do not load: {type(error).__name__}: {error}", place=Place(file, line)) from None
    if not isinstance(rules, tuple | list) or not rules:
        raise InputError("there are no rules in it", place=Place(file), fix="RULES = (Rule(…), …)")
    return rules


def _rules_of_file(file: str) -> object:
    from runpy import run_path

    return run_path(file).get("RULES")


def _rules_of_package(file: str) -> object:
    """The rules of a package, whose modules may import each other."""
    import sys
    from importlib.util import module_from_spec, spec_from_file_location

    folder = os.path.dirname(os.path.abspath(file))
    name = f"awsdeck_rules_{os.path.basename(folder)}"
    spec = spec_from_file_location(name, file, submodule_search_locations=[folder])
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    for known in [one for one in sys.modules if one == name or one.startswith(f"{name}.")]:
        del sys.modules[known]  # of an earlier look at files that have changed since
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    found: object = getattr(module, "RULES", None)
    return found
