"""AWS Secrets Manager: secrets, who may read them, how they change, and the databases they open."""

from __future__ import annotations

import json
import re

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.limits import SECRET_LENGTH_DEFAULT, SECRET_ROTATION_DEFAULT
from ...source import caller
from ...tokens import has_marker, join, secret_value, to_json
from ..existing import Existing, arn_here, checked_arn, checked_name
from .keys import KeyAccess, grant_key, key_arn
from .policy import Document, both, give, listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal, Protocol

    from ...resource import Resource
    from ...tokens import Token
    from ..functions.invocable import Invocable
    from .policy import Conditions, Grant, Grantee, Principal, Statement

    class Database(Protocol):
        """What a secret can be attached to: it says its CloudFormation type and its id."""

        def attached_as(self) -> tuple[str, str]:
            """The target type that Secrets Manager knows it by, and its identifier."""
            ...

    Engine = Literal["mysql", "mariadb", "postgres", "oracle", "sqlserver", "mongodb", "redshift", "db2"]
    Users = Literal["single", "alternating"]

SECRET = "AWS::SecretsManager::Secret"  # noqa: S105  (a type)
RESOURCE_POLICY = "AWS::SecretsManager::ResourcePolicy"
ROTATION = "AWS::SecretsManager::RotationSchedule"
ATTACHMENT = "AWS::SecretsManager::SecretTargetAttachment"
SERVICE = "secretsmanager.amazonaws.com"
TRANSFORM = "AWS::SecretsManager-2024-09-16"
"""The macro that turns a hosted rotation into a nested stack with the function."""

READ = ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret")
WRITE = ("secretsmanager:PutSecretValue", "secretsmanager:UpdateSecret", "secretsmanager:DescribeSecret")
TURN = (
    "secretsmanager:DescribeSecret",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "secretsmanager:UpdateSecretVersionStage",
)
"""What a rotation function does. Source: Secrets Manager User Guide, Lambda rotation function execution role."""

_ENGINES = {
    "mysql": "MySQL",
    "mariadb": "MariaDB",
    "postgres": "PostgreSQL",
    "oracle": "Oracle",
    "sqlserver": "SQLServer",
    "mongodb": "MongoDB",
    "redshift": "Redshift",
    "db2": "Db2",
}
_USERS = {"single": "SingleUser", "alternating": "MultiUser"}


class Generate:
    """What Secrets Manager makes up: a password, alone or beside other fields.

    - `username`: the secret becomes JSON, with the `username` and a `password`.
    - `fields`: more fields of that JSON, such as `{"dbname": "shop"}`; text, or deploy-time values.
    - `key`: the field that the password goes to, "password" by default; makes JSON without a username too.
    - `length`: characters, 1 to 4,096; 32 by default.
    - `exclude`: characters that must not be in it, such as `"@/"`.
    - `punctuation`, `digits`, `upper`, `lower`: whether there may be such characters; all by default. Of each kind
      there is at least one unless `each=False`.

    Source: Secrets Manager API Reference, GetRandomPassword.
    """

    __slots__ = ("username", "fields", "key", "length", "exclude", "punctuation", "digits", "upper", "lower", "each")

    def __init__(
        self,
        *,
        username: str | None = None,
        fields: Mapping[str, str] | None = None,
        key: str | None = None,
        length: int = SECRET_LENGTH_DEFAULT,
        exclude: str = "",
        punctuation: bool = True,
        digits: bool = True,
        upper: bool = True,
        lower: bool = True,
        each: bool = True,
    ) -> None:
        if fields is not None and not hasattr(fields, "items"):
            raise ConstructError(f"fields={fields!r}", place=caller(), fix='names and values: {"dbname": "shop"}')
        self.username = username
        self.fields = dict(fields or {})
        self.key = "password" if key is None and (username is not None or self.fields) else key
        self.length = length
        self.exclude = exclude
        self.punctuation = punctuation
        self.digits = digits
        self.upper = upper
        self.lower = lower
        self.each = each

    def settings(self) -> dict[str, Any]:
        """The `GenerateSecretString` property."""
        named = {} if self.username is None else {"username": self.username}
        return {
            "SecretStringTemplate": None if self.key is None else _json({**named, **self.fields}),
            "GenerateStringKey": self.key,
            "PasswordLength": self.length,
            "ExcludeCharacters": self.exclude or None,
            "ExcludePunctuation": None if self.punctuation else True,
            "ExcludeNumbers": None if self.digits else True,
            "ExcludeUppercase": None if self.upper else True,
            "ExcludeLowercase": None if self.lower else True,
            "RequireEachIncludedType": None if self.each else False,
        }


