"""Amazon S3: buckets, who may use them, what happens to old objects, who is told of new ones."""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, attribute, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from ...tokens import AWS
from ..existing import Existing, checked_arn, checked_name, part
from ..hints import check, hold
from ..messaging.sns import TopicAccess
from ..messaging.sqs import QueueAccess
from ..security.keys import KeyAccess, grant_key, key_arn, known_key, named
from ..security.policy import Document, Grant, Principal, Statement, give, under
from .lifecycle import LifecycleRule as LifecycleRule  # noqa: PLC0414
from .website import CorsRule as CorsRule  # noqa: PLC0414
from .website import Website as Website  # noqa: PLC0414

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from ...resource import Resource
    from ...rules.vocabulary import Mode
    from ...tokens import Token
    from ..cloudwatch.metric import Metric
    from ..functions.invocable import Invocable
    from ..security.policy import Conditions, Grantee

BUCKET = "AWS::S3::Bucket"
BUCKET_POLICY = "AWS::S3::BucketPolicy"
ALGORITHMS = {"s3": "AES256", "kms": "aws:kms", "kms-dsse": "aws:kms:dsse"}


class BucketAccess(Construct):
    """Who may do what with a bucket and its objects, whether it is made here or exists already."""

    if TYPE_CHECKING:
        key: KeyAccess | str | None

        def _state(self, statement: Statement) -> Resource: ...

    arn = attribute("Arn")
    bucket_name = ref()
    domain_name = attribute("DomainName")
    regional_domain_name = attribute("RegionalDomainName")

    def grant_read(self, who: str | Principal | Grantee, *, prefix: str = "", when: Conditions | None = None) -> Grant:
        """Let somebody list the bucket and read its objects, only those below `prefix` when it is given."""
        listing: dict[str, Any] = {"StringLike": {"s3:prefix": [f"{prefix}*"]}} if prefix else {}
        give(who, ["s3:ListBucket"], on=[self.arn], through=self._state, when=_joined(listing, when))
        self._grant_key(who, "kms:Decrypt")
        actions = ["s3:GetObject", *(["s3:GetObjectVersion"] if self._keeps_versions() else [])]
        return give(who, actions, on=self._objects(prefix), through=self._state, when=when)

    def grant_write(self, who: str | Principal | Grantee, *, prefix: str = "", when: Conditions | None = None) -> Grant:
        """Let somebody write objects below `prefix`, in one piece or in parts."""
        self._grant_key(who, "kms:GenerateDataKey", "kms:Decrypt")
        actions = ["s3:PutObject", "s3:AbortMultipartUpload"]
        return give(who, actions, on=self._objects(prefix), through=self._state, when=when)

    def grant_put(self, who: str | Principal | Grantee, *, prefix: str = "", when: Conditions | None = None) -> Grant:
        """Let somebody put objects below `prefix`, and no more; with a customer key, use it too."""
        self._grant_key(who, "kms:GenerateDataKey")
        return give(who, ["s3:PutObject"], on=self._objects(prefix), through=self._state, when=when)

    def grant_read_write(
        self, who: str | Principal | Grantee, *, prefix: str = "", when: Conditions | None = None
    ) -> Grant:
        """Let somebody list, read and write."""
        self.grant_read(who, prefix=prefix, when=when)
        return self.grant_write(who, prefix=prefix, when=when)

    def grant_delete(
        self, who: str | Principal | Grantee, *, prefix: str = "", when: Conditions | None = None
    ) -> Grant:
        """Let somebody delete objects below `prefix`; old versions of a versioned bucket stay."""
        return give(who, ["s3:DeleteObject"], on=self._objects(prefix), through=self._state, when=when)

    def accept_logs_of(self, source: BucketAccess, prefix: str) -> Resource:
        """Let S3's log delivery write the access logs of another bucket below `prefix`; returns the bucket policy."""
        conditions: dict[str, Any] = {"StringEquals": {"aws:SourceAccount": AWS.AccountId}}
        if source.node.stack is self.node.stack:
            conditions["ArnLike"] = {"aws:SourceArn": source.arn}
        return self._state(
            Statement(
                ["s3:PutObject"],
                [f"{self.arn}/{prefix}*"],
                principal=Principal.service("logging.s3.amazonaws.com"),
                conditions=conditions,
            )
        )

    def metric(
        self, name: str, *, storage_class: str = "StandardStorage", statistic: str = "Average", period: int = 86_400
    ) -> Metric:
        """How large the bucket is, once a day: `BucketSizeBytes` of a storage class, or `NumberOfObjects` of all.

        Source: S3 User Guide, metrics and dimensions.
        """
        from ..cloudwatch.metric import Metric

        kind = "AllStorageTypes" if name == "NumberOfObjects" else storage_class
        dimensions = {"BucketName": self.bucket_name, "StorageType": kind}
        return Metric("AWS/S3", name, dimensions, statistic=statistic, period=period)

    def _objects(self, prefix: str) -> list[str]:
        return under(self.arn, f"{prefix}*")

    def _grant_key(self, who: str | Principal | Grantee, *actions: str) -> None:
        grant_key(self, self.key, who, actions, via="s3")

    def _keeps_versions(self) -> bool:
        return False


