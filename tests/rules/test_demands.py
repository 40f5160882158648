"""What looks like a demand that is not met, and is met: nothing is said."""

from __future__ import annotations

from typing import Any

import pytest

from awsdeck.lint import lint

NAMES = ("TPL006", "TPL009", "TPL011", "TPL024", "TPL025", "TPL026", "TPL016", "TPL017", "API034", "IAM023", "R53")


def said(data: dict[str, Any]) -> list[tuple[str, str]]:
    found = lint({"AWSTemplateFormatVersion": "2010-09-09", **data}, regions=["us-east-1"])
    return [(one.rule, one.message) for one in found if one.rule.startswith(NAMES)]


def one(type: str, **properties: Any) -> dict[str, Any]:
    return {"Parameters": {"P": {"Type": "String"}}, "Resources": {"One": {"Type": type, "Properties": properties}}}


TARGET = {"MinCapacity": 1, "MaxCapacity": 2, "RoleARN": "arn:aws:iam::123456789012:role/r"}
MODEL = "AWS::ApiGateway::Model"


@pytest.mark.parametrize(
    "data",
    [
        one(MODEL, RestApiId="a", Schema={"type": "object"}),
        one(MODEL, RestApiId="a", Schema='{"type": "object"}'),
        one(MODEL, RestApiId="a", Schema={"Fn::Sub": '{"type": "${P}"}'}),
        one("AWS::S3::Bucket", BucketName={"Fn::Sub": "logs-${P}-${AWS::AccountId}"}),
        one("AWS::S3::Bucket", BucketName={"Ref": "P"}),
        one("AWS::ApiGatewayV2::Route", ApiId="a", RouteKey="GET /"),
        one("AWS::ApiGatewayV2::Stage", ApiId="a", StageName="$default"),
        one("AWS::ApiGatewayV2::Stage", ApiId="a", StageName={"Fn::Sub": "${P}-live"}),
        one("AWS::EC2::VPCEndpoint", VpcId="vpc-0a1b2c3d", ServiceName={"Fn::Sub": "com.amazonaws.${AWS::Region}.s3"}),
        one("AWS::EC2::VPCEndpoint", VpcId="vpc-0a1b2c3d", ServiceName="com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b2c3d"),
        one("AWS::EC2::VPCCidrBlock", VpcId="vpc-0a1b2c3d", Ipv4IpamPoolId="ipam-pool-1", Ipv4NetmaskLength=24),
        one("AWS::EC2::DHCPOptions", NtpServers=["169.254.169.123"]),
        one("AWS::EC2::DHCPOptions", DomainNameServers=["AmazonProvidedDNS"]),
        one("AWS::EC2::DHCPOptions", DomainNameServers=["10.2.5.1", "2001:db8::53"]),
        one("AWS::Redshift::Cluster", ClusterType="single-node", DBName="d", MasterUsername="keeper", NodeType="ra3.large",
            ManageMasterPassword=True, MasterUserPassword={"Ref": "AWS::NoValue"}),
        one("AWS::RDS::DBProxy", DBProxyName="p", EngineFamily="MYSQL", RoleArn="arn:aws:iam::123456789012:role/r",
            VpcSubnetIds=["subnet-0a1b2c3d", "subnet-1a2b3c4d"], DefaultAuthScheme="IAM_AUTH"),
        one("AWS::DynamoDB::GlobalTable", BillingMode="PAY_PER_REQUEST", Replicas=[{"Region": "eu-west-1"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}]),
        one("AWS::DynamoDB::GlobalTable", BillingMode="PAY_PER_REQUEST", Replicas=[{"Region": "eusc-de-east-1"}],
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}]),
        one("AWS::ServiceDiscovery::Instance", ServiceId="srv-1", InstanceId="printer",
            InstanceAttributes={"AWS_INSTANCE_CNAME": "a.example.com"}),
        one("AWS::SSM::Association", Name="AWS-RunShellScript", InstanceId="mi-0123456789abcdef0"),
        one("AWS::Cloud9::EnvironmentEC2", InstanceType="t3.micro", ImageId="amazonlinux-2023-x86_64"),
        one("AWS::ApplicationAutoScaling::ScalableTarget", ServiceNamespace="dynamodb", ResourceId={"Fn::Sub": "table/${P}"},
            ScalableDimension="dynamodb:table:ReadCapacityUnits", **TARGET),
        one("AWS::ApplicationAutoScaling::ScalableTarget", ServiceNamespace="ecs", ResourceId={"Ref": "P"},
            ScalableDimension="ecs:service:DesiredCount", **TARGET),
        one("AWS::Lambda::Permission", FunctionName="f", Action="lambda:InvokeFunction", Principal="apigateway.amazonaws.com",
            SourceArn={"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:a/*"}),
        one("AWS::Lambda::Permission", FunctionName="f", Action="lambda:InvokeFunction", Principal="s3.amazonaws.com",
            SourceArn={"Fn::Join": ["", ["arn:aws:s3:::", {"Ref": "P"}]]}),
        one("AWS::SSM::Parameter", Type="String", Value="a", AllowedPattern=r"\p{Alpha}+|a"),
        one("AWS::ElastiCache::ParameterGroup", CacheParameterGroupFamily="valkey8", Description="d"),
    ],
    ids=lambda data: data["Resources"]["One"]["Type"],
)  # fmt: skip
def test_a_demand_that_is_met_or_cannot_be_judged_is_silent(data: dict[str, Any]) -> None:
    assert said(data) == []


