"""Templates that deploy, near to what the general rules forbid: nothing is an error in them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from awsdeck.lint import lint
from awsdeck.template import loads

WHOLE = """
AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::LanguageExtensions
Parameters:
  Subnets: {Type: 'List<AWS::EC2::Subnet::Id>'}
  Zones: {Type: CommaDelimitedList, Default: 'a,b'}
  Count: {Type: Number, Default: 2, MinValue: 1, MaxValue: 3}
  Image: {Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>', Default: /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64}
  Secret: {Type: String, NoEcho: true, Default: '{{resolve:ssm:/x}}'}
  Policy: {Type: String, Default: Retain, AllowedValues: [Retain, Delete]}
Mappings:
  Regions:
    eu-west-1: {Zones: [a, b, c], Size: t3.micro}
    us-east-1: {Zones: [a, b], Size: t3.small}
Conditions:
  Two: !Equals [!Ref Count, 2]
  Three: !Equals [!Ref Count, 3]
  More: !Or [!Condition Two, !Condition Three]
  HasZone: !Not [!Equals [!Select [0, !Ref Zones], '']]
  Joined: !Equals [!Join ['', !Ref Zones], 'ab']
  Length: !Equals [{'Fn::Length': !Ref Zones}, 2]
Resources:
  B:
    Type: AWS::S3::Bucket
    DeletionPolicy: !Ref Policy
    UpdateReplacePolicy: !Ref Policy
    Properties:
      BucketName: !Sub '${AWS::StackName}-b'
  BP:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref B
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Deny
            Principal: '*'
            Action: s3:*
            Resource: [!GetAtt B.Arn, !Sub '${B.Arn}/*']
            Condition: {Bool: {aws:SecureTransport: false}}
  T:
    Type: AWS::SNS::Topic
    Condition: More
    Properties:
      DisplayName: !FindInMap [Regions, !Ref AWS::Region, Size, {DefaultValue: x}]
      Tags:
        - Key: zones
          Value: !Join [',', !FindInMap [Regions, !Ref 'AWS::Region', Zones]]
        - Key: first
          Value: !Select [0, !FindInMap [Regions, !Ref 'AWS::Region', Zones]]
        - Key: json
          Value: {Fn::ToJsonString: {a: [!Ref Count, {b: !Ref 'AWS::NoValue'}]}}
        - Key: nested
          Value: !Sub
            - '${A}-${B.Arn}-${!Literal}-${AWS::URLSuffix}'
            - A: !Join ['-', [!Select [0, !Split ['-', !Ref 'AWS::Region']], x]]
        - !If [Two, {Key: a, Value: !If [Three, x, y]}, !Ref 'AWS::NoValue']
  Sub:
    Type: AWS::SNS::Subscription
    Condition: More
    Properties: {TopicArn: !Ref T, Protocol: sqs, Endpoint: !GetAtt Q.Arn}
  Q: {Type: AWS::SQS::Queue, Properties: {KmsMasterKeyId: alias/aws/sqs}}
  I:
    Type: AWS::EC2::Instance
    Properties:
      ImageId: !Ref Image
      InstanceType: !FindInMap [Regions, !Ref 'AWS::Region', Size]
      SubnetId: !Select [0, !Ref Subnets]
      UserData: !Base64
        Fn::Join: ['', ["#!/bin/bash\\n", "cfn-init --stack ", !Ref 'AWS::StackName']]
  A:
    Type: AWS::AutoScaling::AutoScalingGroup
    Properties:
      MinSize: !Ref Count
      MaxSize: '3'
      VPCZoneIdentifier: !Ref Subnets
      LaunchTemplate: {LaunchTemplateId: !Ref LT, Version: !GetAtt LT.LatestVersionNumber}
      AvailabilityZones: !GetAZs ''
  LT: {Type: AWS::EC2::LaunchTemplate, Properties: {LaunchTemplateData: {ImageId: !Ref Image, InstanceType: t3.micro}}}
  U: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: !Ref Secret, PasswordResetRequired: true}}}
Outputs:
  O: {Value: !Join [',', !Ref Subnets], Condition: More}
  P: {Value: !If [HasZone, !Select [0, !Ref Zones], none]}
  J: {Value: !If [Joined, a, b], Export: {Name: !Join [':', [!Ref 'AWS::StackName', j]]}}
  L: {Value: !If [Length, a, b]}
