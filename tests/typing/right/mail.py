"""Mail and dashboards as users write them; nothing to say about any of it."""

from typing import assert_type

from awsdeck import (
    Alarm,
    AlarmWidget,
    App,
    ContactTopic,
    Dashboard,
    GraphWidget,
    HostedZone,
    IAMRole,
    KMSKey,
    LambdaFunction,
    LogWidget,
    MailAction,
    Metric,
    NumberWidget,
    Output,
    OwnDKIM,
    S3Bucket,
    SESConfigurationSet,
    SESContactList,
    SESDedicatedIPPool,
    SESEmail,
    SESIdentity,
    SESReceiptFilter,
    SESReceiptRuleSet,
    SESTemplate,
    SNSTopic,
    Stack,
    TextWidget,
    Token,
    inline,
)

app = App()
stack = Stack(app, "shop")
zone = HostedZone(stack, "Zone", name="example.com")
key, bucket, topic = KMSKey(stack, "Key"), S3Bucket(stack, "B"), SNSTopic(stack, "T", purpose="fan-out")
worker = LambdaFunction(stack, "Worker", code=inline("def handler(e, c): ..."), runtime="python3.13")
clerk = IAMRole(stack, "Clerk", assumed_by="ec2.amazonaws.com")

sending = SESConfigurationSet(stack, "Sending", suppress=["bounce"], pool=SESDedicatedIPPool(stack, "Pool"))
sending.notify(topic, "bounce", "complaint")
sending.to_cloudwatch("send", dimensions={"campaign": ("message-tag", "none")})
sending.to_firehose("arn:aws:firehose:eu-west-1:123456789012:deliverystream/a", "open", role=clerk)
assert_type(sending.metric("Bounce"), Metric)
assert_type(sending.set_name, Token)

domain = SESIdentity(stack, "Domain", zone=zone, mail_from="bounce", dmarc="reject", configuration_set=sending)
SESIdentity(stack, "Own", domain="example.net", dkim=OwnDKIM("a", "{{resolve:secretsmanager:dkim}}", public_key="MIIB"))
order = SESTemplate(stack, "Order", subject="{{a}}", text="b", fields=["a"])
domain.grant_send(worker, from_addresses="a@example.com", templates=[order])
domain.grant_send(clerk, from_addresses=["a@example.com"], recipients="*@example.net")
SESIdentity.from_name(stack, "Old", "old.example.com").grant_send(clerk)
SESContactList(stack, "All", topics=[ContactTopic("news", "News", default="opt-in")])
SESEmail(
    stack, "Mail", sender="a@example.com", identities=[domain, "example.net"], recipients=["b@example.net"], api="smtp"
)

inbox = SESReceiptRuleSet(stack, "Inbox")
first = inbox.add_rule("first", actions=[MailAction.to_s3(bucket, "in/", key=key, topic=topic), MailAction.stop()])
inbox.add_rule(
    "second", recipients=["a@example.com"], actions=[MailAction.to_lambda(worker.alias("live"), wait=True)], after=first
)
inbox.receive(zone)
Output(stack, "Activate", value=inbox.activation_command)
SESReceiptRuleSet.from_name(stack, "Other", "other").add_rule(
    "a", actions=[MailAction.bounce("a@example.com")], after="b"
)
SESReceiptFilter(stack, "Filter", cidr="10.0.0.0/8", policy="allow")

calls, errors = worker.metric("Invocations"), worker.metric("Errors")
alarm = Alarm(stack, "Errors", metric=errors, threshold=1)
board = Dashboard(
    stack,
    "Board",
    widgets=[
        [TextWidget("# Shop"), AlarmWidget(alarm)],
        [GraphWidget(errors / calls, right=[calls], view="bar", lines={"much": 1}), GraphWidget(alarm=alarm)],
        [NumberWidget(calls, trend=True, width=4), LogWidget(worker.log_group, "/a", query="limit 1", view="table")],
    ],
)
board.add_row(NumberWidget(calls))
assert_type(board.dashboard_name, Token)
