"""What customers see from all over the world, and the mail they get and send."""

from __future__ import annotations

from awsdeck import (
    App,
    Behavior,
    CloudFrontDistribution,
    HostedZone,
    MailAction,
    S3Bucket,
    SESConfigurationSet,
    SESIdentity,
    SESReceiptRuleSet,
    SESTemplate,
    SNSTopic,
    SQSQueue,
    Stack,
    across,
)
from foundation import REGION, TAGS, Foundation
from shop import Shop


class Edge:
    """The distribution and the mail."""

    def __init__(self, app: App, base: Foundation, shop: Shop) -> None:
        self.edge = Stack(app, "edge", region="us-east-1", tags=TAGS)
        pages = S3Bucket(self.edge, "Pages", versioned=True)
        films = S3Bucket(self.edge, "Films")
        self.site = CloudFrontDistribution(
            self.edge,
            "Site",
            origin=pages,
            behaviors={"/films/*": Behavior(films), "/news/*": Behavior("news.northwind.example")},
            aliases=["northwind.example"],
            certificate=base.certificate,
            price_class="100",
            single_page=True,
        )
        HostedZone.from_id(self.edge, "Zone", base.zone.id, "northwind.example").alias("", self.site)

        self.mail = Stack(app, "mail", region=REGION, tags=TAGS)
        zone = HostedZone.from_id(self.mail, "Zone", across(base.zone.id), "northwind.example")
        self.trouble = SNSTopic(self.mail, "Trouble")
        self.sending = SESConfigurationSet(self.mail, "Sending")
        self.sending.notify(self.trouble, "bounce", "complaint")
        identity = SESIdentity(self.mail, "Domain", zone=zone, mail_from="bounce", configuration_set=self.sending)
        confirmation = SESTemplate(self.mail, "Confirmation", subject="Your order {{number}}", text="It is on its way.")
        identity.grant_send(
            shop.functions["shipping"], from_addresses="orders@northwind.example", templates=[confirmation]
        )
        kept = S3Bucket(self.mail, "Kept")
        arrived = SNSTopic(self.mail, "Arrived")
        arrived.subscribe(SQSQueue(self.mail, "Inbox"))
        rules = SESReceiptRuleSet(self.mail, "Incoming")
        rules.add_rule(
            "orders", recipients=["orders@northwind.example"], actions=[MailAction.to_s3(kept, "orders/", topic=arrived)]
        )
