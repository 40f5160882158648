"""The only door to AWS: clients, retries, and one reading of every error.

botocore's own retries are off. They spend all their attempts in half a second when the network is cut, wait on a clock
of their own, and take an exhausted quota for throttling. `Retry.call` insists instead: for as long as
`patience` says, on the run's clock, and writes too, because every write carries a token.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.exceptions
from attrs import frozen
from botocore.config import Config

from ..errors import CredentialsError, InputError
from .clock import Clock, Interrupted, SystemClock
from .cloudformation import CloudFormation
from .errors import Kind, Refused, shortened

PLAN_PATIENCE = 60.0  # seconds: nothing runs yet, so soon say what is wrong
FOLLOW_PATIENCE = 900.0  # seconds: the stack goes on without us, so wait for the network to come back

THROTTLED = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "TooManyRequestsException", "RequestLimitExceeded", "BandwidthLimitExceeded", "SlowDown", "PriorRequestNotComplete",
})  # fmt: skip
CREDENTIALS = frozenset({
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "UnrecognizedClientException", "InvalidClientTokenId",
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSignatureException", "RequestTimeTooSkewed",
    "MissingAuthenticationToken", "AuthFailure", "IncompleteSignature", "TokenRefreshRequired",
})  # fmt: skip
DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedAccess", "403"})
OUTAGE = frozenset(
    {"RequestTimeout", "RequestTimeoutException", "InternalFailure", "InternalError", "ServiceUnavailable"}
)


def classify(error: Exception) -> Kind:
    """What an error of botocore's means for a deploy; the only place that knows AWS's words."""
    if isinstance(error, botocore.exceptions.ClientError):
        details = error.response.get("Error", {})
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return _classify_answer(str(details.get("Code", "")), str(details.get("Message", "")), int(status or 0))
    if isinstance(
        error,
        (
            botocore.exceptions.NoCredentialsError,
            botocore.exceptions.PartialCredentialsError,
            botocore.exceptions.CredentialRetrievalError,
            botocore.exceptions.UnauthorizedSSOTokenError,
            botocore.exceptions.SSOError,
            botocore.exceptions.TokenRetrievalError,
            botocore.exceptions.ProfileNotFound,
            botocore.exceptions.InvalidConfigError,
        ),
    ):
        return "credentials"
    if isinstance(error, (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError)):
        return "outage"
    return "outage" if type(error).__name__ == "ResponseParserError" else "invalid"


def _classify_answer(code: str, message: str, status: int) -> Kind:
    if code in THROTTLED or status == 429:
        return "throttled"
    if code in CREDENTIALS:
        return "credentials"
    if code in DENIED:
        return "denied"
    if code in OUTAGE or status >= 500:
        return "outage"
    if code in ("AlreadyExistsException", "TokenAlreadyExistsException"):
        return "exists"
    if code in ("InvalidChangeSetStatus", "InvalidChangeSetStatusException"):
        return "status"
    if code == "LimitExceededException":
        return "limit"
    if code in ("ChangeSetNotFound", "ChangeSetNotFoundException", "StackNotFoundException", "NoSuchKey", "404"):
        return "missing"
    text = message.lower()
    if "does not exist" in text:
        return "missing"
    if "no updates are to be performed" in text:
        return "unchanged"
    if "terminationprotection is enabled" in text:
        return "protected"
    if "_in_progress state" in text:
        return "busy"
    return "invalid"


def _refusal(error: Exception, kind: Kind, operation: str) -> Exception:
    if isinstance(error, botocore.exceptions.ClientError):
        details = error.response.get("Error", {})
        code, text = str(details.get("Code", "")), str(details.get("Message", ""))
    else:
        code, text = type(error).__name__, str(error)
    if kind == "credentials":
        return CredentialsError(
            f"AWS does not accept the credentials: {shortened(text)}",
            fix="log in again, or choose other credentials with --profile or AWS_PROFILE",
        )
    if isinstance(error, botocore.exceptions.NoRegionError):
        return InputError("no region is set", fix="give the stack a region, use --region, or set AWS_REGION")
    fix = {
        "denied": f"the caller needs permission for {_action(operation)}",
        "limit": "ask AWS for a higher quota, or remove what is not needed any more",
        "outage": "check the network, a proxy, and the endpoint",
    }.get(kind)
    return Refused(f"{operation}: {shortened(text) or code}", kind=kind, code=code, operation=operation, fix=fix)


def _action(operation: str) -> str:
    service = {"HeadObject": "s3", "PutObject": "s3", "GetCallerIdentity": "sts"}.get(operation, "cloudformation")
    return f"{service}:{'GetObject' if operation == 'HeadObject' else operation}"


def on_this_machine(url: str) -> bool:
    """Whether an address is a loopback one, which no proxy can reach."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@frozen
class Retry:
    """How long to insist, and on whose clock."""

    clock: Clock
    stop: threading.Event
    patience: float
    lost: Callable[[Kind, float], None] | None = None  # told of every failed attempt

    def call(self, operation: str, ask: Callable[[], Any]) -> Any:
        """The answer of `ask`; tries again while AWS is throttling or out of reach, and raises everything else."""
        started, attempt = self.clock.now(), 0
        while True:
            try:
                return ask()
            except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, ConnectionError) as error:
                problem = error
            except Exception as error:
                if type(error).__name__ != "ResponseParserError":
                    raise
                problem = error
            kind = classify(problem)
            waited = self.clock.now() - started
            if kind not in ("throttled", "outage") or waited >= self.patience:
                raise _refusal(problem, kind, operation) from None
            if self.lost is not None:
                self.lost(kind, waited)
            attempt += 1
            delay = min(20.0, 0.5 * 2 ** min(attempt, 6)) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter
            self.pause(min(delay, max(0.1, self.patience - waited)))

    def pause(self, seconds: float) -> None:
        """Wait; raises `Interrupted` when the user wants to stop."""
        self.clock.sleep(seconds, self.stop)
        if self.stop.is_set():
            raise Interrupted


