"""Good practice as auditors look at it: encryption, public access, logging, least privilege, backups.

What these rules ask for is neither an error nor always worth its price; a template that breaks them is valid. Their
sources are controls of AWS Security Hub, by service and number, and the documentation behind them.
"""

from __future__ import annotations

from ..graph import references
from ..policies.policy import documents
from ..view import spread
from ..vocabulary import (
    ABSENT,
    AtLeast,
    Is,
    IsNot,
    OneOf,
    Present,
    Rule,
    Unset,
    Violation,
    as_list,
    is_unknown,
    number,
    truth,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View
    from ..vocabulary import Example, Test

ADMIN_PORTS = {22: "SSH", 3389: "Remote Desktop"}
DATA_PORTS = {1433: "SQL Server", 1521: "Oracle", 3306: "MySQL", 5432: "PostgreSQL", 6379: "Redis", 11211: "Memcached", 27017: "MongoDB"}  # fmt: skip
EVERYWHERE = frozenset(("0.0.0.0/0", "::/0"))
BACKUP_DAYS = 7


def _on(
    id: str,
    types: str | tuple[str, ...],
    words: str,
    then: dict[str, Test],
    control: str,
    good: Example | tuple[Example, ...],
    bad: Example | tuple[Example, ...],
    *,
    when: dict[str, Test] | None = None,
    check: Any = None,
    fix: str | None = None,
) -> Rule:
    return Rule(
        id, types, "warning", words, when=when, then=then, check=check, fix=fix, source=f"AWS Security Hub, control {control}",
        good=good, bad=bad,
    )  # fmt: skip


def _ports(rule: dict[str, Any]) -> tuple[int, int] | None:
    """The ports that a rule of a security group opens; None where they are not known."""
    protocol = rule.get("IpProtocol")
    if protocol in ("-1", -1):
        return 0, 65_535
    if protocol not in ("tcp", "6", 6):
        return None
    low, high = number(rule.get("FromPort")), number(rule.get("ToPort"))
    return None if low is None or high is None else (int(low), int(high))


def _everywhere(value: Any) -> bool:
    return isinstance(value, str) and value in EVERYWHERE


def _open_rules(view: View) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if view.type == "AWS::EC2::SecurityGroupIngress":
        found: list[tuple[tuple[str | int, ...], Any]] = [((), view.properties)]
    else:
        found = list(spread(view.properties, ["SecurityGroupIngress", "*"]))
    for path, rule in found:
        if isinstance(rule, dict) and (_everywhere(rule.get("CidrIp")) or _everywhere(rule.get("CidrIpv6"))):
            yield path, rule


def _open(ports: dict[int, str]) -> Any:
    def check(view: View) -> Iterator[Violation]:
        for path, rule in _open_rules(view):
            known = _ports(rule)
            reached = [name for port, name in ports.items() if known is not None and known[0] <= port <= known[1]]
            if reached:
                key = "CidrIp" if rule.get("CidrIp") in EVERYWHERE else "CidrIpv6"
                yield Violation((*path, key), value=rule[key], services=", ".join(reached))

    return check


def _tls_only(policy_type: str, names: str) -> Any:
    """Whether some policy of a bucket, queue or topic refuses what does not come over TLS."""

    def check(graph: Graph) -> Iterator[Violation]:
        refused = set()
        for policy in graph.of(policy_type):
            document = policy.get("PolicyDocument")
            if document is ABSENT or is_unknown(document) or not _denies_plain(document):
                continue
            for one in as_list(policy.get(names)):
                target = graph.target(policy, one)
                if target is None:
                    return  # a policy of something that is not known by name may be that of any
                refused.add(id(target.view))
        for view in graph.of(policy_type.removesuffix("Policy")):
            if id(view) not in refused:
                yield Violation(view=view)

    return check


def _unlogged(graph: Graph) -> Iterator[Violation]:
    """Distributions that log neither themselves nor through a delivery source of CloudWatch Logs."""
    logged: set[int] = set()
    for source in graph.of(LOG_SOURCE):
        arn = source.get("ResourceArn")
        named = [source.member.views.get(edge.target) for edge in references(arn)] if source.member is not None else []
        logged.update(id(view) for view in named if view is not None)
        if is_unknown(arn) and all(view is None for view in named):
            return  # the logs of something that is not known by name may be those of any
    for view in graph.of(DISTRIBUTION):
        if view.get("DistributionConfig/Logging") is ABSENT and id(view) not in logged:
            yield Violation(("DistributionConfig",), view=view)


def _denies_plain(document: Any) -> bool:
    statements = as_list(document.get("Statement")) if isinstance(document, dict) else []
    for statement in statements:
        if not isinstance(statement, dict) or statement.get("Effect") != "Deny":
            continue
        condition = statement.get("Condition")
        values = condition.get("Bool", {}) if isinstance(condition, dict) else {}
        if isinstance(values, dict) and any(
            key.lower() == "aws:securetransport" and truth(as_list(said)[0] if as_list(said) else None) is False
            for key, said in values.items()
        ):
            return True
    return False


def _administrators(view: View) -> Iterator[Violation]:
    for document in documents(view):
        for statement in document.statements:
            body = statement.body
            if (
                body.get("Effect") == "Allow"
                and "*" in as_list(body.get("Action"))
                and "*" in as_list(body.get("Resource"))
            ):
                yield Violation((*statement.path, "Action"))


def _redirects(view: View) -> Iterator[Violation]:
    if view.get("Protocol") != "HTTP":
        return
    actions = view.get("DefaultActions")
    kinds = [action.get("Type") for action in as_list(actions) if isinstance(action, dict)]
    if kinds and "redirect" not in kinds and not any(is_unknown(kind) for kind in kinds):
        yield Violation(("DefaultActions",))


def _attribute(holder: str, name: str, wanted: str) -> Any:
    """Whether a list of keys and values has this one."""

    def check(view: View) -> Iterator[Violation]:
        entries = view.get(holder)
        if is_unknown(entries):
            return
        for entry in as_list(entries):
            if not isinstance(entry, dict) or is_unknown(entry) or is_unknown(entry.get("Key")):
                return
            if entry.get("Key") == name:
                given = entry.get("Value")
                if not is_unknown(given) and str(given).lower() != wanted:
                    yield Violation((holder,), attribute=name, wanted=wanted)
                return
        yield Violation((holder,), attribute=name, wanted=wanted)

    return check


QUEUE = "AWS::SQS::Queue"
TOPIC = "AWS::SNS::Topic"
BUCKET = "AWS::S3::Bucket"
TABLE = "AWS::DynamoDB::Table"
DB = "AWS::RDS::DBInstance"
CLUSTER = "AWS::RDS::DBCluster"
GROUP = "AWS::EC2::SecurityGroup"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
CACHE = "AWS::ElastiCache::ReplicationGroup"
DISTRIBUTION = "AWS::CloudFront::Distribution"
LOG_SOURCE = "AWS::Logs::DeliverySource"
PLAIN_HTTP = {
    "Protocol": "HTTP",
    "Port": 80,
    "LoadBalancerArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:x",
}
_FORWARD = [{"Type": "forward", "TargetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:y"}]
_REDIRECT = [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Protocol": "HTTPS", "Port": "443"}}]
_BLOCKED = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
_TLS = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    },
}  # fmt: skip


