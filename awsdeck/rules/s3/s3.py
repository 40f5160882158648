"""Amazon S3: what the documentation demands beyond the resource schema."""

from __future__ import annotations

import re

from ..limits import (
    CORS_RULES_MOST,
    GETS_PER_SECOND,
    GIB,
    MIB,
    MULTIPART_ADVISED,
    OBJECT_MOST,
    PART_LEAST,
    PART_MOST,
    PARTS_MOST,
    PUTS_PER_SECOND,
    SINGLE_PUT_MOST,
    TIB,
)
from ..policies.access import (
    BUCKET,
    BUCKET_POLICY,
    Permissions,
    every,
    identity,
    literal,
    matches,
    only,
    points_at,
    same_one,
    some,
    spelled,
    together,
)
from ..view import in_world
from ..vocabulary import (
    ABSENT,
    IsNot,
    OneOf,
    Present,
    Rule,
    Stacks,
    Violation,
    as_list,
    grouped,
    is_unknown,
    number,
    truth,
)
from .bucketpolicy import (
    HEADER,
    dark_website,
    plain_http,
    public_policy,
    refuses_plain_uploads,
    unenforced,
    unenforced_hint,
    weak_encryption,
    wrong_level,
)
from .lifecycle import courses, transitions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..graph import Graph
    from ..view import View
    from ..vocabulary import Limit, Verdict

    Path = tuple[str | int, ...]

CONSTRUCT = "awsdeck::S3Bucket"
OBJECT = "awsdeck::S3Object"

# Names

_NAME = r"[a-z0-9][a-z0-9.-]*[a-z0-9]"
_ADDRESS = r"\d{1,3}(\.\d{1,3}){3}"
_ACCOUNT = r"(?<!\d)\d{12}(?!\d)"
_ACCOUNT_REGIONAL = r".+-\d{12}-[a-z]{2}(-[a-z]+)+-\d-an"
_STARTS = ("xn--", "sthree-", "amzn-s3-demo-")
_ENDS = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def _name(view: View) -> Iterator[Violation]:
    name = literal(view.get("BucketName"))
    if not name:
        return
    if not 3 <= len(name) <= 63 or re.fullmatch(_NAME, name) is None or ".." in name or re.fullmatch(_ADDRESS, name):
        yield Violation(("BucketName",), value=name, allowed="3 to 63 of a-z 0-9 . -, a letter or digit at both ends")
    elif name.startswith(_STARTS) or name.endswith(_ENDS):
        yield Violation(
            ("BucketName",),
            message="S3 keeps bucket names for itself that begin with {starts} or end in {ends}",
            value=name,
            starts=", ".join(_STARTS),
            ends=", ".join(_ENDS),
        )
    elif ".-" in name or "-." in name:
        yield Violation(
            ("BucketName",),
            severity="warning",
            message="a dot next to a hyphen makes the bucket's host name invalid",
            value=name,
        )
    elif re.fullmatch(_ACCOUNT_REGIONAL, name) and view.get("BucketNamespace") in (ABSENT, "global"):
        yield Violation(
            ("BucketName",),
            severity="warning",
            message="names like this one belong to the account-regional namespace",
            fix="set BucketNamespace: account-regional, or choose another name",
            value=name,
        )


def _global_name(view: View) -> Iterator[Violation]:
    properties = view.body.get("Properties")
    raw = properties.get("BucketName") if isinstance(properties, dict) else None
    name = literal(in_world(raw, view.world))
    namespace = view.get("BucketNamespace")
    if name and not re.search(_ACCOUNT, name) and namespace in (ABSENT, "global"):
        yield Violation(("BucketName",), value=name)


def _same_name(graph: Graph) -> Iterator[Violation]:
    seen: dict[str, View] = {}
    for bucket in graph.of(BUCKET):
        for world in only(bucket, "BucketName", "BucketNamespace").worlds():
            name = literal(world.get("BucketName"))
            if not name or world.get("BucketNamespace") not in (ABSENT, "global"):
                continue
            first = seen.setdefault(name, world)
            if first.member is None or first.member is bucket.member or _same_template(first, bucket):
                continue
            yield Violation(("BucketName",), view=world, value=name, other=first.id, stack=first.member.name)


def _same_template(one: View, other: View) -> bool:
    """Whether two templates are copies of each other, as one in JSON and one in YAML would be."""
    if one.member is None or other.member is None:
        return False
    return one.member.section("Resources") == other.member.section("Resources")


# Encryption

_ALGORITHMS = ("AES256", "aws:kms", "aws:kms:dsse")


def _encryption(view: View) -> Iterator[Violation]:
    where = ("BucketEncryption", "ServerSideEncryptionConfiguration")
    rules = as_list(view.get("/".join(where)))
    if len(rules) > 1 and not any(is_unknown(rule) for rule in rules):
        yield Violation(
            where,
            severity="warning",
            message="a bucket has one default encryption, and {count} are given",
            fix="keep one rule",
            count=len(rules),
        )
    for index, rule in enumerate(rules):
        default = rule.get("ServerSideEncryptionByDefault") if isinstance(rule, dict) else None
        if not isinstance(default, dict) or is_unknown(default):
            continue
        path = (*where, index, "ServerSideEncryptionByDefault")
        algorithm, key = literal(default.get("SSEAlgorithm")), default.get("KMSMasterKeyID", ABSENT)
        if algorithm is not None and algorithm not in _ALGORITHMS:
            customer = algorithm.upper() in ("SSE-C", "SSEC")
            yield Violation(
                (*path, "SSEAlgorithm"),
                message="with SSE-C the key comes with each request: it cannot be a bucket's default"
                if customer
                else None,
                value=algorithm,
                allowed=", ".join(_ALGORITHMS),
            )
        elif algorithm == "AES256":
            if key is not ABSENT and key != "" and (not is_unknown(key) or _is_resource(view, key)):
                yield Violation(
                    (*path, "KMSMasterKeyID"),
                    message="a KMS key is only used with aws:kms; AES256 encrypts with S3's own keys",
                    fix="set SSEAlgorithm: aws:kms, or leave KMSMasterKeyID out",
                )
            if truth(rule.get("BucketKeyEnabled")) is True:
                yield Violation(
                    (*where, index, "BucketKeyEnabled"),
                    severity="warning",
                    message="a bucket key saves calls to KMS, and AES256 makes none",
                    fix="set SSEAlgorithm: aws:kms, or leave BucketKeyEnabled out",
                )


def _is_resource(view: View, value: Any) -> bool:
    """Whether a value surely comes from a resource, and so is not empty."""
    if isinstance(value, dict) and "Fn::GetAtt" in value:
        return True
    return view.member is not None and view.member.target(value) is not None


# Who gets in

