"""awsdeck: AWS infrastructure as typed Python, synthesized to plain CloudFormation.

The public names load on first use.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from . import cfn as cfn
    from .constructs import Construct as Construct
    from .constructs import attribute as attribute
    from .constructs import construct as construct
    from .constructs import field as field
    from .constructs import ref as ref
    from .custom import CustomResource as CustomResource
    from .errors import ConstraintError as ConstraintError
    from .errors import ConstructError as ConstructError
    from .errors import CycleError as CycleError
    from .errors import DeckError as DeckError
    from .errors import Finding as Finding
    from .errors import TokenError as TokenError
    from .include import Include as Include
    from .nested import NestedStack as NestedStack
    from .permissions import can as can
    from .resource import CustomType as CustomType
    from .resource import Resource as Resource
    from .sections import Condition as Condition
    from .sections import Mapping as Mapping
    from .sections import Output as Output
    from .sections import Parameter as Parameter
    from .sections import equals as equals
    from .services.apigateway.apidomain import ApiDomain as ApiDomain
    from .services.apigateway.apigateway import RestApi as RestApi
    from .services.apigateway.apiroutes import ApiModel as ApiModel
    from .services.apigateway.apiroutes import route as route
    from .services.apigateway.apistage import ApiAccount as ApiAccount
    from .services.apigateway.apistage import ApiCache as ApiCache
    from .services.apigateway.apistage import ApiCanary as ApiCanary
    from .services.apigateway.apistage import ApiStage as ApiStage
    from .services.apigateway.apistage import MethodSettings as MethodSettings
    from .services.apigateway.apistage import Throttle as Throttle
    from .services.apigateway.authorizer import Authorizer as Authorizer
    from .services.apigateway.cors import Cors as Cors
    from .services.apigateway.httpapi import HttpApi as HttpApi
    from .services.apigateway.httpapi import JwtAuthorizer as JwtAuthorizer
    from .services.apigateway.integration import call_service as call_service
    from .services.apigateway.integration import call_table as call_table
    from .services.apigateway.integration import http as http
    from .services.apigateway.integration import invoke as invoke
    from .services.apigateway.integration import mock as mock
    from .services.apigateway.integration import publish_message as publish_message
    from .services.apigateway.integration import send_message as send_message
    from .services.apigateway.integration import soap as soap
    from .services.apigateway.integration import start_execution as start_execution
    from .services.apigateway.usageplan import ApiKey as ApiKey
    from .services.apigateway.usageplan import UsagePlan as UsagePlan
    from .services.apigateway.vpclink import VpcLink as VpcLink
    from .services.autoscaling.autoscaling import AutoScalingGroup as AutoScalingGroup
    from .services.autoscaling.groupupdate import InstanceRefresh as InstanceRefresh
    from .services.autoscaling.groupupdate import ReplacingUpdate as ReplacingUpdate
    from .services.autoscaling.groupupdate import RollingUpdate as RollingUpdate
    from .services.autoscaling.groupupdate import Signals as Signals
    from .services.autoscaling.mixedpurchase import InstanceNeeds as InstanceNeeds
    from .services.autoscaling.mixedpurchase import MixedPurchase as MixedPurchase
    from .services.beanstalk.beanstalk import BeanstalkApplication as BeanstalkApplication
    from .services.beanstalk.beanstalk import BeanstalkConfiguration as BeanstalkConfiguration
    from .services.beanstalk.beanstalk import BeanstalkEnvironment as BeanstalkEnvironment
    from .services.beanstalk.beanstalk import BeanstalkVersion as BeanstalkVersion
    from .services.beanstalk.beanstalkbalancer import BeanstalkLoadBalancer as BeanstalkLoadBalancer
    from .services.beanstalk.beanstalkbalancer import BeanstalkProcess as BeanstalkProcess
    from .services.beanstalk.beanstalkbalancer import BeanstalkRoute as BeanstalkRoute
    from .services.beanstalk.beanstalkoptions import BeanstalkDeployment as BeanstalkDeployment
    from .services.beanstalk.beanstalkoptions import BeanstalkRollout as BeanstalkRollout
    from .services.beanstalk.beanstalkoptions import BeanstalkSchedule as BeanstalkSchedule
    from .services.beanstalk.beanstalkoptions import BeanstalkSpot as BeanstalkSpot
    from .services.beanstalk.beanstalkoptions import BeanstalkTrigger as BeanstalkTrigger
    from .services.beanstalk.beanstalkoptions import BeanstalkUpdates as BeanstalkUpdates
    from .services.beanstalk.beanstalkoptions import BeanstalkWorker as BeanstalkWorker
    from .services.beanstalk.beanstalkplatform import BeanstalkPlatform as BeanstalkPlatform
    from .services.cloudfront.behavior import Behavior as Behavior
    from .services.cloudfront.cachepolicy import CachePolicy as CachePolicy
    from .services.cloudfront.cachepolicy import OriginRequestPolicy as OriginRequestPolicy
    from .services.cloudfront.cloudfront import CloudFrontDistribution as CloudFrontDistribution
    from .services.cloudfront.cloudfront import ErrorPage as ErrorPage
    from .services.cloudfront.edgefunction import CloudFrontFunction as CloudFrontFunction
    from .services.cloudfront.edgefunction import KeyValueStore as KeyValueStore
    from .services.cloudfront.origin import Origin as Origin
    from .services.cloudfront.origin import OriginGroup as OriginGroup
    from .services.cloudfront.responseheaders import CorsHeaders as CorsHeaders
    from .services.cloudfront.responseheaders import ResponseHeadersPolicy as ResponseHeadersPolicy
    from .services.cloudfront.signing import KeyGroup as KeyGroup
    from .services.cloudfront.signing import PublicKey as PublicKey
    from .services.cloudwatch.cloudwatch import Alarm as Alarm
    from .services.cloudwatch.cloudwatch import AllAlarms as AllAlarms
    from .services.cloudwatch.cloudwatch import AnyAlarm as AnyAlarm
    from .services.cloudwatch.cloudwatch import CompositeAlarm as CompositeAlarm
    from .services.cloudwatch.dashboard import AlarmWidget as AlarmWidget
    from .services.cloudwatch.dashboard import Dashboard as Dashboard
    from .services.cloudwatch.dashboard import GraphWidget as GraphWidget
    from .services.cloudwatch.dashboard import LogWidget as LogWidget
    from .services.cloudwatch.dashboard import NumberWidget as NumberWidget
    from .services.cloudwatch.dashboard import TextWidget as TextWidget
    from .services.cloudwatch.logs import LogGroup as LogGroup
    from .services.cloudwatch.metric import Metric as Metric
    from .services.cloudwatch.metric import MetricMath as MetricMath
    from .services.cloudwatch.xray import XRayGroup as XRayGroup
    from .services.cloudwatch.xray import XRaySamplingRule as XRaySamplingRule
    from .services.cloudwatch.xray import XRayTracing as XRayTracing
    from .services.dynamodb.dax import DAXCluster as DAXCluster
    from .services.dynamodb.dynamodb import DynamoDBTable as DynamoDBTable
    from .services.dynamodb.dynamodb import ItemPlan as ItemPlan
    from .services.dynamodb.dynamodb import TableReplica as TableReplica
    from .services.dynamodb.tablecapacity import ScaledCapacity as ScaledCapacity
    from .services.dynamodb.tablekeys import GlobalIndex as GlobalIndex
    from .services.dynamodb.tablekeys import LocalIndex as LocalIndex
    from .services.ec2.ebs import EBSDevice as EBSDevice
    from .services.ec2.ebs import EBSVolume as EBSVolume
    from .services.ec2.ec2 import EC2Instance as EC2Instance
    from .services.ec2.families import suggest as suggest
    from .services.ec2.host import EC2Host as EC2Host
    from .services.ec2.host import EC2KeyPair as EC2KeyPair
    from .services.ec2.host import EC2PlacementGroup as EC2PlacementGroup
    from .services.ec2.host import HostReservation as HostReservation
    from .services.ec2.image import Image as Image
    from .services.ec2.launchtemplate import LaunchTemplate as LaunchTemplate
    from .services.ec2.purchase import DedicatedHost as DedicatedHost
    from .services.ec2.purchase import DedicatedInstance as DedicatedInstance
    from .services.ec2.purchase import OnDemand as OnDemand
    from .services.ec2.purchase import Reserved as Reserved
    from .services.ec2.purchase import Spot as Spot
    from .services.ec2.snapshots import SnapshotCopy as SnapshotCopy
    from .services.ec2.snapshots import SnapshotPolicy as SnapshotPolicy
    from .services.ec2.snapshots import SnapshotSchedule as SnapshotSchedule
    from .services.ec2.userdata import UserData as UserData
    from .services.elasticache.cacheusers import CacheUser as CacheUser
    from .services.elasticache.cacheusers import CacheUserGroup as CacheUserGroup
    from .services.elasticache.elasticache import CacheLog as CacheLog
    from .services.elasticache.elasticache import CacheStrategy as CacheStrategy
    from .services.elasticache.memcached import MemcachedCluster as MemcachedCluster
    from .services.elasticache.redis import GlobalDatastore as GlobalDatastore
    from .services.elasticache.redis import RedisCluster as RedisCluster
    from .services.elasticache.serverlesscache import ServerlessCache as ServerlessCache
    from .services.elb.classic import CLB as CLB
    from .services.elb.classic import CLBListener as CLBListener
    from .services.elb.listener import Listener as Listener
    from .services.elb.loadbalancer import ALB as ALB
    from .services.elb.loadbalancer import NLB as NLB
    from .services.elb.routing import CognitoLogin as CognitoLogin
    from .services.elb.routing import FixedResponse as FixedResponse
    from .services.elb.routing import Forward as Forward
    from .services.elb.routing import OIDCLogin as OIDCLogin
    from .services.elb.routing import Redirect as Redirect
    from .services.elb.targetgroup import TargetGroup as TargetGroup
    from .services.elb.targetgroup import TargetHealth as TargetHealth
    from .services.events.eventinput import event_field as event_field
    from .services.events.events import EventBus as EventBus
    from .services.events.events import EventRule as EventRule
    from .services.events.kinesis import KinesisStream as KinesisStream
    from .services.events.scheduler import Schedule as Schedule
    from .services.functions.code import asset as asset
    from .services.functions.code import image as image
    from .services.functions.code import inline as inline
    from .services.functions.lambda_ import LambdaFunction as LambdaFunction
    from .services.functions.lambda_ import LambdaLayer as LambdaLayer
    from .services.messaging.sns import SNSTopic as SNSTopic
    from .services.messaging.sqs import SQSQueue as SQSQueue
    from .services.rds.aurora import AuroraCluster as AuroraCluster
    from .services.rds.aurora import AuroraGlobalCluster as AuroraGlobalCluster
    from .services.rds.aurora import ClusterCopy as ClusterCopy
    from .services.rds.dbgroups import RDSClusterParameterGroup as RDSClusterParameterGroup
    from .services.rds.dbgroups import RDSOption as RDSOption
    from .services.rds.dbgroups import RDSOptionGroup as RDSOptionGroup
    from .services.rds.dbgroups import RDSParameterGroup as RDSParameterGroup
    from .services.rds.dbgroups import RDSSubnetGroup as RDSSubnetGroup
    from .services.rds.dbproxy import RDSProxy as RDSProxy
    from .services.rds.dbsnapshot import RDSSnapshot as RDSSnapshot
    from .services.rds.rds import PointInTime as PointInTime
    from .services.rds.rds import RDSInstance as RDSInstance
    from .services.route53.aliastarget import AliasTarget as AliasTarget
    from .services.route53.answers import CIDRCollection as CIDRCollection
    from .services.route53.answers import Routing as Routing
    from .services.route53.healthcheck import Route53HealthCheck as Route53HealthCheck
    from .services.route53.records import Route53Record as Route53Record
    from .services.route53.route53 import HostedZone as HostedZone
    from .services.s3.s3 import CorsRule as CorsRule
    from .services.s3.s3 import LifecycleRule as LifecycleRule
    from .services.s3.s3 import S3Bucket as S3Bucket
    from .services.s3.s3 import UploadPlan as UploadPlan
    from .services.s3.s3 import Website as Website
    from .services.security.certificate import Certificate as Certificate
    from .services.security.cognito import UserPool as UserPool
    from .services.security.cognito import UserPoolClient as UserPoolClient
    from .services.security.iam import IAMGroup as IAMGroup
    from .services.security.iam import IAMManagedPolicy as IAMManagedPolicy
    from .services.security.iam import IAMPasswordPolicy as IAMPasswordPolicy
    from .services.security.iam import IAMPolicy as IAMPolicy
    from .services.security.iam import IAMRole as IAMRole
    from .services.security.iam import IAMUser as IAMUser
    from .services.security.iam import allow as allow
    from .services.security.iam import deny as deny
    from .services.security.kms import EncryptPlan as EncryptPlan
    from .services.security.kms import KMSAlias as KMSAlias
    from .services.security.kms import KMSKey as KMSKey
    from .services.security.kms import KMSReplicaKey as KMSReplicaKey
    from .services.security.policy import VIA_MFA as VIA_MFA
    from .services.security.policy import WITHOUT_MFA as WITHOUT_MFA
    from .services.security.policy import Principal as Principal
    from .services.security.policy import Statement as Statement
    from .services.security.secretsmanager import Generate as Generate
    from .services.security.secretsmanager import HostedRotation as HostedRotation
    from .services.security.secretsmanager import Secret as Secret
    from .services.security.ssm import SSMParameter as SSMParameter
    from .services.ses.mailaction import MailAction as MailAction
    from .services.ses.mailconfiguration import SESConfigurationSet as SESConfigurationSet
    from .services.ses.mailconfiguration import SESDedicatedIPPool as SESDedicatedIPPool
    from .services.ses.mailtemplate import ContactTopic as ContactTopic
    from .services.ses.mailtemplate import SESContactList as SESContactList
    from .services.ses.mailtemplate import SESTemplate as SESTemplate
    from .services.ses.receipt import SESReceiptFilter as SESReceiptFilter
    from .services.ses.receipt import SESReceiptRuleSet as SESReceiptRuleSet
    from .services.ses.ses import OwnDKIM as OwnDKIM
    from .services.ses.ses import SESEmail as SESEmail
    from .services.ses.ses import SESIdentity as SESIdentity
    from .services.stepfunctions.stepfunctions import StateMachine as StateMachine
    from .services.stepfunctions.stepfunctions import StateMachineActivity as StateMachineActivity
    from .services.vpc.flowlog import FlowLog as FlowLog
    from .services.vpc.networkacl import NetworkAcl as NetworkAcl
    from .services.vpc.peering import VPCPeering as VPCPeering
    from .services.vpc.securitygroup import SecurityGroup as SecurityGroup
    from .services.vpc.vpc import VPC as VPC
    from .services.vpc.vpc import SubnetGroup as SubnetGroup
    from .services.vpc.vpcendpoint import GatewayEndpoint as GatewayEndpoint
    from .services.vpc.vpcendpoint import InterfaceEndpoint as InterfaceEndpoint
    from .stackset import StackSet as StackSet
    from .tokens import AWS as AWS
    from .tokens import ListToken as ListToken
    from .tokens import NoValue as NoValue
    from .tokens import Token as Token
    from .tokens import base64 as base64
    from .tokens import cidr as cidr
    from .tokens import get_azs as get_azs
    from .tokens import if_ as if_
    from .tokens import import_value as import_value
    from .tokens import intrinsic as intrinsic
    from .tokens import join as join
    from .tokens import secret_value as secret_value
    from .tokens import select as select
    from .tokens import split as split
    from .tokens import ssm_secure_value as ssm_secure_value
    from .tokens import ssm_value as ssm_value
    from .tokens import sub as sub
    from .tokens import to_json as to_json
    from .tree import App as App
    from .tree import Stack as Stack
    from .tree import Stage as Stage
    from .wiring import across as across

__version__ = "0.1.0"

_HOMES = {
    "constructs": ("Construct", "attribute", "construct", "field", "ref"),
    "custom": ("CustomResource",),
    "errors": ("ConstraintError", "ConstructError", "CycleError", "DeckError", "Finding", "TokenError"),
    "include": ("Include",),
    "nested": ("NestedStack",),
    "permissions": ("can",),
    "resource": ("CustomType", "Resource"),
    "sections": ("Condition", "Mapping", "Output", "Parameter", "equals"),
    "services.route53.aliastarget": ("AliasTarget",),
    "services.route53.answers": ("CIDRCollection", "Routing"),
    "services.apigateway.apidomain": ("ApiDomain",),
    "services.apigateway.apigateway": ("RestApi",),
    "services.apigateway.apiroutes": ("ApiModel", "route"),
    "services.apigateway.apistage": ("ApiAccount", "ApiCache", "ApiCanary", "ApiStage", "MethodSettings", "Throttle"),
    "services.rds.aurora": ("AuroraCluster", "AuroraGlobalCluster", "ClusterCopy"),
    "services.apigateway.authorizer": ("Authorizer",),
    "services.autoscaling.autoscaling": ("AutoScalingGroup",),
    "services.beanstalk.beanstalk": (
        "BeanstalkApplication",
        "BeanstalkConfiguration",
        "BeanstalkEnvironment",
        "BeanstalkVersion",
    ),
    "services.beanstalk.beanstalkbalancer": ("BeanstalkLoadBalancer", "BeanstalkProcess", "BeanstalkRoute"),
    "services.beanstalk.beanstalkoptions": (
        "BeanstalkDeployment",
        "BeanstalkRollout",
        "BeanstalkSchedule",
        "BeanstalkSpot",
        "BeanstalkTrigger",
        "BeanstalkUpdates",
        "BeanstalkWorker",
    ),
    "services.beanstalk.beanstalkplatform": ("BeanstalkPlatform",),
    "services.cloudfront.behavior": ("Behavior",),
    "services.cloudfront.cachepolicy": ("CachePolicy", "OriginRequestPolicy"),
    "services.elasticache.cacheusers": ("CacheUser", "CacheUserGroup"),
    "services.security.certificate": ("Certificate",),
    "services.elb.classic": ("CLB", "CLBListener"),
    "services.cloudfront.cloudfront": ("CloudFrontDistribution", "ErrorPage"),
    "services.cloudwatch.cloudwatch": ("Alarm", "AllAlarms", "AnyAlarm", "CompositeAlarm"),
    "services.functions.code": ("asset", "image", "inline"),
    "services.security.cognito": ("UserPool", "UserPoolClient"),
    "services.apigateway.cors": ("Cors",),
    "services.cloudwatch.dashboard": ("AlarmWidget", "Dashboard", "GraphWidget", "LogWidget", "NumberWidget", "TextWidget"),
    "services.dynamodb.dax": ("DAXCluster",),
    "services.rds.dbgroups": (
        "RDSClusterParameterGroup", "RDSOption", "RDSOptionGroup", "RDSParameterGroup", "RDSSubnetGroup",
    ),
    "services.rds.dbproxy": ("RDSProxy",),
    "services.rds.dbsnapshot": ("RDSSnapshot",),
    "services.dynamodb.dynamodb": ("DynamoDBTable", "ItemPlan", "TableReplica"),
    "services.ec2.ebs": ("EBSDevice", "EBSVolume"),
    "services.ec2.ec2": ("EC2Instance",),
    "services.cloudfront.edgefunction": ("CloudFrontFunction", "KeyValueStore"),
    "services.elasticache.elasticache": ("CacheLog", "CacheStrategy"),
    "services.events.eventinput": ("event_field",),
    "services.events.events": ("EventBus", "EventRule"),
    "services.ec2.families": ("suggest",),
    "services.vpc.flowlog": ("FlowLog",),
    "services.autoscaling.groupupdate": ("InstanceRefresh", "ReplacingUpdate", "RollingUpdate", "Signals"),
    "services.route53.healthcheck": ("Route53HealthCheck",),
    "services.ec2.host": ("EC2Host", "EC2KeyPair", "EC2PlacementGroup", "HostReservation"),
    "services.apigateway.httpapi": ("HttpApi", "JwtAuthorizer"),
    "services.security.iam": ("IAMGroup", "IAMManagedPolicy", "IAMPasswordPolicy", "IAMPolicy", "IAMRole", "IAMUser", "allow", "deny"),
    "services.ec2.image": ("Image",),
    "services.apigateway.integration": (
        "call_service", "call_table", "http", "invoke", "mock", "publish_message", "send_message", "soap", "start_execution",
    ),
    "services.events.kinesis": ("KinesisStream",),
    "services.security.kms": ("EncryptPlan", "KMSAlias", "KMSKey", "KMSReplicaKey"),
    "services.functions.lambda_": ("LambdaFunction", "LambdaLayer"),
    "services.ec2.launchtemplate": ("LaunchTemplate",),
    "services.elb.listener": ("Listener",),
    "services.elb.loadbalancer": ("ALB", "NLB"),
    "services.cloudwatch.logs": ("LogGroup",),
    "services.ses.mailaction": ("MailAction",),
    "services.ses.mailconfiguration": ("SESConfigurationSet", "SESDedicatedIPPool"),
    "services.ses.mailtemplate": ("ContactTopic", "SESContactList", "SESTemplate"),
    "services.elasticache.memcached": ("MemcachedCluster",),
    "services.cloudwatch.metric": ("Metric", "MetricMath"),
    "services.autoscaling.mixedpurchase": ("InstanceNeeds", "MixedPurchase"),
    "services.vpc.networkacl": ("NetworkAcl",),
    "services.cloudfront.origin": ("Origin", "OriginGroup"),
    "services.vpc.peering": ("VPCPeering",),
    "services.security.policy": ("Principal", "Statement", "VIA_MFA", "WITHOUT_MFA"),
    "services.ec2.purchase": ("DedicatedHost", "DedicatedInstance", "OnDemand", "Reserved", "Spot"),
    "services.ses.receipt": ("SESReceiptFilter", "SESReceiptRuleSet"),
    "services.route53.records": ("Route53Record",),
    "services.elasticache.redis": ("GlobalDatastore", "RedisCluster"),
    "services.cloudfront.responseheaders": ("CorsHeaders", "ResponseHeadersPolicy"),
    "services.route53.route53": ("HostedZone",),
    "services.rds.rds": ("PointInTime", "RDSInstance"),
    "services.elb.routing": ("CognitoLogin", "FixedResponse", "Forward", "OIDCLogin", "Redirect"),
    "services.s3.s3": ("CorsRule", "LifecycleRule", "S3Bucket", "UploadPlan", "Website"),
    "services.events.scheduler": ("Schedule",),
    "services.security.secretsmanager": ("Generate", "HostedRotation", "Secret"),
    "services.vpc.securitygroup": ("SecurityGroup",),
    "services.elasticache.serverlesscache": ("ServerlessCache",),
    "services.ses.ses": ("OwnDKIM", "SESEmail", "SESIdentity"),
    "services.cloudfront.signing": ("KeyGroup", "PublicKey"),
    "services.ec2.snapshots": ("SnapshotCopy", "SnapshotPolicy", "SnapshotSchedule"),
    "services.messaging.sns": ("SNSTopic",),
    "services.messaging.sqs": ("SQSQueue",),
    "services.security.ssm": ("SSMParameter",),
    "services.stepfunctions.stepfunctions": ("StateMachine", "StateMachineActivity"),
    "services.dynamodb.tablecapacity": ("ScaledCapacity",),
    "services.dynamodb.tablekeys": ("GlobalIndex", "LocalIndex"),
    "services.elb.targetgroup": ("TargetGroup", "TargetHealth"),
    "services.apigateway.usageplan": ("ApiKey", "UsagePlan"),
    "services.ec2.userdata": ("UserData",),
    "services.vpc.vpc": ("SubnetGroup", "VPC"),
    "services.vpc.vpcendpoint": ("GatewayEndpoint", "InterfaceEndpoint"),
    "services.apigateway.vpclink": ("VpcLink",),
    "services.cloudwatch.xray": ("XRayGroup", "XRaySamplingRule", "XRayTracing"),
    "tokens": (
        "AWS", "ListToken", "NoValue", "Token", "base64", "cidr", "get_azs", "if_", "import_value", "intrinsic",
        "join", "secret_value", "select", "split", "ssm_secure_value", "ssm_value", "sub", "to_json",
    ),
    "stackset": ("StackSet",),
    "tree": ("App", "Stack", "Stage"),
    "wiring": ("across",),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

_PUBLIC = sorted([*_HOME_OF, "cfn"])

if not TYPE_CHECKING:  # type checkers read the imports above, and report a name that is not there
    __all__ = _PUBLIC  # noqa: PLE0605

    def __getattr__(name):
        from importlib import import_module

        home = _HOME_OF.get(name)
        if home is not None:
            found = getattr(import_module(f".{home}", __name__), name)
        elif name == "cfn":
            found = import_module(".cfn", __name__)
        else:
            raise _NoSuchName(name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return [*_PUBLIC, "__version__"]


class _NoSuchName(AttributeError):
    """Finds what was meant only when somebody reads the message: Python itself asks for names that are modules."""

    def __str__(self) -> str:
        from difflib import get_close_matches

        close = get_close_matches(str(self.args[0]), _PUBLIC, 1)
        return f"awsdeck has no {self.args[0]!r}" + (f"; did you mean {close[0]!r}?" if close else "")
