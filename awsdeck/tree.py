"""The tree of a user's program: App › Stack › Construct › Resource."""

from __future__ import annotations

import atexit
import gc
import os
import re

from . import settings, uncaught
from .constructs import Construct, Deployable, Hooked
from .errors import ConstraintError, ConstructError, Finding
from .node import MAIN, Node
from .source import caller
from .wiring import Wiring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Generic, Literal

    from typing_extensions import TypeVar

    from .aspects import Applied, Aspect
    from .assembly import Assembly
    from .assets.packing import Package
    from .nested import TemplateFile
    from .proven import Proven
    from .rules.vocabulary import Mode
    from .wiring import Crossing

    AspectFunction = Callable[[Construct], object]
    Verb = Literal["modify", "replace", "delete"]
    E = TypeVar("E", default=None)
else:

    class _Generic:
        __slots__ = ()

        def __class_getitem__(cls, _):
            return cls

    Generic, E = {None: _Generic}, None

_STACK_NAME = r"[A-Za-z][A-Za-z0-9-]{0,127}"


_USUAL = gc.get_threshold()
_PATIENT = 500_000

WORTH = 200
"""An app with fewer resources is checked in less time than it takes to remember that for the next run."""
SOUND_MOST = 5_000
"""So many resources and hints without findings are remembered, a few hundred bytes each."""

# A tree is a single knot of objects that refer to each other: when the program ends, untying it takes longer than
# handing the memory back as it is.
atexit.register(gc.freeze)


class Stack(Deployable):
    """One CloudFormation stack; `id` is its name there unless `name` is given.

    - `region`, `account`: where it goes; None leaves it to the stage, or to the deploy. References between stacks of
      different accounts are refused, of different regions too unless they stand in `across(...)`.
    - `tags`: stack tags, which CloudFormation puts on every resource that can carry them.
    - `termination_protection`: CloudFormation refuses to delete the stack while it is on.
    - `role`: the ARN of the role that a deploy of this stack takes on. `execution_role`: of the one that CloudFormation
      works with, from then on; None leaves it as it is.
    - `notification_arns`: at most 5 topics that CloudFormation tells of everything; None leaves them as they are, an
      empty list removes them.
    - `rollback_triggers`: ARNs of at most 5 alarms that undo a deploy when they go off, `composite:arn:…` for a composite
      one, while it runs and for `monitoring` minutes after, 0 to 180; None leaves them as they are, an empty list
      removes them. CloudFormation has to find the alarms when it begins, so they cannot be of the same stack.
    - `stack_policy`: what updates may do to resources; None leaves it as it is, {} lets everything be updated. See
      `protect`.

    Source: CloudFormation API Reference, CreateChangeSet and SetStackPolicy.
    """

    __slots__ = (
        "name", "region", "account", "description", "tags", "guarded", "transform", "metadata", "wiring", "assets",
        "stage", "parent", "__dict__",
    )  # fmt: skip
    parent: Stack | None
    spread: Mapping[str, Any] | None = None  # to which accounts and regions, for a stack set

    def __init__(
        self,
        scope: App | Stage[Any],
        id: str,
        *,
        name: str | None = None,
        region: str | None = None,
        account: str | None = None,
        description: str | None = None,
        tags: Mapping[str, str] | None = None,
        termination_protection: bool | None = None,
        role: str | None = None,
        execution_role: str | None = None,
        notification_arns: Iterable[str] | None = None,
        rollback_triggers: Iterable[str] | None = None,
        monitoring: int | None = None,
        stack_policy: Mapping[str, Any] | None = None,
    ) -> None:
        if not isinstance(scope, App | Stage):
            raise ConstructError(
                f"the stack {id!r} stands in a {type(scope).__name__}", place=caller(),
                fix="give it the App or a Stage as its scope; inside another stack make it a NestedStack",
            )  # fmt: skip
        self.node = Node(self, scope, id)
        self.node.stack = self
        self.stage = stage = scope if isinstance(scope, Stage) else None
        self.parent = None
        self.name = (id if stage is None else stage.name_of(id)) if name is None else name
        if not re.fullmatch(_STACK_NAME, self.name):
            raise ConstructError(
                f"{self.name!r} cannot be a stack's name", place=caller(),
                fix="begin with a letter, then letters, digits and hyphens, at most 128",
            )  # fmt: skip
        twin = next((s for s in self.node.root_app.stacks if s is not self and s.name == self.name), None)
        if twin is not None:
            raise ConstructError(
                f"two stacks are called {self.name!r}; the other is made at {twin.node.source}",
                place=caller(), fix="give one of them another name",
            )  # fmt: skip
        self.region = region if region is not None or stage is None else stage.region
        self.account = account if account is not None or stage is None else stage.account
        _placed(f"the stack {self.name}", self.region, self.account)
        self.description = description
        self.tags = {**(stage.tags if stage is not None else {}), **(tags or {})}
        self.termination_protection = bool(
            termination_protection if termination_protection is not None else stage and stage.termination_protection
        )
        self._agree(
            f"the stack {self.name}", stage, self.tags, role=role, execution_role=execution_role,
            notification_arns=notification_arns, rollback_triggers=rollback_triggers, monitoring=monitoring,
            stack_policy=stack_policy,
        )  # fmt: skip
        self._begin()

    def protect(self, *constructs: Construct, against: Iterable[Verb] = ("replace", "delete")) -> None:
        """Let the stack policy forbid updates to replace or delete what these constructs mainly stand for, or what
        `against` says: "modify", "replace", "delete". Everything else may be updated, unless `stack_policy` says more.

        To lift it, take the line away and deploy: the plan shows that the policy becomes wider before anything else.
        """
        from .terms import VERBS

        self.node.root_app.unlocked("protect")
        verbs = (against,) if isinstance(against, str) else tuple(against)
        unknown = [verb for verb in verbs if verb not in VERBS]
        if unknown or not verbs:
            raise ConstructError(f"protect(against={against!r})", place=caller(), fix=f"some of {', '.join(VERBS)}")
        for construct in constructs:
            home = construct.parent if isinstance(construct, Stack) else construct.node.stack
            if home is not self:
                raise ConstructError(
                    f"{self.name} cannot protect {construct.node.path}, which is not in it", place=caller(),
                    fix="a stack policy is about the stack's own resources; protect a nested stack as a whole",
                )  # fmt: skip
            self.guarded.append((construct, verbs))

    def _begin(self) -> None:
        self.guarded: list[tuple[Construct, tuple[str, ...]]] = []
        self.before, self.after = [], []
        self.transform: list[str | dict[str, Any]] = []
        self.metadata: dict[str, Any] = {}
        self.wiring = Wiring(self)
        self.assets: dict[str, Package | TemplateFile] = {}

    @property
    def root(self) -> Stack:
        """The stack that is deployed: this one, or the one it is nested in."""
        stack: Stack = self
        while stack.parent is not None:
            stack = stack.parent
        return stack


