"""Amazon Route 53: hosted zones, public and private, and the records in them.

Registering a domain is no part of this: CloudFormation has no resource that buys one. Register it with Route 53 (or
elsewhere), and give its registration the `name_servers` of the zone made here.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS, ListToken, attribute_of, express, has_marker, to_json
from ..existing import Existing
from ..security.keys import KeyAccess, key_arn
from ..security.policy import Document, Principal, Statement
from .records import (
    Route53Record,
    authority,
    binding,
    joined,
    make,
    make_alias,
    rewriting,
    servers,
    text_value,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Unpack

    from ..cloudwatch.logs import LogGroupAccess
    from ..s3.s3 import BucketAccess
    from ..vpc.subnet import VPCAccess
    from .aliastarget import Aliased, AliasTarget
    from .records import AliasOptions, RecordOptions, RecordType

HOSTED_ZONE = "AWS::Route53::HostedZone"
LOG_POLICY = "AWS::Logs::ResourcePolicy"
SIGNING_KEY = "AWS::Route53::KeySigningKey"
DNSSEC = "AWS::Route53::DNSSEC"
_ZONE_ID = r"[A-Z0-9]{1,32}"


class ZoneAccess(Construct):
    """The records of a hosted zone, whether it is made here or exists already.

    Every record takes a `name` below the zone ("www", "*.dev"; "" for the zone's own name; a whole name ends with a
    dot) and the keywords of `Route53Record`: `ttl` (300 seconds by default), `routing`, `set_identifier`,
    `health_check`, `comment`, and `id` for its place in the tree.
    """

    if TYPE_CHECKING:
        name: str

    id = ref()

    def a(self, name: str, *addresses: str, **options: Unpack[RecordOptions]) -> Route53Record:
        """IPv4 addresses: `zone.a("www", "192.0.2.1")`."""
        return make(self, name, "A", options, values=list(addresses))

    def aaaa(self, name: str, *addresses: str, **options: Unpack[RecordOptions]) -> Route53Record:
        """IPv6 addresses: `zone.aaaa("www", "2001:db8::1")`."""
        return make(self, name, "AAAA", options, values=list(addresses))

    def cname(self, name: str, target: str, **options: Unpack[RecordOptions]) -> Route53Record:
        """Another name that stands for this one; never for the zone's own name, where an alias does."""
        return make(self, name, "CNAME", options, values=[target])

    def mx(self, name: str, *servers: str | tuple[int, str], **options: Unpack[RecordOptions]) -> Route53Record:
        """Mail servers, the lowest number first: `zone.mx("", (10, "mail.example.com"))`."""
        return make(self, name, "MX", options, values=[joined(server, "MX") for server in servers])

    def txt(self, name: str, *texts: str, **options: Unpack[RecordOptions]) -> Route53Record:
        """Any texts; quoted, escaped, and cut into pieces of 255 characters as DNS wants them."""
        return make(self, name, "TXT", options, values=[text_value(text) for text in texts])

    def spf(self, name: str, *texts: str, **options: Unpack[RecordOptions]) -> Route53Record:
        """Who may send mail, in the old type of its own; put it into a TXT record too, where it is read today."""
        return make(self, name, "SPF", options, values=[text_value(text) for text in texts])

    def srv(
        self, name: str, *services: str | tuple[int, int, int, str], **options: Unpack[RecordOptions]
    ) -> Route53Record:
        """Where a service runs: priority, weight, port and host. `zone.srv("_sip._tcp", (1, 10, 5060, "sip.x.org"))`."""
        return make(self, name, "SRV", options, values=[joined(service, "SRV") for service in services])

    def caa(
        self, name: str, *authorities: str | tuple[int, str, str], **options: Unpack[RecordOptions]
    ) -> Route53Record:
        """Who may issue certificates: `zone.caa("", "amazon.com")`, or flags, tag and value as a tuple."""
        return make(self, name, "CAA", options, values=[authority(one) for one in authorities])

    def ns(self, name: str, *names: str | ListToken, **options: Unpack[RecordOptions]) -> Route53Record:
        """The name servers of a sub zone; see `delegate`."""
        return make(self, name, "NS", options, values=servers(names))

    def ptr(self, name: str, target: str, **options: Unpack[RecordOptions]) -> Route53Record:
        """The name of an address, in a zone such as `2.0.192.in-addr.arpa`."""
        return make(self, name, "PTR", options, values=[target])

    def naptr(
        self, name: str, *values: str | tuple[int, int, str, str, str, str], **options: Unpack[RecordOptions]
    ) -> Route53Record:
        """Rewriting of names: order, preference, flags, service, expression and replacement."""
        return make(self, name, "NAPTR", options, values=[rewriting(value) for value in values])

    def ds(
        self, name: str, *values: str | tuple[int, int, int, str], **options: Unpack[RecordOptions]
    ) -> Route53Record:
        """The key of a signed sub zone: key tag, algorithm, digest type and digest."""
        return make(self, name, "DS", options, values=[joined(value, "DS") for value in values])

    def tlsa(
        self, name: str, *values: str | tuple[int, int, int, str], **options: Unpack[RecordOptions]
    ) -> Route53Record:
        """Which certificate a service has: usage, selector, matching type and data."""
        return make(self, name, "TLSA", options, values=[joined(value, "TLSA") for value in values])

    def sshfp(self, name: str, *values: str | tuple[int, int, str], **options: Unpack[RecordOptions]) -> Route53Record:
        """The key of an SSH server: algorithm, fingerprint type and fingerprint."""
        return make(self, name, "SSHFP", options, values=[joined(value, "SSHFP") for value in values])

    def svcb(
        self,
        name: str,
        *values: str | tuple[int, str] | tuple[int, str, Mapping[str, str]],
        **options: Unpack[RecordOptions],
    ) -> Route53Record:
        """How a service is reached: priority, target ("." for this name) and parameters."""
        return make(self, name, "SVCB", options, values=[binding(value) for value in values])

    def https(
        self,
        name: str,
        *values: str | tuple[int, str] | tuple[int, str, Mapping[str, str]],
        **options: Unpack[RecordOptions],
    ) -> Route53Record:
        """How a website is reached: `zone.https("", (1, ".", {"alpn": "h3,h2"}))`."""
        return make(self, name, "HTTPS", options, values=[binding(value) for value in values])

    def record(self, name: str, type: RecordType, *values: str, **options: Unpack[RecordOptions]) -> Route53Record:
        """A record of any type, its values as Route 53 writes them."""
        return make(self, name, type, options, values=list(values))

    def alias(
        self,
        name: str,
        target: Aliased | AliasTarget | BucketAccess,
        *,
        type: RecordType | None = None,
        evaluate_health: bool | None = None,
        **options: Unpack[AliasOptions],
    ) -> Route53Record:
        """A name for a load balancer, a distribution, a bucket's website, another record of the zone, and the like.

        It costs nothing, follows the target's addresses, and may stand at the zone's own name. `type` is "A" (or that of
        the record it leads to); make a second one of type "AAAA" for targets that speak IPv6. `evaluate_health`: answer
        only while the target is healthy; left to the target by default. A bucket must be named exactly like the record.
        """
        return make_alias(self, name, target, type, evaluate_health, options)

    def delegate(self, name: str, zone: HostedZone | Sequence[str], **options: Unpack[RecordOptions]) -> Route53Record:
        """Hand a sub zone over: an NS record with the name servers of `zone`, or with the servers given by name."""
        given = zone.name_servers if isinstance(zone, HostedZone) else zone
        if isinstance(given, str) or not hasattr(given, "__iter__"):
            raise ConstructError(
                f"{given!r} is no hosted zone", place=caller(), fix="give a HostedZone, or a list of its name servers"
            )
        return make(self, name, "NS", options, values=given if isinstance(given, ListToken) else list(given))


