"""Mistakes with hosted zones, records and certificates that a type checker finds."""

from awsdeck import App, Certificate, HostedZone, Route53HealthCheck, Routing, SQSQueue, Stack

stack = Stack(App(), "dns", region="us-east-1")
zone = HostedZone(stack, "Zone", name="example.com")
HostedZone(stack, "NoName")  # wrong: name
zone.a("www", "192.0.2.1", tll=60)  # wrong: tll
zone.a("www", 5)  # wrong: str
zone.alias("www", zone)  # wrong: HostedZone
zone.alias("www", SQSQueue(stack, "Q"))  # wrong: SQSQueue
zone.alias("www", zone.a("x", "192.0.2.1"), ttl=60)  # wrong: ttl
zone.record("www", "HINFO", "x")  # wrong: HINFO
zone.mx("", ("10", "mail.example.com"))  # wrong: tuple
Routing.failover("first")  # wrong: first
Route53HealthCheck(stack, "Slow", domain="x.org", interval=15)  # wrong: interval
Certificate(stack, "Big", domain="x.org", key_algorithm="rsa-4096")  # wrong: rsa-4096
