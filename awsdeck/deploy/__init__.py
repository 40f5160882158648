"""From templates to stacks: plan, execute, follow. Library functions that neither print nor exit.

run       many stacks in the order of their dependencies (`order`), each worked on by a thread (`work`)
plan      look and decide; makes a change set and changes nothing
gate      what needs a flag or a yes
steps     what a plan consists of; `execute` does what they say
follow    watch it to the end

preview   what a change will do, before it is done
kept      plans in a file, and carrying them out later
terms     on which terms a stack is deployed, and a user's own functions around it
files     what has to be in a bucket before a stack can be made
watch     operations as they run, and as they are remembered
repair    cancel, roll back, drift, import, refactor, rename, clean, destroy
sets      one template in many accounts and regions
caller    what whoever deploys must be allowed
account   the only door to AWS: identities and clients; `retry` insists, `pace` keeps to what AWS takes
fake      a scripted CloudFormation for tests, yours too
"""

from .account.aws import AWS
from .account.clock import Clock, SystemClock, VirtualClock
from .errors import Refused
from .files.uploads import Upload
from .gate import Refusal, Verdict
from .kept.applying import apply
from .kept.planfile import SavedPlan, SavedStack
from .kept.planfile import read as read_plan
from .kept.planning import Planned, plan
from .observer import Notice, Observer, Progress, Silent, StackEvent
from .preview.changeset import Made
from .preview.exports import ExportInUse, exports_in_use
from .preview.merge import PlannedChange
from .preview.properties import PlannedProperty
from .preview.stackpolicy import Denial
from .preview.validation import Validation
from .records import EventRecord, StackRecord
from .repair.adoption import importable
from .repair.alias import Alias, plan_alias, set_alias
from .repair.drift import StackDrift, drift
from .repair.identifiers import Candidate, read_mapping
from .repair.importing import import_resources
from .repair.moves import Move
from .repair.refactor import Findings, Refactored, Refactoring, find_moves, refactor
from .repair.stale import Leavings, Stale, find_stale, find_stale_anywhere, remove_stale
from .result import Failure, Leftover, Result, StackResult
from .run import cancel, deploy, destroy, follow, rollback
from .stackplan import Options, StackPlan
from .terms.conduct import Conduct
from .terms.hooks import Hooks
from .watch.history import Operation
from .watch.journal import Journal, RunRecord, StackRun
from .watch.look import StackStatus, outputs, status
from .watch.past import StackDetail, details, events, timelines
from .watch.resume import resume
from .watch.timeline import Span, Timeline

__all__ = [
    "AWS", "Alias", "Candidate", "Clock", "Conduct", "Denial", "EventRecord", "ExportInUse", "Failure", "Findings",
    "Hooks", "Journal", "Leavings", "Leftover", "Move", "Notice", "Observer", "Operation", "Options", "Planned",
    "PlannedChange", "PlannedProperty", "Progress", "Refactored", "Refactoring", "Refusal", "Refused", "Result",
    "RunRecord", "SavedPlan", "SavedStack", "Silent", "Span", "StackDetail", "StackDrift", "StackEvent", "StackPlan",
    "StackRecord", "StackResult", "StackRun", "StackStatus", "Stale", "SystemClock", "Timeline", "Upload",
    "Validation", "Verdict", "VirtualClock", "apply", "cancel", "deploy", "destroy", "details", "drift", "events",
    "exports_in_use", "find_moves", "find_stale", "find_stale_anywhere", "follow", "import_resources", "importable",
    "outputs", "plan", "plan_alias", "read_mapping", "read_plan", "refactor", "remove_stale", "resume", "rollback",
    "set_alias", "status", "timelines",
]  # fmt: skip
