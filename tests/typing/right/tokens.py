"""Deploy-time values: strings, lists, conditions, parameters, and every function that makes one."""

from typing import assert_type

from awsdeck import (
    AWS,
    App,
    Condition,
    ListToken,
    Mapping,
    NoValue,
    Output,
    Parameter,
    Stack,
    Token,
    base64,
    cidr,
    equals,
    get_azs,
    if_,
    import_value,
    intrinsic,
    join,
    secret_value,
    select,
    split,
    ssm_value,
    sub,
    to_json,
)
from awsdeck.cfn import ec2, sqs

app = App()
stack = Stack(app, "shop")
stage = Parameter(stack, "Stage", allowed_values=["dev", "prod"], default="dev")
zones = Parameter(stack, "Zones", type="CommaDelimitedList", default=["a", "b"])
images = Mapping(stack, "Images", {"eu-west-1": {"arm": "ami-1", "azs": ["a", "b"]}})

assert_type(stage.ref, Token)
assert_type(zones.items, ListToken)
assert_type(zones.items[0], Token)
assert_type(AWS.Region, Token)
assert_type(stage.ref + "-x", Token)

nothing: int = NoValue
name: str = f"{stage.ref}-{AWS.Region}"
texts: list[str] = [
    base64("x"),
    import_value("net"),
    intrinsic("Fn::ImportValue", "net"),
    join("-", ["a", stage.ref]),
    join(",", zones.items),
    secret_value("db", "password"),
    select(0, split(",", stage.ref)),
    select(0, get_azs()),
    ssm_value("/image"),
    sub("${AWS::Region}"),
    to_json({"queue": stage.ref}),
]
blocks: ListToken = cidr("10.0.0.0/16", 4, 8)

prod = Condition(stack, "Prod", equals(stage.ref, "prod"))
other = Condition(stack, "Other", ~prod & (equals(AWS.Region, "eu-west-1") | prod))
number: int = if_(prod, 1, 2)
letter: str = if_(prod, "a", "b")
some: list[str] = if_(prod, ["a"], ["b", stage.ref])
size: int = if_(prod, 100, NoValue)
large: int = if_(prod, NoValue, 100)
queue = sqs.Queue(stack, "Q", DelaySeconds=if_(prod, 5, stage.ref))
queue.when(prod)
ec2.Subnet(stack, "S", VpcId="vpc-1", CidrBlock=blocks[0], AvailabilityZone=images.find(AWS.Region, "arm"))
ec2.VPCEndpoint(stack, "E", VpcId="vpc-1", SubnetIds=images.find("eu-west-1", "azs"), ServiceName="s")
Output(stack, "Url", queue.QueueUrl, export="shop-url", condition=prod, description=name)