def wired(type: str, **properties: Any) -> dict[str, Any]:
    resources = {
        "Bucket": {"Type": "AWS::S3::Bucket"},
        "Key": {"Type": "AWS::KMS::Key", "Properties": {}},
        "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "a"}},
        "Made": {
            "Type": "Custom::Made",
            "Properties": {"ServiceToken": "arn:aws:lambda:eu-west-1:123456789012:function:f"},
        },
        "Gateway": {"Type": "AWS::EC2::VPNGateway", "Properties": {"Type": "ipsec.1"}},
        "One": {"Type": type, "Properties": properties},
    }
    return {"Resources": resources}


READ = {"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*"}


@pytest.mark.parametrize(
    "data",
    [
        wired("AWS::KMS::Alias", AliasName="alias/a", TargetKeyId={"Ref": "Key"}),
        wired("AWS::KMS::Alias", AliasName="alias/a", TargetKeyId={"Fn::GetAtt": ["Key", "Arn"]}),
        wired("AWS::KMS::Alias", AliasName="alias/a", TargetKeyId={"Ref": "Made"}),
        wired("AWS::Lambda::Permission", FunctionName={"Ref": "Made"}, Action="lambda:InvokeFunction", Principal="s3.amazonaws.com"),
        wired("AWS::EC2::Route", RouteTableId="rtb-0a1b2c3d", DestinationCidrBlock="0.0.0.0/0", GatewayId={"Ref": "Gateway"}),
        wired("AWS::ApiGateway::Method", RestApiId="a", ResourceId="b", HttpMethod="GET", AuthorizationType="NONE",
              Integration={"Type": "HTTP", "IntegrationHttpMethod": "GET", "Uri": {"Ref": "Made"}}),
        wired("AWS::S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument={
            "Version": "2012-10-17", "Statement": [{**READ, "Resource": {"Fn::Sub": "arn:aws:s3:::${Bucket}/*"}}]}),
        wired("AWS::S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument={
            "Version": "2012-10-17", "Statement": [{**READ, "Resource": {"Fn::Join": ["/", [{"Fn::GetAtt": ["Bucket", "Arn"]}, "*"]]}}]}),
        wired("AWS::S3::BucketPolicy", Bucket={"Ref": "Bucket"}, PolicyDocument={
            "Version": "2012-10-17", "Statement": [{**READ, "Resource": "arn:aws:s3:::*/*"}]}),
        wired("AWS::S3::BucketPolicy", Bucket="named", PolicyDocument={
            "Version": "2012-10-17", "Statement": [{**READ, "Resource": "arn:aws:s3:::named/*"}]}),
        wired("AWS::EC2::FlowLog", ResourceId={"Ref": "Made"}, ResourceType="Subnet", TrafficType="ALL", LogDestinationType="s3",
              LogDestination="arn:aws:s3:::logs"),
    ],
)  # fmt: skip
def test_a_reference_that_fits_or_may_give_anything_is_silent(data: dict[str, Any]) -> None:
    assert said(data) == []


NETWORK = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": {"Ref": "Wide"}}}


def subnets(first: Any, second: Any, **more: Any) -> dict[str, Any]:
    return {
        "Parameters": {"Wide": {"Type": "String"}, "Thin": {"Type": "String"}},
        "Resources": {
            "Net": NETWORK,
            "A": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Net"}, "CidrBlock": first}},
            "B": {"Type": "AWS::EC2::Subnet", "Properties": {"VpcId": {"Ref": "Net"}, "CidrBlock": second}, **more},
        },
    }


def piece(number: int) -> dict[str, Any]:
    return {"Fn::Select": [number, {"Fn::Cidr": [{"Ref": "Wide"}, 4, 8]}]}


def messages(data: dict[str, Any]) -> list[str]:
    return [one.message for one in lint({"AWSTemplateFormatVersion": "2010-09-09", **data}) if one.severity == "error"]


def test_two_subnets_with_one_expression_overlap() -> None:
    assert messages(subnets(piece(0), piece(0))) == ["B and A have the same block"]
    assert messages(subnets({"Ref": "Wide"}, {"Ref": "Wide"})) == ["B and A have the same block"]


def test_subnets_with_pieces_of_their_own_are_silent() -> None:
    assert messages(subnets(piece(0), piece(1))) == []
    assert messages(subnets({"Ref": "Wide"}, {"Ref": "Thin"})) == []


def output(value: Any, **more: Any) -> dict[str, Any]:
    return {"Resources": {"T": {"Type": "AWS::SNS::Topic"}}, "Outputs": {"O": {"Value": value, **more}}}


def test_a_stack_that_imports_what_another_exports_is_silent() -> None:
    export = {"Export": {"Name": {"Fn::Sub": "${AWS::StackName}-O"}}}
    assert messages(output({"Fn::ImportValue": {"Fn::Sub": "other-${AWS::StackName}-O"}}, **export)) == []
    assert messages(output({"Fn::ImportValue": {"Fn::Sub": "${AWS::StackName}-O"}}, **export)) == [
        "O exports this name itself, and a stack cannot import from itself"
    ]


def test_an_output_is_text_and_no_list_of_a_function() -> None:
    assert messages(output({"Fn::Select": [1, {"Fn::Split": [":", {"Ref": "T"}]}]})) == []
    assert messages(output({"Fn::Split": [":", {"Ref": "T"}]})) == [
        "the value of an output is text, and this function gives a list"
    ]


def test_a_rule_knows_parameters_and_no_resources() -> None:
    def ruled(assertion: Any) -> dict[str, Any]:
        rules = {"R": {"Assertions": [{"Assert": assertion}]}}
        return {**output({"Ref": "P"}), "Parameters": {"P": {"Type": "String"}}, "Rules": rules}

    assert messages(ruled({"Fn::Contains": [["a", "b"], {"Ref": "P"}]})) == []
    assert any("has no place in a rule" in one for one in messages(ruled({"Fn::GetAtt": ["T", "TopicName"]})))
