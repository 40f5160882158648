"""Usage plans and API keys: how much each customer of an API may use.

Source: API Gateway Developer Guide, usage plans and API keys for REST APIs; course notes, API Gateway.
"""

from __future__ import annotations

from ...cfn import resource_class
from ...constructs import Construct, construct, ref
from ...errors import ConstructError
from ...node import MAIN
from ...source import caller
from .apistage import ApiStage, Throttle, fitting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from ...tokens import Token

PLAN = "AWS::ApiGateway::UsagePlan"
PLAN_KEY = "AWS::ApiGateway::UsagePlanKey"
API_KEY = "AWS::ApiGateway::ApiKey"


@construct
class ApiKey(Construct):
    """A key that a customer sends in the header `X-Api-Key`; a usage plan says what it is good for.

    It tells customers apart and is no proof of who calls: use an authorizer for that. AWS makes its value, which the
    console and `aws apigateway get-api-key --include-value` show; a `value` of your own has 20 characters at least and is
    a NoEcho parameter or `secret_value(…)`, not the text itself.
    """

    name: str | None = None
    description: str | None = None
    enabled: bool = True
    customer: str | None = None
    value: str | None = None

    key_id = ref()

    def build(self) -> None:
        """Make the key."""
        resource_class(API_KEY)(
            self,
            MAIN,
            Name=self.name,
            Description=self.description,
            Enabled=self.enabled,
            CustomerId=self.customer,
            Value=self.value,
        )


@construct
class UsagePlan(Construct):
    """What holders of keys may use of some stages; made by `api.usage_plan(…)`.

    - `stages`: one or several, also of several APIs.
    - `rate` requests a second on average and `burst` at once, for each key; `quota`: `(10_000, "month")`, also "week" and
      "day"; `quota_offset`: requests taken off the first period.
    - `methods`: other limits for some methods, in all stages that have them.
    - `keys`: `ApiKey`s, or ids for which keys are made here.
    """

    stages: Sequence[ApiStage]
    rate: float | Token | None = None
    burst: int | Token | None = None
    quota: tuple[int, str] | None = None
    quota_offset: int | None = None
    methods: Mapping[str, Throttle] = {}
    keys: Sequence[ApiKey | str] = ()
    name: str | None = None
    description: str | None = None

    plan_id = ref()

    def build(self) -> None:
        """Make the plan, and what links it to its keys."""
        self._rows()
        quota = None
        if self.quota is not None:
            amount, period = self._quota(self.quota)
            quota = {"Limit": amount, "Period": period.upper(), "Offset": self.quota_offset}
        throttle = {"RateLimit": self.rate, "BurstLimit": self.burst}
        resource_class(PLAN)(
            self,
            MAIN,
            UsagePlanName=self.name,
            Description=self.description,
            ApiStages=[self._stage(stage) for stage in self.stages],
            Throttle=throttle if self.rate is not None or self.burst is not None else None,
            Quota=quota,
        )
        for key in self.keys:
            self.add_key(key)

    def add_key(self, key: ApiKey | str) -> ApiKey:
        """Let a key use the plan; an id makes one here. Returns the key."""
        made = ApiKey(self, key) if isinstance(key, str) else key
        if not isinstance(made, ApiKey):
            raise ConstructError(
                f"{self.node.path}: a {type(made).__name__} is no key", place=caller(), fix="give an ApiKey or an id"
            )
        name = made.node.id if made is not key else made.node.plain_id
        resource_class(PLAN_KEY)(self, f"Link {name}", KeyId=made.key_id, KeyType="API_KEY", UsagePlanId=self.plan_id)
        return made

    def _quota(self, given: Any) -> tuple[int, str]:
        if not (isinstance(given, tuple | list) and len(given) == 2 and isinstance(given[1], str)):
            raise ConstructError(
                f"{self.node.path}: quota={given!r}", place=caller(), fix='a number and a period: (10_000, "month")'
            )
        return given[0], given[1]

    def _rows(self) -> None:
        fitting(self.node.path, self.methods, Throttle)
        known = [row for stage in self.stages for row in stage.api.route_keys]
        imported = any(stage.api.is_imported for stage in self.stages)
        unknown = [row for row in self.methods if row not in known and not imported]
        if unknown:
            raise ConstructError(
                f"{self.node.path}: methods= names {', '.join(map(repr, unknown))}, which no stage has",
                place=caller(),
                fix=f"one of: {', '.join(known)}",
            )

    def _stage(self, stage: ApiStage) -> dict[str, Any]:
        own: dict[str, Any] = {}
        for row, throttle in self.methods.items():
            if row in stage.api.route_keys or stage.api.is_imported:
                verb, path = row.split()
                own[f"{path}/{verb}"] = {"RateLimit": throttle.rate, "BurstLimit": throttle.burst}
        return {"ApiId": stage.api.api_id, "Stage": stage.stage_name, "Throttle": own or None}
