"""Health checks of Route 53: whether an address answers, whether others are healthy, whether an alarm is quiet."""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from ...tokens import Token
    from ..cloudwatch.cloudwatch import AlarmAccess
    from ..cloudwatch.metric import Metric

    Checker = Literal[
        "ap-northeast-1", "ap-southeast-1", "ap-southeast-2", "eu-west-1", "sa-east-1", "us-east-1", "us-west-1",
        "us-west-2",
    ]  # fmt: skip

HEALTH_CHECK = "AWS::Route53::HealthCheck"
METRICS_REGION = "us-east-1"


@construct
class Route53HealthCheck(Construct):
    """Whether something is well: an address that is called, other health checks, or an alarm.

    It calls an address when `domain` or `ip` is given:

    - `protocol`: "http" (default), "https" or "tcp" (the connection alone); `port`: 80 or 443 by default, to be given
      for tcp; `path`: what is asked for, such as "/health".
    - `search`: text that must stand in the first 5,120 bytes of the answer (http and https).
    - `interval`: 30 (default) or 10 seconds, which costs more; cannot be changed later.
    - `regions`: at least three from which it is called; all of them by default. `measure_latency`: keep graphs of it,
      which costs more. `sni`: send the domain's name with TLS; on by default.

    Or it watches `children`, other health checks (up to 256), of which `healthy` must be well; all of them by default.
    Or it follows an `alarm`: unhealthy while the alarm is on; `without_data` says what it is while the alarm knows
    nothing: "healthy", "unhealthy", or "last-known" (default). An alarm given by name needs `alarm_region`.

    - `failures`: how many checks in a row must fail or succeed to change the verdict, 1 to 10; 3 by default.
    - `inverted`: healthy counts as unhealthy, and the other way round.

    Source: Route 53 Developer Guide, creating Amazon Route 53 health checks.
    """

    domain: str | None = None
    ip: str | None = None
    protocol: Literal["http", "https", "tcp"] = "http"
    port: int | Token | None = None
    path: str | None = None
    search: str | None = None
    interval: Literal[10, 30] = 30
    failures: int | Token = 3
    regions: Sequence[Checker] | None = None
    measure_latency: bool = False
    sni: bool = True
    children: Sequence[Route53HealthCheck | str] | None = None
    healthy: int | Token | None = None
    alarm: AlarmAccess | str | None = None
    alarm_region: str | None = None
    without_data: Literal["healthy", "unhealthy", "last-known"] = "last-known"
    inverted: bool = False

    id = attribute("HealthCheckId")

    def build(self) -> None:
        """Make the health check."""
        called = self.domain is not None or self.ip is not None
        kinds = [called, self.children is not None, self.alarm is not None]
        if sum(kinds) != 1:
            raise ConstructError(
                f"{self.node.path} {'watches nothing' if not any(kinds) else 'watches several kinds of things'}",
                place=caller(),
                fix="give domain= or ip=, or children=, or alarm=",
            )
        if called:
            config = self._endpoint()
        elif self.children is not None:
            config = self._calculated(self.children)
        else:
            config = self._alarmed()
        resource_class(HEALTH_CHECK)(
            self,
            MAIN,
            HealthCheckConfig={**config, "Inverted": True if self.inverted else None},
        )

    def _endpoint(self) -> dict[str, object]:
        kind = self.protocol.upper() + ("_STR_MATCH" if self.search is not None else "")
        port = self.port
        if port is None and self.protocol != "tcp":
            port = 443 if self.protocol == "https" else 80
        return {
            "Type": kind,
            "FullyQualifiedDomainName": self.domain,
            "IPAddress": self.ip,
            "Port": port,
            "ResourcePath": self.path,
            "SearchString": self.search,
            "RequestInterval": self.interval,
            "FailureThreshold": self.failures,
            "Regions": None if self.regions is None else list(self.regions),
            "MeasureLatency": True if self.measure_latency else None,
            "EnableSNI": self.sni if self.protocol == "https" else None,
        }

    def _calculated(self, children: Sequence[Route53HealthCheck | str]) -> dict[str, object]:
        return {
            "Type": "CALCULATED",
            "ChildHealthChecks": [child if isinstance(child, str) else child.id for child in children],
            "HealthThreshold": len(children) if self.healthy is None else self.healthy,
        }

    def _alarmed(self) -> dict[str, object]:
        alarm, region = self.alarm, self.alarm_region
        if isinstance(alarm, str) and region is None:
            raise ConstructError(
                f"{self.node.path}: an alarm given by name needs its region", place=caller(),
                fix='give alarm_region="eu-west-1"',
            )  # fmt: skip
        if alarm is not None and not isinstance(alarm, str):
            stack = alarm.node.stack
            region = region or (stack.region if stack is not None else None) or AWS.Region
            alarm = alarm.alarm_name
        words = {"healthy": "Healthy", "unhealthy": "Unhealthy", "last-known": "LastKnownStatus"}
        return {
            "Type": "CLOUDWATCH_METRIC",
            "AlarmIdentifier": {"Name": alarm, "Region": region},
            "InsufficientDataHealthStatus": words[self.without_data],
        }

    def metric(self, name: str = "HealthCheckStatus", *, statistic: str = "Minimum", period: int = 60) -> Metric:
        """What Route 53 measures of it, in us-east-1: `HealthCheckStatus` (1 is healthy), `HealthCheckPercentageHealthy`.

        With `measure_latency` also `TimeToFirstByte`, `ConnectionTime` and `SSLHandshakeTime`, in milliseconds.
        """
        from ..cloudwatch.metric import Metric

        return Metric("AWS/Route53", name, {"HealthCheckId": self.id}, statistic=statistic, period=period)
