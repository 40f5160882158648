"""Key pairs and placement groups, which MiniStack has an API for and no handler."""

from __future__ import annotations

from ministack.services import ec2

from .call import call
from .called import Called
from .kind import Fixed, Kind, Made, Properties


class KeyPair(Fixed):
    """AWS::EC2::KeyPair; a private key that is made lies in Parameter Store, as CloudFormation keeps it."""

    in_place = frozenset({"Tags"})

    def create(self, logical_id: str, properties: Properties, stack: str) -> Made:
        name = str(properties["KeyName"])
        public = properties.get("PublicKeyMaterial")
        if public:
            made = call("ec2", "ImportKeyPair", KeyName=name, PublicKeyMaterial=public.encode())
        else:
            made = call("ec2", "CreateKeyPair", KeyName=name, KeyType=properties.get("KeyType"))
            where = self.parameter(made["KeyPairId"])
            call("ssm", "PutParameter", Name=where, Value=made["KeyMaterial"], Type="SecureString")
        return name, {"KeyFingerprint": made["KeyFingerprint"], "KeyPairId": made["KeyPairId"]}

    def update(self, physical_id: str, old: Properties, new: Properties) -> Made:
        found = call("ec2", "DescribeKeyPairs", KeyNames=[physical_id])["KeyPairs"][0]
        return physical_id, {"KeyFingerprint": found["KeyFingerprint"], "KeyPairId": found["KeyPairId"]}

    def delete(self, physical_id: str, properties: Properties) -> None:
        found = ec2._key_pairs.get(physical_id)
        call("ec2", "DeleteKeyPair", KeyName=physical_id)
        if found is not None and not properties.get("PublicKeyMaterial"):
            call("ssm", "DeleteParameter", Name=self.parameter(found["KeyPairId"]))

    @staticmethod
    def parameter(pair: str) -> str:
        return f"/ec2/keypair/{pair}"


TYPES: dict[str, Kind] = {
    "AWS::EC2::KeyPair": KeyPair(),
    "AWS::EC2::PlacementGroup": Called(
        "ec2", "CreatePlacementGroup", "=GroupName", "DeletePlacementGroup", "GroupName", named="GroupName",
        same=("GroupName",), in_place=("Tags",),
    ),
}  # fmt: skip
