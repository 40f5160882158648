"""What the company does: services on functions, a workflow, a website on machines, an API, an old application."""

from __future__ import annotations

from awsdeck import (
    ALB,
    NLB,
    Alarm,
    App,
    AutoScalingGroup,
    BeanstalkApplication,
    BeanstalkEnvironment,
    BeanstalkPlatform,
    BeanstalkWorker,
    Certificate,
    Cors,
    EventBus,
    EventRule,
    FixedResponse,
    HostedZone,
    Image,
    KinesisStream,
    LambdaFunction,
    MixedPurchase,
    RestApi,
    Schedule,
    SNSTopic,
    SQSQueue,
    Stack,
    StateMachine,
    TargetGroup,
    Throttle,
    UserData,
    UserPool,
    across,
    inline,
    states,
)
from awsdeck.states import var
from data import Data
from foundation import REGION, TAGS, Foundation

CODE = inline("def handler(event, context):\n    return event\n")
SERVICES = ("billing", "invoicing", "packing", "pricing", "returns", "shipping")


class Shop:
    """Messages, services, workflow, website, API."""

    def __init__(self, app: App, base: Foundation, data: Data) -> None:
        self.services = Stack(app, "services", region=REGION, tags=TAGS)
        self.placed = SNSTopic(self.services, "Placed", key=base.data_key)
        self.bus = EventBus(self.services, "Bus", name="northwind", description="What happens in the shop")
        self.clicks = KinesisStream(self.services, "Clicks", retention=48, key=base.data_key)
        self.functions: dict[str, LambdaFunction] = {}
        self.queues: dict[str, SQSQueue] = {}
        for name in SERVICES:
            self._service(name, base, data)
        counter = LambdaFunction(self.services, "Counter", code=CODE, runtime="python3.13", timeout=30, tracing=True)
        counter.on(self.clicks, batch_size=100, on_failure=self.queues["billing"])
        data.carts.grant_read_write(counter)

        self.workflow = Stack(app, "workflow", region=REGION, tags=TAGS)
        refused = states.Fail("Refused", error="OrderFailed")
        steps = (
            states.invoke("Price it", self.functions["pricing"], result_path="$.price").catch(refused)
            >> states.Choice("Worth it?").when(var("$.price.total") < 1, states.Succeed("Nothing to do"))
            >> states.put_item(
                "Keep it", data.orders,
                item={"customer": var("$.customer"), "placed": var("$.placed", "number"), "state": "new"},
                result_path=None,
            )
            >> states.send("Have it packed", self.queues["packing"], body={"order": var("$")}, result_path=None)
            >> states.publish("Tell the others", self.placed, result_path=None)
            >> states.Succeed("Placed")
        )  # fmt: skip
        self.order = StateMachine(self.workflow, "Order", definition=steps, timeout=86_400, log_level="error")
        EventRule(self.workflow, "Wanted", pattern={"source": ["web"], "detail-type": ["OrderWanted"]}, bus=self.bus).to(
            self.order
        )
        Schedule(
            self.workflow, "Nightly", when="cron(0 3 * * ? *)", time_zone="Europe/Berlin", target=self.functions["invoicing"]
        )

        self.web = Stack(app, "web", region=REGION, tags=TAGS)
        zone = HostedZone.from_id(self.web, "Zone", across(base.zone.id), "northwind.example")
        self.certificate = Certificate(self.web, "Certificate", domain="www.northwind.example", zone=zone)
        self.balancer = ALB(self.web, "Balancer", vpc=base.vpc, access_logs=data.logs, access_logs_prefix="web")
        self.sites: list[AutoScalingGroup] = []
        listener = None
        for name, path in (("Storefront", None), ("Account", "/account/*"), ("Search", "/search*")):
            group = AutoScalingGroup(
                self.web,
                name,
                vpc=base.vpc,
                subnets="private",
                min=2,
                max=9,
                image=Image.amazon_linux(2023, architecture="arm64"),
                purchase=MixedPurchase(["m7g.large", "m6g.large"], on_demand_base=1, on_demand_percent_above=25),
                user_data=UserData(f"#!/bin/sh\necho {name} > /etc/role\n"),
                session_manager=True,
            )
            targets = TargetGroup(self.web, f"{name}Targets", vpc=base.vpc, port=8080, targets=[group])
            group.scale_on_cpu(60)
            data.sessions.connections.allow_from(group)
            if listener is None:
                listener = self.balancer.add_listener(443, certificate=self.certificate, default=targets)
                listener.add_rule(FixedResponse(404, "not here"), path=["/admin", "/admin/*"])
            else:
                assert path is not None
                listener.add_rule(targets, path=[path])
            self.sites.append(group)
        data.ledger.connections.allow_from(self.sites[1])
        zone.alias("www", self.balancer)
        inner = NLB(self.web, "Inner", vpc=base.vpc, subnets="private", scheme="internal")
        inner.add_listener(9000, default=TargetGroup(self.web, "InnerTargets", vpc=base.vpc, port=9000, protocol="TCP",
                                                     targets=["10.20.200.10"]))  # fmt: skip

        self.front = Stack(app, "api", region=REGION, tags=TAGS)
        users = UserPool(self.front, "Users")
        users.client("App", callbacks=["https://www.northwind.example/in"], logouts=["https://www.northwind.example/"])
        routes: dict[str, object] = {"POST /orders": self.order, "POST /returns": self.queues["returns"]}
        for name in ("pricing", "shipping", "billing"):
            routes[f"GET /{name}/{{id}}"] = self.functions[name]
        self.api = RestApi(
            self.front,
            "Api",
            routes=routes,
            auth=users,
            api_key=True,
            cors=Cors(["https://www.northwind.example"]),
            throttle=Throttle(rate=500, burst=200),
            access_log=True,
            tracing=True,
        )
        self.api.usage_plan("partners", rate=20, burst=10, quota=(100_000, "month"), keys=["Contoso"])

        self.legacy = Stack(app, "legacy", region=REGION, tags=TAGS)
        intranet = BeanstalkApplication(self.legacy, "Intranet", max_versions=20)
        jobs = SQSQueue(self.legacy, "Jobs", visibility_timeout=600)
        BeanstalkEnvironment(
            self.legacy, "Web", application=intranet, platform=BeanstalkPlatform.python("3.13"), vpc=base.vpc, min=2, max=4
        )
        BeanstalkEnvironment(
            self.legacy, "Worker", application=intranet, platform=BeanstalkPlatform.python("3.13"), vpc=base.vpc,
            tier="worker", worker=BeanstalkWorker(jobs, visibility_timeout=600),
        )  # fmt: skip

    def _service(self, name: str, base: Foundation, data: Data) -> None:
        word = name.capitalize()
        failed = SQSQueue(self.services, f"{word}Failed", key=base.data_key)
        queue = SQSQueue(
            self.services, word, visibility_timeout=180, key=base.data_key, dead_letter=failed.after(5)
        )
        self.placed.subscribe(queue)
        function = LambdaFunction(
            self.services, f"{word}Function", code=CODE, runtime="python3.13", timeout=30, memory=256, tracing=True,
            environment={"QUEUE": queue.url},
        )  # fmt: skip
        function.on(queue, batch_size=10)
        data.orders.grant_read(function)
        self.bus.grant_put(function)
        alarm = Alarm(
            self.services, f"{word}Late", metric=queue.metric("ApproximateAgeOfOldestMessage", statistic="Maximum"),
            threshold=900, periods=3,
        )  # fmt: skip
        alarm.notify(base.alarm_topic)
        self.functions[name] = function
        self.queues[name] = queue
