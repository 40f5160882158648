"""A shop that sends mail and receives it: identities with their records, a configuration set, rules, a dashboard."""

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
    NumberWidget,
    Output,
    OwnDKIM,
    S3Bucket,
    Secret,
    SESConfigurationSet,
    SESContactList,
    SESDedicatedIPPool,
    SESEmail,
    SESIdentity,
    SESReceiptFilter,
    SESReceiptRuleSet,
    SESTemplate,
    SNSTopic,
    SQSQueue,
    Stack,
    TextWidget,
    inline,
)

app = App()
shop = Stack(app, "shop", region="eu-west-1")
zone = HostedZone.from_id(shop, "Zone", "Z1D633PJN98FT9", "example.com")
key = KMSKey(shop, "Key", alias="mail")

# What is sent

trouble = SNSTopic(shop, "Trouble", key=key)
pool = SESDedicatedIPPool(shop, "Pool")
sending = SESConfigurationSet(
    shop, "Sending", pool=pool, max_delivery=3_600, redirect_domain="links.example.com", engagement_metrics=True,
    optimized_delivery=False,
)  # fmt: skip
sending.notify(trouble, "bounce", "complaint", "reject", "rendering-failure")
sending.to_cloudwatch("send", "delivery")
sending.to_cloudwatch("open", "click", dimensions={"campaign": ("message-tag", "none")}, id="Campaigns")
sending.to_firehose("arn:aws:firehose:eu-west-1:123456789012:deliverystream/mail", "send", "open", "click")
sending.to_eventbridge("subscription", "delivery-delay")

domain = SESIdentity(
    shop, "Domain", zone=zone, mail_from="bounce", mail_from_failure="reject", dmarc="quarantine",
    dmarc_reports="dmarc@example.com", configuration_set=sending, forward_feedback=False,
)  # fmt: skip
dkim = Secret.from_name(shop, "DKIM", "mail/dkim")
SESIdentity(
    shop, "News", domain="news.example.com", zone=zone,
    dkim=OwnDKIM("shop2026", dkim.value("private"), public_key="MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"),
)  # fmt: skip
SESIdentity(shop, "Owner", email="owner@example.net")

order = SESTemplate(
    shop, "Order", subject="Your order {{number}}", text="Thank you for your order {{number}}.", html_file="mail/order.html",
    fields=["number", "gift", "items", "title"],
)  # fmt: skip
SESContactList(
    shop, "Customers", description="who wants what",
    topics=[ContactTopic("news", "News of the shop"), ContactTopic("orders", "Orders", default="opt-in")],
)  # fmt: skip
SESEmail(
    shop, "Confirmation", sender="Shop <orders@example.com>", recipients=["success@simulator.amazonses.com"],
    size_bytes=20_000, purpose="confirmation",
)  # fmt: skip

sender = LambdaFunction(
    shop, "Sender", code=inline("def handler(event, context):\n    return event"), runtime="python3.13", timeout=30
)
domain.grant_send(sender, from_addresses="orders@example.com", templates=[order])
clerk = IAMRole(shop, "Clerk", assumed_by="ecs-tasks.amazonaws.com")
domain.grant_send(
    clerk, from_addresses=["*@shop.example.com", "info@example.com"], from_names="Shop", recipients="*@example.net"
)
SESIdentity.from_name(shop, "Old", "old.example.com").grant_send(clerk)

# What is received

mails = S3Bucket(shop, "Mails", encryption="kms", key=key)
sealed = S3Bucket(shop, "Sealed")
archive = S3Bucket.from_name(shop, "Archive", "example-com-archive")
archivist = IAMRole(shop, "Archivist", assumed_by="ses.amazonaws.com")
arrived = SNSTopic(shop, "Arrived")
work = SQSQueue(shop, "Work")
arrived.subscribe(work)
judge = LambdaFunction(
    shop, "Judge", code=inline("def handler(event, context):\n    return {'disposition': 'CONTINUE'}"), runtime="python3.13",
    timeout=10,
)  # fmt: skip

inbox = SESReceiptRuleSet(shop, "Inbox")
orders = inbox.add_rule(
    "orders",
    recipients=["orders@example.com"],
    actions=[
        MailAction.add_header("X-Shop", "orders"),
        MailAction.to_s3(mails, "orders/", topic=arrived),
        MailAction.to_lambda(sender),
        MailAction.stop(),
    ],
)
inbox.add_rule(
    "secrets",
    recipients=["legal@example.com"],
    actions=[MailAction.to_s3(sealed, key=key), MailAction.to_s3(archive, "legal/", role=archivist)],
)
inbox.add_rule(
    "closed", recipients=["old@example.com"], actions=[MailAction.bounce("info@example.com", topic=trouble)], tls="optional",
)  # fmt: skip
inbox.add_rule("spam", after=orders, actions=[MailAction.to_lambda(judge, wait=True)], scan=True)
inbox.add_rule(
    "rest", recipients=[".example.com"], actions=[MailAction.to_sns(arrived, encoding="base64")], enabled=False
)
inbox.receive(zone)
SESReceiptFilter(shop, "Nobody", cidr="0.0.0.0/0")
SESReceiptFilter(shop, "Partner", cidr="192.0.2.0/24", policy="allow")
Output(shop, "Activate", value=inbox.activation_command, description="Run this once after the first deploy")

# What is watched

bounced = Alarm(shop, "Bounced", metric=sending.metric("Reputation.BounceRate", statistic="Maximum"), threshold=0.05)
bounced.notify(trouble)
backlog = work.metric("ApproximateAgeOfOldestMessage", statistic="Maximum")
errors, calls = sender.metric("Errors"), sender.metric("Invocations")
Dashboard(
    shop,
    "Board",
    start="-PT12H",
    widgets=[
        [TextWidget("# Mail\nWhat is sent, and what comes in")],
        [
            GraphWidget(sending.metric("Send"), sending.metric("Delivery"), title="Sent", right=[backlog], lines={"usual": 100}),
            GraphWidget(errors / calls * 100, title="Failed %", low=0, high=100, width=6),
            NumberWidget(work.metric("ApproximateNumberOfMessagesVisible"), title="Waiting", trend=True, height=6, width=6),
        ],
        [AlarmWidget(bounced, title="Alarms"), GraphWidget(alarm=bounced, height=3)],
        [LogWidget(sender.log_group, query="filter @message like 'ERROR' | limit 20", title="Errors")],
    ],
).add_row(GraphWidget(errors, view="bar"))  # fmt: skip

app.synth()
