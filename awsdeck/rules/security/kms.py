"""Rules about keys: rotation, deletion, policies, what they are for, their names, and what is encrypted with them.

What is encrypted with keys has its rules with the places where it is said (KMS008, KMS009).
"""

from __future__ import annotations

from ..limits import DELETION_DAYS_LEAST, DELETION_DAYS_MOST, ENCRYPT_MOST, ROTATION_DAYS_LEAST, ROTATION_DAYS_MOST
from ..policies.access import KEY, allowing, covers, everyone, literal, matches, read, some, spelled
from ..policies.encryption import ALIAS, REPLICA, SYMMETRIC, region_of
from ..vocabulary import (
    ABSENT,
    AtMost,
    Between,
    Is,
    IsNot,
    Matches,
    Rule,
    Stacks,
    Violation,
    as_list,
    is_unknown,
    truth,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View

    Path = tuple[str | int, ...]

SIGNS = ("SIGN_VERIFY",)
AGREES = ("SIGN_VERIFY", "KEY_AGREEMENT")
USES: dict[str, tuple[str, ...]] = {
    SYMMETRIC: ("ENCRYPT_DECRYPT",),
    **dict.fromkeys(("HMAC_224", "HMAC_256", "HMAC_384", "HMAC_512"), ("GENERATE_VERIFY_MAC",)),
    **dict.fromkeys(("RSA_2048", "RSA_3072", "RSA_4096"), ("ENCRYPT_DECRYPT", "SIGN_VERIFY")),
    **dict.fromkeys(("ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"), AGREES),
    **dict.fromkeys(("ECC_NIST_EDWARDS25519", "ECC_SECG_P256K1"), SIGNS),
    **dict.fromkeys(("ML_DSA_44", "ML_DSA_65", "ML_DSA_87"), SIGNS),
    "SM2": ("ENCRYPT_DECRYPT", "SIGN_VERIFY", "KEY_AGREEMENT"),
}
"""What a key of each spec can be for. Source: KMS API Reference, CreateKey, KeyUsage."""


# One key


def _unused_period(view: View) -> Iterator[Violation]:
    if view.has("RotationPeriodInDays") and truth(view.get("EnableKeyRotation", False)) is False:
        yield Violation(
            ("RotationPeriodInDays",),
            severity="warning",
            message="RotationPeriodInDays does nothing, as the key is not rotated",
            fix="set EnableKeyRotation: true, or leave the period out",
        )


def _usage(view: View) -> Iterator[Violation]:
    spec, usage = view.get("KeySpec", SYMMETRIC), view.get("KeyUsage", "ENCRYPT_DECRYPT")
    if not isinstance(spec, str) or not isinstance(usage, str) or is_unknown(spec) or is_unknown(usage):
        return
    uses = USES.get(spec)
    if uses is not None and usage not in uses:
        where = ("KeyUsage",) if view.has("KeyUsage") else ("KeySpec",)
        yield Violation(where, spec=spec, usage=usage, allowed=" or ".join(uses))


def _lockout(view: View) -> Iterator[Violation]:
    if not view.has("KeyPolicy"):
        return
    document = view.get("KeyPolicy")
    yield from _statements(view, document)
    if truth(view.get("BypassPolicyLockoutSafetyCheck", False)) is not False:
        return
    found, begin = allowing(document)
    able = some((*begin, *(_administers(statement) for statement in found)))
    if able is False and isinstance(document, dict | str):
        yield Violation(("KeyPolicy",))


def _administers(statement: Any) -> bool | None:
    """Whether a statement may let some AWS principal change the policy."""
    covered = covers(statement, "kms:PutKeyPolicy")
    principal = statement.body.get("Principal")
    if covered is False or (isinstance(principal, dict) and not is_unknown(principal) and "AWS" not in principal):
        return False
    return None if covered is None or "NotPrincipal" in statement.body else True


def _statements(view: View, document: Any) -> Iterator[Violation]:
    found, _ = read(document, "KeyPolicy")
    for statement in found:
        if "Principal" not in statement.body and "NotPrincipal" not in statement.body:
            yield Violation(
                statement.at("Principal"),
                message="statement {n} of the key policy names no principal, and KMS refuses the policy",
                fix="say who may use the key",
                n=statement.number,
            )
        if statement.body.get("Effect") == "Allow" and everyone(statement) and not statement.body.get("Condition"):
            yield Violation(
                statement.at("Principal"),
                severity="warning",
                message="statement {n} of the key policy lets every account of AWS use the key",
                fix="name who may, or add a condition such as kms:CallerAccount or aws:PrincipalOrgID",
                n=statement.number,
            )
        if "NotResource" not in statement.body and not _speaks_of_key(statement):
            yield Violation(
                statement.at("Resource"),
                severity="warning",
                message="statement {n} of the key policy does not speak of this key, and has no effect",
                fix='write "Resource": "*", which means this key in its own policy',
                n=statement.number,
            )


def _speaks_of_key(statement: Any) -> bool:
    if "Resource" not in statement.body:
        return False
    for item in as_list(statement.body.get("Resource")):
        written = literal(item)
        if written is None or written == "*" or ("*" in written and matches(written, "arn:aws:kms:x:1:key/x")):
            return True
        parts = written.split(":", 5)
        if len(parts) == 6 and (parts[2] in ("kms", "*") or "*" in parts[2]):
            return True
    return False


def _target(view: View) -> Iterator[Violation]:
    target = view.get("TargetKeyId")
    named = spelled(target) or ""
    found = view.member.target(target) if view.member is not None else None
    if named.rpartition(":")[2].startswith("alias/") or (found is not None and found.view.type == ALIAS):
        yield Violation(
            ("TargetKeyId",),
            message="an alias leads to a key, not to another alias",
            fix="name the key by its id or ARN",
        )


def _kept(view: View) -> Iterator[Violation]:
    policy = view.body.get("DeletionPolicy", ABSENT)
    if policy not in ("Retain", "RetainExceptOnCreate") and not is_unknown(policy):
        yield Violation(("/", "DeletionPolicy") if policy is not ABSENT else ("/",))


# Copies


def _copies(graph: Graph) -> Iterator[Violation]:
    for replica in graph.of(REPLICA):
        value = replica.get("PrimaryKeyArn")
        found = graph.target(replica, value)
        primary = found.view if found is not None and found.view.type == KEY else None
        here = replica.member.region if replica.member is not None else None
        if primary is not None or (here and here == region_of(value)):  # references end at the region
            yield Violation(("PrimaryKeyArn",), view=replica, primary=primary.id if primary is not None else value)


# Examples


_ROOT = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}


