"""Works out who may do what: explicit denies first, then what identity, resource and boundary together allow."""

from __future__ import annotations

import re
import weakref

from ..errors import ConstructError
from ..rules.policies.access import conditions, covers, every, everyone, plain_arn, service_stem, some
from ..rules.vocabulary import as_list, is_unknown
from ..source import caller
from ..tokens import express, finish, has_marker
from .answer import Answer, Condition, Line
from .context import decide
from .estate import GROUP, ROLE, USER, Estate, Said
from .match import fits, is_made, open_ended, overlaps, readable, unknown
from .roles import role_behind
from .texts import account_of, arn_of, attribute_of, has_arn, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

    from ..constructs import Construct
    from ..rules import Member, View
    from ..rules.vocabulary import Verdict
    from ..tree import App

    Given = Mapping[str, str | bool | int | Sequence[str]]

_estates: weakref.WeakKeyDictionary[Any, Estate] = weakref.WeakKeyDictionary()
_OBJECT_ACTIONS = ("abortmultipartupload", "listmultipartuploadparts")
_STREAM_ACTIONS = ("getrecords", "getsharditerator", "describestream")


def can(
    who: Construct | str, action: str, what: Construct | str, *, given: Given | None = None, app: App | None = None
) -> Answer:
    """Whether `who` may do `action` (`"dynamodb:PutItem"`) to `what`, as the app's policies stand.

    - `who`: a role, user or group, something that works with a role (a function, a state machine, an instance or a group
      of them), a role's ARN, or a service (`"sns.amazonaws.com"`).
    - `what`: a construct, or an ARN such as `f"{uploads.arn}/invoices/*"`. For what is done to objects, a bucket means
      all of them; `*` in an ARN means everything there, so it is denied when part of it is.
    - `given`: what is known of the request: `{"aws:SourceArn": placed.arn}`. Conditions on anything else stay open,
      and are in the answer.

    The app is synthesized for it, so nothing can be added afterwards. What is not in the app, such as the policies that a
    role given by its ARN has already, is not known: without a grant of the app the answer is "unknown". Service control policies and session policies
    are not known here. Raises `ConstructError` at the user's line for a question that makes no sense.
    """
    app = app or _app_of(who) or _app_of(what)
    if app is None:
        raise ConstructError(
            f"of which app is it asked whether {who} may {action}?", place=caller(), fix="can(…, app=app)"
        )
    if not re.fullmatch(r"[A-Za-z0-9-]+:[A-Za-z0-9]+", action):
        raise ConstructError(
            f"{action!r} is not one action", place=caller(), fix="write service:Action, as in s3:GetObject"
        )
    estate = _estate(app)
    reader = _Reader(estate)
    subject = _subject(reader, who)
    return _Question(reader, subject, action, reader.target(what, action), given or {}).answer()


def _estate(app: App) -> Estate:
    if app.assembly is None:
        from ..synth import synthesize

        app.assembly = synthesize(app)
    estate = _estates.get(app)
    if estate is None:
        estate = _estates[app] = Estate(app)
    return estate


def _app_of(value: object) -> App | None:
    node = getattr(value, "node", None)
    if node is not None:
        app: App = node.root_app
        return app
    if isinstance(value, str) and has_marker(value):
        seen: list[App] = []

        def notice(referent: Any, _: str | None) -> str:
            seen.append(referent.node.root_app)
            return ""

        finish(express(value), notice)
        return seen[0] if seen else None
    return None


