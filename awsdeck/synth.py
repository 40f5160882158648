"""From a tree to an assembly: an ordered tuple of passes, each of which reads and extends one draft."""

from __future__ import annotations

import itertools
import os

from . import settings
from .assembly import ASSETS, Assembly, Origin, StackArtifact, in_deploy_order
from .errors import ConstraintError, ConstructError, CycleError, Finding, Place, TokenError
from .resource import Resource
from .sections import Element
from .tokens import known_now
from .tree import Stack, located, suppressed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from .assets.packing import Package
    from .constructs import Construct
    from .nested import TemplateFile
    from .node import Node
    from .tree import App


_SEPARATE = ("Mappings", "Conditions", "Outputs", "Rules")
"""Sections with names of their own; resources and parameters share theirs."""


class StackDraft:
    """What the passes gather about one stack."""

    __slots__ = ("stack", "resources", "elements", "dependencies", "template", "by_id", "renamed")

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.resources: list[Resource] = []
        self.elements: dict[str, list[Element]] = {}
        self.dependencies: dict[Stack, Construct | None] = {}
        self.template: dict[str, Any] = {}
        self.by_id: dict[str, Node] = {}
        self.renamed = False


class Draft:
    """The work in progress: the app, a draft per stack, and at the end the assembly."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.stacks = {stack: StackDraft(stack) for stack in app.stacks}
        self.assembly = Assembly(())
        self.tagged = app.node.tags is not None
        self.waits: set[Node] = set()
        self.ignores = app.node.ignored is not None
        self.settling: list[Any] = []
        self.digest: bytes | None = None
        self.known: list[Finding] | None = None


def change(draft: Draft) -> None:
    """The aspects, in their order, until none of them adds anything."""
    app = draft.app
    if app.aspects:
        from .aspects import apply

        app.applied = apply(app)
        for stack in app.stacks:
            draft.stacks.setdefault(stack, StackDraft(stack))


def lock(draft: Draft) -> None:
    """From here on the tree cannot change; sort what it holds by stack and section."""
    draft.app.locked = True
    for stack in draft.app.stacks:
        home, part = stack, draft.stacks[stack]
        if any(node.dependencies for node in stack.node.above()):
            draft.waits.add(stack.node)
        for construct in stack.node.walk():
            node = construct.node
            if node.stack is not home and node.stack is not None:
                home = node.stack
                part = draft.stacks.get(home) or draft.stacks.setdefault(home, StackDraft(home))
            if isinstance(construct, Resource):
                part.resources.append(construct)
            elif isinstance(construct, Element):
                part.elements.setdefault(construct.SECTION, []).append(construct)
            elif hasattr(construct, "settle"):
                draft.settling.append(construct)
            if node.tags is not None:
                draft.tagged = True
            if node.ignored is not None:
                draft.ignores = True
            if node.dependencies is not None or (
                draft.waits and node.scope is not None and node.scope.node in draft.waits
            ):
                draft.waits.add(node)


def settle(draft: Draft) -> None:
    """Constructs that have a last word once nothing can change any more say it now."""
    for construct in draft.settling:
        construct.settle()


def name(draft: Draft) -> None:
    """Final logical ids. Where two paths give one id, the shorter path keeps it and the others get a hash."""
    for stack, part in draft.stacks.items():
        shared: list[Construct] = [*part.resources, *part.elements.get("Parameters", ())]
        for group in (shared, *(part.elements.get(section, ()) for section in _SEPARATE)):
            nodes = [construct.node for construct in group]
            for node in nodes:
                node.final_id = node.fixed_id or node.plain_id
            part.renamed = part.renamed or any(node.fixed_id for node in nodes)
            if len({node.final_id for node in nodes}) < len(nodes):
                _tell_apart(nodes)
                part.renamed = True
        part.by_id = {construct.node.logical_id: construct.node for construct in part.resources}
        stack.wiring.shown = {element.node.logical_id for element in part.elements.get("Outputs", ())}
        if stack.parent is not None or stack.wiring.crossed:
            stack.wiring.taken = {construct.node.logical_id for construct in shared}


def _element(draft: Draft, stack_node: Node, path: tuple[str | int, ...]) -> Node:
    """The parameter, output, … that a place of a template is about, or the stack."""
    part = draft.stacks.get(stack_node.stack) if stack_node.stack is not None else None
    if part is not None and len(path) > 1:
        for element in part.elements.get(str(path[0]), ()):
            if element.node.logical_id == path[1]:
                return element.node
    return stack_node


def _tell_apart(nodes: list[Node]) -> None:
    taken: dict[str, Node] = {}
    for node in sorted(nodes, key=lambda node: (node.fixed_id is None, node.path.count("/"), node.path)):
        wanted = node.fixed_id or node.plain_id
        other = taken.get(wanted)
        if other is not None and node.fixed_id is not None:
            raise ConstructError(
                f"{node.label} and {other.label} are both to have the logical id {wanted}", place=node.source,
                fix="override the logical id of only one of them",
            )  # fmt: skip
        node.final_id = wanted if other is None else node.hashed_id(wanted)
        taken[node.final_id] = node


def tag(draft: Draft) -> None:
    """Tags given to constructs go to every resource below that can carry them; a resource's own tag wins."""
    if not draft.tagged:
        return
    for part in draft.stacks.values():
        for resource in part.resources:
            tags: dict[str, str] = {}
            for node in resource.node.above():
                for key, value in (node.tags or {}).items():
                    tags.setdefault(key, value)
            if tags:
                resource.add_tags(tags)