_PUBLIC_ACLS = ("PublicRead", "PublicReadWrite", "AuthenticatedRead")
_OWNER_ACLS = ("Private", "BucketOwnerFullControl", "BucketOwnerRead")
_ACLS = (*_PUBLIC_ACLS, "AwsExecRead", "LogDeliveryWrite")
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def _public(view: View) -> Iterator[Violation]:
    if view.type == BUCKET_POLICY:
        yield from public_policy(view)
        return
    acl = view.get("AccessControl")
    if acl in _PUBLIC_ACLS:
        yield Violation(("AccessControl",), message="this ACL lets people outside the account in", value=acl)
    website = view.get("WebsiteConfiguration") is not ABSENT
    for block in _BLOCKS[:2] if website else _BLOCKS:
        if truth(view.get(f"PublicAccessBlockConfiguration/{block}")) is False:
            yield Violation(
                ("PublicAccessBlockConfiguration", block),
                message="without {block} the bucket may become public",
                block=block,
            )


def _acl(view: View) -> Iterator[Violation]:
    acl, rules = view.get("AccessControl"), view.get("OwnershipControls/Rules")
    if acl not in _ACLS or is_unknown(rules):
        return
    owners = [rule.get("ObjectOwnership") for rule in as_list(rules) if isinstance(rule, dict)]
    if any(is_unknown(owner) for owner in (*owners, *as_list(rules))):
        return
    if not any(owner in ("ObjectWriter", "BucketOwnerPreferred") for owner in owners):
        yield Violation(("AccessControl",), value=acl, allowed=", ".join(_OWNER_ACLS))


# Access logs


def _log_target(bucket: View, world: View) -> View | None:
    """The bucket that gets the access logs, when it is in the graph."""
    name = world.get("LoggingConfiguration/DestinationBucketName")
    if name is ABSENT:
        return bucket if isinstance(world.get("LoggingConfiguration"), dict) else None
    return _bucket_named(bucket, name)


def _bucket_named(view: View, name: Any) -> View | None:
    """The bucket of the graph that a name inside `view` means."""
    if view.graph is None:
        return None
    found = view.graph.target(view, name)
    if found is not None:
        return found.view if found.view.type == BUCKET and found.attribute is None else None
    written = literal(name)
    if written is None:
        return None
    return next((other for other in view.graph.of(BUCKET) if literal(other.get("BucketName")) == written), None)


def _logging(graph: Graph) -> Iterator[Violation]:
    for bucket in graph.of(BUCKET):
        if "LoggingConfiguration" not in bucket.properties:
            continue
        for world in only(bucket, "LoggingConfiguration").worlds():
            target = _log_target(bucket, world)
            if target is not None:
                yield from _log_delivery(world, bucket, target)
                if any(refuses_plain_uploads(policy) for policy in graph.kept(Permissions).of(target)):
                    yield Violation(
                        ("LoggingConfiguration", "DestinationBucketName"),
                        view=world,
                        severity="warning",
                        message="the policy of {other} denies uploads that do not ask for encryption, and log delivery "
                        "does not ask: no access logs arrive",
                        fix="log to a bucket without that Deny; its default encryption encrypts the logs",
                        other=target.id,
                    )


def _log_delivery(world: View, bucket: View, target: View) -> Iterator[Violation]:
    where: tuple[str, ...] = ("LoggingConfiguration", "DestinationBucketName")
    if same_one(target, bucket):
        if world.get("LoggingConfiguration/DestinationBucketName") is ABSENT:
            where = where[:1]
        yield Violation(
            where,
            view=world,
            severity="warning",
            message="a bucket that logs to itself writes logs about its logs",
            fix="log to another bucket",
        )
        return
    for kind in ("region", "account"):
        here, there = getattr(bucket.member, kind, None), getattr(target.member, kind, None)
        if here and there and here != there:
            yield Violation(where, view=world, kind=kind, other=target.id, here=here, there=there)
    for _, dest in together(world, only(target, "ObjectLockEnabled", "ObjectLockConfiguration", "BucketEncryption")):
        reason = _refuses_logs(dest)
        if reason:
            yield Violation(
                where,
                view=world,
                severity="warning",
                message="{other} {reason}: the deploy succeeds, but no access logs arrive",
                fix="log to a bucket without object lock, encrypted with AES256",
                other=target.id,
                reason=reason,
            )
            break


def _refuses_logs(bucket: View) -> str | None:
    if truth(bucket.get("ObjectLockEnabled")) is True:
        return "has object lock"
    retention = bucket.get("ObjectLockConfiguration/Rule/DefaultRetention")
    if retention is not ABSENT and not is_unknown(retention):
        return "has a default retention"
    path = "BucketEncryption/ServerSideEncryptionConfiguration/*/ServerSideEncryptionByDefault/SSEAlgorithm"
    if any(value in ("aws:kms", "aws:kms:dsse") for _, value in bucket.values(path)):
        return "is encrypted with KMS"
    return None


def _unlogged(graph: Graph) -> Iterator[Violation]:
    targets: set[tuple[int, str]] = set()
    for bucket in graph.of(BUCKET):
        for world in only(bucket, "LoggingConfiguration").worlds():
            target = _log_target(bucket, world)
            if target is not None:
                targets.add(identity(target))
    for bucket in graph.of(BUCKET):
        if identity(bucket) in targets:
            continue
        for world in only(bucket, "LoggingConfiguration").worlds():
            if world.get("LoggingConfiguration") is ABSENT:
                yield Violation((), view=bucket)
                break


# Website, CORS, acceleration


def _website(view: View) -> Iterator[Violation]:
    site = view.get("WebsiteConfiguration")
    if not isinstance(site, dict) or is_unknown(site):
        return
    where = ("WebsiteConfiguration",)
    beside = [name for name in ("IndexDocument", "ErrorDocument", "RoutingRules") if name in site]
    if "RedirectAllRequestsTo" in site:
        if beside:
            yield Violation(
                (*where, beside[0]), message="a website that redirects all requests has no documents of its own"
            )
    elif "IndexDocument" not in site:
        yield Violation(where)
    index = literal(site.get("IndexDocument"))
    if index is not None and "/" in index:
        yield Violation(
            (*where, "IndexDocument"),
            message="the index document is a name that S3 looks for in every folder, without a /",
            fix="write the name alone, such as index.html",
            value=index,
        )
    paths = ("WebsiteConfiguration/RedirectAllRequestsTo", "WebsiteConfiguration/RoutingRules/*/RedirectRule")
    for path in paths:
        for found, value in view.values(f"{path}/Protocol"):
            if not is_unknown(value) and value not in ("http", "https"):
                yield Violation(
                    found, message="a website redirects to http or https", value=value, allowed="http, https"
                )


def _accelerated_name(view: View) -> Iterator[Violation]:
    name = literal(view.get("BucketName"))
    if view.get("AccelerateConfiguration/AccelerationStatus") == "Enabled" and name is not None and "." in name:
        yield Violation(
            ("BucketName",),
            message="transfer acceleration needs a bucket name without dots",
            fix="choose a name without dots, or leave AccelerateConfiguration out",
            value=name,
        )


_METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")


