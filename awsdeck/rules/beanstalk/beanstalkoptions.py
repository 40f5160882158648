"""The option settings of Elastic Beanstalk: namespaces, options, and what they take.

Source: Elastic Beanstalk Developer Guide, general options for all environments; platform specific options; Spot Instance
support; fetching secrets and parameters; configuring a shared Application Load Balancer; configuring instances with
namespace options.
"""

from __future__ import annotations

import re

from ..vocabulary import ABSENT, UNKNOWN, is_unknown, number, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..view import View

    Path = tuple[str | int, ...]

ASG = "aws:autoscaling:asg"
LAUNCH = "aws:autoscaling:launchconfiguration"
SCHEDULE = "aws:autoscaling:scheduledaction"
TRIGGER = "aws:autoscaling:trigger"
ROLLING = "aws:autoscaling:updatepolicy:rollingupdate"
INSTANCES = "aws:ec2:instances"
NETWORK = "aws:ec2:vpc"
VARIABLES = "aws:elasticbeanstalk:application:environment"
SECRETS = "aws:elasticbeanstalk:application:environmentsecrets"
LOGS = "aws:elasticbeanstalk:cloudwatch:logs"
HEALTH_LOGS = "aws:elasticbeanstalk:cloudwatch:logs:health"
COMMAND = "aws:elasticbeanstalk:command"
PYTHON = "aws:elasticbeanstalk:container:python"
ENVIRONMENT = "aws:elasticbeanstalk:environment"
PROCESS = "aws:elasticbeanstalk:environment:process"
PROXY = "aws:elasticbeanstalk:environment:proxy"
STATIC = "aws:elasticbeanstalk:environment:proxy:staticfiles"
HEALTH = "aws:elasticbeanstalk:healthreporting:system"
MANAGED = "aws:elasticbeanstalk:managedactions"
PLATFORM_UPDATE = "aws:elasticbeanstalk:managedactions:platformupdate"
TOPICS = "aws:elasticbeanstalk:sns:topics"
WORKER = "aws:elasticbeanstalk:sqsd"
SPLITTING = "aws:elasticbeanstalk:trafficsplitting"
TRACING = "aws:elasticbeanstalk:xray"
CLASSIC = "aws:elb:loadbalancer"
BALANCER = "aws:elbv2:loadbalancer"
LISTENER = "aws:elbv2:listener"
LISTENER_RULE = "aws:elbv2:listenerrule"

BALANCING = ("aws:elb:", "aws:elbv2:")
"""How the namespaces of load balancers begin."""
LOG_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1_827, 3_653)
"""Days that logs streamed to CloudWatch may be kept."""
MIN_DEFAULT = 1
MAX_DEFAULT = 4
"""Instances at least and at most when nothing is said."""
VISIBILITY_DEFAULT = 300
INACTIVITY_DEFAULT = 299
"""Seconds that a worker's message is hidden, and that the daemon waits for the application's answer."""

_BOOL = "bool"
_ANY = ""
_RETENTION = "|".join(map(str, LOG_DAYS))
_PROCESS = {
    "DeregistrationDelay": "0..3600", "HealthCheckInterval": "5..300", "HealthCheckPath": _ANY,
    "HealthCheckTimeout": "1..60", "HealthyThresholdCount": "2..10", "MatcherHTTPCode": _ANY, "Port": "1..65535",
    "Protocol": "TCP|HTTP|HTTPS", "StickinessEnabled": _BOOL, "StickinessLBCookieDuration": "1..604800",
    "StickinessType": "lb_cookie|app_cookie~", "UnhealthyThresholdCount": "2..10",
}  # fmt: skip
_CLASSIC_LISTENER = {
    "ListenerProtocol": "HTTP|HTTPS|TCP|SSL", "InstancePort": "1..65535", "InstanceProtocol": "HTTP|HTTPS|TCP|SSL",
    "PolicyNames": _ANY, "SSLCertificateId": _ANY, "ListenerEnabled": _BOOL,
}  # fmt: skip
_CLASSIC_POLICY = {
    "CookieName": _ANY, "InstancePorts": _ANY, "LoadBalancerPorts": _ANY, "ProxyProtocol": _BOOL, "PublicKey": _ANY,
    "PublicKeyPolicyNames": _ANY, "SSLProtocols": _ANY, "SSLReferencePolicy": _ANY,
    "Stickiness Cookie Expiration": "0..1000000", "Stickiness Policy": _BOOL,
}  # fmt: skip
_LISTENER = {
    "DefaultProcess": _ANY, "ListenerEnabled": _BOOL, "Protocol": "HTTP|HTTPS|TCP", "Rules": _ANY,
    "SSLCertificateArns": _ANY, "SSLPolicy": _ANY,
}  # fmt: skip

