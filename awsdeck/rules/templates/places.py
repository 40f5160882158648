"""What properties of a well-known name take, and what `Ref` and attributes of a type give."""

from __future__ import annotations

from functools import lru_cache

from ... import catalog

TYPE_CHECKING = False
if TYPE_CHECKING:
    Kind = tuple[str, str]

ARN = "ARN"
ID = "id"
NAME = "name"
URL = "URL"
FORMS = {
    "RoleName": NAME, "UserName": NAME, "GroupName": NAME, "InstanceProfileName": NAME, "BucketName": NAME,
    "FunctionName": NAME, "TableName": NAME, "LogGroupName": NAME, "QueueUrl": URL, "ClusterName": NAME,
    "AlarmName": NAME, "DBInstanceIdentifier": NAME, "DBClusterIdentifier": NAME, "DBSubnetGroupName": NAME,
    "DBParameterGroupName": NAME, "DBClusterParameterGroupName": NAME, "ApplicationName": NAME,
    "EnvironmentName": NAME, "VpcId": ID, "SubnetId": ID, "RouteTableId": ID, "InternetGatewayId": ID,
    "NatGatewayId": ID, "InstanceId": ID, "VolumeId": ID, "LaunchTemplateId": ID, "RestApiId": ID, "ApiId": ID,
    "ResourceId": ID, "HealthCheckId": ID, "PublicIp": "public address", "KeyName": NAME,
    "DhcpOptionsId": ID, "NetworkAclId": ID, "TransitGatewayId": ID, "VPNGatewayId": ID,
    "CacheParameterGroupName": NAME, "CacheSubnetGroupName": NAME, "ClusterSubnetGroupName": NAME,
    "ParameterGroupName": NAME, "SubnetGroupName": NAME, "AuthorizerId": ID, "DeploymentId": ID, "IntegrationId": ID, "StageName": NAME,
}  # fmt: skip
"""What `Ref` gives, by the property that it is the value of. Those that end in `Arn` are ARNs."""
REF_ONLY = {
    "AWS::EC2::EIP": "public address",
    "AWS::EC2::NetworkAcl": ID,
    "AWS::EC2::NetworkInterface": ID,
    "AWS::ElasticBeanstalk::ApplicationVersion": NAME,
    "AWS::ElasticLoadBalancing::LoadBalancer": NAME,
    "AWS::Events::Rule": NAME,
    "AWS::IAM::Policy": ID,
    "AWS::Kinesis::Stream": NAME,
    "AWS::Route53::HostedZone": ID,
    "AWS::SQS::Queue": URL,
}
PLAIN_ENDS = (
    "Name",
    "Id",
    "ID",
    "Url",
    "URL",
    "DNSName",
    "Address",
    "Port",
    "DomainName",
    "CidrBlock",
    "AvailabilityZone",
)
"""How attributes end that are certainly no ARNs."""
NO_NAME_ENDS = ("Address", "Port", "Url", "URL", "DNSName", "DomainName", "CidrBlock", "AvailabilityZone")
"""How attributes end that are neither names nor ids."""

VPC, SUBNET, GROUP = "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::SecurityGroup"
TABLE, ROLE, BUCKET = "AWS::EC2::RouteTable", "AWS::IAM::Role", "AWS::S3::Bucket"
BALANCER, TARGETS = "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancingV2::TargetGroup"
REST, HTTP = "AWS::ApiGateway::RestApi", "AWS::ApiGatewayV2::Api"
KEY = "AWS::KMS::Key"  # whose id is taken for its ARN by most properties, but not by policies
APPLICATION, PROFILE = "AWS::ElasticBeanstalk::Application", "AWS::IAM::InstanceProfile"
LOG, USER, POLICY = "AWS::Logs::LogGroup", "AWS::IAM::User", "AWS::IAM::ManagedPolicy"
PLACE = "address or path"  # of which a name, an id or an ARN is a part at most

