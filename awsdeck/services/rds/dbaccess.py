"""Who may connect to a database, by password, by IAM, over the network, and how it is watched."""

from __future__ import annotations

from ...constructs import Construct, construct
from ...errors import ConstructError
from ...rules.rds.dbengines import family
from ...source import caller
from ...tokens import AWS, attribute_of
from ..cloudwatch.metric import Metric
from ..existing import Existing
from ..security.keys import KeyAccess, key_arn
from ..security.policy import give
from ..security.secretsmanager import Generate, Secret, SecretAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal, NoReturn

    from ...tokens import Token
    from ..functions.invocable import Invocable
    from ..security.policy import Conditions, Grant, Grantee, Principal, Statement
    from ..security.secretsmanager import Database, HostedRotation
    from ..vpc.connections import Connections

USERNAME = "dbadmin"
"""The master user's name unless another is given; no engine reserves it."""
_LENGTHS = {"oracle": 30}
_LENGTH = 32
_REFUSED = "/\"@ '&\\"
"""What the engines, or the connection strings that people make of a password, do not take."""


class DatabaseAccess(Construct):
    """Who may connect to a database, whether it is made here or exists already."""

    if TYPE_CHECKING:
        connections: Connections

        @property
        def resource_id(self) -> str: ...

    _NAMED = "DBInstanceIdentifier"

    def _identity(self) -> str:
        """What the database is called."""
        raise NotImplementedError

    def grant_connect(self, who: str | Principal | Grantee, user: str, *, when: Conditions | None = None) -> Grant:
        """Let a role, user, group or function sign in as a user of the database, with a token of IAM for a password.

        The user must be made in the database: `CREATE USER app; GRANT rds_iam TO app` in PostgreSQL, `CREATE USER app
        IDENTIFIED WITH AWSAuthenticationPlugin AS 'RDS'` in MySQL. The network has to be open too:
        `connections.allow_from(…)`. Source: RDS User Guide, IAM database authentication.
        """
        self._signs_in()
        arn = f"arn:{AWS.Partition}:rds-db:{AWS.Region}:{AWS.AccountId}:dbuser:{self.resource_id}/{user}"
        return give(who, ["rds-db:connect"], on=[arn], through=self._refuse, when=when)

    def _signs_in(self) -> None:
        """Switch IAM authentication on, or raise `ConstructError` where it was switched off."""

    def _refuse(self, statement: Statement) -> NoReturn:
        raise ConstructError(
            f"{self.node.path}: a database has no policy of its own to let others in", place=caller(),
            fix="give the permission to a role, a user, a group or a function",
        )  # fmt: skip

    def metric(self, name: str, *, statistic: str = "Average", period: int = 60) -> Metric:
        """A metric of the database, such as "CPUUtilization", "FreeStorageSpace", "DatabaseConnections", "ReplicaLag".

        Source: RDS User Guide, Amazon CloudWatch metrics for Amazon RDS.
        """
        return Metric("AWS/RDS", name, {self._NAMED: self._identity()}, statistic=statistic, period=period)


@construct
class ManagedSecret(Existing, SecretAccess):
    """The secret that RDS keeps for a master user: its `username` and `password`, changed every seven days."""

    WHAT = "secret"

    def attach(self, database: Database) -> NoReturn:
        """Refused: RDS knows the database."""
        raise ConstructError(
            f"{self.node.path} belongs to its database already", place=caller(),
            fix="it holds username and password; host and port are the database's endpoint and port",
        )  # fmt: skip

    def rotate(
        self,
        after_days: int | Token | None = None,
        *,
        by: Invocable | HostedRotation,
        schedule: str | None = None,
        window: int | None = None,
        immediately: bool = True,
    ) -> NoReturn:
        """Refused: RDS rotates it, every seven days."""
        raise ConstructError(
            f"{self.node.path} is rotated by RDS, every seven days", place=caller(),
            fix='leave it to RDS, or keep a secret of your own with credentials="generated"',
        )  # fmt: skip


