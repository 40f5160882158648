"""Mistakes with volumes and snapshots that a type checker finds."""

from awsdeck import App, EBSDevice, EBSVolume, SnapshotCopy, SnapshotPolicy, SnapshotSchedule, SQSQueue, Stack

app = App()
stack = Stack(app, "shop")
volume = EBSVolume(stack, "V", size=8, availability_zone="eu-west-1a")
EBSVolume(stack, "Type", size=8, type="ssd")  # wrong: ssd
EBSVolume(stack, "Size", size="8")  # wrong: size
EBSVolume(stack, "Unknown", size=8, zone="eu-west-1a")  # wrong: zone
EBSVolume(stack, "Key", size=8, key=SQSQueue(stack, "Q"))  # wrong: key
EBSDevice(8, type="gp4")  # wrong: gp4
EBSDevice(8, "gp3")  # wrong: positional
volume.attach_to(SQSQueue(stack, "R"), "/dev/sdf")  # wrong: SQSQueue
volume.attach_to("i-0123456789abcdef0")  # wrong: device
volume.grant_attach("lambda.amazonaws.com")  # wrong: Grantee
volume.snapshot_on("daily")  # wrong: SnapshotSchedule
SnapshotSchedule(every=5)  # wrong: 5
SnapshotCopy("eu-central-1")  # wrong: keep_for
SnapshotPolicy(stack, "P", tags={"a": "b"})  # wrong: schedules
SnapshotPolicy(stack, "O", of="disks", tags={"a": "b"}, schedules=[])  # wrong: disks
