"""The load balancer of an Elastic Beanstalk environment, and what it sends requests to.

Source: Elastic Beanstalk Developer Guide, load balancer for your environment.
"""

from __future__ import annotations

from ...errors import ConstructError
from ...keywords import checked
from ...rules.beanstalk import beanstalkoptions as known
from ...source import caller
from ..elb.loadbalancer import ALBAccess
from ..s3.s3 import BucketAccess
from ..security.certificate import CertificateAccess
from ..vpc.securitygroup import SecurityGroupAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...tokens import Token
    from ..vpc.subnet import SubnetChoice

    Number = int | Token
    Settings = dict[tuple[str, str], Any]


class BeanstalkProcess:
    """A port of the instances that a load balancer sends requests to, and how it is looked after.

    - `port`: 80 by default; `protocol`: "HTTP" (default), "HTTPS", or "TCP" behind a Network Load Balancer.
    - `health_path`: "/" by default; `health_codes`: such as "200,301"; `health_interval` 5 to 300, `health_timeout` 1 to
      60 seconds; `healthy_after`, `unhealthy_after`: 2 to 10 checks.
    - `deregistration_delay`: seconds, 0 to 3,600 (20). `stickiness`: seconds that a visitor stays with an instance, 1 to
      604,800.
    """

    __slots__ = (
        "port", "protocol", "health_path", "health_codes", "health_interval", "health_timeout", "healthy_after",
        "unhealthy_after", "deregistration_delay", "stickiness",
    )  # fmt: skip

    @checked
    def __init__(
        self,
        *,
        port: Number | None = None,
        protocol: Literal["HTTP", "HTTPS", "TCP"] | None = None,
        health_path: str | None = None,
        health_codes: str | None = None,
        health_interval: Number | None = None,
        health_timeout: Number | None = None,
        healthy_after: Number | None = None,
        unhealthy_after: Number | None = None,
        deregistration_delay: Number | None = None,
        stickiness: Number | None = None,
    ) -> None:
        self.port = port
        self.protocol = protocol
        self.health_path = health_path
        self.health_codes = health_codes
        self.health_interval = health_interval
        self.health_timeout = health_timeout
        self.healthy_after = healthy_after
        self.unhealthy_after = unhealthy_after
        self.deregistration_delay = deregistration_delay
        self.stickiness = stickiness

    def settings(self, name: str = "default") -> Settings:
        """The options that say so of the process with this name."""
        values = {
            "Port": self.port,
            "Protocol": self.protocol,
            "HealthCheckPath": self.health_path,
            "MatcherHTTPCode": self.health_codes,
            "HealthCheckInterval": self.health_interval,
            "HealthCheckTimeout": self.health_timeout,
            "HealthyThresholdCount": self.healthy_after,
            "UnhealthyThresholdCount": self.unhealthy_after,
            "DeregistrationDelay": self.deregistration_delay,
            "StickinessEnabled": None if self.stickiness is None else True,
            "StickinessLBCookieDuration": self.stickiness,
        }
        return {(f"{known.PROCESS}:{name}", option): value for option, value in values.items()}


class BeanstalkRoute:
    """Requests for some hosts or paths that go to another process.

    - `process`: its name in `processes`. `hosts`, `paths`: with `*` and `?`, each at most 128 characters.
    - `priority`: 1 to 1,000; lower numbers first.
    """

    __slots__ = ("process", "hosts", "paths", "priority")

    @checked
    def __init__(self, process: str, *, priority: int, hosts: Sequence[str] = (), paths: Sequence[str] = ()) -> None:
        if not hosts and not paths:
            raise ConstructError(
                f"the route to {process!r} says of no requests that they take it", place=caller(),
                fix='give hosts=["admin.example.com"] or paths=["/admin/*"]',
            )  # fmt: skip
        self.process = process
        self.priority = priority
        self.hosts = list(hosts)
        self.paths = list(paths)

    def settings(self, name: str) -> Settings:
        """The options that say so of the rule with this name."""
        return {
            (f"{known.LISTENER_RULE}:{name}", "HostHeaders"): ",".join(self.hosts) or None,
            (f"{known.LISTENER_RULE}:{name}", "PathPatterns"): ",".join(self.paths) or None,
            (f"{known.LISTENER_RULE}:{name}", "Priority"): self.priority,
            (f"{known.LISTENER_RULE}:{name}", "Process"): self.process,
        }