def _key(**properties: Any) -> dict[str, Any]:
    return {"EnableKeyRotation": True, **properties}


def _let(principal: Any, *actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": list(actions), "Resource": "*", **more}


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return _key(KeyPolicy={"Version": "2012-10-17", "Statement": list(statements)})


_OWNER = _let(_ROOT, "kms:*")
_SNS = _let({"Service": "sns.amazonaws.com"}, "kms:Decrypt")


def _copied(primary: Any) -> Stacks:
    copy = {"PrimaryKeyArn": primary, "KeyPolicy": _policy(_OWNER)["KeyPolicy"]}
    resources = {
        "Key": {"Type": KEY, "Properties": {"MultiRegion": True}},
        "Copy": {"Type": REPLICA, "Properties": copy},
    }
    return Stacks({"away": {"Resources": resources}}, {"away": {"region": "us-east-1"}})


RULES: tuple[Rule, ...] = (
    Rule(
        "KMS001", KEY, "error",
        "only symmetric keys whose material KMS makes can be rotated automatically",
        when={"EnableKeyRotation": Is(True)},
        then={"KeySpec": Is(SYMMETRIC, default=SYMMETRIC), "Origin": Is("AWS_KMS", default="AWS_KMS")},
        fix="leave EnableKeyRotation out, and make a new key when the old one is to be replaced",
        source="KMS Developer Guide, Rotate AWS KMS keys; course notes, KMS",
        good=({"EnableKeyRotation": True}, {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"}),
        bad=(
            {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY", "EnableKeyRotation": True},
            {"Origin": "EXTERNAL", "EnableKeyRotation": True},
        ),
    ),
    Rule(
        "KMS002", (KEY, REPLICA), "error",
        "{prop} must be {allowed}",
        then={
            "RotationPeriodInDays": Between(ROTATION_DAYS_LEAST, ROTATION_DAYS_MOST, "days"),
            "PendingWindowInDays": Between(DELETION_DAYS_LEAST, DELETION_DAYS_MOST, "days"),
        },
        check=_unused_period,
        source="KMS API Reference, EnableKeyRotation; ScheduleKeyDeletion",
        good=(_key(PendingWindowInDays=7), _key(RotationPeriodInDays=90)),
        bad=(_key(PendingWindowInDays=3), _key(RotationPeriodInDays=30), {"RotationPeriodInDays": 90}),
    ),
    Rule(
        "KMS003", KEY, "warning",
        "the key keeps its material for ever; rotation once a year costs no change where it is used",
        when={"KeySpec": Is(SYMMETRIC, default=SYMMETRIC), "Origin": IsNot("EXTERNAL")},
        then={"EnableKeyRotation": Is(True)},
        fix="set EnableKeyRotation: true",
        source="KMS Developer Guide, Rotate AWS KMS keys; course notes, KMS",
        verified="docs",
        good=({"EnableKeyRotation": True}, {"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}),
        bad=({}, {"EnableKeyRotation": False}),
    ),
    Rule(
        "KMS004", (KEY, REPLICA), "error",
        "the key policy lets nobody change it: KMS refuses a policy without an administrator who has kms:PutKeyPolicy",
        check=_lockout,
        fix="allow kms:* to the account, arn:aws:iam::…:root, or kms:PutKeyPolicy to an administrator",
        source="KMS API Reference, CreateKey, Policy; KMS Developer Guide, Default key policy",
        good=(
            _policy(_OWNER), _policy(_let(_ROOT, "kms:Put*"), _SNS),
            {**_policy(_SNS), "BypassPolicyLockoutSafetyCheck": True},
        ),
        bad=(
            _policy(_SNS), _policy(_let(_ROOT, "kms:Decrypt")),
            _policy(_OWNER, {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}),
            _policy(_OWNER, {**_SNS, "Resource": "arn:aws:s3:::orders"}), _policy(_OWNER, _let("*", "kms:Decrypt")),
        ),
    ),
    Rule(
        "KMS005", KEY, "error",
        "a {spec} key cannot be for {usage}",
        check=_usage,
        fix="write a KeyUsage that fits the KeySpec",
        source="KMS API Reference, CreateKey, KeySpec and KeyUsage",
        good=({"KeySpec": "HMAC_256", "KeyUsage": "GENERATE_VERIFY_MAC"}, {"KeySpec": "ECC_NIST_P256", "KeyUsage": "KEY_AGREEMENT"}),
        bad=({"KeySpec": "HMAC_256", "KeyUsage": "ENCRYPT_DECRYPT"}, {"KeySpec": "ML_DSA_44"}),
    ),
    Rule(
        "KMS006", ALIAS, "error",
        "an alias is alias/ and a name of letters, digits, /, _ and -, at most 256 characters, not below alias/aws/",
        then={"AliasName": Matches(r"(?=.{1,256}$)alias/(?!aws/)[A-Za-z0-9/_-]+", "alias/ and a name of your own")},
        check=_target,
        fix="write alias/ and a name of your own",
        source="KMS API Reference, CreateAlias",
        good={"AliasName": "alias/mykey", "TargetKeyId": {"Ref": "K"}},
        bad=(
            {"AliasName": "mykey", "TargetKeyId": {"Ref": "K"}}, {"AliasName": "alias/aws/s3", "TargetKeyId": {"Ref": "K"}},
            {"AliasName": "alias/mykey", "TargetKeyId": "alias/other"},
            {"AliasName": "alias/mykey", "TargetKeyId": {"Fn::Sub": "arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/other"}},
        ),
    ),
    Rule(
        "KMS007", "awsdeck::KMSEncryption", "error",
        "KMS itself encrypts at most {allowed}; anything larger is encrypted outside, with a data key (envelope encryption)",
        scope="construct",
        when={"data_key": IsNot(True)},
        then={"size": AtMost(ENCRYPT_MOST, "bytes")},
        fix="call GenerateDataKey, encrypt with that key, and keep the encrypted data key beside the data: data_key=True",
        source="KMS API Reference, Encrypt; course notes, KMS",
        good=({"size": 4_096}, {"size": 10_240, "data_key": True}),
        bad={"size": 10_240},
    ),
    Rule(
        "KMS010", (KEY, REPLICA), "warning",
        "nothing that was encrypted with the key can be read once it is deleted, and it is deleted when it leaves the stack",
        check=_kept,
        fix="set DeletionPolicy: Retain",
        source="KMS Developer Guide, Delete an AWS KMS key; CloudFormation Template Reference, DeletionPolicy attribute",
        verified="docs",
        good={"Type": KEY, "DeletionPolicy": "Retain", "Properties": {}},
        bad=({}, {"Type": KEY, "DeletionPolicy": "Delete", "Properties": {}}),
    ),
    Rule(
        "KMS011", REPLICA, "error",
        "the primary key {primary} is in this region already, and a copy is for another one",
        scope="graph",
        check=_copies,
        fix="put the replica into a stack of another region",
        source="KMS API Reference, ReplicateKey",
        good=_copied("arn:aws:kms:eu-west-1:123456789012:key/mrk-1"),
        bad=(_copied("arn:aws:kms:us-east-1:123456789012:key/mrk-1"), _copied({"Fn::GetAtt": ["Key", "Arn"]})),
    ),
    Rule(
        "KMS011", "awsdeck::KMSReplicaKey", "error",
        "the primary key is a key of one region, which has no copies",
        scope="construct",
        then={"multi_region": Is(True, default=True)},
        fix="make it with multi_region=True; a key that is deployed cannot become one, so that takes a new key",
        source="KMS API Reference, ReplicateKey",
        good={"multi_region": True},
        bad={"multi_region": False},
    ),
)  # fmt: skip
