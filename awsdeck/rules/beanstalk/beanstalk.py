"""AWS Elastic Beanstalk: what the documentation demands beyond the resource schema."""

from __future__ import annotations

import re

from ..policies.access import literal
from ..vocabulary import ABSENT, Matches, Present, Rule, Stacks, Violation, is_unknown
from . import beanstalkoptions as known
from . import environments

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

APPLICATION = "AWS::ElasticBeanstalk::Application"
VERSION = "AWS::ElasticBeanstalk::ApplicationVersion"
ENVIRONMENT = "AWS::ElasticBeanstalk::Environment"
CONFIGURATION = "AWS::ElasticBeanstalk::ConfigurationTemplate"
SETTINGS = (ENVIRONMENT, CONFIGURATION)

TIERS = {"WebServer": "Standard", "Worker": "SQS/HTTP", "Cluster": "EKS"}
_PLATFORM = re.compile(r"arn:[\w-]+:elasticbeanstalk:[\w-]*:\d*:platform/.+")
_RETIRED = re.compile(r"(64bit|32bit) Amazon Linux (20(?!2\d\b)\d\d\.\d\d|running)|on 64bit Amazon Linux(/|$)")
_GUIDE = "Elastic Beanstalk Developer Guide"


# What it runs on


def _platform(view: View) -> Iterator[Violation]:
    stack, platform, template = (view.get(name) for name in ("SolutionStackName", "PlatformArn", "TemplateName"))
    if view.type == CONFIGURATION:
        template = ABSENT
    if _given(stack):
        for name, other in (("PlatformArn", platform), ("TemplateName", template)):
            if _given(other):
                yield Violation(
                    (name,), problem=f"SolutionStackName and {name} cannot stand together",
                    fix="name the platform once: leave one of them out",
                )  # fmt: skip
    if any(value is not ABSENT for value in (stack, platform, template)):
        return
    if view.type == ENVIRONMENT:
        if view.get("Tier/Name") != "Cluster":
            yield Violation(
                ("PlatformArn",), severity="warning", problem="nothing says which platform the environment runs on",
                fix="set PlatformArn, SolutionStackName or TemplateName",
            )  # fmt: skip
    elif view.get("EnvironmentId") is ABSENT and view.get("SourceConfiguration") is ABSENT:
        yield Violation(
            ("PlatformArn",), problem="a configuration template needs a platform, or one to copy",
            fix="set PlatformArn, SolutionStackName, EnvironmentId or SourceConfiguration",
        )  # fmt: skip


def _given(value: Any) -> bool:
    """Whether a property certainly has a value."""
    return value is not ABSENT and not (isinstance(value, dict) and "Fn::If" in value)


def _platform_names(view: View) -> Iterator[Violation]:
    platform, stack = literal(view.get("PlatformArn")), literal(view.get("SolutionStackName"))
    if platform is not None and not _PLATFORM.fullmatch(platform):
        yield Violation(
            ("PlatformArn",), problem="PlatformArn takes the ARN of a platform", value=platform,
            fix="such as arn:aws:elasticbeanstalk:eu-west-1::platform/Python 3.13 running on 64bit Amazon Linux 2023",
        )  # fmt: skip
    elif stack is not None and stack.startswith("arn:"):
        yield Violation(
            ("SolutionStackName",), problem="SolutionStackName takes a name, not an ARN", value=stack,
            fix="use PlatformArn for it",
        )  # fmt: skip
    for name, value in (("PlatformArn", platform), ("SolutionStackName", stack)):
        if value is not None and _RETIRED.search(value):
            yield Violation(
                (name,), severity="warning", value=value,
                problem="platforms of the first Amazon Linux were retired in July 2022, and no environment is made on them",
                fix="use one on Amazon Linux 2023",
            )  # fmt: skip


# Names and tiers


def _names(view: View) -> Iterator[Violation]:
    rule = Matches(
        r"[A-Za-z0-9][A-Za-z0-9-]{2,38}[A-Za-z0-9]", "4 to 40 letters, digits and hyphens, no hyphen at an end"
    )
    prefix = Matches(r"[A-Za-z0-9-]{4,63}", "4 to 63 letters, digits and hyphens")
    for name, test in (("EnvironmentName", rule), ("CNAMEPrefix", prefix)):
        value = view.get(name)
        if test(value, view.mode) is False:
            yield Violation((name,), problem=f"{name} has {test.allowed(view.mode)}", value=value)
    if view.get("Tier/Name") == "Worker" and _given(view.get("CNAMEPrefix")):
        yield Violation(
            ("CNAMEPrefix",), severity="warning", problem="a worker answers no requests, so it has no name to be reached by",
            fix="leave CNAMEPrefix out",
        )  # fmt: skip


