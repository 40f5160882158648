"""Who may sign addresses of private content: public keys, and groups of them that a distribution trusts.

Source: CloudFront Developer Guide, serve private content with signed URLs and signed cookies; course notes, CloudFront.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import has_marker
from ..existing import Existing, checked_name
from .edgename import own_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PUBLIC_KEY = "AWS::CloudFront::PublicKey"
KEY_GROUP = "AWS::CloudFront::KeyGroup"


@construct
class PublicKey(Construct):
    """The public half of a key pair (RSA 2048 or ECDSA P-256), with which CloudFront checks what the private one signed.

    - `key`: the PEM text, which begins with `-----BEGIN PUBLIC KEY-----`, or a file of the project with it
      (`"keys/films.pem"`). Never the private key.
    - `name`: unique in the account; made of the stack's name, its region and the key when left out.

    CloudFront changes no key: another text makes another public key, which takes the old one's place in its groups in
    the same deploy. To sign with both for a while put both into the group.

    Source: CloudFront Developer Guide, specify signers that can create signed URLs and signed cookies.
    """

    key: str
    name: str | None = None
    comment: str | None = None

    id = ref()

    def build(self) -> None:
        """Make the public key."""
        text = self._text()
        mark = ""
        if not has_marker(text):
            import hashlib

            mark = hashlib.sha256(text.encode()).hexdigest()[:10].upper()
        name = own_name(self, self.name, f"-{mark}" if mark else "")
        made = resource_class(PUBLIC_KEY)(
            self,
            MAIN,
            PublicKeyConfig={"CallerReference": name, "Name": name, "Comment": self.comment, "EncodedKey": text},
        )
        if mark:
            made.node.fixed_id = f"{made.node.plain_id}{mark}"

    def _text(self) -> str:
        given = self.key
        if has_marker(given) or "-----" in given or "\n" in given:
            return given
        from .edgefunction import read

        return read(self, given, "key", "the text of the key, from -----BEGIN PUBLIC KEY----- on")


@construct
class KeyGroup(Construct):
    """Public keys, any of whose private halves may sign: at most five, of which two are enough to change them in turn.

    - `keys`: `PublicKey`s or their ids.
    - `name`: unique in the account; made of the stack's name and region when left out.

    Source: CloudFront Developer Guide, specify signers that can create signed URLs and signed cookies.
    """

    keys: Sequence[PublicKey | str]
    name: str | None = None
    comment: str | None = None

    id = ref()

    def build(self) -> None:
        """Make the group."""
        if not self.keys:
            raise ConstructError(f"{self.node.path}: nobody could sign", place=caller(), fix="give at least one key")
        resource_class(KEY_GROUP)(
            self,
            MAIN,
            KeyGroupConfig={
                "Name": own_name(self, self.name),
                "Comment": self.comment,
                "Items": [key.id if isinstance(key, PublicKey) else key for key in self.keys],
            },
        )

    @staticmethod
    def from_id(scope: Construct, id: str, group_id: str) -> ExistingKeyGroup:
        """A key group that exists already."""
        return ExistingKeyGroup(scope, id, values={"id": checked_name(group_id, "from_id", r"[\w-]+")})


@construct
class ExistingKeyGroup(Existing):
    """A key group made elsewhere; see `KeyGroup.from_id`."""

    WHAT = "key group"
    id = ref()