class App(Hooked):
    """The top of a program. `limits` is "documented" (the course notes' numbers) or "current" (today's AWS).

    `synth()` at the end of a deck writes the templates when the file is run by Python. `aspects` are functions that
    are called with every construct before names are final, in the order given; `node.aspect` adds one below a node.
    """

    __slots__ = (
        "limits", "folder", "locked", "assembly", "crossings", "aspects", "applied", "moves", "changing", "sound", "proven",
        "keeps", "_recalled", "_noted", "_findings",
        "__dict__",
    )  # fmt: skip

    def __init__(self, *, limits: Mode | None = None, aspects: Iterable[AspectFunction] = ()) -> None:
        if limits not in (None, "documented", "current"):
            raise ConstructError(
                f"limits={limits!r}", place=caller(), fix='"documented" or "current"',
            )  # fmt: skip
        if gc.get_threshold() == _USUAL:  # while a tree grows there is no garbage in it to look for
            gc.set_threshold(_PATIENT, *_USUAL[1:])
        self.sound: set[bytes] = set()
        self.proven: Proven | None = None
        self._recalled = False
        self.keeps = False
        self._noted: list[tuple[Finding, Node]] = []
        self._findings: list[Finding] | None = None
        self.locked = False
        self.assembly: Assembly | None = None
        self.node = Node(self, None, "")
        self.crossings: dict[tuple[int, str | None], Crossing] = {}
        self.aspects: list[Aspect] = []
        self.applied: list[Applied] = []
        self.moves: list[tuple[Node, str]] = []
        self.before, self.after = [], []
        self.changing: str | None = None
        for aspect in aspects:
            self.node.aspect(aspect)
        beside = os.path.dirname(os.path.abspath(self.node.spot[0])) if self.node.spot else os.getcwd()
        config = settings.nearest(beside)
        self.folder = os.path.dirname(config) if config else beside
        if settings.hosted:
            settings.apps.append(self)
        else:
            uncaught.speak_plainly()
        self.limits: Mode = settings.limits or limits or settings.configured_limits(config) or "documented"

    @property
    def stacks(self) -> list[Stack]:
        """The stacks in the order they were made, those of stages where the stage stands; nested ones are in theirs."""
        found: list[Stack] = []
        for child in self.node.children.values():
            if isinstance(child, Stack):
                found.append(child)
            elif isinstance(child, Stage):
                found.extend(child.stacks)
        return found

    def unlocked(self, what: str) -> None:
        """Raise `ConstructError` when synthesis has begun."""
        if self.locked:
            raise ConstructError(f"{what} comes after synth()", place=caller(), fix="call app.synth() last")

    @property
    def findings(self) -> list[Finding]:
        """Warnings and hints so far, with their places; while the command line loads the deck, errors too."""
        if self._findings is None:
            found = [located(*noted) for noted in self._noted if not suppressed(noted[0].rule, noted[1])]
            said = {(one.rule, one.construct, one.severity) for one in found if not _hinted(one)}
            self._findings = [
                one for one in found if not _hinted(one)
                or said.isdisjoint((one.rule, one.construct, severity) for severity in {"error", one.severity})
            ]  # fmt: skip
        return self._findings

    @property
    def noted(self) -> list[tuple[Finding, Node]]:
        """What was found so far and what it is about, ignored findings too."""
        return self._noted

    def report(self, findings: Iterable[Finding], node: Node) -> None:
        """Take findings about a construct: errors are raised at once, or gathered while the command line loads."""
        errors: list[Finding] = []
        if self.changing is not None:
            findings = [finding.replace(message=f"{finding.message} (after {self.changing})") for finding in findings]
        for finding in findings:
            if finding.severity != "error" or settings.gathering:
                self.note(finding, node)
            elif not suppressed(finding.rule, node):
                errors.append(located(finding, node))
        if errors:
            raise ConstraintError(errors)

    def is_sound(self, content: bytes) -> bool:
        """Whether nothing is wrong with what has this content, as this run or an earlier one has found."""
        if content in self.sound:
            return True
        if not self._recalled:
            self._recalled = True
            path = settings.proven_file(self.folder, self.limits)
            if path is not None and os.path.exists(path):
                from .proven import Proven

                self.proven = Proven(path, read=True)
        return self.proven is not None and self.proven.has(content)

    def said_of(self, content: bytes, id: str) -> list[Finding] | None:
        """The warnings that an earlier run has had about a resource of this content and logical id; None if unknown."""
        return self.proven.said_of(content, id) if self.proven is not None else None

    def remember(self, content: bytes, id: str, found: list[Finding]) -> None:
        """Take note of what was found of a resource, so that its like need not be checked; errors are never noted."""
        if found:
            if self.proven is not None and not any(one.severity == "error" for one in found):
                self.proven.note(content, id, found)
            return
        if len(self.sound) < SOUND_MOST:
            self.sound.add(content)
        if self.proven is not None:
            self.proven.add(content)
        elif len(self.sound) == WORTH and (path := settings.proven_file(self.folder, self.limits)) is not None:
            from .proven import Proven

            self.proven = Proven(path, read=False)
            for known in self.sound:
                self.proven.add(known)

    def note(self, finding: Finding, node: Node) -> None:
        """Take a finding that does not stop the program."""
        self._noted.append((finding, node))
        self._findings = None

    def forget(self, node: Node) -> None:
        """Drop what was found of a resource, which is about to be checked again."""
        self._noted = [noted for noted in self._noted if noted[1] is not node]
        self._findings = None

    def synth(self, folder: str | None = None) -> Assembly:
        """Make the templates and write them to `folder` (default `awsdeck.out` in the project).

        Raises `ConstraintError`, `TokenError` or `CycleError` with every place. While `awsdeck` itself runs the deck
        nothing is written here.
        """
        from .synth import synthesize

        try:
            if self.assembly is None:
                self.assembly = synthesize(self)
            if not settings.hosted or folder is not None:
                from .assembly import FOLDER

                self.assembly.write(os.path.join(self.folder, FOLDER) if folder is None else folder)
        finally:
            if gc.get_threshold()[0] == _PATIENT:
                gc.set_threshold(*_USUAL)
        return self.assembly


