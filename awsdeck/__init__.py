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
    from .services.code import asset as asset
    from .services.code import image as image
    from .services.code import inline as inline
    from .services.dynamodb import DynamoDBTable as DynamoDBTable
    from .services.dynamodb import ItemPlan as ItemPlan
    from .services.dynamodb import TableReplica as TableReplica
    from .services.iam import IAMGroup as IAMGroup
    from .services.iam import IAMManagedPolicy as IAMManagedPolicy
    from .services.iam import IAMPasswordPolicy as IAMPasswordPolicy
    from .services.iam import IAMPolicy as IAMPolicy
    from .services.iam import IAMRole as IAMRole
    from .services.iam import IAMUser as IAMUser
    from .services.iam import allow as allow
    from .services.iam import deny as deny
    from .services.lambda_ import LambdaFunction as LambdaFunction
    from .services.lambda_ import LambdaLayer as LambdaLayer
    from .services.policy import VIA_MFA as VIA_MFA
    from .services.policy import WITHOUT_MFA as WITHOUT_MFA
    from .services.policy import Principal as Principal
    from .services.policy import Statement as Statement
    from .services.s3 import CorsRule as CorsRule
    from .services.s3 import LifecycleRule as LifecycleRule
    from .services.s3 import S3Bucket as S3Bucket
    from .services.s3 import UploadPlan as UploadPlan
    from .services.s3 import Website as Website
    from .services.sns import SNSTopic as SNSTopic
    from .services.sqs import SQSQueue as SQSQueue
    from .services.tablecapacity import ScaledCapacity as ScaledCapacity
    from .services.tablekeys import GlobalIndex as GlobalIndex
    from .services.tablekeys import LocalIndex as LocalIndex
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
    "services.code": ("asset", "image", "inline"),
    "services.dynamodb": ("DynamoDBTable", "ItemPlan", "TableReplica"),
    "services.iam": ("IAMGroup", "IAMManagedPolicy", "IAMPasswordPolicy", "IAMPolicy", "IAMRole", "IAMUser", "allow", "deny"),
    "services.lambda_": ("LambdaFunction", "LambdaLayer"),
    "services.policy": ("Principal", "Statement", "VIA_MFA", "WITHOUT_MFA"),
    "services.s3": ("CorsRule", "LifecycleRule", "S3Bucket", "UploadPlan", "Website"),
    "services.sns": ("SNSTopic",),
    "services.sqs": ("SQSQueue",),
    "services.tablecapacity": ("ScaledCapacity",),
    "services.tablekeys": ("GlobalIndex", "LocalIndex"),
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