OPTIONS: dict[str, dict[str, str]] = {
    ASG: {
        "Availability Zones": "Any|Any 1|Any 2|Any 3", "Cooldown": "0..10000", "Custom Availability Zones": _ANY,
        "EnableCapacityRebalancing": _BOOL, "MinSize": "1..10000", "MaxSize": "1..10000",
    },
    LAUNCH: {
        "BlockDeviceMappings": _ANY, "DisableDefaultEC2SecurityGroup": _BOOL, "DisableIMDSv1": _BOOL, "EC2KeyName": _ANY,
        "IamInstanceProfile": _ANY, "ImageId": _ANY, "InstanceType": _ANY, "LaunchTemplateTagPropagationEnabled": _BOOL,
        "MonitoringInterval": "1 minute|5 minute", "RootVolumeIOPS": "int", "RootVolumeSize": "8..65536",
        "RootVolumeThroughput": "int", "RootVolumeType": "standard|gp2|gp3|io1|io2~", "SecurityGroups": _ANY,
        "SSHSourceRestriction": _ANY,
    },
    SCHEDULE: {
        "StartTime": _ANY, "EndTime": _ANY, "MaxSize": "0..10000", "MinSize": "0..10000", "DesiredCapacity": "0..10000",
        "Recurrence": _ANY, "Suspend": _BOOL,
    },
    TRIGGER: {
        "BreachDuration": "1..600", "EvaluationPeriods": "1..600", "LowerBreachScaleIncrement": "int",
        "LowerThreshold": "0..20000000",
        "MeasureName": "CPUUtilization|NetworkIn|NetworkOut|DiskWriteOps|DiskReadBytes|DiskReadOps|DiskWriteBytes|Latency"
        "|RequestCount|HealthyHostCount|UnhealthyHostCount|TargetResponseTime~",
        "Period": "1..600", "Statistic": "Minimum|Maximum|Sum|Average",
        "Unit": "Seconds|Percent|Bytes|Bits|Count|Bytes/Second|Bits/Second|Count/Second|None",
        "UpperBreachScaleIncrement": "int", "UpperThreshold": "0..20000000",
    },
    ROLLING: {
        "MaxBatchSize": "1..10000", "MinInstancesInService": "0..9999", "PauseTime": "duration",
        "RollingUpdateEnabled": _BOOL, "RollingUpdateType": "Time|Health|Immutable", "Timeout": "duration",
    },
    INSTANCES: {
        "EnableSpot": _BOOL, "InstanceTypes": _ANY,
        "SpotAllocationStrategy":
            "capacity-optimized|price-capacity-optimized|capacity-optimized-prioritized|lowest-price~",
        "SpotFleetOnDemandAboveBasePercentage": "0..100", "SpotFleetOnDemandBase": "0..10000",
        "SpotMaxPrice": "0.001..20.0|null", "SupportedArchitectures": _ANY,
    },
    NETWORK: {
        "AssociatePublicIpAddress": _BOOL, "DBSubnets": _ANY, "ELBScheme": "public|internal", "ELBSubnets": _ANY,
        "Subnets": _ANY, "VPCId": _ANY,
    },
    "aws:elasticbeanstalk:application": {"Application Healthcheck URL": _ANY},
    LOGS: {"StreamLogs": _BOOL, "DeleteOnTerminate": _BOOL, "RetentionInDays": _RETENTION},
    HEALTH_LOGS: {"HealthStreamingEnabled": _BOOL, "DeleteOnTerminate": _BOOL, "RetentionInDays": _RETENTION},
    COMMAND: {
        "BatchSize": "1..10000", "BatchSizeType": "Percentage|Fixed",
        "DeploymentPolicy": "AllAtOnce|Rolling|RollingWithAdditionalBatch|Immutable|TrafficSplitting",
        "HealthCheckSuccessThreshold": "Ok|Warning|Degraded|Severe", "IgnoreHealthCheck": _BOOL, "Timeout": "1..3600",
    },
    PYTHON: {"NumProcesses": "int", "NumThreads": "int", "StaticFiles": _ANY, "WSGIPath": _ANY},
    "aws:elasticbeanstalk:container:dotnet:apppool": {
        "Target Runtime": "2.0|4.0", "Enable 32-bit Applications": _BOOL,
    },
    "aws:elasticbeanstalk:container:nodejs": {
        "NodeCommand": _ANY, "NodeVersion": _ANY, "GzipCompression": _BOOL, "ProxyServer": "apache|nginx|none",
    },
    "aws:elasticbeanstalk:container:php:phpini": {
        "allow_url_fopen": "On|Off", "composer_options": _ANY, "display_errors": "On|Off", "document_root": _ANY,
        "max_execution_time": "int", "memory_limit": _ANY, "zlib.output_compression": "On|Off",
    },
    ENVIRONMENT: {
        "EnvironmentType": "SingleInstance|LoadBalanced", "LoadBalancerIsShared": _BOOL,
        "LoadBalancerType": "classic|application|network", "ServiceRole": _ANY,
    },
    PROXY: {"GzipCompression": _BOOL, "ProxyServer": "nginx|apache|none"},
    HEALTH: {
        "ConfigDocument": _ANY, "EnhancedHealthAuthEnabled": _BOOL,
        "HealthCheckSuccessThreshold": "Ok|Warning|Degraded|Severe", "SystemType": "basic|enhanced",
    },
    "aws:elasticbeanstalk:hostmanager": {"LogPublicationControl": _BOOL},
    MANAGED: {
        "ManagedActionsEnabled": _BOOL, "PreferredStartTime": "window", "ServiceRoleForManagedUpdates": _ANY,
    },
    PLATFORM_UPDATE: {"InstanceRefreshEnabled": _BOOL, "UpdateLevel": "patch|minor"},
    "aws:elasticbeanstalk:monitoring": {"Automatically Terminate Unhealthy Instances": _BOOL},
    TOPICS: {
        "Notification Endpoint": _ANY, "Notification Protocol": "http|https|email|email-json|sqs",
        "Notification Topic ARN": _ANY, "Notification Topic Name": _ANY,
    },
    WORKER: {
        "ConnectTimeout": "1..60", "ErrorVisibilityTimeout": "0..43200", "HttpConnections": "1..100", "HttpPath": _ANY,
        "InactivityTimeout": "1..36000", "MaxRetries": "1..100", "MimeType": _ANY, "RetentionPeriod": "60..1209600",
        "VisibilityTimeout": "0..43200", "WorkerQueueURL": "url",
    },
    SPLITTING: {"EvaluationTime": "3..600", "NewVersionPercent": "1..100"},
    TRACING: {"XRayEnabled": _BOOL},
    "aws:elb:healthcheck": {
        "HealthyThreshold": "2..10", "Interval": "5..300", "Target": _ANY, "Timeout": "2..60", "UnhealthyThreshold": "2..10",
    },
    CLASSIC: {
        "CrossZone": _BOOL, "LoadBalancerHTTPPort": "OFF|80", "LoadBalancerHTTPSPort": "OFF|443|8443",
        "LoadBalancerPortProtocol": "HTTP|TCP", "LoadBalancerSSLPortProtocol": "HTTPS|SSL",
        "ManagedSecurityGroup": _ANY, "SSLCertificateId": _ANY, "SecurityGroups": _ANY,
    },
    "aws:elb:listener": _CLASSIC_LISTENER,
    "aws:elb:policies": {
        "ConnectionDrainingEnabled": _BOOL, "ConnectionDrainingTimeout": "1..3600",
        "ConnectionSettingIdleTimeout": "1..3600", "LoadBalancerPorts": _ANY,
        "Stickiness Cookie Expiration": "0..1000000", "Stickiness Policy": _BOOL,
    },
    BALANCER: {
        "AccessLogsS3Bucket": _ANY, "AccessLogsS3Enabled": _BOOL, "AccessLogsS3Prefix": _ANY, "IdleTimeout": "1..3600",
        "ManagedSecurityGroup": _ANY, "SecurityGroups": _ANY, "SharedLoadBalancer": _ANY,
    },
    "aws:rds:dbinstance": {
        "DBAllocatedStorage": "int", "DBDeletionPolicy": "Delete|Retain|Snapshot~", "DBEngine": _ANY,
        "DBEngineVersion": _ANY, "DBInstanceClass": _ANY, "DBPassword": _ANY, "DBSnapshotIdentifier": _ANY,
        "DBUser": _ANY, "HasCoupledDatabase": _BOOL, "MultiAZDatabase": _BOOL,
    },
}  # fmt: skip
"""By namespace and option: "" anything, "bool", "int", "low..high", "one|other"; with ~ the list may have grown."""

