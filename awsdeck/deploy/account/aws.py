"""The only door to AWS: identities and their clients.

botocore's own retries are off. They spend all their attempts in half a second when the network is cut, wait on a clock
of their own, and take an exhausted quota for throttling. `Retry.call` insists instead: for as long as
`patience` says, on the run's clock, and writes too, because every write carries a token.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import botocore.exceptions
from botocore.config import Config

from ...errors import CredentialsError, DeckError, InputError
from ..errors import Refused
from .board import Board
from .clock import Clock, SystemClock
from .cloudformation import CloudFormation
from .identity import account_of, own_session, role_session
from .kinds import classify, refusal
from .pace import Pace
from .retry import FOLLOW_PATIENCE, PLAN_PATIENCE, Retry

if TYPE_CHECKING:
    from ...assembly import StackArtifact


def on_this_machine(url: str) -> bool:
    """Whether an address is a loopback one, which no proxy can reach."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class AWS:
    """One identity, and by `of` those of single stacks. Give it to `deploy` and its like.

    `region` is that of stacks that name none; AWS_REGION, AWS_DEFAULT_REGION and the profile say it otherwise.
    `endpoint_url` leads to an emulator, and `credentials` are an access key id, a secret and perhaps a session token.
    `profiles` has the profile for the stacks of an account id or for the role with an ARN, `external_ids` what the
    owner of a role with an ARN wants to hear. `hook` is called with each session before it is used;
    `FakeCloudFormation` hangs itself there.
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
        profiles: Mapping[str, str] | None = None,
        external_ids: Mapping[str, str] | None = None,
    ) -> None:
        self.region = region or os.environ.get("AWS_REGION") or None  # which boto3 does not read
        self.profile = profile
        self.endpoint_url = endpoint_url
        self.credentials = credentials
        self.clock: Clock = clock or SystemClock()
        self.outage_budget = outage_budget
        self.profiles = dict(profiles or {})
        self.external_ids = dict(external_ids or {})
        self.role: str | None = None
        self.generation = 0
        self._hook = hook
        self._source: AWS | None = None  # whose credentials take on the role
        self._family: dict[tuple[str | None, str | None], AWS] = {(profile, None): self}
        self._paces: dict[tuple[str, str | None], Pace] = {}
        self._boards: dict[str | None, Board] = {}
        self._session: Any = None
        self._clients: dict[tuple[str, str | None], Any] = {}
        self._account: str | None = None
        self._lock = threading.RLock()

    # identities

    def of(self, artifact: StackArtifact) -> AWS:
        """The identity that a stack is deployed with: its role, its account's profile, or this one."""
        role = getattr(artifact, "role", None)
        profile = self.profiles.get(role or "") or self.profiles.get(artifact.account or "")
        return self.acting(role, profile=profile) if (role or profile) and not self.emulated else self

    def acting(self, role: str | None, *, profile: str | None = None) -> AWS:
        """This identity with a role taken on, or another profile's; made once for each."""
        profile = profile or self.profile
        with self._lock:
            known = self._family.get((profile, role))
            if known is not None:
                return known
            own = self.credentials if profile == self.profile else None
            made = self._family[profile, role] = AWS(
                region=self.region,
                profile=profile,
                endpoint_url=self.endpoint_url,
                credentials=own,
                clock=self.clock,
                hook=self._hook,
                outage_budget=self.outage_budget,
                profiles=self.profiles,
                external_ids=self.external_ids,
            )
            made._family, made._paces, made._lock = self._family, self._paces, self._lock
        if role is not None:
            made.role, made._source = role, self.acting(None, profile=profile)
        return made

    @property
    def who(self) -> str:
        """Whose credentials these are, in words; empty for whatever the environment gives."""
        return f"the role {self.role}" if self.role else f"the profile {self.profile}" if self.profile else ""

    @property
    def emulated(self) -> bool:
        """True when an endpoint was given, so that this is not AWS itself."""
        return self.endpoint_url is not None

    def warm(self, artifacts: Iterable[StackArtifact]) -> None:
        """Get credentials now, on this thread: whoever asks for a code or a password asks before work begins.

        What goes wrong is left to the stacks that need them.
        """
        sources = {id(one): one for one in ((aws._source or aws) for aws in map(self.of, artifacts))}
        for source in sources.values():
            with suppress(botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError, DeckError, RuntimeError):
                found = source._open().get_credentials()
                if found is not None:
                    found.get_frozen_credentials()

    def renew(self, seen: int) -> bool:
        """Get credentials anew, unless that has happened since generation `seen`; False for keys that were given."""
        with self._lock:
            if seen != self.generation:
                return True
            if self._source is not None:
                self._source.renew(self._source.generation)
            elif self.credentials:
                return False
            self.generation += 1
            self._session, self._account = None, None
            self._clients.clear()
            return True

    def _open(self) -> Any:
        with self._lock:
            if self._session is None:
                if self._source is not None and self.role is not None:
                    base = self._source._open()
                    if base.get_credentials() is None:
                        raise botocore.exceptions.NoCredentialsError
                    self._session = role_session(
                        base,
                        self.role,
                        self.external_ids.get(self.role),
                        self.region,
                        partial(_keyed, base, self.region or "us-east-1", self.endpoint_url, self._config()),
                        self.clock,
                    )
                else:
                    self._session = own_session(self.profile, self.region, self.credentials)
                if self._hook is not None:
                    self._hook(self._session)
            return self._session

    # clients

    def client(self, service: str, region: str | None = None) -> Any:
        """A boto3 client, made once for each service and region."""
        key = (service, region or self.region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._make(*key)
            return self._clients[key]

    def _config(self) -> Config:
        return Config(
            retries={"mode": "standard", "total_max_attempts": 1},
            connect_timeout=10,
            read_timeout=30,
            max_pool_connections=32,
            tcp_keepalive=True,
            request_checksum_calculation="when_required",
            s3={"addressing_style": "path"} if self.emulated else None,
            proxies={} if self.endpoint_url and on_this_machine(self.endpoint_url) else None,
        )

    def _make(self, service: str, region: str | None) -> Any:
        try:
            return self._open().client(
                service, region_name=region, endpoint_url=self.endpoint_url, config=self._config()
            )
        except botocore.exceptions.BotoCoreError as error:
            what = f"make a client for {service}"
            raise refusal(error, classify(error), what, now=self.clock.now(), who=self.who) from None
        except ValueError as error:  # botocore's for an address that is none
            raise InputError(
                f"there is no client for {service}: {error}",
                fix="AWS_ENDPOINT_URL is an address like http://127.0.0.1:4566",
            ) from None

    def _retry(self, stop: threading.Event | None = None, pace: Pace | None = None) -> Retry:
        return Retry(self.clock, stop or threading.Event(), PLAN_PATIENCE, pace=pace, door=self, who=self.who)

    def cloudformation(self, region: str | None = None, *, stop: threading.Event | None = None) -> CloudFormation:
        """CloudFormation in a region; waits end when `stop` is set."""
        where = region or self.region
        self.client("cloudformation", where)
        with self._lock:
            pace = None if self.emulated else self._paces.setdefault((self._owner(), where), Pace())
            board = self._boards.setdefault(where, Board())
        return CloudFormation(
            partial(self.client, "cloudformation", where),
            self._retry(stop, pace),
            emulated=self.emulated,
            board=board,
        )

    def _owner(self) -> str:
        """Whose limits count: the account, as far as it is known."""
        return (account_of(self.role) if self.role else self._account) or self.who

    def credentials_from(self) -> str | None:
        """Where the credentials come from, in botocore's words (`env`, `sso`, …); None when there are none."""
        try:
            self.client("sts", self.region or "us-east-1")
            found = self._open().get_credentials()
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
        """The account id of the credentials; asked for once."""
        if self._account is None:
            answer = self._retry().call("GetCallerIdentity", lambda: self.client("sts", region).get_caller_identity())
            self._account = str(answer["Account"])
        return self._account

    def belongs(self, artifact: StackArtifact, region: str | None = None) -> None:
        """Raise `InputError` when a stack is to go into another account than that of its credentials.

        An emulator stands for every account.
        """
        if artifact.account is None or self.emulated:
            return
        account = self.account(region)
        if account != artifact.account:
            whose = self.who or "the credentials"
            raise InputError(
                f"{artifact.name} belongs into account {artifact.account}, and {whose} {'is' if self.who else 'are'} of "
                f"{account}",
                fix="give the stack a role of that account, or choose other credentials with --profile or AWS_PROFILE",
            )

    def upload(self, bucket: str, key: str, body: Callable[[], bytes], *, region: str | None = None) -> str:
        """Put an object into a bucket unless the key is there already; returns its https address.

        An emulator's bucket is made when it is missing; AWS's are the user's own.
        """
        client = self.client("s3", region)
        retry = self._retry()
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


def _keyed(session: Any, region: str, endpoint_url: str | None, config: Config, service: str, **keys: Any) -> Any:
    return session.client(service, region_name=region, endpoint_url=endpoint_url, config=config, **keys)