@construct
class S3Bucket(BucketAccess):
    """A private, encrypted bucket whose content outlives its removal from the stack.

    - `key`: a `KMSKey` or the ARN of one. `encryption`: "s3" (SSE-S3, default without a key), "kms" (default with one;
      AWS's own `aws/s3` key if there is none) or "kms-dsse". With KMS, `bucket_key` (on) saves calls to it.
    - `enforce_encryption`: refuse uploads whose request does not ask for this encryption in the header
      `x-amz-server-side-encryption`.
    - `tls_only`: refuse requests that do not come over TLS; on, but for a website that serves pages, since website
      endpoints speak plain HTTP only.
    - `minimum_tls`: "1.2" or "1.3": refuse requests over an older TLS.
    - `versioned`: keep old versions of objects.
    - `public`: "blocked" (default), or "policy" to let bucket policies open it, as `grant_public_read` does.
    - `lifecycle`: `LifecycleRule`s; `cors`: `CorsRule`s; `website`: a `Website`.
    - `access_logs`: another bucket of the same region and account that gets a line for every request, below
      `access_logs_prefix`.
    - `acceleration`: Transfer Acceleration; the name must have no dots.
    - `object_lock`: objects can be locked against deletion; switches versioning on. `lock_days` locks every new object
      for so many days (and switches object lock on): `lock_mode` "governance" (some may lift it) or "compliance"
      (nobody may).
    - `event_bridge`: send all events to EventBridge.
    - `name`: unique in the world, 3 to 63 lower-case letters, digits, dots and hyphens; better left out, or with
      `AWS.AccountId` in it.

    What the bucket is used for can be told, and is checked: `gets_per_second` and `puts_per_second` over `prefixes`,
    `reads_after_overwrite`, `waits_after_overwrite`, `loaded_by` (origins of pages that load files from here), and for
    the storage classes that `lifecycle` moves objects to: `retrieval_time_hours` (how long an archived object may take),
    `reproducible` (objects that can be made again), `multi_az` (they must outlive an Availability Zone).

    Source: S3 User Guide; course notes, S3.
    """

    name: str | None = None
    encryption: Literal["s3", "kms", "kms-dsse"] | None = None
    key: KeyAccess | str | None = None
    bucket_key: bool = True
    enforce_encryption: bool = False
    tls_only: bool | None = None
    minimum_tls: Literal["1.2", "1.3"] | None = None
    versioned: bool = False
    public: Literal["blocked", "policy"] = "blocked"
    lifecycle: Sequence[LifecycleRule] = ()
    cors: Sequence[CorsRule] = ()
    website: Website | None = None
    access_logs: BucketAccess | None = None
    access_logs_prefix: str | None = None
    acceleration: bool = False
    object_lock: bool = False
    lock_days: int | Token | None = None
    lock_mode: Literal["governance", "compliance"] = "governance"
    event_bridge: bool = False
    gets_per_second: float | None = None
    puts_per_second: float | None = None
    prefixes: int | None = None
    reads_after_overwrite: bool | None = None
    waits_after_overwrite: bool | None = None
    loaded_by: Sequence[str] = ()
    retrieval_time_hours: float | None = None
    reproducible: bool | None = None
    multi_az: bool | None = None

    website_url = attribute("WebsiteURL")

    def build(self) -> None:
        """Make the bucket and its policy."""
        self._policy = Document()
        self._rules = list(self.lifecycle)
        self._notifications: dict[str, list[dict[str, Any]]] = {}
        if self.encryption is None:
            self.encryption = "s3" if self.key is None else "kms"
        if self.key is not None and self.encryption == "s3":
            raise ConstructError(
                f'{self.node.path}: key= goes with encryption="kms", not "s3"', place=caller(),
                fix='write encryption="kms", or leave the key out',
            )  # fmt: skip
        resource_class(BUCKET)(
            self,
            MAIN,
            BucketName=self.name,
            BucketEncryption=self._encryption(),
            PublicAccessBlockConfiguration=_public_access(self.public == "blocked"),
            OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            VersioningConfiguration={"Status": "Enabled"} if self._keeps_versions() else None,
            LifecycleConfiguration={"Rules": self._rules} if self._rules else None,
            CorsConfiguration={"CorsRules": list(self.cors)} if self.cors else None,
            WebsiteConfiguration=self.website,
            LoggingConfiguration=self._logging(),
            AccelerateConfiguration={"AccelerationStatus": "Enabled"} if self.acceleration else None,
            ObjectLockEnabled=True if self._locks() else None,
            ObjectLockConfiguration=self._lock(),
            NotificationConfiguration=self._notification(),
        )
        if self.access_logs is not None:
            self.access_logs.accept_logs_of(self, self.access_logs_prefix or "")
        self._check_use()
        if self.tls_only or (self.tls_only is None and not self._serves_pages()):
            self._refuse({"Bool": {"aws:SecureTransport": "false"}}, "DenyPlainHttp")
        if self.minimum_tls is not None:
            self._refuse({"NumericLessThan": {"s3:TlsVersion": self.minimum_tls}}, "DenyOldTls")
        if self.enforce_encryption:
            self._enforce()

    def _refuse(self, conditions: Conditions, sid: str) -> None:
        everything = [self.arn, f"{self.arn}/*"]
        self._state(
            Statement(["s3:*"], everything, effect="Deny", principal=Principal.anyone(), conditions=conditions, sid=sid)
        )

    def _serves_pages(self) -> bool:
        return self.website is not None and self.website.body["RedirectAllRequestsTo"] is None

    def _locks(self) -> bool:
        return self.object_lock or self.lock_days is not None

    def _lock(self) -> dict[str, Any] | None:
        if self.lock_days is None:
            return None
        retention = {"Mode": self.lock_mode.upper(), "Days": self.lock_days}
        return {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}

    def _check_use(self) -> None:
        check(
            self,
            gets_per_second=self.gets_per_second,
            puts_per_second=self.puts_per_second,
            prefixes=self.prefixes,
            reads_after_overwrite=self.reads_after_overwrite,
            waits_after_overwrite=self.waits_after_overwrite,
            loaded_by=list(self.loaded_by) or None,
            cors_rules=list(self.cors) or None,
        )
        for storage_class in {name: None for rule in self._rules for name in rule.classes}:
            check(
                self,
                storage_class=storage_class,
                retrieval_time_hours=self.retrieval_time_hours,
                reproducible=self.reproducible,
                multi_az=self.multi_az,
            )

    def _encryption(self) -> dict[str, Any]:
        rule: dict[str, Any] = {
            "ServerSideEncryptionByDefault": {
                "SSEAlgorithm": ALGORITHMS[self.encryption or "s3"],
                "KMSMasterKeyID": key_arn(self.key),
            }
        }
        if self.encryption == "kms":
            rule["BucketKeyEnabled"] = self.bucket_key
        return {"ServerSideEncryptionConfiguration": [rule]}

    def _logging(self) -> dict[str, Any] | None:
        if self.access_logs is None:
            return None
        return {"DestinationBucketName": self.access_logs.bucket_name, "LogFilePrefix": self.access_logs_prefix}

    def _notification(self) -> dict[str, Any] | None:
        body: dict[str, Any] = dict(self._notifications)
        if self.event_bridge:
            body["EventBridgeConfiguration"] = {"EventBridgeEnabled": True}
        return body or None

    def _enforce(self) -> None:
        header = "s3:x-amz-server-side-encryption"
        objects = [f"{self.arn}/*"]
        self._state(
            Statement(
                ["s3:PutObject"],
                objects,
                effect="Deny",
                principal=Principal.anyone(),
                conditions={"StringNotEquals": {header: ALGORITHMS[self.encryption or "s3"]}},
                sid="DenyUnencryptedPut",
            )
        )
        key = known_key(self.key)
        arn, by_alias = (None, None) if key is None else key.spelled() if isinstance(key, KeyAccess) else named(key)
        if arn is not None and by_alias is None:  # requests name the key itself, never an alias of it
            self._state(
                Statement(
                    ["s3:PutObject"],
                    objects,
                    effect="Deny",
                    principal=Principal.anyone(),
                    conditions={"StringNotEqualsIfExists": {f"{header}-aws-kms-key-id": arn}},
                    sid="DenyOtherKeys",
                )
            )

    def add_lifecycle_rule(self, rule: LifecycleRule) -> None:
        """Add a rule after the bucket is made."""
        self._rules.append(rule)
        self.node.resource.set(LifecycleConfiguration={"Rules": self._rules})
        self._check_use()

    def notify(
        self,
        target: QueueAccess | TopicAccess | Invocable,
        *events: str,
        prefix: str | None = None,
        suffix: str | None = None,
    ) -> None:
        """Tell a standard queue or topic, or a function or alias, of events (`"s3:ObjectCreated:*"`) on objects whose key fits.

        The target gets the policy it needs, for this bucket when it has a fixed name and else for buckets of this
        account, as naming it would close a circle; the bucket waits for it. Nothing else is added: S3 itself sends.
        """
        if not events:
            raise ConstructError(f"{self.node.path}: notify needs at least one event", place=caller(),
                                 fix='such as "s3:ObjectCreated:*"')  # fmt: skip
        filters = [
            {"Name": name, "Value": value}
            for name, value in (("prefix", prefix), ("suffix", suffix))
            if value is not None
        ]
        if not hasattr(target, "accept_from_account"):
            raise ConstructError(
                f"{self.node.path} cannot notify a {type(target).__name__}",
                place=caller(),
                fix="give a standard queue or topic, or a function",
            )
        known = None if self.name is None else f"arn:{AWS.Partition}:s3:::{self.name}"
        policy = target.accept_from_account("s3.amazonaws.com", known)
        kind, name, arn = _notified(target)
        for event in events:
            entry: dict[str, Any] = {"Event": event, name: arn}
            if filters:
                entry["Filter"] = {"S3Key": {"Rules": filters}}
            self._notifications.setdefault(kind, []).append(entry)
        bucket = self.node.resource
        bucket.set(NotificationConfiguration=self._notification())
        bucket.node.depends_on(policy)

    def grant_public_read(self, *, prefix: str = "") -> Grant:
        """Let everybody read objects, as a public website needs; the bucket must be made with `public="policy"`."""
        if self.public == "blocked":
            raise ConstructError(
                f"{self.node.path} blocks public policies", place=caller(), fix='make it with public="policy"'
            )
        return give(Principal.anyone(), ["s3:GetObject"], on=self._objects(prefix), through=self._state)

    def _state(self, statement: Statement) -> Resource:
        self._policy.add(statement)
        made = self.node.children.get("Policy")
        if made is None:
            made = resource_class(BUCKET_POLICY)(self, "Policy", Bucket=self.bucket_name, PolicyDocument=self._policy)
        else:
            made.node.resource.set(PolicyDocument=self._policy)
        return made.node.resource

    def _keeps_versions(self) -> bool:
        return self.versioned or self._locks()

    @staticmethod
    def from_name(
        scope: Construct, id: str, name: str, *, key: KeyAccess | str | None = None, versioned: bool = False
    ) -> ExistingBucket:
        """A bucket that exists already; `key` is its customer key."""
        checked_name(name)
        return ExistingBucket(scope, id, values=_bucket(f"arn:{AWS.Partition}:s3:::{name}", name), key=key,
                              versioned=versioned)  # fmt: skip

    @staticmethod
    def from_arn(
        scope: Construct, id: str, arn: str, *, key: KeyAccess | str | None = None, versioned: bool = False
    ) -> ExistingBucket:
        """A bucket that exists already, by ARN."""
        arn = checked_arn(arn, "s3", "arn:aws:s3:::uploads", r"[\w.-]+")
        return ExistingBucket(scope, id, values=_bucket(arn, part(arn, 5)), key=key, versioned=versioned)


