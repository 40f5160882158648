"""Amazon Elastic Block Store: volumes, the disks of instances, who may attach them.

Source: EBS User Guide; course notes, EBS.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS
from ..existing import Existing, arn_here, checked_name
from ..hints import check
from ..security.keys import checked_key, grant_key, key_arn
from ..security.policy import give

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal, NoReturn, Protocol

    from ...resource import Resource
    from ...tokens import Token
    from ..cloudwatch.cloudwatch import Metric
    from ..security.keys import KeyAccess
    from ..security.policy import Conditions, Grant, Grantee, Statement
    from .snapshots import SnapshotCopy, SnapshotPolicy, SnapshotSchedule

    VolumeType = Literal["gp3", "gp2", "io2", "io1", "st1", "sc1", "standard"]

    class Machine(Protocol):
        """What a volume can be attached to."""

        @property
        def id(self) -> str:
            """The id of the instance."""
            ...


VOLUME = "AWS::EC2::Volume"
ATTACHMENT = "AWS::EC2::VolumeAttachment"
FOR_DISKS: Conditions = {
    "Bool": {"kms:GrantIsForAWSResource": "true"},
    "StringEquals": {"kms:ViaService": f"ec2.{AWS.Region}.amazonaws.com"},
}
"""When the use of a key is handed on to EC2 for a disk, and for nothing else."""


class EBSDevice:
    """A disk of an instance, made together with it: the root, or one for data.

    - `size`: GiB; the size of the image or snapshot when left out. gp3 and io2 1 to 65,536 (io2 from 4), gp2 1 and io1
      4 to 16,384, st1 and sc1 125 to 16,384, standard (magnetic) 1 to 1,024.
    - `type`: "gp3" (default), "gp2", "io2", "io1", "st1", "sc1" or "standard"; st1 and sc1 cannot be booted from.
    - `iops`: for io1 and io2 (needed), and gp3 above its 3,000. `throughput`: MiB/s of gp3 above its 125; only launch
      templates know it.
    - `snapshot`: the id of a snapshot to begin with.
    - `encrypted`: on by default, with `key`: a `KMSKey`, or the id, ARN or alias of one; AWS's own by default.
    - `delete_on_termination`: the disk goes with the instance (default), or stays.
    - `initialization_rate`: MiB/s at which blocks are fetched from the snapshot, 100 to 300; launch templates only.

    Source: EBS User Guide, EBS volume types; EC2 User Guide, block device mappings; course notes, EBS.
    """

    __slots__ = (
        "size", "type", "iops", "throughput", "snapshot", "encrypted", "key", "delete_on_termination",
        "initialization_rate",
    )  # fmt: skip

    def __init__(
        self,
        size: int | Token | None = None,
        *,
        type: VolumeType = "gp3",
        iops: int | Token | None = None,
        throughput: int | Token | None = None,
        snapshot: str | None = None,
        encrypted: bool = True,
        key: KeyAccess | str | None = None,
        delete_on_termination: bool = True,
        initialization_rate: int | Token | None = None,
    ) -> None:
        _only_encrypted("EBSDevice", encrypted, key)
        self.size = size
        self.type = type
        self.iops = iops
        self.throughput = throughput
        self.snapshot = snapshot
        self.encrypted = encrypted
        self.key = key
        self.delete_on_termination = delete_on_termination
        self.initialization_rate = initialization_rate

    def to_mapping(self, name: str) -> dict[str, Any]:
        """The entry of `BlockDeviceMappings` that shows the disk to the machine as `name` (`/dev/sdf`)."""
        return {
            "DeviceName": name,
            "Ebs": {
                "VolumeSize": self.size,
                "VolumeType": self.type,
                "Iops": self.iops,
                "Throughput": self.throughput,
                "SnapshotId": self.snapshot,
                "Encrypted": self.encrypted,
                "KmsKeyId": key_arn(self.key),
                "DeleteOnTermination": self.delete_on_termination,
                "VolumeInitializationRate": self.initialization_rate,
            },
        }


class VolumeAccess(Construct):
    """A volume and who may attach it, whether it is made here or exists already."""

    if TYPE_CHECKING:
        key: KeyAccess | str | None
        availability_zone: str | None

    id = ref()

    @property
    def arn(self) -> str:
        """The volume's ARN, as policies name it."""
        return arn_here("ec2", f"volume/{self.id}")

    def attach_to(self, instance: Machine | str, device: str) -> Resource:
        """Attach the volume to an instance (or its id) under a device name such as `/dev/sdf`; they share a zone.

        Returns the attachment, which stands beside the volume.
        """
        return attachment(self, self, instance, device)

    def grant_attach(
        self, who: Grantee, instances: Sequence[Machine | str] | None = None, *, when: Conditions | None = None
    ) -> Grant:
        """Let somebody attach the volume to `instances` (constructs or ids).

        Left out, an instance may attach it to itself, and anybody else to any instance of account and region. With a customer key, they may let EC2 use it for that. Source: EBS User Guide, how EBS encryption works.
        """
        found = give(
            who, ["ec2:AttachVolume"], on=[self.arn, *_machines(instances, who)], through=self._state, when=when
        )  # fmt: skip
        grant_key(self, self.key, who, ["kms:CreateGrant"], when=FOR_DISKS)
        return found

    def grant_detach(
        self, who: Grantee, instances: Sequence[Machine | str] | None = None, *, when: Conditions | None = None
    ) -> Grant:
        """Let somebody detach the volume from `instances` (constructs or ids); left out, as with `grant_attach`."""
        on = [self.arn, *_machines(instances, who)]
        return give(who, ["ec2:DetachVolume"], on=on, through=self._state, when=when)

    def _state(self, statement: Statement) -> NoReturn:
        raise ConstructError(
            f"the volume {self.node.path} has no policy of its own", place=caller(),
            fix="give the permission to a role, a user, a group or a function",
        )  # fmt: skip

    def metric(self, name: str, *, statistic: str = "Average", period: int = 300) -> Metric:
        """One of the volume's metrics, such as "VolumeReadOps", "VolumeQueueLength" or "BurstBalance".

        Source: EBS User Guide, CloudWatch metrics for EBS.
        """
        from ..cloudwatch.cloudwatch import Metric

        return Metric("AWS/EBS", name, dimensions={"VolumeId": self.id}, statistic=statistic, period=period)


