"""How the company knows that all is well."""

from __future__ import annotations

from awsdeck import (
    Alarm,
    App,
    Dashboard,
    GraphWidget,
    LogGroup,
    Route53HealthCheck,
    SSMParameter,
    Stack,
    TextWidget,
    XRayGroup,
    XRaySamplingRule,
    XRayTracing,
)
from data import Data
from edge import Edge
from foundation import REGION, TAGS, Foundation
from shop import Shop


class Operations:
    """Alarms, a page to look at, traces, settings."""

    def __init__(self, app: App, base: Foundation, data: Data, shop: Shop, edge: Edge) -> None:
        XRayTracing(shop.workflow, "Tracing")
        self.stack = stack = Stack(app, "operations", region=REGION, tags=TAGS)
        LogGroup(stack, "Audit", retention=365, key=base.log_key)
        XRaySamplingRule(stack, "Orders", name="orders", priority=100, rate=0.05, path="/orders*")
        XRayGroup(stack, "Slow", name="slow", filter="responsetime > 5")
        SSMParameter(stack, "Motto", value="deliver", name="/northwind/motto")
        watched = {
            "LedgerFull": (data.ledger.metric("FreeStorageSpace", statistic="Minimum"), 10 * 1024**3, "<"),
            "LedgerBusy": (data.ledger.metric("CPUUtilization"), 80, ">="),
            "SessionsBusy": (data.sessions.metric("EngineCPUUtilization"), 80, ">="),
            "WebSlow": (shop.balancer.metric("TargetResponseTime"), 2, ">="),
            "ApiFailing": (shop.api.metric("5XXError", statistic="Sum"), 5, ">="),
            "OrdersFailing": (shop.order.metric("ExecutionsFailed", statistic="Sum"), 1, ">="),
            "Bounces": (edge.sending.metric("Reputation.BounceRate"), 0.05, ">="),
        }
        for name, (metric, threshold, comparison) in watched.items():
            Alarm(stack, name, metric=metric, threshold=threshold, comparison=comparison, periods=3).notify(base.alarm_topic)
        for name, group in zip(("Storefront", "Account", "Search"), shop.sites, strict=True):
            Alarm(stack, f"{name}Busy", metric=group.metric("CPUUtilization"), threshold=90, periods=5).notify(
                base.alarm_topic
            )
        for path in ("/health", "/search"):
            Route53HealthCheck(stack, f"Check{path[1:].capitalize()}", domain="www.northwind.example", path=path)
        Dashboard(
            stack,
            "Board",
            widgets=[
                [TextWidget("# Northwind")],
                [GraphWidget(metric, title=name) for name, (metric, _, _) in list(watched.items())[:4]],
                [GraphWidget(queue.metric("ApproximateNumberOfMessagesVisible"), title=name)
                 for name, queue in shop.queues.items()],
            ],
        )  # fmt: skip
