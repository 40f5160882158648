"""What environments and configuration templates of Elastic Beanstalk have in common: their settings and their roles.

Source: Elastic Beanstalk Developer Guide, configuration options; service roles, instance profiles, and user policies.
"""

from __future__ import annotations

from ...constructs import Construct, construct
from ...errors import ConstructError
from ...rules.beanstalk import beanstalkoptions as known
from ...source import caller
from ...tokens import has_marker
from ..cloudwatch.logdelivery import deliver
from ..ec2.host import EC2KeyPair
from ..ec2.machine import EC2, key_name, profile_of
from ..messaging.sns import TopicAccess
from ..messaging.sqs import QueueAccess
from ..security.iam import ExistingRole, IAMRole
from ..security.policy import Principal
from ..security.secretsmanager import SecretAccess
from ..security.ssm import ParameterAccess
from ..vpc.securitygroup import SecurityGroup, connected
from ..vpc.subnet import VPCAccess
from .beanstalkbalancer import BeanstalkLoadBalancer
from .beanstalkoptions import (
    BeanstalkDeployment,
    BeanstalkRollout,
    BeanstalkSchedule,
    BeanstalkSpot,
    BeanstalkTrigger,
    BeanstalkUpdates,
    BeanstalkWorker,
)
from .beanstalkplatform import platform_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal, TypeAlias

    from ...resource import Resource
    from ...tokens import Token
    from ..ec2.families import InstanceType
    from ..security.policy import Conditions, Grant
    from ..vpc.connections import Connections
    from ..vpc.securitygroup import SecurityGroupAccess
    from ..vpc.subnet import Placement, SubnetChoice
    from .beanstalkplatform import BeanstalkPlatform

    Secret: TypeAlias = SecretAccess | ParameterAccess | tuple[SecretAccess, str] | str
    """A secret or parameter, a secret and the key of its JSON, or an ARN."""

SERVICE = "elasticbeanstalk.amazonaws.com"
WEB_POLICY = "AWSElasticBeanstalkWebTier"
WORKER_POLICY = "AWSElasticBeanstalkWorkerTier"
CONTAINERS_POLICY = "AWSElasticBeanstalkMulticontainerDocker"
HEALTH_POLICY = "service-role/AWSElasticBeanstalkEnhancedHealth"
UPDATES_POLICY = "AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy"
"""AWS's own policies for instances, and for what Elastic Beanstalk does on behalf of an account."""


class Configured(Construct):
    """What is made of an environment's settings."""

    if TYPE_CHECKING:
        instance_role: IAMRole | ExistingRole
        beanstalk_role: IAMRole | ExistingRole
        base: BeanstalkSettings | None
        _settings: dict[tuple[str, str, str | None], Any]
        _waits: list[Resource]
        _place: Placement | None
        _connections: Connections | None
    else:
        base = None  # where the other half of the settings comes from
        _connections = None