def _json(fields: dict[str, Any]) -> str:
    return (
        to_json(fields)
        if any(isinstance(one, str) and has_marker(one) for one in fields.values())
        else json.dumps(fields)
    )


class HostedRotation:
    """A rotation function of AWS's own, for `secret.rotate(by=HostedRotation("postgres", …))`.

    CloudFormation makes it while it deploys: the template gets the transform `AWS::SecretsManager-2024-09-16`, and the
    stack a nested stack with the function and its role, which no line of the template shows. The deploy needs
    CAPABILITY_AUTO_EXPAND and CAPABILITY_IAM. A database whose password RDS manages (`credentials="managed"`) needs
    none of this.

    - `engine`: "mysql", "mariadb", "postgres", "oracle", "sqlserver", "mongodb", "redshift" or "db2".
    - `users`: "single" changes the password of the one user, which `connections` may notice for a moment;
      "alternating" keeps two users in turn and needs `superuser`, the secret that may make them.
    - `subnets`, `security_groups`: ids; where the function stands. The database must let the group in.
    - `runtime`: such as "python3.13"; the newest that the transform knows unless given.

    Source: CloudFormation Template Reference, AWS::SecretsManager transform; Secrets Manager User Guide, rotation by
    Lambda function.
    """

    __slots__ = ("engine", "users", "superuser", "subnets", "security_groups", "runtime", "exclude")

    def __init__(
        self,
        engine: Engine,
        *,
        users: Users = "single",
        superuser: SecretAccess | None = None,
        subnets: Sequence[str] = (),
        security_groups: Sequence[str] = (),
        runtime: str | None = None,
        exclude: str = "",
    ) -> None:
        if str(engine) not in _ENGINES or str(users) not in _USERS:
            raise ConstructError(
                f"no hosted rotation for engine={engine!r} with users={users!r}", place=caller(),
                fix=f'engines: {", ".join(_ENGINES)}; users: "single" or "alternating"',
            )  # fmt: skip
        if (users == "alternating") is not (superuser is not None):
            raise ConstructError(
                f"users={users!r} {'without' if superuser is None else 'with'} a superuser", place=caller(),
                fix='users="alternating" takes superuser=, the secret of a user that may make users; "single" none',
            )  # fmt: skip
        self.engine = engine
        self.users = users
        self.superuser = superuser
        self.subnets = subnets
        self.security_groups = security_groups
        self.runtime = runtime
        self.exclude = exclude

    def settings(self, key: str | None) -> dict[str, Any]:
        """The `HostedRotationLambda` property, for a secret encrypted with this key."""
        other = self.superuser
        return {
            "RotationType": f"{_ENGINES[self.engine]}{_USERS[self.users]}",
            "ExcludeCharacters": self.exclude or None,
            "KmsKeyArn": key,
            "Runtime": self.runtime,
            "SuperuserSecretArn": None if other is None else other.arn,
            "SuperuserSecretKmsKeyArn": None if other is None else key_arn(other.key),
            "VpcSubnetIds": join(",", self.subnets) if self.subnets else None,
            "VpcSecurityGroupIds": join(",", self.security_groups) if self.security_groups else None,
        }


