"""Stack sets: one stack's template in many accounts and regions."""

from __future__ import annotations

import re

from .errors import ConstructError
from .source import caller
from .tree import Stack

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from .tree import App, Stage

_ACCOUNT = r"\d{12}"
_REGION = r"[a-z]{2,4}(-[a-z]+)+-\d+"
_UNIT = r"ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}|r-[a-z0-9]{4,32}"
_MOST_PERCENT = 100


class StackSet(Stack):
    """A stack that CloudFormation deploys to every one of some accounts and regions, an instance in each.

    Build in it as in a stack. `awsdeck stackset deploy` makes and changes it; the ordinary `awsdeck deploy` leaves it out.

    - `accounts`: who gets it, by roles that you keep in them (self-managed permissions). Or `units`: organizational units,
      or the root, of your organization (service-managed permissions), there `only` or `without` some accounts.
    - `regions`: where, in this order.
    - `auto_deploy`: accounts that join the units get it by themselves, and those that leave lose it; on for `units`
      unless they are narrowed. `retain_on_leaving` keeps their stacks.
    - `parameters`: values for `Parameter` constructs in it; `overrides`: other values for one account, "111122223333", or
      one instance, "111122223333/eu-west-1".
    - `failure_tolerance`: in how many accounts of a region an operation may fail before it ends, `max_concurrent`: in how
      many it works at once; numbers, or parts such as "10%". `parallel_regions`: in all regions at once.
      `keep_speed`: work at `max_concurrent` however many have failed.
    - `managed_execution`: operations that do not get in each other's way run at once, others wait their turn.
    - `delegated_admin`: you are not in the management account, but in one that may act for it.
    - `administration_role`, `execution_role_name`: the two roles of self-managed permissions, when they are not called
      AWSCloudFormationStackSetAdministrationRole and AWSCloudFormationStackSetExecutionRole.
    - `region`, `account`: where the stack set itself is kept; `role`: taken on to work with it.

    What is made here exists once in every instance, so that no other stack can refer to it, nor it to another stack.
    Source: CloudFormation User Guide, StackSets concepts, prerequisites and operation options.
    """

    __slots__ = ("values", "spread")

    def __init__(
        self,
        scope: App | Stage[Any],
        id: str,
        *,
        regions: Iterable[str],
        accounts: Iterable[str] | None = None,
        units: Iterable[str] | None = None,
        only: Iterable[str] | None = None,
        without: Iterable[str] | None = None,
        auto_deploy: bool | None = None,
        retain_on_leaving: bool = False,
        parameters: Mapping[str, str] | None = None,
        overrides: Mapping[str, Mapping[str, str]] | None = None,
        failure_tolerance: int | str = 0,
        max_concurrent: int | str = 1,
        parallel_regions: bool = False,
        keep_speed: bool = False,
        managed_execution: bool = True,
        delegated_admin: bool = False,
        administration_role: str | None = None,
        execution_role_name: str | None = None,
        name: str | None = None,
        region: str | None = None,
        account: str | None = None,
        role: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> None:
        given: dict[str, list[str]] = {
            "regions": _several(regions), "accounts": _several(accounts), "units": _several(units),
            "only": _several(only), "without": _several(without),
        }  # fmt: skip
        problems = [*_targets(given), *_overrides(overrides or {}, given)]
        problems += _amount("failure_tolerance", failure_tolerance, 0) + _amount("max_concurrent", max_concurrent, 1)
        narrowed = bool(given["only"] or given["without"])
        if auto_deploy and not given["units"]:
            problems.append("auto_deploy needs units: only an organization tells when an account joins")
        if delegated_admin and not given["units"]:
            problems.append("delegated_admin is for units: for accounts there is nobody to act for")
        if (administration_role or execution_role_name) and given["units"]:
            problems.append(
                "administration_role and execution_role_name are for accounts: for units AWS makes the roles"
            )
        if problems:
            raise ConstructError(
                f"the stack set {id!r}: {'; '.join(problems)}", place=caller(),
                fix='say for example accounts=["111122223333"], regions=["eu-west-1"]',
            )  # fmt: skip
        super().__init__(
            scope, id, name=name, region=region, account=account, role=role, description=description, tags=tags,
            termination_protection=False,
        )  # fmt: skip
        self.values = {key: str(value) for key, value in (parameters or {}).items()}
        preferences: dict[str, Any] = {"failureTolerance": failure_tolerance, "maxConcurrent": max_concurrent}
        preferences |= {"parallelRegions": parallel_regions, "keepSpeed": keep_speed}
        said: dict[str, Any] = {
            **{key: value for key, value in given.items() if value},
            "preferences": preferences,
            "managedExecution": managed_execution,
        }
        if given["units"]:
            said["autoDeploy"] = not narrowed if auto_deploy is None else auto_deploy
            said["retainOnLeaving"] = retain_on_leaving
        more: dict[str, Any] = {
            "overrides": {where: {k: str(v) for k, v in one.items()} for where, one in (overrides or {}).items()},
            "delegatedAdmin": delegated_admin,
            "administrationRole": administration_role,
            "executionRoleName": execution_role_name,
        }
        said.update({key: value for key, value in more.items() if value})
        self.spread = said


def _several(given: Iterable[str] | None) -> list[str]:
    return [given] if isinstance(given, str) else list(dict.fromkeys(given or ()))


def _targets(given: Mapping[str, list[str]]) -> list[str]:
    problems = []
    if bool(given["accounts"]) == bool(given["units"]):
        problems.append("it goes either to accounts or to units of an organization")
    if not given["regions"]:
        problems.append("it needs at least one region")
    if (given["only"] or given["without"]) and not given["units"]:
        problems.append("only and without narrow units; with accounts, list those that are meant")
    if given["only"] and given["without"]:
        problems.append("only and without do not go together")
    for key, pattern, what in (
        ("accounts", _ACCOUNT, "the twelve digits of an account"), ("only", _ACCOUNT, "the twelve digits of an account"),
        ("without", _ACCOUNT, "the twelve digits of an account"), ("regions", _REGION, "the name of a region"),
        ("units", _UNIT, "the id of a unit, ou-…-…, or of a root, r-…"),
    ):  # fmt: skip
        wrong = [str(one) for one in given[key] if not (isinstance(one, str) and re.fullmatch(pattern, one))]
        if wrong:
            problems.append(f"{', '.join(wrong)} in {key} is not {what}")
    return problems


def _overrides(overrides: Mapping[str, Mapping[str, str]], given: Mapping[str, list[str]]) -> list[str]:
    problems = []
    for where in overrides:
        account, slash, region = str(where).partition("/")
        if not re.fullmatch(_ACCOUNT, account) or (slash and region not in given["regions"]):
            problems.append(
                f'overrides for {where!r}: say "111122223333", or "111122223333/REGION" with one of its regions'
            )
        elif given["accounts"] and account not in given["accounts"]:
            problems.append(f"overrides for {account}, which is not among accounts")
    return problems


def _amount(name: str, value: object, least: int) -> list[str]:
    if isinstance(value, int) and not isinstance(value, bool) and value >= least:
        return []
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}%", value) and least <= int(value[:-1]) <= _MOST_PERCENT:
        return []
    return [f'{name}={value!r}: a number from {least} on, or a part such as "10%"']
