"""Mistakes with L1 that a type checker finds; each line names what the message speaks of."""

from awsdeck import App, Stack
from awsdeck.cfn import ec2, lambda_, s3, sqs

app = App()
stack = Stack(app, "shop")
role = "arn:aws:iam::123456789012:role/worker"
word = input()

queue = sqs.Queue(stack, "Unknown", FifoQue=True)  # wrong: FifoQue
sqs.Queue(stack, "Text", FifoQueue="yes")  # wrong: FifoQueue
sqs.Queue(stack, "NumberAsText", DelaySeconds="5")  # wrong: DelaySeconds
sqs.Queue(stack, "Half", DelaySeconds=0.5)  # wrong: float
sqs.Queue(stack, "ReadOnly", Arn="arn:aws:sqs:eu-west-1:123456789012:q")  # wrong: Arn
sqs.Queue(stack, "NotAList", Tags={"Key": "a", "Value": "b"})  # wrong: dict
sqs.Queue(stack, "TagWithoutValue", Tags=[{"Key": "a"}])  # wrong: Value
sqs.Queue(stack, "TagInLowerCase", Tags=[{"key": "a", "value": "b"}])  # wrong: key
sqs.Queue(stack)  # wrong: argument
sqs.Queue("Scope", "Swapped")  # wrong: str
sqs.QueuePolicy(stack, "AStringForAList", Queues=queue.ref, PolicyDocument={})  # wrong: Token
sqs.QueuePolicy(stack, "Missing", PolicyDocument={})  # wrong: Queues
sqs.QueuePolicy(stack, "NoneForRequired", Queues=None, PolicyDocument={})  # wrong: None
sqs.Quueue(stack, "NoSuchType")  # wrong: Quueue
s3.Bucket(stack, "Enum", VersioningConfiguration={"Status": "enabled"})  # wrong: enabled
s3.Bucket(stack, "EnumFromText", VersioningConfiguration={"Status": word})  # wrong: Suspended
s3.Bucket(stack, "NestedKey", VersioningConfiguration={"State": "Enabled"})  # wrong: State
s3.Bucket(stack, "NestedMissing", VersioningConfiguration={})  # wrong: Status
s3.Bucket(stack, "Deep", LifecycleConfiguration={"Rules": [{"Status": "Enabled", "Prefx": "a"}]})  # wrong: Prefx
s3.Bucket(
    stack,
    "TheLineOfTheMistake",
    BucketEncryption={
        "ServerSideEncryptionConfiguration": [
            {"BucketKeyEnabled": True},
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aes"}},  # wrong: AES256
        ]
    },
)
lambda_.Function(stack, "NoRole", Code={"ZipFile": "x"})  # wrong: Role
lambda_.Function(stack, "Runtime", Code={"ZipFile": "x"}, Role=role, Architectures=["arm"])  # wrong: arm
ec2.Instance(stack, "Flag", EbsOptimized="true")  # wrong: EbsOptimized
ec2.Instance(stack, "List", SecurityGroupIds=[1, 2])  # wrong: int

queue.Arn = "arn"  # wrong: Arn
queue.DelaySeconds = "5"  # wrong: None
queue.DelaySecond = 5  # wrong: DelaySecond
print(queue.Arnn)  # wrong: Arnn
rule: s3.Bucket.RuleProperty = {"Status": "On"}  # wrong: Disabled
