"""From templates to stacks: plan, execute, follow. Library functions that neither print nor exit.

plan      look and decide; makes a change set and changes nothing
gate      what needs a flag or a yes
execute   do what the plan says
follow    watch it to the end
order     many stacks in the order of their dependencies
aws       the only door to AWS
fake      a scripted CloudFormation for tests, yours too
"""

from .aws import AWS
from .changeset import Made
from .clock import Clock, SystemClock, VirtualClock
from .drift import StackDrift, drift
from .errors import Refused
from .gate import Refusal, Verdict
from .look import StackStatus, outputs, status
from .merge import PlannedChange
from .observer import Notice, Observer, Progress, Silent, StackEvent
from .plan import StackPlan
from .records import EventRecord, StackRecord
from .result import Failure, Leftover, Result, StackResult
from .run import cancel, deploy, destroy, follow, rollback

__all__ = [
    "AWS", "Clock", "EventRecord", "Failure", "Leftover", "Notice", "Observer", "PlannedChange", "Progress", "Refusal",
    "Refused", "Result", "Silent", "StackDrift", "StackEvent", "StackPlan", "StackRecord", "StackResult", "StackStatus", "SystemClock",
    "Verdict", "VirtualClock", "cancel", "deploy", "destroy", "drift", "follow", "outputs", "rollback", "status",
]  # fmt: skip
