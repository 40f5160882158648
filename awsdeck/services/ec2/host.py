"""Physical servers, groups of neighbours and key pairs: what an instance can be placed on, beside, and opened with.

Source: EC2 User Guide, Dedicated Hosts, placement groups, key pairs; course notes, EC2.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...rules.limits import COMMITMENT_PAYMENTS
from ...source import caller
from ...tokens import AWS
from ..existing import Existing, checked_name
from ..hints import check
from .purchase import checked_payment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from ...tokens import Token
    from .families import InstanceType
    from .purchase import Payment, Years

HOST = "AWS::EC2::Host"
PLACEMENT_GROUP = "AWS::EC2::PlacementGroup"
KEY_PAIR = "AWS::EC2::KeyPair"


class HostReservation:
    """A commitment to a Dedicated Host, up to 70 % cheaper, which awsdeck plans and never buys.

    - `years`: 1 or 3. `payment`: "no-upfront", "partial-upfront" or "all-upfront".
    - `discount`: the part of the on-demand price expected to be saved, 0.4 for 40 %; it is checked against the most.

    Source: EC2 User Guide, Dedicated Host Reservations; course notes, EC2.
    """

    __slots__ = ("years", "payment", "discount")

    def __init__(self, *, years: Years = 1, payment: Payment = "no-upfront", discount: float | None = None) -> None:
        self.years = years
        self.payment = checked_payment(payment)
        self.discount = discount


class HostAccess(Construct):
    """A Dedicated Host to place instances on, whether it is made here or exists already."""

    id = attribute("HostId")


@construct
class EC2Host(HostAccess):
    """A physical server for the account's own instances: `DedicatedHost(host)` puts one there.

    - `availability_zone`: where it stands; its instances stand there too.
    - `instance_type`: the one type it takes ("m5.large"), or `family`: all sizes of one family ("m5"). Families such as
      t2 and t3a are not to be had.
    - `auto_placement`: also takes instances that name no host (on by default).
    - `recovery`: its instances are restarted on another host when it fails. `maintenance`: AWS may replace it when it
      is worn.
    - `reservation`: a commitment for the plan that `awsdeck purchases` prints.

    It is paid for by the second for as long as it exists, whether instances run on it or not.

    Source: EC2 User Guide, Dedicated Hosts; course notes, EC2.
    """

    availability_zone: str
    instance_type: InstanceType | Token | None = None
    family: str | None = None
    auto_placement: bool = True
    recovery: bool = False
    maintenance: bool | None = None
    reservation: HostReservation | None = None

    arn = property(lambda self: f"arn:{AWS.Partition}:ec2:{AWS.Region}:{AWS.AccountId}:dedicated-host/{self.id}")

    def build(self) -> None:
        """Make the host."""
        resource_class(HOST)(
            self,
            MAIN,
            AvailabilityZone=self.availability_zone,
            InstanceType=self.instance_type,
            InstanceFamily=self.family,
            AutoPlacement="on" if self.auto_placement else "off",
            HostRecovery="on" if self.recovery else None,
            HostMaintenance=None if self.maintenance is None else "on" if self.maintenance else "off",
        )
        planned = self.reservation
        if planned is not None:
            check(self, offering="host", years=planned.years, discount=planned.discount)

    def planned_purchase(self) -> dict[str, Any] | None:
        """What the plan of purchases says of it."""
        if self.reservation is None:
            return None
        return {
            "kind": "dedicated-host",
            "family": self.family or str(self.instance_type).partition(".")[0],
            "years": self.reservation.years,
            "payment": COMMITMENT_PAYMENTS[self.reservation.payment],
        }

    @staticmethod
    def from_id(scope: Construct, id: str, host_id: str) -> ExistingHost:
        """A host of this account and region that exists already, or is shared with it."""
        return ExistingHost(scope, id, values={"id": checked_name(host_id, "the id alone", "h-[0-9a-f]+")})


@construct
class ExistingHost(Existing, HostAccess):
    """A host made elsewhere; see `EC2Host.from_id`."""

    WHAT = "host"


@construct
class EC2PlacementGroup(Construct):
    """Instances that stand near each other, or apart.

    - `strategy`: "cluster" (close together in one zone, for fast networks), "spread" (each on hardware of its own, at
      most 7 running in a zone), "partition" (groups that share no hardware).
    - `partitions`: how many groups, 1 to 7 in a zone. `spread`: "rack" (default), or "host" on Outposts.

    Source: EC2 User Guide, placement strategies.
    """

    strategy: Literal["cluster", "spread", "partition"]
    partitions: int | Token | None = None
    spread: Literal["rack", "host"] | None = None

    name = ref()

    def build(self) -> None:
        """Make the group."""
        resource_class(PLACEMENT_GROUP)(
            self, MAIN, Strategy=self.strategy, PartitionCount=self.partitions, SpreadLevel=self.spread
        )


@construct
class EC2KeyPair(Construct):
    """A key pair to sign in with over SSH, or to decrypt a Windows password with.

    Without `public_key` AWS makes the pair and keeps the private half as the SecureString `private_key_parameter`.

    - `name`: a name of its own, at most 255 characters; the path in the tree by default.
    - `public_key`: the public half of one you have: the text of `id_ed25519.pub`.
    - `type`: "ed25519" or "rsa" (Windows needs rsa). `format`: "pem", or "ppk" for PuTTY.

    Source: EC2 User Guide, Amazon EC2 key pairs; course notes, EC2.
    """

    name: str | None = None
    public_key: str | None = None
    type: Literal["ed25519", "rsa"] = "ed25519"
    format: Literal["pem", "ppk"] = "pem"

    key_name = ref()

    def build(self) -> None:
        """Make or import the key pair."""
        own = self.public_key is not None
        resource_class(KEY_PAIR)(
            self,
            MAIN,
            KeyName=self.node.path.replace("/", "-") if self.name is None else self.name,
            PublicKeyMaterial=self.public_key,
            KeyType=None if own else self.type,
            KeyFormat=None if own or self.format == "pem" else self.format,
        )

    @property
    def private_key_parameter(self) -> str:
        """The name of the parameter that holds the private key. Raises `ConstructError` when the key is yours."""
        if self.public_key is not None:
            raise ConstructError(
                f"{self.node.path} was made elsewhere, and AWS never saw its private key", place=caller(),
                fix="leave public_key out to have AWS make the pair",
            )  # fmt: skip
        return f"/ec2/keypair/{self._key_id}"

    _key_id = attribute("KeyPairId")