class BeanstalkLoadBalancer:
    """The load balancer of a web environment, which Elastic Beanstalk makes and keeps, or one that several share.

    - `type`: "application" (default), "network" or "classic"; it cannot be changed later.
    - `shared`: an ALB of your own, or its ARN, that this environment shares with others: its `routes` and `processes` hang
      on the listener `listener_port` of it (80 by default), and Elastic Beanstalk changes nothing else of it.
    - `certificate`: requests with TLS come in on port 443; `http=False` closes port 80. `tls_policy`: a security policy.
    - `internal`: reached from inside the VPC alone. `subnets`: where it stands; public ones by default, and those of the
      instances when it is internal.
    - `process`: what the instances listen on and how they are checked, a `BeanstalkProcess`; `health_path` for short.
      `processes`: more of them by name, which `routes` lead to by host or path.
    - `idle_timeout`: seconds, 1 to 3,600. `access_logs`: a bucket, which gets the permission that takes, or its name;
      `access_logs_prefix`.
    - `security_groups`: groups of your own in front of it, which the instances let in; left out, Elastic Beanstalk makes
      one that lets everybody in, and a shared `ALB` keeps its own.

    Source: Elastic Beanstalk Developer Guide, configuring an Application Load Balancer; shared Application Load Balancer.
    """

    __slots__ = (
        "type", "shared", "certificate", "http", "tls_policy", "internal", "subnets", "process", "processes", "routes",
        "idle_timeout", "access_logs", "access_logs_prefix", "security_groups", "listener_port",
    )  # fmt: skip

    @checked
    def __init__(
        self,
        type: Literal["application", "network", "classic"] = "application",
        *,
        shared: ALBAccess | str | None = None,
        listener_port: int = 80,
        certificate: CertificateAccess | str | None = None,
        http: bool = True,
        tls_policy: str | None = None,
        internal: bool = False,
        subnets: SubnetChoice = None,
        process: BeanstalkProcess | None = None,
        health_path: str | None = None,
        processes: Mapping[str, BeanstalkProcess] | None = None,
        routes: Sequence[BeanstalkRoute] = (),
        idle_timeout: Number | None = None,
        access_logs: BucketAccess | str | None = None,
        access_logs_prefix: str | None = None,
        security_groups: Sequence[SecurityGroupAccess | str] | None = None,
    ) -> None:
        self.type = type
        self.shared = shared
        self.listener_port = listener_port
        self.certificate = certificate
        self.http = http
        self.tls_policy = tls_policy
        self.internal = internal
        self.subnets = subnets
        self.process = process or BeanstalkProcess()
        self.processes = dict(processes or {})
        self.routes = list(routes)
        self.idle_timeout = idle_timeout
        self.access_logs = access_logs
        self.access_logs_prefix = access_logs_prefix
        self.security_groups = security_groups
        self._check(process, health_path)

    def _check(self, process: BeanstalkProcess | None, health_path: str | None) -> None:
        wrong = []
        if health_path is not None:
            if process is not None:
                wrong.append("health_path= beside process=: give it to the process")
            self.process.health_path = health_path
        if self.shared is not None and (self.certificate is not None or not self.http):
            wrong.append("a shared load balancer's listeners are its own: certificate= and http= belong to it")
        if self.shared is None and self.listener_port != 80:
            wrong.append("listener_port= names a listener of a shared load balancer")
        if not self.http and self.certificate is None:
            wrong.append("http=False without certificate= leaves no way in")
        if self.type == "network" and self.certificate is not None:
            wrong.append("a Network Load Balancer of Elastic Beanstalk passes TCP on and shows no certificate")
        if self.type != "application":
            named = {"shared": self.shared, "routes": self.routes or None, "processes": self.processes or None}
            given = [name for name, value in named.items() if value is not None]
            if self.type == "network":
                given = [name for name in given if name != "processes"]
            wrong += [f"{name}= is for an Application Load Balancer" for name in given]
        odd = [f"processes= has a {type(one).__name__} for {name!r}" for name, one in self.processes.items()
               if not isinstance(one, BeanstalkProcess)]  # fmt: skip
        wrong += [f"{words}, and takes a BeanstalkProcess" for words in odd]
        missing = sorted({route.process for route in self.routes} - {"default", *self.processes})
        if missing:
            wrong.append(f"routes lead to {', '.join(missing)}, and processes= has none of that name")
        if wrong:
            raise ConstructError("the load balancer cannot be so:\n" + "\n".join(wrong), place=caller())

    def settings(self) -> Settings:
        """The options that say so, apart from where it stands and its security groups."""
        found: Settings = {(known.ENVIRONMENT, "LoadBalancerType"): self.type}
        if self.type == "classic":
            return {**found, **self._classic()}
        found.update(self.process.settings())
        for name, process in self.processes.items():
            found.update(process.settings(name))
        names = [f"rule{number}" for number in range(1, len(self.routes) + 1)]
        for name, route in zip(names, self.routes, strict=True):
            found.update(route.settings(name))
        rules = ",".join(names) or None
        if self.shared is not None:
            arn = self.shared if isinstance(self.shared, str) else self.shared.arn
            found[known.ENVIRONMENT, "LoadBalancerIsShared"] = True
            found[known.BALANCER, "SharedLoadBalancer"] = arn
            port = f"{known.LISTENER}:{self.listener_port}"
            if rules is not None or self.listener_port != 80:
                found[port, "Rules"] = f"default,{rules}" if rules is not None else "default"
        else:
            found.update(self._listeners(rules))
        found[known.BALANCER, "IdleTimeout"] = self.idle_timeout
        if self.access_logs is not None:
            logs = self.access_logs
            found[known.BALANCER, "AccessLogsS3Enabled"] = True
            found[known.BALANCER, "AccessLogsS3Bucket"] = logs if isinstance(logs, str) else logs.bucket_name
            found[known.BALANCER, "AccessLogsS3Prefix"] = self.access_logs_prefix
        return found

    def _listeners(self, rules: str | None) -> Settings:
        found: Settings = {}
        plain = f"{known.LISTENER}:default"
        if not self.http:
            found[plain, "ListenerEnabled"] = False
        elif rules is not None:
            found[plain, "Rules"] = rules
        if self.certificate is not None:
            secure = f"{known.LISTENER}:443"
            found[secure, "Protocol"] = "HTTPS"
            found[secure, "SSLCertificateArns"] = _arn(self.certificate)
            found[secure, "SSLPolicy"] = self.tls_policy
            found[secure, "Rules"] = rules
        return found

    def _classic(self) -> Settings:
        path = self.process.health_path
        found: Settings = {("aws:elasticbeanstalk:application", "Application Healthcheck URL"): path}
        found["aws:elb:policies", "ConnectionSettingIdleTimeout"] = self.idle_timeout
        if not self.http:
            found["aws:elb:listener", "ListenerEnabled"] = False
        if self.certificate is not None:
            secure = "aws:elb:listener:443"
            found[secure, "ListenerProtocol"] = "HTTPS"
            found[secure, "SSLCertificateId"] = _arn(self.certificate)
            found[secure, "InstancePort"] = 80 if self.process.port is None else self.process.port
            found[secure, "InstanceProtocol"] = self.process.protocol or "HTTP"
        return found


def _arn(certificate: CertificateAccess | str) -> str:
    return certificate if isinstance(certificate, str) else certificate.arn
