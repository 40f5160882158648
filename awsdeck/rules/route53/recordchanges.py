"""What happens to names when records, hosted zones, distributions and APIs change."""

from __future__ import annotations

from ..apigateway import apichanges
from ..cloudfront.distributions import DISTRIBUTION
from ..cloudfront.namechanges import BAD, GOOD, aliases
from ..templates.update import differs, pairs
from ..vocabulary import Rule, Update, Violation, is_unknown
from .recordsets import RECORD, ZONE, normal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph


def _moved(before: Graph, after: Graph) -> Iterator[Violation]:
    for old, new in pairs(before, after, RECORD):
        for prop in ("HostedZoneId", "HostedZoneName"):
            if differs(old.get(prop), new.get(prop)) and not (_swapped(old, new)):
                yield Violation(
                    (prop,),
                    view=new,
                    message="the record moves to another hosted zone: {name} is made there, and goes here",
                    fix="add the record to the new zone first, and take this one out later",
                    name=_shown(old.get("Name")),
                )
                break
        was, now = normal(old.get("Name")), normal(new.get("Name"))
        if was is not None and now is not None and was != now:
            yield Violation(
                ("Name",),
                view=new,
                message="{was} does not resolve any more once {now} has taken its place",
                fix="add a record for the new name first, and take the old one out later",
                was=was,
                now=now,
            )
        kinds = old.get("Type"), new.get("Type")
        if differs(*kinds) and differs(old.get("SetIdentifier"), new.get("SetIdentifier")) is False:
            yield Violation(
                ("Type",), view=new, was=_shown(kinds[0]), now=_shown(kinds[1]), name=_shown(new.get("Name"))
            )
    for old, new in pairs(before, after, ZONE):
        was, now = normal(old.get("Name")), normal(new.get("Name"))
        if was is not None and now is not None and was != now:
            yield Violation(
                ("Name",),
                view=new,
                message="another name is another zone with other name servers: {was} goes, and nobody is sent to {now} "
                "before its registration names them",
                fix="add the zone {now} beside this one, and take {was} out once nobody asks for it",
                was=was,
                now=now,
            )


def _swapped(old: Any, new: Any) -> bool:
    """Whether the zone is merely said in the other way, which the names alone do not tell apart."""
    return ("HostedZoneId" in old.properties) is not ("HostedZoneId" in new.properties)


def _changes(before: Graph, after: Graph) -> Iterator[Violation]:
    yield from _moved(before, after)
    yield from aliases(before, after)
    yield from apichanges.moved(before, after)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) and not is_unknown(value) else "the record"


def _record(**properties: Any) -> dict[str, Any]:
    given = {
        "HostedZoneId": "Z1D633PJN98FT9", "Name": "www.example.com", "Type": "A", "TTL": "60",
        "ResourceRecords": ["192.0.2.1"], **properties,
    }  # fmt: skip
    return {"Type": RECORD, "Properties": given}


def _zone(name: str) -> dict[str, Any]:
    return {"Type": ZONE, "Properties": {"Name": name}}


RULES: tuple[Rule, ...] = (
    Rule(
        "UPD028", (RECORD, ZONE, DISTRIBUTION, *apichanges.TYPES), "warning",
        "the {was} record of {name} becomes one of type {now}: whoever has the old answer keeps it for its TTL",
        scope="update",
        check=_changes,
        fix="add the new record beside it where DNS allows both, and take the old one out later",
        source="CloudFormation resource schema, AWS::Route53::RecordSet; Route 53 Developer Guide, working with hosted "
        "zones; CloudFront Developer Guide, move an alternate domain name to a different distribution; CloudFormation resource schema, AWS::ApiGateway::Deployment and Stage",
        good=(
            Update(_record(), _record(ResourceRecords=["192.0.2.2"])),
            Update(_record(), _record(Name="WWW.example.com.")),
            Update(_zone("example.com"), _zone("example.com.")),
            *GOOD,
            *apichanges.GOOD,
        ),
        bad=(
            Update(_record(), _record(HostedZoneId="Z2D633PJN98FT9")),
            Update(_record(), _record(Name="web.example.com")),
            Update(_record(), _record(Type="CNAME", ResourceRecords=["lb.example.net"])),
            Update(_zone("example.com"), _zone("example.org")),
            *BAD,
            *apichanges.BAD,
        ),
    ),
)  # fmt: skip