def _cors(view: View) -> Iterator[Violation]:
    rules = as_list(view.get("CorsConfiguration/CorsRules"))
    where = ("CorsConfiguration", "CorsRules")
    if len(rules) > CORS_RULES_MOST:
        yield Violation(
            where,
            message="a bucket has at most {most} CORS rules, this one has {count}",
            most=CORS_RULES_MOST,
            count=len(rules),
        )
    for index, rule in enumerate(rules):
        if isinstance(rule, dict) and not is_unknown(rule):
            yield from _cors_rule(index + 1, (*where, index), rule)


def _cors_rule(n: int, where: Path, rule: dict[str, Any]) -> Iterator[Violation]:
    methods, origins = rule.get("AllowedMethods"), rule.get("AllowedOrigins")
    if methods == []:
        yield Violation(
            (*where, "AllowedMethods"), n=n, problem="it allows no method", fix="name one", allowed=", ".join(_METHODS)
        )
    if origins == []:
        yield Violation((*where, "AllowedOrigins"), n=n, problem="it allows no origin", fix="name one")
    for index, method in enumerate(as_list(methods)):
        if isinstance(method, str) and not is_unknown(method) and method not in _METHODS:
            yield Violation(
                (*where, "AllowedMethods", index),
                n=n,
                problem="S3 answers OPTIONS itself" if method == "OPTIONS" else "there is no such method",
                fix="leave OPTIONS out" if method == "OPTIONS" else None,
                value=method,
                allowed=", ".join(_METHODS),
            )
    for index, origin in enumerate(as_list(origins)):
        written = spelled(origin) or ""
        if written.count("*") > 1:
            yield Violation(
                (*where, "AllowedOrigins", index), n=n, problem="an origin holds at most one *", value=written
            )
        changing = [method for method in as_list(methods) if method in ("PUT", "POST", "DELETE")]
        if written == "*" and changing:
            yield Violation(
                (*where, "AllowedOrigins", index),
                severity="warning",
                n=n,
                problem=f"pages of any site may {', '.join(changing)}",
                fix="name the origins",
            )
    age = number(rule.get("MaxAge"))
    if age is not None and age < 0:
        yield Violation((*where, "MaxAge"), n=n, problem="an answer cannot be kept for less than 0 seconds", value=age)


def _loaded_without_cors(view: View) -> Iterator[Violation]:
    rules = view.get("cors_rules")
    if is_unknown(rules):
        return
    for index, origin in enumerate(as_list(view.get("loaded_by"))):
        verdicts = [_lets_in(rule, origin) for rule in as_list(rules)]
        if some(verdicts) is False:
            yield Violation(("loaded_by", index), origin=spelled(origin) or "the site")


def _lets_in(rule: Any, origin: Any) -> Verdict:
    if not isinstance(rule, dict) or is_unknown(rule):
        return None
    methods, site = as_list(rule.get("AllowedMethods")), literal(origin)
    found: list[Verdict] = []
    for allowed in as_list(rule.get("AllowedOrigins")):
        pattern = literal(allowed)
        if allowed in ("*", origin):
            found.append(True)
        else:
            found.append(None if pattern is None or site is None else matches(pattern, site))
    return every((some(found), True if "GET" in methods else None if any(map(is_unknown, methods)) else False))


# Versions, replication, object lock


def _versioned(view: View) -> Verdict:
    status, lock = view.get("VersioningConfiguration/Status"), view.get("ObjectLockEnabled")
    if status == "Enabled" or truth(lock) is True:
        return True
    return None if is_unknown(status) or is_unknown(lock) else False


_VERSIONING = ("VersioningConfiguration", "ObjectLockEnabled")
_NONCURRENT = (
    "NoncurrentVersionExpiration", "NoncurrentVersionExpirationInDays", "NoncurrentVersionTransition",
    "NoncurrentVersionTransitions",
)  # fmt: skip


def _versions(graph: Graph) -> Iterator[Violation]:
    for bucket in graph.of(BUCKET):
        names = (*_VERSIONING, "ReplicationConfiguration", "ObjectLockConfiguration", "LifecycleConfiguration")
        if not any(name in bucket.properties for name in names[1:]):
            continue
        for world in only(bucket, *names).worlds():
            yield from _versions_of(graph, bucket, world)


def _versions_of(graph: Graph, bucket: View, world: View) -> Iterator[Violation]:
    versioned = _versioned(world)
    status = world.get("VersioningConfiguration/Status")
    if truth(world.get("ObjectLockEnabled")) is True and status == "Suspended":
        yield Violation(
            ("VersioningConfiguration", "Status"),
            view=world,
            message="object lock needs versioning, which cannot be suspended",
            fix="set VersioningConfiguration.Status: Enabled",
            value=status,
        )
    if world.get("ReplicationConfiguration") is not ABSENT:
        if versioned is False:
            yield Violation(("ReplicationConfiguration",), view=world, feature="replication")
        for path, value in world.values("ReplicationConfiguration/Rules/*/Destination/Bucket"):
            target = _replica(graph, bucket, value)
            if target is not None and any(
                _versioned(pair[1]) is False for pair in together(world, only(target, *_VERSIONING))
            ):
                yield Violation(
                    path,
                    view=world,
                    message="replication needs versioning on both sides, and {target} has none",
                    fix="set VersioningConfiguration.Status: Enabled on {target}",
                    target=target.id,
                )
    if world.get("ObjectLockConfiguration") is not ABSENT and versioned is False:
        yield Violation(("ObjectLockConfiguration",), view=world, severity="warning", feature="object lock")
    if versioned is False and status is ABSENT:
        for path, rule in world.values("LifecycleConfiguration/Rules/*"):
            for name in _NONCURRENT if isinstance(rule, dict) else ():
                if name in rule:
                    yield Violation((*path, name), view=world, severity="warning", feature=name)


def _replica(graph: Graph, bucket: View, arn: Any) -> View | None:
    found = graph.target(bucket, arn)
    if found is not None:
        return found.view if found.view.type == BUCKET else None
    return next((other for other in graph.of(BUCKET) if points_at(bucket, arn, other) is True), None)


# Retention and notifications


def _kept(view: View) -> Iterator[Violation]:
    policy = view.body.get("DeletionPolicy", "Delete")
    if is_unknown(policy) or policy in ("Retain", "RetainExceptOnCreate"):
        return
    for tag in as_list(view.get("Tags")):
        if is_unknown(tag) or (isinstance(tag, dict) and "temporary" in f"{tag.get('Key')} {tag.get('Value')}".lower()):
            return
    yield Violation(("/", "DeletionPolicy"))


