"""AWS Elastic Beanstalk: applications, their versions, and the environments that run them.

Source: Elastic Beanstalk Developer Guide; course notes, Elastic Beanstalk.
"""

from __future__ import annotations

import os

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.limits import BUNDLE_MOST
from ...rules.route53.websites import BEANSTALK_ZONES
from ...source import caller
from ...tokens import AWS, has_marker
from ..existing import Existing, arn_here, checked_name
from ..functions.code import Asset, bundle, location
from ..route53.aliastarget import AliasTarget
from ..security.iam import ExistingRole, IAMRole
from .beanstalkplatform import platform_of
from .beanstalksettings import BeanstalkSettings, service_role

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import PathLike
    from typing import Literal

    from ..cloudwatch.metric import Metric

APPLICATION = "AWS::ElasticBeanstalk::Application"
VERSION = "AWS::ElasticBeanstalk::ApplicationVersion"
ENVIRONMENT = "AWS::ElasticBeanstalk::Environment"
CONFIGURATION = "AWS::ElasticBeanstalk::ConfigurationTemplate"
TIERS = {
    "web": {"Name": "WebServer", "Type": "Standard"},
    "worker": {"Name": "Worker", "Type": "SQS/HTTP"},
}


class ApplicationAccess(Construct):
    """An application to which versions and environments belong, made here or existing."""

    if TYPE_CHECKING:
        keeps_versions: bool

    application_name = ref()

    @property
    def arn(self) -> str:
        """The application's ARN."""
        return arn_here("elasticbeanstalk", f"application/{self.application_name}")

    def version(
        self,
        code: str | PathLike[str] | Asset,
        *,
        id: str = "Version",
        description: str | None = None,
        keep: bool | None = None,
    ) -> BeanstalkVersion:
        """A version of the application from a folder or zip of the project: `application.version("app")`.

        - `code`: a path, or `asset("app", ignore=["tests/"])`; at most 500 MB zipped. Packages are not put beside it:
          the platform installs what requirements.txt, package.json and the like ask for.
        - `keep`: earlier versions stay in Elastic Beanstalk when there is a new one, until the application goes; so by
          default where it limits how many it keeps.
        """
        if isinstance(code, Asset):
            given = code
        elif isinstance(code, str | os.PathLike):
            given = Asset(os.fspath(code), (), None)
        else:
            raise ConstructError(
                f"a {type(code).__name__} is no source bundle", place=caller(),
                fix='a path such as "app", or asset("app")',
            )  # fmt: skip
        kept = self.keeps_versions if keep is None else keep
        return BeanstalkVersion(self, id, application=self, code=given, description=description, keep=kept)


