"""Mistakes with networks and connections."""

from awsdeck import VPC, App, FlowLog, GatewayEndpoint, InterfaceEndpoint, SecurityGroup, Stack, SubnetGroup

app = App()
stack = Stack(app, "shop")
vpc = VPC(stack, "Vpc")
web = SecurityGroup(stack, "Web", vpc=vpc)
SubnetGroup("inner")  # wrong: inner
VPC(stack, "Two", nat_gateways="two")  # wrong: nat_gateways
VPC(stack, "Three", zone_room=3)  # wrong: zone_room
VPC(stack, "Four", subnet_groups=[])  # wrong: subnet_groups
VPC(stack, "Four", subnets=["inner"])  # wrong: inner
SecurityGroup(stack, "Four", vpc="vpc-0123abcd")  # wrong: vpc
SecurityGroup(stack, "Five")  # wrong: vpc
SecurityGroup(stack, "Six", vpc=vpc, egress="some")  # wrong: egress
web.connections.allow_from(vpc, 443)  # wrong: VPC
web.connections.allow_from(web, "https")  # wrong: https
web.connections.allow_from(web, 443, protocol="http")  # wrong: protocol
vpc.choose(None, ("inner",))  # wrong: inner
GatewayEndpoint(stack, "Queues", vpc=vpc, service="sqs")  # wrong: service
InterfaceEndpoint(stack, "Sqs", vpc=vpc, service="sqs", open_to="all")  # wrong: open_to
FlowLog(stack, "Flows", of=vpc, to=web)  # wrong: to
