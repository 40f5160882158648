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
    from .services.aliastarget import AliasTarget as AliasTarget
    from .services.answers import CIDRCollection as CIDRCollection
    from .services.answers import Routing as Routing
    from .services.apidomain import ApiDomain as ApiDomain
    from .services.apigateway import RestApi as RestApi
    from .services.apiroutes import ApiModel as ApiModel
    from .services.apiroutes import route as route
    from .services.apistage import ApiAccount as ApiAccount
    from .services.apistage import ApiCache as ApiCache
    from .services.apistage import ApiCanary as ApiCanary
    from .services.apistage import ApiStage as ApiStage
    from .services.apistage import MethodSettings as MethodSettings
    from .services.apistage import Throttle as Throttle
    from .services.aurora import AuroraCluster as AuroraCluster
    from .services.aurora import AuroraGlobalCluster as AuroraGlobalCluster
    from .services.aurora import ClusterCopy as ClusterCopy
    from .services.authorizer import Authorizer as Authorizer
    from .services.autoscaling import AutoScalingGroup as AutoScalingGroup
    from .services.beanstalk import BeanstalkApplication as BeanstalkApplication
    from .services.beanstalk import BeanstalkConfiguration as BeanstalkConfiguration
    from .services.beanstalk import BeanstalkEnvironment as BeanstalkEnvironment
    from .services.beanstalk import BeanstalkVersion as BeanstalkVersion
    from .services.beanstalkbalancer import BeanstalkLoadBalancer as BeanstalkLoadBalancer
    from .services.beanstalkbalancer import BeanstalkProcess as BeanstalkProcess
    from .services.beanstalkbalancer import BeanstalkRoute as BeanstalkRoute
    from .services.beanstalkoptions import BeanstalkDeployment as BeanstalkDeployment
    from .services.beanstalkoptions import BeanstalkRollout as BeanstalkRollout
    from .services.beanstalkoptions import BeanstalkSchedule as BeanstalkSchedule
    from .services.beanstalkoptions import BeanstalkSpot as BeanstalkSpot
    from .services.beanstalkoptions import BeanstalkTrigger as BeanstalkTrigger
    from .services.beanstalkoptions import BeanstalkUpdates as BeanstalkUpdates
    from .services.beanstalkoptions import BeanstalkWorker as BeanstalkWorker
    from .services.beanstalkplatform import BeanstalkPlatform as BeanstalkPlatform
    from .services.behavior import Behavior as Behavior
    from .services.cachepolicy import CachePolicy as CachePolicy
    from .services.cachepolicy import OriginRequestPolicy as OriginRequestPolicy
    from .services.cacheusers import CacheUser as CacheUser
    from .services.cacheusers import CacheUserGroup as CacheUserGroup
    from .services.certificate import Certificate as Certificate
    from .services.classic import CLB as CLB
    from .services.classic import CLBListener as CLBListener
    from .services.cloudfront import CloudFrontDistribution as CloudFrontDistribution
    from .services.cloudfront import ErrorPage as ErrorPage
    from .services.cloudwatch import Alarm as Alarm
    from .services.cloudwatch import AllAlarms as AllAlarms
    from .services.cloudwatch import AnyAlarm as AnyAlarm
    from .services.cloudwatch import CompositeAlarm as CompositeAlarm
    from .services.code import asset as asset
    from .services.code import image as image
    from .services.code import inline as inline
    from .services.cognito import UserPool as UserPool
    from .services.cognito import UserPoolClient as UserPoolClient
    from .services.cors import Cors as Cors
    from .services.dashboard import AlarmWidget as AlarmWidget
    from .services.dashboard import Dashboard as Dashboard
    from .services.dashboard import GraphWidget as GraphWidget
    from .services.dashboard import LogWidget as LogWidget
    from .services.dashboard import NumberWidget as NumberWidget
    from .services.dashboard import TextWidget as TextWidget
    from .services.dax import DAXCluster as DAXCluster
    from .services.dbgroups import RDSClusterParameterGroup as RDSClusterParameterGroup
    from .services.dbgroups import RDSOption as RDSOption
    from .services.dbgroups import RDSOptionGroup as RDSOptionGroup
    from .services.dbgroups import RDSParameterGroup as RDSParameterGroup
    from .services.dbgroups import RDSSubnetGroup as RDSSubnetGroup
    from .services.dbproxy import RDSProxy as RDSProxy
    from .services.dbsnapshot import RDSSnapshot as RDSSnapshot
    from .services.dynamodb import DynamoDBTable as DynamoDBTable
    from .services.dynamodb import ItemPlan as ItemPlan
    from .services.dynamodb import TableReplica as TableReplica
    from .services.ebs import EBSDevice as EBSDevice
    from .services.ebs import EBSVolume as EBSVolume
    from .services.ec2 import EC2Instance as EC2Instance
    from .services.edgefunction import CloudFrontFunction as CloudFrontFunction
    from .services.edgefunction import KeyValueStore as KeyValueStore
    from .services.elasticache import CacheLog as CacheLog
    from .services.elasticache import CacheStrategy as CacheStrategy
    from .services.eventinput import event_field as event_field
    from .services.events import EventBus as EventBus
    from .services.events import EventRule as EventRule
    from .services.families import suggest as suggest
    from .services.flowlog import FlowLog as FlowLog
    from .services.groupupdate import InstanceRefresh as InstanceRefresh
    from .services.groupupdate import ReplacingUpdate as ReplacingUpdate
    from .services.groupupdate import RollingUpdate as RollingUpdate
    from .services.groupupdate import Signals as Signals
    from .services.healthcheck import Route53HealthCheck as Route53HealthCheck
    from .services.host import EC2Host as EC2Host
    from .services.host import EC2KeyPair as EC2KeyPair
    from .services.host import EC2PlacementGroup as EC2PlacementGroup
    from .services.host import HostReservation as HostReservation
    from .services.httpapi import HttpApi as HttpApi
    from .services.httpapi import JwtAuthorizer as JwtAuthorizer
    from .services.iam import IAMGroup as IAMGroup
    from .services.iam import IAMManagedPolicy as IAMManagedPolicy
    from .services.iam import IAMPasswordPolicy as IAMPasswordPolicy
    from .services.iam import IAMPolicy as IAMPolicy
    from .services.iam import IAMRole as IAMRole
    from .services.iam import IAMUser as IAMUser
    from .services.iam import allow as allow
    from .services.iam import deny as deny
    from .services.image import Image as Image
    from .services.integration import call_service as call_service
    from .services.integration import call_table as call_table
    from .services.integration import http as http
    from .services.integration import invoke as invoke
    from .services.integration import mock as mock
    from .services.integration import publish_message as publish_message
    from .services.integration import send_message as send_message
    from .services.integration import soap as soap
    from .services.integration import start_execution as start_execution
    from .services.kinesis import KinesisStream as KinesisStream
    from .services.kms import EncryptPlan as EncryptPlan
    from .services.kms import KMSAlias as KMSAlias
    from .services.kms import KMSKey as KMSKey
    from .services.kms import KMSReplicaKey as KMSReplicaKey
    from .services.lambda_ import LambdaFunction as LambdaFunction
    from .services.lambda_ import LambdaLayer as LambdaLayer
    from .services.launchtemplate import LaunchTemplate as LaunchTemplate
    from .services.listener import Listener as Listener
    from .services.loadbalancer import ALB as ALB
    from .services.loadbalancer import NLB as NLB
    from .services.logs import LogGroup as LogGroup
    from .services.mailaction import MailAction as MailAction
    from .services.mailconfiguration import SESConfigurationSet as SESConfigurationSet
    from .services.mailconfiguration import SESDedicatedIPPool as SESDedicatedIPPool
    from .services.mailtemplate import ContactTopic as ContactTopic
    from .services.mailtemplate import SESContactList as SESContactList
    from .services.mailtemplate import SESTemplate as SESTemplate
    from .services.memcached import MemcachedCluster as MemcachedCluster
    from .services.metric import Metric as Metric
    from .services.metric import MetricMath as MetricMath
    from .services.mixedpurchase import InstanceNeeds as InstanceNeeds
    from .services.mixedpurchase import MixedPurchase as MixedPurchase
    from .services.networkacl import NetworkAcl as NetworkAcl
    from .services.origin import Origin as Origin
    from .services.origin import OriginGroup as OriginGroup
    from .services.peering import VPCPeering as VPCPeering
    from .services.policy import VIA_MFA as VIA_MFA
    from .services.policy import WITHOUT_MFA as WITHOUT_MFA
    from .services.policy import Principal as Principal
    from .services.policy import Statement as Statement
    from .services.purchase import DedicatedHost as DedicatedHost
    from .services.purchase import DedicatedInstance as DedicatedInstance
    from .services.purchase import OnDemand as OnDemand
    from .services.purchase import Reserved as Reserved
    from .services.purchase import Spot as Spot
    from .services.rds import PointInTime as PointInTime
    from .services.rds import RDSInstance as RDSInstance
    from .services.receipt import SESReceiptFilter as SESReceiptFilter
    from .services.receipt import SESReceiptRuleSet as SESReceiptRuleSet
    from .services.records import Route53Record as Route53Record
    from .services.redis import GlobalDatastore as GlobalDatastore
    from .services.redis import RedisCluster as RedisCluster
    from .services.responseheaders import CorsHeaders as CorsHeaders
    from .services.responseheaders import ResponseHeadersPolicy as ResponseHeadersPolicy
    from .services.route53 import HostedZone as HostedZone
    from .services.routing import CognitoLogin as CognitoLogin
    from .services.routing import FixedResponse as FixedResponse
    from .services.routing import Forward as Forward
    from .services.routing import OIDCLogin as OIDCLogin
    from .services.routing import Redirect as Redirect
    from .services.s3 import CorsRule as CorsRule
    from .services.s3 import LifecycleRule as LifecycleRule
    from .services.s3 import S3Bucket as S3Bucket
    from .services.s3 import UploadPlan as UploadPlan
    from .services.s3 import Website as Website
    from .services.scheduler import Schedule as Schedule
    from .services.secretsmanager import Generate as Generate
    from .services.secretsmanager import HostedRotation as HostedRotation
    from .services.secretsmanager import Secret as Secret
    from .services.securitygroup import SecurityGroup as SecurityGroup
    from .services.serverlesscache import ServerlessCache as ServerlessCache
    from .services.ses import OwnDKIM as OwnDKIM
    from .services.ses import SESEmail as SESEmail
    from .services.ses import SESIdentity as SESIdentity
    from .services.signing import KeyGroup as KeyGroup
    from .services.signing import PublicKey as PublicKey
    from .services.snapshots import SnapshotCopy as SnapshotCopy
    from .services.snapshots import SnapshotPolicy as SnapshotPolicy
    from .services.snapshots import SnapshotSchedule as SnapshotSchedule
    from .services.sns import SNSTopic as SNSTopic
    from .services.sqs import SQSQueue as SQSQueue
    from .services.ssm import SSMParameter as SSMParameter
    from .services.stepfunctions import StateMachine as StateMachine
    from .services.stepfunctions import StateMachineActivity as StateMachineActivity
    from .services.tablecapacity import ScaledCapacity as ScaledCapacity
    from .services.tablekeys import GlobalIndex as GlobalIndex
    from .services.tablekeys import LocalIndex as LocalIndex
    from .services.targetgroup import TargetGroup as TargetGroup
    from .services.targetgroup import TargetHealth as TargetHealth
    from .services.usageplan import ApiKey as ApiKey
    from .services.usageplan import UsagePlan as UsagePlan
    from .services.userdata import UserData as UserData
    from .services.vpc import VPC as VPC
    from .services.vpc import SubnetGroup as SubnetGroup
    from .services.vpcendpoint import GatewayEndpoint as GatewayEndpoint
    from .services.vpcendpoint import InterfaceEndpoint as InterfaceEndpoint
    from .services.vpclink import VpcLink as VpcLink
    from .services.xray import XRayGroup as XRayGroup
    from .services.xray import XRaySamplingRule as XRaySamplingRule
    from .services.xray import XRayTracing as XRayTracing
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
    "services.aliastarget": ("AliasTarget",),
    "services.answers": ("CIDRCollection", "Routing"),
    "services.apidomain": ("ApiDomain",),
    "services.apigateway": ("RestApi",),
    "services.apiroutes": ("ApiModel", "route"),
    "services.apistage": ("ApiAccount", "ApiCache", "ApiCanary", "ApiStage", "MethodSettings", "Throttle"),
    "services.aurora": ("AuroraCluster", "AuroraGlobalCluster", "ClusterCopy"),
    "services.authorizer": ("Authorizer",),
    "services.autoscaling": ("AutoScalingGroup",),
    "services.beanstalk": (
        "BeanstalkApplication",
        "BeanstalkConfiguration",
        "BeanstalkEnvironment",
        "BeanstalkVersion",
    ),
    "services.beanstalkbalancer": ("BeanstalkLoadBalancer", "BeanstalkProcess", "BeanstalkRoute"),
    "services.beanstalkoptions": (
        "BeanstalkDeployment",
        "BeanstalkRollout",
        "BeanstalkSchedule",
        "BeanstalkSpot",
        "BeanstalkTrigger",
        "BeanstalkUpdates",
        "BeanstalkWorker",
    ),
    "services.beanstalkplatform": ("BeanstalkPlatform",),
    "services.behavior": ("Behavior",),
    "services.cachepolicy": ("CachePolicy", "OriginRequestPolicy"),
    "services.cacheusers": ("CacheUser", "CacheUserGroup"),
    "services.certificate": ("Certificate",),
    "services.classic": ("CLB", "CLBListener"),
    "services.cloudfront": ("CloudFrontDistribution", "ErrorPage"),
    "services.cloudwatch": ("Alarm", "AllAlarms", "AnyAlarm", "CompositeAlarm"),
    "services.code": ("asset", "image", "inline"),
    "services.cognito": ("UserPool", "UserPoolClient"),
    "services.cors": ("Cors",),
    "services.dashboard": ("AlarmWidget", "Dashboard", "GraphWidget", "LogWidget", "NumberWidget", "TextWidget"),
    "services.dax": ("DAXCluster",),
    "services.dbgroups": (
        "RDSClusterParameterGroup", "RDSOption", "RDSOptionGroup", "RDSParameterGroup", "RDSSubnetGroup",
    ),
    "services.dbproxy": ("RDSProxy",),
    "services.dbsnapshot": ("RDSSnapshot",),
    "services.dynamodb": ("DynamoDBTable", "ItemPlan", "TableReplica"),
    "services.ebs": ("EBSDevice", "EBSVolume"),
    "services.ec2": ("EC2Instance",),
    "services.edgefunction": ("CloudFrontFunction", "KeyValueStore"),
    "services.elasticache": ("CacheLog", "CacheStrategy"),
    "services.eventinput": ("event_field",),
    "services.events": ("EventBus", "EventRule"),
    "services.families": ("suggest",),
    "services.flowlog": ("FlowLog",),
    "services.groupupdate": ("InstanceRefresh", "ReplacingUpdate", "RollingUpdate", "Signals"),
    "services.healthcheck": ("Route53HealthCheck",),
    "services.host": ("EC2Host", "EC2KeyPair", "EC2PlacementGroup", "HostReservation"),
    "services.httpapi": ("HttpApi", "JwtAuthorizer"),
    "services.iam": ("IAMGroup", "IAMManagedPolicy", "IAMPasswordPolicy", "IAMPolicy", "IAMRole", "IAMUser", "allow", "deny"),
    "services.image": ("Image",),
    "services.integration": (
        "call_service", "call_table", "http", "invoke", "mock", "publish_message", "send_message", "soap", "start_execution",
    ),
    "services.kinesis": ("KinesisStream",),
    "services.kms": ("EncryptPlan", "KMSAlias", "KMSKey", "KMSReplicaKey"),
    "services.lambda_": ("LambdaFunction", "LambdaLayer"),
    "services.launchtemplate": ("LaunchTemplate",),
    "services.listener": ("Listener",),
    "services.loadbalancer": ("ALB", "NLB"),
    "services.logs": ("LogGroup",),
    "services.mailaction": ("MailAction",),
    "services.mailconfiguration": ("SESConfigurationSet", "SESDedicatedIPPool"),
    "services.mailtemplate": ("ContactTopic", "SESContactList", "SESTemplate"),
    "services.memcached": ("MemcachedCluster",),
    "services.metric": ("Metric", "MetricMath"),
    "services.mixedpurchase": ("InstanceNeeds", "MixedPurchase"),
    "services.networkacl": ("NetworkAcl",),
    "services.origin": ("Origin", "OriginGroup"),
    "services.peering": ("VPCPeering",),
    "services.policy": ("Principal", "Statement", "VIA_MFA", "WITHOUT_MFA"),
    "services.purchase": ("DedicatedHost", "DedicatedInstance", "OnDemand", "Reserved", "Spot"),
    "services.receipt": ("SESReceiptFilter", "SESReceiptRuleSet"),
    "services.records": ("Route53Record",),
    "services.redis": ("GlobalDatastore", "RedisCluster"),
    "services.responseheaders": ("CorsHeaders", "ResponseHeadersPolicy"),
    "services.route53": ("HostedZone",),
    "services.rds": ("PointInTime", "RDSInstance"),
    "services.routing": ("CognitoLogin", "FixedResponse", "Forward", "OIDCLogin", "Redirect"),
    "services.s3": ("CorsRule", "LifecycleRule", "S3Bucket", "UploadPlan", "Website"),
    "services.scheduler": ("Schedule",),
    "services.secretsmanager": ("Generate", "HostedRotation", "Secret"),
    "services.securitygroup": ("SecurityGroup",),
    "services.serverlesscache": ("ServerlessCache",),
    "services.ses": ("OwnDKIM", "SESEmail", "SESIdentity"),
    "services.signing": ("KeyGroup", "PublicKey"),
    "services.snapshots": ("SnapshotCopy", "SnapshotPolicy", "SnapshotSchedule"),
    "services.sns": ("SNSTopic",),
    "services.sqs": ("SQSQueue",),
    "services.ssm": ("SSMParameter",),
    "services.stepfunctions": ("StateMachine", "StateMachineActivity"),
    "services.tablecapacity": ("ScaledCapacity",),
    "services.tablekeys": ("GlobalIndex", "LocalIndex"),
    "services.targetgroup": ("TargetGroup", "TargetHealth"),
    "services.usageplan": ("ApiKey", "UsagePlan"),
    "services.userdata": ("UserData",),
    "services.vpc": ("SubnetGroup", "VPC"),
    "services.vpcendpoint": ("GatewayEndpoint", "InterfaceEndpoint"),
    "services.vpclink": ("VpcLink",),
    "services.xray": ("XRayGroup", "XRaySamplingRule", "XRayTracing"),
    "tokens": (
        "AWS", "ListToken", "NoValue", "Token", "base64", "cidr", "get_azs", "if_", "import_value", "intrinsic",
        "join", "secret_value", "select", "split", "ssm_secure_value", "ssm_value", "sub", "to_json",
    ),
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