@construct
class EBSVolume(VolumeAccess):
    """A disk that lives on its own and can be attached to an instance of its zone.

    - `availability_zone`: where it stands: `box.availability_zone`, or a name such as "eu-west-1a".
    - `size`: GiB; may be left out with `snapshot`. gp3 and io2 1 to 65,536 (io2 from 4), gp2 1 and io1 4 to 16,384, st1
      and sc1 125 to 16,384, standard (magnetic) 1 to 1,024.
    - `type`: "gp3", "gp2", "io2", "io1", "st1", "sc1" or "standard"; st1 and sc1 cannot be booted from. Left out, it is
      the cheapest that gives `required_iops` (gp3, or io2 where gp3 gives too few), with as many as that takes
      provisioned; gp3 when nothing is required.
    - `iops`: for io1 (100 to 20,000 in the course notes' limits, 64,000 today) and io2 (100 to 256,000), which need it,
      and gp3 (3,000 to 80,000). `throughput`: MiB/s of gp3, 125 to 2,000.
    - `snapshot`: the id of a snapshot to begin with. `copy_of`: the id of a volume of the same zone to copy, which
      brings its zone, size and encryption along.
    - `encrypted`: on by default, with `key`: a `KMSKey`, or the id, ARN or alias of one; AWS's own by default.
    - `multi_attach`: up to 16 instances share it; io1 and io2 only.
    - `initialization_rate`: MiB/s at which blocks are fetched from the snapshot, 100 to 300.
    - `auto_enable_io`: goes on by itself after AWS found its data possibly inconsistent.

    What is expected of it can be told, and is checked: `required_iops`, which a `type` that never gives them refuses, and
    `changes_per_day` of its size, type or speed (4 at most). It leaves a last snapshot when the stack is
    deleted (`DeletionPolicy: Snapshot`).

    Source: EBS User Guide; course notes, EBS.
    """

    availability_zone: str | None = None
    size: int | Token | None = None
    type: VolumeType | None = None
    iops: int | Token | None = None
    throughput: int | Token | None = None
    snapshot: str | None = None
    copy_of: str | None = None
    encrypted: bool = True
    key: KeyAccess | str | None = None
    multi_attach: bool = False
    initialization_rate: int | Token | None = None
    auto_enable_io: bool | None = None
    required_iops: int | None = None
    changes_per_day: int | None = None

    def build(self) -> None:
        """Make the volume."""
        _only_encrypted(self.node.path, self.encrypted, self.key)
        copied = self.copy_of is not None
        if self.type is None:
            self.type, self.iops = self._chosen()
        resource_class(VOLUME)(
            self,
            MAIN,
            AvailabilityZone=self.availability_zone,
            Size=self.size,
            VolumeType=self.type,
            Iops=self.iops,
            Throughput=self.throughput,
            SnapshotId=self.snapshot,
            SourceVolumeId=self.copy_of,
            Encrypted=None if copied else self.encrypted,
            KmsKeyId=key_arn(self.key),
            MultiAttachEnabled=True if self.multi_attach else None,
            VolumeInitializationRate=self.initialization_rate,
            AutoEnableIO=self.auto_enable_io,
        )
        check(
            self, type=self.type, size=self.size, iops=self.iops, required_iops=self.required_iops,
            changes_per_day=self.changes_per_day,
        )  # fmt: skip

    def _chosen(self) -> tuple[VolumeType, int | Token | None]:
        """The type, and the IOPS to provision, where nobody says which type it is."""
        if self.required_iops is None or self.iops is not None:
            return "gp3", self.iops
        from ...planning.disks import volume

        size = self.size
        found = volume(iops=self.required_iops, size_gib=size if isinstance(size, int) else None)
        return found.type, found.iops

    def snapshot_daily(
        self,
        at: str = "03:00",
        *,
        keep: int = 7,
        copy_to: SnapshotCopy | Sequence[SnapshotCopy] = (),
        id: str = "Daily",
    ) -> SnapshotPolicy:
        """Have a snapshot taken every day at a time (UTC) and the last `keep` of them kept, 1 to 1,000.

        `copy_to` brings each into other regions. Makes a `SnapshotPolicy` below the volume, which finds it by a tag.
        """
        from .snapshots import SnapshotSchedule, policy_of

        return policy_of(self, id, SnapshotSchedule(at=at, keep=keep, copy_to=copy_to))

    def snapshot_on(self, *schedules: SnapshotSchedule, id: str = "Snapshots") -> SnapshotPolicy:
        """Have snapshots taken on one to four `SnapshotSchedule`s; makes a `SnapshotPolicy` below the volume."""
        from .snapshots import policy_of

        return policy_of(self, id, *schedules)

    @staticmethod
    def from_id(
        scope: Construct,
        id: str,
        volume_id: str,
        *,
        availability_zone: str | None = None,
        key: KeyAccess | str | None = None,
    ) -> ExistingVolume:
        """A volume of this account and region that exists already; `key` is the customer key it is encrypted with."""
        checked_name(volume_id, "from_id", pattern="vol-[0-9a-f]+")
        return ExistingVolume(scope, id, values={"id": volume_id}, availability_zone=availability_zone, key=key)