@construct
class HostedZone(ZoneAccess):
    """The names of a domain: a public hosted zone, or a private one that only its VPCs see.

    - `name`: the domain, "example.com". Cannot be changed: another name is another zone with other name servers.
    - `vpcs`: makes the zone private, for these networks: a `VPC`, or an id and a region as a tuple. The VPC needs DNS
      support and DNS hostnames.
    - `query_log`: a log group (or its ARN) in us-east-1 for all queries of a public zone; its name begins with
      `/aws/route53/`. A policy that lets Route 53 write there is made as child "QueryLogPolicy", one of at most ten
      in an account and region.
    - `delegation_set`: the id of a reusable set of name servers. `accelerated_recovery`: keep changes possible while
      us-east-1 is impaired.
    - `comment`: for people.

    Its records are made with `a`, `aaaa`, `cname`, `mx`, `txt`, `alias` and the other methods; CloudFormation deletes a
    zone only when no records are left in it but those of its stack. It cannot buy the domain: give `name_servers` to
    the registrar where it is registered, or to `delegate` of the zone above.

    Source: Route 53 Developer Guide, working with hosted zones; course notes, Route 53.
    """

    name: str
    vpcs: Sequence[VPCAccess | tuple[str, str]] | None = None
    query_log: LogGroupAccess | str | None = None
    delegation_set: str | None = None
    accelerated_recovery: bool = False
    comment: str | None = None

    def build(self) -> None:
        """Make the zone, and what lets it log."""
        if self.vpcs is not None and not self.vpcs:
            raise ConstructError(
                f"{self.node.path}: vpcs= names no network", place=caller(),
                fix="name those that see the private zone, or leave vpcs= out for a public one",
            )  # fmt: skip
        log = None if self.query_log is None else _log_arn(self.query_log)
        made = resource_class(HOSTED_ZONE)(
            self,
            MAIN,
            Name=self.name if has_marker(self.name) else self.name.removesuffix("."),
            HostedZoneConfig=None if self.comment is None else {"Comment": self.comment},
            VPCs=None if self.vpcs is None else [_network(vpc) for vpc in self.vpcs],
            QueryLoggingConfig=None if log is None else {"CloudWatchLogsLogGroupArn": log},
            DelegationSetId=self.delegation_set,
            HostedZoneFeatures={"EnableAcceleratedRecovery": True} if self.accelerated_recovery else None,
        )
        if log is not None:
            made.node.depends_on(self._let_log(log))

    @property
    def name_servers(self) -> ListToken:
        """The zone's name servers, for its registration or for the zone above; a private zone has none."""
        return ListToken(express(attribute_of(self.node.resource, "NameServers")))

    @property
    def private(self) -> bool:
        """Whether only VPCs see the zone."""
        return self.vpcs is not None

    def sign(self, key: KeyAccess | str, *, name: str = "main", active: bool = True) -> None:
        """Sign the zone (DNSSEC) with a key of KMS in us-east-1, of spec "ecc-nist-p256" for signatures.

        Makes the signing key, called `name`, as child "SigningKey", and "DNSSEC", which turns signing on. A `KMSKey`
        gets the permission; the policy of another must let `dnssec-route53.amazonaws.com` use it. Afterwards the DS
        record has to be given to the registrar or to the zone above, by hand.

        Source: Route 53 Developer Guide, configuring DNSSEC signing in Amazon Route 53.
        """
        if isinstance(key, KeyAccess):
            service = Principal.service("dnssec-route53.amazonaws.com")
            key.let(service, ("kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"), owner=self)
            grants = {"Bool": {"kms:GrantIsForAWSResource": "true"}}
            key.let(service, ("kms:CreateGrant",), owner=self, when=grants)
        signing = resource_class(SIGNING_KEY)(
            self,
            "SigningKey",
            HostedZoneId=self.id,
            KeyManagementServiceArn=key_arn(key),
            Name=name,
            Status="ACTIVE" if active else "INACTIVE",
        )
        resource_class(DNSSEC)(self, "DNSSEC", HostedZoneId=self.id).node.depends_on(signing)

    def _let_log(self, log: str) -> Construct:
        policy = Document()
        policy.add(
            Statement(
                ["logs:CreateLogStream", "logs:PutLogEvents"],
                [f"{log}:*"],
                principal=Principal.service("route53.amazonaws.com"),
                conditions={"StringEquals": {"aws:SourceAccount": AWS.AccountId}},
            )
        )
        made: Construct = resource_class(LOG_POLICY)(
            self,
            "QueryLogPolicy",
            PolicyName=f"{AWS.StackName}-{self.node.plain_id}",
            PolicyDocument=to_json(policy),
        )
        return made

    @staticmethod
    def from_id(scope: Construct, id: str, zone_id: str, name: str) -> ExistingZone:
        """A hosted zone that exists already: its id ("Z1D633PJN98FT9") and its domain name."""
        import re

        plain = str(zone_id)
        plain = zone_id if has_marker(plain) else plain.removeprefix("/hostedzone/")
        if not has_marker(plain) and not re.fullmatch(_ZONE_ID, plain):
            raise ConstructError(
                f"{zone_id!r} is not the id of a hosted zone", place=caller(), fix="such as Z1D633PJN98FT9"
            )
        return ExistingZone(scope, id, values={"id": plain, "name": name})


