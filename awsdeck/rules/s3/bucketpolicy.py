"""What bucket policies let in, refuse and enforce."""

from __future__ import annotations

import re

from ..policies.access import (
    BUCKET,
    BUCKET_POLICY,
    Permissions,
    conditions,
    covers,
    every,
    everyone,
    generated,
    literal,
    matches,
    only,
    plain_arn,
    read,
    some,
    spelled,
)
from ..policies.policy import Statement, documents
from ..view import texts
from ..vocabulary import ABSENT, Violation, is_unknown, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View
    from ..vocabulary import Verdict

HEADER = "s3:x-amz-server-side-encryption"
_OTHER = "another-algorithm"


class Places:
    """What a bucket policy's resources mean: the bucket, its objects, anything, something else."""

    def __init__(self, policy: View) -> None:
        value = policy.get("Bucket")
        name = spelled(value)
        self.names = set() if name is None else {name}
        found = policy.graph.target(policy, value) if policy.graph is not None else None
        self.bucket = found.view if found is not None and found.view.type == BUCKET else None
        own = spelled(self.bucket.get("BucketName")) if self.bucket is not None else None
        if own and self.bucket is not None and (self.bucket.member is policy.member or "${" not in own):
            self.names.add(own)

    def of(self, resource: Any) -> str | None:
        """`bucket`, `objects`, `any`, `other`, or None when it cannot be told."""
        if resource == "*":
            return "any"
        written = spelled(resource)
        if written is None:
            return None
        written = plain_arn(written)
        for name in self.names:
            mark = f"{name[:-1]}.Arn}}" if name[:2] == "${" and name[-1:] == "}" and name.count("$") == 1 else None
            if mark and written.startswith(mark):
                rest = written[len(mark) :]
                return "bucket" if not rest else "objects" if rest.startswith("/") else None
        if not written.startswith("arn:aws:s3:::"):
            return None if "${" in written or "*" in written or "?" in written else "other"
        name, slash, _key = written.removeprefix("arn:aws:s3:::").partition("/")
        if name in self.names:
            return "objects" if slash else "bucket"
        if "*" in name or "?" in name:
            return "any"
        return "other" if "${" not in name and any("${" not in known for known in self.names) else None

    def all(self, statement: Statement) -> list[str | None]:
        """What each resource of a statement means; `[None]` for NotResource."""
        return [None] if "NotResource" in statement.body else [self.of(item) for item in statement.all("Resource")]


def _denied(statement: Statement, header: str | None) -> Verdict:
    """Whether a Deny's condition meets an upload with this x-amz-server-side-encryption header (None: without it)."""
    verdicts: list[Verdict] = []
    for operator, key, values in conditions(statement):
        if key.lower() != HEADER:
            verdicts.append(None)
            continue
        test = operator.lower().removesuffix("ifexists")
        lenient = test != operator.lower() or test.startswith("forallvalues:")
        test, any_value = test.rpartition(":")[2], test.startswith("foranyvalue:")
        if test == "null":
            wanted = [truth(value) for value in values]
            verdicts.append(None if None in wanted else (header is None) in wanted)
        elif test in ("stringequals", "stringequalsignorecase", "stringlike"):
            verdicts.append(lenient if header is None else _meets(header, values))
        elif test in ("stringnotequals", "stringnotequalsignorecase", "stringnotlike"):
            verdicts.append(not any_value if header is None else not _meets(header, values))
        else:
            verdicts.append(None)
    return every(verdicts)


def _meets(header: str, values: Iterable[Any]) -> bool:
    return any(matches(spelled(value) or "", header) for value in values)


def _denies_uploads(statement: Statement, places: Places) -> Verdict:
    """Whether a statement denies s3:PutObject on the bucket's objects, its condition left aside."""
    if statement.body.get("Effect") != "Deny":
        return None if is_unknown(statement.body.get("Effect")) else False
    reached = some(None if place is None else place in ("objects", "any") for place in places.all(statement))
    return every((covers(statement, "s3:PutObject"), reached))


