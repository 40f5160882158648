"""AWS Certificate Manager: certificates for TLS, validated by records of Route 53.

Source: ACM User Guide; course notes, Load Balancers.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker
from ..existing import Existing, checked_arn, part
from ..hints import check
from ..route53.route53 import HostedZone, ZoneAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ..cloudwatch.metric import Metric

CERTIFICATE = "AWS::CertificateManager::Certificate"
ALGORITHMS = {"rsa-2048": None, "ecdsa-p256": "EC_prime256v1", "ecdsa-p384": "EC_secp384r1"}


class CertificateAccess(Construct):
    """A certificate that load balancers, distributions and APIs can show, made here or existing."""

    if TYPE_CHECKING:

        @property
        def region(self) -> str | None:
            """Where it stands, as far as it is known; CloudFront takes certificates of us-east-1 alone."""
            ...

    arn = ref()

    def metric(self, name: str = "DaysToExpiry", *, statistic: str = "Minimum", period: int = 86_400) -> Metric:
        """What ACM measures, once a day: `DaysToExpiry`."""
        from ..cloudwatch.metric import Metric

        return Metric(
            "AWS/CertificateManager", name, {"CertificateArn": self.arn}, statistic=statistic, period=period
        )  # fmt: skip


@construct
class Certificate(CertificateAccess):
    """A public TLS certificate that ACM issues and renews by itself.

    - `domain`: its first name, at most 64 characters: "www.example.com" or "*.example.com" (which does not cover
      "example.com" itself).
    - `names`: further names it covers; together at most 10, until AWS raises the quota.
    - `zone`: the hosted zone of this account in which CloudFormation puts the records that prove the domain yours, or one
      zone for each name: `{"example.com": one, "example.org": other}`. Without a zone the records are to be made by
      hand, and the deploy waits for them.
    - `validation`: "dns" (default), or "email": mails to the owners of the domain, which must be answered for every
      renewal too; `validation_domain` is where they go, a domain above the name.
    - `key_algorithm`: "rsa-2048" (default), "ecdsa-p256" or "ecdsa-p384"; ask whether the service can use it.
    - `transparency`: publish it in the certificate transparency logs; browsers warn of certificates that are not there.
    - `exportable`: its key may leave ACM, for servers of your own, which costs a fee.
    - `authority`: the ARN of a private certificate authority, for names inside a company; nothing is validated then.

    Everything but transparency and tags is fixed: a change makes a new certificate. A stack of us-east-1 makes those for
    CloudFront.

    Source: ACM User Guide, requesting a public certificate; DNS validation; course notes, Load Balancers.
    """

    domain: str
    names: Sequence[str] = ()
    zone: ZoneAccess | Mapping[str, ZoneAccess] | None = None
    validation: Literal["dns", "email"] = "dns"
    validation_domain: str | None = None
    key_algorithm: Literal["rsa-2048", "ecdsa-p256", "ecdsa-p384"] = "rsa-2048"
    transparency: bool = True
    exportable: bool = False
    authority: str | None = None

    def build(self) -> None:
        """Make the certificate."""
        resource_class(CERTIFICATE)(
            self,
            MAIN,
            DomainName=self.domain,
            SubjectAlternativeNames=list(self.names) or None,
            ValidationMethod=None if self.authority is not None else self.validation.upper(),
            DomainValidationOptions=self._validations(),
            KeyAlgorithm=ALGORITHMS[self.key_algorithm],
            CertificateTransparencyLoggingPreference=None if self.transparency else "DISABLED",
            CertificateExport="ENABLED" if self.exportable else None,
            CertificateAuthorityArn=self.authority,
        )

    @property
    def region(self) -> str | None:
        """The region of its stack, as far as it is known."""
        stack = self.node.stack
        return None if stack is None else stack.region

    def _validations(self) -> list[dict[str, Any]] | None:
        names = list(dict.fromkeys([self.domain, *self.names]))
        if self.validation == "email":
            above = self.validation_domain
            return None if above is None else [{"DomainName": name, "ValidationDomain": above} for name in names]
        if self.zone is None:
            return None
        found = []
        for name in names:
            plain = name if has_marker(name) else name.removeprefix("*.")
            if plain is not name and plain in names:
                continue  # proved by the same record
            zone = self._zone_of(name, plain)
            check(self, name=name, zone_name=zone.name, private=isinstance(zone, HostedZone) and zone.private)
            found.append({"DomainName": name, "HostedZoneId": zone.id})
        return found

    def _zone_of(self, name: str, plain: str) -> ZoneAccess:
        if isinstance(self.zone, ZoneAccess):
            return self.zone
        zones = self.zone or {}
        for known in (name, plain):
            if known in zones:
                return zones[known]
        raise ConstructError(
            f"{self.node.path}: no hosted zone is given for {name!r}", place=caller(),
            fix=f"add it to zone=; it has {', '.join(map(str, zones)) or 'none'}",
        )  # fmt: skip

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str) -> ExistingCertificate:
        """A certificate that exists already, by ARN; imported ones too."""
        example = "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
        arn = checked_arn(arn, "acm", example, r"certificate/[\w-]+")
        return ExistingCertificate(scope, id, values={"arn": arn})


@construct
class ExistingCertificate(Existing, CertificateAccess):
    """A certificate made elsewhere; see `Certificate.from_arn`."""

    WHAT = "certificate"

    @property
    def region(self) -> str | None:
        """The region of its ARN, when that is known."""
        arn = self.values["arn"]
        return None if has_marker(arn) else part(arn, 3)
