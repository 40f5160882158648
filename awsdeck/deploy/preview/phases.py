"""Legs of a deploy: one for each stack, and more for those that hold each other by exports.

CloudFormation neither takes an export away nor gives it another value while a stack imports it. Where the importers
are deployed in the same run there is a way, and a run finds it by itself:

- An importer that stops importing goes first. If it needs the exporting stack for something else, that one goes twice:
  before the importer, with the export and what it stands for kept, and after it, without.
- An importer that goes on importing a value which changes goes twice: first as it is deployed now with the present
  value written out, so that the export is free, and after the exporting stack in its new form.

Importers that are not part of the run are in the way, which is said before anything happens.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import define, evolve, field, frozen

from ...assembly import ASSETS_BUCKET, Assembly, StackArtifact
from ...diff import diff
from ...errors import DeckError, DeployError
from .. import request as requests
from ..account.board import MANY
from ..files.template import deployed
from ..gate import judge
from ..order import side_by_side
from ..records import HEALTHY, StackRecord
from .exports import ExportInUse, exports_in_use
from .keep import detached, imports, keeping
from .merge import merged

if TYPE_CHECKING:
    from ..account.aws import AWS
    from ..stackplan import Options

ASKED_AT_ONCE = 8


@frozen
class Leg:
    """One deploy of one stack within a run: the whole of it, or one of several `phases`."""

    key: str
    artifact: StackArtifact = field(eq=False)
    needs: frozenset[str] = frozenset()
    phase: int = 1
    phases: int = 1
    notes: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()  # what a yes to this leg includes that a later one does
    as_deployed: bool = False  # nothing that was asked for goes into this leg: parameters, tags and all stay

    @property
    def numbers(self) -> tuple[int, int] | None:
        """Which phase of how many; None for a stack that is deployed in one."""
        return (self.phase, self.phases) if self.phases > 1 else None

    def options(self, options: Options) -> Options:
        """What the user has decided, as far as it counts for this leg."""
        if not self.as_deployed:
            return options
        named = ASSETS_BUCKET in (self.artifact.template.get("Parameters") or {})
        return evolve(options, parameters={}, tags={}, terms={}, bucket=None if named else options.bucket)


@frozen
class _Hold:
    """A deployed stack whose exports are in the way of its next template."""

    artifact: StackArtifact = field(eq=False)
    record: StackRecord
    old: Mapping[str, Any] = field(eq=False)
    exports: tuple[ExportInUse, ...]


def legs_of(assembly: Assembly, chosen: Mapping[str, StackArtifact], aws: AWS, options: Options) -> dict[str, Leg]:
    """The legs of a deploy by their keys, in the order of the assembly.

    Raises `DeployError` when exports are in use by stacks that are not part of the run, and `ApprovalNeeded` when what
    the last phase of a stack removes holds data, because that has to be known before the first.
    """
    needs = {name: set(artifact.dependencies) & chosen.keys() - {name} for name, artifact in chosen.items()}
    plan = _Legs(needs, chosen, aws, options)
    problems = [problem for hold in _holds(chosen, aws) for problem in plan.resolve(hold, assembly)]
    if problems:
        raise DeployError(
            "\n  ".join(("exports that are in use would go or change:", *problems)),
            fix="deploy those stacks together with this one, or change them first",
        )
    plan.check()
    return plan.legs()


def _holds(chosen: Mapping[str, StackArtifact], aws: AWS) -> Iterator[_Hold]:
    """Asks about several stacks at once; a stack that cannot be asked about says so itself when its turn comes."""
    together: dict[tuple[AWS, str | None], list[StackArtifact]] = {}
    for artifact in chosen.values():
        together.setdefault((aws.of(artifact), artifact.region or aws.region), []).append(artifact)
    for (identity, region), artifacts in together.items():
        records = _records(identity, region, artifacts)
        look = partial(_hold, identity=identity, known=records)
        yield from (hold for hold in side_by_side(look, artifacts, ASKED_AT_ONCE) if hold is not None)


def _records(identity: AWS, region: str | None, artifacts: list[StackArtifact]) -> dict[str, StackRecord] | None:
    """The stacks of a region by name, where they are so many that one question is less than one for each."""
    if len(artifacts) <= MANY:
        return None
    try:
        identity.belongs(artifacts[0], region)
        _, records = identity.cloudformation(region).hasty(10.0).stacks()
    except DeckError:
        return None
    return {record.name: record for record in records}


def _hold(artifact: StackArtifact, identity: AWS, known: Mapping[str, StackRecord] | None) -> _Hold | None:
    try:
        identity.belongs(artifact, artifact.region)
        cf = identity.cloudformation(artifact.region).hasty(10.0)
        record = cf.stack(artifact.name) if known is None else known.get(artifact.name)
        if record is None or record.status not in HEALTHY or not record.exports:
            return None
        old = deployed(cf, record.id)
        found = exports_in_use(cf, record, old, artifact.template)
    except DeckError:
        return None
    return _Hold(artifact, record, old, found) if found else None


@define
class _Legs:
    """The legs while they are found out."""

    needs: dict[str, set[str]]
    chosen: Mapping[str, StackArtifact]
    aws: AWS
    options: Options
    kept: dict[str, tuple[_Hold, list[ExportInUse], set[str]]] = field(factory=dict)  # with who lets go meanwhile
    written_out: dict[str, dict[str, str]] = field(factory=dict)  # importer to exports and their values
    freed: dict[str, set[str]] = field(factory=dict)  # exporter to who has its values written out
    notes: dict[str, list[str]] = field(factory=dict)
    asks: dict[str, tuple[str, ...]] = field(factory=dict)

    def resolve(self, hold: _Hold, assembly: Assembly) -> Iterator[str]:
        """Find a way for one stack; what stands in it is given back in words."""
        name = hold.artifact.name
        together: list[tuple[ExportInUse, set[str]]] = []
        for export in hold.exports:
            inside = {one for one in export.importers if self._beside(one, hold.artifact)}
            outside = [one for one in export.importers if one not in inside]
            if outside and export.sure:
                known = [one for one in outside if one in assembly.stacks]
                how = f"; add {' and '.join(known)} to this deploy" if known else ""
                yield f"{name}: {evolve(export, importers=tuple(outside)).message}{how}"
                continue
            still = {one for one in inside if self._imports(one, export.export, hold.record)}
            if still and export.fate == "removed":
                yield f"{name}: {evolve(export, importers=tuple(sorted(still))).message}, also after this deploy"
                continue
            if export.fate == "removed":
                together.append((export, inside))
                continue
            for one in inside:
                if one in still or name in self._all_needs(one):
                    self.written_out.setdefault(one, {})[export.export] = hold.record.outputs[export.output]
                    self.freed.setdefault(name, set()).add(one)
                else:
                    self._first(one, name, export)
        self._release(hold, together)

    def _imports(self, name: str, export: str, near: StackRecord) -> bool:
        """Whether a stack still imports an export in its new template; what cannot be known counts as if it did."""
        artifact = self.chosen[name]
        values = requests.for_stack(self.options.parameters, name, artifact.template, artifact.parameters)
        found = imports(artifact, near, values)
        if None in found:
            record = self.aws.of(artifact).cloudformation(artifact.region).hasty(10.0).stack(name)
            found = imports(artifact, near, {**(record.parameters if record is not None else {}), **values})
        return export in found or None in found

    def _release(self, hold: _Hold, together: list[tuple[ExportInUse, set[str]]]) -> None:
        name = hold.artifact.name
        for export, importers in together:
            if any(name in self._all_needs(one) for one in importers):
                _, exports, users = self.kept.setdefault(name, (hold, [], set()))
                exports.append(export)
                users |= importers
            else:
                for one in importers:
                    self._first(one, name, export)

    def _first(self, importer: str, exporter: str, export: ExportInUse) -> None:
        self.needs[exporter].add(importer)
        self.notes.setdefault(exporter, []).append(
            f"waits for {importer}, which stops importing {export.export} in this deploy"
        )

    def _beside(self, importer: str, exporter: StackArtifact) -> bool:
        """Whether a stack of that name in the exporter's account and region is part of the run."""
        artifact = self.chosen.get(importer)
        return artifact is not None and (artifact.region or self.aws.region, self.aws.of(artifact)) == (
            exporter.region or self.aws.region,
            self.aws.of(exporter),
        )

    def _all_needs(self, name: str) -> set[str]:
        found: set[str] = set()
        waiting = [name]
        while waiting:
            for need in self.needs[waiting.pop()] - found:
                found.add(need)
                waiting.append(need)
        return found

    def check(self) -> None:
        """Refuse now what the gate would refuse in a last phase, when half is done, and have the rest asked now."""
        for name, (hold, _, _) in self.kept.items():
            new = hold.artifact.template
            changes = merged(
                diff(hold.old, new), None, hold.old.get("Resources"), new=new, stateful=self.options.stateful
            )
            verdict = judge(
                name, changes, (), allow_replace=self.options.allow_replace, allow_destroy=self.options.allow_destroy
            )
            verdict.check(name)
            self.asks[name] = verdict.ask

    def legs(self) -> dict[str, Leg]:
        """All legs, in the order of the assembly."""
        found: dict[str, Leg] = {}
        for name, artifact in self.chosen.items():
            parts = list(self._parts(name, artifact))
            for number, leg in enumerate(parts, 1):
                found[leg.key] = evolve(leg, phase=number, phases=len(parts))
        return found

    def _parts(self, name: str, artifact: StackArtifact) -> Iterator[Leg]:
        needs = frozenset(self.needs[name]) | {first_of(one) for one in self.freed.get(name, ())}
        notes = tuple(self.notes.get(name, ()))
        if name in self.written_out:
            values = self.written_out[name]
            listed = ", ".join(sorted(values))
            yield Leg(
                first_of(name), detached(artifact, values, self.aws), as_deployed=True,
                notes=(f"writes the present value of {listed} out and goes on with it, so that it can change; a later phase imports it again",),
            )  # fmt: skip
            needs |= {first_of(name)}
        if name not in self.kept:
            yield Leg(name, artifact, needs, notes=notes)
            return
        hold, exports, users = self.kept[name]
        listed = ", ".join(sorted(export.export for export in exports))
        template, stays = keeping(artifact.template, hold.old, [export.output for export in exports])
        what = f"{listed} and with it {', '.join(stays)}" if stays else listed
        by = " and ".join(sorted(users))
        yield Leg(
            name, _with(artifact, template), needs, notes=(
                *notes, f"keeps {what} until {by} no longer import{'s' * (len(users) == 1)} it; a later phase removes it",
            ), asks=self.asks.get(name, ()),
        )  # fmt: skip
        yield Leg(
            last_of(name), artifact, frozenset({name, *users}),
            notes=(f"removes {what}, which {by} no longer import{'s' * (len(users) == 1)}",),
        )  # fmt: skip


def first_of(name: str) -> str:
    """The key of the leg that writes imported values out; no stack has a name like it."""
    return f"{name}<"


def last_of(name: str) -> str:
    """The key of the leg that removes what was kept."""
    return f"{name}>"


def _with(artifact: StackArtifact, template: dict[str, Any]) -> StackArtifact:
    import copy

    other = copy.copy(artifact)
    other.template = template
    return other


def names_of(legs: Iterable[Leg]) -> list[str]:
    """The stacks of legs, each once."""
    return list(dict.fromkeys(leg.artifact.name for leg in legs))