NAMED: dict[str, dict[str, str]] = {
    PROCESS: _PROCESS,
    "aws:elb:listener": _CLASSIC_LISTENER,
    "aws:elb:policies": _CLASSIC_POLICY,
    LISTENER: _LISTENER,
    LISTENER_RULE: {"HostHeaders": _ANY, "PathPatterns": _ANY, "Priority": "1..1000", "Process": _ANY},
}
"""Namespaces that end in a name of the user's own: a process, a port, a policy, a rule."""

FREE: dict[str, str] = {
    VARIABLES: _ANY,
    SECRETS: "secret",
    STATIC: _ANY,
    "aws:elasticbeanstalk:container:tomcat:jvmoptions": _ANY,
    "aws:elasticbeanstalk:customoption": _ANY,
}
"""Namespaces whose options users name themselves, and what those take."""

_OLD_STATIC = re.compile(r"aws:elasticbeanstalk:container:\w+:staticfiles")
_DURATION = re.compile(r"PT(?=\d)(\d+H)?(\d+M)?(\d+S)?")
_WINDOW = re.compile(r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01]\d|2[0-3]):[0-5]\d", re.IGNORECASE)
_SECRET = re.compile(r"arn:[\w-]+:(secretsmanager:[\w-]*:\d*:secret:.+|ssm:[\w-]*:\d*:parameter/.+)")


