"""To which accounts and regions a stack set goes, as its artifact says it, and groups of them for single calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from ...errors import InputError
from .records import SELF, SERVICE

if TYPE_CHECKING:
    from ...assembly import StackArtifact


@frozen
class Preferences:
    """How an operation goes from instance to instance."""

    failure_tolerance: int | str = 0
    max_concurrent: int | str = 1
    parallel_regions: bool = False
    keep_speed: bool = False

    def to_request(self, regions: Iterable[str] = ()) -> dict[str, Any]:
        """As CloudFormation takes them; `regions` are the operation's, in order."""
        asked: dict[str, Any] = {}
        for name, value in (("FailureTolerance", self.failure_tolerance), ("MaxConcurrent", self.max_concurrent)):
            part = isinstance(value, str)
            asked[f"{name}{'Percentage' if part else 'Count'}"] = int(str(value).rstrip("%"))
        if self.parallel_regions:
            asked["RegionConcurrencyType"] = "PARALLEL"
        elif len(list(regions)) > 1:
            asked["RegionOrder"] = list(regions)
        if self.keep_speed:
            asked["ConcurrencyMode"] = "SOFT_FAILURE_TOLERANCE"
        return asked


@frozen
class Targets:
    """Some accounts, or units of an organization narrowed by accounts, in some regions: what one call is about."""

    regions: tuple[str, ...]
    accounts: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    narrowing: str = ""  # INTERSECTION or DIFFERENCE with the accounts, for units

    def to_request(self) -> dict[str, Any]:
        """As CloudFormation takes them."""
        asked: dict[str, Any] = {"Regions": list(self.regions)}
        if not self.units:
            return {**asked, "Accounts": list(self.accounts)}
        narrowed = {"Accounts": list(self.accounts), "AccountFilterType": self.narrowing} if self.narrowing else {}
        return {**asked, "DeploymentTargets": {"OrganizationalUnitIds": list(self.units), **narrowed}}

    def __str__(self) -> str:
        who = ", ".join(self.units or self.accounts)
        if self.units and self.narrowing:
            word = "only" if self.narrowing == "INTERSECTION" else "without"
            who += f" ({word} {', '.join(self.accounts)})"
        return f"{who} in {', '.join(self.regions)}"


@frozen
class Spread:
    """What an artifact says of its stack set."""

    regions: tuple[str, ...]
    accounts: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    auto_deploy: bool = False
    retain_on_leaving: bool = False
    overrides: Mapping[str, Mapping[str, str]] = field(factory=dict)
    preferences: Preferences = field(factory=Preferences)
    managed_execution: bool = True
    delegated_admin: bool = False
    administration_role: str = ""
    execution_role_name: str = ""

    @property
    def permission(self) -> str:
        """Which of CloudFormation's two permission models this is."""
        return SERVICE if self.units else SELF

    @classmethod
    def of(cls, artifact: StackArtifact) -> Spread:
        """Read it from an artifact; raises `InputError` for an ordinary stack."""
        data = artifact.spread
        if data is None:
            raise InputError(f"{artifact.name} is a stack, no stack set", fix=f"use `awsdeck deploy {artifact.name}`")
        preferences = data.get("preferences", {})
        return cls(
            regions=tuple(data["regions"]),
            accounts=tuple(data.get("accounts", ())),
            units=tuple(data.get("units", ())),
            only=tuple(data.get("only", ())),
            without=tuple(data.get("without", ())),
            auto_deploy=bool(data.get("autoDeploy", False)),
            retain_on_leaving=bool(data.get("retainOnLeaving", False)),
            overrides=data.get("overrides", {}),
            preferences=Preferences(
                preferences.get("failureTolerance", 0),
                preferences.get("maxConcurrent", 1),
                bool(preferences.get("parallelRegions", False)),
                bool(preferences.get("keepSpeed", False)),
            ),
            managed_execution=bool(data.get("managedExecution", True)),
            delegated_admin=bool(data.get("delegatedAdmin", False)),
            administration_role=str(data.get("administrationRole", "")),
            execution_role_name=str(data.get("executionRoleName", "")),
        )

    @classmethod
    def known(cls, artifact: StackArtifact) -> Spread:
        """What an artifact says, or nothing for a stack set that only AWS knows."""
        return cls.of(artifact) if artifact.spread is not None else cls(regions=())

    def values_for(self, account: str, region: str) -> dict[str, str]:
        """The overrides of one instance: its account's, and its own on top."""
        return {**self.overrides.get(account, {}), **self.overrides.get(f"{account}/{region}", {})}


def grouped(pairs: Iterable[tuple[str, str]], order: Iterable[str]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Pairs of a name and a region as few products: names that have the same regions together, regions in `order`."""
    places = {region: number for number, region in enumerate(order)}
    by_name: dict[str, set[str]] = {}
    for name, region in pairs:
        by_name.setdefault(name, set()).add(region)
    by_regions: dict[tuple[str, ...], list[str]] = {}
    for name, regions in sorted(by_name.items()):
        ordered = tuple(sorted(regions, key=lambda region: (places.get(region, len(places)), region)))
        by_regions.setdefault(ordered, []).append(name)
    return [(tuple(names), regions) for regions, names in by_regions.items()]