_EVENTS = {
    "ReducedRedundancyLostObject": (),
    "ObjectCreated": ("*", "Put", "Post", "Copy", "CompleteMultipartUpload"),
    "ObjectRemoved": ("*", "Delete", "DeleteMarkerCreated"),
    "ObjectRestore": ("*", "Post", "Completed", "Delete"),
    "Replication": (
        "*", "OperationFailedReplication", "OperationNotTracked", "OperationMissedThreshold",
        "OperationReplicatedAfterThreshold",
    ),
    "LifecycleTransition": (),
    "IntelligentTiering": (),
    "ObjectAcl": ("Put",),
    "LifecycleExpiration": ("*", "Delete", "DeleteMarkerCreated"),
    "ObjectTagging": ("*", "Put", "Delete"),
    "ObjectAnnotation": ("*", "Put", "Delete"),
    "ObjectRetention": ("Put",),
    "TestEvent": (),
}  # fmt: skip
_ALL_EVENTS = frozenset(
    f"s3:{kind}{':' if way else ''}{way}" for kind, ways in _EVENTS.items() for way in ways or ("",)
)
_KINDS = ("LambdaConfigurations", "QueueConfigurations", "TopicConfigurations")


class _Notice:
    """One notification: its event, and the prefix and suffix of its filter (None: cannot be told)."""

    __slots__ = ("path", "event", "prefix", "suffix")

    def __init__(self, path: Path, event: str | None, prefix: str | None, suffix: str | None) -> None:
        self.path = path
        self.event = event
        self.prefix = prefix
        self.suffix = suffix

    def overlaps(self, other: _Notice) -> bool:
        events, prefixes, suffixes = (self.event, other.event), (self.prefix, other.prefix), (self.suffix, other.suffix)
        if None in (*events, *prefixes, *suffixes):
            return False
        (event, other_event), (prefix, other_prefix), (suffix, other_suffix) = (
            (str(one), str(another)) for one, another in (events, prefixes, suffixes)
        )
        return (
            _same_event(event, other_event)
            and (prefix.startswith(other_prefix) or other_prefix.startswith(prefix))
            and (suffix.endswith(other_suffix) or other_suffix.endswith(suffix))
        )


def _same_event(one: str, other: str) -> bool:
    return matches(one, other) or matches(other, one)


def _notifications(view: View) -> Iterator[Violation]:
    notices: list[_Notice] = []
    for kind in _KINDS:
        for index, given in enumerate(as_list(view.get(f"NotificationConfiguration/{kind}"))):
            if not isinstance(given, dict) or is_unknown(given):
                continue
            where = ("NotificationConfiguration", kind, index)
            event = literal(given.get("Event"))
            if event is not None and event not in _ALL_EVENTS:
                yield Violation((*where, "Event"), message="S3 knows no such event", value=event, fix=_EVENT_FIX)
                event = None
            yield from _filter_names((*where, "Filter", "S3Key", "Rules"), given)
            notice = _Notice(where, event, *_filter(given))
            for earlier in notices:
                if notice.overlaps(earlier):
                    yield Violation(where, event=event, other="/".join(str(step) for step in earlier.path[1:]))
                    break
            notices.append(notice)


_EVENT_FIX = "use an event such as s3:ObjectCreated:* or s3:ObjectRemoved:Delete"


def _filter_rules(given: dict[str, Any]) -> Any:
    value: Any = given
    for step in ("Filter", "S3Key", "Rules"):
        value = value.get(step, ABSENT) if isinstance(value, dict) and not is_unknown(value) else value
        if value is ABSENT:
            return []
    return value


def _filter(given: dict[str, Any]) -> tuple[str | None, str | None]:
    found: dict[str, str | None] = {"prefix": "", "suffix": ""}
    rules = _filter_rules(given)
    if not isinstance(rules, list):
        return None, None
    for rule in rules:
        if not isinstance(rule, dict) or is_unknown(rule) or literal(rule.get("Name")) is None:
            return None, None
        found[str(rule["Name"]).lower()] = literal(rule.get("Value"))
    return found["prefix"], found["suffix"]


def _filter_names(where: Path, given: dict[str, Any]) -> Iterator[Violation]:
    rules = _filter_rules(given)
    seen: set[str] = set()
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        name = literal(rule.get("Name")) if isinstance(rule, dict) and not is_unknown(rule) else None
        if name is None:
            continue
        if name.lower() not in ("prefix", "suffix"):
            yield Violation(
                (*where, index, "Name"), message="a filter looks at the prefix or the suffix of keys", value=name,
                fix="use prefix or suffix", allowed="prefix, suffix",
            )  # fmt: skip
        elif name.lower() in seen:
            yield Violation(
                (*where, index, "Name"), message="a filter has one {name} at most", name=name.lower(), fix="keep one"
            )
        seen.add(name.lower())


# What is planned


def _reduced(view: View) -> Iterator[Violation]:
    name = literal(view.get("storage_class"))
    if name is None or name.upper() not in ("RRS", "REDUCED_REDUNDANCY"):
        return
    if view.mode == "documented" and truth(view.get("reproducible")) is True:
        return
    yield Violation(("storage_class",), value=name)


_HOURS = {
    ("GLACIER", "expedited"): 0.1,
    ("GLACIER", "standard"): 3,
    ("GLACIER", "bulk"): 5,
    ("DEEP_ARCHIVE", "standard"): 12,
    ("DEEP_ARCHIVE", "bulk"): 48,
}
"""Hours until an archived object can be read, at best."""


def _retrieval(view: View) -> Iterator[Violation]:
    name, hours = literal(view.get("storage_class")), number(view.get("retrieval_time_hours"))
    if name is None:
        return
    name = name.upper()
    way = (literal(view.get("retrieval")) or "standard").lower()
    least = _HOURS.get((name, way))
    if hours is not None and least is not None and hours < least:
        yield Violation(("retrieval_time_hours",), name=name, way=way, least=least, value=hours)
    if name == "ONEZONE_IA" and (truth(view.get("multi_az")) is True or truth(view.get("reproducible")) is False):
        yield Violation(
            ("storage_class",),
            message="ONEZONE_IA keeps data in one availability zone: it is lost with the zone",
            fix="use STANDARD_IA",
            value=name,
        )