def _same_names(graph: Graph) -> Iterator[Violation]:
    seen: dict[tuple[Any, ...], View] = {}
    for view in graph.of(ENVIRONMENT):
        for name in ("EnvironmentName", "CNAMEPrefix"):
            value, member = literal(view.get(name)), view.member
            if value is None or member is None:
                continue
            place: Any = member.region if name == "CNAMEPrefix" else (member.region, member.account)
            if member.region is None:
                place = id(member)
            first = seen.setdefault((place, name, value.lower()), view)
            if first is view or (first.member is member and member.exclusive(first, view)):
                continue
            yield Violation((name,), view=view, value=value, prop=name, other=first.id)


def _tier(view: View) -> Iterator[Violation]:
    name, kind = view.get("Tier/Name"), view.get("Tier/Type")
    if not isinstance(name, str) or is_unknown(name):
        return
    if name not in TIERS:
        yield Violation(("Tier", "Name"), value=name, allowed=", ".join(TIERS))
    elif kind is not ABSENT and not is_unknown(kind) and kind != TIERS[name]:
        yield Violation(("Tier", "Type"), value=kind, allowed=f"{TIERS[name]} for {name}")


# Applications, versions and environments


def _versions(graph: Graph) -> Iterator[Violation]:
    for version in graph.of(VERSION):
        for name in ("S3Bucket", "S3Key"):
            if isinstance(version.get("SourceBundle"), dict) and version.get(f"SourceBundle/{name}") is ABSENT:
                yield Violation(
                    ("SourceBundle", name), view=version, problem=f"a source bundle has a bucket and a key, and {name} is missing",
                    fix="give both S3Bucket and S3Key",
                )  # fmt: skip
        bucket = graph.target(version, version.get("SourceBundle/S3Bucket"))
        mine = None if version.member is None else version.member.region
        if bucket is not None and bucket.view.member is not None and bucket.view.type == "AWS::S3::Bucket":
            theirs = bucket.view.member.region
            if mine is not None and theirs is not None and mine != theirs:
                yield Violation(
                    ("SourceBundle", "S3Bucket"), view=version,
                    problem=f"the bundle lies in {theirs} and the application in {mine}",
                    fix="use a bucket of the application's own region",
                )  # fmt: skip
    yield from _by_name(graph)


