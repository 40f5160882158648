"""DNS records of Route 53, and how the values of each type are written.

Source: Route 53 Developer Guide, working with records; supported DNS record types.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct
from ...errors import ConstructError
from ...node import MAIN
from ...rules.route53.recordvalues import TEXT_MOST
from ...source import caller
from ...tokens import ListToken, describe, has_marker
from ..hints import check
from .aliastarget import AliasTarget, target_of
from .answers import Routing as Routing  # noqa: PLC0414
from .healthcheck import Route53HealthCheck as Route53HealthCheck  # noqa: PLC0414

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal, TypeAlias, TypedDict

    from ...tokens import Token
    from ..s3.s3 import BucketAccess
    from .aliastarget import Aliased
    from .route53 import ZoneAccess

    RecordType: TypeAlias = Literal[
        "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP", "SVCB",
        "TLSA", "TXT",
    ]  # fmt: skip

    class RecordOptions(TypedDict, total=False):
        """What every record takes besides its name and values; see `Route53Record`."""

        id: str
        ttl: int | Token
        routing: Routing
        set_identifier: str
        health_check: Route53HealthCheck | str
        comment: str

    class AliasOptions(TypedDict, total=False):
        """What an alias record takes besides its name and target; see `Route53Record`."""

        id: str
        routing: Routing
        set_identifier: str
        health_check: Route53HealthCheck | str
        comment: str


RECORD_SET = "AWS::Route53::RecordSet"
TTL_DEFAULT = 300  # seconds


@construct
class Route53Record(Construct):
    """One record of a hosted zone; usually made by the zone: `zone.a("www", "192.0.2.1")`, `zone.alias("www", alb)`.

    - `zone`: the hosted zone; `name`: below it ("www", "*.dev"), "" for the zone's own name, or a full name with a dot
      at its end.
    - `type`: "A", "AAAA", "CAA", "CNAME", "DS", "HTTPS", "MX", "NAPTR", "NS", "PTR", "SOA", "SPF", "SRV", "SSHFP",
      "SVCB", "TLSA" or "TXT".
    - `values` as Route 53 writes them, with `ttl`: seconds that others may keep them, 300 by default; or `target`: what
      an alias leads to.
    - `routing`: a `Routing`, for several records of one name, and `set_identifier`, which tells them apart (1 to 128
      characters): made of the routing policy when it is left out; weighted records need one.
    - `health_check`: answer with this record only while the check is healthy.
    - `comment`: for people.

    Source: Route 53 Developer Guide, working with records; course notes, Route 53.
    """

    zone: ZoneAccess
    name: str = ""
    type: RecordType
    values: Sequence[str] | None = None
    ttl: int | Token = TTL_DEFAULT
    target: AliasTarget | None = None
    routing: Routing | None = None
    set_identifier: str | None = None
    health_check: Route53HealthCheck | str | None = None
    comment: str | None = None

    def build(self) -> None:
        """Make the record."""
        if not hasattr(self.zone, "id") or not hasattr(self.zone, "name"):
            raise ConstructError(
                f"{self.node.path}: {self.zone!r} is no hosted zone", place=caller(),
                fix="give a HostedZone, or HostedZone.from_id(…)",
            )  # fmt: skip
        self.domain = full_name(self.name, self.zone.name)
        """The whole name, with a dot at its end."""
        check(self, name=self.domain, zone_name=self.zone.name, type=self.type)
        alias = self.target is not None
        health = self.health_check
        resource_class(RECORD_SET)(
            self,
            MAIN,
            HostedZoneId=self.zone.id,
            Name=self.domain,
            Type=self.type,
            TTL=None if alias else _as_text(self.ttl),
            ResourceRecords=None if alias else self.values,
            AliasTarget=self.target,
            SetIdentifier=self._identifier(),
            HealthCheckId=health.id if isinstance(health, Route53HealthCheck) else health,
            Comment=self.comment,
            **(self.routing.properties if self.routing is not None else {}),
        )

    def _identifier(self) -> str | None:
        if self.set_identifier is not None or self.routing is None:
            return self.set_identifier
        values = self.values
        if self.routing.identifier is None and "MultiValueAnswer" in self.routing.properties:
            return values[0] if isinstance(values, list | tuple) and len(values) == 1 else None
        return self.routing.identifier

    def alias_target(self) -> AliasTarget:
        """This record as what an alias of the same zone and type leads to."""
        return AliasTarget(self.domain, self.zone.id)


def full_name(name: str, zone: str) -> str:
    """The whole domain name of something below a zone, with a dot at its end.

    A name that ends with a dot, or with the zone's own name, is whole already.
    """
    if str.__str__(name).endswith("."):
        return name
    top = zone if has_marker(zone) else zone.removesuffix(".")
    if type(name) is str and not has_marker(name):
        if name in ("", "@"):
            return f"{top}."
        if not has_marker(top) and (name == top or name.endswith(f".{top}")):
            return f"{name}."
    return f"{name}.{top}."


def label(name: str, zone: str, type: str, identifier: str | None) -> str:
    """The id of a record below its zone: its name, its type, and what tells it from others of that name."""
    shown = describe(name)
    if not has_marker(zone):
        top = zone.removesuffix(".")
        shown = "" if shown.removesuffix(".") == top else shown.removesuffix(".").removesuffix(f".{top}")
    words = ("apex" if shown in ("", "@") else shown.replace("*", "any"), type, identifier)
    return " ".join(describe(word).replace("/", " ") for word in words if word)


def make(zone: ZoneAccess, name: str, type: RecordType, options: Mapping[str, Any], **content: Any) -> Route53Record:
    """One record as a child of its zone."""
    for word, one in (("name", name), ("type", type)):
        if not isinstance(one, str):
            raise ConstructError(
                f"{zone.node.path}: the {word} of a record is text, not {one!r}", place=caller(), fix='such as "www"'
                if word == "name" else 'such as "A"',
            )  # fmt: skip
    given = dict(options)
    routing, own = given.get("routing"), given.pop("id", None)
    identifier = given.get("set_identifier")
    if identifier is None and isinstance(routing, Routing):
        identifier = routing.identifier
        values = content.get("values")
        if identifier is None and isinstance(values, list) and len(values) == 1 and isinstance(values[0], str):
            identifier = values[0]
    id = own if own is not None else label(name, zone.name, type, identifier)
    return Route53Record(zone, id, zone=zone, name=name, type=type, **content, **given)


def make_alias(
    zone: ZoneAccess,
    name: str,
    target: Aliased | AliasTarget | BucketAccess,
    type: RecordType | None,
    evaluate_health: bool | None,
    options: Mapping[str, Any],
) -> Route53Record:
    """One alias record as a child of its zone."""
    kind: RecordType = type or (target.type if isinstance(target, Route53Record) else "A")
    found = target_of(target)
    if evaluate_health is not None:
        found = AliasTarget(found.dns_name, found.hosted_zone_id, evaluate_health)
    made = make(zone, name, kind, options, target=found)
    bucket = getattr(target, "website", target)
    if bucket is not target:  # a bucket: S3 finds it by the record's name
        check(
            made,
            name=made.domain,
            bucket=getattr(target, "name", None) or "",
            website=bucket is not None,
        )
    return made


# Values


def text_value(text: str) -> str:
    """Text as a TXT record holds it: in double quotes, in pieces of 255 characters, all but plain ones as octal numbers.

    A text with deploy-time parts stands in one piece.
    """
    if not isinstance(text, str):
        raise ConstructError(f"{text!r} is no text of a record", place=caller(), fix='give text: "v=spf1 -all"')
    if has_marker(text):
        return f'"{text}"'
    written = text.encode()
    pieces = [written[start : start + TEXT_MOST] for start in range(0, len(written), TEXT_MOST)] or [b""]
    return " ".join('"' + "".join(map(_character, piece)) + '"' for piece in pieces)


def _character(byte: int) -> str:
    sign = chr(byte)
    return sign if 32 <= byte < 127 and sign not in '"\\' else f"\\{byte:03o}"


def joined(value: str | Sequence[Any], type: str) -> str:
    """A value of several parts, such as `(10, "mail.example.com")`; text is taken as it is."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    raise ConstructError(
        f"{value!r} is no value of a {type} record", place=caller(), fix="give text, or its parts as a tuple",
    )  # fmt: skip


