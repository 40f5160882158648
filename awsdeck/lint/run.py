"""Runs the schema check and the rules over templates and says where each finding stands."""

from __future__ import annotations

import os

from ..errors import Finding
from ..rules import Graph, check_graph, check_more, check_resource
from ..rules.engine import settled
from ..template import Template
from .files import Source, Unreadable, sources
from .filters import Filter
from .own import DOUBT, UNUSED
from .packs import pack
from .report import Report
from .structure import structure
from .suppress import Suppressions, unused_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from os import PathLike
    from typing import Any

    from ..errors import Severity
    from ..rules import Rule
    from ..rules.graph import Member
    from ..rules.templates.foreach import Unrolled
    from ..rules.vocabulary import Mode

    Subject = Template | Mapping[str, Any] | str | PathLike[str]


def lint(
    subject: Subject | Sequence[Subject],
    *,
    limits: Mode = "documented",
    parameters: Mapping[str, Any] | None = None,
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severity: Severity | None = None,
    regions: Sequence[str] = (),
    packs: Iterable[str] = (),
    rules: Iterable[Rule] = (),
) -> list[Finding]:
    """What is wrong with a template: a `Template`, a dict, a path, a folder, a glob, an assembly, or several of them.

    `select` and `ignore` are rule ids or beginnings of ids; `severity` is the least that is reported, "warning" unless
    told otherwise. Values in `parameters` count as known, and then the defaults of the others do too. `packs` are
    rules of good practice ("security"), `rules` those of your own. What cannot be read is a finding, not an exception.
    """
    more = (*(rule for name in packs for rule in pack(name)), *rules)
    wanted = Filter(select, ignore, severity)
    report = Report()
    several: Iterable[Any] = subject if isinstance(subject, list | tuple) else [subject]
    for one in several:
        found: Iterable[Source | Unreadable]
        if isinstance(one, str | os.PathLike):
            found = sources([os.fspath(one)])
        else:
            found = [Source([one if isinstance(one, Template) else Template.from_dict(dict(one))])]
        for source in found:
            report.add(check(source, wanted, limits=limits, parameters=parameters, regions=regions, more=more))
    return report.settled(wanted).sorted().findings


def check(
    source: Source | Unreadable,
    wanted: Filter,
    *,
    limits: Mode = "documented",
    parameters: Mapping[str, Any] | None = None,
    regions: Sequence[str] = (),
    more: Sequence[Rule] = (),
    only_more: bool = False,
) -> Report:
    """Everything lint has to say of templates that belong together; `more` are rules beyond those that always run."""
    report = Report()
    if isinstance(source, Unreadable):
        report.findings = [finding for finding in [source.finding()] if wanted.passes(finding)]
        return report
    graph = Graph(limits, complete=bool(source.stacks))
    by_template: dict[str, list[Finding]] = {}
    members: dict[str, Member] = {}
    loops: dict[str, Unrolled | None] = {}
    for template in source.templates:
        stack = source.stacks.get(template.name)
        given = {**(stack.parameters if stack else {}), **(parameters or {})}
        loop = loops[template.name] = follow(template, given)
        member = graph.add(
            template if loop is None else Template.from_dict(loop.data, name=template.name, file=template.file),
            region=stack.region if stack else regions[0] if len(regions) == 1 else None,
            regions=(stack.region,) if stack and stack.region else () if stack else regions,
            account=stack.account if stack else None,
            parameters=given,
            use_defaults=bool(parameters),
            written=template.data,
        )
        member.generated = member.generated or (loop is not None and loop.guessed)
        members[template.name] = member
        report.templates += 1
        if template.file:
            report.files[template.file] = None
        report.resources += len(member.views)
    for template in source.templates:  # once all are there: some rules follow references from one to another
        found: list[Finding] = []
        if not only_more:
            found.extend(structure(members[template.name].data))
            for view in members[template.name].views.values():
                found.extend(check_resource(view))
            found.extend(_doubts(template))
        by_template[template.name] = found
    first = source.templates[0].name if source.templates else ""
    together = [] if only_more else check_graph(graph)
    for finding in (*together, *(check_more(more, graph) if more else ())):
        by_template.get(finding.stack or first, by_template[first]).append(finding)
    if not only_more:
        for member, finding in _nested(graph):
            by_template[member.name].append(finding)
        report.exports = _exported(graph)
    by_template = {name: settled(found) for name, found in by_template.items()}
    ids = {rule.id for rule in more}
    silenced = [
        Suppressions(members[template.name].data, stack=source.stacks.get(template.name))
        for template in source.templates
    ]
    for template, suppressions in zip(source.templates, silenced, strict=True):
        kept, suppressed = suppressions.split(by_template[template.name])
        name = template.name if source.stacks else None
        loop = loops[template.name]
        report.silenced.extend(
            (source.locate(_written(finding, loop).replace(stack=name), template), said)
            for finding, said in suppressed
            if wanted.passes(finding)
        )
        by_template[template.name] = kept
        if only_more:
            continue
        kept.extend(suppressions.problems)
        if wanted.wants(UNUSED):
            kept.extend(one for one in suppressions.unused(ids) if not _needed(one, suppressions, loop))
    if wanted.wants(UNUSED) and not source.partial and not only_more:
        for index, finding in unused_words(silenced, ids):
            by_template[source.templates[index].name].append(finding)
    for template in source.templates:
        loop = loops[template.name]
        kept = _once(by_template[template.name], loop)
        name = template.name if source.stacks else None
        shown: list[Finding] = []
        for finding in kept:
            told = finding.rule == "XSV003" and finding.severity == "info" and finding.element is not None
            if told or wanted.passes(finding):
                found_at = source.locate(finding.replace(stack=name), template)
                (report.imports if told else shown).append(found_at)
        if shown and template.file:
            report.texts[template.file] = template
        report.findings.extend(shown)
    return report


def follow(template: Template, known: Mapping[str, Any]) -> Unrolled | None:
    """The template with its loops followed; None when it has none, or they come to too much."""
    if "Transform" not in template.data:
        return None
    from ..rules.templates.foreach import unrolled

    return unrolled(template.data, known)


def _written(finding: Finding, loop: Unrolled | None) -> Finding:
    if loop is None:
        return finding
    from .loops import written

    return written(finding, loop)


def _once(findings: list[Finding], loop: Unrolled | None) -> list[Finding]:
    if loop is None:
        return findings
    from .loops import once_a_loop

    return once_a_loop(findings, loop)


def _needed(finding: Finding, suppressions: Suppressions, loop: Unrolled | None) -> bool:
    if loop is None:
        return False
    from .loops import needed

    return needed(finding, suppressions, loop)


def _nested(graph: Graph) -> Iterable[tuple[Member, Finding]]:
    if not graph.of("AWS::CloudFormation::Stack", "AWS::Serverless::Application"):
        return ()
    from .together import nested

    return nested(graph)


def _exported(graph: Graph) -> set[tuple[str, str]]:
    if not any("Outputs" in member.data for member in graph.members):
        return set()
    from .together import exported

    return exported(graph)


def _doubts(template: Template) -> Iterable[Finding]:
    return [
        Finding(
            DOUBT, "warning", f"{doubt.text} without quotes means {doubt.meaning} to CloudFormation",
            path=doubt.path, resource=str(doubt.path[1]) if doubt.path[:1] == ("Resources",) and doubt.path[1:] else None,
            fix=f"write '{doubt.text}' with quotes when the text is meant",
        )
        for doubt in template.doubts
    ]  # fmt: skip