def _enforced(statements: Iterable[Statement], places: Places, header: str | None) -> Verdict:
    """Whether uploads with this header (None: without it) are denied."""
    return some(
        every((_denies_uploads(s, places), _denied(s, header)))
        for s in statements
        if any(key.lower() in (HEADER, "") for _, key, _ in conditions(s))
    )


def weak_encryption(view: View) -> Iterator[Violation]:
    places = Places(view)
    for document in documents(view):
        statements = document.statements
        bound = [s for s in statements if any(key.lower().endswith(HEADER[3:]) for _, key, _ in conditions(s))]
        if not bound:
            continue
        missing, wrong = (_enforced(statements, places, header) for header in (None, _OTHER))
        for statement in bound:
            problem = _weakness(statement, bound, places, missing, wrong)
            if problem:
                yield Violation(statement.path, n=statement.number, problem=problem[0], fix=problem[1])


def _weakness(
    statement: Statement, bound: list[Statement], places: Places, missing: Verdict, wrong: Verdict
) -> tuple[str, str] | None:
    keys = [key.lower() for _, key, _ in conditions(statement)]
    if HEADER[3:] in keys:
        return "its condition key lacks the s3: in front", f"write {HEADER}"
    effect = statement.body.get("Effect")
    if effect == "Allow":
        if any(other.body.get("Effect") != "Allow" for other in bound):
            return None
        return (
            "it only allows, and another Allow may let uploads in without the header",
            "turn it into a Deny with StringNotEquals",
        )
    if effect != "Deny":
        return None
    if missing is False and covers(statement, "s3:PutObject") is False:
        return "its actions leave s3:PutObject out", "deny s3:PutObject"
    found = places.all(statement)
    if missing is False and found and all(place == "bucket" for place in found):
        return "its resource is the bucket, and uploads are about objects", "end the resource in /*"
    both = _denied(statement, None) is True and _denied(statement, _OTHER) is False
    negated = any(
        "stringnot" in operator.lower() for operator, key, _ in conditions(statement) if key.lower() == HEADER
    )
    if wrong is False and both and negated:
        return (
            "all tests of a condition must hold, so an upload that names another algorithm passes",
            "keep StringNotEquals alone: it holds for a missing header too",
        )
    return None


def unenforced(graph: Graph) -> Iterator[Violation]:
    for bucket in graph.of(BUCKET):
        metadata = bucket.body.get("Metadata")
        ours = metadata.get("awsdeck") if isinstance(metadata, dict) else None
        if not isinstance(ours, dict) or truth(ours.get("enforce_encryption")) is not True or generated(bucket):
            continue
        permissions = graph.kept(Permissions)
        policies = permissions.of(bucket)
        if permissions.unclear(bucket):
            continue
        if some(verdict for policy in policies for verdict in _enforcing(policy)) is False:
            yield Violation((), view=bucket)


def _enforcing(policy: View) -> Iterator[Verdict]:
    for world in only(policy, "Bucket", "PolicyDocument").worlds():
        found, whole = read(world.get("PolicyDocument"))
        yield _enforced(found, Places(world), None)
        if not whole:
            yield None


def unenforced_hint(view: View) -> Iterator[Violation]:
    if truth(view.get("enforce_encryption")) is True:
        found, whole = read(view.get("policy"))
        if whole and _enforced(found, _Anything(), None) is False:
            yield Violation(("enforce_encryption",))


class _Anything(Places):
    """The places of a policy whose bucket has no name yet: a resource that ends in /* means objects."""

    def __init__(self) -> None:
        self.names = set()
        self.bucket = None

    def of(self, resource: Any) -> str | None:
        written = spelled(resource)
        return None if written is None else "objects" if written.endswith("*") else "bucket"


