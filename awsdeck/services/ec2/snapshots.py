"""Snapshots on a schedule: policies of Amazon Data Lifecycle Manager for volumes and instances.

Source: EBS User Guide, Amazon Data Lifecycle Manager.
"""

from __future__ import annotations

import re

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS, has_marker
from ..existing import arn_here
from ..security.iam import ExistingRole, IAMRole
from ..security.keys import checked_key, grant_key, key_arn
from ..security.policy import Principal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from ...tokens import Token
    from ..security.keys import KeyAccess
    from ..security.policy import Conditions
    from .ebs import EBSVolume

    Hours = Literal[1, 2, 3, 4, 6, 8, 12, 24]

POLICY = "AWS::DLM::LifecyclePolicy"
MANAGED = "service-role/AWSDataLifecycleManagerServiceRole"
TAG = "awsdeck:snapshots"
"""The tag by which a policy made below a volume finds it."""

_UNITS = {"d": "DAYS", "w": "WEEKS", "m": "MONTHS", "y": "YEARS"}
_USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


class SnapshotCopy:
    """A copy of every snapshot in another region.

    - `region`: such as "eu-central-1".
    - `keep_for`: how long it is kept there: days, or "30d", "8w", "6m", "1y".
    - `key`: the ARN of a customer key of that region, or a `KMSKey` there; AWS's own by default. `encrypted`: on.
    - `copy_tags`: the snapshot's tags go with it (on).

    Source: EBS User Guide, automate cross-region snapshot copies.
    """

    __slots__ = ("region", "keep_for", "key", "encrypted", "copy_tags")

    def __init__(
        self,
        region: str,
        keep_for: int | str,
        *,
        key: KeyAccess | str | None = None,
        encrypted: bool = True,
        copy_tags: bool = True,
    ) -> None:
        checked_key(key, "SnapshotCopy")
        self.region = region
        self.keep_for = _age(keep_for, "keep_for")
        self.key = key
        self.encrypted = encrypted
        self.copy_tags = copy_tags

    def to_cloudformation(self) -> dict[str, Any]:
        """The rule as CloudFormation writes it."""
        return {
            "TargetRegion": self.region,
            "RetainRule": self.keep_for,
            "Encrypted": self.encrypted,
            "CmkArn": key_arn(self.key),
            "CopyTags": self.copy_tags,
        }


class SnapshotSchedule:
    """When snapshots are taken, and how many or how long they are kept.

    - `every`: hours between them: 1, 2, 3, 4, 6, 8, 12 or 24 (default), beginning `at` a time of day (UTC, "03:00");
      or `cron`: "cron(0 3 ? * SUN *)", at least an hour apart.
    - `keep`: the number that is kept, 1 to 1,000 (7 by default); or `keep_for`: days, or "30d", "8w", "6m", "1y".
    - `copy_to`: up to three `SnapshotCopy`s in other regions.
    - `copy_tags`: snapshots get the volume's tags (on); `tags`: more of them.
    - `fast_restore`: zones in which volumes from the snapshots are at full speed at once; AWS charges for every hour.
    - `share_with`: account numbers that may use the snapshots.
    - `archive_for`: a schedule of at least 28 days apart moves what is no longer kept to the archive tier, for that long
      (at least 90 days).

    Source: EBS User Guide, create custom policy for EBS snapshots.
    """

    __slots__ = (
        "name", "every", "at", "cron", "keep", "copies", "copy_tags", "tags", "fast_restore", "share_with",
        "archive_for",
    )  # fmt: skip

    def __init__(
        self,
        *,
        every: Hours | None = None,
        at: str | None = None,
        cron: str | None = None,
        keep: int | Token | None = None,
        keep_for: int | str | None = None,
        copy_to: SnapshotCopy | Sequence[SnapshotCopy] = (),
        copy_tags: bool = True,
        tags: Mapping[str, str] | None = None,
        fast_restore: Sequence[str] = (),
        share_with: Sequence[str] = (),
        archive_for: int | str | None = None,
        name: str | None = None,
    ) -> None:
        if keep is not None and keep_for is not None:
            raise ConstructError(
                "keep= is a number of snapshots and keep_for= their age; both are given", place=caller(),
                fix="keep one of them",
            )  # fmt: skip
        if cron is not None and (every is not None or at is not None):
            raise ConstructError("cron= says when by itself", place=caller(), fix="leave every= and at= out")
        if at is not None and not isinstance(at, str):
            raise ConstructError(f"at={at!r} is no time of day", place=caller(), fix='such as "03:00", in UTC')
        if at is not None and not has_marker(at) and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", at):
            raise ConstructError(f"at={at!r} is no time of day", place=caller(), fix='such as "03:00", in UTC')
        self.name = name
        self.every: int | None = None if cron is not None else every or 24
        self.at = at
        self.cron = cron
        self.keep: dict[str, Any] = (
            _age(keep_for, "keep_for") if keep_for is not None else {"Count": 7 if keep is None else keep}
        )
        self.copies: list[SnapshotCopy] = [copy_to] if isinstance(copy_to, SnapshotCopy) else list(copy_to)
        odd = next((one for one in self.copies if not isinstance(one, SnapshotCopy)), None)
        if odd is not None:
            raise ConstructError(
                f"copy_to= holds a {type(odd).__name__}", place=caller(), fix='SnapshotCopy("eu-central-1", 30)'
            )
        self.copy_tags = copy_tags
        self.tags = tags
        self.fast_restore = fast_restore
        self.share_with = share_with
        self.archive_for = None if archive_for is None else _age(archive_for, "archive_for")

    def to_cloudformation(self, number: int) -> dict[str, Any]:
        """The schedule as CloudFormation writes it, the `number`th of its policy."""
        return {
            "Name": self.name or f"Schedule {number}",
            "CreateRule": {
                "Interval": self.every,
                "IntervalUnit": None if self.every is None else "HOURS",
                "Times": None if self.at is None else [self.at],
                "CronExpression": self.cron,
            },
            "RetainRule": self.keep,
            "CopyTags": self.copy_tags,
            "TagsToAdd": [{"Key": key, "Value": value} for key, value in sorted((self.tags or {}).items())] or None,
            "CrossRegionCopyRules": [one.to_cloudformation() for one in self.copies] or None,
            "FastRestoreRule": {"AvailabilityZones": list(self.fast_restore), **self.keep} if self.fast_restore else None,
            "ShareRules": [{"TargetAccounts": list(self.share_with)}] if self.share_with else None,
            "ArchiveRule": (
                None
                if self.archive_for is None
                else {"RetainRule": {"RetentionArchiveTier": self.archive_for}}
            ),
        }  # fmt: skip