def link(draft: Draft) -> None:
    """Every deploy-time value gets its final form; what crosses stacks becomes an export and an import."""
    for stack, part in draft.stacks.items():
        for what, given in (("description", stack.description), ("metadata", stack.metadata), ("tags", stack.tags)):
            if given:
                known_now(given, f"{stack.name}: the {what} of a stack", stack.node.source)
        if part.renamed or stack.wiring.crossed:  # else what stands there is final already
            for resource in part.resources:
                stack.wiring.asker = resource
                resource.link(stack.wiring)
        for section, elements in part.elements.items():
            part.template[section] = {element.node.logical_id: element.finished() for element in elements}
    for stack, part in draft.stacks.items():
        for need in stack.wiring.needs.values():
            part.dependencies.setdefault(need.producer, need.asker)
    if draft.waits:
        _depend(draft)


def order(draft: Draft) -> None:
    """Stacks after those they need; a ring is an error that prints the way round."""
    done: set[Stack] = set()
    for start in draft.stacks:
        trail: list[Stack] = []
        waiting: list[tuple[Stack, bool]] = [(start, False)]
        while waiting:
            stack, leaving = waiting.pop()
            if leaving:
                trail.pop()
                done.add(stack)
                continue
            if stack in done:
                continue
            if stack in trail:
                raise _ring(draft, [*trail[trail.index(stack) :], stack])
            trail.append(stack)
            waiting.append((stack, True))
            waiting.extend((needed, False) for needed in draft.stacks[stack].dependencies)


def render(draft: Draft) -> None:
    """The templates and the manifest's data."""
    for part in draft.stacks.values():
        part.template["Resources"] = {resource.node.logical_id: resource.finished() for resource in part.resources}
    for stack, part in reversed(draft.stacks.items()):  # what is nested comes before what it is nested in
        template, wiring = part.template, stack.wiring
        template["AWSTemplateFormatVersion"] = "2010-09-09"
        for key, value in (
            ("Description", stack.description),
            ("Transform", list(stack.transform)),
            ("Metadata", dict(stack.metadata)),
            ("Parameters", {**template.get("Parameters", {}), **wiring.parameters()} if wiring.inputs else None),
            ("Outputs", {**template.get("Outputs", {}), **wiring.given} if wiring.given else None),
        ):
            if value:
                template[key] = value
        if stack.parent is not None:
            from .nested import settle

            holder = draft.stacks[stack.parent].template["Resources"][stack.node.resource.node.logical_id]
            stack.root.assets.update(stack.assets)
            made = settle(stack, holder, template)
            stack.root.assets[made.hash] = made
    files: dict[str, str] = {}
    draft.assembly = Assembly(
        in_deploy_order(
            _artifact(draft, stack, part, files) for stack, part in draft.stacks.items() if stack.parent is None
        )
    )