WANTED: dict[str, Kind] = {
    "AllocationId": ("AWS::EC2::EIP", "allocation id"),
    "DBParameterGroupName": ("AWS::RDS::DBParameterGroup", NAME),
    "DBSubnetGroupName": ("AWS::RDS::DBSubnetGroup", NAME),
    "DestinationSecurityGroupId": (GROUP, ID),
    "HealthCheckId": ("AWS::Route53::HealthCheck", ID),
    "InternetGatewayId": ("AWS::EC2::InternetGateway", ID),
    "FunctionVersion": ("", "version"),
    "LoadBalancerArn": (BALANCER, ARN),
    "NatGatewayId": ("AWS::EC2::NatGateway", ID),
    "RouteTableId": (TABLE, ID),
    "RouteTableIds": (TABLE, ID),
    "SecurityGroupIds": (GROUP, ID),
    "SourceSecurityGroupId": (GROUP, ID),
    "SubnetId": (SUBNET, ID),
    "SubnetIds": (SUBNET, ID),
    "TargetGroupARNs": (TARGETS, ARN),
    "TargetGroupArn": (TARGETS, ARN),
    "TopicARN": ("AWS::SNS::Topic", ARN),
    "TopicArn": ("AWS::SNS::Topic", ARN),
    "VPCSecurityGroups": (GROUP, ID),
    "VPCZoneIdentifier": (SUBNET, ID),
    "VpcId": (VPC, ID),
    "VpcSecurityGroupIds": (GROUP, ID),
}
"""What a property of this name takes, whatever the type."""
WANTED_BY: dict[tuple[str, str], Kind] = {
    ("AWS::ApiGateway::Method", "AuthorizerId"): ("AWS::ApiGateway::Authorizer", ID),
    ("AWS::ApiGateway::Method", "ResourceId"): ("AWS::ApiGateway::Resource", ID),
    ("AWS::ApiGateway::Method", "Uri"): ("", PLACE),
    ("AWS::ApiGateway::Stage", "DeploymentId"): ("AWS::ApiGateway::Deployment", ID),
    ("AWS::ApiGatewayV2::Route", "AuthorizerId"): ("AWS::ApiGatewayV2::Authorizer", ID),
    ("AWS::ApiGatewayV2::Route", "Target"): ("", PLACE),
    ("AWS::ApplicationAutoScaling::ScalableTarget", "ResourceId"): ("", PLACE),
    ("AWS::ApiGateway::Resource", "ParentId"): ("AWS::ApiGateway::Resource", ID),
    ("AWS::CloudFront::Distribution", "Bucket"): ("", PLACE),
    ("AWS::CloudWatch::Alarm", "AlarmActions"): ("", ARN),
    ("AWS::DAX::Cluster", "ParameterGroupName"): ("AWS::DAX::ParameterGroup", NAME),
    ("AWS::DAX::Cluster", "SubnetGroupName"): ("AWS::DAX::SubnetGroup", NAME),
    ("AWS::EC2::Instance", "IamInstanceProfile"): (PROFILE, NAME),
    ("AWS::EC2::Instance", "ImageId"): ("AWS::EC2::Image", ID),
    ("AWS::EC2::LaunchTemplate", "Arn"): (PROFILE, ARN),
    ("AWS::EC2::LaunchTemplate", "ImageId"): ("AWS::EC2::Image", ID),
    ("AWS::EC2::Route", "GatewayId"): ("AWS::EC2::InternetGateway", ID),
    ("AWS::EC2::VPCEndpointService", "NetworkLoadBalancerArns"): (BALANCER, ARN),
    ("AWS::EC2::EIPAssociation", "InstanceId"): ("AWS::EC2::Instance", ID),
    ("AWS::EC2::EIPAssociation", "NetworkInterfaceId"): ("AWS::EC2::NetworkInterface", ID),
    ("AWS::EC2::SecurityGroupEgress", "GroupId"): (GROUP, ID),
    ("AWS::EC2::SecurityGroupIngress", "GroupId"): (GROUP, ID),
    ("AWS::EC2::VolumeAttachment", "InstanceId"): ("AWS::EC2::Instance", ID),
    ("AWS::EC2::VolumeAttachment", "VolumeId"): ("AWS::EC2::Volume", ID),
    ("AWS::ElasticBeanstalk::Application", "ServiceRole"): (ROLE, ARN),
    ("AWS::ElasticBeanstalk::ApplicationVersion", "ApplicationName"): (APPLICATION, NAME),
    ("AWS::ElasticBeanstalk::ConfigurationTemplate", "ApplicationName"): (APPLICATION, NAME),
    ("AWS::ElasticBeanstalk::Environment", "ApplicationName"): (APPLICATION, NAME),
    ("AWS::ElasticBeanstalk::Environment", "VersionLabel"): ("AWS::ElasticBeanstalk::ApplicationVersion", NAME),
    ("AWS::ElasticLoadBalancing::LoadBalancer", "Instances"): ("AWS::EC2::Instance", ID),
    ("AWS::ElasticLoadBalancing::LoadBalancer", "SecurityGroups"): (GROUP, ID),
    ("AWS::ElasticLoadBalancingV2::ListenerRule", "ListenerArn"): ("AWS::ElasticLoadBalancingV2::Listener", ARN),
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "SecurityGroups"): (GROUP, ID),
    ("AWS::Events::Rule", "Arn"): ("", ARN),
    ("AWS::IAM::AccessKey", "UserName"): (USER, NAME),
    ("AWS::IAM::Group", "ManagedPolicyArns"): (POLICY, ARN),
    ("AWS::IAM::GroupPolicy", "GroupName"): ("AWS::IAM::Group", NAME),
    ("AWS::IAM::InstanceProfile", "Roles"): (ROLE, NAME),
    ("AWS::IAM::ManagedPolicy", "Groups"): ("AWS::IAM::Group", NAME),
    ("AWS::IAM::ManagedPolicy", "Roles"): (ROLE, NAME),
    ("AWS::IAM::ManagedPolicy", "Users"): ("AWS::IAM::User", NAME),
    ("AWS::IAM::Policy", "Groups"): ("AWS::IAM::Group", NAME),
    ("AWS::IAM::Policy", "Roles"): (ROLE, NAME),
    ("AWS::IAM::Policy", "Users"): ("AWS::IAM::User", NAME),
    ("AWS::IAM::Role", "ManagedPolicyArns"): (POLICY, ARN),
    ("AWS::IAM::Role", "PermissionsBoundary"): (POLICY, ARN),
    ("AWS::IAM::RolePolicy", "RoleName"): (ROLE, NAME),
    ("AWS::IAM::User", "Groups"): ("AWS::IAM::Group", NAME),
    ("AWS::IAM::User", "ManagedPolicyArns"): (POLICY, ARN),
    ("AWS::IAM::User", "PermissionsBoundary"): (POLICY, ARN),
    ("AWS::IAM::UserPolicy", "UserName"): (USER, NAME),
    ("AWS::Lambda::EventSourceMapping", "Destination"): ("", ARN),
    ("AWS::Lambda::EventInvokeConfig", "Destination"): ("", ARN),
    ("AWS::Lambda::Function", "Role"): (ROLE, ARN),
    ("AWS::Logs::LogStream", "LogGroupName"): (LOG, NAME),
    ("AWS::Logs::MetricFilter", "LogGroupName"): (LOG, NAME),
    ("AWS::Logs::SubscriptionFilter", "LogGroupName"): (LOG, NAME),
    ("AWS::RDS::DBCluster", "DBClusterParameterGroupName"): ("AWS::RDS::DBClusterParameterGroup", NAME),
    ("AWS::RDS::DBInstance", "DBClusterIdentifier"): ("AWS::RDS::DBCluster", NAME),
    ("AWS::RDS::DBInstance", "SourceDBInstanceIdentifier"): ("", NAME),
    ("AWS::Redshift::Cluster", "ClusterSubnetGroupName"): ("AWS::Redshift::ClusterSubnetGroup", NAME),
    ("AWS::S3::AccessPoint", "Bucket"): (BUCKET, NAME),
    ("AWS::S3::Bucket", "DestinationBucketName"): (BUCKET, NAME),
    ("AWS::S3::Bucket", "Function"): ("", ARN),
    ("AWS::S3::Bucket", "Queue"): ("AWS::SQS::Queue", ARN),
    ("AWS::S3::Bucket", "Role"): (ROLE, ARN),
    ("AWS::S3::Bucket", "Topic"): ("AWS::SNS::Topic", ARN),
    ("AWS::S3::BucketPolicy", "Bucket"): (BUCKET, NAME),
    ("AWS::SNS::TopicPolicy", "Topics"): ("AWS::SNS::Topic", ARN),
    ("AWS::SQS::Queue", "deadLetterTargetArn"): ("AWS::SQS::Queue", ARN),
    ("AWS::SQS::QueuePolicy", "Queues"): ("AWS::SQS::Queue", URL),
}
OF_SERVICE = {
    "AWS::ApiGateway::": {"RestApiId": (REST, ID)},
    "AWS::ApiGatewayV2::": {"ApiId": (HTTP, ID)},
    "AWS::ElastiCache::": {
        "CacheParameterGroupName": ("AWS::ElastiCache::ParameterGroup", NAME),
        "CacheSubnetGroupName": ("AWS::ElastiCache::SubnetGroup", NAME),
    },
}
ROLE_ENDS = ("RoleArn", "RoleARN", "ExecutionRoleArn", "PermissionArn")
ARN_ENDS = ("Arn", "ARN", "Arns", "ARNs")
NO_ARN = frozenset(("TargetFunctionArn", "ClusterArn", "BudgetLimitArn"))
"""Properties whose names end so, and which take a name too."""
ALSO = {
    "GatewayId": ("AWS::EC2::VPNGateway",),
    "InternetGatewayId": ("AWS::EC2::VPNGateway",),
    "SubnetId": (), "LoadBalancerArn": (),
}  # fmt: skip
NAMED = {
    ("AWS::KMS::Alias", "TargetKeyId"): ("AWS::KMS::Key", "AWS::KMS::ReplicaKey"),
    **{
        (f"AWS::Lambda::{name}", "FunctionName"): (
            "AWS::Lambda::Alias", "AWS::Lambda::Function", "AWS::Lambda::Version", "AWS::Serverless::Function",
        )
        for name in ("Alias", "EventInvokeConfig", "EventSourceMapping", "Permission", "Version")
    },
}  # fmt: skip
"""What `Ref` may name where names, ids and ARNs are all taken."""
NO_KEY_ID = (("AWS::Lambda::Function", "KmsKeyArn"), ("AWS::Lambda::EventSourceMapping", "KmsKeyArn"))
"""Properties that take the ARN of a key alone, as their schemas say, and not its id."""
OPEN_ENDED = ("AWS::CloudFormation::", "AWS::SSM::", "AWS::Serverless::")
"""Types whose `Ref` may give anything."""
OF_PARAMETER = {
    "AWS::EC2::AvailabilityZone::Name": ("", "zone name"),
    "AWS::EC2::Image::Id": ("AWS::EC2::Image", ID),
    "AWS::EC2::Instance::Id": ("AWS::EC2::Instance", ID),
    "AWS::EC2::SecurityGroup::Id": (GROUP, ID),
    "AWS::EC2::Subnet::Id": (SUBNET, ID),
    "AWS::EC2::VPC::Id": (VPC, ID),
    "AWS::EC2::Volume::Id": ("AWS::EC2::Volume", ID),
    "AWS::Route53::HostedZone::Id": ("AWS::Route53::HostedZone", ID),
}
LIST_TYPES = ("CommaDelimitedList", "List<")