class AWS:
    """One identity: credentials, a profile, an endpoint. Give it to `deploy` and its like.

    `endpoint_url` leads to an emulator, and `credentials` are an access key id, a secret and perhaps a session token.
    `hook` is called with the session before it is used; `FakeCloudFormation` hangs itself there.
    """

    def __init__(
        self,
        *,
        region: str | None = None,
        profile: str | None = None,
        endpoint_url: str | None = None,
        credentials: tuple[str, ...] | None = None,
        clock: Clock | None = None,
        hook: Callable[[Any], None] | None = None,
        outage_budget: float = FOLLOW_PATIENCE,
    ) -> None:
        self.region = region
        self.profile = profile
        self.endpoint_url = endpoint_url
        self.credentials = credentials
        self.clock: Clock = clock or SystemClock()
        self.outage_budget = outage_budget
        self._hook = hook
        self._session: Any = None
        self._clients: dict[tuple[str, str | None], Any] = {}
        self._lock = threading.Lock()

    @property
    def emulated(self) -> bool:
        """True when an endpoint was given, so that this is not AWS itself."""
        return self.endpoint_url is not None

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client, made once for each service and region."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._make(*key)
            return self._clients[key]

    def _make(self, service: str, region: str | None) -> Any:
        try:
            if self._session is None:
                names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
                keys = dict(zip(names, self.credentials or (), strict=False))
                self._session = boto3.Session(profile_name=self.profile, region_name=self.region, **keys)
                if self._hook is not None:
                    self._hook(self._session)
            config = Config(
                retries={"mode": "standard", "total_max_attempts": 1},
                connect_timeout=10,
                read_timeout=30,
                max_pool_connections=32,
                tcp_keepalive=True,
                request_checksum_calculation="when_required",
                s3={"addressing_style": "path"} if self.emulated else None,
                proxies={} if self.endpoint_url and on_this_machine(self.endpoint_url) else None,
            )
            return self._session.client(service, region_name=region, endpoint_url=self.endpoint_url, config=config)
        except botocore.exceptions.BotoCoreError as error:
            raise _refusal(error, classify(error), f"make a client for {service}") from None

    def cloudformation(self, region: str | None = None, *, stop: threading.Event | None = None) -> CloudFormation:
        """CloudFormation in a region; waits end when `stop` is set."""
        retry = Retry(self.clock, stop or threading.Event(), PLAN_PATIENCE)
        return CloudFormation(self.client("cloudformation", region), retry, emulated=self.emulated)

    def credentials_from(self) -> str | None:
        """Where the credentials come from, in botocore's words (`env`, `sso`, …); None when there are none."""
        try:
            self.client("sts", self.region or "us-east-1")
            found = self._session.get_credentials()
        except (botocore.exceptions.BotoCoreError, CredentialsError):
            return None
        return str(found.method) if found is not None else None

    def where(self) -> str | None:
        """The region that counts for stacks that name none; None when nothing says it."""
        try:
            return str(self.client("cloudformation").meta.region_name)
        except (InputError, CredentialsError):
            return None

    def endpoint(self, region: str) -> str:
        """The address CloudFormation is asked at."""
        return str(self.client("cloudformation", region).meta.endpoint_url)

    def account(self, region: str | None = None) -> str:
        """The account id of the credentials."""
        client = self.client("sts", region)
        answer = Retry(self.clock, threading.Event(), PLAN_PATIENCE).call(
            "GetCallerIdentity", client.get_caller_identity
        )
        return str(answer["Account"])

    def upload(self, bucket: str, key: str, body: Callable[[], bytes], *, region: str | None = None) -> str:
        """Put an object into a bucket unless the key is there already; returns its https address.

        An emulator's bucket is made when it is missing; AWS's are the user's own.
        """
        client = self.client("s3", region)
        retry = Retry(self.clock, threading.Event(), PLAN_PATIENCE)
        try:
            retry.call("HeadObject", lambda: client.head_object(Bucket=bucket, Key=key))
        except Refused as refused:
            if refused.kind not in ("missing", "denied"):
                raise
            if self.emulated:
                self._make_bucket(client, bucket)
            content = body()
            retry.call("PutObject", lambda: client.put_object(Bucket=bucket, Key=key, Body=content))
        if self.endpoint_url:
            return f"{self.endpoint_url.rstrip('/')}/{bucket}/{key}"
        where = client.meta.region_name
        suffix = "amazonaws.com.cn" if where.startswith("cn-") else "amazonaws.com"
        return f"https://{bucket}.s3.{where}.{suffix}/{key}"

    def _make_bucket(self, client: Any, bucket: str) -> None:
        where = client.meta.region_name
        placed = {} if where == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": where}}
        with suppress(botocore.exceptions.ClientError):  # it is there; if it cannot be made, putting will say so
            client.create_bucket(Bucket=bucket, **placed)
