"""Users of Redis and Valkey caches, the groups they come in, and what each of them may do.

Source: ElastiCache User Guide, Role-Based Access Control (RBAC); Authenticating with IAM.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker
from ..existing import Existing, arn_here, checked_name
from .elasticache import fixed_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from ..security.secretsmanager import SecretAccess

USER = "AWS::ElastiCache::User"
GROUP = "AWS::ElastiCache::UserGroup"
DEFAULT = "default"
MODES = {"iam": "iam", "password": "password", "none": "no-password-required"}
EVERYTHING = "on ~* +@all"
NOTHING = "off ~* -@all"


@construct
class CacheUser(Construct):
    """Somebody who signs in to a cache, and what they may do there.

    - `access`: an access string: whether the user is "on", which keys ("~orders:*") and which commands ("+@read
      -@dangerous"). All of everything by default.
    - `authentication`: "iam" (default: no password; `cluster.grant_connect(role, user)` says who may be this user),
      "password" with one or two `passwords` (a `Secret` each, or a dynamic reference; never plain text), or "none".
    - `engine`: "redis" users may be in groups of both engines, "valkey" users in groups for Valkey.
    - `user_name`: how clients call it; the same as `user_id`, which is unique in the account and region and is made of
      the stack and the path unless given. Both are fixed: changing them makes another user.

    Source: ElastiCache User Guide, Role-Based Access Control (RBAC).
    """

    access: str = EVERYTHING
    authentication: Literal["iam", "password", "none"] = "iam"
    passwords: Sequence[SecretAccess | str] = ()
    engine: Literal["redis", "valkey"] = "redis"
    user_id: str | None = None
    user_name: str | None = None

    arn = attribute("Arn")

    def build(self) -> None:
        """Make the user."""
        self.user_id = fixed_name(self) if self.user_id is None else self.user_id
        known = type(self.user_id) is type(self.user_name) is str
        self.refers = self.user_name is None or (known and self.user_id == self.user_name)
        self.user_name = self.user_id if self.user_name is None else self.user_name
        given = [self._password(one) for one in self.passwords]
        resource_class(USER)(
            self,
            MAIN,
            UserId=self.user_id,
            UserName=self.user_name,
            Engine=self.engine,
            AccessString=self.access,
            AuthenticationMode={"Type": MODES[self.authentication], "Passwords": given or None},
        )

    def _password(self, given: Any) -> str:
        if hasattr(given, "value") and not isinstance(given, str):
            value: str = given.value()
            return value
        if isinstance(given, str) and (has_marker(given) or "{{resolve:" in given):
            return given
        raise ConstructError(
            f"{self.node.path}: a password in plain text can be read by everybody who may read the stack"
            if isinstance(given, str)
            else f"{self.node.path}: a {type(given).__name__} is no password",
            place=caller(),
            fix='give a Secret, or secret.value("field")',
        )

    @property
    def reference(self) -> str:
        """The user's id, as a reference where that gives it: `Ref` is the name."""
        assert self.user_id is not None
        return self.node.resource.ref if self.refers else self.user_id


class CacheUserGroupAccess(Construct):
    """Users that may sign in to a cache together, whether the group is made here or exists already."""

    user_group_id = ref()

    @property
    def arn(self) -> str:
        """The ARN of the group."""
        return arn_here("elasticache", f"usergroup:{self.user_group_id}")


@construct
class CacheUserGroup(CacheUserGroupAccess):
    """Users of a cache: `RedisCluster(…, users=CacheUserGroup(…))`.

    - `users`: `CacheUser`s, or ids of existing ones.
    - `engine`: "redis" (for caches of both engines) or "valkey". A group for Redis needs a user called `default`: unless
      one is among `users`, it gets one that may do nothing (the child "Default").
    - `name`: its id, unique in the account and region; made of the stack and the path unless given.

    Source: ElastiCache User Guide, Role-Based Access Control (RBAC).
    """

    users: Sequence[CacheUser | str] = ()
    engine: Literal["redis", "valkey"] = "redis"
    name: str | None = None

    def build(self) -> None:
        """Make the group, and the user that stands for everybody else."""
        users = list(self.users)
        for one in users:
            if not isinstance(one, CacheUser | str):
                raise ConstructError(
                    f"{self.node.path}: a {type(one).__name__} is no user of a cache", place=caller(),
                    fix="give CacheUsers, or ids of existing users",
                )  # fmt: skip
        taken = [one if isinstance(one, str) else one.user_name for one in users]
        plain = [name for name in taken if type(name) is str]
        unsure = len(plain) < len(taken) or any(type(one) is str and one != DEFAULT for one in users)
        if self.engine == "redis" and DEFAULT not in plain and not unsure:
            users.append(CacheUser(self, "Default", user_name=DEFAULT, access=NOTHING, authentication="none"))
        made = resource_class(GROUP)(
            self,
            MAIN,
            UserGroupId=fixed_name(self) if self.name is None else self.name,
            Engine=self.engine,
            UserIds=[one if isinstance(one, str) else one.reference for one in users],
        )
        waits = [one for one in users if isinstance(one, CacheUser) and not one.refers]
        if waits:
            made.node.depends_on(*waits)

    @staticmethod
    def from_id(scope: Construct, id: str, user_group_id: str) -> ExistingCacheUserGroup:
        """A group that exists already."""
        checked_name(user_group_id, "the id of the group", r"[a-zA-Z][a-zA-Z0-9-]*")
        return ExistingCacheUserGroup(scope, id, values={"user_group_id": user_group_id})


@construct
class ExistingCacheUserGroup(Existing, CacheUserGroupAccess):
    """A group of users made elsewhere; see `CacheUserGroup.from_id`."""

    WHAT = "group of users"
