"""The option settings of Elastic Beanstalk as plain values with names and types.

Source: Elastic Beanstalk Developer Guide, general options for all environments.
"""

from __future__ import annotations

from ...errors import ConstructError
from ...keywords import checked
from ...rules.beanstalk import beanstalkoptions as known
from ...source import caller
from ...tokens import has_marker
from ..messaging.sqs import QueueAccess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from ...tokens import Token

    Number = int | Token
    Settings = dict[tuple[str, str], Any]
    Measure = Literal[
        "CPUUtilization", "NetworkIn", "NetworkOut", "DiskWriteOps", "DiskReadBytes", "DiskReadOps", "DiskWriteBytes",
        "Latency", "RequestCount", "HealthyHostCount", "UnhealthyHostCount", "TargetResponseTime",
    ]  # fmt: skip
    Unit = Literal[
        "Seconds", "Percent", "Bytes", "Bits", "Count", "Bytes/Second", "Bits/Second", "Count/Second", "None"
    ]
    Strategy = Literal[
        "capacity-optimized", "price-capacity-optimized", "capacity-optimized-prioritized", "lowest-price"
    ]


class BeanstalkSpot:
    """Spot Instances in an environment's group, beside on-demand ones.

    - `on_demand_base`: how many are on demand before any is Spot; 0 by default.
    - `on_demand_percent`: of those above the base, 0 to 100; AWS takes 70, and 0 for a single instance.
    - `max_price`: USD an hour, 0.001 to 20; the on-demand price by default.
    - `strategy`: "capacity-optimized" (default), "price-capacity-optimized", "capacity-optimized-prioritized",
      "lowest-price".
    - `rebalance`: instances in danger are replaced before they are interrupted (default).
    """

    __slots__ = ("on_demand_base", "on_demand_percent", "max_price", "strategy", "rebalance")

    @checked
    def __init__(
        self,
        *,
        on_demand_base: Number | None = None,
        on_demand_percent: Number | None = None,
        max_price: float | str | None = None,
        strategy: Strategy | None = None,
        rebalance: bool = True,
    ) -> None:
        self.on_demand_base = on_demand_base
        self.on_demand_percent = on_demand_percent
        self.max_price = max_price
        self.strategy = strategy
        self.rebalance = rebalance

    def settings(self) -> Settings:
        """The options that say so."""
        return {
            (known.INSTANCES, "EnableSpot"): True,
            (known.INSTANCES, "SpotFleetOnDemandBase"): self.on_demand_base,
            (known.INSTANCES, "SpotFleetOnDemandAboveBasePercentage"): self.on_demand_percent,
            (known.INSTANCES, "SpotMaxPrice"): self.max_price,
            (known.INSTANCES, "SpotAllocationStrategy"): self.strategy,
            (known.ASG, "EnableCapacityRebalancing"): True if self.rebalance else None,
        }


class BeanstalkTrigger:
    """When an environment's group grows and shrinks: a metric, and the thresholds it must stay between.

    - `measure`: "CPUUtilization", "RequestCount", "NetworkOut", …; `unit`: as it is measured, such as "Percent".
    - `lower`, `upper`: 0 to 20,000,000. `statistic`: "Average" (default), "Minimum", "Maximum", "Sum".
    - `period`: minutes, 1 to 600 (5 by default); `evaluations`: how many periods in a row, 1 to 600 (1). It fires after
      `period` times `evaluations` minutes.
    - `add`, `remove`: how many instances at a time, 1 by default. `cooldown`: seconds until the next, 0 to 10,000 (360).
    """

    __slots__ = ("measure", "unit", "lower", "upper", "statistic", "period", "evaluations", "add", "remove", "cooldown")

    @checked
    def __init__(
        self,
        measure: Measure,
        *,
        unit: Unit,
        lower: Number,
        upper: Number,
        statistic: Literal["Average", "Minimum", "Maximum", "Sum"] = "Average",
        period: int = 5,
        evaluations: int = 1,
        add: Number = 1,
        remove: int = 1,
        cooldown: Number | None = None,
    ) -> None:
        if isinstance(remove, bool) or not isinstance(remove, int) or remove < 1:
            raise ConstructError(f"remove={remove!r} is not a number of instances", place=caller(), fix="1 or more")
        self.measure = measure
        self.unit = unit
        self.lower = lower
        self.upper = upper
        self.statistic = statistic
        self.period = period
        self.evaluations = evaluations
        self.add = add
        self.remove = remove
        self.cooldown = cooldown

    def settings(self) -> Settings:
        """The options that say so."""
        return {
            (known.TRIGGER, "MeasureName"): self.measure,
            (known.TRIGGER, "Statistic"): self.statistic,
            (known.TRIGGER, "Unit"): self.unit,
            (known.TRIGGER, "LowerThreshold"): self.lower,
            (known.TRIGGER, "UpperThreshold"): self.upper,
            (known.TRIGGER, "Period"): self.period,
            (known.TRIGGER, "EvaluationPeriods"): self.evaluations,
            (known.TRIGGER, "BreachDuration"): self.period * self.evaluations,
            (known.TRIGGER, "UpperBreachScaleIncrement"): self.add,
            (known.TRIGGER, "LowerBreachScaleIncrement"): -self.remove,
            (known.ASG, "Cooldown"): self.cooldown,
        }


