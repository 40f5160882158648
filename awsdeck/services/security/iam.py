"""AWS Identity and Access Management: roles, users, groups and their policies.

Permissions given with `allow` or by the `grant_…` methods of other constructs go to a policy resource beside the
role, so that a role and what it may use can refer to each other. What grows beyond IAM's size limit is split.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.limits import INLINE_POLICY_SIZE, MANAGED_POLICY_SIZE
from ...source import caller
from ...tokens import AWS, has_marker, select, split
from ..existing import checked_arn, checked_name, part
from .passwords import IAMPasswordPolicy as IAMPasswordPolicy  # noqa: PLC0414
from .policy import VIA_MFA, WITHOUT_MFA, Document, Grant, Principal, Statement, both, listed, principal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...resource import Resource
    from ...tokens import Token
    from .policy import Conditions, Grantee, Inverted

ROLE = "AWS::IAM::Role"
USER = "AWS::IAM::User"
GROUP = "AWS::IAM::Group"
POLICY = "AWS::IAM::Policy"
MANAGED_POLICY = "AWS::IAM::ManagedPolicy"
INSTANCE_PROFILE = "AWS::IAM::InstanceProfile"


class Identity(Construct):
    """Something that permissions are given to: the common half of roles, users and groups."""

    _LIST = ""
    _INLINE = "role"

    def allow(
        self,
        *actions: str,
        on: str | Sequence[str],
        when: Conditions | None = None,
        sid: str | None = None,
        invert: Inverted | None = None,
    ) -> Grant:
        """Let it do `actions` (`"s3:GetObject"`) on the ARNs in `on`, under the conditions `when`.

        Statements that differ only in their actions or only in their resources become one. `invert` turns the list of
        "actions" or "resources" into one of exceptions (`NotAction`, `NotResource`).
        """
        return self._state(Statement(actions, listed(on), conditions=when, sid=sid, invert=invert))

    def deny(
        self,
        *actions: str,
        on: str | Sequence[str],
        when: Conditions | None = None,
        sid: str | None = None,
        invert: Inverted | None = None,
    ) -> Grant:
        """Forbid `actions` on the ARNs in `on`, whatever else allows them; `invert` as for `allow`."""
        return self._state(Statement(actions, listed(on), effect="Deny", conditions=when, sid=sid, invert=invert))

    def _state(self, statement: Statement) -> Grant:
        self.node.root_app.unlocked(f"a permission of {self.node.path}")
        attached = self.__dict__.get("_attached")
        if attached is None:
            attached = self.__dict__["_attached"] = AttachedPolicies(self, self._LIST, self._INLINE, self._name())
        return Grant(statement, attached.add(statement))

    def _name(self) -> str:
        return self.node.resource.ref


class AttachedPolicies:
    """The policy resources beside an identity: one inline policy, then managed policies for what does not fit."""

    def __init__(self, owner: Construct, attach: str, kind: str, name: str) -> None:
        self.owner = owner
        self.attach = attach
        self.name = name
        self.document = Document()
        self.room = INLINE_POLICY_SIZE[kind]
        self.parts: list[Resource] = []

    def add(self, statement: Statement) -> Resource:
        """Add a statement and return the resource that holds it."""
        self.document.add(statement)
        first, *rest = _split(self.document, self.room, MANAGED_POLICY_SIZE)
        if not self.parts:
            id = self.owner.node.plain_id
            self.parts.append(
                resource_class(POLICY)(
                    self.owner, "Policy", PolicyName=f"{id}Policy", PolicyDocument=first, **{self.attach: [self.name]}
                )
            )
        elif self.parts[0].properties["PolicyDocument"] != first:
            self.parts[0].set(PolicyDocument=first)
        for number, document in enumerate(rest, 2):
            if number > len(self.parts):
                made = resource_class(MANAGED_POLICY)(
                    self.owner, f"Policy{number}", PolicyDocument=document, **{self.attach: [self.name]}
                )
                self.parts.append(made)
            else:
                self.parts[number - 1].set(PolicyDocument=document)
        return self.parts[-1]


def _split(document: Document, first: int, others: int) -> list[Document]:
    parts = [Document()]
    for statement in document.statements:
        room = first if len(parts) == 1 else others
        part = parts[-1]
        part.statements.append(statement)
        if len(part.statements) > 1 and part.size() > room:
            part.statements.pop()
            parts.append(Document())
            parts[-1].statements.append(statement)
    return parts


@construct
class IAMRole(Identity):
    """A role: permissions without keys, taken on by a service, an account, or people signed in elsewhere.

    - `assumed_by`: who may take it on: a service (`"ec2.amazonaws.com"`), an account number, an ARN, another
      construct, or a `Principal`; several as a list.
    - `managed_policies`: names of AWS's policies (`"ReadOnlyAccess"`), ARNs, or `IAMManagedPolicy` constructs;
      10 by default, at most 25.
    - `max_session`: seconds, 3,600 to 43,200 (1 to 12 hours).
    - `require_mfa`: only people who signed in with a second factor may take it on.
    - `name`: a fixed name, at most 64 characters; then the deploy needs CAPABILITY_NAMED_IAM and the role cannot be
      replaced. Leave it out unless somebody else needs to know it.

    Source: IAM User Guide, IAM roles; course notes, IAM.
    """

    assumed_by: str | Principal | Grantee | Sequence[str | Principal | Grantee]
    managed_policies: Sequence[str | IAMManagedPolicy] = ()
    description: str | None = None
    name: str | None = None
    path: str | None = None
    max_session: int | Token | None = None
    permissions_boundary: str | IAMManagedPolicy | None = None
    require_mfa: bool = False

    arn = attribute("Arn")
    role_name = ref()
    role_id = attribute("RoleId")

    _LIST = "Roles"
    _INLINE = "role"

    def build(self) -> None:
        """Make the role."""
        self._trust = Document()
        who = self.assumed_by
        several: Sequence[str | Principal | Grantee] = who if isinstance(who, list | tuple) else [who]  # type: ignore[list-item]
        if not several:
            raise ConstructError(
                f"nobody may take on the role {self.node.path}", place=caller(),
                fix='say who in assumed_by, such as "lambda.amazonaws.com"',
            )  # fmt: skip
        for one in several:
            self._trust.add(self._trusting(principal(one), None))
        resource_class(ROLE)(
            self,
            MAIN,
            AssumeRolePolicyDocument=self._trust,
            ManagedPolicyArns=[managed_policy_arn(policy) for policy in self.managed_policies] or None,
            Description=self.description,
            RoleName=self.name,
            Path=self.path,
            MaxSessionDuration=self.max_session,
            PermissionsBoundary=(
                None if self.permissions_boundary is None else managed_policy_arn(self.permissions_boundary)
            ),
        )

    def _trusting(self, who: Principal, when: Conditions | None) -> Statement:
        conditions = both(when or {}, VIA_MFA) if self.require_mfa else when
        return Statement([who.assume], principal=who, conditions=conditions)

    def trust(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody else take on the role too."""
        statement = self._trusting(principal(who), when)
        self._trust.add(statement)
        role = self.node.resource
        role.set(AssumeRolePolicyDocument=self._trust)
        return Grant(statement, role)

    def grant_assume(self, who: Grantee) -> Grant:
        """Let a user, group or other role of this account take on the role: permission and trust."""
        self.trust(who.as_principal()) if not isinstance(who, IAMGroup) else self.trust(Principal.this_account())
        granted: Grant = who.allow("sts:AssumeRole", on=self.arn)
        return granted

    def grant_pass(self, who: Grantee, *, to: str | None = None) -> Grant:
        """Let somebody hand the role to a service (`iam:PassRole`), only to the service `to` when it is given."""
        return _pass(who, self.arn, to)

    def instance_profile(self) -> str:
        """The name of the instance profile that carries this role to EC2; made on first use."""
        made = self.node.children.get("InstanceProfile")
        if made is None:
            made = resource_class(INSTANCE_PROFILE)(self, "InstanceProfile", Roles=[self.role_name])
        return made.node.resource.ref

    def as_principal(self) -> Principal:
        """This role as a principal of a resource's policy."""
        return Principal.arn(self.arn)

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str) -> ExistingRole:
        """A role that exists already, by ARN; one of another account can be a principal, and no more."""
        arn = checked_arn(arn, "iam", "arn:aws:iam::123456789012:role/worker")
        whole = part(arn, 5)
        if not has_marker(whole) and not whole.startswith("role/"):
            raise ConstructError(f"{arn} is not a role", place=caller(), fix="arn:aws:iam::123456789012:role/worker")
        name = select(1, split("/", whole)) if has_marker(whole) else whole.rpartition("/")[2]
        return ExistingRole(scope, id, role_arn=arn, role_name=name)

    @staticmethod
    def from_name(scope: Construct, id: str, name: str) -> ExistingRole:
        """A role of this account that exists already, by name, with its path if it has one (`app/worker`)."""
        checked_name(name)
        last = name if has_marker(name) else name.rpartition("/")[2]
        return ExistingRole(
            scope, id, role_arn=f"arn:{AWS.Partition}:iam::{AWS.AccountId}:role/{name}", role_name=last
        )  # fmt: skip


