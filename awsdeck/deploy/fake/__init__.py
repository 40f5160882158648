"""A scripted CloudFormation inside the process, for testing what deploys: this package's own tests use it, yours may.

It hangs on botocore's `before-send` event, so requests go through the real serializer and signer and answers through
the real parser; only the network is missing. Operations run on a virtual clock: waiting takes no time.

    fake = FakeCloudFormation()
    fake.script("shop", Script(fail={"Db": "no such subnet"}))      # how the next operation on the stack goes
    fake.fault("DescribeStacks", Throttled(), times=30)             # what the next calls run into
    deploy(assembly, aws=fake.aws())                                # raises RolledBack, with Db as the cause
    assert fake.status("shop") == "ROLLBACK_COMPLETE"
    assert "DeleteStack" not in fake.operations()

For clients that were not made by `fake.aws()`, call `fake.install(session)` with a boto3 session first.
"""

from .cloud import FakeCloudFormation
from .faults import Cut, Denied, Expired, Fault, Rejected, ServerError, Skewed, Stale, Throttled
from .script import Script
from .sets import SetScript

__all__ = [
    "Cut",
    "Denied",
    "Expired",
    "FakeCloudFormation",
    "Fault",
    "Rejected",
    "Script",
    "ServerError",
    "SetScript",
    "Skewed",
    "Stale",
    "Throttled",
]