class BeanstalkSchedule:
    """Sizes of an environment's group that change at a time.

    - `name`: what the action is called. `recurrence`: a cron expression in UTC ("0 7 * * MON-FRI"); or `start`, once.
    - `start`, `end`: ISO 8601 times such as "2027-01-01T07:00:00Z". `suspend`: kept, and not carried out.
    - `min`, `max`, `desired`: 0 to 10,000; at least one of them.
    """

    __slots__ = ("name", "recurrence", "start", "end", "min", "max", "desired", "suspend")

    @checked
    def __init__(
        self,
        name: str,
        *,
        recurrence: str | None = None,
        start: str | None = None,
        end: str | None = None,
        min: Number | None = None,
        max: Number | None = None,
        desired: Number | None = None,
        suspend: bool = False,
    ) -> None:
        wrong = []
        if recurrence is None and start is None:
            wrong.append("when it happens: recurrence= or start=")
        if min is None and max is None and desired is None:
            wrong.append("what becomes of the sizes: min=, max= or desired=")
        if wrong:
            raise ConstructError(f"the schedule {name!r} does not say {' and '.join(wrong)}", place=caller())
        self.name = name
        self.recurrence = recurrence
        self.start = start
        self.end = end
        self.min = min
        self.max = max
        self.desired = desired
        self.suspend = suspend

    def settings(self) -> Settings:
        """The options that say so."""
        return {
            (known.SCHEDULE, "MinSize"): self.min,
            (known.SCHEDULE, "MaxSize"): self.max,
            (known.SCHEDULE, "DesiredCapacity"): self.desired,
            (known.SCHEDULE, "Recurrence"): self.recurrence,
            (known.SCHEDULE, "StartTime"): self.start,
            (known.SCHEDULE, "EndTime"): self.end,
            (known.SCHEDULE, "Suspend"): True if self.suspend else None,
        }