@construct
class ExistingRole(Identity):
    """A role made elsewhere; see `IAMRole.from_name`.

    Permissions given to it go to a policy of this stack that is attached to it by name.
    """

    role_arn: str
    role_name: str

    _LIST = "Roles"
    _INLINE = "role"

    @property
    def arn(self) -> str:
        """The role's ARN."""
        return self.role_arn

    def build(self) -> None:
        """Add nothing to the template as long as no permission is given."""

    def as_principal(self) -> Principal:
        """This role as a principal of a resource's policy."""
        return Principal.arn(self.role_arn)

    def grant_assume(self, who: Grantee) -> Grant:
        """Let somebody take on the role, as far as its own trust policy lets them, which is not ours to change."""
        granted: Grant = who.allow("sts:AssumeRole", on=self.role_arn)
        return granted

    def grant_pass(self, who: Grantee, *, to: str | None = None) -> Grant:
        """Let somebody hand the role to a service (`iam:PassRole`), only to the service `to` when it is given."""
        return _pass(who, self.role_arn, to)

    def _name(self) -> str:
        return self.role_name

    def _state(self, statement: Statement) -> Grant:
        account = None if has_marker(self.role_arn) else part(self.role_arn, 4)
        assert self.node.stack is not None
        ours = self.node.stack.account
        if account is not None and ours is not None and account != ours:
            raise ConstructError(
                f"the role {self.role_arn} belongs to another account than the stack {self.node.stack.name} ({ours})",
                place=caller(),
                fix="let the other account give it the permission, and name the role in the resource's own policy: "
                "grant_…(Principal.arn(…))",
            )
        if not has_marker(self.role_arn) and ":role/aws-service-role/" in self.role_arn:
            raise ConstructError(
                f"the role {self.role_arn} is linked to a service, and only AWS changes its permissions",
                place=caller(), fix="use a role of your own",
            )  # fmt: skip
        return super()._state(statement)