class Stage(Deployable, Generic[E]):
    """One environment of a program: the stacks below it are named after it (`prod-shop`) and share its settings.

    Write what an environment consists of once, as a function of the stage or in the `build` of a subclass, and make
    it for each: `shop(Stage(app, "prod", env=Env(size="m5.large"), region="eu-west-1"))`.

    - `env`: your own configuration of any type, for `stage.env`; a frozen dataclass lets the type checker read along.
    - `region`, `account`, `tags`, `termination_protection`, `role`, `execution_role`, `notification_arns`,
      `rollback_triggers`, `monitoring`, `stack_policy`: for every stack of the stage that does not say otherwise.
    - `prefix`: what stack names begin with; the id and a hyphen unless given, "" for nothing.

    All stages are synthesized together; `awsdeck deploy 'prod-*'` takes one. References between stages are refused,
    so that none can change another.
    """

    __slots__ = ("env", "region", "account", "tags", "prefix", "__dict__")

    def __init__(
        self,
        scope: App,
        id: str,
        *,
        env: E = None,  # type: ignore[assignment]
        region: str | None = None,
        account: str | None = None,
        tags: Mapping[str, str] | None = None,
        termination_protection: bool = False,
        role: str | None = None,
        execution_role: str | None = None,
        notification_arns: Iterable[str] | None = None,
        rollback_triggers: Iterable[str] | None = None,
        monitoring: int | None = None,
        stack_policy: Mapping[str, Any] | None = None,
        prefix: str | None = None,
    ) -> None:
        if not isinstance(scope, App):
            raise ConstructError(
                f"the stage {id!r} stands in a {type(scope).__name__}", place=caller(), fix="give it the App as its scope",
            )  # fmt: skip
        self.node = Node(self, scope, id)
        self.env = env
        self.region = region
        self.account = account
        self.tags = dict(tags or {})
        self.termination_protection = termination_protection
        self.before, self.after = [], []
        _placed(f"the stage {id}", region, account)
        self._agree(
            f"the stage {id}", None, self.tags, role=role, execution_role=execution_role,
            notification_arns=notification_arns, rollback_triggers=rollback_triggers, monitoring=monitoring,
            stack_policy=stack_policy,
        )  # fmt: skip
        self.prefix = f"{id}-" if prefix is None else prefix
        self.build()

    def name_of(self, id: str) -> str:
        """What a stack with this id is called."""
        return self.prefix + id

    @property
    def stacks(self) -> list[Stack]:
        """The stage's stacks in the order they were made."""
        return [child for child in self.node.children.values() if isinstance(child, Stack)]