def _artifact(draft: Draft, stack: Stack, part: StackDraft, files: dict[str, str]) -> StackArtifact:
    folder = draft.app.folder
    origins = {id: _origin(node, folder, files) for id, node in part.by_id.items()}
    if draft.ignores:
        for id, node in part.by_id.items():
            inside = itertools.takewhile(lambda above: above is not stack.node, node.above())
            origins[id].ignore = _ignored(inside)
    if draft.app.moves:
        from .moves import note_moves

        note_moves(draft.app, stack, part.by_id, origins)
    return StackArtifact(
        stack.name,
        part.template,
        region=stack.region,
        account=stack.account,
        dependencies=sorted(needed.name for needed in part.dependencies),
        inputs={one.name: one.origin for one in stack.wiring.inputs.values() if one.origin is not None},
        tags=stack.tags,
        termination_protection=stack.termination_protection,
        role=stack.role,
        execution_role=stack.execution_role,
        notification_arns=stack.notification_arns,
        rollback_triggers=stack.rollback_triggers,
        monitoring=stack.monitoring,
        stack_policy=_policy(stack, part),
        before=_hooks(stack, "before"),
        after=_hooks(stack, "after"),
        assets=[_asset(made) for _, made in sorted(stack.assets.items())],
        files={made.key: made.zipped for made in stack.assets.values()},
        origins=origins,
        ignore=_ignored(stack.node.above()) if draft.ignores else None,
        nested=_inside(draft, stack, files),
        spread=stack.spread,
        parameters=getattr(stack, "values", None),
    )


def _inside(draft: Draft, stack: Stack, files: dict[str, str]) -> dict[str, Origin]:
    """Where everything in a stack's nested stacks comes from, by `Nested.Id`."""
    found: dict[str, Origin] = {}
    for inner, part in draft.stacks.items():
        if inner.parent is None or inner.root is not stack:
            continue
        path: list[str] = []
        home: Stack | None = inner
        while home is not None and home.parent is not None:
            path.insert(0, home.node.resource.node.logical_id)
            home = home.parent
        prefix = ".".join(path)
        found.update({f"{prefix}.{id}": _origin(node, draft.app.folder, files) for id, node in part.by_id.items()})
    return found


def _hooks(stack: Stack, when: str) -> list[Callable[[Any], object]]:
    """What is to be called around a deploy of the stack: the app's functions, its stage's, its own."""
    holders = (stack.node.root_app, stack.stage, stack)
    return [hook for holder in holders if holder is not None for hook in getattr(holder, when)]


def _policy(stack: Stack, part: StackDraft) -> dict[str, Any] | None:
    """The stack policy with what the deck protects; a resource that it names has to be there."""
    if stack.stack_policy is None and not stack.guarded:
        return None
    from .terms import named_in, policy_of

    guarded = [(construct.node.resource.node.logical_id, verbs) for construct, verbs in stack.guarded]
    policy = policy_of(stack.stack_policy, guarded)
    unknown = [name for name in named_in(policy or {}) if name not in part.by_id]
    if unknown:
        from difflib import get_close_matches

        close = get_close_matches(unknown[0], list(part.by_id), 1)
        raise ConstructError(
            f"{stack.name}: stack_policy names {', '.join(unknown)}, and there is no such resource",
            place=stack.node.source, fix=f"did you mean {close[0]}?" if close else "name logical ids of this stack",
        )  # fmt: skip
    return policy


