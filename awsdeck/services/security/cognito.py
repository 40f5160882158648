"""Amazon Cognito user pools: people who sign in, the applications they use, and the page where they do it.

Source: Cognito Developer Guide, user pools.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...keywords import checked
from ...node import MAIN
from ...source import caller
from ...tokens import AWS, has_marker, select, split
from ..existing import Existing, arn_here, checked_arn, checked_name, part
from ..functions.invocable import Invocable
from .certificate import CertificateAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...tokens import Token
    from ..route53.aliastarget import AliasTarget

    Flow = Literal["srp", "password", "custom", "admin", "choice"]

POOL = "AWS::Cognito::UserPool"
CLIENT = "AWS::Cognito::UserPoolClient"
DOMAIN = "AWS::Cognito::UserPoolDomain"
SERVER = "AWS::Cognito::UserPoolResourceServer"
_FLOWS = {
    "srp": "ALLOW_USER_SRP_AUTH",
    "password": "ALLOW_USER_PASSWORD_AUTH",
    "custom": "ALLOW_CUSTOM_AUTH",
    "admin": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "choice": "ALLOW_USER_AUTH",
}
_CLOUDFRONT_ZONE = "Z2FDTNDATAQYW2"
"""The hosted zone of every CloudFront distribution. Source: Route 53 API Reference, AliasTarget."""


class UserPoolAccess(Construct):
    """A user pool, whether it is made here or exists already."""

    arn = attribute("Arn")
    pool_id = ref()
    provider_url = attribute("ProviderURL")
    """What tokens name as their issuer."""

    def client(
        self,
        id: str,
        *,
        callbacks: Sequence[str] = (),
        logouts: Sequence[str] = (),
        scopes: Sequence[str] = ("openid", "email", "profile"),
        grants: Sequence[Literal["code", "implicit", "client_credentials"]] = ("code",),
        sign_in: Sequence[Flow] = ("srp",),
        secret: bool = False,
        providers: Sequence[str] = ("COGNITO",),
        access_minutes: int | Token = 60,
        id_minutes: int | Token = 60,
        refresh_days: int | Token = 30,
        name: str | None = None,
    ) -> UserPoolClient:
        """An application whose users sign in here; the keywords are those of `UserPoolClient`."""
        return UserPoolClient(
            self, id, pool=self, callbacks=callbacks, logouts=logouts, scopes=scopes, grants=grants, sign_in=sign_in,
            secret=secret, providers=providers, access_minutes=access_minutes, id_minutes=id_minutes,
            refresh_days=refresh_days, name=name,
        )  # fmt: skip

    def add_domain(self, name: str, *, certificate: CertificateAccess | str | None = None) -> UserPoolDomain:
        """The page where users sign in: a prefix of Cognito's own domain, or with a certificate a name of yours."""
        return UserPoolDomain(self, "Domain", pool=self, name=name, certificate=certificate)

    @checked
    def scopes(self, identifier: str, scopes: Mapping[str, str]) -> list[str]:
        """What an API of yours lets clients do, by name with a description; returns the scopes as clients name them."""
        word = "".join(letter if letter.isalnum() else " " for letter in identifier)
        made = resource_class(SERVER)(
            self,
            f"Scopes {word}",
            UserPoolId=self.pool_id,
            Identifier=identifier,
            Name=identifier,
            Scopes=[{"ScopeName": name, "ScopeDescription": text} for name, text in scopes.items()],
        )
        return [f"{made.ref}/{name}" for name in scopes]


