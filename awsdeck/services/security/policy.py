"""Policy documents: statements, who they speak of, and how they are merged.

Source: IAM User Guide, IAM JSON policy reference.
"""

from __future__ import annotations

import json

from ...errors import ConstructError
from ...source import caller, caller_spot
from ...tokens import AWS, express, has_marker

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Literal, Protocol

    from ...resource import Resource

    Conditions = Mapping[str, Mapping[str, Any]]
    Inverted = Literal["actions", "resources", "both"]

    class Grantee(Protocol):
        """Something that holds permissions of its own: a role, a user, a group, a function."""

        def allow(
            self, *actions: str, on: str | Sequence[str], when: Conditions | None = None, sid: str | None = None
        ) -> Any:
            """Add a statement to what it may do."""
            ...

        def as_principal(self) -> Principal:
            """The same as a principal of a resource's policy."""
            ...


VERSION = "2012-10-17"
VIA_MFA: Conditions = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
"""The caller signed in with a second factor."""

WITHOUT_MFA: Conditions = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
"""The caller did not sign in with a second factor, or used long-term keys, which never have one."""


class Principal:
    """Who a resource's policy or a trust policy speaks of.

    Make one with `Principal.service("ec2.amazonaws.com")`, `.account("123456789012")`, `.arn(role_arn)`,
    `.saml(provider_arn)`, `.oidc("accounts.google.com", audience="…")`, `.organization("o-…")`, `.anyone()`.
    """

    __slots__ = ("kind", "names", "conditions", "assume")

    def __init__(
        self, kind: str, names: Sequence[str], conditions: Conditions | None = None, assume: str = "sts:AssumeRole"
    ) -> None:
        self.kind = kind
        self.names = tuple(names)
        self.conditions = both(conditions or {}, {})
        self.assume = assume

    @classmethod
    def service(cls, *names: str) -> Principal:
        """AWS services: `Principal.service("lambda.amazonaws.com")`."""
        return cls("Service", names)

    @classmethod
    def account(cls, *numbers: str, external_id: str | None = None) -> Principal:
        """Everybody whom another account (12 digits) lets; `external_id` guards against the confused deputy."""
        wrong = [n for n in numbers if not (type(n) is not str or (n.isdigit() and len(n) == 12))]
        if wrong:
            raise ConstructError(f"{wrong[0]!r} is not an account number", place=caller(), fix="12 digits")
        conditions = {"StringEquals": {"sts:ExternalId": external_id}} if external_id else None
        return cls("AWS", [f"arn:{AWS.Partition}:iam::{number}:root" for number in numbers], conditions)

    @classmethod
    def this_account(cls) -> Principal:
        """Everybody in the stack's own account whose identity policy allows it."""
        return cls("AWS", [f"arn:{AWS.Partition}:iam::{AWS.AccountId}:root"])

    @classmethod
    def arn(cls, *arns: str) -> Principal:
        """Roles and users by ARN. Groups cannot be principals."""
        return cls("AWS", arns)

    @classmethod
    def anyone(cls) -> Principal:
        """Everybody, signed in or not; give conditions with it."""
        return cls("*", ("*",))

    @classmethod
    def organization(cls, id: str) -> Principal:
        """Every principal of an AWS organization (`o-…`)."""
        return cls("*", ("*",), {"StringEquals": {"aws:PrincipalOrgID": id}})

    @classmethod
    def canonical_user(cls, *ids: str) -> Principal:
        """Accounts by their canonical user id, as S3 knows them."""
        return cls("CanonicalUser", ids)

    @classmethod
    def saml(cls, provider_arn: str) -> Principal:
        """People signed in at a SAML provider such as Active Directory; they land in the console."""
        conditions = {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}
        return cls("Federated", (provider_arn,), conditions, "sts:AssumeRoleWithSAML")

    @classmethod
    def oidc(cls, provider: str, *, audience: str, subject: str | None = None, issuer: str | None = None) -> Principal:
        """People or programs with a token of a web identity provider.

        `provider` is the ARN of an OIDC provider in IAM, or one of the built-in ones (`accounts.google.com`,
        `graph.facebook.com`, `www.amazon.com`, `cognito-identity.amazonaws.com`); `audience` pins the application.
        `issuer` is the provider's host name and path, needed when the ARN is a deploy-time value.
        """
        if issuer is None and has_marker(provider):
            raise ConstructError(
                "the name of a web identity provider is part of the policy's conditions, so it must be known now",
                place=caller(),
                fix='say it: issuer="token.example.com"',
            )
        host = provider.rpartition(":oidc-provider/")[2] if issuer is None else issuer.removeprefix("https://")
        claim = {"graph.facebook.com": "app_id", "www.amazon.com": "app_id"}.get(host, "aud")
        conditions: dict[str, dict[str, Any]] = {"StringEquals": {f"{host}:{claim}": audience}}
        if subject is not None:
            operator = "StringLike" if "*" in subject else "StringEquals"
            conditions.setdefault(operator, {})[f"{host}:sub"] = subject
        return cls("Federated", (provider,), conditions, "sts:AssumeRoleWithWebIdentity")

    def when(self, conditions: Conditions) -> Principal:
        """The same principal under further conditions: `Principal.account("…").when(VIA_MFA)`."""
        return Principal(self.kind, self.names, both(self.conditions, conditions), self.assume)

    def to_cloudformation(self) -> Any:
        """The `Principal` element."""
        if self.kind == "*":
            return "*"
        return {self.kind: self.names[0] if len(self.names) == 1 else list(self.names)}


