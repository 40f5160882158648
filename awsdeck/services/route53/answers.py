"""Which of several records of one name Route 53 answers with.

Source: Route 53 Developer Guide, choosing a routing policy.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import ListToken

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...tokens import Token

CIDR_COLLECTION = "AWS::Route53::CidrCollection"


@construct
class CIDRCollection(Construct):
    """Named blocks of addresses, to answer by where a query comes from: `locations={"office": ["192.0.2.0/24"]}`.

    - `name`: 1 to 64 letters, digits, `_` and `-`.
    - `locations`: each with its blocks (IPv4 up to /24, IPv6 up to /48); names of at most 16 characters.

    Source: Route 53 Developer Guide, IP-based routing.
    """

    name: str
    locations: Mapping[str, Sequence[str]]

    arn = attribute("Arn")
    id = attribute("Id")

    def build(self) -> None:
        """Make the collection."""
        for location, blocks in self.locations.items():
            if not isinstance(blocks, list | tuple | ListToken):
                raise ConstructError(
                    f"{self.node.path}: the location {location} takes a list of blocks, not {blocks!r}", place=caller(),
                    fix=f'locations={{"{location}": ["192.0.2.0/24"]}}',
                )  # fmt: skip
        resource_class(CIDR_COLLECTION)(
            self,
            MAIN,
            Name=self.name,
            Locations=[
                {"LocationName": location, "CidrList": list(blocks)} for location, blocks in self.locations.items()
            ],
        )


class Routing:
    """One routing policy, for `routing=` of a record. Records of one name follow one kind of policy.

    `identifier` tells the records of a name apart when they are given no `set_identifier`; weighted records and
    multivalue answers need one of their own.
    """

    __slots__ = ("properties", "identifier")

    def __init__(self, properties: Mapping[str, Any], identifier: str | None = None) -> None:
        self.properties = dict(properties)
        self.identifier = identifier

    @classmethod
    def weighted(cls, weight: int | Token) -> Routing:
        """As often as its weight (0 to 255) is of the sum of all; 0 means never, unless all are 0."""
        return cls({"Weight": weight})

    @classmethod
    def latency(cls, region: str) -> Routing:
        """When this AWS region answers fastest to where the query comes from."""
        return cls({"Region": region}, region)

    @classmethod
    def failover(cls, role: Literal["primary", "secondary"]) -> Routing:
        """The primary while it is healthy, the secondary otherwise. Give the primary a health check."""
        return cls({"Failover": str(role).upper()}, str(role))

    @classmethod
    def geolocation(
        cls, *, continent: str | None = None, country: str | None = None, subdivision: str | None = None
    ) -> Routing:
        """For queries from a continent ("EU"), a country ("DE") or a state of the USA; from anywhere when none is given.

        Codes: AF, AN, AS, EU, OC, NA and SA; ISO 3166-1 alpha-2; the two letters of a state, with `country="US"`.
        """
        if continent is None and country is None and subdivision is None:
            return cls({"GeoLocation": {"CountryCode": "*"}}, "default")
        place = {"ContinentCode": continent, "CountryCode": country, "SubdivisionCode": subdivision}
        name = "-".join(str(part) for part in (continent, country, subdivision) if part is not None)
        return cls({"GeoLocation": {key: value for key, value in place.items() if value is not None}}, name)

    @classmethod
    def geoproximity(
        cls,
        *,
        region: str | None = None,
        local_zone: str | None = None,
        latitude: str | None = None,
        longitude: str | None = None,
        bias: int | None = None,
    ) -> Routing:
        """When this place is nearest: an AWS region, a local zone group, or a latitude and longitude ("52.52", "13.40").

        `bias` from -99 to 99 makes the area that it answers for smaller or larger.
        """
        point = None if latitude is None and longitude is None else {"Latitude": latitude, "Longitude": longitude}
        place = {"AWSRegion": region, "LocalZoneGroup": local_zone, "Coordinates": point, "Bias": bias}
        name = region or local_zone or f"{latitude},{longitude}"
        return cls({"GeoProximityLocation": {key: value for key, value in place.items() if value is not None}}, name)

    @classmethod
    def multivalue(cls) -> Routing:
        """One of up to eight healthy answers, chosen at random."""
        return cls({"MultiValueAnswer": True})

    @classmethod
    def cidr(cls, collection: CIDRCollection, location: str = "*") -> Routing:
        """For queries from the blocks of a location of the collection; from anywhere else with `"*"`."""
        if not isinstance(collection, CIDRCollection):
            raise ConstructError(
                f"{collection!r} is no collection of blocks", place=caller(), fix="give a CIDRCollection"
            )
        body = {"CollectionId": collection.id, "LocationName": location}
        return cls({"CidrRoutingConfig": body}, "default" if location == "*" else location)