@construct
class BeanstalkSettings(Configured):
    """The settings that environments and configuration templates share; see `BeanstalkEnvironment`."""

    platform: BeanstalkPlatform | str | None = None
    instance_types: Sequence[InstanceType] = ()
    min: int | Token | None = None
    max: int | Token | None = None
    spot: BeanstalkSpot | None = None
    scaling: BeanstalkTrigger | None = None
    schedules: Sequence[BeanstalkSchedule] = ()
    single_instance: bool = False
    load_balancer: BeanstalkLoadBalancer | None = None
    deployment: BeanstalkDeployment | None = None
    rollout: BeanstalkRollout | None = None
    updates: BeanstalkUpdates | None = None
    worker: BeanstalkWorker | None = None
    environment: Mapping[str, str] = {}
    secrets: Mapping[str, Secret] = {}
    health: Literal["enhanced", "basic"] = "enhanced"
    log_retention: int | None = 30
    health_log_retention: int | None = None
    tracing: bool = False
    vpc: VPCAccess | None = None
    subnets: SubnetChoice = None
    security_groups: Sequence[SecurityGroupAccess | str] | None = None
    role: IAMRole | ExistingRole | str | None = None
    service_role: IAMRole | ExistingRole | str | None = None
    metadata: Literal["required", "optional"] = "required"
    root_size: int | Token | None = None
    root_type: Literal["gp3", "gp2", "io1", "io2", "standard"] = "gp3"
    root_iops: int | Token | None = None
    root_throughput: int | Token | None = None
    image: str | None = None
    key_pair: EC2KeyPair | str | None = None
    monitoring: bool = False
    notifications: TopicAccess | str | None = None
    proxy: Literal["nginx", "apache", "none"] | None = None
    static_files: Mapping[str, str] = {}
    options: Mapping[tuple[str, str], str | int | bool] = {}

    # What is made before the environment

    def prepare(self, *, worker: bool) -> list[dict[str, Any]]:
        """Make the roles and security groups, and give the option settings."""
        self._check(worker)
        self._waits = []
        self._settings = {}
        base = self.base
        if base is None:
            self._roles(worker)
        else:
            self.instance_role, self.beanstalk_role = base.instance_role, base.beanstalk_role
            self._connections = base._connections
        self._place = self._network(worker)
        self._fill(worker)
        self._disk_and_machine()
        self._secrets()
        self._told()
        for (namespace, name), value in self.options.items():
            self._settings[namespace, name, None] = value
        return self.written()

    def written(self) -> list[dict[str, Any]]:
        """The option settings as a template has them."""
        return [
            {"Namespace": namespace, "OptionName": name, "ResourceName": resource, "Value": _text(value)}
            for (namespace, name, resource), value in self._settings.items()
            if value is not None
        ]

    def _said(self, name: str) -> bool:
        """Whether a setting is to be written: always, but on top of others only when somebody has said it."""
        return self.base is None or getattr(self, name) is not type(self)._fields[name]

    def _check(self, worker: bool) -> None:
        wrong = []
        if self.single_instance and self.load_balancer is not None:
            wrong.append("a single instance has no load balancer: leave load_balancer= or single_instance= out")
        if worker and self.load_balancer is not None:
            wrong.append("a worker has no load balancer: leave load_balancer= out")
        if not worker and self.worker is not None:
            wrong.append('worker= is for environments with tier="worker"')
        if self.vpc is None:
            given = {"subnets": self.subnets, "security_groups": self.security_groups}
            wrong += [f"{name}= without vpc=" for name, value in given.items() if value is not None]
            if self.load_balancer is not None:
                balancer = self.load_balancer
                placed = {
                    "subnets": balancer.subnets,
                    "security_groups": balancer.security_groups,
                    "internal": balancer.internal or None,
                }
                wrong += [
                    f"{name}= of the load balancer without vpc=" for name, one in placed.items() if one is not None
                ]
        wrong += [
            f"instance_types= holds a {type(one).__name__}, and takes names such as 't3.small'"
            for one in self.instance_types
            if not isinstance(one, str)
        ]
        wrong += [
            f"options= is by (namespace, name), such as ('aws:autoscaling:asg', 'Cooldown'), not by {given!r}"
            for given in self.options
            if not isinstance(given, tuple) or len(given) != 2 or not all(isinstance(one, str) for one in given)
        ]
        secrets: Mapping[str, Any] = self.secrets
        wrong += [
            f"secrets= has a tuple of {len(given)} for {name!r}, and takes (Secret, key of its JSON)"
            for name, given in secrets.items()
            if isinstance(given, tuple) and len(given) != 2
        ]
        if wrong:
            raise ConstructError(f"{self.node.path} cannot be so:\n" + "\n".join(wrong), place=caller())

    def _roles(self, worker: bool) -> None:
        self.instance_role = self._role("Role", self.role, lambda: self._own_role(worker))
        self.beanstalk_role = self._role(
            "ServiceRole", self.service_role, lambda: service_role(self, self.updates is not None)
        )
        self._put(known.LAUNCH, "IamInstanceProfile", profile_of(self, self.instance_role))
        self._put(known.ENVIRONMENT, "ServiceRole", self.beanstalk_role.role_name)

    def _own_role(self, worker: bool) -> IAMRole:
        policies = [WORKER_POLICY if worker else WEB_POLICY]
        platform = None if self.platform is None else platform_of(self.platform, self.node.path)
        if platform is not None and "platform/ECS running" in str.__str__(platform.value):
            policies.append(CONTAINERS_POLICY)
        return IAMRole(self, "Role", assumed_by=EC2, managed_policies=policies)

    def _role(self, id: str, given: IAMRole | ExistingRole | str | None, make: Any) -> IAMRole | ExistingRole:
        if given is None:
            made: IAMRole = make()
            return made
        if isinstance(given, str):
            return IAMRole.from_arn(self, id, given)
        if isinstance(given, IAMRole | ExistingRole):
            return given
        raise ConstructError(
            f"{self.node.path}: a {type(given).__name__} is not a role", place=caller(),
            fix="give an IAMRole or an ARN, or leave it out",
        )  # fmt: skip

    # Where it stands

    def _network(self, worker: bool) -> Placement | None:
        vpc = self.vpc
        if vpc is None:
            return None
        alone = self.single_instance and not worker
        place = vpc.choose(self.subnets, ("public",) if alone else ("private", "public", "isolated"))
        process = None if self.load_balancer is None else self.load_balancer.process
        port = 80 if process is None or process.port is None else process.port
        self._connections = connected(self, vpc, self.security_groups, port=port)
        self._put(known.NETWORK, "VPCId", vpc.id)
        self._put(known.NETWORK, "Subnets", ",".join(place.ids))
        self._put(known.NETWORK, "AssociatePublicIpAddress", place.kind == "public" if place.kind is not None else None)
        self._put(known.LAUNCH, "SecurityGroups", ",".join(self._connections.group_ids))
        balancer = None if worker or self.single_instance else self.load_balancer or BeanstalkLoadBalancer()
        if balancer is not None and balancer.shared is None:
            inside = balancer.internal
            where = place if inside and balancer.subnets is None else vpc.choose(balancer.subnets, ("public",))
            self._put(known.NETWORK, "ELBSubnets", ",".join(where.ids))
            self._put(known.NETWORK, "ELBScheme", "internal" if inside else "public")
        if balancer is not None:
            self._guard(balancer, self._connections)
        return place

    def _guard(self, balancer: BeanstalkLoadBalancer, connections: Connections) -> None:
        """Let the groups in front of the load balancer in: those given, or those of the one that is shared.

        Without them Elastic Beanstalk makes a group, and would put it before a shared load balancer too.
        """
        if balancer.security_groups is not None:
            groups = [
                SecurityGroup.from_id(self, f"LoadBalancerGroup{number}", one) if isinstance(one, str) else one
                for number, one in enumerate(balancer.security_groups, 1)
            ]
            if not groups:
                raise ConstructError(
                    f"{self.node.path}: security_groups= of the load balancer is empty", place=caller(),
                    fix="give one or more, or leave it out",
                )  # fmt: skip
        elif balancer.shared is not None and not isinstance(balancer.shared, str) and balancer.shared.front is not None:
            groups = balancer.shared.front.groups
        else:
            return
        home = known.CLASSIC if balancer.type == "classic" else known.BALANCER
        self._put(home, "SecurityGroups", ",".join(group.id for group in groups))
        self._put(home, "ManagedSecurityGroup", groups[0].id)
        processes = [balancer.process, *balancer.processes.values()]
        for port in dict.fromkeys(80 if one.port is None else one.port for one in processes):
            for group in groups:
                connections.allow_from(group, port)

    @property
    def connections(self) -> Connections:
        """To whom the instances may connect, and who may connect to them. Raises `ConstructError` without a VPC.

        Elastic Beanstalk lets its load balancer in by itself, through a group that it adds.
        """
        if self._connections is None:
            raise ConstructError(
                f"{self.node.path} has no security group of its own", place=caller(), fix="give it vpc="
            )
        return self._connections

    # The options

    def _put(self, namespace: str, name: str, value: Any, resource: str | None = None) -> None:
        if value is not None:
            self._settings[namespace, name, resource] = value

    def _all(self, settings: Mapping[tuple[str, str], Any], resource: str | None = None) -> None:
        for (namespace, name), value in settings.items():
            self._put(namespace, name, value, resource)

    def _fill(self, worker: bool) -> None:
        if self.single_instance:
            self._put(known.ENVIRONMENT, "EnvironmentType", "SingleInstance")
        elif self._said("single_instance"):
            self._put(known.ENVIRONMENT, "EnvironmentType", "LoadBalanced")
        if not worker and not self.single_instance and self._said("load_balancer"):
            self._all((self.load_balancer or BeanstalkLoadBalancer()).settings())
        if self.platform is not None:
            self._all(platform_of(self.platform, self.node.path).settings)
        self._put(known.INSTANCES, "InstanceTypes", ",".join(self.instance_types) or None)
        self._put(known.ASG, "MinSize", self.min)
        self._put(known.ASG, "MaxSize", self.max)
        for part in (self.spot, self.scaling, self.deployment, self.rollout, self.worker, self.updates):
            if part is not None:
                self._all(part.settings())
        if self.updates is not None:
            self._put(known.MANAGED, "ServiceRoleForManagedUpdates", self.beanstalk_role.role_name)
        for schedule in self.schedules:
            self._all(schedule.settings(), schedule.name)
        for name, value in self.environment.items():
            self._settings[known.VARIABLES, name, None] = value
        if self._said("health"):
            self._put(known.HEALTH, "SystemType", self.health)
        if self._said("log_retention") and self.log_retention is not None:
            self._put(known.LOGS, "StreamLogs", True)
            self._put(known.LOGS, "RetentionInDays", self.log_retention)
        if self.health_log_retention is not None:
            self._put(known.HEALTH_LOGS, "HealthStreamingEnabled", True)
            self._put(known.HEALTH_LOGS, "RetentionInDays", self.health_log_retention)
        self._put(known.TRACING, "XRayEnabled", True if self.tracing else None)
        self._put(known.PROXY, "ProxyServer", self.proxy)
        for path, folder in self.static_files.items():
            self._put(known.STATIC, path, folder)

    def _disk_and_machine(self) -> None:
        if self._said("metadata"):
            self._put(known.LAUNCH, "DisableIMDSv1", self.metadata == "required")
        if self._said("root_type"):
            self._put(known.LAUNCH, "RootVolumeType", self.root_type)
        self._put(known.LAUNCH, "RootVolumeSize", self.root_size)
        self._put(known.LAUNCH, "RootVolumeIOPS", self.root_iops)
        self._put(known.LAUNCH, "RootVolumeThroughput", self.root_throughput)
        self._put(known.LAUNCH, "ImageId", self.image)
        self._put(known.LAUNCH, "EC2KeyName", key_name(self.key_pair))
        self._put(known.LAUNCH, "MonitoringInterval", "1 minute" if self.monitoring else None)

    def _secrets(self) -> None:
        for name, given in self.secrets.items():
            key = None
            secret: Any = given
            if isinstance(given, tuple):
                secret, key = given
            if isinstance(secret, SecretAccess | ParameterAccess):
                self._wait_for(secret.grant_read(self.instance_role))
            elif not isinstance(secret, str):
                raise ConstructError(
                    f"{self.node.path}: secrets= holds a {type(secret).__name__} for {name!r}", place=caller(),
                    fix="give a Secret, (Secret, key of its JSON), an SSMParameter, or an ARN",
                )  # fmt: skip
            if key is not None and not isinstance(secret, SecretAccess):
                raise ConstructError(
                    f"{self.node.path}: only a secret of Secrets Manager has keys, and {name!r} names {key!r}",
                    place=caller(), fix="leave the key out",
                )  # fmt: skip
            arn = secret if isinstance(secret, str) else secret.arn
            self._put(known.SECRETS, name, arn if key is None else f"{arn}:{key}")

    def _told(self) -> None:
        """Let the roles at what the settings name: the topic, the worker's queue."""
        topic = self.notifications
        if isinstance(topic, TopicAccess):
            self._wait_for(topic.grant_publish(self.beanstalk_role))
            self._put(known.TOPICS, "Notification Topic ARN", topic.arn)
        elif isinstance(topic, str) and (topic.startswith("arn:") or has_marker(topic)):
            self._put(known.TOPICS, "Notification Topic ARN", topic)
        elif isinstance(topic, str):
            self._put(known.TOPICS, "Notification Endpoint", topic)
            self._put(known.TOPICS, "Notification Protocol", "email")
        queue = None if self.worker is None else self.worker.queue
        if isinstance(queue, QueueAccess):
            self._wait_for(queue.grant_consume(self.instance_role))

    def _wait_for(self, grant: Grant) -> None:
        if grant.policy is not None:
            self._waits.append(grant.policy)

    def hold_back(self, made: Resource) -> None:
        """Let the environment wait for its permissions, its way to the internet, and what it shares."""
        if self._waits:
            made.node.depends_on(*dict.fromkeys(self._waits))
        if self._place is not None:
            self._place.hold_back(made)
        balancer = self.load_balancer
        if balancer is None:
            return
        logs = balancer.access_logs
        if logs is not None and not isinstance(logs, str):
            deliver(made, logs, balancer.access_logs_prefix)
        if balancer.shared is not None and not isinstance(balancer.shared, str):
            listeners = [one.node.resource for one in balancer.shared.listeners if one.node.stack is made.node.stack]
            if listeners:
                made.node.depends_on(*listeners)

    # What can be done with it

    def add_environment(self, name: str, value: str) -> None:
        """Give the application one more environment variable."""
        self._settings[known.VARIABLES, name, None] = value
        self.node.resource.set(OptionSettings=self.written())

    def allow(
        self, *actions: str, on: str | Sequence[str], when: Conditions | None = None, sid: str | None = None
    ) -> Grant:
        """Let the instances do `actions` on the ARNs in `on`: a permission of their role."""
        return self.instance_role.allow(*actions, on=on, when=when, sid=sid)

    def as_principal(self) -> Principal:
        """The instances' role as a principal of a resource's policy."""
        return self.instance_role.as_principal()


def service_role(owner: Construct, updates: bool) -> IAMRole:
    """The role that Elastic Beanstalk takes on to watch an environment, and to update its platform."""
    trusted = Principal("Service", (SERVICE,), {"StringEquals": {"sts:ExternalId": "elasticbeanstalk"}})
    policies = [HEALTH_POLICY, UPDATES_POLICY] if updates else [HEALTH_POLICY]
    return IAMRole(owner, "ServiceRole", assumed_by=trusted, managed_policies=policies)


def _text(value: Any) -> Any:
    """A value as CloudFormation hands it on: text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0")
    return str(value) if isinstance(value, int) else value