@construct
class BeanstalkApplication(ApplicationAccess):
    """An application: what versions and environments belong to.

    - `max_versions`: how many versions are kept, 1 to 1,000; or `max_age`, days that one is kept, 1 to 180. What an
      environment runs is never deleted. `delete_bundles`: their files in S3 go too.
    - `service_role`: the role that deletes them, an `IAMRole` or ARN; one is made where it is needed ("ServiceRole").
    - `name`: a fixed name; leave it out unless somebody else needs to know it.

    Source: Elastic Beanstalk Developer Guide, managing applications; application version lifecycle settings.
    """

    name: str | None = None
    description: str | None = None
    max_versions: int | None = None
    max_age: int | None = None
    delete_bundles: bool = False
    service_role: IAMRole | ExistingRole | str | None = None

    def build(self) -> None:
        """Make the application."""
        rules = {
            "MaxCountRule": ("MaxCount", self.max_versions),
            "MaxAgeRule": ("MaxAgeInDays", self.max_age),
        }
        limits = {
            rule: {"Enabled": True, name: value, "DeleteSourceFromS3": self.delete_bundles}
            for rule, (name, value) in rules.items()
            if value is not None
        }
        self.keeps_versions = bool(limits)
        if not limits and (self.delete_bundles or self.service_role is not None):
            raise ConstructError(
                f"{self.node.path} deletes no versions, so delete_bundles= and service_role= do nothing", place=caller(),
                fix="give max_versions= or max_age=, or leave them out",
            )  # fmt: skip
        if len(limits) == 2:
            raise ConstructError(
                f"{self.node.path}: versions are limited by number or by age", place=caller(),
                fix="give max_versions= or max_age=",
            )  # fmt: skip
        resource_class(APPLICATION)(
            self,
            MAIN,
            ApplicationName=self.name,
            Description=self.description,
            ResourceLifecycleConfig=(
                {"ServiceRole": self._role(), "VersionLifecycleConfig": limits} if limits else None
            ),
        )

    def _role(self) -> str:
        given = self.service_role
        if isinstance(given, str):
            return given
        if given is None:
            given = service_role(self, updates=False)
            given.allow(
                "elasticbeanstalk:DeleteApplicationVersion", on=arn_here("elasticbeanstalk", "applicationversion/*")
            )
            if self.delete_bundles:
                from ..functions.code import assets_bucket

                assert self.node.stack is not None
                bucket = assets_bucket(self.node.stack).ref
                given.allow("s3:DeleteObject", on=f"arn:{AWS.Partition}:s3:::{bucket}/*")
        return given.arn

    @staticmethod
    def from_name(scope: Construct, id: str, name: str) -> ExistingApplication:
        """An application of this account and region that exists already."""
        checked_name(name, "the name alone", r"[^/:]{1,100}")
        return ExistingApplication(scope, id, values={"application_name": name})


@construct
class ExistingApplication(Existing, ApplicationAccess):
    """An application made elsewhere; see `BeanstalkApplication.from_name`."""

    WHAT = "application"
    keeps_versions = True


@construct
class BeanstalkVersion(Construct):
    """A version of an application; see `application.version(…)`.

    Its label is CloudFormation's, and new whenever the bundle changes, so that environments that run `version.label` are
    updated.
    """

    application: ApplicationAccess
    code: Asset
    description: str | None = None
    keep: bool = False

    label = ref()

    def build(self) -> None:
        """Make the version from a bundle that the deploy uploads."""
        if not isinstance(self.code, Asset):
            raise ConstructError(
                f"{self.node.path}: a {type(self.code).__name__} is no source bundle", place=caller(),
                fix='code=asset("app")',
            )  # fmt: skip
        made = bundle(self, self.code, BUNDLE_MOST, "Elastic Beanstalk")
        resource_class(VERSION)(
            self,
            MAIN,
            ApplicationName=self.application.application_name,
            Description=self.description,
            SourceBundle=location(self, made),
        )
        if self.keep:
            self.node.retain()


@construct
class BeanstalkConfiguration(BeanstalkSettings):
    """Settings under a name, for several environments of an application: `BeanstalkEnvironment(…, template=…)`.

    - `application`: the one it belongs to; the other keywords are those of a `BeanstalkEnvironment`.
    - `tier`: "web" or "worker": what its environments are.

    Makes the configuration template, and the roles and security group as an environment would; its environments use
    them. Changing its platform replaces it.

    Source: Elastic Beanstalk Developer Guide, saved configurations.
    """

    application: ApplicationAccess
    tier: Literal["web", "worker"] = "web"
    description: str | None = None

    template_name = attribute("TemplateName")

    def build(self) -> None:
        """Make the configuration template."""
        _check_application(self, self.application)
        settings = self.prepare(worker=self.tier == "worker")
        if self.platform is None:
            raise ConstructError(
                f"{self.node.path} needs a platform", place=caller(), fix='platform=BeanstalkPlatform.python("3.13")'
            )
        resource_class(CONFIGURATION)(
            self,
            MAIN,
            ApplicationName=self.application.application_name,
            Description=self.description,
            OptionSettings=settings,
            **platform_of(self.platform, self.node.path).properties(),
        )