class Option:
    """One option as a template sets it; `value` may be a deploy-time value, or ABSENT where none is given."""

    __slots__ = ("path", "namespace", "name", "value", "resource")

    def __init__(self, path: Path, namespace: str, name: str, value: Any, resource: Any) -> None:
        self.path = path
        self.namespace = namespace
        self.name = name
        self.value = value
        self.resource = resource

    @property
    def words(self) -> str:
        """How people call it: `aws:autoscaling:asg MinSize`."""
        return f"{self.namespace} {self.name}"


class Options:
    """What a template says of an environment; `whole` when nothing else can be hidden behind deploy-time values."""

    __slots__ = ("all", "whole")

    def __init__(self, view: View) -> None:
        self.all: list[Option] = []
        given = view.get("OptionSettings", ())
        self.whole = not is_unknown(given) and view.get("TemplateName") is ABSENT
        for path, entry in view.values("OptionSettings/*"):
            if not isinstance(entry, dict) or is_unknown(entry):
                self.whole = False
                continue
            namespace, name = entry.get("Namespace"), entry.get("OptionName")
            if not isinstance(namespace, str) or not isinstance(name, str):
                self.whole = self.whole and not (is_unknown(namespace) or is_unknown(name))
                continue
            self.all.append(Option(path, namespace, name, entry.get("Value", ABSENT), entry.get("ResourceName")))

    def of(self, namespace: str, name: str) -> Option | None:
        """An option that is set, the last word on it."""
        found = [one for one in self.all if one.namespace == namespace and one.name == name]
        return found[-1] if found else None

    def value(self, namespace: str, name: str, default: Any = ABSENT) -> Any:
        """What an option is set to: `default` when it certainly is not, UNKNOWN when that cannot be told."""
        found = self.of(namespace, name)
        if found is None or found.value is ABSENT:
            return default if self.whole else UNKNOWN
        return found.value

    def under(self, *starts: str) -> list[Option]:
        """The options whose namespace begins so."""
        return [one for one in self.all if one.namespace.startswith(starts)]