class _Reader:
    """Turns what users write into texts that can be compared."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate

    def text(self, value: str, member: Member | None = None) -> str:
        """A string of the program, deploy-time parts as marks."""

        def named(referent: Any, attribute: str | None) -> str:
            stack = referent.node.stack
            home = self.estate.members.get(stack)
            view = home.views.get(referent.node.logical_id) if home is not None else None
            if view is None:
                return unknown(f"{stack.name}/{referent.node.logical_id}")
            return attribute_of(view, attribute)

        plain = finish(express(value), named)
        if isinstance(plain, str):
            return plain_arn(re.sub(r"\$\{([^}]*)\}", lambda match: unknown(match[1]), plain))
        home = member or next(iter(self.estate.members.values()))
        return text_of(home, plain) or unknown("a value")

    def target(self, what: Construct | str, action: str) -> str:
        """The ARN that an action on something is about."""
        if isinstance(what, str):
            found = self.text(what)
            if found == "*" or found.startswith("arn:") or open_ended(found[:1]) or is_made(found, "Arn"):
                return found
            raise ConstructError(f"{what!r} is not an ARN", place=caller(), fix="give the construct, or its .arn")
        view = self.estate.view(what)
        found = arn_of(view) if view is not None and has_arn(view) else self.own_arn(what)
        service, _, name = action.lower().partition(":")
        if service == "s3" and ":s3:::" in found and _about_objects(name):
            return f"{found}/*"
        if service == "dynamodb" and ":table/" in found:
            if name in _STREAM_ACTIONS:
                return attribute_of(view, "StreamArn") if view is not None else f"{found}/stream/*"
            if name == "liststreams":
                return f"{found}/stream/*"
        return found

    def own_arn(self, what: Construct) -> str:
        """The ARN of a construct that stands for no resource, such as one that exists already."""
        arn = getattr(what, "arn", None)
        if not isinstance(arn, str):
            raise ConstructError(
                f"{type(what).__name__} {what.node.path} has no ARN of its own", place=caller(),
                fix="give the part of it that is meant",
            )  # fmt: skip
        member = self.estate.members.get(what.node.stack) if what.node.stack is not None else None
        return self.text(arn, member)


def _about_objects(name: str) -> bool:
    return ("object" in name and "bucket" not in name) or name in _OBJECT_ACTIONS


class _Subject:
    """Who asks: an identity of the app (`view`), one by ARN, or a service (`service`)."""

    __slots__ = ("label", "view", "arn", "service")

    def __init__(self, label: str, view: View | None, arn: str, service: str | None = None) -> None:
        self.label = label
        self.view = view
        self.arn = arn
        self.service = service


def _subject(reader: _Reader, who: Construct | str) -> _Subject:
    estate = reader.estate
    if isinstance(who, str):
        if not has_marker(who) and who.endswith((".amazonaws.com", ".amazonaws.com.cn")):
            return _Subject(who, None, "", service_stem(who))
        arn = reader.text(who)
        if not arn.startswith("arn:"):
            raise ConstructError(
                f"{who!r} is nobody who could do anything", place=caller(),
                fix="give a role, a user, a function, an ARN, or a service such as sns.amazonaws.com",
            )  # fmt: skip
        for view in estate.graph.of(ROLE, USER):
            if arn_of(view) == arn:
                return _Subject(estate.path(view), view, arn)
        return _Subject(readable(arn), None, arn)
    holder = estate.view(who)
    if holder is not None and holder.type not in (ROLE, USER, GROUP):
        behind = role_behind(estate, holder)
        if isinstance(behind, str):
            known = next((view for view in estate.graph.of(ROLE) if arn_of(view) == behind), None)
            return _Subject(who.node.path, known, behind)
        holder = behind
    if holder is not None:
        return _Subject(who.node.path, holder, arn_of(holder))
    role = getattr(who, "role", None)
    if role is not None and role is not who and hasattr(role, "node"):
        found = _subject(reader, role)
        return _Subject(who.node.path, found.view, found.arn)
    if isinstance(getattr(who, "arn", None), str) and hasattr(who, "allow"):
        arn = reader.own_arn(who)
        if ":iam:" in arn or not arn.startswith("arn:"):
            return _Subject(who.node.path, None, arn)
    raise ConstructError(
        f"{type(who).__name__} {who.node.path} has no permissions of its own", place=caller(),
        fix="ask for its role, or for a user or group",
    )  # fmt: skip


class _Question:
    """One question while it is worked out."""

    def __init__(self, reader: _Reader, subject: _Subject, action: str, target: str, given: Given) -> None:
        self.reader = reader
        self.estate = reader.estate
        self.subject = subject
        self.action = action
        self.target = target
        self.given = {key.lower(): self._given(value) for key, value in given.items()}
        self.reasons: list[str] = []

    def _given(self, value: Any) -> list[str]:
        values = [value] if isinstance(value, str | bool | int) else list(value)
        return [str(one).lower() if isinstance(one, bool) else self.reader.text(str(one)) for one in values]

    def answer(self) -> Answer:
        """Weigh everything that is said."""
        allows: list[Line] = []
        denies: list[Line] = []
        subject = self.subject
        foreign: list[str] = []
        if subject.service is None:
            holder = subject.view if subject.view is not None else subject.arn
            said, foreign = self.estate.identity_statements(holder)
            for one in said:
                self._weigh(one, True, allows, denies)
        if subject.service is None and subject.view is None:
            foreign.append(f"what {readable(subject.arn)} may by policies of its own")
        elsewhere = self._foreign_account()
        resource_allows: list[Line] = []
        delegated: Verdict = False
        for one in self.estate.resource_statements():
            effect = one.statement.body.get("Effect")
            owned = self._owned(one, overlaps if effect == "Deny" else fits)
            if owned is False:
                continue
            spoken = self._speaks_of(one.statement, one)
            if spoken == "account" and effect == "Allow" and elsewhere is not True:
                delegated = some([delegated, owned])
                continue
            if spoken is False:
                continue
            self._weigh(one, every((owned, None if spoken is None else True)), resource_allows, denies)
        if subject.service is None and delegated is not True and self._guarded():
            allows = [] if delegated is False else [_doubtful(line) for line in allows]
            foreign = [] if delegated is False else foreign
        allows, foreign = self._across(elsewhere, allows, resource_allows, foreign)
        allows, bound_reason = self._bounded(allows)
        return self._settle(allows, denies, foreign, bound_reason)

    def _across(
        self, elsewhere: Verdict, identity: list[Line], resource: list[Line], foreign: list[str]
    ) -> tuple[list[Line], list[str]]:
        """What identity and resource allow together: either within one account, both where there are two of them."""
        if elsewhere is False or (elsewhere is None and (self.subject.view is not None or identity)):
            return [*identity, *resource], foreign
        if elsewhere is None:
            where = f"whether {readable(self.target)} belongs to the same account as {readable(self.subject.arn)}"
            return [_doubtful(line) for line in (*identity, *resource)], [*foreign, where]
        here = self._is_here()
        if identity and resource:
            return [*_together(identity, resource), *_together(resource, identity)], foreign
        if (identity and not here) or (resource and foreign):
            also = [] if here else [f"the policy of {readable(self.target)}"]
            return [_doubtful(line) for line in (*identity, *resource)], [*foreign, *also]
        self.reasons.append("the two accounts must both allow it")
        return [], [] if here or not foreign else foreign

    def _settle(self, allows: list[Line], denies: list[Line], foreign: list[str], bound: str | None) -> Answer:
        question = f"may {self.subject.label} {self.action} on {readable(self.target)}"
        forbidding = [line for line in denies if line.certain and not line.conditions]
        if forbidding:
            return Answer(question, "denied", denied_by=forbidding)
        unless = list(dict.fromkeys(line.conditions for line in denies if line.certain))
        maybe_denied = [line for line in denies if not line.certain]
        sure = [line for line in allows if line.certain]
        free = [line for line in sure if not line.conditions]
        open_reasons = [f"{line} may forbid it" for line in maybe_denied] + ([bound] if bound else [])
        if sure and not open_reasons:
            granted = free or sure
            only_if = [] if free else list(dict.fromkeys(line.conditions for line in sure))
            conditional = [line for line in denies if line.certain]
            return Answer(
                question, "allowed" if free else "only_if", granted_by=granted, denied_by=conditional, only_if=only_if,
                unless=unless,
            )  # fmt: skip
        reasons = [*open_reasons, *(f"{line} may allow it" for line in allows if not line.certain)]
        if not sure:
            reasons += [f"{name} is not known here" for name in foreign]
        if reasons and (sure or allows or foreign):
            return Answer(question, "unknown", granted_by=sure, reasons=[*reasons, *self.reasons], unless=unless)
        return Answer(question, "denied", reasons=self.reasons or ["nothing allows it"])

    def _weigh(self, said: Said, before: Verdict, allows: list[Line], denies: list[Line]) -> None:
        """Add the statement to those that allow or forbid, if it is about this action, resource and request."""
        statement = said.statement
        effect = statement.body.get("Effect", "Deny")
        reached = self._reaches(said, denying=effect == "Deny")
        verdict = every((before, covers(statement, self.action), reached))
        if verdict is False:
            return
        asked: list[Condition] = []
        for operator, key, values in conditions(statement):
            texts = [self._text(said.view, value) for value in values]
            held = decide(operator, texts, self.given.get(key.lower()))
            if held is False:
                return
            if held is None:
                asked.append(Condition(operator, key, texts))
        certain = verdict is True and said.certain and not isinstance(effect, dict)
        line = Line(self.estate.path(said.view), self.estate.places(said), statement.body, asked, certain=certain)
        if effect != "Deny":
            allows.append(line)
        if effect != "Allow":
            denies.append(line)

    def _reaches(self, said: Said, *, denying: bool) -> Verdict:
        """Whether a statement is about all that is asked about, or, one that denies, about part of it."""
        statement = said.statement
        if "NotResource" in statement.body:
            test = fits if denying else overlaps
            found = some(test(self._text(said.view, value), self.target) for value in statement.all("NotResource"))
            return None if found is None else not found
        if "Resource" not in statement.body:
            return True
        test = overlaps if denying else fits
        return some(test(self._text(said.view, value), self.target) for value in statement.all("Resource"))

    def _text(self, view: View, value: Any) -> str:
        found = text_of(view.member, value) if view.member is not None else None
        if found is None:
            return str(value).lower() if isinstance(value, bool) else unknown("a value")
        return found

    def _owned(self, said: Said, test: Callable[[str, str], Verdict]) -> Verdict:
        """Whether the target belongs to a resource whose own policy this is."""
        verdicts: list[Verdict] = []
        for owner in said.owners or ():
            if owner is None:
                verdicts.append(None)
                continue
            verdicts.append(test(owner, self.target))
            if ":function:" not in owner:  # an alias has a policy of its own
                verdicts += [test(f"{owner}/*", self.target), test(f"{owner}:*", self.target)]
        return some(verdicts)

    def _speaks_of(self, statement: Any, said: Said) -> Verdict | str:
        """Whether a resource's statement is about the subject; "account" when it leaves it to the account's own policies."""
        body = statement.body
        if "NotPrincipal" in body:
            return None
        if everyone(statement):
            return True
        principal = body.get("Principal")
        if not isinstance(principal, dict) or is_unknown(principal):
            return None if is_unknown(principal) else False
        if self.subject.service is not None:
            names = [self._text(said.view, one) for one in as_list(principal.get("Service"))]
            return some(None if open_ended(name) else service_stem(name) == self.subject.service for name in names)
        entries = [self._text(said.view, one) for one in as_list(principal.get("AWS"))]
        if self.subject.view is not None and self.subject.view.type == GROUP:
            entries = [entry for entry in entries if entry.endswith(":root")]
        direct = some(fits(re.sub(r"[*?]", "", entry), self.subject.arn) for entry in entries if not _is_account(entry))
        if direct is True:
            return True
        if any(_is_account(entry) and self._same_account(entry, said.view) for entry in entries):
            return "account" if direct is False else None
        return direct

    def _same_account(self, entry: str, view: View) -> bool:
        number = entry.split(":")[4] if ":" in entry else entry
        own = self.subject.arn.split(":")[4] if self.subject.arn.count(":") > 4 else account_of(view.member)
        return fits(number, own) is not False

    def _guarded(self) -> bool:
        """Whether the target is a key or role of the app, whose own policy must let in whoever an account's may."""
        kind = "AWS::KMS::Key" if ":kms:" in self.target else ROLE if self.action.lower() == "sts:assumerole" else None
        return kind is not None and any(arn_of(view) == self.target for view in self.estate.graph.of(kind))

    def _is_here(self) -> bool:
        """Whether the target is a resource of the app, so that its own policy is known, or a part of one."""
        return any(True for _ in self._holding())

    def _holding(self) -> Iterator[View]:
        """The resources of the app that the target is, or is a part of."""
        for view in self.estate.graph:
            arn = arn_of(view)
            if any(fits(form, self.target) for form in (arn, f"{arn}/*", f"{arn}:*")):
                yield view

    def _foreign_account(self) -> Verdict:
        """Whether the target belongs to another account than the subject; False for what names no account."""
        if self.subject.service is not None:
            return False
        mine, its = (arn.split(":")[4] if arn.count(":") > 4 else "" for arn in (self.subject.arn, self.target))
        if not its:  # a bucket is in the account of its stack
            its = next((account_of(view.member) for view in self._holding()), "")
        if mine == its or not its:
            return False
        return True if mine.isdigit() and its.isdigit() else None

    def _bounded(self, allows: list[Line]) -> tuple[list[Line], str | None]:
        """What is left of the permissions within the subject's boundary."""
        view = self.subject.view
        found = self.estate.boundary(view) if view is not None and view.type != GROUP else None
        if found is None or not allows:
            return allows, None
        said, foreign = found
        if foreign is not None:
            return allows, f"{foreign}, the permissions boundary, is not known here"
        within: list[Line] = []
        forbidding: list[Line] = []
        for one in said:
            self._weigh(one, True, within, forbidding)
        if not within or any(line.certain and not line.conditions for line in forbidding):
            self.reasons.append("the permissions boundary does not allow it")
            return [], None
        narrowing = next((line.conditions for line in within if not line.conditions), within[0].conditions)
        return [
            Line(line.construct, line.places, line.statement, (*line.conditions, *narrowing), certain=line.certain)
            for line in allows
        ], None  # fmt: skip


def _is_account(entry: str) -> bool:
    return entry.endswith(":root") or entry.isdigit()


def _doubtful(line: Line) -> Line:
    """The line where more must hold than can be told here."""
    return Line(line.construct, line.places, line.statement, line.conditions, certain=False)


def _together(lines: Sequence[Line], others: Sequence[Line]) -> list[Line]:
    """The lines, each under the conditions of the least demanding of the others too."""
    least = min(others, key=lambda line: (not line.certain, len(line.conditions)))
    return [
        Line(
            line.construct, line.places, line.statement, (*line.conditions, *least.conditions),
            certain=line.certain and least.certain,
        )
        for line in lines
    ]  # fmt: skip
