"""The policies of a synthesized app, and the constructs they belong to."""

from __future__ import annotations

import json

from ..node import MAIN
from ..provenance import statement_places
from ..resource import Resource
from ..rules import Graph
from ..rules.policies.policy import DOCUMENTS, IDENTITY, RESOURCE, TRUST, Document, documents
from ..rules.vocabulary import ABSENT, as_list
from ..template import Template
from ..tree import Stack
from .match import open_ended, unknown
from .texts import NESTED, account_of, arn_of, attribute_of, function_arn, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..constructs import Construct
    from ..errors import Place
    from ..rules import Member, View
    from ..rules.policies.policy import Statement
    from ..tree import App

ROLE, USER, GROUP = "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"
MANAGED_POLICY = "AWS::IAM::ManagedPolicy"
PERMISSION = "AWS::Lambda::Permission"
INVOCABLE = ("AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::Lambda::Version")
PERMISSION_TESTS = {
    "SourceArn": ("ArnLike", "aws:SourceArn"),
    "SourceAccount": ("StringEquals", "aws:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}
"""What a function's permission asks of a request, by its properties. Source: Lambda API Reference, AddPermission."""
ATTACHED = {
    "AWS::IAM::Policy": ("Roles", "Users", "Groups"),
    MANAGED_POLICY: ("Roles", "Users", "Groups"),
    "AWS::IAM::RolePolicy": ("RoleName",),
    "AWS::IAM::UserPolicy": ("UserName",),
    "AWS::IAM::GroupPolicy": ("GroupName",),
}
"""Policies, and the properties that say whom they are attached to."""
NAMES = {"Roles": ROLE, "RoleName": ROLE, "Users": USER, "UserName": USER, "Groups": GROUP, "GroupName": GROUP}
OWNERS = {
    "AWS::S3::BucketPolicy": "Bucket",
    "AWS::SQS::QueuePolicy": "Queues",
    "AWS::SQS::QueueInlinePolicy": "Queue",
    "AWS::SNS::TopicPolicy": "Topics",
    "AWS::SNS::TopicInlinePolicy": "TopicArn",
    "AWS::SecretsManager::ResourcePolicy": "SecretId",
}
"""Policies of resources that stand beside them, and the property that says whose they are."""


class Said:
    """A statement of a policy with the resource it stands in; `certain` is False where conditions of the template decide.

    `owners` are the ARNs of the resources whose own policy it is; None for permissions of an identity.
    """

    __slots__ = ("view", "document", "statement", "certain", "owners")

    def __init__(
        self, view: View, document: Document, statement: Statement, certain: bool, owners: list[str | None] | None
    ) -> None:
        self.view = view
        self.document = document
        self.statement = statement
        self.certain = certain
        self.owners = owners


class Estate:
    """One app after synthesis."""

    def __init__(self, app: App) -> None:
        assert app.assembly is not None
        self.app = app
        self.graph = Graph(app.limits, complete=True)
        self.resources: dict[tuple[str | None, str], Resource] = {}
        self.members: dict[Stack, Member] = {}
        for stack in app.stacks:
            self._enter(stack, app.assembly[stack.name].template)
            held = {
                made.source: getattr(made, "text", "{}") for made in stack.assets.values() if made.kind == "template"
            }
            for construct in stack.node.walk():
                if isinstance(construct, Resource):
                    home = construct.node.stack
                    self.resources[home.name if home is not None else None, construct.node.logical_id] = construct
                elif isinstance(construct, Stack) and construct.parent is not None:
                    self._enter_nested(construct, construct.parent, json.loads(held[construct.node.path]))

    def _enter(self, stack: Stack, template: dict[str, Any], **known: Any) -> Member:
        member = self.graph.add(
            Template.from_dict(template, name=stack.name), region=stack.region, account=stack.account, **known
        )
        self.members[stack] = member
        return member

    def _enter_nested(self, stack: Stack, parent: Stack, template: dict[str, Any]) -> None:
        """A nested stack: its parameters are what the parent gives it, its outputs are asked for there."""
        above = self.members[parent]
        id = stack.node.resource.node.logical_id
        given = above.views[id].get("Parameters", {})
        texts = {name: text_of(above, value) or unknown(name) for name, value in given.items()}
        NESTED.setdefault(self.graph, {})[parent.name, id] = self._enter(stack, template, parameters=texts)

    def view(self, construct: Construct) -> View | None:
        """The resource that a construct mainly stands for."""
        node = construct.node
        main = construct if isinstance(construct, Resource) else node.children.get(MAIN)
        home = main.node.stack if isinstance(main, Resource) else None
        if main is None or home is None or home not in self.members:
            return None
        return self.members[home].views.get(main.node.logical_id)

    def path(self, view: View) -> str:
        """The path of the construct that a resource belongs to."""
        made = self.resources.get((view.member.name if view.member is not None else None, view.id))
        if made is None:
            return view.id
        path = made.node.path.removesuffix("/" + MAIN)
        return path.removesuffix("/Policy")

    def places(self, said: Said) -> list[Place]:
        """The user's lines that a statement says what it says for."""
        view = said.view
        made = self.resources.get((view.member.name if view.member is not None else None, view.id))
        if made is None:
            return []
        return statement_places(made, str(said.document.path[0]), said.statement.number)

    def identity_statements(self, holder: View | str) -> tuple[list[Said], list[str]]:
        """What an identity, in the app or by its ARN, is allowed and forbidden; and the policies nobody here can read."""
        found: list[Said] = []
        foreign: list[str] = []
        if not isinstance(holder, str):
            found += self._said(holder, IDENTITY, None)
            for world in holder.worlds():
                for arn in as_list(world.get("ManagedPolicyArns")):
                    self._managed(holder, arn, found, foreign)
                for group in as_list(world.get("Groups")) if holder.type == USER else ():
                    self._group(holder, group, found, foreign)
            for addition in self.graph.of("AWS::IAM::UserToGroupAddition"):
                if any(self._names(addition, user, USER, holder) for user in as_list(addition.get("Users"))):
                    self._group(addition, addition.get("GroupName"), found, foreign)
        for type, properties in ATTACHED.items():
            for policy in self.graph.of(type):
                values = [(NAMES[name], value) for name in properties for value in as_list(policy.get(name))]
                if any(self._names(policy, value, kind, holder) for kind, value in values if value is not ABSENT):
                    found += self._said(policy, IDENTITY, None)
        return found, list(dict.fromkeys(foreign))

    def boundary(self, holder: View) -> tuple[list[Said], str | None] | None:
        """The statements of an identity's permissions boundary, or its name when it cannot be read; None without one."""
        value = holder.get("PermissionsBoundary")
        if value is ABSENT:
            return None
        found: list[Said] = []
        foreign: list[str] = []
        self._managed(holder, value, found, foreign)
        return found, foreign[0] if foreign else None

    def resource_statements(self) -> Iterator[Said]:
        """What the policies of resources say, roles' trust and functions' permissions among them."""
        for type, places in DOCUMENTS.items():
            kinds = {kind for _, kind in places}
            for view in self.graph.of(type):
                if RESOURCE in kinds:
                    yield from self._said(view, RESOURCE, self._owners(view))
                if TRUST in kinds:
                    yield from self._said(view, TRUST, [arn_of(view)])
        for view in self.graph.of(PERMISSION):
            yield self._invocation(view)

    def _said(self, view: View, kind: str, owners: list[str | None] | None) -> list[Said]:
        worlds = list(view.worlds())
        certain = len(worlds) == 1 and "Condition" not in view.body
        return [
            Said(view, document, statement, certain, owners)
            for world in worlds
            for document in documents(world)
            if document.kind == kind
            for statement in document.statements
        ]

    def _names(self, policy: View, value: Any, kind: str, holder: View | str) -> bool:
        target = self.graph.target(policy, value)
        if isinstance(holder, str):
            return target is None and isinstance(value, str) and self._called(policy, value, kind, holder)
        if target is not None:
            return target.view.id == holder.id and target.view.member is holder.member
        name = text_of(policy.member, value) if policy.member is not None else None
        return holder.type == kind and name is not None and name == attribute_of(holder, None)

    def _called(self, policy: View, name: str, kind: str, arn: str) -> bool:
        """Whether an identity that is not in the app is the one a policy of the app calls by its name."""
        _, _, _, _, account, resource = [*arn.split(":", 5), "", "", "", "", ""][:6]
        own = account_of(policy.member)
        if account.isdigit() and own.isdigit() and account != own:
            return False
        return resource.partition("/")[0] == kind.rpartition(":")[2].lower() and resource.rpartition("/")[2] == name

    def _group(self, view: View, value: Any, found: list[Said], foreign: list[str]) -> None:
        target = self.graph.target(view, value)
        group = target.view if target is not None else None
        if group is None:
            group = next((one for one in self.graph.of(GROUP) if one.get("GroupName", None) == value), None)
        if group is None:
            foreign.append(f"the group {value}")
            return
        said, more = self.identity_statements(group)
        found += said
        foreign += more

    def _managed(self, view: View, value: Any, found: list[Said], foreign: list[str]) -> None:
        target = self.graph.target(view, value)
        if target is not None and target.view.type == MANAGED_POLICY:
            found += self._said(target.view, IDENTITY, None)
            return
        name = text_of(view.member, value) if view.member is not None else None
        own = "arn:aws:iam::aws:policy/"
        short = name.removeprefix(own) if name is not None and name.startswith(own) else None
        allowed = AWS_POLICIES.get(short or "")
        if allowed is None:
            foreign.append(f"the policy {short or name or value}")
            return
        body = {"Statement": [{"Effect": "Allow", "Action": list(allowed), "Resource": "*"}]}
        document = Document(("ManagedPolicyArns",), IDENTITY, body, False)
        found += [Said(view, document, statement, True, None) for statement in document.statements]

    def _owners(self, view: View) -> list[str | None]:
        property = OWNERS.get(view.type)
        if property is None:
            return [arn_of(view)]
        owners: list[str | None] = []
        for value in as_list(view.get(property)):
            target = self.graph.target(view, value)
            text = text_of(view.member, value) if view.member is not None else None
            if target is not None:
                owners.append(arn_of(target.view))
            elif view.type == "AWS::S3::BucketPolicy" and text is not None:
                owners.append(f"arn:aws:s3:::{text}")
            else:
                owners.append(text if text is not None and text.startswith("arn:") else None)
        return owners

    def _invocation(self, view: View) -> Said:
        """A permission of a function as the statement that Lambda makes of it."""
        principal = view.get("Principal")
        service = isinstance(principal, str) and principal.endswith((".amazonaws.com", ".amazonaws.com.cn"))
        tests: dict[str, dict[str, Any]] = {}
        for property, (operator, key) in PERMISSION_TESTS.items():
            value = view.get(property, None)
            if value is not None:
                tests.setdefault(operator, {})[key] = value
        target = self.graph.target(view, view.get("FunctionName"))
        owner = arn_of(target.view) if target is not None and target.view.type in INVOCABLE else None
        if owner is None and view.member is not None:
            owner = text_of(view.member, view.get("FunctionName"))
            owner = None if owner is None or open_ended(owner[:1]) else function_arn(view.member, owner)
        body = {
            "Effect": "Allow",
            "Principal": "*" if principal == "*" else {"Service" if service else "AWS": principal},
            "Action": view.get("Action"),
            "Resource": "*" if owner is None else owner,
            "Condition": tests,
        }
        document = Document(("FunctionName",), RESOURCE, {"Statement": [body]}, False)
        return Said(view, document, document.statements[0], "Condition" not in view.body, [owner])


_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
_QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
_STREAM = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams")
_NETWORK = (
    "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
)  # fmt: skip
_TRACES = (
    "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets",
    "xray:GetSamplingStatisticSummaries",
)  # fmt: skip
# Source: AWS Managed Policy Reference Guide
AWS_POLICIES: dict[str, tuple[str, ...]] = {
    "AdministratorAccess": ("*",),
    "AmazonSQSFullAccess": ("sqs:*",),
    "AmazonS3FullAccess": ("s3:*", "s3-object-lambda:*"),
    "AWSXRayDaemonWriteAccess": _TRACES,
    "service-role/AWSLambdaBasicExecutionRole": _LOGS,
    "service-role/AWSLambdaDynamoDBExecutionRole": (*_LOGS, *_STREAM),
    "service-role/AWSLambdaSQSQueueExecutionRole": (*_LOGS, *_QUEUE),
    "service-role/AWSLambdaVPCAccessExecutionRole": (*_LOGS, *_NETWORK),
}
"""What some of AWS's own policies allow on every resource; of others nothing is known here."""
