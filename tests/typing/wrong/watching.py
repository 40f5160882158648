"""Mistakes that show while one types: watching."""

from awsdeck import (
    AlarmWidget,
    AllAlarms,
    App,
    ContactTopic,
    EventBus,
    LogWidget,
    MetricMath,
    OwnDKIM,
    SESContactList,
    SESDedicatedIPPool,
    SESEmail,
    Stack,
    StateMachineActivity,
    TextWidget,
    XRayGroup,
)

stack = Stack(App(), "shop")
AlarmWidget("alarm")  # wrong: AlarmAccess
AllAlarms("alarm")  # wrong: AlarmAccess
LogWidget("/app", query="fields @message", view="pie chart")  # wrong: view
TextWidget(5)  # wrong: str
MetricMath("a / b", a=5)  # wrong: Measure
XRayGroup(stack, "L1", name="slow", filter=5)  # wrong: filter
StateMachineActivity(stack, "L2", name=5)  # wrong: name
EventBus(stack, "L3", name=5)  # wrong: name
ContactTopic("news", "News", default="in")  # wrong: default
SESContactList(stack, "L4", topics=["news"])  # wrong: str
SESDedicatedIPPool(stack, "L5", managed="yes")  # wrong: managed
SESEmail(stack, "L6", sender="a@example.com", api="v3")  # wrong: api
OwnDKIM("s1", private_key=5)  # wrong: private_key
