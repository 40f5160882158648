"""What the options of an Elastic Beanstalk environment demand of each other.

Options may also come from files in the application's bundle (.ebextensions), so what follows from one that is missing
here is a warning at most.
"""

from __future__ import annotations

from ..vocabulary import ABSENT, Violation, grouped, is_unknown, number, text, truth
from . import beanstalkoptions as known
from .beanstalkoptions import Options, fits, is_namespace, names_of, options, wanted, words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ...errors import Severity
    from ..view import View
    from .beanstalkoptions import Option

ENVIRONMENT = "AWS::ElasticBeanstalk::Environment"
_BATCHES = ("Rolling", "RollingWithAdditionalBatch")


# How many, and which of them


def sizes(view: View) -> Iterator[Violation]:
    """Numbers of instances, options set twice, and what does nothing without a load balancer."""
    found = options(view)
    least = number(found.value(known.ASG, "MinSize", known.MIN_DEFAULT))
    most = number(found.value(known.ASG, "MaxSize", known.MAX_DEFAULT))
    if least is not None and most is not None and least > most:
        low, high = found.of(known.ASG, "MinSize"), found.of(known.ASG, "MaxSize")
        yield Violation(
            _at(low or high), severity=_if_said(low, high),
            problem=f"at least {grouped(least)} instances and at most {grouped(most)} cannot be",
            fix=f"set MaxSize in {known.ASG} to {grouped(least)} or more", value=least,
        )  # fmt: skip
    for option in _twice(found):
        yield Violation(
            (*option.path, "Value"), severity="warning", value=option.value,
            problem=f"{option.words} is set twice, to different values", fix="keep one of them",
        )  # fmt: skip
    if found.value(known.ENVIRONMENT, "EnvironmentType") == "SingleInstance":
        yield from _single(found)


def _single(found: Options) -> Iterator[Violation]:
    for name in ("MinSize", "MaxSize"):
        option = found.of(known.ASG, name)
        if option is not None and number(option.value) not in (None, 1):
            yield Violation(
                _at(option), severity="warning", value=option.value,
                problem=f"an environment of a single instance pays no heed to {name}",
                fix="leave it out, or make the environment LoadBalanced",
            )  # fmt: skip
    for option in (*found.under(*known.BALANCING), *_only(found, known.NETWORK, "ELBSubnets", "ELBScheme")):
        yield Violation(
            (*option.path, "OptionName"), severity="warning",
            problem=f"an environment of a single instance has no load balancer, and {option.words} does nothing",
            fix="leave it out, or make the environment LoadBalanced",
        )  # fmt: skip


def _twice(found: Options) -> Iterator[Option]:
    seen: dict[tuple[Any, ...], Option] = {}
    for option in found.all:
        key = (option.namespace, option.name, str(option.resource))
        first = seen.setdefault(key, option)
        unsure = is_unknown(option.value) or is_unknown(first.value)
        if first is not option and not unsure and text(first.value) != text(option.value):
            yield option


def _only(found: Options, namespace: str, *names: str) -> list[Option]:
    return [one for one in found.all if one.namespace == namespace and one.name in names]


def _if_said(*options: Option | None) -> Severity | None:
    """The rule's own severity where all of it is written here, a warning where some of it is a default."""
    return "warning" if None in options else None


def _at(option: Option | None) -> tuple[str | int, ...]:
    return ("OptionSettings",) if option is None else (*option.path, "Value")


def unknown(view: View) -> Iterator[Violation]:
    """Namespaces and options that nobody has heard of."""
    for option in options(view).all:
        if not is_namespace(option.namespace):
            near = _near(option.namespace, [*known.OPTIONS, *known.FREE])
            yield Violation(
                (*option.path, "Namespace"), problem=f"{option.namespace} is no namespace of options that is known here",
                fix=near or "look it up in the general options of the Developer Guide", value=option.namespace,
            )  # fmt: skip
        elif wanted(option.namespace, option.name) is None:
            names = names_of(option.namespace) or {}
            near = _near(option.name, list(names))
            yield Violation(
                (*option.path, "OptionName"), problem=f"{option.namespace} has no option {option.name!r} that is known here",
                fix=near or f"it has {', '.join(names)}", value=option.name,
            )  # fmt: skip