def recall(draft: Draft) -> None:
    """What an earlier run has found of the same templates, for a large app."""
    proven = draft.app.proven
    if proven is not None:
        from .proven import digest_of

        draft.digest = digest_of(
            (stack.name, stack.region, stack.account, stack.tags, part.template) for stack, part in draft.stacks.items()
        )
        draft.known = proven.findings(draft.digest) if draft.digest is not None else None


def intact(draft: Draft) -> None:
    """No template holds what is left of a value that was cut, encoded, escaped or printed."""
    if draft.known is not None:
        return
    from .remains import FIX, SAID, remains

    lines: list[str] = []
    first: Place | None = None
    for stack, part in draft.stacks.items():
        for path in remains({**part.template, "Tags": stack.tags}):
            id = str(path[1]) if len(path) > 1 and path[0] == "Resources" else None
            node = part.by_id.get(id) if id is not None else _element(draft, stack.node, path)
            place = (node or stack.node).source
            first = first or place
            said = f"{'/'.join(map(str, path))}: {SAID}"
            lines.append(said if not lines else f"{place}: {said}")
    if lines:
        raise TokenError("\n".join(lines), place=first, fix=FIX)


def check(draft: Draft) -> None:
    """What only shows across resources: references, cycles, permissions between services."""
    found = draft.known
    if found is None:
        from .rules import Graph, check_graph, check_references
        from .template import Template

        graph = Graph(draft.app.limits, complete=True)
        for stack, part in draft.stacks.items():
            template = Template.from_dict(part.template, name=stack.name)
            graph.add(template, region=stack.region, account=stack.account)
        found = [*check_graph(graph), *check_references(graph)]
    if draft.digest is not None and draft.app.proven is not None:
        if draft.known is None:
            draft.app.proven.conclude(draft.digest, found)
        draft.app.proven.keep()
    nodes = {stack.name: part.by_id for stack, part in draft.stacks.items()}
    stacks = {stack.name: stack.node for stack in draft.stacks}
    errors: list[Finding] = []
    for finding in found:
        stack_node = stacks.get(finding.stack or "", draft.app.node)
        node = nodes.get(finding.stack or "", {}).get(finding.resource or "") or _element(
            draft, stack_node, finding.path
        )
        if finding.ring:
            by_id = nodes.get(finding.stack or "", {})
            finding = finding.along(_written(by_id.get(str(step[1])), step) for step in finding.ring)  # noqa: PLW2901
        if finding.severity != "error" or settings.gathering:
            draft.app.note(finding, node)
        elif not suppressed(finding.rule, node):
            errors.append(located(finding, node))
    if errors:
        raise ConstraintError(errors)


def _written(node: Node | None, path: tuple[str | int, ...]) -> Place | None:
    """Where the deck says what stands at a path of a resource."""
    if node is None:
        return None
    step = located(Finding("", "error", "", path=path), node)
    return Place(step.file, step.line) if step.file else None


PASSES: tuple[Callable[[Draft], None], ...] = (
    change,
    lock,
    settle,
    name,
    tag,
    link,
    order,
    render,
    recall,
    intact,
    check,
)


def synthesize(app: App) -> Assembly:
    """The app's templates and manifest. Raises the mistakes it finds, each with its place."""
    draft = Draft(app)
    for run in PASSES:
        run(draft)
    return draft.assembly


def _depend(draft: Draft) -> None:
    for stack, part in draft.stacks.items():
        for resource in part.resources:
            if resource.node not in draft.waits:
                continue
            wanted: dict[str, None] = {}
            for node in resource.node.above():
                if stack.parent is not None and node.host is stack:
                    break  # what is said of the nested stack as a whole holds for the resource that stands for it
                for other in node.dependencies or ():
                    _await(draft, resource, node, other, wanted)
            wanted.pop(resource.node.logical_id, None)
            if wanted:
                _add_dependencies(resource, wanted)