"""
"""Every section, every kind of parameter, every function, with and without what the extensions of the language allow."""

FRAGMENTS = {
    "a list of a mapping is chosen from": """
        Mappings: {M: {eu-west-1: {Zones: [a, b]}}}
        Resources:
          T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Select [1, !FindInMap [M, eu-west-1, Zones]]}}
        """,
    "a list parameter is chosen from, joined, and asked about": """
        Parameters: {Zones: {Type: 'List<AWS::EC2::AvailabilityZone::Name>'}}
        Conditions: {Any: !Not [!Equals [!Join ['', !Ref Zones], '']]}
        Resources:
          T:
            Type: AWS::SNS::Topic
            Condition: Any
            Properties: {DisplayName: !Select [0, !Ref Zones], TopicName: !Join ['-', !Ref Zones]}
        """,
    "the notification topics of a stack are a list": """
        Resources:
          T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Select [0, !Ref 'AWS::NotificationARNs']}}
        """,
    "a text with marks of another language": """
        Resources:
          T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Sub '${!Literal} $Plain $${AWS::Region} {{x}}'}}
        """,
    "a function of the extensions is only mentioned": """
        Resources:
          T: {Type: AWS::SNS::Topic, Metadata: {Note: 'Fn::ForEach::X, {{resolve:smm:x}}'}, Properties: {DisplayName: 'Fn::Length'}}
        """,
    "a macro of one's own": """
        Transform: [Ours, AWS::LanguageExtensions]
        Parameters: {Used: {Type: String}}
        Resources:
          T: {Type: AWS::SNS::Topic, Properties: {DisplayName: {'Fn::Ours': 1}}}
          L: {'Fn::ForEach::Nothing': 1, Type: AWS::SNS::Topic}
        """,
    "a snippet is included": """
        Parameters: {Used: {Type: String}}
        Mappings: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: 's3://b/m.yaml'}}}
        Resources:
          T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !FindInMap [There, a, b]}}
        """,
    "a value of the parameter store, by its ARN and as a list": """
        Parameters:
          Name: {Type: 'AWS::SSM::Parameter::Value<String>', Default: 'arn:aws:ssm:eu-west-1:123456789012:parameter/a'}
          Zones: {Type: 'AWS::SSM::Parameter::Value<List<String>>', Default: /zones}
        Resources:
          T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Name, TopicName: !Select [0, !Ref Zones]}}
        """,
    "dynamic references that are looked up": """
        Resources:
          T: {Type: AWS::SNS::Topic, Properties: {DisplayName: '{{resolve:ssm:/a/b}}', TopicName: !Sub '{{resolve:ssm:/${AWS::StackName}/n:2}}'}}
          U:
            Type: AWS::IAM::User
            Properties:
              LoginProfile: {Password: '{{resolve:secretsmanager:db-${x}:SecretString:password::}}', PasswordResetRequired: true}
        Outputs: {O: {Value: '{{resolve:ssm:/a/b:1}}'}}
        """,
    "exclusive branches": """
        Parameters: {Stage: {Type: String, AllowedValues: [dev, prod]}}
        Conditions: {Dev: !Equals [!Ref Stage, dev], Prod: !Equals [!Ref Stage, prod]}
        Resources:
          T:
            Type: AWS::SQS::Queue
            Properties:
              QueueName: !If [Prod, orders.fifo, !Ref 'AWS::NoValue']
              FifoQueue: !If [Prod, true, !Ref 'AWS::NoValue']
              ContentBasedDeduplication: !If [Dev, !Ref 'AWS::NoValue', true]
        """,
}


def errors(text: str) -> list[str]:
    found = lint(loads(dedent(text).lstrip("\n"), file="t.yaml"), limits="current")
    return [str(one) for one in found if one.severity == "error"]


def test_a_template_with_everything_in_it_has_no_errors() -> None:
    assert errors(WHOLE) == []


@pytest.mark.parametrize("name", FRAGMENTS)
def test_what_deploys_is_no_error(name: str) -> None:
    assert errors(FRAGMENTS[name]) == []


@pytest.mark.parametrize("name", ["a macro of one's own", "a snippet is included"])
def test_what_a_macro_may_use_is_not_called_unused(name: str) -> None:
    found = lint(loads(dedent(FRAGMENTS[name]).lstrip("\n"), file="t.yaml"))
    assert [one for one in found if one.rule == "TPL002"] == []