class BeanstalkDeployment:
    """How a new version of the application comes to the instances.

    Made by `BeanstalkDeployment.all_at_once()`, `.rolling(batch=2)` or `.rolling(batch="25%")`,
    `.rolling_with_additional_batch(batch=…)`, `.immutable()`, `.traffic_splitting(percent=10, minutes=5)`.

    - `batch`: how many instances at a time, as a number, or as a share of them.
    - `timeout`: seconds that an instance may take, 1 to 3,600 (600). `ignore_health`: go on whatever health says.
    - `healthy_at`: the worst health that still counts: "Ok" (default), "Warning", "Degraded", "Severe".

    Source: Elastic Beanstalk Developer Guide, deployment policies and settings.
    """

    __slots__ = ("policy", "batch", "percent", "minutes", "timeout", "ignore_health", "healthy_at")

    @checked
    def __init__(
        self,
        policy: Literal["AllAtOnce", "Rolling", "RollingWithAdditionalBatch", "Immutable", "TrafficSplitting"],
        *,
        batch: int | str | None = None,
        percent: Number | None = None,
        minutes: Number | None = None,
        timeout: Number | None = None,
        ignore_health: bool = False,
        healthy_at: Literal["Ok", "Warning", "Degraded", "Severe"] | None = None,
    ) -> None:
        self.policy = policy
        self.batch = _batch(batch)
        self.percent = percent
        self.minutes = minutes
        self.timeout = timeout
        self.ignore_health = ignore_health
        self.healthy_at = healthy_at

    @classmethod
    def all_at_once(cls, *, timeout: Number | None = None, ignore_health: bool = False) -> BeanstalkDeployment:
        """All instances at the same time: quick, and out of service meanwhile."""
        return cls("AllAtOnce", timeout=timeout, ignore_health=ignore_health)

    @classmethod
    def rolling(
        cls, *, batch: int | str, timeout: Number | None = None, ignore_health: bool = False
    ) -> BeanstalkDeployment:
        """One batch of instances after the other; a batch is out of service meanwhile."""
        return cls("Rolling", batch=batch, timeout=timeout, ignore_health=ignore_health)

    @classmethod
    def rolling_with_additional_batch(
        cls, *, batch: int | str, timeout: Number | None = None, ignore_health: bool = False
    ) -> BeanstalkDeployment:
        """The same with a batch more, so that as many instances as before serve all the time."""
        return cls("RollingWithAdditionalBatch", batch=batch, timeout=timeout, ignore_health=ignore_health)

    @classmethod
    def immutable(
        cls,
        *,
        timeout: Number | None = None,
        ignore_health: bool = False,
        healthy_at: Literal["Ok", "Warning", "Degraded", "Severe"] | None = None,
    ) -> BeanstalkDeployment:
        """On new instances beside the old ones, which stay when the new ones are not healthy."""
        return cls("Immutable", timeout=timeout, ignore_health=ignore_health, healthy_at=healthy_at)

    @classmethod
    def traffic_splitting(
        cls, *, percent: Number = 10, minutes: Number = 5, timeout: Number | None = None
    ) -> BeanstalkDeployment:
        """On new instances that get `percent` of the requests for `minutes` (3 to 600) first; takes an ALB."""
        return cls("TrafficSplitting", percent=percent, minutes=minutes, timeout=timeout)

    def settings(self) -> Settings:
        """The options that say so."""
        kind, size = self.batch
        return {
            (known.COMMAND, "DeploymentPolicy"): self.policy,
            (known.COMMAND, "BatchSizeType"): kind,
            (known.COMMAND, "BatchSize"): size,
            (known.COMMAND, "Timeout"): self.timeout,
            (known.COMMAND, "IgnoreHealthCheck"): True if self.ignore_health else None,
            (known.COMMAND, "HealthCheckSuccessThreshold"): self.healthy_at,
            (known.SPLITTING, "NewVersionPercent"): self.percent,
            (known.SPLITTING, "EvaluationTime"): self.minutes,
        }


class BeanstalkRollout:
    """How instances are replaced when the environment's settings ask for it: made by `.timed`, `.healthy`, `.immutable`.

    - `batch`: how many at a time, 1 to 10,000; `in_service`: how many stay meanwhile, 0 to 9,999.
    - `pause`: between batches, such as "PT5M", up to an hour. `timeout`: how long a batch may take to become healthy,
      "PT5M" to "PT1H" ("PT30M").
    """

    __slots__ = ("kind", "batch", "in_service", "pause", "timeout")

    @checked
    def __init__(
        self,
        kind: Literal["Time", "Health", "Immutable"],
        *,
        batch: Number | None = None,
        in_service: Number | None = None,
        pause: str | None = None,
        timeout: str | None = None,
    ) -> None:
        self.kind = kind
        self.batch = batch
        self.in_service = in_service
        self.pause = pause
        self.timeout = timeout

    @classmethod
    def timed(
        cls, *, batch: Number | None = None, in_service: Number | None = None, pause: str | None = None
    ) -> BeanstalkRollout:
        """One batch after the other, with a pause between them."""
        return cls("Time", batch=batch, in_service=in_service, pause=pause)

    @classmethod
    def healthy(
        cls, *, batch: Number | None = None, in_service: Number | None = None, timeout: str | None = None
    ) -> BeanstalkRollout:
        """One batch after the other, as soon as the one before is healthy."""
        return cls("Health", batch=batch, in_service=in_service, timeout=timeout)

    @classmethod
    def immutable(cls, *, timeout: str | None = None) -> BeanstalkRollout:
        """A whole new group beside the old one."""
        return cls("Immutable", timeout=timeout)

    def settings(self) -> Settings:
        """The options that say so."""
        return {
            (known.ROLLING, "RollingUpdateEnabled"): True,
            (known.ROLLING, "RollingUpdateType"): self.kind,
            (known.ROLLING, "MaxBatchSize"): self.batch,
            (known.ROLLING, "MinInstancesInService"): self.in_service,
            (known.ROLLING, "PauseTime"): self.pause,
            (known.ROLLING, "Timeout"): self.timeout,
        }