def _parted(value: Any, type: str, example: str, *counts: int) -> tuple[Any, ...]:
    """The parts of a value that has some count of them."""
    if not isinstance(value, list | tuple) or len(value) not in counts:
        raise ConstructError(f"{value!r} is no value of a {type} record", place=caller(), fix=f"such as {example}")
    return tuple(value)


def authority(value: str | tuple[int, str, str]) -> str:
    """Who may issue certificates: a certificate authority's domain, or flags, tag and value."""
    whole = (0, "issue", value) if isinstance(value, str) else value
    flags, tag, content = _parted(whole, "CAA", '"amazon.com", or (0, "issue", "amazon.com")', 3)
    return f"{flags} {tag} {text_value(content)}"


def rewriting(value: str | tuple[int, int, str, str, str, str]) -> str:
    """A NAPTR value: order, preference, flags, service, expression, replacement; text is taken as it is."""
    if isinstance(value, str):
        return value
    example = '(100, 10, "u", "E2U+sip", "!^.*$!sip:info@example.com!", ".")'
    order, preference, flags, service, expression, replacement = _parted(value, "NAPTR", example, 6)
    quoted = " ".join(f'"{part}"' for part in (flags, service, expression))
    return f"{order} {preference} {quoted} {replacement}"


def binding(value: str | tuple[int, str] | tuple[int, str, Mapping[str, str]]) -> str:
    """An SVCB or HTTPS value: priority, target, and parameters by name."""
    if isinstance(value, str):
        return value
    example = '(1, ".", {"alpn": "h3,h2"})'
    priority, target, *rest = _parted(value, "SVCB or HTTPS", example, 2, 3)
    parameters = rest[0] if rest else {}
    if not hasattr(parameters, "items"):
        _parted(None, "SVCB or HTTPS", example)
    written = [
        f'{key}="{text}"' if "," in str(text) or " " in str(text) else f"{key}={text}"
        for key, text in parameters.items()
    ]
    return " ".join([str(priority), str(target), *written])


def servers(values: tuple[Any, ...]) -> Any:
    """Name servers as they were given one by one, or as one list that only the deploy knows."""
    return values[0] if len(values) == 1 and isinstance(values[0], ListToken) else list(values)


def _as_text(value: int | Token) -> str:
    return value if isinstance(value, str) else str(value)
