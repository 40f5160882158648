"""The password policy of an account."""

from __future__ import annotations

from ..hints import hold


class IAMPasswordPolicy:
    """The account's password policy, checked; CloudFormation has no resource for it.

    Give `settings()` to boto3: `iam.update_account_password_policy(**policy.settings())`.

    - `minimum_length`: 6 to 128 characters; `max_age_days`: 1 to 1,095 days until a password must change, None for
      never; `reuse_prevention`: how many old passwords are refused, 1 to 24.

    Raises `ConstraintError` at the user's line. Source: IAM API Reference, UpdateAccountPasswordPolicy; course notes, IAM.
    """

    def __init__(
        self,
        *,
        minimum_length: int = 14,
        max_age_days: int | None = 90,
        reuse_prevention: int | None = 24,
        users_may_change: bool = True,
        every_kind_of_character: bool = True,
        expired_needs_administrator: bool = False,
    ) -> None:
        hold(
            "IAMPasswordPolicy",
            "documented",
            minimum_length=minimum_length,
            max_age_days=max_age_days,
            reuse_prevention=reuse_prevention,
        )
        kinds = ("RequireSymbols", "RequireNumbers", "RequireUppercaseCharacters", "RequireLowercaseCharacters")
        self._settings: dict[str, int | bool | None] = {
            "MinimumPasswordLength": minimum_length,
            "MaxPasswordAge": max_age_days,
            "PasswordReusePrevention": reuse_prevention,
            "AllowUsersToChangePassword": users_may_change,
            "HardExpiry": expired_needs_administrator,
            **dict.fromkeys(kinds, every_kind_of_character),
        }

    def settings(self) -> dict[str, int | bool]:
        """The arguments of boto3's `update_account_password_policy`."""
        return {name: value for name, value in self._settings.items() if value is not None}
