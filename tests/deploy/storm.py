"""A scripted CloudFormation in bad weather, and what has to be true whatever the weather does.

`Weather` says what goes wrong and when; `Storm` lets it happen, keeps what nobody may lose sight of, and judges.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from attrs import field, frozen
from botocore.loaders import create_loader
from hypothesis import strategies as st

from awsdeck.deploy import Journal, Refused, Result, StackResult
from awsdeck.deploy.fake import (
    Cut,
    Denied,
    Expired,
    FakeCloudFormation,
    Fault,
    Rejected,
    Script,
    ServerError,
    Stale,
    Throttled,
)
from awsdeck.deploy.fake.proposal import FakeChangeSet
from awsdeck.deploy.fake.stack import UPDATABLE, FakeStack
from awsdeck.deploy.order import Desk
from awsdeck.errors import CredentialsError, DeckError
from tests.deploy.conftest import Keeper

SECRET = "hunter2-and-more"
LOADER = create_loader()  # service models are read once, and not for every session
TOKENS = {
    "CreateChangeSet": "ClientToken",
    "ExecuteChangeSet": "ClientRequestToken",
    "DeleteStack": "ClientRequestToken",
    "RollbackStack": "ClientRequestToken",
    "ContinueUpdateRollback": "ClientRequestToken",
    "CancelUpdateStack": "ClientRequestToken",
}
IDEMPOTENT = {"DeleteChangeSet", "UpdateTerminationProtection", "SetStackPolicy", "PutObject", "AssumeRole"}
READS = ("Describe", "List", "Get", "Head")
STARTS = set(TOKENS) - {"CreateChangeSet"}
DONE = {"created", "updated", "recreated", "imported"}


@frozen
class Rival:
    """Somebody else, who does something to the stack just before our call of that number is heard."""

    what: str  # update, propose, delete, create
    at: int
    seconds: float = 1.0


@frozen
class Weather:
    """What goes wrong: faults by operation, a rival, Ctrl-C at a call, keys that run out, a service without memory."""

    faults: Mapping[str, list[Fault | None]] = field(factory=dict)
    rival: Rival | None = None
    struck: int | None = None
    session: float | None = None  # seconds for which the keys of the role are good
    page: int = 100
    forgets_tokens: bool = False
    confirmed: bool = True


_passing = st.sampled_from([None, None, None, Throttled(), ServerError(), Cut("before"), Cut("after")])
_writes = ("CreateChangeSet", "ExecuteChangeSet", "DeleteStack", "DeleteChangeSet", "RollbackStack")
_refused = Rejected("ValidationError", f"1 validation error detected: Value '{SECRET}' is not good enough")
_events = st.one_of(_passing, st.just(Denied()))
_faults = st.fixed_dictionaries(
    {
        **{name: st.lists(_passing, max_size=3) for name in (*_writes, "GetTemplate", "ListStackResources")},
        "CreateChangeSet": st.one_of(
            st.lists(st.one_of(_passing, st.just(Expired())), max_size=3), st.just([_refused])
        ),
        "DescribeChangeSet": st.lists(st.one_of(_passing, st.just(Expired())), max_size=4),
        "DescribeStacks": st.lists(st.one_of(_passing, st.just(Stale()), st.just(Expired())), max_size=10),
        "DescribeStackEvents": st.one_of(st.lists(_events, max_size=6), st.just([Denied()] * 99)),
    }
)
_rivals = st.builds(
    Rival,
    st.sampled_from(["update", "propose", "delete", "create"]),
    st.integers(1, 24),
    st.sampled_from([0.0, 1.0, 200.0]),
)
weathers = st.builds(
    Weather,
    faults=_faults,
    rival=st.one_of(st.none(), _rivals),
    struck=st.one_of(st.none(), st.none(), st.integers(1, 24)),
    session=st.sampled_from([None, None, 300.0, 4000.0]),
    page=st.sampled_from([1, 2, 100]),
    forgets_tokens=st.booleans(),
    confirmed=st.sampled_from([True, True, True, False]),
)
scripts = st.builds(
    Script,
    fail=st.dictionaries(st.sampled_from(["A", "B"]), st.just(f"the value {SECRET} is refused"), max_size=1),
    rollback_fails=st.dictionaries(st.sampled_from(["A", "B"]), st.just("stuck"), max_size=1),
    stuck=st.sampled_from([{}, {}, {"A": f"{SECRET} is in use"}]),
    keep_failed=st.booleans(),
    no_changes=st.sampled_from([False, False, False, True]),
    refuse=st.sampled_from(["", "", "", f"Template error: {SECRET} is no number"]),
    vanish=st.booleans(),
    seconds=st.sampled_from([0.0, 0.1, 5.0, 90.0]),
    change_set_seconds=st.sampled_from([0.0, 3.0]),
)


def template(*names: str, display: str = "a", **more: Any) -> dict[str, Any]:
    """Topics of these names, and a parameter that is a secret."""
    topics = {name: {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": display}} for name in names}
    return {"Parameters": {"Password": {"Type": "String", "NoEcho": True}}, "Resources": topics, **more}


class Storm(FakeCloudFormation):
    """The scripted CloudFormation in some weather; enter it, do something, and have it judged."""

    def brew(self, weather: Weather) -> Storm:
        self.weather = weather
        self.made: dict[str, tuple[FakeStack, FakeChangeSet]] = {}  # change sets of this run, by ARN
        self.there: set[str] = set()  # stacks that were there before, or were made by somebody else
        self.foreign: set[str] = set()  # stacks that somebody else has done something to
        self.waiting = {name: list(items) for name, items in weather.faults.items()}
        self.page, self.forgets_tokens = weather.page, weather.forgets_tokens
        self.desks: list[Desk] = []
        self.listener = Keeper()
        self.choose = self.happen
        if weather.session is not None:
            self.session_seconds, self.unseen_expiry = weather.session, weather.session
        return self

    @property
    def role(self) -> str | None:
        """The role to deploy with: only a role's keys run out and can be got anew."""
        return f"arn:aws:iam::{self.account}:role/deploy" if self.weather.session is not None else None

    def happen(self, operation: str, number: int) -> Fault | None:
        self.remember()
        for stack in self.stacks:
            stack.advance(self.clock.now())
        if self.weather.rival is not None and number == self.weather.rival.at:
            self.rival(self.weather.rival)
        if number == self.weather.struck:
            for desk in self.desks:
                desk.closing.set()
                desk.stop.set()
        left = self.waiting.get(operation)
        fault = left.pop(0) if left else None
        started = bool(STARTS & set(self.operations()[:-1]))
        return None if isinstance(fault, Stale) and not started else fault

    def remember(self) -> None:
        asked = {call.arguments.get("ClientToken") for call in self.calls if call.operation == "CreateChangeSet"}
        for stack in self.stacks:
            for made in stack.change_sets:
                if made.token in asked:
                    self.made[made.arn] = (stack, made)

    def rival(self, rival: Rival) -> None:
        now = self.clock.now()
        stack = next(
            (one for one in reversed(self.stacks) if one.name == "shop" and one.status != "DELETE_COMPLETE"), None
        )
        if stack is None:
            if rival.what == "create":
                self.there.add(self.add_stack("shop", template("A"), parameters={"Password": "theirs"}).id)
            return
        given = {
            "ChangeSetName": "theirs",
            "ClientToken": "theirs",
            "Parameters": [{"ParameterKey": name, "UsePreviousValue": "true"} for name in stack.parameters],
        }
        new = {
            **stack.template,
            "Resources": {**stack.template.get("Resources", {}), **template("Theirs")["Resources"]},
        }
        reviewed = {"REVIEW_IN_PROGRESS"} if rival.what == "propose" or stack.id in self.there else set()
        if rival.what in ("update", "propose") and stack.status in UPDATABLE | reviewed:
            self.foreign.add(stack.id)
            made = stack.propose(given, json.dumps(new), Script(), "arn:aws:cloudformation:eu-west-1:1:changeSet/")
            if rival.what == "update":
                self.there.add(stack.id)
                stack.execute(made, "theirs", Script(seconds=rival.seconds), now)
        elif rival.what == "delete" and not stack.status.endswith("_IN_PROGRESS"):
            self.foreign.add(stack.id)
            stack.delete("theirs", Script(seconds=rival.seconds), now, [])

    @contextmanager
    def over(self) -> Iterator[Path]:
        """The storm rages while the block lasts; gives a folder for what is kept, and looks for secrets in it."""
        self.there |= {stack.id for stack in self.stacks}
        self.names = {stack.name for stack in self.stacks}
        plain, desks = Desk.__init__, self.desks

        def noted(desk: Desk, *given: Any, **named: Any) -> None:
            plain(desk, *given, **named)
            desks.append(desk)

        with (
            tempfile.TemporaryDirectory() as folder,
            mock.patch.object(Desk, "__init__", noted),
            mock.patch("botocore.loaders.create_loader", return_value=LOADER),
        ):
            self.listener.journal = Journal(str(Path(folder, "runs")))
            yield Path(folder)
            self.remember()
            self.kept = [path.read_text() for path in Path(folder).rglob("*") if path.is_file()]

    def go(self, work: Callable[[], Result | None]) -> Result | DeckError | KeyboardInterrupt | None:
        """What comes of it."""
        try:
            return work()
        except (DeckError, KeyboardInterrupt) as error:
            return error

    # what has to be true

    def judge(
        self,
        end: Result | DeckError | KeyboardInterrupt | None,
        *,
        deletes: frozenset[str] = frozenset(),
        secret: bool = True,
    ) -> None:
        """Everything that holds whatever was done; `deletes` are the stacks that were to be deleted.

        `secret` when the run was given the secret, and so can know what not to tell.
        """
        self.verdicts()
        self.every_write_is_safe()
        self.nothing_foreign_is_deleted(deletes)
        if isinstance(end, KeyboardInterrupt):
            assert not self.started(), "interrupted means that nothing was started"
        if not isinstance(end, CredentialsError):
            self.nothing_useless_is_left()
        if secret:
            self.no_secret_is_told(end)

    def started(self) -> list[FakeChangeSet]:
        return [made for _, made in self.made.values() if made.execution.startswith("EXECUTE_")]

    def verdicts(self) -> None:
        """Each result that was told is the end of our own operation."""
        last: dict[str, StackResult] = {}
        for result in self.listener.results:
            last[result.name] = result
        before = {made.arn: made.execution for _, made in self.made.values()}
        self.finish()
        for name, result in last.items():
            ours = [made for stack, made in self.made.values() if stack.name == name and made.started_with]
            ends = [made.execution for made in ours]
            if result.status in DONE:
                assert ends, f"{name}: {result.status} without an operation"
                assert before[ours[-1].arn] == "EXECUTE_COMPLETE", f"{name}: {result.status}, and it is {ends[-1]}"
            elif result.status in ("unchanged", "declined", "refused", "skipped", "interrupted"):
                assert result.phase is not None or not ends, f"{name}: {result.status}, and yet {ends}"
            elif result.status == "failed" and ends and not self.taken(name):
                if result.phase is not None and isinstance(result.error, Refused):
                    continue  # a later phase was never begun
                assert ends[-1] == "EXECUTE_FAILED", f"{name}: failed, and it is {ends[-1]}: {result.error}"

    def taken(self, name: str) -> bool:
        """Whether somebody else has deleted the stack, which then is not as it should be however our operation ended."""
        return any(
            one.name == name and one.id in self.foreign and one.status == "DELETE_COMPLETE" for one in self.stacks
        )

    def every_write_is_safe(self) -> None:
        starts: dict[tuple[str, str], set[str]] = {}
        for call in self.calls:
            given = call.arguments
            if call.operation in TOKENS:
                token = given.get(TOKENS[call.operation])
                assert token, f"{call.operation} without a token"
                starts.setdefault((call.operation, given.get("ChangeSetName") or given["StackName"]), set()).add(token)
            elif call.operation not in IDEMPOTENT:
                assert call.operation.startswith(READS), f"{call.operation} is not known to be safe when said twice"
            if call.operation in STARTS | IDEMPOTENT - {"PutObject", "AssumeRole"}:
                where = given.get("ChangeSetName") or given.get("StackName") or ""
                assert where.startswith("arn:"), f"{call.operation} goes by the name {where}"
            if call.operation == "CreateChangeSet" and given.get("ChangeSetType") != "CREATE":
                assert given["StackName"].startswith("arn:") or given["StackName"] not in self.names
        assert all(len(tokens) == 1 for tokens in starts.values()), f"one operation was started anew: {starts}"
        for stack in self.stacks:
            begun = [
                event["ClientRequestToken"]
                for event in stack.events
                if event["LogicalResourceId"] == stack.name and event["ResourceStatusReason"] == "User Initiated"
            ]
            forgotten = self.forgets_tokens and stack.status.startswith("DELETE")  # nobody can know that it has ended
            assert forgotten or len(begun) == len(set(begun)), f"{stack.name} was started twice with one token"

    def nothing_foreign_is_deleted(self, deletes: frozenset[str]) -> None:
        named = {stack.id: stack for stack in self.stacks}
        for call in self.calls:
            if call.operation == "DeleteChangeSet":
                assert call.arguments["ChangeSetName"] in self.made, "a change set of somebody else was deleted"
            if call.operation == "DeleteStack":
                stack = named[call.arguments["StackName"]]
                shell = any(event["ResourceStatus"] == "ROLLBACK_COMPLETE" for event in stack.events)
                assert stack.id not in self.there or stack.name in deletes or shell, f"{stack.name} was deleted"

    def nothing_useless_is_left(self) -> None:
        for stack, made in self.made.values():
            if made in stack.change_sets and stack.status != "DELETE_COMPLETE":
                assert made.started_with, f"the change set {made.arn} is left in {stack.status}"
            ours = stack.id not in self.there | self.foreign
            assert not (ours and stack.status == "REVIEW_IN_PROGRESS"), f"{stack.name} is left in review"

    def no_secret_is_told(self, end: Any) -> None:
        told = [json.dumps(plan.to_dict()) for plan in self.listener.plans]
        told += [json.dumps(event.to_dict()) for event in self.listener.events]
        told += [json.dumps(result.to_dict()) for result in self.listener.results]
        told += [one.message for one in self.listener.notices] + self.kept
        if isinstance(end, DeckError):
            told += [str(end), end.fix or ""]
        if isinstance(end, Result):
            told += [json.dumps(end.to_dict())]
        assert not [text for text in told if SECRET in text], "a secret was told"