def _placed(what: str, region: object, account: object) -> None:
    """Refuse a region or account that cannot be one; whether there is such a region, a rule says."""
    if account is not None and not (isinstance(account, str) and re.fullmatch(r"\d{12}", account)):
        raise ConstructError(
            f"{what}: account={account!r}", place=caller(), fix='the twelve digits of an account, as text: "123456789012"',
        )  # fmt: skip
    if region is not None and not (isinstance(region, str) and re.fullmatch(r"[a-z]{2,4}(-[a-z]+)+-\d+", region)):
        raise ConstructError(
            f"{what}: region={region!r}", place=caller(), fix='the name of a region, as text: "eu-west-1"',
        )  # fmt: skip


def suppressed(rule: str, node: Node) -> bool:
    """Whether a rule is ignored for this node by its own word or one above it, and the word still counts."""
    for above in node.above():
        if above.ignored and rule in above.ignored:
            until = above.ignored[rule][1]
            if until is None or _today() <= until:
                return True
    return False


def _hinted(finding: Finding) -> bool:
    """Whether only a construct's own words show it; its resources may show the same mistake with its place."""
    return str(finding.type).startswith("awsdeck::")


def located(finding: Finding, node: Node) -> Finding:
    """The finding with the construct's path and its file and line."""
    from .source import keyword_line

    host = node
    while host.id == MAIN and host.scope is not None:
        host = host.scope.node
    where = {"construct": host.path, "stack": node.stack.name if node.stack else None}
    if node.spot is None or finding.file is not None:
        return finding.replace(**where)
    written_at = getattr(type(node.host), "written_at", None)
    if written_at is not None:
        return finding.replace(**where).at(written_at(node.host, finding.path))
    element_at = getattr(type(host.host), "element_at", None) if finding.element is not None else None
    if element_at is not None and (place := element_at(host.host, finding.element)) is not None:
        return finding.replace(**where).at(place)
    file, line = node.spot
    names: list[str] = []
    if finding.severity != "info" and finding.path[2:3] == ("Properties",):
        names = [str(step) for step in finding.path[3:]]
    return finding.replace(**where, file=file, line=keyword_line(file, line, names) if names else line)


def _today() -> str:
    import datetime as dt

    return dt.date.today().isoformat()