class SecretAccess(Construct):
    """Who may do what with a secret, whether it is made here or exists already."""

    if TYPE_CHECKING:
        key: KeyAccess | str | None

        def _state(self, statement: Statement) -> Resource: ...

    arn = ref()

    def value(self, json_key: str | None = None, *, stage: str | None = None, version: str | None = None) -> str:
        """A dynamic reference to the secret's text, or to one field of its JSON, which CloudFormation fills in.

        The value itself stands in no template. Properties that take it are those of resources of this account and
        region; what reads the secret while it runs should be granted that instead, and hears of every rotation.
        Source: CloudFormation User Guide, dynamic references to Secrets Manager secrets.
        """
        if stage is not None and version is not None:
            raise ConstructError(f"{self.node.path}: both stage= and version=", place=caller(), fix="give one of them")
        return secret_value(self.arn, json_key or "", stage=stage or "", version=version or "")

    def grant_read(
        self, who: str | Principal | Grantee, *, stage: str | None = None, when: Conditions | None = None
    ) -> Grant:
        """Let somebody read the secret, only the version of this stage when one is given ("AWSCURRENT").

        With a customer key, use that too.
        """
        grant_key(self, self.key, who, ("kms:Decrypt",), via="secretsmanager")
        if stage is None:
            return give(who, READ, on=[self._named()], through=self._state, when=when)
        narrowed = both(when or {}, {"ForAnyValue:StringEquals": {"secretsmanager:VersionStage": stage}})
        return give(who, READ[:1], on=[self._named()], through=self._state, when=narrowed)

    def grant_write(self, who: str | Principal | Grantee, *, when: Conditions | None = None) -> Grant:
        """Let somebody put another value in; with a customer key, use that too."""
        grant_key(self, self.key, who, ("kms:Decrypt", "kms:GenerateDataKey"), via="secretsmanager")
        return give(who, WRITE, on=[self._named()], through=self._state, when=when)

    def _named(self) -> str:
        """How a policy names the secret."""
        return self.arn

    def rotate(
        self,
        after_days: int | Token | None = None,
        *,
        by: Invocable | HostedRotation,
        schedule: str | None = None,
        window: int | None = None,
        immediately: bool = True,
    ) -> Resource:
        """Change the secret again and again; returns the rotation schedule. A secret has one.

        - `after_days`: 1 to 1,000; 30 unless a `schedule` is given: `"rate(4 hours)"`, or `"cron(0 3 1 * ? *)"` in UTC.
        - `by`: a rotation function made here, which gets what it needs: permission to be called for this secret, and
          to read and write it; or `HostedRotation(…)`, which says what CloudFormation adds for it. The function reaches
          the database itself: let it in with `db.connections.allow_from(function)`.
        - `window`: hours in which a rotation may begin, 1 to 24.
        - `immediately`: rotate once when the schedule is made or changed.

        What RDS manages itself (`credentials="managed"`) rotates every seven days without any of this.
        Source: Secrets Manager User Guide, rotation by Lambda function; rotation schedules.
        """
        if after_days is not None and schedule is not None:
            raise ConstructError(f"{self.node.path}: both after_days= and schedule=", place=caller(), fix="give one")
        other = self.node.children.get("Rotation")
        if other is not None:
            raise ConstructError(
                f"{self.node.path} is rotated already, as said at {other.node.source}", place=caller(),
                fix="a secret has one rotation schedule",
            )  # fmt: skip
        if not isinstance(by, HostedRotation) and not hasattr(by, "accept_from"):
            raise ConstructError(
                f"{self.node.path}: {by!r} rotates no secret", place=caller(),
                fix='give a LambdaFunction, or HostedRotation("postgres", …)',
            )  # fmt: skip
        days: Any = SECRET_ROTATION_DEFAULT if after_days is None and schedule is None else after_days
        rules = {
            "AutomaticallyAfterDays": days,
            "ScheduleExpression": schedule,
            "Duration": None if window is None else f"{window}h",
        }
        hosted = by if isinstance(by, HostedRotation) else None
        waits: list[Resource] = []
        if not isinstance(by, HostedRotation):
            waits.append(by.accept_from(SERVICE, self.arn))
            grant_key(self, self.key, by, ("kms:Decrypt", "kms:GenerateDataKey"), via="secretsmanager")
            granted = by.allow(*TURN, on=self.arn)
            by.allow("secretsmanager:GetRandomPassword", on="*")
            waits += [granted.policy] if granted.policy is not None else []
        made: Resource = resource_class(ROTATION)(
            self,
            "Rotation",
            SecretId=self.arn,
            RotationLambdaARN=None if isinstance(by, HostedRotation) else by.invoke_arn,
            HostedRotationLambda=None if hosted is None else hosted.settings(key_arn(self.key)),
            RotationRules=rules,
            RotateImmediatelyOnUpdate=None if immediately else False,
        )
        attachment = self.node.children.get("Attachment")
        made.node.depends_on(*waits, *(() if attachment is None else (attachment,)))
        stack = self.node.stack
        if hosted is not None and stack is not None and TRANSFORM not in stack.transform:
            stack.transform.append(TRANSFORM)
        return made

    def attach(self, database: Database) -> Resource:
        """Write where the database is into the secret (`host`, `port`, `dbname`, `engine`), once both are made.

        Rotation functions look it up there. A secret has one such attachment.
        Source: CloudFormation Template Reference, AWS::SecretsManager::SecretTargetAttachment.
        """
        if not hasattr(database, "attached_as"):
            raise ConstructError(
                f"{self.node.path}: a secret cannot be attached to a {type(database).__name__}", place=caller(),
                fix="give an RDSInstance, an AuroraCluster or an RDSProxy's database",
            )  # fmt: skip
        kind, id = database.attached_as()
        made: Resource = resource_class(ATTACHMENT)(
            self, "Attachment", SecretId=self.arn, TargetType=kind, TargetId=id
        )  # fmt: skip
        schedule = self.node.children.get("Rotation")
        if schedule is not None:
            schedule.node.depends_on(made)
        return made


