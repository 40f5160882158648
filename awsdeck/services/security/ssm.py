"""AWS Systems Manager Parameter Store: parameters that stacks and programs read.

Source: Systems Manager User Guide, Parameter Store.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker, join, ssm_secure_value, ssm_value
from ..existing import Existing, arn_here, checked_name
from .keys import KeyAccess, grant_key, holds_permissions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from .policy import Conditions, Grant, Grantee

PARAMETER = "AWS::SSM::Parameter"
READ = ("ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters")
WRITE = ("ssm:PutParameter",)

_TYPES = {"string": "String", "string-list": "StringList"}


class ParameterAccess(Construct):
    """Who may read and write a parameter, whether it is made here or exists already."""

    if TYPE_CHECKING:
        key: KeyAccess | str | None

    arn = attribute("Arn")
    parameter_name = ref()

    def grant_read(self, who: Grantee, *, when: Conditions | None = None) -> Grant:
        """Let a role, user, group or function read the parameter; with a customer key, decrypt with it too."""
        self._identity(who)
        grant_key(self, self.key, who, ("kms:Decrypt",), via="ssm")
        granted: Grant = who.allow(*READ, on=self.arn, when=when)
        return granted

    def grant_write(self, who: Grantee, *, when: Conditions | None = None) -> Grant:
        """Let a role, user, group or function change the parameter; with a customer key, encrypt with it too."""
        self._identity(who)
        grant_key(self, self.key, who, ("kms:Encrypt", "kms:GenerateDataKey"), via="ssm")
        granted: Grant = who.allow(*WRITE, on=self.arn, when=when)
        return granted

    def _identity(self, who: object) -> None:
        if not holds_permissions(who):
            raise ConstructError(
                f"{self.node.path}: only an identity can be let at a parameter, which has no policy of its own here",
                place=caller(), fix="give a role, a user, a group or a function",
            )  # fmt: skip


@construct
class SSMParameter(ParameterAccess):
    """A value that programs read at run time and other stacks when they are deployed.

    - `value`: text, or a list of texts without commas.
    - `name`: `/shop/queue-url`, at most 2,048 characters; left out, CloudFormation makes one. It cannot be changed
      without a new parameter.
    - `description`: at most 1,024 characters; `pattern`: a regular expression that values must match.
    - `tier`: "standard" (free, at most 4 KB), "advanced" (charged, at most 8 KB) or "intelligent".
    - `data_type`: "text", or "image" for the id of a machine image, which is checked when it is set.
    - `type`: told by the value; "secure-string" is refused, since CloudFormation cannot make one: keep the secret in a
      `Secret`, or put it there by hand and name it with `from_name(…, secure=True)`.

    Source: Systems Manager User Guide, Parameter Store; CloudFormation Template Reference, AWS::SSM::Parameter.
    """

    value: str | Sequence[str]
    name: str | None = None
    type: Literal["string", "string-list", "secure-string"] | None = None
    description: str | None = None
    pattern: str | None = None
    tier: Literal["standard", "advanced", "intelligent"] = "standard"
    data_type: Literal["text", "image"] = "text"

    key = None
    """Parameters that CloudFormation makes are not encrypted."""

    deployed_value = attribute("Value")

    def build(self) -> None:
        """Make the parameter."""
        several = not isinstance(self.value, str)
        kind = self.type or ("string-list" if several else "string")
        if kind == "secure-string":
            raise ConstructError(
                f"{self.node.path}: CloudFormation cannot make a SecureString", place=caller(),
                fix="keep the secret in a Secret (AWS Secrets Manager), or make the parameter with aws ssm put-parameter "
                "and name it: SSMParameter.from_name(…, secure=True)",
            )  # fmt: skip
        if several and kind == "string":
            raise ConstructError(
                f"{self.node.path}: a list is no string", place=caller(), fix='type="string-list", or give one text'
            )
        resource_class(PARAMETER)(
            self,
            MAIN,
            Name=self.name,
            Type=_TYPES[kind],
            Value=self.value if isinstance(self.value, str) else self._listed(self.value),
            Description=self.description,
            AllowedPattern=self.pattern,
            Tier={"standard": None, "advanced": "Advanced", "intelligent": "Intelligent-Tiering"}[self.tier],
            DataType="aws:ec2:image" if self.data_type == "image" else None,
        )

    def _listed(self, values: Sequence[str]) -> str:
        wrong = next((one for one in values if not has_marker(one) and "," in one), None)
        if wrong is not None:
            raise ConstructError(
                f"{self.node.path}: {wrong!r} would be several values, as commas part them", place=caller(),
                fix="leave the comma out, or keep the texts in parameters of their own",
            )  # fmt: skip
        return join(",", values)

    @staticmethod
    def from_name(
        scope: Construct, id: str, name: str, *, secure: bool = False, key: KeyAccess | str | None = None
    ) -> ExistingParameter:
        """A parameter of this account and region that exists already.

        `secure`: it is a SecureString; its value can then stand only where CloudFormation lets secrets stand. `key` is
        the customer key it is encrypted with.
        """
        checked_name(name)
        arn = arn_here("ssm", f"parameter{'' if name.startswith('/') else '/'}{name}")
        return ExistingParameter(
            scope, id, values={"arn": arn, "parameter_name": name}, name=name, secure=secure, key=key
        )  # fmt: skip


@construct
class ExistingParameter(Existing, ParameterAccess):
    """A parameter made elsewhere; see `SSMParameter.from_name`."""

    WHAT = "parameter"
    name: str
    secure: bool = False

    @property
    def deployed_value(self) -> str:
        """The value when the stack is deployed, looked up by CloudFormation."""
        return ssm_secure_value(self.name) if self.secure else ssm_value(self.name)
