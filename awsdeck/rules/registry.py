"""Which module holds the rules of which service, and every rule by its id."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .memory import Memory
    from .view import View
    from .vocabulary import Rule, Scope

SERVICES: dict[str, str | tuple[str, ...]] = {
    "AWS::ApiGateway": ("apicallers", "apideployments", "apigateway", "apimethods"),
    "AWS::ApiGatewayV2": ("apicallers", "httpapi"),
    "AWS::AutoScaling": "autoscaling",
    "AWS::AutoScaling::AutoScalingGroup": ("autoscaling", "ec2", "groupmachines", "zones"),
    "AWS::AutoScaling::LaunchConfiguration": ("autoscaling", "ebs", "ec2", "machines"),
    "AWS::CloudFront": (
        "cachebehaviors",
        "cloudfront",
        "edgeaccess",
        "edgefunctions",
        "edgeorigins",
        "hostheader",
    ),
    "AWS::CloudFront::CachePolicy": "cachebehaviors",
    "AWS::CloudFront::Function": "edgefunctions",
    "AWS::CloudFront::PublicKey": "edgefunctions",
    "AWS::CloudFront::ResponseHeadersPolicy": "edgefunctions",
    "AWS::CloudFront::StreamingDistribution": "cloudfront",
    "AWS::CloudWatch": "cloudwatch",
    "AWS::CloudWatch::Dashboard": "dashboards",
    "AWS::Cognito": "cognito",
    "AWS::DLM": "ebs",
    "AWS::CertificateManager": "certificate",
    "AWS::DAX": "dax",
    "AWS::DynamoDB": "dynamodb",
    "AWS::EC2": ("ec2", "ebs", "vpc"),
    "AWS::EC2::CapacityReservation": ("ec2", "machines", "zones"),
    "AWS::EC2::CustomerGateway": "vpc",
    "AWS::EC2::DHCPOptions": "vpc",
    "AWS::EC2::EIP": ("addresses", "ec2", "vpc"),
    "AWS::EC2::EIPAssociation": ("addresses", "ec2"),
    "AWS::EC2::EgressOnlyInternetGateway": "vpc",
    "AWS::EC2::FlowLog": "vpc",
    "AWS::EC2::Host": ("ec2", "machines", "zones"),
    "AWS::EC2::Instance": ("addresses", "ec2", "ebs", "hibernation", "machines", "zones"),
    "AWS::EC2::InternetGateway": "vpc",
    "AWS::EC2::LaunchTemplate": ("ec2", "ebs", "groupmachines", "hibernation", "machines", "zones"),
    "AWS::EC2::NatGateway": "vpc",
    "AWS::EC2::NetworkAcl": "vpc",
    "AWS::EC2::NetworkAclEntry": "vpc",
    "AWS::EC2::NetworkInterface": ("addresses", "vpc"),
    "AWS::EC2::PlacementGroup": ("ec2", "zones"),
    "AWS::EC2::Route": "vpc",
    "AWS::EC2::RouteTable": "vpc",
    "AWS::EC2::SecurityGroup": ("networks", "vpc"),
    "AWS::EC2::SecurityGroupEgress": "vpc",
    "AWS::EC2::SecurityGroupIngress": "vpc",
    "AWS::EC2::SecurityGroupVpcAssociation": "vpc",
    "AWS::EC2::SpotFleet": ("ec2", "ebs"),
    "AWS::EC2::Subnet": ("networks", "vpc", "zones"),
    "AWS::EC2::SubnetNetworkAclAssociation": "vpc",
    "AWS::EC2::SubnetRouteTableAssociation": "vpc",
    "AWS::EC2::VPC": "vpc",
    "AWS::EC2::VPCCidrBlock": "vpc",
    "AWS::EC2::VPCEndpoint": "vpc",
    "AWS::EC2::VPCGatewayAttachment": "vpc",
    "AWS::EC2::VPCPeeringConnection": "vpc",
    "AWS::EC2::Volume": ("ebs", "zones"),
    "AWS::EC2::VolumeAttachment": "ebs",
    "AWS::ElastiCache": "elasticache",
    "AWS::ElastiCache::CacheCluster": ("elasticache", "machines"),
    "AWS::ElastiCache::ReplicationGroup": ("elasticache", "machines"),
    "AWS::ElasticBeanstalk": "beanstalk",
    "AWS::ElasticBeanstalk::Environment": ("beanstalk", "tracing"),
    "AWS::ElasticLoadBalancing": ("classic", "loadbalancer"),
    "AWS::ElasticLoadBalancingV2": ("listener", "loadbalancer", "targetgroup"),
    "AWS::ElasticLoadBalancingV2::Listener": ("listener", "loadbalancer"),
    "AWS::ElasticLoadBalancingV2::ListenerRule": "listener",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("loadbalancer", "networks"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("loadbalancer", "networks", "targetgroup"),
    "AWS::Events": "events",
    "AWS::IAM": "iam",
    "AWS::KMS": "kms",
    "AWS::Kinesis": "kinesis",
    "AWS::Lambda": "lambda_",
    "AWS::Lambda::Function": ("lambda_", "tracing"),
    "AWS::Logs": "logs",
    "AWS::RDS": ("rds", "databases", "dbstorage", "dbwindows", "dbreplicas", "dbcluster", "dbgroups"),
    "AWS::RDS::DBCluster": ("databases", "dbcluster", "dbgroups", "dbwindows"),
    "AWS::RDS::DBParameterGroup": "dbgroups",
    "AWS::RDS::DBSubnetGroup": "dbgroups",
    "AWS::RDS::DBInstance": (
        "rds",
        "databases",
        "dbstorage",
        "dbwindows",
        "dbreplicas",
        "dbcluster",
        "dbgroups",
        "machines",
    ),
    "AWS::Route53": "route53",
    "AWS::S3": "s3",
    "AWS::Scheduler": "events",
    "AWS::SecretsManager": "secretsmanager",
    "AWS::SES": ("receiving", "ses"),
    "AWS::SES::ConfigurationSet": "ses",
    "AWS::SES::EmailIdentity": "ses",
    "AWS::SES::ReceiptFilter": "ses",
    "AWS::SES::Template": "ses",
    "AWS::SNS": "sns",
    "AWS::SQS": "sqs",
    "AWS::SSM": "ssm",
    "AWS::StepFunctions": "stepfunctions",
    "AWS::StepFunctions::StateMachine": ("stepfunctions", "tracing"),
    "AWS::XRay": "xray",
    "awsdeck::ALB": "loadbalancer",
    "awsdeck::ALBListener": "listener",
    "awsdeck::ApiMethod": "apimethods",
    "awsdeck::AutoScalingGroup": ("autoscaling", "ebs"),
    "awsdeck::CLB": ("classic", "loadbalancer"),
    "awsdeck::Certificate": "certificate",
    "awsdeck::CloudFrontDistribution": ("cachebehaviors", "cloudfront", "edgeaccess", "edgeorigins"),
    "awsdeck::EBS": "ebs",
    "awsdeck::EC2Host": "ec2",
    "awsdeck::EC2Instance": ("ec2", "ebs"),
    "awsdeck::LambdaFunction": ("lambda_", "placement"),
    "awsdeck::LaunchTemplate": ("ec2", "ebs"),
    "awsdeck::ListenerRule": "listener",
    "awsdeck::MemcachedCluster": "elasticache",
    "awsdeck::NLB": "loadbalancer",
    "awsdeck::NLBListener": "listener",
    "awsdeck::RedisCluster": "elasticache",
    "awsdeck::RDSInstance": "rds",
    "awsdeck::RDSReplica": "dbreplicas",
    "awsdeck::SESEmail": "ses",
    "awsdeck::SESTemplate": "ses",
    "awsdeck::SecurityGroup": "vpc",
    "awsdeck::ServerlessCache": "elasticache",
    "awsdeck::VPC": "vpc",
}
"""The module or modules with the rules of a service, or of a type that needs only some of them.