@construct
class ExistingVolume(Existing, VolumeAccess):
    """A volume made elsewhere; see `EBSVolume.from_id`."""

    WHAT = "volume"
    availability_zone: str | None = None


def attachment(scope: Construct, volume: VolumeAccess, instance: Machine | str, device: str) -> Resource:
    """The attachment of a volume to an instance, below `scope`: one of the two."""
    _check_attached(scope, volume, device)
    machine = _machine(instance)
    word = "".join(piece[:1].upper() + piece[1:] for piece in device.replace("/dev/", "").split("/"))
    taken = scope.node.children
    id = next(name for name in _numbered(f"Attachment{word}") if name not in taken)
    made: Resource = resource_class(ATTACHMENT)(scope, id, VolumeId=volume.id, InstanceId=machine, Device=device)
    return made


def _check_attached(scope: Construct, volume: object, device: object) -> None:
    if not isinstance(volume, VolumeAccess):
        raise ConstructError(
            f"{scope.node.path}: a {type(volume).__name__} is no volume", place=caller(),
            fix="give an EBSVolume, or EBSVolume.from_id(…)",
        )  # fmt: skip
    if not isinstance(device, str):
        raise ConstructError(f"{scope.node.path}: device={device!r}", place=caller(), fix='a name such as "/dev/sdf"')


def _numbered(name: str) -> Any:
    yield name
    number = 2
    while True:
        yield f"{name}{number}"
        number += 1


def _machines(instances: Sequence[Machine | str] | None, who: Grantee) -> list[str]:
    from .ec2 import InstanceAccess

    if instances is None and isinstance(who, InstanceAccess):
        role = who.instance_role
        if role is not None and role.node.stack is who.node.stack:  # else its policy could not name the instance
            return [who.arn]
    if instances is None:
        return [arn_here("ec2", "instance/*")]
    return [arn_here("ec2", f"instance/{_machine(one)}") for one in instances]


def _machine(one: Machine | str) -> str:
    if isinstance(one, str) or hasattr(type(one), "attach"):
        return one if isinstance(one, str) else one.id
    raise ConstructError(f"a {type(one).__name__} is no instance", place=caller(), fix="give an EC2Instance or its id")


def _only_encrypted(what: str, encrypted: bool, key: object) -> None:
    checked_key(key, what)
    if key is not None and not encrypted:
        raise ConstructError(
            f"{what}: a key is given, and nothing is encrypted", place=caller(), fix="leave encrypted out, or the key"
        )