def plain_http(graph: Graph) -> Iterator[Violation]:
    permissions = graph.kept(Permissions)
    for bucket in graph.of(BUCKET):
        if (
            serves_pages(bucket) is not False
            or generated(bucket)
            or permissions.unclear(bucket)
            or not list(only(bucket).worlds())
        ):
            continue
        policies = permissions.of(bucket)
        if some(_refuses_http(policy) for policy in policies) is False:
            yield Violation(("PolicyDocument",) if policies else (), view=policies[0] if policies else bucket)
    for policy in permissions.elsewhere(BUCKET_POLICY):
        if _refuses_http(policy) is False:
            yield Violation(("PolicyDocument",), view=policy)


def serves_pages(bucket: View) -> Verdict:
    """Whether a bucket is a website with pages of its own, which browsers reach over plain HTTP only."""
    site = bucket.get("WebsiteConfiguration")
    if site is ABSENT:
        return False
    return None if is_unknown(site) or not isinstance(site, dict) else "RedirectAllRequestsTo" not in site


def dark_website(graph: Graph) -> Iterator[Violation]:
    permissions = graph.kept(Permissions)
    for bucket in graph.of(BUCKET):
        if serves_pages(bucket) is True:
            for policy in permissions.of(bucket):
                if _refuses_http(policy) is True:
                    yield Violation(("WebsiteConfiguration",), view=bucket, policy=policy.id)


def refuses_plain_uploads(policy: View) -> Verdict:
    """Whether a bucket policy denies everybody uploads that do not ask for encryption, as log delivery's do not."""
    verdicts: list[Verdict] = []
    for world in only(policy, "Bucket", "PolicyDocument").worlds():
        found, _ = read(world.get("PolicyDocument"))
        verdicts.append(_enforced([s for s in found if everyone(s)], Places(world), None))
    return every(verdicts) if verdicts else None


def _refuses_http(policy: View) -> Verdict:
    """Whether a bucket policy refuses plain HTTP; worked out once for policies of the same words."""
    if policy.graph is None or not policy.settled or "Condition" in policy.body:
        return _refusal(policy)
    key = (texts(policy.properties), frozenset(Places(policy).names))
    known = policy.graph.kept(_refusals)
    if key not in known:
        known[key] = _refusal(policy)
    return known[key]


def _refusals(_: Graph) -> dict[tuple[bytes, frozenset[str]], Verdict]:
    return {}


def _refusal(policy: View) -> Verdict:
    verdicts: list[Verdict] = []
    for world in only(policy, "Bucket", "PolicyDocument").worlds():
        places = Places(world)
        found, whole = read(world.get("PolicyDocument"))
        denies = [
            (_about_http(s), places.all(s))
            for s in found
            if s.body.get("Effect") == "Deny" or is_unknown(s.body.get("Effect"))
        ]
        reached = [
            some(
                every((about, some(None if p is None else p in (kind, "any") for p in held))) for about, held in denies
            )
            for kind in ("bucket", "objects")
        ]
        verdicts.append(every(reached) if whole else some((every(reached), None)))
    return some(verdicts) if verdicts else None


def _about_http(statement: Statement) -> Verdict:
    """Whether a Deny holds for every request that comes without TLS."""
    principal = statement.body.get("Principal")
    verdicts: list[Verdict] = [
        True if everyone(statement) else None if is_unknown(principal) or "NotPrincipal" in statement.body else False,
        covers(statement, "s3:AnyAction"),
        None if is_unknown(statement.body.get("Effect")) else True,
    ]
    for operator, key, values in conditions(statement):
        if key.lower() != "aws:securetransport" or operator.lower() not in ("bool", "boolifexists"):
            verdicts.append(None)
        else:
            held = [truth(value) for value in values]
            verdicts.append(None if None in held else False in held)
    return every(verdicts)


# Who gets in