# What is given, and what is wanted


FIRM = (ARN, ID, NAME, URL, "allocation id", "public address", "version", "zone name")


@lru_cache(512)
def given_by(type: str, attribute: str | None) -> Kind | None:
    """Which type's what `Ref` (no attribute) or an attribute gives, where it is certain."""
    known = catalog.find(type)
    if known is None or not type.startswith("AWS::") or type.startswith("AWS::CloudFormation::"):
        return None
    if attribute is None:
        if type in REF_ONLY:
            return type, REF_ONLY[type]
        named = known.ref
        if named is None or type == GROUP:
            return None
        return (type, ARN) if named.endswith(("Arn", "ARN")) else (type, FORMS[named]) if named in FORMS else None
    if known.has_attribute(attribute) is False:
        return None
    if attribute.endswith(("Arn", "ARN")) and "." not in attribute:
        own = attribute in ("Arn", "ARN") or type.rpartition("::")[2].lower() == attribute[:-3].lower()
        return type if own else "", ARN
    if type == "AWS::EC2::EIP" and attribute == "AllocationId":
        return type, "allocation id"
    if type == GROUP and attribute in ("GroupId", "Id"):
        return type, ID
    if type == "AWS::Lambda::Version" and attribute == "Version":
        return type, "version"
    if attribute == "VpcId":
        return VPC, ID
    if attribute == known.ref and attribute in FORMS:
        return type, FORMS[attribute]
    if attribute == "RootResourceId":
        return "AWS::ApiGateway::Resource", ID
    return ("", attribute) if attribute.endswith(PLAIN_ENDS) and known.has_attribute(attribute) else None


@lru_cache(2048)
def wanted_by(type: str, name: str) -> Kind | None:
    """Which type's what a property takes, where it is certain; no type where only the form is."""
    found = WANTED_BY.get((type, name)) or WANTED.get(name)
    if found:
        return found
    for service, properties in OF_SERVICE.items():
        if type.startswith(service) and name in properties:
            return properties[name]
    if name.endswith(ROLE_ENDS):
        return ROLE, ARN
    return ("", ARN) if name.endswith(ARN_ENDS) and name not in NO_ARN else None
