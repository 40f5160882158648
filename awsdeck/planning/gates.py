"""How many requests the APIs of a template let through, of what the account may have."""

from __future__ import annotations

from ..rules import limits as known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .reading import Reading

    Entry = dict[str, Any]


def account(region: str | None) -> tuple[int, int]:
    """Requests a second, and at once, that API Gateway lets through in all by default."""
    if region in known.API_YOUNG_REGIONS:
        return known.API_RATE_YOUNG, known.API_BURST_YOUNG
    return known.API_RATE_MOST, known.API_BURST_MOST


def _let_through(
    reading: Reading, what: str, where: str, holder: Any, names: tuple[str, str], region: str | None
) -> Entry | None:
    label = f"{where} " if where else ""
    rate = reading.number(names[0], name=f"{label}rate", holder=holder)
    burst = reading.number(names[1], name=f"{label}burst", holder=holder)
    if (
        rate is None
        and burst is None
        and f"{label}rate" not in reading.unknown
        and f"{label}burst" not in reading.unknown
    ):
        return None
    most_rate, most_burst = account(region)
    return {
        "what": what,
        "where": where,
        "rate": rate,
        "burst": burst,
        "effective_rate": None if rate is None else min(rate, most_rate),
        "effective_burst": None if burst is None else min(burst, most_burst),
        "account_rate": most_rate,
        "account_burst": most_burst,
    }


_REST = ("ThrottlingRateLimit", "ThrottlingBurstLimit")
_PLAN = ("RateLimit", "BurstLimit")


def _stage(reading: Reading, region: str | None) -> list[Entry]:
    found = []
    for setting in reading.entries("MethodSettings", name="methods"):
        path, method = str(setting.get("ResourcePath", "/*")), str(setting.get("HttpMethod", "*"))
        everything = path in ("/*", "*") and method == "*"
        where = "" if everything else f"{method} {_decoded(path)}"
        found.append(_let_through(reading, "stage", where, setting, _REST, region))
    return _with(reading, "stage", found, region)


def _decoded(path: str) -> str:
    """A path as people write it, from how method settings do: `/~1orders~1{id}`."""
    return path.removeprefix("/").replace("~1", "/") if "~1" in path else path


def _deployment(reading: Reading, region: str | None) -> list[Entry]:
    described = reading.get("StageDescription", name="stage")
    if not isinstance(described, dict):
        return []
    found = [_let_through(reading, "stage", "", described, _REST, region)]
    return [reading.entry(**one) for one in found if one is not None]


def _plan(reading: Reading, region: str | None) -> list[Entry]:
    found = [_let_through(reading, "usage plan", "", reading.get("Throttle", name="rate") or {}, _PLAN, region)]
    for stage in reading.entries("ApiStages", name="stages"):
        methods = reading.get("Throttle", name="methods", holder=stage)
        for where, holder in (methods if isinstance(methods, dict) else {}).items():
            found.append(_let_through(reading, "usage plan", str(where), holder, _PLAN, region))
    entries = _with(reading, "usage plan", found, region)
    quota = reading.number("Quota", "Limit", name="quota")
    if quota is not None:
        entries[0]["quota"] = {"requests": quota, "period": reading.get("Quota", "Period", name="period")}
    return entries


def _stage2(reading: Reading, region: str | None) -> list[Entry]:
    default = reading.get("DefaultRouteSettings", name="rate") or {}
    found = [_let_through(reading, "stage", "", default, _REST, region)]
    routes = reading.get("RouteSettings", name="routes")
    for where, holder in (routes if isinstance(routes, dict) else {}).items():
        found.append(_let_through(reading, "stage", str(where), holder, _REST, region))
    return _with(reading, "stage", found, region)


def _with(reading: Reading, what: str, found: list[Entry | None], region: str | None) -> list[Entry]:
    """The entries of a stage or plan, the whole of it first; what says nothing shares the account's."""
    entries = [one for one in found if one is not None]
    if not any(one["where"] == "" for one in entries):
        rate, burst = account(region)
        shared = {
            "what": what, "where": "", "rate": None, "burst": None, "effective_rate": rate, "effective_burst": burst,
            "account_rate": rate, "account_burst": burst,
        }  # fmt: skip
        entries.insert(0, shared)
    return [reading.entry(**one) for one in entries]


APIS: dict[Any, Callable[[Reading, str | None], list[Entry]]] = {
    "AWS::ApiGateway::Stage": _stage,
    "AWS::ApiGateway::Deployment": _deployment,
    "AWS::ApiGateway::UsagePlan": _plan,
    "AWS::ApiGatewayV2::Stage": _stage2,
}