@construct
class Secret(SecretAccess):
    """A secret that Secrets Manager keeps, encrypted; its value is made up there and stands in no template.

    - `generate`: what is made up, `Generate(username="app")` for JSON with a password; a password of 32 characters
      unless given.
    - `fields`: in place of `generate`, JSON of values that the deploy knows, such as those of NoEcho parameters; never
      a secret in plain text, which anybody who may read the template could read.
    - `key`: a customer key, made here or by ARN; Secrets Manager's own (`aws/secretsmanager`) otherwise, which other
      accounts cannot use.
    - `replicas`: regions that get a copy, or `{region: key}` with a customer key there.
    - `name`: a fixed name, at most 512 letters, digits and `/_+=.@-`; then a deleted secret blocks it for 7 to 30 days.
      Leave it out unless somebody else needs to know it.
    - `description`: for people.

    The secret is kept when it leaves the stack. `grant_read` to another account or a service makes a resource policy
    that cannot let everybody in (`BlockPublicPolicy`).

    Source: Secrets Manager User Guide; CloudFormation Template Reference, AWS::SecretsManager::Secret.
    """

    generate: Generate | None = None
    fields: Mapping[str, str] | None = None
    key: KeyAccess | str | None = None
    replicas: Sequence[str] | Mapping[str, KeyAccess | str] = ()
    name: str | None = None
    description: str | None = None

    def build(self) -> None:
        """Make the secret."""
        self._policy = Document()
        if self.generate is not None and self.fields is not None:
            raise ConstructError(
                f"{self.node.path}: both generate= and fields=", place=caller(),
                fix="what is known beside the made-up password goes into Generate(fields={…})",
            )  # fmt: skip
        made_up = Generate() if self.generate is None and self.fields is None else self.generate
        resource_class(SECRET)(
            self,
            MAIN,
            Name=self.name,
            Description=self.description,
            GenerateSecretString=None if made_up is None else made_up.settings(),
            SecretString=None if self.fields is None else _json(dict(self.fields)),
            KmsKeyId=key_arn(self.key),
            ReplicaRegions=self._regions() or None,
        )

    def _regions(self) -> list[dict[str, Any]]:
        given: Any = self.replicas
        if hasattr(given, "items"):
            return [{"Region": region, "KmsKeyId": key_arn(key)} for region, key in given.items()]
        return [{"Region": region} for region in listed(given)]

    def _state(self, statement: Statement) -> Resource:
        self._policy.add(statement)
        made = self.node.children.get("Policy")
        if made is None:
            made = resource_class(RESOURCE_POLICY)(
                self, "Policy", SecretId=self.arn, ResourcePolicy=self._policy, BlockPublicPolicy=True
            )
        else:
            made.node.resource.set(ResourcePolicy=self._policy)
        return made.node.resource

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str, *, key: KeyAccess | str | None = None) -> ExistingSecret:
        """A secret that exists already, by its whole ARN, six characters at its end included; `key` is its customer key."""
        arn = checked_arn(
            arn, "secretsmanager", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop/db-a1B2c3", r"secret:.+"
        )
        if not has_marker(arn) and not re.search(r"-[A-Za-z0-9]{6}$", arn):
            raise ConstructError(
                f"{arn!r} is not the whole ARN of a secret", place=caller(),
                fix="it ends in a hyphen and six characters; or give the name to from_name",
            )  # fmt: skip
        return ExistingSecret(scope, id, values={"arn": arn}, key=key)

    @staticmethod
    def from_name(scope: Construct, id: str, name: str, *, key: KeyAccess | str | None = None) -> ExistingSecret:
        """A secret of this account and region that exists already, by name; `key` is its customer key.

        Its ARN ends in six characters that only AWS knows, which permissions leave open.
        """
        checked_name(name)
        return ExistingSecret(
            scope, id, values={"arn": arn_here("secretsmanager", f"secret:{name}"), "name": name}, key=key
        )  # fmt: skip


@construct
class ExistingSecret(Existing, SecretAccess):
    """A secret made elsewhere; see `Secret.from_name`."""

    WHAT = "secret"

    def value(self, json_key: str | None = None, *, stage: str | None = None, version: str | None = None) -> str:
        """A dynamic reference to the secret's text, or to one field of its JSON."""
        if "name" not in self.values:
            return super().value(json_key, stage=stage, version=version)
        return secret_value(self.values["name"], json_key or "", stage=stage or "", version=version or "")

    def _named(self) -> str:
        return f"{self.arn}-??????" if "name" in self.values else self.arn
