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
    "AWS::ApiGateway": (
        "apigateway.apicallers",
        "apigateway.apideployments",
        "apigateway.apigateway",
        "apigateway.apimethods",
    ),
    "AWS::ApiGatewayV2": ("apigateway.apicallers", "apigateway.httpapi"),
    "AWS::AutoScaling": "autoscaling.autoscaling",
    "AWS::AutoScaling::AutoScalingGroup": (
        "autoscaling.autoscaling",
        "ec2.ec2",
        "autoscaling.groupmachines",
        "vpc.zones",
    ),
    "AWS::AutoScaling::LaunchConfiguration": ("autoscaling.autoscaling", "ec2.ebs", "ec2.ec2", "ec2.machines"),
    "AWS::CloudFront": (
        "cloudfront.cachebehaviors",
        "cloudfront.cloudfront",
        "cloudfront.edgeaccess",
        "cloudfront.edgefunctions",
        "cloudfront.edgeorigins",
        "cloudfront.hostheader",
    ),
    "AWS::CloudFront::CachePolicy": "cloudfront.cachebehaviors",
    "AWS::CloudFront::Function": "cloudfront.edgefunctions",
    "AWS::CloudFront::PublicKey": "cloudfront.edgefunctions",
    "AWS::CloudFront::ResponseHeadersPolicy": "cloudfront.edgefunctions",
    "AWS::CloudFront::StreamingDistribution": "cloudfront.cloudfront",
    "AWS::CloudWatch": "cloudwatch.cloudwatch",
    "AWS::CloudWatch::Dashboard": "cloudwatch.dashboards",
    "AWS::Cognito": "security.cognito",
    "AWS::DLM": "ec2.ebs",
    "AWS::CertificateManager": "security.certificate",
    "AWS::DAX": "dynamodb.dax",
    "AWS::DynamoDB": "dynamodb.dynamodb",
    "AWS::EC2": ("ec2.ec2", "ec2.ebs", "vpc.vpc"),
    "AWS::EC2::CapacityReservation": ("ec2.ec2", "ec2.machines", "vpc.zones"),
    "AWS::EC2::CustomerGateway": "vpc.vpc",
    "AWS::EC2::DHCPOptions": "vpc.vpc",
    "AWS::EC2::EIP": ("ec2.addresses", "ec2.ec2", "vpc.vpc"),
    "AWS::EC2::EIPAssociation": ("ec2.addresses", "ec2.ec2"),
    "AWS::EC2::EgressOnlyInternetGateway": "vpc.vpc",
    "AWS::EC2::FlowLog": "vpc.vpc",
    "AWS::EC2::Host": ("ec2.ec2", "ec2.machines", "vpc.zones"),
    "AWS::EC2::Instance": ("ec2.addresses", "ec2.ec2", "ec2.ebs", "ec2.hibernation", "ec2.machines", "vpc.zones"),
    "AWS::EC2::InternetGateway": "vpc.vpc",
    "AWS::EC2::LaunchTemplate": (
        "ec2.ec2",
        "ec2.ebs",
        "autoscaling.groupmachines",
        "ec2.hibernation",
        "ec2.machines",
        "vpc.zones",
    ),
    "AWS::EC2::NatGateway": "vpc.vpc",
    "AWS::EC2::NetworkAcl": "vpc.vpc",
    "AWS::EC2::NetworkAclEntry": "vpc.vpc",
    "AWS::EC2::NetworkInterface": ("ec2.addresses", "vpc.vpc"),
    "AWS::EC2::PlacementGroup": ("ec2.ec2", "vpc.zones"),
    "AWS::EC2::Route": "vpc.vpc",
    "AWS::EC2::RouteTable": "vpc.vpc",
    "AWS::EC2::SecurityGroup": ("vpc.networks", "vpc.vpc"),
    "AWS::EC2::SecurityGroupEgress": "vpc.vpc",
    "AWS::EC2::SecurityGroupIngress": "vpc.vpc",
    "AWS::EC2::SecurityGroupVpcAssociation": "vpc.vpc",
    "AWS::EC2::SpotFleet": ("ec2.ec2", "ec2.ebs"),
    "AWS::EC2::Subnet": ("vpc.networks", "vpc.vpc", "vpc.zones"),
    "AWS::EC2::SubnetNetworkAclAssociation": "vpc.vpc",
    "AWS::EC2::SubnetRouteTableAssociation": "vpc.vpc",
    "AWS::EC2::VPC": "vpc.vpc",
    "AWS::EC2::VPCCidrBlock": "vpc.vpc",
    "AWS::EC2::VPCEndpoint": "vpc.vpc",
    "AWS::EC2::VPCGatewayAttachment": "vpc.vpc",
    "AWS::EC2::VPCPeeringConnection": "vpc.vpc",
    "AWS::EC2::Volume": ("ec2.ebs", "vpc.zones"),
    "AWS::EC2::VolumeAttachment": "ec2.ebs",
    "AWS::ECS": "ec2.ecs",
    "AWS::ElastiCache": "elasticache.elasticache",
    "AWS::ElastiCache::CacheCluster": ("elasticache.elasticache", "ec2.machines"),
    "AWS::ElastiCache::ReplicationGroup": ("elasticache.elasticache", "ec2.machines"),
    "AWS::ElasticBeanstalk": "beanstalk.beanstalk",
    "AWS::ElasticBeanstalk::Environment": ("beanstalk.beanstalk", "cloudwatch.tracing"),
    "AWS::ElasticLoadBalancing": ("elb.classic", "elb.loadbalancer"),
    "AWS::ElasticLoadBalancingV2": ("elb.listener", "elb.loadbalancer", "elb.targetgroup"),
    "AWS::ElasticLoadBalancingV2::Listener": ("elb.listener", "elb.loadbalancer"),
    "AWS::ElasticLoadBalancingV2::ListenerRule": "elb.listener",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": ("elb.loadbalancer", "vpc.networks"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": ("elb.loadbalancer", "vpc.networks", "elb.targetgroup"),
    "AWS::Events": "events.events",
    "AWS::IAM": "security.iam",
    "AWS::KMS": "security.kms",
    "AWS::Kinesis": "events.kinesis",
    "AWS::Lambda": "functions.lambda_",
    "AWS::Lambda::Function": ("functions.lambda_", "cloudwatch.tracing"),
    "AWS::Logs": "cloudwatch.logs",
    "AWS::RDS": (
        "rds.rds",
        "rds.databases",
        "rds.dbstorage",
        "rds.dbwindows",
        "rds.dbreplicas",
        "rds.dbcluster",
        "rds.dbgroups",
    ),
    "AWS::RDS::DBCluster": ("rds.databases", "rds.dbcluster", "rds.dbgroups", "rds.dbwindows"),
    "AWS::RDS::DBParameterGroup": "rds.dbgroups",
    "AWS::RDS::DBSubnetGroup": "rds.dbgroups",
    "AWS::RDS::DBInstance": (
        "rds.rds",
        "rds.databases",
        "rds.dbstorage",
        "rds.dbwindows",
        "rds.dbreplicas",
        "rds.dbcluster",
        "rds.dbgroups",
        "ec2.machines",
    ),
    "AWS::Route53": "route53.route53",
    "AWS::S3": "s3.s3",
    "AWS::Scheduler": "events.events",
    "AWS::SecretsManager": "security.secretsmanager",
    "AWS::SES": ("ses.receiving", "ses.ses"),
    "AWS::SES::ConfigurationSet": "ses.ses",
    "AWS::SES::EmailIdentity": "ses.ses",
    "AWS::SES::ReceiptFilter": "ses.ses",
    "AWS::SES::Template": "ses.ses",
    "AWS::SNS": "messaging.sns",
    "AWS::SQS": "messaging.sqs",
    "AWS::SSM": "security.ssm",
    "AWS::StepFunctions": "stepfunctions.stepfunctions",
    "AWS::StepFunctions::StateMachine": ("stepfunctions.stepfunctions", "cloudwatch.tracing"),
    "AWS::XRay": "cloudwatch.xray",
    "awsdeck::ALB": "elb.loadbalancer",
    "awsdeck::ALBListener": "elb.listener",
    "awsdeck::ApiMethod": "apigateway.apimethods",
    "awsdeck::AutoScalingGroup": ("autoscaling.autoscaling", "ec2.ebs"),
    "awsdeck::CLB": ("elb.classic", "elb.loadbalancer"),
    "awsdeck::Certificate": "security.certificate",
    "awsdeck::CloudFrontDistribution": (
        "cloudfront.cachebehaviors",
        "cloudfront.cloudfront",
        "cloudfront.edgeaccess",
        "cloudfront.edgeorigins",
    ),
    "awsdeck::EBS": "ec2.ebs",
    "awsdeck::EC2Host": "ec2.ec2",
    "awsdeck::EC2Instance": ("ec2.ec2", "ec2.ebs"),
    "awsdeck::LambdaFunction": ("functions.lambda_", "functions.placement"),
    "awsdeck::LaunchTemplate": ("ec2.ec2", "ec2.ebs"),
    "awsdeck::ListenerRule": "elb.listener",
    "awsdeck::MemcachedCluster": "elasticache.elasticache",
    "awsdeck::NLB": "elb.loadbalancer",
    "awsdeck::NLBListener": "elb.listener",
    "awsdeck::RedisCluster": "elasticache.elasticache",
    "awsdeck::RDSInstance": "rds.rds",
    "awsdeck::RDSReplica": "rds.dbreplicas",
    "awsdeck::SESEmail": "ses.ses",
    "awsdeck::SESTemplate": "ses.ses",
    "awsdeck::SecurityGroup": "vpc.vpc",
    "awsdeck::ServerlessCache": "elasticache.elasticache",
    "awsdeck::VPC": "vpc.vpc",
}
"""The module or modules with the rules of a service, or of a type that needs only some of them.

A type's own entry counts before its service's. A construct (`awsdeck::SQSQueue`) is found by how its name begins: by
an entry of its own, else by the service it is called after.
"""
DEMANDED = {
    "AWS::ApiGateway": "apigateway.apidemands",
    "AWS::ApiGatewayV2": "apigateway.apidemands",
    "AWS::ApplicationAutoScaling": "templates.storedemands",
    "AWS::AutoScaling": "ec2.netdemands",
    "AWS::CertificateManager": "ec2.netdemands",
    "AWS::CloudFormation": "apigateway.apidemands",
    "AWS::CloudFront": "ec2.netdemands",
    "AWS::CloudWatch": "apigateway.apidemands",
    "AWS::DLM": "ec2.netdemands",
    "AWS::DynamoDB": "templates.storedemands",
    "AWS::EC2": "ec2.netdemands",
    "AWS::ElastiCache": "rds.datademands",
    "AWS::ElasticBeanstalk": "ec2.netdemands",
    "AWS::ElasticLoadBalancing": "ec2.netdemands",
    "AWS::ElasticLoadBalancingV2": "ec2.netdemands",
    "AWS::Events": "apigateway.apidemands",
    "AWS::IAM": "ec2.netdemands",
    "AWS::KinesisFirehose": "apigateway.apidemands",
    "AWS::Lambda": "apigateway.apidemands",
    "AWS::RDS": "rds.datademands",
    "AWS::Redshift": "rds.datademands",
    "AWS::Route53": "ec2.netdemands",
    "AWS::S3": "templates.storedemands",
    "AWS::SES": "apigateway.apidemands",
    "AWS::SNS": "templates.storedemands",
    "AWS::SSM": "templates.storedemands",
    "AWS::StepFunctions": "apigateway.apidemands",
    "AWS::XRay": "apigateway.apidemands",
}
"""The module with what a service demands of single properties, beside the rules of its own."""
EVERYWHERE = (
    "templates.demands",
    "policies.grammar",
    "policies.names",
    "policies.policy",
    "schema",
    "templates.template",
)
"""Modules with rules about single resources of any service."""
TOGETHER = (
    *EVERYWHERE,
    "templates.anatomy",
    "templates.arguments",
    "templates.calls",
    "policies.encryption",
    "templates.existence",
    "templates.foreach",
    "templates.kinds",
    "templates.links",
    "templates.parameters",
    "templates.stacks",
    "templates.wiring",
)
"""Modules with rules about resources of several services."""
ABOUT: dict[str, frozenset[str]] = {
    "templates.existence": frozenset(("Conditions",)),
    "templates.foreach": frozenset(("Transform",)),
    "templates.parameters": frozenset((
        "AWS::CloudWatch::Dashboard", "AWS::Logs::ResourcePolicy", "AWS::Organizations::Policy",
        "AWS::SecretsManager::Secret", "AWS::StepFunctions::StateMachine", "AWS::XRay::ResourcePolicy", "Conditions",
        "Mappings", "Parameters",
    )),
}  # fmt: skip
"""The sections of a template and the types of which modules speak that need not be loaded without them."""
CHANGES = (
    "elb.balancerchanges",
    "beanstalk.beanstalkchanges",
    "elasticache.cachechanges",
    "rds.dbchanges",
    "ec2.ec2changes",
    "functions.functions",
    "security.keychanges",
    "events.kinesis",
    "route53.recordchanges",
    "autoscaling.renewal",
    "dynamodb.tables",
    "templates.update",
    "ec2.volumes",
)
"""Modules with rules about going from one template to another."""
GENERAL = (*TOGETHER, *CHANGES)

FEW = 5
"""From so many resources of a type on, what its rules read is remembered."""

PLANS_MOST = 4_000
"""So many types have their rules at hand, twice as many as there are; users' templates may name any."""

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
    demanded = DEMANDED.get(type.rpartition("::")[0])
    return _own_modules(type) if demanded is None else (*_own_modules(type), demanded)


def _own_modules(type: str) -> tuple[str, ...]:
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
        if len(_plans) >= PLANS_MOST:
            _plans.clear()
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
    rules = [
        rule for module in dict.fromkeys((*services, *DEMANDED.values(), *GENERAL)) for rule in module_rules(module)
    ]
    return tuple(sorted(rules, key=lambda rule: rule.id))


def parts(id: str) -> tuple[Rule, ...]:
    """The rule with this id (letters count as capitals), once for each scope it shows in."""
    return tuple(rule for rule in all_rules() if rule.id == id.upper())


def find(id: str) -> Rule | None:
    """The rule with this id, or the first of its parts."""
    return next(iter(parts(id)), None)
