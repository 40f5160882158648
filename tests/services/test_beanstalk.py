"""Elastic Beanstalk: what environments are made of, who may do what, how versions get there, and what cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from awsdeck import (
    ALB,
    VPC,
    App,
    BeanstalkApplication,
    BeanstalkConfiguration,
    BeanstalkDeployment,
    BeanstalkEnvironment,
    BeanstalkLoadBalancer,
    BeanstalkPlatform,
    BeanstalkProcess,
    BeanstalkRollout,
    BeanstalkRoute,
    BeanstalkSchedule,
    BeanstalkSpot,
    BeanstalkTrigger,
    BeanstalkUpdates,
    BeanstalkWorker,
    Certificate,
    ConstraintError,
    ConstructError,
    DynamoDBTable,
    IAMRole,
    KMSKey,
    S3Bucket,
    Secret,
    SecurityGroup,
    SNSTopic,
    SQSQueue,
    SSMParameter,
    Stack,
    asset,
)
from awsdeck.assets.packing import Package
from awsdeck.services.functions.code import bundle
from awsdeck.synth import synthesize

PYTHON = BeanstalkPlatform.python("3.13")
BRANCH = (
    "arn:${AWS::Partition}:elasticbeanstalk:${AWS::Region}::platform/Python 3.13 running on 64bit Amazon Linux 2023"
)
HERE = Path(__file__).name


@pytest.fixture
def stack() -> Stack:
    return Stack(App(), "shop", region="eu-west-1")


@pytest.fixture
def application(stack: Stack) -> BeanstalkApplication:
    return BeanstalkApplication(stack, "Shop")


def resources(stack: Stack) -> dict[str, Any]:
    found: dict[str, Any] = synthesize(stack.node.root_app)[stack.name].template["Resources"]
    return found


def options(stack: Stack, id: str = "Web") -> dict[tuple[str, ...], Any]:
    """Option settings by namespace, name and, where there is one, resource."""
    found: dict[tuple[str, ...], Any] = {}
    for one in resources(stack)[id]["Properties"]["OptionSettings"]:
        key = tuple(one[name] for name in ("Namespace", "OptionName", "ResourceName") if name in one)
        assert key not in found
        found[key] = one["Value"]
    return found


def statements(stack: Stack, id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources(stack)[id]["Properties"]["PolicyDocument"]["Statement"]
    return found


def web(stack: Stack, application: BeanstalkApplication, **given: Any) -> BeanstalkEnvironment:
    return BeanstalkEnvironment(stack, "Web", application=application, **{"platform": PYTHON, **given})


def findings(stack: Stack) -> set[str]:
    return {finding.rule for finding in stack.node.root_app.findings if finding.severity != "info"}


# What it is made of


def test_an_environment_is_safe_by_default(stack: Stack, application: BeanstalkApplication) -> None:
    web(stack, application)
    made, said = resources(stack), options(stack)
    assert made["Web"]["Properties"]["PlatformArn"] == {"Fn::Sub": BRANCH}
    assert made["Web"]["Properties"]["ApplicationName"] == {"Ref": "Shop"}
    assert made["Web"]["Properties"]["Tier"] == {"Name": "WebServer", "Type": "Standard"}
    assert said["aws:autoscaling:launchconfiguration", "DisableIMDSv1"] == "true"
    assert said["aws:autoscaling:launchconfiguration", "RootVolumeType"] == "gp3"
    assert said["aws:elasticbeanstalk:healthreporting:system", "SystemType"] == "enhanced"
    assert said["aws:elasticbeanstalk:environment", "LoadBalancerType"] == "application"
    assert said["aws:elasticbeanstalk:cloudwatch:logs", "RetentionInDays"] == "30"
    assert findings(stack) == set()


def test_the_roles_have_the_policies_that_aws_made_for_them_and_no_more(
    stack: Stack, application: BeanstalkApplication
) -> None:
    web(stack, application)
    made, said = resources(stack), options(stack)
    policies = "arn:${AWS::Partition}:iam::aws:policy"
    assert made["WebRole"]["Properties"]["ManagedPolicyArns"] == [{"Fn::Sub": f"{policies}/AWSElasticBeanstalkWebTier"}]
    assert made["WebServiceRole"]["Properties"]["ManagedPolicyArns"] == [
        {"Fn::Sub": f"{policies}/service-role/AWSElasticBeanstalkEnhancedHealth"}
    ]
    (trust,) = made["WebServiceRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "elasticbeanstalk.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": "elasticbeanstalk"}}
    assert said["aws:autoscaling:launchconfiguration", "IamInstanceProfile"] == {"Ref": "WebRoleInstanceProfile"}
    assert said["aws:elasticbeanstalk:environment", "ServiceRole"] == {"Ref": "WebServiceRole"}


def test_managed_updates_bring_their_policy_and_their_role(stack: Stack, application: BeanstalkApplication) -> None:
    web(stack, application, updates=BeanstalkUpdates("Sun:03:00", level="patch", replace_weekly=True))
    said = options(stack)
    assert said["aws:elasticbeanstalk:managedactions", "ServiceRoleForManagedUpdates"] == {"Ref": "WebServiceRole"}
    assert said["aws:elasticbeanstalk:managedactions:platformupdate", "UpdateLevel"] == "patch"
    assert said["aws:elasticbeanstalk:managedactions:platformupdate", "InstanceRefreshEnabled"] == "true"
    policies = resources(stack)["WebServiceRole"]["Properties"]["ManagedPolicyArns"]
    assert policies[1]["Fn::Sub"].endswith("/AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy")


def test_settings_become_options(stack: Stack, application: BeanstalkApplication) -> None:
    web(
        stack,
        application,
        instance_types=["t3.small", "t3a.small"],
        min=2,
        max=8,
        spot=BeanstalkSpot(on_demand_base=1, on_demand_percent=50, max_price=0.05, strategy="price-capacity-optimized"),
        scaling=BeanstalkTrigger(
            "CPUUtilization", unit="Percent", lower=20, upper=70, period=1, evaluations=3, remove=2
        ),
        schedules=[BeanstalkSchedule("morning", recurrence="0 7 * * MON-FRI", min=4)],
        deployment=BeanstalkDeployment.rolling_with_additional_batch(batch="25%", timeout=900),
        rollout=BeanstalkRollout.healthy(batch=1, in_service=1, timeout="PT30M"),
        health_log_retention=7,
        tracing=True,
        monitoring=True,
        root_size=20,
        root_throughput=250,
        proxy="nginx",
        static_files={"/images": "static/images"},
        environment={"STAGE": "prod"},
        options={("aws:autoscaling:asg", "Cooldown"): 120},
    )
    said = options(stack)
    assert said["aws:ec2:instances", "InstanceTypes"] == "t3.small,t3a.small"
    assert said["aws:ec2:instances", "EnableSpot"] == "true"
    assert said["aws:ec2:instances", "SpotMaxPrice"] == "0.05"
    assert said["aws:autoscaling:asg", "EnableCapacityRebalancing"] == "true"
    assert said["aws:autoscaling:asg", "MinSize"] == "2"
    assert said["aws:autoscaling:asg", "Cooldown"] == "120"
    assert said["aws:autoscaling:trigger", "BreachDuration"] == "3"
    assert said["aws:autoscaling:trigger", "LowerBreachScaleIncrement"] == "-2"
    assert said["aws:autoscaling:scheduledaction", "MinSize", "morning"] == "4"
    assert said["aws:elasticbeanstalk:command", "BatchSizeType"] == "Percentage"
    assert said["aws:elasticbeanstalk:command", "BatchSize"] == "25"
    assert said["aws:autoscaling:updatepolicy:rollingupdate", "RollingUpdateType"] == "Health"
    assert said["aws:elasticbeanstalk:cloudwatch:logs:health", "RetentionInDays"] == "7"
    assert said["aws:elasticbeanstalk:xray", "XRayEnabled"] == "true"
    assert said["aws:autoscaling:launchconfiguration", "RootVolumeThroughput"] == "250"
    assert said["aws:elasticbeanstalk:environment:proxy:staticfiles", "/images"] == "static/images"
    assert said["aws:elasticbeanstalk:application:environment", "STAGE"] == "prod"
    assert findings(stack) == set()


def test_an_option_of_the_users_own_goes_before_what_a_keyword_says(
    stack: Stack, application: BeanstalkApplication
) -> None:
    web(stack, application, max=4, options={("aws:autoscaling:asg", "MaxSize"): 6})
    assert options(stack)["aws:autoscaling:asg", "MaxSize"] == "6"


def test_variables_may_be_deploy_time_values_and_come_later(stack: Stack, application: BeanstalkApplication) -> None:
    made, queue = web(stack, application), SQSQueue(stack, "Orders")
    made.add_environment("QUEUE", queue.url)
    assert options(stack)["aws:elasticbeanstalk:application:environment", "QUEUE"] == {"Ref": "Orders"}


@pytest.mark.parametrize(
    ("platform", "ending"),
    [
        (BeanstalkPlatform.nodejs("22"), "platform/Node.js 22 running on 64bit Amazon Linux 2023"),
        (
            BeanstalkPlatform.corretto("21", release="4.5.1"),
            "platform/Corretto 21 running on 64bit Amazon Linux 2023/4.5.1",
        ),
        (
            BeanstalkPlatform.tomcat("10", corretto="21"),
            "platform/Tomcat 10 with Corretto 21 running on 64bit Amazon Linux 2023",
        ),
        (BeanstalkPlatform.dotnet("9"), "platform/.NET 9 running on 64bit Amazon Linux 2023"),
        (BeanstalkPlatform.php("8.4", linux="2"), "platform/PHP 8.4 running on 64bit Amazon Linux 2"),
        (BeanstalkPlatform.ruby("3.4"), "platform/Ruby 3.4 running on 64bit Amazon Linux 2023"),
        (BeanstalkPlatform.go(), "platform/Go 1 running on 64bit Amazon Linux 2023"),
        (BeanstalkPlatform.docker(), "platform/Docker running on 64bit Amazon Linux 2023"),
        ("Go 1 running on 64bit Amazon Linux 2023", "platform/Go 1 running on 64bit Amazon Linux 2023"),
    ],
)
def test_platforms_are_named_by_their_branch(
    stack: Stack, application: BeanstalkApplication, platform: Any, ending: str
) -> None:
    web(stack, application, platform=platform)
    found = resources(stack)["Web"]["Properties"]["PlatformArn"]["Fn::Sub"]
    assert found == f"arn:${{AWS::Partition}}:elasticbeanstalk:${{AWS::Region}}::{ending}"


def test_a_solution_stack_is_told_from_a_platform(stack: Stack, application: BeanstalkApplication) -> None:
    web(stack, application, platform="64bit Amazon Linux 2023 v4.7.1 running Python 3.13")
    properties = resources(stack)["Web"]["Properties"]
    assert properties["SolutionStackName"] == "64bit Amazon Linux 2023 v4.7.1 running Python 3.13"
    assert "PlatformArn" not in properties


def test_containers_on_ecs_get_the_policy_that_takes(stack: Stack, application: BeanstalkApplication) -> None:
    web(stack, application, platform=BeanstalkPlatform.ecs())
    policies = [one["Fn::Sub"] for one in resources(stack)["WebRole"]["Properties"]["ManagedPolicyArns"]]
    assert policies[1].endswith("/AWSElasticBeanstalkMulticontainerDocker")


def test_what_a_python_platform_knows_of_the_application(stack: Stack, application: BeanstalkApplication) -> None:
    web(stack, application, platform=BeanstalkPlatform.python("3.13", wsgi="shop:app", threads=20))
    said = options(stack)
    assert said["aws:elasticbeanstalk:container:python", "WSGIPath"] == "shop:app"
    assert said["aws:elasticbeanstalk:container:python", "NumThreads"] == "20"
    assert ("aws:elasticbeanstalk:container:python", "NumProcesses") not in said


# Secrets, grants, notifications


def test_secrets_are_named_and_the_instances_may_read_them(stack: Stack, application: BeanstalkApplication) -> None:
    secret, parameter = Secret(stack, "Db"), SSMParameter(stack, "Plan", value="gold")
    elsewhere = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:mail-AbCd12"
    web(stack, application, secrets={"DB": (secret, "password"), "PLAN": parameter, "MAIL": elsewhere})
    said, namespace = options(stack), "aws:elasticbeanstalk:application:environmentsecrets"
    assert said[namespace, "DB"] == {"Fn::Sub": "${Db}:password"}
    assert said[namespace, "MAIL"] == elsewhere
    resource = {tuple(one["Action"]) if isinstance(one["Action"], list) else (one["Action"],): one["Resource"]
                for one in statements(stack, "WebRolePolicy")}  # fmt: skip
    assert {"Ref": "Db"} in resource.values()
    assert "*" not in resource.values()
    assert "WebRolePolicy" in resources(stack)["Web"]["DependsOn"]


def test_a_secret_in_plain_text_is_refused(stack: Stack, application: BeanstalkApplication) -> None:
    with pytest.raises(ConstraintError, match="a variable's value is written in plain text"):
        web(stack, application, environment={"DB_PASSWORD": "hunter2hunter2"})


def test_grants_take_an_environment_like_a_role(stack: Stack, application: BeanstalkApplication) -> None:
    DynamoDBTable(stack, "Orders", partition_key="id").grant_read(web(stack, application))
    (statement,) = statements(stack, "WebRolePolicy")
    assert {"Fn::GetAtt": ["Orders", "Arn"]} in (
        statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
    )


def test_notifications_go_to_a_topic_or_by_mail(stack: Stack, application: BeanstalkApplication) -> None:
    web(stack, application, notifications=SNSTopic(stack, "Alerts"))
    BeanstalkEnvironment(stack, "Other", application=application, platform=PYTHON, notifications="ops@example.com")
    assert options(stack)["aws:elasticbeanstalk:sns:topics", "Notification Topic ARN"] == {"Ref": "Alerts"}
    (statement,) = statements(stack, "WebServiceRolePolicy")
    assert (statement["Action"], statement["Resource"]) == ("sns:Publish", {"Ref": "Alerts"})
    other = options(stack, "Other")
    assert other["aws:elasticbeanstalk:sns:topics", "Notification Endpoint"] == "ops@example.com"
    assert other["aws:elasticbeanstalk:sns:topics", "Notification Protocol"] == "email"


def test_roles_of_ones_own_are_used_as_they_are(stack: Stack, application: BeanstalkApplication) -> None:
    role = IAMRole(stack, "Servers", assumed_by="ec2.amazonaws.com")
    web(stack, application, role=role, service_role="arn:aws:iam::123456789012:role/beanstalk")
    made, said = resources(stack), options(stack)
    assert not {"WebRole", "WebServiceRole"} & set(made)
    assert said["aws:autoscaling:launchconfiguration", "IamInstanceProfile"] == {"Ref": "ServersInstanceProfile"}
    assert said["aws:elasticbeanstalk:environment", "ServiceRole"] == "beanstalk"


# Where it stands, and what stands before it


def test_instances_stand_in_private_subnets_and_the_load_balancer_in_public_ones(
    stack: Stack, application: BeanstalkApplication
) -> None:
    vpc = VPC(stack, "Vpc")
    made = web(stack, application, vpc=vpc, load_balancer=BeanstalkLoadBalancer(health_path="/health"))
    database = SecurityGroup(stack, "Database", vpc=vpc)
    database.connections.allow_from(made, 5432)
    said = options(stack)
    assert said["aws:ec2:vpc", "VPCId"] == {"Ref": "Vpc"}
    assert said["aws:ec2:vpc", "Subnets"] == {"Fn::Sub": "${VpcPrivate1},${VpcPrivate2}"}
    assert said["aws:ec2:vpc", "ELBSubnets"] == {"Fn::Sub": "${VpcPublic1},${VpcPublic2}"}
    assert said["aws:ec2:vpc", "AssociatePublicIpAddress"] == "false"
    assert said["aws:elasticbeanstalk:environment:process:default", "HealthCheckPath"] == "/health"
    (rule,) = [one for one in resources(stack).values() if one["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert rule["Properties"]["SourceSecurityGroupId"] == {"Fn::GetAtt": ["WebSecurityGroup", "GroupId"]}


def test_an_internal_load_balancer_stands_with_the_instances(stack: Stack, application: BeanstalkApplication) -> None:
    web(stack, application, vpc=VPC(stack, "Vpc"), load_balancer=BeanstalkLoadBalancer(internal=True))
    said = options(stack)
    assert said["aws:ec2:vpc", "ELBSubnets"] == said["aws:ec2:vpc", "Subnets"]
    assert said["aws:ec2:vpc", "ELBScheme"] == "internal"


def test_a_single_instance_stands_in_public_and_has_no_load_balancer(
    stack: Stack, application: BeanstalkApplication
) -> None:
    web(stack, application, vpc=VPC(stack, "Vpc"), single_instance=True)
    said = options(stack)
    assert said["aws:ec2:vpc", "Subnets"] == {"Fn::Sub": "${VpcPublic1},${VpcPublic2}"}
    assert said["aws:elasticbeanstalk:environment", "EnvironmentType"] == "SingleInstance"
    assert ("aws:ec2:vpc", "ELBSubnets") not in said
    assert ("aws:elasticbeanstalk:environment", "LoadBalancerType") not in said


def test_tls_routes_and_processes(stack: Stack, application: BeanstalkApplication) -> None:
    certificate = Certificate.from_arn(
        stack, "Certificate", "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    )
    balancer = BeanstalkLoadBalancer(
        certificate=certificate,
        http=False,
        processes={"admin": BeanstalkProcess(port=8080, stickiness=600)},
        routes=[BeanstalkRoute("admin", paths=["/admin/*"], priority=1)],
        idle_timeout=120,
    )
    web(stack, application, load_balancer=balancer)
    said = options(stack)
    assert said["aws:elbv2:listener:default", "ListenerEnabled"] == "false"
    assert said["aws:elbv2:listener:443", "Protocol"] == "HTTPS"
    assert said["aws:elbv2:listener:443", "SSLCertificateArns"].startswith("arn:aws:acm:")
    assert said["aws:elbv2:listener:443", "Rules"] == "rule1"
    assert said["aws:elbv2:listenerrule:rule1", "Process"] == "admin"
    assert said["aws:elasticbeanstalk:environment:process:admin", "StickinessEnabled"] == "true"
    assert said["aws:elbv2:loadbalancer", "IdleTimeout"] == "120"


def test_a_shared_load_balancer_is_left_as_it_is_and_waited_for(
    stack: Stack, application: BeanstalkApplication
) -> None:
    vpc = VPC(stack, "Vpc")
    front = ALB(stack, "Front", vpc=vpc)
    front.add_listener(80)
    balancer = BeanstalkLoadBalancer(
        shared=front, routes=[BeanstalkRoute("default", hosts=["a.example.com"], priority=1)]
    )
    web(stack, application, vpc=vpc, load_balancer=balancer)
    said = options(stack)
    assert said["aws:elasticbeanstalk:environment", "LoadBalancerIsShared"] == "true"
    assert said["aws:elbv2:loadbalancer", "SharedLoadBalancer"] == {"Ref": "Front"}
    assert said["aws:elbv2:listener:80", "Rules"] == "default,rule1"
    own = {"Fn::GetAtt": ["FrontSecurityGroup", "GroupId"]}
    assert said["aws:elbv2:loadbalancer", "ManagedSecurityGroup"] == own
    sources = [one["Properties"].get("SourceSecurityGroupId") for one in resources(stack).values()
               if one["Type"] == "AWS::EC2::SecurityGroupIngress"]  # fmt: skip
    assert own in sources
    listeners = [id for id, one in resources(stack).items() if one["Type"].endswith("V2::Listener")]
    assert set(listeners) <= set(resources(stack)["Web"]["DependsOn"])
    assert findings(stack) == set()


def test_access_logs_are_let_into_their_bucket(stack: Stack, application: BeanstalkApplication) -> None:
    logs = S3Bucket(stack, "Logs", encryption="s3")
    web(stack, application, load_balancer=BeanstalkLoadBalancer(access_logs=logs, access_logs_prefix="web"))
    policy = next(one for one in resources(stack).values() if one["Type"] == "AWS::S3::BucketPolicy")
    written = [one for one in policy["Properties"]["PolicyDocument"]["Statement"] if one["Action"] == "s3:PutObject"]
    assert [one["Principal"] for one in written] == [{"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}]
    assert written[0]["Resource"] == {"Fn::Sub": "${Logs.Arn}/web/AWSLogs/${AWS::AccountId}/*"}
    assert options(stack)["aws:elbv2:loadbalancer", "AccessLogsS3Bucket"] == {"Ref": "Logs"}


def test_groups_of_ones_own_stand_before_the_load_balancer(stack: Stack, application: BeanstalkApplication) -> None:
    vpc = VPC(stack, "Vpc")
    front = SecurityGroup(stack, "Front", vpc=vpc)
    web(stack, application, vpc=vpc, load_balancer=BeanstalkLoadBalancer(security_groups=[front]))
    said = options(stack)
    assert said["aws:elbv2:loadbalancer", "SecurityGroups"] == {"Fn::GetAtt": ["Front", "GroupId"]}
    assert said["aws:elbv2:loadbalancer", "ManagedSecurityGroup"] == {"Fn::GetAtt": ["Front", "GroupId"]}
    (rule,) = [one for one in resources(stack).values() if one["Type"] == "AWS::EC2::SecurityGroupIngress"]
    assert rule["Properties"]["GroupId"] == {"Fn::GetAtt": ["WebSecurityGroup", "GroupId"]}
    assert rule["Properties"]["SourceSecurityGroupId"] == {"Fn::GetAtt": ["Front", "GroupId"]}
    assert (rule["Properties"]["FromPort"], rule["Properties"]["ToPort"]) == (80, 80)


def test_classic_and_network_load_balancers(stack: Stack, application: BeanstalkApplication) -> None:
    certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
    web(
        stack, application,
        load_balancer=BeanstalkLoadBalancer("classic", certificate=certificate, health_path="/ok", idle_timeout=90),
    )  # fmt: skip
    process = BeanstalkProcess(port=6379, protocol="TCP")
    BeanstalkEnvironment(
        stack,
        "Other",
        application=application,
        platform=PYTHON,
        load_balancer=BeanstalkLoadBalancer("network", process=process),
    )
    classic, network = options(stack), options(stack, "Other")
    assert classic["aws:elb:listener:443", "SSLCertificateId"] == certificate
    assert classic["aws:elasticbeanstalk:application", "Application Healthcheck URL"] == "/ok"
    assert classic["aws:elb:policies", "ConnectionSettingIdleTimeout"] == "90"
    assert network["aws:elasticbeanstalk:environment", "LoadBalancerType"] == "network"
    assert network["aws:elasticbeanstalk:environment:process:default", "Protocol"] == "TCP"
    assert findings(stack) == set()


# Workers


def test_a_worker_reads_its_queue(stack: Stack, application: BeanstalkApplication) -> None:
    queue = SQSQueue(stack, "Jobs", encryption="kms", key=KMSKey(stack, "Key"))
    BeanstalkEnvironment(
        stack, "Work", application=application, platform=PYTHON, tier="worker",
        worker=BeanstalkWorker(queue, path="/work", visibility_timeout=600, inactivity_timeout=500, retries=3),
    )  # fmt: skip
    made, said = resources(stack), options(stack, "Work")
    assert made["Work"]["Properties"]["Tier"] == {"Name": "Worker", "Type": "SQS/HTTP"}
    assert said["aws:elasticbeanstalk:sqsd", "WorkerQueueURL"] == {"Ref": "Jobs"}
    assert said["aws:elasticbeanstalk:sqsd", "MaxRetries"] == "3"
    assert ("aws:elasticbeanstalk:environment", "LoadBalancerType") not in said
    assert made["WorkRole"]["Properties"]["ManagedPolicyArns"][0]["Fn::Sub"].endswith("/AWSElasticBeanstalkWorkerTier")
    granted = statements(stack, "WorkRolePolicy")
    assert any("sqs:ReceiveMessage" in one["Action"] for one in granted)
    assert all(one["Resource"] != "*" for one in granted)


def test_a_worker_that_works_longer_than_a_message_is_hidden_is_warned_of(
    stack: Stack, application: BeanstalkApplication
) -> None:
    BeanstalkEnvironment(
        stack,
        "Work",
        application=application,
        platform=PYTHON,
        tier="worker",
        worker=BeanstalkWorker(inactivity_timeout=900),
    )
    assert "EBK009" in findings(stack)


# Versions


@pytest.fixture
def project(tmp_path: Path, stack: Stack) -> Path:
    (tmp_path / "app" / "tests").mkdir(parents=True)
    (tmp_path / "app" / "application.py").write_text("def application(environ, start): ...\n")
    (tmp_path / "app" / "requirements.txt").write_text("flask==3.1.2\n")
    (tmp_path / "app" / "tests" / "test_app.py").write_text("assert True\n")
    stack.node.root_app.folder = str(tmp_path)
    return tmp_path


def test_a_version_is_a_bundle_that_the_deploy_uploads(stack: Stack, project: Path) -> None:
    application = BeanstalkApplication(stack, "Shop")
    version = application.version(asset("app", ignore=["tests/"]))
    web(stack, application, version=version)
    made = resources(stack)
    bundle = made["ShopVersion"]["Properties"]["SourceBundle"]
    assert bundle["S3Bucket"] == {"Ref": "AssetsBucket"}
    assert bundle["S3Key"].startswith("awsdeck/")
    assert made["Web"]["Properties"]["VersionLabel"] == {"Ref": "ShopVersion"}
    assert "UpdateReplacePolicy" not in made["ShopVersion"]
    (package,) = stack.assets.values()
    assert isinstance(package, Package)
    assert package.names == ["application.py", "requirements.txt"]


def test_earlier_versions_stay_where_the_application_limits_them(stack: Stack, project: Path) -> None:
    application = BeanstalkApplication(stack, "Shop", max_versions=20, delete_bundles=True)
    application.version("app")
    made = resources(stack)
    limits = made["Shop"]["Properties"]["ResourceLifecycleConfig"]["VersionLifecycleConfig"]
    assert limits == {"MaxCountRule": {"Enabled": True, "MaxCount": 20, "DeleteSourceFromS3": True}}
    assert made["ShopVersion"]["UpdateReplacePolicy"] == made["ShopVersion"]["DeletionPolicy"] == "Retain"
    deleting = {one["Action"]: one["Resource"] for one in statements(stack, "ShopServiceRolePolicy")}
    assert deleting["s3:DeleteObject"] == {"Fn::Sub": "arn:${AWS::Partition}:s3:::${AssetsBucket}/*"}


def test_a_bundle_that_is_too_big_is_refused_with_what_is_biggest_in_it(stack: Stack, project: Path) -> None:
    application = BeanstalkApplication(stack, "Shop")
    with pytest.raises(ConstructError, match=r"Elastic Beanstalk takes; the biggest: .*application\.py"):
        bundle(application, asset("app"), 10, "Elastic Beanstalk")


def test_a_bundle_may_be_bigger_unzipped(stack: Stack, project: Path) -> None:
    (project / "app" / "zeros").write_bytes(bytes(200_000))
    assert bundle(BeanstalkApplication(stack, "Shop"), asset("app"), 100_000, "Elastic Beanstalk").size > 100_000


# Configurations


def test_an_environment_adds_to_its_configuration_only_what_is_said(
    stack: Stack, application: BeanstalkApplication
) -> None:
    shared = BeanstalkConfiguration(
        stack, "Base", application=application, platform=PYTHON, vpc=VPC(stack, "Vpc"), log_retention=7, min=2, max=4
    )
    made = BeanstalkEnvironment(stack, "Web", application=application, template=shared, max=8)
    properties = resources(stack)["Web"]["Properties"]
    assert properties["TemplateName"] == {"Fn::GetAtt": ["Base", "TemplateName"]}
    assert options(stack) == {("aws:autoscaling:asg", "MaxSize"): "8"}
    assert options(stack, "Base")["aws:elasticbeanstalk:cloudwatch:logs", "RetentionInDays"] == "7"
    assert made.instance_role is shared.instance_role
    assert made.connections is shared.connections
    assert findings(stack) == set()


def test_what_a_configuration_has_made_is_not_said_again(stack: Stack, application: BeanstalkApplication) -> None:
    shared = BeanstalkConfiguration(stack, "Base", application=application, platform=PYTHON, tier="worker")
    with pytest.raises(ConstructError, match=r'is for tier="worker"\nvpc= is said by shop/Base') as caught:
        BeanstalkEnvironment(stack, "Web", application=application, template=shared, vpc=VPC(stack, "Vpc"))
    assert caught.value.place is not None
    assert caught.value.place.file.endswith(HERE)


def test_a_configuration_needs_a_platform(stack: Stack, application: BeanstalkApplication) -> None:
    with pytest.raises(ConstructError, match="Base needs a platform"):
        BeanstalkConfiguration(stack, "Base", application=application)


# Names, aliases, metrics


def test_an_environment_with_a_prefix_can_be_an_alias(stack: Stack, application: BeanstalkApplication) -> None:
    made = web(stack, application, cname_prefix="shop-of-mine")
    target = made.alias_target()
    assert target.dns_name == "shop-of-mine.eu-west-1.elasticbeanstalk.com"
    assert target.hosted_zone_id == "Z2NYPWQ7DFZAZH"
    assert made.url == "http://shop-of-mine.eu-west-1.elasticbeanstalk.com"


def test_an_alias_needs_a_prefix_and_a_region(application: BeanstalkApplication, stack: Stack) -> None:
    with pytest.raises(ConstructError, match="nobody knows what shop/Web is called"):
        web(stack, application).alias_target()
    nowhere = Stack(App(), "shop")
    made = web(nowhere, BeanstalkApplication(nowhere, "Shop"), cname_prefix="shop-of-mine")
    with pytest.raises(ConstructError, match="depends on its region, which is not known"):
        made.alias_target()


def test_metrics_are_those_of_the_environment(stack: Stack, application: BeanstalkApplication) -> None:
    metric = web(stack, application).metric("EnvironmentHealth", statistic="Maximum")
    assert (metric.namespace, metric.name) == ("AWS/ElasticBeanstalk", "EnvironmentHealth")


def test_an_application_that_exists_takes_environments(stack: Stack) -> None:
    existing = BeanstalkApplication.from_name(stack, "Shop", "shop")
    BeanstalkEnvironment(stack, "Web", application=existing, platform=PYTHON)
    assert resources(stack)["Web"]["Properties"]["ApplicationName"] == "shop"


# What cannot be


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"min": 4, "max": 2}, "at least 4 instances and at most 2"),
        ({"log_retention": 10}, "RetentionInDays takes 1, 3, 5"),
        ({"name": "web"}, "EnvironmentName has 4 to 40"),
        ({"cname_prefix": "me"}, "CNAMEPrefix has 4 to 63"),
        ({"health": "basic", "updates": BeanstalkUpdates("Sun:03:00")}, "managed updates need enhanced health"),
        ({"updates": BeanstalkUpdates("sunday")}, "PreferredStartTime takes day:hour:minute"),
        (
            {"deployment": BeanstalkDeployment.traffic_splitting(), "load_balancer": BeanstalkLoadBalancer("network")},
            "split by an Application Load Balancer",
        ),
        ({"deployment": BeanstalkDeployment.rolling(batch=9), "max": 4}, "a batch of 9 instances is more than the 4"),
        (
            {"scaling": BeanstalkTrigger("CPUUtilization", unit="Percent", lower=1, upper=9, period=700)},
            "Period takes 1 to 600",
        ),
        ({"secrets": {"KEY": "arn:aws:s3:::bucket"}}, "the ARN of a secret"),
        ({"options": {("aws:elasticbeanstalk:xray", "XRayEnabled"): "maybe"}}, "XRayEnabled takes true or false"),
    ],
)
def test_a_wrong_combination_is_an_error_at_its_line(
    stack: Stack, application: BeanstalkApplication, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConstraintError, match=words) as caught:
        web(stack, application, **given)
    assert HERE in str(caught.value)


def test_several_mistakes_are_told_at_once(stack: Stack, application: BeanstalkApplication) -> None:
    with pytest.raises(ConstraintError) as caught:
        web(stack, application, min=4, max=2, log_retention=10, name="web")
    assert {finding.rule for finding in caught.value.findings} >= {"EBK002", "EBK004", "EBK008"}


def test_unknown_options_are_warned_of_with_what_was_meant(stack: Stack, application: BeanstalkApplication) -> None:
    web(stack, application, options={("aws:autoscaling:asg", "MinimalSize"): 1, ("aws:autoscaling:asgs", "MinSize"): 1})
    said = [finding for finding in stack.node.root_app.findings if finding.rule == "EBK007"]
    assert [finding.severity for finding in said] == ["warning", "warning"]
    assert {finding.fix for finding in said} == {"did you mean MinSize?", "did you mean aws:autoscaling:asg?"}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: BeanstalkLoadBalancer(http=False), "leaves no way in"),
        (lambda: BeanstalkLoadBalancer("network", certificate="arn:aws:acm:c"), "shows no certificate"),
        (lambda: BeanstalkLoadBalancer("classic", shared="arn:aws:b"), "shared= is for an Application Load Balancer"),
        (lambda: BeanstalkLoadBalancer(routes=[BeanstalkRoute("x", paths=["/x"], priority=1)]), "routes lead to x"),
        (lambda: BeanstalkLoadBalancer(shared="arn:aws:b", certificate="arn:aws:acm:c"), "listeners are its own"),
        (lambda: BeanstalkRoute("x", priority=1), "says of no requests"),
        (lambda: BeanstalkDeployment.rolling(batch="many"), "is no batch of instances"),
        (lambda: BeanstalkSchedule("odd"), "recurrence= or start=.*min=, max= or desired="),
        (
            lambda: BeanstalkTrigger("CPUUtilization", unit="Percent", lower=1, upper=2, remove=0),
            "not a number of instances",
        ),
        (lambda: BeanstalkPlatform.branch("Python"), "not the name of a platform branch"),
        (lambda: BeanstalkPlatform.python("3.13", release="4"), "not a version of a platform"),
    ],
)
def test_values_that_mean_nothing_are_refused_where_they_are_made(make: Any, words: str) -> None:
    with pytest.raises(ConstructError, match=words) as caught:
        make()
    assert caught.value.place is not None
    assert caught.value.place.file.endswith(HERE)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"single_instance": True, "load_balancer": BeanstalkLoadBalancer()}, "a single instance has no load balancer"),
        ({"worker": BeanstalkWorker()}, 'worker= is for environments with tier="worker"'),
        ({"subnets": "public"}, "subnets= without vpc="),
        ({"tier": "worker", "load_balancer": BeanstalkLoadBalancer()}, "a worker has no load balancer"),
        ({"load_balancer": BeanstalkLoadBalancer(internal=True)}, "internal= of the load balancer without vpc="),
        ({"application": "shop"}, "a str is no application|application="),
        ({"platform": "Python"}, "is no platform"),
    ],
)
def test_keywords_that_cannot_stand_together_are_told(
    stack: Stack, application: BeanstalkApplication, given: dict[str, Any], words: str
) -> None:
    with pytest.raises(ConstructError, match=words):
        BeanstalkEnvironment(stack, "Web", **{"application": application, "platform": PYTHON, **given})


def test_an_application_limits_versions_one_way(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="by number or by age"):
        BeanstalkApplication(stack, "Both", max_versions=5, max_age=30)
    with pytest.raises(ConstructError, match="deletes no versions"):
        BeanstalkApplication(stack, "None", delete_bundles=True)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"spot": True}, "spot= takes a BeanstalkSpot or None, not True"),
        ({"updates": "Tue:09:00"}, "updates= takes a BeanstalkUpdates or None"),
        ({"schedules": [7]}, "schedules= takes a list of a BeanstalkSchedule"),
        ({"vpc": "vpc-1"}, "vpc= takes a VPCAccess or None"),
        ({"instance_types": b"t3.small"}, "instance_types="),
        ({"instance_types": [["t3.small"]]}, "instance_types= holds a list"),
        ({"options": {"Cooldown": 1}}, "options= is by (namespace, name)"),
        ({"secrets": {"KEY": ("a", "b", "c")}}, "secrets= has a tuple of 3 for 'KEY'"),
    ],
)
def test_what_is_no_setting_is_told_at_the_line_of_the_environment(stack: Stack, given: Any, words: str) -> None:
    application = BeanstalkApplication(stack, "Application")
    with pytest.raises(ConstructError) as caught:
        BeanstalkEnvironment(
            stack, "Web", application=application, platform=BeanstalkPlatform.python("3.13"), **given
        )  # fmt: skip
    assert words in str(caught.value)
    assert caught.value.place is not None
    assert caught.value.place.file.endswith("test_beanstalk.py")


def loose(made: Any) -> Any:
    """The same without its types, for calls that a type checker would refuse."""
    return made


def test_a_bundle_with_half_a_character_in_its_name_is_no_file(stack: Stack) -> None:
    with pytest.raises(ConstructError, match="no file can be called"):
        BeanstalkApplication(stack, "Application").version("a\ud800")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: loose(BeanstalkTrigger)("CPUUtilization", unit="Percent", lower=1, upper=2, period=None, evaluations="2"),
         ("period= takes a whole number, not None", "evaluations= takes a whole number, not '2'")),
        (lambda: loose(BeanstalkWorker)(True), ("queue= takes a QueueAccess or text or None, not True",)),
        (lambda: loose(BeanstalkRoute)("web", priority=1, hosts=b"a", paths=True), ("hosts= takes a list", "paths= takes a list")),
        (lambda: loose(BeanstalkLoadBalancer)(shared=7, certificate=7, processes=[], access_logs=7, routes="x"),
         ("shared=", "certificate=", "processes= takes a dictionary", "access_logs=", "routes= takes a list")),
        (lambda: loose(BeanstalkLoadBalancer)(processes={"web": 80}), ("processes= has a int for 'web'",)),
    ],
)  # fmt: skip
def test_everything_that_is_wrong_with_a_part_of_an_environment_is_told_at_once(
    wrong: Any, words: tuple[str, ...]
) -> None:
    with pytest.raises(ConstructError) as caught:
        wrong()
    for one in words:
        assert one in str(caught.value)