@construct
class ExistingBucket(Existing, BucketAccess):
    """A bucket made elsewhere; see `S3Bucket.from_name`."""

    WHAT = "bucket"
    versioned: bool = False

    def _keeps_versions(self) -> bool:
        return self.versioned


def _bucket(arn: str, name: str) -> dict[str, str]:
    return {
        "arn": arn,
        "bucket_name": name,
        "domain_name": f"{name}.s3.{AWS.URLSuffix}",
        "regional_domain_name": f"{name}.s3.{AWS.Region}.{AWS.URLSuffix}",
    }


class UploadPlan:
    """How an object is to be uploaded: whether S3 takes it in one piece, or in which parts.

    - `size_bytes`: 0 bytes to 5 TB in the course notes' limits, about 50 TB today; above 5 GB only in parts.
    - `parts`: 1 to 10,000; `part_size_bytes`: 5 MiB to 5 GiB, the last one may be smaller.

    Raises `ConstraintError` at the user's line. Source: S3 User Guide, multipart upload limits; course notes, S3.
    """

    def __init__(
        self,
        size_bytes: int,
        *,
        parts: int | None = None,
        part_size_bytes: int | None = None,
        limits: Mode = "documented",
    ) -> None:
        if parts is None and part_size_bytes is not None and part_size_bytes > 0:
            parts = max(1, -(-size_bytes // part_size_bytes))
        multipart = parts is not None
        hold(
            "S3Object", limits, size_bytes=size_bytes, multipart=multipart, parts=parts, part_size_bytes=part_size_bytes
        )
        self.size_bytes = size_bytes
        self.parts = parts or 1
        self.part_size_bytes = part_size_bytes


def _notified(target: QueueAccess | TopicAccess | Invocable) -> tuple[str, str, str]:
    """Where a notification stands: the list, the property that names the target, and its ARN."""
    if isinstance(target, QueueAccess):
        return "QueueConfigurations", "Queue", target.arn
    if isinstance(target, TopicAccess):
        return "TopicConfigurations", "Topic", target.arn
    return "LambdaConfigurations", "Function", target.invoke_arn


def _public_access(blocked: bool) -> dict[str, bool]:
    return {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": blocked,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": blocked,
    }


def _joined(first: Conditions, second: Conditions | None) -> Conditions | None:
    from ..security.policy import both

    return both(first, second or {}) or None