@construct
class UserPool(UserPoolAccess):
    """A directory of users. It is kept when it leaves the stack, and protected against deletion.

    - `sign_in_by`: "email" (default) or "phone", or both; or "name", a user name that cannot be changed.
    - `self_sign_up`: whether people may register themselves; off, so that you make the users.
    - `mfa`: a second factor from an authenticator app: "optional" (default), "required" or "off".
    - `password_length`: 6 to 99 (12), of all kinds of characters; `temporary_days`: how long a first password is good.
    - `deletion_protection`: on. `triggers`: functions by Cognito's names (`{"PreSignUp": function}`), with the permission.
    - `name`: a fixed name, the id by default.

    `client(…)` adds an application, `add_domain(…)` the page where users sign in, `scopes(…)` what tokens may be used for.
    Source: Cognito Developer Guide, user pools.
    """

    sign_in_by: Literal["email", "phone", "name"] | Sequence[Literal["email", "phone"]] = "email"
    self_sign_up: bool = False
    mfa: Literal["off", "optional", "required"] = "optional"
    password_length: int | Token = 12
    temporary_days: int | Token = 3
    deletion_protection: bool = True
    triggers: Mapping[str, Invocable] = {}
    name: str | None = None

    def build(self) -> None:
        """Make the pool, and the permissions of its triggers."""
        given = self.sign_in_by
        kinds = [given] if isinstance(given, str) else list(given)
        odd = next((name for name, target in self.triggers.items() if not isinstance(target, Invocable)), None)
        if odd is not None or not kinds:
            raise ConstructError(
                f"{self.node.path}: a {type(self.triggers[odd]).__name__} cannot be the trigger {odd}" if odd is not None
                else f"{self.node.path}: nobody can sign in by nothing",
                place=caller(),
                fix="give a function or an alias" if odd is not None else 'sign_in_by="email", "phone" or "name"',
            )  # fmt: skip
        known = [{"email": "email", "phone": "phone_number"}[kind] for kind in kinds if kind != "name"]
        resource_class(POOL)(
            self,
            MAIN,
            UserPoolName=self.node.plain_id if self.name is None else self.name,
            UsernameAttributes=known or None,
            AutoVerifiedAttributes=known or ["email"],
            UsernameConfiguration={"CaseSensitive": False},
            AdminCreateUserConfig={"AllowAdminCreateUserOnly": not self.self_sign_up},
            MfaConfiguration={"off": "OFF", "optional": "OPTIONAL", "required": "ON"}[self.mfa],
            EnabledMfas=None if self.mfa == "off" else ["SOFTWARE_TOKEN_MFA"],
            AccountRecoverySetting={
                "RecoveryMechanisms": [
                    {"Name": f"verified_{kind}", "Priority": place}
                    for place, kind in enumerate(known or ["email"], start=1)
                ]
            },
            Policies={
                "PasswordPolicy": {
                    "MinimumLength": self.password_length,
                    "RequireLowercase": True,
                    "RequireNumbers": True,
                    "RequireSymbols": True,
                    "RequireUppercase": True,
                    "TemporaryPasswordValidityDays": self.temporary_days,
                }
            },
            DeletionProtection="ACTIVE" if self.deletion_protection else "INACTIVE",
            LambdaConfig={name: target.invoke_arn for name, target in self.triggers.items()} or None,
        )
        for target in self.triggers.values():
            target.accept_from("cognito-idp.amazonaws.com", self.arn)

    @staticmethod
    def from_id(scope: Construct, id: str, pool_id: str) -> ExistingUserPool:
        """A pool of this account and region that exists already, by id (`eu-west-1_aB3dE6gH9`)."""
        checked_name(pool_id, pattern=r"[\w-]+_[0-9a-zA-Z]+")
        return ExistingUserPool(scope, id, values=_values(arn_here("cognito-idp", f"userpool/{pool_id}"), pool_id))

    @staticmethod
    def from_arn(scope: Construct, id: str, arn: str) -> ExistingUserPool:
        """A pool that exists already, by ARN."""
        example = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aB3dE6gH9"
        arn = checked_arn(arn, "cognito-idp", example, r"userpool/[\w-]+_[0-9a-zA-Z]+")
        whole = part(arn, 5)
        pool_id = select(1, split("/", whole)) if has_marker(whole) else whole.partition("/")[2]
        return ExistingUserPool(scope, id, values=_values(arn, pool_id))


@construct
class ExistingUserPool(Existing, UserPoolAccess):
    """A user pool made elsewhere; see `UserPool.from_id`."""

    WHAT = "user pool"