def public_policy(view: View) -> Iterator[Violation]:
    for document in documents(view):
        for statement in document.statements:
            if statement.body.get("Effect") != "Allow" or not everyone(statement) or statement.body.get("Condition"):
                continue
            actions = statement.all("Action")
            reads = bool(actions) and all((literal(action) or "").lower() == "s3:getobject" for action in actions)
            if not (reads and _serves_website(view)):
                yield Violation(statement.path, message="this statement lets everybody in")


def _serves_website(policy: View) -> bool:
    """Whether the policy's bucket is, or may be, a website."""
    value = policy.get("Bucket")
    name = literal(value)
    if policy.graph is None:
        return name is None
    found = policy.graph.target(policy, value)
    buckets = (
        [found.view]
        if found is not None
        else [b for b in policy.graph.of(BUCKET) if literal(b.get("BucketName")) == name]
    )
    if not buckets or (found is None and name is None):
        return name is None
    return any("WebsiteConfiguration" in bucket.properties for bucket in buckets)


# Buckets and objects

_BUCKET_ACTIONS = (
    r"s3:(listbucket|listbucketversions|listbucketmultipartuploads|deletebucket|deletebucketpolicy|deletebucketwebsite"
    r"|(get|put)(bucket[a-z]+|(accelerate|analytics|encryption|inventory|lifecycle|metrics|replication)configuration))"
)
_OBJECT_ACTIONS = frozenset(
    f"s3:{action}".lower()
    for action in (
        "AbortMultipartUpload", "BypassGovernanceRetention", "DeleteObject", "DeleteObjectTagging", "DeleteObjectVersion",
        "DeleteObjectVersionTagging", "GetObject", "GetObjectAcl", "GetObjectAttributes", "GetObjectLegalHold",
        "GetObjectRetention", "GetObjectTagging", "GetObjectTorrent", "GetObjectVersion", "GetObjectVersionAcl",
        "GetObjectVersionAttributes", "GetObjectVersionForReplication", "GetObjectVersionTagging",
        "GetObjectVersionTorrent", "ListMultipartUploadParts", "ObjectOwnerOverrideToBucketOwner", "PutObject",
        "PutObjectAcl", "PutObjectLegalHold", "PutObjectRetention", "PutObjectTagging", "PutObjectVersionAcl",
        "PutObjectVersionTagging", "ReplicateDelete", "ReplicateObject", "ReplicateTags", "RestoreObject",
    )
)  # fmt: skip


def wrong_level(view: View) -> Iterator[Violation]:
    places = Places(view)
    for document in documents(view):
        for statement in document.statements:
            yield from _statement_fits(statement, places)


def _statement_fits(statement: Statement, places: Places) -> Iterator[Violation]:
    if "Principal" not in statement.body and "NotPrincipal" not in statement.body:
        yield Violation(
            statement.path,
            message="statement {n} of the bucket policy says for nobody what it allows or denies",
            fix="add a Principal",
            n=statement.number,
        )
    found = places.all(statement)
    several = isinstance(statement.body.get("Resource"), list)
    for index, place in enumerate(found):
        if place == "other":
            yield Violation(
                statement.at("Resource", index) if several else statement.at("Resource"),
                message="statement {n} of the bucket policy speaks of something outside the bucket",
                fix="name the bucket's ARN, or objects below it",
                n=statement.number,
                value=spelled(statement.all("Resource")[index]),
            )
    if not found or any(place in (None, "any", "other") for place in found):
        return
    for action in statement.all("Action"):
        written = literal(action)
        if written is None or "*" in written or "?" in written:
            continue
        wanted = _level(written.lower())
        if wanted is not None and wanted not in found:
            yield Violation(
                statement.at("Action"),
                n=statement.number,
                action=written,
                kind="objects" if wanted == "objects" else "the bucket",
                allowed="the bucket's ARN with /* at the end" if wanted == "objects" else "the bucket's ARN",
            )


def _level(action: str) -> str | None:
    if action in _OBJECT_ACTIONS:
        return "objects"
    return "bucket" if re.fullmatch(_BUCKET_ACTIONS, action) else None
