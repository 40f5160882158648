"""A program with three services of L1 that a type checker has nothing to say about."""

from typing import assert_type

from awsdeck import AWS, App, Condition, ListToken, NoValue, Parameter, Resource, Stack, Token, cfn, equals, if_
from awsdeck.cfn import ec2, lambda_, route53, s3, sqs, wafv2
from awsdeck.cfn.sqs import QueuePolicy

app = App()
stack = Stack(app, "shop", region="eu-west-1", tags={"team": "shop"})

# keywords, nested dictionaries, enum values, numbers and truths
queue = sqs.Queue(
    stack,
    "Orders",
    FifoQueue=True,
    DelaySeconds=5,
    KmsMasterKeyId=None,
    RedrivePolicy={"deadLetterTargetArn": "arn:aws:sqs:eu-west-1:123456789012:dead", "maxReceiveCount": 3},
    Tags=[{"Key": "team", "Value": "shop"}],
)
bucket = s3.Bucket(
    stack,
    "Uploads",
    VersioningConfiguration={"Status": "Enabled"},
    BucketEncryption={
        "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
    },
    LifecycleConfiguration={"Rules": [{"Status": "Enabled", "ExpirationInDays": 30, "Prefix": None}]},
)
worker = lambda_.Function(
    stack,
    "Worker",
    Code={"S3Bucket": bucket.ref, "S3Key": "worker.zip"},
    Role=f"arn:{AWS.Partition}:iam::{AWS.AccountId}:role/worker",
    Handler="app.handle",
    Runtime="python3.13",
    Timeout=30,
    Environment={"Variables": {"QUEUE": queue.QueueUrl}},
    Architectures=("arm64",),
)

# a policy is plain data, or something that writes itself as such
QueuePolicy(stack, "Policy", Queues=[queue.ref], PolicyDocument={"Version": "2012-10-17", "Statement": []})

# attributes are deploy-time values, dotted ones too, and lists where CloudFormation gives a list
assert_type(queue.Arn, Token)
assert_type(queue.QueueName, Token)
assert_type(queue.ref, Token)
assert_type(worker.SnapStartResponse.ApplyOn, Token)
zone = route53.HostedZone(stack, "Zone", Name="example.com")
assert_type(zone.NameServers, ListToken)
first: str = zone.NameServers[0]
route53.RecordSet(
    stack, "Ns", Name="sub.example.com", Type="NS", TTL="300", HostedZoneId=zone.ref, ResourceRecords=zone.NameServers
)

# lists: of strings, of deploy-time values, one only known at deploy
subnets = [ec2.Subnet(stack, f"Subnet{n}", VpcId="vpc-1", CidrBlock=f"10.0.{n}.0/24").SubnetId for n in range(2)]
groups = Parameter(stack, "Groups", type="List<AWS::EC2::SecurityGroup::Id>")
lambda_.Function(
    stack,
    "Inside",
    Code={"ZipFile": "x"},
    Role="arn:aws:iam::123456789012:role/worker",
    VpcConfig={"SubnetIds": subnets, "SecurityGroupIds": groups.items},
)

# deploy-time values stand for numbers, truths and enum values
delay = Parameter(stack, "Delay", type="Number", default=5)
large = Condition(stack, "Large", equals(delay.ref, 900))
sqs.Queue(stack, "Other", DelaySeconds=delay.ref, FifoQueue=if_(large, True, False))
s3.Bucket(stack, "Copy", VersioningConfiguration={"Status": if_(large, "Enabled", "Suspended")})
s3.Bucket(stack, "Third", VersioningConfiguration=if_(large, {"Status": "Enabled"}, NoValue))
s3.Bucket(stack, "Either", VersioningConfiguration=if_(large, {"Status": "Enabled"}, {"Status": "Suspended"}))
s3.Bucket(stack, "Fourth", VersioningConfiguration={"Status": delay.ref})

# reading and assigning
queue.DelaySeconds = 10
queue.DelaySeconds = None
queue.QueueName = "orders.fifo"
bucket.VersioningConfiguration = {"Status": "Suspended"}
queue.set(DelaySeconds=3)
queue.node.retain()
untyped = queue.node.resource
untyped.DelaySeconds = 4
rendered: dict[str, object] = queue.properties
assert isinstance(untyped, Resource)


# a nested value can be named and passed around
def rule(prefix: str, days: int) -> s3.Bucket.RuleProperty:
    """A lifecycle rule."""
    return {"Status": "Enabled", "Prefix": prefix, "ExpirationInDays": days}


s3.Bucket(stack, "Logs", LifecycleConfiguration={"Rules": [rule("a/", 1), rule("b/", 2)]})
s3.Bucket(stack, "More", LifecycleConfiguration=s3.Bucket.LifecycleConfigurationProperty(Rules=[rule("c/", 3)]))

# shapes that contain themselves
wafv2.RuleGroup(
    stack,
    "Rules",
    Capacity=10,
    Scope="REGIONAL",
    VisibilityConfig={"CloudWatchMetricsEnabled": True, "MetricName": "m", "SampledRequestsEnabled": True},
    Rules=[
        {
            "Name": "not-home",
            "Priority": 0,
            "VisibilityConfig": {"CloudWatchMetricsEnabled": True, "MetricName": "m", "SampledRequestsEnabled": True},
            "Statement": {
                "NotStatement": {
                    "Statement": {
                        "OrStatement": {
                            "Statements": [
                                {"GeoMatchStatement": {"CountryCodes": ["AT", "DE"]}},
                                {"NotStatement": {"Statement": {"GeoMatchStatement": {"CountryCodes": ["CH"]}}}},
                            ]
                        }
                    }
                }
            },
        }
    ],
)

# a type known by text only takes any keyword; so does a service reached through the package
cfn.resource_class("AWS::SQS::Queue")(stack, "ByText", FifoQueue=True).DelaySeconds = 1
cfn.sqs.Queue(stack, "Reached", FifoQueue=True)
assembly = app.synth()