def _pass(who: Grantee, role: str, to: str | None) -> Grant:
    when = None if to is None else {"StringEquals": {"iam:PassedToService": to}}
    granted: Grant = who.allow("iam:PassRole", on=role, when=when)
    return granted


@construct
class IAMGroup(Identity):
    """Users under one set of permissions. A group cannot be a principal.

    - `managed_policies`: as for roles, at most 10.
    - `require_mfa`: whoever has not signed in with a second factor may only set one up.

    Source: IAM User Guide, IAM user groups; course notes, IAM.
    """

    managed_policies: Sequence[str | IAMManagedPolicy] = ()
    name: str | None = None
    path: str | None = None
    require_mfa: bool = False

    arn = attribute("Arn")
    group_name = ref()

    _LIST = "Groups"
    _INLINE = "group"

    def build(self) -> None:
        """Make the group."""
        resource_class(GROUP)(
            self,
            MAIN,
            GroupName=self.name,
            Path=self.path,
            ManagedPolicyArns=[managed_policy_arn(policy) for policy in self.managed_policies] or None,
        )
        if self.require_mfa:
            self._state(_self_service())
            self._state(_deny_without_mfa())

    def as_principal(self) -> Principal:
        """Refuse: IAM does not accept groups as principals. Raises `ConstructError`."""
        raise ConstructError(
            f"the group {self.node.path} cannot be a principal", place=caller(),
            fix="name a role or a user, or give the group the permission with allow(…)",
        )  # fmt: skip


@construct
class IAMUser(Identity):
    """A person or program with long-term credentials; prefer roles.

    - `groups`: at most 10 groups, which carry the permissions.
    - `password`: for the console: a NoEcho parameter or `secret_value(…)`, never the text itself; it must be changed
      at the first sign-in.

    Source: IAM User Guide, IAM users; course notes, IAM.
    """

    groups: Sequence[IAMGroup | str] = ()
    managed_policies: Sequence[str | IAMManagedPolicy] = ()
    name: str | None = None
    path: str | None = None
    password: str | None = None
    permissions_boundary: str | IAMManagedPolicy | None = None

    arn = attribute("Arn")
    user_name = ref()

    _LIST = "Users"
    _INLINE = "user"

    def build(self) -> None:
        """Make the user."""
        groups = [group.group_name if isinstance(group, IAMGroup) else group for group in self.groups]
        login = None if self.password is None else {"Password": self.password, "PasswordResetRequired": True}
        resource_class(USER)(
            self,
            MAIN,
            UserName=self.name,
            Path=self.path,
            Groups=groups or None,
            LoginProfile=login,
            ManagedPolicyArns=[managed_policy_arn(policy) for policy in self.managed_policies] or None,
            PermissionsBoundary=(
                None if self.permissions_boundary is None else managed_policy_arn(self.permissions_boundary)
            ),
        )

    def as_principal(self) -> Principal:
        """This user as a principal of a resource's policy."""
        return Principal.arn(self.arn)


