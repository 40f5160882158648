"""What the attributes of a DNS record can be: its type, its weight, the places it answers for.

Source: Route 53 API Reference, ResourceRecordSet; GeoLocation; Coordinates.
"""

from __future__ import annotations

import re

from ..limits import TTL_MOST, WEIGHT_MOST
from ..vocabulary import ABSENT, Between, Violation, is_unknown, number, truth
from .recordsets import Entry, entries
from .recordvalues import TYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..view import View

CONTINENTS = ("AF", "AN", "AS", "EU", "NA", "OC", "SA")

_WEIGHT = Between(0, WEIGHT_MOST)
_TTL = Between(0, TTL_MOST, "seconds")
_FAILOVER = ("PRIMARY", "SECONDARY")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
_DEGREES = {"Latitude": 90, "Longitude": 180}


def ranges(view: View) -> Iterator[Violation]:
    """What an attribute of a record cannot be."""
    for record in entries(view):
        type = record.get("Type")
        if isinstance(type, str) and not is_unknown(type) and type not in TYPES:
            yield Violation(record.under("Type"), value=type, allowed=", ".join(TYPES))
        for name, test in (("Weight", _WEIGHT), ("TTL", _TTL)):
            value = record.get(name)
            if test(value, view.mode) is False:
                yield Violation(record.under(name), value=value, allowed=test.allowed(view.mode))
        failover = record.get("Failover")
        if isinstance(failover, str) and not is_unknown(failover) and failover not in _FAILOVER:
            yield Violation(record.under("Failover"), value=failover, allowed=" or ".join(_FAILOVER))
        yield from _places(record)
        yield from _answers(record)


def _places(record: Entry) -> Iterator[Violation]:
    region = record.get("Region")
    if isinstance(region, str) and not is_unknown(region) and not _REGION.fullmatch(region):
        yield Violation(record.under("Region"), value=region, allowed="an AWS region such as eu-west-1")
    place = _known(record.get("GeoLocation"))
    continent, country = place.get("ContinentCode"), place.get("CountryCode")
    if isinstance(continent, str) and not is_unknown(continent) and continent not in CONTINENTS:
        yield Violation(
            record.under("GeoLocation", "ContinentCode"), value=continent, allowed=", ".join(CONTINENTS)
        )  # fmt: skip
    if isinstance(country, str) and not is_unknown(country) and not re.fullmatch(r"\*|[A-Z]{2}", country):
        yield Violation(
            record.under("GeoLocation", "CountryCode"), value=country, allowed="two capital letters such as DE, or *"
        )
    point = _known(_known(record.get("GeoProximityLocation")).get("Coordinates"))
    for name, most in _DEGREES.items():
        given = point.get(name)
        degrees = number(given)
        if degrees is not None and not -most <= degrees <= most:
            yield Violation(
                record.under("GeoProximityLocation", "Coordinates", name), value=given, allowed=f"-{most} to {most}"
            )


def _known(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) and not is_unknown(value) else {}


def _answers(record: Entry) -> Iterator[Violation]:
    if truth(record.get("MultiValueAnswer")) is not True:
        return
    if record.get("AliasTarget") is not ABSENT:
        yield Violation(
            record.under("MultiValueAnswer"),
            message="an alias record cannot be one of several answers",
            fix="give Weight to each record in place of MultiValueAnswer",
        )
    elif record.type in ("CNAME", "NS"):
        yield Violation(
            record.under("MultiValueAnswer"),
            message="a {type} record cannot be one of several answers",
            fix="use A, AAAA or another type, or give Weight to each record",
            type=record.type,
        )