def _template(**resources: dict[str, Any]) -> dict[str, Any]:
    return {"Resources": resources}


def _delivered(arn: Any) -> dict[str, Any]:
    return {"Type": LOG_SOURCE, "Properties": {"Name": "logs", "LogType": "ACCESS_LOGS", "ResourceArn": arn}}


def _guarded(type: str, names: str, many: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """A resource with a policy that asks for TLS, and one without."""
    reference: Any = {"Ref": "It"}
    policy = {
        "Type": f"{type}Policy",
        "Properties": {names: [reference] if many else reference, "PolicyDocument": _TLS},
    }
    return _template(It={"Type": type}, Policy=policy), _template(It={"Type": type})


def _tls_rule(id: str, type: str, names: str, many: bool, control: str, what: str) -> Rule:
    good, bad = _guarded(type, names, many)
    return Rule(
        id, (type, f"{type}Policy"), "warning",
        f"requests to {what} come over TLS: a statement denies them where aws:SecureTransport is false",
        scope="graph", check=_tls_only(f"{type}Policy", names), source=f"AWS Security Hub, control {control}",
        fix="set tls_only=True on the construct, or add the statement to its policy", good=good, bad=bad,
    )  # fmt: skip


RULES: tuple[Rule, ...] = (
    _on("AUD001", BUCKET, "a bucket blocks public access in all four ways",
        {f"PublicAccessBlockConfiguration/{name}": Is(True) for name in _BLOCKED}, "S3.8",
        {"PublicAccessBlockConfiguration": dict.fromkeys(_BLOCKED, True)},
        ({}, {"PublicAccessBlockConfiguration": {**dict.fromkeys(_BLOCKED, True), "BlockPublicAcls": False}})),
    _on("AUD002", BUCKET, "a bucket logs who asks for what", {"LoggingConfiguration": Present()}, "S3.9",
        {"LoggingConfiguration": {"DestinationBucketName": "logs"}}, {}),
    _on("AUD003", BUCKET, "a bucket keeps older versions of its objects",
        {"VersioningConfiguration/Status": Is("Enabled")}, "S3.14",
        {"VersioningConfiguration": {"Status": "Enabled"}}, ({}, {"VersioningConfiguration": {"Status": "Suspended"}})),
    _tls_rule("AUD004", BUCKET, "Bucket", False, "S3.5", "a bucket"),
    _tls_rule("AUD005", QUEUE, "Queues", True, "SQS.3 and the SQS Developer Guide, security best practices", "a queue"),
    _tls_rule("AUD006", TOPIC, "Topics", True, "SNS.4 and the SNS Developer Guide, security best practices", "a topic"),
    _on("AUD007", QUEUE, "a queue is encrypted", {"SqsManagedSseEnabled": Is(True)}, "SQS.1",
        ({"SqsManagedSseEnabled": True}, {"KmsMasterKeyId": "alias/aws/sqs"}), {"SqsManagedSseEnabled": False},
        when={"SqsManagedSseEnabled": Present(), "KmsMasterKeyId": Unset()}),
    _on("AUD008", TOPIC, "a topic is encrypted with KMS", {"KmsMasterKeyId": Present()}, "SNS.1",
        {"KmsMasterKeyId": "alias/aws/sns"}, {}),
    _on("AUD009", TABLE, "a table can be brought back to any second",
        {"PointInTimeRecoverySpecification/PointInTimeRecoveryEnabled": Is(True)}, "DynamoDB.2",
        {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}, {}),
    _on("AUD010", TABLE, "a table refuses to be deleted", {"DeletionProtectionEnabled": Is(True)}, "DynamoDB.6",
        {"DeletionProtectionEnabled": True}, {}),
    _on("AUD011", "AWS::DAX::Cluster", "a DAX cluster is encrypted at rest", {"SSESpecification/SSEEnabled": Is(True)},
        "DynamoDB.3", {"SSESpecification": {"SSEEnabled": True}}, {}),
    _on("AUD012", "AWS::DAX::Cluster", "a DAX cluster is encrypted in transit",
        {"ClusterEndpointEncryptionType": Is("TLS")}, "DynamoDB.7", {"ClusterEndpointEncryptionType": "TLS"}, {}),
    _on("AUD013", (DB, CLUSTER), "a database is encrypted at rest", {"StorageEncrypted": Is(True)}, "RDS.3 and RDS.27",
        {"StorageEncrypted": True}, ({}, {"Type": CLUSTER, "Properties": {"Engine": "aurora-mysql"}}),
        when={"DBClusterIdentifier": Unset(), "SourceDBInstanceIdentifier": Unset(), "DBSnapshotIdentifier": Unset(),
              "SnapshotIdentifier": Unset(), "SourceDBClusterIdentifier": Unset()}),
    _on("AUD014", DB, "a database is not reached from the internet", {"PubliclyAccessible": IsNot(True)}, "RDS.2",
        {"PubliclyAccessible": False}, {"PubliclyAccessible": True}),
    _on("AUD015", DB, "a database has a standby in another zone", {"MultiAZ": Is(True)}, "RDS.5",
        ({"MultiAZ": True}, {"DBClusterIdentifier": "shop"}), {"MultiAZ": False},
        when={"DBClusterIdentifier": Unset(), "SourceDBInstanceIdentifier": Unset(), "SourceDBClusterIdentifier": Unset()}),
    _on("AUD016", (DB, CLUSTER), "a database refuses to be deleted", {"DeletionProtection": Is(True)}, "RDS.7 and RDS.8",
        ({"DeletionProtection": True}, {"DBClusterIdentifier": "shop"}), {}, when={"DBClusterIdentifier": Unset()}),
    _on("AUD017", (DB, CLUSTER), "backups of a database are kept for a week or longer",
        {"BackupRetentionPeriod": AtLeast(BACKUP_DAYS, "days")}, "RDS.11",
        {"BackupRetentionPeriod": 7}, {"BackupRetentionPeriod": 1}, when={"BackupRetentionPeriod": Present()}),
    _on("AUD018", DB, "minor versions of the engine come by themselves", {"AutoMinorVersionUpgrade": IsNot(False)},
        "RDS.13", {"AutoMinorVersionUpgrade": True}, {"AutoMinorVersionUpgrade": False}),
    _on("AUD019", DB, "a database writes logs to CloudWatch", {"EnableCloudwatchLogsExports": Present()}, "RDS.9",
        {"EnableCloudwatchLogsExports": ["postgresql"]}, {}, when={"DBClusterIdentifier": Unset()}),
    _on("AUD020", DB, "snapshots carry the tags of their database", {"CopyTagsToSnapshot": Is(True)}, "RDS.17",
        {"CopyTagsToSnapshot": True}, {}, when={"DBClusterIdentifier": Unset()}),
    _on("AUD021", (DB, CLUSTER), "people and programs sign in by IAM", {"EnableIAMDatabaseAuthentication": Is(True)},
        "RDS.10 and RDS.12", {"Engine": "postgres", "EnableIAMDatabaseAuthentication": True}, {"Engine": "postgres"},
        when={"Engine": OneOf("mysql", "mariadb", "postgres", "aurora-mysql", "aurora-postgresql"),
              "DBClusterIdentifier": Unset()}),
    Rule("AUD022", (GROUP, "AWS::EC2::SecurityGroupIngress"), "warning",
         "{services} can be reached from everywhere ({value})", check=_open(ADMIN_PORTS),
         fix="name the addresses or groups that need it, or use Session Manager",
         source="AWS Security Hub, control EC2.13 and EC2.14",
         good=({"SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "0.0.0.0/0"}]},
               {"SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIp": "10.0.0.0/8"}]}),
         bad=({"SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 20, "ToPort": 30, "CidrIp": "0.0.0.0/0"}]},
              {"SecurityGroupIngress": [{"IpProtocol": "-1", "CidrIpv6": "::/0"}]})),
    Rule("AUD023", (GROUP, "AWS::EC2::SecurityGroupIngress"), "warning",
         "{services} can be reached from everywhere ({value})", check=_open(DATA_PORTS),
         fix="let only the groups of the programs that use it in", source="AWS Security Hub, control EC2.19",
         good={"SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432,
                                         "SourceSecurityGroupId": "sg-0123456789abcdef0"}]},
         bad={"SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "CidrIp": "0.0.0.0/0"}]}),
    _on("AUD024", "AWS::EC2::Volume", "a volume is encrypted", {"Encrypted": Is(True)}, "EC2.3",
        ({"Encrypted": True}, {"SnapshotId": "snap-0123456789abcdef0"}), {}, when={"SnapshotId": Unset()}),
    _on("AUD025", "AWS::EC2::Subnet", "instances of a subnet get no public address by themselves",
        {"MapPublicIpOnLaunch": IsNot(True)}, "EC2.15", {"MapPublicIpOnLaunch": False}, {"MapPublicIpOnLaunch": True}),
    _on("AUD026", "AWS::EC2::LaunchTemplate", "instances ask for a token before they tell their credentials (IMDSv2)",
        {"LaunchTemplateData/MetadataOptions/HttpTokens": Is("required")}, "EC2.170 and AutoScaling.3",
        {"LaunchTemplateData": {"MetadataOptions": {"HttpTokens": "required"}}}, {"LaunchTemplateData": {}}),
    _on("AUD027", BALANCER, "a load balancer refuses to be deleted", {}, "ELB.6",
        {"LoadBalancerAttributes": [{"Key": "deletion_protection.enabled", "Value": "true"}]}, {},
        check=_attribute("LoadBalancerAttributes", "deletion_protection.enabled", "true")),
    _on("AUD028", BALANCER, "a load balancer logs the requests it answers", {}, "ELB.5",
        {"LoadBalancerAttributes": [{"Key": "access_logs.s3.enabled", "Value": "true"}]}, {},
        check=_attribute("LoadBalancerAttributes", "access_logs.s3.enabled", "true")),
    _on("AUD029", BALANCER, "a load balancer drops headers that are not well-formed", {}, "ELB.4",
        ({"LoadBalancerAttributes": [{"Key": "routing.http.drop_invalid_header_fields.enabled", "Value": "true"}]},
         {"Type": BALANCER, "Properties": {"Type": "network"}}), {}, when={"Type": Is("application", default="application")},
        check=_attribute("LoadBalancerAttributes", "routing.http.drop_invalid_header_fields.enabled", "true")),
    Rule("AUD030", LISTENER, "warning", "a listener for HTTP only sends people on to HTTPS", check=_redirects,
         fix="give it a default action that redirects to HTTPS", source="AWS Security Hub, control ELB.1",
         good={**PLAIN_HTTP, "DefaultActions": _REDIRECT}, bad={**PLAIN_HTTP, "DefaultActions": _FORWARD}),
    _on("AUD031", CACHE, "a cache is encrypted at rest", {"AtRestEncryptionEnabled": Is(True)}, "ElastiCache.4",
        {"AtRestEncryptionEnabled": True}, {}),
    _on("AUD032", CACHE, "a cache is encrypted in transit", {"TransitEncryptionEnabled": Is(True)}, "ElastiCache.5",
        {"TransitEncryptionEnabled": True}, {}),
    _on("AUD033", CACHE, "another node takes over when one fails", {"AutomaticFailoverEnabled": Is(True)},
        "ElastiCache.3", {"AutomaticFailoverEnabled": True}, {}),
    _on("AUD034", CACHE, "a cache is backed up every day", {"SnapshotRetentionLimit": AtLeast(1, "day")},
        "ElastiCache.1", {"SnapshotRetentionLimit": 1}, {"SnapshotRetentionLimit": 0},
        when={"SnapshotRetentionLimit": Present()}),
    _on("AUD035", "AWS::KMS::Key", "the material of a key is replaced every year", {"EnableKeyRotation": Is(True)},
        "KMS.4", ({"EnableKeyRotation": True}, {"KeySpec": "RSA_2048"}), {},
        when={"KeySpec": Is("SYMMETRIC_DEFAULT", default="SYMMETRIC_DEFAULT"), "Origin": IsNot("EXTERNAL")}),
    _on("AUD036", "AWS::Logs::LogGroup", "logs are kept for a year", {"RetentionInDays": AtLeast(365, "days")},
        "CloudWatch.16", ({"RetentionInDays": 365}, {}), {"RetentionInDays": 30}, when={"RetentionInDays": Present()}),
    Rule("AUD037", ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"),
         "warning", "nobody may do everything with everything", check=_administrators,
         fix="name the actions and the resources that are needed", source="AWS Security Hub, control IAM.1",
         good={"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {
             "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}}},
         bad={"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": {
             "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}}),
    _on("AUD038", "AWS::SecretsManager::Secret", "a secret is encrypted with a key of one's own", {"KmsKeyId": Present()},
        "SecretsManager.1 and the Secrets Manager User Guide, encryption", {"KmsKeyId": "alias/shop"}, {}),
    _on("AUD039", DISTRIBUTION, "viewers come over HTTPS",
        {"DistributionConfig/DefaultCacheBehavior/ViewerProtocolPolicy": OneOf("https-only", "redirect-to-https")},
        "CloudFront.3",
        {"DistributionConfig": {"DefaultCacheBehavior": {"ViewerProtocolPolicy": "redirect-to-https"}}},
        {"DistributionConfig": {"DefaultCacheBehavior": {"ViewerProtocolPolicy": "allow-all"}}}),
    Rule(
        "AUD040", (DISTRIBUTION, LOG_SOURCE), "warning", "a distribution logs the requests it answers",
        scope="graph", check=_unlogged, source="AWS Security Hub, control CloudFront.5",
        good=(
            _template(It={"Type": DISTRIBUTION, "Properties": {"DistributionConfig": {"Logging": {"Bucket": "logs.s3.amazonaws.com"}}}}),
            _template(It={"Type": DISTRIBUTION}, Logs=_delivered({"Fn::Sub": "arn:aws:cloudfront::123456789012:distribution/${It}"})),
            _template(It={"Type": DISTRIBUTION}, Logs=_delivered({"Ref": "Arn"})),
        ),
        bad=(
            _template(It={"Type": DISTRIBUTION, "Properties": {"DistributionConfig": {}}}),
            _template(It={"Type": DISTRIBUTION}, Logs=_delivered("arn:aws:cloudfront::123456789012:distribution/EDFDVBD6EXAMPLE")),
        ),
    ),
    _on("AUD041", DISTRIBUTION, "a web application firewall stands in front of a distribution",
        {"DistributionConfig/WebACLId": Present()}, "CloudFront.6",
        {"DistributionConfig": {"WebACLId": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/b"}},
        {"DistributionConfig": {}}),
    _on("AUD042", "AWS::ApiGateway::Stage", "a stage logs the requests it answers", {"AccessLogSetting": Present()},
        "APIGateway.1 and APIGateway.9", {"AccessLogSetting": {"Format": "$context.requestId"}}, {}),
    _on("AUD043", "AWS::ApiGateway::Stage", "a stage is traced", {"TracingEnabled": Is(True)}, "APIGateway.3",
        {"TracingEnabled": True}, {}),
    _on("AUD044", "AWS::StepFunctions::StateMachine", "a state machine logs what it does",
        {"LoggingConfiguration": Present(), "LoggingConfiguration/Level": OneOf("ALL", "ERROR", "FATAL")}, "StepFunctions.1",
        {"LoggingConfiguration": {"Level": "ALL"}}, {}),
    _on("AUD045", "AWS::AutoScaling::AutoScalingGroup", "a group behind a load balancer believes its health checks",
        {"HealthCheckType": Is("ELB")}, "AutoScaling.1",
        ({"TargetGroupARNs": ["arn:aws:x"], "HealthCheckType": "ELB"}, {}), {"TargetGroupARNs": ["arn:aws:x"]},
        when={"TargetGroupARNs": Present()}),
    _on("AUD046", "AWS::Kinesis::Stream", "a stream is encrypted", {"StreamEncryption": Present()}, "Kinesis.1",
        {"StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"}}, {}),
    _on("AUD047", "AWS::Lambda::Function", "what a function cannot handle is kept", {"DeadLetterConfig": Present()},
        "Lambda and the Lambda Developer Guide, asynchronous invocation",
        {"DeadLetterConfig": {"TargetArn": "arn:aws:sqs:eu-west-1:123456789012:failed"}}, {}),
    _on("AUD048", "AWS::Lambda::Function", "a function is traced", {"TracingConfig/Mode": Is("Active")}, "Lambda.7",
        {"TracingConfig": {"Mode": "Active"}}, {}),
)  # fmt: skip
