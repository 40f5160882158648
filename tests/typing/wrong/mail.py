"""Mistakes with mail and dashboards that a type checker finds."""

from awsdeck import (
    App,
    Dashboard,
    GraphWidget,
    MailAction,
    NumberWidget,
    S3Bucket,
    SESConfigurationSet,
    SESIdentity,
    SESReceiptFilter,
    SESReceiptRuleSet,
    SESTemplate,
    SNSTopic,
    SQSQueue,
    Stack,
)

app = App()
stack = Stack(app, "shop")
queue, bucket, topic = SQSQueue(stack, "Q"), S3Bucket(stack, "B"), SNSTopic(stack, "T")
domain = SESIdentity(stack, "Domain", domain="example.com")
SESIdentity(stack, "Dkim", domain="example.com", dkim="rsa-4096")  # wrong: dkim
SESIdentity(stack, "Dmarc", domain="example.com", dmarc="block")  # wrong: dmarc
domain.grant_send("ec2.amazonaws.com")  # wrong: grant_send
sending = SESConfigurationSet(stack, "Sending", tls="required")  # wrong: tls
sending.notify(topic, "bounced")  # wrong: notify
sending.notify(queue, "bounce")  # wrong: SQSQueue
SESTemplate(stack, "Template")  # wrong: subject
inbox = SESReceiptRuleSet(stack, "Inbox")
inbox.add_rule("all")  # wrong: actions
inbox.add_rule("some", actions=[queue])  # wrong: SQSQueue
MailAction.to_s3(queue)  # wrong: SQSQueue
MailAction.to_sns(topic, encoding="base32")  # wrong: encoding
MailAction.bounce("a@example.com", "gone")  # wrong: gone
SESReceiptFilter(stack, "Filter", policy="block")  # wrong: cidr
Dashboard(stack, "Board", widgets=[GraphWidget(queue.metric("a"))])  # wrong: GraphWidget
GraphWidget(queue.metric("a"), view="area")  # wrong: view
NumberWidget(queue)  # wrong: SQSQueue
SNSTopic(stack, "News", purpose="spam")  # wrong: purpose
