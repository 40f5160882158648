"""From a tree to an assembly: an ordered tuple of passes, each of which reads and extends one draft."""

from __future__ import annotations

import itertools
import os

from . import settings
from .assembly import Assembly, Origin, StackArtifact, in_deploy_order
from .errors import ConstraintError, ConstructError, CycleError
from .resource import Resource
from .sections import Element
from .tree import MAIN, Stack, located, suppressed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from .errors import Finding
    from .tree import App, Construct, Node


class StackDraft:
    """What the passes gather about one stack."""

    __slots__ = ("stack", "resources", "elements", "dependencies", "template", "by_id")

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.resources: list[Resource] = []
        self.elements: dict[str, list[Element]] = {}
        self.dependencies: dict[Stack, Construct | None] = {}
        self.template: dict[str, Any] = {}
        self.by_id: dict[str, Node] = {}


class Draft:
    """The work in progress: the app, a draft per stack, and at the end the assembly."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.stacks = {stack: StackDraft(stack) for stack in app.stacks}
        self.assembly = Assembly(())


def lock(draft: Draft) -> None:
    """From here on the tree cannot change; sort what it holds by stack and section."""
    draft.app.locked = True
    for stack, part in draft.stacks.items():
        for construct in stack.node.walk():
            if isinstance(construct, Resource):
                part.resources.append(construct)
            elif isinstance(construct, Element):
                part.elements.setdefault(construct.SECTION, []).append(construct)


def name(draft: Draft) -> None:
    """Final logical ids. Where two paths give one id, the shorter path keeps it and the others get a hash."""
    for part in draft.stacks.values():
        shared: list[Construct] = [*part.resources, *part.elements.get("Parameters", ())]
        for group in (shared, *(part.elements.get(section, ()) for section in ("Mappings", "Conditions", "Outputs"))):
            taken: dict[str, Node] = {}
            nodes = [construct.node for construct in group]
            for node in sorted(nodes, key=lambda node: (node.fixed_id is None, node.path.count("/"))):
                wanted = node.fixed_id or node.plain_id
                other = taken.get(wanted)
                if other is not None and node.fixed_id is not None:
                    raise ConstructError(
                        f"{node.path} and {other.path} are both to have the logical id {wanted}", place=node.source,
                        fix="override the logical id of only one of them",
                    )  # fmt: skip
                node.final_id = wanted if other is None else node.hashed_id(wanted)
                taken[node.final_id] = node
        part.by_id = {construct.node.logical_id: construct.node for construct in part.resources}


def tag(draft: Draft) -> None:
    """Tags given to constructs go to every resource below that can carry them; a resource's own tag wins."""
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
        for resource in part.resources:
            stack.wiring.asker = resource
            resource.link(stack.wiring)
        for section in ("Conditions", "Outputs", "Parameters", "Mappings"):
            for element in part.elements.get(section, ()):
                part.template.setdefault(section, {})[element.node.logical_id] = element.finished()
        for need in stack.wiring.needs.values():
            part.dependencies.setdefault(need.producer, need.asker)
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
    artifacts = []
    for stack, part in draft.stacks.items():
        template = part.template
        template["AWSTemplateFormatVersion"] = "2010-09-09"
        template["Resources"] = {resource.node.logical_id: resource.finished() for resource in part.resources}
        outputs = {**template.get("Outputs", {}), **stack.wiring.outputs()}
        for key, value in (
            ("Description", stack.description),
            ("Transform", list(stack.transform)),
            ("Metadata", dict(stack.metadata)),
            ("Outputs", outputs),
        ):
            if value:
                template[key] = value
        artifacts.append(
            StackArtifact(
                stack.name,
                template,
                region=stack.region,
                account=stack.account,
                dependencies=sorted(needed.name for needed in part.dependencies),
                tags=stack.tags,
                termination_protection=stack.termination_protection,
                origins={id: _origin(node, draft.app.folder) for id, node in part.by_id.items()},
            )
        )
    draft.assembly = Assembly(in_deploy_order(artifacts))


def check(draft: Draft) -> None:
    """What only shows across resources: references, cycles, permissions between services."""
    from .rules import Graph, check_graph
    from .template import Template

    graph = Graph(draft.app.limits, complete=True)
    nodes: dict[str, dict[str, Node]] = {}
    stacks: dict[str, Node] = {}
    for stack, part in draft.stacks.items():
        template = Template.from_dict(part.template, name=stack.name)
        graph.add(template, region=stack.region, account=stack.account)
        nodes[stack.name] = part.by_id
        stacks[stack.name] = stack.node
    errors: list[Finding] = []
    for finding in check_graph(graph):
        stack_node = stacks.get(finding.stack or "", draft.app.node)
        node = nodes.get(finding.stack or "", {}).get(finding.resource or "", stack_node)
        if finding.severity != "error" or settings.gathering:
            draft.app.note(finding, node)
        elif not suppressed(finding.rule, node):
            errors.append(located(finding, node))
    if errors:
        raise ConstraintError(errors)


PASSES: tuple[Callable[[Draft], None], ...] = (lock, name, tag, link, order, render, check)


def synthesize(app: App) -> Assembly:
    """The app's templates and manifest. Raises the mistakes it finds, each with its place."""
    draft = Draft(app)
    for run in PASSES:
        run(draft)
    return draft.assembly


def _depend(draft: Draft) -> None:
    for stack, part in draft.stacks.items():
        for resource in part.resources:
            wanted: dict[str, None] = {}
            for node in resource.node.above():
                for other in node.dependencies or ():
                    if other.node.stack is not stack:
                        _across(draft, stack, other, resource)
                        continue
                    below = (found for found in other.node.resources if node not in found.node.above())
                    wanted.update(dict.fromkeys(found.node.logical_id for found in below))
            wanted.pop(resource.node.logical_id, None)
            if wanted:
                resource.body["DependsOn"] = sorted(wanted)


def _across(draft: Draft, stack: Stack, other: Construct, asker: Construct) -> None:
    needed = other.node.stack
    if needed is None or needed not in draft.stacks:
        raise ConstructError(
            f"{asker.node.path} depends on {other.node.path or 'something'} outside this app", place=asker.node.source,
            fix="depend on a construct of a stack in the same app",
        )  # fmt: skip
    draft.stacks[stack].dependencies.setdefault(needed, asker)


def _ring(draft: Draft, ring: list[Stack]) -> CycleError:
    steps = []
    for stack, needed in itertools.pairwise(ring):
        asker = draft.stacks[stack].dependencies[needed]
        need = stack.wiring.needs.get(needed)
        node = asker.node if asker is not None else stack.node
        what = f"uses {need.what}" if need is not None else f"depends on {needed.name}"
        steps.append(f"    {node.source}: {node.path.removesuffix('/' + MAIN)} {what}")
    names = " -> ".join(stack.name for stack in ring)
    return CycleError(
        f"stacks need each other: {names}\n" + "\n".join(steps), fix="move one of these constructs to the other's stack"
    )


def _origin(node: Node, folder: str) -> Origin:
    path = node.path.removesuffix("/" + MAIN)
    if node.spot is None:
        return Origin(path)
    file, line = node.spot
    return Origin(path, os.path.relpath(file, folder).replace(os.sep, "/"), line)