@construct
class BeanstalkEnvironment(BeanstalkSettings):
    """An environment: the instances that run a version of an application, and what stands before and around them.

    - `application`: a `BeanstalkApplication`. `version`: what runs, such as `application.version("app")`, or a label; AWS's
      sample application when left out.
    - `platform`: `BeanstalkPlatform.python("3.13")` and the like, the name of a branch, a platform's ARN, or a solution
      stack's name; or `template`, a `BeanstalkConfiguration` to start from: settings given here go before it.
    - `tier`: "web" (default) or "worker", which takes messages of a queue (`worker=BeanstalkWorker(queue)`); changing it
      replaces the environment.
    - `instance_types`: such as ["t3.small", "t3a.small"]; the first unless `spot=BeanstalkSpot(…)`.
    - `min`, `max`: instances, 1 to 10,000 (1 and 4). `scaling`: a `BeanstalkTrigger`; `schedules`: `BeanstalkSchedule`s.
      `single_instance`: one instance with an Elastic IP address, and no load balancer.
    - `load_balancer`: a `BeanstalkLoadBalancer`; an Application Load Balancer by default.
    - `deployment`: how new versions come to the instances, a `BeanstalkDeployment`; all at once by default. `rollout`: how
      instances are replaced for other changes, a `BeanstalkRollout`. `updates`: newer releases of the platform, a
      `BeanstalkUpdates`; none by default.
    - `environment`: text by name, deploy-time values included. `secrets`: what stands in Secrets Manager or Parameter
      Store: a `Secret`, (secret, key of its JSON), an `SSMParameter`, or an ARN; the instances read it when they start and
      may do so (platforms since March 2025, keys since January 2026).
    - `health`: "enhanced" (default) or "basic". `log_retention`: days that logs stay in CloudWatch (30; None: they stay on
      the instances); `health_log_retention`: the same for the environment's health (not streamed by default). `tracing`:
      the X-Ray daemon runs on the instances.
    - `vpc` and `subnets`: where the instances stand: private subnets by default, else public ones; a single instance in
      public ones. `security_groups`: left out, one of its own is made ("SecurityGroup"), which `connections` opens.
    - `role`: of the instances, an `IAMRole` or an ARN; left out, "Role" has AWS's policy for the tier and what is granted.
      `service_role`: what Elastic Beanstalk takes on; left out, "ServiceRole" has AWS's policies for enhanced health, and
      for managed updates where they are on.
    - `metadata`: "required" (default): sessions only (IMDSv2). `image`, `key_pair`, `monitoring` (every minute): of the
      instances. `root_size` (GiB), `root_type` ("gp3"), `root_iops`, `root_throughput`: their root disk; it is encrypted
      where the account encrypts new volumes by default, which no option says.
    - `notifications`: a topic, or a mail address. `proxy`: "nginx", "apache" or "none". `static_files`: folders of the
      bundle by the path they are served under.
    - `options`: any other option: `{("aws:autoscaling:asg", "Cooldown"): 300}`; goes before what the keywords say.
    - `name`: 4 to 40 letters, digits and hyphens; `cname_prefix`: 4 to 63, the environment's name under
      `<region>.elasticbeanstalk.com`. Both fixed ones can be taken already.

    Makes the environment and the roles, profile and security group named above; Elastic Beanstalk makes a stack of its own
    with the group, the load balancer and the alarms. Grants take it like a role: `table.grant_read(environment)`.

    Source: Elastic Beanstalk Developer Guide, environments; course notes, Elastic Beanstalk.
    """

    application: ApplicationAccess
    version: BeanstalkVersion | str | None = None
    tier: Literal["web", "worker"] = "web"
    template: BeanstalkConfiguration | str | None = None
    name: str | None = None
    cname_prefix: str | None = None
    description: str | None = None

    environment_name = ref()
    endpoint = attribute("EndpointURL")

    def build(self) -> None:
        """Make the environment."""
        _check_application(self, self.application)
        if self.tier not in TIERS:
            raise ConstructError(f"{self.node.path}: tier={self.tier!r}", place=caller(), fix='"web" or "worker"')
        template = self.template
        self.base = template if isinstance(template, BeanstalkConfiguration) else None
        self._check_base()
        settings = self.prepare(worker=self.tier == "worker")
        version = self.version
        made = resource_class(ENVIRONMENT)(
            self,
            MAIN,
            ApplicationName=self.application.application_name,
            EnvironmentName=self.name,
            CNAMEPrefix=self.cname_prefix,
            Description=self.description,
            Tier=TIERS[self.tier],
            VersionLabel=version.label if isinstance(version, BeanstalkVersion) else version,
            TemplateName=template.template_name if isinstance(template, BeanstalkConfiguration) else template,
            OptionSettings=settings or None,
            **({} if self.platform is None else platform_of(self.platform, self.node.path).properties()),
        )
        self.hold_back(made)
        if self.base is not None:
            self.base.hold_back(made)

    def _check_base(self) -> None:
        base = self.template
        if not isinstance(base, BeanstalkConfiguration):
            return
        wrong = []
        if base.tier != self.tier:
            wrong.append(f'{base.node.path} is for tier="{base.tier}"')
        theirs = [name for name in ("role", "service_role", "vpc", "subnets", "security_groups") if self._said(name)]
        wrong += [f"{name}= is said by {base.node.path}" for name in theirs]
        if wrong:
            raise ConstructError(f"{self.node.path} cannot be so:\n" + "\n".join(wrong), place=caller())

    @property
    def arn(self) -> str:
        """The environment's ARN."""
        return arn_here(
            "elasticbeanstalk", f"environment/{self.application.application_name}/{self.environment_name}"
        )  # fmt: skip

    @property
    def cname(self) -> str:
        """The environment's name in DNS. Raises `ConstructError` without `cname_prefix`: it is made up then."""
        if self.cname_prefix is None:
            raise ConstructError(
                f"nobody knows what {self.node.path} is called in DNS before it is made", place=caller(),
                fix='give it cname_prefix="shop", or use .endpoint, the name of its load balancer',
            )  # fmt: skip
        region = self.node.stack.region if self.node.stack is not None else None
        return f"{self.cname_prefix}.{region or AWS.Region}.elasticbeanstalk.com"

    @property
    def url(self) -> str:
        """Where it is reached: by its own name where that is known, else its load balancer or instance."""
        secure = self.load_balancer is not None and self.load_balancer.certificate is not None
        host = self.endpoint if self.cname_prefix is None else self.cname
        return f"{'https' if secure and self.cname_prefix is None else 'http'}://{host}"

    def alias_target(self) -> AliasTarget:
        """What an alias record points to; it takes `cname_prefix` and the stack's region."""
        name = self.cname
        region = self.node.stack.region if self.node.stack is not None else None
        if not isinstance(region, str) or has_marker(region) or region not in BEANSTALK_ZONES:
            raise ConstructError(
                f"the hosted zone of {self.node.path} depends on its region, "
                + (f"and {region} has none that is known" if isinstance(region, str) else "which is not known"),
                place=caller(),
                fix='give its stack region="eu-west-1" or the like',
            )
        return AliasTarget(name, BEANSTALK_ZONES[region])

    def metric(self, name: str, *, statistic: str = "Average", period: int = 300) -> Metric:
        """What is known of the environment: `EnvironmentHealth` (0 Ok to 25 Severe), and what else is published.

        Other metrics of enhanced health are published only where the environment's ConfigDocument says so.
        Source: Elastic Beanstalk Developer Guide, publishing CloudWatch custom metrics.
        """
        from ..cloudwatch.metric import Metric

        return Metric(
            "AWS/ElasticBeanstalk", name, {"EnvironmentName": self.environment_name}, statistic=statistic, period=period
        )  # fmt: skip


def _check_application(owner: Construct, application: object) -> None:
    if not isinstance(application, ApplicationAccess):
        raise ConstructError(
            f"{owner.node.path}: a {type(application).__name__} is no application", place=caller(),
            fix="give a BeanstalkApplication, or BeanstalkApplication.from_name(…)",
        )  # fmt: skip
