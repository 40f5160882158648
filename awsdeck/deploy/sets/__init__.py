"""Stack sets: one template in many accounts and regions, planned, changed and watched like stacks.

spread     to which accounts and regions, as the deck says it
instances  which are there, which should be
plan       look and decide
calls      CloudFormation's calls, as records
follow     watch an operation to its end
causes     why it cannot work, in words
result     how it ended, and how it is
run        all of it, for one stack set after the other
"""

from .plan import SetPlan
from .records import InstanceRecord, InstanceResult, OperationRecord, SetRecord
from .result import SetObserver, SetResult, SetView
from .run import (
    chosen_sets,
    deploy_sets,
    destroy_sets,
    drift_set,
    follow_set,
    stop_set,
    view_set,
)

__all__ = [
    "InstanceRecord", "InstanceResult", "OperationRecord", "SetObserver", "SetPlan", "SetRecord", "SetResult", "SetView",
    "chosen_sets", "deploy_sets", "destroy_sets", "drift_set", "follow_set", "stop_set", "view_set",
]  # fmt: skip
