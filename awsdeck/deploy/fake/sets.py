"""Stack sets of the fake: an organization, operations that go from instance to instance on the clock, and their ends."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen

from ..request import INLINE_LIMIT
from .refusal import Refusal

if TYPE_CHECKING:
    from .cloud import Answer, Call, FakeCloudFormation


@frozen
class SetScript:
    """How one operation on a stack set goes: `fail` has the reason for each `account/region` that fails."""

    fail: Mapping[str, str] = field(factory=dict)
    seconds: float = 30.0  # for one round of instances


@define
class FakeInstance:
    """One stack of a stack set."""

    account: str
    region: str
    unit: str = ""
    stack_id: str = ""
    status: str = "OUTDATED"
    detail: str = "PENDING"
    reason: str = ""
    values: dict[str, str] = field(factory=dict)
    drift: str = "NOT_CHECKED"

    @property
    def where(self) -> str:
        """Account and region."""
        return f"{self.account}/{self.region}"


@define
class FakeOperation:
    """An operation, and how far it is in each instance."""

    id: str
    action: str
    created: float
    status: str = "RUNNING"
    ended: float | None = None
    results: dict[str, dict[str, Any]] = field(factory=dict)
    retain: bool = False
    timetable: list[tuple[float, Callable[[float], None]]] = field(factory=list)


@define
class FakeStackSet:
    """A stack set; `advance` does what is due in its operations, one operation after the other."""

    id: str
    name: str
    settings: dict[str, Any]
    instances: dict[str, FakeInstance] = field(factory=dict)
    operations: list[FakeOperation] = field(factory=list)  # newest first
    units: list[str] = field(factory=list)
    regions: list[str] = field(factory=list)

    def advance(self, now: float) -> None:
        """Do everything that is due."""
        for operation in reversed(self.operations):
            while operation.timetable and operation.timetable[0][0] <= now:
                when, action = operation.timetable.pop(0)
                action(when)

    @property
    def busy(self) -> bool:
        """True while an operation is not over."""
        return any(one.ended is None for one in self.operations)


def _name(call: Call) -> str:
    return str(call.arguments["StackSetName"])


def _find(fake: FakeCloudFormation, call: Call) -> FakeStackSet:
    if call.arguments.get("CallAs", "SELF") != ("DELEGATED_ADMIN" if fake.delegated else "SELF") and fake.delegated:
        raise Refusal("ValidationError", "You must be the management account or a delegated admin account")
    for one in fake.stack_sets:
        if _name(call) in (one.name, one.id):
            one.advance(call.time)
            return one
    raise Refusal("StackSetNotFoundException", f"StackSet {_name(call)} not found")


def create_stack_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    for one in fake.stack_sets:
        if one.name == _name(call):
            if one.settings.get("ClientRequestToken") == call.arguments.get("ClientRequestToken"):
                return {"StackSetId": one.id}
            raise Refusal("NameAlreadyExistsException", f"StackSet {one.name} already exists")
    if call.arguments.get("PermissionModel") == "SERVICE_MANAGED":
        if "AutoDeployment" not in call.arguments:
            raise Refusal("ValidationError", "AutoDeployment is required for SERVICE_MANAGED")
        if not fake.trusted:
            raise Refusal(
                "ValidationError", "You must enable organizations access to operate a service managed stack set"
            )
    made = FakeStackSet(f"{_name(call)}:{uuid.uuid4()}", _name(call), _settled(fake, {}, call.arguments))
    fake.stack_sets.append(made)
    return {"StackSetId": made.id}


def _settled(fake: FakeCloudFormation, before: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    body = given.get("TemplateBody", "")
    if len(body.encode()) > INLINE_LIMIT:
        raise Refusal("ValidationError", "Value at 'templateBody' must have length less than or equal to 51200")
    body = body or fake.objects[given["TemplateURL"].split("/", 3)[-1]].decode()
    declared = json.loads(body).get("Parameters", {})
    old = {item["ParameterKey"]: item["ParameterValue"] for item in before.get("Parameters", [])}
    values = {name: str(one["Default"]) for name, one in declared.items() if "Default" in one}
    for item in given.get("Parameters", []):
        name = item["ParameterKey"]
        if name not in declared:
            raise Refusal("ValidationError", f"Parameters: [{name}] do not exist in the template")
        values[name] = old[name] if item.get("UsePreviousValue") == "true" else item["ParameterValue"]
    missing = sorted(declared.keys() - values.keys())
    if missing:
        raise Refusal("ValidationError", f"Parameters: {missing} must have values")
    parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in sorted(values.items())]
    return {**before, **given, "TemplateBody": body, "Parameters": parameters}


def describe_stack_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    one = _find(fake, call)
    given = one.settings
    service = given.get("PermissionModel") == "SERVICE_MANAGED"
    secret = {n for n, b in json.loads(given["TemplateBody"]).get("Parameters", {}).items() if b.get("NoEcho")}
    shown = [
        {**item, "ParameterValue": "****"} if item["ParameterKey"] in secret else item for item in given["Parameters"]
    ]
    found = {
        "StackSetName": one.name,
        "StackSetId": one.id,
        "Status": "ACTIVE",
        "Description": given.get("Description"),
        "TemplateBody": given["TemplateBody"],
        "Parameters": shown,
        "Tags": given.get("Tags", []),
        "PermissionModel": given.get("PermissionModel", "SELF_MANAGED"),
        "ManagedExecution": {"Active": given.get("ManagedExecution", {}).get("Active") == "true"},
        "AdministrationRoleARN": given.get("AdministrationRoleARN"),
        "ExecutionRoleName": given.get("ExecutionRoleName"),
        "OrganizationalUnitIds": one.units if service else None,
        "Regions": one.regions if service else None,
    }
    if service:
        automatic = given.get("AutoDeployment", {})
        found["AutoDeployment"] = {
            "Enabled": automatic.get("Enabled") == "true",
            "RetainStacksOnAccountRemoval": automatic.get("RetainStacksOnAccountRemoval") == "true",
        }
    return {"StackSet": found}


def _instances_of(fake: FakeCloudFormation, one: FakeStackSet, given: Mapping[str, Any]) -> list[FakeInstance]:
    """The instances that a request is about, those that are not there yet too."""
    regions = given.get("Regions", [])
    if "DeploymentTargets" not in given:
        pairs = [(account, region, "") for region in regions for account in given.get("Accounts", [])]
    else:
        targets = given["DeploymentTargets"]
        accounts, how = targets.get("Accounts", []), targets.get("AccountFilterType", "NONE")
        pairs = [
            (account, region, unit)
            for region in regions
            for unit in targets["OrganizationalUnitIds"]
            for account in fake.organization.get(unit, ())
            if how == "NONE" or (account in accounts) == (how == "INTERSECTION")
        ]
    made = [FakeInstance(account, region, unit) for account, region, unit in pairs]
    return [one.instances.get(instance.where, instance) for instance in made]


def _start(
    fake: FakeCloudFormation, call: Call, one: FakeStackSet, action: str, instances: Iterable[FakeInstance],
    done: Callable[[FakeInstance], None],
) -> dict[str, Any]:  # fmt: skip
    id = call.arguments.get("OperationId") or str(uuid.uuid4())
    if any(known.id == id for known in one.operations):
        raise Refusal("OperationIdAlreadyExistsException", f"Operation {id} already exists")
    managed = one.settings.get("ManagedExecution", {}).get("Active") == "true"
    if one.busy and not managed:
        raise Refusal("OperationInProgressException", f"Another Operation on StackSet {one.name} is in progress")
    scripts = fake.set_scripts.get(one.name)
    script = scripts.pop(0) if scripts else SetScript()
    operation = FakeOperation(id, action, call.time, retain=call.arguments.get("RetainStacks") == "true")
    wishes = call.arguments.get("OperationPreferences", {})
    tolerance, most = int(wishes.get("FailureToleranceCount", 0)), int(wishes.get("MaxConcurrentCount", 1))
    begins = max((known.timetable[-1][0] for known in one.operations if known.timetable), default=call.time)
    operation.status = "RUNNING" if begins <= call.time else "QUEUED"
    targets = list(instances)
    for instance in targets:
        operation.results[instance.where] = {"Account": instance.account, "Region": instance.region, "Status": "PENDING",
                                             "OrganizationalUnitId": instance.unit or None}  # fmt: skip
    one.operations.insert(0, operation)
    _schedule(one, operation, script, targets, begins, tolerance, max(1, most), done)
    return {"OperationId": id}


def _schedule(
    one: FakeStackSet, operation: FakeOperation, script: SetScript, targets: list[FakeInstance], when: float,
    tolerance: int, most: int, done: Callable[[FakeInstance], None],
) -> None:  # fmt: skip
    """Region after region, `most` accounts at once, until too many have failed in one."""
    failures: dict[str, int] = {}

    def begin(instance: FakeInstance) -> Callable[[float], None]:
        def action(_: float) -> None:
            operation.status = "STOPPING" if operation.status == "STOPPING" else "RUNNING"
            result = operation.results[instance.where]
            too_many = any(count > tolerance for count in failures.values())
            result["Status"] = "CANCELLED" if too_many or operation.status == "STOPPING" else "RUNNING"
            if result["Status"] == "CANCELLED" and operation.action != "DETECT_DRIFT":
                instance.detail = "CANCELLED"

        return action

    def finish(instance: FakeInstance) -> Callable[[float], None]:
        def action(_: float) -> None:
            result = operation.results[instance.where]
            if result["Status"] != "RUNNING":
                return
            reason = script.fail.get(instance.where)
            if reason is None:
                result["Status"] = instance.detail = "SUCCEEDED"
                done(instance)
                return
            failures[instance.region] = failures.get(instance.region, 0) + 1
            result["Status"], result["StatusReason"] = "FAILED", reason
            instance.detail, instance.reason = "FAILED", reason
            instance.status = "INOPERABLE" if operation.action == "DELETE" else "OUTDATED"

        return action

    def end(at: float) -> None:
        too_many = any(count > tolerance for count in failures.values())
        operation.status = "STOPPED" if operation.status == "STOPPING" else "FAILED" if too_many else "SUCCEEDED"
        operation.ended = at

    by_region: dict[str, list[FakeInstance]] = {}
    for instance in targets:
        by_region.setdefault(instance.region, []).append(instance)
    for group in by_region.values():
        for first in range(0, len(group), most):
            batch = group[first : first + most]
            operation.timetable += [(when, begin(instance)) for instance in batch]
            when += script.seconds
            operation.timetable += [(when, finish(instance)) for instance in batch]
    operation.timetable.append((when + 0.1, end))


def create_stack_instances(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    one = _find(fake, call)
    values = {item["ParameterKey"]: item["ParameterValue"] for item in call.arguments.get("ParameterOverrides") or []}
    instances = _instances_of(fake, one, call.arguments)
    service = one.settings.get("PermissionModel") == "SERVICE_MANAGED"
    if service != ("DeploymentTargets" in call.arguments):
        raise Refusal("ValidationError", "accounts are for self managed stack sets, organizational units for others")

    def done(instance: FakeInstance) -> None:
        instance.status, instance.reason = "CURRENT", ""
        instance.stack_id = instance.stack_id or (
            f"arn:aws:cloudformation:{instance.region}:{instance.account}:stack/StackSet-{one.name}-{uuid.uuid4()}/{uuid.uuid4()}"
        )

    answer = _start(fake, call, one, "CREATE", instances, done)
    for instance in instances:
        instance.values = dict(values)
        one.instances.setdefault(instance.where, instance)
    if service:
        one.units += [u for u in call.arguments["DeploymentTargets"]["OrganizationalUnitIds"] if u not in one.units]
        one.regions += [region for region in call.arguments["Regions"] if region not in one.regions]
    return answer


def update_stack_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    one = _find(fake, call)
    settings = _settled(fake, one.settings, call.arguments)
    usable = [instance for instance in one.instances.values() if instance.status != "INOPERABLE"]
    answer = _start(fake, call, one, "UPDATE", usable, _current)
    one.settings = settings
    for instance in usable:
        instance.status = "OUTDATED"
    return answer


def _current(instance: FakeInstance) -> None:
    instance.status, instance.reason = "CURRENT", ""
    instance.stack_id = (
        instance.stack_id or f"arn:aws:cloudformation:{instance.region}:{instance.account}:stack/made/{uuid.uuid4()}"
    )


def update_stack_instances(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    one = _find(fake, call)
    instances = _instances_of(fake, one, call.arguments)
    if any(instance.where not in one.instances for instance in instances):
        raise Refusal("StackInstanceNotFoundException", "one of the stack instances is not there")
    given = call.arguments.get("ParameterOverrides")
    values = {item["ParameterKey"]: item["ParameterValue"] for item in given or []}

    def done(instance: FakeInstance) -> None:
        _current(instance)
        if given is not None:
            instance.values = dict(values)

    return _start(fake, call, one, "UPDATE", instances, done)


def delete_stack_instances(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    one = _find(fake, call)
    instances = [instance for instance in _instances_of(fake, one, call.arguments) if instance.where in one.instances]
    answer = _start(fake, call, one, "DELETE", instances, lambda instance: _gone(one, instance))
    targets = call.arguments.get("DeploymentTargets", {})
    if targets and "AccountFilterType" not in targets:
        left = {instance.unit for instance in one.instances.values()} - set(targets["OrganizationalUnitIds"])
        one.units = [unit for unit in one.units if unit in left or unit not in targets["OrganizationalUnitIds"]]
    return answer


def _gone(one: FakeStackSet, instance: FakeInstance) -> None:
    one.instances.pop(instance.where, None)


def delete_stack_set(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    one = _find(fake, call)
    if one.instances:
        raise Refusal("StackSetNotEmptyException", "StackSet is not empty")
    fake.stack_sets.remove(one)
    return {}


def list_stack_instances(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    one = _find(fake, call)
    return fake.paged(call.arguments, "Summaries", [_shown(one, instance) for instance in one.instances.values()])


def describe_stack_instance(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    one = _find(fake, call)
    where = f"{call.arguments['StackInstanceAccount']}/{call.arguments['StackInstanceRegion']}"
    if where not in one.instances:
        raise Refusal("StackInstanceNotFoundException", f"{where} is not there")
    instance = one.instances[where]
    values = [{"ParameterKey": name, "ParameterValue": value} for name, value in instance.values.items()]
    return {"StackInstance": {**_shown(one, instance), "ParameterOverrides": values}}


def _shown(one: FakeStackSet, instance: FakeInstance) -> dict[str, Any]:
    return {
        "StackSetId": one.id,
        "Account": instance.account,
        "Region": instance.region,
        "StackId": instance.stack_id or None,
        "Status": instance.status,
        "StatusReason": instance.reason or None,
        "StackInstanceStatus": {"DetailedStatus": instance.detail},
        "OrganizationalUnitId": instance.unit or None,
        "DriftStatus": instance.drift,
    }


def _operation(one: FakeStackSet, call: Call) -> FakeOperation:
    for operation in one.operations:
        if operation.id == call.arguments["OperationId"]:
            return operation
    raise Refusal("OperationNotFoundException", f"Operation {call.arguments['OperationId']} not found")


def _told(operation: FakeOperation) -> dict[str, Any]:
    return {
        "OperationId": operation.id,
        "Action": operation.action,
        "Status": operation.status,
        "CreationTimestamp": operation.created,
        "EndTimestamp": operation.ended,
    }


def describe_stack_set_operation(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    operation = _operation(_find(fake, call), call)
    return {"StackSetOperation": {**_told(operation), "RetainStacks": operation.retain}}


def list_stack_set_operations(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return fake.paged(call.arguments, "Summaries", [_told(one) for one in _find(fake, call).operations])


def list_stack_set_operation_results(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    operation = _operation(_find(fake, call), call)
    return fake.paged(call.arguments, "Summaries", list(operation.results.values()))


def stop_stack_set_operation(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    operation = _operation(_find(fake, call), call)
    if operation.ended is not None:
        raise Refusal("InvalidOperationException", f"Operation {operation.id} is not running")
    operation.status = "STOPPING"
    return {}


def detect_stack_set_drift(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    one = _find(fake, call)

    def done(instance: FakeInstance) -> None:
        instance.drift = "DRIFTED" if fake.drifted.get(f"{one.name}/{instance.where}") else "IN_SYNC"

    return _start(fake, call, one, "DETECT_DRIFT", list(one.instances.values()), done)


def list_stack_instance_resource_drifts(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    one = _find(fake, call)
    where = f"{call.arguments['StackInstanceAccount']}/{call.arguments['StackInstanceRegion']}"
    template = json.loads(one.settings["TemplateBody"])
    changed = fake.drifted.get(f"{one.name}/{where}", {})
    found = []
    for path, (before, after) in changed.items():
        name, _, property = path.partition("/")
        found.append(
            {
                "StackId": one.instances[where].stack_id,
                "LogicalResourceId": name,
                "ResourceType": template["Resources"][name]["Type"],
                "StackResourceDriftStatus": "MODIFIED",
                "PropertyDifferences": [
                    {"PropertyPath": f"/{property}", "ExpectedValue": before, "ActualValue": after,
                     "DifferenceType": "NOT_EQUAL"},
                ],
                "Timestamp": fake.clock.now(),
            }
        )  # fmt: skip
    return {"Summaries": found}


def describe_organizations_access(fake: FakeCloudFormation, call: Call) -> dict[str, Any]:
    return {"Status": "ENABLED" if fake.trusted else "DISABLED"}


ANSWERS: dict[str, Answer] = {
    "CreateStackSet": create_stack_set,
    "UpdateStackSet": update_stack_set,
    "DeleteStackSet": delete_stack_set,
    "DescribeStackSet": describe_stack_set,
    "CreateStackInstances": create_stack_instances,
    "UpdateStackInstances": update_stack_instances,
    "DeleteStackInstances": delete_stack_instances,
    "ListStackInstances": list_stack_instances,
    "DescribeStackInstance": describe_stack_instance,
    "DescribeStackSetOperation": describe_stack_set_operation,
    "ListStackSetOperations": list_stack_set_operations,
    "ListStackSetOperationResults": list_stack_set_operation_results,
    "StopStackSetOperation": stop_stack_set_operation,
    "DetectStackSetDrift": detect_stack_set_drift,
    "ListStackInstanceResourceDrifts": list_stack_instance_resource_drifts,
    "DescribeOrganizationsAccess": describe_organizations_access,
}
