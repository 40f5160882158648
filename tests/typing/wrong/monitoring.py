"""Mistakes with alarms and log groups that a type checker finds."""

from awsdeck import Alarm, AnyAlarm, App, CompositeAlarm, LogGroup, Metric, SQSQueue, Stack

app = App()
stack = Stack(app, "shop")
queue = SQSQueue(stack, "Q")
metric = queue.metric("NumberOfMessagesSent")
alarm = Alarm(stack, "Many", metric=metric, threshold=10)
Alarm(stack, "NoMetric", threshold=10)  # wrong: metric
Alarm(stack, "Text", metric="NumberOfMessagesSent", threshold=10)  # wrong: metric
Alarm(stack, "Sign", metric=metric, threshold=10, comparison="=")  # wrong: comparison
Alarm(stack, "Missing", metric=metric, threshold=10, missing="notBreaching")  # wrong: missing
alarm.notify(queue)  # wrong: SQSQueue
alarm.act("restart")  # wrong: restart
metric + "1"  # wrong: "Metric"
CompositeAlarm(stack, "Any", rule=alarm)  # wrong: rule
AnyAlarm("many")  # wrong: AlarmRule
LogGroup(stack, "Logs", retention="30")  # wrong: retention
LogGroup(stack, "Class", log_class="cold")  # wrong: log_class
Metric("Shop")  # wrong: name
