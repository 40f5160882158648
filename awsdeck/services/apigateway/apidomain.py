"""Names of your own for APIs.

Source: API Gateway Developer Guide, custom domain names for public REST APIs.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker
from ..route53.aliastarget import AliasTarget
from ..security.certificate import CertificateAccess
from .apistage import ApiStage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

DOMAIN = "AWS::ApiGateway::DomainName"
MAPPING = "AWS::ApiGateway::BasePathMapping"


@construct
class ApiDomain(Construct):
    """A domain name whose paths lead to stages of APIs: `api.example.com/orders`.

    - `domain`: in lower case; `certificate`: a `Certificate` or an ARN, in the API's region, or in us-east-1 for
      `endpoint="edge"`.
    - `endpoint`: "regional" (default) or "edge" (through CloudFront).
    - `tls`: "1.2" (default) or "1.0" at least.
    - `client_certificates`: the S3 URI of a trust store (`s3://bucket/truststore.pem`) that clients' certificates are
      checked against; regional alone.

    A Route 53 alias makes the name known: `zone.alias("api", domain)`.
    """

    domain: str
    certificate: CertificateAccess | str
    endpoint: Literal["regional", "edge"] = "regional"
    tls: Literal["1.2", "1.0"] = "1.2"
    client_certificates: str | None = None

    domain_name = ref()

    def build(self) -> None:
        """Make the domain name."""
        arn = self.certificate if isinstance(self.certificate, str) else self.certificate.arn
        edge = self.endpoint == "edge"
        given = self.certificate
        made_for = (None if edge else _region(given)) if isinstance(given, str) else given.region
        stack = self.node.stack
        needed = "us-east-1" if edge else None if stack is None else stack.region
        if made_for is not None and needed is not None and made_for != needed:
            raise ConstructError(
                f"{self.node.path}: the certificate is in {made_for}, and this domain name needs one in {needed}",
                place=caller(), fix=f"make it in a stack of {needed}",
            )  # fmt: skip
        trust = self.client_certificates
        resource_class(DOMAIN)(
            self,
            MAIN,
            DomainName=self.domain,
            CertificateArn=arn if edge else None,
            RegionalCertificateArn=None if edge else arn,
            EndpointConfiguration={"Types": [self.endpoint.upper()]},
            SecurityPolicy=f"TLS_{self.tls.replace('.', '_')}",
            MutualTlsAuthentication=None if trust is None else {"TruststoreUri": trust},
        )
        self._paths: dict[str, str] = {}

    def map(self, stage: ApiStage, path: str = "") -> None:
        """Let a path below the name (all of it by default) lead to a stage of an API."""
        if not isinstance(stage, ApiStage):
            raise ConstructError(
                f"{self.node.path}: a {type(stage).__name__} is no stage", place=caller(),
                fix="give what api.stage(…) returns, or api.default_stage",
            )  # fmt: skip
        if path in self._paths:
            raise ConstructError(
                f"{self.node.path}: {path or 'the whole name'} leads to {self._paths[path]} already", place=caller(),
                fix="give another path",
            )  # fmt: skip
        self._paths[path] = stage.node.path
        resource_class(MAPPING)(
            self,
            f"Path {path}".replace("/", " ") if path else "Root",
            DomainName=self.domain_name,
            RestApiId=stage.api.api_id,
            Stage=stage.stage_name,
            BasePath=path or None,
        )

    def alias_target(self) -> AliasTarget:
        """What an alias record of the name points to."""
        made = self.node.resource
        if self.endpoint == "edge":
            return AliasTarget(made.DistributionDomainName, made.DistributionHostedZoneId, evaluate_health=False)
        return AliasTarget(made.RegionalDomainName, made.RegionalHostedZoneId)


def _region(arn: str) -> str | None:
    """Where a certificate is that an ARN names; None when only the deploy knows."""
    parts = arn.split(":") if not has_marker(arn) else []
    return parts[3] if len(parts) > 5 else None