def principal(who: str | Principal | Grantee) -> Principal:
    """A principal from what users write: a service (`"ec2.amazonaws.com"`), an account number, an ARN, a construct.

    Raises `ConstructError` for text that is none of these.
    """
    if isinstance(who, Principal):
        return who
    if isinstance(who, str):
        if type(who) is not str:
            return Principal.arn(who)
        if who == "*":
            return Principal.anyone()
        if who.endswith((".amazonaws.com", ".amazonaws.com.cn", ".aws.internal")):
            return Principal.service(who)
        if who.isdigit() and len(who) == 12:
            return Principal.account(who)
        if who.startswith("arn:") or not who.isascii():
            return Principal.arn(who)
        raise ConstructError(
            f"{who!r} is not a principal", place=caller(),
            fix="a service such as ec2.amazonaws.com, a 12-digit account number, an ARN, a role, or Principal.…(…)",
        )  # fmt: skip
    if hasattr(who, "as_principal"):
        return who.as_principal()
    raise ConstructError(
        f"a {type(who).__name__} is not a principal", place=caller(), fix="give a role, a user, a service or an ARN"
    )


class Statement:
    """One statement. `resources` is empty in trust policies, `principal` is None in identity policies.

    With `invert="actions"` it speaks of all actions but these (`NotAction`), with "resources" of all resources but
    these (`NotResource`), with "both" of neither. `spots` are the user's lines that it says what it says for.
    """

    __slots__ = ("effect", "actions", "resources", "principal", "conditions", "sid", "invert", "spots")

    def __init__(
        self,
        actions: Iterable[str],
        resources: Iterable[str] = (),
        *,
        effect: Literal["Allow", "Deny"] = "Allow",
        principal: Principal | None = None,
        conditions: Conditions | None = None,
        sid: str | None = None,
        invert: Inverted | None = None,
    ) -> None:
        if invert not in (None, "actions", "resources", "both"):
            raise ConstructError(
                f"a statement cannot invert {invert!r}", place=caller(), fix='"actions", "resources" or "both"'
            )
        self.effect: Literal["Allow", "Deny"] = effect
        self.actions = _texts(actions, "an action", "as in s3:GetObject")
        self.resources = _texts(resources, "an ARN", "such as bucket.arn")
        if not self.actions:
            raise ConstructError("a statement without actions", place=caller(), fix="name them, as in s3:GetObject")
        self.principal = principal
        held = principal.conditions if principal is not None else {}
        self.conditions = both(held, conditions or {})
        self.sid = sid
        self.invert: Inverted | None = invert
        self.spots: tuple[tuple[str, int] | None, ...] = (caller_spot(),)
        for action in self.actions:
            if type(action) is str and action != "*" and action.count(":") != 1:
                raise ConstructError(
                    f"{action!r} is not an action", place=caller(), fix="write service:Action, as in s3:GetObject"
                )

    def to_cloudformation(self) -> dict[str, Any]:
        """The statement as JSON; single entries stand alone, several are sorted where order means nothing."""
        body: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Principal": self.principal.to_cloudformation() if self.principal is not None else None,
            self._element("Action"): _one(sorted(self.actions, key=_plain)),
            self._element("Resource"): _one(self.resources) if self.resources else None,
            "Condition": self.conditions or None,
        }
        return {name: value for name, value in body.items() if value is not None}

    def _element(self, name: str) -> str:
        return f"Not{name}" if self.inverts(f"{name.lower()}s") else name

    def inverts(self, what: str) -> bool:
        """Whether it speaks of all "actions" (or "resources") but its own."""
        return self.invert in (what, "both")

    def _key(self, *, of: str) -> str:
        """What must be equal for two statements to be merged in their actions or their resources."""
        rest = {
            "effect": self.effect,
            "sid": self.sid,
            "invert": self.invert,
            "principal": express(self.principal.to_cloudformation()) if self.principal is not None else None,
            "conditions": express(self.conditions),
            "resources": sorted(map(_plain, self.resources)) if of == "actions" else None,
            "actions": sorted(map(_plain, self.actions)) if of == "resources" else None,
        }
        return json.dumps(rest, sort_keys=True)