@construct
class UserPoolClient(Construct):
    """An application whose users sign in to a pool; made by `pool.client(…)`.

    - `callbacks`, `logouts`: https addresses that users come back to; `grants`: OAuth grants ("code"; "implicit" puts
      tokens into addresses; "client_credentials" is for programs, with a secret and scopes of your own); `scopes`.
      Without callbacks and "client_credentials" there is no OAuth.
    - `sign_in`: ways to sign in with the SDK: "srp" (default), "password", "custom", "admin", "choice".
    - `secret`: the client has one; for servers, not for pages and apps.
    - `access_minutes`, `id_minutes`: how long tokens are good (5 to 1,440); `refresh_days`: 1 to 3,650.

    Tokens can be revoked, and an error does not tell whether a user exists. Source: Cognito Developer Guide, app clients.
    """

    pool: UserPoolAccess
    callbacks: Sequence[str] = ()
    logouts: Sequence[str] = ()
    scopes: Sequence[str] = ("openid", "email", "profile")
    grants: Sequence[str] = ("code",)
    sign_in: Sequence[str] = ("srp",)
    secret: bool = False
    providers: Sequence[str] = ("COGNITO",)
    access_minutes: int | Token = 60
    id_minutes: int | Token = 60
    refresh_days: int | Token = 30
    name: str | None = None

    client_id = ref()

    def build(self) -> None:
        """Make the client."""
        machine = "client_credentials" in self.grants
        unknown = [way for way in self.sign_in if way not in _FLOWS]
        if unknown:
            raise ConstructError(
                f"{self.node.path}: sign_in= {', '.join(map(repr, unknown))}", place=caller(), fix=", ".join(_FLOWS)
            )
        oauth = bool(self.callbacks) or machine
        resource_class(CLIENT)(
            self,
            MAIN,
            UserPoolId=self.pool.pool_id,
            ClientName=self.name,
            GenerateSecret=True if self.secret else None,
            ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH", *(_FLOWS[way] for way in self.sign_in)],
            AllowedOAuthFlowsUserPoolClient=True if oauth else None,
            AllowedOAuthFlows=list(self.grants) if oauth else None,
            AllowedOAuthScopes=list(self.scopes) if oauth else None,
            CallbackURLs=list(self.callbacks) or None,
            LogoutURLs=list(self.logouts) or None,
            SupportedIdentityProviders=list(self.providers),
            PreventUserExistenceErrors="ENABLED",
            EnableTokenRevocation=True,
            AccessTokenValidity=self.access_minutes,
            IdTokenValidity=self.id_minutes,
            RefreshTokenValidity=self.refresh_days,
            TokenValidityUnits={"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "days"},
        )


@construct
class UserPoolDomain(Construct):
    """The page where users of a pool sign in; made by `pool.add_domain(…)`."""

    pool: UserPoolAccess
    name: str
    certificate: CertificateAccess | str | None = None

    def build(self) -> None:
        """Make the page."""
        given = self.certificate
        arn = given if given is None or isinstance(given, str) else given.arn
        if given is None and not has_marker(self.name) and "." in self.name:
            raise ConstructError(
                f"{self.node.path}: {self.name} is a name of your own, which needs a certificate of us-east-1",
                place=caller(), fix="give certificate=, or a prefix without dots",
            )  # fmt: skip
        resource_class(DOMAIN)(
            self,
            MAIN,
            UserPoolId=self.pool.pool_id,
            Domain=self.name,
            CustomDomainConfig=None if arn is None else {"CertificateArn": arn},
        )

    @property
    def url(self) -> str:
        """The address of the page."""
        if self.certificate is not None:
            return f"https://{self.name}"
        return f"https://{self.name}.auth.{AWS.Region}.amazoncognito.com"

    def alias_target(self) -> AliasTarget:
        """What an alias record of a name of your own points to."""
        from ..route53.aliastarget import AliasTarget

        if self.certificate is None:
            raise ConstructError(
                f"{self.node.path} is a name of Cognito's, which needs no record", place=caller(),
                fix="give a name of your own and a certificate",
            )  # fmt: skip
        made = self.node.resource
        return AliasTarget(made.CloudFrontDistribution, _CLOUDFRONT_ZONE, evaluate_health=False)


def _values(arn: str, pool_id: str) -> dict[str, Any]:
    region = part(arn, 3)
    url = f"https://cognito-idp.{region}.{AWS.URLSuffix}/{pool_id}"
    return {"arn": arn, "pool_id": pool_id, "provider_url": url}