@construct
class IAMPolicy(Construct):
    """An inline policy attached to roles, groups or users; at least one of them.

    Source: IAM User Guide, managed policies and inline policies; course notes, IAM.
    """

    statements: Sequence[Statement]
    roles: Sequence[IAMRole | ExistingRole | str] = ()
    groups: Sequence[IAMGroup | str] = ()
    users: Sequence[IAMUser | str] = ()
    name: str | None = None

    def build(self) -> None:
        """Make the policy."""
        resource_class(POLICY)(
            self,
            MAIN,
            PolicyName=self.node.plain_id if self.name is None else self.name,
            PolicyDocument=_given(self.statements, self.node.path),
            Roles=[role if isinstance(role, str) else role.role_name for role in self.roles] or None,
            Groups=[group.group_name if isinstance(group, IAMGroup) else group for group in self.groups] or None,
            Users=[user.user_name if isinstance(user, IAMUser) else user for user in self.users] or None,
        )


@construct
class IAMManagedPolicy(Construct):
    """A policy of its own that many identities can carry; at most 6,144 characters without white space.

    Source: IAM User Guide, managed policies and inline policies; course notes, IAM.
    """

    statements: Sequence[Statement]
    description: str | None = None
    name: str | None = None
    path: str | None = None
    roles: Sequence[IAMRole | ExistingRole | str] = ()
    groups: Sequence[IAMGroup | str] = ()
    users: Sequence[IAMUser | str] = ()

    arn = ref()

    def build(self) -> None:
        """Make the policy."""
        resource_class(MANAGED_POLICY)(
            self,
            MAIN,
            ManagedPolicyName=self.name,
            Description=self.description,
            Path=self.path,
            PolicyDocument=_given(self.statements, self.node.path),
            Roles=[role if isinstance(role, str) else role.role_name for role in self.roles] or None,
            Groups=[group.group_name if isinstance(group, IAMGroup) else group for group in self.groups] or None,
            Users=[user.user_name if isinstance(user, IAMUser) else user for user in self.users] or None,
        )


def allow(
    *actions: str,
    on: str | Sequence[str],
    when: Conditions | None = None,
    sid: str | None = None,
    invert: Inverted | None = None,
) -> Statement:
    """A statement that allows, for `IAMPolicy` and `IAMManagedPolicy`; `invert` as for `Statement`."""
    return Statement(actions, listed(on), conditions=when, sid=sid, invert=invert)


def deny(
    *actions: str,
    on: str | Sequence[str],
    when: Conditions | None = None,
    sid: str | None = None,
    invert: Inverted | None = None,
) -> Statement:
    """A statement that forbids, whatever else allows; `invert` as for `Statement`."""
    return Statement(actions, listed(on), effect="Deny", conditions=when, sid=sid, invert=invert)


def _given(statements: Sequence[Statement], path: str) -> Document:
    if not statements:
        raise ConstructError(f"{path} has no statements", place=caller(), fix="give at least one: allow(…) or deny(…)")
    return Document(statements)


def managed_policy_arn(policy: str | IAMManagedPolicy) -> str:
    """The ARN of a managed policy from AWS's name for it, an ARN, or the construct."""
    if isinstance(policy, IAMManagedPolicy):
        return policy.arn
    if type(policy) is str and policy.isascii() and not policy.startswith(("arn:", "{{")):
        return f"arn:{AWS.Partition}:iam::aws:policy/{policy}"
    return policy


def _self_service() -> Statement:
    mine = f"arn:{AWS.Partition}:iam::{AWS.AccountId}"
    actions = ("iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "iam:ResyncMFADevice")
    return Statement(
        [*actions, "iam:ChangePassword", "iam:GetUser"],
        [f"{mine}:user/${{aws:username}}", f"{mine}:mfa/*"],
        sid="SetUpSecondFactor",
    )


def _deny_without_mfa() -> Statement:
    spared = (
        "iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "iam:ResyncMFADevice",
        "iam:ChangePassword", "iam:GetUser", "iam:ListVirtualMFADevices", "sts:GetSessionToken",
    )  # fmt: skip
    return Statement(
        spared, ["*"], effect="Deny", conditions=WITHOUT_MFA, sid="DenyWithoutSecondFactor", invert="actions"
    )