def _object_size(view: View) -> Iterator[Violation]:
    size = number(view.get("size_bytes"))
    most = OBJECT_MOST.of(view.mode)
    if size is not None and not 0 <= size <= most:
        today = size > 0 and view.mode == "documented" and size <= OBJECT_MOST.current
        yield Violation(
            ("size_bytes",),
            message="an object has 0 bytes to {most}"
            + (" (AWS allows {today} since {since}: use limits='current')" if today else ""),
            most=_bytes(most),
            today=_bytes(OBJECT_MOST.current),
            since=OBJECT_MOST.as_of,
            value=size,
            allowed=f"0 to {grouped(most)} bytes",
        )
        return
    parts, part = number(view.get("parts")), number(view.get("part_size_bytes"))
    multipart = truth(view.get("multipart"))
    if multipart is False and size is not None:
        if size > SINGLE_PUT_MOST:
            yield Violation(("multipart",), message="one PUT carries at most 5 GB")
        elif size > MULTIPART_ADVISED:
            yield Violation(
                ("multipart",), severity="warning", message="above 100 MB a multipart upload is faster and safer"
            )
    if part is not None and not PART_LEAST <= part <= PART_MOST:
        yield Violation(
            ("part_size_bytes",),
            message="a part has 5 MiB to 5 GiB, only the last may be smaller",
            fix="choose another part size",
            value=part,
            allowed=f"{grouped(PART_LEAST)} to {grouped(PART_MOST)} bytes",
        )
    if parts is None and size is not None and part:
        parts = -(-size // part)
    if parts is not None and parts > PARTS_MOST:
        yield Violation(
            ("parts",),
            message="an upload has at most {most} parts, this one needs {count}",
            fix="use larger parts",
            most=PARTS_MOST,
            count=int(parts),
        )


def _bytes(size: int) -> str:
    return f"{size // TIB} TB" if size % TIB == 0 else f"{grouped(size // GIB)} GiB"


def _request_rate(view: View) -> Iterator[Violation]:
    prefixes = 1 if view.mode == "documented" else max(number(view.get("prefixes")) or 1, 1)
    rates: dict[str, tuple[float, Limit]] = {}
    for hint, limit in (("gets_per_second", GETS_PER_SECOND), ("puts_per_second", PUTS_PER_SECOND)):
        rate = number(view.get(hint))
        if rate is not None and rate / prefixes > limit.of(view.mode):
            rates[hint] = rate, limit
    for hint, (rate, limit) in rates.items():
        today = view.mode == "documented" and rate / max(number(view.get("prefixes")) or 1, 1) <= limit.current
        yield Violation(
            (hint,),
            message="{limit} such requests a second need a plan"
            + (" (AWS allows {today} for each prefix since {since}: use limits='current')" if today else ""),
            fix="spread the keys over more prefixes"
            if "puts_per_second" in rates
            else "put CloudFront before the bucket",
            limit=limit.of(view.mode),
            today=limit.current,
            since=limit.as_of,
            value=rate,
            allowed=f"at most {grouped(limit.of(view.mode))} a second"
            + ("" if view.mode == "documented" else " for each prefix"),
        )


def _consistency(view: View) -> Iterator[Violation]:
    if view.mode == "documented" and truth(view.get("reads_after_overwrite")) is True:
        yield Violation(
            ("reads_after_overwrite",),
            message="after an overwrite or delete S3 may show the old object for a while; new objects are there at once "
            "(AWS shows every write at once since 2020-12: use limits='current')",
            fix="write under a new key, or wait and read again",
        )
    if view.mode == "current" and truth(view.get("waits_after_overwrite")) is True:
        yield Violation(
            ("waits_after_overwrite",),
            message="S3 shows every write at once since 2020-12: waiting is no longer needed",
            fix="read at once",
        )


# The rules


def _statement(**parts: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*", **parts}


def _policy(*statements: dict[str, Any], bucket: Any = "b") -> dict[str, Any]:
    return {
        "Type": BUCKET_POLICY,
        "Properties": {"Bucket": bucket, "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)}},
    }


def _bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": BUCKET, "Properties": properties}


def _lifecycle_of(*transitions: dict[str, Any], **rule: Any) -> dict[str, Any]:
    rule = {"Status": "Enabled", **({"Transitions": list(transitions)} if transitions else {}), **rule}
    return {"LifecycleConfiguration": {"Rules": [rule]}}


def _notify(*given: tuple[str, dict[str, str]]) -> dict[str, Any]:
    return {
        "NotificationConfiguration": {
            "LambdaConfigurations": [
                {
                    "Event": event,
                    "Function": "arn:aws:lambda:eu-west-1:123456789012:function:f",
                    **(
                        {"Filter": {"S3Key": {"Rules": [{"Name": n, "Value": v} for n, v in keys.items()]}}}
                        if keys
                        else {}
                    ),
                }
                for event, keys in given
            ]
        }
    }


def _replicated(storage_class: str) -> dict[str, Any]:
    destination = {"Bucket": "arn:aws:s3:::d", "StorageClass": storage_class}
    return {
        "Role": "arn:aws:iam::123456789012:role/r",
        "Rules": [{"Status": "Enabled", "Destination": destination}],
    }


_NULL = {"Null": {HEADER: "true"}}
_NOT_KMS = {"StringNotEquals": {HEADER: "aws:kms"}}
_TLS_ONLY = _statement(
    Action="s3:*",
    Resource=[{"Fn::GetAtt": ["Uploads", "Arn"]}, {"Fn::Sub": "${Uploads.Arn}/*"}],
    Condition={"Bool": {"aws:SecureTransport": "false"}},
)
_UPLOADS = {"Ref": "Uploads"}
_ENFORCED_BUCKET = {**_bucket(), "Metadata": {"awsdeck": {"enforce_encryption": True}}}
_ON_UPLOADS = {"Fn::Sub": "${Uploads.Arn}/*"}
_ALLOW = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject"}
_REPLICATION = _replicated("STANDARD")
_VERSIONS = {"VersioningConfiguration": {"Status": "Enabled"}}
_SSE = "ServerSideEncryptionByDefault"


def _encrypted(**default: str) -> dict[str, Any]:
    return {"BucketEncryption": {"ServerSideEncryptionConfiguration": [{_SSE: default}]}}


def _site(configuration: dict[str, Any], *statements: dict[str, Any]) -> dict[str, Any]:
    resources: dict[str, Any] = {"Site": _bucket(WebsiteConfiguration=configuration)}
    if statements:
        resources["Policy"] = _policy(*statements, bucket={"Ref": "Site"})
    return {"Resources": resources}


_DENY_HTTP = {
    "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    "Resource": [{"Fn::GetAtt": ["Site", "Arn"]}, {"Fn::Sub": "${Site.Arn}/*"}],
}  # fmt: skip
_DENY_UNENCRYPTED = {
    "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": {"Fn::Sub": "${Logs.Arn}/*"},
    "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "AES256"}},
}  # fmt: skip


def _logs(to: Any) -> dict[str, Any]:
    return {"LoggingConfiguration": {"DestinationBucketName": to}}


RULES = (
    Rule(
        "S3001", BUCKET, "error",
        "a bucket name has 3 to 63 small letters, digits, dots and hyphens, and is no IP address",
        when={"BucketName": Present()},
        check=_name,
        fix="choose such a name, or leave BucketName out",
        source="S3 User Guide, General purpose bucket naming rules; course notes, S3",
        verified="docs",
        good={"BucketName": "my-bucket-123456789012"},
        bad=(
            {"BucketName": "My_Bucket"}, {"BucketName": "192.168.5.4"}, {"BucketName": "a..b"},
            {"BucketName": "xn--logs"}, {"BucketName": "logs-s3alias"}, {"BucketName": "a.-b"},
            {"BucketName": "logs-123456789012-eu-west-1-an"},
        ),
    ),
    Rule(
        "S3002", BUCKET, "warning",
        "bucket names are shared by all accounts: somebody may already have this one",
        when={"BucketName": Present()},
        check=_global_name,
        fix="build the account into the name (Fn::Sub with AWS::AccountId), or leave BucketName out",
        source="S3 User Guide, General purpose bucket naming rules; course notes, S3",
        verified="docs",
        good=(
            {"BucketName": {"Fn::Sub": "images-${AWS::AccountId}-${AWS::Region}"}},
            {"BucketName": "images", "BucketNamespace": "account-regional"},
        ),
        bad={"BucketName": "images"},
    ),
    Rule(
        "S3002", BUCKET, "error",
        "{other} in {stack} already has this bucket name, and a name can be used once in all regions and accounts",
        scope="graph",
        check=_same_name,
        fix="choose another name, or leave BucketName out",
        source="S3 User Guide, General purpose bucket naming rules; course notes, S3",
        verified="docs",
        good={"Resources": {"One": _bucket(BucketName="images-one"), "Two": _bucket(BucketName="images-two")}},
        bad=Stacks(
            {
                "one": {"Resources": {"One": _bucket(BucketName="images")}},
                "two": {"Resources": {"Two": _bucket(BucketName="images")}},
            }
        ),
    ),
    Rule(
        "S3003", BUCKET, "error",
        "S3 encrypts with AES256 (its own keys) or aws:kms",
        when={"BucketEncryption": Present()},
        check=_encryption,
        fix="set SSEAlgorithm to one of {allowed}",
        source="S3 API Reference, ServerSideEncryptionByDefault; course notes, S3",
        good=(_encrypted(SSEAlgorithm="aws:kms", KMSMasterKeyID="alias/k"), _encrypted(SSEAlgorithm="AES256")),
        bad=(_encrypted(SSEAlgorithm="AES256", KMSMasterKeyID="alias/k"), _encrypted(SSEAlgorithm="SSE-C")),
    ),
    Rule(
        "S3004", (BUCKET, BUCKET_POLICY), "warning",
        "uploads without the x-amz-server-side-encryption header are not denied",
        scope="graph",
        check=unenforced,
        fix="deny s3:PutObject on the bucket's objects with StringNotEquals on " + HEADER,
        source="S3 User Guide, Protecting data with server-side encryption; course notes, S3",
        verified="docs",
        good={
            "Resources": {
                "Uploads": _ENFORCED_BUCKET,
                "Policy": _policy(_statement(Resource=_ON_UPLOADS, Condition=_NULL), bucket=_UPLOADS),
            }
        },
        bad=(
            {"Resources": {"Uploads": _ENFORCED_BUCKET}},
            {"Resources": {"Uploads": _ENFORCED_BUCKET, "Policy": _policy(_TLS_ONLY, bucket=_UPLOADS)}},
        ),
    ),
    Rule(
        "S3004", CONSTRUCT, "warning",
        "uploads without the x-amz-server-side-encryption header are not denied",
        scope="construct",
        check=unenforced_hint,
        fix="deny s3:PutObject on the bucket's objects with StringNotEquals on " + HEADER,
        source="S3 User Guide, Protecting data with server-side encryption; course notes, S3",
        verified="docs",
        good={"enforce_encryption": True, "policy": {"Statement": _statement(Condition=_NOT_KMS)}},
        bad={"enforce_encryption": True},
    ),
    Rule(
        "S3005", BUCKET_POLICY, "warning",
        "statement {n} does not enforce encryption: {problem}",
        check=weak_encryption,
        source="S3 User Guide, Protecting data with server-side encryption; IAM User Guide, Conditions with multiple "
        "context keys or values",
        verified="docs",
        good=(
            _policy(_statement(Condition=_NOT_KMS)),
            _policy(_statement(Condition=_NULL)),
            _policy(_statement(Condition={**_NULL, **_NOT_KMS}), _statement(Condition=_NOT_KMS)),
        ),
        bad=(
            _policy(_statement(Condition={**_NULL, **_NOT_KMS})),
            _policy(_statement(Condition=_NULL, Resource="arn:aws:s3:::b")),
            _policy(_statement(Condition=_NULL, Action="s3:GetObject")),
            _policy(_statement(Condition={"StringEquals": {HEADER: "aws:kms"}}, Effect="Allow")),
            _policy(_statement(Condition={"Null": {HEADER[3:]: "true"}})),
        ),
    ),
    Rule(
        "S3006", (BUCKET, BUCKET_POLICY), "warning",
        "plain HTTP requests are let in",
        scope="graph",
        check=plain_http,
        fix="deny s3:* to everybody on the bucket and its objects when aws:SecureTransport is false",
        source="AWS Config Developer Guide, s3-bucket-ssl-requests-only; course notes, S3",
        verified="docs",
        good={"Resources": {"Uploads": _bucket(), "Policy": _policy(_TLS_ONLY, bucket=_UPLOADS)}},
        bad=(
            {"Resources": {"Uploads": _bucket()}},
            {"Resources": {"Uploads": _bucket(), "Policy": _policy(_statement(Condition=_NULL), bucket=_UPLOADS)}},
        ),
    ),
    Rule(
        "S3007", (BUCKET, BUCKET_POLICY), "warning",
        "the bucket becomes public",
        check=_public,
        fix="serve files through CloudFront with origin access control, or name the principals in a policy",
        source="S3 User Guide, Blocking public access; course notes, S3",
        good=(_bucket(), _policy({**_ALLOW, "Resource": "arn:aws:s3:::b/*"})),
        bad=(
            _bucket(AccessControl="PublicRead"),
            _bucket(PublicAccessBlockConfiguration={"BlockPublicAcls": False}),
            _policy({**_ALLOW, "Principal": "*", "Resource": "arn:aws:s3:::b/*"}),
        ),
    ),
    Rule(
        "S3008", BUCKET, "error",
        "new buckets take no ACLs, so this one fails unless OwnershipControls turns them on",
        when={"AccessControl": Present()},
        check=_acl,
        fix="use a bucket policy instead, or set ObjectOwnership: BucketOwnerPreferred in OwnershipControls",
        source="S3 User Guide, Controlling ownership of objects and disabling ACLs; course notes, S3",
        good=(
            {
                "AccessControl": "LogDeliveryWrite",
                "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]},
            },
            {"AccessControl": "Private"},
        ),
        bad=(
            {"AccessControl": "LogDeliveryWrite"},
            {
                "AccessControl": "PublicRead",
                "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            },
        ),
    ),
    Rule(
        "S3009", BUCKET, "error",
        "access logs stay in one {kind}: the bucket is in {here}, {other} in {there}",
        scope="graph",
        check=_logging,
        fix="log to a bucket in the same region and account",
        source="S3 User Guide, Enabling Amazon S3 server access logging",
        verified="docs",
        good={"Resources": {"Uploads": _bucket(**_logs({"Ref": "Logs"})), "Logs": _bucket()}},
        bad=(
            {"Resources": {"Uploads": _bucket(**_logs(_UPLOADS))}},
            {
                "Resources": {
                    "Uploads": _bucket(**_logs({"Ref": "Logs"})),
                    "Logs": _bucket(**_encrypted(SSEAlgorithm="aws:kms")),
                }
            },
            {
                "Resources": {
                    "Uploads": _bucket(**_logs({"Ref": "Logs"})),
                    "Logs": _bucket(),
                    "Policy": _policy(_DENY_UNENCRYPTED, bucket={"Ref": "Logs"}),
                }
            },
            Stacks(
                {
                    "here": {"Resources": {"Uploads": _bucket(**_logs("our-logs"))}},
                    "there": {"Resources": {"Logs": _bucket(BucketName="our-logs")}},
                },
                {"here": {"region": "eu-west-1"}, "there": {"region": "us-east-1"}},
            ),
        ),
    ),
    Rule(
        "S3010", BUCKET, "info",
        "nobody can see later who used this bucket",
        scope="graph",
        check=_unlogged,
        fix="write access logs to another bucket with LoggingConfiguration",
        source="AWS Config Developer Guide, s3-bucket-logging-enabled; course notes, S3",
        verified="docs",
        good={"Resources": {"Uploads": _bucket(**_logs({"Ref": "Logs"})), "Logs": _bucket()}},
        bad={"Resources": {"Uploads": _bucket()}},
    ),
    Rule(
        "S3011", BUCKET, "error",
        "lifecycle rule {n} cannot move objects to {value}",
        when={"LifecycleConfiguration": Present()},
        check=transitions,
        fix="use one of {allowed}",
        source="S3 API Reference, Transition; CloudFormation resource schema, AWS::S3::Bucket",
        good=(
            _lifecycle_of({"StorageClass": "STANDARD_IA", "TransitionInDays": 30}),
            _lifecycle_of({"StorageClass": "DEEP_ARCHIVE", "TransitionInDays": 30}),
        ),
        bad=(
            _lifecycle_of({"StorageClass": "REDUCED_REDUNDANCY", "TransitionInDays": 30}),
            _lifecycle_of({"StorageClass": "GLACIER"}),
            _lifecycle_of({"StorageClass": "GLACIER", "TransitionInDays": 1, "TransitionDate": "2027-01-01T00:00:00Z"}),
            _lifecycle_of({"StorageClass": "GLACIER", "TransitionInDays": 1}, ExpirationDate="2027-01-01T00:00:00Z"),
            _lifecycle_of(
                NoncurrentVersionTransitions=[{"StorageClass": "GLACIER", "TransitionInDays": 90}],
                NoncurrentVersionExpiration={"NoncurrentDays": 60},
            ),
        ),
    ),
    Rule(
        "S3012", BUCKET, "error",
        "lifecycle rule {n}: {problem}",
        when={"LifecycleConfiguration": Present()},
        check=courses,
        source="S3 User Guide, Transitioning objects using Amazon S3 Lifecycle; S3 API Reference, "
        "PutBucketLifecycleConfiguration",
        verified="docs",
        good=_lifecycle_of(
            {"StorageClass": "STANDARD_IA", "TransitionInDays": 30},
            {"StorageClass": "GLACIER", "TransitionInDays": 90},
            ExpirationInDays=91,
        ),
        bad=(
            _lifecycle_of(
                {"StorageClass": "GLACIER", "TransitionInDays": 30},
                {"StorageClass": "STANDARD_IA", "TransitionInDays": 60},
            ),
            _lifecycle_of({"StorageClass": "GLACIER", "TransitionInDays": 30}, ExpirationInDays=30),
            _lifecycle_of({"StorageClass": "STANDARD_IA", "TransitionInDays": 10}),
            _lifecycle_of(ExpirationInDays=3, ExpiredObjectDeleteMarker=True),
            _lifecycle_of(),
        ),
    ),
    Rule(
        "S3013", BUCKET, "warning",
        "Reduced Redundancy is for data that can be made again, and costs more than STANDARD by now",
        then={"ReplicationConfiguration/Rules/*/Destination/StorageClass": IsNot("REDUCED_REDUNDANCY")},
        fix="use STANDARD or ONEZONE_IA",
        source="S3 User Guide, Using Amazon S3 storage classes; course notes, S3",
        verified="docs",
        good={"ReplicationConfiguration": _replicated("ONEZONE_IA")},
        bad={"ReplicationConfiguration": _replicated("REDUCED_REDUNDANCY")},
    ),
    Rule(
        "S3013", (CONSTRUCT, OBJECT), "warning",
        "Reduced Redundancy is for data that can be made again, and costs more than STANDARD by now",
        scope="construct",
        check=_reduced,
        fix="use STANDARD or ONEZONE_IA",
        source="S3 User Guide, Using Amazon S3 storage classes; course notes, S3",
        verified="docs",
        good={"storage_class": "ONEZONE_IA"},
        bad={"storage_class": "REDUCED_REDUNDANCY"},
    ),
    Rule(
        "S3014", (CONSTRUCT, OBJECT), "warning",
        "{way} retrieval from {name} takes {least} hours or more",
        scope="construct",
        check=_retrieval,
        fix="use STANDARD_IA or GLACIER_IR for what must be there at once, or wait longer",
        source="S3 User Guide, Archive retrieval options; course notes, S3",
        verified="docs",
        good=({"storage_class": "GLACIER", "retrieval_time_hours": 5}, {"storage_class": "ONEZONE_IA"}),
        bad=(
            {"storage_class": "GLACIER", "retrieval_time_hours": 1},
            {"storage_class": "DEEP_ARCHIVE", "retrieval_time_hours": 6},
            {"storage_class": "ONEZONE_IA", "multi_az": True},
        ),
    ),
    Rule(
        "S3015", BUCKET, "error",
        "a website has an IndexDocument, or sends all requests elsewhere with RedirectAllRequestsTo",
        when={"WebsiteConfiguration": Present()},
        check=_website,
        fix="set IndexDocument, or RedirectAllRequestsTo alone",
        source="CloudFormation resource schema, AWS::S3::Bucket; course notes, S3",
        good=(
            {"WebsiteConfiguration": {"IndexDocument": "index.html"}},
            {"WebsiteConfiguration": {"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "https"}}},
        ),
        bad=(
            {"WebsiteConfiguration": {"ErrorDocument": "e.html"}},
            {"WebsiteConfiguration": {"IndexDocument": "a/index.html"}},
            {"WebsiteConfiguration": {"IndexDocument": "i.html", "RedirectAllRequestsTo": {"HostName": "example.com"}}},
            {"WebsiteConfiguration": {"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "ftp"}}},
        ),
    ),
    Rule(
        "S3016", CONSTRUCT, "warning",
        "pages of {origin} load files from this bucket, and no CORS rule lets them",
        scope="construct",
        check=_loaded_without_cors,
        fix="add a CORS rule that allows GET from {origin}",
        source="S3 User Guide, Using cross-origin resource sharing; course notes, S3",
        verified="docs",
        good={
            "loaded_by": ["http://shop.s3-website.eu-west-1.amazonaws.com"],
            "cors_rules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["http://shop.s3-website*"]}],
        },
        bad={"loaded_by": ["http://shop.s3-website.eu-west-1.amazonaws.com"]},
    ),
    Rule(
        "S3017", BUCKET, "error",
        "CORS rule {n}: {problem}",
        when={"CorsConfiguration": Present()},
        check=_cors,
        source="S3 API Reference, CORSRule; course notes, S3",
        good={
            "CorsConfiguration": {
                "CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.example.com"]}],
            }
        },
        bad=(
            {"CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["OPTIONS"], "AllowedOrigins": ["*"]}]}},
            {"CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["http://*.*"]}]}},
            {"CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": -1}]}},
            {"CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["PUT"], "AllowedOrigins": ["*"]}]}},
        ),
    ),
    Rule(
        "S3018", BUCKET, "error",
        "transfer acceleration is Enabled or Suspended",
        when={"AccelerateConfiguration": Present()},
        then={"AccelerateConfiguration/AccelerationStatus": OneOf("Enabled", "Suspended")},
        check=_accelerated_name,
        fix="set AccelerationStatus to Enabled or Suspended",
        source="S3 API Reference, PutBucketAccelerateConfiguration; course notes, S3",
        good={"BucketName": "a-b-example", "AccelerateConfiguration": {"AccelerationStatus": "Enabled"}},
        bad=(
            {"AccelerateConfiguration": {"AccelerationStatus": "On"}},
            {"BucketName": "a.b.example", "AccelerateConfiguration": {"AccelerationStatus": "Enabled"}},
        ),
    ),
    Rule(
        "S3019", BUCKET, "error",
        "{feature} needs versioning",
        scope="graph",
        check=_versions,
        fix="set VersioningConfiguration.Status: Enabled",
        source="S3 User Guide, Requirements and considerations for replication; S3 User Guide, Locking objects with "
        "Object Lock",
        verified="docs",
        good=(
            {"Resources": {"Uploads": _bucket(ReplicationConfiguration=_REPLICATION, **_VERSIONS)}},
            {"Resources": {"Uploads": _bucket(ReplicationConfiguration=_REPLICATION, ObjectLockEnabled=True)}},
        ),
        bad=(
            {"Resources": {"Uploads": _bucket(ReplicationConfiguration=_REPLICATION)}},
            {
                "Resources": {
                    "Uploads": _bucket(ReplicationConfiguration=_REPLICATION, **_VERSIONS),
                    "Copies": _bucket(BucketName="d"),
                }
            },
            {
                "Resources": {
                    "Uploads": _bucket(ObjectLockEnabled=True, VersioningConfiguration={"Status": "Suspended"}),
                }
            },
        ),
    ),
    Rule(
        "S3020", OBJECT, "error",
        "the object is too large",
        scope="construct",
        check=_object_size,
        fix="use a multipart upload, or several objects",
        limit=OBJECT_MOST,
        source="S3 User Guide, Amazon S3 multipart upload limits; course notes, S3",
        verified="docs",
        good=({"size_bytes": 5 * TIB}, {"size_bytes": 0}, {"size_bytes": 50 * MIB, "multipart": False}),
        bad=(
            {"size_bytes": 50 * TIB},
            {"size_bytes": 6 * GIB, "multipart": False},
            {"size_bytes": 200 * MIB, "multipart": False},
            {"size_bytes": 1 * TIB, "part_size_bytes": 5 * MIB},
            {"part_size_bytes": 1 * MIB},
        ),
    ),
    Rule(
        "S3021", CONSTRUCT, "info",
        "this many requests a second need a plan",
        scope="construct",
        check=_request_rate,
        limit=GETS_PER_SECOND,
        source="S3 User Guide, Optimizing Amazon S3 performance; course notes, S3",
        verified="docs",
        good={"gets_per_second": 300, "puts_per_second": 100},
        bad=({"gets_per_second": 6_000}, {"puts_per_second": 4_000}),
    ),
    Rule(
        "S3022", CONSTRUCT, "info",
        "overwrites and deletes show at once or later, by the limits in force",
        scope="construct",
        check=_consistency,
        source="S3 User Guide, Amazon S3 data consistency model; course notes, S3",
        verified="docs",
        good={"reads_after_overwrite": False},
        bad={"reads_after_overwrite": True},
    ),
    Rule(
        "S3023", BUCKET, "warning",
        "a bucket that holds objects cannot be deleted: removing it from the stack fails",
        check=_kept,
        fix="set DeletionPolicy and UpdateReplacePolicy to Retain, or tag the bucket temporary",
        source="CloudFormation resource schema, AWS::S3::Bucket",
        good=(
            {**_bucket(), "DeletionPolicy": "Retain"},
            _bucket(Tags=[{"Key": "lifetime", "Value": "temporary"}]),
        ),
        bad=(_bucket(), {**_bucket(), "DeletionPolicy": "Delete"}),
    ),
    Rule(
        "S3024", BUCKET, "error",
        "S3 cannot tell which notification an {event} is for: this one and {other} overlap",
        when={"NotificationConfiguration": Present()},
        check=_notifications,
        fix="give the two prefixes or suffixes that do not overlap",
        source="S3 User Guide, Configuring event notifications using object key name filtering",
        verified="docs",
        good=(
            _notify(("s3:ObjectCreated:*", {"prefix": "images/"}), ("s3:ObjectCreated:*", {"prefix": "docs/"})),
            _notify(("s3:ObjectCreated:Put", {}), ("s3:ObjectRemoved:*", {})),
        ),
        bad=(
            _notify(("s3:ObjectCreated:*", {}), ("s3:ObjectCreated:*", {})),
            _notify(("s3:ObjectCreated:*", {"prefix": "a"}), ("s3:ObjectCreated:Put", {"prefix": "ab", "suffix": ".x"})),
            _notify(("s3:ObjectMade", {})),
            _notify(("s3:ObjectCreated:*", {"infix": "a"})),
        ),
    ),
    Rule(
        "S3025", BUCKET_POLICY, "error",
        "statement {n} gives {action} on the wrong level: it is about {kind}",
        check=wrong_level,
        fix="name {allowed} as Resource",
        source="S3 User Guide, Policy actions and resources for Amazon S3; course notes, S3",
        good=(
            _policy({**_ALLOW, "Resource": "arn:aws:s3:::b/*"}),
            _policy({**_ALLOW, "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]}),
        ),
        bad=(
            _policy({**_ALLOW, "Resource": "arn:aws:s3:::b"}),
            _policy({**_ALLOW, "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b/*"}),
            _policy({**_ALLOW, "Resource": "arn:aws:s3:::c/*"}),
            _policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}),
        ),
    ),
    Rule(
        "S3026", BUCKET, "warning",
        "website endpoints speak plain HTTP only, and {policy} denies it: every page is answered with 403",
        scope="graph",
        check=dark_website,
        fix="drop the Deny on aws:SecureTransport, or serve the pages over HTTPS with CloudFront from the bucket itself, "
        "without WebsiteConfiguration",
        source="S3 User Guide, Website endpoints: key differences between a website endpoint and a REST API endpoint",
        verified="docs",
        good=(
            _site({"IndexDocument": "index.html"}),
            _site({"RedirectAllRequestsTo": {"HostName": "example.com"}}, _DENY_HTTP),
        ),
        bad=_site({"IndexDocument": "index.html"}, _DENY_HTTP),
    ),
)  # fmt: skip