@construct
class SnapshotPolicy(Construct):
    """Snapshots of all volumes, or all instances, that carry a tag, taken and deleted by schedule.

    - `tags`: what they are tagged with, one of these is enough: `{"backup": "daily"}`.
    - `schedules`: one to four `SnapshotSchedule`s, the first of which is always there.
    - `of`: "volumes" (default), or "instances": all disks of an instance at one moment. `exclude_boot`: but its root.
    - `role`: an `IAMRole` or its ARN; left out, one is made that only this account's policies can take on.
    - `keys`: customer keys that the volumes are encrypted with, which copies to other regions read with.
    - `enabled`: False stops it, and keeps what there is.

    Makes the policy and its role "Role" with AWS's managed policy for it. Source: EBS User Guide, Data Lifecycle Manager.
    """

    tags: Mapping[str, str]
    schedules: Sequence[SnapshotSchedule]
    of: Literal["volumes", "instances"] = "volumes"
    exclude_boot: bool = False
    role: IAMRole | ExistingRole | str | None = None
    keys: Sequence[KeyAccess | str] = ()
    description: str | None = None
    enabled: bool = True

    arn = attribute("Arn")
    id = ref()

    def build(self) -> None:
        """Make the role and the policy."""
        if self.exclude_boot and self.of == "volumes":
            raise ConstructError(
                f"{self.node.path}: exclude_boot= is for snapshots of instances", place=caller(),
                fix='of="instances", or leave it out',
            )  # fmt: skip
        odd = next((one for one in self.schedules if not isinstance(one, SnapshotSchedule)), None)
        if odd is not None or not self.schedules:
            raise ConstructError(
                f"{self.node.path}: schedules= holds {'nothing' if odd is None else f'a {type(odd).__name__}'}",
                place=caller(), fix="SnapshotSchedule(keep=7), up to four of them",
            )  # fmt: skip
        role = self._role()
        made = resource_class(POLICY)(
            self,
            MAIN,
            Description=re.sub(r"[^0-9A-Za-z _-]", "-", self.description or f"Snapshots {self.node.path}")[:500],
            State="ENABLED" if self.enabled else "DISABLED",
            ExecutionRoleArn=role if isinstance(role, str) else role.arn,
            PolicyDetails={
                "PolicyType": "EBS_SNAPSHOT_MANAGEMENT",
                "ResourceTypes": ["VOLUME" if self.of == "volumes" else "INSTANCE"],
                "TargetTags": [{"Key": key, "Value": value} for key, value in sorted(self.tags.items())],
                "Schedules": [one.to_cloudformation(number) for number, one in enumerate(self.schedules, 1)],
                "Parameters": {"ExcludeBootVolume": True} if self.exclude_boot else None,
            },
        )
        if isinstance(role, str):
            return
        policy = role.node.children.get("Policy")
        if policy is not None:
            made.node.depends_on(policy)

    def _role(self) -> IAMRole | ExistingRole | str:
        role = self.role
        if role is None:
            mine: Conditions = {
                "StringEquals": {"aws:SourceAccount": AWS.AccountId},
                "ArnLike": {"aws:SourceArn": arn_here("dlm", "policy/*")},
            }
            trusted = Principal.service("dlm.amazonaws.com").when(mine)
            role = IAMRole(self, "Role", assumed_by=trusted, managed_policies=[MANAGED])
        if isinstance(role, str):
            return role
        copies = [copy for one in self.schedules for copy in one.copies]
        for key in [*self.keys, *(copy.key for copy in copies if copy.key is not None)] if copies else ():
            grant_key(self, key, role, _USE)
            grant_key(self, key, role, ["kms:CreateGrant"], when={"Bool": {"kms:GrantIsForAWSResource": "true"}})
        return role


def policy_of(volume: EBSVolume, id: str, *schedules: SnapshotSchedule) -> SnapshotPolicy:
    """A policy below a volume that takes snapshots of it alone, found by a tag with its path."""
    value = volume.node.path
    volume.node.resource.add_tags({TAG: value})
    keys = [] if volume.key is None else [volume.key]
    return SnapshotPolicy(volume, id, tags={TAG: value}, schedules=list(schedules), keys=keys)


def _age(given: int | str, name: str) -> dict[str, Any]:
    if isinstance(given, int) and not isinstance(given, bool) and given > 0:
        return {"Interval": given, "IntervalUnit": "DAYS"}
    found = re.fullmatch(r"([1-9]\d*)([dwmy])", given) if isinstance(given, str) else None
    if found is None:
        raise ConstructError(f"{name}={given!r}", place=caller(), fix='days, or text such as "30d", "8w", "6m", "1y"')
    return {"Interval": int(found[1]), "IntervalUnit": _UNITS[found[2]]}
