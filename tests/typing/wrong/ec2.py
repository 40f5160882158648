"""Mistakes with machines that a type checker finds."""

from awsdeck import App, EC2Host, EC2Instance, EC2PlacementGroup, Image, LaunchTemplate, Reserved, Spot, Stack

app = App()
stack = Stack(app, "shop")
ami = "ami-0abcdef1234567890"
box = EC2Instance(stack, "Box", image=ami, instance_type="m5.large")
EC2Instance(stack, "Number", image=5, instance_type="m5.large")  # wrong: image
EC2Instance(stack, "Kind", image=ami, instance_type=5)  # wrong: instance_type
EC2Instance(stack, "Bought", image=ami, instance_type="m5.large", purchase="spot")  # wrong: Purchase
EC2Instance(stack, "Unknown", image=ami, instance_type="m5.large", instance_role="x")  # wrong: instance_role
EC2Instance(stack, "Disk", image=ami, instance_type="m5.large", root=50)  # wrong: EBSDevice
EC2Instance(stack, "Imds", image=ami, instance_type="m5.large", metadata="v1")  # wrong: v1
Spot(on_interruption="pause")  # wrong: pause
Reserved("cheap")  # wrong: cheap
Reserved(years=2)  # wrong: years
Reserved(payment="later")  # wrong: later
Image.amazon_linux(2022)  # wrong: 2022
Image(ami, architecture="arm")  # wrong: arm
EC2Host(stack, "Host", family="m5")  # wrong: availability_zone
EC2PlacementGroup(stack, "Group", strategy="near")  # wrong: near
LaunchTemplate(stack, "Start", vpc="vpc-0123456789abcdef0")  # wrong: vpc
box.attach("vol-0123456789abcdef0", device="/dev/sdf")  # wrong: VolumeAccess