def _near(word: str, among: list[str]) -> str | None:
    from difflib import get_close_matches

    found = get_close_matches(word, among, 1, 0.75)
    return f"did you mean {found[0]}?" if found else None


def values(view: View) -> Iterator[Violation]:
    """Values that an option does not take."""
    found = options(view)
    for option in found.all:
        spec = wanted(option.namespace, option.name)
        if spec is not None and fits(option.value, spec) is False:
            yield Violation(
                (*option.path, "Value"), severity="warning" if spec.endswith("~") else None,
                problem=f"{option.words} takes {words(spec)}", allowed=words(spec), value=option.value,
            )  # fmt: skip
    if text(found.value(known.COMMAND, "BatchSizeType", "Percentage")) == "Percentage":
        size = found.of(known.COMMAND, "BatchSize")
        amount = None if size is None else number(size.value)
        if amount is not None and amount > 100:
            yield Violation(
                _at(size), problem=f"a batch of {grouped(amount)} percent is more than there is", value=amount,
                allowed="1 to 100 percent", fix="set BatchSizeType: Fixed for a number of instances",
            )  # fmt: skip


# What belongs together


def tier_options(view: View) -> Iterator[Violation]:
    """What does nothing in the environment's tier, and a worker's times."""
    found, tier = options(view), view.get("Tier/Name", "WebServer")
    if tier == "Worker":
        for option in (*found.under(*known.BALANCING), *_only(found, known.NETWORK, "ELBSubnets", "ELBScheme")):
            yield Violation(
                (*option.path, "OptionName"), severity="warning",
                problem=f"a worker has no load balancer, and {option.words} does nothing", fix="leave it out",
            )  # fmt: skip
        visible = number(found.value(known.WORKER, "VisibilityTimeout", known.VISIBILITY_DEFAULT))
        waits = number(found.value(known.WORKER, "InactivityTimeout", known.INACTIVITY_DEFAULT))
        said = found.of(known.WORKER, "InactivityTimeout") or found.of(known.WORKER, "VisibilityTimeout")
        if said is not None and visible is not None and waits is not None and waits > visible:
            yield Violation(
                _at(said), severity="warning", value=waits,
                problem=f"a message comes back after {grouped(visible)} seconds, while the application may still work on it "
                f"for {grouped(waits)}: it would be handled twice",
                fix="set VisibilityTimeout to more than InactivityTimeout",
            )  # fmt: skip
    elif tier == "WebServer" and view.type == ENVIRONMENT:
        for option in found.under(known.WORKER):
            yield Violation(
                (*option.path, "OptionName"), severity="warning",
                problem=f"only a worker reads a queue, and {option.words} does nothing here",
                fix="leave it out, or set Tier: {Name: Worker, Type: SQS/HTTP}",
            )  # fmt: skip


