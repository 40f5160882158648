"""What buckets, tables, topics and the Parameter Store demand beyond their schemas."""

from __future__ import annotations

from ..vocabulary import AtLeast, Between, Is, IsNot, Length, Matches, OneOf, Present, Rule, StartsWith, Unset
from .demand import Demand, Distinct, Pieces, demanded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


# Source: the properties of each type in the CloudFormation Template Reference, and the API behind it.
DEMANDS: Mapping[str, tuple[Demand, ...]] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": (
        Demand("ResourceId", StartsWith("table/"), {"ServiceNamespace": Is("dynamodb")}),
        Demand("ResourceId", StartsWith("service/"), {"ServiceNamespace": Is("ecs")}),
        Demand("ResourceId", StartsWith("function:"), {"ServiceNamespace": Is("lambda")}),
        Demand("ResourceId", StartsWith("spot-fleet-request/"), {"ServiceNamespace": Is("ec2")}),
        Demand("ResourceId", StartsWith("cluster:"), {"ServiceNamespace": OneOf("rds", "neptune")}),
        *(
            Demand("ScalableDimension", StartsWith(f"{service}:"), {"ServiceNamespace": Is(service)})
            for service in ("dynamodb", "ec2", "ecs", "elasticache", "lambda", "rds", "sagemaker")
        ),
    ),
    "AWS::DynamoDB::GlobalTable": (
        Demand(
            "WriteProvisionedThroughputSettings", Present(), {"BillingMode": Is("PROVISIONED")},
        ),
        Demand("StreamSpecification", Present(), {"Replicas": Length(2, 100), "MultiRegionConsistency": Unset()}),
        Demand("Replicas", Distinct("Region")),
        Demand("Replicas/*/Region", Matches(r"[a-z]{2,4}(?:-[a-z]+)+-\d", "a region, such as eu-west-1")),
    ),
    "AWS::DynamoDB::Table": (
        Demand("SSESpecification/SSEEnabled", IsNot(False), {"SSESpecification/SSEType": Present()}),
    ),
    "AWS::S3::AccessPoint": (Demand("VpcConfiguration/VpcId", Present(), {"VpcConfiguration": Present()}),),
    "AWS::S3::Bucket": (
        Demand("LifecycleConfiguration/Rules", Length(1, 1000)),
        Demand("LifecycleConfiguration/Rules/*/AbortIncompleteMultipartUpload/DaysAfterInitiation", AtLeast(1)),
        Demand("LifecycleConfiguration/Rules/*/NoncurrentVersionExpiration/NoncurrentDays", AtLeast(1)),
        Demand(
            "ObjectLockConfiguration/Rule/DefaultRetention/Years", Unset(),
            {"ObjectLockConfiguration/Rule/DefaultRetention/Days": Present()},
        ),
        Demand("Destination/Bucket", StartsWith("arn:"), within="ReplicationConfiguration/Rules/*"),
        Demand("DeleteMarkerReplication", Present(), {"Filter": Present()}, within="ReplicationConfiguration/Rules/*"),
        Demand("Priority", Present(), {"Filter": Present()}, within="ReplicationConfiguration/Rules/*"),
        Demand("BucketName", Pieces(r"[a-z0-9.-]*", "small letters, digits, dots and hyphens")),
        Demand("LifecycleConfiguration/Rules/*/Transitions/*/TransitionInDays", AtLeast(0)),
        Demand("Days", Between(90, 730, "days"), {"AccessTier": Is("ARCHIVE_ACCESS")}, within="IntelligentTieringConfigurations/*/Tierings/*"),
        Demand("Days", Between(180, 730, "days"), {"AccessTier": Is("DEEP_ARCHIVE_ACCESS")}, within="IntelligentTieringConfigurations/*/Tierings/*"),
        Demand("Prefix", Unset(), {"Filter": Present()}, within="ReplicationConfiguration/Rules/*"),
        Demand(
            "Destination/EncryptionConfiguration", Present(),
            {"SourceSelectionCriteria/SseKmsEncryptedObjects/Status": Is("Enabled")},
            within="ReplicationConfiguration/Rules/*",
        ),
    ),
    "AWS::SNS::Topic": (Demand("DisplayName", Length(0, 100)),),
    "AWS::SSM::Parameter": (
        Demand("Name", Matches(r"[^/]+|/.+", "a name, or a path that begins with a slash")),
    ),
}  # fmt: skip

RULES: tuple[Rule, ...] = (
    demanded(
        "TPL011",
        "a property of a bucket, a table or a topic is what its service asks for",
        DEMANDS,
        good=({"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a"}},
            {"Type": "AWS::S3::Bucket", "Properties": {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled"}]}}}),
        bad=({"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "a" * 101}},
            {"Type": "AWS::S3::Bucket", "Properties": {"LifecycleConfiguration": {"Rules": []}}}),
    ),
)  # fmt: skip