def _by_name(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(VERSION, *SETTINGS):
        named = literal(view.get("ApplicationName"))
        if named is None or view.member is None:
            continue
        for application in graph.of(APPLICATION):
            ours = application.member is view.member and literal(application.get("ApplicationName")) == named
            if ours and application.id not in _waits(view):
                yield Violation(
                    ("ApplicationName",), view=view, severity="warning",
                    problem=f"{application.id} has this name, and nothing says that it has to be made first",
                    fix=f"refer to it: Ref: {application.id}",
                )  # fmt: skip


def _waits(view: View) -> list[Any]:
    given = view.body.get("DependsOn", ())
    return list(given) if isinstance(given, list | tuple) else [given]


def _other_application(graph: Graph) -> Iterator[Violation]:
    for view in graph.of(ENVIRONMENT):
        own = _application(graph, view)
        for name, type in (("VersionLabel", VERSION), ("TemplateName", CONFIGURATION)):
            found = graph.target(view, view.get(name))
            if found is None or own is None or found.view.type != type:
                continue
            theirs = _application(graph, found.view)
            if theirs is not None and theirs != own:
                yield Violation((name,), view=view, other=found.view.id)


def _application(graph: Graph, view: View) -> Any:
    given = view.get("ApplicationName")
    found = graph.target(view, given)
    if found is not None and found.view.type == APPLICATION:
        return ("resource", id(found.view))
    named = literal(given)
    return None if named is None else ("name", named)


# The rules


def _set(namespace: str, name: str, value: Any) -> dict[str, Any]:
    return {"Namespace": namespace, "OptionName": name, "Value": value}


_ROLES = (
    _set(known.LAUNCH, "IamInstanceProfile", "servers"),
    _set(known.ENVIRONMENT, "ServiceRole", "beanstalk"),
)
_PYTHON = "arn:aws:elasticbeanstalk:eu-west-1::platform/Python 3.13 running on 64bit Amazon Linux 2023"
_STACK = "64bit Amazon Linux 2023 v4.7.1 running Python 3.13"


def _environment(*settings: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {"ApplicationName": "shop", "PlatformArn": _PYTHON, "OptionSettings": [*_ROLES, *settings], **given}


def _body(type: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type, "Properties": properties}


def _template(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


_APPLICATIONS = {"Shop": _body(APPLICATION), "Blog": _body(APPLICATION)}
_BUNDLE = {"S3Bucket": "bundles-of-mine", "S3Key": "app.zip"}
_WORKER = {"Name": "Worker", "Type": "SQS/HTTP"}
_APPLICATION_BALANCER = _set(known.ENVIRONMENT, "LoadBalancerType", "application")
_NETWORK_BALANCER = _set(known.ENVIRONMENT, "LoadBalancerType", "network")
_ENHANCED = _set(known.HEALTH, "SystemType", "enhanced")
_UPDATES = (
    _set(known.MANAGED, "ManagedActionsEnabled", "true"),
    _set(known.MANAGED, "PreferredStartTime", "Sun:03:00"),
    _set(known.PLATFORM_UPDATE, "UpdateLevel", "minor"),
)
_SINGLE = _set(known.ENVIRONMENT, "EnvironmentType", "SingleInstance")
_NAMED = _template(Web=_body(ENVIRONMENT, **_environment(EnvironmentName="shop-web")))

RULES = (
    Rule(
        "EBK001", SETTINGS, "error",
        "{problem}",
        check=_platform,
        source="Elastic Beanstalk API Reference, CreateEnvironment; CreateConfigurationTemplate",
        good=(
            {"ApplicationName": "a", "SolutionStackName": _STACK},
            {"ApplicationName": "a", "PlatformArn": _PYTHON},
            {"ApplicationName": "a", "TemplateName": "web"},
            {"ApplicationName": "a", "PlatformArn": _PYTHON, "TemplateName": "web"},
            _body(CONFIGURATION, ApplicationName="a", EnvironmentId="e-1234567890"),
            _body(
                CONFIGURATION, ApplicationName="a", SolutionStackName=_STACK,
                SourceConfiguration={"ApplicationName": "a", "TemplateName": "web"},
            ),
        ),
        bad=(
            {"ApplicationName": "a", "SolutionStackName": _STACK, "PlatformArn": _PYTHON},
            {"ApplicationName": "a", "SolutionStackName": _STACK, "TemplateName": "web"},
            {"ApplicationName": "a"},
            _body(CONFIGURATION, ApplicationName="a", SolutionStackName=_STACK, PlatformArn=_PYTHON),
            _body(CONFIGURATION, ApplicationName="a"),
        ),
    ),
    Rule(
        "EBK002", ENVIRONMENT, "error",
        "{problem}",
        check=_names,
        source="Elastic Beanstalk API Reference, CreateEnvironment",
        good=(
            {"ApplicationName": "a", "EnvironmentName": "web-1", "CNAMEPrefix": "shop"},
            {"ApplicationName": "a", "EnvironmentName": "a" * 40},
        ),
        bad=(
            {"ApplicationName": "a", "EnvironmentName": "web"},
            {"ApplicationName": "a", "EnvironmentName": "web-"},
            {"ApplicationName": "a", "EnvironmentName": "web 1"},
            {"ApplicationName": "a", "CNAMEPrefix": "me"},
            {"ApplicationName": "a", "CNAMEPrefix": "shop", "Tier": _WORKER},
        ),
    ),
    Rule(
        "EBK002", ENVIRONMENT, "error",
        "{other} already has the {prop} {value}",
        scope="graph",
        check=_same_names,
        fix="choose another, or leave it out",
        source="Elastic Beanstalk API Reference, CreateEnvironment",
        good=Stacks({"one": _NAMED, "two": _NAMED}, {"one": {"region": "eu-west-1"}, "two": {"region": "us-east-1"}}),
        bad=Stacks({"one": _NAMED, "two": _NAMED}, {"one": {"region": "eu-west-1"}, "two": {"region": "eu-west-1"}}),
    ),
    Rule(
        "EBK003", ENVIRONMENT, "error",
        "a tier is WebServer with Standard, Worker with SQS/HTTP, or Cluster with EKS",
        when={"Tier": Present()},
        check=_tier,
        source="Elastic Beanstalk API Reference, EnvironmentTier",
        good=(
            {"ApplicationName": "a", "Tier": _WORKER},
            {"ApplicationName": "a", "Tier": {"Name": "WebServer"}},
            {"ApplicationName": "a", "Tier": {"Name": "Cluster", "Type": "EKS"}},
        ),
        bad=(
            {"ApplicationName": "a", "Tier": {"Name": "Worker", "Type": "Standard"}},
            {"ApplicationName": "a", "Tier": {"Name": "Web", "Type": "Standard"}},
        ),
    ),
    Rule(
        "EBK004", SETTINGS, "error",
        "{problem}",
        when={"OptionSettings": Present()},
        check=environments.sizes,
        source=f"{_GUIDE}, general options for all environments",
        verified="docs",
        good=(
            _environment(_set(known.ASG, "MinSize", "2"), _set(known.ASG, "MaxSize", "4")),
            _environment(_set(known.ASG, "MinSize", "4"), TemplateName="web"),
            _environment(_SINGLE, _set(known.ASG, "MinSize", "1"), _set(known.ASG, "MaxSize", "1")),
        ),
        bad=(
            _environment(_set(known.ASG, "MinSize", "4"), _set(known.ASG, "MaxSize", "2")),
            _environment(_set(known.ASG, "MinSize", 5)),
            _environment(_set(known.ASG, "MaxSize", "3"), _set(known.ASG, "MaxSize", "5")),
            _environment(_SINGLE, _set(known.ASG, "MaxSize", "3")),
            _environment(_SINGLE, _set(known.BALANCER, "IdleTimeout", "60")),
            _body(CONFIGURATION, **_environment(_set(known.ASG, "MinSize", "4"), _set(known.ASG, "MaxSize", "2"))),
        ),
    ),
    Rule(
        "EBK005", (VERSION, *SETTINGS), "error",
        "{problem}",
        scope="graph",
        check=_versions,
        source="Elastic Beanstalk API Reference, CreateApplicationVersion",
        good=(
            _template(**_APPLICATIONS, One=_body(VERSION, ApplicationName={"Ref": "Shop"}, SourceBundle=_BUNDLE)),
            _template(One=_body(VERSION, ApplicationName="elsewhere", SourceBundle=_BUNDLE)),
        ),
        bad=(
            _template(One=_body(VERSION, ApplicationName="a", SourceBundle={"S3Bucket": "bundles-of-mine"})),
            _template(
                Shop=_body(APPLICATION, ApplicationName="shop"),
                One=_body(VERSION, ApplicationName="shop", SourceBundle=_BUNDLE),
            ),
        ),
    ),
    Rule(
        "EBK006", ENVIRONMENT, "warning",
        "{problem}",
        check=environments.roles,
        source=f"{_GUIDE}, service roles, instance profiles, and user policies; course notes, IAM",
        verified="docs",
        good=(_environment(), {"ApplicationName": "a", "TemplateName": "web"}),
        bad=(
            {"ApplicationName": "a", "PlatformArn": _PYTHON},
            {"ApplicationName": "a", "PlatformArn": _PYTHON, "OptionSettings": [_ROLES[0]]},
        ),
    ),
    Rule(
        "EBK007", SETTINGS, "warning",
        "{problem}",
        when={"OptionSettings": Present()},
        check=environments.unknown,
        source=f"{_GUIDE}, general options for all environments; platform specific options",
        verified="docs",
        good=(
            _environment(_set(f"{known.PROCESS}:admin", "Port", "8080"), _set(f"{known.LISTENER}:443", "Protocol", "HTTPS")),
            _environment(_set(known.VARIABLES, "Anything", "x"), _set(known.STATIC, "/images", "static/images")),
        ),
        bad=(
            _environment(_set(known.ASG, "MinimumSize", "1")),
            _environment(_set("aws:autoscaling:group", "MinSize", "1")),
        ),
    ),
    Rule(
        "EBK008", SETTINGS, "error",
        "{problem}",
        when={"OptionSettings": Present()},
        check=environments.values,
        source=f"{_GUIDE}, general options for all environments; fetching secrets and parameters",
        verified="docs",
        good=(
            _environment(
                _set(known.COMMAND, "DeploymentPolicy", "Immutable"), _set(known.LOGS, "RetentionInDays", 30),
                _set(known.LAUNCH, "DisableIMDSv1", True), _set(known.MANAGED, "PreferredStartTime", "Tue:09:00"),
                _set(known.ROLLING, "PauseTime", "PT5M"), _set(known.INSTANCES, "SpotMaxPrice", "0.05"),
                _set(known.SECRETS, "KEY", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbCd12"),
            ),
        ),
        bad=(
            _environment(_set(known.COMMAND, "DeploymentPolicy", "BlueGreen")),
            _environment(_set(known.LOGS, "RetentionInDays", 10)),
            _environment(_set(known.WORKER, "WorkerQueueURL", "arn:aws:sqs:eu-west-1:123456789012:q"), Tier=_WORKER),
            _environment(_set(known.SECRETS, "KEY", "plain")),
            _environment(_set(known.COMMAND, "BatchSize", "150")),
            _environment(_set(known.MANAGED, "PreferredStartTime", "tuesday 9")),
            _environment(_set(known.LAUNCH, "RootVolumeType", "st1")),
        ),
    ),
    Rule(
        "EBK009", SETTINGS, "warning",
        "{problem}",
        when={"OptionSettings": Present()},
        check=environments.tier_options,
        source=f"{_GUIDE}, worker environments; general options for all environments",
        verified="docs",
        good=(
            _environment(_set(known.WORKER, "HttpPath", "/work"), Tier=_WORKER),
            _environment(_set(known.BALANCER, "IdleTimeout", "60")),
        ),
        bad=(
            _environment(_set(known.WORKER, "HttpPath", "/work")),
            _environment(_set(known.BALANCER, "IdleTimeout", "60"), Tier=_WORKER),
            _environment(_set(known.WORKER, "InactivityTimeout", "600"), Tier=_WORKER),
        ),
    ),
    Rule(
        "EBK010", SETTINGS, "error",
        "{problem}",
        when={"OptionSettings": Present()},
        check=environments.deployments,
        source=f"{_GUIDE}, deployment policies and settings; traffic-splitting deployments",
        verified="docs",
        good=(
            _environment(
                _APPLICATION_BALANCER, _set(known.COMMAND, "DeploymentPolicy", "TrafficSplitting"),
                _set(known.SPLITTING, "NewVersionPercent", "20"),
            ),
            _environment(_SINGLE, _set(known.COMMAND, "DeploymentPolicy", "Immutable")),
        ),
        bad=(
            _environment(_set(known.COMMAND, "DeploymentPolicy", "TrafficSplitting")),
            _environment(_SINGLE, _set(known.COMMAND, "DeploymentPolicy", "Rolling")),
            _environment(
                _set(known.COMMAND, "DeploymentPolicy", "Rolling"), _set(known.COMMAND, "BatchSizeType", "Fixed"),
                _set(known.COMMAND, "BatchSize", "8"),
            ),
            _environment(
                _set(known.COMMAND, "DeploymentPolicy", "Immutable"), _set(known.SPLITTING, "NewVersionPercent", "20")
            ),
        ),
    ),
    Rule(
        "EBK011", SETTINGS, "error",
        "{problem}",
        when={"OptionSettings": Present()},
        check=environments.health,
        source=f"{_GUIDE}, managed platform updates; general options for all environments",
        verified="docs",
        good=(
            _environment(_ENHANCED, *_UPDATES, _set(known.PLATFORM_UPDATE, "InstanceRefreshEnabled", "true")),
            _environment(_ENHANCED, _set(known.HEALTH_LOGS, "HealthStreamingEnabled", "true")),
        ),
        bad=(
            _environment(*_UPDATES),
            _environment(_ENHANCED, *_UPDATES[:2]),
            _environment(_ENHANCED, _set(known.PLATFORM_UPDATE, "InstanceRefreshEnabled", "true")),
            _environment(_set(known.HEALTH_LOGS, "HealthStreamingEnabled", "true")),
        ),
    ),
    Rule(
        "EBK012", SETTINGS, "error",
        "{problem}",
        when={"OptionSettings": Present()},
        check=environments.balancers,
        source=f"{_GUIDE}, configuring a shared Application Load Balancer; general options for all environments",
        verified="docs",
        good=(
            _environment(
                _APPLICATION_BALANCER, _set(known.ENVIRONMENT, "LoadBalancerIsShared", "true"),
                _set(known.BALANCER, "SharedLoadBalancer", {"Ref": "Balancer"}),
            ),
        ),
        bad=(
            _environment(_APPLICATION_BALANCER, _set(known.ENVIRONMENT, "LoadBalancerIsShared", "true")),
            _environment(
                _set(known.ENVIRONMENT, "LoadBalancerIsShared", "true"),
                _set(known.BALANCER, "SharedLoadBalancer", {"Ref": "Balancer"}),
            ),
            _environment(
                _APPLICATION_BALANCER, _set(known.ENVIRONMENT, "LoadBalancerIsShared", "true"),
                _set(known.BALANCER, "SharedLoadBalancer", "arn:aws:b"), _set(known.BALANCER, "AccessLogsS3Bucket", "logs"),
            ),
            _environment(_APPLICATION_BALANCER, _set(known.BALANCER, "SharedLoadBalancer", "arn:aws:b")),
            _environment(_NETWORK_BALANCER, _set(known.BALANCER, "IdleTimeout", "60")),
            _environment(_NETWORK_BALANCER, _set(f"{known.LISTENER}:443", "SSLCertificateArns", "arn:aws:c")),
            _environment(_APPLICATION_BALANCER, _set(known.CLASSIC, "CrossZone", "true")),
            _environment(
                _set(known.ENVIRONMENT, "LoadBalancerType", "classic"), _set(f"{known.LISTENER}:443", "Protocol", "HTTPS")
            ),
        ),
    ),
    Rule(
        "EBK013", SETTINGS, "error",
        "{problem}",
        check=_platform_names,
        source=f"{_GUIDE}, supported platforms; platform retirement FAQ; Elastic Beanstalk API Reference, CreateEnvironment",
        verified="docs",
        good=(
            {"ApplicationName": "a", "PlatformArn": _PYTHON},
            {"ApplicationName": "a", "PlatformArn": f"{_PYTHON}/4.7.1"},
            {"ApplicationName": "a", "PlatformArn": "arn:aws:elasticbeanstalk:us-east-1:123456789012:platform/mine/1.0.0"},
            {"ApplicationName": "a", "SolutionStackName": _STACK},
            {"ApplicationName": "a", "SolutionStackName": "64bit Amazon Linux 2 v5.9.9 running Node.js 18"},
        ),
        bad=(
            {"ApplicationName": "a", "PlatformArn": "Python 3.13 running on 64bit Amazon Linux 2023"},
            {"ApplicationName": "a", "SolutionStackName": _PYTHON},
            {"ApplicationName": "a", "SolutionStackName": "64bit Amazon Linux 2018.03 v2.9.3 running Python 3.6"},
            {
                "ApplicationName": "a",
                "PlatformArn": "arn:aws:elasticbeanstalk:us-east-1::platform/Node.js running on 64bit Amazon Linux/4.17.1",
            },
        ),
    ),
    Rule(
        "EBK014", ENVIRONMENT, "error",
        "{other} belongs to another application",
        scope="graph",
        check=_other_application,
        fix="use one of the environment's own application",
        source="Elastic Beanstalk API Reference, CreateEnvironment",
        good=_template(
            **_APPLICATIONS, One=_body(VERSION, ApplicationName={"Ref": "Shop"}, SourceBundle=_BUNDLE),
            Web=_body(ENVIRONMENT, **{**_environment(VersionLabel={"Ref": "One"}), "ApplicationName": {"Ref": "Shop"}}),
        ),
        bad=_template(
            **_APPLICATIONS, One=_body(VERSION, ApplicationName={"Ref": "Shop"}, SourceBundle=_BUNDLE),
            Web=_body(ENVIRONMENT, **{**_environment(VersionLabel={"Ref": "One"}), "ApplicationName": {"Ref": "Blog"}}),
        ),
    ),
)  # fmt: skip