class BeanstalkUpdates:
    """Newer releases of the platform that Elastic Beanstalk brings by itself, on new instances, in a weekly window.

    - `window`: day, hour and minute in UTC, "Sun:03:00"; it lasts two hours.
    - `level`: "minor" (default: minor releases and patches) or "patch".
    - `replace_weekly`: all instances are replaced every week, newer release or not.

    They need enhanced health reporting. Source: Elastic Beanstalk Developer Guide, managed platform updates.
    """

    __slots__ = ("window", "level", "replace_weekly")

    @checked
    def __init__(
        self, window: str, *, level: Literal["minor", "patch"] = "minor", replace_weekly: bool = False
    ) -> None:
        self.window = window
        self.level = level
        self.replace_weekly = replace_weekly

    def settings(self) -> Settings:
        """The options that say so, apart from the role."""
        return {
            (known.MANAGED, "ManagedActionsEnabled"): True,
            (known.MANAGED, "PreferredStartTime"): self.window,
            (known.PLATFORM_UPDATE, "UpdateLevel"): self.level,
            (known.PLATFORM_UPDATE, "InstanceRefreshEnabled"): True if self.replace_weekly else None,
        }


class BeanstalkWorker:
    """What a worker environment reads, and how its messages reach the application on its instances.

    - `queue`: an `SQSQueue`, standard or FIFO, which the instances may then read, or a queue's URL; left out, Elastic
      Beanstalk makes one, with a dead-letter queue after `retries`.
    - `path`: where the application takes messages as POST requests, "/" by default; `mime_type`: "application/json".
    - `connections`: at once on an instance, 1 to 100 (50). `connect_timeout`: 1 to 60 seconds (5).
    - `inactivity_timeout`: seconds that the application may take for a message, 1 to 36,000 (299).
    - `visibility_timeout`: seconds that a message is hidden meanwhile, 0 to 43,200 (300); it must be the longer one.
      `error_visibility_timeout`: until it comes back after an error, 0 to 43,200 (2).
    - `retention`: seconds a message is worked on, 60 to 1,209,600 (345,600). `retries`: 1 to 100 (10).

    Source: Elastic Beanstalk Developer Guide, worker environments.
    """

    __slots__ = (
        "queue", "path", "mime_type", "connections", "connect_timeout", "inactivity_timeout", "visibility_timeout",
        "error_visibility_timeout", "retention", "retries",
    )  # fmt: skip

    @checked
    def __init__(
        self,
        queue: QueueAccess | str | None = None,
        *,
        path: str | None = None,
        mime_type: str | None = None,
        connections: Number | None = None,
        connect_timeout: Number | None = None,
        inactivity_timeout: Number | None = None,
        visibility_timeout: Number | None = None,
        error_visibility_timeout: Number | None = None,
        retention: Number | None = None,
        retries: Number | None = None,
    ) -> None:
        self.queue = queue
        self.path = path
        self.mime_type = mime_type
        self.connections = connections
        self.connect_timeout = connect_timeout
        self.inactivity_timeout = inactivity_timeout
        self.visibility_timeout = visibility_timeout
        self.error_visibility_timeout = error_visibility_timeout
        self.retention = retention
        self.retries = retries

    def settings(self) -> Settings:
        """The options that say so."""
        queue = self.queue
        return {
            (known.WORKER, "WorkerQueueURL"): queue if queue is None or isinstance(queue, str) else queue.url,
            (known.WORKER, "HttpPath"): self.path,
            (known.WORKER, "MimeType"): self.mime_type,
            (known.WORKER, "HttpConnections"): self.connections,
            (known.WORKER, "ConnectTimeout"): self.connect_timeout,
            (known.WORKER, "InactivityTimeout"): self.inactivity_timeout,
            (known.WORKER, "VisibilityTimeout"): self.visibility_timeout,
            (known.WORKER, "ErrorVisibilityTimeout"): self.error_visibility_timeout,
            (known.WORKER, "RetentionPeriod"): self.retention,
            (known.WORKER, "MaxRetries"): self.retries,
        }


def _batch(given: int | str | None) -> tuple[str | None, Any]:
    """The kind and size of a batch."""
    if given is None:
        return None, None
    if isinstance(given, str) and not has_marker(given):
        share = given.removesuffix("%")
        if given.endswith("%") and share.isdigit():
            return "Percentage", int(share)
    elif not isinstance(given, bool) and isinstance(given, int | str):
        return "Fixed", given
    raise ConstructError(
        f"batch={given!r} is no batch of instances", place=caller(), fix='a number of them, or a share such as "25%"'
    )