class Document:
    """A policy document whose statements are merged: same everything but actions, or same everything but resources."""

    __slots__ = ("statements",)

    def __init__(self, statements: Iterable[Statement] = ()) -> None:
        self.statements: list[Statement] = []
        for statement in statements:
            self.add(statement)

    def add(self, statement: Statement) -> None:
        """Add a statement, or widen one that says the same of the same resources or actions."""
        for of in ("actions", "resources") if self.statements else ():
            if statement.inverts(of):
                continue  # two lists of exceptions in one statement would spare more than each of them
            key = statement._key(of=of)
            for place, known in enumerate(self.statements):
                if known._key(of=of) == key:
                    merged = Statement(
                        [*known.actions, *(statement.actions if of == "actions" else ())],
                        [*known.resources, *(statement.resources if of == "resources" else ())],
                        effect=known.effect,
                        principal=known.principal,
                        conditions=known.conditions,
                        sid=known.sid,
                        invert=known.invert,
                    )
                    merged.spots = tuple(dict.fromkeys((*known.spots, *statement.spots)))
                    self.statements[place] = merged
                    return
        self.statements.append(statement)

    def drop(self, sid: str) -> None:
        """Take out the statement with this Sid, to put another in its place."""
        self.statements = [statement for statement in self.statements if statement.sid != sid]

    def to_cloudformation(self) -> dict[str, Any]:
        """The document as JSON."""
        return {"Version": VERSION, "Statement": [statement.to_cloudformation() for statement in self.statements]}

    def size(self) -> int:
        """Characters of the document without white space, as IAM counts them; deploy-time values count as 60."""
        return len(json.dumps(express(self.to_cloudformation()), separators=(",", ":")))


class Grant:
    """What a `grant_…` call did: the statement added, and the resource whose policy now holds it."""

    __slots__ = ("statement", "policy")

    def __init__(self, statement: Statement, policy: Resource | None) -> None:
        self.statement = statement
        self.policy = policy


def give(
    who: str | Principal | Grantee,
    actions: Sequence[str],
    *,
    on: Sequence[str],
    through: Callable[[Statement], Resource],
    when: Conditions | None = None,
) -> Grant:
    """Let somebody do something with a resource, in the one place where it belongs.

    A role, user, group or function gets the permission itself; anybody else (a service, an account, an ARN) gets it
    in the resource's own policy, to which `through` adds a statement.
    """
    if not isinstance(who, str | Principal) and hasattr(who, "allow"):
        granted: Grant = who.allow(*actions, on=on, when=when)
        return granted
    statement = Statement(actions, on, principal=principal(who), conditions=when)
    return Grant(statement, through(statement))


def both(first: Conditions, second: Conditions) -> dict[str, dict[str, Any]]:
    """Two sets of conditions that must hold together; raises `ConstructError` when they contradict each other."""
    for block in (first, second):
        _check_shape(block)
    joined: dict[str, dict[str, Any]] = {operator: dict(keys) for operator, keys in first.items()}
    for operator, keys in second.items():
        held = joined.setdefault(operator, {})
        for key, value in keys.items():
            if key in held and express(held[key]) != express(value):
                raise ConstructError(
                    f"the condition {operator} {key} is given twice with different values", place=caller(),
                    fix="say it once, or write two statements",
                )  # fmt: skip
            held[key] = value
    return joined


def _check_shape(conditions: Any) -> None:
    if isinstance(conditions, dict) and all(isinstance(keys, dict) for keys in conditions.values()):
        return
    if not hasattr(conditions, "items"):
        raise ConstructError(f"a {type(conditions).__name__} is no condition", place=caller(), fix=_CONDITION)
    for operator, keys in conditions.items():
        if not hasattr(keys, "items"):
            raise ConstructError(
                f"the condition {operator!r} needs an operator around it: keys and values stand below one",
                place=caller(),
                fix=_CONDITION,
            )


_CONDITION = 'write {"StringEquals": {"aws:SourceAccount": "123456789012"}}'


def under(arn: str, *paths: str) -> list[str]:
    """Resources below an ARN: `under(bucket_arn, "*")`."""
    return [f"{arn}/{path}" for path in paths]


def listed(value: str | Sequence[str]) -> Sequence[str]:
    """One text or several, as a list."""
    if isinstance(value, list | tuple):
        return value
    return [value]  # type: ignore[list-item]  # what is no text is told apart by whoever takes the list


def _plain(text: str) -> str:
    return str.__str__(text)


def _texts(values: Iterable[str], what: str, example: str) -> tuple[str, ...]:
    values = listed(values) if isinstance(values, str) else list(values)
    for value in values:
        if not isinstance(value, str):
            raise ConstructError(
                f"a {type(value).__name__} is not {what}", place=caller(), fix=f"write text, {example}"
            )
    return _once(values)


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    if isinstance(texts, str):
        texts = (texts,)
    return tuple({_plain(text): text for text in texts}.values())


def _one(values: Sequence[str]) -> Any:
    return values[0] if len(values) == 1 else list(values)
