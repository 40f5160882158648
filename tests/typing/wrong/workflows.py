"""Mistakes with state machines, events and schedules that a type checker finds."""

from awsdeck import (
    App,
    EventRule,
    KinesisStream,
    LambdaFunction,
    Schedule,
    SNSTopic,
    SQSQueue,
    Stack,
    StateMachine,
    XRaySamplingRule,
    XRayTracing,
    inline,
    states,
)
from awsdeck.states import var

app = App()
stack = Stack(app, "shop")
queue, topic = SQSQueue(stack, "Q"), SNSTopic(stack, "T")
function = LambdaFunction(stack, "F", code=inline("def handler(e, c): ..."), runtime="python3.13")
states.invoke("Check", queue)  # wrong: SQSQueue
states.send("Send", topic)  # wrong: SNSTopic
states.Pass("Pass", colour="red")  # wrong: colour
states.Pass("Pass") >> function  # wrong: LambdaFunction
states.Wait("Wait", seconds="5")  # wrong: seconds
states.Choice("Choice").when(5, states.Pass("A"))  # wrong: Condition
states.Succeed("Done").retry()  # wrong: retry
states.Pass("Slow", timeout=5)  # wrong: timeout
var("$.n", "integer")  # wrong: integer
StateMachine(stack, "Nothing")  # wrong: definition
StateMachine(stack, "Fast", definition=states.Pass("A"), type="fast")  # wrong: type
StateMachine.from_file(stack, "File", "a.json", substitutions={"A": None})  # wrong: None
EventRule(stack, "Rule", pattern={"sauce": ["a"]})  # wrong: EventPattern
EventRule(stack, "Rule2", pattern={"source": ["a"]}).to(5)  # wrong: EventBusAccess
Schedule(stack, "Schedule", when="rate(1 day)")  # wrong: target
KinesisStream(stack, "Stream", encryption="sse")  # wrong: encryption
XRayTracing(stack, "Tracing", services=["rds"])  # wrong: rds
XRaySamplingRule(stack, "Sampling", name="all", rate=0.5)  # wrong: priority