def deployments(view: View) -> Iterator[Violation]:
    """Deployment policies that the environment cannot follow."""
    found = options(view)
    policy = found.of(known.COMMAND, "DeploymentPolicy")
    if policy is None or is_unknown(policy.value) or policy.value is ABSENT:
        return
    kind = found.value(known.ENVIRONMENT, "EnvironmentType", "LoadBalanced")
    balancer = found.value(known.ENVIRONMENT, "LoadBalancerType", "classic")
    if policy.value == "TrafficSplitting" and (
        kind == "SingleInstance"
        or (not is_unknown(balancer) and balancer != "application")
        or view.get("Tier/Name") == "Worker"
    ):
        said = None if kind == "SingleInstance" else _if_said(found.of(known.ENVIRONMENT, "LoadBalancerType"))
        yield Violation(
            _at(policy), severity=said,
            problem="traffic is split by an Application Load Balancer, and the environment has none",
            fix=f"set LoadBalancerType: application in {known.ENVIRONMENT}, or another DeploymentPolicy",
        )  # fmt: skip
    if policy.value in _BATCHES and kind == "SingleInstance":
        yield Violation(
            _at(policy), severity="warning", problem="a single instance is one batch: it is out of service at every deploy",
            fix="use Immutable, or make the environment LoadBalanced",
        )  # fmt: skip
    if policy.value in _BATCHES:
        size, most = found.of(known.COMMAND, "BatchSize"), found.value(known.ASG, "MaxSize", known.MAX_DEFAULT)
        amount, limit = None if size is None else number(size.value), number(most)
        fixed = found.value(known.COMMAND, "BatchSizeType", "Percentage") == "Fixed"
        if fixed and amount is not None and limit is not None and amount > limit:
            yield Violation(
                _at(size), severity=_if_said(found.of(known.ASG, "MaxSize")),
                problem=f"a batch of {grouped(amount)} instances is more than the {grouped(limit)} there may be",
                allowed=f"1 to {grouped(limit)}", value=amount,
            )  # fmt: skip
    for option in found.under(known.SPLITTING):
        if policy.value != "TrafficSplitting":
            yield Violation(
                (*option.path, "OptionName"), severity="warning",
                problem=f"{option.words} counts for DeploymentPolicy: TrafficSplitting alone", fix="leave it out",
            )  # fmt: skip


def health(view: View) -> Iterator[Violation]:
    """What managed updates and streamed health need."""
    found = options(view)
    reporting = found.of(known.HEALTH, "SystemType")
    basic = found.value(known.HEALTH, "SystemType", "basic") == "basic"
    managed = found.of(known.MANAGED, "ManagedActionsEnabled")
    if managed is not None and truth(managed.value) is True:
        needed = ((known.MANAGED, "PreferredStartTime"), (known.PLATFORM_UPDATE, "UpdateLevel"))
        for namespace, name in needed:
            if found.value(namespace, name) is ABSENT:
                yield Violation(
                    _at(managed), severity="warning", problem=f"managed updates need {name} of {namespace} too",
                    fix=f"set {name}",
                )  # fmt: skip
        if basic:
            yield Violation(
                _at(managed), severity=_if_said(reporting), problem="managed updates need enhanced health reporting",
                fix=f"set SystemType: enhanced in {known.HEALTH}",
            )  # fmt: skip
    refresh = found.of(known.PLATFORM_UPDATE, "InstanceRefreshEnabled")
    off = truth(found.value(known.MANAGED, "ManagedActionsEnabled", False)) is False
    if refresh is not None and truth(refresh.value) is True and off:
        yield Violation(
            _at(refresh), severity=_if_said(managed),
            problem="instances are replaced every week only where managed updates are on",
            fix=f"set ManagedActionsEnabled: true in {known.MANAGED}",
        )  # fmt: skip
    streams = found.of(known.HEALTH_LOGS, "HealthStreamingEnabled")
    if streams is not None and truth(streams.value) is True and basic:
        yield Violation(
            _at(streams), severity=_if_said(reporting), problem="health is streamed only where reporting is enhanced",
            fix=f"set SystemType: enhanced in {known.HEALTH}",
        )  # fmt: skip