def _await(draft: Draft, resource: Resource, node: Node, other: Construct, wanted: dict[str, None]) -> None:
    """Have a resource wait for another construct: within the template, through nested stacks, or stack after stack."""
    waiting: Resource | None = resource
    while waiting is not None:
        stack = waiting.node.stack
        assert stack is not None
        below = [_standing(found, stack) for found in other.node.resources if node not in found.node.above()]
        ids = [found.node.logical_id for found in below if found is not None]
        if ids and waiting is resource:
            wanted.update(dict.fromkeys(ids))
            return
        if ids:
            _add_dependencies(waiting, [id for id in ids if id != waiting.node.logical_id])
            return
        if other.node.stack is stack:
            return  # there is nothing in it to wait for
        if stack.parent is None:
            _across(draft, stack, other, resource)
            return
        waiting = stack.node.resource


def _standing(found: Resource, stack: Stack) -> Resource | None:
    """What stands for a resource in a stack: itself, or the nested stack it is in."""
    home = found.node.stack
    while home is not None and home is not stack:
        if home.parent is None:
            return None
        found, home = home.node.resource, home.parent
    return found


def _add_dependencies(resource: Resource, ids: Iterable[str]) -> None:
    given = resource.body.get("DependsOn", [])
    both = sorted({*([given] if isinstance(given, str) else given), *ids})
    if both:
        resource.body["DependsOn"] = both


def _across(draft: Draft, stack: Stack, other: Construct, asker: Construct) -> None:
    needed = other.node.stack.root if other.node.stack is not None else None
    if needed is None or needed not in draft.stacks:
        raise ConstructError(
            f"{asker.node.label} depends on {other.node.label or 'something'} outside this app", place=asker.node.source,
            fix="depend on a construct of a stack in the same app",
        )  # fmt: skip
    spread = next((one for one in (needed, stack) if one.spread is not None), None)
    if spread is not None:
        raise ConstructError(
            f"{asker.node.label} depends on {other.node.label or needed.name}, and {spread.name} is a stack set, which is "
            "deployed by itself",
            place=asker.node.source, fix="leave the dependency out and deploy the one before the other",
        )  # fmt: skip
    draft.stacks[stack].dependencies.setdefault(needed, asker)


def _ring(draft: Draft, ring: list[Stack]) -> CycleError:
    steps = []
    for stack, needed in itertools.pairwise(ring):
        asker = draft.stacks[stack].dependencies[needed]
        need = stack.wiring.needs.get(needed)
        node = asker.node if asker is not None else stack.node
        what = f"uses {need.what}" if need is not None else f"depends on {needed.name}"
        steps.append(f"    {node.source}: {node.label} {what}")
    names = " -> ".join(stack.name for stack in ring)
    return CycleError(
        f"stacks need each other: {names}\n" + "\n".join(steps), fix="move one of these constructs to the other's stack"
    )


def _asset(made: Package | TemplateFile) -> dict[str, str]:
    path = f"{ASSETS}/{os.path.basename(made.key)}"
    return {"id": made.user, "hash": made.hash, "key": made.key, "kind": made.kind, "path": path, "source": made.source}


def _origin(node: Node, folder: str, known: dict[str, str]) -> Origin:
    if node.spot is None:
        return Origin(node.label)
    file, line = node.spot
    if file not in known:
        known[file] = os.path.relpath(file, folder).replace(os.sep, "/")
    return Origin(node.label, known[file], line)


def _ignored(nodes: Iterable[Node]) -> dict[str, dict[str, str]]:
    """The rules that any of the nodes ignores; of several words about one rule, the one that counts longest."""
    found: dict[str, dict[str, str]] = {}
    for node in nodes:
        for rule, (reason, until) in (node.ignored or {}).items():
            last = found[rule].get("until") if rule in found else ""
            if last is not None and (until is None or until > last):
                found[rule] = {"reason": reason} if until is None else {"reason": reason, "until": until}
    return found