A type's own entry counts before its service's. A construct (`awsdeck::SQSQueue`) is found by how its name begins: by
an entry of its own, else by the service it is called after.
"""
EVERYWHERE = ("demands", "grammar", "names", "policy", "schema", "template")
"""Modules with rules about single resources of any service."""
TOGETHER = (
    *EVERYWHERE,
    "anatomy",
    "arguments",
    "calls",
    "encryption",
    "existence",
    "kinds",
    "links",
    "parameters",
    "stacks",
    "wiring",
)
"""Modules with rules about resources of several services."""
ABOUT: dict[str, frozenset[str]] = {
    "existence": frozenset(("Conditions",)),
    "parameters": frozenset((
        "AWS::CloudWatch::Dashboard", "AWS::Logs::ResourcePolicy", "AWS::Organizations::Policy",
        "AWS::SecretsManager::Secret", "AWS::StepFunctions::StateMachine", "AWS::XRay::ResourcePolicy", "Conditions",
        "Mappings", "Parameters",
    )),
}  # fmt: skip
"""The sections of a template and the types of which modules speak that need not be loaded without them."""
CHANGES = (
    "balancerchanges",
    "beanstalkchanges",
    "cachechanges",
    "dbchanges",
    "ec2changes",
    "functions",
    "keychanges",
    "kinesis",
    "recordchanges",
    "renewal",
    "tables",
    "update",
    "volumes",
)
"""Modules with rules about going from one template to another."""
GENERAL = (*TOGETHER, *CHANGES)

FEW = 5
"""From so many resources of a type on, what its rules read is remembered."""

_loaded: dict[str, tuple[Rule, ...]] = {}
_plans: dict[tuple[str, str], Plan] = {}


class Plan:
    """The rules of one scope about one resource type, by what makes them worth running.

    `always` are run on every resource; those of `on` only where the property they hang on is given. `refer` are those
    that look where references lead.
    """

    __slots__ = ("rules", "always", "on", "refer", "asked", "memories")

    def __init__(self, rules: Iterable[Rule], type: str = "") -> None:
        self.rules = tuple(rules)
        self.always = tuple(rule for rule in self.rules if rule.triggers is None)
        self.refer = tuple((rule, rule.triggers) for rule in self.rules if _refers(rule, type))
        self.on: dict[str, list[Rule]] = {}
        for rule in self.rules:
            for property in sorted(rule.triggers or ()):
                self.on.setdefault(property, []).append(rule)
        self.asked = 0
        self.memories: dict[tuple[str, bool], Memory] = {}

    def memory(self, view: View) -> Memory | None:
        """What the rules have found sound so far; None for the first few resources, where it costs more than it saves."""
        memory = self.memories.get((view.mode, view.member is None))
        if memory is None:
            self.asked += 1
            if self.asked > FEW:
                from .memory import Memory

                memory = self.memories[view.mode, view.member is None] = Memory(self.rules)
        return memory


def _refers(rule: Rule, type: str) -> bool:
    return type in rule.refers if isinstance(rule.refers, tuple) else rule.refers


def module_rules(module: str) -> tuple[Rule, ...]:
    """The rules of one module, loaded on first use."""
    rules = _loaded.get(module)
    if rules is None:
        rules = _loaded[module] = tuple(import_module(f".{module}", __package__).RULES)
    return rules


def modules_of(type: str) -> tuple[str, ...]:
    """The modules with the rules of a resource type (`AWS::SQS::Queue`) or construct (`awsdeck::SQSQueue`)."""
    found = SERVICES.get(type)
    if found is None:
        vendor, _, rest = type.partition("::")
        if vendor == "awsdeck":
            keys = [key for key in SERVICES if type.startswith(key) or _called_after(rest, key)]
            found = SERVICES[max(keys, key=lambda key: len(key.rpartition("::")[2]))] if keys else None
        else:
            found = SERVICES.get(f"{vendor}::{rest.partition('::')[0]}")
    if found is None:
        return ()
    return (found,) if isinstance(found, str) else found


def _called_after(name: str, key: str) -> bool:
    vendor, _, service = key.partition("::")
    return vendor != "awsdeck" and "::" not in service and name.startswith(service)


def plan(type: str, scope: Scope = "resource") -> Plan:
    """How to check one resource of this type."""
    found = _plans.get((type, scope))
    if found is None:
        rules = (rule for module in (*modules_of(type), *EVERYWHERE) for rule in module_rules(module))
        found = _plans[type, scope] = Plan(
            (rule for rule in rules if rule.scope == scope and (type in rule.types or "*" in rule.types)), type
        )
    return found


def rules_for(type: str, scope: Scope = "resource") -> tuple[Rule, ...]:
    """The rules of one scope that speak of a resource type, general ones last."""
    return plan(type, scope).rules


def of_scope(scope: Scope, types: Iterable[str], sections: Iterable[str]) -> Iterator[Rule]:
    """The rules of one scope that can matter where resources of these types, and these sections of templates, stand."""
    types = set(types)
    there = types.union(sections)
    services = {module for type in types for module in modules_of(type)}
    general = [name for name in TOGETHER if name not in ABOUT or not there.isdisjoint(ABOUT[name])]
    for module in (*sorted(services), *(CHANGES if scope == "update" else general)):
        for rule in module_rules(module):
            if rule.scope == scope and ("*" in rule.types or not types.isdisjoint(rule.types)):
                yield rule


def all_rules() -> tuple[Rule, ...]:
    """Every rule there is, by id; one that shows in several scopes is there once for each."""
    services = [module for found in SERVICES.values() for module in ((found,) if isinstance(found, str) else found)]
    rules = [rule for module in dict.fromkeys((*services, *GENERAL)) for rule in module_rules(module)]
    return tuple(sorted(rules, key=lambda rule: rule.id))


def parts(id: str) -> tuple[Rule, ...]:
    """The rule with this id (letters count as capitals), once for each scope it shows in."""
    return tuple(rule for rule in all_rules() if rule.id == id.upper())


def find(id: str) -> Rule | None:
    """The rule with this id, or the first of its parts."""
    return next(iter(parts(id)), None)