class MasterUser(DatabaseAccess):
    """A database made here, with a master user whose password stands in no template."""

    if TYPE_CHECKING:
        engine: Any
        credentials: SecretAccess | Literal["managed", "generated"] | None
        username: str | None
        secret_key: KeyAccess | str | None

        def attached_as(self) -> tuple[str, str]: ...

    _secret: SecretAccess | None = None

    def _signing(self, begun: bool) -> dict[str, Any]:
        """The properties of the master user; `begun` when the data brings its user along."""
        given = self.credentials
        if isinstance(given, SecretAccess):
            _check_password(self, self.engine, given)
            self._secret = given
        elif given == "generated":
            self._secret = _generated(self, self.engine, self.username, self.secret_key)
        if self._secret is not None:
            named = self._named(self._secret)
        else:
            key = key_arn(self.secret_key)
            named = {
                "MasterUsername": USERNAME if self.username is None else self.username,
                "ManageMasterUserPassword": True,
                "MasterUserSecret": None if key is None else {"KmsKeyId": key},
            }
        return {name: value for name, value in named.items() if not begun or name != "MasterUsername"}

    def _named(self, secret: SecretAccess) -> dict[str, Any]:
        """The properties that name the user and the password of a secret of one's own."""
        made_up = secret.generate if isinstance(secret, Secret) else None
        username = self.username
        if username is None:
            username = made_up.username if made_up is not None else secret.value("username")
        return {"MasterUsername": username, "MasterUserPassword": secret.value("password")}

    def _attach(self) -> None:
        if isinstance(self._secret, Secret):
            self._secret.attach(self)

    def _keep_own(self, why: str, begun: bool) -> None:
        """Change to a secret of one's own, unless somebody has said which, or was told of the other already."""
        if self.credentials is not None or isinstance(self._secret, Secret):
            return
        if self._secret is not None:
            raise ConstructError(
                f"{self.node.path}: {why}, and the secret that RDS manages is in use already", place=caller(),
                fix='write credentials="generated" where the database is made',
            )  # fmt: skip
        self._secret = secret = _generated(self, self.engine, self.username, self.secret_key)
        named = self._named(secret)
        if begun:
            del named["MasterUsername"]
        self.node.resource.set(ManageMasterUserPassword=None, MasterUserSecret=None, **named)
        secret.attach(self)

    @property
    def secret(self) -> SecretAccess:
        """The secret of the master user: `username` and `password`, for `grant_read` and `value`."""
        if self._secret is None:
            arn = attribute_of(self.node.resource, "MasterUserSecret.SecretArn")
            self._secret = ManagedSecret(self, "Secret", values={"arn": arn}, key=self.secret_key)
        return self._secret


def _generated(owner: Construct, engine: str, username: str | None, key: KeyAccess | str | None) -> Secret:
    """A secret of one's own for a master user, with a password that the engine takes."""
    made_up = Generate(
        username=USERNAME if username is None else username,
        length=_LENGTHS.get(family(engine), _LENGTH),
        exclude=_REFUSED,
    )
    return Secret(owner, "Secret", generate=made_up, key=key)


def _check_password(owner: Construct, engine: str, secret: SecretAccess) -> None:
    """Raise `ConstructError` when a secret made here can hold a password that the engine refuses."""
    if not isinstance(secret, Secret):
        return
    made_up = secret.generate
    most = _LENGTHS.get(family(engine), _LENGTH)
    name = USERNAME if made_up is None or made_up.username is None else made_up.username
    fix = f"Secret(…, generate=Generate(username={name!r}, length={most}, exclude={_REFUSED!r}))"
    if secret.fields is None and (made_up is None or made_up.username is None or made_up.key != "password"):
        raise ConstructError(
            f"{owner.node.path}: the secret {secret.node.path} has no username and password", place=caller(), fix=fix
        )
    if made_up is not None and made_up.punctuation and not set('/"@ ') <= set(made_up.exclude):
        raise ConstructError(
            f'{owner.node.path}: RDS refuses passwords with / " @ or a space, which {secret.node.path} may make up',
            place=caller(), fix=fix,
        )  # fmt: skip