def balancers(view: View) -> Iterator[Violation]:
    """What a shared load balancer needs, and what another kind than an Application Load Balancer lacks."""
    found = options(view)
    kind = found.value(known.ENVIRONMENT, "LoadBalancerType")
    if kind == "network":
        for option in (*found.under(known.BALANCER, known.LISTENER_RULE), *_web_options(found)):
            yield Violation(
                (*option.path, "OptionName"), severity="warning",
                problem=f"{option.words} does nothing for a Network Load Balancer",
                fix=f"leave it out, or set LoadBalancerType: application in {known.ENVIRONMENT}",
            )  # fmt: skip
    elif kind == "application":
        for option in found.under("aws:elb:"):
            yield Violation(
                (*option.path, "OptionName"), severity="warning",
                problem=f"{option.words} is for a Classic Load Balancer",
                fix=f"use the options of {known.BALANCER} and {known.LISTENER}",
            )  # fmt: skip
    elif kind == "classic":
        for option in found.under("aws:elbv2:"):
            yield Violation(
                (*option.path, "OptionName"), severity="warning",
                problem=f"{option.words} does nothing for a Classic Load Balancer",
                fix="use the options of aws:elb:loadbalancer and aws:elb:listener",
            )  # fmt: skip
    yield from _shared(view)


def _web_options(found: Options) -> list[Option]:
    names = (
        "Rules",
        "SSLCertificateArns",
        "SSLPolicy",
        "StickinessEnabled",
        "StickinessLBCookieDuration",
        "StickinessType",
    )
    return [one for one in found.under(known.LISTENER + ":", known.PROCESS + ":") if one.name in names]


def _shared(view: View) -> Iterator[Violation]:
    found = options(view)
    shared = truth(found.value(known.ENVIRONMENT, "LoadBalancerIsShared", False))
    balancer = found.value(known.BALANCER, "SharedLoadBalancer")
    kind = found.value(known.ENVIRONMENT, "LoadBalancerType", "classic")
    option = found.of(known.ENVIRONMENT, "LoadBalancerIsShared") or found.of(known.BALANCER, "SharedLoadBalancer")
    if shared is True:
        if balancer is ABSENT:
            yield Violation(
                _at(option), severity="warning", problem="which load balancer is shared is not said",
                fix=f"set SharedLoadBalancer in {known.BALANCER} to its ARN",
            )  # fmt: skip
        if not is_unknown(kind) and kind != "application":
            yield Violation(
                _at(option), severity=_if_said(found.of(known.ENVIRONMENT, "LoadBalancerType")),
                problem="only an Application Load Balancer can be shared",
                fix=f"set LoadBalancerType: application in {known.ENVIRONMENT}", value=kind,
            )  # fmt: skip
        for one in _only(found, known.BALANCER, "AccessLogsS3Bucket", "AccessLogsS3Enabled", "AccessLogsS3Prefix"):
            yield Violation(
                (*one.path, "OptionName"), severity="warning",
                problem="Elastic Beanstalk sets no access log on a load balancer that is shared",
                fix="set it on the load balancer itself",
            )  # fmt: skip
    elif shared is False and balancer is not ABSENT and not is_unknown(balancer):
        yield Violation(
            _at(found.of(known.BALANCER, "SharedLoadBalancer")),
            severity=_if_said(found.of(known.ENVIRONMENT, "LoadBalancerIsShared")),
            problem="SharedLoadBalancer counts only where it is shared",
            fix=f"set LoadBalancerIsShared: true in {known.ENVIRONMENT}",
        )  # fmt: skip


def roles(view: View) -> Iterator[Violation]:
    """Instance profile and service role."""
    found = options(view)
    if view.get("Tier/Name") == "Cluster":
        return
    if found.value(known.LAUNCH, "IamInstanceProfile") is ABSENT:
        yield Violation(
            ("OptionSettings",),
            problem="no instance profile is named, and an account without aws-elasticbeanstalk-ec2-role has none to give",
            fix=f"set IamInstanceProfile in {known.LAUNCH}",
        )  # fmt: skip
    if found.value(known.ENVIRONMENT, "ServiceRole") is ABSENT:
        yield Violation(
            ("OptionSettings",), severity="info",
            problem="no service role is named, so Elastic Beanstalk uses the one linked to the service",
            fix=f"set ServiceRole in {known.ENVIRONMENT}",
        )  # fmt: skip