def options(view: View) -> Options:
    """The options of an environment or configuration template, read once."""
    found: Options = view.kept("beanstalk options", Options)
    return found


def wanted(namespace: str, name: str) -> str | None:
    """What an option takes, in the words of OPTIONS; None where there is no such option."""
    if namespace in FREE:
        return FREE[namespace]
    if _OLD_STATIC.fullmatch(namespace):
        return _ANY
    known = names_of(namespace)
    return None if known is None else known.get(name)


def names_of(namespace: str) -> dict[str, str] | None:
    """The options of a namespace with what they take; None where there is no such namespace."""
    known = OPTIONS.get(namespace)
    if known is not None:
        return known
    start, _, last = namespace.rpartition(":")
    return NAMED.get(start) if last else None


def is_namespace(namespace: str) -> bool:
    """Whether there is such a namespace."""
    return namespace in FREE or names_of(namespace) is not None or _OLD_STATIC.fullmatch(namespace) is not None


def fits(value: Any, spec: str) -> bool | None:
    """Whether an option takes a value; None when it cannot be told."""
    spec = spec.removesuffix("~")
    if spec == _ANY or value is ABSENT or is_unknown(value) or isinstance(value, dict | list):
        return None
    said = text(value)
    if spec == "bool":
        return said.lower() in ("true", "false")
    if spec == "int":
        return number(value) is not None
    if spec == "duration":
        return _DURATION.fullmatch(said) is not None
    if spec == "window":
        return _WINDOW.fullmatch(said) is not None
    if spec == "url":
        return said == "" or not said.startswith("arn:")
    if spec == "secret":
        return _SECRET.fullmatch(said) is not None
    return any(_one(value, said, piece) for piece in spec.split("|"))


def _one(value: Any, said: str, piece: str) -> bool:
    low, between, high = piece.partition("..")
    if not between:
        return said == piece
    amount = number(value)
    return amount is not None and float(low) <= amount <= float(high)


def words(spec: str) -> str:
    """What an option takes, as people read it."""
    named = {
        "bool": "true or false", "int": "a number", "duration": "a duration such as PT5M",
        "window": "day:hour:minute in UTC, such as Tue:09:00", "url": "the URL of a queue",
        "secret": "the ARN of a secret of Secrets Manager or of a parameter of Systems Manager",
    }  # fmt: skip
    spec = spec.removesuffix("~")
    return named.get(spec) or ", ".join(_range(piece) for piece in spec.split("|"))


def _range(piece: str) -> str:
    low, between, high = piece.partition("..")
    if not between:
        return piece
    return " to ".join(f"{int(end):,}" if end.isdigit() else end for end in (low, high))
