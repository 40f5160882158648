"""Which instances a stack set has and which it should have, as rows for people and targets for calls.

With accounts, both sides are known. With units of an organization only CloudFormation knows which accounts are in them,
so what is new there is told by unit and region.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal

from attrs import frozen

from .records import SERVICE, InstanceRecord, SetRecord
from .spread import Spread, Targets, grouped

if TYPE_CHECKING:
    from .calls import StackSets

ASKED_MOST = 100  # instances up to which each is asked for its own values


@frozen
class Placement:
    """What happens to one instance, or for a unit of an organization to all its accounts, in one region."""

    where: str  # account/region or unit/region
    action: Literal["create", "remove", "retain", "retry", "keep"]
    unit: str = ""
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is empty is left out."""
        fields = {"where": self.where, "action": self.action, "unit": self.unit, "reason": self.reason}
        return {name: value for name, value in fields.items() if value}


def placements(
    spread: Spread, record: SetRecord | None, instances: list[InstanceRecord], *, retain: bool
) -> tuple[Placement, ...]:
    """All instances with what happens to them, and the new ones."""
    rows = []
    for one in instances:
        if not _wanted(spread, one):
            rows.append(Placement(one.where, "retain" if retain else "remove", one.unit))
        elif one.status == "OUTDATED":
            rows.append(Placement(one.where, "retry", one.unit, one.reason))
        else:
            rows.append(Placement(one.where, "keep", one.unit, one.reason if one.status == "INOPERABLE" else ""))
    new = [f"{who}/{region}" for who, region in sorted(_missing(spread, record, instances))]
    return (*rows, *(Placement(where, "create") for where in new))


def outdated(instances: Iterable[InstanceRecord]) -> bool:
    """Whether an instance was left behind by an operation that failed or was stopped."""
    return any(one.status == "OUTDATED" for one in instances)


def placing(
    spread: Spread, record: SetRecord | None, instances: list[InstanceRecord]
) -> Iterator[tuple[Targets, Mapping[str, str]]]:
    """The new instances, in groups that have the same regions and values."""
    missing = _missing(spread, record, instances)
    if not spread.units:
        by_values: dict[tuple[tuple[str, str], ...], list[tuple[str, str]]] = {}
        for account, region in sorted(missing):
            values = spread.values_for(account, region)
            by_values.setdefault(tuple(sorted(values.items())), []).append((account, region))
        for items, pairs in by_values.items():
            for accounts, regions in grouped(pairs, spread.regions):
                yield Targets(regions, accounts), dict(items)
        return
    there = {one.account for one in instances}
    own = sorted({where.partition("/")[0] for where in spread.overrides} - there)
    for units, regions in grouped(((who, region) for who, region in missing if who in spread.units), spread.regions):
        rest = tuple(one for one in spread.only if one not in own) if spread.only else tuple({*spread.without, *own})
        if rest or not spread.only:
            narrowing = "INTERSECTION" if spread.only else "DIFFERENCE" if rest else ""
            yield Targets(regions, tuple(sorted(rest)), units, narrowing), {}
        for account in own:
            if account in spread.without or (spread.only and account not in spread.only):
                continue
            yield from _singly(spread, account, units, regions)
    for accounts, regions in grouped(((who, r) for who, r in missing if who not in spread.units), spread.regions):
        for account in accounts:
            yield from _singly(spread, account, spread.units, regions)


def _singly(
    spread: Spread, account: str, units: tuple[str, ...], regions: tuple[str, ...]
) -> Iterator[tuple[Targets, Mapping[str, str]]]:
    """One account of an organization, by the regions in which it has the same values."""
    by_values: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for region in regions:
        by_values.setdefault(tuple(sorted(spread.values_for(account, region).items())), []).append(region)
    for items, places in by_values.items():
        yield Targets(tuple(places), (account,), units, "INTERSECTION"), dict(items)


def removing(
    instances: Iterable[InstanceRecord], record: SetRecord | None, staying: Iterable[InstanceRecord] = ()
) -> Iterator[Targets]:
    """Instances in groups for calls that remove them; whole units where all of a unit goes."""
    leaving = list(instances)
    order = list(dict.fromkeys(one.region for one in leaving))
    if record is None or record.permission != SERVICE:
        for accounts, regions in grouped(((one.account, one.region) for one in leaving), order):
            yield Targets(regions, accounts)
        return
    held = {(one.unit, one.region) for one in staying}
    whole = [one for one in leaving if (one.unit, one.region) not in held]
    for units, regions in grouped({(one.unit, one.region) for one in whole}, order):
        yield Targets(regions, (), units)
    by_unit: dict[str, list[tuple[str, str]]] = {}
    for one in leaving:
        if (one.unit, one.region) in held:
            by_unit.setdefault(one.unit, []).append((one.account, one.region))
    for unit, pairs in sorted(by_unit.items()):
        for accounts, regions in grouped(pairs, order):
            yield Targets(regions, accounts, (unit,), "INTERSECTION")


def overridden(
    name: str, spread: Spread, sets: StackSets, staying: list[InstanceRecord]
) -> Iterator[tuple[Targets, Mapping[str, str]]]:
    """Instances that stay and are to have other values of their own, in groups."""
    named = {where.partition("/")[0] for where in spread.overrides}
    asked = [one for one in staying if one.account in named or (named and len(staying) <= ASKED_MOST)]
    by_values: dict[tuple[tuple[tuple[str, str], ...], str], list[tuple[str, str]]] = {}
    for one in asked:
        wanted = spread.values_for(one.account, one.region)
        if wanted != sets.overrides(name, one.account, one.region):
            by_values.setdefault((tuple(sorted(wanted.items())), one.unit), []).append((one.account, one.region))
    for (items, unit), pairs in by_values.items():
        for accounts, regions in grouped(pairs, spread.regions):
            narrowing = "INTERSECTION" if unit else ""
            yield Targets(regions, accounts, (unit,) if unit else (), narrowing), dict(items)


def _wanted(spread: Spread, one: InstanceRecord) -> bool:
    if one.region not in spread.regions:
        return False
    if not spread.units:
        return one.account in spread.accounts
    return (
        one.unit in spread.units
        and one.account not in spread.without
        and (not spread.only or one.account in spread.only)
    )


def _missing(spread: Spread, record: SetRecord | None, instances: list[InstanceRecord]) -> set[tuple[str, str]]:
    """Accounts or units, with the regions they lack."""
    if not spread.units:
        there = {(one.account, one.region) for one in instances}
        return {(account, region) for account in spread.accounts for region in spread.regions} - there
    units = {(one.unit, one.region) for one in instances}
    if record is not None:
        units |= {(unit, region) for unit in record.units for region in record.regions}
    missing = {(unit, region) for unit in spread.units for region in spread.regions} - units
    present = {(one.account, one.region) for one in instances}
    for account in spread.only:  # one that joins those that are meant, in units that are there already
        for region in spread.regions:
            if (account, region) not in present and not any((unit, region) in missing for unit in spread.units):
                missing.add((account, region))
    return missing