@construct
class ExistingZone(Existing, ZoneAccess):
    """A hosted zone made elsewhere; see `HostedZone.from_id`."""

    WHAT = "hosted zone"


def _network(vpc: VPCAccess | tuple[str, str]) -> dict[str, Any]:
    if isinstance(vpc, tuple | list) and len(vpc) == 2:
        return {"VPCId": vpc[0], "VPCRegion": vpc[1]}
    region = getattr(getattr(getattr(vpc, "node", None), "stack", None), "region", None)
    if not hasattr(vpc, "node"):
        raise ConstructError(
            f"{vpc!r} is no network", place=caller(), fix='give a VPC, or its id and region: ("vpc-…", "eu-west-1")'
        )
    return {"VPCId": vpc.id, "VPCRegion": AWS.Region if region is None else region}


def _log_arn(log: LogGroupAccess | str) -> str:
    """The ARN of a log group without the asterisk that its own attribute ends with."""
    if isinstance(log, str):
        return log if has_marker(log) else log.removesuffix(":*")
    if not hasattr(log, "log_group_name"):
        raise ConstructError(f"{log!r} is no log group", place=caller(), fix="give a LogGroup, or the ARN of one")
    return f"arn:{AWS.Partition}:logs:{AWS.Region}:{AWS.AccountId}:log-group:{log.log_group_name}"
