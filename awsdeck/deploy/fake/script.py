"""How an operation of the fake goes, said beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen


@frozen
class Script:
    """How one operation goes.

    `fail` has the reason for each resource that fails; `rollback_fails` those that cannot be undone; `stuck` those
    that cannot be deleted. `seconds` is how long one resource takes. `no_changes` makes the change set come to
    nothing, `refuse` fails it with a reason, `invalid` are the findings behind that reason; without a reason the
    change set is fine and its execution comes to nothing because of them. `replacement` and
    `policy_action` override what the change set says of a resource, `hidden` are resources it leaves out, and
    `dynamic` those it adds with their replacement, because a parameter has another value; `through` names the
    property and whose value it takes for one of them. `keep_failed` leaves what fails as it is, and `vanish` deletes a
    stack whose creation fails. `said` are the reasons CloudFormation gives for resources that are done.
    """

    fail: Mapping[str, str] = field(factory=dict)
    rollback_fails: Mapping[str, str] = field(factory=dict)
    stuck: Mapping[str, str] = field(factory=dict)
    outputs: Mapping[str, str] = field(factory=dict)
    seconds: float = 1.0
    change_set_seconds: float = 1.0
    no_changes: bool = False
    refuse: str = ""
    invalid: Mapping[str, str] = field(factory=dict)
    replacement: Mapping[str, str] = field(factory=dict)
    policy_action: Mapping[str, str] = field(factory=dict)
    hidden: Sequence[str] = ()
    dynamic: Mapping[str, str] = field(factory=dict)
    through: Mapping[str, tuple[str, str]] = field(factory=dict)
    keep_failed: bool = False
    vanish: bool = False
    said: Mapping[str, str] = field(factory=dict)
    held: str = ""  # why the whole update comes to nothing, when no resource is to blame
    warnings: Mapping[str, str] = field(factory=dict)  # what the check of the change set warns of, by template path
    incomplete: Sequence[str] = ()  # resources the change set leaves out when it is asked for values
    nested: Mapping[str, Script] = field(factory=dict)  # how what is in a nested stack goes, by its logical id
    hooks: Mapping[str, str] = field(factory=dict)  # resources that a hook of that name has stopped, if they fail
